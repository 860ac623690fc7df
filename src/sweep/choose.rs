//! The one-standard-error rule: the simplest trial that cannot be told from the best.

use super::drawn::Drawn;
use super::draws::{Draws, spread_of_difference};
use super::pool::{Pool, Scores};
use std::cmp::Ordering;

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
/// standard error of that very difference, the simplest; of equally simple ones the lower loss, then the earlier one. `is_near`: whether a
/// class's difference to the best is that small; it is asked of as few classes as the answer takes, the simplest first.
#[must_use]
pub fn simplest(pool: &Pool, scores: &Scores, best: usize, is_near: impl Fn(usize, f64) -> bool) -> usize {
    let mut found: Option<usize> = None;
    for &class in &pool.simplest_first {
        // Of those as simple as the best, it has the lowest loss.
        let is_simpler = by_simplicity(pool, class, best) == Ordering::Less;
        if !is_simpler || found.is_some_and(|found| by_simplicity(pool, found, class) == Ordering::Less) {
            break;
        }
        let (loss, excess) = (scores.losses[class], scores.losses[class] - scores.losses[best]);
        let is_lower = found.is_none_or(|found| loss < scores.losses[found]);
        if scores.keeps[class] && loss.is_finite() && is_lower && is_near(class, excess) {
            found = Some(class);
        }
    }
    found.unwrap_or(best)
}

fn by_simplicity(pool: &Pool, a: usize, b: usize) -> Ordering {
    match (pool.simplicity_of(a), pool.simplicity_of(b)) {
        (Some(a), Some(b)) => a.order(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// The rule over the whole data set.
#[must_use]
pub fn pick(pool: &Pool, scores: &Scores, drawn: &Drawn) -> Option<Picked> {
    let best = best(pool, scores)?;
    let excess = |class: usize| scores.losses[class] - scores.losses[best];
    let within = scores.contestants().filter(|&class| drawn.is_near(class, best, excess(class))).collect();
    let chosen = simplest(pool, scores, best, |class, excess| drawn.is_near(class, best, excess));
    Some(Picked { best, chosen, within, standard_error: drawn.error(chosen, best) })
}

/// The rule on some units: the standard errors are those of draws among them.
#[must_use]
pub fn pick_among(pool: &Pool, scores: &Scores, draws: &Draws) -> Option<usize> {
    let best = best(pool, scores)?;
    let drawn = |class: usize| draws.values(&pool.classes[class].objective);
    let of_best = drawn(best);
    let error = |class: usize| spread_of_difference(&drawn(class), &of_best).unwrap_or(0.0);
    Some(simplest(pool, scores, best, |class, excess| excess <= error(class)))
}
