use crate::model::{Action, Tokens};
use serde::{Deserialize, Serialize};

/// What one action is expected to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// All attempts included.
    #[serde(default)]
    pub tokens: Tokens,
    /// Minutes that a person spends on it, at least 0.
    pub review_minutes: f64,
}

/// Expected tokens and minutes by action; `none` takes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charges {
    pub investigate: Charge,
    pub fix_forward: Charge,
    pub rollback: Charge,
}

impl Charges {
    #[must_use]
    pub fn of(&self, action: Action) -> Charge {
        match action {
            Action::None => Charge::default(),
            Action::Investigate => self.investigate,
            Action::FixForward => self.fix_forward,
            Action::Rollback => self.rollback,
        }
    }
}
