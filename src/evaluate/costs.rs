//! The price list and what a run costs under it.

use super::evaluation::Cost;
use super::judged::{Judged, Label};
use super::truth::{TrueIncident, Truth};
use crate::act::Charges;
use crate::dataset::{DataSet, parse_toml};
use crate::model::{Action, Case, IncidentSeverity, Instant, Span, Tokens, UserError};
use crate::stats::break_even_precision;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Harm is counted for at most this long (semantics.md §6).
const HARM_CAP: Span = Span::hours(24);

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

    fn review(&self, minutes: f64) -> f64 {
        minutes / 60.0 * self.hourly_rate
    }

    fn harm_rate(&self, severity: IncidentSeverity) -> f64 {
        let h = &self.harm_per_minute;
        match severity {
            IncidentSeverity::Sev1 => h.sev1,
            IncidentSeverity::Sev2 => h.sev2,
            IncidentSeverity::Sev3 => h.sev3,
            IncidentSeverity::Sev4 => h.sev4,
            IncidentSeverity::Sev5 => h.sev5,
        }
    }

    /// Harm that an incident did, or would do again.
    fn harm(&self, data: &DataSet, incident: &TrueIncident) -> f64 {
        self.harm_rate(incident.incident.severity) * incident.length(data, HARM_CAP).as_minutes()
    }

    /// What rolling back this deploy wrongly costs: a fixed sum and the harm of what the deploy had repaired.
    #[must_use]
    pub fn wrong_rollback(&self, data: &DataSet, truth: &Truth, deploy: usize) -> f64 {
        let repaired = &data.deploys[deploy].fixes;
        let undone = truth.incidents.iter().filter(|i| repaired.contains(&i.incident.id));
        self.wrong_rollback.fixed_usd + add(undone.map(|i| self.harm(data, i)))
    }

    /// Everything that a run costs. `missed`: incidents that count as missed; `acted`: incidents rightly acted on, with the
    /// first decision.
    #[must_use]
    pub fn total(
        &self,
        data: &DataSet,
        truth: &Truth,
        judged: &[Judged],
        missed: &BTreeSet<usize>,
        acted: &[(usize, Instant)],
    ) -> Cost {
        let cases: Vec<(&Judged, &Case)> = judged.iter().filter_map(|j| Some((j, j.case()?))).collect();
        let sum = |keep: &dyn Fn(&Judged) -> bool| {
            cases.iter().filter(|(j, _)| keep(j)).map(|(_, c)| self.of_case(c)).sum::<f64>()
        };
        let wrong = |judged: &Judged| judged.label.is_not_caused();
        let wrong_rollbacks = cases.iter().filter(|(j, c)| wrong(j) && c.action == Action::Rollback);
        let wrong_rollback_usd =
            add(wrong_rollbacks.map(|(j, _)| self.wrong_rollback(data, truth, j.outcome.window.deploy)));
        let acting = |j: &Judged| j.action().changes_production();
        let (acts, false_acts) = (count(&cases, acting), count(&cases, |j| acting(j) && wrong(j)));
        let true_acts = count(&cases, |j| acting(j) && j.label == Label::Caused && j.actionable);
        let tokens: Tokens = cases.iter().map(|(_, c)| c.tokens).sum();
        let review_minutes = add(cases.iter().map(|(_, c)| c.review_minutes));
        let missed_harm_usd = add(missed.iter().map(|&i| self.harm(data, &truth.incidents[i])));
        let spent = self.price(tokens) + self.review(review_minutes) + wrong_rollback_usd;
        let per = |money: f64, n: usize| (n > 0).then(|| money / n as f64);
        let saved = add(acted.iter().map(|&(i, at)| self.saved(data, &truth.incidents[i], at)));
        let break_even = || {
            let cost_fp = per(wrong_rollback_usd, false_acts).unwrap_or(0.0);
            break_even_precision(per(saved, true_acts)?, cost_fp, per(sum(&acting), acts)?)
        };
        Cost {
            tokens,
            tokens_usd: self.price(tokens),
            review_minutes,
            review_usd: self.review(review_minutes),
            false_usd: sum(&wrong),
            null_cases_usd: sum(&|j: &Judged| j.all.is_empty()),
            wrong_rollback_usd,
            missed_harm_usd,
            total_usd: spent + missed_harm_usd,
            per_true_action_usd: per(spent, true_acts),
            per_false_action_usd: per(sum(&|j: &Judged| acting(j) && wrong(j)) + wrong_rollback_usd, false_acts),
            break_even_triage_precision: break_even(),
            assumptions: self.clone(),
        }
    }

    /// Harm from a decision to the incident's resolution.
    fn saved(&self, data: &DataSet, incident: &TrueIncident, decided_at: Instant) -> f64 {
        self.harm_rate(incident.incident.severity) * saved_minutes(data, incident, decided_at)
    }
}

/// Minutes from a decision to the incident's resolution, at least 0, at most 24 hours.
#[must_use]
pub fn saved_minutes(data: &DataSet, incident: &TrueIncident, decided_at: Instant) -> f64 {
    let end = incident.incident.resolved_at.unwrap_or(data.span.end);
    (end - decided_at).clamp(Span::ZERO, HARM_CAP).as_minutes()
}

/// The sum; 0 when empty, where that of the standard library is −0.
#[must_use]
pub fn add(amounts: impl Iterator<Item = f64>) -> f64 {
    amounts.fold(0.0, |sum, amount| sum + amount)
}

fn count(cases: &[(&Judged, &Case)], keep: impl Fn(&Judged) -> bool) -> usize {
    cases.iter().filter(|(judged, _)| keep(judged)).count()
}
