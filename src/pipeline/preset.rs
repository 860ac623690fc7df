//! The shipped configurations: dated, frozen, read from `presets/*.toml`.

use super::{PipelineSpec, parse_pipeline};
use crate::model::UserError;

/// A shipped configuration.
pub struct Preset {
    pub name: &'static str,
    pub toml: &'static str,
}

/// All presets, in the order in which they are read against each other.
pub const PRESETS: [Preset; 16] = [
    Preset { name: "langchain-2026", toml: include_str!("../../presets/langchain-2026.toml") },
    Preset { name: "corrected-2026", toml: include_str!("../../presets/corrected-2026.toml") },
    Preset { name: "recommended-2026", toml: include_str!("../../presets/recommended-2026.toml") },
    Preset { name: "general-2026", toml: include_str!("../../presets/general-2026.toml") },
    Preset { name: "drain-2026", toml: include_str!("../../presets/drain-2026.toml") },
    Preset { name: "embedding-2026", toml: include_str!("../../presets/embedding-2026.toml") },
    Preset { name: "stack-2026", toml: include_str!("../../presets/stack-2026.toml") },
    Preset { name: "sentry-2026", toml: include_str!("../../presets/sentry-2026.toml") },
    Preset { name: "classifier-2026", toml: include_str!("../../presets/classifier-2026.toml") },
    Preset { name: "llm-2026", toml: include_str!("../../presets/llm-2026.toml") },
    Preset { name: "cascade-2026", toml: include_str!("../../presets/cascade-2026.toml") },
    Preset { name: "langchain-llm-2026", toml: include_str!("../../presets/langchain-llm-2026.toml") },
    Preset { name: "detect-only-2026", toml: include_str!("../../presets/detect-only-2026.toml") },
    Preset { name: "triage-only-2026", toml: include_str!("../../presets/triage-only-2026.toml") },
    Preset { name: "null", toml: include_str!("../../presets/null.toml") },
    Preset { name: "always", toml: include_str!("../../presets/always.toml") },
];

impl Preset {
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// # Errors
    /// Never for a preset as shipped.
    pub fn spec(&self) -> Result<PipelineSpec, UserError> {
        parse_pipeline(self.toml, &format!("presets/{}.toml", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_parses_passes_its_checks_and_bears_its_name() {
        for preset in &PRESETS {
            let spec = preset.spec().unwrap();
            spec.check().unwrap();
            assert_eq!(spec.name, preset.name);
            let again: PipelineSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
            assert_eq!(again, spec, "what is resolved reads back");
        }
    }
}
