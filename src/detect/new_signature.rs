//! The rule for signatures without a record in B, to which no test applies.

use serde::{Deserialize, Serialize};

/// *Fires when* a signature without any record in B has at least `min_count` records in W. *Misses when* it is known but rose.
/// *Fires wrongly when* rare errors recur after more than B's length. *Reference*: semantics.md §3; statistics.md §7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSignature {
    /// At least 1.
    pub min_count: u64,
}
