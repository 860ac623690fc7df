//! One side of a comparison: a folder of a replay, or a trial of a sweep.

use crate::dataset::{nearest, read_text};
use crate::model::UserError;
use crate::sweep::{Ground, Record};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};

const AGAIN: &str = "get the file again, or replay once more";

/// What was decided, on what ground.
pub struct Side {
    pub ground: Ground,
    pub record: Record,
    pub of_sweep: bool,
    /// The file that the record was read from.
    pub place: PathBuf,
}

impl Side {
    /// Reads `FOLDER`, of a replay of one pipeline, or `SWEEP_DIR:TRIAL`.
    ///
    /// # Errors
    /// When there is no such folder, file or trial, a file is damaged, or the two files do not belong together.
    pub fn read(given: &str) -> Result<Self, UserError> {
        let folder = Path::new(given);
        let side = match given.rsplit_once(':') {
            Some((folder, id)) if !Path::new(given).exists() => Self::trial(Path::new(folder), id)?,
            _ => Self::replay(folder)?,
        };
        if !side.ground.holds(&side.record) {
            let message = "names deploys, services or incidents that ground.json beside it does not hold";
            return Err(UserError::new(shown(&side.place), message, AGAIN));
        }
        Ok(side)
    }

    fn replay(folder: &Path) -> Result<Self, UserError> {
        let place = folder.join("record.json");
        if !place.exists() {
            return Err(no_record(folder));
        }
        let ground = of_file(&folder.join("ground.json"))?;
        Ok(Self { ground, record: of_file(&place)?, of_sweep: false, place: one_name(place) })
    }

    fn trial(folder: &Path, id: &str) -> Result<Self, UserError> {
        let place = folder.join("records.jsonl");
        if !place.exists() {
            let message = if folder.is_dir() { "holds no records.jsonl" } else { "is no folder" };
            let help = "name the --out folder of a sweep before the colon, such as reports/sweep:t0001";
            return Err(UserError::new(shown(folder), message, help));
        }
        let ground = of_file(&folder.join("ground.json"))?;
        let record = find(&place, &read_text(&place)?, id)?;
        Ok(Self { ground, record, of_sweep: true, place: one_name(place) })
    }
}

/// The same file by the same name, however it was reached.
fn one_name(path: PathBuf) -> PathBuf {
    path.canonicalize().unwrap_or(path)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Why a folder is not that of a replay, and which one may be meant.
fn no_record(folder: &Path) -> UserError {
    let error = |message: &str, help: String| UserError::new(shown(folder), message, help);
    let usual = "name the folder of a replay of one pipeline, or SWEEP_DIR:TRIAL";
    if !folder.exists() {
        return error("there is no such folder", usual.to_owned());
    }
    if folder.join("records.jsonl").exists() {
        return error("is the folder of a sweep", format!("name a trial of it: {}:t0001", folder.display()));
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut inside: Vec<String> = entries
        .filter(|entry| entry.path().join("record.json").exists())
        .map(|entry| shown(&folder.join(entry.file_name())))
        .collect();
    inside.sort();
    if !inside.is_empty() {
        return error("holds several pipelines", format!("name one: {}", inside.join(" or ")));
    }
    if folder.join("evaluation.json").exists() {
        return error("was written by an earlier version, without record.json", "replay it again".to_owned());
    }
    error("holds no record.json", usual.to_owned())
}

fn of_file<T: DeserializeOwned>(path: &Path) -> Result<T, UserError> {
    serde_json::from_str(&read_text(path)?)
        .map_err(|e| UserError::new(format!("{}:{}", shown(path), e.line()), format!("cannot be used: {e}"), AGAIN))
}

/// The trial's record among those of a sweep, one a line.
fn find(path: &Path, text: &str, id: &str) -> Result<Record, UserError> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    let mut ids = Vec::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let damaged = |e: serde_json::Error| {
            UserError::new(format!("{}:{number}", shown(path)), format!("cannot be used: {e}"), AGAIN)
        };
        match serde_json::from_str::<Named>(line) {
            Ok(named) if named.id == id => return serde_json::from_str(line).map_err(damaged),
            Ok(named) => ids.push(named.id),
            // A sweep that was stopped while it wrote leaves a line without its end.
            Err(_) if !line.ends_with('\n') => {}
            Err(e) => return Err(damaged(e)),
        }
    }
    let known: Vec<&str> = ids.iter().map(String::as_str).collect();
    let close = nearest(id, &known);
    let help = match (ids.first(), ids.last()) {
        (Some(first), Some(last)) => format!("it has {} trials, {first} to {last}", ids.len()),
        _ => "it has no trial".to_owned(),
    };
    Err(UserError::new(shown(path), format!("has no trial {id:?}{close}"), help))
}
