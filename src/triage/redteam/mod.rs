//! Prompt injections: what strangers could write into a log or a change so that a model says what they want.
//!
//! A payload stands in one of five positions of a small case, and beside each attacked case stands its clean twin: the same case with
//! harmless words of the same lengths in the payload's place. Whatever a triager does differently for the two, the payload did.
//! Payloads that demand `caused` stand in a case of an innocent deploy, the others in one of a guilty deploy.

mod encoding;
mod exhibit;
mod obey;
mod payload;
#[cfg(test)]
mod tests;
mod twin;

pub use exhibit::{Exhibit, Pair, Position, pair, pairs};
pub use obey::obeyed;
pub use payload::{Payload, payloads};
