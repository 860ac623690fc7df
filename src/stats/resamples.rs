//! The cluster bootstrap of [`paired_difference`](super::paired_difference) for many configurations at once: the clusters are drawn once,
//! and whoever is held against whom, both are summed over the same draws.

use super::bootstrap::{Difference, MIN_CLUSTERS};
use super::quantile::sorted_quantile;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How often each cluster is drawn in each replicate.
#[derive(Clone, Debug)]
pub struct Resamples {
    clusters: usize,
    replicates: usize,
    /// By replicate, then cluster.
    counts: Vec<u16>,
}

/// A statistic of one configuration: its value, and what it is in each replicate.
#[derive(Clone, Debug, PartialEq)]
pub struct Resampled {
    /// `None`: undefined.
    pub value: Option<f64>,
    /// NaN where it is undefined.
    draws: Vec<f64>,
    /// Clusters with something to count.
    clusters: usize,
}

impl Resamples {
    /// Draws as many clusters as there are, with replacement, `replicates` times: the draws of `paired_difference` under the same seed.
    #[must_use]
    pub fn of(clusters: usize, replicates: usize, seed: u64) -> Self {
        let mut counts = vec![0_u16; clusters * replicates];
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for replicate in counts.chunks_exact_mut(clusters.max(1)) {
            for _ in 0..clusters {
                let count = &mut replicate[rng.random_range(0..clusters)];
                *count = count.saturating_add(1);
            }
        }
        Self { clusters, replicates, counts }
    }

    #[must_use]
    pub const fn replicates(&self) -> usize {
        self.replicates
    }

    /// The sum of amounts, given as (cluster, amount) where there is one.
    #[must_use]
    pub fn total(&self, amounts: &[(usize, f64)]) -> Resampled {
        let sum = amounts.iter().fold(0.0, |sum, (_, amount)| sum + amount);
        let draws = self.each(|drawn| amounts.iter().fold(0.0, |sum, &(c, amount)| sum + drawn(c) * amount));
        Resampled { value: sum.is_finite().then_some(sum), draws, clusters: self.clusters }
    }

    /// One sum ÷ another, given as (cluster, numerator, denominator).
    #[must_use]
    pub fn ratio(&self, parts: &[(usize, f64, f64)]) -> Resampled {
        let divided = |times: &dyn Fn(usize) -> f64| {
            let sums = parts.iter().fold((0.0, 0.0), |(a, n), &(c, x, y)| (a + times(c) * x, n + times(c) * y));
            if sums.1 == 0.0 { f64::NAN } else { sums.0 / sums.1 }
        };
        let value = divided(&|_| 1.0);
        let draws = self.each(|drawn| divided(&drawn));
        let clusters = parts.iter().filter(|part| part.2 != 0.0).count();
        Resampled { value: value.is_finite().then_some(value), draws, clusters }
    }

    /// The median of values, given as (cluster, value), several of one cluster as they come.
    #[must_use]
    pub fn median(&self, values: &[(usize, f64)]) -> Resampled {
        let mut sorted = values.to_vec();
        sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
        let value = weighted_median(&sorted, &|_| 1.0);
        let draws = self.each(|drawn| weighted_median(&sorted, &drawn));
        let mut clusters: Vec<usize> = values.iter().map(|(cluster, _)| *cluster).collect();
        clusters.sort_unstable();
        clusters.dedup();
        Resampled { value: value.is_finite().then_some(value), draws, clusters: clusters.len() }
    }

    fn each(&self, statistic: impl Fn(&dyn Fn(usize) -> f64) -> f64) -> Vec<f64> {
        let replicates = self.counts.chunks_exact(self.clusters.max(1));
        replicates.map(|counts| statistic(&|cluster| f64::from(counts[cluster]))).collect()
    }
}

impl Resampled {
    /// The same in another unit.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.value = self.value.map(|value| value * factor);
        self.draws.iter_mut().for_each(|draw| *draw *= factor);
        self
    }

    /// This minus another of the same [`Resamples`], with the percentile interval; as with
    /// [`paired_difference`](super::paired_difference), fewer than 10 clusters have none.
    ///
    /// `None` where the value of either is undefined, or `level` is not in (0, 1).
    #[must_use]
    pub fn minus(&self, other: &Self, level: f64) -> Option<Difference> {
        let value = self.value? - other.value?;
        if !(level > 0.0 && level < 1.0 && value.is_finite()) {
            return None;
        }
        let clusters = self.clusters.min(other.clusters);
        let replicates = self.draws.len();
        let mut difference =
            Difference { value, low: None, high: None, level, replicates, clusters, undefined_replicates: 0 };
        if clusters < MIN_CLUSTERS {
            difference.replicates = 0;
            return Some(difference);
        }
        let draws = self.draws.iter().zip(&other.draws).map(|(a, b)| a - b);
        let mut draws: Vec<f64> = draws.filter(|draw| !draw.is_nan()).collect();
        draws.sort_unstable_by(f64::total_cmp);
        let outside = (1.0 - level) / 2.0;
        difference.low = sorted_quantile(&draws, outside);
        difference.high = sorted_quantile(&draws, 1.0 - outside);
        difference.undefined_replicates = replicates - draws.len();
        Some(difference)
    }

    /// The percentile interval of the statistic itself: (low, high). `None` with fewer than 10 clusters, or where it is undefined.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let nothing = Self { value: Some(0.0), draws: vec![0.0; self.draws.len()], clusters: self.clusters };
        let found = self.minus(&nothing, level)?;
        found.low.zip(found.high)
    }
}

/// Of values in order, each counted `times` its cluster was drawn; the mean of the two in the middle. NaN: none was drawn.
fn weighted_median(sorted: &[(usize, f64)], times: &dyn Fn(usize) -> f64) -> f64 {
    let all = sorted.iter().fold(0.0, |sum, (cluster, _)| sum + times(*cluster));
    if all == 0.0 {
        return f64::NAN;
    }
    // The ranks of the two in the middle, from 0.
    let (lower, upper) = (((all - 1.0) / 2.0).floor(), (all / 2.0).floor());
    let at_rank = |rank: f64| {
        let mut passed = 0.0;
        let found = sorted.iter().find(|(cluster, _)| {
            passed += times(*cluster);
            passed > rank
        });
        found.map_or(f64::NAN, |(_, value)| *value)
    };
    f64::midpoint(at_rank(lower), at_rank(upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{median, paired_difference, paired_total_difference};
    use proptest::prelude::*;

    fn near(a: Option<f64>, b: Option<f64>) -> bool {
        a.is_some() == b.is_some() && a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-9)
    }

    fn same(a: Option<&Difference>, b: Option<&Difference>) -> bool {
        a.is_some() == b.is_some()
            && a.zip(b).is_none_or(|(a, b)| {
                near(Some(a.value), Some(b.value))
                    && near(a.low, b.low)
                    && near(a.high, b.high)
                    && (a.clusters, a.undefined_replicates, a.replicates)
                        == (b.clusters, b.undefined_replicates, b.replicates)
            })
    }

    proptest! {
        #[test]
        fn differences_are_those_of_the_bootstrap_of_two(
            rows in prop::collection::vec((0..4u32, 0..3u32, 0..4u32, 0..3u32), 1..30),
            seed in 0..50u64,
        ) {
            type Row = (u32, u32, u32, u32);
            let side = |pick: fn(&Row) -> (u32, u32)| {
                rows.iter().map(pick).map(|(x, n)| (f64::from(x.min(n)), f64::from(n))).collect::<Vec<(f64, f64)>>()
            };
            let (a, b) = (side(|r| (r.0, r.1)), side(|r| (r.2, r.3)));
            let draws = Resamples::of(rows.len(), 200, seed);
            let ratio = |side: &[(f64, f64)]| {
                draws.ratio(&side.iter().enumerate().map(|(i, (x, n))| (i, *x, *n)).collect::<Vec<_>>())
            };
            let expected = paired_difference(&a, &b, 0.9, 200, seed);
            prop_assert!(same(ratio(&a).minus(&ratio(&b), 0.9).as_ref(), expected.as_ref()), "{:?}", expected);
            let amounts = |side: &[(f64, f64)]| side.iter().map(|part| part.1).collect::<Vec<f64>>();
            // Clusters with nothing may be left out.
            let total = |side: &[f64]| {
                draws.total(&side.iter().copied().enumerate().filter(|(_, x)| *x != 0.0).collect::<Vec<_>>())
            };
            let expected = paired_total_difference(&amounts(&a), &amounts(&b), 0.9, 200, seed);
            let found = total(&amounts(&a)).minus(&total(&amounts(&b)), 0.9);
            prop_assert!(same(found.as_ref(), expected.as_ref()), "{:?} {:?}", found, expected);
        }

        #[test]
        fn a_median_counts_each_value_as_often_as_it_is_drawn(
            values in prop::collection::vec((0.0..9.0_f64, 0..4u16), 1..20)
        ) {
            let repeated: Vec<f64> =
                values.iter().flat_map(|(v, times)| std::iter::repeat_n(*v, usize::from(*times))).collect();
            let mut sorted: Vec<(usize, f64)> = values.iter().map(|(v, _)| *v).enumerate().collect();
            sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
            let found = weighted_median(&sorted, &|cluster| f64::from(values[cluster].1));
            prop_assert!(near((!found.is_nan()).then_some(found), median(&repeated)));
        }
    }

    #[test]
    fn a_median_of_spread_values_has_an_interval_around_it() {
        let draws = Resamples::of(40, 1000, 5);
        let values: Vec<(usize, f64)> = (0..40).map(|i| (i, i as f64)).collect();
        let median = draws.median(&values);
        let (low, high) = median.interval(0.9).unwrap();
        assert_eq!(median.value, Some(19.5));
        assert!((10.0..17.0).contains(&low) && (22.0..30.0).contains(&high), "{low} {high}");
        assert_eq!(median.minus(&median, 0.9).unwrap().high, Some(0.0));
        assert_eq!(median.minus(&draws.median(&[]), 0.9), None);
        assert_eq!(draws.median(&values[..9]).interval(0.9), None, "too few clusters");
        assert_eq!(Resamples::of(0, 10, 1).total(&[]).value, Some(0.0));
    }
}
