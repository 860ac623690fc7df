//! One rule, ready to work, and what it may cost.

use super::super::MaskKind;
use super::scan::Scan;
use regex::Regex;
use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a text that rules of the user's own, and masks added after the first release, look at; the rest stays as it is.
const LINE_BYTES: usize = 16 << 10;

/// What the searches of one of the user's rules may read of one text, in bytes, if each reads to the end. A search reads no more
/// than that; some patterns read all of it for every match (`a*b|a` on `aaaa…`), which is quadratic. No text of up to 4 KiB can
/// exceed this, and none of 16 KiB with fewer than 512 matches.
const BUDGET: usize = 8 << 20;

pub struct Rule {
    pub kind: MaskKind,
    regex: Regex,
    pub placeholder: String,
    /// Where it can be found in one pass with others.
    pub scan: Option<Scan>,
    given_up: AtomicU64,
}

/// A rule that was left out for some texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    pub rule: String,
    /// Texts that it was applied to and left as they were.
    pub texts: u64,
}

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let texts = if self.texts == 1 { "text" } else { "texts" };
        write!(
            f,
            "rule {} was given up on {} {texts}: it matches so often in so long a text that looking for the next match could \
             take quadratic time; make its pattern match more at once, or put a mask before it that shortens such texts",
            self.rule, self.texts
        )
    }
}

impl Rule {
    /// # Errors
    /// When the pattern cannot be compiled.
    pub fn new(kind: &MaskKind) -> Result<Self, String> {
        let regex = match kind {
            MaskKind::Custom(custom) => custom.compile()?,
            _ => Regex::new(&kind.pattern()).map_err(|error| error.to_string())?,
        };
        let placeholder = kind.placeholder().into_owned();
        Ok(Self { kind: kind.clone(), regex, placeholder, scan: Scan::of(kind), given_up: AtomicU64::new(0) })
    }

    /// `text` with every match that is meant replaced; borrowed when there is none.
    #[must_use]
    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !self.kind.may_match(text.as_bytes()) {
            return Cow::Borrowed(text);
        }
        let seen = if self.kind.is_bounded() { &text[..text.floor_char_boundary(LINE_BYTES)] } else { text };
        let mut out = String::new();
        let mut copied = 0;
        let mut at = 0;
        let mut budget = if matches!(self.kind, MaskKind::Custom(_)) { BUDGET } else { usize::MAX };
        let mut reads = super::super::mask::reads_beyond(seen);
        while let Some(found) = self.regex.find_at(seen, at) {
            let Some(left) = budget.checked_sub(seen.len() - at) else {
                self.given_up.fetch_add(1, Ordering::Relaxed);
                return Cow::Borrowed(text);
            };
            budget = left;
            at = found.end();
            if found.is_empty() {
                // Matches of nothing are none; the next begins a character later.
                at += seen[at..].chars().next().map_or(1, char::len_utf8);
                if at > seen.len() {
                    break;
                }
            } else if let Some(span) = self.kind.span(seen, found.range(), &mut reads) {
                out.push_str(&seen[copied..span.start]);
                self.kind.replace(&seen[span.clone()], &self.placeholder, &mut out);
                copied = span.end;
                at = at.max(span.end);
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[copied..]);
        Cow::Owned(out)
    }

    /// How often the rule was left out, unless it never was.
    #[must_use]
    pub fn given_up(&self) -> Option<GivenUp> {
        let texts = self.given_up.load(Ordering::Relaxed);
        (texts > 0).then(|| GivenUp { rule: self.kind.name().to_owned(), texts })
    }
}
