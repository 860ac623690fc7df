//! Cumulative sum of log likelihood ratios over the bins of W: for rises that start late or slowly.
//!
//! *Fires when* somewhere in W the records since then are much likelier at `ratio` times the expected rate than at that rate.
//! *Misses when* the rise is short or far smaller than `ratio`. *Fires wrongly when* the rhythm changed lately.
//! *Parameters*: `ratio`, `bin`, `overdispersion` (false: Poisson), `shrink` (hours' worth of exposure that the class's rate counts
//! as in a bin's expectation).
//! *Reference*: Lucas 1985, J. Qual. Technol. 17:216; Ville 1939; statistics.md §2 and §6.
//!
//! The sum that starts in a bin is the logarithm of a likelihood ratio, which ever reaches `e^S` with probability at most `e^−S`
//! (Ville). The chart's level is the largest over starting bins, of which W as planned has `n`: `p = min(1, n e^−S)` holds whenever
//! and however often it is looked at. Over-dispersion φ divides counts and expectations, and with them the sum.

use super::bins::Bins;
use super::{Detector, History, Score, above_zero};
use crate::model::Span;
use crate::stats;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CusumSpec {
    /// Above 1.
    pub ratio: f64,
    pub bin: Span,
    pub overdispersion: bool,
    /// Above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrink: Option<f64>,
}

impl Default for CusumSpec {
    fn default() -> Self {
        Self { ratio: 2.0, bin: Span::minutes(15), overdispersion: true, shrink: None }
    }
}

impl CusumSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if !(self.ratio.is_finite() && self.ratio > 1.0) {
            return Err(format!("detect.detector.ratio is {}: it is a number above 1", self.ratio));
        }
        super::bins::check(self.bin)?;
        self.shrink.map_or(Ok(()), |shrink| above_zero("shrink", shrink))
    }
}

pub struct Cusum {
    spec: CusumSpec,
}

impl Cusum {
    #[must_use]
    pub const fn new(spec: CusumSpec) -> Self {
        Self { spec }
    }
}

impl Detector for Cusum {
    fn score(&self, history: &History) -> Score {
        let bins = Bins::of(history, self.spec.bin, self.spec.shrink);
        let (counts, means): (Vec<u64>, Vec<f64>) = bins.begun().map(|bin| (bin.count, bin.expected)).unzip();
        let expected = means.iter().sum();
        let phi = if self.spec.overdispersion { bins.phi } else { 1.0 };
        let Some(chart) = stats::Cusum::new(self.spec.ratio, 0.0) else { return Score { expected, ln_p: 0.0 } };
        let highest = chart.path(&counts, &means).fold(0.0, f64::max) / phi;
        Score { expected, ln_p: ((bins.bins.len() as f64).ln() - highest).min(0.0) }
    }
}
