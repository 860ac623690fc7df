//! `shakedown detect`: a detector on one series of counts, row by row.

use super::args::{DetectArgs, SeriesFormat};
use super::failure::Failure;
use super::input::{out_of_range, read_again};
use super::output::{note, print, warn};
use super::progress::Terminal;
use crate::dataset::{CountSeries, LabelledWindow, labelled_windows, parse_toml, read_toml};
use crate::detect::{RowDetectorSpec, RowVerdict, WindowsSpec};
use crate::evaluate::LabelledScores;
use crate::model::UserError;
use crate::report::{
    self, JudgedRows,
    number::{count, plural},
};
use serde::Deserialize;
use std::path::Path;

/// Judges every row of a series, and scores the alarms where there are labels.
pub fn run(args: &DetectArgs, terminal: &Terminal) -> Result<(), Failure> {
    let Detector { spec, place, text } = detector(&args.detector)?;
    let misfit = |reason| out_of_range(&place, &text, reason);
    spec.check().map_err(misfit)?;
    let series = series(&args.series)?;
    if series.rows.is_empty() {
        let help = "its first line is timestamp,count, and each step has a line after that";
        return Err(Failure::Nothing(UserError::new(&series.name, "holds no row", help)));
    }
    let windows = args.labels.as_deref().map(|path| labelled_windows(path, &series.name)).transpose()?;
    let verdicts = spec
        .judge(&series, terminal)
        .map_err(|error| if error.place.is_empty() { misfit(error.message) } else { error })?;
    terminal.clear();
    for oddity in oddities(&series, &verdicts) {
        warn(&oddity);
    }
    let flags: Vec<bool> = verdicts.iter().map(|verdict| verdict.flag).collect();
    let scores = windows.as_deref().map(|windows| LabelledScores::of(&series, &flags, windows));
    let judged = JudgedRows { series: &series, verdicts: &verdicts };
    if let Some(path) = &args.chart {
        draw(path, judged, windows.as_deref().unwrap_or_default())?;
    }
    match args.format {
        SeriesFormat::Json => print(&report::json(&judged.document(&spec.resolved(&series), scores.as_ref()))?),
        SeriesFormat::Csv => {
            if let Some(scores) = &scores {
                note(&report::labelled_summary(&series.name, scores));
            }
            print(&judged.csv())
        }
    }
}

/// A detector with the words it was given by.
struct Detector {
    spec: RowDetectorSpec,
    place: String,
    text: String,
}

/// What a detector file holds for certain.
#[derive(Deserialize)]
struct Kind {
    kind: String,
}

const RETURN_PERIOD: &str = "return_period";

/// The detector of a file, or of a kind as it is by default.
fn detector(given: &str) -> Result<Detector, UserError> {
    let path = Path::new(given);
    if path.exists() {
        let spec = match read_toml::<Kind>(path).map_err(with_kinds)?.kind.as_str() {
            RETURN_PERIOD => RowDetectorSpec::ReturnPeriod(read_toml(path)?),
            _ => RowDetectorSpec::Windows(read_toml(path).map_err(with_kinds)?),
        };
        return Ok(Detector { spec, place: given.to_owned(), text: read_again(path)? });
    }
    let spec = match given {
        RETURN_PERIOD => RowDetectorSpec::default(),
        _ => {
            RowDetectorSpec::Windows(parse_toml::<WindowsSpec>(&format!("kind = {given:?}"), "").map_err(|error| {
                let message = format!("there is no file {given:?}, and as a kind: {}", error.message);
                with_kinds(UserError::new("--detector", message, error.help))
            })?)
        }
    };
    Ok(Detector { spec, place: "--detector".to_owned(), text: String::new() })
}

/// An error about a detector file, with what its parser cannot know of.
fn with_kinds(error: UserError) -> UserError {
    let help = if error.message.contains("is none of") || error.message == "kind is missing" {
        format!("kind is {RETURN_PERIOD}, or a detector of docs/detectors.md")
    } else if error.message.starts_with("unknown key") && !error.help.starts_with("did you mean") {
        format!("{}; and for every kind but {RETURN_PERIOD}: alpha, history, warm_up, hold, baseline", error.help)
    } else {
        return error;
    };
    UserError { help, ..error }
}

fn series(path: &Path) -> Result<CountSeries, UserError> {
    if path == Path::new("-") { CountSeries::read("stdin", std::io::stdin()) } else { CountSeries::open(path) }
}

/// Share of absent steps from which on absence looks like a way to write 0.
const MANY_ABSENT: f64 = 0.2;

/// What a user might not expect of the output.
fn oddities(series: &CountSeries, verdicts: &[RowVerdict]) -> Vec<String> {
    let rows = series.rows.len() as u64;
    let mut oddities = Vec::new();
    let unknown = series.rows.iter().filter(|row| row.known().is_none()).count() as u64;
    if unknown > 0 {
        let what = if series.has_exposure { "count or exposure" } else { "count" };
        oddities.push(format!("{} of {} rows have no {what}: they are not judged", count(unknown), count(rows)));
    }
    if verdicts.iter().all(|verdict| verdict.expected.is_none()) {
        let of = plural(rows, "row");
        oddities.push(format!("no row is judged: {of}, all warm-up (200 rows, or warm_up of the detector file)"));
    }
    let absent = absent_steps(series);
    if absent as f64 > MANY_ABSENT * (absent + rows) as f64 {
        oddities.push(format!(
            "{} of {} steps have no row, which is taken as not known: write rows with 0 if nothing was counted then",
            count(absent),
            count(absent + rows)
        ));
    }
    oddities
}

/// Steps between the first row and the last that have no row.
fn absent_steps(series: &CountSeries) -> u64 {
    let (Some(first), Some(last)) = (series.rows.first(), series.rows.last()) else { return 0 };
    let Some(step) = series.step(series.rows.len()) else { return 0 };
    let steps = (last.at - first.at).micros() / step.micros() + 1;
    u64::try_from(steps).unwrap_or(0).saturating_sub(series.rows.len() as u64)
}

fn draw(path: &Path, judged: JudgedRows, windows: &[LabelledWindow]) -> Result<(), UserError> {
    let svg = report::rows_chart(judged, windows)?;
    std::fs::write(path, svg).map_err(|e| {
        UserError::new(path.display().to_string(), format!("cannot be written: {e}"), "--chart names a file to write")
    })
}
