//! What a grid comes to, before anything is replayed.

use super::asking;
use crate::cli::args::SweepArgs;
use crate::cli::failure::Failure;
use crate::cli::output::warn;
use crate::cli::progress::Terminal;
use crate::dataset::{DataSet, nearest, read_text};
use crate::endpoint::sha256;
use crate::evaluate::Costs;
use crate::model::{UserError, visible};
use crate::report;
use crate::sweep::plan::{Stages, branches};
use crate::sweep::{GRIDS, Grid, Origin, Planned, ShippedGrid, Trial, TrialFile, read_grid};
use std::fmt::Write as _;
use std::path::Path;

/// Reads the grid, a shipped one by its name or a file, and plans its trials.
pub fn read(args: &SweepArgs) -> Result<(Grid, Planned), Failure> {
    let Some(given) = &args.grid else {
        return Err(Failure::usage("--grid", "which grid?", "shakedown sweep DATASET --grid first-look"));
    };
    let grid = match ShippedGrid::find(given) {
        Some(shipped) => shipped.grid()?,
        None => file(given)?,
    };
    let planned = grid.plan()?;
    for note in &planned.notes {
        warn(note);
    }
    Ok((grid, planned))
}

fn file(given: &str) -> Result<Grid, UserError> {
    let path = Path::new(given);
    if !path.exists() {
        let names: Vec<&str> = GRIDS.iter().map(|grid| grid.name).collect();
        let message = format!("is neither a shipped grid nor a file{}", nearest(given, &names));
        return Err(UserError::new(given, message, format!("shipped are: {}", names.join(", "))));
    }
    read_grid(&read_text(path)?, given, path.parent().unwrap_or_else(|| Path::new("")))
}

/// What the records of this sweep are made from.
pub fn origin(data: &DataSet, costs: &Costs, grid: &Grid, planned: &Planned) -> Result<Origin, UserError> {
    let files: Vec<TrialFile> = planned.trials.iter().map(TrialFile::of).collect();
    Ok(Origin {
        schema_version: 1,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_set_hash: data.hash().to_owned(),
        costs: sha256(&report::json(costs)?),
        trials: sha256(&format!("{:?}{}", grid.sample, report::json_lines(&files)?)),
    })
}

/// What a sweep would do, with nothing replayed that costs anything.
pub fn dry_run(data: &DataSet, grid: &Grid, planned: &Planned, terminal: &Terminal) -> Result<String, Failure> {
    let all: Vec<usize> = (0..planned.trials.len()).collect();
    let stages = Stages::of(&branches(&planned.trials, &all));
    let summary = &planned.summary;
    let points = summary.trials;
    let mut text = format!(
        "{} on {}: {} trials: {points} points of the grid, {} besides (base and references)\n",
        visible(&grid.name),
        visible(&data.manifest.name),
        planned.trials.len(),
        planned.trials.len() as u64 - points
    );
    let mut line = |what: &str, told: String| _ = writeln!(text, "  {what:<22}{told}");
    if let Some(combinations) = summary.combinations {
        line("combinations", combinations.to_string());
    }
    line("left out", format!("{} excluded, {} the same as an earlier one", summary.excluded, summary.duplicates));
    for invalid in summary.invalid.iter().take(5) {
        line("no valid pipeline", format!("{} × {}", invalid.count, visible(&invalid.reason)));
    }
    line("computed once each", told(stages));
    line("objective", grid.objective.in_words());
    text.push_str(&asking::forecast(data, &planned.trials, terminal)?);
    Ok(text)
}

fn told(stages: Stages) -> String {
    format!(
        "{} groupings, {} measurements of all windows, {} sets of thresholds, {} gated, {} judged, {} acted",
        stages.normalize, stages.measure, stages.flag, stages.gate, stages.triage, stages.act
    )
}

/// The trials that ask a model.
pub fn asking_trials(trials: &[Trial]) -> Vec<usize> {
    (0..trials.len()).filter(|&trial| trials[trial].spec.triage.endpoint().is_some()).collect()
}
