//! Runs a pipeline over a data set: stage after stage, each over all windows, deploys in parallel.

use super::cases::{Cases, Diffs};
use super::{NotEvaluated, PipelineSpec, Placebo, Verdicts, Watched};
use crate::act::{Act, CaseFacts, Charges};
use crate::dataset::DataSet;
use crate::detect::{Seen, Shock, ShockKind};
use crate::endpoint::{AskError, Spend};
use crate::model::{
    Alert, Case, Citations, Direction, Evidence, Interval, Progress, Source, Tokens, Verdict, VerdictKind, Window,
};
use crate::series::{Exposures, Fits};
use crate::triage::{Triager, TriagerSpec};
use rayon::prelude::*;
use std::sync::Arc;

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
    pub placebos: Arc<[Placebo]>,
    /// What triage cost to ask.
    pub triage: Spend,
    /// What the user should be told of it.
    pub notes: Vec<String>,
}

/// Replays the data set through every stage. `fits` must come from the pipeline's own normalizer and severity.
///
/// # Errors
/// When the specification does not pass its own check, or triage cannot be asked.
pub fn run(
    data: &DataSet,
    fits: &Fits,
    spec: &PipelineSpec,
    charges: &Charges,
    progress: &dyn Progress,
) -> Result<Replay, String> {
    spec.check()?;
    let watched = Watched::of(data, fits, spec, true, progress);
    run_on(&watched, &Diffs::new(data), spec, charges)
}

/// The stages after measuring, for a pipeline that the windows were measured for.
///
/// # Errors
/// When the specification does not pass its own check, or triage cannot be asked.
pub fn run_on(watched: &Watched, diffs: &Diffs, spec: &PipelineSpec, charges: &Charges) -> Result<Replay, String> {
    spec.check()?;
    let flagged = watched.flag(&spec.detect);
    let outcomes = flagged.gate(&spec.gate);
    let asked = ask(watched, diffs, &spec.triage, &outcomes, None)?;
    Ok(Replay {
        outcomes: act(spec, charges, outcomes, asked.verdicts),
        not_evaluated: watched.schedule.not_evaluated.clone(),
        placebos: flagged.placebos,
        triage: asked.spend,
        notes: asked.notes,
    })
}

/// The policy alone once more: what triage said of each case stays, and nobody is asked again.
///
/// # Errors
/// When the specification does not pass its own check.
pub fn react(spec: &PipelineSpec, charges: &Charges, decided: &[Outcome]) -> Result<Vec<Outcome>, String> {
    spec.check()?;
    let verdicts = decided.iter().map(|outcome| outcome.case.as_ref().map(|case| case.verdict.clone())).collect();
    let undecided = decided.iter().map(|outcome| Outcome { case: None, ..outcome.clone() });
    Ok(act(spec, charges, undecided.collect(), verdicts))
}

/// What triage says of each outcome: of those with an alert that passed the gate.
pub struct Asked {
    pub verdicts: Vec<Option<Verdict>>,
    pub spend: Spend,
    pub notes: Vec<String>,
}

/// Asks triage about every case. `known`: verdicts on the same data under the same triage, which are not asked for again; only for a
/// triager that costs nothing, since what asking costs is part of a replay.
///
/// # Errors
/// When the triager cannot be built or asked.
pub fn ask(
    watched: &Watched,
    diffs: &Diffs,
    triage: &TriagerSpec,
    outcomes: &[Outcome],
    known: Option<&Verdicts>,
) -> Result<Asked, String> {
    let triager = triage.build()?;
    let cases = Cases::of(watched.data, watched.fits, diffs);
    let judge = |outcome: &Outcome| {
        let fresh = || triage_stage(&cases, triager.as_ref(), outcome);
        outcome.passed().next().map(|_| known.map_or_else(fresh, |known| known.get(outcome, fresh))).transpose()
    };
    // All are asked before one error is told: which one must not depend on who was first.
    let verdicts: Vec<Result<Option<Verdict>, AskError>> = outcomes.par_iter().map(judge).collect();
    let verdicts = verdicts.into_iter().collect::<Result<_, _>>()?;
    Ok(Asked { verdicts, spend: triager.spent(), notes: triager.notes() })
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

/// Decides on every outcome that has a verdict. In the order of decisions, at the same instant by deploy and service: an action on a
/// service holds back the next.
#[must_use]
pub fn act(
    spec: &PipelineSpec,
    charges: &Charges,
    mut outcomes: Vec<Outcome>,
    verdicts: Vec<Option<Verdict>>,
) -> Vec<Outcome> {
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
    outcomes
}
