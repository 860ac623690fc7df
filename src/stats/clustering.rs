//! Agreement of two clusterings of the same items: which items are together, whatever the clusters are called.

use super::contingency::Contingency;
use super::loader::ln_binomial_density;
use std::collections::BTreeMap;

/// Unordered pairs of items by whether both clusterings put them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairCounts {
    /// Together in both.
    pub true_positives: u64,
    /// Together in the prediction only: merged wrongly.
    pub false_positives: u64,
    /// Together in the truth only: split wrongly.
    pub false_negatives: u64,
    /// Apart in both.
    pub true_negatives: u64,
}

impl PairCounts {
    /// Pairs rightly together ÷ pairs put together; `None` where the prediction puts none together.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        share(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Pairs rightly together ÷ pairs that belong together; `None` where none do.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        share(self.true_positives, self.true_positives + self.false_negatives)
    }

    /// `2 TP / (2 TP + FP + FN)`; `None` where neither clustering has a pair together.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let twice = 2 * self.true_positives;
        share(twice, twice + self.false_positives + self.false_negatives)
    }

    /// Rand's index (1971), the share of pairs judged alike, in [0, 1]; 1 without pairs.
    #[must_use]
    pub fn rand(&self) -> f64 {
        let alike = self.true_positives + self.true_negatives;
        share(alike, alike + self.false_positives + self.false_negatives).unwrap_or(1.0)
    }

    /// Rand's index adjusted for chance (Hubert & Arabie 1985): 1 for equal clusterings, about 0 for independent ones, at
    /// least −½ (Chacón & Rastrojo 2023).
    #[must_use]
    pub fn adjusted_rand(&self) -> f64 {
        let [tp, fp, fn_, tn] =
            [self.true_positives, self.false_positives, self.false_negatives, self.true_negatives].map(i128::from);
        if fp == 0 && fn_ == 0 {
            return 1.0;
        }
        let spread = (tp + fn_) * (fn_ + tn) + (tp + fp) * (fp + tn);
        2.0 * (tp * tn - fn_ * fp) as f64 / spread as f64
    }

    /// Geometric mean of precision and recall (Fowlkes & Mallows 1983); 0 without a pair that is rightly together.
    #[must_use]
    pub fn fowlkes_mallows(&self) -> f64 {
        match (self.precision(), self.recall()) {
            (Some(precision), Some(recall)) => precision.sqrt() * recall.sqrt(),
            _ => 0.0,
        }
    }
}

/// What a clustering shares with the truth. All but the adjusted measures lie in [0, 1]; 1 is perfect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clustering {
    pub pairs: PairCounts,
    /// Mutual information ÷ entropy of the truth (Rosenberg & Hirschberg 2007): clusters hold one class each. 1 where the
    /// truth has one class.
    pub homogeneity: f64,
    /// Mutual information ÷ entropy of the prediction: classes are not split. 1 where the prediction has one cluster.
    pub completeness: f64,
    /// Harmonic mean of both, which is the mutual information normalised by the mean entropy; 0 where both are 0.
    pub v_measure: f64,
    /// Mutual information adjusted for chance, against the mean entropy (Vinh, Epps & Bailey 2010): 1 for equal clusterings,
    /// about 0 for independent ones; may be negative.
    pub adjusted_mutual_information: f64,
}

impl Clustering {
    /// `truth[i]` and `predicted[i]` are the clusters of item `i`. Clusterings of no item are equal. `None` for lists of
    /// different lengths.
    #[must_use]
    pub fn of<T: Ord, P: Ord>(truth: &[T], predicted: &[P]) -> Option<Self> {
        Contingency::of(truth, predicted).map(|table| Self::of_table(&table))
    }

    /// As [`Clustering::of`], of rows that stand for `counts[i]` items each, at least 1. `None` for lists of different lengths.
    #[must_use]
    pub fn weighted<T: Ord, P: Ord>(truth: &[T], predicted: &[P], counts: &[u64]) -> Option<Self> {
        Contingency::weighted(truth, predicted, counts).map(|table| Self::of_table(&table))
    }

    fn of_table(table: &Contingency) -> Self {
        let pairs = pairs(table);
        let information = mutual_information(table);
        let (classes, clusters) = (entropy(&table.rows, table.total), entropy(&table.columns, table.total));
        // Rounding may leave a little more information than there is entropy.
        let part = |whole: f64| if whole > 0.0 { (information / whole).min(1.0) } else { 1.0 };
        let (homogeneity, completeness) = (part(classes), part(clusters));
        let sum = homogeneity + completeness;
        // Equal clusterings need not be computed, and all-single ones would be 0/0.
        let equal = pairs.false_positives == 0 && pairs.false_negatives == 0;
        let adjusted = || {
            let chance = expected_information(table);
            (information - chance) / (f64::midpoint(classes, clusters) - chance)
        };
        Self {
            pairs,
            homogeneity,
            completeness,
            v_measure: if sum > 0.0 { 2.0 * homogeneity * completeness / sum } else { 0.0 },
            adjusted_mutual_information: if equal { 1.0 } else { adjusted() },
        }
    }
}

fn pairs(table: &Contingency) -> PairCounts {
    let together = |sizes: &mut dyn Iterator<Item = u64>| sizes.map(choose2).sum::<u64>();
    let both = together(&mut table.cells.values().copied());
    let classes = together(&mut table.rows.iter().copied());
    let clusters = together(&mut table.columns.iter().copied());
    PairCounts {
        true_positives: both,
        false_positives: clusters - both,
        false_negatives: classes - both,
        true_negatives: choose2(table.total) + both - classes - clusters,
    }
}

const fn choose2(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Entropy in nats; exactly 0 of a single cluster.
fn entropy(sizes: &[u64], total: u64) -> f64 {
    if sizes.len() < 2 {
        return 0.0;
    }
    sizes.iter().map(|size| *size as f64 / total as f64).map(|p| -p * p.ln()).sum()
}

/// In nats, not below 0.
fn mutual_information(table: &Contingency) -> f64 {
    let total = table.total as f64;
    let term = |(&(row, column), &count): (&(usize, usize), &u64)| {
        let (n, expected) = (count as f64, table.rows[row] as f64 * table.columns[column] as f64 / total);
        n / total * (n / expected).ln()
    };
    table.cells.iter().map(term).sum::<f64>().max(0.0)
}

/// The mean mutual information of all clusterings with these sizes, the hypergeometric model of Vinh, Epps & Bailey (2010).
fn expected_information(table: &Contingency) -> f64 {
    let (rows, columns) = (multiplicities(&table.rows), multiplicities(&table.columns));
    let mut sum = 0.0;
    for (&row, &rows) in &rows {
        for (&column, &columns) in &columns {
            sum += (rows * columns) as f64 * expected_term(row, column, table.total);
        }
    }
    sum
}

fn multiplicities(sizes: &[u64]) -> BTreeMap<u64, u64> {
    let mut of_size = BTreeMap::new();
    for &size in sizes {
        *of_size.entry(size).or_insert(0) += 1;
    }
    of_size
}

/// Terms below this do not show in a sum of doubles.
const NEGLIGIBLE: f64 = 1e-25;

/// Mean of `n/N ln(n N / (a b))` where `n` of the `b` items drawn from `N` are among `a` marked ones.
fn expected_term(a: u64, b: u64, total: u64) -> f64 {
    let (low, high) = ((a + b).saturating_sub(total), a.min(b));
    let mode = (((a + 1) as f64 * (b + 1) as f64 / (total + 2) as f64) as u64).clamp(low, high);
    let (af, bf, nf) = (a as f64, b as f64, total as f64);
    let term = |n: u64| if n == 0 { 0.0 } else { n as f64 / nf * (n as f64 * nf / (af * bf)).ln() };
    // Chance of n + 1 ÷ chance of n.
    let ratio = |n: u64| {
        let free = (total - a) as f64 - (bf - n as f64) + 1.0;
        (af - n as f64) * (bf - n as f64) / ((n + 1) as f64 * free)
    };
    let peak = ln_hypergeometric(mode, a, b, total).exp();
    let mut sum = peak * term(mode);
    let mut chance = peak;
    for n in mode..high {
        chance *= ratio(n);
        if chance < NEGLIGIBLE {
            break;
        }
        sum += chance * term(n + 1);
    }
    chance = peak;
    for n in (low..mode).rev() {
        chance /= ratio(n);
        if chance < NEGLIGIBLE {
            break;
        }
        sum += chance * term(n);
    }
    sum
}

/// `ln` of the chance that `n` of the `b` items drawn from `total` are among `a` marked ones, from three binomial densities
/// (Loader 2000, section 6).
fn ln_hypergeometric(n: u64, a: u64, b: u64, total: u64) -> f64 {
    let (p, q) = (b as f64 / total as f64, (total - b) as f64 / total as f64);
    let density = |drawn: u64, of: u64| ln_binomial_density(drawn as f64, (of - drawn) as f64, p, q);
    density(n, a) + density(b - n, total - a) - density(b, total)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn none_and_one_item() {
        for got in [Clustering::of::<u8, u8>(&[], &[]).unwrap(), Clustering::of(&["x"], &[3]).unwrap()] {
            assert_eq!((got.pairs.rand(), got.pairs.adjusted_rand(), got.v_measure), (1.0, 1.0, 1.0));
            assert_eq!((got.pairs.precision(), got.pairs.f1(), got.adjusted_mutual_information), (None, None, 1.0));
        }
        assert_eq!(Clustering::of(&[1], &[1, 2]), None);
    }

    #[test]
    fn one_cluster_says_nothing() {
        let got = Clustering::of(&[0, 0, 1, 1, 2], &[0; 5]).unwrap();
        assert_eq!((got.homogeneity, got.completeness, got.v_measure), (0.0, 1.0, 0.0));
        assert_eq!((got.pairs.adjusted_rand(), got.adjusted_mutual_information), (0.0, 0.0));
    }

    #[test]
    fn hypergeometric_chances_add_up_at_any_size() {
        for (a, b, total) in [(3, 4, 10), (10, 10, 10), (1, 9, 10), (300, 5_000, 1_000_000)] {
            let sum: f64 =
                ((a + b - total.min(a + b))..=a.min(b)).map(|n| ln_hypergeometric(n, a, b, total).exp()).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        }
    }

    /// Mutual information averaged over every order of the predicted clusters.
    fn average_information(truth: &[u8], predicted: &mut Vec<u8>, fixed: usize) -> (f64, u32) {
        if fixed == predicted.len() {
            return (mutual_information(&Contingency::of(truth, predicted).unwrap()), 1);
        }
        let mut sum = (0.0, 0);
        for other in fixed..predicted.len() {
            predicted.swap(fixed, other);
            let part = average_information(truth, predicted, fixed + 1);
            sum = (sum.0 + part.0, sum.1 + part.1);
            predicted.swap(fixed, other);
        }
        sum
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn the_expected_information_is_the_mean_over_permutations(items in prop::collection::vec((0..3u8, 0..3u8), 1..7)) {
            let (truth, mut predicted): (Vec<u8>, Vec<u8>) = items.into_iter().unzip();
            let got = expected_information(&Contingency::of(&truth, &predicted).unwrap());
            let (sum, orders) = average_information(&truth, &mut predicted, 0);
            prop_assert!((got - sum / f64::from(orders)).abs() < 1e-12);
        }

        #[test]
        fn names_do_not_matter(items in prop::collection::vec((0..5u8, 0..5u8), 1..60)) {
            let (truth, predicted): (Vec<u8>, Vec<u8>) = items.into_iter().unzip();
            let renamed: Vec<String> = predicted.iter().map(|cluster| format!("c{}", 9 - cluster)).collect();
            let (x, y) = (Clustering::of(&truth, &predicted).unwrap(), Clustering::of(&truth, &renamed).unwrap());
            prop_assert_eq!(x.pairs, y.pairs);
            prop_assert!((x.v_measure - y.v_measure).abs() < 1e-12);
            prop_assert!((x.adjusted_mutual_information - y.adjusted_mutual_information).abs() < 1e-9);
        }
    }
}
