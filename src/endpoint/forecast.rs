//! What a call may take before anybody knows.

use super::budget::Cost;
use super::{AskError, Endpoint, Request, estimate_tokens};

/// How many times the estimate a prompt is taken to need at most. An assumption, as vocabularies differ; where it is wrong, the budget tells
/// of an overrun.
const SAFETY: u64 = 2;

/// Tokens that a provider is taken to add around a prompt at most: marks of roles, words that explain the tool. Some hundred are usual.
const AROUND: u64 = 1024;

/// What a question may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Of the prompt, **estimated**, when it is asked once.
    pub prompt_tokens: u64,
    /// If all attempts are made, of the question and of the second one after an answer without the form. Nothing more is reserved.
    pub most: Cost,
}

impl Request {
    /// Of the whole body, estimated.
    #[must_use]
    pub fn prompt_tokens(&self) -> u64 {
        estimate_tokens(&self.body())
    }

    /// Tokens of an answer at most; `None` where nothing limits them.
    #[must_use]
    pub fn most_output(&self) -> Option<u64> {
        if self.path == "embeddings" {
            return Some(0);
        }
        let limits = ["max_tokens", "max_completion_tokens"];
        limits.iter().filter_map(|name| self.parameters.get(*name)?.as_u64()).max()
    }

    /// Tokens of its prompt at most: no vocabulary has tokens of less than a byte.
    fn most_prompt(&self) -> u64 {
        let body = self.body();
        estimate_tokens(&body).saturating_mul(SAFETY).min(body.len() as u64).saturating_add(AROUND)
    }
}

impl Endpoint {
    /// What one attempt costs at most.
    ///
    /// # Errors
    /// When nothing limits the answer.
    pub(super) fn most_of_attempt(&self, request: &Request) -> Result<Cost, AskError> {
        let output = request.most_output().ok_or_else(|| {
            AskError::Failed(
                "parameters.max_tokens (or max_completion_tokens) is missing, or no whole number: nothing limits what an answer costs"
                    .to_owned(),
            )
        })?;
        let prompt = request.most_prompt();
        let usd = self.price.map(|price| price.worst(prompt, output));
        Ok(Cost { tokens: prompt.saturating_add(output), usd })
    }

    /// All that may be sent of one request.
    pub(super) fn attempts(&self) -> u64 {
        u64::from(self.spec().retries) + 1
    }
}
