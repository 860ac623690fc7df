//! Code that a deploy only moved, renamed or indented anew, told from code that is new.

use super::diff::{DiffLine, FileChange, Hunk};
use std::collections::BTreeSet;

/// A move must carry at least so many letters and digits: less recurs by itself (`return null;`).
const ENOUGH: usize = 24;

/// Lines that a diff removes in one place and adds in another, blanks aside.
pub struct Moved<'a> {
    lines: BTreeSet<&'a str>,
}

impl<'a> Moved<'a> {
    #[must_use]
    pub fn of(files: &'a [FileChange]) -> Self {
        let hunks = || files.iter().flat_map(|file| &file.hunks);
        let removed: BTreeSet<&str> = hunks().flat_map(|hunk| &hunk.removed).filter_map(code).collect();
        let added = hunks().flat_map(|hunk| &hunk.added).filter_map(code);
        Self { lines: added.filter(|line| removed.contains(line)).collect() }
    }

    /// Whether a hunk changes nothing but where code stands: every changed line with a name or number in it is also on the other
    /// side of the diff.
    #[must_use]
    pub fn is_move(&self, hunk: &Hunk) -> bool {
        let mut carried = 0;
        for line in hunk.added.iter().chain(&hunk.removed).filter_map(code) {
            if !self.lines.contains(line) {
                return false;
            }
            carried += line.chars().filter(|c| c.is_alphanumeric()).count();
        }
        carried >= ENOUGH
    }
}

/// The line without the blanks around it, if it has a letter or digit.
fn code(line: &DiffLine) -> Option<&str> {
    let text = line.text.trim();
    text.contains(char::is_alphanumeric).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::diff::Diff;
    use super::*;

    fn moves(text: &str) -> Vec<bool> {
        let diff = Diff::parse(text).unwrap();
        let moved = Moved::of(&diff.files);
        diff.files.iter().flat_map(|file| &file.hunks).map(|hunk| moved.is_move(hunk)).collect()
    }

    #[test]
    fn moved_and_indented_code_is_not_new() {
        let function = ["def total(cart):", "    return sum(item.price for item in cart)"];
        let side = |sign: char| function.map(|line| format!("{sign}{line}\n")).concat();
        let file = |path: &str, from: &str, body: &str| format!("--- a/{path}\n+++ b/{path}\n@@ {from} @@\n{body}");
        let away = file("a.py", "-1,2 +1,0", &side('-'));
        let back = file("b.py", "-1,0 +1,2", &side('+'));
        assert_eq!(moves(&format!("{away}{back}")), [true, true]);
        assert_eq!(moves(&away), [false], "code that is gone is a change");
        let new = file("b.py", "-1,0 +1,3", &format!("{}+    raise ValueError\n", side('+')));
        assert_eq!(moves(&format!("{away}{new}")), [true, false]);
        let indented = file("a.py", "-1,2 +1,2", &format!("{}{}", side('-'), side('+').replace('+', "+    ")));
        assert_eq!(moves(&indented), [true]);
        let small = file("a.py", "-1,1 +1,1", "-  return x\n+    return x\n");
        assert_eq!(moves(&small), [false], "too little to know it again");
    }
}
