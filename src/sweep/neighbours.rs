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

#[cfg(test)]
mod tests {
    use super::super::fixture::{ground, record, trial};
    use super::super::trial::Role;
    use super::*;

    fn axes() -> Vec<AxisSummary> {
        let axis = |path: &str| AxisSummary {
            path: path.to_owned(),
            levels: ["low", "middle", "high"].map(str::to_owned).to_vec(),
        };
        vec![axis("detect.alpha"), axis("act.fix_at")]
    }

    fn found(points: &[(&str, [usize; 2], u32)], role: Role) -> Vec<Neighbour> {
        let trials: Vec<Trial> = points.iter().map(|(id, levels, _)| Trial { role, ..trial(id, levels) }).collect();
        let records: Vec<Record> =
            points.iter().map(|(id, _, answered)| record(id, 0..*answered, 0..3, 1000)).collect();
        neighbours(&Sheet::of(&ground()), &axes(), &trials, &records, 0, &Objective::default())
    }

    #[test]
    fn one_axis_away_by_axis_and_level_with_the_difference() {
        let points = [("c", [1, 1], 20), ("far", [0, 0], 20), ("y", [1, 2], 10), ("x", [2, 1], 20), ("w", [0, 1], 25)];
        let around = found(&points, Role::Candidate);
        let told: Vec<(&str, &str, &str, bool)> =
            around.iter().map(|n| (&*n.id, &*n.path, &*n.level, n.same)).collect();
        assert_eq!(
            told,
            [
                ("w", "detect.alpha", "low", false),
                ("x", "detect.alpha", "high", true),
                ("y", "act.fix_at", "high", false)
            ]
        );
        // Five incidents more, or ten fewer: their harm dwarfs the review.
        let (fewer, same, more) = (&around[0], &around[1], &around[2]);
        assert!(fewer.high.unwrap() < 0.0 && more.low.unwrap() > 0.0, "{around:?}");
        assert_eq!((same.difference, same.low, same.high), (Some(0.0), Some(0.0), Some(0.0)));
        assert!(found(&points, Role::Reference).is_empty());
    }

    #[test]
    fn in_a_sample_the_nearest_are_told_by_all_that_differs() {
        let around = found(&[("c", [1, 1], 20), ("far", [0, 0], 19), ("other", [2, 2], 20)], Role::Candidate);
        assert_eq!(around.len(), 2);
        assert_eq!(
            (&*around[0].id, &*around[0].path, &*around[0].level),
            ("far", "detect.alpha, act.fix_at", "low, low")
        );
    }
}
