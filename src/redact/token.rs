//! Tokens, and text that only looks like one.

use super::find::Found;
use regex::Regex;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Finds what a log could hold to be taken for a token. It gets a token of its own, so that whatever looks like a token in the output
/// is one, and numbers are given anew.
pub(super) struct Lookalikes {
    regex: Regex,
    ranks: BTreeMap<String, usize>,
}

impl Lookalikes {
    pub fn new(names: &[String]) -> Result<Self, String> {
        let pattern = format!(r"(?i-u)<({}):[0-9]+>", names.join("|"));
        let regex = Regex::new(&pattern).map_err(|error| error.to_string())?;
        Ok(Self { regex, ranks: names.iter().cloned().zip(0..).collect() })
    }

    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, usize)> + 'a {
        self.regex.captures_iter(text).filter_map(|captures| {
            let rank = self.ranks.get(&captures.get(1)?.as_str().to_ascii_uppercase())?;
            Some((captures.get(0)?.range(), *rank))
        })
    }
}

/// Numbers of the values of a session, by kind in order of first appearance.
#[derive(Default)]
pub(super) struct Numbers {
    by_value: BTreeMap<(usize, String), u64>,
    values: BTreeMap<usize, u64>,
    /// Tokens written, by rank.
    pub written: BTreeMap<usize, u64>,
}

impl Numbers {
    /// Writes `text` with what was found in it replaced; `found` is in order and does not overlap.
    pub fn write(&mut self, text: &str, found: &[Found], name: impl Fn(usize) -> String) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for one in found {
            let number = self.number(one);
            out.push_str(&text[at..one.range.start]);
            let _ = write!(out, "<{}:{number}>", name(one.rank));
            at = one.range.end;
        }
        out.push_str(&text[at..]);
        out
    }

    fn number(&mut self, found: &Found) -> u64 {
        *self.written.entry(found.rank).or_default() += 1;
        let values = self.values.entry(found.rank).or_default();
        *self.by_value.entry((found.rank, found.value.clone())).or_insert_with(|| {
            *values += 1;
            *values
        })
    }
}
