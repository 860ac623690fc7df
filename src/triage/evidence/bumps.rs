//! Dependencies that a deploy moved to another version: by package, read from the changed lines of locks and manifests.
//!
//! Both sides of a hunk are read on their own, the removed lines with the context and the added ones with it: the name of a package
//! often stands in a line that did not change. What changed on either side is then put together by package.

mod line;
mod lock;
mod owner;

use super::change::Place;
use super::diff::Hunk;
use lock::{Format, Reader};
use std::collections::{BTreeMap, VecDeque};

pub use owner::prefixes;

/// Most bumps of one file; a longer lock is read in part.
const MAX_BUMPS: usize = 5_000;

/// A package whose version changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bump<'a> {
    /// As the file writes it; of Maven and Gradle `group:artifact`.
    pub package: String,
    /// Before; `None`: it was not there, or without a version.
    pub from: Option<String>,
    /// Now; `None`: it is gone, or without a version.
    pub to: Option<String>,
    pub place: Place<'a>,
}

impl Bump<'_> {
    /// `requests 2.31.0 → 2.32.0 at requirements.txt:4`.
    pub fn shown(&self) -> String {
        let versions = match (&self.from, &self.to) {
            (Some(from), Some(to)) => format!("{from} → {to}"),
            (Some(from), None) => format!("{from} → no version"),
            (None, Some(to)) => format!("no version → {to}"),
            (None, None) => "changed".to_owned(),
        };
        format!("{} {versions} at {}", self.package, self.place.shown())
    }

    /// What paths of its code begin with where it is installed.
    pub fn code(&self) -> Vec<String> {
        owner::code(&self.package)
    }
}

/// A version of a package that one side of a hunk names, by at least one line that is not on the other side.
struct Entry {
    package: String,
    version: Option<String>,
    line: u32,
    removed: bool,
}

/// The bumps of one file, in the order of its lines.
pub fn bumps<'a>(path: &'a str, hunks: &[&Hunk]) -> Vec<Bump<'a>> {
    let format = Format::of(path);
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for hunk in hunks {
        let lines = hunk.in_order();
        old.extend(side(format, &lines, '+'));
        new.extend(side(format, &lines, '-'));
    }
    together(path, old, new)
}

/// What the lines say without those marked `other`.
fn side(format: Format, lines: &[(char, u32, &str)], other: char) -> Vec<Entry> {
    let mut reader = Reader::new(format);
    let mut entries = Vec::new();
    // Where the package being read was last named or versioned by a changed line.
    let mut changed: Option<(u32, bool)> = None;
    for (mark, number, text) in lines.iter().filter(|(mark, ..)| *mark != other) {
        let here = (*mark != ' ').then_some((*number, *mark == '-'));
        let found = reader.line(text);
        if reader.began() {
            changed = here;
        }
        changed = here.or(changed);
        if let (Some((package, version)), Some((line, removed))) = (found, changed) {
            entries.push(Entry { package, version, line, removed });
        }
        if reader.ended() {
            changed = None;
        }
    }
    entries
}

/// Puts both sides together: what is the same on both only moved.
fn together(path: &str, old: Vec<Entry>, new: Vec<Entry>) -> Vec<Bump<'_>> {
    let mut before: BTreeMap<String, VecDeque<Entry>> = BTreeMap::new();
    for entry in old {
        before.entry(entry.package.clone()).or_default().push_back(entry);
    }
    let mut left = Vec::new();
    for entry in new {
        let same = before.get_mut(&entry.package).and_then(|entries| {
            // Few versions of one package stand in one file; of very many the first ones are looked at.
            let at = entries.iter().take(20).position(|one| one.version == entry.version)?;
            entries.remove(at)
        });
        if same.is_none() {
            left.push(entry);
        }
    }
    let mut bumps = Vec::new();
    for entry in left {
        let from = before.get_mut(&entry.package).and_then(VecDeque::pop_front).and_then(|old| old.version);
        bumps.push(bump(path, &entry, from, entry.version.clone()));
    }
    for entry in before.into_values().flatten() {
        bumps.push(bump(path, &entry, entry.version.clone(), None));
    }
    bumps.sort_by_key(|bump| (bump.place.line, bump.place.removed));
    bumps.truncate(MAX_BUMPS);
    bumps
}

fn bump<'a>(path: &'a str, entry: &Entry, from: Option<String>, to: Option<String>) -> Bump<'a> {
    let place = Place { file: path, line: entry.line, removed: entry.removed };
    Bump { package: entry.package.clone(), from, to, place }
}

#[cfg(test)]
mod tests;
