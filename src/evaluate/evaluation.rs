//! `evaluation.json`: every number of a replay, each ratio with its counts and its interval.

use super::{
    BreakEvenRange, FloorScores, LabelNoise, LabelsNeeded, MonthlyCost, Normalization, OneToOne, PlaceboScores,
    Ranking, RollbackCounterfactual, StageValues, Swing, TimeToDetect, TriageScores, UnitScore, UnlabelledCases,
};
use crate::model::Tokens;
use crate::pipeline::PipelineSpec;
use crate::stats::Estimate;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    pub schema_version: u32,
    pub manifest: RunManifest,
    pub funnel: Funnel,
    /// What the detection stage does where nothing was deployed.
    pub placebo: PlaceboScores,
    pub incidents: IncidentCounts,
    pub detection: DetectionScores,
    pub triage: TriageScores,
    pub end_to_end: EndToEnd,
    /// What automatic actions would have needed at least.
    pub floors: FloorScores,
    pub misses: Misses,
    pub delay: Delay,
    pub cost: Cost,
    /// Precision and recall by what is counted once; empty without an incident log.
    pub units: Vec<UnitScore>,
    pub one_to_one: Option<OneToOne>,
    pub unlabelled: Option<UnlabelledCases>,
    pub ranking: Ranking,
    pub rollback: Option<RollbackCounterfactual>,
    pub labels_needed: Option<LabelsNeeded>,
    /// Filled in by a study.
    pub label_noise: Option<LabelNoise>,
    /// Filled in by a study.
    pub stage_values: Option<StageValues>,
    /// Filled in by a study.
    pub normalization: Option<Normalization>,
}

/// Where the result comes from. Holds no path, clock time or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunManifest {
    pub data_set: String,
    pub data_set_hash: String,
    pub version: String,
    pub pipeline: PipelineProvenance,
    /// Seed of the bootstrap; nothing else is random.
    pub seed: u64,
    /// Name of the price list.
    pub costs: String,
    /// `complete`, `partial` or `absent`.
    pub labels: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PipelineProvenance {
    /// The preset's name, or the file's text.
    pub given: String,
    pub resolved: PipelineSpec,
    /// SHA-256 of each prompt that a model is asked with, by its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub prompts: BTreeMap<String, String>,
}

/// How many of each were left at each stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Funnel {
    pub deploys: u64,
    pub deploys_not_evaluated: u64,
    pub windows: u64,
    /// (window, signature) pairs with at least one record in W.
    pub signatures_tested: u64,
    /// Gated ones included.
    pub detections: u64,
    pub alerts: u64,
    pub cases: u64,
    pub caused: u64,
    pub inconclusive: u64,
    pub not_caused: u64,
    pub fix_forward: u64,
    pub rollback: u64,
    pub investigate: u64,
}

/// The incident log, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IncidentCounts {
    pub total: u64,
    /// Wholly outside the data; in no ratio.
    pub not_evaluable: u64,
    pub reachable: u64,
    /// Those that end-to-end recall counts.
    pub actionable_deploy_caused: u64,
    /// Cause `unknown`, or `deploy` without a deploy: in no end-to-end ratio.
    pub cause_open: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DetectionScores {
    /// Alerts that hit an incident.
    pub precision: Estimate,
    /// Cases that hit an incident; comparisons use this one.
    pub case_precision: Estimate,
    /// Cases that hit nothing, of all cases: `1 − case_precision`.
    pub null_cases: Estimate,
    /// Reachable incidents that an alert hits.
    pub recall: Estimate,
    /// Of `case_precision` and `recall`.
    pub f1: Option<f64>,
    /// Precision that alerts would have had a week from where they are.
    pub chance_hit_rate: Estimate,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndToEnd {
    pub precision: Estimate,
    pub recall: Estimate,
    pub f1: Option<f64>,
    pub true_actions: u64,
    pub false_actions: u64,
    pub unlabelled_actions: u64,
    /// Right, but on incidents that are not worth acting on.
    pub unneeded: u64,
    /// Of the false actions, those on a guilty deploy's unrelated case.
    pub coincidental: u64,
    pub by_action: ByAction,
    /// Upper bound: the same cases under a triager that knows the truth.
    pub oracle: Oracle,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ByAction {
    pub fix_forward: Estimate,
    pub rollback: Estimate,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Oracle {
    pub precision: Estimate,
    pub recall: Estimate,
}

/// The stage at which each missed actionable deploy-caused incident was lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Misses {
    pub unreachable: u64,
    pub undetected: u64,
    pub gated: u64,
    pub dismissed: u64,
    pub abstained: u64,
    pub below_threshold: u64,
}

impl Misses {
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.unreachable + self.undetected + self.gated + self.dismissed + self.abstained + self.below_threshold
    }
}

/// Minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Delay {
    /// Detected incidents: from their start to the first decision with an alert that hits them.
    pub detected: u64,
    pub detect_minutes_p50: Option<f64>,
    pub detect_minutes_p90: Option<f64>,
    /// The same with missed incidents in it.
    pub time_to_detect: Option<TimeToDetect>,
    /// Rightly acted-on incidents: from the decision to their resolution.
    pub saved_minutes: SavedMinutes,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SavedMinutes {
    pub incidents: u64,
    pub total: f64,
    pub p50: Option<f64>,
}

/// Money in US dollars.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    pub tokens: Tokens,
    pub tokens_usd: f64,
    /// Tokens of a normalizer that asks a model, for the whole data set.
    pub normalization_usd: f64,
    pub review_minutes: f64,
    pub review_usd: f64,
    /// Tokens and review of cases that their deploy did not cause.
    pub false_usd: f64,
    /// Tokens and review of cases that hit nothing.
    pub null_cases_usd: f64,
    pub wrong_rollback_usd: f64,
    pub missed_harm_usd: f64,
    pub total_usd: f64,
    /// Tokens, review and wrong rollbacks ÷ true actions.
    pub per_true_action_usd: Option<f64>,
    /// Tokens, review and wrong rollbacks of false actions ÷ false actions.
    pub per_false_action_usd: Option<f64>,
    /// Triage precision above which acting pays; above 1: it never does.
    pub break_even_triage_precision: Option<f64>,
    pub break_even_range: Option<BreakEvenRange>,
    pub monthly: Option<MonthlyCost>,
    /// Assumptions by how far halving and doubling each moves the monthly total, the largest swing first.
    pub tornado: Vec<Swing>,
    pub assumptions: super::Costs,
}
