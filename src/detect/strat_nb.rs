//! Stratified negative binomial: the same hour of the week, shrunk to its class, with a pooled dispersion. The default where there
//! is no control.
//!
//! *Fires when* k is improbable given the rate at this hour of the week and the burstiness of past windows as long as W.
//! *Misses when* the rise is small against that burstiness: a control sees more. *Fires wrongly when* the rhythm changed lately.
//! *Parameters*: `shrink` (windows' worth of exposure that the class's rate counts as), `winsor` (residuals beyond so many of their
//! standard deviations count as that far), `pool` (windows' worth that the service's dispersion counts as).
//! *Reference*: statistics.md §3; empirical Bayes shrinkage as in Gelman et al., §2.6 and Robbins 1956.

use super::dispersion::Pooling;
use super::expectation::{Rate, Strata};
use super::{Detector, History, Score, above_zero};
use crate::stats::NegativeBinomial;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StratNbSpec {
    /// Above 0.
    pub shrink: f64,
    /// Above 0.
    pub winsor: f64,
    /// Above 0.
    pub pool: f64,
}

impl Default for StratNbSpec {
    fn default() -> Self {
        let Pooling { winsor, pool } = Pooling::DEFAULT;
        Self { shrink: 4.0, winsor, pool }
    }
}

impl StratNbSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        above_zero("shrink", self.shrink)?;
        self.pooling().check()
    }

    const fn pooling(&self) -> Pooling {
        Pooling { winsor: self.winsor, pool: self.pool }
    }
}

pub struct StratNb {
    spec: StratNbSpec,
}

impl StratNb {
    #[must_use]
    pub const fn new(spec: StratNbSpec) -> Self {
        Self { spec }
    }

    fn rate(&self, history: &History) -> Rate {
        let strata: Strata = history.past().into_iter().collect();
        strata.rate(history.flat_rate(), self.spec.shrink * history.exposures.window)
    }
}

impl Detector for StratNb {
    fn score(&self, history: &History) -> Score {
        let rate = self.rate(history);
        let expected = rate.value * history.exposures.window;
        // The rate is estimated too: its variance adds to the prediction's.
        let phi = self.spec.pooling().phi(history, history.window());
        let predictive = phi * (1.0 + history.exposures.window / rate.exposure);
        // What cannot be computed must not flag.
        let ln_p = NegativeBinomial::nb1(expected, predictive).and_then(|nb| nb.upper(history.k)).unwrap_or(0.0);
        Score { expected, ln_p }
    }
}
