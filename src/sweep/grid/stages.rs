//! A pipeline as tables, one a stage: what a grid's paths lead into.

use crate::dataset::{nearest, plain};
use crate::pipeline::{PRESETS, PipelineSpec, Preset};
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// What a path begins with.
pub(super) const STAGES: [&str; 7] = ["replay", "normalize", "detect", "gate", "triage", "act", "matching"];

/// The stages that decide; the others say what they are shown and how they are judged.
const DECIDING: [&str; 5] = ["normalize", "detect", "gate", "triage", "act"];

/// Values in what a pipeline decides by: every number, word and switch of `normalize`, `detect`, `gate`, `triage` and `act` as its file
/// is written in full; a list counts what is in it. What a pipeline leaves at a default that its file need not name counts nothing.
///
/// The one-standard-error rule takes the fewest for the simplest (statistics.md §9): each is something that a person may have to
/// explain, review and keep right, and that a search may have fitted to chance.
#[must_use]
pub fn parameter_count(spec: &PipelineSpec) -> u64 {
    let table = table_of(spec);
    DECIDING.iter().filter_map(|stage| table.get(*stage)).map(leaves).sum()
}

fn leaves(value: &Value) -> u64 {
    match value {
        Value::Table(table) => table.values().map(leaves).sum(),
        Value::Array(values) => values.iter().map(leaves).sum(),
        _ => 1,
    }
}

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
    fn every_value_that_decides_counts_one() {
        let count = |name: &str| parameter_count(&Preset::find(name).unwrap().spec().unwrap());
        // kind, 3 masks and a length, truncate; kind, alpha, exposure, correction; kind; kind; 3 thresholds and an action, kind, and 6 floors.
        let null = table_of(&Preset::find("null").unwrap().spec().unwrap());
        assert_eq!(count("null"), DECIDING.iter().map(|stage| leaves(&null[*stage])).sum::<u64>());
        assert!(count("null") < count("langchain-2026") && count("langchain-2026") < count("recommended-2026"));
        let text = "schema_version = 1\nname = 'a'\nbase = 'null'\n[detect]\ndetector = { kind = 'null' }\nalpha = 0.05\ncorrection = 'none'\nmin_count = 2\n";
        let one_more = crate::pipeline::parse_pipeline(text, "a.toml").unwrap();
        assert_eq!(parameter_count(&one_more), count("null") + 1);
    }

    #[test]
    fn every_preset_is_its_tables() {
        for preset in &PRESETS {
            let spec = preset.spec().unwrap();
            let again = spec_of(&table_of(&spec)).unwrap();
            assert_eq!(PipelineSpec { name: spec.name.clone(), description: spec.description.clone(), ..again }, spec);
        }
    }
}
