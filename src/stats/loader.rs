//! Densities in Loader's deviance form, and sums of numbers held as logarithms.
//!
//! Reference: C. Loader, *Fast and Accurate Computation of Binomial Probabilities* (2000), the form that R uses. It never
//! subtracts two large logarithms, so it keeps its digits at counts of 10⁹.

#![allow(clippy::many_single_char_names)] // the names of the formulas

use std::f64::consts::{LN_2, TAU};

/// Coefficients of Stirling's series for `stirling_error`, in falling powers: `B₂ₖ / (2k (2k − 1))` (DLMF 5.11.1).
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    1.0 / 360.0,
    1.0 / 1260.0,
    1.0 / 1680.0,
    1.0 / 1188.0,
    691.0 / 360_360.0,
    1.0 / 156.0,
    3617.0 / 122_400.0,
];

/// From here on eight terms of Stirling's series are exact to 1e-16.
const STIRLING_FROM: f64 = 8.0;

/// `ln Γ(x + 1) − (x + ½) ln x + x − ½ ln 2π`: what Stirling's formula leaves over, for `x > 0`.
pub(super) fn stirling_error(x: f64) -> f64 {
    let mut shifted = x;
    let mut sum = 0.0;
    while shifted < STIRLING_FROM {
        sum += (shifted + 0.5) * shifted.recip().ln_1p() - 1.0;
        shifted += 1.0;
    }
    let square = shifted * shifted;
    let series = STIRLING.iter().rev().fold(0.0, |tail, term| term - tail / square);
    sum + series / shifted
}

/// `x ln(x / mean) + mean − x` without cancellation near `x = mean`; both positive. Loader's `bd0`.
pub(super) fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    if difference.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() - difference;
    }
    let v = difference / (x + mean);
    let mut sum = difference * v;
    let mut power = 2.0 * x * v;
    let mut odd = 1.0;
    loop {
        power *= v * v;
        odd += 2.0;
        let next = sum + power / odd;
        if next.to_bits() == sum.to_bits() || next.is_nan() {
            return next;
        }
        sum = next;
    }
}

/// `ln(xᵃ e⁻ˣ / Γ(a + 1))`: the Poisson density at `a`, continued to every `a ≥ 0`; `x > 0`.
pub(super) fn ln_poisson_density(a: f64, x: f64) -> f64 {
    if a == 0.0 { -x } else { -stirling_error(a) - deviance(a, x) - 0.5 * (TAU * a).ln() }
}

/// `ln(Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1)) · xᵃ yᵇ)` with `y = 1 − x`: the binomial density of `a` successes and `b`
/// failures, continued to every `a, b ≥ 0`; `x` and `y` are both given so that neither loses digits.
pub(super) fn ln_binomial_density(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if a == 0.0 {
        return ln_power(b, y, x);
    }
    if b == 0.0 {
        return ln_power(a, x, y);
    }
    let n = a + b;
    let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
    stirling - deviance(a, n * x) - deviance(b, n * y) + 0.5 * ((n / a).ln() - (TAU * b).ln())
}

/// `n ln base` where `complement = 1 − base` may be the more exact of the two.
fn ln_power(n: f64, base: f64, complement: f64) -> f64 {
    if n == 0.0 {
        0.0
    } else if complement < 0.5 {
        n * (-complement).ln_1p()
    } else {
        n * base.ln()
    }
}

/// `ln(1 − eˣ)` for `x ≤ 0` (Mächler 2012, *Accurately computing log(1 − exp(−|a|))*); `x = 0` gives −∞.
#[must_use]
pub fn ln_1m_exp(x: f64) -> f64 {
    if x > -LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}

/// `ln(eᵃ + eᵇ)`; either may be −∞.
#[must_use]
pub fn ln_add_exp(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ln_factorial(n: u32) -> f64 {
        (2..=n).map(|i| f64::from(i).ln()).sum()
    }

    #[test]
    fn densities_agree_with_factorials() {
        for n in 1..30u32 {
            for k in 0..=n {
                let (a, b, x) = (f64::from(k), f64::from(n - k), 0.3_f64);
                let choose = ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
                let exact = choose + a * x.ln() + b * (1.0 - x).ln();
                assert!((ln_binomial_density(a, b, x, 1.0 - x) - exact).abs() < 1e-12);
                let poisson = a * 2.5_f64.ln() - 2.5 - ln_factorial(k);
                assert!((ln_poisson_density(a, 2.5) - poisson).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn stirling_error_at_half_integers() {
        // Γ(3/2) = √π / 2, so with x = ½ every term is known.
        let exact = (std::f64::consts::PI.sqrt() / 2.0).ln() + 0.5 - 0.5 * TAU.ln() - 0.5_f64.ln();
        assert!((stirling_error(0.5) - exact).abs() < 1e-15);
    }

    #[test]
    fn logs_of_sums_at_the_edges() {
        assert_eq!(ln_1m_exp(0.0), f64::NEG_INFINITY);
        assert_eq!(ln_1m_exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(ln_add_exp(f64::NEG_INFINITY, f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(ln_add_exp(f64::NEG_INFINITY, -3.0), -3.0);
    }

    proptest! {
        #[test]
        fn deviance_is_never_negative(x in 1e-6..1e9_f64, ratio in 0.5..2.0_f64) {
            prop_assert!(deviance(x, x * ratio) >= 0.0);
        }

        #[test]
        fn complement_of_complement(x in -30.0..-1e-6_f64) {
            prop_assert!((ln_1m_exp(ln_1m_exp(x)) - x).abs() < 1e-9 * x.abs().max(1e-3) + 1e-3 * f64::EPSILON / x.exp());
        }
    }
}
