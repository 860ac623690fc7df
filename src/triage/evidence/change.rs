//! What a deploy changed, indexed once per case: files that can break production, and where words stand in their changed lines.

use super::bumps::{Bump, bumps, prefixes};
use super::diff::{DiffLine, FileChange, Hunk};
use super::file_classes::FileClasses;
use super::files::FileClass;
use super::guards::{self, Guard};
use super::moved::Moved;
use super::names;
use super::words;
use crate::model::Source;
use crate::triage::CaseContext;
use std::collections::{BTreeMap, BTreeSet};

/// Most changed lines that are indexed; a deploy beyond that is judged by its first ones.
const MAX_LINES: usize = 50_000;
/// Most literals that messages are searched for.
const MAX_LITERALS: usize = 2_000;
/// Most files that one frame is compared with.
const MAX_CANDIDATES: usize = 100;

pub struct Change<'a> {
    /// Files that can break production, in the diff's order, then those that only the deploy's list names.
    pub files: Vec<ChangedFile<'a>>,
    /// Files of any class.
    pub file_count: usize,
    /// Specific identifiers of changed lines.
    pub(super) identifiers: BTreeMap<String, Place<'a>>,
    /// Lower-case words of changed lines.
    pub(super) words: BTreeMap<String, Place<'a>>,
    /// Words of the paths and of the lines around the changes: not changed, but related.
    pub(super) surroundings: BTreeSet<String>,
    /// Quoted texts of changed lines.
    pub(super) literals: BTreeMap<String, Place<'a>>,
    /// Those of them that an added log call prints.
    pub(super) logged: BTreeSet<String>,
    /// Kinds of checks that changed lines touch.
    pub(super) guards: Vec<(&'static Guard, Place<'a>)>,
    /// Exceptions that added lines raise, and those that changed lines catch: last part of the type, lower-case.
    pub(super) raised: BTreeMap<String, Place<'a>>,
    pub(super) caught: BTreeMap<String, Place<'a>>,
    /// Functions that changed lines define.
    pub(super) functions: BTreeMap<String, Place<'a>>,
    /// Settings, hosts, addresses and tables that changed lines name.
    pub(super) names: BTreeMap<String, Place<'a>>,
    /// Indices into `files` by [`keys`].
    by_name: BTreeMap<String, Vec<usize>>,
    /// Packages that locks and manifests moved to another version.
    bumps: Vec<Bump<'a>>,
    /// Indices into `bumps` by what paths of their code begin with.
    bumped: BTreeMap<String, usize>,
}

pub struct ChangedFile<'a> {
    pub(super) path: &'a str,
    pub(super) class: FileClass,
    /// `None`: only its name is known.
    pub(super) change: Option<&'a FileChange>,
    /// Those that do more than move code.
    pub(super) hunks: Vec<&'a Hunk>,
}

/// A line of the diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) line: u32,
    pub(super) removed: bool,
}

impl Place<'_> {
    pub(super) fn source(self) -> Source {
        Source::Diff { file: self.file.to_owned(), line: Some(self.line) }
    }

    /// `src/cart.rs:12` or `src/cart.rs:12 (removed)`.
    pub(super) fn shown(self) -> String {
        format!("{}:{}{}", self.file, self.line, if self.removed { " (removed)" } else { "" })
    }
}

impl<'a> Change<'a> {
    pub fn of(case: &CaseContext<'a>, classes: &FileClasses) -> Self {
        let all = files(case, classes);
        let file_count = all.len();
        let files: Vec<ChangedFile<'a>> = all.into_iter().filter(|file| file.class.can_break_production()).collect();
        let mut change = Self {
            files: Vec::new(),
            file_count,
            identifiers: BTreeMap::new(),
            words: BTreeMap::new(),
            surroundings: BTreeSet::new(),
            literals: BTreeMap::new(),
            logged: BTreeSet::new(),
            guards: Vec::new(),
            raised: BTreeMap::new(),
            caught: BTreeMap::new(),
            functions: BTreeMap::new(),
            names: BTreeMap::new(),
            by_name: BTreeMap::new(),
            bumps: Vec::new(),
            bumped: BTreeMap::new(),
        };
        let mut left = MAX_LINES;
        for file in &files {
            change.surround(file.path);
            change.index(file, &mut left);
        }
        for (index, file) in files.iter().enumerate() {
            for key in keys(file.path) {
                change.by_name.entry(key).or_default().push(index);
            }
        }
        change.files = files;
        let lines =
            change.changed_lines().map(|(file, line, removed)| (Place { file, line: line.line, removed }, line));
        change.guards = guards::touched(lines);
        change
    }

    /// Files that a frame may be in: of a path those that end with its last two parts (or are that name at the root), of a bare name
    /// or class those so named. The first ones, where very many are.
    pub(super) fn candidates(&self, path_or_name: &str) -> impl Iterator<Item = &ChangedFile<'a>> {
        let (two, name) = tail(path_or_name);
        let at_root = if two == name {
            &[][..]
        } else {
            self.by_name.get(&path_or_name[path_or_name.len() - name.len() - 1..]).map_or(&[][..], Vec::as_slice)
        };
        let found = self.by_name.get(two).map_or(&[][..], Vec::as_slice);
        found.iter().chain(at_root).take(MAX_CANDIDATES).map(|index| &self.files[*index])
    }

    /// Whether any changed line is known: without, silence of the diff means nothing.
    pub(super) fn has_lines(&self) -> bool {
        !self.words.is_empty() || self.changed_lines().next().is_some()
    }

    /// Changed lines, the first ones of a very large diff.
    pub fn changed_lines(&self) -> impl Iterator<Item = (&'a str, &'a DiffLine, bool)> {
        let hunks = self.files.iter().flat_map(|file| file.hunks.iter().map(|hunk| (file.path, *hunk)));
        let lines = hunks.flat_map(|(path, hunk)| {
            let added = hunk.added.iter().map(move |line| (path, line, false));
            added.chain(hunk.removed.iter().map(move |line| (path, line, true)))
        });
        lines.take(MAX_LINES)
    }

    fn index(&mut self, file: &ChangedFile<'a>, left: &mut usize) {
        let mut read: Vec<&Hunk> = Vec::new();
        for hunk in &file.hunks {
            let lines = hunk.added.len() + hunk.removed.len() + hunk.context.len();
            if lines > *left {
                break;
            }
            *left -= lines;
            self.surround(&hunk.header);
            hunk.context.iter().for_each(|line| self.surround(&line.text));
            if file.class == FileClass::DependencyLock {
                read.push(*hunk);
                continue;
            }
            for (lines, removed) in [(&hunk.added, false), (&hunk.removed, true)] {
                for line in lines {
                    self.line(&line.text, Place { file: file.path, line: line.line, removed });
                }
            }
        }
        for bump in bumps(file.path, &read) {
            self.bump(bump);
        }
    }

    /// Of two files that name one package the first counts.
    fn bump(&mut self, bump: Bump<'a>) {
        for code in bump.code() {
            self.bumped.entry(code).or_insert(self.bumps.len());
        }
        self.bumps.push(bump);
    }

    /// The bump of the package that a path of installed code belongs to.
    pub(super) fn bump_of(&self, path: &str) -> Option<&Bump<'a>> {
        prefixes(path).iter().find_map(|code| self.bumped.get(code)).map(|index| &self.bumps[*index])
    }

    fn line(&mut self, text: &str, place: Place<'a>) {
        self.exceptions(text, place);
        if let Some(name) = names::function(text) {
            self.functions.entry(name).or_insert(place);
        }
        for name in names::of(text) {
            self.names.entry(name).or_insert(place);
        }
        for identifier in words::identifiers(text) {
            if words::is_specific(identifier) {
                self.identifiers.entry(identifier.to_lowercase()).or_insert(place);
            }
            for word in words::parts(identifier) {
                self.words.entry(word).or_insert(place);
            }
        }
        for literal in words::literals(text) {
            if self.literals.len() < MAX_LITERALS {
                if !place.removed && says_only(text) {
                    self.logged.insert(literal.clone());
                }
                self.literals.entry(literal).or_insert(place);
            }
        }
    }

    /// The exceptions that a line raises or catches.
    fn exceptions(&mut self, text: &str, place: Place<'a>) {
        if !place.removed {
            for name in names::raised(text) {
                self.raised.entry(name).or_insert(place);
            }
        }
        for name in names::caught(text) {
            self.caught.entry(name).or_insert(place);
        }
    }

    fn surround(&mut self, text: &str) {
        self.surroundings.extend(words::identifiers(text).flat_map(words::parts));
    }
}

impl ChangedFile<'_> {
    /// Its name without extensions: what the class or module in it is called.
    pub(super) fn stem(&self) -> &str {
        tail(self.path).1.split('.').next().unwrap_or_default()
    }
}

/// What a file is looked up by: its name, its name without extensions, its last two parts, and `/name` for a file at the root.
fn keys(path: &str) -> BTreeSet<String> {
    let (two, name) = tail(path);
    let stem = name.split('.').next().unwrap_or_default();
    let root = if two == name { Some(format!("/{name}")) } else { None };
    [name, stem, two].map(str::to_owned).into_iter().chain(root).collect()
}

/// The last two parts of a path (one, where it has no more) and the last one.
fn tail(path: &str) -> (&str, &str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let two = path.rmatch_indices('/').nth(1).map_or(path, |(at, _)| &path[at + 1..]);
    (two, name)
}

/// Every changed file: those of the diff, then those that only the list names.
fn files<'a>(case: &CaseContext<'a>, classes: &FileClasses) -> Vec<ChangedFile<'a>> {
    let in_diff = case.diff.map_or(&[][..], |diff| &diff.files);
    let moved = Moved::of(in_diff);
    let changing = |change: Option<&'a FileChange>| {
        let hunks = change.into_iter().flat_map(|change| &change.hunks);
        hunks.filter(|hunk| !moved.is_move(hunk)).collect()
    };
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let with_change = in_diff.iter().map(|file| (file.path(), Some(file)));
    let named = case.changed_files.iter().map(|path| (path.as_str(), None));
    with_change
        .chain(named)
        .filter(|(path, _)| !path.is_empty() && seen.insert(path))
        .map(|(path, change)| ChangedFile { path, class: classes.of(path), change, hunks: changing(change) })
        .collect()
}

/// Whether every changed line of every file is blank, a comment or a log call, and there is one at all.
pub fn only_logging(change: &Change<'_>) -> bool {
    let every_file_is_code = change.files.iter().all(|file| {
        file.class == FileClass::Runtime && file.change.is_some_and(|change| !change.hunks.is_empty() && !change.binary)
    });
    every_file_is_code
        && change.changed_lines().next().is_some()
        && change.changed_lines().all(|(_, line, _)| says_only(&line.text))
}

fn says_only(line: &str) -> bool {
    const CALLS: [&str; 20] = [
        "log.",
        "logger.",
        "logging.",
        "_logger.",
        "console.",
        "slog.",
        "tracing::",
        "log::",
        "error!(",
        "warn!(",
        "info!(",
        "debug!(",
        "trace!(",
        "system.out.print",
        "system.err.print",
        "print(",
        "println!(",
        "eprintln!(",
        "fmt.print",
        "rails.logger",
    ];
    let line = line.trim().to_lowercase();
    let comment = ["//", "/*", "*/", "* ", "# ", "<!--", "--"].iter().any(|start| line.starts_with(start));
    let start = line.strip_prefix("self.").or_else(|| line.strip_prefix("this.")).unwrap_or(&line);
    line.is_empty() || line == "*" || line == "#" || comment || CALLS.iter().any(|call| start.starts_with(call))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_calls_and_comments_only_say() {
        for (line, only) in [
            ("    logger.error(\"x {}\", y);", true),
            ("// why", true),
            ("", true),
            ("  self.logger.warning('x')", true),
            ("log::warn!(\"x\");", true),
            ("return logger;", false),
            ("login.user()", false),
            ("#define X 1", false),
            ("*p = 1;", false),
            ("}", false),
        ] {
            assert_eq!(says_only(line), only, "{line}");
        }
    }
}
