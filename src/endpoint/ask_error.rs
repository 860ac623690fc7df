use super::Outcome;
use std::fmt;

/// Why there is no answer, nor ever will be in this run. Whatever the endpoint itself made of a request is an
/// [`Outcome`](super::Outcome).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskError {
    /// The next call might not fit into its budget: nothing was sent, and the run can be resumed.
    Budget(String),
    /// Too many calls in a row failed: nothing was sent, and the run can be resumed.
    Halted(String),
    /// The endpoint failed the question for good (after its retries), in this way.
    Endpoint(Outcome, String),
    /// All else: a recording without the answer, a key that is not set, a parameter that cannot be used.
    Failed(String),
}

impl AskError {
    /// Whether a later run can go on from what was recorded.
    #[must_use]
    pub const fn is_resumable(&self) -> bool {
        matches!(self, Self::Budget(_) | Self::Halted(_))
    }
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Budget(text) | Self::Halted(text) | Self::Endpoint(_, text) | Self::Failed(text)) = self;
        f.write_str(text)
    }
}

impl std::error::Error for AskError {}

impl From<String> for AskError {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}

impl From<AskError> for String {
    fn from(error: AskError) -> Self {
        error.to_string()
    }
}
