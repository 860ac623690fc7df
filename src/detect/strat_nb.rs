//! Stratified negative binomial: the same hour of the week, shrunk to its class, with a pooled dispersion. The default where there
//! is no control.
//!
//! *Fires when* k is improbable given the rate at this hour of the week and the burstiness of past windows as long as W.
//! *Misses when* the rise is small against that burstiness: a control sees more. *Fires wrongly when* the rhythm changed lately, or
//! noise is persistent and far-tailed: 8 weeks do not show how far (see the table in `docs/detectors.md`).
//! *Parameters*: `shrink` (windows' worth of exposure that the class's rate counts as; absent: 1 to 24, by how much days of the week
//! differ), `winsor` (residuals beyond so many of their standard deviations count as that far), `pool` (windows' worth that the
//! service's dispersion counts as).
//! *Reference*: statistics.md §3; empirical Bayes shrinkage as in Gelman et al., §2.6 and Robbins 1956.
//!
//! The p-value takes into account that it is all estimated: the rate (whose variance is that of whole days, because neighbouring
//! windows are alike), the dispersion (Student's t in place of the normal law, by its degrees of freedom), and whether shocks are
//! gamma, which is the negative binomial, or log-normal.

use super::dispersion::{ClassCells, Pooling, Spread};
use super::expectation::{Borrowing, Strata};
use super::shock_law::ShockLaw;
use super::{Detector, History, Score, above_zero};
use crate::stats::{NegativeBinomial, ln_p_with_estimated_variance};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StratNbSpec {
    /// Above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrink: Option<f64>,
    /// Above 0.
    pub winsor: f64,
    /// Above 0.
    pub pool: f64,
}

impl Default for StratNbSpec {
    fn default() -> Self {
        let Pooling { winsor, pool } = Pooling::DEFAULT;
        Self { shrink: None, winsor, pool }
    }
}

impl StratNbSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        self.shrink.map_or(Ok(()), |shrink| above_zero("shrink", shrink))?;
        self.pooling().check()
    }

    const fn pooling(&self) -> Pooling {
        Pooling { winsor: self.winsor, pool: self.pool }
    }
}

/// Above this p-value a count is ordinary under any law of the shocks: no level that anybody tests at lies there.
const ORDINARY: f64 = 0.2;

pub struct StratNb {
    spec: StratNbSpec,
}

impl StratNb {
    #[must_use]
    pub const fn new(spec: StratNbSpec) -> Self {
        Self { spec }
    }
}

impl Detector for StratNb {
    fn score(&self, history: &History) -> Score {
        let (past, window) = (history.past(), history.exposures.window);
        let cells = ClassCells::of(&past);
        let Spread { phi, of_days, degrees } = self.spec.pooling().of_cells(&cells, history, history.window());
        let borrowing = Borrowing { shrink: self.spec.shrink, window, phi };
        let rate = past.into_iter().collect::<Strata>().rate(history.flat_rate(), borrowing);
        let expected = rate.value * window;
        // The rate is estimated too: its variance adds to the prediction's.
        let predictive = phi + of_days * window / rate.exposure;
        let gamma = NegativeBinomial::nb1(expected, predictive).and_then(|nb| nb.upper(history.k));
        // Which law holds matters at the far end only, and takes long to tell.
        let ordinary = gamma.filter(|&ln_p| ln_p > ORDINARY.ln());
        let known = ordinary.or_else(|| ShockLaw::of(&cells, phi).ln_upper(history.k, expected, predictive));
        let ln_p = known.and_then(|ln_p| ln_p_with_estimated_variance(ln_p, degrees));
        // What cannot be computed must not flag.
        Score { expected, ln_p: ln_p.unwrap_or(0.0) }
    }
}
