//! How many values a pipeline is made of.

use crate::pipeline::PipelineSpec;
use toml::{Table, Value};

/// The stages that decide; the others say what they are shown and how they are judged.
const DECIDING: [&str; 5] = ["normalize", "detect", "gate", "triage", "act"];

/// Values in what a pipeline decides by: every number, word and switch of `normalize`, `detect`, `gate`, `triage` and `act` as its file
/// is written in full; a list counts what is in it. What a pipeline leaves at a default that its file need not name counts nothing.
///
/// The one-standard-error rule takes the fewest for the simplest (statistics.md §9): each is something that a person may have to
/// explain, review and keep right, and that a search may have fitted to chance.
#[must_use]
pub fn parameter_count(spec: &PipelineSpec) -> u64 {
    let table = Table::try_from(spec).unwrap_or_default();
    DECIDING.iter().filter_map(|stage| table.get(*stage)).map(leaves).sum()
}

fn leaves(value: &Value) -> u64 {
    match value {
        Value::Table(table) => table.values().map(leaves).sum(),
        Value::Array(values) => values.iter().map(leaves).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{Preset, parse_pipeline};

    #[test]
    fn every_value_that_decides_counts_one() {
        let count = |name: &str| parameter_count(&Preset::find(name).unwrap().spec().unwrap());
        // A kind, three masks, one with a length, and a cut; a kind, a level, an exposure and a correction; two kinds; three thresholds,
        // an action and a kind, and the six floors.
        assert_eq!(count("null"), 1 + 4 + 1 + 4 + 2 + 5 + FLOORS);
        assert!(count("null") < count("langchain-2026") && count("langchain-2026") < count("recommended-2026"));
        let text = "schema_version = 1\nname = 'a'\nbase = 'null'\n[detect]\ndetector = { kind = 'null' }\nalpha = 0.05\ncorrection = 'none'\nmin_count = 2\n";
        assert_eq!(parameter_count(&parse_pipeline(text, "a.toml").unwrap()), count("null") + 1);
    }

    /// Floors at their defaults are not written.
    const FLOORS: u64 = 0;
}
