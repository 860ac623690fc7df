//! EARS C1, C2, C3: one value against the few before it (Hutwagner et al. 2003). No seasonality: a cheap check.

use super::moments::Moments;
use super::quantile::normal_quantile;

/// Which past a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EarsMethod {
    /// The values just before it.
    C1,
    /// The same number of values, ending three before it, so that a slow rise does not raise its own baseline.
    C2,
    /// The sum of what C2 exceeded 1 by over three values, counted from 0.
    C3,
}

/// Values between the last of the baseline and the value itself in C2 and C3.
const GAP: usize = 2;

/// Values before the last that C3 sums over.
const MEMORY: usize = 2;

/// An EARS detector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ears {
    method: EarsMethod,
    baseline: usize,
    min_sd: f64,
    critical: f64,
}

/// What EARS says of one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarsScore {
    /// C1, C2: standard deviations above the baseline's mean. C3: the sum of excesses.
    pub statistic: f64,
    /// C1, C2: the value above which the alarm is. C3: the bound of R's `earsC`, at least 0, which the value exceeds
    /// where the excesses of the two values before it exceed the critical value; it leaves out the value's own excess.
    pub upper: f64,
    /// Whether the statistic exceeds the critical value.
    pub alarm: bool,
}

impl Ears {
    /// `baseline` values, whose standard deviation counts as at least `min_sd` (statistics.md has 7 and 0.5); the
    /// critical value is the normal quantile at `1 − alpha` (0.001; 0.025 for C3).
    ///
    /// `None` unless `baseline ≥ 2`, `min_sd ≥ 0` and 0 < alpha < 1.
    #[must_use]
    pub fn new(method: EarsMethod, baseline: usize, min_sd: f64, alpha: f64) -> Option<Self> {
        let ok = baseline >= 2 && min_sd >= 0.0 && min_sd.is_finite() && alpha > 0.0 && alpha < 1.0;
        ok.then(|| Self { method, baseline, min_sd, critical: normal_quantile(1.0 - alpha) })
    }

    /// The first index that has enough past.
    #[must_use]
    pub const fn first(&self) -> usize {
        self.baseline
            + match self.method {
                EarsMethod::C1 => 0,
                EarsMethod::C2 => GAP,
                EarsMethod::C3 => GAP + MEMORY,
            }
    }

    /// What is said of the value at `index` of a series of counts or rates in equal bins; `None` before [`Self::first`]
    /// and past the end.
    #[must_use]
    pub fn at(&self, values: &[f64], index: usize) -> Option<EarsScore> {
        if index < self.first() {
            return None;
        }
        let value = *values.get(index)?;
        let gap = if self.method == EarsMethod::C1 { 0 } else { GAP };
        let (mean, sd) = self.past(values, index, gap)?;
        let now = standardised(value, mean, sd);
        if self.method != EarsMethod::C3 {
            let upper = mean + self.critical * sd;
            return Some(EarsScore { statistic: now, upper, alarm: value > upper });
        }
        let mut before = 0.0;
        for lag in 1..=MEMORY {
            let (mean, sd) = self.past(values, index - lag, gap)?;
            before += excess(standardised(values[index - lag], mean, sd));
        }
        let statistic = excess(now) + before;
        let upper = (value + sd * (self.critical - before)).max(0.0);
        Some(EarsScore { statistic, upper, alarm: statistic > self.critical })
    }

    /// Mean and standard deviation of the baseline that ends `gap + 1` before `index`.
    fn past(&self, values: &[f64], index: usize, gap: usize) -> Option<(f64, f64)> {
        let end = index.checked_sub(gap)?;
        let moments = Moments::of(values.get(end.checked_sub(self.baseline)?..end)?)?;
        Some((moments.mean, moments.sd().max(self.min_sd)))
    }
}

/// Standard deviations above the mean; 0 at the mean, infinite off it, where nothing varies.
fn standardised(value: f64, mean: f64, sd: f64) -> f64 {
    let difference = value - mean;
    if difference == 0.0 { 0.0 } else { difference / sd }
}

fn excess(c2: f64) -> f64 {
    (c2 - 1.0).max(0.0)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [EarsMethod; 3] = [EarsMethod::C1, EarsMethod::C2, EarsMethod::C3];

    #[test]
    fn too_little_past_is_none() {
        for (method, first) in ALL.into_iter().zip([7, 9, 11]) {
            let ears = Ears::new(method, 7, 0.5, 0.001).unwrap();
            assert_eq!(ears.first(), first);
            let values = vec![3.0; 12];
            assert_eq!(ears.at(&values, first - 1), None);
            assert_eq!(ears.at(&values, 12), None);
            assert_eq!(ears.at(&values, first).unwrap().statistic, 0.0);
            assert_eq!(ears.at(&[], 0), None);
        }
        assert_eq!(Ears::new(EarsMethod::C1, 1, 0.5, 0.001), None);
        assert_eq!(Ears::new(EarsMethod::C1, 7, -0.5, 0.001), None);
        assert_eq!(Ears::new(EarsMethod::C1, 7, 0.5, 1.0), None);
    }

    #[test]
    fn without_variation_any_rise_is_infinite() {
        let ears = Ears::new(EarsMethod::C1, 3, 0.0, 0.001).unwrap();
        let score = ears.at(&[2.0, 2.0, 2.0, 3.0], 3).unwrap();
        assert!(score.alarm && score.statistic == f64::INFINITY && score.upper == 2.0);
    }

    /// C2 does not see what happened in the last two values, C1 does.
    #[test]
    fn the_gap_keeps_a_rise_out_of_its_own_baseline() {
        let values = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 9.0, 9.0, 9.0];
        let [c1, c2, c3] = ALL.map(|method| Ears::new(method, 5, 0.5, 0.001).unwrap().at(&values, 9).unwrap());
        assert!(c1.statistic < 2.0 && !c1.alarm);
        assert!(c2.statistic > 10.0 && c2.alarm);
        assert!(c3.statistic > 2.0 * c2.statistic && c3.alarm);
    }

    proptest! {
        #[test]
        fn alarm_is_the_statistic_above_its_critical_value(values in prop::collection::vec(0..50_u32, 12..40), far in 0..40_usize) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            for method in ALL {
                let ears = Ears::new(method, 7, 0.5, 0.01).unwrap();
                if let Some(score) = ears.at(&values, far) {
                    prop_assert!(score.alarm == (score.statistic > ears.critical) || (score.statistic - ears.critical).abs() < 1e-9);
                }
            }
        }
    }
}
