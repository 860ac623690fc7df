//! What would be done with a case. Nothing here can reach outside the process: the fixer is a stub that charges what an
//! attempt is expected to take.

mod charges;
#[cfg(test)]
mod fixture;
mod floors;
mod policy;
mod posterior;
mod rollback;
mod spec;
mod stage;

pub use charges::{Charge, Charges};
pub use floors::FloorsSpec;
pub use policy::{Policy, Stakes};
pub use posterior::posterior;
pub use rollback::{RollbackValue, RollbackWhen};
pub use spec::ActSpec;
pub use stage::{Act, CaseFacts};

use crate::model::Action;
use serde::{Deserialize, Serialize};

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
