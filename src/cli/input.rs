//! What commands read: data sets, pipelines, price lists.

use super::args::DataSetArgs;
use super::failure::Failure;
use super::output::warn;
use super::progress::Terminal;
use crate::dataset::{DataSet, Intake, file_name, load, nearest, read_text, read_toml};
use crate::evaluate::Costs;
use crate::model::{UserError, excerpt};
use crate::pipeline::{Grouping, Groupings, PRESETS, PipelineSpec, Preset, parse_pipeline};
use crate::series::Fits;
use std::path::{Path, PathBuf};

/// Pipelines that are run when none is named.
const DEFAULT_PIPELINES: [&str; 3] = ["langchain-2026", "corrected-2026", "recommended-2026"];

/// Reads a data set and prints its warnings. The account is returned even when reading failed.
pub fn data_set(args: &DataSetArgs, terminal: &Terminal) -> (Result<DataSet, UserError>, Intake) {
    let mut intake = Intake::default();
    let data = load(&args.dataset, args.rejects.policy(), terminal, &mut intake);
    terminal.clear();
    for warning in &intake.warnings {
        warn(warning);
    }
    (data, intake)
}

/// Says what is odd about files that have no report of their own, and what was refused of them.
pub fn warn_of(intake: &Intake) {
    for warning in &intake.warnings {
        warn(warning);
    }
    for tally in intake.tallies.iter().filter(|tally| tally.rejected > 0) {
        let first = intake.rejects.iter().find(|reject| reject.file == tally.file);
        let first = first.map_or_else(String::new, |r| format!("; the first: line {}: {}", r.line, r.reason));
        warn(&format!("{}: {} of {} rows cannot be used{first}", tally.file, tally.rejected, tally.read));
    }
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
    let names: Vec<&str> = pipelines.iter().map(|p| p.spec.name.as_str()).collect();
    check_names(&names)?;
    Ok(pipelines)
}

/// Files of the comparison that stand beside the pipelines' folders.
const RESERVED: [&str; 4] = ["charts", "comparison.json", "comparison.md", "rejects.jsonl"];

/// With several pipelines each gets a folder of its name, so that names must differ, be short, and leave the comparison its place.
fn check_names(names: &[&str]) -> Result<(), UserError> {
    let error = |message: String, help: &str| Err(UserError::new("--pipeline", message, help));
    for (index, name) in names.iter().enumerate() {
        // Case does not tell folders apart everywhere.
        if names[..index].iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return error(format!("two pipelines bear the name {name}"), "give each its own name = \"…\"");
        }
        if name.len() > 100 {
            return error(format!("the name {} is longer than 100 characters", excerpt(name, 40)), "shorten it");
        }
        if names.len() > 1 && RESERVED.contains(name) {
            return error(format!("the name {name} is taken by the comparison's own files"), "choose another name");
        }
    }
    Ok(())
}

fn pipeline(name: &str) -> Result<NamedPipeline, UserError> {
    let named = match Preset::find(name) {
        Some(preset) => NamedPipeline { given: name.to_owned(), spec: preset.spec()? },
        None => pipeline_file(name)?,
    };
    named.spec.check().map_err(|reason| out_of_range(name, &named.given, reason))?;
    Ok(named)
}

fn pipeline_file(name: &str) -> Result<NamedPipeline, UserError> {
    let path = Path::new(name);
    if !path.exists() {
        let presets: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
        let message = format!("there is no preset and no file {name:?}{}", nearest(name, &presets));
        return Err(UserError::new("--pipeline", message, "shakedown preset list shows the presets"));
    }
    let given = read_text(path)?;
    Ok(NamedPipeline { spec: parse_pipeline(&given, &file_name(path))?, given })
}

/// Reads a price list, the shipped one when none is named.
///
/// # Errors
/// When it cannot be read or holds a number out of range.
pub fn costs(path: Option<&PathBuf>) -> Result<Costs, UserError> {
    let Some(path) = path else { return Costs::shipped() };
    let costs: Costs = read_toml(path)?;
    let name = path.display().to_string();
    match costs.check() {
        Ok(()) => Ok(costs),
        Err(reason) => Err(out_of_range(&name, &read_again(path)?, reason)),
    }
}

/// The text of a file that was read once.
///
/// # Errors
/// When it cannot be read any more.
pub fn read_again(path: &Path) -> Result<String, UserError> {
    std::fs::read_to_string(path).map_err(|e| UserError::new(path.display().to_string(), e.to_string(), ""))
}

/// An error about a value that is of the right type and wrong: such a reason begins with the key (`detect.alpha is 2: …`), and the
/// key has a line.
pub fn out_of_range(file: &str, text: &str, reason: String) -> UserError {
    let mut words = reason.split([' ', ':']);
    let key = words.next().unwrap_or_default();
    // `service "checkout": …` is about the table of that name.
    let named = words.next().filter(|name| name.len() > 2 && name.starts_with('"') && name.ends_with('"'));
    let line = match named {
        Some(name) => text.find(name).map(|at| text[..at].matches('\n').count() + 1),
        None => line_of(text, key),
    };
    let place = match line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_owned(),
    };
    UserError::new(place, reason, "")
}

/// The line on which `table.key` is assigned: each part is looked for from where the one before it was found.
fn line_of(text: &str, dotted: &str) -> Option<usize> {
    let ends = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
    let mut from = 0;
    for part in dotted.split('.').filter(|part| !part.is_empty()) {
        let found = text[from..].match_indices(part).map(|(at, _)| from + at).find(|&at| {
            let after = text[at + part.len()..].trim_start_matches([' ', '\t', '"']);
            text[..at].chars().next_back().is_none_or(ends) && after.starts_with(['=', ']', '.'])
        });
        from = found?;
    }
    (!dotted.is_empty()).then(|| text[..from].matches('\n').count() + 1)
}

/// Series by what they depend on, so that pipelines that normalize alike share the work.
#[derive(Default)]
pub struct FitsPool<'a> {
    built: Vec<(Grouping, Fits<'a>)>,
}

impl<'a> FitsPool<'a> {
    /// Builds the series of all pipelines; lists of rules that begin alike share that work.
    ///
    /// # Errors
    /// When a normalizer cannot be built, or fails.
    pub fn of(data: &'a DataSet, pipelines: &[NamedPipeline]) -> Result<Self, UserError> {
        let mut wanted: Vec<(Grouping, &PipelineSpec)> = Vec::new();
        for NamedPipeline { spec, .. } in pipelines {
            let grouping = Grouping::of(spec);
            if wanted.iter().all(|(other, _)| *other != grouping) {
                wanted.push((grouping, spec));
            }
        }
        let mut groupings = Groupings::of(data, wanted.iter().map(|(_, spec)| *spec).collect());
        let mut pool = Self::default();
        for (grouping, spec) in &wanted {
            let Some(fits) = groupings.next_fits() else { break };
            let fits = fits.map_err(|(spec, reason)| UserError::new(&spec.name, reason, ""))?;
            for note in &fits.notes {
                warn(&format!("{}: {note}", spec.name));
            }
            pool.built.push((grouping.clone(), fits));
        }
        Ok(pool)
    }

    /// The series of a pipeline that the pool was built for.
    #[must_use]
    pub fn find(&self, spec: &PipelineSpec) -> Option<&Fits<'a>> {
        let wanted = Grouping::of(spec);
        self.built.iter().find(|(grouping, _)| *grouping == wanted).map(|(_, fits)| fits)
    }
}

/// Refuses a data set in which there is nothing to evaluate.
///
/// # Errors
/// When it holds no record.
pub fn require_records(data: &DataSet, intake: &Intake) -> Result<(), Failure> {
    if !data.records.is_empty() {
        return Ok(());
    }
    let (file, message) = match intake.tallies.first() {
        Some(tally) if tally.read > 0 => (tally.file.as_str(), format!("none of its {} rows can be used", tally.read)),
        Some(tally) => (tally.file.as_str(), "holds no record".to_owned()),
        None => ("events", "no record was read".to_owned()),
    };
    Err(Failure::Nothing(UserError::new(file, message, "there is nothing to replay: was the right period exported?")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_out_of_range_is_told_with_its_line() {
        let text = "name = \"a\"\n[gate]\nname = 1\nweights = { api = 0 }\n[act.policy]\nfix_at = 2\n";
        assert_eq!(line_of(text, "name"), Some(1));
        assert_eq!(line_of(text, "gate.name"), Some(3));
        assert_eq!(line_of(text, "gate.weights.api"), Some(4));
        assert_eq!(line_of(text, "act.policy.fix_at"), Some(6));
        assert_eq!(line_of(text, "nothing"), None);
        let error = out_of_range("p.toml", text, "act.policy.fix_at is 2: it lies in [0, 1]".to_owned());
        assert_eq!(error.place, "p.toml:6");
        let error = out_of_range("s.toml", "[[service]]\nname = \"a\"\n", "service \"a\": weekend is 9".to_owned());
        assert_eq!(error.place, "s.toml:2");
    }
}
