//! Log tails of the beta distribution (the regularised incomplete beta function), and their quantiles.
//!
//! `ln I = ln density(a; a + b) + ln(b / (a + b)) + ln(fraction)`, with the density in Loader's form and the fraction by
//! modified Lentz (DLMF 8.17.22). `statrs` stops after 140 steps without saying so; here the cap grows with the shapes and
//! running out is `None`.

#![allow(clippy::many_single_char_names)] // the names of the formulas

use super::gamma::{ln_probability, nonzero};
use super::loader::{ln_1m_exp, ln_binomial_density};
use super::solve::solve;

/// Logits beyond this have a probability that underflows.
const LOGIT_LIMIT: f64 = 740.0;

/// Above this the other tail is so small that its complement would lose digits; it is then summed by itself.
const NEARLY_ALL: f64 = -1e-3;

/// Terms after which the power series gives up (it needs about 40 ÷ distance to 1).
const SERIES_CAP: usize = 100_000;

/// Logarithms of both tails of a beta distribution at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaTails {
    /// `ln I_x(a, b)`: at most `x`.
    pub lower: f64,
    /// `ln I_y(b, a)`: more than `x`.
    pub upper: f64,
}

impl BetaTails {
    const fn swapped(self) -> Self {
        Self { lower: self.upper, upper: self.lower }
    }
}

/// Tails of the beta distribution of shapes `a, b > 0` at `x`, with `y = 1 − x` passed in so that neither loses digits.
///
/// `None` where an argument is out of range or the fraction does not converge within `1000 + 20 √max(a, b)` steps.
#[must_use]
pub fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> Option<BetaTails> {
    let shapes = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite();
    let point = x >= 0.0 && y >= 0.0 && (x + y - 1.0).abs() <= 1e-9;
    if !(shapes && point) {
        return None;
    }
    if x == 0.0 || y == 0.0 {
        let at_zero = BetaTails { lower: f64::NEG_INFINITY, upper: 0.0 };
        return Some(if x == 0.0 { at_zero } else { at_zero.swapped() });
    }
    if x > (a + 1.0) / (a + b + 2.0) { small_side(b, a, y, x).map(BetaTails::swapped) } else { small_side(a, b, x, y) }
}

/// Both tails where the fraction for the lower one converges fast.
fn small_side(a: f64, b: f64, x: f64, y: f64) -> Option<BetaTails> {
    let front = ln_binomial_density(a, b, x, y);
    let lower = (front + (b / (a + b)).ln() + fraction(a, b, x)?.ln()).min(0.0);
    let apart = if lower > NEARLY_ALL { power_series(b, a, y) } else { None };
    let upper = apart.map_or_else(|| ln_1m_exp(lower), |sum| (front + (a / (a + b)).ln() + sum.ln()).min(0.0));
    Some(BetaTails { lower, upper })
}

/// The continued fraction of `I_x(a, b)` by modified Lentz.
fn fraction(a: f64, b: f64, x: f64) -> Option<f64> {
    let sum = a + b;
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - sum * x / (a + 1.0));
    let mut h = d;
    let mut m = 0.0;
    let cap = 1000.0 + 20.0 * a.max(b).sqrt();
    while m < cap {
        m += 1.0;
        let even = a + 2.0 * m;
        let step = m * (b - m) * x / ((even - 1.0) * even);
        d = 1.0 / nonzero(1.0 + step * d);
        c = nonzero(1.0 + step / c);
        h *= d * c;
        let step = -(a + m) * (sum + m) * x / (even * (even + 1.0));
        d = 1.0 / nonzero(1.0 + step * d);
        c = nonzero(1.0 + step / c);
        let factor = d * c;
        h *= factor;
        if (factor - 1.0).abs() <= 4.0 * f64::EPSILON {
            return Some(h);
        }
    }
    None
}

/// `1 + (a+b)/(a+1) x + (a+b)(a+b+1)/((a+1)(a+2)) x² + …` (DLMF 8.17.8 with the powers outside): all terms positive.
fn power_series(a: f64, b: f64, x: f64) -> Option<f64> {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 0.0);
    for _ in 0..SERIES_CAP {
        let ratio = (a + b + n) / (a + 1.0 + n) * x;
        term *= ratio;
        sum += term;
        n += 1.0;
        if ratio < 1.0 && term <= 1e-17 * sum * (1.0 - ratio.max(x)) {
            return Some(sum);
        }
    }
    None
}

/// The `x` below which the beta distribution of shapes `a, b > 0` has probability `p`, 0 < p < 1. Relative error about
/// 1e-12, near 0 too (solved on the logarithm of the smaller tail, in the logit of `x`); at least e⁻⁷⁴⁰, which shapes below
/// about 0.01 reach.
///
/// `None` where an argument is out of range or the tail does not converge.
#[must_use]
pub fn beta_quantile(a: f64, b: f64, p: f64) -> Option<f64> {
    let logit = if p <= 0.5 { lower_logit(a, b, p)? } else { upper_logit(a, b, 1.0 - p)? };
    Some(logistic(logit))
}

/// The logit of the `x` that has probability `p` below it.
pub(super) fn lower_logit(a: f64, b: f64, p: f64) -> Option<f64> {
    let target = ln_probability(p)?;
    if !(a > 0.0 && b > 0.0) {
        return None;
    }
    let f = |u: f64| {
        let (x, y) = (logistic(u), logistic(-u));
        let tail = beta_tails(a, b, x, y)?.lower;
        let slope = (ln_binomial_density(a, b, x, y) + (a / (a + b)).ln() + b.ln() - tail).exp();
        Some((tail - target, slope))
    };
    solve(f, (a / b).ln(), -LOGIT_LIMIT, LOGIT_LIMIT)
}

/// The logit of the `x` that has probability `p` above it.
pub(super) fn upper_logit(a: f64, b: f64, p: f64) -> Option<f64> {
    lower_logit(b, a, p).map(|logit| -logit)
}

pub(super) fn logistic(u: f64) -> f64 {
    1.0 / (1.0 + (-u).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_half_is_half_even_at_large_shapes() {
        for a in [0.3, 1.0, 1e3, 1e6, 1e7, 1e8] {
            let tails = beta_tails(a, a, 0.5, 0.5).unwrap();
            assert!((tails.lower.exp() - 0.5).abs() < 1e-11, "{a}: {tails:?}");
        }
    }

    #[test]
    fn uniform_and_powers() {
        for x in [1e-12, 0.2, 0.9] {
            assert!((beta_tails(1.0, 1.0, x, 1.0 - x).unwrap().lower - x.ln()).abs() < 1e-14);
            assert!((beta_tails(3.0, 1.0, x, 1.0 - x).unwrap().lower - 3.0 * x.ln()).abs() < 1e-13);
        }
    }

    #[test]
    fn a_small_tail_beyond_the_swap_keeps_its_digits() {
        // I_x(1, b) = 1 − (1 − x)^b exactly.
        let (b, x) = (1e-9, 0.9_f64);
        let exact = (-(b * (1.0 - x).ln()).exp_m1()).ln();
        let got = beta_tails(1.0, b, x, 1.0 - x).unwrap().lower;
        assert!((got - exact).abs() < 1e-13, "{got} {exact}");
    }

    #[test]
    fn out_of_range_is_none() {
        assert_eq!(beta_tails(0.0, 1.0, 0.5, 0.5), None);
        assert_eq!(beta_tails(1.0, 1.0, 0.5, 0.6), None);
        assert_eq!(beta_tails(1.0, 1.0, f64::NAN, 0.6), None);
        assert_eq!(beta_quantile(1.0, 1.0, 1.0), None);
        assert_eq!(beta_quantile(-1.0, 1.0, 0.5), None);
    }

    proptest! {
        #[test]
        fn tails_are_complements_and_mirror(a in 0.01..1e4_f64, b in 0.01..1e4_f64, x in 1e-6..0.999_999_f64) {
            let tails = beta_tails(a, b, x, 1.0 - x).unwrap();
            prop_assert!((tails.lower.exp() + tails.upper.exp() - 1.0).abs() < 1e-10);
            let mirror = beta_tails(b, a, 1.0 - x, x).unwrap();
            prop_assert!((tails.lower.exp() - mirror.upper.exp()).abs() < 1e-10);
        }

        #[test]
        fn quantile_inverts_the_tail(a in 0.1..1e4_f64, b in 0.1..1e4_f64, p in 1e-6..0.999_999_f64) {
            let x = beta_quantile(a, b, p).unwrap();
            prop_assume!(x < 0.999_999);
            prop_assert!((beta_tails(a, b, x, 1.0 - x).unwrap().lower.exp() - p).abs() < 1e-8);
        }
    }
}
