//! Two pipelines on the same history: differences, paired by deploy (precision, cost) or by incident (recall).

use super::judged::{Judged, Label};
use super::{Assessment, Costs, Labels, SEED};
use crate::dataset::DataSet;
use crate::model::Action;
use crate::stats::{Difference, paired_difference, paired_total_difference};
use serde::Serialize;
use std::collections::BTreeSet;

const LEVEL: f64 = 0.95;
const REPLICATES: usize = 2000;

/// `b − a`, metric by metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    pub schema_version: u32,
    pub a: String,
    pub b: String,
    pub differences: Vec<MetricDifference>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricDifference {
    pub metric: &'static str,
    /// What is resampled: `deploy` or `incident`.
    pub paired_by: &'static str,
    /// `None`: undefined under one of the two.
    pub difference: Option<Difference>,
}

impl MetricDifference {
    /// Keeps only what the labels can tell: without an incident log nothing but money; with a partial one nothing that takes
    /// what hits no incident for false.
    fn if_known(self, labels: Option<Labels>) -> Self {
        let known = match (labels, self.metric) {
            (_, "spent_usd") | (Some(Labels::Complete), _) => true,
            (Some(Labels::Partial), metric) => metric.ends_with("recall"),
            (None, _) => false,
        };
        Self { difference: self.difference.filter(|_| known), ..self }
    }
}

/// Compares two assessments of one data set.
#[must_use]
pub fn compare(data: &DataSet, costs: &Costs, a: &Assessment, b: &Assessment) -> Comparison {
    let by_deploy = |metric, share: &dyn Fn(&Judged) -> (f64, f64)| MetricDifference {
        metric,
        paired_by: "deploy",
        difference: paired_difference(
            &per_deploy(data, b, share),
            &per_deploy(data, a, share),
            LEVEL,
            REPLICATES,
            SEED,
        ),
    };
    let total = |metric, amount: &dyn Fn(&Judged) -> f64| {
        let sums = |of: &Assessment| {
            per_deploy(data, of, |j| (amount(j), 0.0)).into_iter().map(|(sum, _)| sum).collect::<Vec<f64>>()
        };
        MetricDifference {
            metric,
            paired_by: "deploy",
            difference: paired_total_difference(&sums(b), &sums(a), LEVEL, REPLICATES, SEED),
        }
    };
    let by_incident = |metric, share: &dyn Fn(&Assessment) -> Vec<(f64, f64)>| MetricDifference {
        metric,
        paired_by: "incident",
        difference: paired_difference(&share(b), &share(a), LEVEL, REPLICATES, SEED),
    };
    let differences = vec![
        by_deploy("end_to_end.precision", &|j| action_share(j)),
        by_incident("end_to_end.recall", &|of| incidents(of, true)),
        by_deploy("detection.case_precision", &|j| {
            if j.case().is_some() { (flag(!j.all.is_empty()), 1.0) } else { (0.0, 0.0) }
        }),
        by_incident("detection.recall", &|of| incidents(of, false)),
        total("null_cases", &|j| flag(j.case().is_some() && j.all.is_empty())),
        total("false_actions", &|j| action_share(j).1 - action_share(j).0),
        total("spent_usd", &|j| spent(data, costs, a, j)),
    ];
    Comparison {
        schema_version: 1,
        a: a.evaluation.manifest.pipeline.resolved.name.clone(),
        b: b.evaluation.manifest.pipeline.resolved.name.clone(),
        differences: differences.into_iter().map(|d| d.if_known(a.truth.labels)).collect(),
    }
}

fn flag(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

/// (1 if right, 1 if right or wrong) of an action on production.
fn action_share(judged: &Judged) -> (f64, f64) {
    let acted = judged.action().changes_production();
    match judged.label {
        Label::Caused if acted && judged.actionable => (1.0, 1.0),
        label if acted && label.is_not_caused() => (0.0, 1.0),
        _ => (0.0, 0.0),
    }
}

/// Tokens, review and wrong rollbacks of one case.
fn spent(data: &DataSet, costs: &Costs, any: &Assessment, judged: &Judged) -> f64 {
    let Some(case) = judged.case() else { return 0.0 };
    let wrong = judged.label.is_not_caused() && case.action == Action::Rollback;
    let rollback = if wrong { costs.wrong_rollback(data, &any.truth, judged.outcome.window.deploy) } else { 0.0 };
    costs.of_case(case) + rollback
}

/// Sums over each deploy of the data set.
fn per_deploy(data: &DataSet, of: &Assessment, share: impl Fn(&Judged) -> (f64, f64)) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); data.deploys.len()];
    for judged in &of.judged {
        let (numerator, denominator) = share(judged);
        let sum = &mut sums[judged.outcome.window.deploy];
        *sum = (sum.0 + numerator, sum.1 + denominator);
    }
    sums
}

/// Per incident: (1 if answered, 1 if it counts); answered by an action, or by an alert.
fn incidents(of: &Assessment, by_action: bool) -> Vec<(f64, f64)> {
    let detected: BTreeSet<usize> = of.judged.iter().flat_map(|j| &j.all).copied().collect();
    let truth = of.truth.incidents.iter().enumerate();
    truth
        .map(|(index, incident)| {
            let counts = if by_action { incident.is_expected_to_be_acted_on() } else { incident.reachable };
            let answered = if by_action { !of.losses.contains_key(&index) } else { detected.contains(&index) };
            (flag(counts && answered), flag(counts))
        })
        .collect()
}
