//! Writes a data set: atomically as a whole, so that a reader never sees half of one.

use super::{Manifest, parquet};
use crate::model::{Deploy, Incident, Record, Traffic, UserError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a data set folder is to hold.
pub struct SetFiles<'a> {
    pub manifest: &'a Manifest,
    pub records: &'a [Record],
    pub deploys: &'a [Deploy],
    pub incidents: &'a [Incident],
    pub traffic: &'a [Traffic],
    pub diffs: &'a BTreeMap<String, String>,
}

/// Writes the data set into `folder`, which is made if need be. Files of the same names are replaced, others left alone.
///
/// # Errors
/// When something cannot be written.
pub fn store(folder: &Path, files: &SetFiles) -> Result<(), UserError> {
    let fail = |what: &str, e: &dyn std::fmt::Display| {
        let place = folder.join(what).display().to_string();
        UserError::new(place, format!("cannot be written: {e}"), "is there room, and may this folder be written to?")
    };
    let diffs = folder.join("diffs");
    fs::create_dir_all(&diffs).map_err(|e| fail("diffs", &e))?;
    let manifest = toml::to_string(files.manifest).map_err(|e| fail("dataset.toml", &e))?;
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).map_err(|e| fail(name, &e));
    write("deploys.jsonl", &json_lines(files.deploys))?;
    write("incidents.jsonl", &json_lines(files.incidents))?;
    for (id, diff) in files.diffs {
        fs::write(diffs.join(format!("{id}.diff")), diff).map_err(|e| fail(id, &e))?;
    }
    parquet::write_traffic(&folder.join("traffic.parquet"), files.traffic)?;
    parquet::write_events(&folder.join("events.parquet"), files.records)?;
    // Last: a folder without it is no data set yet.
    write("dataset.toml", &manifest)
}

fn json_lines<T: Serialize>(rows: &[T]) -> String {
    rows.iter().map(|row| serde_json::to_string(row).unwrap_or_default() + "\n").collect()
}
