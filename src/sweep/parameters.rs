//! How many values a pipeline is made of.

use crate::pipeline::PipelineSpec;
use toml::{Table, Value};

/// The stages that decide; the others say what they are shown and how they are judged.
const DECIDING: [&str; 5] = ["normalize", "detect", "gate", "triage", "act"];

/// Values in the deciding stages as a pipeline file has them in full; a list counts what is in it.
#[must_use]
pub fn parameter_count(spec: &PipelineSpec) -> u64 {
    let table = Table::try_from(spec).unwrap_or_default();
    DECIDING.iter().filter_map(|stage| table.get(*stage)).map(leaves).fold(0, |sum, n| sum + n)
}

fn leaves(value: &Value) -> u64 {
    match value {
        Value::Table(table) => table.values().map(leaves).fold(0, |sum, n| sum + n),
        Value::Array(values) => values.iter().map(leaves).fold(0, |sum, n| sum + n),
        _ => 1,
    }
}
