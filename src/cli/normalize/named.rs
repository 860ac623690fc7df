//! Normalizers by the words they are given by.

use crate::cli::input::{out_of_range, pipelines, read_again};
use crate::dataset::read_toml;
use crate::model::UserError;
use crate::normalize::NormalizerSpec;
use serde::Deserialize;
use std::path::Path;

/// A normalizer with its name.
pub struct NamedNormalizer {
    /// The pipeline's name, or the file's without its ending.
    pub name: String,
    pub spec: NormalizerSpec,
}

/// The default that needs no tuning, and what it is read against.
const DEFAULTS: [&str; 4] = ["general-2026", "drain-2026", "recommended-2026", "langchain-2026"];

/// Resolves presets, pipeline files and normalizer files; [`DEFAULTS`] when none is named.
///
/// # Errors
/// When one is none of these, does not pass its check, or two bear the same name.
pub fn normalizers(named: &[String]) -> Result<Vec<NamedNormalizer>, UserError> {
    let names: Vec<&str> =
        if named.is_empty() { DEFAULTS.to_vec() } else { named.iter().map(String::as_str).collect() };
    let found = names.into_iter().map(|name| normalizer(name, "--normalizer")).collect::<Result<Vec<_>, _>>()?;
    for (index, one) in found.iter().enumerate() {
        if found[..index].iter().any(|other| other.name == one.name) {
            let message = format!("two normalizers bear the name {}", one.name);
            return Err(UserError::new("--normalizer", message, "give each file its own name"));
        }
    }
    Ok(found)
}

/// What tells a file with nothing but a normalizer from a pipeline file.
#[derive(Deserialize)]
struct Shape {
    kind: Option<toml::Value>,
    normalize: Option<toml::Value>,
    schema_version: Option<toml::Value>,
}

/// A normalizer under its table's name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    normalize: NormalizerSpec,
}

/// One normalizer; `option`: where it was named.
///
/// # Errors
/// When it is neither a preset nor a file, or does not pass its check.
pub fn normalizer(name: &str, option: &str) -> Result<NamedNormalizer, UserError> {
    let path = Path::new(name);
    if path.is_file() {
        let shape: Shape = read_toml(path)?;
        if shape.kind.is_some() {
            return checked(path, read_toml(path)?, "");
        }
        if shape.normalize.is_some() && shape.schema_version.is_none() {
            return checked(path, read_toml::<Table>(path)?.normalize, "normalize.");
        }
    }
    let mut pipelines = pipelines(&[name.to_owned()]).map_err(|error| match error.place.as_str() {
        "--pipeline" => UserError { place: option.to_owned(), ..error },
        _ => error,
    })?;
    let spec = pipelines.remove(0).spec;
    Ok(NamedNormalizer { name: spec.name, spec: spec.normalize })
}

/// `table`: what stands before a key in that file.
fn checked(path: &Path, spec: NormalizerSpec, table: &str) -> Result<NamedNormalizer, UserError> {
    if let Err(reason) = spec.build() {
        let key = reason.strip_prefix("normalize.").map_or_else(|| reason.clone(), |key| format!("{table}{key}"));
        return Err(out_of_range(&path.display().to_string(), &read_again(path)?, key));
    }
    let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(NamedNormalizer { name, spec })
}
