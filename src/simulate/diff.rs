//! Unified diffs as `git diff` writes them.

use super::code::{Tree, blob};
use diffy::{HunkRange, Line};
use std::fmt::Write as _;

/// The diff that turns `old` into `new`.
pub fn diff(old: &Tree, new: &Tree) -> String {
    let mut out = String::new();
    for path in new.changed_from(old) {
        let before = old.get(&path).map(|file| file.text.as_str());
        let after = new.get(&path).map(|file| file.text.as_str());
        file_header(&mut out, &path, before, after);
        hunks(&mut out, before.unwrap_or_default(), after.unwrap_or_default());
    }
    out
}

fn file_header(out: &mut String, path: &str, before: Option<&str>, after: Option<&str>) {
    let id = |text: Option<&str>| text.map_or("0000000".to_owned(), |text| blob(text)[..7].to_owned());
    let side = |prefix: &str, text: Option<&str>| text.map_or("/dev/null".to_owned(), |_| format!("{prefix}/{path}"));
    let _ = writeln!(out, "diff --git a/{path} b/{path}");
    let mode = match (before, after) {
        (None, _) => {
            out.push_str("new file mode 100644\n");
            ""
        }
        (_, None) => {
            out.push_str("deleted file mode 100644\n");
            ""
        }
        _ => " 100644",
    };
    let _ = writeln!(out, "index {}..{}{mode}", id(before), id(after));
    let _ = writeln!(out, "--- {}\n+++ {}", side("a", before), side("b", after));
}

fn hunks(out: &mut String, before: &str, after: &str) {
    let lines: Vec<&str> = before.lines().collect();
    for hunk in diffy::create_patch(before, after).hunks() {
        let context = enclosing(&lines, hunk.old_range().start()).map_or(String::new(), |line| format!(" {line}"));
        let _ = writeln!(out, "@@ -{} +{} @@{context}", range(hunk.old_range()), range(hunk.new_range()));
        for line in hunk.lines() {
            let (sign, text) = match line {
                Line::Context(text) => (' ', text),
                Line::Delete(text) => ('-', text),
                Line::Insert(text) => ('+', text),
            };
            out.push(sign);
            out.push_str(text);
        }
    }
}

fn range(range: HunkRange) -> String {
    if range.len() == 1 { range.start().to_string() } else { format!("{},{}", range.start(), range.len()) }
}

/// The last line before 1-based line `start` that git takes for a function's head: it begins with a letter, or is a
/// method of a Java class.
fn enclosing<'a>(lines: &[&'a str], start: usize) -> Option<&'a str> {
    let head = |line: &&&str| {
        line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$') || line.starts_with("    public ")
    };
    let before = lines.get(..start.saturating_sub(1))?;
    before.iter().rev().find(head).map(|line| line.get(..80).unwrap_or(line).trim())
}
