//! What commands read: data sets, pipelines, price lists.

use super::args::DataSetArgs;
use super::failure::Failure;
use super::output::warn;
use super::progress::Terminal;
use crate::dataset::{DataSet, Intake, RejectPolicy, load, nearest, read_toml};
use crate::evaluate::Costs;
use crate::model::{Severity, UserError};
use crate::normalize::NormalizerSpec;
use crate::pipeline::{PRESETS, PipelineSpec, Preset};
use crate::series::Series;
use std::path::{Path, PathBuf};

/// Pipelines that are run when none is named.
const DEFAULT_PIPELINES: [&str; 2] = ["langchain-2026", "corrected-2026"];

/// Reads a data set and prints its warnings. The account is returned even when reading failed.
pub fn data_set(args: &DataSetArgs, terminal: &Terminal) -> (Result<DataSet, UserError>, Intake) {
    let mut intake = Intake::default();
    let policy = RejectPolicy { strict: args.strict, allow: args.allow_rejects };
    let data = load(&args.dataset, policy, terminal, &mut intake);
    terminal.clear();
    for warning in &intake.warnings {
        warn(warning);
    }
    (data, intake)
}

/// A pipeline with the words it was given by.
pub struct NamedPipeline {
    /// The preset's name, or the file's text.
    pub given: String,
    pub spec: PipelineSpec,
}

/// Resolves presets and files, the default ones when none is named.
///
/// # Errors
/// When one is neither, does not pass its check, or two bear the same name.
pub fn pipelines(named: &[String]) -> Result<Vec<NamedPipeline>, UserError> {
    let names: Vec<&str> =
        if named.is_empty() { DEFAULT_PIPELINES.to_vec() } else { named.iter().map(String::as_str).collect() };
    let pipelines = names.into_iter().map(pipeline).collect::<Result<Vec<_>, _>>()?;
    for (index, one) in pipelines.iter().enumerate() {
        if pipelines[..index].iter().any(|other| other.spec.name == one.spec.name) {
            let message = format!("two pipelines bear the name {}", one.spec.name);
            return Err(UserError::new("--pipeline", message, "give each its own name = \"…\""));
        }
    }
    Ok(pipelines)
}

fn pipeline(name: &str) -> Result<NamedPipeline, UserError> {
    let named = match Preset::find(name) {
        Some(preset) => NamedPipeline { given: name.to_owned(), spec: preset.spec()? },
        None => pipeline_file(name)?,
    };
    named.spec.check().map_err(|reason| UserError::new(name, reason, ""))?;
    Ok(named)
}

fn pipeline_file(name: &str) -> Result<NamedPipeline, UserError> {
    let path = Path::new(name);
    if !path.exists() {
        let presets: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
        let message = format!("there is no preset and no file {name:?}{}", nearest(name, &presets));
        return Err(UserError::new("--pipeline", message, "shakedown preset list shows the presets"));
    }
    let given = std::fs::read_to_string(path).map_err(|e| UserError::new(name, e.to_string(), ""))?;
    Ok(NamedPipeline { given, spec: read_toml(path)? })
}

/// Reads a price list, the shipped one when none is named.
///
/// # Errors
/// When it cannot be read or holds a number out of range.
pub fn costs(path: Option<&PathBuf>) -> Result<Costs, UserError> {
    let Some(path) = path else { return Costs::shipped() };
    let costs: Costs = read_toml(path)?;
    costs.check().map_err(|reason| UserError::new(path.display().to_string(), reason, ""))?;
    Ok(costs)
}

/// Series by what they depend on, so that pipelines that normalize alike share the work.
#[derive(Default)]
pub struct SeriesPool<'a> {
    built: Vec<(NormalizerSpec, Severity, Series<'a>)>,
}

impl<'a> SeriesPool<'a> {
    /// Builds the series of all pipelines.
    ///
    /// # Errors
    /// When a normalizer cannot be built.
    pub fn of(data: &'a DataSet, pipelines: &[NamedPipeline]) -> Result<Self, UserError> {
        let mut pool = Self::default();
        for NamedPipeline { spec, .. } in pipelines {
            if pool.find(spec).is_none() {
                let normalizer = spec.normalize.build().map_err(|reason| UserError::new(&spec.name, reason, ""))?;
                let series = Series::build(&data.records, normalizer.as_ref(), spec.replay.min_severity);
                pool.built.push((spec.normalize.clone(), spec.replay.min_severity, series));
            }
        }
        Ok(pool)
    }

    /// The series of a pipeline that the pool was built for.
    #[must_use]
    pub fn find(&self, spec: &PipelineSpec) -> Option<&Series<'a>> {
        let fits = |(normalize, severity, _): &&(NormalizerSpec, Severity, Series)| {
            *normalize == spec.normalize && *severity == spec.replay.min_severity
        };
        self.built.iter().find(fits).map(|(_, _, series)| series)
    }
}

/// Refuses a data set in which there is nothing to evaluate.
///
/// # Errors
/// When it holds no record.
pub fn require_records(data: &DataSet) -> Result<(), Failure> {
    if data.records.is_empty() {
        return Err(Failure::Nothing(UserError::new(
            "events",
            "no record was read",
            "shakedown check says what the data set holds",
        )));
    }
    Ok(())
}
