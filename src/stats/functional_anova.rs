//! How much of a function's variance each of its arguments explains (functional ANOVA; Hooker 2007, Hutter, Hoos & Leyton-Brown 2014).
//!
//! Arguments take one of a few levels each, every combination weighs the same. With `m` the mean over all combinations, `m_i(l)` that of
//! those with level l of argument i, and `m_ij(k, l)` that of those with two levels, the variance splits into
//! `V_i = mean_l (m_i(l) − m)²` for each argument, `V_ij = mean_kl (m_ij(k, l) − m_i(k) − m_j(l) + m)²` for each pair, and a rest of three
//! and more at once.

/// Marginal means of a function over all combinations of levels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Marginals {
    /// Number of levels of each argument.
    sizes: Vec<usize>,
    mean: f64,
    /// By argument, then level.
    main: Vec<Vec<f64>>,
    /// By pair as [`pairs`] orders them, then level of the first × levels of the second + level of the second.
    pairs: Vec<Vec<f64>>,
}

/// Shares of the variance.
#[derive(Clone, Debug, PartialEq)]
pub struct VarianceShares {
    /// By argument, in [0, 1].
    pub main: Vec<f64>,
    /// By pair of arguments, first below second, in [0, 1].
    pub pairs: Vec<((usize, usize), f64)>,
    /// What neither arguments alone nor pairs explain, in [0, 1].
    pub rest: f64,
}

/// Pairs of arguments: (0, 1), (0, 2) … (1, 2) …
pub(super) fn pairs(arguments: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..arguments).flat_map(move |first| (first + 1..arguments).map(move |second| (first, second)))
}

impl Marginals {
    pub(super) fn zero(sizes: &[usize]) -> Self {
        Self {
            sizes: sizes.to_vec(),
            mean: 0.0,
            main: sizes.iter().map(|&size| vec![0.0; size]).collect(),
            pairs: pairs(sizes.len()).map(|(i, j)| vec![0.0; sizes[i] * sizes[j]]).collect(),
        }
    }

    /// Adds `value` to the function over a box: all combinations of these levels of each argument. Marginal means are exact sums, because a
    /// box's share of a marginal's combinations is a product.
    pub(super) fn add_box(&mut self, levels: &[Vec<usize>], value: f64) {
        let part: Vec<f64> =
            levels.iter().zip(&self.sizes).map(|(held, &all)| held.len() as f64 / all as f64).collect();
        let whole = value * part.iter().product::<f64>();
        self.mean += whole;
        for (i, held) in levels.iter().enumerate() {
            for &level in held {
                self.main[i][level] += whole / part[i];
            }
        }
        for ((i, j), sums) in pairs(levels.len()).zip(&mut self.pairs) {
            let (share, width) = (whole / (part[i] * part[j]), self.sizes[j]);
            for &first in &levels[i] {
                levels[j].iter().for_each(|&second| sums[first * width + second] += share);
            }
        }
    }

    pub(super) fn scale(&mut self, factor: f64) {
        let all = self.main.iter_mut().chain(&mut self.pairs).flatten();
        all.for_each(|mean| *mean *= factor);
        self.mean *= factor;
    }

    /// The shares of a total variance; all 0 where that is 0.
    pub(super) fn shares(&self, variance: f64) -> VarianceShares {
        let share = |explained: f64| if variance > 0.0 { (explained / variance).clamp(0.0, 1.0) } else { 0.0 };
        let main: Vec<f64> = self.main.iter().map(|means| share(mean_square(means, |_, m| m - self.mean))).collect();
        let pairs: Vec<((usize, usize), f64)> = pairs(self.sizes.len())
            .zip(&self.pairs)
            .map(|((i, j), means)| {
                let width = self.sizes[j];
                let both = |at: usize, m: f64| m - self.main[i][at / width] - self.main[j][at % width] + self.mean;
                ((i, j), share(mean_square(means, both)))
            })
            .collect();
        let told = main.iter().chain(pairs.iter().map(|(_, share)| share)).fold(0.0, |sum, share| sum + share);
        let rest = if variance > 0.0 { (1.0 - told).max(0.0) } else { 0.0 };
        VarianceShares { main, pairs, rest }
    }
}

fn mean_square(means: &[f64], deviation: impl Fn(usize, f64) -> f64) -> f64 {
    let squares = means.iter().enumerate().map(|(at, &m)| deviation(at, m).powi(2));
    squares.fold(0.0, |sum, square| sum + square) / means.len().max(1) as f64
}

/// The exact decomposition of values on a full grid: each combination of levels once, `points[r]` the levels of `values[r]`.
///
/// `None` where a combination is missing or there twice, a level is out of range, a value not finite, or the lengths differ.
#[must_use]
pub fn functional_anova(sizes: &[usize], points: &[Vec<usize>], values: &[f64]) -> Option<VarianceShares> {
    let cells = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))?;
    if cells != points.len() || points.len() != values.len() || cells == 0 {
        return None;
    }
    let mut seen = vec![false; cells];
    let mut marginals = Marginals::zero(sizes);
    for (point, &value) in points.iter().zip(values) {
        let cell = cell_of(sizes, point).filter(|&cell| !seen[cell] && value.is_finite())?;
        seen[cell] = true;
        marginals.add_box(&point.iter().map(|&level| vec![level]).collect::<Vec<_>>(), value);
    }
    let variance = mean_square(values, |_, value| value - marginals.mean);
    // Where all values are the same, rounding alone would make a variance.
    let scale = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    Some(marginals.shares(if variance <= (scale * 1e-12).powi(2) { 0.0 } else { variance }))
}

fn cell_of(sizes: &[usize], point: &[usize]) -> Option<usize> {
    if sizes.len() != point.len() {
        return None;
    }
    sizes.iter().zip(point).try_fold(0, |cell, (&size, &level)| (level < size).then(|| cell * size + level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(sizes: &[usize]) -> Vec<Vec<usize>> {
        sizes.iter().fold(vec![Vec::new()], |points, &size| {
            let more = |point: Vec<usize>| (0..size).map(move |level| [point.clone(), vec![level]].concat());
            points.into_iter().flat_map(more).collect()
        })
    }

    #[test]
    fn hand_computed() {
        // f = 3·a + b over two levels each: V = 9/4 + 1/4.
        let points = grid(&[2, 2]);
        let shares = functional_anova(&[2, 2], &points, &[0.0, 1.0, 3.0, 4.0]).unwrap();
        assert!((shares.main[0] - 0.9).abs() < 1e-12 && (shares.main[1] - 0.1).abs() < 1e-12, "{shares:?}");
        assert!(shares.pairs[0].1.abs() < 1e-12 && shares.rest.abs() < 1e-12);
        // f = 1 where both are the same: all of it is the pair.
        let shares = functional_anova(&[2, 2], &points, &[1.0, 0.0, 0.0, 1.0]).unwrap();
        assert!(shares.main.iter().all(|share| *share < 1e-12) && (shares.pairs[0].1 - 1.0).abs() < 1e-12);
        // Parity of three: nothing but the rest.
        let parity: Vec<f64> = grid(&[2, 2, 2]).iter().map(|p| (p.iter().sum::<usize>() % 2) as f64).collect();
        let shares = functional_anova(&[2, 2, 2], &grid(&[2, 2, 2]), &parity).unwrap();
        assert!((shares.rest - 1.0).abs() < 1e-12, "{shares:?}");
        // Nothing varies.
        let shares = functional_anova(&[2, 2], &points, &[0.1; 4]).unwrap();
        assert_eq!((shares.main, shares.rest), (vec![0.0, 0.0], 0.0));
    }

    #[test]
    fn only_a_full_grid_is_exact() {
        let points = grid(&[2, 2]);
        assert_eq!(functional_anova(&[2, 2], &points[..3], &[1.0; 3]), None);
        assert_eq!(functional_anova(&[2, 2], &[&points[..3], &points[..1]].concat(), &[1.0; 4]), None);
        assert_eq!(functional_anova(&[2, 2], &points, &[1.0, 2.0, f64::NAN, 3.0]), None);
        assert_eq!(functional_anova(&[4, 1], &points, &[1.0; 4]), None);
    }

    proptest! {
        #[test]
        fn shares_sum_to_one_in_any_order_of_rows(values in prop::collection::vec(-5.0..5.0_f64, 24)) {
            let (sizes, mut points) = ([2, 3, 4], grid(&[2, 3, 4]));
            let shares = functional_anova(&sizes, &points, &values).unwrap();
            let sum: f64 = shares.main.iter().sum::<f64>() + shares.pairs.iter().map(|p| p.1).sum::<f64>() + shares.rest;
            prop_assert!((sum - 1.0).abs() < 1e-9, "{}", sum);
            points.reverse();
            let turned: Vec<f64> = values.iter().rev().copied().collect();
            let other = functional_anova(&sizes, &points, &turned).unwrap();
            prop_assert!(shares.main.iter().zip(&other.main).all(|(a, b)| (a - b).abs() < 1e-9));
        }
    }
}
