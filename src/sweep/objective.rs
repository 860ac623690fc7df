//! What a sweep looks for.

use super::amounts::Amounts;
use crate::evaluate::{Labels, MONTH_DAYS};
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
    /// Tokens in 30 days, those that a cache held among them.
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

/// How a metric follows from what was done in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A sum, as 30 days have it.
    PerMonth,
    /// One sum ÷ another.
    Ratio,
    /// The median over what happened.
    Median,
}

impl Metric {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::FalseCost => "false_cost",
            Self::Tokens => "tokens",
            Self::EndToEndPrecision => "end_to_end_precision",
            Self::EndToEndRecall => "end_to_end_recall",
            Self::TriagePrecision => "triage_precision",
            Self::CasePrecision => "case_precision",
            Self::DetectionRecall => "detection_recall",
            Self::ActMinutes => "act_minutes",
        }
    }

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Cost => "cost per month",
            Self::FalseCost => "cost of false cases per month",
            Self::Tokens => "tokens per month",
            Self::EndToEndPrecision => "end-to-end precision",
            Self::EndToEndRecall => "end-to-end recall",
            Self::TriagePrecision => "triage precision",
            Self::CasePrecision => "case precision",
            Self::DetectionRecall => "detection recall",
            Self::ActMinutes => "median minutes to the right action",
        }
    }

    #[must_use]
    pub const fn form(self) -> Form {
        match self {
            Self::Cost | Self::FalseCost | Self::Tokens => Form::PerMonth,
            Self::ActMinutes => Form::Median,
            Self::EndToEndPrecision
            | Self::EndToEndRecall
            | Self::TriagePrecision
            | Self::CasePrecision
            | Self::DetectionRecall => Form::Ratio,
        }
    }

    /// Whether the incident log can tell it: what takes cases that hit nothing for false needs a complete one, and nothing may be
    /// selected by the labelled ones alone (semantics.md §2).
    #[must_use]
    pub const fn is_known(self, labels: Option<Labels>) -> bool {
        match self {
            Self::Tokens => true,
            Self::EndToEndRecall | Self::DetectionRecall | Self::ActMinutes => labels.is_some(),
            Self::Cost | Self::FalseCost | Self::EndToEndPrecision | Self::TriagePrecision | Self::CasePrecision => {
                matches!(labels, Some(Labels::Complete))
            }
        }
    }

    /// The sums that it follows from: an amount and nothing, or numerator and denominator; of a median nothing.
    #[must_use]
    pub fn parts(self, sum: &Amounts) -> (f64, f64) {
        match self {
            Self::Cost => (sum.cost_usd(), 0.0),
            Self::FalseCost => (sum.false_usd, 0.0),
            Self::Tokens => (sum.tokens, 0.0),
            Self::EndToEndPrecision => (sum.right_actions, sum.right_actions + sum.false_actions),
            Self::EndToEndRecall => (sum.answered, sum.expected),
            Self::TriagePrecision => (sum.blamed_rightly, sum.blamed),
            Self::CasePrecision => (sum.hitting_cases, sum.cases),
            Self::DetectionRecall => (sum.detected, sum.reachable),
            Self::ActMinutes => (0.0, 0.0),
        }
    }

    /// What would be in the denominator, had it a label.
    #[must_use]
    pub const fn open(self, sum: &Amounts) -> f64 {
        match self {
            Self::EndToEndPrecision => sum.open_actions,
            Self::TriagePrecision => sum.blamed_open,
            _ => 0.0,
        }
    }

    /// Its value from [`Metric::parts`] over so many days; `None` where it is undefined, and for a median.
    #[must_use]
    pub fn value(self, a: f64, b: f64, days: f64) -> Option<f64> {
        match self.form() {
            Form::PerMonth => (days > 0.0).then(|| MONTH_DAYS / days * a),
            Form::Ratio => (b > 0.0).then(|| a / b),
            Form::Median => None,
        }
    }
}

impl Objective {
    /// The metric as a loss to be made small: −value where the goal is to make it large.
    #[must_use]
    pub const fn loss(&self, value: f64) -> f64 {
        match self.goal {
            Goal::Minimize => value,
            Goal::Maximize => -value,
        }
    }

    /// The metric's value of a loss; its own inverse.
    #[must_use]
    pub const fn value(&self, loss: f64) -> f64 {
        self.loss(loss)
    }

    /// Whether it asks for a median of minutes.
    #[must_use]
    pub fn needs_waits(&self) -> bool {
        let metrics = std::iter::once(self.metric).chain(self.constraints.iter().map(|constraint| constraint.metric));
        metrics.into_iter().any(|metric| metric.form() == Form::Median)
    }

    /// Such as `lowest cost per month` or `highest end-to-end recall with triage precision (low end) at least 0.8`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let goal = match self.goal {
            Goal::Minimize => "lowest",
            Goal::Maximize => "highest",
        };
        let constraints: Vec<String> = self.constraints.iter().map(Constraint::in_words).collect();
        let metric = self.metric.words();
        if constraints.is_empty() {
            format!("{goal} {metric}")
        } else {
            format!("{goal} {metric} with {}", constraints.join(" and "))
        }
    }

    /// Whether the incident log can tell the metric and every constraint; a lower end of a precision counts what is unlabelled against
    /// it and needs no complete log.
    #[must_use]
    pub fn is_known(&self, labels: Option<Labels>) -> bool {
        let told = |c: &Constraint| {
            let low = c.end == End::Low && c.at_most.is_none() && c.metric.form() == Form::Ratio && labels.is_some();
            low || c.metric.is_known(labels)
        };
        self.metric.is_known(labels) && self.constraints.iter().all(told)
    }
}

impl Constraint {
    /// Such as `triage precision (low end) at least 0.8`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let end = match self.end {
            End::Value => "",
            End::Low => " (low end)",
            End::High => " (high end)",
        };
        let least = self.at_least.map(|bound| format!("at least {bound}"));
        let most = self.at_most.map(|bound| format!("at most {bound}"));
        let bounds: Vec<String> = [least, most].into_iter().flatten().collect();
        format!("{}{end} {}", self.metric.words(), bounds.join(" and "))
    }

    /// Whether a value keeps the bound; what is undefined does not.
    #[must_use]
    pub fn allows(&self, value: Option<f64>) -> bool {
        value.is_some_and(|value| {
            self.at_least.is_none_or(|bound| value >= bound) && self.at_most.is_none_or(|bound| value <= bound)
        })
    }
}
