//! Successive halving: on a part of the time the worst trials are dropped, so that the rest of the time is replayed for fewer
//! (Jamieson & Talwalkar 2016).

use super::pool::Pool;
use super::{Record, Role, Sample, Sweep, Trial, Walk};
use crate::model::{Instant, Span, UserError};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The trials (indices, rising) that are left before the last round: of `rungs` rounds each is on as much more time, and the share
/// `keep` of the points of the grid goes on, those with the lowest loss on what was replayed (equally low: the earlier). References and
/// base stay; where the objective cannot be known, or another sample was asked for, all do. `sweep`: without trials and records.
///
/// # Errors
/// Those of [`Walk::run`].
pub fn survivors(walk: &Walk, sample: Sample, sweep: &Sweep) -> Result<Vec<usize>, UserError> {
    let mut left: Vec<usize> = (0..walk.trials.len()).collect();
    let Sample::Halving { rungs, keep, .. } = sample else { return Ok(left) };
    if !sweep.objective.is_known(sweep.ground.labels) {
        return Ok(left);
    }
    for rung in 1..rungs {
        let span = walk.data.span;
        let end = span.start + Span::from_micros(span.span().micros() / i64::from(rungs) * i64::from(rung));
        let records = replayed(walk, &left, end)?;
        if (walk.stop)() {
            break;
        }
        left = best(walk.trials, sweep, &left, records, (end, keep));
    }
    Ok(left)
}

/// The records of trials on the time before `end`, in the trials' order.
fn replayed(walk: &Walk, wanted: &[usize], end: Instant) -> Result<Vec<Record>, UserError> {
    let kept = Mutex::new(BTreeMap::new());
    let keep = |record: Record| {
        kept.lock().unwrap_or_else(PoisonError::into_inner).insert(record.id.clone(), record);
        Ok(())
    };
    Walk { keep: &keep, end, ..*walk }.run(wanted)?;
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(wanted.iter().filter_map(|&trial| kept.remove(&walk.trials[trial].id)).collect())
}

fn best(
    trials: &[Trial],
    sweep: &Sweep,
    left: &[usize],
    records: Vec<Record>,
    (end, keep): (Instant, f64),
) -> Vec<usize> {
    let trials: Vec<Trial> = left.iter().map(|&trial| trials[trial].clone()).collect();
    let days = (end - sweep.ground.span.start).as_minutes() / 1440.0;
    let part = Sweep { trials, records, ..sweep.clone() };
    let pool = Pool::of(&part);
    let weights: Vec<f64> = pool.sheet.units.iter().map(|unit| f64::from(u8::from(unit.at < end))).collect();
    let losses = pool.scores(&weights, days).losses;
    let is_point = |index: &usize| part.trials[*index].role == Role::Candidate;
    let (mut points, stay): (Vec<usize>, Vec<usize>) = (0..left.len()).partition(is_point);
    points.sort_by(|&a, &b| losses[pool.class_of[a]].total_cmp(&losses[pool.class_of[b]]).then(a.cmp(&b)));
    points.truncate((points.len() as f64 * keep).ceil() as usize);
    let mut going_on: Vec<usize> = stay.into_iter().chain(points).map(|index| left[index]).collect();
    going_on.sort_unstable();
    going_on
}
