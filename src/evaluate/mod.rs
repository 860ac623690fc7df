//! Decisions against the incident log: the only room that sees both.

mod candidates;
mod clusters;
mod compare;
mod costs;
mod delay;
mod detection;
mod end_to_end;
mod episode;
mod evaluation;
mod floors;
mod judged;
mod label_noise;
mod labelled_rows;
mod labels_needed;
mod matching;
mod misses;
mod monthly;
mod normalization;
mod one_to_one;
mod pair_texts;
mod pair_triage;
mod placebo;
mod quantities;
mod rank_triage;
mod ranking;
mod recalibration;
mod redteam;
mod regrouping;
mod reliability;
mod rollback;
mod rows;
mod stage_value;
mod time_to_detect;
mod tornado;
mod triage;
mod truth;
mod units;
mod unlabelled;

pub use crate::dataset::Labels;
pub use candidates::RankTally;
pub use clusters::ClusterKind;
pub use compare::{Comparison, MetricDifference, compare};
pub use costs::{Costs, DEFAULT_COSTS, HARM_CAP, Labelling};
pub use evaluation::{
    ByAction, Cost, Delay, DetectionScores, EndToEnd, Evaluation, Funnel, IncidentCounts, Misses, Oracle,
    PipelineProvenance, RunManifest, SavedMinutes,
};
pub use floors::{ActionCounts, FloorScore, FloorScores};
pub use judged::{Judged, Label};
pub use label_noise::{LabelNoise, NoiseRange, NoisyMetric, label_noise};
pub use labelled_rows::{AffiliationScores, LabelledScores, NabScores, RangeScores};
pub use labels_needed::{Answer, LabelsNeeded, PrecisionQuestion};
pub use misses::{Loss, losses};
pub use monthly::{MONTH_DAYS, MonthlyCost};
pub use normalization::{Collapse, Family, Fragmentation, NewByDeploy, Normalization, Power, Signature, Suspect, Week};
pub use one_to_one::OneToOne;
pub use pair_texts::{PairDraw, PairTexts};
pub use pair_triage::{ClusteredPairs, PairScores};
pub use placebo::{AttainedRate, MARKED_ABOVE, MIN_EXPECTED, PlaceboScores, PlaceboVerdict, StratumRate};
pub use quantities::{Effort, HarmMinutes, Quantities};
pub use rank_triage::{ClusteredRanks, RankScores};
pub use ranking::{AveragePrecision, Ranking};
pub use recalibration::{
    Advice, Backtest, Freshness, NearestDeploy, NearestWeek, PairCosts, Recalibration, RecalibrationInput, Routine,
    RuleDeploy, RuleScore, RuleWeek, Shift, Side as ThresholdSide, Threshold, recalibrate,
};
pub use redteam::{RedteamScores, Success};
pub use regrouping::{
    CaseChange, Change, Grouped, Pair, Regrouped, Regrouping, Side, Unchanged, Under, WindowChange, regrouping,
};
pub use reliability::{Reliability, ReliabilityBin};
pub use rollback::{RightRollbacks, RollbackCounterfactual, WrongRollbacks};
pub use rows::{AlertRow, CaseRow};
pub use stage_value::{PartOfPipeline, PipelineStage, StageValues, stage_values};
pub use time_to_detect::{Quantile, TimeToDetect};
pub use tornado::{Assumption, BreakEvenAt, BreakEvenRange, Swing};
pub use triage::{
    Attribution, BreakEven, CaseCause, ChangeKind, Decoys, Overlaps, TriageScores, VerdictCounts, VerdictsOn,
};
pub use truth::{TrueIncident, Truth};
pub use units::{ClusterInterval, ClusteredBy, Measure, Stage, Unit, UnitScore};
pub use unlabelled::{ReviewCounts, ThreeReadings, UnlabelledCases, Weighted};

use crate::dataset::DataSet;
use crate::model::{Action, Instant, VerdictKind};
use crate::pipeline::{PipelineSpec, Replay, Watched};
use crate::series::Fits;
use std::collections::{BTreeMap, BTreeSet};

/// Seed of everything random in an evaluation (the bootstrap).
const SEED: u64 = 20_261_124;

/// A replay held against the truth.
pub struct Assessment<'a> {
    pub evaluation: Evaluation,
    pub truth: Truth<'a>,
    pub judged: Vec<Judged<'a>>,
    /// Where each missed incident was lost.
    pub losses: BTreeMap<usize, Loss>,
    pub alerts: Vec<AlertRow>,
    pub cases: Vec<CaseRow>,
}

/// What a pipeline was given as: a preset's name or a file's text.
pub struct GivenPipeline<'a> {
    pub given: &'a str,
    pub spec: &'a PipelineSpec,
}

/// Evaluates a replay: all that one look at it tells. [`study`] adds what takes more.
#[must_use]
pub fn evaluate<'a>(
    data: &'a DataSet,
    fits: &Fits,
    pipeline: &GivenPipeline,
    replay: &'a Replay,
    costs: &Costs,
) -> Assessment<'a> {
    let truth = Truth::new(data, &pipeline.spec.matching, &replay.outcomes);
    let judged = Judged::all(fits, &truth, &replay.outcomes);
    let losses = losses(&truth, &judged);
    let acted = rightly_acted(&truth, &judged);
    let mut quantities = Quantities::of(data, &truth, &judged, &losses.keys().copied().collect(), &acted);
    quantities.normalization = fits.spend.tokens;
    let mut triage = triage::scores(data, costs, &truth, &judged, &acted);
    triage.asked = (replay.triage.calls > 0).then(|| replay.triage.clone());
    let end_to_end = end_to_end::scores(&truth, &judged);
    let evaluation = Evaluation {
        schema_version: 1,
        manifest: manifest(data, pipeline, costs),
        funnel: funnel(replay),
        placebo: PlaceboScores::of(&replay.placebos, pipeline.spec.detect.alpha),
        incidents: incident_counts(&truth),
        detection: detection::scores(fits, &truth, &replay.outcomes, &judged),
        labels_needed: labels_needed::labels_needed(data, &triage, &end_to_end),
        triage,
        end_to_end,
        floors: FloorScores::of(&judged, pipeline.spec.act.floors),
        misses: misses::count(&losses),
        delay: delay::delays(data, &truth, &judged, &acted, pipeline.spec.matching.match_cap),
        cost: costs.total(data, &quantities),
        units: units::units(data, &truth, &judged),
        one_to_one: one_to_one::one_to_one(data, &truth, &judged),
        unlabelled: unlabelled::unlabelled_cases(data, &truth, &judged),
        ranking: ranking::ranking(&truth, &judged),
        rollback: rollback::rollback_counterfactual(data, costs, &truth, &judged),
        label_noise: None,
        stage_values: None,
        normalization: None,
    };
    let (alerts, cases) = (rows::alert_rows(data, &truth, &judged), rows::case_rows(data, &truth, &judged));
    Assessment { evaluation, truth, judged, losses, alerts, cases }
}

/// Adds what takes more than one look: the incident log with mistakes in it, and the pipeline without each of its stages. `watched`,
/// `replay`: the pipeline's own.
///
/// # Errors
/// When a part of the pipeline does not pass its check, which a pipeline that does cannot bring about.
pub fn study(watched: &Watched, replay: &Replay, costs: &Costs, assessment: &mut Assessment) -> Result<(), String> {
    let spec = assessment.evaluation.manifest.pipeline.resolved.clone();
    let (data, fits) = (watched.data, watched.fits);
    assessment.evaluation.label_noise = label_noise(data, assessment);
    assessment.evaluation.normalization = Some(normalization::normalization(data, fits, spec.detect.alpha));
    assessment.evaluation.triage.decoys = triage::decoys(data, fits, &spec.triage, &replay.outcomes)?;
    assessment.evaluation.stage_values = stage_values(watched, &spec, replay, costs)?;
    Ok(())
}

/// Incidents that should be acted on and were, with the first decision that did.
fn rightly_acted(truth: &Truth, judged: &[Judged]) -> Vec<(usize, Instant)> {
    let nothing = BTreeSet::new();
    let first = delay::first_decisions(judged, |j| if j.action().changes_production() { &j.own } else { &nothing });
    first.into_iter().filter(|&(incident, _)| truth.incidents[incident].is_expected_to_be_acted_on()).collect()
}

fn manifest(data: &DataSet, pipeline: &GivenPipeline, costs: &Costs) -> RunManifest {
    let labels = match (&data.incidents, data.manifest.incidents) {
        (None, _) => "absent",
        (_, Labels::Complete) => "complete",
        (_, Labels::Partial) => "partial",
    };
    RunManifest {
        data_set: data.manifest.name.clone(),
        data_set_hash: data.hash().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pipeline: PipelineProvenance {
            given: pipeline.given.to_owned(),
            resolved: pipeline.spec.clone(),
            prompts: pipeline.spec.triage.prompts(),
        },
        seed: SEED,
        costs: costs.name.clone(),
        labels: labels.to_owned(),
    }
}

fn funnel(replay: &Replay) -> Funnel {
    let cases = || replay.outcomes.iter().filter_map(|o| o.case.as_ref());
    let verdicts = |kind| cases().filter(|c| c.verdict.kind == kind).count() as u64;
    let actions = |action| cases().filter(|c| c.action == action).count() as u64;
    let evaluated: BTreeSet<usize> = replay.outcomes.iter().map(|o| o.window.deploy).collect();
    let not_evaluated = replay.not_evaluated.len() as u64;
    Funnel {
        deploys: evaluated.len() as u64 + not_evaluated,
        deploys_not_evaluated: not_evaluated,
        windows: replay.outcomes.len() as u64,
        signatures_tested: replay.outcomes.iter().map(|o| o.signatures_seen).sum(),
        detections: replay.outcomes.iter().map(|o| o.alerts.len() as u64).sum(),
        alerts: replay.outcomes.iter().map(|o| o.passed().count() as u64).sum(),
        cases: cases().count() as u64,
        caused: verdicts(VerdictKind::Caused),
        inconclusive: verdicts(VerdictKind::Inconclusive),
        not_caused: verdicts(VerdictKind::NotCaused),
        fix_forward: actions(Action::FixForward),
        rollback: actions(Action::Rollback),
        investigate: actions(Action::Investigate),
    }
}

fn incident_counts(truth: &Truth) -> IncidentCounts {
    let count = |keep: &dyn Fn(&TrueIncident) -> bool| truth.incidents.iter().filter(|i| keep(i)).count() as u64;
    IncidentCounts {
        total: truth.incidents.len() as u64,
        not_evaluable: count(&|i| !i.evaluable),
        reachable: count(&|i| i.reachable),
        actionable_deploy_caused: count(&|i| i.is_expected_to_be_acted_on()),
        cause_open: count(&|i| i.evaluable && i.incident.cause_is_open()),
    }
}
