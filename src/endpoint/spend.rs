use super::Exchange;
use crate::model::Tokens;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What asking cost, all attempts included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spend {
    /// Requests that were sent, retries and repairs among them.
    pub calls: u64,
    /// As the endpoint counted them.
    pub tokens: Tokens,
    /// Of the output tokens, those spent on thinking, as far as endpoints say so.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reasoning: u64,
    /// Requests whose tokens nobody counted: failed ones, and those of endpoints that do not say. They may have been charged.
    pub uncounted: u64,
    /// Questions by how they ended, in the words of whoever asked.
    pub outcomes: BTreeMap<String, u64>,
}

// Signature of `skip_serializing_if`.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Spend {
    #[must_use]
    pub fn of(exchange: &Exchange) -> Self {
        let calls = u64::from(exchange.attempts);
        Self {
            calls,
            tokens: exchange.usage.unwrap_or_default(),
            reasoning: exchange.reasoning.unwrap_or(0),
            uncounted: calls.saturating_sub(u64::from(exchange.usage.is_some())),
            outcomes: BTreeMap::from([(exchange.outcome.name().to_owned(), 1)]),
        }
    }
}

impl std::ops::Add for Spend {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.calls += other.calls;
        self.tokens = self.tokens + other.tokens;
        self.reasoning += other.reasoning;
        self.uncounted += other.uncounted;
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        self
    }
}

impl std::iter::Sum for Spend {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |a, b| a + b)
    }
}
