//! What makes a rollback worth it.

use crate::stats::RollbackStakes;
use serde::{Deserialize, Serialize};

/// When a case that the deploy is blamed for is rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RollbackWhen {
    /// Confidence and impact reach `rollback_at` and `rollback_impact`.
    Confidence {},
    /// Its expected value is positive. Needs the gate `harm`, which reckons the harm.
    Value(RollbackValue),
}

impl Default for RollbackWhen {
    fn default() -> Self {
        Self::Confidence {}
    }
}

/// What is at stake: times in minutes, costs in US dollars, each at least 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollbackValue {
    /// Time to recovery without the rollback.
    pub minutes_human: f64,
    /// Time to recovery with it.
    pub minutes_auto: f64,
    /// Of rolling back a deploy that was not to blame.
    pub wrong_rollback_usd: f64,
    /// Of every rollback.
    pub rollback_usd: f64,
}

impl RollbackWhen {
    /// # Errors
    /// When a number is negative or beyond 1e9.
    pub fn check(&self) -> Result<(), String> {
        let Self::Value(value) = self else { return Ok(()) };
        let named = [
            ("minutes_human", value.minutes_human),
            ("minutes_auto", value.minutes_auto),
            ("wrong_rollback_usd", value.wrong_rollback_usd),
            ("rollback_usd", value.rollback_usd),
        ];
        match named.iter().find(|(_, number)| !(0.0..=1e9).contains(number)) {
            Some((name, number)) => Err(format!("act.policy.rollback_when.{name} is {number}: it lies in 0 to 1e9")),
            None => Ok(()),
        }
    }
}

impl RollbackValue {
    /// What a rollback is expected to gain against waiting, in US dollars, where the deploy is to blame with this probability and does
    /// so much harm a minute: `π (T_human − T_auto) D − (1 − π) c_rb − c_act` (statistics.md §8).
    #[must_use]
    pub fn gain(&self, probability: f64, harm_per_minute: f64) -> f64 {
        let stakes = RollbackStakes {
            damage_per_minute: harm_per_minute,
            minutes_auto: self.minutes_auto,
            minutes_human: self.minutes_human,
            cost_wrong_rollback: self.wrong_rollback_usd,
            cost_action: self.rollback_usd,
        };
        stakes.decide(probability).expected_gain
    }
}
