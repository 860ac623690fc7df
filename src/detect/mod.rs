//! Which signatures rose after a deploy. A detector sees a [`History`] that ends at the decision, and nothing else.

mod always;
mod arms;
mod baseline;
mod cond_binomial;
mod correction;
mod dispersion;
mod either;
mod gamma_poisson;
mod history;
mod look;
mod nb;
mod new_signature;
mod null;
mod poisson_fixed;
mod random;
mod return_period;
mod rolling_pct;
mod rows;
mod shock;
mod spec;
mod stage;
mod strat_nb;

pub use baseline::Baseline;
pub use either::{EitherSpec, Member};
pub use history::{History, Past};
pub use look::Look;
pub use new_signature::NewSignature;
pub use return_period::{ReturnPeriod, ReturnPeriodSpec, Row, Tuning, Verdict};
pub use rows::{RowDetectorSpec, RowVerdict, WindowsSpec};
pub use shock::{CommonShock, Shock, ShockKind};
pub use spec::{DetectSpec, Family};
pub use stage::{Detect, Measured, STRATA, STRATUM_COUNT, Seen};

use crate::model::Span;
use always::Always;
use cond_binomial::{CondBinomial, CondBinomialSpec};
use either::Either;
use gamma_poisson::{GammaPoisson, GammaPoissonSpec};
use nb::{Nb, NbSpec};
use null::Null;
use poisson_fixed::PoissonFixed;
use random::{Random, RandomSpec};
use rolling_pct::RollingPct;
use serde::{Deserialize, Serialize};
use strat_nb::{StratNb, StratNbSpec};

/// What a detector says of one signature that is not new.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Expected count in W under the detector's baseline.
    pub expected: f64,
    /// Natural logarithm of the upper-tail p-value, at most 0.
    pub ln_p: f64,
}

/// Scores one signature's window against its baseline.
pub trait Detector: Sync + Send {
    fn score(&self, history: &History) -> Score;
}

/// A detector; one file each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DetectorSpec {
    PoissonFixed {},
    CondBinomial(CondBinomialSpec),
    GammaPoisson(GammaPoissonSpec),
    Nb(NbSpec),
    StratNb(StratNbSpec),
    RollingPct {},
    Either(EitherSpec),
    Random(RandomSpec),
    Null {},
    Always {},
}

impl DetectorSpec {
    #[must_use]
    pub fn build(&self) -> Box<dyn Detector> {
        match self {
            Self::PoissonFixed {} => Box::new(PoissonFixed),
            Self::CondBinomial(spec) => Box::new(CondBinomial::new(spec)),
            Self::GammaPoisson(spec) => Box::new(GammaPoisson::new(*spec)),
            Self::Nb(spec) => Box::new(Nb::new(*spec)),
            Self::StratNb(spec) => Box::new(StratNb::new(*spec)),
            Self::RollingPct {} => Box::new(RollingPct),
            Self::Either(spec) => Box::new(Either::new(spec)),
            Self::Random(spec) => Box::new(Random::new(*spec)),
            Self::Null {} => Box::new(Null),
            Self::Always {} => Box::new(Always),
        }
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::GammaPoisson(spec) => spec.check(),
            Self::Nb(spec) => spec.check(),
            Self::StratNb(spec) => spec.check(),
            Self::Either(spec) => spec.check(),
            Self::PoissonFixed {}
            | Self::CondBinomial(_)
            | Self::RollingPct {}
            | Self::Random(_)
            | Self::Null {}
            | Self::Always {} => Ok(()),
        }
    }

    /// Lengths of windows shorter than W that it looks at too.
    #[must_use]
    pub fn horizons(&self) -> Vec<Span> {
        match self {
            Self::Either(spec) => spec.of.iter().filter_map(|member| member.within).collect(),
            _ => Vec::new(),
        }
    }
}

/// A parameter that must be a finite number above 0.
fn above_zero(name: &str, value: f64) -> Result<(), String> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(format!("detect.detector.{name} is {value}: it is a number above 0"))
}
