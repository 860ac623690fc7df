//! All rules over one piece of text, in every reading of it.

use super::view::View;
use super::{Kind, RedactionSpec, address, base64, entropy, header, key_block, named, number, shape, token};
use regex::Regex;
use std::ops::Range;

/// Most matches of a user's rule in one reading of a piece; what follows is then replaced whole. `find_iter` may read a piece once per
/// match, which this bounds.
const MAX_USER_MATCHES: usize = 4000;

/// What a rule found in a reading.
pub(super) struct Hit {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// One built-in rule.
pub(super) trait Rule: Send + Sync {
    /// Adds what is to be replaced; ranges are not empty and end at characters.
    fn find(&self, text: &str, hits: &mut Vec<Hit>);
}

/// What is to be replaced in a raw text.
#[derive(Clone)]
pub(super) struct Found {
    pub range: Range<usize>,
    /// Index of the kind's name; the lowest gives a token its name where several overlap.
    pub rank: usize,
    /// As the rule read it; never shown.
    pub value: String,
}

pub(super) struct Finder {
    user: Vec<Regex>,
    built_in: Vec<Box<dyn Rule>>,
    tokens: token::Lookalikes,
    keep: Vec<Kind>,
    /// As in tokens, by rank: users' own first.
    names: Vec<String>,
}

impl Finder {
    pub fn new(spec: &RedactionSpec) -> Result<Self, String> {
        let user = spec.compile()?;
        let own = spec.rules.iter().map(|rule| rule.name.to_ascii_uppercase());
        let names: Vec<String> = own.chain(Kind::ALL.iter().map(|kind| kind.name().to_ascii_uppercase())).collect();
        let built_in: Vec<Box<dyn Rule>> = vec![
            Box::new(key_block::KeyBlocks::new()?),
            Box::new(header::Headers::new()?),
            Box::new(shape::Shapes::new()?),
            Box::new(named::Named::new()?),
            Box::new(named::Structured::new()?),
            Box::new(address::Addresses::new()?),
            Box::new(number::Numbers::new()?),
            Box::new(entropy::HighEntropy::new()?),
        ];
        Ok(Self { user, built_in, tokens: token::Lookalikes::new(&names)?, keep: spec.keep.clone(), names })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub fn name(&self, rank: usize) -> &str {
        self.names.get(rank).map_or("", String::as_str)
    }

    /// Whether a rank is of a kind that is never kept.
    pub fn is_secret(&self, rank: usize) -> bool {
        rank.checked_sub(self.user.len()).and_then(|at| Kind::ALL.get(at)).is_some_and(|kind| !kind.may_be_kept())
    }

    /// All that is to be replaced in `raw`, in no order, overlapping. `cut`: `raw` begins in the midst of a line.
    pub fn find(&self, raw: &str, cut: bool) -> Vec<Found> {
        let views = View::all(raw);
        let mut found = Vec::new();
        for (index, view) in views.iter().enumerate() {
            self.look(view, &mut found);
            if index == 0 || index + 1 == views.len() {
                self.look_inside(view, cut, &mut found);
            }
        }
        found
    }

    /// By the rules themselves.
    fn look(&self, view: &View, found: &mut Vec<Found>) {
        let text = view.text.as_str();
        let mut add = |range: Range<usize>, rank: usize| {
            let value = text[range.clone()].to_owned();
            found.push(Found { range: view.raw(&range), rank, value });
        };
        for (range, rank) in self.tokens.find(text) {
            add(range, rank);
        }
        for (rank, regex) in self.user.iter().enumerate() {
            for range in user_matches(regex, text) {
                add(range, rank);
            }
        }
        let mut hits = Vec::new();
        for rule in &self.built_in {
            rule.find(text, &mut hits);
        }
        for hit in hits.into_iter().filter(|hit| !self.keep.contains(&hit.kind) && !hit.range.is_empty()) {
            add(hit.range, self.user.len() + hit.kind as usize);
        }
    }

    /// In what base64 hides: one level, in every reading.
    fn look_inside(&self, view: &View, cut: bool, found: &mut Vec<Found>) {
        for run in base64::runs(&view.text, cut) {
            let mut inside = Vec::new();
            for decoded in View::all(&run.text) {
                self.look(&decoded, &mut inside);
            }
            if let Some(first) = inside.into_iter().min_by_key(|found| (found.rank, found.range.start)) {
                found.push(Found { range: view.raw(&run.range), ..first });
            }
        }
    }
}

fn user_matches(regex: &Regex, text: &str) -> Vec<Range<usize>> {
    let by_group = regex.capture_names().flatten().any(|name| name == "value");
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(whole) = regex.find_at(text, at) {
        if ranges.len() == MAX_USER_MATCHES {
            ranges.push(whole.start()..text.len());
            break;
        }
        let value = if by_group { regex.captures_at(text, at).and_then(|c| c.name("value")) } else { None };
        ranges.push(value.map_or(whole.range(), |value| value.range()));
        // A pattern such as `\b` may match nothing somewhere.
        let step = text[whole.end()..].chars().next().map_or(1, char::len_utf8);
        at = if whole.is_empty() { whole.end() + step } else { whole.end() };
        if at > text.len() {
            break;
        }
    }
    ranges.retain(|range| !range.is_empty());
    ranges
}
