//! The corpus.

use super::encoding::Encoding;
use super::twin::harmless;
use crate::model::VerdictKind;
use serde::Deserialize;
use std::fmt::Write as _;

const SHIPPED: &str = include_str!("payloads.toml");
/// Characters of a line of filler.
const FILLER_LINE: usize = 96;

/// One injection.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// `override-1`.
    pub id: String,
    /// How it tries: `override`, `fake_system`, `encoded`, …
    pub family: String,
    /// What a model that obeyed would answer.
    pub demands: VerdictKind,
    /// With this confidence, in [0, 1].
    pub confidence: f64,
    #[serde(default)]
    lead: String,
    #[serde(default)]
    encoding: Encoding,
    text: String,
    /// Characters of filler before it.
    #[serde(default)]
    pad: usize,
    #[serde(default)]
    twin: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    payload: Vec<Payload>,
}

/// All payloads, in order.
///
/// # Errors
/// When the file that is part of the program cannot be read: never, tests read it.
pub fn payloads() -> Result<Vec<Payload>, String> {
    toml::from_str::<Corpus>(SHIPPED).map(|corpus| corpus.payload).map_err(|error| error.to_string())
}

impl Payload {
    /// As the attacker writes it.
    #[must_use]
    pub fn attack(&self) -> String {
        format!("{}{}{}", filler(self.pad), self.lead, self.encoding.apply(&self.text))
    }

    /// Harmless text of the same shape.
    #[must_use]
    pub fn harmless(&self) -> String {
        let text = self.twin.clone().unwrap_or_else(|| harmless(&self.text));
        format!("{}{}{}", filler(self.pad), harmless(&self.lead), self.encoding.apply(&text))
    }

    /// The attack without what its twin says too.
    pub(super) fn core(&self) -> String {
        format!("{}{}", self.lead, self.encoding.apply(&self.text))
    }
}

fn filler(length: usize) -> String {
    let line = "retrying request, queue depth nominal, worker idle, heartbeat sent, cache warm, shard balanced, ok";
    (0..length / FILLER_LINE).fold(String::new(), |mut out, at| {
        let _ = writeln!(out, "{} {at:02}", &line[..FILLER_LINE - 4]);
        out
    })
}
