//! Records to signatures: by a function of one record's texts, or by a miner that learns which texts belong together.
//!
//! Neither sees records: they map distinct texts, and know nothing of times, counts or services.

mod ael;
pub mod classifier;
pub mod distance;
mod drain;
mod drift;
pub mod embedding;
mod frames;
mod groups;
mod in_app;
mod mask;
mod miner;
pub mod pairs;
mod points;
pub mod quality;
mod rules;
mod sentry;
mod stack;
mod text;
pub mod trace;

pub use ael::AelSpec;
pub use drain::{Drain, DrainSpec};
pub use drift::{Drift, PairShare};
pub use mask::{CustomMask, MASKS, Mask, MaskKind, PathKeep, UrlKeep};
pub use miner::Miner;
pub use rules::{Cut, GivenUp, Rules, RulesSpec};
pub use sentry::{Sentry, SentrySpec};
pub use stack::{Detail, ExceptionKind, Stack, StackSpec};
pub use text::{Key, Reads, Text};

use classifier::ClassifierSpec;
use embedding::EmbeddingSpec;
use serde::{Deserialize, Serialize};

/// Maps one record's texts to a key; what it says of one depends on no other.
pub trait Normalizer: Send + Sync {
    fn key(&self, text: Text) -> Key;

    /// What of a record it reads: records that agree on that have the same key.
    fn reads(&self) -> Reads {
        Reads::Message
    }

    /// The rules that it is made of, where it is nothing else: lists that begin alike share that work.
    fn rules(&self) -> Option<&Rules> {
        None
    }

    /// Rules that were left out for some of the texts so far: a warning each.
    fn given_up(&self) -> Vec<GivenUp> {
        Vec::new()
    }
}

/// A way to group records; one file each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NormalizerSpec {
    #[serde(alias = "masks")]
    Rules(RulesSpec),
    Drain(DrainSpec),
    Embedding(EmbeddingSpec),
    Stack(StackSpec),
    Sentry(SentrySpec),
    Ael(AelSpec),
    Classifier(ClassifierSpec),
}

/// A normalizer ready to work.
pub struct Built {
    /// Comes first, and alone where nothing is learned.
    pub normalizer: Box<dyn Normalizer>,
    /// Groups the keys that `normalizer` left open.
    pub miner: Option<Box<dyn Miner>>,
}

impl NormalizerSpec {
    /// Whether its parameters are in range. Of a classifier no recording is opened: it may be made later.
    ///
    /// # Errors
    /// Names the first that is not.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Classifier(spec) => spec.check(),
            other => other.build().map(drop),
        }
    }

    /// Whether what it says of a text depends on those that came before.
    #[must_use]
    pub fn learns(&self) -> bool {
        match self {
            Self::Rules(_) => false,
            Self::Drain(_) | Self::Embedding(_) | Self::Ael(_) | Self::Classifier(_) => true,
            Self::Stack(spec) => spec.fallback.learns(),
            Self::Sentry(spec) => spec.fallback.learns(),
        }
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn build(&self) -> Result<Built, String> {
        match self {
            Self::Rules(spec) => Ok(Built { normalizer: Box::new(Rules::new(spec)?), miner: None }),
            Self::Drain(spec) => spec.build(),
            Self::Embedding(spec) => spec.build(),
            Self::Stack(spec) => spec.build(),
            Self::Sentry(spec) => spec.build(),
            Self::Ael(spec) => spec.build(),
            Self::Classifier(spec) => spec.build(),
        }
    }
}
