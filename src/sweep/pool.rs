//! The trials of a sweep, those that do the same by the objective taken together.

use super::amounts::Amounts;
use super::objective::{End, Form, Metric};
use super::parameters::parameter_count;
use super::profile::{Parts, Profile};
use super::sheet::{Scratch, Sheet};
use super::trial::Role;
use super::{Record, Sweep};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::HashMap;

/// Trials whose objective and constraints are the same in every unit: nothing in the data set tells them apart.
#[derive(Clone, Debug)]
pub struct Class {
    /// Indices, rising.
    pub trials: Vec<usize>,
    /// The one to run, if one of them can be chosen: the simplest.
    pub simplest: Option<usize>,
    pub objective: Profile,
    /// One a constraint.
    pub constraints: Vec<Profile>,
}

/// How simple a trial is, the simplest first: values in its pipeline, then α (a stricter one is simpler), then the order of trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simplicity {
    pub parameters: u64,
    pub alpha: f64,
}

impl Simplicity {
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        self.parameters.cmp(&other.parameters).then(self.alpha.total_cmp(&other.alpha))
    }
}

/// All trials of a sweep, ready to be chosen from.
pub struct Pool<'s> {
    pub sweep: &'s Sweep,
    pub sheet: Sheet,
    /// In the order of their first trials.
    pub classes: Vec<Class>,
    /// By trial.
    pub class_of: Vec<usize>,
    /// By trial.
    pub simplicity: Vec<Simplicity>,
    /// Classes that can be chosen, by simplicity, equally simple ones in their order.
    pub simplest_first: Vec<usize>,
    /// By trial: sums over all units.
    pub totals: Vec<Amounts>,
}

/// What is kept of one trial: its objective, its constraints, its sums.
type Played = (Profile, Vec<Profile>, Amounts);

impl<'s> Pool<'s> {
    #[must_use]
    pub fn of(sweep: &'s Sweep) -> Self {
        let sheet = Sheet::of(&sweep.ground);
        let play = |scratch: &mut Scratch, record: &Record| play(&sheet, sweep, record, scratch);
        let played: Vec<Played> = sweep.records.par_iter().map_init(|| Scratch::of(&sheet), play).collect();
        let simplicity: Vec<Simplicity> = sweep
            .trials
            .par_iter()
            .map(|trial| Simplicity { parameters: parameter_count(&trial.spec), alpha: trial.spec.detect.alpha })
            .collect();
        let (mut classes, mut class_of, mut totals) = (Vec::<Class>::new(), Vec::new(), Vec::new());
        let mut known: HashMap<Vec<u64>, usize> = HashMap::new();
        for (trial, (objective, constraints, total)) in played.into_iter().enumerate() {
            let key = objective.key().chain(constraints.iter().flat_map(|c| std::iter::once(u64::MAX).chain(c.key())));
            let class = *known.entry(key.collect()).or_insert(classes.len());
            if class == classes.len() {
                classes.push(Class { trials: Vec::new(), simplest: None, objective, constraints });
            }
            classes[class].trials.push(trial);
            class_of.push(class);
            totals.push(total);
        }
        for class in &mut classes {
            let eligible = class.trials.iter().copied().filter(|&trial| sweep.trials[trial].is_eligible());
            class.simplest = eligible.min_by(|&a, &b| simplicity[a].order(&simplicity[b]).then(a.cmp(&b)));
        }
        let simplest_first = by_simplicity(&classes, &simplicity);
        Self { sweep, sheet, classes, class_of, simplicity, simplest_first, totals }
    }

    /// A loss of a class over units, each counted `weights` times, in so many days; NaN: undefined.
    #[must_use]
    pub fn loss(&self, class: usize, weights: &[f64], days: f64) -> f64 {
        self.loss_of(&self.classes[class].objective.parts(weights), days)
    }

    /// The loss that sums come to; NaN: undefined.
    #[must_use]
    pub fn loss_of(&self, parts: &Parts, days: f64) -> f64 {
        let objective = &self.sweep.objective;
        parts.value(objective.metric, days).map_or(f64::NAN, |value| objective.loss(value))
    }

    /// The objective's value of a loss; `None`: undefined.
    #[must_use]
    pub fn value(&self, loss: f64) -> Option<f64> {
        Some(self.sweep.objective.value(loss)).filter(|value| value.is_finite())
    }

    /// Whether a class can be chosen and keeps every constraint over units, each counted `weights` times, in so many days.
    #[must_use]
    pub fn keeps(&self, class: usize, weights: &[f64], days: f64) -> bool {
        let class = &self.classes[class];
        class.simplest.is_some() && self.allows(class.constraints.iter().map(|profile| profile.parts(weights)), days)
    }

    /// Whether sums, one a constraint, keep all constraints in so many days.
    pub fn allows(&self, sums: impl Iterator<Item = Parts>, days: f64) -> bool {
        let labels = self.sweep.ground.labels;
        let mut constraints = self.sweep.objective.constraints.iter().zip(sums);
        constraints.all(|(constraint, parts)| {
            constraint.allows(match (constraint.end, constraint.metric.form()) {
                (End::Low, Form::Ratio) => parts.estimate(labels).low,
                (End::High, Form::Ratio) => parts.estimate(labels).high,
                // Only ratios have an interval of their own.
                _ => parts.value(constraint.metric, days),
            })
        })
    }

    /// Losses of all classes, and which keep the constraints, over units each counted `weights` times.
    #[must_use]
    pub fn scores(&self, weights: &[f64], days: f64) -> Scores {
        let score = |class: usize| (self.loss(class, weights, days), self.keeps(class, weights, days));
        let (losses, keeps) = (0..self.classes.len()).into_par_iter().map(score).unzip();
        Scores { losses, keeps }
    }

    /// How simple a class's simplest trial is.
    #[must_use]
    pub fn simplicity_of(&self, class: usize) -> Option<Simplicity> {
        self.classes[class].simplest.map(|trial| self.simplicity[trial])
    }

    /// Trials of a class that can be chosen.
    #[must_use]
    pub fn eligible_in(&self, class: usize) -> u64 {
        self.classes[class].trials.iter().filter(|&&trial| self.sweep.trials[trial].is_eligible()).count() as u64
    }

    /// Id of a class's simplest trial, or of its first where none can be chosen.
    #[must_use]
    pub fn id_of(&self, class: usize) -> Option<String> {
        let class = &self.classes[class];
        let trial = class.simplest.or_else(|| class.trials.first().copied())?;
        Some(self.sweep.trials[trial].id.clone())
    }

    /// The trial that is the grid's base.
    #[must_use]
    pub fn base(&self) -> Option<usize> {
        self.sweep.trials.iter().position(|trial| trial.role == Role::Base)
    }

    /// The trial that runs nothing.
    #[must_use]
    pub fn null(&self) -> Option<usize> {
        self.sweep.trials.iter().position(|trial| trial.role == Role::Reference && trial.id == "null")
    }

    /// Every unit once.
    #[must_use]
    pub fn all_units(&self) -> Vec<f64> {
        vec![1.0; self.sheet.units.len()]
    }

    /// Expected incidents in units that count.
    #[must_use]
    pub fn incidents(&self, weights: &[f64]) -> u64 {
        let counted = self.sheet.units.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
        let incidents = counted.flat_map(|(unit, _)| &unit.incidents);
        incidents.filter(|&&i| self.sweep.ground.incidents[i as usize].is_expected()).count() as u64
    }
}

fn by_simplicity(classes: &[Class], simplicity: &[Simplicity]) -> Vec<usize> {
    let choosable = classes.iter().enumerate().filter_map(|(class, one)| Some((class, simplicity[one.simplest?])));
    let mut choosable: Vec<(usize, Simplicity)> = choosable.collect();
    choosable.sort_by(|a, b| a.1.order(&b.1).then(a.0.cmp(&b.0)));
    choosable.into_iter().map(|(class, _)| class).collect()
}

/// Losses of all classes, and whether each can be chosen and keeps the constraints.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// NaN: undefined.
    pub losses: Vec<f64>,
    pub keeps: Vec<bool>,
}

impl Scores {
    /// Classes that can be chosen, keep the constraints and have a loss.
    pub fn contestants(&self) -> impl Iterator<Item = usize> {
        (0..self.losses.len()).filter(|&class| self.keeps[class] && self.losses[class].is_finite())
    }
}

/// A trial's objective, constraints and sums.
fn play(sheet: &Sheet, sweep: &Sweep, record: &Record, scratch: &mut Scratch) -> Played {
    let amounts = sheet.amounts_in(record, scratch);
    let objective = &sweep.objective;
    let waits = if objective.needs_waits() { sheet.waits_in(record, scratch) } else { Vec::new() };
    let profile = |metric: Metric| Profile::of(metric, &amounts, &waits);
    let total = amounts.iter().fold(Amounts::default(), |sum, (_, amounts)| sum + *amounts);
    let constraints = objective.constraints.iter().map(|constraint| profile(constraint.metric)).collect();
    (profile(objective.metric), constraints, total)
}
