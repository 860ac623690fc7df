//! A detector of windows after deploys on a series of counts: each row is a window as long as the step, and what came before is its
//! baseline. The series becomes a data set in memory (one service, one signature), so that the code is that of a replay.

use super::RowVerdict;
use crate::dataset::{CountSeries, DataSet, Manifest, RecordRef, Records, TrafficTable};
use crate::detect::{Baseline, DetectSpec, Detector, DetectorSpec, History, Look};
use crate::model::{Instant, Interval, Progress, Severity, Span, Traffic, UserError, Window};
use crate::normalize::Normalizer;
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

/// Rows that may come early in a row before the step is held to be wrong.
const EARLIEST: i64 = 12;

impl WindowsSpec {
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
        if let Some(short) = self.detector.horizons().into_iter().find(|&within| within < grid.step) {
            let reason = format!("of.within is {short}: rows are {} long and have no parts", grid.step);
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

/// Where each row begins, on a grid of steps: a row that comes a little early or late is none the shorter or longer.
struct Grid {
    step: Span,
    starts: Vec<Instant>,
    /// Rows from this one on are judged.
    first: usize,
    /// Times without a row, or with one that says nothing, in order: their exposure is not known, so they are no part of a baseline.
    gaps: Vec<Interval>,
}

impl Grid {
    /// `None` where nothing can be judged: all rows are warm-up. The step is the median of the warm-up's, so that no later row has a
    /// say in it.
    fn of(series: &CountSeries, warm_up: Span) -> Result<Option<Self>, UserError> {
        let rows = &series.rows;
        let Some(origin) = rows.first().map(|row| row.at) else { return Ok(None) };
        // Without a row before it there is nothing to judge one by.
        let first = rows.partition_point(|row| row.at < origin + warm_up).max(1);
        let Some(step) = series.step(first.max(2)).filter(|_| first < rows.len()) else { return Ok(None) };
        let (mut slot, mut starts, mut gaps) = (-1, Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let nearest = ((row.at - origin).micros() + step.micros() / 2) / step.micros();
            let at = |slot: i64| origin + Span::from_micros(slot * step.micros());
            if nearest > slot + 1 {
                gaps.push(Interval::new(at(slot + 1), at(nearest)));
            }
            slot = nearest.max(slot + 1);
            if slot > nearest + EARLIEST {
                let message = format!("its rows are {step} apart at first, and closer before {}", row.timestamp.trim());
                return Err(UserError::new(&series.name, message, "bring the series to one step"));
            }
            if row.known().is_none() {
                gaps.push(Interval::new(at(slot), at(slot + 1)));
            }
            starts.push(at(slot));
        }
        Ok(Some(Self { step, starts, first, gaps }))
    }

    fn row(&self, index: usize) -> Interval {
        Interval::new(self.starts[index], self.starts[index] + self.step)
    }

    /// The gaps of a baseline.
    fn gaps_in(&self, baseline: Interval) -> &[Interval] {
        let from = self.gaps.partition_point(|gap| gap.end <= baseline.start);
        let to = self.gaps.partition_point(|gap| gap.start < baseline.end);
        &self.gaps[from..to.max(from)]
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
        if index < self.grid.first {
            return RowVerdict::UNJUDGED;
        }
        let row = self.grid.row(index);
        let baseline = Interval::new((row.start - self.spec.history).max(self.grid.starts[0]), row.start);
        let window = Window { deploy: 0, service: NAME.to_owned(), window: row, baseline, decided_at: row.end };
        let look = Look::new(self.data, &self.stage, window, row, self.grid.gaps_in(baseline));
        let Some(group) = self.counts.find(NAME, NAME) else { return RowVerdict::new(0.0, 0.0, false) };
        if look.baseline.is_empty() {
            return RowVerdict::UNJUDGED;
        }
        let history = History::new(self.counts, &look, group, self.stage.baseline, look.exposures[0]);
        let score = detector.score(&history);
        // A rule that cannot expect anything where nothing has been says that anything is impossible.
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
        if count > 0 {
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
    fn template(&self, message: &str) -> String {
        message.to_owned()
    }
}
