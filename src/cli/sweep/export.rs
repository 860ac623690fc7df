//! `sweep --out DIR --export-trial ID FILE`: one trial's pipeline as a file.

use crate::cli::args::SweepArgs;
use crate::cli::failure::Failure;
use crate::dataset::{nearest, read_text};
use crate::model::UserError;
use crate::sweep::TrialFile;
use std::path::Path;

/// Writes the pipeline file of a trial that a sweep kept.
pub fn run(args: &SweepArgs, id: &str, file: &Path) -> Result<(), Failure> {
    let Some(out) = &args.out else {
        return Err(Failure::usage("--export-trial", "of which sweep?", "name its folder with --out DIR"));
    };
    let place = out.join("trials.jsonl");
    if !place.exists() {
        let help = "name the --out folder of a sweep that is done";
        return Err(Failure::usage(out.display().to_string(), "holds no trials.jsonl", help));
    }
    let trial = find(&place, id)?;
    if file.exists() {
        return Err(Failure::usage(file.display().to_string(), "is there already", "name a new file, or remove it"));
    }
    let unwritable = |e: std::io::Error| UserError::new(file.display().to_string(), e.to_string(), "");
    std::fs::write(file, trial.given).map_err(unwritable)?;
    Ok(())
}

fn find(place: &Path, id: &str) -> Result<TrialFile, UserError> {
    let text = read_text(place)?;
    let mut ids = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let trial: TrialFile = serde_json::from_str(line).map_err(|error| {
            let at = format!("{}:{}", place.display(), index + 1);
            UserError::new(at, format!("is no trial: {error}"), "sweep again, or get the file again")
        })?;
        if trial.id == id {
            return Ok(trial);
        }
        ids.push(trial.id);
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let message = format!("no trial is called {id:?}{}", nearest(id, &ids));
    Err(UserError::new(place.display().to_string(), message, "trials.csv beside it lists them"))
}
