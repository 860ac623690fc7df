//! What a p-value can say at most about a hypothesis, and what to believe after it (statistics.md §0, §8).

use super::beta::logistic;

/// `ln` of the largest Bayes factor against the null that a p-value is compatible with: `1 / (−e p ln p)`, 1 where
/// `p ≥ 1/e` (Sellke, Bayarri & Berger 2001). The p-value comes as its logarithm; at least 0, ∞ for `p = 0`.
///
/// `None` for `ln_p > 0` or NaN.
#[must_use]
pub fn ln_bayes_factor_bound(ln_p: f64) -> Option<f64> {
    if ln_p.is_nan() || ln_p > 0.0 {
        None
    } else if ln_p >= -1.0 {
        Some(0.0)
    } else if ln_p == f64::NEG_INFINITY {
        Some(f64::INFINITY)
    } else {
        Some((-1.0 - ln_p - (-ln_p).ln()).max(0.0))
    }
}

/// The probability of a hypothesis after evidence: `prior · BF / (prior · BF + 1 − prior)`, with `ln BF` given (the smaller
/// of a log e-value and [`ln_bayes_factor_bound`]). In [0, 1]; a prior of 0 or 1 stays.
///
/// `None` for a prior outside [0, 1] or NaN.
#[must_use]
pub fn posterior_probability(prior: f64, ln_bayes_factor: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&prior) || ln_bayes_factor.is_nan() {
        return None;
    }
    let certain = prior <= 0.0 || prior >= 1.0;
    Some(if certain { prior } else { logistic(prior.ln() - (-prior).ln_1p() + ln_bayes_factor) })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Statistics §0: if 3 % of deploys are bad, what a p-value leaves of doubt at least.
    #[test]
    fn a_small_p_value_says_little_about_a_rare_fault() {
        for (p, most) in [(0.05_f64, 0.07), (0.001, 0.62), (1e-4, 0.925), (1e-5, 0.99)] {
            let belief = posterior_probability(0.03, ln_bayes_factor_bound(p.ln()).unwrap()).unwrap();
            assert!((belief - most).abs() < 0.003, "{p}: {belief}");
        }
    }

    /// Statistics §5: with prior .03, π ≥ .9 needs a Bayes factor of 291, that is p ≤ 1.4e-4.
    #[test]
    fn an_automatic_action_needs_this_much() {
        assert!((posterior_probability(0.03, 291.0_f64.ln()).unwrap() - 0.9).abs() < 1e-4);
        assert!(ln_bayes_factor_bound(1.4e-4_f64.ln()).unwrap() > 290.0_f64.ln());
    }

    #[test]
    fn edges() {
        assert_eq!(ln_bayes_factor_bound(0.0), Some(0.0));
        assert_eq!(ln_bayes_factor_bound(-1.0), Some(0.0));
        assert_eq!(ln_bayes_factor_bound(f64::NEG_INFINITY), Some(f64::INFINITY));
        assert_eq!(ln_bayes_factor_bound(0.1), None);
        assert_eq!(ln_bayes_factor_bound(f64::NAN), None);
        assert_eq!(posterior_probability(0.0, f64::INFINITY), Some(0.0));
        assert_eq!(posterior_probability(1.0, f64::NEG_INFINITY), Some(1.0));
        assert_eq!(posterior_probability(0.5, f64::INFINITY), Some(1.0));
        assert_eq!(posterior_probability(0.5, f64::NEG_INFINITY), Some(0.0));
        assert_eq!(posterior_probability(1.5, 0.0), None);
        assert_eq!(posterior_probability(0.5, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn the_bound_rises_as_p_falls(ln_p in -1e4..0.0_f64, less in 1e-3..10.0_f64) {
            let (here, below) = (ln_bayes_factor_bound(ln_p).unwrap(), ln_bayes_factor_bound(ln_p - less).unwrap());
            prop_assert!(here >= 0.0 && below >= here);
        }

        #[test]
        fn evidence_for_and_against_cancels(prior in 0.001..0.999_f64, ln_bf in -20.0..20.0_f64) {
            let there = posterior_probability(prior, ln_bf).unwrap();
            prop_assert!((posterior_probability(there, -ln_bf).unwrap() - prior).abs() < 1e-6);
        }
    }
}
