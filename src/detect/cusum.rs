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
        let phi = if self.spec.overdispersion { bins.phi() } else { 1.0 };
        let Some(chart) = stats::Cusum::new(self.spec.ratio, 0.0) else { return Score { expected, ln_p: 0.0 } };
        let highest = chart.path(&counts, &means).fold(0.0, f64::max) / phi;
        Score { expected, ln_p: ((bins.all.len() as f64).ln() - highest).min(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Glance, refusal};
    use super::*;

    fn world() -> Fixture {
        Fixture::default().before("shop", "boom", |_, _| 4)
    }

    fn hours(horizon: i64, passed: i64) -> Glance {
        Glance { horizon: Span::hours(horizon), passed: Span::hours(passed), ..Glance::default() }
    }

    #[test]
    fn by_hand() {
        // Twelve records in the last of four bins, one expected in each: 12 ln 2 − 1.
        let score = world().during("shop", "boom", (45, 60), 12).score("kind = 'cusum'\noverdispersion = false");
        assert!((score.ln_p - (4.0_f64.ln() - (12.0 * 2.0_f64.ln() - 1.0))).abs() < 1e-6, "{score:?}");
        assert!((score.expected - 4.0).abs() < 1e-6);
    }

    /// A rise that begins in the fifth hour of a day is seen however calm it was before.
    #[test]
    fn a_late_rise_is_seen() {
        let late = world().during("shop", "boom", (0, 300), 20).during("shop", "boom", (300, 600), 60);
        let score = late.score_at("kind = 'cusum'", hours(24, 10));
        assert!(score.ln_p < 1e-3_f64.ln(), "{score:?}");
    }

    #[test]
    fn evidence_once_seen_is_not_taken_back() {
        let early = world().during("shop", "boom", (0, 60), 40);
        let at = |passed| early.score_at("kind = 'cusum'\noverdispersion = false", hours(8, passed)).ln_p;
        assert!(at(1) < -10.0);
        assert!((at(8) - at(1)).abs() < 1e-9, "seven silent hours later");
    }

    #[test]
    fn bad_parameters() {
        assert!(refusal("kind = 'cusum'\nratio = 1.0").contains("above 1"));
        assert!(refusal("kind = 'cusum'\nbin = '30s'").contains("between 1m and 24h"));
        assert!(refusal("kind = 'cusum'\nshrink = 0.0").contains("shrink"));
    }
}
