//! Looks at fixed times at a Poisson count, with the false-alarm probability spread over them (statistics.md §6).

use super::normal::{ln_normal_upper, normal_upper_point};
use super::poisson::{poisson_ln_pmf, poisson_upper};
use std::f64::consts::{E, LN_2};

/// Increments less likely than this are below the smallest `f64`.
const LN_NOTHING: f64 = -745.0;

/// Bits by which a boundary is searched for; a count has no more.
const MAX_BITS: u32 = 62;

/// How the false-alarm probability is spread over the information time (Lan & `DeMets` 1983).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spending {
    /// Like O'Brien & Fleming's: `2 (1 − Φ(z / √t))` with `z` the normal `1 − α/2` point; almost nothing early.
    OBrienFleming,
    /// Like Pocock's: `α ln(1 + (e − 1) t)`; nearly as easy early as late.
    Pocock,
    /// `α t`.
    Linear,
}

impl Spending {
    /// The false-alarm probability that may be spent up to information time `t` (the share of all that is expected to be
    /// seen, cut off at 0 and 1), `alpha` in all. In [0, `alpha`]. `None` unless 0 < `alpha` < 1 and `t` is a number.
    #[must_use]
    pub fn cumulative(self, alpha: f64, t: f64) -> Option<f64> {
        if !(alpha > 0.0 && alpha < 1.0) || t.is_nan() {
            return None;
        }
        let t = t.clamp(0.0, 1.0);
        Some(match self {
            Self::OBrienFleming => {
                let z = normal_upper_point(alpha.ln() - LN_2)?;
                (ln_normal_upper(z / t.sqrt()) + LN_2).exp()
            }
            Self::Pocock => alpha * ((E - 1.0) * t).ln_1p(),
            Self::Linear => alpha * t,
        })
    }
}

/// When to look at a count and what to alarm at.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupSequential {
    /// Per look, the smallest cumulative count that alarms; `None` where no count may (nothing to spend yet).
    pub boundaries: Vec<Option<u64>>,
    /// Per look, the probability of an alarm up to it if nothing is wrong; never above what may be spent.
    pub alpha_used: Vec<f64>,
}

/// Exact boundaries for a Poisson count with known cumulative expectation at each look: the smallest count at which the
/// probability of a first alarm at this look fits into what may be spent so far and was not. What a look leaves over (counts
/// are discrete) is carried to the next. Information time is the share of the last expectation.
///
/// About (largest boundary) × √(largest increment) steps per look. `None` where expectations fall, are negative or not
/// finite, or the last is 0, and for `alpha` out of range; empty without looks.
#[must_use]
pub fn poisson_group_sequential(
    cumulative_expected: &[f64],
    alpha: f64,
    spending: Spending,
) -> Option<GroupSequential> {
    let mut plan = GroupSequential { boundaries: Vec::new(), alpha_used: Vec::new() };
    let last = *cumulative_expected.last().unwrap_or(&1.0);
    let rising = cumulative_expected.is_sorted() && cumulative_expected.first().is_none_or(|first| *first >= 0.0);
    if !(rising && last > 0.0 && last.is_finite()) {
        return None;
    }
    let mut silent = Silent { probabilities: vec![1.0] };
    let (mut used, mut before) = (0.0, 0.0);
    for &expected in cumulative_expected {
        let budget = spending.cumulative(alpha, expected / last)? - used;
        let increment = expected - before;
        let boundary = silent.smallest_within(budget, increment);
        if let Some(count) = boundary {
            used += silent.reaches(count, increment);
        }
        silent = silent.after(increment, boundary);
        plan.boundaries.push(boundary);
        plan.alpha_used.push(used);
        before = expected;
    }
    Some(plan)
}

/// The count so far, on the paths without an alarm: `probabilities[n]` of count `n`; they sum to that of no alarm.
struct Silent {
    probabilities: Vec<f64>,
}

impl Silent {
    /// The probability of no alarm so far and at least `count` after an increment with this expectation.
    fn reaches(&self, count: u64, increment: f64) -> f64 {
        let each = (0..).zip(&self.probabilities).map(|(n, p): (u64, &f64)| {
            let missing = count.saturating_sub(n);
            if *p == 0.0 { 0.0 } else { p * poisson_upper(missing, increment).exp() }
        });
        each.sum()
    }

    /// The smallest count that is reached with probability at most `budget`.
    fn smallest_within(&self, budget: f64, increment: f64) -> Option<u64> {
        if budget <= 0.0 {
            return None;
        }
        let fits = |count: u64| self.reaches(count, increment) <= budget;
        let mut high = (0..=MAX_BITS).map(|bits| 1u64 << bits).find(|count| fits(*count))?;
        let mut low = 0;
        while low < high {
            let middle = low + (high - low) / 2;
            if fits(middle) { high = middle } else { low = middle + 1 }
        }
        Some(low)
    }

    /// The counts below the boundary after an increment; without a boundary, all of them that have a probability.
    fn after(&self, increment: f64, boundary: Option<u64>) -> Self {
        let steps = likely_increments(increment);
        let farthest = self.probabilities.len() + steps.last().map_or(0, |(step, _)| *step);
        let length = boundary.map_or(farthest, |count| farthest.min(count as usize));
        let mut probabilities = vec![0.0; length];
        for (n, from) in self.probabilities.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            for (step, p) in &steps {
                if let Some(to) = probabilities.get_mut(n + step) {
                    *to += from * p;
                }
            }
        }
        Self { probabilities }
    }
}

/// Increments with their probabilities, but for those below the smallest `f64`.
fn likely_increments(mean: f64) -> Vec<(usize, f64)> {
    let centre = mean.floor() as u64;
    let ln_pmf = |count: u64| poisson_ln_pmf(count, mean);
    let down = (0..centre).rev().take_while(|count| ln_pmf(*count) > LN_NOTHING).count() as u64;
    let counts = (centre - down..).take_while(|count| ln_pmf(*count) > LN_NOTHING);
    counts.map(|count| (count as usize, ln_pmf(count).exp())).collect()
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Spending; 3] = [Spending::OBrienFleming, Spending::Pocock, Spending::Linear];

    #[test]
    fn nothing_at_the_start_and_everything_at_the_end() {
        for spending in ALL {
            assert_eq!(spending.cumulative(0.01, 0.0), Some(0.0));
            assert!((spending.cumulative(0.01, 1.0).unwrap() - 0.01).abs() < 1e-15);
            assert_eq!(spending.cumulative(0.01, 1.5), spending.cumulative(0.01, 1.0));
            assert_eq!(spending.cumulative(1.0, 0.5), None);
            assert_eq!(spending.cumulative(0.01, f64::NAN), None);
        }
    }

    #[test]
    fn degenerate_looks() {
        let plan = |looks: &[f64]| poisson_group_sequential(looks, 0.05, Spending::Linear);
        assert_eq!(plan(&[]).unwrap().boundaries, []);
        assert_eq!(plan(&[2.0, 1.0]), None);
        assert_eq!(plan(&[-1.0, 1.0]), None);
        assert_eq!(plan(&[0.0]), None);
        assert_eq!(plan(&[1.0, f64::INFINITY]), None);
        assert_eq!(plan(&[f64::NAN]), None);
        assert_eq!(plan(&[0.0, 2.0]).unwrap().boundaries, [None, Some(6)]);
        let twice = plan(&[1.0, 1.0, 3.0]).unwrap();
        assert_eq!(twice.boundaries[0], twice.boundaries[1]);
        assert_eq!(twice.alpha_used[0], twice.alpha_used[1]);
    }

    #[test]
    fn one_look_is_the_fixed_test() {
        let plan = poisson_group_sequential(&[4.0], 0.05, Spending::OBrienFleming).unwrap();
        assert_eq!(plan.boundaries, [Some(9)]);
        assert!((plan.alpha_used[0] - poisson_upper(9, 4.0).exp()).abs() < 1e-15);
    }

    /// All paths of two looks, one by one.
    #[test]
    fn two_looks_by_enumeration() {
        let plan = poisson_group_sequential(&[1.5, 4.0], 0.02, Spending::Pocock).unwrap();
        let (first, second) = (plan.boundaries[0].unwrap(), plan.boundaries[1].unwrap());
        let reaches = |boundary: u64| -> f64 {
            let late = |n: u64| poisson_ln_pmf(n, 1.5).exp() * poisson_upper(boundary.saturating_sub(n), 2.5).exp();
            (0..first).map(late).sum()
        };
        let early = poisson_upper(first, 1.5).exp();
        assert!((plan.alpha_used[1] - early - reaches(second)).abs() < 1e-14);
        assert!(early + reaches(second) <= 0.02 && early + reaches(second - 1) > 0.02);
    }

    proptest! {
        #[test]
        fn never_spends_more_than_it_may(
            increments in prop::collection::vec(0.0..30.0_f64, 1..8), alpha in 1e-6..0.2_f64, kind in 0..3usize,
        ) {
            let looks: Vec<f64> = increments.iter().scan(0.1, |sum, x| { *sum += x; Some(*sum) }).collect();
            let plan = poisson_group_sequential(&looks, alpha, ALL[kind]).unwrap();
            for (used, look) in plan.alpha_used.iter().zip(&looks) {
                let may = ALL[kind].cumulative(alpha, look / looks[looks.len() - 1]).unwrap();
                prop_assert!(*used <= may * (1.0 + 1e-12));
            }
        }
    }
}
