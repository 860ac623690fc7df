//! Cumulative sums of log likelihood ratios: for rises that start late or slowly.
//!
//! Sources: Lucas, *Counted data CUSUM's* (1985); Höhle & Paul, *Count data regression charts* (2008) for the negative
//! binomial; Brook & Evans (1972) for the run length.

use super::poisson::{poisson_ln_pmf, poisson_upper};

/// A chart tuned to rates that are `ratio` times what is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    ratio: f64,
    ln_ratio: f64,
    alpha: f64,
}

impl Cusum {
    /// Variance of the counts `μ + alpha μ²`; 0 is Poisson. `None` unless `ratio` is positive, finite and not 1, and
    /// `alpha ≥ 0`, finite.
    #[must_use]
    pub fn new(ratio: f64, alpha: f64) -> Option<Self> {
        let ok = ratio > 0.0 && ratio.is_finite() && alpha >= 0.0 && alpha.is_finite();
        let ln_ratio = ratio.ln();
        (ok && ln_ratio != 0.0).then_some(Self { ratio, ln_ratio, alpha })
    }

    /// `ln` of the likelihood of `count` at `ratio · mean` over that at `mean`: Poisson `k ln r − (r − 1) μ`, negative
    /// binomial `k ln r + (k + 1/α) ln((1 + αμ) / (1 + αrμ))`.
    #[must_use]
    pub fn increment(&self, count: u64, mean: f64) -> f64 {
        let k = count as f64;
        let rise = (self.ratio - 1.0) * mean;
        let cost = if self.alpha == 0.0 {
            rise
        } else {
            (k + self.alpha.recip()) * (self.alpha * rise / (1.0 + self.alpha * mean)).ln_1p()
        };
        k * self.ln_ratio - cost
    }

    /// The level after one more bin: the sum so far, never below 0. Start at 0, and again at each deploy.
    #[must_use]
    pub fn step(&self, level: f64, count: u64, mean: f64) -> f64 {
        (level + self.increment(count, mean)).max(0.0)
    }

    /// Levels after each bin, without a reset at alarms. The shorter slice ends it.
    pub fn path<'a>(&self, counts: &'a [u64], means: &'a [f64]) -> impl Iterator<Item = f64> + use<'a> {
        let chart = *self;
        counts.iter().zip(means).scan(0.0, move |level, (count, mean)| {
            *level = chart.step(*level, *count, *mean);
            Some(*level)
        })
    }

    /// The first bin whose level reaches `threshold`.
    #[must_use]
    pub fn first_alarm(&self, counts: &[u64], means: &[f64], threshold: f64) -> Option<usize> {
        self.path(counts, means).position(|level| level >= threshold)
    }
}

/// Bins after which the run length gives up: excursions this long have no drift to end them.
const MAX_STEPS: u64 = 10_000_000;

/// Probability of an unfinished excursion that no longer matters, relative to what it could change.
const NEGLIGIBLE: f64 = 1e-17;

/// The mean number of bins until the count chart `S ← max(0, S + X − reference)`, begun at 0, reaches `threshold`, for
/// Poisson counts of `mean`; infinite where it never does (or not within 10³⁰⁰ bins).
///
/// `reference` and `threshold` are in counts, `reference` rounded to a multiple of `1/grid` as in the Markov chain of
/// Brook & Evans (1972). The chain is not solved but walked: from 0 until it returns to 0 or alarms, when the run
/// length is the mean length of such a cycle over the probability that it alarms. Within a cycle the state is the
/// number of events, so that few states are possible at a time. `None` unless `mean ≥ 0`, `reference ≥ 0`,
/// `threshold > 0`, finite, and `grid > 0`.
#[must_use]
pub fn cusum_arl(mean: f64, reference: f64, threshold: f64, grid: u32) -> Option<f64> {
    let ok = mean >= 0.0 && mean.is_finite() && reference >= 0.0 && threshold > 0.0 && grid > 0;
    let unit = f64::from(grid);
    let (drop, limit) = ((reference * unit).round_ties_even(), (threshold * unit - 1e-9).ceil());
    if !(ok && drop < 1e12 && limit < 1e9) {
        return None;
    }
    let (unit, drop, limit) = (u64::from(grid), drop as u64, limit as u64);
    let widest = (limit + drop) / unit + 2;
    let pmf: Vec<f64> = (0..=widest).map(|x| poisson_ln_pmf(x, mean).exp()).collect();
    let upper: Vec<f64> = (0..=widest).map(|x| poisson_upper(x, mean).exp()).collect();
    // `alive[i]`: probability that the cycle goes on with `base + i` events so far.
    let (mut base, mut alive, mut next) = (0, vec![1.0], Vec::new());
    let (mut alarms, mut length) = (0.0, 0.0);
    for step in 1..=MAX_STEPS {
        length += alive.iter().sum::<f64>();
        // Events that keep the state above 0, and those that alarm.
        let (low, high) = (drop * step / unit + 1, (drop * step + limit).div_ceil(unit));
        next.clear();
        next.resize(high.saturating_sub(low) as usize, 0.0);
        for (events, probability) in (base..).zip(&alive) {
            alarms += probability * upper[(high - events) as usize];
            let start = low.max(events);
            for (x, slot) in (start - events..).zip(&mut next[(start - low) as usize..]) {
                *slot += probability * pmf[x as usize];
            }
        }
        std::mem::swap(&mut alive, &mut next);
        base = low;
        let left: f64 = alive.iter().sum();
        if left == 0.0 || left <= NEGLIGIBLE * f64::min(alarms, 1.0) {
            return Some(length / alarms);
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges() {
        assert_eq!(Cusum::new(1.0, 0.0), None);
        assert_eq!(Cusum::new(0.0, 0.0), None);
        assert_eq!(Cusum::new(2.0, -1.0), None);
        let chart = Cusum::new(2.0, 0.0).unwrap();
        assert_eq!(chart.first_alarm(&[], &[], 0.0), None);
        assert_eq!(chart.first_alarm(&[5, 5], &[1.0, 1.0], 2.0), Some(0));
        assert_eq!(chart.step(0.3, 0, 10.0), 0.0);
        assert_eq!(cusum_arl(0.0, 1.0, 2.0, 200), Some(f64::INFINITY));
        assert_eq!(cusum_arl(1.0, -1.0, 2.0, 200), None);
        assert_eq!(cusum_arl(1.0, 1.0, f64::NAN, 200), None);
    }

    /// With a threshold that one count above the reference reaches, each bin is a trial of its own.
    #[test]
    fn run_length_of_independent_trials() {
        let arl = cusum_arl(0.7, 1.0, 1.0, 1).unwrap();
        let exact = (-poisson_upper(2, 0.7)).exp();
        assert!((arl - exact).abs() < 1e-12 * exact, "{arl} {exact}");
        // Without a reference the chart counts: it waits for the fifth event.
        let arl = cusum_arl(2.0, 0.0, 5.0, 200).unwrap();
        let sum: f64 = (0..60_u32).map(|bins| super::super::poisson_lower(4, 2.0 * f64::from(bins)).exp()).sum();
        assert!((arl - sum).abs() < 1e-9 * sum, "{arl} {sum}");
    }

    proptest! {
        #[test]
        fn small_alpha_is_poisson(k in 0..200_u64, mean in 0.01..100.0_f64, ratio in 1.1..5.0_f64) {
            let poisson = Cusum::new(ratio, 0.0).unwrap().increment(k, mean);
            let negative_binomial = Cusum::new(ratio, 1e-12).unwrap().increment(k, mean);
            prop_assert!((poisson - negative_binomial).abs() < 1e-6, "{poisson} {negative_binomial}");
        }

        #[test]
        fn increment_is_the_likelihood_ratio(k in 0..100_u64, mean in 0.1..50.0_f64, ratio in 0.5..4.0_f64, alpha in 0.01..2.0_f64) {
            let at = |mean| super::super::NegativeBinomial::nb2(mean, alpha).unwrap().ln_pmf(k);
            let got = Cusum::new(ratio, alpha).unwrap().increment(k, mean);
            prop_assert!((got - (at(ratio * mean) - at(mean))).abs() < 1e-9);
        }

        /// The chain of Brook & Evans, solved by iteration.
        #[test]
        fn run_length_solves_the_chain(mean in 0.2..4.0_f64, reference in 1..16_u32, threshold in 1..6_u32) {
            let (grid, drop, limit) = (4, reference as usize, 4 * threshold as usize);
            let pmf: Vec<f64> = (0..20).map(|x| poisson_ln_pmf(x, mean).exp()).collect();
            let walked = cusum_arl(mean, f64::from(reference) / 4.0, f64::from(threshold), 4).unwrap();
            prop_assume!(walked < 300.0);
            let mut runs = vec![0.0; limit];
            for _ in 0..12_000 {
                let next = |state: usize| {
                    let at = |x: usize| runs.get((state + grid * x).saturating_sub(drop)).copied().unwrap_or(0.0);
                    1.0 + pmf.iter().enumerate().map(|(x, p)| p * at(x)).sum::<f64>()
                };
                runs = (0..limit).map(next).collect();
            }
            prop_assert!((walked - runs[0]).abs() < 1e-6 * walked, "{walked} {}", runs[0]);
        }
    }
}
