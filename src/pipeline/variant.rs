//! Pipeline files: all stages, or those in which a pipeline differs from a shipped one.

use super::{MatchSpec, PRESETS, PipelineSpec, Preset, ReplaySpec};
use crate::act::ActSpec;
use crate::dataset::{nearest, parse_toml};
use crate::detect::DetectSpec;
use crate::gate::GateSpec;
use crate::model::UserError;
use crate::normalize::NormalizerSpec;
use crate::triage::TriagerSpec;
use serde::Deserialize;

/// A shipped pipeline with other stages in place of some of its own; a stage is replaced as a whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    schema_version: u32,
    name: String,
    #[serde(default)]
    description: String,
    /// Name of a preset that has no base itself.
    base: String,
    replay: Option<ReplaySpec>,
    normalize: Option<NormalizerSpec>,
    detect: Option<DetectSpec>,
    gate: Option<GateSpec>,
    triage: Option<TriagerSpec>,
    act: Option<ActSpec>,
    matching: Option<MatchSpec>,
}

/// Parses a pipeline's text; `file` is its name for messages.
///
/// # Errors
/// When it is no TOML, does not fit, or its `base` is no preset that could be one.
pub fn parse_pipeline(text: &str, file: &str) -> Result<PipelineSpec, UserError> {
    if !has_base(text) {
        return parse_toml(text, file);
    }
    let variant: Variant = parse_toml(text, file).map_err(whole_stages)?;
    let base = Preset::find(&variant.base).filter(|base| !has_base(base.toml)).ok_or_else(|| {
        let names: Vec<&str> =
            PRESETS.iter().filter(|preset| !has_base(preset.toml)).map(|preset| preset.name).collect();
        let close = nearest(&variant.base, &names);
        let message = format!("base is {:?}: it must be a preset that is built on no other{close}", variant.base);
        UserError::new(file, message, format!("there are: {}", names.join(", ")))
    })?;
    let base: PipelineSpec = parse_toml(base.toml, &variant.base)?;
    Ok(PipelineSpec {
        schema_version: variant.schema_version,
        name: variant.name,
        description: variant.description,
        replay: variant.replay.unwrap_or(base.replay),
        normalize: variant.normalize.unwrap_or(base.normalize),
        detect: variant.detect.unwrap_or(base.detect),
        gate: variant.gate.unwrap_or(base.gate),
        triage: variant.triage.unwrap_or(base.triage),
        act: variant.act.unwrap_or(base.act),
        matching: variant.matching.unwrap_or(base.matching),
    })
}

/// Whoever names a base may think that its tables are filled up from there.
fn whole_stages(error: UserError) -> UserError {
    if error.message.ends_with("is missing") && error.help.is_empty() {
        let help = "a stage is replaced as a whole: shakedown preset show BASE prints the one to change";
        return UserError { help: help.to_owned(), ..error };
    }
    error
}

fn has_base(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("base"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_its_base_but_for_what_it_says() {
        let text = "schema_version = 1\nname = \"mine\"\nbase = \"recommended-2026\"\n[gate]\nkind = \"none\"\n";
        let spec = parse_pipeline(text, "mine.toml").unwrap();
        let base = Preset::find("recommended-2026").unwrap().spec().unwrap();
        assert_eq!(spec.gate, GateSpec::None {});
        let told = PipelineSpec {
            gate: base.gate.clone(),
            name: base.name.clone(),
            description: base.description.clone(),
            ..spec
        };
        assert_eq!(told, base);
    }

    #[test]
    fn mistakes_are_told() {
        let error = parse_pipeline("schema_version = 1\nname = \"a\"\nbase = \"nothing\"\n", "a.toml").unwrap_err();
        assert!(error.message.contains("\"nothing\""));
        let error =
            parse_pipeline("schema_version = 1\nname = \"a\"\nbase = \"null\"\ngate_ = 1\n", "a.toml").unwrap_err();
        assert_eq!(error.place, "a.toml:4");
        let error = parse_pipeline("name = \"a\"\n", "a.toml").unwrap_err();
        assert_eq!(error.message, "schema_version is missing");
    }
}
