//! Whether what was learned from earlier pairs holds for later ones.

use super::points::Point;
use super::threshold::{PairCosts, Threshold, cost_at};
use crate::model::{Instant, Span};
use crate::stats::Isotonic;
use serde::Serialize;

/// Parts of the cross-validation: an in-sample score would flatter the fit.
const FOLDS: usize = 5;
/// Fresh pairs that the comparison takes (statistics.md §8).
const FRESH: usize = 50;

/// Mean squared error of P(same | distance) on pairs that came later, against that on held-out pairs of its own time. Unweighted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Freshness {
    pub earlier_pairs: usize,
    pub fresh_pairs: usize,
    pub earlier_brier: f64,
    pub fresh_brier: f64,
    /// Of the difference.
    pub standard_error: f64,
    /// Worse by more than two standard errors.
    pub stale: bool,
}

impl Freshness {
    /// The latest 50 pairs against all before them; `None` with fewer than 50 before.
    #[must_use]
    pub fn of(points: &[Point]) -> Option<Self> {
        let cut = points.len().checked_sub(FRESH).filter(|&earlier| earlier >= FRESH)?;
        let (earlier, fresh) = points.split_at(cut);
        let held_out: Vec<f64> = (0..FOLDS)
            .flat_map(|fold| {
                let of_fold = |(index, _): &(usize, &Point)| index % FOLDS == fold;
                let (out, rest): (Vec<_>, Vec<_>) = earlier.iter().enumerate().partition(of_fold);
                let rest: Vec<Point> = rest.into_iter().map(|(_, point)| *point).collect();
                let out: Vec<Point> = out.into_iter().map(|(_, point)| *point).collect();
                errors(&rest, &out)
            })
            .collect();
        let later = errors(earlier, fresh);
        let ((earlier_brier, a), (fresh_brier, b)) = (mean(&held_out)?, mean(&later)?);
        let standard_error = (a + b).sqrt();
        Some(Self {
            earlier_pairs: earlier.len(),
            fresh_pairs: fresh.len(),
            earlier_brier,
            fresh_brier,
            standard_error,
            stale: fresh_brier - earlier_brier > 2.0 * standard_error,
        })
    }
}

/// Squared errors of a fit of some pairs on others.
fn errors(fitted: &[Point], judged: &[Point]) -> Vec<f64> {
    let truth = |point: &Point| f64::from(u8::from(point.same));
    let points: Vec<_> = fitted.iter().map(|point| (point.distance, truth(point), point.weight)).collect();
    let Some(fit) = Isotonic::falling(&points) else { return Vec::new() };
    judged.iter().map(|point| (fit.at(point.distance) - truth(point)).powi(2)).collect()
}

/// Mean, and the variance of it.
fn mean(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let spread = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (values.len() > 1).then(|| (mean, spread / (n - 1.0) / n))
}

/// How the threshold that earlier pairs asked for would have done on the pairs of a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backtest {
    /// First instant of the period.
    pub start: Instant,
    pub pairs: usize,
    /// What all pairs before the period asked for; `None` where they were not of both answers.
    pub threshold_before: Option<f64>,
    /// Cost per pair of the period under it, under the threshold in use, and at the least that any threshold could have had.
    pub cost_before: Option<f64>,
    pub cost_in_use: Option<f64>,
    pub cost_best: Option<f64>,
}

/// Every period with a labelled pair, from the second on.
pub fn backtests(
    points: &[Point],
    start: Instant,
    period: Span,
    in_use: f64,
    costs: PairCosts,
    seed: u64,
) -> Vec<Backtest> {
    let of = |point: &Point| (point.at - start).micros().div_euclid(period.micros());
    let mut tests = Vec::new();
    let mut before = 0;
    for chunk in points.chunk_by(|a, b| of(a) == of(b)) {
        let earlier = &points[..before];
        before += chunk.len();
        if earlier.is_empty() {
            continue;
        }
        let threshold_before = Threshold::of(earlier, costs, seed).map(|threshold| threshold.value);
        // Costs change at pairs' distances only.
        let tries = chunk.iter().map(|point| point.distance).chain([0.0]);
        let best = tries.filter_map(|threshold| cost_at(chunk, threshold, costs)).min_by(f64::total_cmp);
        tests.push(Backtest {
            start: start + Span::from_micros(of(&chunk[0]) * period.micros()),
            pairs: chunk.len(),
            threshold_before,
            cost_before: threshold_before.and_then(|threshold| cost_at(chunk, threshold, costs)),
            cost_in_use: cost_at(chunk, in_use, costs),
            cost_best: best,
        });
    }
    tests
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::super::fixture::point;
    use super::*;

    /// Pairs a day apart: same up to a distance.
    fn points(from: i64, count: i64, same_up_to: f64) -> Vec<Point> {
        (from..from + count)
            .map(|n| {
                let distance = (n * 37 % 100) as f64 / 100.0;
                Point { at: Instant::default() + Span::days(n), ..point(distance, distance <= same_up_to) }
            })
            .collect()
    }

    #[test]
    fn what_no_longer_holds_is_stale() {
        let stable = Freshness::of(&points(0, 200, 0.3)).unwrap();
        assert!(!stable.stale && stable.fresh_pairs == 50 && stable.earlier_pairs == 150, "{stable:?}");
        let moved = Freshness::of(&[points(0, 150, 0.3), points(150, 50, 0.8)].concat()).unwrap();
        assert!(moved.stale, "{moved:?}");
        assert_eq!(Freshness::of(&points(0, 99, 0.3)), None);
    }

    #[test]
    fn an_earlier_threshold_is_judged_on_later_pairs_only() {
        let costs = PairCosts { merge: 1.0, split: 1.0 };
        let all = [points(0, 100, 0.3), points(100, 100, 0.6)].concat();
        let tests = backtests(&all, Instant::default(), Span::days(100), 0.9, costs, 1);
        assert_eq!(tests.len(), 1);
        let test = &tests[0];
        assert!((test.threshold_before.unwrap() - 0.305).abs() < 1e-9, "{test:?}");
        assert_eq!((test.cost_before, test.cost_best, test.cost_in_use), (Some(0.3), Some(0.0), Some(0.3)));
    }
}
