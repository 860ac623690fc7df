use super::{Action, Citations, Evidence, Floor, Posterior, Tokens};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    Caused,
    NotCaused,
    Inconclusive,
}

impl VerdictKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caused => "caused",
            Self::NotCaused => "not_caused",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// What triage says of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub kind: VerdictKind,
    /// Confidence in `kind`, in [0, 1].
    pub confidence: f64,
    pub evidence: Vec<Evidence>,
    /// Signatures it attributes to the deploy; empty unless `caused`.
    pub attributed: Vec<String>,
    /// Of the places in the diff that it named.
    pub citations: Citations,
    /// Spent to reach it.
    pub tokens: Tokens,
}

impl Verdict {
    /// Probability that the deploy caused the case, as the verdict implies: `confidence` when caused, its complement when
    /// not, ½ when inconclusive.
    #[must_use]
    pub fn probability_caused(&self) -> f64 {
        match self.kind {
            VerdictKind::Caused => self.confidence,
            VerdictKind::NotCaused => 1.0 - self.confidence,
            VerdictKind::Inconclusive => 0.5,
        }
    }
}

/// Where a case's journey ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Triage said `not_caused`.
    Dismissed,
    /// Triage said `inconclusive`: a person is asked.
    Abstained,
    /// `caused`, but too uncertain (or not allowed, or below a floor) to act: a person is asked.
    BelowThreshold,
    /// A fix or a rollback would have been started.
    Acted,
}

/// What became of the alerts of one (deploy, service); the unit that triage and the fix agent get.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub verdict: Verdict,
    pub action: Action,
    pub disposition: Disposition,
    /// `None`: no alert of it has a p-value.
    pub posterior: Option<Posterior>,
    /// The floors for automatic action, where the policy wanted one; empty otherwise.
    pub floors: Vec<Floor>,
    /// Spent by triage and by the (stubbed) action.
    pub tokens: Tokens,
    /// Minutes that a person spends on it.
    pub review_minutes: f64,
}
