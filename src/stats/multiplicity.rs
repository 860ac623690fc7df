//! Adjusted p-values for families of tests.

use serde::{Deserialize, Serialize};

/// How p-values are adjusted for the number of tests. An adjusted p-value ≤ q is a rejection at level q.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// As they are.
    None,
    /// Family-wise, any dependence.
    Bonferroni,
    /// Family-wise, any dependence, never weaker than Bonferroni (Holm 1979).
    Holm,
    /// Family-wise under positive dependence (Hochberg 1988).
    Hochberg,
    /// False discovery rate under positive dependence (Benjamini & Hochberg 1995).
    #[default]
    BenjaminiHochberg,
    /// False discovery rate, any dependence (Benjamini & Yekutieli 2001).
    BenjaminiYekutieli,
}

impl Correction {
    pub const ALL: [Self; 6] =
        [Self::None, Self::Bonferroni, Self::Holm, Self::Hochberg, Self::BenjaminiHochberg, Self::BenjaminiYekutieli];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bonferroni => "bonferroni",
            Self::Holm => "holm",
            Self::Hochberg => "hochberg",
            Self::BenjaminiHochberg => "benjamini_hochberg",
            Self::BenjaminiYekutieli => "benjamini_yekutieli",
        }
    }

    /// Adjusted p-values in the order of `p`, each in [0, 1] for p-values in [0, 1].
    ///
    /// `family` is the number of tests made; where it exceeds `p.len()`, the tests not listed had p = 1.
    #[must_use]
    pub fn adjust(self, p: &[f64], family: usize) -> Vec<f64> {
        let m = family.max(p.len()) as f64;
        match self {
            Self::None => p.to_vec(),
            Self::Bonferroni => p.iter().map(|p| (p * m).min(1.0)).collect(),
            Self::Holm => step_down(p, |i| m - i as f64),
            Self::Hochberg => step_up(p, |i| m - i as f64),
            Self::BenjaminiHochberg => step_up(p, |i| m / (i + 1) as f64),
            Self::BenjaminiYekutieli => {
                let harmonic = harmonic(family.max(p.len()));
                step_up(p, |i| m * harmonic / (i + 1) as f64)
            }
        }
    }

    /// Adjusted p-values in the order of `p` where tests that cannot reject at level `q` are dropped first ([`testable`]);
    /// theirs are 1. Valid as long as what each p-value can attain is fixed before the data, as it is for a conditional
    /// test given its total: the family is then chosen without a look at the p-values (Tarone 1990; for false discovery
    /// rates Gilbert 2005).
    ///
    /// `None` where `attainable` has another length than `p`, or as [`testable`].
    #[must_use]
    pub fn adjust_testable(self, p: &[f64], attainable: &[f64], q: f64) -> Option<Vec<f64>> {
        let kept = testable(attainable, q).filter(|_| attainable.len() == p.len())?;
        let chosen: Vec<f64> = kept.iter().map(|i| p[*i]).collect();
        let mut adjusted = vec![1.0; p.len()];
        for (index, value) in kept.iter().zip(self.adjust(&chosen, chosen.len())) {
            adjusted[*index] = value;
        }
        Some(adjusted)
    }
}

/// Indices of the tests that can reject at level `q` in a family of this size, in order (Tarone 1990): those whose smallest
/// `attainable` p-value is at most `q/k`, for the smallest `k ≥ 1` that is not exceeded by the number of such tests. For the
/// conditional binomial with total `n` and share `w` the smallest is `wⁿ` (statistics.md §5).
///
/// `None` for a `q` outside (0, 1] and a NaN among `attainable`.
#[must_use]
pub fn testable(attainable: &[f64], q: f64) -> Option<Vec<usize>> {
    if !(q > 0.0 && q <= 1.0) || attainable.iter().any(|p| p.is_nan()) {
        return None;
    }
    let within = |k: usize| move |p: &f64| *p <= q / k as f64;
    let mut sorted = attainable.to_vec();
    sorted.sort_by(f64::total_cmp);
    let k = (1..=sorted.len()).find(|k| sorted.partition_point(within(*k)) <= *k).unwrap_or(1);
    Some((0..attainable.len()).filter(|i| within(k)(&attainable[*i])).collect())
}

/// `1 + ½ + … + 1/m`.
fn harmonic(m: usize) -> f64 {
    (1..=m).rev().map(|i| (i as f64).recip()).sum()
}

/// Indices of `p` from the smallest p-value to the largest.
fn order(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[i].total_cmp(&p[j]));
    order
}

/// Running maximum from the smallest p-value up; `factor` by rank from 0.
fn step_down(p: &[f64], factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut adjusted = vec![1.0; p.len()];
    let mut highest = 0.0_f64;
    for (rank, index) in order(p).into_iter().enumerate() {
        highest = highest.max(p[index] * factor(rank)).min(1.0);
        adjusted[index] = highest;
    }
    adjusted
}

/// Running minimum from the largest p-value down; `factor` by rank from 0.
fn step_up(p: &[f64], factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut adjusted = vec![1.0; p.len()];
    let mut lowest = 1.0_f64;
    for (rank, index) in order(p).into_iter().enumerate().rev() {
        lowest = lowest.min(p[index] * factor(rank));
        adjusted[index] = lowest;
    }
    adjusted
}

/// Simes' p-value (1986) that none of a group's hypotheses is false: the smallest `m p₍ᵢ₎ / i`. 1 for an empty group.
#[must_use]
pub fn simes(p: &[f64]) -> f64 {
    Correction::BenjaminiHochberg.adjust(p, p.len()).into_iter().fold(1.0, f64::min)
}

/// Estimated share of true null hypotheses from the p-values above `lambda`, 0 ≤ lambda < 1, at most 1: Storey (2002), or
/// with one more counted (Storey, Taylor & Siegmund 2004) where `finite_sample`. `None` without p-values.
#[must_use]
pub fn storey_pi0(p: &[f64], lambda: f64, finite_sample: bool) -> Option<f64> {
    if p.is_empty() || !(0.0..1.0).contains(&lambda) {
        return None;
    }
    let above = p.iter().filter(|p| **p > lambda).count() + usize::from(finite_sample);
    Some((above as f64 / (p.len() as f64 * (1.0 - lambda))).min(1.0))
}

/// Storey's q-values: Benjamini–Hochberg's times the finite-sample share of true nulls. `None` as [`storey_pi0`].
#[must_use]
pub fn storey_q(p: &[f64], lambda: f64) -> Option<Vec<f64>> {
    let share = storey_pi0(p, lambda, true)?;
    Some(Correction::BenjaminiHochberg.adjust(p, p.len()).into_iter().map(|q| q * share).collect())
}

/// What a two-level procedure found; indices from 0, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoLevel {
    /// Simes' p-value of each group.
    pub simes: Vec<f64>,
    /// Groups that Benjamini–Hochberg selects at level q.
    pub selected: Vec<usize>,
    /// Level inside selected groups: `q × selected ÷ groups`.
    pub within_level: f64,
    /// Rejected hypotheses of each group; empty where it is not selected.
    pub rejected: Vec<Vec<usize>>,
}

/// False discovery rate over groups, then inside the selected ones (Benjamini & Bogomolov 2014): deploys, then signatures.
#[must_use]
pub fn two_level(groups: &[Vec<f64>], q: f64) -> TwoLevel {
    let simes: Vec<f64> = groups.iter().map(|group| simes(group)).collect();
    let selected = rejections(&simes, q);
    let within_level = q * selected.len() as f64 / groups.len().max(1) as f64;
    let mut rejected = vec![Vec::new(); groups.len()];
    for &group in &selected {
        rejected[group] = rejections(&groups[group], within_level);
    }
    TwoLevel { simes, selected, within_level, rejected }
}

/// Indices that Benjamini–Hochberg rejects at `level`.
fn rejections(p: &[f64], level: f64) -> Vec<usize> {
    let adjusted = Correction::BenjaminiHochberg.adjust(p, p.len());
    (0..p.len()).filter(|&i| adjusted[i] <= level).collect()
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Benjamini & Hochberg as published: the largest k with p₍ₖ₎ ≤ k q / m; reject the k smallest.
    fn naive_bh(p: &[f64], m: usize, q: f64) -> Vec<bool> {
        let mut sorted = p.to_vec();
        sorted.sort_by(f64::total_cmp);
        let k = (1..=p.len()).rev().find(|&k| sorted[k - 1] * m as f64 / k as f64 <= q);
        p.iter().map(|p| k.is_some_and(|k| *p <= sorted[k - 1])).collect()
    }

    #[test]
    fn empty_families() {
        for correction in Correction::ALL {
            assert!(correction.adjust(&[], 10).is_empty());
        }
        assert_eq!(simes(&[]), 1.0);
        assert_eq!(storey_pi0(&[], 0.5, true), None);
        assert!(two_level(&[], 0.1).selected.is_empty());
    }

    #[test]
    fn names_are_those_of_the_configuration() {
        for correction in Correction::ALL {
            let text = serde_json::to_string(&correction).unwrap();
            assert_eq!(text, format!("\"{}\"", correction.name()));
            assert_eq!(serde_json::from_str::<Correction>(&text).unwrap(), correction);
        }
    }

    #[test]
    fn testable_by_hand() {
        // q/k: .05, .025, .0167, .0125; so many within: 4, 3, 2: k = 3.
        let attainable = [0.001, 0.04, 0.02, 0.015, 0.3];
        assert_eq!(testable(&attainable, 0.05), Some(vec![0, 3]));
        assert_eq!(testable(&[0.9, 0.8], 0.05), Some(vec![]));
        assert_eq!(testable(&[0.0; 3], 0.05), Some(vec![0, 1, 2]));
        assert_eq!(testable(&[], 0.05), Some(vec![]));
        assert_eq!(testable(&[0.1], 0.0), None);
        assert_eq!(testable(&[f64::NAN], 0.05), None);
        let p = [0.004, 0.04, 0.5, 0.02, 1.0];
        let bonferroni = Correction::Bonferroni.adjust_testable(&p, &attainable, 0.05).unwrap();
        assert_eq!(bonferroni, [0.008, 1.0, 1.0, 0.04, 1.0]);
        assert_eq!(Correction::Bonferroni.adjust_testable(&p, &attainable[1..], 0.05), None);
    }

    proptest! {
        #[test]
        fn dropping_loses_no_rejection(
            tests in prop::collection::vec((0.0..0.2_f64, 0.0..1.0_f64), 1..30), q in 0.01..0.3_f64,
        ) {
            // What is attainable is never above what was attained.
            let attainable: Vec<f64> = tests.iter().map(|test| test.0).collect();
            let p: Vec<f64> = tests.iter().map(|test| test.0 + (1.0 - test.0) * test.1.powi(4)).collect();
            let kept = testable(&attainable, q).unwrap();
            for correction in [Correction::Bonferroni, Correction::Holm] {
                let (all, fewer) = (correction.adjust(&p, 0), correction.adjust_testable(&p, &attainable, q).unwrap());
                for i in kept.iter().copied() {
                    prop_assert!(fewer[i] <= all[i]);
                }
                let dropped = (0..p.len()).filter(|i| !kept.contains(i));
                prop_assert!(dropped.clone().all(|i| fewer[i] == 1.0));
                prop_assert!(correction == Correction::Holm || dropped.clone().all(|i| all[i] > q));
            }
        }

        #[test]
        fn bh_is_the_published_procedure(p in prop::collection::vec(0.0..1.0_f64, 1..40), more in 0..40usize, q in 0.01..0.5_f64) {
            let m = p.len() + more;
            let adjusted = Correction::BenjaminiHochberg.adjust(&p, m);
            let rejected: Vec<bool> = adjusted.iter().map(|a| *a <= q).collect();
            prop_assert_eq!(rejected, naive_bh(&p, m, q));
        }

        #[test]
        fn a_larger_family_is_the_same_as_listing_ones(p in prop::collection::vec(0.0..1.0_f64, 1..20), more in 0..20usize) {
            let mut listed = p.clone();
            listed.resize(p.len() + more, 1.0);
            for correction in Correction::ALL {
                let short = correction.adjust(&p, listed.len());
                prop_assert_eq!(&short[..], &correction.adjust(&listed, 0)[..p.len()]);
            }
        }

        #[test]
        fn order_strength_and_range(p in prop::collection::vec(0.0..1.0_f64, 1..40)) {
            let by = |correction: Correction| correction.adjust(&p, 0);
            let (raw, bonferroni, holm) = (by(Correction::None), by(Correction::Bonferroni), by(Correction::Holm));
            let (hochberg, bh, yekutieli) =
                (by(Correction::Hochberg), by(Correction::BenjaminiHochberg), by(Correction::BenjaminiYekutieli));
            for i in 0..p.len() {
                prop_assert!(raw[i] <= bh[i] && bh[i] <= hochberg[i] && hochberg[i] <= holm[i] && holm[i] <= bonferroni[i]);
                prop_assert!(bh[i] <= yekutieli[i] && yekutieli[i] <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || bh[i] <= bh[j]);
                }
            }
        }
    }
}
