//! A random forest over a few levels per argument, for functional ANOVA where combinations are missing.
//!
//! Regression trees on bootstrap samples (Breiman 2001). A split puts the levels of one argument in order of their mean response and cuts
//! that order where the squared error falls most, which for squared error is the best of all splits into two sets (Breiman et al. 1984,
//! 4.2.2). A leaf is then a box, a set of levels of each argument, and marginal means over all combinations are exact sums over leaves
//! (Hutter, Hoos & Leyton-Brown 2014).

use super::functional_anova::{Marginals, VarianceShares};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const TREES: usize = 64;
/// Depth of a tree, rows of a leaf, and the share of the arguments that a split may choose from: those of the forests of the source.
const MAX_DEPTH: usize = 20;
const MIN_LEAF: usize = 3;
const TRIED: f64 = 5.0 / 6.0;
/// Combinations at which the forest's variance is taken; all, where there are no more.
const POINTS: usize = 1 << 14;

/// The forest's shares and how well it predicts rows that a tree has not seen.
#[derive(Clone, Debug, PartialEq)]
pub struct ForestShares {
    pub shares: VarianceShares,
    /// Out-of-bag R²: 1 − Σ(value − prediction)² ÷ Σ(value − mean)²; `None`: nothing varies, or no row was out of a bag.
    pub r_squared: Option<f64>,
}

enum Node {
    Leaf {
        value: f64,
    },
    /// Levels of the argument that go left.
    Split {
        argument: usize,
        left_levels: Vec<bool>,
        left: usize,
        right: usize,
    },
}

struct Tree {
    /// The root is the last.
    nodes: Vec<Node>,
}

/// Rows of a design: `points[r]` the levels of `values[r]`.
struct Rows<'a> {
    sizes: &'a [usize],
    points: &'a [Vec<usize>],
    values: &'a [f64],
}

/// The shares of the variance over all combinations of levels, of a forest grown on some of them; the same seed gives the same bytes.
///
/// `None` with fewer than 10 rows, where a level is out of range, a value not finite, or the lengths differ.
#[must_use]
pub fn forest_anova(sizes: &[usize], points: &[Vec<usize>], values: &[f64], seed: u64) -> Option<ForestShares> {
    let in_range = |p: &Vec<usize>| p.len() == sizes.len() && p.iter().zip(sizes).all(|(level, size)| level < size);
    let usable = points.len() >= 10 && points.len() == values.len() && values.iter().all(|value| value.is_finite());
    if !usable || sizes.is_empty() || !points.iter().all(in_range) {
        return None;
    }
    let rows = Rows { sizes, points, values };
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut marginals, mut trees) = (Marginals::zero(sizes), Vec::with_capacity(TREES));
    let mut out_of_bag = vec![(0.0, 0_u32); points.len()];
    for _ in 0..TREES {
        let mut bag: Vec<u32> = (0..points.len()).map(|_| rng.random_range(0..points.len()) as u32).collect();
        let mut drawn = vec![false; points.len()];
        for &row in &bag {
            drawn[row as usize] = true;
        }
        let mut tree = Tree { nodes: Vec::new() };
        let mut every: Vec<Vec<usize>> = sizes.iter().map(|&size| (0..size).collect()).collect();
        tree.grow(&rows, &mut bag, 0, &mut rng);
        for (row, sum) in out_of_bag.iter_mut().enumerate().filter(|(row, _)| !drawn[*row]) {
            *sum = (sum.0 + tree.predict(&points[row]), sum.1 + 1);
        }
        tree.add_leaves(tree.nodes.len() - 1, &mut every, &mut marginals);
        trees.push(tree);
    }
    marginals.scale(1.0 / TREES as f64);
    let variance = variance(sizes, &trees, &mut rng);
    Some(ForestShares { shares: marginals.shares(variance), r_squared: r_squared(values, &out_of_bag) })
}

/// Of the forest over all combinations, or over as many as [`POINTS`] drawn at random.
fn variance(sizes: &[usize], trees: &[Tree], rng: &mut ChaCha8Rng) -> f64 {
    let cells = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size)).filter(|&all| all <= POINTS);
    let mut point = vec![0; sizes.len()];
    let (mut sum, mut squares) = (0.0, 0.0);
    let count = cells.unwrap_or(POINTS);
    let around = predict(trees, &point);
    for cell in 0..count {
        let mut rest = cell;
        for (level, &size) in point.iter_mut().zip(sizes).rev() {
            *level = if cells.is_some() { rest % size } else { rng.random_range(0..size) };
            rest /= size;
        }
        // Around one of them, so that squares of large means do not drown the variance.
        let value = predict(trees, &point) - around;
        (sum, squares) = (sum + value, squares + value * value);
    }
    let n = count as f64;
    (squares / n - (sum / n).powi(2)).max(0.0)
}

fn predict(trees: &[Tree], point: &[usize]) -> f64 {
    trees.iter().map(|tree| tree.predict(point)).fold(0.0, |sum, value| sum + value) / trees.len() as f64
}

fn r_squared(values: &[f64], out_of_bag: &[(f64, u32)]) -> Option<f64> {
    let judged = || values.iter().zip(out_of_bag).filter(|(_, (_, trees))| *trees > 0);
    let mean = judged().map(|(value, _)| value).sum::<f64>() / judged().count().max(1) as f64;
    let around = judged().map(|(value, _)| (value - mean).powi(2)).sum::<f64>();
    let missed = judged().map(|(value, (sum, n))| (value - sum / f64::from(*n)).powi(2)).sum::<f64>();
    // Where all values are the same, rounding alone would make a spread.
    let rounding = (mean * 1e-12).powi(2) * judged().count() as f64;
    (around > rounding).then(|| 1.0 - missed / around)
}

impl Tree {
    /// Grows the nodes below one that holds these rows, and returns its index.
    fn grow(&mut self, rows: &Rows, held: &mut [u32], depth: usize, rng: &mut ChaCha8Rng) -> usize {
        let split = if depth < MAX_DEPTH && held.len() >= 2 * MIN_LEAF { best_split(rows, held, rng) } else { None };
        let node = match split {
            None => {
                let sum = held.iter().map(|&row| rows.values[row as usize]).fold(0.0, |sum, value| sum + value);
                Node::Leaf { value: sum / held.len().max(1) as f64 }
            }
            Some((argument, left_levels)) => {
                let goes_left = |row: u32| left_levels[rows.points[row as usize][argument]];
                held.sort_by_key(|&row| !goes_left(row));
                let middle = held.partition_point(|&row| goes_left(row));
                let (left, right) = held.split_at_mut(middle);
                let (left, right) = (self.grow(rows, left, depth + 1, rng), self.grow(rows, right, depth + 1, rng));
                Node::Split { argument, left_levels, left, right }
            }
        };
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn predict(&self, point: &[usize]) -> f64 {
        let mut at = self.nodes.len() - 1;
        loop {
            match &self.nodes[at] {
                Node::Leaf { value } => return *value,
                Node::Split { argument, left_levels, left, right } => {
                    at = if left_levels[point[*argument]] { *left } else { *right };
                }
            }
        }
    }

    /// Adds the leaves below a node whose box is `held`.
    fn add_leaves(&self, at: usize, held: &mut [Vec<usize>], marginals: &mut Marginals) {
        match &self.nodes[at] {
            Node::Leaf { value } => marginals.add_box(held, *value),
            Node::Split { argument, left_levels, left, right } => {
                let all = std::mem::take(&mut held[*argument]);
                let (to_left, to_right) = all.iter().partition(|&&level| left_levels[level]);
                held[*argument] = to_left;
                self.add_leaves(*left, held, marginals);
                held[*argument] = to_right;
                self.add_leaves(*right, held, marginals);
                held[*argument] = all;
            }
        }
    }
}

/// The argument and the levels that go left; `None`: no split lowers the squared error.
fn best_split(rows: &Rows, held: &[u32], rng: &mut ChaCha8Rng) -> Option<(usize, Vec<bool>)> {
    let mut arguments: Vec<usize> = (0..rows.sizes.len()).collect();
    let tried = ((arguments.len() as f64 * TRIED).ceil() as usize).max(1);
    for at in 0..tried {
        let other = rng.random_range(at..arguments.len());
        arguments.swap(at, other);
    }
    let values = || held.iter().map(|&row| rows.values[row as usize]);
    let mean = values().fold(0.0, |sum, value| sum + value) / held.len() as f64;
    let spread = values().fold(0.0, |sum, value| sum + (value - mean).powi(2));
    // Rounding is no reason to split.
    let mut best = (spread.max(mean * mean * held.len() as f64) * 1e-12, None);
    for &argument in &arguments[..tried] {
        if let Some((gain, left)) = best_cut(rows, held, argument, mean) {
            if gain > best.0 {
                best = (gain, Some((argument, left)));
            }
        }
    }
    best.1
}

/// How far cutting an argument's levels in two lowers the squared error, and the levels on the left.
fn best_cut(rows: &Rows, held: &[u32], argument: usize, mean: f64) -> Option<(f64, Vec<bool>)> {
    let mut levels: Vec<(f64, f64, usize)> = (0..rows.sizes[argument]).map(|level| (0.0, 0.0, level)).collect();
    for &row in held {
        let tally = &mut levels[rows.points[row as usize][argument]];
        *tally = (tally.0 + rows.values[row as usize] - mean, tally.1 + 1.0, tally.2);
    }
    levels.retain(|tally| tally.1 > 0.0);
    levels.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)).then(a.2.cmp(&b.2)));
    let (least, all) = (MIN_LEAF as f64, held.len() as f64);
    let (mut sum, mut n, mut best) = (0.0, 0.0, (0.0, 0));
    for (at, tally) in levels.iter().enumerate().take(levels.len().saturating_sub(1)) {
        (sum, n) = (sum + tally.0, n + tally.1);
        // The sums of both sides cancel: deviations from the mean.
        let gain = sum * sum / n + sum * sum / (all - n);
        if n >= least && all - n >= least && gain > best.0 {
            best = (gain, at + 1);
        }
    }
    if best.1 == 0 {
        return None;
    }
    let mut left = vec![false; rows.sizes[argument]];
    levels[..best.1].iter().for_each(|tally| left[tally.2] = true);
    // Levels that no row here has go with the larger side.
    let larger_is_left = 2.0 * levels[..best.1].iter().fold(0.0, |n, tally| n + tally.1) > all;
    let mut absent = vec![true; rows.sizes[argument]];
    for tally in &levels {
        absent[tally.2] = false;
    }
    left.iter_mut().zip(absent).filter(|(_, absent)| *absent).for_each(|(left, _)| *left = larger_is_left);
    Some((best.0, left))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of a design drawn at random, and a function of their levels.
    fn drawn(sizes: &[usize], rows: usize, f: impl Fn(&[usize]) -> f64) -> (Vec<Vec<usize>>, Vec<f64>) {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let points: Vec<Vec<usize>> =
            (0..rows).map(|_| sizes.iter().map(|&size| rng.random_range(0..size)).collect()).collect();
        let values = points.iter().map(|point| f(point)).collect();
        (points, values)
    }

    #[test]
    fn a_sample_shows_the_shares_of_the_whole() {
        // Two main effects of variances 8 and 2, and 2.25 that the last two make together.
        let sizes = [3, 4, 5, 2];
        let f = |p: &[usize]| {
            let pair = if (p[2] < 2) == (p[3] == 0) { 1.0 } else { -1.0 };
            [-1.0, 0.0, 1.0][p[0]] * 12.0_f64.sqrt() + [-1.0, 1.0, -1.0, 1.0][p[1]] * 2.0_f64.sqrt() + 1.5 * pair
        };
        let points: Vec<Vec<usize>> = (0..120).map(|i| vec![i / 40, i / 10 % 4, i / 2 % 5, i % 2]).collect();
        let values: Vec<f64> = points.iter().map(|point| f(point)).collect();
        let exact = crate::stats::functional_anova(&sizes, &points, &values).unwrap();
        let (some, some_values) = drawn(&sizes, 600, f);
        let forest = forest_anova(&sizes, &some, &some_values, 7).unwrap();
        assert!(forest.r_squared.unwrap() > 0.95, "{:?}", forest.r_squared);
        for (found, expected) in forest.shares.main.iter().zip(&exact.main) {
            assert!((found - expected).abs() < 0.03, "{:?} {:?}", forest.shares, exact);
        }
        for (found, expected) in forest.shares.pairs.iter().zip(&exact.pairs) {
            assert!((found.1 - expected.1).abs() < 0.03, "{:?} {:?}", forest.shares, exact);
        }
        assert_eq!(forest_anova(&sizes, &some, &some_values, 7), Some(forest));
    }

    #[test]
    fn noise_is_not_explained() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let (points, _) = drawn(&[4, 4], 300, |_| 0.0);
        let noise: Vec<f64> = points.iter().map(|_| rng.random_range(0.0..1.0)).collect();
        let forest = forest_anova(&[4, 4], &points, &noise, 1).unwrap();
        assert!(forest.r_squared.unwrap() < 0.1, "{:?}", forest.r_squared);
        let same = forest_anova(&[4, 4], &points, &vec![0.1; 300], 1).unwrap();
        assert_eq!((same.shares.main, same.r_squared), (vec![0.0, 0.0], None));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        let (points, values) = drawn(&[2, 2], 20, |p| p[0] as f64);
        assert_eq!(forest_anova(&[2, 2], &points[..9], &values[..9], 1), None);
        assert_eq!(forest_anova(&[1, 2], &points, &values, 1), None);
        assert_eq!(forest_anova(&[2, 2], &points, &[&values[..19], &[f64::NAN]].concat(), 1), None);
    }

    #[test]
    fn a_split_parts_the_levels_by_their_means() {
        // Levels 0 and 2 are high: no threshold parts them from 1 and 3.
        let points: Vec<Vec<usize>> = (0..40).map(|i| vec![i % 4]).collect();
        let values: Vec<f64> = points.iter().map(|p| f64::from(u8::from(p[0] % 2 == 0))).collect();
        let rows = Rows { sizes: &[4], points: &points, values: &values };
        let held: Vec<u32> = (0..40).collect();
        let (gain, left) = best_cut(&rows, &held, 0, 0.5).unwrap();
        assert_eq!(left, [false, true, false, true]);
        assert!((gain - 10.0).abs() < 1e-12, "40 rows of variance 1/4");
    }
}
