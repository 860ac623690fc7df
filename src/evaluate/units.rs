//! Precision and recall, counted by unit: the same decisions look better or worse by what is counted once.

use super::SEED;
use super::episode::episodes;
use super::judged::{Correctness, Judged};
use super::truth::Truth;
use crate::dataset::DataSet;
use crate::model::Instant;
use crate::stats::{Estimate, clopper_pearson_lower, paired_difference};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Error of the one-sided lower bound.
const ALPHA: f64 = 0.05;
const LEVEL: f64 = 0.95;
const REPLICATES: usize = 2000;
const DAY_MICROS: i64 = 86_400_000_000;

/// Which decisions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Alarms: right when they hit an incident.
    Detection,
    /// Actions on production: right when their deploy caused the case.
    EndToEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Precision,
    Recall,
}

/// What is counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Alert,
    Episode,
    Case,
    Deploy,
    /// For precision: incidents hit, against cases that hit none. All alarms of one incident are one.
    Incident,
}

/// One row of the table of units.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitScore {
    pub stage: Stage,
    pub measure: Measure,
    pub unit: Unit,
    pub estimate: Estimate,
    /// One-sided 95 % lower bound of Clopper & Pearson, which gates use; unlabelled units count against it.
    pub lower_bound: Option<f64>,
    /// `None` with unlabelled units, under 10 clusters, or where all clusters agree.
    pub bootstrap: Option<ClusterInterval>,
}

/// Percentile interval of a cluster bootstrap: whole clusters are drawn, so that what goes wrong together counts as one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusterInterval {
    pub low: f64,
    pub high: f64,
    pub level: f64,
    pub clustered_by: ClusteredBy,
    pub clusters: usize,
    pub replicates: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClusteredBy {
    /// UTC day of the deploy.
    Day,
    Incident,
}

/// One unit: the cluster that it belongs to, and whether it was right.
type Counted = (i64, Correctness);

/// The UTC day of an instant, in days since 1970.
#[must_use]
pub const fn day_of(instant: Instant) -> i64 {
    instant.micros().div_euclid(DAY_MICROS)
}

/// Every unit of detection and of action; empty without an incident log.
#[must_use]
pub fn units(data: &DataSet, truth: &Truth, judged: &[Judged]) -> Vec<UnitScore> {
    if truth.labels.is_none() {
        return Vec::new();
    }
    let view = View { data, truth, judged };
    let precision = |stage, unit, counted: Vec<Counted>| {
        let keep_value = stage == Stage::EndToEnd;
        score(stage, Measure::Precision, unit, (ClusteredBy::Day, keep_value), &counted)
    };
    let recall = |stage, counted: Vec<Counted>| {
        score(stage, Measure::Recall, Unit::Incident, (ClusteredBy::Incident, true), &counted)
    };
    vec![
        precision(Stage::Detection, Unit::Alert, view.alerts()),
        precision(Stage::Detection, Unit::Episode, view.episodes()),
        precision(Stage::Detection, Unit::Case, view.cases()),
        precision(Stage::Detection, Unit::Deploy, by_deploy(judged, |j| view.alarm(j))),
        precision(Stage::Detection, Unit::Incident, view.incidents_hit()),
        recall(Stage::Detection, view.detected()),
        precision(Stage::EndToEnd, Unit::Case, view.actions()),
        precision(Stage::EndToEnd, Unit::Deploy, by_deploy(judged, |j| j.act().map(|right| (view.day(j), right)))),
        recall(Stage::EndToEnd, view.acted_on()),
    ]
}

struct View<'v, 'a> {
    data: &'v DataSet,
    truth: &'v Truth<'a>,
    judged: &'v [Judged<'a>],
}

impl View<'_, '_> {
    fn day(&self, judged: &Judged) -> i64 {
        day_of(self.data.deploys[judged.outcome.window.deploy].deployed_at)
    }

    /// A case, as an alarm.
    fn alarm(&self, judged: &Judged) -> Option<Counted> {
        judged.alarm(self.truth).map(|what| (self.day(judged), what))
    }

    fn alerts(&self) -> Vec<Counted> {
        let alerts = self.judged.iter().flat_map(|j| j.outcome.alerts.iter().zip(&j.hits).map(move |pair| (j, pair)));
        let passed = alerts.filter(|(_, (alert, _))| !alert.gated);
        passed.map(|(j, (_, hits))| (self.day(j), self.truth.says(!hits.is_empty()).into())).collect()
    }

    fn episodes(&self) -> Vec<Counted> {
        episodes(self.judged)
            .iter()
            .map(|e| (self.day(&self.judged[e.judged]), self.truth.says(e.hits).into()))
            .collect()
    }

    fn cases(&self) -> Vec<Counted> {
        self.judged.iter().filter_map(|j| self.alarm(j)).collect()
    }

    /// Each incident hit once, on the day of the first deploy that hit it, and every case that hits none.
    fn incidents_hit(&self) -> Vec<Counted> {
        let mut seen = BTreeSet::new();
        let mut counted = Vec::new();
        for judged in self.judged.iter().filter(|j| j.case().is_some()) {
            let new = judged.all.iter().filter(|&&incident| seen.insert(incident)).count();
            counted.extend(std::iter::repeat_n((self.day(judged), Correctness::Right), new));
            if judged.all.is_empty() {
                counted.push((self.day(judged), self.truth.says(false).into()));
            }
        }
        counted
    }

    /// Reachable incidents, and whether an alert hits each.
    fn detected(&self) -> Vec<Counted> {
        let hit: BTreeSet<usize> = self.judged.iter().flat_map(|j| &j.all).copied().collect();
        self.incidents(|incident| self.truth.incidents[incident].reachable, &hit)
    }

    /// Incidents that should be acted on, and whether each was.
    fn acted_on(&self) -> Vec<Counted> {
        let acting = self.judged.iter().filter(|j| j.action().changes_production());
        let acted: BTreeSet<usize> = acting.flat_map(|j| &j.own).copied().collect();
        self.incidents(|incident| self.truth.incidents[incident].is_expected_to_be_acted_on(), &acted)
    }

    fn incidents(&self, counts: impl Fn(usize) -> bool, found: &BTreeSet<usize>) -> Vec<Counted> {
        let all = (0..self.truth.incidents.len()).filter(|&incident| counts(incident));
        all.map(|incident| (incident as i64, Some(found.contains(&incident)).into())).collect()
    }

    fn actions(&self) -> Vec<Counted> {
        self.judged.iter().filter_map(|j| Some((self.day(j), j.act()?))).collect()
    }
}

/// A deploy is right when one of its cases is, unlabelled when none is right and one is unlabelled.
fn by_deploy(judged: &[Judged], of: impl Fn(&Judged) -> Option<Counted>) -> Vec<Counted> {
    let mut deploys: BTreeMap<usize, Counted> = BTreeMap::new();
    for (deploy, (day, right)) in judged.iter().filter_map(|j| Some((j.outcome.window.deploy, of(j)?))) {
        let known = deploys.entry(deploy).or_insert((day, right)).1;
        let best = match (known, right) {
            (Correctness::Right, _) | (_, Correctness::Right) => Correctness::Right,
            (Correctness::Unlabelled, _) | (_, Correctness::Unlabelled) => Correctness::Unlabelled,
            (Correctness::Wrong, Correctness::Wrong) => Correctness::Wrong,
        };
        deploys.insert(deploy, (day, best));
    }
    deploys.into_values().collect()
}

fn score(
    stage: Stage,
    measure: Measure,
    unit: Unit,
    (by, keep_value): (ClusteredBy, bool),
    counted: &[Counted],
) -> UnitScore {
    let count = |of: Correctness| counted.iter().filter(|(_, what)| *what == of).count() as u64;
    let (right, wrong, unlabelled) =
        (count(Correctness::Right), count(Correctness::Wrong), count(Correctness::Unlabelled));
    UnitScore {
        stage,
        measure,
        unit,
        estimate: Estimate::bounded(right, right + wrong, unlabelled, keep_value),
        lower_bound: clopper_pearson_lower(right, right + wrong + unlabelled, ALPHA),
        bootstrap: cluster_interval(by, counted).filter(|_| unlabelled == 0),
    }
}

/// A ratio is its difference from nothing: the second side of the pair counts 0 of 1 in every cluster.
fn cluster_interval(by: ClusteredBy, counted: &[Counted]) -> Option<ClusterInterval> {
    let mut sums: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (cluster, what) in counted {
        let sum = sums.entry(*cluster).or_default();
        *sum = (sum.0 + f64::from(u8::from(*what == Correctness::Right)), sum.1 + 1.0);
    }
    let clusters: Vec<(f64, f64)> = sums.into_values().collect();
    let nothing = vec![(0.0, 1.0); clusters.len()];
    let ratio = paired_difference(&clusters, &nothing, LEVEL, REPLICATES, SEED)?;
    let (low, high) = (ratio.low?, ratio.high?);
    (low < high).then_some(ClusterInterval {
        low,
        high,
        level: LEVEL,
        clustered_by: by,
        clusters: ratio.clusters,
        replicates: REPLICATES,
    })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // ratios of small counts are exact
mod tests {
    use super::*;

    fn of(counted: &[Counted]) -> UnitScore {
        score(Stage::EndToEnd, Measure::Precision, Unit::Case, (ClusteredBy::Day, true), counted)
    }

    #[test]
    fn unlabelled_units_widen_and_leave_no_bootstrap() {
        let mut counted: Vec<Counted> = (0..12).map(|day| (day, Some(day % 2 == 0).into())).collect();
        let labelled = of(&counted);
        assert_eq!((labelled.estimate.value, labelled.bootstrap.as_ref().unwrap().clusters), (Some(0.5), 12));
        counted.push((12, Correctness::Unlabelled));
        let open = of(&counted);
        assert_eq!((open.estimate.unlabelled, open.bootstrap), (1, None));
        assert!(open.lower_bound < labelled.lower_bound);
        assert_eq!(of(&[]).lower_bound, None);
    }

    #[test]
    fn what_goes_wrong_together_counts_as_one() {
        // 24 units on 12 days, right or wrong day by day: half as much is known as Wilson's interval says.
        let counted: Vec<Counted> = (0..24).map(|n| (n / 2, Some(n / 2 % 2 == 0).into())).collect();
        let (resampled, wilson) = (of(&counted).bootstrap.unwrap(), of(&counted).estimate);
        assert!(resampled.high - resampled.low > wilson.high.unwrap() - wilson.low.unwrap());
    }

    #[test]
    fn days_begin_at_midnight_utc_before_1970_too() {
        assert_eq!([-1, 0, DAY_MICROS - 1, DAY_MICROS].map(|at| day_of(Instant::from_micros(at))), [-1, 0, 0, 1]);
    }
}
