//! Log tails of the Poisson distribution.
//!
//! The smaller tail is a series of positive terms (`O(√mean)` of them, no cap); the other is its complement.

use super::loader::{ln_1m_exp, ln_add_exp, ln_poisson_density};
use std::f64::consts::LN_2;

/// A series stops where what is left of it cannot change the sum.
const NEGLIGIBLE: f64 = 1e-17;

/// `ln P(X = k)` for `X ~ Poisson(mean)`; `mean ≥ 0` and finite.
#[must_use]
pub fn poisson_ln_pmf(k: u64, mean: f64) -> f64 {
    if mean == 0.0 {
        return if k == 0 { 0.0 } else { f64::NEG_INFINITY };
    }
    ln_poisson_density(k as f64, mean)
}

/// `ln P(X ≥ k)` for `X ~ Poisson(mean)`: the p-value of a count `k`. `mean ≥ 0` and finite; `k = 0` gives 0, and a mean of
/// 0 gives −∞ for every other `k`.
#[must_use]
pub fn poisson_upper(k: u64, mean: f64) -> f64 {
    match k {
        0 => 0.0,
        _ if mean == 0.0 => f64::NEG_INFINITY,
        _ if k as f64 > mean => ln_poisson_density(k as f64, mean) + rising_series(k as f64, mean).ln(),
        _ => ln_1m_exp(downward(k - 1, mean)),
    }
}

/// `ln P(X ≤ k)` for `X ~ Poisson(mean)`; `mean ≥ 0` and finite.
#[must_use]
pub fn poisson_lower(k: u64, mean: f64) -> f64 {
    if mean == 0.0 {
        0.0
    } else if k as f64 > mean {
        ln_1m_exp(poisson_upper(k.saturating_add(1), mean))
    } else {
        downward(k, mean)
    }
}

/// `ln(P(X > k) + ½ P(X = k))`, the mid-p version of [`poisson_upper`]: for ranking and calibration plots, not for gates.
#[must_use]
pub fn poisson_mid_upper(k: u64, mean: f64) -> f64 {
    ln_add_exp(poisson_upper(k.saturating_add(1), mean), poisson_ln_pmf(k, mean) - LN_2)
}

/// `1 + x/(a+1) + x²/((a+1)(a+2)) + …` for `x ≤ a + 1` (DLMF 8.7.1).
pub(super) fn rising_series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, a);
    loop {
        n += 1.0;
        let ratio = x / n;
        term *= ratio;
        sum += term;
        if term <= NEGLIGIBLE * sum * (1.0 - ratio) || term.is_nan() {
            return sum;
        }
    }
}

/// `ln P(X ≤ k)` for `k ≤ mean` by `pmf(k) · (1 + k/mean + k(k−1)/mean² + …)`.
fn downward(k: u64, mean: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, k as f64);
    while n > 0.0 {
        let ratio = n / mean;
        term *= ratio;
        sum += term;
        if term <= NEGLIGIBLE * sum * (1.0 - ratio) || term.is_nan() {
            break;
        }
        n -= 1.0;
    }
    ln_poisson_density(k as f64, mean) + f64::ln(sum)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(poisson_upper(0, 0.0), 0.0);
        assert_eq!(poisson_upper(3, 0.0), f64::NEG_INFINITY);
        assert_eq!(poisson_lower(3, 0.0), 0.0);
        assert_eq!(poisson_ln_pmf(0, 0.0), 0.0);
        assert_eq!(poisson_lower(0, 7.0), -7.0);
        assert!(poisson_upper(u64::MAX, f64::NAN).is_nan());
        assert!(poisson_upper(3, -1.0).is_nan());
    }

    #[test]
    fn far_below_the_smallest_float() {
        let p = poisson_upper(1_000_000, 10.0);
        assert!((p + 10_512_943.291_654_123).abs() < 1e-4, "{p}");
    }

    proptest! {
        #[test]
        fn tails_are_complements(k in 0..5_000u64, mean in 1e-3..5_000.0_f64) {
            let sum = poisson_upper(k + 1, mean).exp() + poisson_lower(k, mean).exp();
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }

        #[test]
        fn upper_falls_with_the_count_and_rises_with_the_mean(k in 0..3_000u64, mean in 1e-3..3_000.0_f64) {
            let here = poisson_upper(k, mean);
            prop_assert!(poisson_upper(k + 1, mean) <= here);
            prop_assert!(poisson_upper(k, mean * 1.001) >= here);
        }

        #[test]
        fn upper_minus_next_is_the_density(k in 0..200u64, mean in 0.01..200.0_f64) {
            let sum = ln_add_exp(poisson_upper(k + 1, mean), poisson_ln_pmf(k, mean));
            prop_assert!((sum - poisson_upper(k, mean)).abs() < 1e-11);
        }
    }
}
