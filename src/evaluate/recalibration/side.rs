use super::super::Costs;
use super::points::Point;
use crate::dataset::DataSet;
use crate::stats::{Estimate, normal_quantile};
use serde::Serialize;

/// A share of mistakes that is planned with where fewer were seen: 1.96² × .15 × .85 ÷ .05² = 196, the “200 pairs a side for ±.05” of
/// statistics.md §8.
const PLANNED: f64 = 0.15;

/// Labelled pairs on one side of the threshold in use.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// Of these pairs, those that the threshold gets wrong; counts of labelled pairs, unweighted.
    pub wrong: Estimate,
    /// Labelled pairs that the wanted half-width takes: `z² p (1 − p) ÷ h²`, p the share seen but at least .15 (and at most .5).
    pub needed: u64,
    pub missing: u64,
}

impl Side {
    pub fn of<'a>(points: impl Iterator<Item = &'a Point>, below: bool, half_width: f64) -> Self {
        let (mut wrong, mut pairs) = (0, 0);
        for point in points {
            pairs += 1;
            wrong += u64::from(point.same != below);
        }
        let seen = (wrong as f64 + 0.5) / (pairs as f64 + 1.0);
        let p = seen.clamp(PLANNED, 0.5);
        let needed = (normal_quantile(0.975).powi(2) * p * (1.0 - p) / half_width.powi(2)).ceil() as u64;
        Self { wrong: Estimate::ratio(wrong, pairs), needed, missing: needed.saturating_sub(pairs) }
    }
}

/// A small labelled sample after each deploy, kept going.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Routine {
    pub pairs_per_deploy: u32,
    pub minutes_per_pair: f64,
    /// Deploys of the data set's environment in 30 days.
    pub deploys_per_month: f64,
    pub minutes_per_month: f64,
    pub usd_per_month: f64,
    /// Days until the pairs that are missing are labelled by it; `None` without deploys.
    pub days_to_enough: Option<f64>,
}

impl Routine {
    pub fn of(data: &DataSet, prices: &Costs, missing: u64) -> Self {
        let days = data.span.span().as_minutes() / 1440.0;
        let deploys = data.deploys.iter().filter(|deploy| data.is_of_environment(deploy)).count() as f64;
        let per_day = if days > 0.0 { deploys / days } else { 0.0 };
        let labelling = prices.labelling;
        let pairs_per_day = per_day * f64::from(labelling.pairs_per_deploy);
        let minutes_per_month = pairs_per_day * 30.0 * labelling.minutes_per_pair;
        Self {
            pairs_per_deploy: labelling.pairs_per_deploy,
            minutes_per_pair: labelling.minutes_per_pair,
            deploys_per_month: per_day * 30.0,
            minutes_per_month,
            usd_per_month: prices.review(minutes_per_month),
            days_to_enough: Some(missing as f64 / pairs_per_day).filter(|days| days.is_finite()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::point;
    use super::*;

    #[test]
    fn two_hundred_pairs_a_side_are_half_a_tenth() {
        let points: Vec<Point> = (0..40).map(|n| point(0.1, n > 1)).collect();
        let side = Side::of(points.iter(), true, 0.05);
        assert_eq!((side.wrong.numerator, side.wrong.denominator, side.needed, side.missing), (2, 40, 196, 156));
        assert_eq!(Side::of(points.iter(), false, 0.05).needed, 385, "as bad as a coin");
        assert_eq!(Side::of([].iter(), true, 0.1).needed, 97, "nothing is known: half are planned with");
    }
}
