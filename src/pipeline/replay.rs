//! Runs a pipeline over a data set: stage after stage, each over all windows, deploys in parallel.

use super::calibration::calibrate;
use super::cases::Cases;
use super::{NotEvaluated, PipelineSpec, Placebo, Schedule, placebos, watch};
use crate::act::{Act, CaseFacts, Charges};
use crate::dataset::DataSet;
use crate::detect::{Seen, Shock, ShockKind};
use crate::endpoint::{AskError, Spend};
use crate::model::{
    Alert, Case, Citations, Direction, Evidence, Interval, Progress, Source, Tokens, Verdict, VerdictKind, Window,
};
use crate::series::{Exposures, Fits};
use crate::triage::Triager;
use rayon::prelude::*;

/// Everything that happened to one (deploy, service).
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// As far as it was looked at when the decision was made.
    pub window: Window,
    /// W in full.
    pub horizon: Interval,
    /// Of W and B, in each unit that the detector read them against.
    pub exposures: Vec<Exposures>,
    /// Every signature with a record in W, as the detector saw it.
    pub seen: Vec<Seen>,
    /// Tests that its p-values were corrected for.
    pub family: usize,
    /// Whether services that were not deployed rose too, where asked.
    pub shock: Option<Shock>,
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
    /// What the detection stage does where nothing was deployed.
    pub placebos: Vec<Placebo>,
    /// What triage cost to ask.
    pub triage: Spend,
    /// What the user should be told of it.
    pub notes: Vec<String>,
}

/// Replays the data set through every stage. `fits` must come from the pipeline's own normalizer and severity.
///
/// # Errors
/// When the specification does not pass its own check.
pub fn run(
    data: &DataSet,
    fits: &Fits,
    spec: &PipelineSpec,
    charges: &Charges,
    progress: &dyn Progress,
) -> Result<Replay, String> {
    spec.check()?;
    run_with(data, fits, spec, charges, placebos(data, fits, spec, progress), progress)
}

/// The same with placebos that were run already: they depend on nothing after detection.
///
/// # Errors
/// When the specification does not pass its own check.
pub fn run_with(
    data: &DataSet,
    fits: &Fits,
    spec: &PipelineSpec,
    charges: &Charges,
    placebos: Vec<Placebo>,
    progress: &dyn Progress,
) -> Result<Replay, String> {
    spec.check()?;
    let schedule = Schedule::plan(data, &spec.replay);
    progress.start(&format!("replaying {}", spec.name), schedule.deploys.len() as u64);
    let mut outcomes = watch::outcomes(data, fits, &schedule, spec, progress);
    calibrate(&mut outcomes, &placebos);
    let (triage, notes) = decide(data, fits, spec, charges, &mut outcomes)?;
    Ok(Replay { outcomes, not_evaluated: schedule.not_evaluated, placebos, triage, notes })
}

/// The stages after detection once more, over what the same detector found in the same windows, under another gate, triager or
/// policy; `seen` is left out. The same as a replay, but for trigger `poll`, whose gate decides when a window is decided: there the
/// decisions stay where they are.
///
/// # Errors
/// When the specification does not pass its own check.
pub fn rejudge(
    data: &DataSet,
    fits: &Fits,
    spec: &PipelineSpec,
    charges: &Charges,
    detected: &[Outcome],
) -> Result<Vec<Outcome>, String> {
    spec.check()?;
    let regated = |outcome: &Outcome| watch::regated(data, fits, &spec.gate, outcome);
    let mut outcomes: Vec<Outcome> = detected.iter().map(regated).collect();
    decide(data, fits, spec, charges, &mut outcomes)?;
    Ok(outcomes)
}

/// The policy alone once more: what triage said of each case stays, and nobody is asked again. `seen` is left out.
///
/// # Errors
/// When the specification does not pass its own check.
pub fn react(
    data: &DataSet,
    fits: &Fits,
    spec: &PipelineSpec,
    charges: &Charges,
    decided: &[Outcome],
) -> Result<Vec<Outcome>, String> {
    spec.check()?;
    let verdicts = decided.iter().map(|outcome| outcome.case.as_ref().map(|case| case.verdict.clone())).collect();
    let regated = |outcome: &Outcome| watch::regated(data, fits, &spec.gate, outcome);
    let mut outcomes: Vec<Outcome> = decided.iter().map(regated).collect();
    act_stage(spec, charges, &mut outcomes, verdicts);
    Ok(outcomes)
}

/// Triage and action, for every window with an alert that passed the gate.
fn decide(
    data: &DataSet,
    fits: &Fits,
    spec: &PipelineSpec,
    charges: &Charges,
    outcomes: &mut [Outcome],
) -> Result<(Spend, Vec<String>), String> {
    let triager = spec.triage.build()?;
    let cases = Cases::of(data, fits, outcomes);
    let judge = |outcome: &Outcome| {
        outcome.passed().next().map(|_| triage_stage(&cases, triager.as_ref(), outcome)).transpose()
    };
    // All are asked before one error is told: which one must not depend on who was first.
    let verdicts: Vec<Result<Option<Verdict>, AskError>> = outcomes.par_iter().map(judge).collect();
    act_stage(spec, charges, outcomes, verdicts.into_iter().collect::<Result<_, _>>()?);
    Ok((triager.spent(), triager.notes()))
}

/// The verdict on one case; of one that shares its cause with services that were not deployed, without asking.
fn triage_stage(cases: &Cases, triager: &dyn Triager, outcome: &Outcome) -> Result<Verdict, AskError> {
    match shared_cause(outcome) {
        Some(shock) => Ok(shock_verdict(shock)),
        None => cases.look(outcome, |case| triager.judge(case)),
    }
}

/// Whether services that were not deployed rose as well: then triage is not asked.
pub(super) fn shared_cause(outcome: &Outcome) -> Option<Shock> {
    outcome.shock.filter(|shock| shock.kind == ShockKind::SharedCause)
}

/// One cause for services that were deployed and services that were not: a person is asked, nothing is blamed, no token spent.
fn shock_verdict(shock: Shock) -> Verdict {
    let source = |name: &str, value| Source::Measured { name: name.to_owned(), value, unit: "p-value".to_owned() };
    let evidence = Evidence {
        rule: "shared_cause".to_owned(),
        direction: Direction::Against,
        weight: 0.0,
        summary: "Services that were not deployed rose as well, and this one no more than they: a shared cause"
            .to_owned(),
        sources: vec![
            source("rise of this service", shock.p_treated),
            source("rise of services not deployed", shock.p_controls),
            source("this one rose more", shock.p_difference),
        ],
    };
    let (kind, confidence) = (VerdictKind::Inconclusive, 1.0);
    Verdict {
        kind,
        confidence,
        evidence: vec![evidence],
        attributed: Vec::new(),
        citations: Citations::default(),
        tokens: Tokens::default(),
    }
}

/// In the order of decisions, at the same instant by deploy and service: an action on a service holds back the next.
fn act_stage(spec: &PipelineSpec, charges: &Charges, outcomes: &mut [Outcome], verdicts: Vec<Option<Verdict>>) {
    let judged = outcomes.iter_mut().zip(verdicts);
    let mut cases: Vec<(&mut Outcome, Verdict)> = judged.filter_map(|(o, verdict)| Some((o, verdict?))).collect();
    cases.sort_by_key(|(outcome, _)| outcome.window.decided_at);
    let mut act = Act::new(&spec.act, charges);
    for (outcome, verdict) in cases {
        let alerts: Vec<&Alert> = outcome.passed().collect();
        let shock = outcome.shock.map(|shock| shock.kind);
        let case = act.decide(&CaseFacts { window: &outcome.window, alerts: &alerts, shock }, verdict);
        outcome.case = Some(case);
    }
}
