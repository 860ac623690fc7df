use super::{Bound, Passage, check_weights, is_default, unknown};
use crate::model::figure::{decimal, money, small_percent};
use crate::model::{Detection, Impact};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The least blast radius that is reckoned with (statistics.md §8): a share smaller than this is as good as not measured.
const SMALLEST_BLAST: f64 = 0.01;

/// Passes what is worth enough money.
///
/// *Passes when*: `D = weight × excess × usd_per_event × blast ≥ min_usd`, or no share is known. `blast` is the larger of user share
/// and request share, at least 0.01. D is the expected harm of W in US dollars, of records beyond expectation.
/// *Fails when*: the harm of an error is not proportional to how often it is logged, such as one lost order that is retried forever.
/// *Parameters*: `min_usd`, `usd_per_event`, `weights`, `bound`.
/// *Reference*: statistics.md §8, *impact*.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarmSpec {
    /// Smallest expected harm of W that passes, in US dollars; at least 0.
    pub min_usd: f64,
    /// Harm of one record beyond expectation if everyone were hit, in US dollars; above 0.
    pub usd_per_event: f64,
    /// Weight of a service, a plain factor above 0; 1 where absent.
    #[serde(default)]
    pub weights: BTreeMap<String, f64>,
    /// The records beyond expectation that count.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bound: Bound,
}

impl HarmSpec {
    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..=1e9).contains(&self.min_usd) {
            return Err(format!("gate.min_usd is {}: it lies in 0 to 1e9 US dollars", self.min_usd));
        }
        if !(self.usd_per_event > 0.0 && self.usd_per_event <= 1e9) {
            return Err(format!("gate.usd_per_event is {}: it is above 0, at most 1e9 US dollars", self.usd_per_event));
        }
        check_weights(&self.weights)
    }

    /// Expected harm of W in US dollars; `None` where no share is known.
    pub(super) fn usd(&self, detection: &Detection, impact: &Impact) -> Option<f64> {
        let blast = blast(impact)?;
        Some(impact.weight * self.bound.excess(detection) * self.usd_per_event * blast)
    }

    pub(super) fn judge(&self, detection: &Detection, impact: &Impact) -> Passage {
        let (Some(usd), Some(blast)) = (impact.harm_usd, blast(impact)) else { return unknown("harm") };
        Passage::of(usd >= self.min_usd, |sign| {
            format!(
                "harm {}{} {sign} {} ({} records beyond expectation × {} × blast radius {} × weight {})",
                money(usd),
                self.bound.note(),
                money(self.min_usd),
                decimal(self.bound.excess(detection)),
                money(self.usd_per_event),
                small_percent(blast),
                decimal(impact.weight)
            )
        })
    }
}

/// Blast radius, in [0.01, 1]; `None` where no share is known.
fn blast(impact: &Impact) -> Option<f64> {
    impact.share().map(|share| share.max(SMALLEST_BLAST))
}
