//! The one thing to take away from a sweep.

use super::choose::Picked;
use super::drawn::Drawn;
use super::objective::{Goal, Metric};
use super::pool::{Pool, Scores};
use super::selection::{BiasCorrected, Conclusion, Multiplicity, Validation};

/// What a conclusion is drawn from.
pub struct Findings<'f> {
    pub scores: &'f Scores,
    pub drawn: &'f Drawn,
    pub picked: &'f Picked,
    pub validation: &'f Validation,
    pub bias: Option<&'f BiasCorrected>,
    pub multiplicity: Option<&'f Multiplicity>,
}

/// Adjusted p-values below this count as shown.
const ALPHA: f64 = 0.05;

/// The first of these that holds:
///
/// 1. `RunNothing`, where the goal is a low cost and `null` is in the sweep: the choice does not cost less than running nothing, or chance
///    could have made it do so (the 95 % interval of the paired difference reaches 0, or there are fewer than 10 units), or out of sample it
///    costs as much.
/// 2. `KeepBase`: the choice is the base, or decides as it does.
/// 3. `BetterThanBase`: out of sample, on later weeks, what was chosen did better than the base; so did what draws chose, out of their
///    bags, than the base over the whole data set; and the choice's p-value against the base, adjusted for the search, is below 0.05.
/// 4. `NotShownBetter`: it did better on later weeks (out of the bag, where there are no weeks to score on), but not all three hold; or the
///    base does not keep the constraints, so that keeping it is no answer.
/// 5. `KeepBase`.
#[must_use]
pub fn conclude(pool: &Pool, found: &Findings) -> Conclusion {
    if let Some(null) = pool.null().filter(|_| is_about_cost(pool)) {
        if !costs_less(found, pool.class_of[null]) {
            return Conclusion::RunNothing;
        }
    }
    let Some(base) = pool.base().map(|trial| pool.class_of[trial]) else { return Conclusion::NotShownBetter };
    if found.picked.chosen == base {
        return Conclusion::KeepBase;
    }
    let loss = |value: Option<f64>| value.map(|value| pool.sweep.objective.loss(value));
    let less = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a < b);
    let later = less(loss(found.validation.out_of_sample), loss(found.validation.base));
    let out_of_bag = less(loss(found.bias.map(|bias| bias.out_of_bag)), Some(found.scores.losses[base]));
    let p = found.multiplicity.and_then(|m| m.p_choice_better_than_base);
    match (later, out_of_bag) {
        (Some(true), Some(true)) if p.is_some_and(|p| p < ALPHA) => Conclusion::BetterThanBase,
        (Some(true), _) | (None, Some(true)) => Conclusion::NotShownBetter,
        _ if !found.scores.keeps[base] => Conclusion::NotShownBetter,
        _ => Conclusion::KeepBase,
    }
}

fn is_about_cost(pool: &Pool) -> bool {
    let objective = &pool.sweep.objective;
    objective.metric == Metric::Cost && objective.goal == Goal::Minimize
}

/// Whether the choice is shown to cost less than running nothing.
fn costs_less(found: &Findings, null: usize) -> bool {
    let choice = found.picked.chosen;
    let shown = found.drawn.interval_of_difference(choice, null).is_some_and(|(_, high)| high < 0.0);
    let later = found.validation.out_of_sample.zip(found.validation.null);
    choice != null
        && found.scores.losses[choice] < found.scores.losses[null]
        && shown
        && later.is_none_or(|(ours, nothing)| ours < nothing)
}
