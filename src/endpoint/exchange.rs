use crate::model::Tokens;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Status 2xx and a body that is JSON.
    Answered,
    /// Status 2xx and a body that is no JSON: a proxy's page, say.
    NotJson,
    /// Another status: the request is wrong, or the key.
    Rejected,
    /// Status 429.
    RateLimited,
    /// Status 5xx, or 408.
    ServerError,
    /// The connection ended before the body did.
    CutOff,
    /// The body is longer than is read.
    TooLarge,
    TimedOut,
    /// No connection, or one that ended before there was a status.
    Unreachable,
}

impl Outcome {
    /// Whether the same request may fare better later.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited | Self::ServerError | Self::CutOff | Self::TimedOut | Self::Unreachable)
    }

    /// Whether an attempt that reached the endpoint and ended so may cost something though nobody counted it. Whoever is turned away
    /// pays nothing.
    #[must_use]
    pub const fn may_be_charged(self) -> bool {
        !matches!(self, Self::RateLimited | Self::Rejected)
    }

    /// As it is written: `rate_limited`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NotJson => "not_json",
            Self::Rejected => "rejected",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::CutOff => "cut_off",
            Self::TooLarge => "too_large",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
        }
    }
}

/// One question and what became of it: a line of a cassette.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Of the line's form; 1.
    pub schema: u32,
    /// [`super::Request::key`].
    pub key: String,
    pub path: String,
    pub model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// Of the last attempt.
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Times that the request was sent; each may have been charged.
    pub attempts: u32,
    /// Of the last attempt, in milliseconds.
    pub latency_ms: u64,
    /// Those that are allowed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// As the endpoint counted; absent where it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Tokens>,
    /// Of the output tokens, those spent on thinking, where the endpoint says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
    /// As it came, key material taken out; what was received of one that was cut off.
    pub body: String,
}

pub const SCHEMA: u32 = 1;

impl Exchange {
    /// The answer's JSON; `None` unless there is one.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        (self.outcome == Outcome::Answered).then(|| serde_json::from_str(&self.body).ok()).flatten()
    }

    /// What went wrong, for people: `rate_limited (status 429) after 3 attempts`.
    #[must_use]
    pub fn failure(&self) -> String {
        let status = self.status.map_or_else(String::new, |status| format!(" (status {status})"));
        let attempts = if self.attempts == 1 { "attempt" } else { "attempts" };
        format!("{}{status} after {} {attempts}", self.outcome.name(), self.attempts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_is_written() {
        for outcome in [Outcome::Answered, Outcome::NotJson, Outcome::RateLimited, Outcome::CutOff, Outcome::TimedOut] {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.name());
        }
    }
}
