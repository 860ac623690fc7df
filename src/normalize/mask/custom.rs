//! Masks that users write.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Most bytes of a pattern.
const PATTERN_BYTES: usize = 1 << 10;
/// Most bytes that a compiled pattern takes.
pub(in crate::normalize) const COMPILED_BYTES: usize = 1 << 20;
/// Most nested groups.
const NESTING: u32 = 50;
/// Most bytes of a name and of a placeholder.
const NAME_BYTES: usize = 64;

/// `{ mask = "custom", name = "order_id", pattern = "ORD-[0-9]+", placeholder = "<order>" }`: stands anywhere in the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomMask {
    /// Lower-case letters, digits and `_`; at most 64.
    pub name: String,
    /// A regular expression of the `regex` crate's syntax (no look-around, no back references); at most 1 KiB, and 1 MiB
    /// compiled.
    pub pattern: String,
    /// Literal text of at most 64 bytes; by default `<name>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
}

impl CustomMask {
    /// What stands for the masked part.
    #[must_use]
    pub fn placeholder(&self) -> Cow<'_, str> {
        match &self.placeholder {
            Some(placeholder) => Cow::Borrowed(placeholder),
            None => Cow::Owned(format!("<{}>", self.name)),
        }
    }

    /// # Errors
    /// When the name, the pattern or the placeholder is out of bounds, or the pattern is no regular expression.
    pub fn check(&self) -> Result<(), String> {
        let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.name.is_empty() || self.name.len() > NAME_BYTES || !self.name.chars().all(lower) {
            return Err(format!(
                "normalize.masks: the name {:?} is not 1 to {NAME_BYTES} lower-case letters, digits or _",
                self.name
            ));
        }
        let placeholder = self.placeholder();
        if placeholder.len() > NAME_BYTES || placeholder.chars().any(char::is_control) {
            return Err(self.error(&format!(
                "has a placeholder that is over {NAME_BYTES} bytes or has control characters: {placeholder:?}"
            )));
        }
        if self.pattern.len() > PATTERN_BYTES {
            return Err(self.error(&format!(
                "has a pattern of {} bytes; at most {PATTERN_BYTES} are allowed",
                self.pattern.len()
            )));
        }
        let regex = self.compile()?;
        if regex.is_match("") {
            return Err(self.error("matches the empty text, which stands everywhere"));
        }
        Ok(())
    }

    /// # Errors
    /// When the pattern is no regular expression, or a too large one.
    pub fn compile(&self) -> Result<Regex, String> {
        RegexBuilder::new(&self.pattern)
            .size_limit(COMPILED_BYTES)
            .nest_limit(NESTING)
            .build()
            .map_err(|error| self.error(&format!("has a pattern that cannot be used: {error}")))
    }

    fn error(&self, what: &str) -> String {
        format!("normalize.masks: {} {what}", self.name)
    }
}
