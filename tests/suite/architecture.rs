//! What ARCHITECTURE.md promises about the sources: arrows between rooms point upwards, some rooms are pure, files are small.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A room may use only rooms above it.
const ROOMS: [&str; 21] = [
    "model",
    "stats",
    "redact",
    "dataset",
    "import",
    "simulate",
    "endpoint",
    "normalize",
    "series",
    "detect",
    "gate",
    "triage",
    "act",
    "pipeline",
    "evaluate",
    "sweep",
    "ledger",
    "shadow",
    "report",
    "serve",
    "cli",
];

const LONGEST_FILE: usize = 500;
const LONGEST_MAIN: usize = 25;

/// A source file: its path below `src/`, its text, and its text without comments and tests.
struct Source {
    path: PathBuf,
    text: String,
    code: String,
}

impl Source {
    /// The folder of `src/` that it is in; `None` for `lib.rs` and `main.rs`.
    fn room(&self) -> Option<&str> {
        self.path.parent()?.iter().next()?.to_str()
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// 1-based lines of code that hold `pattern`.
    fn lines_with<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = String> + 'a {
        let lines = self.code.lines().enumerate().filter(move |(_, line)| line.contains(pattern));
        lines.map(|(index, line)| format!("src/{}:{}: {}", self.name(), index + 1, line.trim()))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let read = |path: &PathBuf| (path.clone(), fs::read_to_string(path).expect("UTF-8"));
    let texts: BTreeMap<PathBuf, String> = paths.iter().map(read).collect();
    let of_tests = test_files(&texts);
    let sources: Vec<Source> = texts
        .into_iter()
        .map(|(path, text)| Source {
            code: if is_of_tests(&of_tests, &path) { String::new() } else { code(&text) },
            path: path.strip_prefix(&root).expect("below src").to_owned(),
            text,
        })
        .collect();
    assert!(sources.len() > 50, "the sources were found");
    sources
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|e| e == "rs") {
            paths.push(path);
        }
    }
}

/// Files that a `#[cfg(test)] mod name;` declares.
fn test_files(texts: &BTreeMap<PathBuf, String>) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for (path, text) in texts {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
            let declared = pair[1].split_once("mod ").and_then(|(_, rest)| rest.strip_suffix(';'));
            let Some(name) = declared else { continue };
            let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
            let folder = path.parent().expect("a folder");
            let folder = if ["mod", "lib", "main"].contains(&stem) { folder.to_owned() } else { folder.join(stem) };
            found.insert(folder.join(format!("{name}.rs")));
        }
    }
    found
}

/// Whether a file is a module of tests, or below one.
fn is_of_tests(of_tests: &BTreeSet<PathBuf>, path: &Path) -> bool {
    of_tests.iter().any(|tests| path == tests || path.starts_with(tests.with_extension("")))
}

/// The text without comments, string literals and `#[cfg(test)]` modules, which stand at the end of a file. Lines keep their numbers.
fn code(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let is_test = |i: usize| {
        lines[i].trim() == "#[cfg(test)]"
            && lines[i..].iter().any(|l| l.trim_start().starts_with("mod ") && l.ends_with('{'))
    };
    let end = (0..lines.len()).find(|&i| is_test(i)).unwrap_or(lines.len());
    lines[..end].iter().map(|line| bare(line)).collect::<Vec<_>>().join("\n")
}

/// A line without its comment and without what stands between quotes.
fn bare(line: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::new(), false, false);
    for c in line.replace("'\"'", "").chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            _ if !quoted => out.push(c),
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    let end = out.find("//").unwrap_or(out.len());
    out[..end].to_owned()
}

/// Modules at the crate's root that `source` names: `crate::x`, `crate::{x, y}`, and `super::…::x` that climbs to the root.
fn used_rooms(source: &Source) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let word =
        |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    for (at, _) in source.code.match_indices("crate::") {
        let rest = &source.code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => used.extend(split_group(group).iter().map(|item| word(item))),
            None => drop(used.insert(word(rest))),
        }
    }
    let inside = source.path.iter().count() - usize::from(source.path.ends_with("mod.rs"));
    let climb = "super::".repeat(inside.max(1));
    for (at, _) in source.code.match_indices(&climb) {
        used.insert(word(&source.code[at + climb.len()..]));
    }
    used.retain(|name| ROOMS.contains(&name.as_str()) || source.room().is_none());
    used
}

/// The items of `a, b::{c, d}, e}` at its own level.
fn split_group(text: &str) -> Vec<String> {
    let (mut items, mut depth) = (vec![String::new()], 0);
    for c in text.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => items.push(String::new()),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                items.last_mut().expect("one item").push(c);
            }
        }
    }
    items
}

fn rank(room: &str) -> usize {
    ROOMS.iter().position(|r| *r == room).unwrap_or_else(|| panic!("src/{room} is not in the list of rooms"))
}

/// Fails with all that was found.
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let mut wrong = Vec::new();
    let mut arrows = 0;
    for source in sources() {
        let Some(room) = source.room() else { continue };
        for used in used_rooms(&source).iter().filter(|used| *used != room) {
            arrows += 1;
            if rank(used) >= rank(room) {
                wrong.push(format!("src/{} uses {used}, which is below {room}", source.name()));
            }
        }
    }
    none("arrows that point down", &wrong);
    assert!(arrows > 50, "{arrows} arrows were found: the search is broken");
}

#[test]
fn arrows_are_seen_in_every_way_to_write_them() {
    let used = |path: &str, text: &str| {
        let source = Source { path: path.into(), text: String::new(), code: code(text) };
        used_rooms(&source).into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(used("gate/mod.rs", "use crate::model::Impact;"), "model");
    assert_eq!(used("gate/mod.rs", "use crate::{model::{A, stats}, series::B,\n detect};"), "detect model series");
    assert_eq!(used("gate/mod.rs", "fn f() { let x = crate::evaluate::Costs::shipped(); }"), "evaluate");
    assert_eq!(used("gate/impact.rs", "use super::super::triage::Diff; use super::model;"), "triage");
    assert_eq!(used("gate/mod.rs", "use super::triage::Diff;"), "triage");
    assert_eq!(used("gate/deep/a.rs", "use super::super::act; use super::super::super::report;"), "report");
    assert_eq!(bare(r#"let x = "a\"// b" + '"' + "c"; // "d""#), "let x =  +  + ; ");
    assert_eq!(used("gate/mod.rs", "// crate::cli\n#[cfg(test)]\nmod tests {\n use crate::cli;\n}"), "");
}

#[test]
fn model_and_stats_do_no_io_read_no_clock_and_hold_no_randomness() {
    let forbidden = [
        "std::fs",
        "std::io",
        "std::net",
        "std::process",
        "std::env",
        "std::time",
        "thread_rng",
        "rand::rng(",
        "from_os_rng",
        "from_entropy",
        "println!",
        "eprintln!",
        "Timestamp::now",
        "Zoned::now",
    ];
    let pure = sources().into_iter().filter(|s| matches!(s.room(), Some("model" | "stats")));
    let found: Vec<String> = pure
        .flat_map(|s| forbidden.iter().flat_map(|word| s.lines_with(word).collect::<Vec<_>>()).collect::<Vec<_>>())
        .collect();
    none("impure", &found);
}

/// Detection never looks at diffs; triage never sees incident records or labels; nothing before evaluation does, but for what
/// `exclude_incidents` allows the pipeline.
#[test]
fn no_stage_sees_what_it_may_not() {
    let mut found = Vec::new();
    for source in sources() {
        let blind_to_truth =
            matches!(source.room(), Some("normalize" | "series" | "detect" | "gate" | "triage" | "act"));
        let blind_to_diffs = matches!(source.room(), Some("normalize" | "series" | "detect" | "gate"));
        for word in ["Incident", ".incidents", "Labels", ".reviews"] {
            found.extend(source.lines_with(word).filter(|_| blind_to_truth));
        }
        for word in ["triage::Diff", ".diffs", "changed_files"] {
            found.extend(source.lines_with(word).filter(|_| blind_to_diffs));
        }
    }
    none("a stage that sees too much", &found);
}

#[test]
fn nothing_is_left_to_do_and_nothing_unwraps() {
    let mut found = Vec::new();
    for source in sources() {
        for word in ["todo!", "unimplemented!", ".unwrap()"] {
            found.extend(source.lines_with(word));
        }
        let lines = source.text.lines().enumerate().filter(|(_, line)| line.contains("TODO") || line.contains("FIXME"));
        found.extend(lines.map(|(index, line)| format!("src/{}:{}: {}", source.name(), index + 1, line.trim())));
    }
    none("unfinished", &found);
}

#[test]
fn files_are_short() {
    let length = |source: &Source| source.text.lines().count();
    let long = sources().into_iter().filter(|s| length(s) > LONGEST_FILE);
    let found: Vec<String> = long.map(|s| format!("src/{} has {} lines", s.name(), length(&s))).collect();
    none("files that are too long", &found);
    let main = sources().into_iter().find(|s| s.name() == "main.rs").expect("main.rs");
    assert!(length(&main) <= LONGEST_MAIN, "main.rs reads as a table of contents");
}
