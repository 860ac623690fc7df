//! How fast it falls off around the choice.

use super::objective::Objective;
use super::record::Record;
use super::sampled::Sampler;
use super::selection::{AxisSummary, Neighbour};
use super::sheet::Sheet;
use super::trial::Trial;

const LEVEL: f64 = 0.95;
const REPLICATES: usize = 2000;
/// The one of every evaluation.
const SEED: u64 = 20_261_124;
/// Trials that are told where none differs from the choice in one axis alone.
const NEAREST: usize = 10;

/// Trials that differ from `trials[choice]` in exactly one axis, by axis and level; in a sample, where there may be none, the ten that
/// differ in the fewest (equally few: the earlier), their paths and levels joined by `, `. The objective's difference is theirs minus the
/// choice's, with the 95 % interval of 2,000 draws of units. References are no neighbours. Empty where the choice is no point of the grid.
#[must_use]
pub fn neighbours(
    sheet: &Sheet,
    axes: &[AxisSummary],
    trials: &[Trial],
    records: &[Record],
    choice: usize,
    objective: &Objective,
) -> Vec<Neighbour> {
    let Some(chosen) = trials.get(choice).filter(|trial| !trial.levels.is_empty()) else { return Vec::new() };
    let differs = |trial: &Trial| -> Vec<usize> {
        (0..axes.len()).filter(|&axis| trial.levels[axis] != chosen.levels[axis]).collect()
    };
    let others = trials.iter().enumerate().filter(|(index, trial)| *index != choice && trial.is_eligible());
    let mut around: Vec<(Vec<usize>, usize)> = others
        .filter(|(_, trial)| trial.levels.len() == axes.len())
        .map(|(index, trial)| (differs(trial), index))
        .collect();
    if around.iter().any(|(differing, _)| differing.len() == 1) {
        around.retain(|(differing, _)| differing.len() == 1);
        around.sort_by_key(|(differing, index)| (differing[0], trials[*index].levels[differing[0]]));
    } else {
        around.sort_by_key(|(differing, index)| (differing.len(), *index));
        around.truncate(NEAREST);
    }
    let sampler = Sampler::of(sheet, REPLICATES, SEED);
    let measured = |index: usize| sampler.metric(objective.metric, &records[index], &sheet.amounts(&records[index]));
    let own = measured(choice);
    let told = around.into_iter().map(|(differing, index)| {
        let theirs = measured(index);
        let difference = theirs.minus(&own, LEVEL);
        let joined =
            |name: &dyn Fn(usize) -> String| differing.iter().map(|&axis| name(axis)).collect::<Vec<_>>().join(", ");
        Neighbour {
            id: trials[index].id.clone(),
            path: joined(&|axis| axes[axis].path.clone()),
            level: joined(&|axis| axes[axis].levels[trials[index].levels[axis]].clone()),
            objective: theirs.value,
            difference: difference.as_ref().map(|d| d.value),
            low: difference.as_ref().and_then(|d| d.low),
            high: difference.as_ref().and_then(|d| d.high),
            same: records[index].cases == records[choice].cases,
        }
    });
    told.collect()
}
