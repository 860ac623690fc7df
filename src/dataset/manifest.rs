//! `dataset.toml`: what the data set says of itself.

use crate::model::{IncidentSeverity, Instant, Span};
use serde::{Deserialize, Serialize};

/// Whether the incident log holds every incident of the span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Labels {
    /// What hits no incident is a false alarm.
    Complete,
    /// What hits no incident is unlabelled.
    #[default]
    Partial,
}

/// The content of `dataset.toml` (semantics.md §2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub license: String,
    /// Default: the first record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Instant>,
    /// Default: one microsecond after the last record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Instant>,
    #[serde(default)]
    pub incidents: Labels,
    /// IANA name: the business clock of hour-of-week.
    #[serde(default = "utc")]
    pub timezone: String,
    #[serde(default = "production")]
    pub environment: String,
    /// Path of a git repository, relative to the data set, from which missing diffs are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// What redaction was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction: Option<String>,
    #[serde(default = "one_minute")]
    pub traffic_step: Span,
    /// Incidents at or above this severity are worth acting on.
    #[serde(default = "sev3")]
    pub actionable: IncidentSeverity,
}

impl Manifest {
    /// What a `dataset.toml` says that holds only a name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: String::new(),
            license: String::new(),
            start: None,
            end: None,
            incidents: Labels::default(),
            timezone: utc(),
            environment: production(),
            repo: None,
            redaction: None,
            traffic_step: one_minute(),
            actionable: sev3(),
        }
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

fn production() -> String {
    "production".to_owned()
}

fn one_minute() -> Span {
    Span::minutes(1)
}

fn sev3() -> IncidentSeverity {
    IncidentSeverity::Sev3
}
