//! Texts whose true group is known: lines of a log or stack traces, in CSV or JSON lines, one system a file.

use super::dictionary::Dictionary;
use super::intake::{Intake, Reject};
use super::labelled_files::{self, LabelledFile};
use super::source::{self, LineBlocks};
use super::table::Table;
use crate::model::UserError;
use hashbrown::HashMap;
use serde_json::{Map, Value};
use std::path::PathBuf;

pub use super::labelled_files::LabelColumns;

/// Bytes of JSON lines that are read at once.
const BLOCK: usize = 1 << 20;

/// Lines that agree in text and true group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelledRow {
    pub text: u32,
    pub group: u32,
    /// How many there are, at least 1.
    pub lines: u64,
}

/// The labelled texts of one system.
#[derive(Clone, Default)]
pub struct LabelledTexts {
    pub system: String,
    /// Distinct texts, in the order of their first lines.
    pub texts: Dictionary,
    /// Distinct true groups, likewise.
    pub groups: Dictionary,
    /// Distinct (text, group), likewise.
    pub rows: Vec<LabelledRow>,
    /// Lines whose group's cell is empty: they are in no row.
    pub unlabelled: u64,
    row_of: HashMap<(u32, u32), u32>,
}

impl LabelledTexts {
    #[must_use]
    pub fn new(system: impl Into<String>) -> Self {
        Self { system: system.into(), ..Self::default() }
    }

    /// Adds a line.
    pub fn push(&mut self, text: &str, group: &str) {
        if group.is_empty() {
            self.unlabelled += 1;
            return;
        }
        let (text, group) = (self.texts.intern(text), self.groups.intern(group));
        let rows = &mut self.rows;
        let row = *self.row_of.entry((text, group)).or_insert_with(|| {
            rows.push(LabelledRow { text, group, lines: 0 });
            rows.len() as u32 - 1
        });
        rows[row as usize].lines += 1;
    }

    /// Labelled lines.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.rows.iter().map(|row| row.lines).sum()
    }
}

/// Reads every labelled file that `paths` name, themselves or in folders, one system each.
///
/// # Errors
/// When one cannot be read, lacks the columns, holds too many bad rows, or no labelled line.
pub fn labelled_texts(
    paths: &[PathBuf],
    columns: LabelColumns,
    intake: &mut Intake,
) -> Result<Vec<LabelledTexts>, UserError> {
    labelled_files::find(paths, columns)?.iter().map(|file| read(file, intake)).collect()
}

fn read(file: &LabelledFile, intake: &mut Intake) -> Result<LabelledTexts, UserError> {
    let name = source::name(&file.path);
    let mut system = LabelledTexts::new(file.system.clone());
    let (read, rejects) =
        if labelled_files::is_jsonl(&file.path) { jsonl(file, &mut system)? } else { csv(file, &mut system)? };
    intake.close(&name, read, read - rejects.len() as u64, rejects)?;
    if system.rows.is_empty() {
        let message = match (read, system.unlabelled) {
            (0, _) => "holds no line below its first".to_owned(),
            (_, 0) => format!("none of its {read} lines can be used"),
            (_, unlabelled) => format!("{} is empty in all of its {unlabelled} lines", file.group),
        };
        return Err(UserError::new(name, message, "give lines whose group is known"));
    }
    if system.unlabelled > 0 {
        let what = format!("{name}: {} lines have no {} and are in no score", system.unlabelled, file.group);
        intake.warn(what);
    }
    Ok(system)
}

fn csv(file: &LabelledFile, system: &mut LabelledTexts) -> Result<(u64, Vec<Reject>), UserError> {
    Table::open(&file.path, &[&file.text, &file.group])?.for_each(|row| {
        system.push(row.required(&file.text)?, row.required(&file.group)?);
        Ok(())
    })
}

fn jsonl(file: &LabelledFile, system: &mut LabelledTexts) -> Result<(u64, Vec<Reject>), UserError> {
    let name = source::name(&file.path);
    let (mut read, mut line, mut rejects) = (0, 0, Vec::new());
    for block in LineBlocks::new(source::open(&file.path)?, BLOCK) {
        let block = block
            .map_err(|e| UserError::new(&name, format!("cannot be read to its end: {e}"), "get the file again"))?;
        let text = String::from_utf8_lossy(&block);
        for row in text.lines() {
            line += 1;
            let row = if line == 1 { row.trim_start_matches('\u{feff}') } else { row };
            if row.trim().is_empty() {
                continue;
            }
            read += 1;
            match object(row, file) {
                Ok((text, group)) => system.push(&text, &group),
                Err(reason) => rejects.push(Reject::new(&name, line, reason, row)),
            }
        }
    }
    Ok((read, rejects))
}

/// Text and group of a JSON object; the group is empty where it is absent.
fn object(row: &str, file: &LabelledFile) -> Result<(String, String), String> {
    let mut object: Map<String, Value> = serde_json::from_str(row).map_err(|e| super::events::json_reason(&e))?;
    let text = match object.remove(&file.text) {
        Some(Value::String(text)) => text,
        None | Some(Value::Null) => return Err(format!("{} is missing", file.text)),
        Some(_) => return Err(format!("{} is no string", file.text)),
    };
    match object.remove(&file.group) {
        None | Some(Value::Null) => Ok((text, String::new())),
        Some(Value::String(group)) => Ok((text, group)),
        Some(group @ (Value::Number(_) | Value::Bool(_))) => Ok((text, group.to_string())),
        Some(_) => Err(format!("{} is neither a string nor a number", file.group)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::RejectPolicy;

    fn read_text(name: &str, text: &str) -> (Result<Vec<LabelledTexts>, UserError>, Intake) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut intake = Intake::new(RejectPolicy { strict: false, allow: true });
        (labelled_texts(&[path], LabelColumns::default(), &mut intake), intake)
    }

    #[test]
    fn equal_lines_are_counted_and_bad_ones_refused() {
        let csv = "Content,EventTemplate\nup 1,up <*>\nup 2,up <*>\nup 1,up <*>\nshort\nno label,\nup 1,other\n";
        let (systems, intake) = read_text("a.csv", csv);
        let system = systems.unwrap().remove(0);
        let rows: Vec<[u64; 3]> = system.rows.iter().map(|r| [r.text.into(), r.group.into(), r.lines]).collect();
        assert_eq!(rows, [[0, 0, 2], [1, 0, 1], [0, 1, 1]]);
        assert_eq!((system.lines(), system.unlabelled, intake.rejects.len()), (4, 1, 1));
        assert_eq!(intake.rejects[0].reason, "1 cells where the header has 2");

        let json =
            "{\"trace\":\"a\\nb\",\"group\":7}\n\n{\"trace\":3,\"group\":1}\n{\"group\":1}\nnope\n{\"trace\":\"c\"}\n";
        let (systems, intake) = read_text("b.jsonl", json);
        let system = systems.unwrap().remove(0);
        assert_eq!((system.texts.get(0), system.groups.get(0), system.unlabelled), ("a\nb", "7", 1));
        let reasons: Vec<&str> = intake.rejects.iter().map(|r| r.reason.as_str()).collect();
        assert_eq!((intake.rejects[2].line, &reasons[..2]), (5, &["trace is no string", "trace is missing"][..]));
    }

    #[test]
    fn nothing_labelled_is_an_error() {
        let message = |name, text| read_text(name, text).0.err().map(|e| e.message).unwrap();
        assert_eq!(message("a.csv", "Content,EventTemplate\n"), "holds no line below its first");
        assert_eq!(message("a.csv", "Content,EventTemplate\nx,\n"), "EventTemplate is empty in all of its 1 lines");
        assert_eq!(message("a.csv", ""), "is empty");
        assert_eq!(message("a.jsonl", "\n"), "is empty");
        assert_eq!(message("a.jsonl", "[{\"trace\":\"x\"}]"), "is one JSON array, not one object a line");
    }
}
