//! E-values: evidence that may be looked at after every event (statistics.md §6).
//!
//! An e-value is the likelihood ratio of a mixture of alternatives to the null; under the null its expectation is at most 1
//! at every stopping time, so an alarm at `e ≥ 1/α` has probability at most `α` however often one looks (Ville 1939; Robbins
//! 1970). With a conjugate prior the ratio is the density of the prior at the null divided by that of the posterior (Savage
//! & Dickey; Dickey 1971); one-sided, the prior is cut off at the null.

use super::beta::beta_tails;
use super::gamma::gamma_tails;
use super::loader::{ln_add_exp, ln_binomial_density, ln_poisson_density};
use super::negative_binomial::Gamma;

/// Natural logarithms of the e-values of the same data against the same null.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EValue {
    /// Alternatives on both sides of the null.
    pub ln_two_sided: f64,
    /// Alternatives above the null only.
    pub ln_greater: f64,
}

impl EValue {
    /// `ln min(1, 1/e)` of the one-sided e-value: a p-value valid at any stopping time. At most 0. The smallest one seen so
    /// far is valid too.
    #[must_use]
    pub fn ln_anytime_p(&self) -> f64 {
        (-self.ln_greater).min(0.0)
    }
}

/// Belief about a probability: beta with shapes `a` (successes seen, in effect) and `b` (failures).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    pub a: f64,
    pub b: f64,
}

impl Beta {
    /// Every probability equally likely.
    pub const UNIFORM: Self = Self { a: 1.0, b: 1.0 };

    fn is_proper(self) -> bool {
        positive(self.a) && positive(self.b)
    }

    /// `ln` of the density at `p = 1 − q`, but for the factor `1 / (p q)`, which cancels in ratios.
    fn ln_density(self, p: f64, q: f64) -> f64 {
        ln_binomial_density(self.a, self.b, p, q) + self.a.ln() + self.b.ln() - (self.a + self.b).ln()
    }
}

/// The e-value of `count` events where `expected` (cumulative, ≥ 0) were expected, against a rate ratio of 1, the ratio
/// being gamma distributed under the alternative; shape 1, rate 1 is the usual prior:
/// `a ln b − ln Γ(a) + ln Γ(a+N) − (a+N) ln(b+Λ) + Λ`, one-sided `+ ln Q(a+N, b+Λ) − ln Q(a, b)` (statistics.md §6).
///
/// The count must be Poisson given the past. Under overdispersion give its `dispersion` φ (variance ÷ mean): count and
/// expectation are divided by it, which is approximate; 1 or less is Poisson.
///
/// `None` where the prior is improper or an argument is negative or not finite.
#[must_use]
pub fn poisson_e_value(count: u64, expected: f64, dispersion: f64, prior: Gamma) -> Option<EValue> {
    let proper = positive(prior.shape) && positive(prior.rate);
    if !(proper && expected >= 0.0 && expected.is_finite() && dispersion.is_finite()) {
        return None;
    }
    let phi = dispersion.max(1.0);
    let posterior = Gamma { shape: prior.shape + count as f64 / phi, rate: prior.rate + expected / phi };
    let density = |belief: Gamma| ln_poisson_density(belief.shape, belief.rate) + belief.shape.ln();
    let above = |belief: Gamma| gamma_tails(belief.shape, belief.rate).map(|tails| tails.upper);
    let ln_two_sided = density(prior) - density(posterior);
    Some(EValue { ln_two_sided, ln_greater: ln_two_sided + above(posterior)? - above(prior)? })
}

/// `ln` of the likelihood ratio of a rate `ratio` times the expected one to the expected one:
/// `count ln ratio − (ratio − 1) expected` (Wald 1945). An e-value too, the best one if `ratio` is true.
///
/// −∞ for events where `ratio` is 0. `None` where `ratio` or `expected` is negative or not finite.
#[must_use]
pub fn poisson_ln_likelihood_ratio(count: u64, expected: f64, ratio: f64) -> Option<f64> {
    let ok = expected >= 0.0 && expected.is_finite() && ratio >= 0.0 && ratio.is_finite();
    let events = if count == 0 { 0.0 } else { count as f64 * ratio.ln() };
    ok.then_some(events - (ratio - 1.0) * expected)
}

/// The e-value of `successes` in `n` trials against a success probability of `p0` in (0, 1):
/// `ln B(a+x, b+n−x) − ln B(a, b) − x ln p0 − (n−x) ln(1−p0)`, one-sided the prior cut off at `p0` (statistics.md §6).
///
/// For precision above `p0` at a go/no-go gate. `None` where `successes > n`, the prior is improper or `p0` out of range.
#[must_use]
pub fn binomial_e_value(successes: u64, n: u64, p0: f64, prior: Beta) -> Option<EValue> {
    n.checked_sub(successes).and_then(|failures| beta_mixture(successes, failures, (p0, 1.0 - p0), prior))
}

/// The e-value that the rate of arm 1 (the canary) is higher than that of arm 0, from the arm that each event came from;
/// any intensity common to both arms cancels (Lindon & Malek 2022). Both exposures in one unit, positive and finite, in
/// constant proportion over time; otherwise, and where the prior is improper, `None` or no guarantee.
#[must_use]
pub fn canary_e_value(count1: u64, exposure1: f64, count0: u64, exposure0: f64, prior: Beta) -> Option<EValue> {
    let sum = exposure1 + exposure0;
    beta_mixture(count1, count0, (exposure1 / sum, exposure0 / sum), prior)
}

fn beta_mixture(successes: u64, failures: u64, (p, q): (f64, f64), prior: Beta) -> Option<EValue> {
    if !(prior.is_proper() && positive(p) && positive(q)) {
        return None;
    }
    let posterior = Beta { a: prior.a + successes as f64, b: prior.b + failures as f64 };
    let above = |belief: Beta| beta_tails(belief.a, belief.b, p, q).map(|tails| tails.upper);
    let ln_two_sided = prior.ln_density(p, q) - posterior.ln_density(p, q);
    Some(EValue { ln_two_sided, ln_greater: ln_two_sided + above(posterior)? - above(prior)? })
}

/// `ln` of the mean of e-values held as logarithms: an e-value again, whatever the dependence (statistics.md §6), such as
/// that of a deploy over its signatures. `None` without any.
#[must_use]
pub fn ln_mean_e(ln_e: &[f64]) -> Option<f64> {
    let sum = ln_e.iter().copied().fold(f64::NEG_INFINITY, ln_add_exp);
    (!ln_e.is_empty()).then(|| sum - (ln_e.len() as f64).ln())
}

/// Indices rejected by e-BH at false discovery rate `q` in (0, 1] under any dependence: the `k` largest e-values for the
/// largest `k` with `e₍ₖ₎ ≥ m / (k q)` (Wang & Ramdas 2022). In order of index; ties at the threshold are all rejected.
#[must_use]
pub fn e_benjamini_hochberg(ln_e: &[f64], q: f64) -> Vec<usize> {
    let mut falling = ln_e.to_vec();
    falling.sort_by(|a, b| b.total_cmp(a));
    let level = (ln_e.len() as f64).ln() - q.ln();
    let enough = |rank: usize| falling[rank] + ((rank + 1) as f64).ln() >= level;
    let Some(last) = (0..falling.len()).rev().find(|rank| enough(*rank)) else { return Vec::new() };
    (0..ln_e.len()).filter(|i| ln_e[*i] >= falling[last]).collect()
}

fn positive(x: f64) -> bool {
    x > 0.0 && x.is_finite()
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use crate::stats::{binomial_ln_pmf, poisson_ln_pmf};
    use proptest::prelude::*;

    const UNIT: Gamma = Gamma { shape: 1.0, rate: 1.0 };

    #[test]
    fn no_data_is_no_evidence() {
        let e = poisson_e_value(0, 0.0, 1.0, UNIT).unwrap();
        assert_eq!((e.ln_two_sided, e.ln_greater, e.ln_anytime_p()), (0.0, 0.0, 0.0));
        let e = binomial_e_value(0, 0, 0.3, Beta::UNIFORM).unwrap();
        assert_eq!((e.ln_two_sided, e.ln_greater), (0.0, 0.0));
    }

    #[test]
    fn out_of_range_is_none() {
        assert_eq!(poisson_e_value(1, -1.0, 1.0, UNIT), None);
        assert_eq!(poisson_e_value(1, f64::INFINITY, 1.0, UNIT), None);
        assert_eq!(poisson_e_value(1, 1.0, f64::NAN, UNIT), None);
        assert_eq!(poisson_e_value(1, 1.0, 1.0, Gamma::JEFFREYS), None);
        assert_eq!(binomial_e_value(2, 1, 0.5, Beta::UNIFORM), None);
        assert_eq!(binomial_e_value(1, 1, 1.0, Beta::UNIFORM), None);
        assert_eq!(binomial_e_value(1, 1, 0.5, Beta { a: 0.0, b: 1.0 }), None);
        assert_eq!(canary_e_value(1, 0.0, 1, 1.0, Beta::UNIFORM), None);
        assert_eq!(canary_e_value(1, f64::INFINITY, 1, 1.0, Beta::UNIFORM), None);
        assert_eq!(poisson_ln_likelihood_ratio(1, 1.0, -1.0), None);
        assert_eq!(poisson_ln_likelihood_ratio(1, 1.0, 0.0), Some(f64::NEG_INFINITY));
        assert_eq!(poisson_ln_likelihood_ratio(0, 3.0, 0.0), Some(3.0));
        assert_eq!(ln_mean_e(&[]), None);
    }

    /// Events where none were expected: the mixture of `θᴺ`, here `N!` for shape 1 and rate 1.
    #[test]
    fn nothing_expected_by_hand() {
        let e = poisson_e_value(5, 0.0, 1.0, UNIT).unwrap();
        assert!((e.ln_two_sided - 120.0_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn dispersion_divides_count_and_expectation() {
        let plain = poisson_e_value(40, 10.0, 1.0, UNIT).unwrap();
        assert_eq!(poisson_e_value(120, 30.0, 3.0, UNIT), Some(plain));
        assert_eq!(poisson_e_value(40, 10.0, 0.5, UNIT), Some(plain));
    }

    #[test]
    fn canary_is_the_binomial_of_its_share() {
        let canary = canary_e_value(9, 1.0, 4, 3.0, Beta::UNIFORM);
        assert_eq!(canary, binomial_e_value(9, 13, 0.25, Beta::UNIFORM));
    }

    #[test]
    fn e_bh_by_hand() {
        let ln_e: Vec<f64> = [50.0, 1.0, 18.0, 0.0].map(f64::ln).to_vec();
        // m / (k q) with q = .1: 40, 20, 13.3, 10.
        assert_eq!(e_benjamini_hochberg(&ln_e, 0.1), [0]);
        assert_eq!(e_benjamini_hochberg(&ln_e, 0.12), [0, 2]);
        assert_eq!(e_benjamini_hochberg(&ln_e, 0.01), [0; 0]);
        assert_eq!(e_benjamini_hochberg(&[], 0.1), [0; 0]);
        assert!((ln_mean_e(&ln_e).unwrap() - 17.25_f64.ln()).abs() < 1e-14);
    }

    proptest! {
        /// The expectation of an e-value under its null is 1 at a fixed sample size.
        #[test]
        fn poisson_expectation_is_one(expected in 0.01..20.0_f64, shape in 0.3..4.0_f64, rate in 0.3..4.0_f64) {
            let (mut two, mut one) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            for count in 0..3_000 {
                let e = poisson_e_value(count, expected, 1.0, Gamma { shape, rate }).unwrap();
                two = ln_add_exp(two, poisson_ln_pmf(count, expected) + e.ln_two_sided);
                one = ln_add_exp(one, poisson_ln_pmf(count, expected) + e.ln_greater);
            }
            prop_assert!(two.abs() < 1e-9 && one.abs() < 1e-9, "{two} {one}");
        }

        #[test]
        fn binomial_expectation_is_one(n in 0..60u64, p0 in 0.05..0.95_f64, a in 0.3..4.0_f64, b in 0.3..4.0_f64) {
            let (mut two, mut one) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            for x in 0..=n {
                let e = binomial_e_value(x, n, p0, Beta { a, b }).unwrap();
                two = ln_add_exp(two, binomial_ln_pmf(x, n, p0, 1.0 - p0) + e.ln_two_sided);
                one = ln_add_exp(one, binomial_ln_pmf(x, n, p0, 1.0 - p0) + e.ln_greater);
            }
            prop_assert!(two.abs() < 1e-9 && one.abs() < 1e-9, "{two} {one}");
        }

        #[test]
        fn more_events_are_more_evidence(count in 0..500u64, expected in 0.0..100.0_f64) {
            let e = |count| poisson_e_value(count, expected, 1.0, UNIT).unwrap().ln_greater;
            prop_assert!(e(count + 1) > e(count));
        }
    }
}
