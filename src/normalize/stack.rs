//! By the stack trace: the exception's type and the application's topmost frames.
//!
//! *Groups* errors thrown at the same place, whatever their message says; a trace may stand in `stack_trace` or in the message.
//! Recursion counts once, frames lose what changes from build to build (`trace/cleanings.rs`). The frames are those of the
//! first exception of the chain, from the root cause outwards, that has one of the application's; functions that are there to
//! raise (`fail`, `throwIfClosed`, `syntaxError`) and exceptions' own constructors are passed over for their callers. Without any:
//!
//! 1. a framework's, where a test called it: then it is what is being tested;
//! 2. the test's class and the words before `expected` of its message: an assertion is thrown by the test, not by what it
//!    found broken, and the values that it compared are data. With no message at all, the test's function instead: tests of
//!    sibling classes share the names of what they try;
//! 3. what the `fallback` says of the message.
//!
//! *Splits* one error that several places run into (a null reference passed around), and one whose place was renamed or moved.
//! *Merges* errors that one helper throws for all of its callers (`frames = 2` tells them apart, and splits others).
//! *Parameters*: `frames`, `detail`, `exception`, `in_app`, `not_in_app`, `fallback`.
//! *Reference*: Lerch and Mezini, CSMR 2013 (duplicates by stack traces); Brodie et al., ICAC 2005 (recursion told once); the
//! defaults were measured on 346 traces of failing tests (`Defects4J`).

use super::frames::{Calls, Frames};
use super::in_app::Place;
use super::trace::{self, Trace};
use super::{Built, GivenUp, Key, Normalizer, NormalizerSpec, Reads, Text};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackSpec {
    /// Topmost frames that must agree, 1 to 32.
    #[serde(default = "one")]
    pub frames: usize,
    #[serde(default)]
    pub detail: Detail,
    #[serde(default)]
    pub exception: ExceptionKind,
    /// Prefixes of modules or paths that are the application's, whatever is known of them otherwise; the longest one decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_app: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_in_app: Vec<String>,
    /// Says what a record without such frames is, by its message.
    pub fallback: Box<NormalizerSpec>,
}

/// What of a frame must agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// Module and function; the file for languages whose traces name no module.
    #[default]
    Function,
    /// File and function.
    File,
    /// Module (or file) alone.
    Module,
}

/// Which exception of a chain gives its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionKind {
    /// The innermost with an application's frame.
    #[default]
    Root,
    /// The outermost with one.
    Outermost,
    /// The frames are the root cause's; no type need agree.
    None,
}

const fn one() -> usize {
    1
}

/// Most frames that can be asked for.
const MAX_WANTED: usize = 32;
/// Words kept of what stands before `expected` in an assertion's message.
const LABEL_WORDS: usize = 8;

impl StackSpec {
    /// The defaults over a fallback.
    #[must_use]
    pub fn over(fallback: NormalizerSpec) -> Self {
        Self {
            frames: one(),
            detail: Detail::default(),
            exception: ExceptionKind::default(),
            in_app: Vec::new(),
            not_in_app: Vec::new(),
            fallback: Box::new(fallback),
        }
    }

    /// # Errors
    /// When a parameter is out of range, or the fallback's is.
    pub fn build(&self) -> Result<Built, String> {
        if !(1..=MAX_WANTED).contains(&self.frames) {
            return Err(format!("normalize.frames is {}: it must be from 1 to {MAX_WANTED}", self.frames));
        }
        let Built { normalizer: fallback, miner } = build_fallback(&self.fallback)?;
        let frames = Frames::new(self.detail, &self.in_app, &self.not_in_app)?;
        let stack = Stack { wanted: self.frames, exception: self.exception, frames, fallback };
        Ok(Built { normalizer: Box::new(stack), miner })
    }
}

/// # Errors
/// When the fallback looks for frames itself, or one of its parameters is out of range.
pub(super) fn build_fallback(spec: &NormalizerSpec) -> Result<Built, String> {
    if matches!(spec, NormalizerSpec::Stack(_) | NormalizerSpec::Sentry(_)) {
        return Err("normalize.fallback looks for stack frames as well: name one that reads messages".to_owned());
    }
    spec.build().map_err(|error| error.replacen("normalize.", "normalize.fallback.", 1))
}

pub struct Stack {
    wanted: usize,
    exception: ExceptionKind,
    frames: Frames,
    fallback: Box<dyn Normalizer>,
}

impl Stack {
    /// The chain in the order in which its exceptions are asked.
    fn order(&self, trace: &Trace) -> Vec<usize> {
        let mut chain = trace.chain();
        if self.exception != ExceptionKind::Outermost {
            chain.reverse();
        }
        chain
    }

    /// The first block of the chain with such a frame.
    fn first(&self, blocks: &[Calls], place: Place) -> Option<String> {
        let block = blocks.iter().find(|block| block.has(place))?;
        let kind = if self.exception == ExceptionKind::None { "" } else { block.exception_type };
        Some(format!("{kind} at {}", self.frames.told(block, place, self.wanted)).trim_start().to_owned())
    }

    /// The outermost test frame's class (or function, for a bare assertion) and the label of the assertion.
    fn test(&self, blocks: &[Calls]) -> Option<String> {
        let entry = blocks.iter().rev().find(|block| block.has(Place::Test))?;
        let thrown = blocks.first()?;
        let kind = if self.exception == ExceptionKind::None { "" } else { thrown.exception_type };
        let bare = thrown.message.trim().is_empty();
        let name = self.frames.entry(entry, Place::Test, bare)?;
        let label = label(thrown.message);
        let colon = if label.is_empty() { "" } else { ": " };
        Some(format!("{kind} in test {name}{colon}{label}").trim_start().to_owned())
    }
}

impl Normalizer for Stack {
    fn key(&self, text: Text) -> Key {
        let found = find(text);
        if !found.trace.is_empty() {
            let order = self.order(&found.trace);
            let blocks: Vec<Calls> =
                order.iter().filter_map(|index| self.frames.calls(&found.trace, *index, text)).collect();
            let tested = || blocks.iter().any(|block| block.has(Place::Test));
            let told = self
                .first(&blocks, Place::App)
                .or_else(|| if tested() { self.first(&blocks, Place::Framework) } else { None })
                .or_else(|| self.test(&blocks));
            if let Some(template) = told {
                return Key::settled(template);
            }
        }
        self.fallback.key(found.words(text))
    }

    fn reads(&self) -> Reads {
        Reads::All
    }

    fn given_up(&self) -> Vec<GivenUp> {
        self.fallback.given_up()
    }
}

/// A record's trace, and where it stood.
pub(super) struct Found {
    pub(super) trace: Trace,
    /// What to read instead of the message: the exception's line, where the message is the trace, or is missing.
    head: Option<String>,
}

impl Found {
    /// The record's texts, without frames in the message.
    pub(super) fn words<'a>(&'a self, text: Text<'a>) -> Text<'a> {
        Text { message: self.head.as_deref().unwrap_or(text.message), ..text }
    }
}

/// Looks into `stack_trace`, then into the message.
pub(super) fn find(text: Text) -> Found {
    let trace = trace::parse(text.stack_trace);
    if !trace.is_empty() {
        let head = text.message.is_empty().then(|| head(&trace));
        return Found { trace, head };
    }
    let trace = trace::parse(text.message);
    let head = if !trace.is_empty() {
        Some(head(&trace))
    } else if text.message.is_empty() {
        text.stack_trace.lines().next().map(str::to_owned)
    } else {
        None
    };
    Found { trace, head }
}

/// `type: message` of the reported exception.
fn head(trace: &Trace) -> String {
    let Some(block) = trace.blocks.first() else { return String::new() };
    let parts = [block.exception_type.as_str(), block.message.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// The words of an assertion's message that are no data: of its first line up to `expected`, not in quotes or `<…>`, without
/// digits.
fn label(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let lower = line.to_ascii_lowercase();
    let end = lower.find("expected").unwrap_or(line.len());
    let words = unquoted(&line[..end]);
    let words = words.split_whitespace().filter(|word| !word.bytes().any(|b| b.is_ascii_digit()));
    words.take(LABEL_WORDS).collect::<Vec<_>>().join(" ")
}

/// The text without what stands in quotes or angle brackets; an opening one that nothing closes stays.
fn unquoted(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(open) = rest.find(['<', '"', '\'']) {
        let close = if rest.as_bytes()[open] == b'<' { '>' } else { char::from(rest.as_bytes()[open]) };
        let Some(length) = rest[open + 1..].find(close) else { break };
        kept.push_str(&rest[..open]);
        rest = &rest[open + length + 2..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod quality;
#[cfg(test)]
mod tests;
