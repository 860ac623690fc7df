//! The first quarter of an hour, the first hour, the first day: which of W's prefixes exceeds its expectation most?
//!
//! *Fires when* one prefix of W has so many more records than expected that the best of *all* prefixes would rarely have.
//! *Misses when* a short rise starts late: every prefix dilutes it. *Fires wrongly when* the rhythm changed lately.
//! *Parameters*: `prefixes` (ascending, multiples of the first; those beyond W as planned are cut to it), `overdispersion` (false:
//! Poisson), `shrink` (hours' worth of exposure that the class's rate counts as in a bin's expectation).
//! *Reference*: Kulldorff 2001, JRSS A 164:61; Neill 2009, Int. J. Forecast. 25:498; statistics.md §2.
//!
//! The p-value is that of the maximum over all prefixes of W as planned, also while only the first have passed: looking again does
//! not inflate it. Over-dispersed counts take the p-value of the best prefix alone, as `strat_nb` has it for a window, times what
//! scanning makes of a p-value: how much likelier any prefix is to score as high than that one is, of Poisson counts whose scores
//! and expectations are divided by φ.

use super::bins::{Bin, Bins};
use super::dispersion::ClassCells;
use super::shock_law::{self, Prediction};
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
        let bin = self.spec.prefixes.first().copied().unwrap_or(Span::minutes(15));
        let bins = Bins::of(history, bin, self.spec.shrink);
        let expected = bins.begun().map(|bin| bin.expected).sum();
        let steps = self.steps(&bins.all, bin);
        let ln_p = best_of(&steps).and_then(|best| {
            if self.spec.overdispersion {
                let alone = alone(history, &bins, best)?;
                Some(alone + ln_scanning(&steps, best, bins.phi())?)
            } else {
                ln_any(best.score, &steps, 1.0)
            }
        });
        // No prefix above its expectation, or what cannot be computed: neither may flag.
        Score { expected, ln_p: ln_p.unwrap_or(0.0).min(0.0) }
    }
}

/// A prefix that is over.
#[derive(Clone, Copy)]
struct Prefix {
    count: u64,
    planned: f64,
    /// Log likelihood ratio of a raised rate.
    score: f64,
}

/// The highest score; `None`: no prefix exceeds its expectation.
fn best_of(steps: &[Step]) -> Option<Prefix> {
    let mut prefix = Prefix { count: 0, planned: 0.0, score: 0.0 };
    let mut best = prefix;
    for step in steps.iter().take_while(|step| step.is_over) {
        prefix.count += step.count;
        prefix.planned += step.planned;
        prefix.score = stats::PrefixScan::of(&[prefix.count], &[prefix.planned]).map_or(0.0, |scan| scan.llr);
        if prefix.score > best.score {
            best = prefix;
        }
    }
    (best.score > 0.0).then_some(best)
}

/// `ln P` of as many records in that prefix alone.
fn alone(history: &History, bins: &Bins, best: Prefix) -> Option<f64> {
    let cells = ClassCells::of(&history.past_like(history.look().horizon));
    let (spread, uncertainty) = (bins.spread, bins.uncertainty);
    shock_law::ln_p(&cells, Prediction { expected: best.planned, spread, uncertainty }, best.count)
}

/// `ln` of how much likelier any prefix is to score as high than that one is.
fn ln_scanning(steps: &[Step], best: Prefix, phi: f64) -> Option<f64> {
    let score = best.score / phi;
    let one = Step { planned: best.planned, ..Step::default() };
    Some(ln_any(score, steps, phi)? - ln_any(score, &[one], phi)?)
}

/// `ln P` that any prefix of Poisson counts scores so high, expectations divided by `phi`.
fn ln_any(score: f64, steps: &[Step], phi: f64) -> Option<f64> {
    let planned: Vec<f64> = steps.iter().map(|step| step.planned / phi).collect();
    let scan = stats::PrefixScan { llr: score, last: 0 };
    scan.ln_p(&planned).or_else(|| scan.ln_p_bound(&planned))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Glance, refusal};
    use super::*;

    fn world() -> Fixture {
        Fixture::default().before("shop", "boom", |_, _| 4)
    }

    fn minutes(horizon: i64, passed: i64) -> Glance {
        Glance { horizon: Span::minutes(horizon), passed: Span::minutes(passed), ..Glance::default() }
    }

    #[test]
    fn it_is_the_scan_of_all_prefixes() {
        let score = world().during("shop", "boom", (0, 15), 9).score("kind = 'prefix_scan'\noverdispersion = false");
        let expected = [1.0, 1.0, 2.0];
        let scan = stats::PrefixScan::of(&[9, 0, 0], &expected).unwrap();
        assert!((score.ln_p - scan.ln_p(&expected).unwrap()).abs() < 1e-5, "{score:?}");
        assert!((score.expected - 4.0).abs() < 1e-6);
    }

    /// The price of looking again is paid at the first look.
    #[test]
    fn polling_does_not_change_the_p_value_of_the_same_prefix() {
        let world = world().during("shop", "boom", (0, 15), 9);
        let at = |passed| world.score_at("kind = 'prefix_scan'\noverdispersion = false", minutes(240, passed)).ln_p;
        assert!(at(15) < 1e-4_f64.ln());
        assert!([30, 60, 240].into_iter().all(|passed| (at(passed) - at(15)).abs() < 1e-12));
        assert!(at(10).abs() < 1e-12, "no prefix is over yet");
    }

    #[test]
    fn prefixes_are_cut_to_the_window() {
        let world = world().during("shop", "boom", (0, 50), 20);
        let score = world.score_at("kind = 'prefix_scan'\noverdispersion = false", minutes(50, 50));
        assert!((score.expected - 50.0 / 15.0).abs() < 1e-6, "{score:?}");
        assert!(score.ln_p < 1e-5_f64.ln());
    }

    #[test]
    fn bursty_pasts_make_it_careful() {
        let bursty = |day: i64, hour: i64| if (day * 7 + hour) % 5 == 0 { 16 } else { 1 };
        let world = Fixture::default().before("shop", "boom", bursty).during("shop", "boom", (0, 60), 16);
        let careful = world.score("kind = 'prefix_scan'").ln_p;
        assert!(careful > world.score("kind = 'prefix_scan'\noverdispersion = false").ln_p + 3.0);
        assert!(careful < 0.0);
    }

    #[test]
    fn bad_parameters() {
        assert!(refusal("kind = 'prefix_scan'\nprefixes = []").contains("empty"));
        assert!(refusal("kind = 'prefix_scan'\nprefixes = ['60m', '15m']").contains("ascend"));
        assert!(refusal("kind = 'prefix_scan'\nprefixes = ['15m', '20m']").contains("20m"));
    }
}
