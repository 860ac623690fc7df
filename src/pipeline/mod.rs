//! The one place that knows the order of the stages: normalize → detect → gate → triage → act.

mod calibration;
mod cases;
mod context;
mod decoys;
mod groupings;
mod placebo;
mod preset;
mod replay;
mod schedule;
mod spec;
mod surroundings;
mod variant;
mod verdicts;
mod watch;

pub use cases::{Cases, Diffs};
pub use decoys::{Decoyed, decoys};
pub use groupings::{Grouping, Groupings};
pub use placebo::{Placebo, placebos};
pub use preset::{PRESETS, Preset};
pub use replay::{Asked, Outcome, Replay, act, ask, react, run, run_on};
pub use schedule::{NotEvaluated, Schedule};
pub use spec::{MatchSpec, Overlap, PipelineSpec, ReplaySpec, Scope, Trigger};
pub use variant::parse_pipeline;
pub use verdicts::Verdicts;
pub use watch::{Flagged, Watched};
