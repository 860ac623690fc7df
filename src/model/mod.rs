//! Plain data, in the words of the contract (`docs/glossary.md`). No IO, no clock, no randomness.

mod action;
mod case;
mod deploy;
mod detection;
mod error;
mod evidence;
pub mod figure;
mod floor;
mod incident;
mod instant;
mod posterior;
mod progress;
mod record;
mod tokens;
mod traffic;
mod visible;

pub use action::Action;
pub use case::{Case, Disposition, Verdict, VerdictKind};
pub use deploy::Deploy;
pub use detection::{Alert, Detection, Impact, Window};
pub use error::UserError;
pub use evidence::{Citations, Direction, Evidence, Source};
pub use floor::{Floor, FloorName};
pub use incident::{Cause, Incident, IncidentSeverity, Resolution};
pub use instant::{Instant, Interval, Span};
pub use posterior::Posterior;
pub use progress::{Progress, Silent};
pub use record::{Record, Severity};
pub use tokens::Tokens;
pub use traffic::Traffic;
pub use visible::{excerpt, hides, visible};
