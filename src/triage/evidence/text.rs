//! What a message says of a change: words, names and texts that both share, failures of others, checks that went missing.

use super::change::{Change, Place};
use super::rules;
use super::words;
use crate::model::{Evidence, Source};
use crate::triage::Sample;
use std::collections::{BTreeMap, BTreeSet};

/// Most characters of a message that are read and that are cited.
const MAX_READ: usize = 4_000;
const MAX_EXCERPT: usize = 200;
/// Shared words beyond this many add nothing.
const MAX_WORDS: usize = 4;
/// A message with fewer informative words is too short to be called unrelated.
const ENOUGH_WORDS: usize = 3;

pub fn evidence(signature: &str, sample: &Sample<'_>, change: &Change<'_>) -> Vec<Evidence> {
    let text = Text::of(signature, sample);
    let mut found: Vec<Evidence> = Vec::new();
    if change.has_lines() {
        let literal = text.literal(change);
        // What a new log line says of its own code is no second reason.
        let is_logged = literal.as_ref().is_some_and(|evidence| evidence.rule == rules::LOGGED_BY_CHANGE.id);
        let names = if is_logged { [None, None] } else { [text.identifier(change), text.words(change)] };
        let silent = literal.is_none() && names.iter().all(Option::is_none);
        found.extend(literal);
        found.extend(names.into_iter().flatten());
        found.extend(text.guard(change));
        found.extend(text.unrelated(change).filter(|_| silent));
    }
    let touched = found
        .iter()
        .any(|evidence| evidence.rule == rules::TEXT_IN_CHANGE.id || evidence.rule == rules::IDENTIFIER_IN_CHANGE.id);
    found.extend(text.upstream(change).filter(|_| !touched));
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
}

impl<'a> Text<'a> {
    fn of(signature: &'a str, sample: &Sample<'_>) -> Self {
        let message: String = sample.message.chars().take(MAX_READ).collect();
        let both = format!("{} {message}", sample.exception_type.unwrap_or_default());
        let identifiers =
            words::identifiers(&both).filter(|word| words::is_specific(word)).map(str::to_lowercase).collect();
        let words = words::identifiers(&both).flat_map(words::parts).collect();
        let is_bare = sample.exception_type.is_none() && sample.stack_trace.is_none();
        Self { signature, normal: words::normal(&both), message, is_bare, identifiers, words }
    }

    fn source(&self) -> Source {
        Source::Message {
            signature: self.signature.to_owned(),
            excerpt: self.message.chars().take(MAX_EXCERPT).collect(),
        }
    }

    /// The longest quoted text of a changed line that the message repeats.
    fn literal(&self, change: &Change<'_>) -> Option<Evidence> {
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
        Some(rule.evidence(1.0, summary, vec![place.source(), self.source()]))
    }

    fn identifier(&self, change: &Change<'_>) -> Option<Evidence> {
        let shared = shared(&self.identifiers, &change.identifiers);
        let (name, place) = shared.first()?;
        let summary = format!("It names {}, as does changed line {}.", clip(name), place.shown());
        Some(rules::IDENTIFIER_IN_CHANGE.evidence(1.0, summary, vec![place.source(), self.source()]))
    }

    fn words(&self, change: &Change<'_>) -> Option<Evidence> {
        let shared = shared(&self.words, &change.words);
        let (_, place) = shared.first()?;
        let count = shared.len().min(MAX_WORDS);
        let named: Vec<String> = shared.iter().take(MAX_WORDS).map(|(word, _)| clip(word)).collect();
        let summary = format!("It shares words with changed lines: {}.", named.join(", "));
        let strength = count as f64 / MAX_WORDS as f64;
        Some(rules::WORDS_IN_CHANGE.evidence(strength, summary, vec![place.source(), self.source()]))
    }

    fn unrelated(&self, change: &Change<'_>) -> Option<Evidence> {
        if self.words.len() < ENOUGH_WORDS || self.words.iter().any(|word| change.surroundings.contains(word)) {
            return None;
        }
        let summary = format!("None of its {} words occurs in the diff.", self.words.len());
        Some(rules::UNRELATED.evidence(1.0, summary, vec![self.source()]))
    }

    fn guard(&self, change: &Change<'_>) -> Option<Evidence> {
        let (guard, place) = change.guards.iter().find(|(guard, _)| guard.explains(&self.normal))?;
        let summary = format!("{}; the deploy changed such a check at {}.", guard.told, place.shown());
        Some(rules::GUARD_CHANGED.evidence(1.0, summary, vec![place.source(), self.source()]))
    }

    fn upstream(&self, change: &Change<'_>) -> Option<Evidence> {
        let phrase = UPSTREAM.iter().find(|phrase| self.normal.contains(**phrase))?;
        let client_touched = CLIENT_WORDS.iter().any(|word| change.words.contains_key(*word));
        if client_touched {
            return None;
        }
        let summary = format!("It tells of a failure outside (“{phrase}”), and the deploy touched no client code.");
        Some(rules::UPSTREAM.evidence(1.0, summary, vec![self.source()]))
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
