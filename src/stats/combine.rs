//! One p-value from many: those of the signatures of one deploy (statistics.md §5).
//!
//! Everywhere p-values come and go as natural logarithms, −∞ to 0; `None` for an empty list and where one is above 0 or NaN.
//! Simes' combination, for screening, is [`simes`](super::simes).

use super::gamma::gamma_tails;
use super::loader::ln_1m_exp;
use super::normal::{ln_normal_upper, normal_upper_point};
use std::f64::consts::{LN_2, PI};

/// Where to cut off p-values before [`cauchy`]: those of discrete tests are often exactly 1, of which one outweighs all.
pub const CAUCHY_CAP: f64 = 0.99;

/// Below this `cot(πp)` is `1/(πp)` to the last digit.
const LN_SMALL: f64 = -36.0;

/// Above this a sum of cotangents is held as its logarithm.
const LN_LARGE: f64 = 600.0;

/// A test statistic and its p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Combined {
    pub statistic: f64,
    pub ln_p: f64,
}

/// Fisher's combination (1932): `−2 Σ ln p`, χ² with two degrees of freedom each. Independent p-values only.
#[must_use]
pub fn fisher(ln_p: &[f64]) -> Option<Combined> {
    let statistic = fisher_statistic(ln_p)?;
    Some(Combined { statistic, ln_p: ln_chi_square_upper(statistic, 2.0 * ln_p.len() as f64)? })
}

/// Fisher's statistic of correlated p-values, with the scaled χ² that has its mean and variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrownKost {
    /// `−2 Σ ln p`; `scale` times a χ² with `degrees_of_freedom`.
    pub statistic: f64,
    pub degrees_of_freedom: f64,
    pub scale: f64,
    pub ln_p: f64,
}

/// Brown's combination (1975) of one-sided p-values of normal statistics with these correlations, with the covariances
/// `3.263 ρ + .710 ρ² + .027 ρ³` of Kost & `McDermott` (2002). Without correlation it is [`fisher`].
///
/// Row i, column j of `correlations` is ρᵢⱼ in [−1, 1]; only what is above the diagonal is read. `None` where it is not a
/// square of the size of `ln_p`, is out of range, or leaves no variance.
#[must_use]
pub fn brown_kost(ln_p: &[f64], correlations: &[Vec<f64>]) -> Option<BrownKost> {
    let (statistic, tests) = (fisher_statistic(ln_p)?, ln_p.len());
    if correlations.len() != tests || correlations.iter().any(|row| row.len() != tests) {
        return None;
    }
    let above = correlations.iter().enumerate().flat_map(|(i, row)| &row[i + 1..]);
    if above.clone().any(|rho| !(-1.0..=1.0).contains(rho)) {
        return None;
    }
    let covariance: f64 = above.map(|rho| rho * (3.263 + rho * (0.710 + rho * 0.027))).sum();
    let (mean, variance) = (2.0 * tests as f64, 4.0 * tests as f64 + 2.0 * covariance);
    if variance <= 0.0 {
        return None;
    }
    let (scale, degrees_of_freedom) = (variance / (2.0 * mean), 2.0 * mean * mean / variance);
    let ln_p = ln_chi_square_upper(statistic / scale, degrees_of_freedom)?;
    Some(BrownKost { statistic, degrees_of_freedom, scale, ln_p })
}

/// Stouffer's combination (1949) with weights (Lipták 1958): `Σ w z / √(Σ w²)`, normal, `z` the upper normal points. Independent
/// p-values only.
///
/// `None` also where weights differ in number, are negative or not finite, or are all 0, and for p-values of both 0 and 1.
#[must_use]
pub fn stouffer(ln_p: &[f64], weights: &[f64]) -> Option<Combined> {
    checked(ln_p)?;
    let ok = weights.iter().all(|w| *w >= 0.0 && w.is_finite());
    let norm = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
    if !(ok && weights.len() == ln_p.len() && norm > 0.0) {
        return None;
    }
    let mut sum = 0.0;
    for (ln_p, weight) in ln_p.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        sum += weight * normal_upper_point(*ln_p)?;
    }
    let statistic = sum / norm;
    (!statistic.is_nan()).then(|| Combined { statistic, ln_p: ln_normal_upper(statistic) })
}

/// Tippett's combination (1931): `ln(1 − (1 − p_min)ⁿ)`. Independent p-values only.
#[must_use]
pub fn tippett(ln_p: &[f64]) -> Option<f64> {
    let (smallest, n) = (checked(ln_p)?, ln_p.len() as f64);
    Some(if smallest < LN_SMALL { n.ln() + smallest } else { ln_1m_exp(n * ln_1m_exp(smallest)) })
}

/// Bonferroni's combination: `ln min(1, n p_min)`. Any dependence.
#[must_use]
pub fn bonferroni(ln_p: &[f64]) -> Option<f64> {
    Some(((ln_p.len() as f64).ln() + checked(ln_p)?).min(0.0))
}

/// `ln` of the harmonic mean of the p-values (Wilson 2019), as it is: close to a p-value where it is small, anticonservative
/// elsewhere.
#[must_use]
pub fn ln_harmonic_mean_p(ln_p: &[f64]) -> Option<f64> {
    let smallest = checked(ln_p)?;
    if smallest == f64::NEG_INFINITY {
        return Some(smallest);
    }
    let sum: f64 = ln_p.iter().map(|ln_p| (smallest - ln_p).exp()).sum();
    Some(smallest + (ln_p.len() as f64 / sum).ln())
}

/// The Cauchy combination (ACAT; Liu & Xie 2020): `ln(½ − arctan(T)/π)` with `T` the mean of `cot(πp)`; robust to dependence
/// where it is small. p-values above `cap` in (0, 1] count as `cap`: [`CAUCHY_CAP`] for discrete tests, 1 for the plain form.
///
/// `None` also for p-values of both 0 and 1.
#[must_use]
pub fn cauchy(ln_p: &[f64], cap: f64) -> Option<f64> {
    let smallest = checked(ln_p)?;
    if !(cap > 0.0 && cap <= 1.0) {
        return None;
    }
    let capped = ln_p.iter().map(|ln_p| ln_p.min(cap.ln()));
    if smallest == f64::NEG_INFINITY {
        let all_below_one = capped.into_iter().all(|ln_p| ln_p < 0.0);
        return all_below_one.then_some(f64::NEG_INFINITY);
    }
    // Cotangents are held relative to exp(shift), so that none overflows.
    let shift = (-smallest - LN_LARGE).max(0.0);
    let mean = capped.map(|ln_p| scaled_cotangent(ln_p, shift)).sum::<f64>() / ln_p.len() as f64;
    Some(if shift > 0.0 && mean > 0.0 { -(PI * mean).ln() - shift } else { (1.0_f64.atan2(mean) / PI).ln() })
}

/// `cot(πp) exp(−shift)`, −∞ for `p = 1`.
fn scaled_cotangent(ln_p: f64, shift: f64) -> f64 {
    if ln_p < LN_SMALL {
        (-ln_p - shift).exp() / PI
    } else if ln_p > -LN_2 {
        (PI * ln_p.exp_m1()).tan().abs().recip() * -(-shift).exp()
    } else {
        (PI * ln_p.exp()).tan().recip() * (-shift).exp()
    }
}

/// The smallest of the logarithms.
fn checked(ln_p: &[f64]) -> Option<f64> {
    let ok = !ln_p.is_empty() && ln_p.iter().all(|ln_p| *ln_p <= 0.0);
    ok.then(|| ln_p.iter().copied().fold(0.0, f64::min))
}

fn fisher_statistic(ln_p: &[f64]) -> Option<f64> {
    checked(ln_p)?;
    Some(ln_p.iter().map(|ln_p| -2.0 * ln_p).sum())
}

/// `ln P(χ² ≥ x)`.
fn ln_chi_square_upper(x: f64, degrees_of_freedom: f64) -> Option<f64> {
    if x == f64::INFINITY {
        return Some(f64::NEG_INFINITY);
    }
    gamma_tails(degrees_of_freedom / 2.0, x / 2.0).map(|tails| tails.upper)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Combination = fn(&[f64]) -> Option<f64>;
    const ALL: [Combination; 7] = [
        |p| fisher(p).map(|found| found.ln_p),
        |p| stouffer(p, &vec![1.0; p.len()]).map(|found| found.ln_p),
        |p| brown_kost(p, &vec![vec![0.4; p.len()]; p.len()]).map(|found| found.ln_p),
        tippett,
        bonferroni,
        ln_harmonic_mean_p,
        |p| cauchy(p, 1.0),
    ];

    #[test]
    fn edges() {
        for combine in ALL {
            assert_eq!(combine(&[]), None);
            assert_eq!(combine(&[-1.0, 0.1]), None);
            assert_eq!(combine(&[f64::NAN]), None);
            assert_eq!(combine(&[0.0, 0.0]), Some(0.0));
            assert_eq!(combine(&[f64::NEG_INFINITY, -1.0]), Some(f64::NEG_INFINITY));
        }
        assert_eq!(cauchy(&[0.0, f64::NEG_INFINITY], 1.0), None);
        assert_eq!(cauchy(&[0.0, f64::NEG_INFINITY], CAUCHY_CAP), Some(f64::NEG_INFINITY));
        assert_eq!(cauchy(&[-1.0], 0.0), None);
        assert_eq!(stouffer(&[0.0, f64::NEG_INFINITY], &[1.0, 1.0]), None);
        assert_eq!(stouffer(&[0.0, -1.0], &[0.0, 1.0]), stouffer(&[-1.0], &[1.0]));
        assert_eq!(stouffer(&[-1.0], &[0.0]), None);
        assert_eq!(stouffer(&[-1.0], &[1.0, 1.0]), None);
        assert_eq!(brown_kost(&[-1.0, -1.0], &[vec![1.0, 0.5]]), None);
        assert_eq!(brown_kost(&[-1.0, -1.0], &[vec![1.0, 1.5], vec![1.5, 1.0]]), None);
    }

    /// χ² with 4 degrees of freedom has the tail `e^(−x/2) (1 + x/2)`: here far below the smallest `f64`.
    #[test]
    fn fisher_of_two_tiny_p_values() {
        let ln_p = 1e-250_f64.ln();
        let half = -2.0 * ln_p;
        assert!((fisher(&[ln_p, ln_p]).unwrap().ln_p - (half.ln_1p() - half)).abs() < 1e-9);
    }

    #[test]
    fn one_p_value_of_one_does_not_outweigh_a_tiny_one_once_capped() {
        let p = [0.0, 1e-6_f64.ln()];
        assert_eq!(cauchy(&p, 1.0), Some(0.0));
        assert!((cauchy(&p, CAUCHY_CAP).unwrap() - 2e-6_f64.ln()).abs() < 1e-3);
    }

    #[test]
    fn without_correlation_brown_is_fisher() {
        let p = [-1.0, -3.0, -0.2];
        let identity = [vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]];
        let brown = brown_kost(&p, &identity).unwrap();
        assert_eq!((brown.scale, brown.degrees_of_freedom), (1.0, 6.0));
        assert_eq!(brown.ln_p, fisher(&p).unwrap().ln_p);
    }

    proptest! {
        #[test]
        fn one_p_value_is_itself(ln_p in -2_000.0..-1e-6_f64) {
            for combine in ALL {
                let got = combine(&[ln_p]).unwrap();
                prop_assert!((got - ln_p).abs() <= 1e-11 * ln_p.abs(), "{} {}", got, ln_p);
            }
        }

        #[test]
        fn smaller_p_values_combine_to_smaller(p in prop::collection::vec(-800.0..0.0_f64, 1..12), less in 0.0..50.0_f64) {
            let smaller: Vec<f64> = p.iter().map(|ln_p| ln_p - less).collect();
            for combine in ALL {
                let (here, below) = (combine(&p).unwrap(), combine(&smaller).unwrap());
                prop_assert!(here <= 0.0 && below <= here + 1e-11 * here.abs(), "{} {}", here, below);
            }
        }
    }
}
