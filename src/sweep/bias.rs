//! The winner's curse, by bootstrap: chosen in the bag, scored out of it.

use super::choose::{best, simplest};
use super::drawn::Drawn;
use super::pool::{Pool, Scores};
use super::selection::BiasCorrected;
use crate::model::Progress;
use crate::stats::quantile;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// What one draw chose, and how that did.
struct Winner {
    class: usize,
    in_bag: f64,
    out_of_bag: f64,
}

/// Bootstrap bias correction (BBC-CV; Tsamardinos, Greasidou & Borboudakis 2018, Machine Learning 107): in every draw of units the same
/// rule chooses by the units drawn, under the same constraints, and what it chose is scored on those that were not. The mean of the
/// latter is what choosing this way is worth; the score of the choice on what it was chosen on flatters it. `choice`: the class that the
/// whole data set chose. `None` with fewer than 10 units, or where no draw chose anything.
#[must_use]
pub fn bias(pool: &Pool, drawn: &Drawn, choice: usize, progress: &dyn Progress) -> Option<BiasCorrected> {
    if !drawn.is_enough() {
        return None;
    }
    let replicates = drawn.draws.replicates;
    progress.start("choosing from draws", replicates as u64);
    let one = |draw: usize| {
        let winner = winner(pool, drawn, draw);
        progress.advance(1);
        winner
    };
    let winners: Vec<Winner> = (0..replicates).into_par_iter().filter_map(one).collect();
    let mean = |of: fn(&Winner) -> f64| {
        let values = || winners.iter().map(of).filter(|value| value.is_finite());
        values().fold(0.0, |sum, value| sum + value) / values().count() as f64
    };
    let value = |loss: f64| pool.value(loss);
    let outside: Vec<f64> = winners.iter().filter_map(|winner| value(winner.out_of_bag)).collect();
    let chose_it = winners.iter().filter(|winner| winner.class == choice).count();
    Some(BiasCorrected {
        replicates,
        clusters: drawn.draws.units(),
        in_bag: value(mean(|winner| winner.in_bag))?,
        out_of_bag: value(mean(|winner| winner.out_of_bag))?,
        low: quantile(&outside, 0.025)?,
        high: quantile(&outside, 0.975)?,
        choice_share: chose_it as f64 / winners.len() as f64,
        distinct_winners: winners.iter().map(|winner| winner.class).collect::<BTreeSet<_>>().len() as u64,
    })
}

/// `None`: nothing keeps the constraints in the bag, or nothing is left out of it.
fn winner(pool: &Pool, drawn: &Drawn, draw: usize) -> Option<Winner> {
    let days = pool.sweep.ground.days;
    let keeps: Vec<bool> = if pool.sweep.objective.constraints.is_empty() {
        pool.classes.iter().map(|class| class.simplest.is_some()).collect()
    } else {
        let bag = drawn.draws.bag(draw);
        (0..pool.classes.len()).map(|class| pool.keeps(class, &bag, days)).collect()
    };
    let scores = Scores { losses: drawn.losses.iter().map(|losses| losses[draw]).collect(), keeps };
    let best = best(pool, &scores)?;
    let class = simplest(pool, &scores, best, &drawn.errors_to(best)).chosen;
    let outside = drawn.draws.out_of_bag(draw)?;
    Some(Winner { class, in_bag: scores.losses[class], out_of_bag: pool.loss(class, &outside, days) })
}
