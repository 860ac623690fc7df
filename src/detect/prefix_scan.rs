//! The first quarter of an hour, the first hour, the first day: which of W's prefixes exceeds its expectation most?
//!
//! *Fires when* one prefix of W has so many more records than expected that the best of *all* prefixes would rarely have.
//! *Misses when* a short rise starts late: every prefix dilutes it. *Fires wrongly when* the rhythm changed lately.
//! *Parameters*: `prefixes` (ascending, multiples of the first; those beyond W as planned are cut to it), `overdispersion` (false:
//! Poisson), `shrink` (hours' worth of exposure that the class's rate counts as in a bin's expectation).
//! *Reference*: Kulldorff 2001, JRSS A 164:61; Neill 2009, Int. J. Forecast. 25:498; statistics.md §2.
//!
//! The p-value is that of the maximum over all prefixes of W as planned, also while only the first have passed: looking again does
//! not inflate it. Over-dispersion φ divides counts and expectations.

use super::bins::{Bin, Bins};
use super::{Detector, History, Score, above_zero};
use crate::model::Span;
use crate::stats;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrefixScanSpec {
    pub prefixes: Vec<Span>,
    pub overdispersion: bool,
    /// Above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrink: Option<f64>,
}

impl Default for PrefixScanSpec {
    /// statistics.md §2.
    fn default() -> Self {
        let minutes = [15, 30, 60, 120, 240, 480, 720, 960, 1440].map(Span::minutes);
        Self { prefixes: minutes.to_vec(), overdispersion: true, shrink: None }
    }
}

impl PrefixScanSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        let Some(&bin) = self.prefixes.first() else {
            return Err("detect.detector.prefixes is empty: it lists lengths such as \"15m\"".to_owned());
        };
        super::bins::check(bin)?;
        if !self.prefixes.is_sorted_by(|a, b| a < b) {
            return Err("detect.detector.prefixes do not ascend".to_owned());
        }
        if let Some(odd) = self.prefixes.iter().find(|prefix| prefix.micros() % bin.micros() != 0) {
            return Err(format!("detect.detector.prefixes holds {odd}: each is a multiple of the first, {bin}"));
        }
        self.shrink.map_or(Ok(()), |shrink| above_zero("shrink", shrink))
    }
}

pub struct PrefixScan {
    spec: PrefixScanSpec,
}

/// Between two prefixes.
#[derive(Clone, Copy, Default)]
struct Step {
    count: u64,
    planned: f64,
    is_over: bool,
}

impl PrefixScan {
    #[must_use]
    pub fn new(spec: &PrefixScanSpec) -> Self {
        Self { spec: spec.clone() }
    }

    /// What lies between the prefixes, the first from W's start.
    fn steps(&self, bins: &[Bin], bin: Span) -> Vec<Step> {
        let ends = self.spec.prefixes.iter().map(|prefix| (prefix.micros() / bin.micros()) as usize);
        let mut steps = Vec::new();
        let mut start = 0;
        for end in ends.map(|end| end.min(bins.len())) {
            let within = &bins[start..end];
            if let Some(last) = within.last() {
                let count = within.iter().map(|bin| bin.count).sum();
                let planned = within.iter().map(|bin| bin.planned).sum();
                steps.push(Step { count, planned, is_over: last.is_over });
            }
            start = end;
        }
        steps
    }
}

impl Detector for PrefixScan {
    fn score(&self, history: &History) -> Score {
        let bin = self.spec.prefixes[0];
        let bins = Bins::of(history, bin, self.spec.shrink);
        let expected = bins.begun().map(|bin| bin.expected).sum();
        let phi = if self.spec.overdispersion { bins.phi } else { 1.0 };
        Score { expected, ln_p: ln_p(&self.steps(&bins.bins, bin), phi).unwrap_or(0.0) }
    }
}

/// The p-value of the best prefix that is over, among all of them. A scaled count between two whole ones gets what lies between
/// their p-values (of their logarithms), so that a φ just above 1 changes little.
fn ln_p(steps: &[Step], phi: f64) -> Option<f64> {
    let planned: Vec<f64> = steps.iter().map(|step| step.planned / phi).collect();
    let (mut count, mut mean, mut best) = (0.0, 0.0, (0.0, 0.0, 0.0));
    for (step, planned) in steps.iter().zip(&planned).take_while(|(step, _)| step.is_over) {
        count += step.count as f64 / phi;
        mean += planned;
        let score = if count > mean { count * (count / mean).ln() - (count - mean) } else { 0.0 };
        if score > best.0 {
            best = (score, count, mean);
        }
    }
    let (_, count, mean) = best;
    let at = |count: f64| {
        let scan = stats::PrefixScan::of(&[count as u64], &[mean])?;
        scan.ln_p(&planned).or_else(|| scan.ln_p_bound(&planned))
    };
    let (below, share) = (at(count.floor())?, count.fract());
    Some(if share == 0.0 { below } else { below + share * (at(count.ceil())? - below) })
}
