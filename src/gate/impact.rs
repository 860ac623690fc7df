use super::{Bound, Passage, check_weights, is_default, unknown};
use crate::model::Impact;
use crate::model::figure::small_percent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Passes what touches enough of the service's use.
///
/// *Passes when*: `weight × max(request share, user share) ≥ min_impact`, or no share is known.
/// *Fails when*: errors are few but costly, or many and of no consequence: shares know no money.
/// *Parameters*: `min_impact`, `weights`, `bound`.
/// *Reference*: the blast radius of statistics.md §8.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImpactSpec {
    /// Smallest `weight × max(request share, user share)` that passes; in [0, 1].
    pub min_impact: f64,
    /// Weight of a service, above 0; 1 where absent.
    #[serde(default)]
    pub weights: BTreeMap<String, f64>,
    /// The records beyond expectation that the request share counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bound: Bound,
}

impl ImpactSpec {
    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.min_impact) {
            return Err(format!("gate.min_impact is {}: it lies in [0, 1]", self.min_impact));
        }
        check_weights(&self.weights)
    }

    pub(super) fn judge(&self, impact: &Impact) -> Passage {
        let Some(score) = impact.score() else { return unknown("impact") };
        Passage::of(score >= self.min_impact, |sign| {
            format!("impact {}{} {sign} {}", small_percent(score), self.bound.note(), small_percent(self.min_impact))
        })
    }
}
