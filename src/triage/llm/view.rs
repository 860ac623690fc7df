//! A case as the model sees it: ids for what strangers name, a closed vocabulary for what they say, code without comments and texts.
//!
//! A line of a log and a line of a diff are written by whoever can make the service fail or send a patch. What they wrote cannot
//! instruct the model where it is not shown; replacing untrusted text by what it is (`AIOpsShield`, Pasquini et al. 2025) stops what
//! telling a model to beware does not.

use super::code::{Reader, Syntax, name};
use super::vocabulary;
use crate::model::{Evidence, Source, excerpt, visible};
use crate::normalize::trace::{self, Frame};
use crate::redact::Session;
use crate::triage::evidence::diff::{FileChange, Hunk};
use crate::triage::{AlertContext, CaseContext, Diff, FileClasses};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Errors that are shown: those with most records beyond expectation.
const MOST_ERRORS: usize = 12;
/// Frames of each.
const MOST_FRAMES: usize = 8;
/// Files that are listed.
const MOST_FILES: usize = 60;
/// Lines of a hunk that are weighed together; longer hunks are cut into such pieces.
const PIECE: usize = 60;
/// Characters of a text that is shown as it came.
const MOST_RAW: usize = 600;

/// All that a prompt is made of.
#[derive(Serialize)]
pub struct View {
    pub raw: bool,
    pub services: usize,
    pub files: Vec<File>,
    pub files_left_out: usize,
    pub errors: Vec<Error>,
    pub errors_left_out: usize,
    pub links: Vec<Link>,
    /// Requests in the window ÷ what was usual.
    pub traffic: Option<String>,
    pub deployed_last: bool,
}

/// A changed file.
#[derive(Serialize)]
pub struct File {
    pub id: String,
    /// Only where text is shown as it came.
    pub path: Option<String>,
    pub class: &'static str,
    pub ending: String,
    pub added: usize,
    pub removed: usize,
}

/// A signature that rose.
#[derive(Serialize)]
pub struct Error {
    pub id: String,
    pub exception: Option<String>,
    pub text: String,
    pub frames: Vec<String>,
    /// An error above with the same exception and frames, which are not repeated.
    pub like: Option<String>,
    pub k: u64,
    pub expected: String,
    pub before: u64,
    pub is_new: bool,
    pub minutes: String,
    /// Services that were not deployed and have it too.
    pub elsewhere: usize,
}

/// What a free rule found.
#[derive(Serialize)]
pub struct Link {
    pub rule: String,
    pub weight: String,
    pub lines: Vec<String>,
}

/// A part of a hunk, ready to be shown.
pub struct Piece<'a> {
    /// Index of the file.
    pub file: usize,
    pub lines: Vec<Line<'a>>,
    /// Sum of the weights of what cites it; 0: nothing does.
    pub weight: f64,
}

/// One line of a piece.
pub struct Line<'a> {
    /// In the new file; in the old one where it was removed.
    pub number: u32,
    /// `+`, `-` or a blank.
    pub mark: char,
    pub text: String,
    /// What it was made of, and how that is read; `None` where it is shown as it came.
    source: Option<(Reader, &'a str)>,
}

impl Line<'_> {
    /// Makes it of its redacted source: without blanks and quotes a secret is no longer known for one.
    ///
    /// # Errors
    /// When it cannot be redacted.
    pub fn redact(&mut self, session: &mut Session<'_>) -> Result<(), String> {
        if let Some((mut reader, source)) = self.source.take() {
            self.text = reader.line(&session.redact(source)?);
        }
        Ok(())
    }
}

/// What the ids of a view stand for.
#[derive(Default)]
pub struct Names {
    /// Names in the diff's lines: of the functions in frames only these are shown, since a log names what it likes.
    pub known: BTreeSet<String>,
    /// `f1` is the first.
    pub files: Vec<String>,
    /// `e1` is the first.
    pub signatures: Vec<String>,
}

/// How texts of strangers are shown.
#[derive(Clone, Copy)]
pub struct Shown {
    /// As they came, made visible and cut.
    pub raw: bool,
}

impl Shown {
    fn message(self, text: &str) -> String {
        if self.raw { excerpt(text, MOST_RAW) } else { vocabulary::shown(text) }
    }

    fn name(self, text: &str) -> String {
        if self.raw { excerpt(text, 120) } else { name(text) }
    }

    /// The type without its package.
    fn exception(self, text: &str) -> String {
        if self.raw { excerpt(text, 120) } else { name(text.rsplit(['.', ':', '\\']).next().unwrap_or(text)) }
    }
}

impl View {
    /// `evidence`: what the free triager found of this case.
    #[must_use]
    pub fn of(case: &CaseContext<'_>, evidence: &[Evidence], classes: &FileClasses, shown: Shown) -> (Self, Names) {
        let files: Vec<&FileChange> =
            case.diff.map(|diff| diff.files.iter().take(MOST_FILES).collect()).unwrap_or_default();
        let mut alerts: Vec<&AlertContext<'_>> = case.open_alerts().collect();
        alerts.sort_by(|a, b| {
            let (a, b) = (&a.alert.detection, &b.alert.detection);
            b.excess().total_cmp(&a.excess()).then_with(|| a.signature.cmp(&b.signature))
        });
        let (errors_left_out, all) = (alerts.len().saturating_sub(MOST_ERRORS), alerts);
        let alerts = &all[..all.len() - errors_left_out];
        let names = Names {
            known: case.diff.map(identifiers).unwrap_or_default(),
            files: files.iter().map(|file| file.path().to_owned()).collect(),
            signatures: alerts.iter().map(|one| one.alert.detection.signature.clone()).collect(),
        };
        let mut errors: Vec<Error> =
            alerts.iter().enumerate().map(|(i, one)| Error::of(i, one, case, &names, shown)).collect();
        refer_back(&mut errors);
        let view = Self {
            raw: shown.raw,
            services: case.deploy.services.len(),
            files: files.iter().enumerate().map(|(index, file)| File::of(index, file, classes, shown)).collect(),
            files_left_out: case.diff.map_or(case.changed_files.len(), |diff| diff.files.len() - files.len()),
            errors,
            errors_left_out,
            links: evidence.iter().filter(|one| one.weight != 0.0).map(|one| Link::of(one, &names)).collect(),
            traffic: case.traffic.and_then(crate::triage::TrafficChange::ratio).map(|ratio| format!("{ratio:.2}")),
            deployed_last: case.last_deploy_before_first_record == Some(case.deploy.id.as_str()),
        };
        (view, names)
    }
}

impl File {
    fn of(index: usize, file: &FileChange, classes: &FileClasses, shown: Shown) -> Self {
        let path = file.path();
        let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, ending)| ending);
        let known = ending.len() <= 8 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self {
            id: format!("f{}", index + 1),
            path: shown.raw.then(|| excerpt(path, 200)),
            class: classes.of(path).name(),
            ending: if known { ending.to_ascii_lowercase() } else { String::new() },
            added: file.hunks.iter().map(|hunk| hunk.added.len()).sum(),
            removed: file.hunks.iter().map(|hunk| hunk.removed.len()).sum(),
        }
    }
}

impl Error {
    fn of(index: usize, context: &AlertContext<'_>, case: &CaseContext<'_>, names: &Names, shown: Shown) -> Self {
        let detection = &context.alert.detection;
        let sample = context.samples.first();
        let trace = context.samples.iter().find_map(|sample| sample.stack_trace).unwrap_or_default();
        let text =
            if shown.raw { sample.map_or(detection.signature.as_str(), |s| s.message) } else { &detection.signature };
        let frames = trace::frames(trace);
        let kept = frames.iter().filter(|frame| !frame.is_test()).take(MOST_FRAMES);
        Self {
            id: format!("e{}", index + 1),
            exception: sample.and_then(|sample| sample.exception_type).map(|text| shown.exception(text)),
            text: shown.message(text),
            frames: kept.map(|frame| frame_line(frame, names, shown)).collect(),
            like: None,
            k: detection.k,
            expected: format!("{:.1}", detection.expected),
            before: context.before,
            is_new: detection.is_new,
            minutes: format!("{:.1}", (detection.first_seen - case.deploy.deployed_at).as_minutes()),
            elsewhere: context.elsewhere.iter().filter(|other| other.k > 0).count(),
        }
    }
}

/// Frames that an error above has too are not shown again.
fn refer_back(errors: &mut [Error]) {
    for index in 1..errors.len() {
        let (above, rest) = errors.split_at_mut(index);
        let one = &mut rest[0];
        let same = |other: &&Error| other.frames == one.frames && other.exception == one.exception;
        if let Some(first) = above.iter().find(same).filter(|first| !first.frames.is_empty()) {
            one.like = Some(first.id.clone());
        }
    }
    for error in errors.iter_mut().filter(|error| error.like.is_some()) {
        error.frames.clear();
    }
}

/// Names that a diff that large has at most, as far as they are looked at.
const MOST_KNOWN: usize = 20_000;

fn identifiers(diff: &Diff) -> BTreeSet<String> {
    let hunks = diff.files.iter().flat_map(|file| &file.hunks);
    let lines = hunks.flat_map(|hunk| {
        let lines = hunk.added.iter().chain(&hunk.removed).chain(&hunk.context).map(|line| line.text.as_str());
        lines.chain([hunk.header.as_str()])
    });
    let words = lines.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')));
    words.filter(|word| !word.is_empty()).take(MOST_KNOWN).map(str::to_owned).collect()
}

/// `f2:123 total` where the file was changed, else `app total` or `library total`.
fn frame_line(frame: &Frame, names: &Names, shown: Shown) -> String {
    let shows = |function: &&str| shown.raw || names.known.contains(*function);
    let function = frame.function.as_deref().map_or_else(String::new, |function| {
        let name = Some(function).filter(shows).map_or_else(|| "<name>".to_owned(), |function| shown.name(function));
        format!(" {name}")
    });
    let path = frame.path().unwrap_or_default();
    let line = frame.line.map_or_else(String::new, |line| format!(":{line}"));
    match names.files.iter().position(|file| same_file(&path, file)) {
        Some(index) => format!("f{}{line}{function}", index + 1),
        None if frame.is_library() => format!("library{function}"),
        None => format!("app{function}"),
    }
}

/// Whether two paths end in the same two parts, or the shorter one is one part and the same.
fn same_file(frame: &str, changed: &str) -> bool {
    let same = frame.rsplit('/').zip(changed.rsplit('/')).take_while(|(a, b)| a == b && !a.is_empty()).count();
    let shortest = frame.split('/').count().min(changed.split('/').count());
    same >= 2 || (same == 1 && shortest == 1)
}

impl Link {
    fn of(evidence: &Evidence, names: &Names) -> Self {
        let lines = evidence.sources.iter().filter_map(|source| match source {
            // The number and its unit are the program's; what it is called may name a service.
            Source::Measured { value, unit, .. } => Some(format!("({value:.2} {unit})")),
            Source::Diff { file, line } => {
                let id = names.files.iter().position(|name| name == file)? + 1;
                Some(line.map_or_else(|| format!("f{id}"), |line| format!("f{id}:{line}")))
            }
            _ => None,
        });
        Self { rule: evidence.rule.clone(), weight: format!("{:+.1}", evidence.weight), lines: lines.collect() }
    }
}

/// The diff in pieces, those first that evidence cites most, then those that can break production, then in the diff's order.
#[must_use]
pub fn pieces<'a>(
    case: &CaseContext<'a>,
    evidence: &[Evidence],
    classes: &FileClasses,
    shown: Shown,
) -> Vec<Piece<'a>> {
    let Some(diff) = case.diff else { return Vec::new() };
    let mut cited: BTreeMap<(&str, u32), f64> = BTreeMap::new();
    for one in evidence {
        for source in &one.sources {
            if let Source::Diff { file, line: Some(line) } = source {
                *cited.entry((file, *line)).or_default() += one.weight.abs();
            }
        }
    }
    let mut pieces = Vec::new();
    for (index, file) in diff.files.iter().enumerate().take(MOST_FILES) {
        for hunk in &file.hunks {
            let lines = lines(file.path(), hunk, shown);
            for part in chunks(lines) {
                let weight = part.iter().filter_map(|line| cited.get(&(file.path(), line.number))).sum();
                pieces.push(Piece { file: index, lines: part, weight });
            }
        }
    }
    let runs = |piece: &Piece| classes.of(diff.files[piece.file].path()).can_break_production();
    // Stable: equal ones stay in the diff's order.
    pieces.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| runs(b).cmp(&runs(a))));
    pieces
}

fn chunks(mut lines: Vec<Line<'_>>) -> Vec<Vec<Line<'_>>> {
    let mut parts = Vec::new();
    while lines.len() > PIECE {
        let rest = lines.split_off(PIECE);
        parts.push(std::mem::replace(&mut lines, rest));
    }
    parts.push(lines);
    parts.retain(|part| !part.is_empty());
    parts
}

/// The hunk's lines in the order in which the diff has them; none of a file whose lines are not code.
fn lines<'a>(path: &str, hunk: &'a Hunk, shown: Shown) -> Vec<Line<'a>> {
    let mut reader = match (shown.raw, Syntax::of(path)) {
        (true, _) => None,
        (false, Some(syntax)) => Some(Reader::new(syntax)),
        (false, None) => return Vec::new(),
    };
    hunk.in_order()
        .into_iter()
        .map(|(mark, number, text)| {
            let source = reader.map(|reader| (reader, text));
            let text = reader.as_mut().map_or_else(|| visible(text).chars().take(MOST_RAW).collect(), |r| r.line(text));
            Line { number, mark, text, source }
        })
        .collect()
}
