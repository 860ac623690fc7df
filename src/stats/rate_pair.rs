//! The exact conditional comparison of two Poisson rates.
//!
//! Given the total, the count of one arm is binomial (Przyborowski & Wilenski 1940; Gu et al. 2008), whatever the unknown
//! common rate is.

use super::Bounds;
use super::beta::{lower_logit, upper_logit};
use super::binomial::{binomial_ln_pmf, binomial_lower, binomial_upper};
use super::loader::ln_add_exp;
use std::f64::consts::LN_2;

/// Two counts with their exposures (time, or requests: the same unit for both): `1` is what is tested, `0` the baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatePair {
    pub(super) count1: u64,
    pub(super) exposure1: f64,
    pub(super) count0: u64,
    pub(super) exposure0: f64,
}

impl RatePair {
    /// `None` unless both exposures are positive and finite.
    #[must_use]
    pub fn new(count1: u64, exposure1: f64, count0: u64, exposure0: f64) -> Option<Self> {
        let ok = exposure1 > 0.0 && exposure1.is_finite() && exposure0 > 0.0 && exposure0.is_finite();
        ok.then_some(Self { count1, exposure1, count0, exposure0 })
    }

    const fn total(&self) -> u64 {
        self.count1 + self.count0
    }

    /// Share of the total that falls to arm 1, and to arm 0, when the true rate ratio is `ratio`.
    fn shares(&self, ratio: f64) -> (f64, f64) {
        let arm1 = self.exposure1 * ratio;
        let sum = arm1 + self.exposure0;
        (arm1 / sum, self.exposure0 / sum)
    }

    /// `ln P(X₁ ≥ count1)` under a true rate ratio of `ratio > 0` (1: no change): the p-value that arm 1's rate is higher.
    /// 0 without any events. `None` where the tail does not converge.
    #[must_use]
    pub fn ln_p_greater(&self, ratio: f64) -> Option<f64> {
        let (p, q) = self.shares(ratio);
        binomial_upper(self.count1, self.total(), p, q)
    }

    /// `ln P(X₁ ≤ count1)`: the p-value that arm 1's rate is lower.
    #[must_use]
    pub fn ln_p_less(&self, ratio: f64) -> Option<f64> {
        let (p, q) = self.shares(ratio);
        binomial_lower(self.count1, self.total(), p, q)
    }

    /// `ln(P(X₁ > count1) + ½ P(X₁ = count1))`: for ranking and calibration plots; gates use the exact p-value.
    #[must_use]
    pub fn ln_mid_p_greater(&self, ratio: f64) -> Option<f64> {
        let (p, q) = self.shares(ratio);
        let above = binomial_upper(self.count1 + 1, self.total(), p, q)?;
        Some(ln_add_exp(above, binomial_ln_pmf(self.count1, self.total(), p, q) - LN_2))
    }

    /// Twice the smaller one-sided p-value, at most 1; agrees with [`Self::ratio_interval`].
    #[must_use]
    pub fn p_two_sided(&self, ratio: f64) -> Option<f64> {
        let smaller = self.ln_p_greater(ratio)?.min(self.ln_p_less(ratio)?);
        Some((LN_2 + smaller).exp().min(1.0))
    }

    /// Probability of all counts no more likely than the observed one, ties within 1e-7 (as R's `binom.test`).
    #[must_use]
    pub fn p_two_sided_minlike(&self, ratio: f64) -> Option<f64> {
        let (p, q) = self.shares(ratio);
        let (k, n) = (self.count1, self.total());
        let limit = binomial_ln_pmf(k, n, p, q) + 1e-7_f64.ln_1p();
        let rare = |j: u64| binomial_ln_pmf(j, n, p, q) <= limit;
        let mean = n as f64 * p;
        let (floor, ceil) = (mean.floor() as u64, (mean.ceil() as u64).min(n));
        let both = if (k as f64) < mean {
            let other = first(ceil, n + 1, rare);
            ln_add_exp(binomial_lower(k, n, p, q)?, binomial_upper(other, n, p, q)?)
        } else if k as f64 > mean {
            let above = first(0, floor + 1, |j| !rare(j));
            let other = if above == 0 { f64::NEG_INFINITY } else { binomial_lower(above - 1, n, p, q)? };
            ln_add_exp(binomial_upper(k, n, p, q)?, other)
        } else {
            0.0
        };
        Some(both.exp().min(1.0))
    }

    /// `(count1 / exposure1) / (count0 / exposure0)`; infinite with an empty baseline, `None` without any events.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.total() > 0).then(|| (self.count1 as f64 / self.exposure1) / (self.count0 as f64 / self.exposure0))
    }

    /// Clopper–Pearson interval of the rate ratio at confidence `1 − alpha`, 0 < alpha < 1; 0 to ∞ without events.
    #[must_use]
    pub fn ratio_interval(&self, alpha: f64) -> Option<Bounds> {
        let (k, y) = (self.count1 as f64, self.count0 as f64);
        let high = if self.count0 == 0 { f64::INFINITY } else { self.odds(upper_logit(k + 1.0, y, alpha / 2.0)?) };
        Some(Bounds { low: self.ratio_lower(alpha / 2.0)?, high })
    }

    /// One-sided lower bound of the rate ratio at confidence `1 − alpha`; 0 where arm 1 has no events.
    #[must_use]
    pub fn ratio_lower(&self, alpha: f64) -> Option<f64> {
        if self.count1 == 0 {
            return Some(0.0);
        }
        lower_logit(self.count1 as f64, self.count0 as f64 + 1.0, alpha).map(|logit| self.odds(logit))
    }

    /// The rate ratio at which arm 1's share has this logit.
    fn odds(&self, logit: f64) -> f64 {
        logit.exp() * self.exposure0 / self.exposure1
    }
}

/// The first of `low..high` for which `holds`, which never becomes false again; `high` where it never does.
fn first(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_events_say_nothing() {
        let pair = RatePair::new(0, 1.0, 0, 168.0).unwrap();
        assert_eq!(pair.ln_p_greater(1.0), Some(0.0));
        assert_eq!(pair.ratio(), None);
        assert_eq!(pair.ratio_interval(0.05), Some(Bounds { low: 0.0, high: f64::INFINITY }));
        assert!(RatePair::new(0, 0.0, 0, 1.0).is_none());
    }

    proptest! {
        #[test]
        fn interval_ends_are_where_the_test_turns(k in 1..300u64, y in 1..300u64, t in 0.1..24.0_f64) {
            let pair = RatePair::new(k, t, y, 168.0).unwrap();
            let bounds = pair.ratio_interval(0.05).unwrap();
            prop_assert!((pair.ln_p_greater(bounds.low).unwrap() - 0.025_f64.ln()).abs() < 1e-9);
            prop_assert!((pair.ln_p_less(bounds.high).unwrap() - 0.025_f64.ln()).abs() < 1e-9);
            let ratio = pair.ratio().unwrap();
            prop_assert!(bounds.low < ratio && ratio < bounds.high);
        }

        #[test]
        fn minlike_agrees_with_the_slow_sum(k in 0..40u64, y in 0..40u64, t in 0.2..5.0_f64) {
            let pair = RatePair::new(k, t, y, 1.0).unwrap();
            let (p, q) = pair.shares(1.0);
            let at = |j| binomial_ln_pmf(j, k + y, p, q).exp();
            let slow: f64 = (0..=k + y).map(at).filter(|pmf| *pmf <= at(k) * (1.0 + 1e-7)).sum();
            prop_assert!((pair.p_two_sided_minlike(1.0).unwrap() - slow).abs() < 1e-9);
        }
    }
}
