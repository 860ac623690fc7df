//! The loss of every class of trials in every draw of units.

use super::draws::{Draws, MIN_UNITS, spread_of_difference};
use super::pool::{Class, Pool};
use crate::model::Progress;
use crate::stats::quantile;
use rayon::prelude::*;

/// Seed of every draw that choosing makes: the one of every evaluation.
pub const SEED: u64 = 20_261_124;

/// Losses under the same draws for all, so that any two classes are paired.
pub struct Drawn {
    pub draws: Draws,
    /// By class, then draw; NaN: undefined.
    pub losses: Vec<Vec<f64>>,
    /// Standard error of each class's own loss; infinite where it is undefined in some draw.
    own_errors: Vec<f64>,
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
        let losses: Vec<Vec<f64>> = pool.classes.par_iter().map(one).collect();
        let nothing = vec![0.0; replicates];
        let own_error = |losses: &Vec<f64>| {
            let defined = losses.iter().all(|loss| loss.is_finite());
            spread_of_difference(losses, &nothing).filter(|_| defined).unwrap_or(f64::INFINITY)
        };
        let own_errors = losses.par_iter().map(own_error).collect();
        Self { draws, losses, own_errors }
    }

    /// Whether there are units enough to say anything about chance.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.draws.units() >= MIN_UNITS
    }

    /// The bootstrap standard error of the difference of two classes; 0 where it is undefined.
    #[must_use]
    pub fn error(&self, a: usize, b: usize) -> f64 {
        spread_of_difference(&self.losses[a], &self.losses[b]).unwrap_or(0.0)
    }

    /// Whether an excess of `a` over `b` is at most one standard error of their difference, which is at most the sum of both's own: most
    /// classes are told apart by that.
    #[must_use]
    pub fn is_near(&self, a: usize, b: usize, excess: f64) -> bool {
        excess <= (self.own_errors[a] + self.own_errors[b]) * (1.0 + 1e-9) && excess <= self.error(a, b)
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
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        quantile(&values, 0.025).zip(quantile(&values, 0.975)).filter(|_| self.is_enough())
    }
}
