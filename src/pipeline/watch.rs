//! Looks at windows: once when they close, or again and again until an alert comes of one.

use super::{Outcome, PipelineSpec, Schedule, Trigger};
use crate::dataset::DataSet;
use crate::detect::{Detect, Look, Measured, Seen, Shock, Tests};
use crate::gate::{GateSpec, Passage};
use crate::model::{Alert, Detection, Interval, Progress, Span, Window};
use crate::series::Fits;
use rayon::prelude::*;

/// The outcomes of all windows, gated, by deploy, then service; no case yet.
pub fn outcomes(
    data: &DataSet,
    fits: &Fits,
    schedule: &Schedule,
    spec: &PipelineSpec,
    progress: &dyn Progress,
) -> Vec<Outcome> {
    let detect = Detect::new(&spec.detect);
    let advance = || progress.advance(1);
    match spec.replay.trigger {
        Trigger::Poll { every } => {
            let watch = |windows: &Vec<Window>| {
                let outcomes = poll(data, fits, spec, &detect, windows, every);
                advance();
                outcomes
            };
            schedule.deploys.par_iter().flat_map_iter(watch).collect()
        }
        Trigger::Close | Trigger::Schedule { .. } => {
            let whole = |windows: &Vec<Window>| windows.iter().map(|w| look(data, spec, w, w.window)).collect();
            let looks: Vec<Vec<Look>> = schedule.deploys.par_iter().map(whole).collect();
            let measured = detect.run(fits, &looks, &advance);
            let gated = |(looks, measured): (Vec<Look>, Measured)| outcomes_of(data, fits, &spec.gate, looks, measured);
            looks.into_par_iter().zip(measured).flat_map_iter(gated).collect()
        }
    }
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

/// Looks at a deploy's windows step by step. A window is decided at the first look that an alert of it passes the gate, or when it
/// closes; the others stay in the family until then.
fn poll(
    data: &DataSet,
    fits: &Fits,
    spec: &PipelineSpec,
    detect: &Detect,
    windows: &[Window],
    every: Span,
) -> Vec<Outcome> {
    let mut decided: Vec<Option<Outcome>> = windows.iter().map(|_| None).collect();
    let mut elapsed = every;
    while decided.iter().any(Option::is_none) {
        let so_far = windows.iter().map(|w| look(data, spec, &first(w, elapsed), planned(spec, w))).collect::<Vec<_>>();
        let Some(measured) = detect.run(fits, std::slice::from_ref(&so_far), &|| ()).pop() else { break };
        let outcomes = outcomes_of(data, fits, &spec.gate, so_far, measured);
        for ((slot, outcome), window) in decided.iter_mut().zip(outcomes).zip(windows) {
            let closed = outcome.window.window.end == window.window.end;
            if slot.is_none() && (closed || outcome.passed().next().is_some()) {
                *slot = Some(outcome);
            }
        }
        elapsed = Span::from_micros(elapsed.micros() + every.micros());
    }
    decided.into_iter().flatten().collect()
}

/// The looks at a window that a pipeline takes, each with W as planned.
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

fn outcomes_of(data: &DataSet, fits: &Fits, gate: &GateSpec, looks: Vec<Look>, measured: Measured) -> Vec<Outcome> {
    let Measured { seen, tests, shocks, .. } = measured;
    let mut of_look: Vec<Vec<_>> = looks.iter().map(|_| Vec::new()).collect();
    for one in seen {
        of_look[one.look].push(one);
    }
    let parts = looks.into_iter().zip(of_look).zip(shocks).zip(tests);
    parts.map(|(((look, seen), shock), tests)| outcome_of(data, fits, gate, look, seen, shock, tests)).collect()
}

fn outcome_of(
    data: &DataSet,
    fits: &Fits,
    gate: &GateSpec,
    look: Look,
    seen: Vec<Seen>,
    shock: Option<Shock>,
    tests: Tests,
) -> Outcome {
    let flagged = seen.iter().filter(|one| one.flagged);
    let alert = |one: &Seen| gated(data, fits, gate, &look.window, one.detection(fits.of(&look.window), &look.window));
    Outcome {
        alerts: flagged.map(alert).collect(),
        signatures_seen: seen.len() as u64,
        seen,
        family: tests.family,
        shock,
        horizon: look.horizon,
        exposures: look.exposures,
        window: look.window,
        case: None,
    }
}

fn gated(data: &DataSet, fits: &Fits, gate: &GateSpec, window: &Window, detection: Detection) -> Alert {
    let impact = gate.measure(data, fits.of(window), window, &detection);
    let (gated, gate_reason) = match gate.judge(&detection, &impact) {
        Passage::Pass(reason) => (false, reason),
        Passage::Suppress(reason) => (true, reason),
    };
    Alert { detection, impact, gated, gate_reason }
}

/// What was detected in a window under another gate; no case yet.
pub fn regated(data: &DataSet, fits: &Fits, gate: &GateSpec, outcome: &Outcome) -> Outcome {
    let regated = |alert: &Alert| gated(data, fits, gate, &outcome.window, alert.detection.clone());
    Outcome {
        window: outcome.window.clone(),
        horizon: outcome.horizon,
        exposures: outcome.exposures.clone(),
        seen: Vec::new(),
        family: outcome.family,
        shock: outcome.shock,
        signatures_seen: outcome.signatures_seen,
        alerts: outcome.alerts.iter().map(regated).collect(),
        case: None,
    }
}
