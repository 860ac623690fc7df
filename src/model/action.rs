use serde::{Deserialize, Serialize};

/// What the policy would do with a case. Never carried out on anything real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    None,
    Investigate,
    FixForward,
    Rollback,
}

impl Action {
    pub const ALL: [Self; 4] = [Self::None, Self::Investigate, Self::FixForward, Self::Rollback];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Investigate => "investigate",
            Self::FixForward => "fix_forward",
            Self::Rollback => "rollback",
        }
    }

    /// Whether it would change production: a fix or a rollback.
    #[must_use]
    pub const fn changes_production(self) -> bool {
        matches!(self, Self::FixForward | Self::Rollback)
    }
}
