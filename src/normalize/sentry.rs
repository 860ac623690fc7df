//! As Sentry groups: by every chained exception's type and application frames; else by exception type and message.
//!
//! *Groups* records whose exceptions have the same types and the same calls of the application.
//! *Splits* one error reached by two ways: all frames must agree. *Merges* less than `stack` does.
//! *Parameters*: `frames`, `in_app`, `not_in_app`, `fallback`.
//! *Reference*: Sentry's documentation of issue grouping (strategy `newstyle`).
//!
//! Alike: chained exceptions, each with its type and its in-app frames, by module (or file) and function without line numbers;
//! recursion and generated names removed; the message only where no frame counts, parameterized. Not alike: Sentry adds
//! the source line where it has it, takes the system's frames where no frame is in-app (here the message decides, as it says
//! more), lets users fold, mark and fingerprint by rules of its own, hashes the result, and may ask a model of similarity before it
//! opens a new group.

use super::frames::{Calls, Frames};
use super::in_app::Place;
use super::stack::{Detail, build_fallback, find};
use super::{Built, Key, Normalizer, NormalizerSpec, Reads, Text};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentrySpec {
    /// Most application frames of each exception that must agree, the topmost; 1 to 256.
    #[serde(default = "all")]
    pub frames: usize,
    /// As in `stack`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_app: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_in_app: Vec<String>,
    /// Says what the message is of a record without application frames.
    pub fallback: Box<NormalizerSpec>,
}

/// Frames that Sentry's clients send of one exception at most.
const fn all() -> usize {
    100
}

const MAX_WANTED: usize = 256;
/// Bytes of a key beyond which no further exception is told.
const MAX_KEY: usize = 16 * 1024;

impl SentrySpec {
    /// The defaults over a fallback.
    #[must_use]
    pub fn over(fallback: NormalizerSpec) -> Self {
        Self { frames: all(), in_app: Vec::new(), not_in_app: Vec::new(), fallback: Box::new(fallback) }
    }

    /// # Errors
    /// When a parameter is out of range, or the fallback's is.
    pub fn build(&self) -> Result<Built, String> {
        if !(1..=MAX_WANTED).contains(&self.frames) {
            return Err(format!("normalize.frames is {}: it must be from 1 to {MAX_WANTED}", self.frames));
        }
        let Built { normalizer: fallback, miner } = build_fallback(&self.fallback)?;
        let frames = Frames::new(Detail::Function, &self.in_app, &self.not_in_app)?;
        Ok(Built { normalizer: Box::new(Sentry { wanted: self.frames, frames, fallback }), miner })
    }
}

pub struct Sentry {
    wanted: usize,
    frames: Frames,
    fallback: Box<dyn Normalizer>,
}

impl Sentry {
    /// The exceptions with frames of the application, the reported one first.
    fn chained(&self, blocks: &[Calls]) -> Option<String> {
        let mut told: Vec<String> = Vec::new();
        let mut bytes = 0;
        for block in blocks.iter().filter(|block| block.has(Place::App)) {
            let frames = self.frames.told(block, Place::App, self.wanted);
            let one = format!("{} at {frames}", block.exception_type).trim_start().to_owned();
            bytes += one.len();
            told.push(one);
            if bytes > MAX_KEY {
                break;
            }
        }
        if told.is_empty() { None } else { Some(told.join(", caused by ")) }
    }

    /// Exception type, then what the fallback makes of the message.
    fn by_message(&self, text: Text, exception_type: &str) -> Key {
        let Key { template, settled } = self.fallback.key(text);
        let repeated = exception_type.is_empty() || template.starts_with(exception_type);
        Key { template: if repeated { template } else { format!("{exception_type}: {template}") }, settled }
    }
}

impl Normalizer for Sentry {
    fn key(&self, text: Text) -> Key {
        let found = find(text);
        let chain = found.trace.chain();
        let blocks: Vec<Calls> =
            chain.iter().filter_map(|index| self.frames.calls(&found.trace, *index, text)).collect();
        match self.chained(&blocks) {
            Some(template) => Key::settled(template),
            None => {
                let named = blocks.first().map_or(text.exception_type, |block| block.exception_type);
                self.by_message(found.words(text), named)
            }
        }
    }

    fn reads(&self) -> Reads {
        Reads::All
    }
}
