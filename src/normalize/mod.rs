//! Messages to templates. A normalizer maps distinct strings, never records.

mod mask;
mod masks;
pub mod stack;

pub use mask::{MASKS, Mask, MaskKind};
pub use masks::{Masks, MasksSpec};

use serde::{Deserialize, Serialize};

/// Maps a message to its template.
pub trait Normalizer: Sync {
    fn template(&self, message: &str) -> String;
}

/// A way to group records; one file each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NormalizerSpec {
    Masks(MasksSpec),
}

impl NormalizerSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn build(&self) -> Result<Box<dyn Normalizer>, String> {
        match self {
            Self::Masks(spec) => Ok(Box::new(Masks::new(spec)?)),
        }
    }
}
