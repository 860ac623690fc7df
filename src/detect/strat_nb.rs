//! Stratified negative binomial: the same hour of the week, shrunk to its class, with a pooled dispersion. The default where there
//! is no control.
//!
//! *Fires when* k is improbable given the rate at this hour of the week and the burstiness of past windows as long as W.
//! *Misses when* the rise is small against that burstiness: a control sees more. *Fires wrongly when* the rhythm changed lately.
//! *Parameters*: `shrink` (cells' worth of exposure that the class's rate counts as), `winsor` (Pearson residuals beyond it count
//! as it).
//! *Reference*: statistics.md §3; empirical Bayes shrinkage as in Gelman et al., §2.6 and Robbins 1956.

use super::dispersion::Residuals;
use super::{Detector, History, Past, Score, above_zero};
use crate::stats::NegativeBinomial;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StratNbSpec {
    /// Above 0.
    pub shrink: f64,
    /// Above 0.
    pub winsor: f64,
}

impl Default for StratNbSpec {
    fn default() -> Self {
        Self { shrink: 4.0, winsor: 4.0 }
    }
}

impl StratNbSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        above_zero("shrink", self.shrink)?;
        above_zero("winsor", self.winsor)
    }
}

pub struct StratNb {
    spec: StratNbSpec,
}

/// Rate at W's hour of the week, and how sure it is.
struct Rate {
    value: f64,
    /// Exposure that it rests on.
    exposure: f64,
}

impl StratNb {
    #[must_use]
    pub fn new(spec: StratNbSpec) -> Self {
        Self { spec }
    }

    /// The stratum's rate drawn towards its class's, that towards the whole baseline's: what has been seen little of borrows from
    /// what has been seen more of.
    fn rate(&self, cells: &[Past], history: &History) -> Rate {
        let window = history.exposures.window;
        let prior = self.spec.shrink * window;
        let flat = history.baseline_count as f64 / history.exposures.baseline;
        let class = shrunk(cells.iter().filter(|c| c.same_class), flat, prior);
        shrunk(cells.iter().filter(|c| c.same_class && c.same_weekday), class.value, prior)
    }
}

fn shrunk<'p>(cells: impl Iterator<Item = &'p Past>, towards: f64, prior: f64) -> Rate {
    let (count, exposure) = cells.fold((0, 0.0), |(y, e), cell| (y + cell.count, e + cell.exposure));
    Rate { value: (count as f64 + prior * towards) / (exposure + prior), exposure: exposure + prior }
}

impl Detector for StratNb {
    fn score(&self, history: &History) -> Score {
        let cells: Vec<Past> = history.past().collect();
        let rate = self.rate(&cells, history);
        let expected = rate.value * history.exposures.window;
        let class: Vec<Past> = cells.into_iter().filter(|cell| cell.same_class).collect();
        let dispersion = dispersion(&class, self.spec.winsor);
        let predictive = dispersion * (1.0 + history.exposures.window / rate.exposure);
        // What cannot be computed must not flag.
        let ln_p = NegativeBinomial::nb1(expected, predictive).and_then(|nb| nb.upper(history.k)).unwrap_or(0.0);
        Score { expected, ln_p }
    }
}

/// Pooled over the class's cells, at least Poisson's 1.
fn dispersion(class: &[Past], winsor: f64) -> f64 {
    let (count, exposure) = class.iter().fold((0, 0.0), |(y, e), cell| (y + cell.count, e + cell.exposure));
    let residuals = Residuals::under_rate(class.iter(), count as f64 / exposure, winsor);
    let degrees = residuals.cells.saturating_sub(1);
    if degrees == 0 { 1.0 } else { (residuals.chi_square / degrees as f64).max(1.0) }
}
