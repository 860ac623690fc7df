//! Regression by a function that only falls: the share of pairs that belong together, by their distance.

use serde::{Deserialize, Serialize};

/// A falling step function, fitted by pooling adjacent violators (Ayer et al. 1955; weighted least squares).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    /// From small to large x.
    pub steps: Vec<IsotonicStep>,
}

/// Points that share a fitted value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct IsotonicStep {
    /// The smallest and the largest x among them.
    pub from: f64,
    pub to: f64,
    /// Their weighted mean of y.
    pub value: f64,
    pub weight: f64,
}

impl Isotonic {
    /// Fits points (x, y, weight), in any order; equal x are one point. `None` without points, or where a number is not finite or a
    /// weight not above 0.
    #[must_use]
    pub fn falling(points: &[(f64, f64, f64)]) -> Option<Self> {
        let usable =
            |&(x, y, weight): &(f64, f64, f64)| x.is_finite() && y.is_finite() && weight.is_finite() && weight > 0.0;
        if points.is_empty() || !points.iter().all(usable) {
            return None;
        }
        let mut sorted = points.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let mut steps: Vec<IsotonicStep> = Vec::new();
        for equal in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            let weight: f64 = equal.iter().map(|point| point.2).sum();
            let value = equal.iter().map(|point| point.1 * point.2).sum::<f64>() / weight;
            let mut step = IsotonicStep { from: equal[0].0, to: equal[0].0, value, weight };
            while let Some(before) = steps.pop_if(|before| before.value <= step.value) {
                let weight = before.weight + step.weight;
                let value = (before.value * before.weight + step.value * step.weight) / weight;
                step = IsotonicStep { from: before.from, to: step.to, value, weight };
            }
            steps.push(step);
        }
        Some(Self { steps })
    }

    /// The value at `x`: of the step that holds it, or, between two, on the line from one to the other; beyond the ends, theirs.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        let after = self.steps.partition_point(|step| step.to < x);
        match (after.checked_sub(1).and_then(|before| self.steps.get(before)), self.steps.get(after)) {
            (_, Some(step)) if step.from <= x => step.value,
            (Some(before), Some(step)) => {
                let part = (x - before.to) / (step.from - before.to);
                before.value + part * (step.value - before.value)
            }
            (None, Some(step)) | (Some(step), None) => step.value,
            (None, None) => f64::NAN,
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn violators_are_pooled_by_hand() {
        let points = [(0.1, 1.0, 1.0), (0.2, 0.0, 1.0), (0.3, 1.0, 3.0), (0.4, 0.0, 2.0)];
        let fit = Isotonic::falling(&points).unwrap();
        let steps: Vec<(f64, f64, f64)> = fit.steps.iter().map(|step| (step.from, step.to, step.value)).collect();
        assert_eq!(steps, [(0.1, 0.1, 1.0), (0.2, 0.3, 0.75), (0.4, 0.4, 0.0)]);
        assert_eq!([0.0, 0.1, 0.25, 0.4, 9.0].map(|x| fit.at(x)), [1.0, 1.0, 0.75, 0.0, 0.0]);
        assert!((fit.at(0.35) - 0.375).abs() < 1e-12);
        assert_eq!(Isotonic::falling(&[]), None);
        assert_eq!(Isotonic::falling(&[(0.1, 1.0, 0.0)]), None);
    }

    proptest! {
        /// It falls, keeps the weighted sum, and no other falling step function on the same x is nearer.
        #[test]
        fn it_is_the_nearest_falling_function(points in prop::collection::vec((0..8_u8, 0..2_u8, 1..4_u8), 1..24), cut in 0..8_u8, high in 0.0..1.0_f64, low in 0.0..1.0_f64) {
            let points: Vec<(f64, f64, f64)> = points.into_iter().map(|(x, y, w)| (f64::from(x), f64::from(y), f64::from(w))).collect();
            let fit = Isotonic::falling(&points).unwrap();
            prop_assert!(fit.steps.windows(2).all(|pair| pair[0].value > pair[1].value && pair[0].to < pair[1].from));
            let sum = |of: &dyn Fn(f64, f64) -> f64| points.iter().map(|&(x, y, w)| w * of(x, y)).sum::<f64>();
            prop_assert!((sum(&|x, _| fit.at(x)) - sum(&|_, y| y)).abs() < 1e-9);
            let other = |x: f64| if x < f64::from(cut) { high.max(low) } else { high.min(low) };
            prop_assert!(sum(&|x, y| (fit.at(x) - y).powi(2)) <= sum(&|x, y| (other(x) - y).powi(2)) + 1e-9);
        }
    }
}
