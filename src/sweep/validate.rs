//! Choosing on earlier weeks, scoring on later ones: rolling origin with a purge gap.

use super::choose::{best, pick_among};
use super::drawn::SEED;
use super::draws::Draws;
use super::ground::days;
use super::pool::Pool;
use super::profile::Parts;
use super::selection::{Fold, Validation};
use crate::model::{Instant, Interval, Progress, Span};
use crate::pipeline::ReplaySpec;

const BLOCK: Span = Span::days(7);
/// What is chosen on is at least so long.
const MIN_TRAIN: Span = Span::days(7);
/// The last block may be shorter, but not shorter than this.
const MIN_BLOCK: Span = Span::days(3);
/// The gap where the longest baseline leaves too few weeks (statistics.md §9).
const EMBARGO: Span = Span::days(1);
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

/// How the weeks of a data set are split.
pub struct Plan {
    pub splits: Vec<Split>,
    gap: Span,
    /// The longest baseline of the trials and how long a deploy's errors are counted and waited for.
    full_gap: Span,
    warmed_up: Instant,
}

impl Plan {
    /// The gap is the longest baseline and the reach of a window, so that no record that decided anything in the weeks scored on is in
    /// the weeks chosen on. Where that leaves fewer than two blocks, it is a day and the reach: then baselines look back into the weeks
    /// chosen on, as they do in production; labels do not reach forward (statistics.md §9).
    #[must_use]
    pub fn of(pool: &Pool) -> Self {
        let replays = || pool.sweep.trials.iter().map(|trial| &trial.spec.replay);
        let longest = |spans: &mut dyn Iterator<Item = Span>| spans.max().unwrap_or(Span::ZERO);
        let baseline = longest(&mut replays().map(|replay| replay.baseline));
        let reach = longest(&mut replays().map(ReplaySpec::reach));
        let plus_reach = |span: Span| Span::from_micros(span.micros() + reach.micros());
        let (full_gap, warmed_up, end) = (plus_reach(baseline), warmed_up(pool), pool.sweep.ground.span.end);
        let gaps = [full_gap, full_gap.min(plus_reach(EMBARGO))];
        let [full, short] = gaps.map(|gap| splits(warmed_up, end, gap));
        let (gap, splits) = if full.len() < 2 && short.len() > full.len() { (gaps[1], short) } else { (gaps[0], full) };
        Self { splits, gap, full_gap, warmed_up }
    }

    /// What has to be said of it: too few folds, or a gap shorter than the longest baseline.
    fn note(&self, pool: &Pool) -> Option<String> {
        let in_days = |span: Span| span.as_minutes() / 1440.0;
        let short = (self.gap < self.full_gap).then(|| {
            format!(
                "The longest baseline and a window take {:.1} days, and with a gap of that length too few weeks would be left to score on. The gap is {:.1} days instead: baselines of the weeks scored on reach into the weeks chosen on, labels do not.",
                in_days(self.full_gap),
                in_days(self.gap),
            )
        });
        let few = (self.splits.len() < 2).then(|| {
            let warm_up = in_days(self.warmed_up - pool.sweep.ground.span.start);
            let needed = warm_up + in_days(MIN_TRAIN) + in_days(self.gap) + in_days(BLOCK) + in_days(MIN_BLOCK);
            let how_many = if self.splits.is_empty() { "No weeks are" } else { "Only one block is" };
            format!(
                "{how_many} left to score on: after {warm_up:.1} days of warm-up, at least {:.0} days to choose on, a gap of {:.1} days and two blocks of {:.0} and at least {:.0} days take {needed:.1} days, and the data set covers {:.1}.",
                in_days(MIN_TRAIN),
                in_days(self.gap),
                in_days(BLOCK),
                in_days(MIN_BLOCK),
                pool.sweep.ground.days,
            )
        });
        let notes: Vec<String> = [short, few].into_iter().flatten().collect();
        (!notes.is_empty()).then(|| notes.join(" "))
    }
}

/// The first deploy that every trial evaluates; the data's end without one.
fn warmed_up(pool: &Pool) -> Instant {
    let ground = &pool.sweep.ground;
    let warm_up = pool.sweep.trials.iter().map(|trial| trial.spec.replay.min_baseline).max().unwrap_or(Span::ZERO);
    let after = ground.deploys.iter().filter(|d| d.of_environment && d.at >= ground.span.start + warm_up);
    after.map(|deploy| deploy.at).min().unwrap_or(ground.span.end)
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
pub fn validate(pool: &Pool, plan: &Plan, choice: Option<usize>, progress: &dyn Progress) -> Validation {
    progress.start("choosing on earlier weeks, scoring on later ones", plan.splits.len() as u64);
    let mut sums: [Sums; 4] = Default::default();
    let (mut folds, mut agreeing) = (Vec::new(), 0);
    for split in &plan.splits {
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
        gap_days: plan.gap.as_minutes() / 1440.0,
        note: plan.note(pool),
        folds,
        in_sample,
        out_of_sample,
        base: base.filter(|_| pool.base().is_some()),
        null: null.filter(|_| pool.null().is_some()),
        agreeing,
    }
}

/// No folds, and why.
#[must_use]
pub fn unvalidated(why: &str) -> Validation {
    Validation {
        block_days: BLOCK.as_minutes() / 1440.0,
        gap_days: 0.0,
        folds: Vec::new(),
        note: Some(why.to_owned()),
        in_sample: None,
        out_of_sample: None,
        base: None,
        null: None,
        agreeing: 0,
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
    let chosen = pick_among(pool, &pool.scores(&train, train_days), &draws);
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
