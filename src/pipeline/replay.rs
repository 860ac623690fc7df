//! Runs a pipeline over a data set: stage after stage, each over all windows, deploys in parallel.

use super::context::{AlertFacts, last_deploy_before, traffic_change};
use super::{NotEvaluated, PipelineSpec, Schedule};
use crate::act::Charges;
use crate::dataset::DataSet;
use crate::detect::{Detect, Look};
use crate::gate::{GateSpec, Passage, measure};
use crate::model::{Alert, Case, Detection, Impact, Interval, Progress, Verdict, Window};
use crate::series::{Exposures, Series, without};
use crate::triage::{AlertContext, CaseContext, Diff, Triager};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Everything that happened to one (deploy, service).
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub window: Window,
    /// Signatures with at least one record in W.
    pub signatures_seen: u64,
    /// All detections, gated ones included, by signature.
    pub alerts: Vec<Alert>,
    /// Present when at least one detection passed the gate.
    pub case: Option<Case>,
}

impl Outcome {
    /// Detections that passed the gate.
    pub fn passed(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|alert| !alert.gated)
    }
}

/// What a pipeline decided over a whole data set.
pub struct Replay {
    /// By deploy, then service.
    pub outcomes: Vec<Outcome>,
    pub not_evaluated: Vec<(usize, NotEvaluated)>,
}

/// Replays the data set through every stage. `series` must come from the pipeline's own normalizer and severity.
///
/// # Errors
/// When the specification does not pass its own check.
pub fn run(
    data: &DataSet,
    series: &Series,
    spec: &PipelineSpec,
    charges: &Charges,
    progress: &dyn Progress,
) -> Result<Replay, String> {
    spec.check()?;
    let schedule = Schedule::plan(data, &spec.replay);
    progress.start(&format!("replaying {}", spec.name), schedule.deploys.len() as u64);
    let mut outcomes = detect_stage(data, series, &schedule, spec, progress);
    outcomes.par_iter_mut().for_each(|outcome| gate_stage(data, series, &spec.gate, outcome));
    let triager = spec.triage.build()?;
    let diffs = parse_diffs(data, &outcomes);
    outcomes.par_iter_mut().filter(|outcome| outcome.passed().next().is_some()).for_each(|outcome| {
        let verdict = triage_stage(data, series, &diffs, triager.as_ref(), outcome);
        outcome.case = Some(act_stage(spec, charges, outcome, verdict));
    });
    Ok(Replay { outcomes, not_evaluated: schedule.not_evaluated })
}

/// Detections of every window; none has met the gate yet.
fn detect_stage(
    data: &DataSet,
    series: &Series,
    schedule: &Schedule,
    spec: &PipelineSpec,
    progress: &dyn Progress,
) -> Vec<Outcome> {
    let detect = Detect::new(&spec.detect);
    let of_deploy = |windows: &Vec<Window>| {
        let looks: Vec<Look> = windows.iter().map(|w| look(data, spec, w)).collect();
        let results = detect.run(series, &looks);
        progress.advance(1);
        let outcomes = windows.iter().zip(results).map(|(window, (signatures_seen, detections))| Outcome {
            window: window.clone(),
            signatures_seen,
            alerts: detections.into_iter().map(ungated).collect(),
            case: None,
        });
        outcomes.collect::<Vec<_>>()
    };
    schedule.deploys.par_iter().flat_map_iter(of_deploy).collect()
}

fn ungated(detection: Detection) -> Alert {
    Alert { detection, impact: Impact { weight: 1.0, ..Impact::default() }, gated: false, gate_reason: String::new() }
}

/// A window with the baseline and the exposures that this pipeline reads it against.
#[must_use]
pub fn look<'a>(data: &DataSet, spec: &PipelineSpec, window: &'a Window) -> Look<'a> {
    let dropped = if spec.replay.exclude_incidents { known_incidents(data, window) } else { Vec::new() };
    let baseline = without(window.baseline, &dropped);
    let exposures = Exposures::of(data, &window.service, spec.detect.exposure, window.window, &baseline);
    Look { window, baseline, exposures }
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

fn gate_stage(data: &DataSet, series: &Series, gate: &GateSpec, outcome: &mut Outcome) {
    let window = &outcome.window;
    for alert in &mut outcome.alerts {
        if let Some(group) = series.find(&window.service, &alert.detection.signature) {
            alert.impact = measure(data, series, window, group, &alert.detection, gate.weight(&window.service));
        }
        (alert.gated, alert.gate_reason) = match gate.judge(&alert.impact) {
            Passage::Pass(reason) => (false, reason),
            Passage::Suppress(reason) => (true, reason),
        };
    }
}

/// The parsed diffs of the deploys that have a case.
fn parse_diffs(data: &DataSet, outcomes: &[Outcome]) -> BTreeMap<usize, Diff> {
    let mut deploys: Vec<usize> =
        outcomes.iter().filter(|o| o.passed().next().is_some()).map(|o| o.window.deploy).collect();
    deploys.dedup();
    let parse = |&deploy: &usize| {
        let text = data.diffs.get(&data.deploys[deploy].id)?;
        Diff::parse(text).ok().map(|diff| (deploy, diff))
    };
    deploys.par_iter().filter_map(parse).collect()
}

fn triage_stage(
    data: &DataSet,
    series: &Series,
    diffs: &BTreeMap<usize, Diff>,
    triager: &dyn Triager,
    outcome: &Outcome,
) -> Verdict {
    let window = &outcome.window;
    let deploy = &data.deploys[window.deploy];
    let diff = diffs.get(&window.deploy);
    let changed_files = deploy.changed_files.clone().unwrap_or_else(|| diff.map(Diff::paths).unwrap_or_default());
    let facts: Vec<AlertFacts> =
        outcome.alerts.iter().map(|alert| AlertFacts::gather(data, series, window, alert)).collect();
    let contexts = outcome.alerts.iter().zip(&facts).map(|(alert, facts)| AlertContext {
        alert,
        samples: &facts.samples,
        before: facts.before,
        elsewhere: &facts.elsewhere,
    });
    let first_seen = outcome.passed().map(|alert| alert.detection.first_seen).min();
    triager.judge(&CaseContext {
        deploy,
        diff,
        changed_files: &changed_files,
        window,
        alerts: &contexts.collect::<Vec<_>>(),
        traffic: traffic_change(data, window),
        last_deploy_before_first_record: first_seen.and_then(|first| last_deploy_before(data, first, window.deploy)),
    })
}

fn act_stage(spec: &PipelineSpec, charges: &Charges, outcome: &Outcome, verdict: Verdict) -> Case {
    let impact = outcome.passed().filter_map(|alert| alert.impact.score()).max_by(f64::total_cmp);
    let (action, disposition) = spec.act.policy.decide(&verdict, impact);
    let charge = spec.act.fixer.attempt(action, charges);
    Case { tokens: verdict.tokens + charge.tokens, review_minutes: charge.review_minutes, verdict, action, disposition }
}
