//! Does a detection matter? Significance is not importance: p-value **and** impact.
//!
//! Where does a new gate go: a file here with its spec, its behaviour and its reason, and a variant in [`GateSpec`].

mod bound;
mod harm;
mod impact;
mod measure;
mod slo_burn;
#[cfg(test)]
mod tests;

pub use bound::Bound;
pub use harm::HarmSpec;
pub use impact::ImpactSpec;
pub use slo_burn::SloBurnSpec;

use crate::model::{Detection, Impact};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The impact gate of a pipeline; one file each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum GateSpec {
    /// Everything passes.
    None {},
    Impact(ImpactSpec),
    Harm(HarmSpec),
    SloBurn(SloBurnSpec),
}

/// What the gate says of one detection, with a reason for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    Pass(String),
    Suppress(String),
}

impl Passage {
    /// Passes or not; the reason gets the sign between what was measured and the threshold.
    fn of(passes: bool, reason: impl Fn(&str) -> String) -> Self {
        if passes { Self::Pass(reason("≥")) } else { Self::Suppress(reason("<")) }
    }
}

impl GateSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::None {} => Ok(()),
            Self::Impact(spec) => spec.check(),
            Self::Harm(spec) => spec.check(),
            Self::SloBurn(spec) => spec.check(),
        }
    }

    /// Lets a detection of this impact pass, or not. What cannot be measured passes: ignorance is no reason to stay silent.
    #[must_use]
    pub fn judge(&self, detection: &Detection, impact: &Impact) -> Passage {
        match self {
            Self::None {} => Passage::Pass("no gate".to_owned()),
            Self::Impact(spec) => spec.judge(impact),
            Self::Harm(spec) => spec.judge(detection, impact),
            Self::SloBurn(spec) => spec.judge(impact),
        }
    }

    /// Weight of a service; 1 where the gate has none for it.
    fn weight(&self, service: &str) -> f64 {
        let weights = match self {
            Self::Impact(spec) => &spec.weights,
            Self::Harm(spec) => &spec.weights,
            Self::None {} | Self::SloBurn(_) => return 1.0,
        };
        weights.get(service).copied().unwrap_or(1.0)
    }

    /// The records beyond expectation that it counts.
    const fn bound(&self) -> Bound {
        match self {
            Self::Impact(spec) => spec.bound,
            Self::Harm(spec) => spec.bound,
            Self::None {} | Self::SloBurn(_) => Bound::Point,
        }
    }
}

fn unknown(what: &str) -> Passage {
    Passage::Pass(format!("{what} unknown: no traffic data"))
}

fn check_weights(weights: &BTreeMap<String, f64>) -> Result<(), String> {
    match weights.iter().find(|(_, w)| !(w.is_finite() && **w > 0.0)) {
        Some((service, weight)) => Err(format!("gate.weights.{service} is {weight}: a weight is above 0")),
        None => Ok(()),
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
