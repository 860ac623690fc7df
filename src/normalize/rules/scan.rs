//! Many masks in one pass over the bytes.
//!
//! *Which*: `uuid`, `timestamp`, `url` and `path` (that keep nothing), `email`, `ipv4`, `ipv6`, `hex`, `number`, in any order, on ASCII
//! texts. Rules of other kinds, and other texts, take the sequential path.
//!
//! *Why the result is equal*, although each rule is defined on what the one before left: to all of these, a placeholder behaves like
//! the ends of the text. None of their patterns can take `<` or `>`; no placeholder of theirs holds a digit, `:`, `@`, `/`, `\` or
//! `.`, one of which each of them needs; and where a pattern asks what stands beside a match (`\b`, a path's beginning), `<` and
//! `>` answer as the ends do. So a rule finds in the text with placeholders what it finds in each gap between them, taken alone: gaps
//! of the text as it came, whose bytes were marked once. The test beside this file compares with sequential replacement.

mod address;
mod gaps;
mod marks;
mod run;

use super::super::MaskKind;
use super::super::mask::{PathKeep, UrlKeep};
use super::rule::Rule;
use gaps::{Found, Gap, Gaps, Masked};
use marks::{Around, Marks};
use std::cell::RefCell;

/// A mask that can be found by marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan {
    Uuid,
    Timestamp,
    Url,
    Email,
    Ipv4,
    Ipv6,
    Path,
    /// With this length.
    Hex(usize),
    Number(usize),
}

/// A text and its marks.
#[derive(Clone, Copy)]
struct Marked<'a> {
    text: &'a [u8],
    marks: &'a Marks,
}

impl Scan {
    /// `None` for masks that have to be searched one after the other.
    #[must_use]
    pub fn of(kind: &MaskKind) -> Option<Self> {
        match kind {
            MaskKind::Uuid {} => Some(Self::Uuid),
            MaskKind::Timestamp {} => Some(Self::Timestamp),
            MaskKind::Url { keep: UrlKeep::Nothing } => Some(Self::Url),
            MaskKind::Email {} => Some(Self::Email),
            MaskKind::Ipv4 {} => Some(Self::Ipv4),
            MaskKind::Ipv6 {} => Some(Self::Ipv6),
            MaskKind::Path { keep: PathKeep::Nothing } => Some(Self::Path),
            MaskKind::Hex { min_length } => Some(Self::Hex(usize::from(*min_length))),
            MaskKind::Number { min_length } => Some(Self::Number(usize::from(*min_length))),
            _ => None,
        }
    }

    /// Whether the text has what every match has.
    #[inline]
    fn may_match(self, marks: &Marks) -> bool {
        let all = &marks.all;
        match self {
            Self::Uuid => all.dash != 0,
            Self::Timestamp => all.dash != 0 && all.colon != 0,
            Self::Url => all.colon != 0 && all.slash != 0,
            Self::Ipv6 => all.colon != 0,
            Self::Email => all.rare != 0,
            Self::Ipv4 => all.dot != 0 && all.digit != 0,
            Self::Path => all.slash | all.rare != 0,
            Self::Hex(_) | Self::Number(_) => all.digit != 0,
        }
    }
}

/// One rule's turn. A candidate is where a match begins, or what it has in its middle; the rest is looked at there.
struct Turn<'a> {
    rule: usize,
    marks: &'a Marks,
    candidates: &'a mut Vec<u64>,
    gaps: &'a mut Gaps,
}

impl Turn<'_> {
    #[inline]
    fn search(self, at_start: bool, of: impl Fn(Around) -> u64, find: impl Fn(Gap, usize) -> Option<Found>) {
        if self.marks.candidates(self.candidates, of) || at_start {
            self.gaps.search(self.rule, self.candidates, at_start, find);
        }
    }

    fn take(self, scan: Scan, marked: Marked) {
        let text = marked.text;
        match scan {
            Scan::Uuid => self.search(false, run::uuid_candidates, |gap, at| run::uuid(marked, gap, at)),
            Scan::Timestamp => self.search(false, run::timestamp_candidates, |gap, at| run::timestamp(marked, gap, at)),
            Scan::Url => self.search(false, address::url_candidates, |gap, at| address::url(text, gap, at)),
            Scan::Email => self.search(false, |b| b.here.rare, |gap, at| address::email(text, gap, at)),
            Scan::Ipv4 => self.search(false, address::ipv4_candidates, |gap, at| address::ipv4(text, gap, at)),
            Scan::Ipv6 => self.search(false, address::ipv6_candidates, |gap, at| address::ipv6(text, gap, at)),
            Scan::Path => self.search(false, |b| b.here.slash | b.here.rare, |gap, at| address::path(text, gap, at)),
            Scan::Hex(length) => {
                // A placeholder may stand where a word was in its middle.
                let cut = !self.gaps.masked.is_empty();
                self.search(cut, |b| run::hex_candidates(b, length), |gap, at| run::hex(marked, gap, at, length));
            }
            Scan::Number(length) => {
                self.search(false, |b| b.run(|b| b.digit, length), |gap, at| run::number(marked, gap, at, length));
            }
        }
    }
}

#[derive(Default)]
struct Scratch {
    marks: Marks,
    candidates: Vec<u64>,
    gaps: Gaps,
}

thread_local! {
    /// Memory that every text uses again.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The text after all rules.
pub enum Scanned {
    Unchanged,
    Changed(String),
    /// The text is not ASCII.
    Refused,
}

/// Applies `rules`, each of which has a scan, one after the other to the gaps that those before left.
pub fn apply(rules: &[Rule], text: &str) -> Scanned {
    SCRATCH.with_borrow_mut(|Scratch { marks, candidates, gaps }| {
        if !marks.read(text.as_bytes()) {
            return Scanned::Refused;
        }
        gaps.reset(text.len());
        let marked = Marked { text: text.as_bytes(), marks };
        for (rule, scan) in rules.iter().enumerate().filter_map(|(index, rule)| Some((index, rule.scan?))) {
            if scan.may_match(marks) {
                Turn { rule, marks, candidates, gaps }.take(scan, marked);
            }
        }
        if gaps.masked.is_empty() { Scanned::Unchanged } else { Scanned::Changed(written(text, &gaps.masked, rules)) }
    })
}

fn written(text: &str, masked: &[Masked], rules: &[Rule]) -> String {
    let mut out = String::with_capacity(text.len() + 12 * masked.len());
    let mut copied = 0;
    for part in masked {
        out.push_str(&text[copied..part.start]);
        out.push_str(&rules[part.rule].placeholder);
        copied = part.end;
    }
    out.push_str(&text[copied..]);
    out
}

#[cfg(test)]
mod tests;
