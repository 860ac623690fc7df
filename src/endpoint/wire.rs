//! Two ways of asking a chat model for an answer in a closed form.

mod anthropic;
mod openai;

use super::chat::{Ending, Question};
use super::usage::Usage;
use reqwest::blocking::RequestBuilder;
use reqwest::header::HeaderValue;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The form of requests and answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wire {
    /// `chat/completions` with a JSON schema, and `embeddings`.
    #[default]
    #[serde(rename = "openai")]
    OpenAi,
    /// `messages` with one tool that the model must use.
    Anthropic,
}

impl Wire {
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Below the base URL.
    pub(super) const fn chat_path(self) -> &'static str {
        match self {
            Self::OpenAi => "chat/completions",
            Self::Anthropic => "messages",
        }
    }

    /// The fields of a question beside model and parameters, with a complaint about the first answer where it is asked again.
    pub(super) fn content(self, question: &Question, complaint: Option<&str>) -> Map<String, Value> {
        match self {
            Self::OpenAi => openai::content(question, complaint),
            Self::Anthropic => anthropic::content(question, complaint),
        }
    }

    /// What the model said, as JSON text.
    pub(super) fn words(self, answer: &Value, question: &Question) -> Result<String, Ending> {
        match self {
            Self::OpenAi => openai::words(answer),
            Self::Anthropic => anthropic::words(answer, question),
        }
    }

    /// What the answer took.
    pub(super) fn usage(self, answer: &Value) -> Option<Usage> {
        let usage = answer.get("usage")?;
        match self {
            Self::OpenAi => openai::usage(usage),
            Self::Anthropic => anthropic::usage(usage),
        }
    }

    /// The header that holds a key.
    pub(super) fn key_header(self, key: &str) -> Option<HeaderValue> {
        let text = match self {
            Self::OpenAi => format!("Bearer {key}"),
            Self::Anthropic => key.to_owned(),
        };
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    pub(super) fn headers(self, post: RequestBuilder, key: Option<&HeaderValue>) -> RequestBuilder {
        let (post, name) = match self {
            Self::OpenAi => (post, "authorization"),
            Self::Anthropic => (post.header("anthropic-version", anthropic::VERSION), "x-api-key"),
        };
        match key {
            Some(key) => post.header(name, key.clone()),
            None => post,
        }
    }
}
