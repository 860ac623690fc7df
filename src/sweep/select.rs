//! From what trials did to what to run, and how sure that is.

use super::Sweep;
use super::bias::bias;
use super::choose::{Picked, pick};
use super::conclude::{Findings, conclude};
use super::drawn::{Drawn, SEED};
use super::front::front;
use super::importance::importance;
use super::multiplicity::multiplicity;
use super::needed::{competitor, needed};
use super::neighbours::neighbours;
use super::noise::label_noise;
use super::paired_test::paired_test;
use super::pool::{Pool, Scores};
use super::selection::{
    BiasCorrected, Choice, Conclusion, Importance, Multiplicity, Needed, Neighbour, PairedTest, Reason, Selection,
    Setting, Standing, Validation,
};
use super::table::{Parts, standings};
use super::trial::Role;
use super::validate::{Plan, unvalidated, validate, validated_units};
use crate::model::Progress;
use rayon::prelude::*;

/// Draws of whole units (Tsamardinos et al. 2018 take 500 to 1,000).
const REPLICATES: usize = 1000;

/// What everything about a sweep is read from.
pub struct Study<'s> {
    pub pool: Pool<'s>,
    pub drawn: Drawn,
    pub scores: Scores,
    /// `None`: nothing keeps the constraints, or the incident log cannot tell.
    pub picked: Option<Picked>,
    plan: Plan,
}

impl<'s> Study<'s> {
    #[must_use]
    pub fn of(sweep: &'s Sweep, progress: &dyn Progress) -> Self {
        let pool = Pool::of(sweep);
        let drawn = Drawn::of(&pool, REPLICATES, progress);
        let scores = pool.scores(&pool.all_units(), sweep.ground.days);
        let known = sweep.objective.is_known(sweep.ground.labels);
        let picked = pick(&pool, &scores, &drawn).filter(|_| known);
        let plan = Plan::of(&pool);
        Self { pool, drawn, scores, picked, plan }
    }

    /// Index of the chosen trial.
    #[must_use]
    pub fn choice(&self) -> Option<usize> {
        self.picked.as_ref().and_then(|picked| self.pool.classes[picked.chosen].simplest)
    }

    /// One standing for every trial, in their order.
    #[must_use]
    pub fn table(&self) -> Vec<Standing> {
        self.standings(&(0..self.pool.sweep.trials.len()).collect::<Vec<usize>>())
    }

    /// What was chosen, and how far that can be trusted.
    #[must_use]
    pub fn selection(&self, progress: &dyn Progress) -> Selection {
        let chosen = self.picked.as_ref().map(|picked| picked.chosen);
        let validation = self.validation(progress);
        let bias = chosen.and_then(|choice| bias(&self.pool, &self.scores, &self.drawn, choice, progress));
        let multiplicity = self.picked.as_ref().and_then(|p| multiplicity(&self.pool, &self.scores, &self.drawn, p));
        let conclusion = self.conclusion(&validation, bias.as_ref(), multiplicity.as_ref());
        let sweep = self.pool.sweep;
        let front = front(&self.pool.sheet, &sweep.trials, &sweep.records);
        let noise = |choice| label_noise(&self.pool, &self.scores, &self.drawn, choice, progress);
        Selection {
            schema_version: 1,
            data_set: sweep.ground.data_set.clone(),
            data_set_hash: sweep.ground.data_set_hash.clone(),
            version: sweep.ground.version.clone(),
            costs: sweep.ground.costs.name.clone(),
            labels: sweep.ground.labels_name().to_owned(),
            seed: SEED,
            grid: sweep.grid.clone(),
            objective: sweep.objective.in_words(),
            metric: sweep.objective.metric,
            goal: sweep.objective.goal,
            conclusion,
            choice: self.picked.as_ref().and_then(|picked| self.choice_of(picked)),
            standings: self.standings(&self.shown()),
            validation,
            bias,
            multiplicity,
            tests: self.tests(),
            needed: self.needed(conclusion),
            front_left_out: front.left_out,
            front: front.points,
            importance: self.importance(),
            neighbours: self.neighbours(),
            label_noise: chosen.map(noise).unwrap_or_default(),
        }
    }

    /// Of the objective over the whole data set.
    fn importance(&self) -> Option<Importance> {
        let sweep = self.pool.sweep;
        let value = |&class: &usize| self.pool.value(self.scores.losses[class]);
        let values: Vec<Option<f64>> = self.pool.class_of.iter().map(value).collect();
        importance(&sweep.grid.axes, &sweep.trials, &values, &sweep.objective).filter(|_| self.is_known())
    }

    fn neighbours(&self) -> Vec<Neighbour> {
        let (Some(choice), sweep) = (self.choice(), self.pool.sweep) else { return Vec::new() };
        let axes = &sweep.grid.axes;
        neighbours(&self.pool.sheet, axes, &sweep.trials, &sweep.records, choice, &sweep.objective)
    }

    fn conclusion(
        &self,
        validation: &Validation,
        bias: Option<&BiasCorrected>,
        multiplicity: Option<&Multiplicity>,
    ) -> Conclusion {
        let (scores, drawn) = (&self.scores, &self.drawn);
        match &self.picked {
            None if !self.is_known() => Conclusion::NoLabels,
            None => Conclusion::NothingMeetsConstraints,
            Some(picked) => conclude(&self.pool, &Findings { scores, drawn, picked, validation, bias, multiplicity }),
        }
    }

    fn is_known(&self) -> bool {
        self.pool.sweep.objective.is_known(self.pool.sweep.ground.labels)
    }

    fn validation(&self, progress: &dyn Progress) -> Validation {
        if self.is_known() {
            return validate(&self.pool, &self.plan, self.picked.as_ref().map(|picked| picked.chosen), progress);
        }
        unvalidated("The incident log does not hold every incident, so that nothing can be chosen by this objective.")
    }

    fn standings(&self, trials: &[usize]) -> Vec<Standing> {
        let (weights, days) = validated_units(&self.pool, &self.plan.splits);
        let parts = Parts { choice: self.choice(), best: self.best_trial() };
        standings(&self.pool, &self.drawn, (&weights, days), parts, trials)
    }

    fn best_trial(&self) -> Option<usize> {
        self.picked.as_ref().and_then(|picked| self.pool.classes[picked.best].simplest)
    }

    /// The choice, the best in sample, the base, the references; each once.
    fn shown(&self) -> Vec<usize> {
        let sweep = self.pool.sweep;
        let references = (0..sweep.trials.len()).filter(|&trial| sweep.trials[trial].role == Role::Reference);
        let mut shown = Vec::new();
        for trial in [self.choice(), self.best_trial(), self.pool.base()].into_iter().flatten().chain(references) {
            if !shown.contains(&trial) {
                shown.push(trial);
            }
        }
        shown
    }

    fn choice_of(&self, picked: &Picked) -> Option<Choice> {
        let trial = &self.pool.sweep.trials[self.choice()?];
        let axes = self.pool.sweep.grid.axes.iter().zip(&trial.levels);
        let level = |(axis, &level): (&super::AxisSummary, &usize)| {
            Some(Setting { path: axis.path.clone(), level: axis.levels.get(level)?.clone() })
        };
        Some(Choice {
            id: trial.id.clone(),
            settings: axes.filter_map(level).collect(),
            best: self.pool.sweep.trials[self.best_trial()?].id.clone(),
            within_one_se: picked.within.iter().map(|&class| self.pool.eligible_in(class)).sum(),
            standard_error: picked.standard_error,
            parameters: self.pool.simplicity_of(picked.chosen)?.parameters,
            reason: if picked.chosen == picked.best { Reason::Best } else { Reason::SimplestWithinOneSe },
        })
    }

    /// The choice against every other trial that is shown.
    fn tests(&self) -> Vec<PairedTest> {
        let records = &self.pool.sweep.records;
        let Some(choice) = self.choice() else { return Vec::new() };
        let others = self.shown().into_iter().filter(|&trial| trial != choice);
        let others: Vec<usize> = others.collect();
        others.into_par_iter().map(|o| paired_test(&self.pool.sheet, &records[choice], &records[o])).collect()
    }

    /// The choice against what the conclusion is about: nothing, the base, or else its nearest competitor.
    fn needed(&self, conclusion: Conclusion) -> Option<Needed> {
        let choice = self.picked.as_ref()?.chosen;
        let class =
            |trial: Option<usize>| trial.map(|trial| self.pool.class_of[trial]).filter(|&class| class != choice);
        let about = match conclusion {
            Conclusion::RunNothing => class(self.pool.null()),
            Conclusion::NotShownBetter | Conclusion::KeepBase => class(self.pool.base()),
            _ => None,
        };
        let other = about.or_else(|| competitor(&self.scores, choice))?;
        needed(&self.pool, &self.scores, &self.drawn, (choice, other))
    }
}

/// What to run, how sure that is, and what it gives up. The same bytes at any number of threads.
#[must_use]
pub fn select(sweep: &Sweep, progress: &dyn Progress) -> Selection {
    Study::of(sweep, progress).selection(progress)
}

/// One standing for every trial, in their order.
#[must_use]
pub fn table(sweep: &Sweep) -> Vec<Standing> {
    Study::of(sweep, &crate::model::Silent).table()
}
