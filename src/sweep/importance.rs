//! What matters and what does not: how much of the variance between trials each axis explains.

use super::objective::{Goal, Metric, Objective};
use super::selection::{AxisSummary, Importance, Interaction, LevelMean, MainEffect};
use super::trial::Trial;
use crate::stats::{VarianceShares, forest_anova, functional_anova};

/// Shares below it are flat: parameters that explain less are not worth tuning (statistics.md §9, (7)).
const FLAT: f64 = 0.01;
/// Levels of an axis that are told apart; finer axes are put into so many ranges of about as many trials each.
const MOST_LEVELS: usize = 16;
/// The one of every evaluation.
const SEED: u64 = 20_261_124;

/// The shares of the variance of the objective that each axis and each pair of axes explains. Exact on a full grid; where combinations
/// are missing (invalid, excluded, not drawn) it is that of a random forest grown on those that are there, over all combinations: then
/// `r_squared` says how far to trust it.
///
/// `values`: each trial's objective over the whole data set, in the trials' order. Trials without one, or that are no point of the grid,
/// are left out. Costs, when all are above 0, enter as their logarithm: shares then are of ratios, and one very dear trial does not
/// drown the rest. `None` without axes, or where fewer than 10 points of an incomplete grid have a value.
#[must_use]
pub fn importance(
    axes: &[AxisSummary],
    trials: &[Trial],
    values: &[Option<f64>],
    objective: &Objective,
) -> Option<Importance> {
    let points = trials.iter().zip(values).filter(|(trial, _)| trial.levels.len() == axes.len());
    let (points, values): (Vec<&Trial>, Vec<f64>) =
        points.filter_map(|(trial, value)| Some((trial, value.filter(|v| v.is_finite())?))).unzip();
    if axes.is_empty() || points.is_empty() {
        return None;
    }
    let scales: Vec<Scale> = (0..axes.len()).map(|axis| Scale::of(&axes[axis], axis, &points)).collect();
    let sizes: Vec<usize> = scales.iter().map(|scale| scale.names.len()).collect();
    let design: Vec<Vec<usize>> = points
        .iter()
        .map(|trial| scales.iter().zip(&trial.levels).map(|(scale, &level)| scale.place[level]).collect())
        .collect();
    let is_log = objective.metric == Metric::Cost && values.iter().all(|&value| value > 0.0);
    let response: Vec<f64> = if is_log { values.iter().map(|value| value.ln()).collect() } else { values.clone() };
    let (method, shares, r_squared) = match functional_anova(&sizes, &design, &response) {
        Some(shares) => ("exact", shares, None),
        None => {
            let forest = forest_anova(&sizes, &design, &response, SEED)?;
            ("forest", forest.shares, forest.r_squared)
        }
    };
    let told = Told { axes, scales: &scales, design: &design, values: &values, goal: objective.goal };
    Some(Importance {
        response: if is_log { format!("ln {}", objective.metric.words()) } else { objective.metric.words().to_owned() },
        method,
        r_squared,
        main: told.main(&shares),
        interactions: told.interactions(&shares),
        rest: shares.rest,
    })
}

/// The levels of an axis as they are told apart here.
struct Scale {
    names: Vec<String>,
    /// By level of the axis.
    place: Vec<usize>,
}

impl Scale {
    fn of(axis: &AxisSummary, index: usize, points: &[&Trial]) -> Self {
        if axis.levels.len() <= MOST_LEVELS {
            return Self { names: axis.levels.clone(), place: (0..axis.levels.len()).collect() };
        }
        let mut counts = vec![0_usize; axis.levels.len()];
        points.iter().for_each(|trial| counts[trial.levels[index]] += 1);
        let mut before = 0;
        let mut place = Vec::with_capacity(counts.len());
        for count in counts {
            // The middle of its trials, in ranges of as many each.
            place.push(((2 * before + count) * MOST_LEVELS / (2 * points.len())).min(MOST_LEVELS - 1));
            before += count;
        }
        let mut used = place.clone();
        used.dedup();
        let names = used.iter().map(|range| {
            let held: Vec<&String> =
                place.iter().zip(&axis.levels).filter(|(p, _)| *p == range).map(|(_, l)| l).collect();
            match held.as_slice() {
                [first, .., last] => format!("{first} … {last}"),
                other => other.iter().copied().cloned().collect(),
            }
        });
        let names = names.collect();
        let place = place.iter().map(|range| used.partition_point(|other| other < range)).collect();
        Self { names, place }
    }
}

struct Told<'a> {
    axes: &'a [AxisSummary],
    scales: &'a [Scale],
    design: &'a [Vec<usize>],
    values: &'a [f64],
    goal: Goal,
}

impl Told<'_> {
    fn main(&self, shares: &VarianceShares) -> Vec<MainEffect> {
        let mut effects: Vec<MainEffect> = (0..self.axes.len())
            .map(|axis| MainEffect {
                path: self.axes[axis].path.clone(),
                share: shares.main[axis],
                flat: shares.main[axis] < FLAT,
                levels: self.levels(axis),
            })
            .collect();
        effects.sort_by(|a, b| b.share.total_cmp(&a.share));
        effects
    }

    fn levels(&self, axis: usize) -> Vec<LevelMean> {
        let mut groups: Vec<Vec<f64>> = vec![Vec::new(); self.scales[axis].names.len()];
        self.design.iter().zip(self.values).for_each(|(point, &value)| groups[point[axis]].push(value));
        let better = |a: f64, b: f64| if self.goal == Goal::Minimize { a.min(b) } else { a.max(b) };
        let level = |(name, group): (&String, Vec<f64>)| LevelMean {
            level: name.clone(),
            trials: group.len() as u64,
            mean: mean(&group),
            best: group.into_iter().reduce(better),
        };
        self.scales[axis].names.iter().zip(groups).map(level).collect()
    }

    fn interactions(&self, shares: &VarianceShares) -> Vec<Interaction> {
        let told = shares.pairs.iter().filter(|(_, share)| *share >= FLAT);
        let mut interactions: Vec<Interaction> = told
            .map(|&((a, b), share)| Interaction {
                a: self.axes[a].path.clone(),
                b: self.axes[b].path.clone(),
                share,
                means: self.means(a, b),
            })
            .collect();
        interactions.sort_by(|a, b| b.share.total_cmp(&a.share));
        interactions
    }

    fn means(&self, a: usize, b: usize) -> Vec<Vec<Option<f64>>> {
        let [rows, columns] = [a, b].map(|axis| self.scales[axis].names.len());
        let mut groups = vec![vec![Vec::new(); columns]; rows];
        self.design.iter().zip(self.values).for_each(|(point, &value)| groups[point[a]][point[b]].push(value));
        groups.iter().map(|row| row.iter().map(|group| mean(group)).collect()).collect()
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().fold(0.0, |sum, value| sum + value) / values.len() as f64)
}
