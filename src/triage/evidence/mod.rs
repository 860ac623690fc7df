//! What speaks for and against “the deploy caused this”: what it changed, and how an error is linked to that.
//!
//! [`Diff`] is what a deploy changed, read from text; [`FileClass`] what each file is for; [`Change`] both of them indexed for one
//! case. Links come of the trace and of the message, measurements of the series; [`rules`] is the one table of them all.

pub mod diff;
pub mod files;

mod change;
pub mod citations;
mod guards;
pub mod measured;
pub mod rules;
pub(super) mod text;
pub(super) mod trace;
mod words;

pub(super) use change::{Change, only_logging};
