//! Negative binomial: Poisson's mean with a variance that the series' own history gives.
//!
//! *Fires when* k is improbable under a negative binomial of the baseline's rate, whose dispersion is estimated from past windows
//! as long as W. *Misses when* history is so bursty that nothing is improbable. *Fires wrongly when* rates have a cycle that the
//! baseline does not follow (with a flat one the cycle passes for burstiness). *Parameters*: `form` (NB1: variance φμ; NB2:
//! variance μ + αμ²), `dispersion` (φ or α, fixed instead of estimated).
//! *Reference*: Hilbe 2011; Cameron & Trivedi 2013; statistics.md §2, `nb1` and `nb2`.

use super::{Detector, History, Past, Score};
use crate::stats::NegativeBinomial;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NbSpec {
    pub form: Form,
    /// φ (at least 1) or α (at least 0); absent: estimated by moments from past windows, Poisson where there are fewer than eight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispersion: Option<f64>,
}

/// How the variance grows with the mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    #[default]
    Nb1,
    Nb2,
}

/// Fewer cells than this say nothing of dispersion (statistics.md §3).
const MIN_CELLS: usize = 8;

impl NbSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        let least = if self.form == Form::Nb1 { 1.0 } else { 0.0 };
        match self.dispersion {
            Some(value) if !(value.is_finite() && value >= least) => {
                Err(format!("detect.detector.dispersion is {value}: it is a number from {least} up"))
            }
            _ => Ok(()),
        }
    }
}

pub struct Nb {
    spec: NbSpec,
}

impl Nb {
    #[must_use]
    pub fn new(spec: NbSpec) -> Self {
        Self { spec }
    }
}

impl Detector for Nb {
    fn score(&self, history: &History) -> Score {
        let expected = history.expectation();
        let dispersion = self.spec.dispersion.unwrap_or_else(|| estimate(self.spec.form, history));
        // The rate is estimated too: its variance adds to the prediction's.
        let ratio = 1.0 + history.exposure_ratio();
        let predicted = match self.spec.form {
            Form::Nb1 => NegativeBinomial::nb1(expected, dispersion.max(1.0) * ratio),
            Form::Nb2 => NegativeBinomial::nb2(expected, dispersion),
        };
        let ln_p = predicted.and_then(|nb| nb.upper(history.k)).unwrap_or(0.0);
        Score { expected, ln_p }
    }
}

/// Moment estimates: φ = Σ(y−μ)²/μ ÷ (n−1), α = Σ[(y−μ)²−μ] ÷ Σμ²; never less than Poisson.
fn estimate(form: Form, history: &History) -> f64 {
    let poisson = if form == Form::Nb1 { 1.0 } else { 0.0 };
    let cells: Vec<Past> = history.past();
    if cells.len() < MIN_CELLS {
        return poisson;
    }
    let rate = history.baseline_count as f64 / history.exposures.baseline;
    let terms = cells.iter().map(|cell| (cell.count as f64 - rate * cell.exposure, rate * cell.exposure));
    match form {
        Form::Nb1 => (terms.map(|(d, mean)| d * d / mean).sum::<f64>() / (cells.len() - 1) as f64).max(1.0),
        Form::Nb2 => {
            let (over, squares) = terms.fold((0.0, 0.0), |(o, s), (d, mean)| (o + d * d - mean, s + mean * mean));
            (over / squares).max(0.0)
        }
    }
}
