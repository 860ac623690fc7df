//! The one place that knows the order of the stages: normalize → detect → gate → triage → act.

mod context;
mod preset;
mod replay;
mod schedule;
mod spec;

pub use preset::{PRESETS, Preset};
pub use replay::{Outcome, Replay, look, run};
pub use schedule::{NotEvaluated, Schedule};
pub use spec::{MatchSpec, Overlap, PipelineSpec, ReplaySpec, Scope};
