//! The cluster bootstrap of a paired difference (statistics.md §9).
//!
//! Whole clusters (days, incidents) are drawn with replacement, the same for both configurations, and the statistic is
//! computed anew; the interval is the percentile one. One thread, one seeded generator: the same at any thread count.

use super::Bounds;
use super::quantile::sorted_quantile;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// Fewer clusters than this say too little about how clusters vary.
pub(super) const MIN_CLUSTERS: usize = 10;

/// The difference of two configurations on the same clusters, first minus second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub value: f64,
    /// Lower end of the percentile interval; `None` with fewer than 10 clusters.
    pub low: Option<f64>,
    /// Upper end of the percentile interval; `None` with fewer than 10 clusters.
    pub high: Option<f64>,
    /// Confidence of the interval, in (0, 1).
    pub level: f64,
    /// Times that the clusters were drawn; 0 with fewer than 10 clusters.
    pub replicates: usize,
    /// Clusters with something to count: for ratios, the smaller of the two configurations' numbers of clusters whose
    /// denominator is not 0.
    pub clusters: usize,
    /// Draws without a value (a denominator of 0), which the interval leaves out.
    pub undefined_replicates: usize,
}

/// `ΣnumA/ΣdenA − ΣnumB/ΣdenB` over clusters; element i of `a` and of `b` holds (numerator, denominator) of cluster i.
///
/// `None` where the value is undefined (a denominator sums to 0, an element is not finite), the lengths differ, or `level`
/// is not in (0, 1).
#[must_use]
pub fn paired_difference(
    a: &[(f64, f64)],
    b: &[(f64, f64)],
    level: f64,
    replicates: usize,
    seed: u64,
) -> Option<Difference> {
    let informative = |side: &[(f64, f64)]| side.iter().filter(|cluster| cluster.1 != 0.0).count();
    let clusters = informative(a).min(informative(b));
    let rows: Vec<[f64; 4]> = a.iter().zip(b).map(|(a, b)| [a.0, a.1, b.0, b.1]).collect();
    let statistic = |[a, n, b, m]: [f64; 4]| (n != 0.0 && m != 0.0).then(|| a / n - b / m);
    if a.len() == b.len() { bootstrap(&rows, clusters, statistic, level, replicates, seed) } else { None }
}

/// `ΣA − ΣB` over clusters, for amounts such as money or minutes.
///
/// `None` where an element is not finite, the lengths differ, or `level` is not in (0, 1).
#[must_use]
pub fn paired_total_difference(a: &[f64], b: &[f64], level: f64, replicates: usize, seed: u64) -> Option<Difference> {
    let rows: Vec<[f64; 1]> = a.iter().zip(b).map(|(a, b)| [a - b]).collect();
    if a.len() == b.len() { bootstrap(&rows, rows.len(), |[sum]| Some(sum), level, replicates, seed) } else { None }
}

/// The percentile interval of `ΣA/ΣB` when whole clusters are drawn anew; element i of `parts` holds (numerator, denominator) of
/// cluster i.
///
/// `None` with fewer than 10 clusters whose denominator is not 0, where the ratio is undefined, or `level` is not in (0, 1).
#[must_use]
pub fn ratio_bounds(parts: &[(f64, f64)], level: f64, replicates: usize, seed: u64) -> Option<Bounds> {
    let clusters = parts.iter().filter(|cluster| cluster.1 != 0.0).count();
    let rows: Vec<[f64; 2]> = parts.iter().map(|part| [part.0, part.1]).collect();
    let found = bootstrap(&rows, clusters, |[a, n]| (n != 0.0).then(|| a / n), level, replicates, seed)?;
    Some(Bounds { low: found.low?, high: found.high? })
}

/// The percentile interval of any statistic of the clusters' sums when whole clusters are drawn anew; draws in which it is `None` are
/// left out.
///
/// `None` with fewer than 10 clusters, where the statistic is undefined for all of them, or `level` is not in (0, 1).
#[must_use]
pub fn statistic_bounds<const N: usize>(
    clusters: &[[f64; N]],
    statistic: impl Fn([f64; N]) -> Option<f64>,
    level: f64,
    replicates: usize,
    seed: u64,
) -> Option<Bounds> {
    let found = bootstrap(clusters, clusters.len(), statistic, level, replicates, seed)?;
    Some(Bounds { low: found.low?, high: found.high? })
}

/// The statistic of the clusters' sums, and its percentile interval.
fn bootstrap<const N: usize>(
    rows: &[[f64; N]],
    clusters: usize,
    statistic: impl Fn([f64; N]) -> Option<f64>,
    level: f64,
    replicates: usize,
    seed: u64,
) -> Option<Difference> {
    if !(level > 0.0 && level < 1.0) {
        return None;
    }
    let value = statistic(sum(rows.iter())).filter(|value| value.is_finite())?;
    let mut difference =
        Difference { value, low: None, high: None, level, replicates, clusters, undefined_replicates: 0 };
    if clusters < MIN_CLUSTERS {
        difference.replicates = 0;
        return Some(difference);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let draw = |_| statistic(sum((0..rows.len()).map(|_| &rows[rng.random_range(0..rows.len())])));
    let mut values: Vec<f64> = (0..replicates).filter_map(draw).collect();
    values.sort_by(f64::total_cmp);
    let outside = (1.0 - level) / 2.0;
    difference.low = sorted_quantile(&values, outside);
    difference.high = sorted_quantile(&values, 1.0 - outside);
    difference.undefined_replicates = replicates - values.len();
    Some(difference)
}

fn sum<'a, const N: usize>(rows: impl Iterator<Item = &'a [f64; N]>) -> [f64; N] {
    rows.fold([0.0; N], |mut sums, row| {
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += x;
        }
        sums
    })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(hits: impl Fn(u32) -> u32) -> Vec<(f64, f64)> {
        (0..30).map(|day| (f64::from(hits(day)), 10.0)).collect()
    }

    #[test]
    fn a_clear_difference_excludes_zero() {
        let (a, b) = (days(|day| 8 + day % 2), days(|day| 4 + day % 3));
        let difference = paired_difference(&a, &b, 0.95, 2000, 7).unwrap();
        assert!((difference.value - 0.35).abs() < 1e-12);
        assert!(difference.low.unwrap() > 0.25 && difference.high.unwrap() < 0.45, "{difference:?}");
        assert_eq!((difference.clusters, difference.undefined_replicates), (30, 0));
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let (a, b) = (days(|day| day % 7), days(|day| day % 5));
        let run = |seed| paired_difference(&a, &b, 0.9, 500, seed).unwrap();
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        // Pinned: a change of generator or of draws would change every published interval.
        let (low, high) = (run(1).low.unwrap(), run(1).high.unwrap());
        assert!((low - 0.003_333_333_333).abs() < 1e-9 && (high - 0.156_833_333_333).abs() < 1e-9);
    }

    #[test]
    fn identical_configurations_differ_by_nothing() {
        let a = days(|day| day % 7);
        let difference = paired_difference(&a, &a, 0.95, 200, 3).unwrap();
        assert_eq!((difference.value, difference.low, difference.high), (0.0, Some(0.0), Some(0.0)));
    }

    #[test]
    fn the_bounds_of_a_ratio_hold_it_and_widen_with_the_spread() {
        let bounds = |spread| ratio_bounds(&days(|day| 5 + spread * (day % 2)), 0.95, 2000, 7).unwrap();
        let (narrow, wide) = (bounds(1), bounds(4));
        assert!(narrow.low < 0.55 && 0.55 < narrow.high && wide.low < 0.7 && 0.7 < wide.high);
        assert!(wide.high - wide.low > 2.0 * (narrow.high - narrow.low));
        assert_eq!(ratio_bounds(&days(|_| 5)[..9], 0.95, 200, 3), None);
    }

    #[test]
    fn few_clusters_have_no_interval() {
        let mut a = days(|_| 5);
        let b = a.clone();
        a[9..].fill((0.0, 0.0));
        let difference = paired_difference(&a, &b, 0.95, 200, 3).unwrap();
        assert_eq!((difference.clusters, difference.low, difference.high), (9, None, None));
    }

    #[test]
    fn undefined_draws_are_counted() {
        let mut a = days(|_| 5);
        let b = a.clone();
        a[10..].fill((0.0, 0.0));
        let difference = paired_difference(&a[..], &b[..], 0.95, 20_000, 3).unwrap();
        // (20/30)³⁰ of the draws hold none of the ten.
        assert!(difference.undefined_replicates < 10);
        assert_eq!(paired_difference(&[(0.0, 0.0)], &[(1.0, 1.0)], 0.95, 10, 0), None);
        assert_eq!(paired_difference(&a, &b[1..], 0.95, 10, 0), None);
        assert_eq!(paired_difference(&a, &b, 1.0, 10, 0), None);
    }

    proptest! {
        #[test]
        fn totals_scale_and_turn_around(xs in prop::collection::vec((0.0..100.0_f64, 0.0..100.0_f64), 10..40), seed in 0..100u64) {
            let (a, b): (Vec<f64>, Vec<f64>) = xs.into_iter().unzip();
            let there = paired_total_difference(&a, &b, 0.95, 100, seed).unwrap();
            let back = paired_total_difference(&b, &a, 0.95, 100, seed).unwrap();
            prop_assert!((there.value + back.value).abs() < 1e-9);
            prop_assert!((there.low.unwrap() + back.high.unwrap()).abs() < 1e-9);
            prop_assert!(there.low.unwrap() <= there.high.unwrap());
        }
    }
}
