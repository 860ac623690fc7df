//! How often the normalizer as it is contradicts the labelled pairs, over time.

use super::points::Point;
use crate::dataset::DataSet;
use crate::model::{Instant, Interval, Span};
use crate::stats::Estimate;
use serde::Serialize;

/// Pairs that were first seen in an interval. Counts of labelled pairs, unweighted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleScore {
    /// Of pairs labelled same: those that it splits.
    pub split: Estimate,
    /// Of pairs labelled different: those that it merges.
    pub merged: Estimate,
}

/// One week from the data set's start on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleWeek {
    pub start: Instant,
    #[serde(flatten)]
    pub score: RuleScore,
}

/// The seven days before a deploy, and the 24 hours after it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleDeploy {
    pub deploy: String,
    pub before: RuleScore,
    pub after: RuleScore,
}

impl RuleScore {
    pub fn of<'a>(points: impl Iterator<Item = &'a Point>) -> Self {
        let (mut same, mut split, mut different, mut merged) = (0, 0, 0, 0);
        for point in points {
            match (point.same, point.merged) {
                (_, None) => {}
                (true, Some(one)) => {
                    same += 1;
                    split += u64::from(!one);
                }
                (false, Some(one)) => {
                    different += 1;
                    merged += u64::from(one);
                }
            }
        }
        Self { split: Estimate::ratio(split, same), merged: Estimate::ratio(merged, different) }
    }

    /// Labelled pairs.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.split.denominator + self.merged.denominator
    }
}

/// Weeks with a labelled pair.
pub fn weeks(points: &[Point], start: Instant) -> Vec<RuleWeek> {
    let week = Span::days(7).micros();
    let of = |point: &Point| (point.at - start).micros().div_euclid(week);
    let chunks = points.chunk_by(|a, b| of(a) == of(b));
    chunks
        .map(|chunk| RuleWeek {
            start: start + Span::from_micros(of(&chunk[0]) * week),
            score: RuleScore::of(chunk.iter()),
        })
        .collect()
}

/// Deploys with a labelled pair after them.
pub fn deploys(points: &[Point], data: &DataSet) -> Vec<RuleDeploy> {
    let within = |interval: Interval| RuleScore::of(points.iter().filter(|point| interval.contains(point.at)));
    let of_environment = data.deploys.iter().filter(|deploy| data.is_of_environment(deploy));
    let score = of_environment.map(|deploy| {
        let at = deploy.deployed_at;
        let before = within(Interval::new(at - Span::days(7), at));
        RuleDeploy { deploy: deploy.id.clone(), before, after: within(Interval::new(at, at + Span::hours(24))) }
    });
    score.filter(|deploy| deploy.after.pairs() > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::point;
    use super::*;

    #[test]
    fn weeks_hold_their_pairs_and_what_cannot_be_known_counts_for_nothing() {
        let at =
            |day: i64, same, merged| Point { at: Instant::default() + Span::days(day), merged, ..point(0.1, same) };
        let points = [at(0, true, Some(true)), at(6, true, Some(false)), at(6, false, None), at(15, false, Some(true))];
        let weeks = weeks(&points, Instant::default());
        let told: Vec<_> = weeks.iter().map(|w| (w.start, w.score.split.numerator, w.score.pairs())).collect();
        let day = |n| Instant::default() + Span::days(n);
        assert_eq!(told, [(day(0), 1, 2), (day(14), 0, 1)]);
        assert_eq!((weeks[1].score.split.value, weeks[1].score.merged.value), (None, Some(1.0)));
    }
}
