//! Log tail of the number of successes in independent trials of unequal probability.

use super::loader::{ln_1m_exp, ln_add_exp};
use std::f64::consts::LN_2;

/// `ln P(X ≥ k)` for `X` the number of successes in trials with these probabilities (the Poisson-binomial distribution, by
/// convolution): how surprising it is that `k` tests reject, given their attained sizes (statistics.md §5). 0 for `k = 0`,
/// −∞ for more than there are trials. `k × trials` steps.
///
/// `None` where a probability is outside [0, 1].
#[must_use]
pub fn poisson_binomial_upper(k: u64, probabilities: &[f64]) -> Option<f64> {
    if probabilities.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return None;
    }
    if k == 0 || k > probabilities.len() as u64 {
        return Some(if k == 0 { 0.0 } else { f64::NEG_INFINITY });
    }
    // `below[j]`: ln of the probability of j successes so far; from `k` on they are all the same.
    let mut below = vec![f64::NEG_INFINITY; k as usize];
    below[0] = 0.0;
    let mut reached = f64::NEG_INFINITY;
    for p in probabilities {
        let (success, failure) = (p.ln(), (-p).ln_1p());
        reached = ln_add_exp(reached, below[below.len() - 1] + success);
        for j in (1..below.len()).rev() {
            below[j] = ln_add_exp(below[j] + failure, below[j - 1] + success);
        }
        below[0] += failure;
    }
    let fewer = below.into_iter().fold(f64::NEG_INFINITY, ln_add_exp);
    // The smaller of the two tails has all its digits.
    Some(if fewer < -LN_2 { ln_1m_exp(fewer) } else { reached.min(0.0) })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::super::binomial_upper;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(poisson_binomial_upper(0, &[]), Some(0.0));
        assert_eq!(poisson_binomial_upper(1, &[]), Some(f64::NEG_INFINITY));
        assert_eq!(poisson_binomial_upper(1, &[1.0, 0.0]), Some(0.0));
        assert_eq!(poisson_binomial_upper(2, &[1.0, 0.0]), Some(f64::NEG_INFINITY));
        assert_eq!(poisson_binomial_upper(1, &[1.1]), None);
        assert_eq!(poisson_binomial_upper(0, &[f64::NAN]), None);
    }

    #[test]
    fn two_unequal_trials_by_hand() {
        assert!((poisson_binomial_upper(1, &[0.1, 0.3]).unwrap() - 0.37_f64.ln()).abs() < 1e-15);
        assert!((poisson_binomial_upper(2, &[0.1, 0.3]).unwrap() - 0.03_f64.ln()).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn equal_probabilities_are_binomial(n in 1..80usize, part in 0.0..=1.0_f64, p in 0.001..0.999_f64) {
            let k = (part * n as f64) as u64;
            let got = poisson_binomial_upper(k, &vec![p; n]).unwrap();
            let binomial = binomial_upper(k, n as u64, p, 1.0 - p).unwrap();
            prop_assert!((got - binomial).abs() <= 1e-11 * binomial.abs() + 1e-300, "{got} {binomial}");
        }
    }
}
