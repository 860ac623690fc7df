//! What the cases that the log leaves open do to precision: all false, all true, or as a random review found (statistics.md §9).

use super::judged::{Correctness, Judged, Label};
use super::truth::Truth;
use crate::dataset::{DataSet, Finding, Review, Sampled};
use crate::stats::wilson;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const ALPHA: f64 = 0.05;

/// Precision of each stage under three readings of its unlabelled cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnlabelledCases {
    pub reviews: ReviewCounts,
    /// Cases that hit an incident, of all cases.
    pub detection: ThreeReadings,
    /// Cases that their deploy caused, of those triage blamed.
    pub triage: ThreeReadings,
    /// The same of those acted on; what was right and not needed is left out.
    pub end_to_end: ThreeReadings,
}

/// The reviews of the data set, by what they are good for here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReviewCounts {
    /// Cases that the log leaves open and that were reviewed at random.
    pub random: u64,
    /// Cases that the log leaves open and that were picked for review: in no estimate.
    pub chosen: u64,
    /// Reviews of cases that have a label, or that this pipeline did not raise.
    pub unused: u64,
}

/// One ratio, with its unlabelled units read in three ways.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThreeReadings {
    /// Labelled units that are right.
    pub right: u64,
    pub labelled: u64,
    pub unlabelled: u64,
    pub as_false: Option<f64>,
    pub as_true: Option<f64>,
    /// `None` where no unlabelled unit was reviewed at random.
    pub reviewed: Option<Weighted>,
}

/// The ratio with each randomly reviewed unit standing for `weight` unlabelled ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weighted {
    pub value: f64,
    /// 95 %: Wilson's interval of the reviewed share, applied to the units that were not reviewed. Chance among labelled units
    /// is not in it.
    pub low: f64,
    pub high: f64,
    pub level: f64,
    pub reviewed: u64,
    pub reviewed_right: u64,
    /// Unlabelled ÷ reviewed: the inverse of the chance of being reviewed.
    pub weight: f64,
}

/// `None` without an incident log.
#[must_use]
pub fn unlabelled_cases(data: &DataSet, truth: &Truth, judged: &[Judged]) -> Option<UnlabelledCases> {
    truth.labels?;
    let random = latest(data, Sampled::Random);
    let chosen = latest(data, Sampled::Chosen);
    let key = |j: &Judged| (data.deploys[j.outcome.window.deploy].id.clone(), j.outcome.window.service.clone());
    let is_real = |finding: Finding| finding != Finding::Noise;
    let is_caused = |finding: Finding| finding == Finding::Caused;
    let readings = |unit: &dyn Fn(&Judged) -> Option<Correctness>, good: &dyn Fn(Finding) -> bool| {
        let units: Vec<(&Judged, Correctness)> = judged.iter().filter_map(|j| Some((j, unit(j)?))).collect();
        let open = units.iter().filter(|(_, what)| *what == Correctness::Unlabelled);
        let found: Vec<bool> = open.filter_map(|(j, _)| random.get(&key(j)).map(|f| good(*f))).collect();
        let count = |of: Correctness| units.iter().filter(|(_, what)| *what == of).count() as u64;
        ThreeReadings::of(count(Correctness::Right), count(Correctness::Wrong), count(Correctness::Unlabelled), &found)
    };
    let is_open = |j: &&Judged| {
        j.alarm(truth) == Some(Correctness::Unlabelled) || (j.case().is_some() && j.label == Label::Unlabelled)
    };
    let open: BTreeSet<(String, String)> = judged.iter().filter(is_open).map(key).collect();
    let used = data.reviews.iter().filter(|r| open.contains(&(r.deploy_id.clone(), r.service.clone()))).count();
    let at_random = |case: &&(String, String)| random.contains_key(*case);
    let picked = |case: &&(String, String)| chosen.contains_key(*case) && !random.contains_key(*case);
    Some(UnlabelledCases {
        reviews: ReviewCounts {
            random: open.iter().filter(at_random).count() as u64,
            chosen: open.iter().filter(picked).count() as u64,
            unused: (data.reviews.len() - used) as u64,
        },
        detection: readings(&|j| j.alarm(truth), &is_real),
        triage: readings(&|j| j.blame(), &is_caused),
        end_to_end: readings(&|j| j.act(), &is_caused),
    })
}

/// The latest finding of each (deploy, service) among reviews of one kind.
fn latest(data: &DataSet, sampled: Sampled) -> BTreeMap<(String, String), Finding> {
    // Reviews are sorted by deploy, service and time: later ones replace earlier ones.
    let of_kind = data.reviews.iter().filter(|r| r.sampled == sampled);
    of_kind.map(|r: &Review| ((r.deploy_id.clone(), r.service.clone()), r.finding)).collect()
}

impl ThreeReadings {
    /// `found`: whether each randomly reviewed one of the unlabelled units was right.
    fn of(right: u64, wrong: u64, unlabelled: u64, found: &[bool]) -> Self {
        let labelled = right + wrong;
        let all = (labelled + unlabelled) as f64;
        let of_all = |good: f64| (all > 0.0).then(|| good / all);
        Self {
            right,
            labelled,
            unlabelled,
            as_false: of_all(right as f64),
            as_true: of_all((right + unlabelled) as f64),
            reviewed: weighted(right, all, unlabelled, found),
        }
    }
}

fn weighted(right: u64, all: f64, unlabelled: u64, found: &[bool]) -> Option<Weighted> {
    let (reviewed, good) = (found.len() as u64, found.iter().filter(|good| **good).count() as u64);
    let share = wilson(good, reviewed, ALPHA)?;
    let known = (right + good) as f64;
    let unseen = (unlabelled - reviewed) as f64;
    let ratio = |share: f64| (known + unseen * share) / all;
    Some(Weighted {
        value: ratio(good as f64 / reviewed as f64),
        low: ratio(share.low),
        high: ratio(share.high),
        level: 1.0 - ALPHA,
        reviewed,
        reviewed_right: good,
        weight: unlabelled as f64 / reviewed as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 6 of 8 labelled right, 10 unlabelled of which 4 were reviewed and 1 was right: (6 + 1 + 6 × ¼) ÷ 18.
    #[test]
    fn reviewed_units_stand_for_the_rest() {
        let readings = ThreeReadings::of(6, 2, 10, &[true, false, false, false]);
        assert_eq!((readings.as_false, readings.as_true), (Some(6.0 / 18.0), Some(16.0 / 18.0)));
        let weighted = readings.reviewed.unwrap();
        assert!((weighted.value - 8.5 / 18.0).abs() < 1e-12);
        // The same as weighing: 6 + 2.5 × 1 of 8 + 2.5 × 4.
        assert!((weighted.weight - 2.5).abs() < 1e-12);
        let wilson = wilson(1, 4, 0.05).unwrap();
        assert!((weighted.low - (7.0 + 6.0 * wilson.low) / 18.0).abs() < 1e-12);
        assert!(weighted.low < weighted.value && weighted.value < weighted.high);
    }

    #[test]
    fn with_everything_reviewed_nothing_is_left_to_chance() {
        let weighted = ThreeReadings::of(0, 0, 2, &[true, false]).reviewed.unwrap();
        assert!((weighted.low - 0.5).abs() < 1e-12 && (weighted.high - 0.5).abs() < 1e-12);
        assert_eq!(ThreeReadings::of(1, 1, 3, &[]).reviewed, None);
        let nothing = ThreeReadings::of(0, 0, 0, &[]);
        assert_eq!((nothing.as_false, nothing.as_true), (None, None));
    }
}
