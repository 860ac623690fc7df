//! The distance up to which texts are taken for one error (statistics.md §8).

use super::points::Point;
use crate::stats::{Isotonic, quantile};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::BTreeMap;

/// Draws of the bootstrap, and the confidence of its interval.
const REPLICATES: usize = 1000;
const LEVEL: f64 = 0.95;

/// What either mistake costs, in any unit: only their ratio moves the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairCosts {
    /// Of two errors taken for one.
    pub merge: f64,
    /// Of one error taken for two.
    pub split: f64,
}

/// A threshold that labelled pairs ask for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// At least 0; minimizes `merge × wrongly merged + split × wrongly split`, in the middle of the distances that do.
    pub value: f64,
    /// Percentile interval of the distances that cost least, pairs drawn anew within their strata: its ends are quantiles of their
    /// least and of their largest ones.
    pub low: f64,
    pub high: f64,
    pub level: f64,
    /// Cost per pair of the data set at it.
    pub cost: f64,
    /// P(same error | distance), falling.
    pub fit: Isotonic,
}

impl Threshold {
    /// `None` unless there are pairs of both answers among those of different templates.
    #[must_use]
    pub fn of(points: &[Point], costs: PairCosts, seed: u64) -> Option<Self> {
        // Texts of one template are one whatever the threshold: they have no part in setting it.
        let apart: Vec<&Point> = points.iter().filter(|point| point.distance > 0.0).collect();
        let fit = Isotonic::falling(&apart.iter().map(|point| weighted(point)).collect::<Vec<_>>())?;
        if apart.iter().all(|point| point.same) || !apart.iter().any(|point| point.same) {
            return None;
        }
        let (from, to) = cheapest(&fit, costs);
        let value = f64::midpoint(from, to);
        let mut of_stratum: BTreeMap<usize, Vec<&Point>> = BTreeMap::new();
        for point in apart {
            of_stratum.entry(point.stratum).or_default().push(point);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut draw = || {
            let drawn = of_stratum.values().flat_map(|stratum| {
                stratum.iter().map(|_| stratum[rng.random_range(0..stratum.len())]).collect::<Vec<_>>()
            });
            let drawn: Vec<(f64, f64, f64)> = drawn.map(weighted).collect();
            Isotonic::falling(&drawn).map(|fit| cheapest(&fit, costs))
        };
        let (froms, tos): (Vec<f64>, Vec<f64>) = (0..REPLICATES).filter_map(|_| draw()).unzip();
        let outside = (1.0 - LEVEL) / 2.0;
        Some(Self {
            value,
            low: quantile(&froms, outside)?,
            high: quantile(&tos, 1.0 - outside)?,
            level: LEVEL,
            cost: cost_at(points, value, costs)?,
            fit,
        })
    }
}

fn weighted(point: &Point) -> (f64, f64, f64) {
    (point.distance, f64::from(u8::from(point.same)), point.weight)
}

/// The distances that cost least. Merging costs `merge (1 − P)`, splitting `split P`, so that merging pays up to where P falls below
/// `merge ÷ (merge + split)`: between the last step above that and the first one below, where the raw counts have their minimum too.
/// From 0 where no step is above it, at the last pair where all are: nobody looked beyond.
fn cheapest(fit: &Isotonic, costs: PairCosts) -> (f64, f64) {
    let even = costs.merge / (costs.merge + costs.split);
    let steps = &fit.steps;
    let above = steps.partition_point(|step| step.value >= even);
    let last = above.checked_sub(1).map_or(0.0, |last| steps[last].to);
    (last, steps.get(above).map_or(last, |step| step.from))
}

/// Cost per pair when pairs up to `threshold` are taken for one error; `None` without points.
pub fn cost_at(points: &[Point], threshold: f64, costs: PairCosts) -> Option<f64> {
    let cost = |point: &Point| match (point.distance <= threshold, point.same) {
        (true, false) => costs.merge,
        (false, true) => costs.split,
        _ => 0.0,
    };
    let weight: f64 = points.iter().map(|point| point.weight).sum();
    (weight > 0.0).then(|| points.iter().map(|point| point.weight * cost(point)).sum::<f64>() / weight)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::point;
    use super::*;
    use proptest::prelude::*;

    const EVEN: PairCosts = PairCosts { merge: 1.0, split: 1.0 };

    #[test]
    fn it_lies_between_what_is_same_and_what_is_different() {
        let mut points: Vec<Point> = (0..20).map(|n| point(f64::from(n) / 100.0, true)).collect();
        points.extend((0..20).map(|n| point(0.4 + f64::from(n) / 100.0, false)));
        let found = Threshold::of(&points, EVEN, 1).unwrap();
        assert!((found.value - 0.295).abs() < 1e-12 && found.cost.abs() < 1e-12, "{found:?}");
        assert!(found.low <= found.value && found.value <= found.high && found.low < 0.2 && found.high > 0.4);
        assert_eq!(Threshold::of(&points, EVEN, 1), Some(found));
        assert_eq!(Threshold::of(&points[..20], EVEN, 1), None);
        assert_eq!(Threshold::of(&[], EVEN, 1), None);
    }

    #[test]
    fn dear_merges_lower_it() {
        let points: Vec<Point> = (0..100).map(|n| point(f64::from(n) / 100.0, (n * 7) % 100 > n)).collect();
        let at = |merge| Threshold::of(&points, PairCosts { merge, split: 1.0 }, 1).unwrap().value;
        assert!(at(9.0) < at(1.0) && at(1.0) < at(0.1), "{} {} {}", at(9.0), at(1.0), at(0.1));
    }

    proptest! {
        /// No other threshold costs less on the pairs it was set by.
        #[test]
        fn nothing_is_cheaper(pairs in prop::collection::vec((0..10_u8, any::<bool>(), 1..4_u8), 2..40), merge in 0.1..5.0_f64) {
            let points: Vec<Point> = pairs.iter()
                .map(|&(d, same, weight)| Point { weight: f64::from(weight), ..point(f64::from(d) / 10.0, same) }).collect();
            let costs = PairCosts { merge, split: 1.0 };
            if let Some(found) = Threshold::of(&points, costs, 1) {
                for other in 1..12 {
                    let other = f64::from(other) / 10.0 - 0.05;
                    prop_assert!(found.cost <= cost_at(&points, other, costs).unwrap() + 1e-9);
                }
            }
        }
    }
}
