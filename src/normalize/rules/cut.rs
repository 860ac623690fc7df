//! What of a masked text is kept: its head, or head and tail, in characters or in tokens.

use serde::de::{Error, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Stands between head and tail.
const GAP: &str = " … ";

/// Longest placeholder that is recognized, in bytes.
const LONGEST_PLACEHOLDER: usize = 64;

/// What is kept. Characters are Unicode scalar values; tokens are what white space separates.
///
/// The plain number is the contract's, and cuts wherever it falls. The forms that were added later never cut a placeholder in two: a
/// head ends before it, a tail begins after it, so that `<numb` is no other template than `<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// `200`
    Plain(usize),
    /// `{ characters = 200 }`
    Characters(usize),
    /// `{ tokens = 40 }`
    Tokens(usize),
    /// `{ head = 150, tail = 50 }`
    HeadTail { head: usize, tail: usize },
    /// `{ head_tokens = 20, tail_tokens = 10 }`
    HeadTailTokens { head: usize, tail: usize },
}

impl Cut {
    /// # Errors
    /// When nothing would be kept.
    pub fn check(self) -> Result<(), String> {
        let refused =
            |key: &str| Err(format!("normalize.truncate{key} is 0: every message would be the same signature"));
        match self {
            Self::Plain(0) => refused(""),
            Self::Characters(0) => refused(".characters"),
            Self::Tokens(0) => refused(".tokens"),
            Self::HeadTail { head: 0, tail: 0 } => refused(".head + tail"),
            Self::HeadTailTokens { head: 0, tail: 0 } => refused(".head_tokens + tail_tokens"),
            _ => Ok(()),
        }
    }

    /// What is kept of `text`.
    #[must_use]
    pub fn apply(self, text: Cow<str>) -> Cow<str> {
        match self {
            Self::Plain(limit) => {
                let end = nth_character(&text, limit);
                shorten(text, end)
            }
            Self::Characters(limit) => {
                let end = before_placeholder(&text, nth_character(&text, limit));
                shorten(text, end)
            }
            Self::Tokens(limit) => {
                let end = head_tokens(&text, limit);
                shorten(text, end)
            }
            Self::HeadTail { head, tail } => {
                let end = before_placeholder(&text, nth_character(&text, head));
                let start = after_placeholder(&text, nth_character_back(&text, tail));
                join(text, end, start)
            }
            Self::HeadTailTokens { head, tail } => {
                let (end, start) = (head_tokens(&text, head), tail_tokens(&text, tail));
                join(text, end, start)
            }
        }
    }
}

impl From<usize> for Cut {
    fn from(limit: usize) -> Self {
        Self::Plain(limit)
    }
}

fn shorten(text: Cow<str>, end: usize) -> Cow<str> {
    if end >= text.len() {
        return text;
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// Head and tail with the gap between; all, when no more is left out than the gap would say.
fn join(text: Cow<str>, end: usize, start: usize) -> Cow<str> {
    if start <= end || text[end..start].trim().is_empty() {
        return text;
    }
    Cow::Owned(format!("{}{GAP}{}", text[..end].trim_end(), text[start..].trim_start()))
}

/// Where the character number `n` begins; the end when there are fewer.
fn nth_character(text: &str, n: usize) -> usize {
    if text.as_bytes().get(..n).is_none_or(<[u8]>::is_ascii) {
        return n.min(text.len());
    }
    text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
}

/// Where the last `n` characters begin.
fn nth_character_back(text: &str, n: usize) -> usize {
    if n == 0 {
        return text.len();
    }
    text.char_indices().rev().nth(n - 1).map_or(0, |(at, _)| at)
}

/// Where token number `n` (from 1) ends; the end when there are fewer.
fn head_tokens(text: &str, n: usize) -> usize {
    let Some(last) = n.checked_sub(1) else { return 0 };
    tokens(text).nth(last).map_or(text.len(), |token| token.end)
}

/// Where the last `n` tokens begin.
fn tail_tokens(text: &str, n: usize) -> usize {
    let Some(skipped) = tokens(text).count().checked_sub(n) else { return 0 };
    tokens(text).nth(skipped).map_or(text.len(), |token| token.start)
}

fn tokens(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let begin = text.as_ptr() as usize;
    text.split_whitespace().map(move |token| {
        let start = token.as_ptr() as usize - begin;
        start..start + token.len()
    })
}

/// `at`, or where the placeholder begins that `at` would split.
fn before_placeholder(text: &str, at: usize) -> usize {
    split_placeholder(text, at).map_or(at, |placeholder| placeholder.start)
}

/// `at`, or where the placeholder ends that `at` would split.
fn after_placeholder(text: &str, at: usize) -> usize {
    split_placeholder(text, at).map_or(at, |placeholder| placeholder.end)
}

/// The placeholder (`<`, small letters, digits and `_`, `>`) that `at` lies inside of.
fn split_placeholder(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
    let before = bytes[..at].iter().rev().take(LONGEST_PLACEHOLDER).take_while(|b| inner(b)).count();
    let start = (at - before).checked_sub(1).filter(|start| bytes[*start] == b'<')?;
    let after = bytes[at..].iter().take(LONGEST_PLACEHOLDER).take_while(|b| inner(b)).count();
    (bytes.get(at + after) == Some(&b'>')).then_some(start..at + after + 1)
}

/// The table form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    characters: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    head: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tail: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    head_tokens: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tail_tokens: Option<usize>,
}

impl Table {
    fn cut(&self) -> Option<Cut> {
        match (self.characters, self.tokens, self.head, self.tail, self.head_tokens, self.tail_tokens) {
            (Some(limit), None, None, None, None, None) => Some(Cut::Characters(limit)),
            (None, Some(limit), None, None, None, None) => Some(Cut::Tokens(limit)),
            (None, None, Some(head), Some(tail), None, None) => Some(Cut::HeadTail { head, tail }),
            (None, None, None, None, Some(head), Some(tail)) => Some(Cut::HeadTailTokens { head, tail }),
            _ => None,
        }
    }
}

impl Serialize for Cut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let none =
            Table { characters: None, tokens: None, head: None, tail: None, head_tokens: None, tail_tokens: None };
        match *self {
            Self::Plain(limit) => limit.serialize(serializer),
            Self::Characters(limit) => Table { characters: Some(limit), ..none }.serialize(serializer),
            Self::Tokens(limit) => Table { tokens: Some(limit), ..none }.serialize(serializer),
            Self::HeadTail { head, tail } => Table { head: Some(head), tail: Some(tail), ..none }.serialize(serializer),
            Self::HeadTailTokens { head, tail } => {
                Table { head_tokens: Some(head), tail_tokens: Some(tail), ..none }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Cut {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CutVisitor)
    }
}

struct CutVisitor;

impl<'de> Visitor<'de> for CutVisitor {
    type Value = Cut;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(
            "a number of characters, or one of { characters = 200 }, { tokens = 40 }, { head = 150, tail = 50 }, \
             { head_tokens = 20, tail_tokens = 10 }",
        )
    }

    fn visit_u64<E: Error>(self, limit: u64) -> Result<Cut, E> {
        usize::try_from(limit).map(Cut::Plain).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, limit: i64) -> Result<Cut, E> {
        usize::try_from(limit)
            .map(Cut::Plain)
            .map_err(|_| E::custom(format!("truncate is {limit}: it counts characters")))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cut, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        table.cut().ok_or_else(|| A::Error::custom("truncate does not say one thing: it is a number or one of { characters = 200 }, { tokens = 40 }, { head = 150, tail = 50 }, { head_tokens = 20, tail_tokens = 10 }"))
    }
}

#[cfg(test)]
mod tests {
    use super::Cut::{self, Characters, HeadTail, HeadTailTokens, Plain, Tokens};
    use proptest::prelude::*;

    #[test]
    fn what_is_kept() {
        let cases = [
            (Plain(3), "héllo", "hél"),
            (Plain(8), "x <number> y", "x <numbe"),
            (Characters(8), "x <number> y", "x "),
            (Characters(10), "x <number> y", "x <number>"),
            (Characters(4), "a < b > c", "a < "),
            (Tokens(2), "a  <number> c", "a  <number>"),
            (Tokens(9), "a b ", "a b "),
            (HeadTail { head: 4, tail: 3 }, "abcdefghij", "abcd … hij"),
            (HeadTail { head: 5, tail: 5 }, "abcdefghij", "abcdefghij"),
            (HeadTail { head: 3, tail: 4 }, "x <number> and <uuid>", "x … "),
            (HeadTail { head: 0, tail: 2 }, "abcdefghij", " … ij"),
            (HeadTailTokens { head: 1, tail: 1 }, "a b c", "a … c"),
            (HeadTailTokens { head: 2, tail: 1 }, "a b c", "a b c"),
            (HeadTailTokens { head: 0, tail: 1 }, "a b c", " … c"),
            (HeadTailTokens { head: 1, tail: 0 }, "a b c", "a … "),
            (HeadTailTokens { head: 1, tail: 0 }, "a", "a"),
        ];
        for (cut, text, kept) in cases {
            assert_eq!(cut.apply(text.into()), kept, "{cut:?} of {text:?}");
        }
    }

    #[test]
    fn toml_says_it_in_five_ways() {
        let forms = [
            ("200", Plain(200)),
            ("{ characters = 200 }", Characters(200)),
            ("{ tokens = 40 }", Tokens(40)),
            ("{ head = 150, tail = 50 }", HeadTail { head: 150, tail: 50 }),
            ("{ head_tokens = 20, tail_tokens = 10 }", HeadTailTokens { head: 20, tail: 10 }),
        ];
        for (toml, cut) in forms {
            let key = std::collections::BTreeMap::from([("truncate", cut)]);
            let read: std::collections::BTreeMap<String, Cut> = toml::from_str(&format!("truncate = {toml}")).unwrap();
            assert_eq!(read["truncate"], cut);
            let written = toml::to_string(&key).unwrap();
            assert_eq!(toml::from_str::<std::collections::BTreeMap<String, Cut>>(&written).unwrap(), read);
            assert_eq!(serde_json::from_str::<Cut>(&serde_json::to_string(&cut).unwrap()).unwrap(), cut);
        }
    }

    proptest! {
        /// Never longer than asked for (and the gap), never in the middle of a placeholder.
        #[test]
        fn bounds_hold(text in "([a-c é]|<number>|<id_7>|<|>){0,40}", head in 0..30_usize, tail in 0..30_usize) {
            let count = |text: &str| text.chars().count();
            prop_assert!(count(&Characters(head).apply(text.as_str().into())) <= head);
            let both = HeadTail { head, tail }.apply(text.as_str().into()).into_owned();
            prop_assert!(both == text || count(&both) <= head + tail + count(super::GAP));
            let pieces = both.matches("number").count();
            prop_assert_eq!(pieces, both.matches("<number>").count());
            let whole = text.matches("<number>").count();
            prop_assert!(pieces <= whole);
        }
    }
}
