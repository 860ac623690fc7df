//! Labelled cases for triage, one JSON object a line: pairs of a stack trace and a diff, and traces with several candidate deploys.
//!
//! Rows come from many hands: keys that nobody here knows are left alone, `label` may be a number or a truth value, a diff may be
//! absent. What cannot be used is refused with its line.

use super::events::json_reason;
use super::intake::{Intake, Reject};
use super::source::{self, LineBlocks};
use crate::model::{Instant, UserError};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// A stack trace, a diff, and whether the diff caused the trace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LabelledCase {
    pub trace: String,
    /// As printed; absent: read from the trace.
    #[serde(default)]
    pub exception: Option<String>,
    /// Unified; empty: not known.
    #[serde(default, deserialize_with = "or_empty")]
    pub diff: String,
    #[serde(deserialize_with = "truth")]
    pub label: bool,
    /// What kind of pair it is; rows of label 0 are scored by it.
    #[serde(default = "kind", deserialize_with = "word")]
    pub kind: String,
    /// What the trace belongs to: rows of one case are not independent.
    #[serde(default, deserialize_with = "word")]
    pub case: String,
    /// What the case belongs to, such as a repository.
    #[serde(default, deserialize_with = "word")]
    pub project: String,
}

/// Traces, and the deploys that may have caused them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RankCase {
    pub traces: Vec<String>,
    pub candidates: Vec<Candidate>,
    /// The id of the guilty candidate; `None`: none of them did it.
    #[serde(deserialize_with = "optional_word")]
    pub truth: Option<String>,
    #[serde(default, deserialize_with = "word")]
    pub case: String,
    #[serde(default, deserialize_with = "word")]
    pub project: String,
}

/// A deploy that may have caused it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Candidate {
    #[serde(deserialize_with = "word")]
    pub id: String,
    pub deployed_at: Instant,
    #[serde(default, deserialize_with = "or_empty")]
    pub diff: String,
}

fn kind() -> String {
    "negative".to_owned()
}

fn or_empty<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

/// A string, or a number as people write ids.
fn optional_word<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(value)? {
        Value::Null => Ok(None),
        Value::String(word) => Ok(Some(word)),
        Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(serde::de::Error::custom(format!("{other} is neither a string nor a number"))),
    }
}

fn word<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(optional_word(value)?.unwrap_or_default())
}

fn truth<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    match Value::deserialize(value)? {
        Value::Bool(label) => Ok(label),
        Value::Number(label) if label.as_f64() == Some(1.0) => Ok(true),
        Value::Number(label) if label.as_f64() == Some(0.0) => Ok(false),
        other => Err(serde::de::Error::custom(format!("label is {other}: 1 (caused) or 0"))),
    }
}

/// Reads labelled pairs from every file, in the order given.
///
/// # Errors
/// When a file cannot be read, too many of its rows cannot be used, or it has none.
pub fn labelled_cases(paths: &[impl AsRef<Path>], intake: &mut Intake) -> Result<Vec<LabelledCase>, UserError> {
    read(paths, intake, Ok)
}

/// Reads cases with candidates from every file, in the order given.
///
/// # Errors
/// As [`labelled_cases`].
pub fn rank_cases(paths: &[impl AsRef<Path>], intake: &mut Intake) -> Result<Vec<RankCase>, UserError> {
    read(paths, intake, |row: RankCase| row.checked())
}

impl RankCase {
    fn checked(self) -> Result<Self, String> {
        if self.candidates.is_empty() {
            return Err("candidates is empty: nothing can be ranked".to_owned());
        }
        let ids: BTreeSet<&str> = self.candidates.iter().map(|candidate| candidate.id.as_str()).collect();
        if ids.len() < self.candidates.len() {
            return Err("two candidates have one id".to_owned());
        }
        match &self.truth {
            Some(truth) if !ids.contains(truth.as_str()) => {
                Err("truth is the id of no candidate (null: none of them did it)".to_owned())
            }
            _ => Ok(self),
        }
    }
}

fn read<T: for<'de> Deserialize<'de>>(
    paths: &[impl AsRef<Path>],
    intake: &mut Intake,
    check: impl Fn(T) -> Result<T, String>,
) -> Result<Vec<T>, UserError> {
    let mut all = Vec::new();
    for path in paths {
        let (name, before) = (source::name(path.as_ref()), all.len() as u64);
        let rejects = read_file(path.as_ref(), &name, &mut all, &check)?;
        let ok = all.len() as u64 - before;
        let rejected = rejects.len() as u64;
        intake.close(&name, ok + rejected, ok, rejects)?;
        if ok == 0 {
            let message = match rejected {
                0 => "holds no row".to_owned(),
                _ => format!("none of its {rejected} rows can be used"),
            };
            return Err(UserError::new(name, message, "give one JSON object a line, as docs/triage-command.md shows"));
        }
    }
    Ok(all)
}

fn read_file<T: for<'de> Deserialize<'de>>(
    path: &Path,
    name: &str,
    all: &mut Vec<T>,
    check: &impl Fn(T) -> Result<T, String>,
) -> Result<Vec<Reject>, UserError> {
    let (mut line, mut rejects) = (0, Vec::new());
    for block in LineBlocks::new(source::open(path)?, BLOCK) {
        let block =
            block.map_err(|e| UserError::new(name, format!("cannot be read to its end: {e}"), "get the file again"))?;
        for row in String::from_utf8_lossy(&block).lines() {
            line += 1;
            let row = if line == 1 { row.trim_start_matches('\u{feff}') } else { row };
            if row.trim().is_empty() {
                continue;
            }
            match serde_json::from_str(row).map_err(|error| json_reason(&error)).and_then(check) {
                Ok(one) => all.push(one),
                Err(reason) => rejects.push(Reject::new(name, line, reason, row)),
            }
        }
    }
    Ok(rejects)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::RejectPolicy;

    fn intake() -> Intake {
        Intake::new(RejectPolicy { strict: false, allow: true })
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, text).unwrap();
        file
    }

    #[test]
    fn rows_are_read_as_people_write_them() {
        let file = file(concat!(
            "{\"trace\": \"a\", \"diff\": null, \"label\": 1, \"case\": 7, \"more\": [1]}\n\n",
            "{\"trace\": \"b\", \"diff\": \"d\", \"label\": false, \"kind\": \"hard\"}\n",
            "{\"trace\": \"c\", \"label\": 2}\n",
            "{\"trace\": \"c\"\n",
            "{\"diff\": \"d\", \"label\": 0}\n",
        ));
        let mut intake = intake();
        let rows = labelled_cases(&[file.path()], &mut intake).unwrap();
        assert_eq!((rows[0].label, rows[0].case.as_str(), rows[0].kind.as_str()), (true, "7", "negative"));
        assert_eq!((rows.len(), rows[1].label, rows[1].kind.as_str()), (2, false, "hard"));
        let lines: Vec<u64> = intake.rejects.iter().map(|reject| reject.line).collect();
        assert_eq!(lines, [4, 5, 6]);
        assert!(intake.rejects[0].reason.contains("label is 2"), "{}", intake.rejects[0].reason);
    }

    #[test]
    fn candidates_must_be_told_apart() {
        let at = "\"deployed_at\": \"2026-11-01T00:00:00Z\"";
        let file = file(&format!(
            "{{\"traces\": [\"a\"], \"candidates\": [{{\"id\": \"x\", {at}, \"diff\": \"d\"}}], \"truth\": null}}\n\
             {{\"traces\": [\"a\"], \"candidates\": [{{\"id\": \"x\", {at}}}, {{\"id\": \"x\", {at}}}], \"truth\": \"x\"}}\n\
             {{\"traces\": [\"a\"], \"candidates\": [{{\"id\": \"x\", {at}}}], \"truth\": \"y\"}}\n\
             {{\"traces\": [\"a\"], \"candidates\": [], \"truth\": null}}\n\
             {{\"traces\": [\"a\"], \"candidates\": [{{\"id\": \"x\", {at}}}]}}\n"
        ));
        let mut intake = intake();
        assert_eq!(rank_cases(&[file.path()], &mut intake).unwrap().len(), 1);
        assert_eq!(intake.rejects.iter().map(|reject| reject.line).collect::<Vec<_>>(), [2, 3, 4, 5]);
    }
}
