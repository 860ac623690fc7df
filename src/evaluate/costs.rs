//! The price list and what a run costs under it.

use super::evaluation::Cost;
use super::monthly::MonthlyCost;
use super::quantities::{Effort, HarmMinutes, Quantities, repaired};
use super::tornado::{break_even_range, tornado};
use super::truth::{TrueIncident, Truth};
use crate::act::Charges;
use crate::dataset::{DataSet, parse_toml};
use crate::model::{Case, IncidentSeverity, Span, Tokens, UserError};
use crate::stats::break_even_precision;
use serde::{Deserialize, Serialize};

/// Harm is counted for at most this long (semantics.md §6).
pub const HARM_CAP: Span = Span::hours(24);

/// The shipped price list.
pub const DEFAULT_COSTS: &str = include_str!("../../costs/2026-11.toml");

/// A dated price list: prices, rates and harm. Every number is an assumption and is printed beside the money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    pub schema_version: u32,
    pub name: String,
    pub currency: String,
    pub hourly_rate: f64,
    pub token_prices: TokenPrices,
    pub charges: Charges,
    pub wrong_rollback: WrongRollback,
    pub harm_per_minute: HarmPerMinute,
    /// What keeping the labelled pairs fresh takes.
    #[serde(default, skip_serializing_if = "Labelling::is_default")]
    pub labelling: Labelling,
}

/// The routine of labelling a few pairs of texts after each deploy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Labelling {
    pub pairs_per_deploy: u32,
    pub minutes_per_pair: f64,
}

impl Default for Labelling {
    /// Assumed: two texts are read in half a minute, and ten pairs are what people keep doing.
    fn default() -> Self {
        Self { pairs_per_deploy: 10, minutes_per_pair: 0.5 }
    }
}

impl Labelling {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenPrices {
    pub input: f64,
    pub output: f64,
    pub cache_read: f64,
    pub cache_write: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongRollback {
    pub fixed_usd: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarmPerMinute {
    pub sev1: f64,
    pub sev2: f64,
    pub sev3: f64,
    pub sev4: f64,
    pub sev5: f64,
}

impl Costs {
    /// The shipped price list.
    ///
    /// # Errors
    /// Never as shipped.
    pub fn shipped() -> Result<Self, UserError> {
        parse_toml(DEFAULT_COSTS, "costs/2026-11.toml")
    }

    /// # Errors
    /// When a number is negative, not finite or beyond 1e9, or the file is of another version or currency.
    pub fn check(&self) -> Result<(), String> {
        if self.schema_version != 1 {
            return Err(format!("schema_version is {}: this version reads 1", self.schema_version));
        }
        if self.currency != "USD" {
            return Err(format!("currency is {:?}: amounts are in USD", self.currency));
        }
        let (p, h, c) = (&self.token_prices, &self.harm_per_minute, &self.charges);
        let numbers = [
            ("hourly_rate", self.hourly_rate),
            ("token_prices.input", p.input),
            ("token_prices.output", p.output),
            ("token_prices.cache_read", p.cache_read),
            ("token_prices.cache_write", p.cache_write),
            ("charges.investigate.review_minutes", c.investigate.review_minutes),
            ("charges.fix_forward.review_minutes", c.fix_forward.review_minutes),
            ("charges.rollback.review_minutes", c.rollback.review_minutes),
            ("wrong_rollback.fixed_usd", self.wrong_rollback.fixed_usd),
            ("labelling.pairs_per_deploy", f64::from(self.labelling.pairs_per_deploy)),
            ("labelling.minutes_per_pair", self.labelling.minutes_per_pair),
            ("harm_per_minute.sev1", h.sev1),
            ("harm_per_minute.sev2", h.sev2),
            ("harm_per_minute.sev3", h.sev3),
            ("harm_per_minute.sev4", h.sev4),
            ("harm_per_minute.sev5", h.sev5),
        ];
        match numbers.iter().find(|(_, value)| !(0.0..=1e9).contains(value)) {
            Some((name, value)) => Err(format!("{name} is {value}: it lies in 0 to 1e9")),
            None => Ok(()),
        }
    }

    /// Price of tokens.
    #[must_use]
    pub fn price(&self, tokens: Tokens) -> f64 {
        let p = &self.token_prices;
        let sum = tokens.input as f64 * p.input
            + tokens.output as f64 * p.output
            + tokens.cache_read as f64 * p.cache_read
            + tokens.cache_write as f64 * p.cache_write;
        sum / 1e6
    }

    /// Tokens and review of one case.
    #[must_use]
    pub fn of_case(&self, case: &Case) -> f64 {
        self.price(case.tokens) + self.review(case.review_minutes)
    }

    /// Tokens and review.
    #[must_use]
    pub fn of_effort(&self, effort: &Effort) -> f64 {
        self.price(effort.tokens) + self.review(effort.all_minutes())
    }

    /// Price of people's time.
    #[must_use]
    pub fn review(&self, minutes: f64) -> f64 {
        minutes / 60.0 * self.hourly_rate
    }

    /// Harm of a minute.
    #[must_use]
    pub const fn harm_rate(&self, severity: IncidentSeverity) -> f64 {
        let h = &self.harm_per_minute;
        match severity {
            IncidentSeverity::Sev1 => h.sev1,
            IncidentSeverity::Sev2 => h.sev2,
            IncidentSeverity::Sev3 => h.sev3,
            IncidentSeverity::Sev4 => h.sev4,
            IncidentSeverity::Sev5 => h.sev5,
        }
    }

    /// Harm of minutes of every severity.
    #[must_use]
    pub fn harm(&self, minutes: &HarmMinutes) -> f64 {
        add(IncidentSeverity::ALL.into_iter().map(|severity| self.harm_rate(severity) * minutes.of(severity)))
    }

    /// Harm that an incident did, or would do again.
    #[must_use]
    pub fn harm_of(&self, data: &DataSet, incident: &TrueIncident) -> f64 {
        self.harm_rate(incident.incident.severity) * incident.length(data, HARM_CAP).as_minutes()
    }

    /// What rolling back this deploy wrongly costs: a fixed sum and the harm of what the deploy had repaired.
    #[must_use]
    pub fn wrong_rollback(&self, data: &DataSet, truth: &Truth, deploy: usize) -> f64 {
        self.wrong_rollback.fixed_usd + add(repaired(data, truth, deploy).map(|i| self.harm_of(data, i)))
    }

    /// What all wrong rollbacks of a run cost.
    #[must_use]
    pub fn wrong_rollbacks(&self, run: &Quantities) -> f64 {
        self.wrong_rollback.fixed_usd * run.wrong_rollbacks as f64 + self.harm(&run.brought_back)
    }

    /// What running the pipeline costs: tokens, review and wrong rollbacks.
    #[must_use]
    pub fn running(&self, run: &Quantities) -> f64 {
        self.price(run.normalization) + self.of_effort(&run.cases) + self.wrong_rollbacks(run)
    }

    /// The triage precision above which acting pays, from what this run's actions saved and took on average; `None` where
    /// nothing was acted on rightly.
    #[must_use]
    pub fn break_even(&self, run: &Quantities) -> Option<f64> {
        let value = per(self.harm(&run.saved), run.acted_rightly)?;
        let cost_of_false = per(self.wrong_rollbacks(run), run.acted_falsely).unwrap_or(0.0);
        break_even_precision(value, cost_of_false, per(self.of_effort(&run.actions), run.acted)?)
    }

    /// Everything that a run costs.
    #[must_use]
    pub fn total(&self, data: &DataSet, run: &Quantities) -> Cost {
        let tornado = tornado(data, self, run);
        let (running, wrong_rollback_usd, missed_harm_usd) =
            (self.running(run), self.wrong_rollbacks(run), self.harm(&run.missed));
        let review_minutes = run.cases.all_minutes();
        Cost {
            tokens: run.cases.tokens,
            tokens_usd: self.price(run.cases.tokens),
            normalization_usd: self.price(run.normalization),
            review_minutes,
            review_usd: self.review(review_minutes),
            false_usd: self.of_effort(&run.false_cases),
            null_cases_usd: self.of_effort(&run.null_cases),
            wrong_rollback_usd,
            missed_harm_usd,
            total_usd: running + missed_harm_usd,
            per_true_action_usd: per(running, run.acted_rightly),
            per_false_action_usd: per(self.of_effort(&run.false_actions) + wrong_rollback_usd, run.acted_falsely),
            break_even_triage_precision: self.break_even(run),
            break_even_range: break_even_range(self, run, &tornado),
            monthly: MonthlyCost::of(data, self, run),
            tornado,
            assumptions: self.clone(),
        }
    }
}

fn per(money: f64, n: u64) -> Option<f64> {
    (n > 0).then(|| money / n as f64)
}

/// The sum; 0 when empty, where that of the standard library is −0.
#[must_use]
pub fn add(amounts: impl Iterator<Item = f64>) -> f64 {
    amounts.fold(0.0, |sum, amount| sum + amount)
}
