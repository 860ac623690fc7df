//! Several detectors side by side: what one is blind to another sees.
//!
//! *Fires when* one of its members does, at its share of the level: the smallest p-value × members (Bonferroni, whatever they have
//! in common). *Misses when* the share is too small for any. *Parameters*: `of`, each a detector and the part of W that it looks at.
//! *Reference*: statistics.md §6 (CUSUM and e-value in parallel, α/2 each).

use super::{Detector, DetectorSpec, History, Score};
use crate::model::Span;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EitherSpec {
    /// At least one; none of them another `either`.
    pub of: Vec<Member>,
}

/// A detector among several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub detector: DetectorSpec,
    /// It looks at so much of W, once that has passed, and says the same from then on; absent: at all of W.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

impl EitherSpec {
    /// # Errors
    /// When there is no member, one is an `either`, or a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if self.of.is_empty() {
            return Err("detect.detector.of is empty: it lists detectors".to_owned());
        }
        for member in &self.of {
            if matches!(member.detector, DetectorSpec::Either(_)) {
                return Err("detect.detector.of holds an either: list its members instead".to_owned());
            }
            if member.within == Some(Span::ZERO) {
                return Err("detect.detector.of.within is 0: nothing would be counted".to_owned());
            }
            member.detector.check()?;
        }
        Ok(())
    }
}

pub struct Either {
    members: Vec<(Box<dyn Detector>, Option<Span>)>,
}

impl Either {
    #[must_use]
    pub fn new(spec: &EitherSpec) -> Self {
        Self { members: spec.of.iter().map(|member| (member.detector.build(), member.within)).collect() }
    }
}

impl Detector for Either {
    fn score(&self, history: &History) -> Score {
        let score = |(detector, within): &(Box<dyn Detector>, Option<Span>)| match within {
            None => Some(detector.score(history)),
            Some(span) => history.until(*span).map(|part| detector.score(&part)),
        };
        let best = self.members.iter().filter_map(score).min_by(|a, b| a.ln_p.total_cmp(&b.ln_p));
        let best = best.unwrap_or(Score { expected: history.expectation(), ln_p: 0.0 });
        Score { ln_p: (best.ln_p + (self.members.len() as f64).ln()).min(0.0), ..best }
    }
}
