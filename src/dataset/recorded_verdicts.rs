//! Verdicts that another agent reached, one JSON object a line.

use super::intake::Intake;
use super::lines::{self, Line};
use crate::model::{Tokens, UserError, VerdictKind};
use serde::Deserialize;
use std::borrow::Cow;
use std::path::Path;

/// What was said of one case.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RecordedVerdict {
    pub deploy: String,
    pub service: String,
    pub verdict: VerdictKind,
    /// Probability that the verdict is right.
    #[serde(default = "sure")]
    pub confidence: f64,
    /// `None`: all of the case.
    #[serde(default)]
    pub signatures: Option<Vec<String>>,
    #[serde(default)]
    pub citations: Vec<CitedPlace>,
    #[serde(default)]
    pub reasoning: String,
    #[serde(default)]
    pub tokens: Tokens,
}

/// A place in the deploy's diff.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CitedPlace {
    pub file: String,
    #[serde(default)]
    pub line: Option<u32>,
}

const fn sure() -> f64 {
    1.0
}

impl Line for RecordedVerdict {
    const KEYS: &'static [&'static str] =
        &["deploy", "service", "verdict", "confidence", "signatures", "citations", "reasoning", "tokens"];
    const REQUIRED: &'static [&'static str] = &["deploy", "service", "verdict"];

    fn id(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{} / {}", self.deploy, self.service))
    }

    fn check(&self) -> Result<(), String> {
        if (0.0..=1.0).contains(&self.confidence) {
            return Ok(());
        }
        Err(format!("confidence is {}: a probability from 0 to 1", self.confidence))
    }
}

/// Reads the file.
///
/// # Errors
/// When it cannot be read, or rows cannot be used as `intake`'s policy has it.
pub fn recorded_verdicts(path: &Path, intake: &mut Intake) -> Result<Vec<RecordedVerdict>, UserError> {
    lines::read(path, intake)
}
