//! Time to detect where some incidents were never detected (statistics.md §9): Kaplan & Meier (1958).

use super::Bounds;
use super::quantile::normal_quantile;

/// How long one incident was watched, in any unit, and whether that ended with its detection; otherwise it is censored: it
/// was missed up to then (at the horizon, or at its own end).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    pub time: f64,
    pub detected: bool,
}

/// The curve just after a time at which something was detected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalStep {
    pub time: f64,
    /// Incidents still watched and undetected just before; those censored at this very time are among them.
    pub at_risk: u64,
    /// Detections at this time, at least 1.
    pub detections: u64,
    /// Estimated share still undetected, in [0, 1].
    pub survival: f64,
    /// Greenwood's sum `Σ d / (n (n − d))` (1926), the variance of `ln survival`; infinite where survival is 0.
    pub ln_variance: f64,
}

/// The Kaplan–Meier estimate of the share of incidents that are still undetected after a time.
#[derive(Clone, Debug, PartialEq)]
pub struct KaplanMeier {
    steps: Vec<SurvivalStep>,
    observations: u64,
}

/// Survival is a product of fractions: where it equals a level but for rounding, it has fallen to it.
const ROUNDING: f64 = 1e-12;

impl KaplanMeier {
    /// Of equal times, detections come before censorings. `None` without observations, or with a time that is not finite.
    #[must_use]
    pub fn of(observations: &[Observation]) -> Option<Self> {
        if observations.is_empty() || observations.iter().any(|observation| !observation.time.is_finite()) {
            return None;
        }
        // −0 becomes 0, so that equal times are equal in the total order.
        let positive_zero = |o: &Observation| Observation { time: o.time + 0.0, ..*o };
        let mut sorted: Vec<Observation> = observations.iter().map(positive_zero).collect();
        sorted.sort_by(|x, y| x.time.total_cmp(&y.time));
        let mut steps = Vec::new();
        let (mut at_risk, mut survival, mut ln_variance) = (sorted.len() as u64, 1.0, 0.0);
        for tied in sorted.chunk_by(|x, y| x.time.total_cmp(&y.time).is_eq()) {
            let detections = tied.iter().filter(|observation| observation.detected).count() as u64;
            if detections > 0 {
                let (n, left) = (at_risk as f64, (at_risk - detections) as f64);
                survival *= left / n;
                ln_variance += detections as f64 / (n * left);
                steps.push(SurvivalStep { time: tied[0].time, at_risk, detections, survival, ln_variance });
            }
            at_risk -= tied.len() as u64;
        }
        Some(Self { steps, observations: sorted.len() as u64 })
    }

    /// The times of detections, ascending.
    #[must_use]
    pub fn steps(&self) -> &[SurvivalStep] {
        &self.steps
    }

    #[must_use]
    pub const fn observations(&self) -> u64 {
        self.observations
    }

    /// Estimated share undetected after `time`, in [0, 1]; beyond the last observation it stays where it is.
    #[must_use]
    pub fn survival(&self, time: f64) -> f64 {
        self.last_step(time).map_or(1.0, |step| step.survival)
    }

    /// Pointwise interval of [`Self::survival`] at confidence `1 − alpha`, on the scale `ln(−ln S)` with Greenwood's variance
    /// (Kalbfleisch & Prentice 1980), so that it stays in [0, 1]. `None` where the scale has no value: before the first
    /// detection, where the share is 0, and for alpha outside (0, 1).
    #[must_use]
    pub fn survival_interval(&self, time: f64, alpha: f64) -> Option<Bounds> {
        self.last_step(time)?.interval(alpha)
    }

    fn last_step(&self, time: f64) -> Option<&SurvivalStep> {
        self.steps[..self.steps.partition_point(|step| step.time <= time)].last()
    }

    /// The median time to detect; `None` where the curve never falls to ½.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The earliest time by which at least a share `p` of the incidents is detected: `min {t : S(t) ≤ 1 − p}`. `None` where
    /// the curve never falls so far, and for `p` outside (0, 1].
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let in_range = p > 0.0 && p <= 1.0;
        let fallen = |step: &&SurvivalStep| step.survival <= 1.0 - p + ROUNDING;
        self.steps.iter().find(fallen).filter(|_| in_range).map(|step| step.time)
    }

    /// Interval of [`Self::quantile`] at confidence `1 − alpha`: where the lower and the upper end of
    /// [`Self::survival_interval`] first fall to `1 − p` (Brookmeyer & Crowley 1982). An end that never falls so far is
    /// infinite; so is the upper one where only the last step, with nothing left undetected, could end it. `None` for `p` or
    /// alpha outside (0, 1).
    #[must_use]
    pub fn quantile_interval(&self, p: f64, alpha: f64) -> Option<Bounds> {
        let open = |x: f64| x > 0.0 && x < 1.0;
        if !open(p) || !open(alpha) {
            return None;
        }
        let level = 1.0 - p + ROUNDING;
        // At survival 0 the scale has no value: the lower end is 0 with the curve, and the upper end is unknown.
        let low = |step: &&SurvivalStep| step.survival == 0.0 || step.interval(alpha).is_some_and(|b| b.low <= level);
        let high = |step: &&SurvivalStep| step.interval(alpha).is_some_and(|b| b.high <= level);
        let time = |step: Option<&SurvivalStep>| step.map_or(f64::INFINITY, |step| step.time);
        Some(Bounds { low: time(self.steps.iter().find(low)), high: time(self.steps.iter().find(high)) })
    }
}

impl SurvivalStep {
    /// `S^exp(∓z σ / ln S)` with `σ² = ln_variance`.
    fn interval(&self, alpha: f64) -> Option<Bounds> {
        if self.survival <= 0.0 || !(alpha > 0.0 && alpha < 1.0) {
            return None;
        }
        let ln = self.survival.ln();
        let width = (normal_quantile(1.0 - alpha / 2.0) * self.ln_variance.sqrt() / -ln).exp();
        Some(Bounds { low: (ln * width).exp(), high: (ln / width).exp() })
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve(detected: &[f64], censored: &[f64]) -> Option<KaplanMeier> {
        let all = detected.iter().map(|time| (*time, true)).chain(censored.iter().map(|time| (*time, false)));
        KaplanMeier::of(&all.map(|(time, detected)| Observation { time, detected }).collect::<Vec<_>>())
    }

    /// Remission times of the 6-MP arm of Freireich et al. (1963): the textbook example, with the values that
    /// statistics packages print for it.
    fn freireich() -> KaplanMeier {
        let detected = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let censored = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0];
        curve(&detected, &censored).unwrap()
    }

    #[test]
    fn agrees_with_the_textbook() {
        let curve = freireich();
        let survival: Vec<f64> = curve.steps().iter().map(|step| (step.survival * 1e4).round() / 1e4).collect();
        assert_eq!(survival, [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]);
        let at_risk: Vec<u64> = curve.steps().iter().map(|step| step.at_risk).collect();
        assert_eq!(at_risk, [21, 17, 15, 12, 11, 7, 6]);
        let error = |step: &SurvivalStep| (step.survival * step.ln_variance.sqrt() * 1e4).round() / 1e4;
        assert_eq!(
            curve.steps().iter().map(error).collect::<Vec<_>>(),
            [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
        );
        let ends = |step: &SurvivalStep| {
            let bounds = curve.survival_interval(step.time, 0.05).unwrap();
            ((bounds.low * 1e3).round() / 1e3, (bounds.high * 1e3).round() / 1e3)
        };
        let expected = [
            (0.620, 0.952),
            (0.563, 0.923),
            (0.503, 0.889),
            (0.432, 0.849),
            (0.368, 0.805),
            (0.268, 0.747),
            (0.188, 0.680),
        ];
        assert_eq!(curve.steps().iter().map(ends).collect::<Vec<_>>(), expected);
        assert_eq!(curve.median(), Some(23.0));
        assert_eq!(curve.quantile_interval(0.5, 0.05), Some(Bounds { low: 13.0, high: f64::INFINITY }));
    }

    #[test]
    fn undefined_and_never_reached() {
        assert_eq!(curve(&[], &[]), None);
        assert_eq!(curve(&[f64::NAN], &[]), None);
        let missed = curve(&[], &[24.0, 24.0]).unwrap();
        assert_eq!((missed.median(), missed.survival(99.0), missed.survival_interval(99.0, 0.05)), (None, 1.0, None));
        assert_eq!(missed.quantile_interval(0.5, 0.05), Some(Bounds { low: f64::INFINITY, high: f64::INFINITY }));
        let few = curve(&[1.0], &[24.0, 24.0]).unwrap();
        assert_eq!(
            (few.median(), few.quantile(0.3), few.quantile(0.0), few.quantile(1.1)),
            (None, Some(1.0), None, None)
        );
    }

    #[test]
    fn half_is_reached_in_spite_of_rounding() {
        // Without censoring, the curve is the share of later times, here by a product of 49 fractions.
        let times: Vec<f64> = (1..=98).map(f64::from).collect();
        assert_eq!(curve(&times, &[]).unwrap().median(), Some(49.0));
    }

    #[test]
    fn a_detection_comes_before_a_censoring_at_the_same_time() {
        assert_eq!(curve(&[5.0], &[5.0]).unwrap().survival(5.0), 0.5);
        assert_eq!(curve(&[5.0], &[4.0]).unwrap().survival(5.0), 0.0);
        assert_eq!(curve(&[0.0], &[-0.0]).unwrap().survival(0.0), 0.5);
    }

    #[test]
    fn nothing_left_undetected_has_no_upper_end() {
        let curve = curve(&[1.0, 2.0], &[]).unwrap();
        assert_eq!(curve.quantile_interval(0.5, 0.05), Some(Bounds { low: 1.0, high: f64::INFINITY }));
        assert_eq!(curve.survival_interval(2.0, 0.05), None);
    }

    proptest! {
        #[test]
        fn falls_and_its_intervals_hold_it(items in prop::collection::vec((0..30i32, any::<bool>()), 1..60), p in 0.05..0.95_f64) {
            let observations: Vec<Observation> =
                items.iter().map(|(time, detected)| Observation { time: f64::from(*time), detected: *detected }).collect();
            let curve = KaplanMeier::of(&observations).unwrap();
            prop_assert!(curve.steps().windows(2).all(|pair| pair[1].survival < pair[0].survival));
            for step in curve.steps() {
                if let Some(bounds) = curve.survival_interval(step.time, 0.05) {
                    prop_assert!(0.0 <= bounds.low && bounds.low <= step.survival && step.survival <= bounds.high && bounds.high <= 1.0);
                }
            }
            let (time, bounds) = (curve.quantile(p).unwrap_or(f64::INFINITY), curve.quantile_interval(p, 0.05).unwrap());
            prop_assert!(bounds.low <= time && time <= bounds.high);
        }

        #[test]
        fn without_censoring_it_is_the_share_of_later_times(times in prop::collection::vec(0..30i32, 1..60), at in 0..30i32) {
            let detected: Vec<f64> = times.iter().map(|time| f64::from(*time)).collect();
            let later = times.iter().filter(|time| **time > at).count() as f64 / times.len() as f64;
            prop_assert!((curve(&detected, &[]).unwrap().survival(f64::from(at)) - later).abs() < 1e-12);
        }
    }
}
