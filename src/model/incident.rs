use super::Instant;
use serde::{Deserialize, Serialize};

/// How bad an incident was; `Sev1` is the worst and the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IncidentSeverity {
    Sev5,
    Sev4,
    Sev3,
    Sev2,
    Sev1,
}

impl IncidentSeverity {
    /// The worst first.
    pub const ALL: [Self; 5] = [Self::Sev1, Self::Sev2, Self::Sev3, Self::Sev4, Self::Sev5];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sev1 => "sev1",
            Self::Sev2 => "sev2",
            Self::Sev3 => "sev3",
            Self::Sev4 => "sev4",
            Self::Sev5 => "sev5",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Deploy,
    ThirdParty,
    Traffic,
    Infrastructure,
    Config,
    Data,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    Rollback,
    FixForward,
    SelfRecovered,
    Other,
}

/// What the incident log says happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: String,
    #[serde(default)]
    pub title: String,
    pub started_at: Instant,
    /// `None`: still open at the end of the data.
    #[serde(default)]
    pub resolved_at: Option<Instant>,
    /// Empty: every service.
    #[serde(default)]
    pub services: Vec<String>,
    pub severity: IncidentSeverity,
    pub cause: Cause,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy_id: Option<String>,
    /// Regexes that its errors match, searched and case-sensitive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected_requests: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigated_at: Option<Instant>,
    /// When people knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_revision: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Incident {
    /// The deploy that caused it, where the log says a deploy did and names it.
    #[must_use]
    pub fn guilty_deploy(&self) -> Option<&str> {
        if self.cause == Cause::Deploy { self.deploy_id.as_deref() } else { None }
    }

    /// Whether the log leaves open who or what caused it: cause `unknown`, or `deploy` without a deploy.
    #[must_use]
    pub fn cause_is_open(&self) -> bool {
        match self.cause {
            Cause::Unknown => true,
            Cause::Deploy => self.deploy_id.is_none(),
            _ => false,
        }
    }
}
