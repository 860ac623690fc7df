//! Log tails of the binomial distribution, by the beta tails (DLMF 8.17.5).

use super::beta::beta_tails;
use super::loader::ln_binomial_density;

/// `ln P(X = k)` for `X ~ Binomial(n, p)`, with `q = 1 − p` passed in; −∞ for `k > n`.
#[must_use]
pub fn binomial_ln_pmf(k: u64, n: u64, p: f64, q: f64) -> f64 {
    if k > n { f64::NEG_INFINITY } else { ln_binomial_density(k as f64, (n - k) as f64, p, q) }
}

/// `ln P(X ≥ k)` for `X ~ Binomial(n, p)`, with `q = 1 − p` passed in so that neither loses digits.
///
/// `None` where `p` or `q` is out of range or the beta tail does not converge.
#[must_use]
pub fn binomial_upper(k: u64, n: u64, p: f64, q: f64) -> Option<f64> {
    if k == 0 {
        Some(0.0)
    } else if k > n {
        Some(f64::NEG_INFINITY)
    } else {
        beta_tails(k as f64, (n - k) as f64 + 1.0, p, q).map(|tails| tails.lower)
    }
}

/// `ln P(X ≤ k)` for `X ~ Binomial(n, p)`, with `q = 1 − p` passed in.
///
/// `None` where `p` or `q` is out of range or the beta tail does not converge.
#[must_use]
pub fn binomial_lower(k: u64, n: u64, p: f64, q: f64) -> Option<f64> {
    if k >= n { Some(0.0) } else { beta_tails(k as f64 + 1.0, (n - k) as f64, p, q).map(|tails| tails.upper) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(binomial_upper(0, 0, 0.5, 0.5), Some(0.0));
        assert_eq!(binomial_upper(5, 4, 0.5, 0.5), Some(f64::NEG_INFINITY));
        assert_eq!(binomial_lower(4, 4, 0.5, 0.5), Some(0.0));
        assert_eq!(binomial_upper(1, 4, 0.0, 1.0), Some(f64::NEG_INFINITY));
        assert_eq!(binomial_upper(1, 4, 1.0, 0.0), Some(0.0));
        assert_eq!(binomial_upper(1, 4, 0.7, 0.7), None);
    }

    proptest! {
        #[test]
        fn tails_are_sums_of_the_density(n in 1..60u64, part in 0.0..1.0_f64, p in 0.001..0.999_f64) {
            let k = (part * n as f64) as u64;
            let q = 1.0 - p;
            let upper: f64 = (k..=n).map(|j| binomial_ln_pmf(j, n, p, q).exp()).sum();
            let lower: f64 = (0..=k).map(|j| binomial_ln_pmf(j, n, p, q).exp()).sum();
            prop_assert!((binomial_upper(k, n, p, q).unwrap() - upper.ln()).abs() < 1e-11);
            prop_assert!((binomial_lower(k, n, p, q).unwrap() - lower.ln()).abs() < 1e-11);
        }

        #[test]
        fn upper_falls_with_the_count(n in 1..5_000u64, p in 0.001..0.999_f64) {
            let mut last = 0.0;
            for k in (0..=n).step_by(1 + usize::try_from(n / 20).unwrap()) {
                let here = binomial_upper(k, n, p, 1.0 - p).unwrap();
                prop_assert!(here <= last + 1e-13);
                last = here;
            }
        }
    }
}
