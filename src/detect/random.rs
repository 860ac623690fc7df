//! Flags at random at the level asked for: what a pipeline is worth that looks at nothing.
//!
//! *Fires when* a number drawn for the (service, signature, window) is below α. *Parameters*: `seed`.
//! *Reference*: the chance level that every result is read against, as in the Numenta benchmark.

use super::{Detector, History, Score};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RandomSpec {
    pub seed: u64,
}

pub struct Random {
    seed: u64,
}

impl Random {
    #[must_use]
    pub fn new(spec: RandomSpec) -> Self {
        Self { seed: spec.seed }
    }
}

impl Detector for Random {
    fn score(&self, history: &History) -> Score {
        let start = history.window().start.micros();
        let key = format!("{}\0{start}\0{}\0{}", self.seed, history.service(), history.signature());
        // The upper 53 bits, shifted off 0: uniform on (0, 1).
        let uniform = ((xxh3_64(key.as_bytes()) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        Score { expected: history.expectation(), ln_p: uniform.ln() }
    }
}
