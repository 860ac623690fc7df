//! How much more counts vary than Poisson counts of the same mean.
//!
//! Sources: statistics.md, section 3; `McCullagh` & Nelder (1989) for `phi`; Breslow (1984) for the moment equation of
//! `alpha`; Hilbe (2011) for maximum likelihood.

use super::gamma::gamma_tails;
use super::negative_binomial::NegativeBinomial;
use super::poisson::poisson_ln_pmf;
use super::solve::solve;

/// Pearson's dispersion `Σ (y − μ)² / μ ÷ (n − fitted)` of counts `y` about means `μ` that `fitted` parameters gave:
/// the `phi` of [`NegativeBinomial::nb1`] after a floor of 1. Residuals `(y − μ) / √μ` count as at most `cap` in size
/// (infinite: as they are), so that one incident in the past does not blind the test.
///
/// `None` unless there are more cells than `fitted`, as many means as counts, all means are positive and finite, and
/// `cap > 0`. Estimate at the length of window that is tested: neighbouring bins are correlated.
#[must_use]
pub fn pearson_phi(counts: &[u64], means: &[f64], fitted: usize, cap: f64) -> Option<f64> {
    let ok = counts.len() == means.len() && counts.len() > fitted && positive(means) && cap > 0.0;
    let squares = counts.iter().zip(means).map(|(count, mean)| {
        let residual = *count as f64 - mean;
        (residual * residual / mean).min(cap * cap)
    });
    ok.then(|| squares.sum::<f64>() / (counts.len() - fitted) as f64)
}

fn positive(values: &[f64]) -> bool {
    values.iter().all(|value| *value > 0.0 && value.is_finite())
}

/// Dispersion of cells with one common rate.
#[derive(Clone, Copy, Debug)]
pub struct Dispersion<'a> {
    counts: &'a [u64],
    exposures: &'a [f64],
    rate: f64,
    chi2: f64,
}

/// The negative binomial of greatest likelihood, variance `μ + alpha μ²`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DispersionFit {
    /// 0 where no overdispersion fits better.
    pub alpha: f64,
    /// Events per unit of exposure.
    pub rate: f64,
    pub ln_likelihood: f64,
}

impl<'a> Dispersion<'a> {
    /// `None` unless there are two cells or more, as many exposures as counts, each positive and finite, and an event.
    #[must_use]
    pub fn of(counts: &'a [u64], exposures: &'a [f64]) -> Option<Self> {
        let events = counts.iter().sum::<u64>();
        if counts.len() < 2 || counts.len() != exposures.len() || events == 0 || !positive(exposures) {
            return None;
        }
        let rate = events as f64 / exposures.iter().sum::<f64>();
        let mut found = Self { counts, exposures, rate, chi2: 0.0 };
        found.chi2 = found.cells(rate).map(|(count, mean)| (count - mean) * (count - mean) / mean).sum();
        Some(found)
    }

    /// Counts and their means at `rate`.
    fn cells(&self, rate: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.counts.iter().zip(self.exposures).map(move |(count, exposure)| (*count as f64, rate * exposure))
    }

    fn degrees(&self) -> f64 {
        self.counts.len() as f64 - 1.0
    }

    /// All events over all exposure.
    #[must_use]
    pub const fn rate(&self) -> f64 {
        self.rate
    }

    /// Pearson's `X² = Σ (y − μ)² / μ`.
    #[must_use]
    pub const fn pearson_chi2(&self) -> f64 {
        self.chi2
    }

    /// `X² / (n − 1)`, not below 0; floor it at 1 before use: less than Poisson is never to be believed.
    #[must_use]
    pub fn phi(&self) -> f64 {
        self.chi2 / self.degrees()
    }

    /// `ln P(χ²₍ₙ₋₁₎ ≥ X²)`: the p-value that the counts vary more than Poisson counts. `None` where the tail does not
    /// converge.
    #[must_use]
    pub fn ln_p(&self) -> Option<f64> {
        gamma_tails(self.degrees() / 2.0, self.chi2 / 2.0).map(|tails| tails.upper)
    }

    /// Moment estimate `Σ ((y − μ)² − μ) / Σ μ²`; negative where counts vary less than Poisson counts.
    #[must_use]
    pub fn alpha_moment_raw(&self) -> f64 {
        let (mut excess, mut squares) = (0.0, 0.0);
        for (count, mean) in self.cells(self.rate) {
            excess += (count - mean) * (count - mean) - mean;
            squares += mean * mean;
        }
        excess / squares
    }

    /// Moment estimate, at least 0.
    #[must_use]
    pub fn alpha_moment(&self) -> f64 {
        self.alpha_moment_raw().max(0.0)
    }

    /// The `alpha ≥ 0` at which `Σ (y − μ)² / (μ + alpha μ²) = n − 1`; 0 where `X² ≤ n − 1`.
    #[must_use]
    pub fn alpha_breslow(&self) -> Option<f64> {
        let degrees = self.degrees();
        // Small counts reach equality, up to rounding.
        if self.chi2 <= degrees * (1.0 + self.counts.len() as f64 * f64::EPSILON) {
            return Some(0.0);
        }
        let f = |alpha: f64| {
            let (mut sum, mut slope) = (0.0, 0.0);
            for (count, mean) in self.cells(self.rate) {
                let variance = mean * (1.0 + alpha * mean);
                let term = (count - mean) * (count - mean) / variance;
                sum += term;
                slope += term * mean * mean / variance;
            }
            Some((degrees - sum, slope))
        };
        let highest: f64 = self.cells(self.rate).map(|(count, mean)| ((count - mean) / mean).powi(2)).sum();
        solve(f, 0.0, 0.0, highest / degrees)
    }

    /// Rate and `alpha` of greatest likelihood together, by the likelihood of `alpha` at the best rate for it: its
    /// slope is followed from 0 up, and the best of its peaks is taken. `None` where the steps do not settle.
    #[must_use]
    pub fn maximum_likelihood(&self) -> Option<DispersionFit> {
        let mean = self.counts.iter().sum::<u64>() as f64 / self.counts.len() as f64;
        let (mut low, mut slope) = (0.0, self.slope_at_zero());
        let mut best = if slope <= 0.0 { Some(self.fit(0.0)?) } else { None };
        for decade in -3..=15 {
            let high = 10.0_f64.powi(decade) / mean;
            let next = self.slope(high)?;
            if slope > 0.0 && next <= 0.0 {
                let peak = self.fit(self.peak(low, slope, high, next)?)?;
                best = best.filter(|best| best.ln_likelihood >= peak.ln_likelihood).or(Some(peak));
            }
            (low, slope) = (high, next);
        }
        best
    }

    fn fit(&self, alpha: f64) -> Option<DispersionFit> {
        let rate = self.best_rate(alpha)?;
        let mut ln_likelihood = 0.0;
        for (count, exposure) in self.counts.iter().zip(self.exposures) {
            let mean = rate * exposure;
            ln_likelihood += match alpha {
                0.0 => poisson_ln_pmf(*count, mean),
                _ => NegativeBinomial::nb2(mean, alpha)?.ln_pmf(*count),
            };
        }
        Some(DispersionFit { alpha, rate, ln_likelihood })
    }

    /// The rate of greatest likelihood for an `alpha`: where `Σ (y − μ) / (1 + alpha μ) = 0`.
    fn best_rate(&self, alpha: f64) -> Option<f64> {
        let equal = self.exposures.iter().all(|exposure| exposure.to_bits() == self.exposures[0].to_bits());
        if alpha == 0.0 || equal {
            return Some(self.rate);
        }
        let f = |rate: f64| {
            let (mut value, mut slope) = (0.0, 0.0);
            for (count, mean) in self.cells(rate) {
                let weight = (1.0 + alpha * mean).recip();
                value += (mean - count) * weight;
                slope += mean / rate * (1.0 + alpha * count) * weight * weight;
            }
            Some((value, slope))
        };
        let rates = || self.counts.iter().zip(self.exposures).map(|(count, exposure)| *count as f64 / exposure);
        // A rate of 0 has no likelihood, so that a least rate of 0 only bounds.
        let low = rates().fold(f64::INFINITY, f64::min).max(f64::MIN_POSITIVE);
        solve(f, self.rate, low, rates().fold(0.0, f64::max))
    }

    /// Slope of the log likelihood in `alpha` at 0: `½ Σ ((y − μ)² − y)`.
    fn slope_at_zero(&self) -> f64 {
        self.cells(self.rate).map(|(count, mean)| (count - mean) * (count - mean) - count).sum::<f64>() / 2.0
    }

    /// Slope of the log likelihood in `alpha > 0`, at the best rate for it.
    fn slope(&self, alpha: f64) -> Option<f64> {
        let rate = self.best_rate(alpha)?;
        let cell = |(count, mean): (f64, f64)| {
            let spread = 1.0 + alpha * mean;
            rising(count, alpha) + minus_ln_1p(-alpha * mean / spread) / (alpha * alpha) - count * mean / spread
        };
        Some(self.cells(rate).map(cell).sum())
    }

    /// The root of [`Self::slope`] between two of its points, by the Illinois method.
    fn peak(&self, low: f64, at_low: f64, high: f64, at_high: f64) -> Option<f64> {
        let (mut low, mut at_low, mut high, mut at_high) = (low, at_low, high, at_high);
        let mut side = 0;
        for _ in 0..200 {
            let alpha = (low * at_high - high * at_low) / (at_high - at_low);
            let slope = self.slope(alpha)?;
            if slope == 0.0 || high - low <= 1e-13 * high {
                return Some(alpha);
            }
            if slope > 0.0 {
                (low, at_low) = (alpha, slope);
                at_high = if side > 0 { at_high / 2.0 } else { at_high };
                side = 1;
            } else {
                (high, at_high) = (alpha, slope);
                at_low = if side < 0 { at_low / 2.0 } else { at_low };
                side = -1;
            }
        }
        None
    }
}

/// Terms of [`rising`] that are summed one by one.
const DIRECT: f64 = 32.0;

/// `Σ j / (1 + alpha j)` over `j < count`: term by term, then by Euler and Maclaurin (DLMF 2.10.1), whose next term is
/// below 1e-11.
fn rising(count: f64, alpha: f64) -> f64 {
    let direct = count.min(DIRECT);
    let mut sum = 0.0;
    let mut j = 1.0;
    while j < direct {
        sum += j / (1.0 + alpha * j);
        j += 1.0;
    }
    if count <= DIRECT {
        return sum;
    }
    let (from, to) = (1.0 + alpha * direct, 1.0 + alpha * count);
    let part = alpha * (count - direct) / from;
    let integral = (minus_ln_1p(part) + alpha * direct * part) / (alpha * alpha);
    let ends = (direct / from - count / to) / 2.0;
    let first = to.powi(-2) - from.powi(-2);
    let third = 6.0 * alpha * alpha * (to.powi(-4) - from.powi(-4));
    let fifth = 120.0 * alpha.powi(4) * (to.powi(-6) - from.powi(-6));
    sum + integral + ends + first / 12.0 - third / 720.0 + fifth / 30_240.0
}

/// `t − ln(1 + t)` without cancellation near 0; `t > −1`.
fn minus_ln_1p(t: f64) -> f64 {
    if t.abs() >= 0.1 {
        return t - t.ln_1p();
    }
    let (mut sum, mut power, mut n) = (0.0, t * t, 2.0);
    while power.abs() > 1e-17 * f64::abs(sum) {
        sum += power / n;
        power *= -t;
        n += 1.0;
    }
    sum
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn out_of_range_is_none() {
        assert!(Dispersion::of(&[1], &[1.0]).is_none());
        assert!(Dispersion::of(&[0, 0], &[1.0, 1.0]).is_none());
        assert!(Dispersion::of(&[1, 2], &[1.0, 0.0]).is_none());
        assert!(Dispersion::of(&[1, 2], &[1.0]).is_none());
        assert_eq!(pearson_phi(&[1, 2], &[1.0, 2.0], 2, 4.0), None);
        assert_eq!(pearson_phi(&[1, 2], &[1.0, 0.0], 1, 4.0), None);
    }

    #[test]
    fn equal_counts_are_not_overdispersed() {
        let found = Dispersion::of(&[5; 6], &[1.0; 6]).unwrap();
        assert_eq!((found.phi(), found.alpha_moment(), found.alpha_breslow()), (0.0, 0.0, Some(0.0)));
        assert_eq!(found.ln_p(), Some(0.0));
        assert_eq!(found.maximum_likelihood().unwrap().alpha, 0.0);
    }

    #[test]
    fn the_cap_bounds_what_one_cell_can_do() {
        let (counts, means) = ([9, 11, 10, 1000], [10.0; 4]);
        assert!(pearson_phi(&counts, &means, 1, f64::INFINITY).unwrap() > 30_000.0);
        assert!(pearson_phi(&counts, &means, 1, 4.0).unwrap() < 6.0);
    }

    #[test]
    fn the_sum_agrees_term_by_term() {
        for alpha in [1e-9, 1e-4, 0.03, 1.0, 300.0] {
            let slow: f64 = (0..5000_u32).map(|j| f64::from(j) / (1.0 + alpha * f64::from(j))).sum();
            let fast = rising(5000.0, alpha);
            assert!((fast - slow).abs() < 1e-12 * slow, "{alpha}: {fast} {slow}");
        }
    }

    /// A single huge cell among many empty ones: the likelihood peaks at an alpha far above 1.
    #[test]
    fn a_single_cell_with_events() {
        let mut counts = vec![0; 200];
        counts[7] = 1_000_000;
        let found = Dispersion::of(&counts, &[1.0; 200]).unwrap().maximum_likelihood().unwrap();
        assert!(found.alpha > 100.0 && found.alpha < 1e5, "{found:?}");
    }

    proptest! {
        #[test]
        fn no_other_alpha_or_rate_is_likelier(
            cells in prop::collection::vec((0..40_u64, 0.2..5.0_f64), 3..20), alpha in 0.0..3.0_f64, factor in 0.5..2.0_f64,
        ) {
            let (counts, exposures): (Vec<u64>, Vec<f64>) = cells.into_iter().unzip();
            prop_assume!(counts.iter().sum::<u64>() > 0);
            let found = Dispersion::of(&counts, &exposures).unwrap();
            let best = found.maximum_likelihood().unwrap();
            let other: f64 = counts.iter().zip(&exposures).map(|(count, exposure)| {
                NegativeBinomial::nb2(best.rate * factor * exposure, alpha).unwrap().ln_pmf(*count)
            }).sum();
            prop_assert!(best.ln_likelihood >= other - 1e-9, "{best:?} {other}");
        }

        #[test]
        fn breslow_solves_its_equation(counts in prop::collection::vec(0..100_u64, 3..30)) {
            prop_assume!(counts.iter().sum::<u64>() > 0);
            let exposures = vec![1.0; counts.len()];
            let found = Dispersion::of(&counts, &exposures).unwrap();
            let (alpha, mean) = (found.alpha_breslow().unwrap(), found.rate());
            let chi2 = found.pearson_chi2() / (1.0 + alpha * mean);
            let degrees = counts.len() as f64 - 1.0;
            prop_assert!(alpha > 0.0 || chi2 <= degrees + 1e-12);
            prop_assert!(alpha == 0.0 || (chi2 - degrees).abs() < 1e-9 * degrees);
        }
    }
}
