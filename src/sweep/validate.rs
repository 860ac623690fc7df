//! Choosing on earlier weeks, scoring on later ones: rolling origin with a purge gap.

use super::choose::{Picked, best, pick};
use super::drawn::SEED;
use super::draws::Draws;
use super::ground::days;
use super::pool::Pool;
use super::profile::Parts;
use super::selection::{Fold, Validation};
use crate::model::{Instant, Interval, Progress, Span};

const BLOCK: Span = Span::days(7);
/// What is chosen on is at least so long.
const MIN_TRAIN: Span = Span::days(7);
/// The last block may be shorter, but not shorter than this.
const MIN_BLOCK: Span = Span::days(3);
/// Draws for the standard errors of one fold: they are known to ± 5 % (1 ÷ √(2 · 200)).
const REPLICATES: usize = 200;

/// Weeks to choose on and later weeks to score on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    pub train: Interval,
    pub validate: Interval,
}

/// Rolling origin: what is chosen on begins at `start` and ends `gap` before the block that is scored on; blocks of 7 days follow each
/// other from the earliest that leaves 7 days to choose on to the data's end. The last one may be shorter, 3 days at least.
#[must_use]
pub fn splits(start: Instant, end: Instant, gap: Span) -> Vec<Split> {
    let mut splits = Vec::new();
    let mut from = start + MIN_TRAIN + gap;
    while from + MIN_BLOCK <= end {
        let until = end.min(from + BLOCK);
        splits.push(Split { train: Interval::new(start, from - gap), validate: Interval::new(from, until) });
        from = until;
    }
    splits
}

/// Time between what is chosen on and what is scored on: the longest baseline of the trials, so that no count of the weeks scored on is
/// in what was chosen on, and how long a deploy's errors are counted and waited for.
#[must_use]
pub fn gap(pool: &Pool) -> Span {
    let replays = || pool.sweep.trials.iter().map(|trial| &trial.spec.replay);
    let longest = |of: &mut dyn Iterator<Item = Span>| of.max().unwrap_or(Span::ZERO);
    let (baseline, reach) = (longest(&mut replays().map(|r| r.baseline)), longest(&mut replays().map(|r| r.reach())));
    Span::from_micros(baseline.micros() + reach.micros())
}

/// The first deploy that every trial evaluates; the data's end without one.
fn warmed_up(pool: &Pool) -> Instant {
    let ground = &pool.sweep.ground;
    let warm_up = pool.sweep.trials.iter().map(|trial| trial.spec.replay.min_baseline).max().unwrap_or(Span::ZERO);
    let after = ground.deploys.iter().filter(|d| d.of_environment && d.at >= ground.span.start + warm_up);
    after.map(|deploy| deploy.at).min().unwrap_or(ground.span.end)
}

/// All folds of a pool.
#[must_use]
pub fn folds_of(pool: &Pool) -> Vec<Split> {
    splits(warmed_up(pool), pool.sweep.ground.span.end, gap(pool))
}

/// Weights of units: 1 inside an interval, 0 outside.
#[must_use]
pub fn inside(pool: &Pool, interval: Interval) -> Vec<f64> {
    pool.sheet.units.iter().map(|unit| f64::from(u8::from(interval.contains(unit.at)))).collect()
}

/// Weights of units in any of the blocks that are scored on, and the days of these.
#[must_use]
pub fn validated_units(pool: &Pool, splits: &[Split]) -> (Vec<f64>, f64) {
    let mut weights = vec![0.0; pool.sheet.units.len()];
    for split in splits {
        weights.iter_mut().zip(inside(pool, split.validate)).for_each(|(sum, weight)| *sum += weight);
    }
    (weights, splits.iter().fold(0.0, |sum, split| sum + days(split.validate)))
}

/// Sums over folds.
#[derive(Default)]
struct Sums {
    parts: Parts,
    days: f64,
}

impl Sums {
    fn add(&mut self, parts: &Parts, days: f64) {
        self.parts.add(parts);
        self.days += days;
    }

    fn value(&self, pool: &Pool) -> Option<f64> {
        self.parts.value(pool.sweep.objective.metric, self.days)
    }
}

/// One fold and the sums of its parts.
struct Scored {
    fold: Fold,
    chosen: Option<usize>,
}

/// Validates the way of choosing. In every fold the one-standard-error rule chooses on the earlier weeks alone, under the same
/// constraints; what it chose is then scored on the later ones. `choice`: the class that the whole data set chose.
#[must_use]
pub fn validate(pool: &Pool, splits: &[Split], choice: Option<usize>, progress: &dyn Progress) -> Validation {
    progress.start("choosing on earlier weeks, scoring on later ones", splits.len() as u64);
    let mut sums: [Sums; 4] = Default::default();
    let (mut folds, mut agreeing) = (Vec::new(), 0);
    for split in splits {
        let scored = fold(pool, *split);
        progress.advance(1);
        agreeing += u64::from(scored.chosen.is_some() && scored.chosen == choice);
        add_to(&mut sums, pool, *split, scored.chosen);
        folds.push(scored.fold);
    }
    // Without a fold that chose, the four sums are of nothing.
    let any = folds.iter().any(|fold| fold.chosen.is_some());
    let [in_sample, out_of_sample, base, null] = sums.map(|sum| if any { sum.value(pool) } else { None });
    Validation {
        block_days: BLOCK.as_minutes() / 1440.0,
        gap_days: gap(pool).as_minutes() / 1440.0,
        note: note(pool, folds.len()),
        folds,
        in_sample,
        out_of_sample,
        base: base.filter(|_| pool.base().is_some()),
        null: null.filter(|_| pool.null().is_some()),
        agreeing,
    }
}

/// Adds what the fold's choice did in sample and out of it, and what the base and `null` did out of it.
fn add_to(sums: &mut [Sums; 4], pool: &Pool, split: Split, chosen: Option<usize>) {
    let Some(chosen) = chosen else { return };
    let (train, later) = (inside(pool, split.train), inside(pool, split.validate));
    let parts = |class: usize, weights: &[f64]| pool.classes[class].objective.parts(weights);
    sums[0].add(&parts(chosen, &train), days(split.train));
    sums[1].add(&parts(chosen, &later), days(split.validate));
    for (sum, trial) in sums[2..].iter_mut().zip([pool.base(), pool.null()]) {
        if let Some(trial) = trial {
            sum.add(&parts(pool.class_of[trial], &later), days(split.validate));
        }
    }
}

fn fold(pool: &Pool, split: Split) -> Scored {
    let (train, later) = (inside(pool, split.train), inside(pool, split.validate));
    let (train_days, later_days) = (days(split.train), days(split.validate));
    let scope: Vec<bool> = train.iter().map(|weight| *weight > 0.0).collect();
    let draws = Draws::of(&scope, train_days, REPLICATES, SEED);
    let picked: Option<Picked> = pick(pool, &pool.scores(&train, train_days), &draws);
    let chosen = picked.map(|picked| picked.chosen);
    let value = |class: usize, weights: &[f64], days: f64| pool.value(pool.loss(class, weights, days));
    let of = |trial: Option<usize>| trial.and_then(|trial| value(pool.class_of[trial], &later, later_days));
    let later_scores = pool.scores(&later, later_days);
    let fold = Fold {
        train: split.train,
        validate: split.validate,
        train_incidents: pool.incidents(&train),
        validate_incidents: pool.incidents(&later),
        chosen: chosen.and_then(|class| pool.id_of(class)),
        in_sample: chosen.and_then(|class| value(class, &train, train_days)),
        out_of_sample: chosen.and_then(|class| value(class, &later, later_days)),
        base: of(pool.base()),
        null: of(pool.null()),
        hindsight: best(pool, &later_scores).and_then(|class| pool.value(later_scores.losses[class])),
    };
    Scored { fold, chosen }
}

/// Why there are fewer than two folds, and what two would take.
fn note(pool: &Pool, folds: usize) -> Option<String> {
    if folds >= 2 {
        return None;
    }
    let ground = &pool.sweep.ground;
    let in_days = |span: Span| span.as_minutes() / 1440.0;
    let warm_up = in_days(warmed_up(pool) - ground.span.start);
    let needed = warm_up + in_days(MIN_TRAIN) + in_days(gap(pool)) + in_days(BLOCK) + in_days(MIN_BLOCK);
    let how_many = if folds == 0 { "No weeks are" } else { "Only one block of weeks is" };
    Some(format!(
        "{how_many} left to score on: after {warm_up:.1} days of warm-up, at least {:.0} days to choose on, a gap of {:.1} days and two \
         blocks of {:.0} and at least {:.0} days take {needed:.1} days, and the data set covers {:.1}.",
        in_days(MIN_TRAIN),
        in_days(gap(pool)),
        in_days(BLOCK),
        in_days(MIN_BLOCK),
        ground.days,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_chosen_on_later_weeks_or_on_the_gap(length in 0..120_i64, gap in 0..30_i64, hours in 0..48_i64) {
            let start = Instant::from_micros(1_780_000_000_000_000);
            let (end, gap) = (start + Span::days(length), Span::hours(24 * gap + hours));
            let splits = splits(start, end, gap);
            for (at, split) in splits.iter().enumerate() {
                prop_assert!(split.train.end + gap <= split.validate.start);
                prop_assert!(split.train.start == start && split.train.span() >= MIN_TRAIN);
                prop_assert!(split.validate.span() >= MIN_BLOCK && split.validate.span() <= BLOCK && split.validate.end <= end);
                prop_assert!(at == 0 || splits[at - 1].validate.end == split.validate.start);
                prop_assert!(at + 1 == splits.len() || split.validate.span() == BLOCK);
            }
            // As many as fit: another one would not have three days.
            let next = splits.last().map_or(start + MIN_TRAIN + gap, |last| last.validate.end);
            prop_assert!(next + MIN_BLOCK > end);
        }
    }
}
