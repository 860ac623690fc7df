//! Agreement of raters who put the same items into categories.

/// Agreement of two raters. Every measure is 1 for perfect agreement; `None` where it divides by zero: without items, or where
/// chance alone would agree always (both raters used one and the same category).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Share of items in the same category, in [0, 1].
    pub percent: Option<f64>,
    /// Cohen's kappa (1960): agreement beyond that of independent raters with the same marginals, in [−1, 1]. It collapses
    /// where one category is rare or dominates (statistics.md §9).
    pub cohen_kappa: Option<f64>,
    /// Cohen's weighted kappa (1968), categories being ranks: disagreement counts by its distance.
    pub kappa_linear: Option<f64>,
    /// As `kappa_linear`, by the square of the distance.
    pub kappa_quadratic: Option<f64>,
    /// Gwet's AC1 (2008), whose chance agreement does not rise with prevalence. `None` below two categories.
    pub gwet_ac1: Option<f64>,
    /// Kappa with every category equally likely, `(q p − 1) / (q − 1)` (Byrt, Bishop & Carlin 1993; Bennett's S). `None` below
    /// two categories.
    pub pabak: Option<f64>,
    /// Krippendorff's alpha for nominal data (2004).
    pub krippendorff_alpha: Option<f64>,
    /// Of two categories: agreement on category 1, `2 n₁₁ / (n₁₊ + n₊₁)` (Cicchetti & Feinstein 1990); else `None`.
    pub positive: Option<f64>,
    /// Of two categories: agreement on category 0; else `None`.
    pub negative: Option<f64>,
}

impl Agreement {
    /// `a[i]` and `b[i]` are the categories, from 0 to below `categories`, of item `i`. `None` for lists of different lengths
    /// or a category out of range.
    #[must_use]
    pub fn of(a: &[usize], b: &[usize], categories: usize) -> Option<Self> {
        if a.len() != b.len() || a.iter().chain(b).any(|category| *category >= categories) {
            return None;
        }
        let ratings = Ratings { a, b, by_a: counts(a, categories), by_b: counts(b, categories) };
        let percent = ratio(ratings.same(), a.len() as f64);
        let chance_corrected = |chance: f64| percent.map(|percent| (percent - chance) / (1.0 - chance));
        let q = categories as f64;
        let distance = |i: usize, j: usize| i.abs_diff(j) as f64;
        let on = |category: usize| if categories == 2 { ratings.specific(category) } else { None };
        Some(Self {
            percent,
            cohen_kappa: ratings.kappa(|i, j| if i == j { 0.0 } else { 1.0 }),
            kappa_linear: ratings.kappa(distance),
            kappa_quadratic: ratings.kappa(|i, j| distance(i, j).powi(2)),
            gwet_ac1: if categories < 2 { None } else { chance_corrected(ratings.gwet_chance()) },
            pabak: if categories < 2 { None } else { chance_corrected(q.recip()) },
            krippendorff_alpha: ratings.alpha(),
            positive: on(1),
            negative: on(0),
        })
    }
}

struct Ratings<'a> {
    a: &'a [usize],
    b: &'a [usize],
    by_a: Vec<u64>,
    by_b: Vec<u64>,
}

impl Ratings<'_> {
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.a.iter().copied().zip(self.b.iter().copied())
    }

    fn same(&self) -> f64 {
        self.pairs().filter(|(a, b)| a == b).count() as f64
    }

    /// `1 − Σ w observed / Σ w expected` for weights `w` of disagreement.
    fn kappa(&self, weight: impl Fn(usize, usize) -> f64) -> Option<f64> {
        let observed: f64 = self.pairs().map(|(a, b)| weight(a, b)).sum();
        let mut expected = 0.0;
        for (i, &count_a) in self.by_a.iter().enumerate().filter(|(_, count)| **count > 0) {
            for (j, &count_b) in self.by_b.iter().enumerate().filter(|(_, count)| **count > 0) {
                expected += weight(i, j) * (count_a as f64 * count_b as f64);
            }
        }
        ratio(observed * self.a.len() as f64, expected).map(|share| 1.0 - share)
    }

    /// `Σ π (1 − π) / (q − 1)` over the `q` categories, π being the mean share of both raters.
    fn gwet_chance(&self) -> f64 {
        let n = 2.0 * self.a.len() as f64;
        let spread: f64 = self.totals().map(|count| count / n * (1.0 - count / n)).sum();
        spread / (self.by_a.len() as f64 - 1.0)
    }

    /// `1 − observed / expected disagreement` over all pairs of the `n = 2 items` ratings.
    fn alpha(&self) -> Option<f64> {
        let items = self.a.len() as f64;
        let n = 2.0 * items;
        let apart = n * n - self.totals().map(|count| count * count).sum::<f64>();
        ratio(2.0 * (items - self.same()) * (n - 1.0), apart).map(|share| 1.0 - share)
    }

    /// Ratings of each category by either rater.
    fn totals(&self) -> impl Iterator<Item = f64> {
        self.by_a.iter().zip(&self.by_b).map(|(a, b)| (a + b) as f64)
    }

    fn specific(&self, category: usize) -> Option<f64> {
        let both = self.pairs().filter(|pair| *pair == (category, category)).count();
        ratio(2.0 * both as f64, (self.by_a[category] + self.by_b[category]) as f64)
    }
}

fn counts(ratings: &[usize], categories: usize) -> Vec<u64> {
    let mut counts = vec![0; if ratings.is_empty() { 0 } else { categories }];
    for &category in ratings {
        counts[category] += 1;
    }
    counts.resize(categories, 0);
    counts
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// Fleiss' kappa (1971) of any number of raters: `table[i][c]` raters put item `i` into category `c`. `None` without items,
/// unless all rows have the same length and the same number of raters, at least 2; and where all chose one category.
#[must_use]
pub fn fleiss_kappa(table: &[Vec<u64>]) -> Option<f64> {
    let first = table.first()?;
    let raters: u64 = first.iter().sum();
    let even = table.iter().all(|row| row.len() == first.len() && row.iter().sum::<u64>() == raters);
    if !even || raters < 2 {
        return None;
    }
    let (items, raters) = (table.len() as f64, raters as f64);
    let pairs: f64 = table.iter().flatten().map(|count| *count as f64 * (*count as f64 - 1.0)).sum();
    let observed = pairs / (items * raters * (raters - 1.0));
    let total = items * raters;
    let by_category = (0..first.len()).map(|c| table.iter().map(|row| row[c] as f64).sum::<f64>());
    // The chance of disagreement, in counts: exactly 0 where only one category was used.
    let apart = total * total - by_category.map(|count| count * count).sum::<f64>();
    ratio((1.0 - observed) * (total * total), apart).map(|share| 1.0 - share)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_undefined() {
        assert_eq!(Agreement::of(&[0], &[0, 1], 2), None);
        assert_eq!(Agreement::of(&[2], &[0], 2), None);
        let empty = Agreement::of(&[], &[], 2).unwrap();
        assert_eq!((empty.percent, empty.cohen_kappa, empty.gwet_ac1, empty.positive), (None, None, None, None));
        let constant = Agreement::of(&[1, 1], &[1, 1], 2).unwrap();
        assert_eq!((constant.percent, constant.gwet_ac1, constant.positive), (Some(1.0), Some(1.0), Some(1.0)));
        assert_eq!((constant.cohen_kappa, constant.krippendorff_alpha, constant.negative), (None, None, None));
        let single = Agreement::of(&[0], &[0], 1).unwrap();
        assert_eq!((single.gwet_ac1, single.pabak), (None, None));
    }

    #[test]
    fn kappa_collapses_at_high_prevalence_and_ac1_does_not() {
        let mut a = vec![1; 100];
        let mut b = a.clone();
        (a[0], b[1]) = (0, 0);
        let got = Agreement::of(&a, &b, 2).unwrap();
        assert!(got.cohen_kappa.unwrap() < 0.0 && got.gwet_ac1.unwrap() > 0.97);
    }

    #[test]
    fn fleiss_of_two_raters_is_scotts_pi() {
        // Scott's π = (pₒ − Σ π²) / (1 − Σ π²): 3 of 4 alike, shares 5/8 and 3/8.
        let chance = 34.0 / 64.0;
        let got = fleiss_kappa(&[vec![2, 0], vec![2, 0], vec![1, 1], vec![0, 2]]).unwrap();
        assert!((got - (0.75 - chance) / (1.0 - chance)).abs() < 1e-12);
        assert_eq!(fleiss_kappa(&[]), None);
        assert_eq!(fleiss_kappa(&[vec![1, 0]]), None);
        assert_eq!(fleiss_kappa(&[vec![3, 0], vec![2, 0]]), None);
        assert_eq!(fleiss_kappa(&[vec![3, 0], vec![3, 0]]), None);
    }

    proptest! {
        #[test]
        fn raters_are_interchangeable_and_weights_agree_on_two_categories(items in prop::collection::vec((0..2usize, 0..2usize), 1..40)) {
            let (a, b): (Vec<usize>, Vec<usize>) = items.into_iter().unzip();
            let (got, swapped) = (Agreement::of(&a, &b, 2).unwrap(), Agreement::of(&b, &a, 2).unwrap());
            prop_assert_eq!(got, swapped);
            prop_assert_eq!(got.cohen_kappa, got.kappa_linear);
            prop_assert_eq!(got.cohen_kappa, got.kappa_quadratic);
            prop_assert!(got.percent.unwrap() < 1.0 || got.gwet_ac1 == Some(1.0) && got.cohen_kappa.is_none_or(|kappa| kappa == 1.0));
        }
    }
}
