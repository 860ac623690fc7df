//! Log tail of the normal distribution, and its quantile from a log probability.

use super::gamma::gamma_tails;
use super::loader::ln_1m_exp;
use super::solve::solve;
use std::f64::consts::{LN_2, TAU};

/// `ln P(Z ≥ z)` for standard normal `Z`: `½ Q(½, z²/2)` (DLMF 7.11.2), so that tails far below the smallest `f64` keep
/// their digits. 0 at −∞, −∞ at ∞; NaN for NaN.
#[must_use]
pub fn ln_normal_upper(z: f64) -> f64 {
    if z.is_infinite() {
        return if z > 0.0 { f64::NEG_INFINITY } else { 0.0 };
    }
    let smaller = gamma_tails(0.5, z * z / 2.0).map_or(f64::NAN, |tails| tails.upper - LN_2);
    if z < 0.0 { ln_1m_exp(smaller) } else { smaller }
}

/// The `z` with `ln P(Z ≥ z) = ln_p`; ∞ at −∞, −∞ at 0. `None` for `ln_p > 0` or NaN.
#[must_use]
pub fn normal_upper_point(ln_p: f64) -> Option<f64> {
    if ln_p.is_nan() || ln_p > 0.0 {
        None
    } else if ln_p == f64::NEG_INFINITY || ln_p == 0.0 {
        Some(if ln_p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY })
    } else if ln_p > -LN_2 {
        positive_point(ln_1m_exp(ln_p)).map(|z| -z)
    } else {
        positive_point(ln_p)
    }
}

/// The point of a probability of at most ½; solved in `−z`, where the tail rises.
fn positive_point(ln_p: f64) -> Option<f64> {
    // P(Z ≥ z) ≤ ½ exp(−z²/2) bounds the point from above.
    let bound = (-2.0 * (ln_p + LN_2)).max(0.0).sqrt();
    let f = |u: f64| {
        let tail = ln_normal_upper(-u);
        Some((tail - ln_p, (-0.5 * (u * u + TAU.ln()) - tail).exp()))
    };
    solve(f, -bound, -bound, 0.0).map(|u| -u)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(ln_normal_upper(f64::INFINITY), f64::NEG_INFINITY);
        assert_eq!(ln_normal_upper(f64::NEG_INFINITY), 0.0);
        assert_eq!(ln_normal_upper(0.0), -LN_2);
        assert!(ln_normal_upper(f64::NAN).is_nan());
        assert_eq!(normal_upper_point(-LN_2), Some(0.0));
        assert_eq!(normal_upper_point(0.0), Some(f64::NEG_INFINITY));
        assert_eq!(normal_upper_point(f64::NEG_INFINITY), Some(f64::INFINITY));
        assert_eq!(normal_upper_point(0.1), None);
        assert_eq!(normal_upper_point(f64::NAN), None);
    }

    /// By 60-digit arithmetic.
    #[test]
    fn known_tails() {
        let known = [
            (-3.0, -0.001_350_809_964_748_193_8),
            (0.5, -1.175_911_761_593_618_6),
            (1.5, -2.705_944_400_823_889_8),
            (6.0, -20.736_768_949_974_706),
            (40.0, -804.608_442_013_753_8),
            (1000.0, -500_007.826_694_812_18),
        ];
        for (z, exact) in known {
            let got = ln_normal_upper(z);
            assert!((got - exact).abs() <= 1e-14 * exact.abs(), "{z}: {got} {exact}");
        }
    }

    proptest! {
        #[test]
        fn the_point_inverts_the_tail(ln_p in -1e6..-1e-3_f64) {
            let z = normal_upper_point(ln_p).unwrap();
            prop_assert!((ln_normal_upper(z) - ln_p).abs() <= 1e-12 * ln_p.abs());
        }

        #[test]
        fn tails_are_complements(z in -8.0..8.0_f64) {
            prop_assert!((ln_normal_upper(z).exp() + ln_normal_upper(-z).exp() - 1.0).abs() < 1e-14);
        }
    }
}
