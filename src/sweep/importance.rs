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
    let (method, shares, r_squared) = if let Some(shares) = functional_anova(&sizes, &design, &response) {
        ("exact", shares, None)
    } else {
        let forest = forest_anova(&sizes, &design, &response, SEED)?;
        ("forest", forest.shares, forest.r_squared)
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
        for trial in points {
            counts[trial.levels[index]] += 1;
        }
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

#[cfg(test)]
mod tests {
    use super::super::fixture::trial;
    use super::*;

    fn axis(path: &str, levels: usize) -> AxisSummary {
        AxisSummary { path: path.to_owned(), levels: (0..levels).map(|level| format!("{level}")).collect() }
    }

    fn cost() -> Objective {
        Objective::default()
    }

    #[test]
    fn a_full_grid_is_exact_and_flat_axes_are_marked() {
        let axes = [axis("a", 2), axis("b", 3), axis("c", 2)];
        let mut trials = vec![trial("null", &[])];
        let mut values = vec![Some(1e9)];
        for (a, b, c) in (0..12).map(|i| (i / 6, i / 2 % 3, i % 2)) {
            trials.push(trial(&format!("t{a}{b}{c}"), &[a, b, c]));
            // ln cost = 2·a + b²/2 − 3·[a = 1 and b = 2].
            let ln = 2.0 * a as f64 + (b * b) as f64 / 2.0 - if a == 1 && b == 2 { 3.0 } else { 0.0 };
            values.push(Some(ln.exp()));
        }
        let found = importance(&axes, &trials, &values, &cost()).unwrap();
        assert_eq!((found.method, found.r_squared, &*found.response), ("exact", None, "ln cost per month"));
        // By hand: means of a are 5/6 and 11/6, of b 1, 3/2, 3/2; V = 29/36, V_a = 1/4, V_b = 1/18, V_ab = 1/2.
        let shares: Vec<(&str, f64, bool)> = found.main.iter().map(|m| (&*m.path, m.share, m.flat)).collect();
        let expected = [("a", 9.0 / 29.0, false), ("b", 2.0 / 29.0, false), ("c", 0.0, true)];
        for (found, expected) in shares.iter().zip(expected) {
            assert!(
                found.0 == expected.0 && (found.1 - expected.1).abs() < 1e-9 && found.2 == expected.2,
                "{shares:?}"
            );
        }
        assert_eq!(found.interactions.len(), 1);
        assert!((found.interactions[0].share - 18.0 / 29.0).abs() < 1e-9 && found.rest < 1e-9);
        let level = &found.main[0].levels[1];
        assert_eq!((&*level.level, level.trials), ("1", 6));
        // The least of exp(2), exp(2.5), exp(1).
        assert!((level.best.unwrap() - 1.0_f64.exp()).abs() < 1e-9);
        assert!((found.interactions[0].means[1][2].unwrap() - 1.0_f64.exp()).abs() < 1e-9);
    }

    #[test]
    fn a_grid_with_holes_is_a_forest_that_finds_what_matters() {
        let axes = [axis("weak", 4), axis("strong", 4), axis("none", 5)];
        let (mut trials, mut values) = (Vec::new(), Vec::new());
        for i in (0..80_usize).filter(|i| i % 7 != 3) {
            let levels = [i % 4, i / 4 % 4, i / 16];
            trials.push(trial(&format!("t{i}"), &levels));
            values.push(Some(100.0 + 10.0 * levels[1] as f64 + 2.0 * levels[0] as f64));
        }
        let recall = Objective { goal: Goal::Maximize, metric: Metric::DetectionRecall, constraints: Vec::new() };
        let found = importance(&axes, &trials, &values, &recall).unwrap();
        assert_eq!((found.method, &*found.response), ("forest", "detection recall"));
        assert!(found.r_squared.unwrap() > 0.9, "{:?}", found.r_squared);
        // Without holes: 100/104, 4/104, 0.
        assert_eq!(found.main.iter().map(|m| &*m.path).collect::<Vec<_>>(), ["strong", "weak", "none"]);
        assert!((found.main[0].share - 100.0 / 104.0).abs() < 0.05 && found.main[2].flat, "{:?}", found.main);
        assert_eq!(found.main[0].levels[3].best, Some(136.0), "the best of what is made large is the largest");
        assert_eq!(importance(&axes, &trials, &values, &recall), Some(found), "the same bytes again");
    }

    #[test]
    fn a_continuous_axis_is_told_in_ranges() {
        let axes = [axis("x", 200), axis("y", 2)];
        let trials: Vec<Trial> = (0..200).map(|i| trial(&format!("t{i}"), &[i, i % 2])).collect();
        let values: Vec<Option<f64>> = (0..200).map(|i| Some(f64::from(i))).collect();
        let found = importance(&axes, &trials, &values, &cost()).unwrap();
        let x = &found.main[0];
        assert_eq!((&*x.path, x.levels.len()), ("x", MOST_LEVELS));
        assert_eq!(x.levels.iter().map(|level| level.trials).sum::<u64>(), 200);
        assert!(x.levels[0].level.starts_with("0 … ") && x.levels[15].level.ends_with(" … 199"), "{:?}", x.levels);
        assert!(x.levels.iter().all(|level| (11..=14).contains(&level.trials)), "{:?}", x.levels);
        assert_eq!(found.response, "cost per month", "a cost of 0 has no logarithm");
    }

    #[test]
    fn nothing_to_explain_is_flat_and_too_little_is_none() {
        let axes = [axis("a", 2)];
        let trials = [trial("t1", &[0]), trial("t2", &[1])];
        let found = importance(&axes, &trials, &[Some(5.0), Some(5.0)], &cost()).unwrap();
        assert!(found.main[0].flat && found.main[0].share == 0.0 && found.rest == 0.0);
        assert_eq!(importance(&axes, &trials, &[Some(5.0), None], &cost()), None);
        assert_eq!(importance(&[], &trials, &[Some(5.0), Some(6.0)], &cost()), None);
    }
}
