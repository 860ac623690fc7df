//! What the search itself may have found by chance: many comparisons at once.

use super::choose::Picked;
use super::drawn::Drawn;
use super::draws::spread_of_difference;
use super::pool::{Pool, Scores};
use super::selection::Multiplicity;
use crate::stats::quantile;
use rayon::prelude::*;

const ALPHA: f64 = 0.05;

/// The loss of `first` minus that of `second`, in standard errors.
#[derive(Clone, Copy, Debug)]
struct Comparison {
    first: usize,
    second: usize,
    difference: f64,
    error: f64,
}

impl Comparison {
    fn of(scores: &Scores, drawn: &Drawn, first: usize, second: usize) -> Option<Self> {
        let difference = scores.losses[first] - scores.losses[second];
        let error = spread_of_difference(&drawn.losses[first], &drawn.losses[second])?;
        difference.is_finite().then_some(Self { first, second, difference, error })
    }

    fn z(&self) -> f64 {
        self.difference / self.error
    }
}

/// In every draw the largest of the standardized differences, each moved by what `centre` says; −∞ where all are undefined.
fn largest(drawn: &Drawn, all: &[Comparison], centre: impl Fn(&Comparison) -> f64 + Sync) -> Vec<f64> {
    let nothing = || vec![f64::NEG_INFINITY; drawn.draws.replicates];
    let raise = |mut largest: Vec<f64>, one: &Comparison| {
        let shift = centre(one);
        let pairs = drawn.losses[one.first].iter().zip(&drawn.losses[one.second]);
        for (max, (first, second)) in largest.iter_mut().zip(pairs) {
            // `max` passes over what is undefined.
            *max = max.max((first - second - shift) / one.error);
        }
        largest
    };
    let join = |a: Vec<f64>, b: Vec<f64>| a.into_iter().zip(b).map(|(a, b)| a.max(b)).collect();
    all.par_iter().fold(nothing, raise).reduce(nothing, join)
}

/// Share of the draws at least as large, the sample itself counted as one (Phipson & Smyth 2010).
fn share(draws: &[f64], at_least: f64) -> f64 {
    let as_large = draws.iter().filter(|draw| **draw >= at_least).count();
    (as_large + 1) as f64 / (draws.len() + 1) as f64
}

/// Counts comparisons for what they are. `None` with fewer than 10 units.
///
/// - *Not worse than the best*: max-T with steps down (Romano & Wolf 2005, Econometrica 73) over the differences of all classes to the
///   best in sample; those are left that no step can tell from it at 5 % over all comparisons at once. That the best was itself found by
///   the search is not in it: [`bias`](super::bias::bias) is about that.
/// - *Any better than the base*: the reality check (White 2000, Econometrica 68), studentized and with the centring of Hansen (2005, JBES
///   23): trials that do far worse than the base do not hide one that does better.
/// - *The choice better than the base*: the step-down max-T p-value of that one comparison among all.
///
/// A class that decides as the base does has the difference 0 and is left out; so is one whose difference is the same in every draw,
/// which chance cannot have made.
#[must_use]
pub fn multiplicity(pool: &Pool, scores: &Scores, drawn: &Drawn, picked: &Picked) -> Option<Multiplicity> {
    if !drawn.is_enough() {
        return None;
    }
    let contestants: Vec<usize> = scores.contestants().collect();
    let others = contestants.iter().filter(|&&class| class != picked.best);
    let to_best: Vec<Comparison> =
        others.filter_map(|&class| Comparison::of(scores, drawn, class, picked.best)).collect();
    let (left, critical) = not_worse(drawn, to_best);
    let base = pool.base().map(|trial| pool.class_of[trial]);
    let against_base = base.map(|base| better_than(scores, drawn, &contestants, base)).unwrap_or_default();
    let eligible = pool.classes.iter().filter(|class| class.simplest.is_some()).count();
    Some(Multiplicity {
        distinct: eligible as u64,
        not_worse_than_best: left.len() as u64 + 1,
        critical,
        p_any_better_than_base: p_any(drawn, &against_base),
        p_choice_better_than_base: p_of(drawn, &against_base, picked.chosen),
        free_parameters: pool.sweep.grid.axes.iter().filter(|axis| axis.levels.len() > 1).count() as u64,
        incidents: pool.incidents(&pool.all_units()),
    })
}

/// Classes that cannot be told from the best, and the first step's critical value.
fn not_worse(drawn: &Drawn, all: Vec<Comparison>) -> (Vec<usize>, f64) {
    // The same in every draw: worse for certain, or not at all.
    let certain = |one: &Comparison| one.error == 0.0 && one.difference > 0.0;
    let mut left: Vec<Comparison> = all.into_iter().filter(|one| !certain(one)).collect();
    let mut first = None;
    loop {
        let open: Vec<Comparison> = left.iter().copied().filter(|one| one.error > 0.0).collect();
        let critical = quantile(&largest(drawn, &open, |one| one.difference), 1.0 - ALPHA).unwrap_or(0.0).max(0.0);
        let _ = first.get_or_insert(critical);
        let before = left.len();
        left.retain(|one| one.error == 0.0 || one.z() <= critical);
        if left.len() == before {
            return (left.into_iter().map(|one| one.first).collect(), first.unwrap_or(0.0));
        }
    }
}

/// The base against each class that may do better: positive where that one does.
fn better_than(scores: &Scores, drawn: &Drawn, contestants: &[usize], base: usize) -> Vec<Comparison> {
    let others = contestants.iter().filter(|&&class| class != base);
    others.filter_map(|&class| Comparison::of(scores, drawn, base, class)).filter(|one| one.error > 0.0).collect()
}

/// `None`: nothing that was searched differs from the base.
fn p_any(drawn: &Drawn, all: &[Comparison]) -> Option<f64> {
    let best = all.iter().map(Comparison::z).reduce(f64::max)?;
    if best <= 0.0 {
        return Some(1.0);
    }
    // Hansen's bound: what lies further below the base than this is no contestant under the null either.
    let far = (2.0 * (drawn.draws.units() as f64).ln().ln()).sqrt();
    let centre = |one: &Comparison| if one.z() >= -far { one.difference } else { 0.0 };
    Some(share(&largest(drawn, all, centre), best))
}

/// The step-down p-value of one class against the base; `None`: it does not differ from the base.
fn p_of(drawn: &Drawn, all: &[Comparison], choice: usize) -> Option<f64> {
    let mut by_z = all.to_vec();
    by_z.sort_by(|a, b| b.z().total_cmp(&a.z()).then(a.second.cmp(&b.second)));
    let at = by_z.iter().position(|one| one.second == choice)?;
    // The largest over the choice and all below it; then one more above at a time.
    let mut draws = largest(drawn, &by_z[at..], |one| one.difference);
    let mut p = share(&draws, by_z[at].z());
    for place in (0..at).rev() {
        let with_one_more = largest(drawn, &by_z[place..=place], |one| one.difference);
        draws.iter_mut().zip(with_one_more).for_each(|(max, draw)| *max = max.max(draw));
        p = p.max(share(&draws, by_z[place].z()));
    }
    Some(p)
}
