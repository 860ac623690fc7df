//! Gamma–Poisson: the count that a rate, learnt from the baseline with a prior, predicts.
//!
//! *Fires when* k is improbable under the posterior predictive (a negative binomial). *Misses when* counts are too few to tell.
//! *Fires wrongly when* counts are burstier than Poisson or rates have a cycle that the baseline does not follow.
//! *Parameters*: `shape`, `exposure` of the gamma prior (Jeffreys: ½ and 0; shape 1, exposure 0 gives the conditional binomial).
//! *Reference*: Gelman et al., Bayesian Data Analysis 3, §2.6; statistics.md §2.

use super::{Detector, History, Score, above_zero};
use crate::stats::Gamma;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GammaPoissonSpec {
    /// Events that the prior counts as; above 0.
    pub shape: f64,
    /// Exposure that the prior counts as, in the unit of exposure; at least 0.
    pub exposure: f64,
}

impl Default for GammaPoissonSpec {
    fn default() -> Self {
        Self { shape: Gamma::JEFFREYS.shape, exposure: Gamma::JEFFREYS.rate }
    }
}

impl GammaPoissonSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        above_zero("shape", self.shape)?;
        if self.exposure == 0.0 { Ok(()) } else { above_zero("exposure", self.exposure) }
    }
}

pub struct GammaPoisson {
    prior: Gamma,
}

impl GammaPoisson {
    #[must_use]
    pub fn new(spec: GammaPoissonSpec) -> Self {
        Self { prior: Gamma { shape: spec.shape, rate: spec.exposure } }
    }
}

impl Detector for GammaPoisson {
    fn score(&self, history: &History) -> Score {
        let predicted =
            self.prior.after(history.baseline_count, history.exposures.baseline).predict(history.exposures.window);
        // What cannot be computed must not flag.
        let ln_p = predicted.and_then(|nb| nb.upper(history.k)).unwrap_or(0.0);
        Score { expected: predicted.map_or(history.expectation(), |nb| nb.mean()), ln_p }
    }
}
