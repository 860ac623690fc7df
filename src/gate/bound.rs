use crate::model::Detection;
use serde::{Deserialize, Serialize};

/// How many records beyond expectation a gate reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `k − expected`.
    #[default]
    Point,
    /// At least so many: one-sided 95 % bounds of both counts (Garwood 1936; statistics.md §8).
    Lower,
}

impl Bound {
    /// Records beyond expectation, at least 0.
    #[must_use]
    pub fn excess(self, detection: &Detection) -> f64 {
        match self {
            Self::Point => detection.excess(),
            Self::Lower => detection.excess_low,
        }
    }

    /// Share of the users hit that the deploy may have added: at the lower end as many of them as of the records, in [0, 1].
    #[must_use]
    pub fn of_users(self, detection: &Detection) -> f64 {
        match self {
            Self::Point => 1.0,
            Self::Lower => (detection.excess_low / detection.k.max(1) as f64).min(1.0),
        }
    }

    /// What a reason adds to a number that was read so.
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::Point => "",
            Self::Lower => " (by the lower end of the excess)",
        }
    }
}
