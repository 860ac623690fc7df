//! `shakedown normalize`: how errors are grouped, judged by labels.

mod args;
mod diff;
mod label;
mod named;
mod questions;
mod recalibrate;
mod score;

pub use args::NormalizeArgs;

use super::failure::Failure;
use super::progress::Terminal;
use crate::normalize::NormalizerSpec;
use args::NormalizeCommand;

/// The cosine distance within which a normalizer takes templates for one; `None`: it goes by something else.
fn own_threshold(spec: &NormalizerSpec) -> Option<f64> {
    match spec {
        NormalizerSpec::Embedding(spec) => Some(spec.threshold),
        NormalizerSpec::Stack(spec) => own_threshold(&spec.fallback),
        NormalizerSpec::Sentry(spec) => own_threshold(&spec.fallback),
        _ => None,
    }
}

pub fn run(args: &NormalizeArgs, terminal: &Terminal) -> Result<(), Failure> {
    match &args.command {
        NormalizeCommand::Score(args) => score::run(args, terminal),
        NormalizeCommand::Diff(args) => diff::run(args, terminal),
        NormalizeCommand::Label(args) => label::run(args, terminal),
        NormalizeCommand::Recalibrate(args) => recalibrate::run(args, terminal),
    }
}

/// Distance that pairs are drawn around when none is given: most pairs of one error lie below it, most of two above.
const DEFAULT_THRESHOLD: f64 = 0.3;

/// # Errors
/// When it is no distance.
fn check_threshold(distance: f64) -> Result<f64, Failure> {
    if distance > 0.0 && distance <= 1.0 {
        return Ok(distance);
    }
    Err(Failure::usage("--threshold", format!("{distance} is no cosine distance in (0, 1]"), ""))
}
