//! What was read, what was refused and why. Good rows are never lost because of bad ones; bad ones are counted and kept.

use crate::model::{UserError, excerpt};
use crate::redact::outgoing;
use serde::Serialize;

/// Share of a file's rows that may be refused before the run stops.
const REJECT_LIMIT: f64 = 0.05;

/// Characters of a refused row that are kept.
const EXCERPT_CHARS: usize = 200;

/// What to do with rows that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RejectPolicy {
    /// Stop at the first.
    pub strict: bool,
    /// Go on even when more than 5 % of a file is refused.
    pub allow: bool,
}

/// A refused row; a line of `rejects.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    pub file: String,
    /// 1-based line (row in Parquet).
    pub line: u64,
    /// Redacted: it often repeats the value that cannot be used.
    pub reason: String,
    /// The first 200 characters, redacted and made visible.
    pub excerpt: String,
}

impl Reject {
    pub fn new(file: &str, line: u64, reason: impl Into<String>, row: &str) -> Self {
        let (reason, excerpt) = (outgoing(&reason.into()).into_owned(), excerpt(&outgoing(row), EXCERPT_CHARS));
        Self { file: file.to_owned(), line, reason, excerpt }
    }
}

/// Rows of one file: `read = ok + rejected`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub file: String,
    pub read: u64,
    pub ok: u64,
    pub rejected: u64,
}

/// The account of everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    pub policy: RejectPolicy,
    pub tallies: Vec<Tally>,
    pub rejects: Vec<Reject>,
    /// What is odd but usable, one sentence each.
    pub warnings: Vec<String>,
}

impl Intake {
    #[must_use]
    pub fn new(policy: RejectPolicy) -> Self {
        Self { policy, ..Self::default() }
    }

    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Closes the account of one file.
    ///
    /// # Errors
    /// Under `strict` at the first reject; otherwise when more than 5 % of the rows were refused and that is not allowed.
    ///
    /// # Panics
    /// When the rows do not add up, which is a defect of this program.
    pub fn close(&mut self, file: &str, read: u64, ok: u64, rejects: Vec<Reject>) -> Result<(), UserError> {
        let rejected = rejects.len() as u64;
        assert_eq!(read, ok + rejected, "{file}: rows read = ok + rejected");
        self.tallies.push(Tally { file: file.to_owned(), read, ok, rejected });
        let first = rejects.first().cloned();
        self.rejects.extend(rejects);
        let Some(first) = first else { return Ok(()) };
        let place = format!("{file}:{}", first.line);
        if self.policy.strict {
            return Err(UserError::new(place, first.reason, "without --strict such rows are kept aside and counted"));
        }
        if rejected as f64 > REJECT_LIMIT * read as f64 && !self.policy.allow {
            return Err(UserError::new(
                place,
                format!("{rejected} of {read} rows cannot be used, more than 5 %; the first: {}", first.reason),
                "mend the file, or pass --allow-rejects to go on without these rows",
            ));
        }
        Ok(())
    }
}
