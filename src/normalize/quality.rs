//! How well a normalizer groups texts whose true groups are known.
//!
//! ```text
//! labelled texts ─▶ found groups ─▶ score of a system ─┬▶ mean over systems
//!                   (found)         (system, worst)    ┘
//! ```
//!
//! Each system is grouped alone, as one service's errors would be.

mod found;
mod labelled_text;
mod mean;
mod system;
mod worst;

pub use found::Found;
pub use labelled_text::labelled_text;
pub use mean::Mean;
pub use system::{Pairwise, SystemScore, Within};
pub use worst::{Crossed, Part, Worst};

use super::NormalizerSpec;
use crate::dataset::LabelledTexts;
use serde::Serialize;

/// Confidence of the intervals.
pub const LEVEL: f64 = 0.95;
/// Draws of the bootstrap, and where its generator starts.
const REPLICATES: usize = 2000;
const SEED: u64 = 20_261;

/// How a normalizer groups several systems.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NormalizerScore {
    pub name: String,
    /// The normalizer as resolved.
    pub normalize: NormalizerSpec,
    pub systems: Vec<SystemScore>,
    pub mean: Mean,
}

impl NormalizerScore {
    /// Groups every system and scores it.
    ///
    /// # Errors
    /// When the normalizer cannot be built, or fails on a text.
    pub fn of(name: &str, spec: &NormalizerSpec, systems: &[LabelledTexts]) -> Result<Self, String> {
        let score = |system: &LabelledTexts| {
            let found = Found::of(spec.build()?, &system.texts)?;
            Ok(SystemScore::of(system, &found))
        };
        let systems = systems.iter().map(score).collect::<Result<Vec<_>, String>>()?;
        Ok(Self { name: name.to_owned(), normalize: spec.clone(), mean: Mean::of(&systems), systems })
    }
}
