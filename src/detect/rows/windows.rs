//! A detector of windows after deploys on a series of counts: each row is a window as long as the step, and what came before is its
//! baseline. The series becomes a data set in memory (one service, one signature), so that the code is that of a replay.

use super::RowVerdict;
use super::grid::Grid;
use crate::dataset::{CountSeries, DataSet, Manifest, RecordRef, Records, TrafficTable};
use crate::detect::{Baseline, DetectSpec, Detector, DetectorSpec, History, Look};
use crate::model::{Instant, Interval, Progress, Severity, Span, Traffic, UserError, Window};
use crate::normalize::{Key, Normalizer, Text};
use crate::series::{Exposure, Series};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A detector file of any `kind` but `return_period`; the keys that are not named here are the detector's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowsSpec {
    #[serde(flatten)]
    pub detector: DetectorSpec,
    /// Flags when the p-value is below it; in (0, 1].
    #[serde(default = "alpha")]
    pub alpha: f64,
    /// How much of the past is baseline.
    #[serde(default = "history")]
    pub history: Span,
    /// The rows in so much time from the first on are not judged.
    #[serde(default = "warm_up")]
    pub warm_up: Span,
    /// After an alarm there is none for so long.
    #[serde(default = "hold")]
    pub hold: Span,
    /// The part of the past that the row is compared with, for the detectors that compare with one rate.
    #[serde(default)]
    pub baseline: Baseline,
}

fn alpha() -> f64 {
    0.001
}

fn history() -> Span {
    Span::days(56)
}

fn warm_up() -> Span {
    Span::days(1)
}

fn hold() -> Span {
    Span::hours(24)
}

/// The one service, and the one message, of the data set.
const NAME: &str = "series";

impl WindowsSpec {
    /// As a detector file that names no more than the detector.
    #[must_use]
    pub fn new(detector: DetectorSpec) -> Self {
        let (alpha, history, warm_up, hold) = (alpha(), history(), warm_up(), hold());
        Self { detector, alpha, history, warm_up, hold, baseline: Baseline::default() }
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if self.detector == (DetectorSpec::Always {}) {
            return Err("kind is always: it has no p-value that rows could be scored by".to_owned());
        }
        if self.history == Span::ZERO {
            return Err("history is 0: nothing could be expected".to_owned());
        }
        // Told as a pipeline's, but for the table that it stands in there.
        let bare = |reason: String| reason.trim_start_matches("detect.").trim_start_matches("detector.").to_owned();
        self.stage(Exposure::Time).check().map_err(bare)
    }

    fn stage(&self, exposure: Exposure) -> DetectSpec {
        DetectSpec { exposure, baseline: self.baseline, ..DetectSpec::plain(self.detector.clone(), self.alpha) }
    }

    /// # Errors
    /// When a row of the series cannot be a window.
    pub fn judge(&self, series: &CountSeries, progress: &dyn Progress) -> Result<Vec<RowVerdict>, UserError> {
        let Some(grid) = Grid::of(series, self.warm_up)? else {
            return Ok(vec![RowVerdict::UNJUDGED; series.rows.len()]);
        };
        if let Some((key, part)) = self.detector.shortest_part().filter(|&(_, part)| part < grid.step) {
            let reason = format!("{key} asks for parts of {part}: rows are {} long and have none", grid.step);
            return Err(UserError::new("", reason, ""));
        }
        let data = data_set(series, &grid)?;
        let counts = Series::build(&data.records, &AsItIs, Severity::Error);
        let exposure = if series.has_exposure { Exposure::Requests } else { Exposure::Time };
        let rows = Rows { data: &data, counts: &counts, grid: &grid, spec: self, stage: self.stage(exposure) };
        let detector = self.detector.build();
        progress.start("judging rows", series.rows.len() as u64);
        let judge = |index: usize| {
            progress.advance(1);
            series.rows[index].known().map_or(RowVerdict::UNJUDGED, |_| rows.judge(index, detector.as_ref()))
        };
        let mut verdicts: Vec<RowVerdict> = (0..series.rows.len()).into_par_iter().map(judge).collect();
        self.hold_back(&mut verdicts, &grid.starts);
        Ok(verdicts)
    }

    /// Takes back the flags that follow another one too soon.
    fn hold_back(&self, verdicts: &mut [RowVerdict], starts: &[Instant]) {
        let mut quiet_until = None;
        for (verdict, &start) in verdicts.iter_mut().zip(starts) {
            verdict.flag &= quiet_until.is_none_or(|until| start >= until);
            if verdict.flag {
                quiet_until = Some(start + self.hold);
            }
        }
    }
}

/// What a row is judged from.
struct Rows<'a> {
    data: &'a DataSet,
    counts: &'a Series<'a>,
    grid: &'a Grid,
    spec: &'a WindowsSpec,
    stage: DetectSpec,
}

impl Rows<'_> {
    fn judge(&self, index: usize, detector: &dyn Detector) -> RowVerdict {
        let row = self.grid.row(index);
        let baseline = Interval::new((row.start - self.spec.history).max(self.grid.starts[0]), row.start);
        let window = Window { deploy: 0, service: NAME.to_owned(), window: row, baseline, decided_at: row.end };
        let look = Look::new(self.data, &self.stage, window, row, self.grid.gaps_in(baseline));
        let group = self.counts.find(NAME, NAME).filter(|_| index >= self.grid.first && !look.baseline.is_empty());
        let Some(group) = group else { return RowVerdict::UNJUDGED };
        let score = detector.score(&History::new(self.counts, &look, group, self.stage.baseline, look.exposures[0]));
        // A rule that expects nothing where nothing has been says of anything that it cannot be: that is no score.
        if score.ln_p == f64::NEG_INFINITY {
            return RowVerdict::new(0.0, 0.0, false);
        }
        RowVerdict::new(score.expected, score.ln_p, score.ln_p.exp() < self.spec.alpha)
    }
}

/// The series as a data set.
fn data_set(series: &CountSeries, grid: &Grid) -> Result<DataSet, UserError> {
    let mut records = Records::default();
    let mut traffic = Vec::new();
    for (row, &timestamp) in series.rows.iter().zip(&grid.starts) {
        let Some((count, exposure)) = row.known() else { continue };
        // The first one stands for the signature even where it is 0: whether there is one must not depend on later rows.
        if count > 0 || records.is_empty() {
            records.push(&record(timestamp, timestamp + grid.step, count));
        }
        if series.has_exposure {
            if exposure.fract() != 0.0 {
                let message = format!("exposure {exposure} at {} is no whole number", row.timestamp.trim());
                return Err(UserError::new(&series.name, message, "scale the column: only ratios of it matter"));
            }
            traffic.push(Traffic { timestamp, service: NAME.to_owned(), requests: exposure as u64, users: None });
        }
    }
    records.sort();
    let manifest = Manifest { traffic_step: grid.step, ..Manifest::named(NAME) };
    let traffic = series.has_exposure.then(|| TrafficTable::from_rows(&traffic));
    Ok(DataSet::assemble(manifest, records, Vec::new(), None, traffic, BTreeMap::new()))
}

/// What a row counted, known at its end.
fn record<'a>(timestamp: Instant, observed_at: Instant, count: u32) -> RecordRef<'a> {
    RecordRef {
        timestamp,
        observed_at: Some(observed_at),
        service: NAME,
        severity: Severity::Error,
        message: NAME,
        exception_type: "",
        stack_trace: "",
        version: "",
        trace_id: "",
        user_id: "",
        count,
    }
}

/// The message is the signature.
struct AsItIs;

impl Normalizer for AsItIs {
    fn key(&self, text: Text) -> Key {
        Key::settled(text.message.to_owned())
    }
}
