//! What a trial did, as far as choosing between trials needs to know.

use crate::dataset::DataSet;
use crate::endpoint::sha256;
use crate::evaluate::{Assessment, Evaluation, Judged};
use crate::model::{Action, Instant, Tokens, VerdictKind};
use serde::{Deserialize, Serialize};

/// What one trial decided over the whole data set. With the incident log and a price list, every number that trials are compared by
/// follows from it, under the log as it is and under a log with mistakes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The trial's id.
    pub id: String,
    /// SHA-256 of its evaluation (`evaluation.json` of a replay of it alone, without what a study adds), as hexadecimal digits.
    pub evaluation: String,
    /// Windows that were looked at.
    pub windows: u64,
    /// Alerts that passed the gate.
    pub alerts: u64,
    /// Tokens of a normalizer that asks a model, for the whole data set.
    pub normalization: Tokens,
    /// By deploy, then service.
    pub cases: Vec<DecidedCase>,
    /// Incidents (indices in the data set's order) that no evaluated window could have hit.
    pub unreachable: Vec<u32>,
}

/// One case: what was decided, and which incidents its alerts hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecidedCase {
    /// Index of its deploy in the data set.
    pub deploy: u32,
    /// Index of its service in the records' services: with `deploy` the unit that two trials are paired by.
    pub service: u32,
    pub decided_at: Instant,
    /// Indices of the incidents that its ungated alerts hit, rising.
    pub hits: Vec<u32>,
    pub verdict: VerdictKind,
    /// To a millionth: what is written reads back as the same number.
    pub confidence: f64,
    pub action: Action,
    pub tokens: Tokens,
    pub review_minutes: f64,
}

impl Record {
    /// What a replay leaves when it has been evaluated. `normalization`: tokens of its normalizer; `evaluation`: hash of its evaluation.
    #[must_use]
    pub fn of(assessment: &Assessment, data: &DataSet, normalization: Tokens, id: &str, evaluation: &str) -> Self {
        let funnel = &assessment.evaluation.funnel;
        let incidents = (0..).zip(&assessment.truth.incidents);
        Self {
            id: id.to_owned(),
            evaluation: evaluation.to_owned(),
            windows: funnel.windows,
            alerts: funnel.alerts,
            normalization,
            cases: assessment.judged.iter().filter_map(|judged| DecidedCase::of(judged, data)).collect(),
            unreachable: incidents.filter(|(_, i)| i.evaluable && !i.reachable).map(|(index, _)| index).collect(),
        }
    }
}

/// SHA-256 of an evaluation as JSON, without what a study adds, as hexadecimal digits.
#[must_use]
pub fn hash_of(evaluation: &Evaluation) -> String {
    let mut plain = Evaluation { label_noise: None, stage_values: None, normalization: None, ..evaluation.clone() };
    plain.triage.decoys = None;
    // An evaluation holds no map with keys that JSON has none for.
    sha256(&serde_json::to_string(&plain).unwrap_or_default())
}

/// Steps from 0 to 1 that confidences are kept in.
const CONFIDENCE_STEPS: f64 = 1e6;

impl DecidedCase {
    /// `None` without a case.
    fn of(judged: &Judged, data: &DataSet) -> Option<Self> {
        let (case, window) = (judged.case()?, &judged.outcome.window);
        Some(Self {
            deploy: window.deploy as u32,
            service: data.records.services.find(&window.service)?,
            decided_at: window.decided_at,
            hits: judged.all.iter().map(|&incident| incident as u32).collect(),
            verdict: case.verdict.kind,
            confidence: (case.verdict.confidence * CONFIDENCE_STEPS).round() / CONFIDENCE_STEPS,
            action: case.action,
            tokens: case.tokens,
            review_minutes: case.review_minutes,
        })
    }
}
