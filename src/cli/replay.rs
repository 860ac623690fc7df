use super::args::{Format, ReplayArgs};
use super::failure::Failure;
use super::input::{FitsPool, NamedPipeline, costs, data_set, pipelines, require_records};
use super::output::{colour, folder_name, print, under, warn};
use super::progress::Terminal;
use crate::dataset::{DataSet, Intake};
use crate::evaluate::{Assessment, Comparison, Costs, Evaluation, GivenPipeline, compare, evaluate, study};
use crate::model::UserError;
use crate::pipeline::{Diffs, NotEvaluated, Preset, Replay, Watched, run_on};
use crate::report::{self, Style};
use crate::series::Fits;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The two ends that every result is read against.
const ENDS: [&str; 2] = ["null", "always"];

/// Replays a data set through the pipelines, writes the reports, and prints the answer.
pub fn run(args: &ReplayArgs, terminal: &Terminal) -> Result<(), Failure> {
    let pipelines = pipelines(&args.pipeline)?;
    answers_are_there(&pipelines, &args.pipeline)?;
    let costs = costs(args.costs.as_ref())?;
    let (data, intake) = data_set(&args.data, terminal);
    let out = out_dir(args, data.as_ref().ok());
    if let Some(file) = out.ancestors().find(|path| path.exists()).filter(|path| !path.is_dir()) {
        return Err(Failure::usage(file.display().to_string(), "is a file", "--out names a folder for the report"));
    }
    let data = match data {
        Ok(data) => data,
        Err(error) => return Err(keep_rejects(&out, &intake, error)),
    };
    require_records(&data, &intake)?;
    let ends = ends(&pipelines)?;
    let count = pipelines.len();
    let all: Vec<NamedPipeline> = pipelines.into_iter().chain(ends).collect();
    let pool = FitsPool::of(&data, &all)?;
    let watch = |(index, named)| watch(&data, &pool, named, terminal, index < count);
    let watched = all.iter().enumerate().map(watch).collect::<Result<Vec<_>, _>>()?;
    let diffs = Diffs::new(&data);
    let run = |(named, watched): (&NamedPipeline, &Watched)| {
        run_on(watched, &diffs, &named.spec, &costs.charges)
            .map_err(|reason| Failure::usage(&named.spec.name, reason, ""))
    };
    let replays = all.iter().zip(&watched).map(run).collect::<Result<Vec<_>, _>>()?;
    terminal.clear();
    for (named, note) in all.iter().zip(&replays).flat_map(|(n, r)| r.notes.iter().map(move |note| (n, note))) {
        warn(&format!("{}: {note}", named.spec.name));
    }
    let mut assessments: Vec<Assessment> =
        all.iter().zip(&replays).filter_map(|(n, r)| assess(&data, &pool, n, r, &costs)).collect();
    // What takes more than one look is taken at the pipelines that were asked for.
    for (assessment, (watched, replay)) in assessments.iter_mut().zip(watched.iter().zip(&replays)).take(count) {
        let name = assessment.evaluation.manifest.pipeline.resolved.name.clone();
        study(watched, replay, &costs, assessment).map_err(|reason| Failure::usage(name, reason, ""))?;
    }
    terminal.clear();
    let asked = &assessments[..count];
    if asked.iter().all(|a| a.evaluation.funnel.windows == 0) {
        return Err(Failure::Nothing(nothing_evaluated(&data, &replays[..count])));
    }
    let comparisons: Vec<Comparison> = asked.iter().skip(1).map(|b| compare(&data, &costs, &asked[0], b)).collect();
    write(&out, (&data, &costs), &pool, asked, &comparisons, &intake)?;
    print_answer(args.format, &data, &pool, (&assessments, count), &comparisons)?;
    report_place(&out, asked.len());
    Ok(())
}

/// Looks for the recordings before the work begins that would need them at its end.
fn answers_are_there(pipelines: &[NamedPipeline], given: &[String]) -> Result<(), UserError> {
    let named = pipelines.iter().zip(given).filter(|(named, _)| named.spec.triage.needs_recording());
    for (NamedPipeline { spec, .. }, given) in named {
        spec.triage.build().map_err(|reason| {
            let help =
                format!("shakedown triage record DATASET --pipeline {given} --dry-run shows what asking would cost");
            UserError::new(&spec.name, reason, if spec.triage.endpoint().is_some() { help } else { String::new() })
        })?;
    }
    Ok(())
}

/// Why no deploy could be evaluated, and what to do.
fn nothing_evaluated(data: &DataSet, replays: &[Replay]) -> UserError {
    let error = |message: String, help: String| UserError::new("deploys.jsonl", message, help);
    let environment = &data.manifest.environment;
    if data.deploys.is_empty() {
        return error("no deploy was read".to_owned(), "write one JSON object a line, one for each deploy".to_owned());
    }
    if !data.deploys.iter().any(|deploy| data.is_of_environment(deploy)) {
        let other = data.deploys.iter().find_map(|deploy| deploy.environment.as_deref()).unwrap_or_default();
        return error(
            format!("none of the {} deploys is of environment {environment:?}", data.deploys.len()),
            format!("name the data set's environment in dataset.toml, such as environment = {other:?}"),
        );
    }
    let count = |reason| {
        let of = |replay: &Replay| replay.not_evaluated.iter().filter(|(_, why)| *why == reason).count();
        replays.iter().map(of).max().unwrap_or_default()
    };
    let (short, late) = (count(NotEvaluated::ShortHistory), count(NotEvaluated::AfterEnd));
    error(
        format!(
            "no deploy could be evaluated: {short} have less history before them than min_baseline, {late} are decided after the \
             data's end ({})",
            data.span.end.minute()
        ),
        "bring more days of records, or shorten min_baseline and window in a pipeline of your own".to_owned(),
    )
}

/// `null` and `always`, where they were not asked for.
fn ends(pipelines: &[NamedPipeline]) -> Result<Vec<NamedPipeline>, UserError> {
    let missing = ENDS.iter().filter(|end| !pipelines.iter().any(|p| p.spec.name == **end));
    missing
        .filter_map(|end| Preset::find(end))
        .map(|preset| Ok(NamedPipeline { given: preset.name.to_owned(), spec: preset.spec()? }))
        .collect()
}

/// `asked`: it was asked for, and gets its placebos; nobody reads those of the two ends.
fn watch<'a>(
    data: &'a DataSet,
    pool: &'a FitsPool<'a>,
    named: &NamedPipeline,
    terminal: &Terminal,
    asked: bool,
) -> Result<Watched<'a>, Failure> {
    let fits = pool.find(&named.spec).ok_or_else(|| Failure::usage(&named.spec.name, "has no series", ""))?;
    Ok(Watched::of(data, fits, &named.spec, asked, terminal))
}

fn assess<'a>(
    data: &'a DataSet,
    pool: &FitsPool,
    named: &NamedPipeline,
    replay: &'a Replay,
    costs: &Costs,
) -> Option<Assessment<'a>> {
    let fits = pool.find(&named.spec)?;
    Some(evaluate(data, fits, &GivenPipeline { given: &named.given, spec: &named.spec }, replay, costs))
}

fn out_dir(args: &ReplayArgs, data: Option<&DataSet>) -> PathBuf {
    let folder =
        || args.data.dataset.file_name().map_or_else(|| "data-set".into(), |name| name.to_string_lossy().into_owned());
    let name = data.map_or_else(folder, |d| d.manifest.name.clone());
    args.out.clone().unwrap_or_else(|| Path::new("reports").join(folder_name(&name)))
}

/// Keeps the refused rows of a run that stopped because of them, and says where.
fn keep_rejects(out: &Path, intake: &Intake, error: UserError) -> Failure {
    if !intake.rejects.is_empty() {
        match report::write_rejects(out, &intake.rejects) {
            Ok(()) => warn(&format!("the refused rows are in {}", out.join("rejects.jsonl").display())),
            Err(other) => warn(&under(out, other).to_string()),
        }
    }
    error.into()
}

/// With one pipeline its files go straight into the folder, with several each gets its own.
fn write(
    out: &Path,
    (data, costs): (&DataSet, &Costs),
    pool: &FitsPool,
    asked: &[Assessment],
    comparisons: &[Comparison],
    intake: &Intake,
) -> Result<(), Failure> {
    for assessment in asked {
        let spec = &assessment.evaluation.manifest.pipeline.resolved;
        let Some(fits) = pool.find(spec) else { continue };
        let folder = if asked.len() == 1 { out.to_owned() } else { out.join(&spec.name) };
        report::write(&folder, assessment, data, fits, costs, &intake.rejects).map_err(|e| under(&folder, e))?;
    }
    if asked.len() > 1 {
        let spec = |assessment: &Assessment| pool.find(&assessment.evaluation.manifest.pipeline.resolved);
        let fits: Vec<&Fits> = asked.iter().filter_map(spec).collect();
        report::write_comparison(out, data, asked, &fits, comparisons).map_err(|e| under(out, e))?;
    }
    Ok(())
}

fn print_answer(
    format: Format,
    data: &DataSet,
    pool: &FitsPool,
    (assessments, asked): (&[Assessment], usize),
    comparisons: &[Comparison],
) -> Result<(), Failure> {
    let style = Style { color: colour() };
    let asked = &assessments[..asked];
    match (format, asked) {
        (Format::Terminal, [one]) => print(&report::summary(one, style)),
        (Format::Terminal, _) => print(&report::comparison(assessments, comparisons, style)),
        (Format::Json, [one]) => print(&report::json(&one.evaluation)?),
        (Format::Json, _) => print(&report::json(&AllResults::of(asked, comparisons))?),
        (Format::Md, [one]) => match pool.find(&one.evaluation.manifest.pipeline.resolved) {
            Some(fits) => print(&report::markdown_report(one, data, fits)),
            None => Ok(()),
        },
        (Format::Md, _) => print(&report::markdown_comparison(asked, comparisons)),
    }
}

/// What `--format json` prints of several pipelines.
#[derive(Serialize)]
struct AllResults<'a> {
    schema_version: u32,
    evaluations: Vec<&'a Evaluation>,
    comparisons: &'a [Comparison],
}

impl<'a> AllResults<'a> {
    fn of(asked: &'a [Assessment], comparisons: &'a [Comparison]) -> Self {
        Self { schema_version: 1, evaluations: asked.iter().map(|a| &a.evaluation).collect(), comparisons }
    }
}

/// Says on stderr where the report is; silent when no person is watching.
fn report_place(out: &Path, pipelines: usize) {
    use std::io::{IsTerminal, Write};
    let file = if pipelines == 1 { "report.md" } else { "comparison.md" };
    if std::io::stderr().is_terminal() {
        // A closed stderr loses only this line.
        let _ = writeln!(std::io::stderr(), "report: {}", out.join(file).display());
    }
}
