use std::fmt;

/// What a user did or gave that cannot be used: where, what, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// `deploys.jsonl:17`, `pipeline.toml:4`, or empty.
    pub place: String,
    pub message: String,
    /// The remedy; may be empty.
    pub help: String,
}

impl UserError {
    pub fn new(place: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), help: help.into() }
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.message)?;
        if !self.help.is_empty() {
            write!(f, "\nhelp: {}", self.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for UserError {}
