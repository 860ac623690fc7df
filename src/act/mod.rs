//! What would be done with a case. Nothing here can reach outside the process: the fixer is a stub that charges what an
//! attempt is expected to take.

mod charges;
mod policy;

pub use charges::{Charge, Charges};
pub use policy::Policy;

use crate::model::Action;
use serde::{Deserialize, Serialize};

/// The action stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActSpec {
    pub policy: Policy,
    pub fixer: FixerSpec,
}

/// Who carries out an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FixerSpec {
    /// Does nothing and charges the expected tokens and minutes.
    Stub {},
}

impl FixerSpec {
    /// What this action takes.
    #[must_use]
    pub fn attempt(&self, action: Action, charges: &Charges) -> Charge {
        match self {
            Self::Stub {} => charges.of(action),
        }
    }
}
