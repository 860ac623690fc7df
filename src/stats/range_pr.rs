//! Precision and recall of ranges (Tatbul, Lee, Zdonik, Alam & Gottschlich, `NeurIPS` 2018).
//!
//! Ranges are half-open runs of rows. Those that touch or overlap are one range, as they are once written as rows with flags.

use super::intervals::{overlapping, union};
use std::ops::Range;

/// What a range is worth that is found in `x` pieces: everything, or `1/x` of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cardinality {
    #[default]
    One,
    Reciprocal,
}

/// Which rows of a range are worth most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PositionalBias {
    #[default]
    Flat,
    Front,
    Middle,
    Back,
}

impl PositionalBias {
    /// Sum of the weights of the first `rows` of a range of `length` rows. Row `i` from 1 weighs 1, `length − i + 1`, the
    /// smaller of both ends' distances, or `i`.
    fn weight(self, rows: usize, length: usize) -> f64 {
        let rising = |n: usize| n as f64 * (n as f64 + 1.0) / 2.0;
        let half = length / 2;
        match self {
            Self::Flat => rows as f64,
            Self::Front => rising(length) - rising(length - rows),
            Self::Back => rising(rows),
            Self::Middle if rows <= half => rising(rows),
            Self::Middle => rising(half) + rising(length - half) - rising(length - rows),
        }
    }
}

/// How a range that is found in part is rewarded.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RangeReward {
    /// Share of the reward for finding the range at all, in [0, 1]; the rest is for how much of it.
    pub existence: f64,
    pub cardinality: Cardinality,
    pub bias: PositionalBias,
}

impl RangeReward {
    /// Reward in [0, 1] of the range `[start, end)` given the disjoint ranges that overlap it.
    fn of(self, (start, end): (usize, usize), found: &[(usize, usize)]) -> f64 {
        if found.is_empty() {
            return 0.0;
        }
        let length = end - start;
        let until = |row: usize| self.bias.weight(row.clamp(start, end) - start, length);
        let overlap: f64 = found.iter().map(|piece| until(piece.1) - until(piece.0)).sum();
        let pieces = match self.cardinality {
            Cardinality::One => 1.0,
            Cardinality::Reciprocal => found.len() as f64,
        };
        let overlap = overlap / self.bias.weight(length, length) / pieces;
        self.existence + (1.0 - self.existence) * overlap
    }
}

/// Recall of ranges: the mean reward of the true ranges, in [0, 1]; `None` without any.
#[must_use]
pub fn range_recall(truth: &[Range<usize>], predicted: &[Range<usize>], reward: RangeReward) -> Option<f64> {
    let (truth, predicted) = (runs(truth), runs(predicted));
    let total: f64 = truth.iter().map(|range| reward.of(*range, overlapping(&predicted, range.0, range.1))).sum();
    (!truth.is_empty()).then(|| total / truth.len() as f64)
}

/// Precision of ranges: the mean reward of the predicted ranges for overlapping true ones, in [0, 1]; `None` without
/// predictions. Existence has no place in it (the paper's section 4), and the bias is usually flat.
#[must_use]
pub fn range_precision(
    truth: &[Range<usize>],
    predicted: &[Range<usize>],
    cardinality: Cardinality,
    bias: PositionalBias,
) -> Option<f64> {
    range_recall(predicted, truth, RangeReward { existence: 0.0, cardinality, bias })
}

fn runs(ranges: &[Range<usize>]) -> Vec<(usize, usize)> {
    union(ranges.iter().map(|range| (range.start, range.end)))
}

#[cfg(test)]
#[allow(clippy::float_cmp, clippy::single_range_in_vec_init)] // exact edges; lists of one range
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BIASES: [PositionalBias; 4] =
        [PositionalBias::Flat, PositionalBias::Front, PositionalBias::Middle, PositionalBias::Back];

    #[test]
    fn nothing_to_divide_by() {
        let reward = RangeReward::default();
        assert_eq!(range_recall(&[], &[0..5], reward), None);
        assert_eq!(range_recall(&[3..3], &[0..5], reward), None);
        assert_eq!(range_recall(&[0..5], &[], reward), Some(0.0));
        assert_eq!(range_precision(&[0..5], &[], Cardinality::One, PositionalBias::Flat), None);
    }

    #[test]
    fn ranges_that_touch_are_one() {
        let reward = RangeReward { cardinality: Cardinality::Reciprocal, ..RangeReward::default() };
        assert_eq!(range_recall(&[0..10], &[0..3, 3..5], reward), Some(0.5));
        assert_eq!(range_recall(&[0..10], &[0..3, 4..6], reward), Some(0.25));
    }

    #[test]
    fn weights_are_those_of_the_paper() {
        let weights = |bias: PositionalBias, length: usize| -> Vec<f64> {
            (1..=length).map(|row| bias.weight(row, length) - bias.weight(row - 1, length)).collect()
        };
        assert_eq!(weights(PositionalBias::Middle, 5), [1.0, 2.0, 3.0, 2.0, 1.0]);
        assert_eq!(weights(PositionalBias::Middle, 4), [1.0, 2.0, 2.0, 1.0]);
        assert_eq!(weights(PositionalBias::Front, 3), [3.0, 2.0, 1.0]);
        assert_eq!(weights(PositionalBias::Back, 3), [1.0, 2.0, 3.0]);
    }

    proptest! {
        #[test]
        fn exact_answers_are_perfect_and_more_of_a_range_is_better(
            start in 0..20usize, length in 2..20usize, cut in 0..19usize, existence in 0.0..1.0_f64,
        ) {
            for bias in BIASES {
                let reward = RangeReward { existence, cardinality: Cardinality::One, bias };
                let recall = |end: usize| range_recall(&[start..start + length], &[start..end], reward).unwrap();
                prop_assert!((recall(start + length) - 1.0).abs() < 1e-12);
                let end = start + cut % length;
                prop_assert!(recall(end) < recall(end + 1));
            }
        }
    }
}
