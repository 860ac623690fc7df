//! The redaction of one document.

use super::find::{Finder, Found};
use super::token::Numbers;
use regex::Regex;
use std::collections::BTreeMap;
use std::fmt;

/// Longest text, in bytes.
const MAX_TEXT: usize = 4 << 20;
/// What is looked at in one go, in bytes. `find_iter` may take the square of it.
const PIECE: usize = 64 << 10;
/// How far a piece begins before the end of the one before it, in bytes: more than any private key is long.
const OVERLAP: usize = 16 << 10;
/// Times that a text is read again after something was replaced: what stood beside it may only now be seen.
const MAX_PASSES: usize = 8;

/// Most secrets that are also searched for by value.
const MAX_KNOWN: usize = 512;

/// One document's tokens.
pub struct Session<'a> {
    finder: &'a Finder,
    numbers: Numbers,
    /// Secrets found so far, by value: they are also replaced where nothing beside them tells what they are.
    known: BTreeMap<String, usize>,
}

impl<'a> Session<'a> {
    pub(super) fn new(finder: &'a Finder) -> Self {
        Self { finder, numbers: Numbers::default(), known: BTreeMap::new() }
    }

    /// `text` with tokens for what it gave away; redacted again, by a session of its own, it stays as it is.
    ///
    /// # Errors
    /// When the text is longer than 4 MiB, or something new is found in it each time. The message holds nothing of the text, and the
    /// text must not be sent.
    pub fn redact(&mut self, text: &str) -> Result<String, String> {
        if text.len() > MAX_TEXT {
            return Err(format!("the text has {} bytes: at most {MAX_TEXT} can be redacted", text.len()));
        }
        let mut draft = Draft { text: text.to_owned(), found: Vec::new() };
        for pass in 0..MAX_PASSES {
            let mut more = find(self.finder, &draft.text);
            self.learn(&more);
            more.extend(self.find_known(&draft.text)?);
            more.retain(|found| !draft.has(found));
            if more.is_empty() {
                return Ok(draft.number(self.finder, &mut self.numbers));
            }
            if pass >= MAX_PASSES / 2 {
                widen(&draft.text, &mut more);
            }
            draft = draft.with(more, self.finder);
        }
        Err(format!("the text still gives something away after {MAX_PASSES} passes"))
    }

    /// Remembers the secrets among what was found.
    fn learn(&mut self, found: &[Found]) {
        for one in found.iter().filter(|one| self.finder.is_secret(one.rank) && is_telling(&one.value)) {
            if self.known.len() < MAX_KNOWN {
                self.known.entry(one.value.clone()).or_insert(one.rank);
            }
        }
    }

    /// Known secrets wherever they stand.
    fn find_known(&self, text: &str) -> Result<Vec<Found>, String> {
        if self.known.is_empty() {
            return Ok(Vec::new());
        }
        // Of two that begin alike the longer is tried first.
        let mut values: Vec<&String> = self.known.keys().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let pattern = values.iter().map(|value| regex::escape(value)).collect::<Vec<_>>().join("|");
        let regex =
            Regex::new(&pattern).map_err(|_| "the secrets of the text are too many to search for".to_owned())?;
        let found = regex.find_iter(text).map(|found| Found {
            range: found.range(),
            rank: self.known.get(found.as_str()).copied().unwrap_or_default(),
            value: found.as_str().to_owned(),
        });
        Ok(found.collect())
    }

    /// How many tokens were written, by name of the kind (`email`); kinds of which there were none are left out.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.numbers.written.iter().map(|(rank, n)| (self.finder.name(*rank).to_ascii_lowercase(), *n)).collect()
    }
}

impl fmt::Debug for Session<'_> {
    /// Counts only: what was found is never shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

/// Whether a secret is no word that may stand anywhere: at least eight characters, letters and digits.
fn is_telling(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.bytes().any(|b| is(&b));
    let fits = (8..=256).contains(&value.len());
    fits && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !has(u8::is_ascii_whitespace)
}

/// To whole lines: where each replacement lays bare the next, nothing of the line is worth keeping.
fn widen(text: &str, found: &mut [Found]) {
    found.sort_by_key(|one| (one.range.start, one.range.end));
    let mut line = 0..0;
    for one in found {
        // Each line is looked for once.
        if one.range.end > line.end {
            let start = text[..one.range.start].rfind('\n').map_or(0, |newline| newline + 1);
            let end = text[one.range.end..].find('\n').map_or(text.len(), |newline| one.range.end + newline);
            line = start..end;
        }
        one.range = line.clone();
    }
}

/// All that is to be replaced in the text, piece by piece.
fn find(finder: &Finder, text: &str) -> Vec<Found> {
    let mut all = Vec::new();
    let mut start = 0;
    loop {
        let end = if text.len() - start <= PIECE { text.len() } else { text.floor_char_boundary(start + PIECE) };
        let cut = start > 0 && !text[..start].ends_with('\n');
        all.extend(finder.find(&text[start..end], cut).into_iter().map(|mut found| {
            found.range = start + found.range.start..start + found.range.end;
            if found.range.end == end {
                found.range.end += text[end..].find(char::is_whitespace).unwrap_or(text.len() - end);
            }
            found
        }));
        if end == text.len() {
            return all;
        }
        start = next_start(text, end);
    }
}

/// Where the piece after one that ends at `end` begins: after a line's end where there is one.
fn next_start(text: &str, end: usize) -> usize {
    let at = text.floor_char_boundary(end - OVERLAP);
    let before = text.floor_char_boundary(at - OVERLAP);
    text[before..at].rfind('\n').map_or(at, |newline| before + newline + 1)
}

/// A text in which some is replaced already, by tokens without numbers.
struct Draft {
    text: String,
    /// The tokens, in order.
    found: Vec<Found>,
}

impl Draft {
    /// Whether what was found lies within a token.
    fn has(&self, found: &Found) -> bool {
        let next = self.found.partition_point(|token| token.range.end <= found.range.start);
        let token = self.found.get(next);
        token.is_some_and(|t| t.range.start <= found.range.start && found.range.end <= t.range.end)
    }

    /// With `more` replaced, each group of overlapping ones and the tokens they touch by one token.
    fn with(self, more: Vec<Found>, finder: &Finder) -> Self {
        let mut all: Vec<(Found, bool)> = self.found.into_iter().map(|found| (found, false)).collect();
        all.extend(more.into_iter().map(|found| (found, true)));
        all.sort_by(|(a, _), (b, _)| {
            let place = |f: &Found| (f.range.start, std::cmp::Reverse(f.range.end), f.rank);
            place(a).cmp(&place(b)).then_with(|| a.value.cmp(&b.value))
        });
        let mut merged: Vec<(Found, bool)> = Vec::new();
        for (found, is_new) in all {
            match merged.last_mut() {
                Some((last, last_is_new)) if found.range.start < last.range.end => {
                    let end = last.range.end.max(found.range.end);
                    // What is new spans the tokens that it touches.
                    if is_new && (!*last_is_new || found.rank < last.rank) {
                        (last.rank, last.value) = (found.rank, found.value);
                    }
                    last.range.end = end;
                    *last_is_new |= is_new;
                }
                _ => merged.push((found, is_new)),
            }
        }
        let mut next = Self { text: String::with_capacity(self.text.len()), found: Vec::with_capacity(merged.len()) };
        let mut at = 0;
        for (found, _) in merged {
            next.text.push_str(&self.text[at..found.range.start]);
            at = found.range.end;
            let start = next.text.len();
            next.text.push('<');
            next.text.push_str(finder.name(found.rank));
            next.text.push_str(":0>");
            next.found.push(Found { range: start..next.text.len(), ..found });
        }
        next.text.push_str(&self.text[at..]);
        next
    }

    fn number(&self, finder: &Finder, numbers: &mut Numbers) -> String {
        numbers.write(&self.text, &self.found, |rank| finder.name(rank).to_owned())
    }
}
