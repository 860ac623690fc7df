//! From scores to detections: the correction for multiplicity, thresholds, the rule for new signatures.

use super::stage::series_of;
use super::{DetectSpec, Look, Measured, correction, new_signature};
use crate::series::{Fits, Observed, Series};
use rayon::prelude::*;

impl DetectSpec {
    /// Whether another detection stage measures the same and differs in thresholds at most.
    #[must_use]
    pub fn measures_like(&self, other: &Self) -> bool {
        self.detector == other.detector
            && self.exposure == other.exposure
            && self.baseline == other.baseline
            && self.common_shock == other.common_shock
    }

    /// Corrects what was measured for multiplicity and flags what is too high or new. `deploys` and `measured` as in
    /// [`super::Detect::measure`].
    pub fn flag(&self, fits: &Fits, deploys: &[Vec<Look>], measured: &mut [Measured]) {
        correction::correct(self, measured);
        let flag = |(one, looks): (&mut Measured, &Vec<Look>)| self.flag_looks(series_of(fits, looks), looks, one);
        measured.par_iter_mut().zip(deploys).for_each(flag);
    }

    fn flag_looks(&self, series: &Series, looks: &[Look], measured: &mut Measured) {
        let rule = self.new_signature;
        let telling: Vec<bool> =
            looks.iter().map(|look| rule.is_some_and(|rule| rule.is_telling(series, look))).collect();
        for seen in &mut measured.seen {
            seen.flagged = match (seen.corrected_p, rule) {
                (Some(p), _) => p < self.alpha && seen.k >= self.min_count && seen.ratio_low >= self.min_ratio,
                (None, Some(rule)) if telling[seen.look] => {
                    let window = &looks[seen.look].window;
                    let what = Observed { interval: window.window, by: window.decided_at };
                    let asked = rule.min_origins > 1 && seen.k >= rule.min_count;
                    rule.is_met(seen.k, asked.then(|| new_signature::origins(series, seen.group, what)).flatten())
                }
                (None, _) => false,
            };
        }
    }
}
