//! Looks at windows: what a detector measures in them, what it flags at its thresholds, what of that a gate lets pass.

use super::calibration::calibrate;
use super::placebo::{Placebo, PlaceboLooks};
use super::{Outcome, PipelineSpec, ReplaySpec, Schedule, Trigger};
use crate::dataset::DataSet;
use crate::detect::{Detect, DetectSpec, Look, Measured, Seen, Shock, Tests};
use crate::gate::{GateSpec, Passage};
use crate::model::{Alert, Detection, Instant, Interval, Progress, Span, Window};
use crate::series::Fits;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Every window of a replay as its detector measured it, and the placebos: all that does not depend on a threshold. Pipelines that
/// differ in thresholds, gate, triage or policy share it ([`Watched::serves`]).
pub struct Watched<'w> {
    pub data: &'w DataSet,
    pub fits: &'w Fits<'w>,
    pub schedule: Schedule,
    replay: ReplaySpec,
    detect: DetectSpec,
    /// Looks that share a correction for multiplicity: those at the windows of one deploy at one time.
    looks: Vec<Vec<Look<'w>>>,
    measured: Vec<Measured>,
    /// Per deploy of the schedule which of `looks` are at its windows, in the order of time: one, or as many as are polled.
    steps: Vec<Range<usize>>,
    placebos: PlaceboLooks<'w>,
}

/// What is flagged at some thresholds.
pub struct Flagged<'w> {
    watched: &'w Watched<'w>,
    measured: Vec<Measured>,
    pub placebos: Arc<[Placebo]>,
}

impl<'w> Watched<'w> {
    /// Measures every window, and pseudo-deploys where `with_placebos`. `fits` must come from the pipeline's own normalizer and
    /// severity.
    #[must_use]
    pub fn of(
        data: &'w DataSet,
        fits: &'w Fits<'w>,
        spec: &PipelineSpec,
        with_placebos: bool,
        progress: &dyn Progress,
    ) -> Self {
        Self::until(data, fits, spec, (data.span.end, with_placebos), progress)
    }

    /// The same of windows, and pseudo-deploys, that are decided no later than `end`.
    #[must_use]
    pub fn until(
        data: &'w DataSet,
        fits: &'w Fits<'w>,
        spec: &PipelineSpec,
        (end, with_placebos): (Instant, bool),
        progress: &dyn Progress,
    ) -> Self {
        let measure = || PlaceboLooks::measure(data, fits, spec, end, progress);
        let placebos = if with_placebos { measure() } else { PlaceboLooks::default() };
        let mut schedule = Schedule::plan(data, &spec.replay);
        for windows in &mut schedule.deploys {
            windows.retain(|window| window.decided_at <= end);
        }
        schedule.deploys.retain(|windows| !windows.is_empty());
        let (looks, steps) = all_looks(data, spec, &schedule);
        progress.start(&format!("replaying {}", spec.name), looks.len() as u64);
        let mut measured = Detect::new(&spec.detect).measure(fits, &looks, &|| progress.advance(1));
        calibrate(&mut measured, placebos.measured());
        let (replay, detect) = (spec.replay.clone(), spec.detect.clone());
        Self { data, fits, schedule, replay, detect, looks, measured, steps, placebos }
    }

    /// Whether a pipeline with the same normalizer would measure the same.
    #[must_use]
    pub fn serves(&self, spec: &PipelineSpec) -> bool {
        self.replay == spec.replay && self.detect.measures_like(&spec.detect)
    }

    /// What is flagged at the thresholds of a detection stage that measures the same.
    #[must_use]
    pub fn flag(&'w self, detect: &DetectSpec) -> Flagged<'w> {
        let mut measured = self.measured.clone();
        detect.flag(self.fits, &self.looks, &mut measured);
        Flagged { watched: self, measured, placebos: self.placebos.flag(self.fits, detect).into() }
    }
}

impl Flagged<'_> {
    /// The outcomes of all windows, by deploy, then service; no case yet. A window that is polled is decided at the first look that an
    /// alert of it passes the gate, or when it closes; the others stay in the family until then.
    #[must_use]
    pub fn gate(&self, gate: &GateSpec) -> Vec<Outcome> {
        let deploys = self.watched.schedule.deploys.par_iter().zip(&self.watched.steps);
        deploys.flat_map_iter(|(windows, steps)| self.decide(gate, windows, steps.clone())).collect()
    }

    fn decide(&self, gate: &GateSpec, windows: &[Window], steps: Range<usize>) -> Vec<Outcome> {
        let mut decided: Vec<Option<Outcome>> = windows.iter().map(|_| None).collect();
        for step in steps {
            let outcomes = self.outcomes_of(gate, step, &decided);
            for ((slot, outcome), window) in decided.iter_mut().zip(outcomes).zip(windows) {
                let is_last = |outcome: &Outcome| outcome.window.window.end == window.window.end;
                if let Some(outcome) = outcome.filter(|o| is_last(o) || o.passed().next().is_some()) {
                    *slot = Some(outcome);
                }
            }
        }
        decided.into_iter().flatten().collect()
    }

    /// Of the windows that are not decided yet.
    fn outcomes_of(&self, gate: &GateSpec, step: usize, decided: &[Option<Outcome>]) -> Vec<Option<Outcome>> {
        let (looks, measured) = (&self.watched.looks[step], &self.measured[step]);
        let mut of_look: Vec<Vec<Seen>> = looks.iter().map(|_| Vec::new()).collect();
        for one in measured.seen.iter().filter(|one| decided[one.look].is_none()) {
            of_look[one.look].push(one.clone());
        }
        let outcome = |(index, seen): (usize, Vec<Seen>)| {
            let (shock, tests) = (measured.shocks[index], measured.tests[index]);
            decided[index].is_none().then(|| self.outcome_of(gate, &looks[index], seen, shock, tests))
        };
        of_look.into_iter().enumerate().map(outcome).collect()
    }

    fn outcome_of(&self, gate: &GateSpec, look: &Look, seen: Vec<Seen>, shock: Option<Shock>, tests: Tests) -> Outcome {
        let Watched { data, fits, .. } = self.watched;
        let flagged = seen.iter().filter(|one| one.flagged);
        let alert =
            |one: &Seen| gated(data, fits, gate, &look.window, one.detection(fits.of(&look.window), &look.window));
        Outcome {
            alerts: flagged.map(alert).collect(),
            signatures_seen: seen.len() as u64,
            seen,
            family: tests.family,
            shock,
            horizon: look.horizon,
            exposures: look.exposures.clone(),
            window: look.window.clone(),
            case: None,
        }
    }
}

/// The looks at all windows, those that share a correction together, and per deploy which of them are its own.
fn all_looks<'d>(
    data: &'d DataSet,
    spec: &PipelineSpec,
    schedule: &Schedule,
) -> (Vec<Vec<Look<'d>>>, Vec<Range<usize>>) {
    let of_deploy = |windows: &Vec<Window>| -> Vec<Vec<Look<'d>>> {
        let parts: Vec<Vec<(Window, Interval)>> = windows.iter().map(|window| parts(spec, window)).collect();
        let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
        // A window that has closed is looked at whole while others of its deploy are open.
        let look_at = |parts: &Vec<(Window, Interval)>, step: usize| {
            let (part, horizon) = &parts[step.min(parts.len() - 1)];
            look(data, spec, part, *horizon)
        };
        (0..longest).map(|step| parts.iter().map(|parts| look_at(parts, step)).collect()).collect()
    };
    let by_deploy: Vec<Vec<Vec<Look>>> = schedule.deploys.par_iter().map(of_deploy).collect();
    let mut start = 0;
    let ranges = by_deploy.iter().map(|steps| {
        let range = start..start + steps.len();
        start = range.end;
        range
    });
    let ranges = ranges.collect();
    (by_deploy.into_iter().flatten().collect(), ranges)
}

/// A window with the baseline and the exposures that this pipeline reads it against.
#[must_use]
pub fn look<'a>(data: &'a DataSet, spec: &PipelineSpec, window: &Window, horizon: Interval) -> Look<'a> {
    let dropped = if spec.replay.exclude_incidents { known_incidents(data, window) } else { Vec::new() };
    Look::new(data, &spec.detect, window.clone(), horizon, &dropped)
}

/// Incidents of the service that were declared and over before the decision: all that a baseline may know of the incident log.
fn known_incidents(data: &DataSet, window: &Window) -> Vec<Interval> {
    let incidents = data.incidents.iter().flatten();
    incidents
        .filter(|i| i.services.is_empty() || i.services.contains(&window.service))
        .filter(|i| i.declared_at.is_some_and(|t| t < window.decided_at))
        .filter_map(|i| {
            i.resolved_at.filter(|&end| end < window.decided_at).map(|end| Interval::new(i.started_at, end))
        })
        .collect()
}

/// The looks at a window that a pipeline takes, at least one, each with W as planned.
#[must_use]
pub fn parts(spec: &PipelineSpec, window: &Window) -> Vec<(Window, Interval)> {
    match spec.replay.trigger {
        Trigger::Close | Trigger::Schedule { .. } => vec![(window.clone(), window.window)],
        Trigger::Poll { every } => {
            let steps = (window.window.span().micros() + every.micros() - 1) / every.micros();
            let elapsed = (1..=steps).map(|step| Span::from_micros(every.micros() * step));
            elapsed.map(|elapsed| (first(window, elapsed), planned(spec, window))).collect()
        }
    }
}

/// W as it is planned: whether a later deploy will cut it short is not known while it runs.
fn planned(spec: &PipelineSpec, window: &Window) -> Interval {
    Interval::new(window.window.start, window.window.start + spec.replay.window)
}

/// The first `elapsed` of a window, decided as long after its end as the whole is.
fn first(window: &Window, elapsed: Span) -> Window {
    let end = (window.window.start + elapsed).min(window.window.end);
    let lateness = window.decided_at - window.window.end;
    Window { window: Interval::new(window.window.start, end), decided_at: end + lateness, ..window.clone() }
}

fn gated(data: &DataSet, fits: &Fits, gate: &GateSpec, window: &Window, detection: Detection) -> Alert {
    let impact = gate.measure(data, fits.of(window), window, &detection);
    let (gated, gate_reason) = match gate.judge(&detection, &impact) {
        Passage::Pass(reason) => (false, reason),
        Passage::Suppress(reason) => (true, reason),
    };
    Alert { detection, impact, gated, gate_reason }
}
