//! How much a normalizer that asks a model changes when the model or its prompt does.

use crate::stats::{Estimate, PairCounts, normal_quantile};
use serde::Serialize;
use std::collections::BTreeMap;

/// Agreement of two assignments of the same templates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// Templates with the same signature in both. Signatures are called after their first template: where that one moved, all of
    /// its group count as moved.
    pub assigned: Estimate,
    /// Pairs of templates that are together in both, of those that are together in either (twice the common ones ÷ the sum; Dice
    /// 1945): whatever the signatures are called.
    pub together: PairShare,
    /// Pairs that are together in both or apart in both, of all (Rand 1971). Near 1 wherever there are many signatures.
    pub alike: PairShare,
    /// The same beyond chance: Cohen's kappa of the pairs, which is the adjusted Rand index (Warrens 2008). `None` below two
    /// templates.
    pub kappa: Option<f64>,
}

/// A share of pairs with its 95 % interval. Pairs that share a template are not independent: the interval is that of the
/// templates, by leaving out each in turn (jackknife; Efron & Stein 1981).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairShare {
    /// In [0, 1]; `None` where there is no such pair.
    pub value: Option<f64>,
    /// Ends in [0, 1]; `None` where leaving a template out changes nothing, as where all pairs agree: see `assigned` then.
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Drift {
    /// `a[i]` and `b[i]` are the signatures of template `i`. `None` for lists of different lengths.
    #[must_use]
    pub fn of<S: Ord>(a: &[S], b: &[S]) -> Option<Self> {
        if a.len() != b.len() {
            return None;
        }
        let same = a.iter().zip(b).filter(|(a, b)| a == b).count();
        let by_template = pairs_by_template(a, b);
        let half = |count: fn(&PairCounts) -> u64| by_template.iter().map(count).sum::<u64>() / 2;
        let all = PairCounts {
            true_positives: half(|pairs| pairs.true_positives),
            false_positives: half(|pairs| pairs.false_positives),
            false_negatives: half(|pairs| pairs.false_negatives),
            true_negatives: half(|pairs| pairs.true_negatives),
        };
        let enough = a.len() > 1;
        Some(Self {
            assigned: Estimate::ratio(same as u64, a.len() as u64),
            together: PairShare::of(&all, &by_template, PairCounts::f1),
            alike: PairShare::of(&all, &by_template, |pairs| enough.then(|| pairs.rand())),
            kappa: enough.then(|| all.adjusted_rand()),
        })
    }
}

/// The pairs that each template is part of.
fn pairs_by_template<S: Ord>(a: &[S], b: &[S]) -> Vec<PairCounts> {
    let (mut in_a, mut in_b, mut in_both) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (a, b) in a.iter().zip(b) {
        *in_a.entry(a).or_insert(0) += 1;
        *in_b.entry(b).or_insert(0) += 1;
        *in_both.entry((a, b)).or_insert(0) += 1;
    }
    let of = |(a, b)| {
        let (with_a, with_b, both): (u64, u64, u64) = (in_a[a], in_b[b], in_both[&(a, b)]);
        PairCounts {
            true_positives: both - 1,
            false_positives: with_b - both,
            false_negatives: with_a - both,
            true_negatives: in_all(&in_a) + both - with_a - with_b,
        }
    };
    a.iter().zip(b).map(of).collect()
}

fn in_all<S>(sizes: &BTreeMap<S, u64>) -> u64 {
    sizes.values().sum()
}

impl PairShare {
    fn of(all: &PairCounts, by_template: &[PairCounts], share: impl Fn(&PairCounts) -> Option<f64>) -> Self {
        let value = share(all);
        let without: Option<Vec<f64>> = by_template.iter().map(|pairs| share(&minus(all, pairs))).collect();
        let deviation = without.filter(|without| without.len() > 1).map(|without| {
            let n = without.len() as f64;
            let mean = without.iter().sum::<f64>() / n;
            ((n - 1.0) / n * without.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt()
        });
        let margin = deviation.filter(|deviation| *deviation > 0.0).map(|deviation| normal_quantile(0.975) * deviation);
        let end = |sign: f64| Some((value? + sign * margin?).clamp(0.0, 1.0));
        Self { value, low: end(-1.0), high: end(1.0) }
    }
}

fn minus(all: &PairCounts, some: &PairCounts) -> PairCounts {
    PairCounts {
        true_positives: all.true_positives - some.true_positives,
        false_positives: all.false_positives - some.false_positives,
        false_negatives: all.false_negatives - some.false_negatives,
        true_negatives: all.true_negatives - some.true_negatives,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Clustering;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        // Together in both: 01. In the first only: 02, 12. In the second only: 23.
        let drift = Drift::of(&["a", "a", "a", "d"], &["a", "a", "c", "c"]).unwrap();
        assert_eq!((drift.assigned.numerator, drift.assigned.denominator), (2, 4));
        assert_eq!(drift.together.value, Some(0.4));
        assert_eq!(drift.alike.value, Some(0.5));
        // Left out in turn: 0 of 0,2;1;.. → 2·0/(0+1+1), the same, 2·1/(2+0+0), 2·1/(2+2+0).
        let (mean, n) = (0.375, 4.0_f64);
        let sum: f64 = [0.0_f64, 0.0, 1.0, 0.5].iter().map(|x| (x - mean).powi(2)).sum();
        let margin = 1.959_963_985 * ((n - 1.0) / n * sum).sqrt();
        assert_eq!(drift.together.low, Some(0.0));
        assert!((drift.together.high.unwrap() - (0.4 + margin).min(1.0)).abs() < 1e-9);
    }

    #[test]
    fn edges() {
        assert_eq!(Drift::of(&["a"], &[]), None);
        for none in [Drift::of::<&str>(&[], &[]).unwrap(), Drift::of(&["a"], &["a"]).unwrap()] {
            assert_eq!((none.together.value, none.alike.value, none.kappa), (None, None, None));
        }
        let same = Drift::of(&["a", "a", "b"], &["x", "x", "y"]).unwrap();
        assert_eq!((same.assigned.value, same.together.value, same.kappa), (Some(0.0), Some(1.0), Some(1.0)));
        assert_eq!((same.alike.low, same.alike.high), (None, None));
        assert!(same.assigned.low.is_some());
    }

    proptest! {
        #[test]
        fn pairs_are_those_of_the_clusterings(items in prop::collection::vec((0..4u8, 0..4u8), 2..30)) {
            let (a, b): (Vec<u8>, Vec<u8>) = items.into_iter().unzip();
            let (drift, pairs) = (Drift::of(&a, &b).unwrap(), Clustering::of(&a, &b).unwrap().pairs);
            prop_assert_eq!((drift.together.value, drift.alike.value), (pairs.f1(), Some(pairs.rand())));
            prop_assert_eq!(drift.kappa, Some(pairs.adjusted_rand()));
            let swapped = Drift::of(&b, &a).unwrap();
            prop_assert_eq!((drift.together, drift.alike), (swapped.together, swapped.alike));
            for share in [drift.together, drift.alike] {
                if let (Some(low), Some(value), Some(high)) = (share.low, share.value, share.high) {
                    prop_assert!(low <= value && value <= high);
                }
            }
        }
    }
}
