use super::Instant;

/// Requests of one service in the step that starts at `timestamp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    pub timestamp: Instant,
    pub service: String,
    pub requests: u64,
    /// Distinct users active in the step.
    pub users: Option<u64>,
}
