//! What a sweep looks for.

use serde::{Deserialize, Serialize};

/// One metric to make small or large, and bounds that a trial must keep to be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    pub goal: Goal,
    pub metric: Metric,
    /// All must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<Constraint>,
}

impl Default for Objective {
    fn default() -> Self {
        Self { goal: Goal::Minimize, metric: Metric::Cost, constraints: Vec::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    Minimize,
    Maximize,
}

/// What trials can be compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// US dollars in 30 days: running it, missed harm, harm undergone until the action (`cost.monthly.total_usd`).
    Cost,
    /// US dollars in 30 days for tokens, review and wrong rollbacks of cases that their deploy did not cause.
    FalseCost,
    /// Input and output tokens in 30 days.
    Tokens,
    EndToEndPrecision,
    EndToEndRecall,
    TriagePrecision,
    CasePrecision,
    DetectionRecall,
    /// Median minutes from the start of an incident to the right action.
    ActMinutes,
}

/// A bound on a metric. `{ metric = "triage_precision", end = "low", at_least = 0.8 }`
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraint {
    pub metric: Metric,
    /// Which end of its interval has to keep the bound.
    #[serde(default)]
    pub end: End,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    #[default]
    Value,
    /// Of ratios: the lower end of the 95 % interval.
    Low,
    High,
}
