//! Redaction: what a text gives away is replaced by typed tokens before the text leaves the process or is written anywhere.
//!
//! ```text
//! text ─▶ pieces ─▶ readings (escapes undone, hidden characters left out, base64 decoded) ─▶ rules ─▶ raw spans ─▶ tokens
//! ```
//!
//! A [`Session`] belongs to one document, a prompt: the same value gets the same token, `<EMAIL:3>`, numbered in order of first
//! appearance. The same text gives the same bytes. Whatever goes wrong is an error, and the caller then sends nothing.
//! What is redacted and what is not: `docs/redaction.md`.

mod address;
mod base64;
mod entropy;
mod escape;
mod find;
mod header;
mod json;
mod key_block;
mod kind;
mod named;
mod number;
mod outgoing;
mod session;
mod shape;
mod spec;
mod token;
mod value;
mod view;

#[doc(hidden)]
pub mod canaries;
#[cfg(test)]
mod tests;

pub use json::outgoing_json;
pub use kind::Kind;
pub use outgoing::outgoing;
pub use session::Session;
pub use spec::{RedactionSpec, UserRule};

use find::Finder;

/// Compiled rules; shared by the sessions of all prompts.
pub struct Redactor {
    finder: Finder,
}

impl Redactor {
    /// # Errors
    /// When a kind may not be kept, or a user's rule is refused; the text begins with the key.
    pub fn new(spec: &RedactionSpec) -> Result<Self, String> {
        Ok(Self { finder: Finder::new(spec)? })
    }

    /// For one document; no two documents share tokens, so that each is redacted to the same bytes wherever it stands.
    #[must_use]
    pub fn session(&self) -> Session<'_> {
        Session::new(&self.finder)
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("kinds", &self.finder.names().count()).finish()
    }
}
