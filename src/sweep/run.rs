//! Walks the tree of a sweep, depth first: a branch is computed once, and freed with its last trial.

use super::meter::Meter;
use super::plan::{Branch, Stages, branches};
use super::{Record, Trial, hash_of};
use crate::dataset::DataSet;
use crate::evaluate::{Costs, GivenPipeline, evaluate};
use crate::model::{self, Progress, Silent, UserError};
use crate::pipeline::{Asked, Diffs, Flagged, Groupings, Outcome, PipelineSpec, Replay, Verdicts, Watched, act, ask};
use crate::series::Fits;
use crate::triage::TriagerSpec;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What a sweep is walked with.
pub struct Walk<'s> {
    pub data: &'s DataSet,
    pub costs: &'s Costs,
    pub trials: &'s [Trial],
    /// Takes each record when its trial is done, in any order.
    pub keep: &'s (dyn Fn(Record) -> Result<(), UserError> + Sync),
    /// Asked before each piece of work: whether to stop there.
    pub stop: &'s (dyn Fn() -> bool + Sync),
    pub progress: &'s dyn Progress,
    /// Windows that are decided later are left out; the data's end: none is.
    pub end: model::Instant,
}

/// What a walk came to.
pub struct Walked {
    /// What was computed.
    pub stages: Stages,
    /// What users should be told, once each.
    pub notes: Vec<String>,
}

/// What is shared by all trials that normalize alike.
struct Trunk<'t> {
    fits: &'t Fits<'t>,
    /// By triager, of those whose verdicts may be shared.
    verdicts: Vec<(&'t TriagerSpec, Verdicts)>,
}

/// A walk under way.
struct Walker<'w> {
    walk: &'w Walk<'w>,
    diffs: Diffs<'w>,
    meter: Meter,
    /// What users should be told, once each.
    notes: Mutex<BTreeSet<String>>,
}

impl Walk<'_> {
    /// Replays and evaluates the `wanted` trials (indices), each as a replay of it alone would be.
    ///
    /// # Errors
    /// When a normalizer or triager fails, or a record cannot be kept; what was kept until then stays.
    pub fn run(&self, wanted: &[usize]) -> Result<Walked, UserError> {
        let tree = branches(self.trials, wanted);
        let stages = Stages::of(&tree);
        self.progress.start("trials", stages.act);
        let meter = Meter::new(stages.measure, stages.act);
        let walker = Walker { walk: self, diffs: Diffs::new(self.data), meter, notes: Mutex::new(BTreeSet::new()) };
        walker.normalize(&tree)?;
        let notes = walker.notes.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Walked { stages, notes: notes.into_iter().collect() })
    }
}

impl Walker<'_> {
    /// The pipeline of a branch: all of its trials agree on what the branch stands for.
    fn spec(&self, branch: &Branch) -> &PipelineSpec {
        &self.walk.trials[branch.trials[0]].spec
    }

    fn stopped(&self) -> bool {
        (self.walk.stop)()
    }

    fn note(&self, notes: &[String]) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).extend(notes.iter().cloned());
    }

    /// One grouping after the other: series are what takes memory.
    fn normalize(&self, tree: &[Branch]) -> Result<(), UserError> {
        let specs = tree.iter().map(|branch| self.spec(branch)).collect();
        let mut groupings = Groupings::of(self.walk.data, specs);
        for branch in tree {
            if self.stopped() {
                break;
            }
            let Some(fits) = groupings.next_fits() else { break };
            let fits = fits.map_err(|(spec, reason)| UserError::new(&spec.name, reason, ""))?;
            self.note(&fits.notes);
            let trunk = Trunk { fits: &fits, verdicts: self.shared_verdicts(branch) };
            branch.below.iter().try_for_each(|below| self.measure(&trunk, below))?;
        }
        Ok(())
    }

    /// Verdicts are shared where asking costs nothing: what a model costs is part of each replay, and its recording is shared already.
    fn shared_verdicts(&self, branch: &Branch) -> Vec<(&TriagerSpec, Verdicts)> {
        let mut shared: Vec<(&TriagerSpec, Verdicts)> = Vec::new();
        for &trial in &branch.trials {
            let spec = &self.walk.trials[trial].spec.triage;
            if !spec.needs_recording() && shared.iter().all(|(known, _)| *known != spec) {
                shared.push((spec, Verdicts::default()));
            }
        }
        shared
    }

    fn measure(&self, trunk: &Trunk, branch: &Branch) -> Result<(), UserError> {
        if self.stopped() {
            return Ok(());
        }
        let began = Instant::now();
        let watched = Watched::until(self.walk.data, trunk.fits, self.spec(branch), (self.walk.end, true), &Silent);
        self.meter.measured(began.elapsed());
        let began = Instant::now();
        each(&branch.below, |below| self.flag(trunk, &watched, below))?;
        self.meter.tried(branch.trials.len() as u64, began.elapsed());
        if let Some(left) = self.meter.left() {
            self.walk.progress.left(model::Span::from_micros(left.as_micros() as i64));
        }
        Ok(())
    }

    fn flag(&self, trunk: &Trunk, watched: &Watched, branch: &Branch) -> Result<(), UserError> {
        if self.stopped() {
            return Ok(());
        }
        let flagged = watched.flag(&self.spec(branch).detect);
        each(&branch.below, |below| self.gate(trunk, watched, &flagged, below))
    }

    fn gate(&self, trunk: &Trunk, watched: &Watched, flagged: &Flagged, branch: &Branch) -> Result<(), UserError> {
        if self.stopped() {
            return Ok(());
        }
        let outcomes = flagged.gate(&self.spec(branch).gate);
        each(&branch.below, |below| self.triage(trunk, watched, flagged, &outcomes, below))
    }

    fn triage(
        &self,
        trunk: &Trunk,
        watched: &Watched,
        flagged: &Flagged,
        outcomes: &[Outcome],
        branch: &Branch,
    ) -> Result<(), UserError> {
        let spec = self.spec(branch);
        let known = trunk.verdicts.iter().find(|(known, _)| **known == spec.triage).map(|(_, verdicts)| verdicts);
        let asked = ask(watched, &self.diffs, &spec.triage, outcomes, known)
            .map_err(|reason| UserError::new(&spec.name, reason, ""))?;
        self.note(&asked.notes);
        each(&branch.trials, |&trial| self.act(watched, flagged, outcomes, &asked, trial))
    }

    fn act(
        &self,
        watched: &Watched,
        flagged: &Flagged,
        outcomes: &[Outcome],
        asked: &Asked,
        trial: usize,
    ) -> Result<(), UserError> {
        if self.stopped() {
            return Ok(());
        }
        let Walk { costs, trials, .. } = self.walk;
        let trial = &trials[trial];
        let replay = Replay {
            outcomes: act(&trial.spec, &costs.charges, outcomes.to_vec(), asked.verdicts.clone()),
            not_evaluated: watched.schedule.not_evaluated.clone(),
            placebos: flagged.placebos.clone(),
            triage: asked.spend.clone(),
            notes: Vec::new(),
        };
        (self.walk.keep)(record(watched, costs, trial, &replay))?;
        self.walk.progress.advance(1);
        Ok(())
    }
}

/// Several at a time. Of several errors the first in order is told: which one must not depend on who was first.
fn each<T: Sync>(items: &[T], work: impl Fn(&T) -> Result<(), UserError> + Sync + Send) -> Result<(), UserError> {
    let done: Vec<Result<(), UserError>> = items.par_iter().map(work).collect();
    done.into_iter().collect()
}

/// What a trial leaves: what was decided, and the hash of its evaluation.
fn record(watched: &Watched, costs: &Costs, trial: &Trial, replay: &Replay) -> Record {
    let given = GivenPipeline { given: &trial.given, spec: &trial.spec };
    let assessment = evaluate(watched.data, watched.fits, &given, replay, costs);
    Record::of(&assessment, watched.data, watched.fits.spend.tokens, &trial.id, &hash_of(&assessment.evaluation))
}
