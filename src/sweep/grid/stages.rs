//! A pipeline as tables, one a stage: what a grid's paths lead into.

use crate::dataset::{nearest, plain};
use crate::pipeline::{PRESETS, PipelineSpec, Preset};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// What a path begins with.
pub(super) const STAGES: [&str; 7] = ["replay", "normalize", "detect", "gate", "triage", "act", "matching"];

/// A pipeline as its file has it.
pub(super) fn table_of(spec: &PipelineSpec) -> Table {
    // A specification came of a file and can be written as one.
    Table::try_from(spec).unwrap_or_default()
}

/// The pipeline that tables say, under a name to be given later; checked.
///
/// # Errors
/// What is wrong with it, by stage.
pub(super) fn spec_of(table: &Table) -> Result<PipelineSpec, Unfit> {
    Ok(PipelineSpec {
        schema_version: 1,
        name: String::new(),
        description: String::new(),
        replay: stage(table, "replay")?,
        normalize: stage(table, "normalize")?,
        detect: stage(table, "detect")?,
        gate: stage(table, "gate")?,
        triage: stage(table, "triage")?,
        act: stage(table, "act")?,
        matching: stage(table, "matching")?,
    })
}

/// Why tables are no pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// A key that its stage does not know, and those known there.
    UnknownKey {
        stage: &'static str,
        key: String,
        known: Vec<String>,
    },
    Other(String),
}

fn stage<T: DeserializeOwned>(table: &Table, name: &'static str) -> Result<T, Unfit> {
    let value = table.get(name).cloned().unwrap_or_else(|| Value::Table(Table::new()));
    value.try_into().map_err(|error: toml::de::Error| {
        let message = error.message();
        let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_owned);
        match (message.starts_with("unknown field `"), quoted.next()) {
            (true, Some(key)) => Unfit::UnknownKey { stage: name, key, known: quoted.collect() },
            _ => Unfit::Other(format!("{name}: {}", plain(message))),
        }
    })
}

/// One stage of a preset.
///
/// # Errors
/// When there is no such preset.
pub(super) fn preset_stage(preset: &str, stage: &str) -> Result<Value, String> {
    let Some(found) = Preset::find(preset) else {
        let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        return Err(format!("has the level {preset:?}, which is no preset{}", nearest(preset, &names)));
    };
    let spec = found.spec().map_err(|error| error.to_string())?;
    Ok(table_of(&spec).remove(stage).unwrap_or_else(|| Value::Table(Table::new())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_its_tables() {
        for preset in &PRESETS {
            let spec = preset.spec().unwrap();
            let again = spec_of(&table_of(&spec)).unwrap();
            assert_eq!(PipelineSpec { name: spec.name.clone(), description: spec.description.clone(), ..again }, spec);
        }
    }
}
