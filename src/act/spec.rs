//! The action stage as a pipeline file says it.

use super::{FixerSpec, FloorsSpec, Policy};
use serde::{Deserialize, Serialize};

/// The action stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActSpec {
    /// Whether an automatic action that misses a floor goes to a person instead; if not, floors are reported only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub floors: bool,
    /// Share of deploys that are bad, before any evidence; in (0, 1). Statistics.md §8 takes .03.
    #[serde(default = "bad_deploys", skip_serializing_if = "is_bad_deploys")]
    pub prior: f64,
    pub policy: Policy,
    pub fixer: FixerSpec,
    /// The floors for automatic action.
    #[serde(default, skip_serializing_if = "is_default")]
    pub floor_at: FloorsSpec,
}

const BAD_DEPLOYS: f64 = 0.03;

fn bad_deploys() -> f64 {
    BAD_DEPLOYS
}

#[allow(clippy::trivially_copy_pass_by_ref, clippy::float_cmp)] // serde hands over a reference; the default is exact
fn is_bad_deploys(prior: &f64) -> bool {
    *prior == BAD_DEPLOYS
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl ActSpec {
    /// Floors reported by their defaults, nothing enforced.
    #[must_use]
    pub fn plain(policy: Policy, fixer: FixerSpec) -> Self {
        Self { floors: false, prior: BAD_DEPLOYS, policy, fixer, floor_at: FloorsSpec::default() }
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if !(self.prior > 0.0 && self.prior < 1.0) {
            return Err(format!("act.prior is {}: it lies in (0, 1)", self.prior));
        }
        self.floor_at.check()?;
        self.policy.check()
    }
}
