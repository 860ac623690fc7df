//! From looks to scores: every signature of every window, measured once, whatever the thresholds.

use super::{DetectSpec, Detector, History, Look, Score, Shock};
use crate::model::{Detection, Instant, Window};
use crate::series::{Fits, GroupId, Observed, Series};
use crate::stats::{garwood, garwood_upper};
use rayon::prelude::*;

/// One-sided level of the lower ends of excess and rate ratio.
const BOUND_ALPHA: f64 = 0.05;

/// Upper ends of the strata by expected count; the last has none. Tests of errors that hardly occur can hardly reject, so that a
/// level that holds over all tests may be far off where there is something to count.
pub const STRATA: [f64; 3] = [0.1, 1.0, 5.0];

/// Number of strata.
pub const STRATUM_COUNT: usize = STRATA.len() + 1;

/// The detection stage, ready to run.
pub struct Detect {
    detector: Box<dyn Detector>,
    spec: DetectSpec,
}

/// A signature with at least one record in W, as the detector saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Index of the look.
    pub look: usize,
    pub group: GroupId,
    pub k: u64,
    /// Records in all of B.
    pub baseline_count: u64,
    /// `None`: new.
    pub score: Option<Score>,
    /// The p-value corrected over its family; `None`: new.
    pub corrected_p: Option<f64>,
    /// Records beyond expectation, at least: one-sided 95 % bounds of both counts (Garwood 1936), at least 0.
    pub excess_low: f64,
    /// Rate in W ÷ expected rate, at least, by the same bounds.
    pub ratio_low: f64,
    /// Index of the stratum of its count expected at the baseline's flat rate.
    pub stratum: usize,
    /// Empirical p-value among placebos decided earlier; `None`: not calibrated, or new.
    pub p_calibrated: Option<f64>,
    /// It flags.
    pub flagged: bool,
}

/// The hypotheses of one look: signatures with a record in B, silent ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tests {
    pub decided_at: Instant,
    pub hypotheses: usize,
    /// Number of tests that its p-values are corrected for.
    pub family: usize,
}

/// What a detector saw of one deploy.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// By look, then signature.
    pub seen: Vec<Seen>,
    /// Of each look.
    pub tests: Vec<Tests>,
    /// Hypotheses of each stratum.
    pub strata: [u64; STRATUM_COUNT],
    /// Per look, where the pipeline asks for it.
    pub shocks: Vec<Option<Shock>>,
    /// The business day of its deploy.
    pub day: i64,
}

impl Detect {
    #[must_use]
    pub fn new(spec: &DetectSpec) -> Self {
        Self { detector: spec.detector.build(), spec: spec.clone() }
    }

    /// Measures every signature of every deploy's windows. `deploys`: the looks of each deploy, which share the correction for
    /// multiplicity, in time order. Reads of the specification the detector, the exposure, the baseline and the shock alone: under
    /// other thresholds the same is measured ([`DetectSpec::measures_like`]).
    #[must_use]
    pub fn measure(&self, fits: &Fits, deploys: &[Vec<Look>], progress: &(dyn Fn() + Sync)) -> Vec<Measured> {
        let measure = |looks: &Vec<Look>| {
            let measured = self.measure_looks(series_of(fits, looks), looks);
            progress();
            measured
        };
        deploys.par_iter().map(measure).collect()
    }

    fn measure_looks(&self, series: &Series, looks: &[Look]) -> Measured {
        let first = looks.iter().map(|look| look.window.baseline.end).min();
        let mut measured = Measured {
            seen: Vec::new(),
            tests: looks.iter().map(Tests::none).collect(),
            strata: [0; STRATUM_COUNT],
            shocks: Vec::new(),
            day: first.map_or(0, |at| looks[0].calendar().day(at)),
        };
        for (index, look) in looks.iter().enumerate() {
            for group in series.groups_of(&look.window.service) {
                let (seen, stratum) = self.see(series, look, index, group);
                // A signature that is silent in W is a hypothesis too, with p = 1.
                if let Some(stratum) = stratum {
                    measured.strata[stratum] += 1;
                    measured.tests[index].hypotheses += 1;
                }
                measured.seen.extend(seen);
            }
            measured.shocks.push(self.spec.common_shock.map(|shock| shock.judge(series, look)));
            look.forget();
        }
        measured
    }

    /// What is seen of a signature, if it has a record in W; and its stratum, if it has one in B.
    fn see(&self, series: &Series, look: &Look, index: usize, group: GroupId) -> (Option<Seen>, Option<usize>) {
        let count = |interval| series.count(group, Observed { interval, by: look.decided_at() });
        let baseline_count: u64 = look.baseline.iter().copied().map(count).sum();
        let (k, known) = (count(look.window.window), baseline_count > 0);
        let flat = baseline_count as f64 * look.exposures[0].window / look.exposures[0].baseline;
        let stratum = STRATA.partition_point(|&end| end <= flat);
        if k == 0 {
            return (None, known.then_some(stratum));
        }
        let histories = look.exposures.iter().map(|&e| History::new(series, look, group, self.spec.baseline, e));
        let histories: Vec<History> = histories.collect();
        let score = known.then(|| self.score(&histories));
        let (excess_low, ratio_low) = bounds(k, score.map_or(0.0, |s| s.expected), &histories[0]);
        let seen = Seen {
            look: index,
            group,
            k,
            baseline_count,
            score,
            corrected_p: None,
            excess_low,
            ratio_low,
            stratum,
            p_calibrated: None,
            flagged: false,
        };
        (Some(seen), known.then_some(stratum))
    }

    /// The score against each exposure; of two, the smaller p-value, doubled.
    fn score(&self, histories: &[History]) -> Score {
        let scores = histories.iter().map(|history| self.detector.score(history));
        let best = scores.min_by(|a, b| a.ln_p.total_cmp(&b.ln_p)).unwrap_or(Score { expected: 0.0, ln_p: 0.0 });
        Score { ln_p: (best.ln_p + (histories.len() as f64).ln()).min(0.0), ..best }
    }
}

/// The looks of one deploy share its fit.
pub(super) fn series_of<'f, 'a>(fits: &'f Fits<'a>, looks: &[Look]) -> &'f Series<'a> {
    looks.first().map_or(fits.last(), |look| fits.of(&look.window))
}

/// Lower ends of (excess, rate ratio): k's lower end against the expectation with the baseline count at its upper end.
fn bounds(k: u64, expected: f64, history: &History) -> (f64, f64) {
    let low = garwood(k, 1.0, 2.0 * BOUND_ALPHA).map_or(0.0, |bounds| bounds.low);
    let y = history.baseline_count;
    let more = garwood_upper(y, 1.0, BOUND_ALPHA).map_or(0.0, |upper| upper - y as f64);
    let expected_high = expected + more * history.exposure_ratio();
    ((low - expected_high).max(0.0), if expected_high > 0.0 { low / expected_high } else { 0.0 })
}

impl Tests {
    fn none(look: &Look) -> Self {
        Self { decided_at: look.decided_at(), hypotheses: 0, family: 0 }
    }
}

impl Seen {
    /// The p-value before correction; `None`: new.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.score.map(|score| score.ln_p.exp())
    }

    /// The detection that it is, where it flags.
    #[must_use]
    pub fn detection(&self, series: &Series, window: &Window) -> Detection {
        let first = series.rows(self.group, Observed { interval: window.window, by: window.decided_at }).next();
        Detection {
            signature: series.template(self.group).to_owned(),
            k: self.k,
            baseline_count: self.baseline_count,
            expected: self.score.map_or(0.0, |score| score.expected),
            p_value: self.p_value(),
            is_new: self.score.is_none(),
            first_seen: first.map_or(window.window.start, |row| series.records.timestamp[row]),
            excess_low: self.excess_low,
            ratio_low: self.ratio_low,
            p_calibrated: self.p_calibrated,
        }
    }
}
