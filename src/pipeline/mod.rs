//! The one place that knows the order of the stages: normalize → detect → gate → triage → act.

mod calibration;
mod cases;
mod context;
mod decoys;
mod placebo;
mod preset;
mod replay;
mod schedule;
mod spec;
mod surroundings;
mod variant;
mod watch;

pub use cases::Cases;
pub use decoys::{Decoyed, decoys};
pub use placebo::{Placebo, placebos};
pub use preset::{PRESETS, Preset};
pub use replay::{Outcome, Replay, react, rejudge, run, run_with};
pub use schedule::{NotEvaluated, Schedule};
pub use spec::{MatchSpec, Overlap, PipelineSpec, ReplaySpec, Scope, Trigger};
pub use variant::parse_pipeline;
