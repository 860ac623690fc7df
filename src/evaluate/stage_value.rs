//! What each stage is worth: what the same days cost without it and with it (statistics.md §9).

use super::costs::{Costs, add};
use super::judged::{Correctness, Judged};
use super::misses::losses;
use super::quantities::undergone_minutes;
use super::truth::Truth;
use super::units::day_of;
use super::{SEED, rightly_acted};
use crate::dataset::DataSet;
use crate::gate::GateSpec;
use crate::model::Action;
use crate::pipeline::{Diffs, Outcome, PipelineSpec, Replay, Watched, react, run_on};
use crate::stats::{Difference, paired_total_difference};
use crate::triage::TriagerSpec;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const LEVEL: f64 = 0.95;
const REPLICATES: usize = 2000;

/// The pipeline built up stage by stage, and with one stage taken out of the whole. US dollars over the data set's span.
///
/// Costs are tokens, review, wrong rollbacks, and all harm that actionable deploy-caused incidents did: whole where they were not
/// acted on, up to the decision where they were. To ask a person changes nothing about how long an incident lasts: it ended when
/// it ended with the people there were.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageValues {
    /// Nothing, then one stage more in each row: detect, gate, triage, act. The last one is the pipeline itself; a stage that it
    /// does not have is left out.
    pub built_up: Vec<PartOfPipeline>,
    /// The pipeline without its gate, without its triage, and without its action; without its gate only where triage can be asked about
    /// cases that nobody was asked about before.
    pub taken_out: Vec<PartOfPipeline>,
}

/// A pipeline with some of its stages.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartOfPipeline {
    /// The stage that was added, or taken out; `None`: no pipeline at all.
    pub stage: Option<PipelineStage>,
    pub cases: u64,
    /// Fixes and rollbacks.
    pub actions: u64,
    /// Those on cases that their deploy did not cause.
    pub false_actions: u64,
    pub running_usd: f64,
    pub harm_usd: f64,
    pub total_usd: f64,
    /// Cost without the stage − cost with it: above 0 the stage pays. Resampled by day of the deploy.
    pub worth: Option<Difference>,
    /// False actions without the stage − with it, resampled in the same way.
    pub false_actions_avoided: Option<Difference>,
}

/// What can be added or taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PipelineStage {
    Detect,
    Gate,
    Triage,
    Act,
}

/// Which stages a part has beyond detection.
#[derive(Clone, Copy)]
struct Parts {
    gate: bool,
    triage: bool,
    act: bool,
}

const BUILT_UP: [(PipelineStage, Parts); 4] = [
    (PipelineStage::Detect, Parts { gate: false, triage: false, act: false }),
    (PipelineStage::Gate, Parts { gate: true, triage: false, act: false }),
    (PipelineStage::Triage, Parts { gate: true, triage: true, act: false }),
    (PipelineStage::Act, Parts { gate: true, triage: true, act: true }),
];

const TAKEN_OUT: [(PipelineStage, Parts); 3] = [
    (PipelineStage::Gate, Parts { gate: false, triage: true, act: true }),
    (PipelineStage::Triage, Parts { gate: true, triage: false, act: true }),
    (PipelineStage::Act, Parts { gate: true, triage: true, act: false }),
];

impl Parts {
    /// The pipeline with what is left out replaced by what does nothing: everything passes, every case is believed, people are
    /// asked.
    fn of(self, spec: &PipelineSpec) -> PipelineSpec {
        let mut spec = spec.clone();
        if !self.gate {
            spec.gate = GateSpec::None {};
        }
        if !self.triage {
            spec.triage = TriagerSpec::AcceptAll {};
        }
        if !self.act {
            spec.act.policy.allow = Vec::new();
        }
        spec
    }
}

/// What one part cost, by day.
#[derive(Clone, Default)]
struct PartCost {
    cases: u64,
    actions: u64,
    by_day: BTreeMap<i64, DayCost>,
}

/// What one day cost.
#[derive(Clone, Copy, Default)]
struct DayCost {
    running: f64,
    harm: f64,
    false_actions: u64,
}

impl DayCost {
    fn total(self) -> f64 {
        self.running + self.harm
    }
}

/// Replays the pipeline in parts. `watched`, `replay`: its own. `None` without an incident log.
///
/// # Errors
/// When a part does not pass its check, which a pipeline that does cannot bring about.
pub fn stage_values(
    watched: &Watched,
    spec: &PipelineSpec,
    replay: &Replay,
    costs: &Costs,
) -> Result<Option<StageValues>, String> {
    if watched.data.incidents.is_none() {
        return Ok(None);
    }
    let mut bench =
        Bench { data: watched.data, watched, diffs: Diffs::new(watched.data), spec, costs, replay, known: Vec::new() };
    let nothing = bench.cost(&[]);
    let whole = bench.cost(&replay.outcomes);
    bench.known.push((spec.clone(), whole.clone()));
    let mut built_up = vec![nothing.row(None, None)];
    let mut before = (None, nothing);
    for (stage, parts) in BUILT_UP {
        let part = parts.of(spec);
        if before.0.as_ref() != Some(&part) {
            let with = bench.replayed(&part)?;
            built_up.push(with.row(Some(stage), Some((&before.1, &with))));
            before = (Some(part), with);
        }
    }
    let mut taken_out = Vec::new();
    for (stage, parts) in TAKEN_OUT {
        let part = parts.of(spec);
        let unrecorded = part.gate != spec.gate && part.triage.needs_recording();
        if part != *spec && !unrecorded {
            let without = bench.replayed(&part)?;
            taken_out.push(without.row(Some(stage), Some((&without, &whole))));
        }
    }
    Ok(Some(StageValues { built_up, taken_out }))
}

/// What all parts are measured on.
struct Bench<'b> {
    data: &'b DataSet,
    watched: &'b Watched<'b>,
    diffs: Diffs<'b>,
    spec: &'b PipelineSpec,
    costs: &'b Costs,
    /// The whole pipeline's.
    replay: &'b Replay,
    /// What was replayed already: many parts of a pipeline without one of the stages are the same.
    known: Vec<(PipelineSpec, PartCost)>,
}

impl Bench<'_> {
    fn replayed(&mut self, part: &PipelineSpec) -> Result<PartCost, String> {
        if let Some((_, cost)) = self.known.iter().find(|(spec, _)| spec == part) {
            return Ok(cost.clone());
        }
        let charges = &self.costs.charges;
        // Where only the policy differs, nobody is asked twice: a model may cost, and need not say the same.
        let same_verdicts = part.gate == self.spec.gate && part.triage == self.spec.triage;
        let outcomes = if same_verdicts {
            react(part, charges, &self.replay.outcomes)?
        } else {
            run_on(self.watched, &self.diffs, part, charges)?.outcomes
        };
        let cost = self.cost(&outcomes);
        self.known.push((part.clone(), cost.clone()));
        Ok(cost)
    }

    fn cost(&self, outcomes: &[Outcome]) -> PartCost {
        let truth = Truth::new(self.data, &self.spec.matching, outcomes);
        let judged = Judged::all(self.watched.fits, &truth, outcomes);
        let mut cost = PartCost {
            cases: judged.iter().filter(|j| j.case().is_some()).count() as u64,
            actions: judged.iter().filter(|j| j.action().changes_production()).count() as u64,
            by_day: BTreeMap::new(),
        };
        for one in &judged {
            let spent = self.spent(&truth, one);
            let day = cost.by_day.entry(self.day(one.outcome.window.deploy)).or_default();
            day.running += spent;
            day.false_actions += u64::from(one.act() == Some(Correctness::Wrong));
        }
        for &incident in losses(&truth, &judged).keys() {
            let harm = self.costs.harm_of(self.data, &truth.incidents[incident]);
            cost.by_day.entry(self.day_of_harm(&truth, incident)).or_default().harm += harm;
        }
        for (incident, at) in rightly_acted(&truth, &judged) {
            let known = &truth.incidents[incident];
            let harm = self.costs.harm_rate(known.incident.severity) * undergone_minutes(self.data, known, at);
            cost.by_day.entry(self.day_of_harm(&truth, incident)).or_default().harm += harm;
        }
        cost
    }

    /// Tokens, review, and what a wrong rollback costs.
    fn spent(&self, truth: &Truth, judged: &Judged) -> f64 {
        let wrong = judged.label.is_not_caused() && judged.action() == Action::Rollback;
        let rollback =
            if wrong { self.costs.wrong_rollback(self.data, truth, judged.outcome.window.deploy) } else { 0.0 };
        judged.case().map_or(0.0, |case| self.costs.of_case(case)) + rollback
    }

    fn day(&self, deploy: usize) -> i64 {
        day_of(self.data.deploys[deploy].deployed_at)
    }

    /// That of the guilty deploy; of the incident's start where the data set does not hold the deploy.
    fn day_of_harm(&self, truth: &Truth, incident: usize) -> i64 {
        let known = &truth.incidents[incident];
        known.guilty.map_or_else(|| day_of(known.incident.started_at), |deploy| self.day(deploy))
    }
}

impl PartCost {
    fn running(&self) -> f64 {
        add(self.by_day.values().map(|day| day.running))
    }

    fn harm(&self) -> f64 {
        add(self.by_day.values().map(|day| day.harm))
    }

    /// `pair`: without the stage, and with it.
    fn row(&self, stage: Option<PipelineStage>, pair: Option<(&Self, &Self)>) -> PartOfPipeline {
        let less = |of: fn(DayCost) -> f64| pair.and_then(|(without, with)| less(without, with, of));
        PartOfPipeline {
            stage,
            cases: self.cases,
            actions: self.actions,
            false_actions: self.by_day.values().map(|day| day.false_actions).sum(),
            running_usd: self.running(),
            harm_usd: self.harm(),
            total_usd: self.running() + self.harm(),
            worth: less(DayCost::total),
            false_actions_avoided: less(|day| day.false_actions as f64),
        }
    }
}

/// How much less with the stage than without it. Days on which neither had anything are left out: they say nothing of how days vary.
fn less(without: &PartCost, with: &PartCost, of: fn(DayCost) -> f64) -> Option<Difference> {
    let amount = |cost: &PartCost, day: &i64| cost.by_day.get(day).copied().map_or(0.0, of);
    let days: BTreeSet<i64> = without.by_day.keys().chain(with.by_day.keys()).copied().collect();
    let amounts: Vec<(f64, f64)> = days.iter().map(|day| (amount(without, day), amount(with, day))).collect();
    let (without, with): (Vec<f64>, Vec<f64>) = amounts.into_iter().filter(|(a, b)| *a != 0.0 || *b != 0.0).unzip();
    paired_total_difference(&without, &with, LEVEL, REPLICATES, SEED)
}
