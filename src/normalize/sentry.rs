//! As Sentry groups: by every chained exception's type and application frames; else by exception type and message.
//!
//! *Groups* records whose exceptions have the same types and the same calls of the application.
//! *Splits* one error reached by two ways: all frames must agree. *Merges* less than `stack` does.
//! *Parameters*: `frames`, `in_app`, `not_in_app`, `fallback`.
//! *Reference*: Sentry's documentation of issue grouping (strategy `newstyle`).
//!
//! Alike: chained exceptions, each with its type and its in-app frames, by module (or file) and function without line numbers;
//! recursion and generated names removed; the message only where no frame counts, parameterized. Not alike: Sentry takes a
//! test's frames for in-app (here they tell nothing: each test would be an error of its own), adds
//! the source line where it has it, takes the system's frames where no frame is in-app (here the message decides, as it says
//! more), lets users fold, mark and fingerprint by rules of its own, hashes the result, and may ask a model of similarity before it
//! opens a new group.

use super::frames::{Calls, Frames};
use super::in_app::Place;
use super::stack::{Detail, build_fallback, find};
use super::{Built, GivenUp, Key, Normalizer, NormalizerSpec, Reads, Text};
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
        if let Some(template) = self.chained(&blocks) {
            return Key::settled(template);
        }
        let named = blocks.first().map_or(text.exception_type, |block| block.exception_type);
        self.by_message(found.words(text), named)
    }

    fn reads(&self) -> Reads {
        Reads::All
    }

    fn given_up(&self) -> Vec<GivenUp> {
        self.fallback.given_up()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MaskKind, RulesSpec};
    use super::*;

    fn key(text: Text) -> Key {
        let masks = vec![MaskKind::Number { min_length: 1 }];
        let rules = NormalizerSpec::Rules(RulesSpec { masks, truncate: None });
        SentrySpec::over(rules).build().unwrap().normalizer.key(text)
    }

    const CHAINED: &str = "org.shop.ApiException: request 17
\tat org.shop.Api.get(Api.java:12)
\tat java.lang.Thread.run(Thread.java:1)
Caused by: org.shop.CartException: cart 4
\tat org.shop.Cart.total(Cart.java:7)
\tat org.shop.Cart.total(Cart.java:8)
\tat org.shop.Cart.sum(Cart.java:9)
\t... 2 more
";

    #[test]
    fn all_frames_of_all_chained_exceptions_must_agree() {
        let expected = "org.shop.ApiException at org.shop.Api.get, caused by org.shop.CartException at org.shop.Cart.total < org.shop.Cart.sum < org.shop.Api.get";
        let found = key(Text { message: "request 17", stack_trace: CHAINED, ..Text::default() });
        assert_eq!(found, Key::settled(expected.to_owned()));
        assert_eq!(key(Text::of_message(CHAINED)).template, expected);
        let other = CHAINED.replace("Cart.sum", "Cart.tax");
        assert_ne!(key(Text::of_message(&other)).template, expected);
    }

    #[test]
    fn without_own_frames_type_and_message_decide() {
        let trace = "java.io.IOException: pipe 7\n\tat java.io.Pipe.read(Pipe.java:1)";
        let of = |message, exception_type, stack_trace| key(Text { message, exception_type, stack_trace });
        assert_eq!(of("read failed 7", "", trace), Key::open("java.io.IOException: read failed <number>".to_owned()));
        assert_eq!(of("", "", trace).template, "java.io.IOException: pipe <number>");
        assert_eq!(of("no cart 4", "KeyError", "").template, "KeyError: no cart <number>");
        assert_eq!(of("no cart 4", "", "").template, "no cart <number>");
    }
}
