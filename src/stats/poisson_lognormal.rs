//! Poisson counts whose rate is multiplied by a log-normal shock: burstier at the far end than a negative binomial (a gamma shock)
//! of the same mean and variance.
//!
//! Source: Aitchison & Ho, *The multivariate Poisson-log normal distribution* (1989). Neither density nor tail has a closed form:
//! both are integrals over the logarithm of the shock, log-concave in it, and are summed around where the integrand is greatest: the
//! density by the trapezoidal rule (which converges geometrically there; Trefethen & Weideman 2014), the tail by Simpson's.

use super::loader::ln_add_exp;
use super::normal::ln_normal_upper;
use super::poisson::{poisson_ln_pmf, poisson_upper};
use std::f64::consts::TAU;

/// Half the nodes of a density, at a spacing of `STEP` standard deviations of the integrand.
const NODES: i32 = 12;
const STEP: f64 = 0.6;

/// Steps that find where the integrand is greatest.
const MAX_STEPS: usize = 60;

/// Nodes of a tail for each width of the integrand, and `ln` of what it may be left out at, relative to its greatest.
const TAIL_NODES: f64 = 4.0;
const LN_NEGLIGIBLE: f64 = -40.0;

/// Counts with a mean and the variance `mean + alpha · mean²`, like `NegativeBinomial::nb2`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoissonLogNormal {
    mean: f64,
    /// Standard deviation of the logarithm of the shock.
    sigma: f64,
}

impl PoissonLogNormal {
    /// `None` unless `mean > 0` and `alpha > 0`, both finite.
    #[must_use]
    pub fn new(mean: f64, alpha: f64) -> Option<Self> {
        let ok = mean > 0.0 && mean.is_finite() && alpha > 0.0 && alpha.is_finite();
        ok.then(|| Self { mean, sigma: alpha.ln_1p().sqrt() })
    }

    /// The rate at a shock of `z` standard deviations.
    fn rate(&self, z: f64) -> f64 {
        self.mean * (self.sigma * z - self.sigma * self.sigma / 2.0).exp()
    }

    /// `ln P(X = k)`; relative error of the probability below 1e-6.
    #[must_use]
    pub fn ln_pmf(&self, k: u64) -> f64 {
        let (count, mode) = (k as f64, self.mode(k as f64));
        let rate = self.rate(mode);
        let step = STEP / (1.0 + self.sigma * self.sigma * rate).sqrt();
        // Relative to the integrand at the mode.
        let at = |node: i32| {
            let away = step * f64::from(node);
            let normal = -away * (mode + away / 2.0);
            (normal + count * self.sigma * away - rate * (self.sigma * away).exp_m1()).exp()
        };
        let sum: f64 = (-NODES..=NODES).map(at).sum();
        ln_normal_density(mode) + poisson_ln_pmf(k, rate) + (sum * step).ln()
    }

    /// Where `−z²/2 + k σ z − rate(z)` is greatest, by Newton's method; the function is concave.
    fn mode(&self, k: f64) -> f64 {
        // Two points above the root; from there the steps come down to it, because the slope is concave.
        let level = (k / self.mean).ln() / self.sigma + self.sigma / 2.0;
        let mut z = if level > 0.0 { level.min(self.sigma * k) } else { self.sigma * k };
        for _ in 0..MAX_STEPS {
            let rate = self.rate(z);
            let step = (k * self.sigma - self.sigma * rate - z) / (1.0 + self.sigma * self.sigma * rate);
            z += step;
            if step.abs() < 1e-10 {
                break;
            }
        }
        z
    }

    /// `ln P(X ≥ k)`, the p-value of a count `k`; relative error of p below 1e-4, at any p.
    #[must_use]
    pub fn upper(&self, k: u64) -> f64 {
        if k == 0 {
            return 0.0;
        }
        // At this shock the rate is so far above `k` that the count surely reaches it: the rest is the normal tail.
        let count = k as f64;
        let sure = count + 9.0 * count.sqrt() + 40.0;
        let end = ((sure / self.mean).ln() + self.sigma * self.sigma / 2.0) / self.sigma;
        let integrand = |z: f64| ln_normal_density(z) + poisson_upper(k, self.rate(z));
        let (low, high, width) = self.range(count, end, &integrand);
        // Simpson's rule, because the integrand is cut off at the upper end.
        let pairs = (TAIL_NODES * (high - low) / width / 2.0).ceil() as u32;
        let step = (high - low) / f64::from(2 * pairs);
        let at = |node: u32| {
            let weight: f64 = match node {
                0 => 1.0,
                end if end == 2 * pairs => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
            integrand(low + step * f64::from(node)) + weight.ln()
        };
        let inside = (0..=2 * pairs).map(at).fold(f64::NEG_INFINITY, ln_add_exp) + (step / 3.0).ln();
        ln_add_exp(inside, ln_normal_upper(high)).min(0.0)
    }

    /// The stretch outside of which the integrand of a tail matters no more, up to `end`, and the width of what it does inside.
    fn range(&self, count: f64, end: f64, integrand: &impl Fn(f64) -> f64) -> (f64, f64, f64) {
        let top = self.mode(count).min(end);
        // The integrand rises as fast as the density does, or slower: its width is at least that of the density.
        let width = (1.0 + self.sigma * self.sigma * self.rate(top)).sqrt().recip();
        let enough = integrand(top) + LN_NEGLIGIBLE;
        let mut low = top - width;
        while integrand(low) > enough {
            low -= width;
        }
        (low, end.min(top.max(0.0) + 10.0).max(low + width), width)
    }
}

fn ln_normal_density(z: f64) -> f64 {
    -0.5 * (z * z + TAU.ln())
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::super::NegativeBinomial;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert!(PoissonLogNormal::new(0.0, 1.0).is_none());
        assert!(PoissonLogNormal::new(1.0, 0.0).is_none());
        assert_eq!(PoissonLogNormal::new(1.0, 1.0).unwrap().upper(0), 0.0);
    }

    /// With next to no shock the count is Poisson; with many events it is the shock.
    #[test]
    fn its_two_ends() {
        let calm = PoissonLogNormal::new(7.0, 1e-9).unwrap();
        assert!((calm.upper(15) - poisson_upper(15, 7.0)).abs() < 1e-5);
        assert!((calm.ln_pmf(3) - poisson_ln_pmf(3, 7.0)).abs() < 1e-5);
        let (mean, alpha) = (1e7, 0.3_f64);
        let sigma = alpha.ln_1p().sqrt();
        let shock = PoissonLogNormal::new(mean, alpha).unwrap().upper(40_000_000);
        let z = (4.0_f64.ln() + sigma * sigma / 2.0) / sigma;
        assert!((shock - ln_normal_upper(z)).abs() < 1e-3, "{shock}");
    }

    #[test]
    fn its_far_end_is_heavier_than_a_gamma_shocks() {
        let (log, gamma) = (PoissonLogNormal::new(30.0, 0.3).unwrap(), NegativeBinomial::nb2(30.0, 0.3).unwrap());
        assert!(log.upper(120) > gamma.upper(120).unwrap() + 1.0);
        assert!(log.upper(1_000_000) > gamma.upper(1_000_000).unwrap() + 1_000.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// By a fine grid of the definition.
        #[test]
        fn agrees_with_the_definition(k in 0..150_u64, mean in 0.05..60.0_f64, alpha in 0.01..2.0_f64) {
            let law = PoissonLogNormal::new(mean, alpha).unwrap();
            let step = 0.004;
            let sum = |f: &dyn Fn(f64) -> f64| {
                (-10_000..=10_000_i32).map(|i| f(f64::from(i) * step)).fold(f64::NEG_INFINITY, ln_add_exp) + step.ln()
            };
            let pmf = sum(&|z| ln_normal_density(z) + poisson_ln_pmf(k, law.rate(z)));
            let upper = sum(&|z| ln_normal_density(z) + poisson_upper(k, law.rate(z)));
            prop_assert!((law.ln_pmf(k) - pmf).abs() < 1e-5, "pmf {} {pmf}", law.ln_pmf(k));
            prop_assert!((law.upper(k) - upper).abs() < 1e-4, "upper {} {upper}", law.upper(k));
        }

        #[test]
        fn tails_fall(k in 1..100_000_u64, mean in 0.01..10_000.0_f64, alpha in 0.001..3.0_f64) {
            let law = PoissonLogNormal::new(mean, alpha).unwrap();
            prop_assert!(law.upper(k + 1 + k / 50) < law.upper(k) + 1e-6);
        }
    }
}
