//! Masks: what replaces a variable part of a message by a named placeholder.
//!
//! A mask is a variant of [`MaskKind`] and one row of [`MASKS`]. What it looks for is in `pattern`, what it takes of that in
//! `span`, what it leaves behind in `replacement`, and the cheap condition that saves most searches in `gate`.

mod body;
mod custom;
mod gate;
mod host;
mod keep;
mod pattern;
mod replacement;
mod span;
mod table;

pub use custom::CustomMask;
pub use keep::{PathKeep, UrlKeep};
pub use table::{MASKS, Mask};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One mask as a configuration names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "mask", rename_all = "snake_case", deny_unknown_fields)]
pub enum MaskKind {
    Ansi {},
    Uuid {},
    Timestamp {},
    Datetime {},
    Date {},
    Time {},
    Epoch {},
    Duration {},
    Url {
        #[serde(default, skip_serializing_if = "UrlKeep::is_nothing")]
        keep: UrlKeep,
    },
    Email {},
    Host {},
    Mac {},
    Ipv4 {},
    Ipv6 {},
    Port {},
    Pod {},
    Path {
        #[serde(default, skip_serializing_if = "PathKeep::is_nothing")]
        keep: PathKeep,
    },
    Body {},
    Quoted {},
    KeyValue {},
    /// Runs of base64 digits of at least this length.
    Base64 {
        #[serde(default = "base64_length", skip_serializing_if = "is_base64_length")]
        min_length: u8,
    },
    Digest {},
    /// Runs of hexadecimal digits of at least this length that hold a digit, or `0x…`.
    Hex {
        min_length: u8,
    },
    WithDigit {},
    /// A whole number as people write it; what may belong to it can be switched off.
    Quantity {
        /// `+` and `-`.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        sign: bool,
        /// `.5` and `e-3`.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        decimals: bool,
        /// `1,234,567`.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        thousands: bool,
        /// `KiB`, `bytes`, `Mbps`, …
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        unit: bool,
        /// `%`.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        percent: bool,
        /// Digits before the decimal point, at least.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        min_length: u8,
    },
    /// Runs of ASCII digits of at least this length.
    Number {
        min_length: u8,
    },
    /// A row of the user's own.
    Custom(CustomMask),
}

/// Long enough that words are no base64.
fn base64_length() -> u8 {
    24
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_base64_length(length: &u8) -> bool {
    *length == base64_length()
}

fn one() -> u8 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_one(length: &u8) -> bool {
    *length == 1
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_yes(flag: &bool) -> bool {
    *flag
}

impl MaskKind {
    /// The name that a configuration uses; a row of the user's own has its own.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Custom(custom) => &custom.name,
            other => other.row().name,
        }
    }

    /// What stands for the masked part.
    #[must_use]
    pub fn placeholder(&self) -> Cow<'_, str> {
        match self {
            Self::Custom(custom) => custom.placeholder(),
            other => Cow::Borrowed(other.row().placeholder),
        }
    }

    /// The row that describes this mask.
    #[must_use]
    pub fn row(&self) -> &'static Mask {
        let index = match self {
            Self::Ansi {} => 0,
            Self::Uuid {} => 1,
            Self::Timestamp {} => 2,
            Self::Datetime {} => 3,
            Self::Date {} => 4,
            Self::Time {} => 5,
            Self::Epoch {} => 6,
            Self::Duration {} => 7,
            Self::Url { .. } => 8,
            Self::Email {} => 9,
            Self::Host {} => 10,
            Self::Mac {} => 11,
            Self::Ipv4 {} => 12,
            Self::Ipv6 {} => 13,
            Self::Port {} => 14,
            Self::Pod {} => 15,
            Self::Path { .. } => 16,
            Self::Body {} => 17,
            Self::Quoted {} => 18,
            Self::KeyValue {} => 19,
            Self::Base64 { .. } => 20,
            Self::Digest {} => 21,
            Self::Hex { .. } => 22,
            Self::WithDigit {} => 23,
            Self::Quantity { .. } => 24,
            Self::Number { .. } => 25,
            Self::Custom(_) => 26,
        };
        &MASKS[index]
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Custom(custom) => custom.check(),
            Self::Hex { min_length: 0 }
            | Self::Number { min_length: 0 }
            | Self::Base64 { min_length: 0 }
            | Self::Quantity { min_length: 0, .. } => {
                Err(format!("normalize.masks: {} has min_length 0, which every text has", self.name()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the rule looks at the first 16 KiB of a text only. The masks of the first release look at all of it.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        !matches!(
            self,
            Self::Uuid {}
                | Self::Timestamp {}
                | Self::Url { .. }
                | Self::Email {}
                | Self::Ipv4 {}
                | Self::Ipv6 {}
                | Self::Path { .. }
                | Self::Quoted {}
                | Self::Hex { .. }
                | Self::Number { .. }
        )
    }
}

/// Bytes that [`MaskKind::span`] may read of `text` beyond the matches, over all of them.
#[must_use]
pub(super) fn reads_beyond(text: &str) -> usize {
    text.len().saturating_mul(body::READS_PER_BYTE)
}

#[cfg(test)]
mod tests;
