//! The loss of every class of trials in every draw of units.

use super::draws::{Draws, MIN_UNITS, spread_of_difference};
use super::pool::{Class, Pool};
use crate::model::Progress;
use crate::stats::quantile;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Seed of every draw that choosing makes: the one of every evaluation.
pub const SEED: u64 = 20_261_124;

/// Losses under the same draws for all, so that any two classes are paired.
pub struct Drawn {
    pub draws: Draws,
    /// By class, then draw; NaN: undefined.
    pub losses: Vec<Vec<f64>>,
    /// What [`Drawn::errors_to`] found already; what is in it does not depend on who asked first.
    errors: Mutex<BTreeMap<usize, Arc<Vec<f64>>>>,
}

impl Drawn {
    #[must_use]
    pub fn of(pool: &Pool, replicates: usize, progress: &dyn Progress) -> Self {
        let draws = Draws::of(&vec![true; pool.sheet.units.len()], pool.sweep.ground.days, replicates, SEED);
        progress.start("drawing deploys and incidents", pool.classes.len() as u64);
        let loss = |value: f64| pool.sweep.objective.loss(value);
        let one = |class: &Class| {
            let losses = draws.values(&class.objective).into_iter().map(loss).collect();
            progress.advance(1);
            losses
        };
        let losses = pool.classes.par_iter().map(one).collect();
        Self { draws, losses, errors: Mutex::default() }
    }

    /// Whether there are units enough to say anything about chance.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.draws.units() >= MIN_UNITS
    }

    /// The bootstrap standard error of each class's difference to one of them, by class; 0 where it is undefined.
    #[must_use]
    pub fn errors_to(&self, best: usize) -> Arc<Vec<f64>> {
        let known = self.errors.lock().unwrap_or_else(PoisonError::into_inner).get(&best).cloned();
        known.unwrap_or_else(|| {
            let error = |losses: &Vec<f64>| spread_of_difference(losses, &self.losses[best]).unwrap_or(0.0);
            let errors: Arc<Vec<f64>> = Arc::new(self.losses.par_iter().map(error).collect());
            self.errors.lock().unwrap_or_else(PoisonError::into_inner).insert(best, Arc::clone(&errors));
            errors
        })
    }

    /// The middle 95 % of a class's losses, low and high; `None`: too few units.
    #[must_use]
    pub fn interval(&self, class: usize) -> Option<(f64, f64)> {
        self.percentiles(self.losses[class].iter().copied())
    }

    /// The middle 95 % of the losses of `a` minus those of `b`.
    #[must_use]
    pub fn interval_of_difference(&self, a: usize, b: usize) -> Option<(f64, f64)> {
        self.percentiles(self.losses[a].iter().zip(&self.losses[b]).map(|(a, b)| a - b))
    }

    fn percentiles(&self, values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        quantile(&values, 0.025).zip(quantile(&values, 0.975)).filter(|_| self.is_enough())
    }
}
