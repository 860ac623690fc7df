//! What a message says of a change: words, names and texts that both share, failures of others, checks that went missing.

use super::change::{Change, ChangedFile, Place};
use super::link::Link;
use super::names;
use super::rules;
use super::words;
use crate::model::Source;
use crate::normalize::trace::Trace;
use crate::triage::Sample;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Most characters of a message that are read and that are cited.
const MAX_READ: usize = 4_000;
const MAX_EXCERPT: usize = 200;
/// Exceptions of one chain whose heads are read.
const MAX_CHAIN: usize = 4;
/// Shared words beyond this many add nothing.
const MAX_WORDS: usize = 4;
/// A message with fewer informative words is too short to be called unrelated.
const ENOUGH_WORDS: usize = 3;

/// How one record's message is linked to the change; `trace` is its stack trace, parsed.
pub fn links(signature: &str, sample: &Sample<'_>, trace: &Trace, change: &Change<'_>) -> Vec<Link> {
    let text = Text::of(signature, sample, trace);
    let mut found: Vec<Link> = Vec::new();
    found.extend(text.names_file(change));
    if change.has_lines() {
        let literal = text.literal(change);
        // What a new log line says of its own code is no second reason.
        let is_logged = literal.as_ref().is_some_and(|link| link.rule.id == rules::LOGGED_BY_CHANGE.id);
        let names = if is_logged { [None, None] } else { [text.identifier(change), text.words(change)] };
        let silent = literal.is_none() && names.iter().all(Option::is_none);
        found.extend(literal);
        found.extend(names.into_iter().flatten());
        found.extend(text.guard(change));
        found.extend(text.raised(change));
        found.extend(text.caught(change));
        found.extend(text.named(change));
        found.extend(text.unrelated(change).filter(|_| silent));
    }
    let touched = [rules::TEXT_IN_CHANGE, rules::IDENTIFIER_IN_CHANGE, rules::NAME_CHANGED];
    let is_touched = found.iter().any(|link| touched.iter().any(|rule| rule.id == link.rule.id));
    found.extend(text.upstream(change).filter(|_| !is_touched));
    found
}

/// A message and its exception type, read once.
struct Text<'a> {
    signature: &'a str,
    message: String,
    /// Neither an exception nor a stack trace came with it.
    is_bare: bool,
    /// Message and exception type, lower-case with single blanks.
    normal: String,
    identifiers: BTreeSet<String>,
    words: BTreeSet<String>,
    names: BTreeSet<String>,
    /// Last parts of the exceptions' types, lower-case, the reported one first.
    exceptions: Vec<String>,
}

impl<'a> Text<'a> {
    fn of(signature: &'a str, sample: &Sample<'_>, trace: &Trace) -> Self {
        let message: String = sample.message.chars().take(MAX_READ).collect();
        let chain: Vec<_> = trace.chain().into_iter().take(MAX_CHAIN).map(|index| &trace.blocks[index]).collect();
        let mut both = format!("{} {message}", sample.exception_type.unwrap_or_default());
        for block in &chain {
            let _ = write!(both, " {} {}", block.exception_type, block.message);
        }
        let both: String = both.chars().take(2 * MAX_READ).collect();
        let types = sample.exception_type.into_iter().chain(chain.iter().map(|block| block.exception_type.as_str()));
        let last = |name: &str| name.rsplit(['.', ':', '\\', '$']).next().unwrap_or_default().to_lowercase();
        let exceptions: Vec<String> = types.map(last).filter(|name| name.len() >= 4).collect();
        let identifiers =
            words::identifiers(&both).filter(|word| words::is_specific(word)).map(str::to_lowercase).collect();
        let words = words::identifiers(&both).flat_map(words::parts).collect();
        let is_bare = sample.exception_type.is_none() && sample.stack_trace.is_none();
        Self {
            signature,
            names: names::of(&both).into_iter().collect(),
            exceptions,
            normal: words::normal(&both),
            message,
            is_bare,
            identifiers,
            words,
        }
    }

    fn source(&self) -> Source {
        Source::Message {
            signature: self.signature.to_owned(),
            excerpt: self.message.chars().take(MAX_EXCERPT).collect(),
        }
    }

    /// The longest quoted text of a changed line that the message repeats.
    fn literal(&self, change: &Change<'_>) -> Option<Link> {
        let (literal, place) = change
            .literals
            .iter()
            .filter(|(literal, _)| self.normal.contains(literal.as_str()))
            .max_by_key(|(literal, _)| literal.len())?;
        let summary = format!("Its text “{}” stands at {}.", clip(literal), place.shown());
        let rule = if self.is_bare && change.logged.contains(literal) {
            rules::LOGGED_BY_CHANGE
        } else {
            rules::TEXT_IN_CHANGE
        };
        Some(rule.link(1.0, summary, vec![place.source(), self.source()]))
    }

    fn identifier(&self, change: &Change<'_>) -> Option<Link> {
        let shared = shared(&self.identifiers, &change.identifiers);
        let (name, place) = shared.first()?;
        let summary = format!("It names {}, as does changed line {}.", clip(name), place.shown());
        Some(rules::IDENTIFIER_IN_CHANGE.link(1.0, summary, vec![place.source(), self.source()]))
    }

    fn words(&self, change: &Change<'_>) -> Option<Link> {
        let shared = shared(&self.words, &change.words);
        let (_, place) = shared.first()?;
        let count = shared.len().min(MAX_WORDS);
        let named: Vec<String> = shared.iter().take(MAX_WORDS).map(|(word, _)| clip(word)).collect();
        let summary = format!("It shares words with changed lines: {}.", named.join(", "));
        let strength = count as f64 / MAX_WORDS as f64;
        Some(rules::WORDS_IN_CHANGE.link(strength, summary, vec![place.source(), self.source()]))
    }

    fn unrelated(&self, change: &Change<'_>) -> Option<Link> {
        if self.words.len() < ENOUGH_WORDS || self.words.iter().any(|word| change.surroundings.contains(word)) {
            return None;
        }
        let summary = format!("None of its {} words occurs in the diff.", self.words.len());
        Some(rules::UNRELATED.link(1.0, summary, vec![self.source()]))
    }

    /// The message names what a changed file is called after.
    fn names_file(&self, change: &Change<'_>) -> Option<Link> {
        let named = |file: &&ChangedFile<'_>| {
            words::is_specific(file.stem()) && self.identifiers.contains(&file.stem().to_lowercase())
        };
        let file = change.files.iter().find(named)?;
        let summary = format!("It names {}, which {} holds.", clip(file.stem()), file.path);
        let diff = Source::Diff { file: file.path.to_owned(), line: None };
        Some(rules::NAMES_FILE.link(1.0, summary, vec![diff, self.source()]))
    }

    fn raised(&self, change: &Change<'_>) -> Option<Link> {
        let (name, place) = self.exceptions.iter().find_map(|name| Some((name, change.raised.get(name)?)))?;
        let summary = format!("Added line {} raises {}.", place.shown(), clip(name));
        Some(rules::RAISED_BY_CHANGE.link(1.0, summary, vec![place.source(), self.source()]))
    }

    fn caught(&self, change: &Change<'_>) -> Option<Link> {
        let (name, place) = self.exceptions.iter().find_map(|name| Some((name, change.caught.get(name)?)))?;
        let summary = format!("Changed line {} catches {}.", place.shown(), clip(name));
        Some(rules::HANDLER_CHANGED.link(1.0, summary, vec![place.source(), self.source()]))
    }

    fn named(&self, change: &Change<'_>) -> Option<Link> {
        let (name, place) = shared(&self.names, &change.names).into_iter().next()?;
        let summary = format!("It names the {}, as does changed line {}.", clip(&name), place.shown());
        Some(rules::NAME_CHANGED.link(1.0, summary, vec![place.source(), self.source()]))
    }

    fn guard(&self, change: &Change<'_>) -> Option<Link> {
        let (guard, place) = change.guards.iter().find(|(guard, _)| guard.explains(&self.normal))?;
        let summary = format!("{}; the deploy changed such a check at {}.", guard.told, place.shown());
        Some(rules::GUARD_CHANGED.link(1.0, summary, vec![place.source(), self.source()]))
    }

    fn upstream(&self, change: &Change<'_>) -> Option<Link> {
        let phrase = UPSTREAM.iter().find(|phrase| self.normal.contains(**phrase))?;
        let client_touched = CLIENT_WORDS.iter().any(|word| change.words.contains_key(*word));
        if client_touched {
            return None;
        }
        let summary = format!("It tells of a failure outside (“{phrase}”), and the deploy touched no client code.");
        Some(rules::UPSTREAM.link(1.0, summary, vec![self.source()]))
    }
}

/// Names that both hold, longest first: the more particular, the more it says.
fn shared<'p>(own: &BTreeSet<String>, changed: &BTreeMap<String, Place<'p>>) -> Vec<(String, Place<'p>)> {
    let mut shared: Vec<(String, Place<'p>)> =
        own.iter().filter_map(|name| changed.get(name).map(|place| (name.clone(), *place))).collect();
    shared.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    shared
}

fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Failures of something outside the service; lower-case.
#[rustfmt::skip]
const UPSTREAM: &[&str] = &[
    "connection refused", "econnrefused", "connection reset", "econnreset", "connection timed out", "timed out", "timeout", "etimedout", "deadline exceeded",
    "no route to host", "host unreachable", "ehostunreach", "network is unreachable", "name resolution", "getaddrinfo", "enotfound", "unknownhost", "no such host",
    "rate limit", "too many requests", "code 429", "status 429", "http 429", "throttl", "bad gateway", "code 502", "status 502", "service unavailable", "code 503", "status 503", "gateway timeout", "code 504", "status 504", "upstream",
    "circuit breaker", "tls handshake", "ssl handshake", "certificate has expired", "broken pipe", "connection closed", "connectexception", "too many connections",
    "connection pool exhausted", "socket hang up", "disconnected from",
];

/// Words whose presence in changed lines means that the way to others was touched.
const CLIENT_WORDS: &[&str] = &[
    "timeout",
    "timeouts",
    "retry",
    "retries",
    "client",
    "clients",
    "http",
    "https",
    "host",
    "endpoint",
    "socket",
    "connection",
    "connect",
    "pool",
    "backoff",
    "grpc",
    "fetch",
    "proxy",
    "deadline",
];

#[cfg(test)]
mod tests {
    use super::{CLIENT_WORDS, UPSTREAM};

    #[test]
    fn tables_are_lower_case_as_the_text_they_are_held_against() {
        for text in UPSTREAM.iter().chain(CLIENT_WORDS) {
            assert_eq!(*text, text.to_lowercase());
        }
    }
}
