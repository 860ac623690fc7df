//! Log tails of the negative binomial distribution, and the gamma prior whose predictive it is.

use super::beta::beta_tails;
use super::loader::ln_binomial_density;
use super::poisson::{poisson_ln_pmf, poisson_lower, poisson_upper};

/// Counts with more variance than Poisson's: failures before the `size`-th success, each a success with probability `p`.
/// `size` infinite is Poisson. `p` and `q = 1 − p` are both held, so that tiny means lose no digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NegativeBinomial {
    mean: f64,
    size: f64,
    p: f64,
    q: f64,
}

impl NegativeBinomial {
    /// Variance `mean + alpha · mean²` (NB2; Hilbe 2011); `alpha = 0` is Poisson. `None` unless `mean > 0` and `alpha ≥ 0`, finite.
    #[must_use]
    pub fn nb2(mean: f64, alpha: f64) -> Option<Self> {
        let ok = mean > 0.0 && mean.is_finite() && alpha >= 0.0 && alpha.is_finite();
        ok.then(|| Self {
            mean,
            size: alpha.recip(),
            p: (1.0 + alpha * mean).recip(),
            q: alpha * mean / (1.0 + alpha * mean),
        })
    }

    /// Variance `phi · mean` (NB1; Cameron & Trivedi 2013); `phi ≤ 1` is Poisson. `None` unless `mean > 0` and `phi` is finite.
    #[must_use]
    pub fn nb1(mean: f64, phi: f64) -> Option<Self> {
        let ok = mean > 0.0 && mean.is_finite() && phi.is_finite();
        let excess = (phi - 1.0).max(0.0);
        ok.then(|| Self { mean, size: mean / excess, p: (1.0 + excess).recip(), q: excess / (1.0 + excess) })
    }

    /// Expected count.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Variance of the count.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.mean / self.p
    }

    /// `ln P(X = k)`.
    #[must_use]
    pub fn ln_pmf(&self, k: u64) -> f64 {
        if self.size.is_infinite() {
            return poisson_ln_pmf(k, self.mean);
        }
        let k = k as f64;
        ln_binomial_density(self.size, k, self.p, self.q) + (self.size / (self.size + k)).ln()
    }

    /// `ln P(X ≥ k)`, the p-value of a count `k`; `None` where the beta tail does not converge.
    #[must_use]
    pub fn upper(&self, k: u64) -> Option<f64> {
        if k == 0 {
            Some(0.0)
        } else if self.size.is_infinite() {
            Some(poisson_upper(k, self.mean))
        } else {
            beta_tails(k as f64, self.size, self.q, self.p).map(|tails| tails.lower)
        }
    }

    /// `ln P(X ≤ k)`; `None` where the beta tail does not converge.
    #[must_use]
    pub fn lower(&self, k: u64) -> Option<f64> {
        if self.size.is_infinite() {
            Some(poisson_lower(k, self.mean))
        } else {
            beta_tails(k as f64 + 1.0, self.size, self.q, self.p).map(|tails| tails.upper)
        }
    }
}

/// A belief about a rate: gamma with `shape` (events seen, in effect) and `rate` (exposure seen, in effect).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    pub shape: f64,
    pub rate: f64,
}

impl Gamma {
    /// Jeffreys' prior for a Poisson rate: shape ½, no exposure.
    pub const JEFFREYS: Self = Self { shape: 0.5, rate: 0.0 };

    /// The belief after `count` events in `exposure` (Gelman, *Bayesian Data Analysis* 3, §2.6).
    #[must_use]
    pub fn after(self, count: u64, exposure: f64) -> Self {
        Self { shape: self.shape + count as f64, rate: self.rate + exposure }
    }

    /// The distribution of the count in a window of `exposure` (same unit as the rate's). `None` unless shape, rate and
    /// exposure are positive and finite.
    #[must_use]
    pub fn predict(self, exposure: f64) -> Option<NegativeBinomial> {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let ok = positive(self.shape) && positive(self.rate) && positive(exposure);
        let total = self.rate + exposure;
        ok.then(|| NegativeBinomial {
            mean: self.shape * exposure / self.rate,
            size: self.shape,
            p: self.rate / total,
            q: exposure / total,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::binomial_upper;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_excess_variance_it_is_poisson() {
        let nb = NegativeBinomial::nb2(3.0, 0.0).unwrap();
        assert_eq!(nb.upper(7), Some(poisson_upper(7, 3.0)));
        assert_eq!(NegativeBinomial::nb1(3.0, 0.5).unwrap().lower(2), Some(poisson_lower(2, 3.0)));
        assert!(NegativeBinomial::nb2(0.0, 1.0).is_none());
        assert!(NegativeBinomial::nb1(1.0, f64::NAN).is_none());
        assert!(Gamma::JEFFREYS.predict(1.0).is_none());
    }

    proptest! {
        #[test]
        fn tails_meet_at_the_density(k in 0..300u64, mean in 0.01..200.0_f64, alpha in 1e-6..5.0_f64) {
            let nb = NegativeBinomial::nb2(mean, alpha).unwrap();
            let (upper, lower) = (nb.upper(k).unwrap().exp(), nb.lower(k).unwrap().exp());
            prop_assert!((upper + lower - nb.ln_pmf(k).exp() - 1.0).abs() < 1e-10);
        }

        /// Statistics §2: with shape 1 and no prior exposure the predictive tail is the conditional binomial's.
        #[test]
        fn flat_prior_reproduces_the_conditional_test(k in 1..100u64, y in 0..500u64, t in 0.1..10.0_f64, big in 1.0..300.0_f64) {
            let predictive = Gamma { shape: 1.0, rate: 0.0 }.after(y, big).predict(t).unwrap();
            let conditional = binomial_upper(k, k + y, t / (t + big), big / (t + big)).unwrap();
            prop_assert!((predictive.upper(k).unwrap() - conditional).abs() < 1e-10);
        }
    }
}
