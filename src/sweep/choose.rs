//! The one-standard-error rule: the simplest trial that cannot be told from the best.

use super::draws::{Draws, spread_of_difference};
use super::pool::{Pool, Scores};
use rayon::prelude::*;

/// What the rule picked, as classes of trials that do the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    pub best: usize,
    pub chosen: usize,
    /// Those within one standard error of the best, it among them.
    pub within: Vec<usize>,
    /// The standard error of the chosen one's difference to the best; 0 where they are one.
    pub standard_error: f64,
}

/// The class of the lowest loss; of equals the simpler, then the earlier one. `None`: none can be chosen.
#[must_use]
pub fn best(pool: &Pool, scores: &Scores) -> Option<usize> {
    scores.contestants().min_by(|&a, &b| {
        let by_loss = scores.losses[a].total_cmp(&scores.losses[b]);
        by_loss.then_with(|| by_simplicity(pool, a, b)).then(a.cmp(&b))
    })
}

/// The rule of Breiman et al. (1984, §3.4.3), on the paired difference: of all classes whose loss exceeds the best's by at most one
/// standard error of that very difference, the simplest; of equally simple ones the lower loss, then the earlier one. `errors`: the
/// standard error of each class's difference to `best`, by class.
#[must_use]
pub fn simplest(pool: &Pool, scores: &Scores, best: usize, errors: &[f64]) -> Picked {
    let near = |&class: &usize| scores.losses[class] - scores.losses[best] <= errors[class];
    let within: Vec<usize> = scores.contestants().filter(near).collect();
    let chosen = within.iter().copied().min_by(|&a, &b| {
        let by_loss = || scores.losses[a].total_cmp(&scores.losses[b]);
        by_simplicity(pool, a, b).then_with(by_loss).then(a.cmp(&b))
    });
    let chosen = chosen.unwrap_or(best);
    Picked { best, chosen, standard_error: errors[chosen], within }
}

fn by_simplicity(pool: &Pool, a: usize, b: usize) -> std::cmp::Ordering {
    match (pool.simplicity_of(a), pool.simplicity_of(b)) {
        (Some(a), Some(b)) => a.order(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// The rule on some units: the standard errors are those of draws among them.
#[must_use]
pub fn pick(pool: &Pool, scores: &Scores, draws: &Draws) -> Option<Picked> {
    let best = best(pool, scores)?;
    let of_best = draws.values(&pool.classes[best].objective);
    let error = |class: usize| match scores.keeps[class] {
        true => spread_of_difference(&draws.values(&pool.classes[class].objective), &of_best).unwrap_or(0.0),
        false => 0.0,
    };
    let errors: Vec<f64> = (0..pool.classes.len()).into_par_iter().map(error).collect();
    Some(simplest(pool, scores, best, &errors))
}
