//! Whether new templates are still as far from known ones as they were: distances to the nearest earlier template (statistics.md §8).

use super::super::pair_texts::PairTexts;
use crate::dataset::DataSet;
use crate::model::{Instant, Interval, Span};
use crate::normalize::distance::Wording;
use crate::stats::{KolmogorovSmirnov, median};
use rayon::prelude::*;
use serde::Serialize;

/// A shift is told when it is both sure and large.
const P_BELOW: f64 = 0.001;
const D_ABOVE: f64 = 0.1;
/// Fewer distances on a side say nothing.
const FEWEST: usize = 8;
/// Templates that are compared with each other; of more, evenly spaced ones.
const MOST: usize = 3000;

/// Two samples of distances.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shift {
    pub templates: usize,
    pub median: Option<f64>,
    /// Against the earlier ones; `None` with fewer than 8 on a side.
    pub test: Option<KolmogorovSmirnov>,
    /// p < .001 and D > .1.
    pub shifted: bool,
}

/// Templates first seen in one week, against those of all weeks before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NearestWeek {
    pub start: Instant,
    #[serde(flatten)]
    pub shift: Shift,
}

/// Templates first seen in the 24 hours after a deploy, against those of the seven days before it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NearestDeploy {
    pub deploy: String,
    #[serde(flatten)]
    pub shift: Shift,
}

/// When each template was first seen and how far it was from the nearest earlier one; by time, without the first.
pub fn nearest(texts: &PairTexts) -> Vec<(Instant, f64)> {
    let step = texts.templates.len().div_ceil(MOST).max(1);
    let places: Vec<usize> = (0..texts.templates.len()).step_by(step).collect();
    let wordings: Vec<Wording> = places.par_iter().map(|&place| Wording::of(texts.template(place))).collect();
    let distance = |at: usize| {
        let earlier = wordings[..at].iter().map(|other| wordings[at].distance(other));
        (texts.templates[places[at]].first_seen, earlier.fold(f64::INFINITY, f64::min))
    };
    (1..places.len()).into_par_iter().map(distance).collect()
}

impl Shift {
    fn of(before: &[f64], now: &[f64]) -> Self {
        let enough = before.len() >= FEWEST && now.len() >= FEWEST;
        let test = if enough { KolmogorovSmirnov::of(before, now) } else { None };
        // Distances shrink by themselves as more templates are known: only larger ones say that messages are worded anew.
        let (was, is) = (median(before), median(now));
        let shifted = is > was && test.is_some_and(|test| test.p_value < P_BELOW && test.d > D_ABOVE);
        Self { templates: now.len(), median: is, test, shifted }
    }
}

/// Distances of templates that were first seen in an interval.
fn within(nearest: &[(Instant, f64)], interval: Interval) -> Vec<f64> {
    let from = nearest.partition_point(|(at, _)| *at < interval.start);
    let until = nearest.partition_point(|(at, _)| *at < interval.end).max(from);
    nearest[from..until].iter().map(|(_, distance)| *distance).collect()
}

/// Every week of the data set but the first, which has nothing before it.
pub fn weeks(data: &DataSet, nearest: &[(Instant, f64)]) -> Vec<NearestWeek> {
    let start = data.span.start;
    let count = data.span.span().micros().div_euclid(Span::days(7).micros()) + 1;
    let week = |index: i64| start + Span::from_micros(index * Span::days(7).micros());
    (1..count)
        .map(|index| (week(index), week(index + 1)))
        .filter(|(from, _)| *from < data.span.end)
        .map(|(from, until)| {
            let before = within(nearest, Interval::new(start, from));
            NearestWeek { start: from, shift: Shift::of(&before, &within(nearest, Interval::new(from, until))) }
        })
        .collect()
}

/// Deploys with enough new templates on both sides to say anything.
pub fn deploys(data: &DataSet, nearest: &[(Instant, f64)]) -> Vec<NearestDeploy> {
    let of_environment = data.deploys.iter().filter(|deploy| data.is_of_environment(deploy));
    let shift = of_environment.map(|deploy| {
        let at = deploy.deployed_at;
        let before = within(nearest, Interval::new(at - Span::days(7), at));
        let after = within(nearest, Interval::new(at, at + Span::hours(24)));
        NearestDeploy { deploy: deploy.id.clone(), shift: Shift::of(&before, &after) }
    });
    shift.filter(|deploy| deploy.shift.test.is_some()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sure_and_large_shift_is_told() {
        let low: Vec<f64> = (0..200).map(|n| 0.1 + f64::from(n) / 1000.0).collect();
        let high: Vec<f64> = low.iter().map(|x| x + 0.15).collect();
        assert!(Shift::of(&low, &high).shifted);
        assert!(!Shift::of(&low, &low).shifted);
        let few = Shift::of(&low, &high[..7]);
        assert_eq!((few.templates, few.test, few.shifted), (7, None, false));
    }
}
