//! Triagers by the words they are given by.

use crate::act::Policy;
use crate::cli::input::{out_of_range, pipelines, read_again};
use crate::dataset::{nearest, parse_toml, read_toml};
use crate::model::UserError;
use crate::pipeline::{PRESETS, Preset};
use crate::triage::{Triager, TriagerSpec};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A triager with the name it is shown by.
pub struct NamedTriager {
    /// The kind, the preset's name, or the file's without its ending.
    pub name: String,
    pub spec: TriagerSpec,
    pub triager: Box<dyn Triager>,
}

/// The one to judge, and what it is read against.
const DEFAULTS: [&str; 4] = ["accept_all", "blame_latest", "class_in_trace", "heuristic"];

/// Resolves kinds, presets, pipeline files and triager files; [`DEFAULTS`] when none is named.
///
/// # Errors
/// When one is none of these, does not pass its check, or two bear the same name.
pub fn triagers(named: &[String]) -> Result<Vec<NamedTriager>, UserError> {
    let names: Vec<&str> =
        if named.is_empty() { DEFAULTS.to_vec() } else { named.iter().map(String::as_str).collect() };
    let found = names.into_iter().map(triager).collect::<Result<Vec<_>, _>>()?;
    for (index, one) in found.iter().enumerate() {
        if found[..index].iter().any(|other| other.name == one.name) {
            let message = format!("two triagers bear the name {}", one.name);
            return Err(UserError::new("--triager", message, "give each file its own name"));
        }
    }
    Ok(found)
}

/// What tells a file with nothing but a triager from a pipeline file.
#[derive(Deserialize)]
struct Shape {
    kind: Option<toml::Value>,
    schema_version: Option<toml::Value>,
}

/// A triager under its table's name.
#[derive(Deserialize)]
struct Table {
    triage: TriagerSpec,
}

/// A triager as it was given, not built yet.
pub struct Given {
    pub name: String,
    pub spec: TriagerSpec,
    /// The pipeline's, or where there is none that of `recommended-2026`.
    pub policy: Policy,
    /// The file, and what stands before a key in it.
    file: Option<(PathBuf, &'static str)>,
}

/// Resolves a kind, a preset, a pipeline file or a triager file.
///
/// # Errors
/// When it is none of these, or a pipeline does not pass its check.
pub fn given(name: &str) -> Result<Given, UserError> {
    let path = Path::new(name);
    if path.is_file() {
        let shape: Shape = read_toml(path)?;
        return match (shape.kind, shape.schema_version) {
            (Some(_), _) => of_file(path, read_toml(path)?, ""),
            (None, None) => of_file(path, read_toml::<Table>(path)?.triage, "triage."),
            (None, Some(_)) => of_pipeline(name),
        };
    }
    if Preset::find(name).is_some() {
        return of_pipeline(name);
    }
    let spec = parse_toml(&format!("kind = {name:?}"), "--triager").map_err(|error| unknown(name, &error))?;
    Ok(Given { name: name.to_owned(), spec, policy: default_policy()?, file: None })
}

fn triager(name: &str) -> Result<NamedTriager, UserError> {
    let Given { name, spec, file, .. } = given(name)?;
    match (spec.build(), file) {
        (Ok(triager), _) => Ok(NamedTriager { name, spec, triager }),
        (Err(reason), None) => Err(UserError::new("--triager", reason, "put it into a file")),
        (Err(reason), Some((path, table))) => {
            let key = format!("{table}{}", reason.strip_prefix("triage.").unwrap_or(&reason));
            Err(out_of_range(&path.display().to_string(), &read_again(&path)?, key))
        }
    }
}

fn default_policy() -> Result<Policy, UserError> {
    let preset = Preset::find("recommended-2026").map(Preset::spec).transpose()?;
    let none = || UserError::new("presets", "recommended-2026 is missing", "");
    preset.map(|spec| spec.act.policy).ok_or_else(none)
}

/// What is wrong with a name that is no file and no preset.
fn unknown(name: &str, error: &UserError) -> UserError {
    if error.message.contains(" is none of ") {
        let presets: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        let close = nearest(name, &presets);
        let message = format!("there is no file and no preset {name:?}{close}, and as a kind {}", error.message);
        return UserError::new("--triager", message, "docs/triage-command.md shows what can be named");
    }
    let message = format!("{name} has no defaults: {}", error.message);
    UserError::new("--triager", message, format!("give a file that says kind = {name:?} and the rest"))
}

fn of_pipeline(name: &str) -> Result<Given, UserError> {
    let spec = pipelines(&[name.to_owned()])?.remove(0).spec;
    Ok(Given { name: spec.name, spec: spec.triage, policy: spec.act.policy, file: None })
}

fn of_file(path: &Path, spec: TriagerSpec, table: &'static str) -> Result<Given, UserError> {
    let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(Given { name, spec, policy: default_policy()?, file: Some((path.to_owned(), table)) })
}
