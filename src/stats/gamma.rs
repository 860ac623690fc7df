//! Log tails of the gamma distribution with rate 1, and their quantiles.

#![allow(clippy::many_single_char_names)] // the names of the formulas

use super::loader::{ln_1m_exp, ln_poisson_density};
use super::poisson::rising_series;
use super::solve::solve;

/// Logarithms of both tails of a gamma distribution at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaTails {
    /// `ln P(a, x)`: at most `x`.
    pub lower: f64,
    /// `ln Q(a, x)`: more than `x`.
    pub upper: f64,
}

/// Tails of the gamma distribution of shape `a > 0` and rate 1 at `x ≥ 0`: a positive series below the mean (DLMF 8.7.1), a
/// continued fraction above (DLMF 8.9.2).
///
/// `None` where an argument is out of range or the fraction does not converge.
#[must_use]
pub fn gamma_tails(a: f64, x: f64) -> Option<GammaTails> {
    if !(a > 0.0 && a.is_finite() && x >= 0.0) {
        return None;
    }
    if x == 0.0 {
        return Some(GammaTails { lower: f64::NEG_INFINITY, upper: 0.0 });
    }
    let density = ln_poisson_density(a, x);
    if x < a.max(1.0) {
        let lower = (density + rising_series(a, x).ln()).min(0.0);
        Some(GammaTails { lower, upper: ln_1m_exp(lower) })
    } else {
        let upper = (density + a.ln() + fraction(a, x)?.ln()).min(0.0);
        Some(GammaTails { lower: ln_1m_exp(upper), upper })
    }
}

/// `Γ(a, x) / (xᵃ e⁻ˣ)` by modified Lentz.
fn fraction(a: f64, x: f64) -> Option<f64> {
    let mut b = x + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut h = d;
    let mut n = 0.0;
    let cap = 1000.0 + 20.0 * a.sqrt();
    while n < cap {
        n += 1.0;
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / nonzero(numerator * d + b);
        c = nonzero(b + numerator / c);
        let factor = d * c;
        h *= factor;
        if (factor - 1.0).abs() <= 4.0 * f64::EPSILON {
            return Some(h);
        }
    }
    None
}

/// Lentz's guard: a denominator of 0 becomes a number too small to matter.
pub(super) fn nonzero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// The `x` below which the gamma distribution of shape `a > 0` and rate 1 has probability `p`, 0 < p < 1. Relative error
/// about 1e-13 (solved on the logarithm of the smaller tail, in `ln x`).
///
/// `None` where an argument is out of range or the tail does not converge.
#[must_use]
pub fn gamma_quantile(a: f64, p: f64) -> Option<f64> {
    if p <= 0.5 { lower_point(a, p) } else { upper_point(a, 1.0 - p) }
}

/// The `x` with `P(a, x) = p`.
fn lower_point(a: f64, p: f64) -> Option<f64> {
    let target = ln_probability(p)?;
    let f = |u: f64| {
        let x = u.exp();
        let tail = gamma_tails(a, x)?.lower;
        Some((tail - target, (ln_poisson_density(a, x) + a.ln() - tail).exp()))
    };
    solve(f, a.ln(), -700.0, 700.0).map(f64::exp)
}

/// The `x` with `Q(a, x) = p`; solved in `−ln x`, where the tail rises.
pub(super) fn upper_point(a: f64, p: f64) -> Option<f64> {
    let target = ln_probability(p)?;
    let f = |u: f64| {
        let x = (-u).exp();
        let tail = gamma_tails(a, x)?.upper;
        Some((tail - target, (ln_poisson_density(a, x) + a.ln() - tail).exp()))
    };
    solve(f, -a.ln(), -700.0, 700.0).map(|u| (-u).exp())
}

/// `ln p` for 0 < p < 1, otherwise `None`.
pub(super) fn ln_probability(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| p.ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shape_one_is_exponential() {
        for x in [1e-9, 0.3, 1.0, 7.0, 300.0] {
            let tails = gamma_tails(1.0, x).unwrap();
            assert!((tails.upper + x).abs() <= 1e-14 * x.max(1.0));
        }
        assert!((gamma_quantile(1.0, 0.95).unwrap() - 20.0_f64.ln()).abs() < 1e-13);
        assert!((gamma_quantile(1.0, 0.01).unwrap() + 0.99_f64.ln()).abs() < 1e-14);
    }

    #[test]
    fn out_of_range_is_none() {
        assert_eq!(gamma_tails(0.0, 1.0), None);
        assert_eq!(gamma_tails(1.0, -1.0), None);
        assert_eq!(gamma_tails(f64::NAN, 1.0), None);
        assert_eq!(gamma_quantile(2.0, 0.0), None);
        assert_eq!(gamma_quantile(2.0, 1.0), None);
    }

    proptest! {
        #[test]
        fn integer_shapes_are_poisson_tails(k in 1..2_000u32, x in 1e-3..2_000.0_f64) {
            let tails = gamma_tails(f64::from(k), x).unwrap();
            let upper = super::super::poisson_upper(u64::from(k), x);
            prop_assert!((tails.lower - upper).abs() <= 1e-10 + 1e-11 * upper.abs());
        }

        #[test]
        fn quantile_inverts_the_tail(a in 0.05..1e5_f64, p in 1e-6..0.999_999_f64) {
            let x = gamma_quantile(a, p).unwrap();
            prop_assert!((gamma_tails(a, x).unwrap().lower.exp() - p).abs() < 1e-10);
        }
    }
}
