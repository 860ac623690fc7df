//! What the grouping costs detection: the smallest spike that can still flag.

use super::tally::Tallies;
use crate::stats::{median, poisson_upper};
use serde::Serialize;

/// The smallest count in 60 minutes that is improbable at the pipeline's level under a Poisson law of the signature's mean rate:
/// what any detector needs at least, as bursty counts need more (statistics.md §2).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Power {
    pub alpha: f64,
    /// Records beyond expectation that the median record's signature needs to flag.
    pub median_excess: Option<f64>,
    /// Suspected families: how many times as many records one error needs to flag, spread over the family as its records are,
    /// as it would if the family were one signature. Median over families; 1: nothing is lost.
    pub split_factor: Option<f64>,
    /// The largest such factor.
    pub worst_split_factor: Option<f64>,
    /// Suspected merges: how many times as many records the smallest-but-one exception type needs to flag inside its signature as
    /// it would alone. Median over signatures of several exception types.
    pub merge_factor: Option<f64>,
}

/// `hours`: length of the data set.
pub fn power(tallies: &Tallies, families: &[Vec<u32>], hours: f64, alpha: f64) -> Power {
    let excess = |records: u64| excess(records as f64 / hours, alpha);
    let mut by_record: Vec<(f64, u64)> =
        tallies.seen().map(|(_, tally)| (excess(tally.records), tally.records)).collect();
    by_record.sort_by(|a, b| a.0.total_cmp(&b.0));
    let split: Vec<f64> = families.iter().map(|ids| split_factor(tallies, ids, hours, alpha)).collect();
    let merged: Vec<f64> = tallies
        .seen()
        .filter(|(_, tally)| tally.exception_types.len() > 1)
        .filter_map(|(_, tally)| {
            let mut types: Vec<u64> = tally.exception_types.values().copied().collect();
            types.sort_unstable_by(|a, b| b.cmp(a));
            Some(excess(tally.records) / excess(*types.get(1)?))
        })
        .collect();
    Power {
        alpha,
        median_excess: weighted_median(&by_record),
        worst_split_factor: split.iter().copied().max_by(f64::total_cmp),
        split_factor: median(&split),
        merge_factor: median(&merged),
    }
}

/// Records beyond expectation that flag at a mean rate.
fn excess(mean: f64, alpha: f64) -> f64 {
    // The tail falls with k: doubling finds an upper end, halving the smallest.
    let mut high = (mean.ceil() as u64).max(1);
    while poisson_upper(high, mean).exp() >= alpha {
        high *= 2;
    }
    let mut low = 0;
    while low + 1 < high {
        let middle = u64::midpoint(low, high);
        if poisson_upper(middle, mean).exp() >= alpha { low = middle } else { high = middle }
    }
    high as f64 - mean
}

/// A spike of S records falls on the family's signatures as their records do; it flags when the first of them does.
fn split_factor(tallies: &Tallies, ids: &[u32], hours: f64, alpha: f64) -> f64 {
    let total: u64 = ids.iter().map(|&id| tallies.get(id).records).sum();
    let first = ids.iter().map(|&id| {
        let records = tallies.get(id).records;
        excess(records as f64 / hours, alpha) * total as f64 / records as f64
    });
    first.fold(f64::INFINITY, f64::min) / excess(total as f64 / hours, alpha)
}

/// Of values with weights, ascending.
fn weighted_median(sorted: &[(f64, u64)]) -> Option<f64> {
    let half = sorted.iter().map(|(_, weight)| weight).sum::<u64>().div_ceil(2);
    let mut sum = 0;
    sorted
        .iter()
        .find(|(_, weight)| {
            sum += weight;
            sum >= half
        })
        .map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_count_that_flags() {
        // P(X >= 1 | 0.04) = 0.0392, P(X >= 1 | 0.06) = 0.0582; P(X >= 4 | 1) = 0.0190, P(X >= 3 | 1) = 0.0803.
        assert!((excess(0.04, 0.05) - 0.96).abs() < 1e-12);
        assert!((excess(0.06, 0.05) - 1.94).abs() < 1e-12);
        assert!((excess(1.0, 0.05) - 3.0).abs() < 1e-12);
        assert_eq!(weighted_median(&[(1.0, 1), (2.0, 5), (3.0, 1)]), Some(2.0));
        assert_eq!((median(&[3.0, 1.0]), median(&[])), (Some(2.0), None));
    }
}
