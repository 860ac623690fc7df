//! Trials that no other beats in everything: recall, cost of false cases, tokens and delay (statistics.md §9, (6)).

use super::amounts::Amounts;
use super::objective::Metric;
use super::record::Record;
use super::sampled::Sampler;
use super::selection::FrontPoint;
use super::sheet::{Scratch, Sheet};
use super::trial::Trial;
use crate::stats::{Estimate, Resampled, median};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Of the differences that say who leads by chance, and the interval of a cost.
const LEVEL: f64 = 0.90;
const COST_LEVEL: f64 = 0.95;
const REPLICATES: usize = 1000;
/// The one of every evaluation.
const SEED: u64 = 20_261_124;
/// Points that are told.
pub const MOST_POINTS: usize = 100;
/// What a front is of, each to be made small: −recall, cost of false cases, tokens, minutes to the right action.
const MEASURES: usize = 4;

/// The points, and how many there are beyond [`MOST_POINTS`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Front {
    /// By falling recall, then rising cost of false cases.
    pub points: Vec<FrontPoint>,
    pub left_out: u64,
}

/// A trial by what it is on the front for.
struct Candidate {
    index: usize,
    /// Trials with the very same losses, itself not among them.
    same: u64,
    losses: [f64; MEASURES],
    total_usd: f64,
}

/// The Pareto front of the trials that can be chosen. One trial dominates another when it is at least as good in all four measures and
/// better in one: recall (more), cost of false cases, tokens and median minutes to the right action (less; no right action at all is the
/// worst). Trials with the very same four numbers are one point, told by the cheapest of them (equally cheap: the earliest).
///
/// A point is there `by_chance` when another point of the front is better in at least one measure by more than chance explains, while
/// everything in which it is worse lies within chance (90 % paired intervals of the same draws of units; without an interval nothing is
/// beyond chance). Whoever runs such a point can run the other, and gives up nothing that the data can show.
///
/// Where there are more than 100 points, the cheapest of each recall are kept first. Empty where the incident log cannot tell all four.
#[must_use]
pub fn front(sheet: &Sheet, trials: &[Trial], records: &[Record]) -> Front {
    let ground = sheet.ground();
    let known =
        [Metric::EndToEndRecall, Metric::FalseCost, Metric::ActMinutes].iter().all(|m| m.is_known(ground.labels));
    if !known {
        return Front::default();
    }
    let eligible: Vec<usize> = (0..trials.len().min(records.len())).filter(|&i| trials[i].is_eligible()).collect();
    let of = |scratch: &mut Scratch, &index: &usize| Candidate::of(sheet, scratch, index, &records[index]);
    let candidates: Vec<Option<Candidate>> = eligible.par_iter().map_init(|| Scratch::of(sheet), of).collect();
    let mut best = undominated(distinct(candidates.into_iter().flatten().collect()));
    let left_out = thin(&mut best);
    best.sort_by(by_losses);
    let sampler = Sampler::of(sheet, REPLICATES, SEED);
    let measured: Vec<Measured> =
        best.par_iter().map(|point| Measured::of(&sampler, sheet, &records[point.index])).collect();
    let points = (0..best.len()).into_par_iter().map(|at| {
        let by_chance = measured.iter().enumerate().any(|(other, q)| other != at && q.beats(&measured[at]));
        let index = best[at].index;
        measured[at].told(sheet, &trials[index], &records[index], (best[at].same, by_chance))
    });
    Front { points: points.collect(), left_out: left_out as u64 }
}

impl Candidate {
    /// `None`: nothing was expected of it, so that there is no recall.
    fn of(sheet: &Sheet, scratch: &mut Scratch, index: usize, record: &Record) -> Option<Self> {
        let amounts = sheet.amounts_in(record, scratch);
        let sum = amounts.iter().fold(Amounts::default(), |sum, (_, amounts)| sum + *amounts);
        let days = sheet.ground().days;
        let value = |metric| sheet.metric(metric, &sum, days);
        let waits: Vec<f64> = sheet.waits_in(record, scratch).into_iter().map(|(_, minutes)| minutes).collect();
        let minutes = median(&waits).unwrap_or(f64::INFINITY);
        let losses = [-value(Metric::EndToEndRecall)?, value(Metric::FalseCost)?, value(Metric::Tokens)?, minutes];
        Some(Self { index, same: 0, losses, total_usd: value(Metric::Cost)? })
    }

    fn dominates(&self, other: &Self) -> bool {
        let pairs = || self.losses.iter().zip(&other.losses);
        pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
    }
}

/// By the first loss in which they differ.
fn by_losses(a: &Candidate, b: &Candidate) -> Ordering {
    let differing = a.losses.iter().zip(&b.losses).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
    differing.unwrap_or(Ordering::Equal)
}

/// One candidate for all with the same losses, in the order of [`by_losses`].
fn distinct(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by(|a, b| by_losses(a, b).then(a.total_usd.total_cmp(&b.total_usd)).then(a.index.cmp(&b.index)));
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        match found.last_mut() {
            Some(last) if by_losses(last, &candidate).is_eq() => last.same += 1,
            _ => found.push(candidate),
        }
    }
    found
}

/// Whoever dominates a candidate comes before it in the order of [`by_losses`], or is dominated by one that does.
fn undominated(sorted: Vec<Candidate>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in sorted {
        if !found.iter().any(|other| other.dominates(&candidate)) {
            found.push(candidate);
        }
    }
    found
}

/// Keeps [`MOST_POINTS`], the cheapest of each recall first, and says how many were dropped.
fn thin(points: &mut Vec<Candidate>) -> usize {
    let dropped = points.len().saturating_sub(MOST_POINTS);
    if dropped > 0 {
        points.sort_by(|a, b| a.losses[0].total_cmp(&b.losses[0]).then(a.total_usd.total_cmp(&b.total_usd)));
        let mut ranked: Vec<(usize, Candidate)> = Vec::with_capacity(points.len());
        for point in points.drain(..) {
            let rank = match ranked.last() {
                Some((rank, last)) if last.losses[0].total_cmp(&point.losses[0]).is_eq() => rank + 1,
                _ => 0,
            };
            ranked.push((rank, point));
        }
        ranked.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_usd.total_cmp(&b.1.total_usd)));
        points.extend(ranked.into_iter().take(MOST_POINTS).map(|(_, point)| point));
    }
    dropped
}

/// A point with what chance does to it.
struct Measured {
    amounts: Vec<(usize, Amounts)>,
    /// In the order of a candidate's losses, as metrics: recall is the only one to be made large.
    metrics: [Resampled; MEASURES],
}

impl Measured {
    fn of(sampler: &Sampler, sheet: &Sheet, record: &Record) -> Self {
        let amounts = sheet.amounts(record);
        let metrics = [Metric::EndToEndRecall, Metric::FalseCost, Metric::Tokens, Metric::ActMinutes]
            .map(|metric| sampler.metric(metric, record, &amounts));
        Self { amounts, metrics }
    }

    /// Better in one measure beyond chance, and in none worse beyond chance.
    fn beats(&self, other: &Self) -> bool {
        let mut better = false;
        for (measure, (own, theirs)) in self.metrics.iter().zip(&other.metrics).enumerate() {
            let sign = if measure == 0 { -1.0 } else { 1.0 };
            match beyond_chance(own, theirs).map(|difference| sign * difference) {
                Some(loss) if loss > 0.0 => return false,
                Some(_) => better = true,
                None => {}
            }
        }
        better
    }

    fn told(&self, sheet: &Sheet, trial: &Trial, record: &Record, (same, by_chance): (u64, bool)) -> FrontPoint {
        let sum = self.amounts.iter().fold(Amounts::default(), |sum, (_, amounts)| sum + *amounts);
        let estimate = |metric| -> Estimate { sheet.estimate(metric, &sum) };
        let value = |metric| sheet.metric(metric, &sum, sheet.ground().days).unwrap_or_default();
        let interval = self.metrics[1].interval(COST_LEVEL);
        FrontPoint {
            id: trial.id.clone(),
            same,
            recall: estimate(Metric::EndToEndRecall),
            precision: estimate(Metric::EndToEndPrecision),
            false_usd: value(Metric::FalseCost),
            false_usd_low: interval.map(|(low, _)| low),
            false_usd_high: interval.map(|(_, high)| high),
            tokens: value(Metric::Tokens),
            act_minutes_p50: sheet.act_minutes(record),
            total_usd: value(Metric::Cost),
            by_chance,
        }
    }
}

/// The difference where its 90 % interval leaves out 0.
fn beyond_chance(own: &Resampled, theirs: &Resampled) -> Option<f64> {
    let difference = own.minus(theirs, LEVEL)?;
    (difference.low? > 0.0 || difference.high? < 0.0).then_some(difference.value)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{ground, record, trial};
    use super::super::trial::Role;
    use super::*;
    use proptest::prelude::*;

    fn found(records: &[Record]) -> Front {
        let trials: Vec<Trial> = records.iter().map(|record| trial(&record.id, &[])).collect();
        front(&Sheet::of(&ground()), &trials, records)
    }

    fn told(front: &Front) -> Vec<(&str, u64, bool)> {
        front.points.iter().map(|point| (&*point.id, point.same, point.by_chance)).collect()
    }

    #[test]
    fn dominated_trials_are_left_out_and_equal_ones_told_once() {
        let records = [
            record("worse", 0..20, 0..8, 1000),
            record("good", 0..20, 0..4, 1000),
            record("good again", 0..20, 0..4, 1000),
            record("quiet", 0..0, 0..0, 0),
        ];
        let front = found(&records);
        assert_eq!(told(&front), [("good", 1, false), ("quiet", 0, false)]);
        assert_eq!((front.points[0].recall.numerator, front.points[0].recall.denominator), (20, 30));
        assert_eq!(front.points[0].act_minutes_p50, Some(50.0));
        assert_eq!((front.points[1].false_usd, front.points[1].act_minutes_p50, front.left_out), (0.0, None, 0));
    }

    #[test]
    fn a_lead_within_chance_is_marked_and_one_beyond_it_is_not() {
        // One incident more for fifteen false actions: nobody can tell the incident from chance.
        let front = found(&[record("lucky", 0..21, 0..15, 1000), record("sound", 0..20, 0..0, 1000)]);
        assert_eq!(told(&front), [("lucky", 0, true), ("sound", 0, false)]);
        // Twelve incidents more are beyond chance: now it is a choice.
        let front = found(&[record("thorough", 0..30, 0..15, 1000), record("careful", 0..18, 0..0, 1000)]);
        assert_eq!(told(&front), [("thorough", 0, false), ("careful", 0, false)]);
    }

    #[test]
    fn references_and_partial_logs_have_no_front() {
        let record = record("r", 0..20, 0..1, 1000);
        let reference = Trial { role: Role::Reference, ..trial("r", &[]) };
        let sheet = Sheet::of(&ground());
        assert!(front(&sheet, &[reference], std::slice::from_ref(&record)).points.is_empty());
        let partial = super::super::Ground { labels: Some(crate::evaluate::Labels::Partial), ..ground() };
        assert!(front(&Sheet::of(&partial), &[trial("r", &[])], &[record]).points.is_empty());
    }

    #[test]
    fn many_points_are_thinned_and_the_rest_counted() {
        // For every number of incidents, fewer tokens at the price of more false actions.
        let point = |i: u32| {
            let (answered, falsely) = (i % 30, i / 30);
            record(&format!("t{i}"), 0..answered, 0..falsely, 10_000 - 2_000 * u64::from(falsely))
        };
        let front = found(&(0..150).map(point).collect::<Vec<Record>>());
        assert_eq!(front.points.len(), MOST_POINTS);
        assert!((20..=50).contains(&front.left_out), "{}", front.left_out);
        let recalls: std::collections::BTreeSet<u64> = front.points.iter().map(|p| p.recall.numerator).collect();
        assert_eq!(recalls.len(), 30, "every recall keeps its cheapest");
    }

    proptest! {
        #[test]
        fn the_front_is_what_no_other_dominates(
            losses in prop::collection::vec(prop::array::uniform4(0..6_u8), 1..60)
        ) {
            let candidate = |(index, l): (usize, &[u8; 4])| Candidate {
                index, same: 0, losses: l.map(f64::from), total_usd: 0.0,
            };
            let all: Vec<Candidate> = losses.iter().enumerate().map(candidate).collect();
            let slow: std::collections::BTreeSet<[u8; 4]> = all
                .iter()
                .filter(|x| !all.iter().any(|other| other.dominates(x)))
                .map(|x| x.losses.map(|loss| loss as u8))
                .collect();
            let fast = undominated(distinct(losses.iter().enumerate().map(candidate).collect()));
            prop_assert_eq!(fast.len(), slow.len());
            prop_assert!(fast.iter().all(|x| slow.contains(&x.losses.map(|loss| loss as u8))));
        }
    }
}
