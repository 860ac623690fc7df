//! What a stack trace says of a change: where its application frames lie in relation to the changed lines.

use super::change::{Change, ChangedFile, Place};
use super::link::Link;
use super::rules::{self, Rule};
use super::tests_of;
use super::words;
use crate::model::Source;
use crate::normalize::trace::{Frame, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// Lines between a frame and a change that still count as the change itself: a call's arguments, a guard's body.
const HUNK_REACH: u32 = 2;
/// Lines that a function usually spans around a change.
const NEAR_REACH: u32 = 15;
/// Lines that a long function spans.
const FUNCTION_REACH: u32 = 60;
/// Application frames deeper than this are routine: they are in every trace of the service.
const DEEP: usize = 3;
/// How sure a class's name alone makes us of its file.
const CLASS_ONLY: f64 = 0.7;
/// Frames whose names are looked for in changed lines of other files.
const NAMED_FRAMES: usize = 3;
/// Frames whose functions are looked for among those that changed lines define.
const DEFINED_FRAMES: usize = 64;
/// Words of calls that count.
const CALL_WORDS: usize = 2;

/// How the frames of one trace are linked to the change.
pub fn links(signature: &str, trace: Trace, change: &Change<'_>) -> Vec<Link> {
    let frames = trace.into_frames();
    if frames.is_empty() || change.files.is_empty() {
        return Vec::new();
    }
    let calls = application(&frames, change);
    let mut found: Vec<Link> = dependency(signature, &frames, change).into_iter().collect();
    found.extend(defined(signature, &frames, change));
    found.extend(calls_named(signature, &frames, &calls, change));
    // Reversed, so that of equals the most recent call wins.
    let hits = calls.iter().rev().filter_map(Call::hit);
    if let Some(hit) = hits.max_by_key(|hit| (hit.rank(), std::cmp::Reverse(hit.depth))) {
        found.extend(hit.deep(signature));
        found.push(hit.link(signature));
    } else if !calls.is_empty() {
        found.push(elsewhere(signature, &calls, change));
        found.extend(tests_of::test_of_file(signature, &frames, change));
    }
    found.extend(named(signature, &calls, change));
    found
}

/// One application frame, with how many different ones lie above it and the changed file it is in.
struct Call<'a, 'c> {
    frame: &'a Frame,
    path: String,
    depth: usize,
    file: Option<(&'c ChangedFile<'c>, f64)>,
}

/// The frames of the application, most recent first; a recursion counts once. A frame in a changed file is the application's
/// whatever its folder is called; tests' frames are left out.
fn application<'a, 'c>(frames: &'a [Frame], change: &'c Change<'c>) -> Vec<Call<'a, 'c>> {
    let mut seen = BTreeSet::new();
    let mut calls: Vec<Call<'a, 'c>> = Vec::new();
    for frame in frames {
        let path = frame.path().unwrap_or_default();
        let file = changed_file(frame, &path, change);
        if frame.is_test() || (file.is_none() && frame.is_library()) {
            continue;
        }
        if seen.insert((path.clone(), frame.function.clone(), frame.line)) {
            let depth = calls.len();
            calls.push(Call { frame, path, depth, file });
        }
    }
    calls
}

/// The changed file that a frame is in, and how sure that is in (0, 1]; a frame without a file (.NET and JVM without debug
/// information) by its class's name.
fn changed_file<'c>(frame: &Frame, path: &str, change: &'c Change<'c>) -> Option<(&'c ChangedFile<'c>, f64)> {
    let class = if path.is_empty() { frame.class() } else { None };
    let scored = change.candidates(class.unwrap_or(path)).filter_map(|file| {
        let sure = if class.is_some() { Some(CLASS_ONLY) } else { path_matches(path, file.path) };
        sure.map(|sure| (file, sure))
    });
    scored.fold(None, |best: Option<(&ChangedFile<'_>, f64)>, (file, sure)| match best {
        Some((_, before)) if before >= sure => best,
        _ => Some((file, sure)),
    })
}

/// How sure it is that both paths are of one file, by the parts they share from the end.
fn path_matches(frame: &str, changed: &str) -> Option<f64> {
    let shared = frame.rsplit('/').zip(changed.rsplit('/')).take_while(|(a, b)| a == b).count();
    let (shorter, longer) = (
        frame.split('/').count().min(changed.split('/').count()),
        frame.split('/').count().max(changed.split('/').count()),
    );
    match shared {
        0 => None,
        _ if shared == shorter && (shared > 1 || longer <= 2) => Some(1.0),
        1 if shared == shorter => Some(0.7),
        1 => None,
        2 => Some(0.7),
        _ => Some(1.0),
    }
}

/// A frame in a changed file.
struct Hit<'a, 'c> {
    frame: &'a Frame,
    depth: usize,
    file: &'c str,
    rule: Rule,
    /// The line of the diff to look at, and why.
    line: Option<u32>,
    told: String,
}

impl Hit<'_, '_> {
    /// How near to the change it is.
    fn rank(&self) -> Option<usize> {
        rules::PLACES.iter().position(|rule| rule.id == self.rule.id)
    }

    fn sources(&self, signature: &str) -> Vec<Source> {
        vec![frame_source(signature, self.frame), Source::Diff { file: self.file.to_owned(), line: self.line }]
    }

    fn link(&self, signature: &str) -> Link {
        let summary = format!("The trace runs through {}, {}.", self.file, self.told);
        self.rule.link(1.0, summary, self.sources(signature))
    }

    fn deep(&self, signature: &str) -> Option<Link> {
        let summary = format!("That call is {} application calls above the place where it broke.", self.depth);
        (self.depth >= DEEP).then(|| rules::DEEP.link(1.0, summary, self.sources(signature)))
    }
}

impl<'a, 'c> Call<'a, 'c> {
    fn hit(&self) -> Option<Hit<'a, 'c>> {
        let (file, _) = self.file?;
        let (rule, line, told) = self.placed(file);
        Some(Hit { frame: self.frame, depth: self.depth, file: file.path, rule, line, told })
    }

    /// The rule that the frame's place in its file earns, and the diff line nearest to it.
    fn placed(&self, file: &ChangedFile<'_>) -> (Rule, Option<u32>, String) {
        let nearest = self.frame.line.and_then(|line| nearest(file, line));
        match (self.frame.line, nearest) {
            (Some(line), Some((at, distance))) if distance <= HUNK_REACH => {
                (rules::IN_HUNK, Some(at), format!("line {line}; {}", changed(file, at)))
            }
            _ if let Some(at) = changed_function(self.frame, file) => {
                let function = self.frame.function.as_deref().unwrap_or_default();
                (rules::IN_CHANGED_FUNCTION, Some(at), format!("function {}, which the deploy changed", clip(function)))
            }
            (Some(line), Some((at, distance))) if distance <= NEAR_REACH => {
                (rules::NEAR_HUNK, Some(at), format!("line {line}; {}, {distance} lines away", changed(file, at)))
            }
            (Some(_), Some((at, distance))) => {
                (rules::FAR_IN_FILE, Some(at), format!("a changed file, but {distance} lines from the nearest change"))
            }
            _ => (rules::IN_FILE, None, "a changed file".to_owned()),
        }
    }
}

/// What the deploy did at a line of the new file: wrote it, or took lines away beside it.
fn changed(file: &ChangedFile<'_>, at: u32) -> String {
    if file.hunks.iter().any(|hunk| hunk.added.iter().any(|line| line.line == at)) {
        format!("the deploy changed line {at}")
    } else {
        format!("the deploy removed lines beside line {at}")
    }
}

/// The changed line nearest to `line`, and how far it is.
fn nearest(file: &ChangedFile<'_>, line: u32) -> Option<(u32, u32)> {
    let ranges = file.hunks.iter().flat_map(|hunk| &hunk.touched);
    ranges
        .map(|range| (line.clamp(range.first, range.last), range.distance(line)))
        .min_by_key(|(_, distance)| *distance)
}

/// First changed line of a hunk that the diff places in the frame's function: its header ends with it, or a changed line defines it;
/// where the frame's line is known, not further away than a function is long (other functions may share the name).
fn changed_function(frame: &Frame, file: &ChangedFile<'_>) -> Option<u32> {
    let function = frame.function.as_deref().filter(|name| name.len() >= 3 && !name.starts_with('<'))?;
    let mut near = file.hunks.iter().filter(|hunk| {
        let distance = frame.line.and_then(|line| hunk.touched.iter().map(|range| range.distance(line)).min());
        distance.is_none_or(|distance| distance <= FUNCTION_REACH)
    });
    let hunk = near.find(|hunk| {
        defines(&hunk.header, function)
            || hunk.added.iter().chain(&hunk.removed).any(|line| defines(&line.text, function))
    })?;
    hunk.touched.first().map(|range| range.first)
}

/// Whether a line looks like the definition of `function`: its name before a parenthesis, no call's dot before it, no `;` at the end.
fn defines(line: &str, function: &str) -> bool {
    let line = line.trim();
    if line.ends_with(';') || line.starts_with("return ") || line.starts_with("if ") {
        return false;
    }
    let Some(at) = line.find(function) else { return false };
    let before = line[..at].chars().next_back();
    let after = line[at + function.len()..].trim_start();
    let alone =
        before.is_some_and(|c| c.is_whitespace() || c == '*' || c == '&') || (before.is_none() && line.ends_with('{'));
    let keyword = ["def ", "fn ", "func ", "function "].iter().any(|word| line[..at].ends_with(word));
    let whole = after.starts_with(['(', '<', '=', ':']) || (keyword && after.is_empty());
    alone && whole && !line[..at].trim_end().ends_with(['=', ',', '(', '+', '?', ':'])
}

/// No frame lies in a changed file: perhaps in its folder, perhaps nowhere near.
fn elsewhere(signature: &str, calls: &[Call<'_, '_>], change: &Change<'_>) -> Link {
    let top = calls[0].frame;
    let neighbour = calls.iter().take(NAMED_FRAMES).find_map(|call| {
        change.files.iter().find(|file| same_folder(&call.path, file.path)).map(|file| (call.frame, file))
    });
    match neighbour {
        Some((frame, file)) => rules::IN_PACKAGE.link(
            1.0,
            format!("The trace touches no changed file, only the folder of {}.", file.path),
            vec![frame_source(signature, frame), Source::Diff { file: file.path.to_owned(), line: None }],
        ),
        None => rules::STACK_ELSEWHERE.link(
            1.0,
            format!("None of the trace's {} application frames touches a changed file or its folder.", calls.len()),
            vec![frame_source(signature, top)],
        ),
    }
}

/// Whether both files lie in a folder of the same name and parent.
fn same_folder(frame: &str, changed: &str) -> bool {
    let folders = |path: &str| path.rsplit_once('/').map(|(folders, _)| folders.to_owned());
    match (folders(frame), folders(changed)) {
        (Some(a), Some(b)) => path_matches(&a, &b).is_some_and(|sure| sure >= 0.7),
        _ => false,
    }
}

/// A changed line that names the function or class of one of the topmost frames.
fn named(signature: &str, calls: &[Call<'_, '_>], change: &Change<'_>) -> Option<Link> {
    calls.iter().take(NAMED_FRAMES).find_map(|call| {
        let names = [call.frame.function.as_deref(), call.frame.class()];
        names.into_iter().flatten().filter(|name| words::is_specific(name)).find_map(|name| {
            let place: Place<'_> = *change.identifiers.get(&name.to_lowercase())?;
            if call.file.is_some_and(|(file, _)| file.path == place.file) {
                return None;
            }
            let summary = format!("Changed line {} names {}, which is in the trace.", place.shown(), clip(name));
            Some(rules::CALLED_BY_CHANGE.link(1.0, summary, vec![place.source(), frame_source(signature, call.frame)]))
        })
    })
}

/// A changed line that defines a function of the trace; a removed one counts as well: what was overridden is inherited now.
fn defined(signature: &str, frames: &[Frame], change: &Change<'_>) -> Option<Link> {
    frames.iter().filter(|frame| !frame.is_test()).take(DEFINED_FRAMES).find_map(|frame| {
        let name = frame.function.as_deref().filter(|name| name.len() >= 4)?;
        let place: Place<'_> = *change.functions.get(name)?;
        let summary = format!("Changed line {} defines {}, which the trace calls.", place.shown(), clip(name));
        Some(rules::DEFINES_FRAME.link(1.0, summary, vec![place.source(), frame_source(signature, frame)]))
    })
}

/// Words of the topmost functions, and of the test's, that stand in changed lines.
fn calls_named(signature: &str, frames: &[Frame], calls: &[Call<'_, '_>], change: &Change<'_>) -> Option<Link> {
    let tests = frames.iter().filter(|frame| frame.is_test() && !frame.is_library());
    let top = calls.iter().take(NAMED_FRAMES).map(|call| call.frame).chain(tests.take(NAMED_FRAMES));
    let mut words: BTreeMap<String, &Frame> = BTreeMap::new();
    for frame in top {
        for word in frame.function.iter().flat_map(|name| words::parts(name)) {
            words.entry(word).or_insert(frame);
        }
    }
    let shared: Vec<_> =
        words.iter().filter_map(|(word, frame)| Some((word, *frame, change.words.get(word)?))).collect();
    let (_, frame, place) = shared.first()?;
    let named: Vec<String> = shared.iter().take(CALL_WORDS).map(|(word, ..)| clip(word)).collect();
    let summary = format!("Words of its calls stand in changed lines: {}.", named.join(", "));
    let strength = named.len() as f64 / CALL_WORDS as f64;
    Some(rules::CALLS_NAMED.link(strength, summary, vec![place.source(), frame_source(signature, frame)]))
}

/// A library frame of a package whose version the deploy changed.
fn dependency(signature: &str, frames: &[Frame], change: &Change<'_>) -> Option<Link> {
    frames.iter().filter(|frame| frame.is_library()).find_map(|frame| {
        let bump = change.bump_of(&frame.path()?)?;
        let summary = format!("The trace runs through a library that the deploy changed: {}.", bump.shown());
        Some(rules::DEPENDENCY_IN_STACK.link(1.0, summary, vec![frame_source(signature, frame), bump.place.source()]))
    })
}

pub(super) fn frame_source(signature: &str, frame: &Frame) -> Source {
    let frame: String = frame.to_string().chars().take(300).collect();
    Source::Frame { signature: signature.to_owned(), frame }
}

pub(super) fn clip(name: &str) -> String {
    name.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_one_file_are_matched() {
        for (frame, changed, sure) in [
            ("org/shop/Cart.java", "src/main/java/org/shop/Cart.java", Some(1.0)),
            ("app/shop/cart.py", "shop/cart.py", Some(1.0)),
            ("org/other/Cart.java", "src/org/shop/Cart.java", None),
            ("cart.rb", "app/models/cart.rb", Some(0.7)),
            ("cart.rb", "cart.rb", Some(1.0)),
            ("srv/x/lib/utils.py", "tools/lib/utils.py", Some(0.7)),
            ("main.go", "cmd/main.go", Some(1.0)),
            ("app/a/index.js", "web/b/index.js", None),
        ] {
            assert_eq!(path_matches(frame, changed), sure, "{frame} {changed}");
        }
    }

    #[test]
    fn definitions_are_told_from_calls() {
        for (line, function, defined) in [
            ("def total(cart):", "total", true),
            ("public int total(Cart c) throws X {", "total", true),
            ("pub fn total<T>(x: T) -> u8 {", "total", true),
            ("func (c *Cart) total(x int) error {", "total", true),
            ("const total = (x) => {", "total", true),
            ("total(x) {", "total", true),
            ("x = total(cart)", "total", false),
            ("cart.total(x)", "total", false),
            ("return total(cart)", "total", false),
            ("total(cart);", "total", false),
            ("def subtotal(cart):", "total", false),
            ("def total", "total", true),
        ] {
            assert_eq!(defines(line, function), defined, "{line}");
        }
    }
}
