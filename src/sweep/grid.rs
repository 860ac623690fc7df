//! Grid files: a base pipeline and what is varied about it (`docs/sweep.md`).

mod axis;
mod checks;
mod combination;
mod constraint;
mod exclusion;
mod label;
mod plan;
mod range;
mod sample;
mod shipped;
mod stages;
mod tree;

#[cfg(test)]
mod tests;

pub use plan::Planned;
pub use sample::Sample;
pub use shipped::{GRIDS, ShippedGrid};
pub use stages::parameter_count;

use super::Objective;
use crate::dataset::{file_name, nearest, parse_toml, read_text};
use crate::model::UserError;
use crate::pipeline::{PRESETS, PipelineSpec, Preset, parse_pipeline};
use axis::Axis;
use exclusion::{BOUND_WORDS, Exclusion};
use range::RANGE_WORDS;
use serde::Deserialize;
use std::path::Path;
use toml::{Spanned, Table};
use tree::Tree;

/// A grid file, checked: a base, axes, what is left out, which points are drawn, and what is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Names its trials' pipelines; can name a folder.
    pub name: String,
    pub description: String,
    /// The file's text.
    pub given: String,
    pub sample: Sample,
    pub objective: Objective,
    /// The file's name, for messages.
    file: String,
    base: Base,
    axes: Vec<Axis>,
    exclusions: Vec<Exclusion>,
}

/// The pipeline that is varied.
#[derive(Clone, Debug, PartialEq)]
struct Base {
    spec: PipelineSpec,
    /// Its file's text.
    given: String,
    table: Table,
}

/// A grid as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema_version: Spanned<u32>,
    name: Spanned<String>,
    #[serde(default)]
    description: String,
    base: Spanned<String>,
    axes: Spanned<Tree>,
    #[serde(default)]
    exclude: Vec<Spanned<Tree>>,
    sample: Option<Spanned<Sample>>,
    objective: Option<Spanned<Objective>>,
}

/// A grid's text and its name for messages: an offset into the one is a line of the other.
struct Place<'a> {
    text: &'a str,
    file: &'a str,
}

impl Place<'_> {
    fn error(&self, offset: usize, message: impl Into<String>, help: impl Into<String>) -> UserError {
        let line = self.text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1;
        UserError::new(format!("{}:{line}", self.file), message, help)
    }
}

/// Reads a grid's text; `file` is its name for messages, `beside` the folder that a base's file is looked for in.
///
/// # Errors
/// With file, line and remedy: it is no TOML, has unknown keys, its base is no preset and no pipeline file, an axis leads to a key that
/// no pipeline of it knows or has no levels, a number is out of range.
pub fn read_grid(text: &str, file: &str, beside: &Path) -> Result<Grid, UserError> {
    let written: Written = parse_toml(text, file)?;
    let place = Place { text, file };
    if *written.schema_version.get_ref() != 1 {
        let (span, version) = (written.schema_version.span(), written.schema_version.get_ref());
        return Err(place.error(span.start, format!("schema_version is {version}: this version reads 1"), ""));
    }
    let name = folder_name(written.name, &place)?;
    let base = read_base(&written.base, &place, beside)?;
    let axes = read_axes(written.axes, &base, &place)?;
    let exclusions = read_exclusions(written.exclude, &axes, &base, &place)?;
    let (sample, objective) = (written.sample, written.objective);
    let checked = |span: std::ops::Range<usize>, found: Result<(), String>| {
        found.map_err(|reason| place.error(span.start, reason, ""))
    };
    if let Some(sample) = &sample {
        checked(sample.span(), sample.get_ref().check())?;
    }
    if let Some(objective) = &objective {
        checked(objective.span(), constraint::check(objective.get_ref()))?;
    }
    Ok(Grid {
        name,
        description: written.description,
        given: text.to_owned(),
        sample: sample.map(Spanned::into_inner).unwrap_or_default(),
        objective: objective.map(Spanned::into_inner).unwrap_or_default(),
        file: file.to_owned(),
        base,
        axes,
        exclusions,
    })
}

/// Characters of a grid's name: its trials' folders are named by it.
const LONGEST_NAME: usize = 64;

fn folder_name(name: Spanned<String>, place: &Place) -> Result<String, UserError> {
    let offset = name.span().start;
    let name = name.into_inner();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) || name.len() > LONGEST_NAME {
        let message = format!("name {name:?} cannot name a folder");
        return Err(place.error(offset, message, format!("use letters, digits, - and _, at most {LONGEST_NAME}")));
    }
    Ok(name)
}

/// A preset by its name, or a pipeline file beside the grid.
fn read_base(written: &Spanned<String>, place: &Place, beside: &Path) -> Result<Base, UserError> {
    let (offset, name) = (written.span().start, written.get_ref().as_str());
    let is_file = Path::new(name).extension().is_some_and(|ending| ending == "toml");
    let (given, file) = match Preset::find(name) {
        Some(preset) => (preset.toml.to_owned(), format!("presets/{name}.toml")),
        None if is_file => {
            let path = beside.join(name);
            let text = read_text(&path).map_err(|error| {
                let message = format!("base is {name:?}: {}", error.message);
                place.error(offset, message, "its path is relative to the grid's folder")
            })?;
            (text, file_name(&path))
        }
        None => {
            let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            let message = format!("base is {name:?}, which is no preset{}", nearest(name, &names));
            return Err(place.error(offset, message, "give a preset's name, or a pipeline file's, ending in .toml"));
        }
    };
    let spec = parse_pipeline(&given, &file)?;
    spec.check().map_err(|reason| UserError::new(file, reason, ""))?;
    plan::check_base(&spec).map_err(|reason| place.error(offset, reason, "give its name key another value"))?;
    Ok(Base { table: stages::table_of(&spec), spec, given })
}

fn read_axes(written: Spanned<Tree>, base: &Base, place: &Place) -> Result<Vec<Axis>, UserError> {
    let at = written.span().start;
    let mut axes: Vec<Axis> = Vec::new();
    for entry in written.into_inner().entries(&RANGE_WORDS) {
        let (offset, path) = (entry.offset, entry.path.clone());
        let axis = Axis::of(entry).map_err(|reason| place.error(offset, format!("axis {path:?} {reason}"), ""))?;
        if axes.iter().any(|other| other.path == axis.path) {
            return Err(place.error(offset, format!("axis {path:?} is given twice"), ""));
        }
        axes.push(axis);
    }
    if axes.is_empty() {
        let help = "give at least one key of a pipeline file and its levels: \"detect.alpha\" = [0.001, 0.01]";
        return Err(place.error(at, "axes is empty: nothing would be varied", help));
    }
    for axis in &axes {
        combination::check_key(axis, &axes, &base.table).map_err(|(message, known)| {
            let help = if known.is_empty() { String::new() } else { format!("known here: {}", known.join(", ")) };
            place.error(axis.offset, message, help)
        })?;
    }
    Ok(axes)
}

fn read_exclusions(
    written: Vec<Spanned<Tree>>,
    axes: &[Axis],
    base: &Base,
    place: &Place,
) -> Result<Vec<Exclusion>, UserError> {
    let mut exclusions = Vec::new();
    for tree in written {
        let at = tree.span().start;
        let entries = tree.into_inner().entries(&BOUND_WORDS);
        if entries.is_empty() {
            return Err(place.error(at, "exclude has no condition: it would leave out everything", ""));
        }
        let exclusion = Exclusion::of(entries, axes, &base.table);
        exclusions.push(exclusion.map_err(|(offset, reason)| place.error(offset, reason, ""))?);
    }
    Ok(exclusions)
}
