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
mod marks;
mod run;

use super::super::MaskKind;
use super::super::mask::{PathKeep, UrlKeep};
use super::rule::Rule;
use marks::Marks;
use std::cell::RefCell;
use std::ops::Range;

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

/// What a pattern finds.
struct Found {
    /// What is replaced.
    start: usize,
    /// Where the next search begins.
    end: usize,
    /// Whether it is meant.
    accepted: bool,
}

impl Found {
    fn accepted(span: Range<usize>) -> Option<Self> {
        Some(Self { start: span.start, end: span.end, accepted: true })
    }
}

/// A text and its marks.
#[derive(Clone, Copy)]
struct Marked<'a> {
    text: &'a [u8],
    marks: &'a Marks,
}

/// Part of a text between placeholders, and where in it the search goes on.
#[derive(Clone, Copy)]
struct Gap {
    start: usize,
    end: usize,
    at: usize,
}

/// A part that is replaced, and by which of the rules.
#[derive(Clone, Copy)]
struct Masked {
    start: usize,
    end: usize,
    rule: usize,
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

    /// Bytes of a block at which the pattern may have matched: where a match begins, or what it has in its middle.
    #[inline]
    fn candidates(self, marks: &Marks, block: usize) -> u64 {
        match self {
            Self::Uuid => run::uuid_candidates(marks, block),
            Self::Timestamp => run::timestamp_candidates(marks, block),
            Self::Hex(length) => run::hex_candidates(marks, block, length),
            Self::Number(length) => run::number_candidates(marks, block, length),
            Self::Url => address::url_candidates(marks, block),
            Self::Email => marks.block(block).rare,
            Self::Ipv4 => address::ipv4_candidates(marks, block),
            Self::Ipv6 => address::ipv6_candidates(marks, block),
            Self::Path => marks.block(block).slash | marks.block(block).rare,
        }
    }

    /// What the pattern finds around a candidate.
    #[inline]
    fn find(self, marked: Marked, gap: Gap, at: usize) -> Option<Found> {
        match self {
            Self::Uuid => run::uuid(marked.text, gap, at),
            Self::Timestamp => run::timestamp(marked.text, gap, at),
            Self::Hex(length) => run::hex(marked.text, gap, at, length),
            Self::Number(length) => run::number(marked.text, gap, at, length),
            Self::Url => address::url(marked.text, gap, at),
            Self::Email => address::email(marked.text, gap, at),
            Self::Ipv4 => address::ipv4(marked.text, gap, at),
            Self::Ipv6 => address::ipv6(marked.text, gap, at),
            Self::Path => address::path(marked.text, gap, at),
        }
    }

    /// Whether the text has what every match has.
    fn may_match(self, marks: &Marks) -> bool {
        let all = &marks.all;
        let needed = match self {
            Self::Uuid | Self::Timestamp => all.dash,
            Self::Url | Self::Ipv6 => all.colon,
            Self::Email => all.rare,
            Self::Ipv4 => all.dot,
            Self::Path => all.slash | all.rare,
            Self::Hex(_) | Self::Number(_) => all.digit,
        };
        needed != 0
    }

    /// Finds all in one gap, in order.
    #[inline]
    fn find_all(self, marked: Marked, mut gap: Gap, mut found: impl FnMut(usize, usize)) {
        let mut block = gap.at / 64;
        let mut bits = self.candidates_in(marked.marks, &gap, block);
        loop {
            while bits == 0 {
                block += 1;
                if block * 64 >= gap.end {
                    return;
                }
                bits = self.candidates_in(marked.marks, &gap, block);
            }
            let at = block * 64 + bits.trailing_zeros() as usize;
            if at >= gap.end {
                return;
            }
            bits &= bits - 1;
            if let Some(match_) = self.find(marked, gap, at) {
                if match_.accepted {
                    found(match_.start, match_.end);
                }
                gap.at = match_.end;
                if gap.at >= gap.end {
                    return;
                }
                block = gap.at / 64;
                bits = self.candidates_in(marked.marks, &gap, block);
            }
        }
    }

    /// Candidates of a block that are not behind the search. A word may begin with the gap.
    #[inline]
    fn candidates_in(self, marks: &Marks, gap: &Gap, block: usize) -> u64 {
        let mut bits = self.candidates(marks, block);
        if block == gap.start / 64 && matches!(self, Self::Hex(_)) {
            bits |= 1 << (gap.start % 64);
        }
        if block == gap.at / 64 { bits & !0 << (gap.at % 64) } else { bits }
    }
}

#[derive(Default)]
struct Scratch {
    marks: Marks,
    masked: Vec<Masked>,
    next: Vec<Masked>,
}

thread_local! {
    /// Memory that every text uses again.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The text after all `rules`, each of which has a scan.
pub enum Scanned {
    Unchanged,
    Changed(String),
    /// The text is not ASCII.
    Refused,
}

/// Applies `rules` one after the other to the gaps that those before left.
pub fn apply(rules: &[Rule], text: &str) -> Scanned {
    SCRATCH.with_borrow_mut(|scratch| {
        let Scratch { marks, masked, next } = scratch;
        if !marks.read(text.as_bytes()) {
            return Scanned::Refused;
        }
        masked.clear();
        let marked = Marked { text: text.as_bytes(), marks };
        for (index, rule) in rules.iter().enumerate() {
            let Some(scan) = rule.scan.filter(|scan| scan.may_match(marks)) else { continue };
            next.clear();
            let mut start = 0;
            for at in 0..=masked.len() {
                let end = masked.get(at).map_or(text.len(), |masked| masked.start);
                if start < end {
                    let gap = Gap { start, end, at: start };
                    scan.find_all(marked, gap, |start, end| next.push(Masked { start, end, rule: index }));
                }
                if let Some(done) = masked.get(at) {
                    next.push(*done);
                    start = done.end;
                }
            }
            if next.len() > masked.len() {
                std::mem::swap(masked, next);
            }
        }
        if masked.is_empty() { Scanned::Unchanged } else { Scanned::Changed(written(text, masked, rules)) }
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
