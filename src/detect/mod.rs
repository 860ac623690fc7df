//! Which signatures rose after a deploy. A detector sees a [`History`] that ends at the decision, and nothing else.

mod always;
mod cond_binomial;
mod history;
mod new_signature;
mod null;
mod poisson_fixed;
mod spec;

pub use history::History;
pub use new_signature::NewSignature;
pub use spec::{Detect, DetectSpec, Look, Measured, Seen};

use always::Always;
use cond_binomial::{CondBinomial, CondBinomialSpec};
use null::Null;
use poisson_fixed::PoissonFixed;
use serde::{Deserialize, Serialize};

/// What a detector says of one signature that is not new.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Expected count in W under the detector's baseline.
    pub expected: f64,
    /// Natural logarithm of the upper-tail p-value.
    pub ln_p: f64,
}

/// Scores one signature's window against its baseline.
pub trait Detector: Sync {
    fn score(&self, history: &History) -> Score;
}

/// A detector; one file each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DetectorSpec {
    PoissonFixed {},
    CondBinomial(CondBinomialSpec),
    Null {},
    Always {},
}

impl DetectorSpec {
    #[must_use]
    pub fn build(&self) -> Box<dyn Detector> {
        match self {
            Self::PoissonFixed {} => Box::new(PoissonFixed),
            Self::CondBinomial(spec) => Box::new(CondBinomial::new(spec)),
            Self::Null {} => Box::new(Null),
            Self::Always {} => Box::new(Always),
        }
    }
}
