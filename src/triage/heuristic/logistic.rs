//! Ridge-penalised logistic regression whose coefficients may be bounded on one side.

/// Sweeps over all coefficients, and the step below which they have settled.
const MOST_SWEEPS: usize = 500;
const SETTLED: f64 = 1e-7;

/// One coefficient: the values that it may take, and the strength of its penalty, above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coefficient {
    pub(super) bound: Bound,
    pub(super) l2: f64,
}

/// Which values a coefficient may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Free,
    NotNegative,
    NotPositive,
}

impl Bound {
    fn hold(self, value: f64) -> f64 {
        match self {
            Self::Free => value,
            Self::NotNegative => value.max(0.0),
            Self::NotPositive => value.min(0.0),
        }
    }
}

/// One observation: its features, log-odds that are known already, and whether it came true.
#[derive(Clone, Debug)]
pub(super) struct Observation {
    pub(super) features: Vec<f64>,
    pub(super) offset: f64,
    pub(super) outcome: bool,
}

/// Coefficients w within their bounds that minimise −Σ log-likelihood + ½ Σ `l2` · w².
///
/// Coordinate descent with Newton steps, projected onto the bounds (Friedman, Hastie & Tibshirani 2010): the objective is convex, so it
/// ends at the one minimum. Sums run in the order given: the same input gives the same bits.
pub(super) fn fit(observations: &[&Observation], coefficients: &[Coefficient]) -> Vec<f64> {
    let mut weights = vec![0.0; coefficients.len()];
    let mut scores: Vec<f64> = observations.iter().map(|one| one.offset).collect();
    for _ in 0..MOST_SWEEPS {
        let mut largest: f64 = 0.0;
        for (index, &Coefficient { bound, l2 }) in coefficients.iter().enumerate() {
            let (mut gradient, mut curvature) = (l2 * weights[index], l2);
            for (one, score) in observations.iter().zip(&scores) {
                let feature = one.features[index];
                if feature != 0.0 {
                    let p = logistic(*score);
                    gradient += feature * (p - f64::from(u8::from(one.outcome)));
                    curvature += feature * feature * p * (1.0 - p);
                }
            }
            let step = bound.hold(weights[index] - gradient / curvature) - weights[index];
            if step != 0.0 {
                weights[index] += step;
                for (one, score) in observations.iter().zip(&mut scores) {
                    *score += step * one.features[index];
                }
            }
            largest = largest.max(step.abs());
        }
        if largest < SETTLED {
            break;
        }
    }
    weights
}

/// 1 / (1 + e^−x).
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn observations(rows: &[(f64, f64, bool)]) -> Vec<Observation> {
        let row = |&(a, b, outcome): &(f64, f64, bool)| Observation { features: vec![a, b], offset: -1.0, outcome };
        rows.iter().map(row).collect()
    }

    fn objective(observations: &[Observation], weights: &[f64], l2: f64) -> f64 {
        let loss = |one: &Observation| {
            let score = one.offset + one.features.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>();
            let p = logistic(score);
            -(if one.outcome { p } else { 1.0 - p }).max(1e-300).ln()
        };
        observations.iter().map(loss).sum::<f64>() + 0.5 * l2 * weights.iter().map(|w| w * w).sum::<f64>()
    }

    #[test]
    fn a_single_coefficient_by_hand() {
        // Half of ten come true at offset 0 and feature 1: the penalised optimum is 0.
        let rows: Vec<Observation> =
            (0..10).map(|i| Observation { features: vec![1.0], offset: 0.0, outcome: i % 2 == 0 }).collect();
        let rows: Vec<&Observation> = rows.iter().collect();
        assert!(fit(&rows, &[Coefficient { bound: Bound::Free, l2: 1.0 }])[0].abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn no_neighbour_within_the_bounds_is_better(
            rows in prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64, any::<bool>()), 1..40),
            l2 in 0.1..4.0_f64,
        ) {
            let rows = observations(&rows);
            let bounds = [Bound::NotNegative, Bound::NotPositive];
            let weights = fit(&rows.iter().collect::<Vec<_>>(), &bounds.map(|bound| Coefficient { bound, l2 }));
            prop_assert!(weights[0] >= 0.0 && weights[1] <= 0.0);
            let best = objective(&rows, &weights, l2);
            for (index, step) in [(0, 1e-3), (0, -1e-3), (1, 1e-3), (1, -1e-3)] {
                let mut other = weights.clone();
                other[index] = bounds[index].hold(other[index] + step);
                prop_assert!(objective(&rows, &other, l2) >= best - 1e-9);
            }
        }
    }
}
