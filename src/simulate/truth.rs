//! What really happened, in full, whatever the incident log says.

use crate::model::Instant;
use serde::Serialize;

/// The truth about one happening.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Truth {
    pub name: String,
    /// Kind of happening, as in the scenario: `new_exception`, `third_party`, …
    pub kind: String,
    /// The deploy that did it, or that stood next to it.
    pub deploy_id: Option<String>,
    /// Whether that deploy caused it.
    pub caused_by_deploy: bool,
    /// The incident that a team wrote about it; `None` also where the log omits it.
    pub incident_id: Option<String>,
    pub services: Vec<String>,
    /// From the first error that it brings to its end.
    pub started_at: Instant,
    pub ended_at: Instant,
    /// Records that would not be there without it (rows × `count`).
    pub records: u64,
    /// Share of requests that fail at the height, in [0, 1]; 0 where more traffic is the cause.
    pub share_of_requests: f64,
    /// Regexes that its errors match; empty where they are background errors.
    pub signatures: Vec<String>,
}
