//! Which files hold labelled texts, and in which of their columns.

use super::source;
use super::table::Table;
use crate::model::{UserError, excerpt};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Columns that hold a text and its true group, as asked for; `None` looks for the usual ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct LabelColumns<'a> {
    pub text: Option<&'a str>,
    pub group: Option<&'a str>,
}

/// Usual names of both columns; the first pair that a file holds is taken. Loghub's, and those of labelled traces.
const USUAL: [(&str, &str); 2] = [("Content", "EventTemplate"), ("trace", "group")];

/// A file of labelled texts.
#[derive(Debug)]
pub(super) struct LabelledFile {
    pub path: PathBuf,
    /// Name of the system that the texts are of; no two files share one.
    pub system: String,
    pub text: String,
    pub group: String,
}

/// Bytes in which the first JSON object must end.
const FIRST_OBJECT: usize = 1 << 20;

/// All labelled files that `paths` name, themselves or in folders, in the order given and by name.
///
/// # Errors
/// When a file lacks the columns, or a folder holds no file with them.
pub(super) fn find(paths: &[PathBuf], columns: LabelColumns) -> Result<Vec<LabelledFile>, UserError> {
    let mut found: Vec<LabelledFile> = Vec::new();
    for path in paths {
        let files = if path.is_dir() { in_folder(path, columns)? } else { vec![file(path, columns)?] };
        found.extend(files);
    }
    tell_apart(&mut found);
    Ok(found)
}

fn file(path: &Path, columns: LabelColumns) -> Result<LabelledFile, UserError> {
    let have = columns_of(path)?;
    match choose(&have, columns) {
        Some((text, group)) => Ok(LabelledFile { path: path.to_owned(), system: system(path), text, group }),
        None => {
            Err(UserError::new(source::name(path), format!("{} (there are: {})", lack(columns), list(&have)), HELP))
        }
    }
}

const HELP: &str = "name the columns: --text COLUMN --group COLUMN";

fn lack(columns: LabelColumns) -> String {
    let usual = |pick: fn(&(&'static str, &'static str)) -> &'static str| {
        USUAL.iter().map(pick).collect::<Vec<_>>().join(" or ")
    };
    match (columns.text, columns.group) {
        (None, None) => "holds neither the columns Content and EventTemplate nor trace and group".to_owned(),
        (text, group) => {
            let name = |asked: Option<&str>, usual: String| asked.map_or(usual, |name| excerpt(name, 80));
            let (text, group) = (name(text, usual(|pair| pair.0)), name(group, usual(|pair| pair.1)));
            format!("does not hold both columns, {text} for the text and {group} for the group")
        }
    }
}

fn list(columns: &[String]) -> String {
    excerpt(&columns.join(", "), 200)
}

fn choose(have: &[String], asked: LabelColumns) -> Option<(String, String)> {
    let has = |name: &str| have.iter().any(|column| column == name);
    let named = USUAL.iter().map(|(text, group)| (asked.text.unwrap_or(text), asked.group.unwrap_or(group)));
    let (text, group) = named.into_iter().find(|(text, group)| text != group && has(text) && has(group))?;
    Some((text.to_owned(), group.to_owned()))
}

fn columns_of(path: &Path) -> Result<Vec<String>, UserError> {
    if !is_jsonl(path) {
        return Ok(Table::open(path, &[])?.columns().into_iter().map(str::to_owned).collect());
    }
    let file = source::name(path);
    let (text, more) = source::read_start(path, FIRST_OBJECT)?;
    super::lines::check_shape(&file, &text)?;
    let Some(first) = text.lines().find(|line| !line.trim().is_empty()) else {
        return Err(UserError::new(file, "is empty", "one JSON object a line"));
    };
    match serde_json::from_str::<Map<String, Value>>(first) {
        Ok(object) => Ok(object.into_iter().map(|(key, _)| key).collect()),
        Err(_) if more && first.len() >= text.len() => {
            Err(UserError::new(format!("{file}:1"), "is longer than a MiB", "one JSON object a line"))
        }
        Err(error) => Err(UserError::new(format!("{file}:1"), super::toml_file::plain(&error.to_string()), "")),
    }
}

/// The ending that says how a file is to be read, compressed or not.
fn ending(path: &Path) -> String {
    let name = source::name(path).to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    plain.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_owned())
}

pub(super) fn is_jsonl(path: &Path) -> bool {
    matches!(ending(path).as_str(), "jsonl" | "ndjson" | "json")
}

fn in_folder(folder: &Path, columns: LabelColumns) -> Result<Vec<LabelledFile>, UserError> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    let mut found = Vec::new();
    let mut first = None;
    for path in &paths {
        // A broken file must not be passed over in silence; one with other columns is not ours.
        let have =
            columns_of(path).map_err(|e| UserError { place: format!("{}/{}", folder.display(), e.place), ..e })?;
        match choose(&have, columns) {
            Some((text, group)) => found.push(LabelledFile { path: path.clone(), system: system(path), text, group }),
            None => drop(first.get_or_insert((path, have))),
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let message = match first {
        None => "holds no .csv and no .jsonl file".to_owned(),
        Some((path, have)) => {
            let files = paths.len();
            format!(
                "none of its {files} files is labelled: {} {} (there are: {})",
                source::name(path),
                lack(columns),
                list(&have)
            )
        }
    };
    Err(UserError::new(folder.display().to_string(), message, HELP))
}

/// Files that may be labelled, by path; of a file and its `_corrected` twin only the latter. Links to folders are not followed, so
/// that it ends.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), UserError> {
    let unread = |e: std::io::Error| UserError::new(folder.display().to_string(), format!("cannot be read: {e}"), "");
    let mut entries = std::fs::read_dir(folder).map_err(unread)?.collect::<Result<Vec<_>, _>>().map_err(unread)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let names: Vec<String> = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    for (entry, name) in entries.iter().zip(&names) {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, paths)?;
        } else if path.is_file() && matches!(ending(&path).as_str(), "csv" | "jsonl" | "ndjson") {
            let twin = name.rfind(".csv").map(|at| format!("{}_corrected{}", &name[..at], &name[at..]));
            if twin.is_none_or(|twin| !names.contains(&twin)) {
                paths.push(path);
            }
        }
    }
    Ok(())
}

/// `Apache` of `Apache/Apache_2k.log_structured.csv`: the folder's name where the file's begins with it, or else the file's up to
/// its first dot.
fn system(path: &Path) -> String {
    let name = source::name(path);
    let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or(&name);
    let folder = path.parent().and_then(Path::file_name).map(|folder| folder.to_string_lossy().into_owned());
    folder.filter(|folder| stem.starts_with(folder.as_str())).unwrap_or_else(|| stem.to_owned())
}

/// Gives files whose systems bear one name their paths' instead.
fn tell_apart(files: &mut [LabelledFile]) {
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    for file in files.iter() {
        *count.entry(file.system.clone()).or_default() += 1;
    }
    for file in files.iter_mut().filter(|file| count.get(&file.system).is_some_and(|&n| n > 1)) {
        file.system = file.path.display().to_string();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const LOGHUB: &str = "LineId,Content,EventTemplate\n1,a 1,a <*>\n";

    #[test]
    fn a_folder_gives_its_labelled_files_and_the_corrected_twin_only() {
        let root = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("B/B_2k.log_structured.csv", LOGHUB);
        put("B/B_2k.log_structured_corrected.csv", LOGHUB);
        put("B/B_2k.log_templates.csv", "EventId,EventTemplate\nE1,a <*>\n");
        put("A/A_2k.log_structured.csv", LOGHUB);
        put("A/A_2k.log", "a 1\n");
        put("traces/grouping.jsonl", "{\"group\":\"g\",\"trace\":\"t\"}\n");
        let found = find(&[root.path().to_owned()], LabelColumns::default()).unwrap();
        let names: Vec<&str> = found.iter().map(|file| file.system.as_str()).collect();
        assert_eq!(names, ["A", "B", "grouping"]);
        assert!(found[1].path.ends_with("B_2k.log_structured_corrected.csv"));
        assert_eq!((found[2].text.as_str(), found[2].group.as_str()), ("trace", "group"));
        let asked = LabelColumns { text: Some("LineId"), group: None };
        assert_eq!(find(&[root.path().to_owned()], asked).unwrap().len(), 2);
        let twice = [root.path().join("A"), root.path().join("A")];
        let found = find(&twice, LabelColumns::default()).unwrap();
        assert!(
            found[0].system.contains("A_2k.log_structured.csv"),
            "one name for two files says nothing: {}",
            found[0].system
        );
    }

    #[test]
    fn what_is_missing_is_told_with_what_is_there() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x.csv");
        fs::write(&path, "a,b\n1,2\n").unwrap();
        let error = find(std::slice::from_ref(&path), LabelColumns::default()).unwrap_err();
        assert_eq!((error.place.as_str(), error.help.as_str()), ("x.csv", HELP));
        assert!(error.message.ends_with("(there are: a, b)"), "{}", error.message);
        let asked = LabelColumns { text: Some("a"), group: Some("c") };
        let error = find(&[path], asked).unwrap_err();
        assert!(error.message.contains("a for the text and c for the group"), "{}", error.message);
        let error = find(&[root.path().to_owned()], asked).unwrap_err();
        assert!(error.message.contains("none of its 1 files is labelled: x.csv does not hold"), "{}", error.message);
        let empty = tempfile::tempdir().unwrap();
        let error = find(&[empty.path().to_owned()], asked).unwrap_err();
        assert!(error.message.contains("holds no .csv"), "{}", error.message);
    }
}
