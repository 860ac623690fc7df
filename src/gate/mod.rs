//! Does a detection matter? Significance is not importance: p-value **and** impact.

mod impact;

pub use impact::measure;

use crate::model::Impact;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The impact gate of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum GateSpec {
    /// Everything passes.
    None {},
    /// Passes what touches enough of the service's use.
    Impact {
        /// Smallest `weight × max(request share, user share)` that passes; in [0, 1].
        min_impact: f64,
        /// Weight of a service, above 0; 1 where absent.
        #[serde(default)]
        weights: BTreeMap<String, f64>,
    },
}

/// What the gate says of one detection.
pub enum Passage {
    Pass(String),
    Suppress(String),
}

impl GateSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if let Self::Impact { min_impact, weights } = self {
            if !(0.0..=1.0).contains(min_impact) {
                return Err(format!("gate.min_impact is {min_impact}: it lies in [0, 1]"));
            }
            if let Some((service, weight)) = weights.iter().find(|(_, w)| !(w.is_finite() && **w > 0.0)) {
                return Err(format!("gate.weights.{service} is {weight}: a weight is above 0"));
            }
        }
        Ok(())
    }

    /// Weight of a service.
    #[must_use]
    pub fn weight(&self, service: &str) -> f64 {
        match self {
            Self::None {} => 1.0,
            Self::Impact { weights, .. } => weights.get(service).copied().unwrap_or(1.0),
        }
    }

    /// Lets a detection of this impact pass, or not. What cannot be measured passes: ignorance is no reason to stay silent.
    #[must_use]
    pub fn judge(&self, impact: &Impact) -> Passage {
        match (self, impact.score()) {
            (Self::None {}, _) => Passage::Pass("no gate".to_owned()),
            (Self::Impact { .. }, None) => Passage::Pass("impact unknown: no traffic data".to_owned()),
            (Self::Impact { min_impact, .. }, Some(score)) if score >= *min_impact => {
                Passage::Pass(format!("impact {} ≥ {}", percent(score), percent(*min_impact)))
            }
            (Self::Impact { min_impact, .. }, Some(score)) => {
                Passage::Suppress(format!("impact {} < {}", percent(score), percent(*min_impact)))
            }
        }
    }
}

fn percent(share: f64) -> String {
    let digits = if share >= 0.01 { 1 } else { 3 };
    format!("{:.digits$} %", share * 100.0)
}
