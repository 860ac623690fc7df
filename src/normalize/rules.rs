//! Ordered mask rules, then a cut.
//!
//! *Groups* messages that differ only in what a mask replaces. *Splits* one error when its variable part fits no mask; *merges*
//! two when what tells them apart is masked or lies beyond the cut. *Parameters*: the masks and their order, rows of the user's own
//! among them; `truncate`. *Reference*: the published pipeline's regexes (semantics.md §3); Sentry's parameterization.
//!
//! A list of rules is a path: two configurations that begin with the same rules can share that work
//! ([`Rules::shared_with`], [`Rules::apply`], [`Rules::cut`]).

mod cut;
mod rule;
mod scan;

pub use cut::Cut;
pub use rule::GivenUp;

use super::{Key, MASKS, MaskKind, Normalizer, Text};
use rule::Rule;
use scan::Scanned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesSpec {
    /// Applied one after the other, each to what the one before left.
    pub masks: Vec<MaskKind>,
    /// What of the result is kept; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncate: Option<Cut>,
}

pub struct Rules {
    rules: Vec<Rule>,
    cut: Option<Cut>,
}

/// Rows of a list: each may hold a compiled pattern of 1 MiB.
const MOST_RULES: usize = 128;

impl Rules {
    /// # Errors
    /// When two rules have the same name, a length is 0, `truncate` keeps nothing, or a row of the user's own is out of bounds.
    pub fn new(spec: &RulesSpec) -> Result<Self, String> {
        if let Some(cut) = spec.truncate {
            cut.check()?;
        }
        if spec.masks.len() > MOST_RULES {
            return Err(format!("normalize.masks has {} rows: at most {MOST_RULES}", spec.masks.len()));
        }
        let mut rules: Vec<Rule> = Vec::new();
        for kind in &spec.masks {
            kind.check()?;
            if rules.iter().any(|other| other.kind.name() == kind.name()) {
                return Err(format!("normalize.masks names {} twice", kind.name()));
            }
            if matches!(kind, MaskKind::Custom(_)) && MASKS.iter().any(|row| row.name == kind.name()) {
                return Err(format!(
                    "normalize.masks: {} is a mask of the table; name your own differently",
                    kind.name()
                ));
            }
            rules.push(Rule::new(kind)?);
        }
        Ok(Self { rules, cut: spec.truncate })
    }

    /// The rules that another normalizer begins with: its table `rules` is named where they are wrong.
    ///
    /// # Errors
    /// As [`Rules::new`].
    pub fn nested(spec: &RulesSpec) -> Result<Self, String> {
        Self::new(spec).map_err(|reason| reason.replacen("normalize.", "normalize.rules.", 1))
    }

    /// The masks, in order.
    pub fn kinds(&self) -> impl Iterator<Item = &MaskKind> {
        self.rules.iter().map(|rule| &rule.kind)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// How many first rules both have: `apply(0..n, text)` is the same of both, so it need be done once.
    #[must_use]
    pub fn shared_with(&self, other: &Self) -> usize {
        self.kinds().zip(other.kinds()).take_while(|(a, b)| a == b).count()
    }

    /// The text with some of the rules applied, not cut. Applying `0..k` and then `k..len()` is applying all.
    #[must_use]
    pub fn apply<'a>(&self, rules: Range<usize>, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        let rules = self.rules.get(rules).unwrap_or_default();
        for together in rules.chunk_by(|a, b| a.scan.is_some() && b.scan.is_some()) {
            let scanned = if together[0].scan.is_some() { scan::apply(together, &text) } else { Scanned::Refused };
            match scanned {
                Scanned::Unchanged => {}
                Scanned::Changed(changed) => text = Cow::Owned(changed),
                Scanned::Refused => text = in_sequence(together, text),
            }
        }
        text
    }

    /// What the configuration keeps of a text that all rules were applied to.
    #[must_use]
    pub fn cut<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        match self.cut {
            Some(cut) => cut.apply(text),
            None => text,
        }
    }

    /// The message with every mask applied, cut.
    #[must_use]
    pub fn template(&self, message: &str) -> String {
        self.cut(self.apply(0..self.len(), message)).into_owned()
    }

    /// The same by definition: one rule after the other, each a search of its own. What `template` is held against.
    #[must_use]
    pub fn template_in_sequence(&self, message: &str) -> String {
        self.cut(in_sequence(&self.rules, Cow::Borrowed(message))).into_owned()
    }
}

/// The definition: each rule on what the one before left.
fn in_sequence<'a>(rules: &[Rule], mut text: Cow<'a, str>) -> Cow<'a, str> {
    for rule in rules {
        if let Cow::Owned(replaced) = rule.apply(&text) {
            text = Cow::Owned(replaced);
        }
    }
    text
}

impl Normalizer for Rules {
    fn key(&self, text: Text) -> Key {
        Key::open(self.template(text.message))
    }

    fn rules(&self) -> Option<&Rules> {
        Some(self)
    }

    fn given_up(&self) -> Vec<GivenUp> {
        self.rules.iter().filter_map(Rule::given_up).collect()
    }
}

#[cfg(test)]
mod tests;
