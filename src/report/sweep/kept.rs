//! What a sweep keeps for other commands: every trial's pipeline and record, and the chosen pipeline as a file.

use crate::model::UserError;
use crate::report::files::{json, json_lines, make, put, remove};
use crate::sweep::{Selection, Sweep, TrialFile};
use serde::Serialize;
use std::path::Path;

/// Writes `ground.json` and `records.jsonl` (what `compare` reads), `trials.jsonl` (every trial's pipeline) and `best.toml`, the chosen
/// one, into `out`, which is made if need be.
///
/// # Errors
/// When something cannot be written.
pub fn write_sweep_trials(out: &Path, sweep: &Sweep, selection: &Selection) -> Result<(), UserError> {
    make(out, "the sweep's folder")?;
    let trials: Vec<TrialFile> = sweep.trials.iter().map(TrialFile::of).collect();
    put(out, "ground.json", json(&sweep.ground)?)?;
    put(out, "records.jsonl", json_lines(&sweep.records)?)?;
    put(out, "trials.jsonl", json_lines(&trials)?)?;
    let chosen = selection.choice.as_ref().and_then(|choice| sweep.trials.iter().find(|trial| trial.id == choice.id));
    match chosen {
        Some(trial) => put(out, "best.toml", &trial.given),
        None => remove(out, "best.toml"),
    }
}

/// Writes `manifest.json`: how a sweep was done, and how long it took.
///
/// # Errors
/// When it cannot be written.
pub fn write_manifest(out: &Path, manifest: &impl Serialize) -> Result<(), UserError> {
    put(out, "manifest.json", json(manifest)?)
}
