//! How far precision and recall move when some of the incident log is wrong (statistics.md §9).

use super::judged::Judged;
use super::truth::{TrueIncident, Truth};
use super::units::{Measure, Stage};
use super::{Assessment, SEED, detection, end_to_end};
use crate::dataset::DataSet;
use crate::model::{Cause, Incident, Window};
use crate::stats::{Estimate, quantile};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Shares of incidents whose record is wrong.
const SHARES: [f64; 3] = [0.05, 0.10, 0.20];
const DRAWS: u64 = 200;

/// Precision and recall under logs that are wrong in places. In each draw every incident is wrong with the same probability; a
/// wrong one is, at even odds, missing from the log or blamed on the wrong cause: a deploy's on something else, another's on the
/// last deploy of one of its services before it began.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelNoise {
    pub draws: u64,
    pub metrics: Vec<NoisyMetric>,
}

/// One ratio; unlabelled units count against it, so that every draw has a value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoisyMetric {
    pub stage: Stage,
    pub measure: Measure,
    /// Under the log as it is.
    pub as_labelled: Option<f64>,
    pub ranges: Vec<NoiseRange>,
}

/// The middle nine tenths of the draws.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoiseRange {
    /// Share of incidents whose record is wrong, on average.
    pub share: f64,
    /// 5th percentile.
    pub low: Option<f64>,
    /// 95th percentile.
    pub high: Option<f64>,
    /// Draws without a value.
    pub undefined: u64,
}

const METRICS: [(Stage, Measure); 4] = [
    (Stage::Detection, Measure::Precision),
    (Stage::Detection, Measure::Recall),
    (Stage::EndToEnd, Measure::Precision),
    (Stage::EndToEnd, Measure::Recall),
];

/// Values of [`METRICS`] under one log.
type Values = [Option<f64>; METRICS.len()];

/// `None` without incidents.
#[must_use]
pub fn label_noise(data: &DataSet, assessment: &Assessment) -> Option<LabelNoise> {
    if assessment.truth.incidents.is_empty() {
        return None;
    }
    let study = Study::of(data, assessment);
    let draws: Vec<Vec<Values>> = (0..).zip(SHARES).map(|(level, share)| study.draws(level, share)).collect();
    let as_labelled = study.values(&assessment.truth);
    let metric = |(index, (stage, measure)): (usize, (Stage, Measure))| NoisyMetric {
        stage,
        measure,
        as_labelled: as_labelled[index],
        ranges: SHARES.iter().zip(&draws).map(|(&share, draws)| NoiseRange::of(share, draws, index)).collect(),
    };
    Some(LabelNoise { draws: DRAWS, metrics: METRICS.into_iter().enumerate().map(metric).collect() })
}

impl NoiseRange {
    fn of(share: f64, draws: &[Values], metric: usize) -> Self {
        let values: Vec<f64> = draws.iter().filter_map(|values| values[metric]).collect();
        let undefined = DRAWS - values.len() as u64;
        Self { share, low: quantile(&values, 0.05), high: quantile(&values, 0.95), undefined }
    }
}

/// What stays the same in every draw.
struct Study<'s, 'a> {
    data: &'s DataSet,
    truth: &'s Truth<'a>,
    cases: Vec<&'s Judged<'a>>,
    windows: Vec<&'s Window>,
    deploys: HashMap<&'s str, usize>,
}

/// What is wrong with an incident's record.
enum Wrong {
    Missing,
    /// It should read so.
    Cause(Box<Incident>),
}

impl<'s, 'a> Study<'s, 'a> {
    fn of(data: &'s DataSet, assessment: &'s Assessment<'a>) -> Self {
        Self {
            data,
            truth: &assessment.truth,
            cases: assessment.judged.iter().filter(|j| j.case().is_some()).collect(),
            windows: assessment.judged.iter().map(|j| &j.outcome.window).collect(),
            deploys: data.deploys.iter().enumerate().map(|(index, deploy)| (deploy.id.as_str(), index)).collect(),
        }
    }

    /// Each draw has a seed of its own, so that the number of threads leaves no trace.
    fn draws(&self, level: u64, share: f64) -> Vec<Values> {
        let draw = |n: u64| {
            let mut rng = ChaCha8Rng::seed_from_u64(SEED + level * DRAWS + n);
            let wrong = self.wrong(share, &mut rng);
            self.values(&self.under(&wrong))
        };
        (0..DRAWS).into_par_iter().map(draw).collect()
    }

    /// Which records are wrong, and how, by incident.
    fn wrong(&self, share: f64, rng: &mut ChaCha8Rng) -> BTreeMap<usize, Wrong> {
        let evaluable = self.truth.incidents.iter().enumerate().filter(|(_, incident)| incident.evaluable);
        // Both numbers are drawn for every incident, so that one record's fate does not move the next one's.
        let drawn = evaluable.map(|(index, incident)| (index, incident, rng.random_bool(share), rng.random_bool(0.5)));
        let wrong = drawn.filter(|(_, _, is_wrong, _)| *is_wrong).map(|(index, incident, _, is_missing)| {
            (index, if is_missing { Wrong::Missing } else { Wrong::Cause(Box::new(self.miscaused(incident))) })
        });
        wrong.collect()
    }

    /// A deploy's incident as another cause's, another cause's as the last deploy's.
    fn miscaused(&self, incident: &TrueIncident) -> Incident {
        let record = incident.incident;
        if record.cause == Cause::Deploy {
            return Incident { cause: Cause::Infrastructure, deploy_id: None, ..record.clone() };
        }
        let before = self.data.deploys.iter().filter(|d| d.deployed_at <= record.started_at);
        let suspect =
            before.filter(|d| self.data.is_of_environment(d) && d.services.iter().any(|s| incident.touches(s))).last();
        match suspect {
            Some(deploy) => Incident { cause: Cause::Deploy, deploy_id: Some(deploy.id.clone()), ..record.clone() },
            None => record.clone(),
        }
    }

    /// The log with wrong records.
    fn under<'w>(&'w self, wrong: &'w BTreeMap<usize, Wrong>) -> Truth<'w> {
        let incidents = self.truth.incidents.iter().enumerate().map(|(index, incident)| match wrong.get(&index) {
            None => incident.clone(),
            Some(Wrong::Missing) => incident.clone().dropped(),
            Some(Wrong::Cause(record)) => {
                let guilty = record.guilty_deploy().and_then(|id| self.deploys.get(id).copied());
                incident.clone().relabelled(record, guilty, &self.windows)
            }
        });
        Truth { incidents: incidents.collect(), labels: self.truth.labels }
    }

    fn values(&self, truth: &Truth) -> Values {
        let guilty = truth.guilty_deploys();
        let judged: Vec<Judged> = self.cases.iter().map(|case| case.relabelled(truth, &guilty)).collect();
        let hit = judged.iter().filter(|j| !j.all.is_empty()).count() as u64;
        let end = end_to_end::scores(truth, &judged);
        let at_least = |e: &Estimate| Estimate::ratio(e.numerator, e.denominator + e.unlabelled).value;
        [
            Estimate::ratio(hit, judged.len() as u64).value,
            detection::recall(truth, &judged).value,
            at_least(&end.precision),
            at_least(&end.recall),
        ]
    }
}
