//! Which signatures rose after a deploy. A detector sees a [`History`] that ends at the decision, and nothing else.

mod always;
mod arms;
mod baseline;
mod bins;
mod cond_binomial;
mod correction;
mod cusum;
mod did;
mod dispersion;
mod e_value;
mod ears;
mod either;
mod etest;
mod expectation;
mod farrington;
#[cfg(test)]
mod fixture;
mod gamma_poisson;
mod history;
mod look;
mod memo;
mod nb;
mod new_signature;
mod null;
mod poisson_fixed;
mod prefix_scan;
mod random;
mod return_period;
mod rolling_pct;
mod rows;
mod shock;
mod shock_law;
mod spec;
mod stage;
mod strat_nb;
mod threshold;
mod versions;

pub use baseline::Baseline;
pub use either::{EitherSpec, Member};
pub use history::{History, Past};
pub use look::Look;
pub use new_signature::NewSignature;
pub use return_period::{ReturnPeriod, ReturnPeriodSpec, Row, Tuning, Verdict};
pub use rows::{RowDetectorSpec, RowVerdict, WindowsSpec};
pub use shock::{CommonShock, Shock, ShockKind};
pub use spec::{DetectSpec, Family};
pub use stage::{Detect, Measured, STRATA, STRATUM_COUNT, Seen, Tests};

use crate::model::Span;
use always::Always;
use cond_binomial::{CondBinomial, CondBinomialSpec};
use cusum::{Cusum, CusumSpec};
use did::{Did, DidSpec};
use e_value::{EValue, EValueSpec};
use ears::{Ears, EarsSpec};
use either::Either;
use etest::{Etest, EtestSpec};
use farrington::{Farrington, FarringtonSpec};
use gamma_poisson::{GammaPoisson, GammaPoissonSpec};
use nb::{Nb, NbSpec};
use null::Null;
use poisson_fixed::PoissonFixed;
use prefix_scan::{PrefixScan, PrefixScanSpec};
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
    Etest(EtestSpec),
    GammaPoisson(GammaPoissonSpec),
    Nb(NbSpec),
    StratNb(StratNbSpec),
    Did(DidSpec),
    Farrington(FarringtonSpec),
    Ears(EarsSpec),
    Cusum(CusumSpec),
    PrefixScan(PrefixScanSpec),
    EValue(EValueSpec),
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
            Self::Etest(spec) => Box::new(Etest::new(*spec)),
            Self::GammaPoisson(spec) => Box::new(GammaPoisson::new(*spec)),
            Self::Nb(spec) => Box::new(Nb::new(*spec)),
            Self::StratNb(spec) => Box::new(StratNb::new(*spec)),
            Self::Did(spec) => Box::new(Did::new(*spec)),
            Self::Farrington(spec) => Box::new(Farrington::new(*spec)),
            Self::Ears(spec) => Box::new(Ears::new(*spec)),
            Self::Cusum(spec) => Box::new(Cusum::new(*spec)),
            Self::PrefixScan(spec) => Box::new(PrefixScan::new(spec)),
            Self::EValue(spec) => Box::new(EValue::new(*spec)),
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
            Self::Did(spec) => spec.check(),
            Self::Farrington(spec) => spec.check(),
            Self::Ears(spec) => spec.check(),
            Self::Cusum(spec) => spec.check(),
            Self::PrefixScan(spec) => spec.check(),
            Self::EValue(spec) => spec.check(),
            Self::Either(spec) => spec.check(),
            Self::PoissonFixed {}
            | Self::CondBinomial(_)
            | Self::Etest(_)
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

    /// The shortest part of W that it looks at by itself, after the key that says so.
    #[must_use]
    pub fn shortest_part(&self) -> Option<(&'static str, Span)> {
        match self {
            Self::Cusum(spec) => Some(("bin", spec.bin)),
            Self::EValue(spec) => Some(("bin", spec.bin)),
            Self::PrefixScan(spec) => spec.prefixes.iter().min().map(|&prefix| ("prefixes", prefix)),
            Self::Either(spec) => {
                let part = |member: &Member| [member.within.map(|span| ("of", span)), member.detector.shortest_part()];
                spec.of.iter().flat_map(part).flatten().min_by_key(|&(_, span)| span)
            }
            _ => None,
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
