//! Which pairs of templates are worth a person's answer (statistics.md §8): most of them near the threshold, where it is decided,
//! some of all others, so that nothing is taken for granted. Each stands for as many as its stratum holds.

use super::distance::Wording;
use crate::dataset::PairStratum;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Share of the pairs that are drawn within 20 % of the threshold.
const NEAR: f64 = 0.6;

/// Templates whose pairs are measured; more are represented by so many, drawn at random.
const MOST_TEMPLATES: usize = 1500;

/// A pair that was drawn, by the templates' places; both are the same for two texts of one template.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    pub a: usize,
    pub b: usize,
    pub distance: f64,
    pub stratum: PairStratum,
    /// Pairs of the stratum, estimated where templates were drawn.
    pub population: f64,
    /// Pairs that it stands for: the population ÷ the pairs drawn of the stratum.
    pub weight: f64,
}

/// What pairs are drawn from.
pub struct Frame<'a> {
    pub templates: &'a [&'a str],
    /// By template: whether it is of two texts at least.
    pub has_twins: &'a [bool],
    /// By template: whether a pair must hold one of these, such as those that came with a deploy.
    pub wanted: &'a [bool],
    /// Pairs that were asked before, the smaller place first.
    pub asked: &'a BTreeSet<(usize, usize)>,
}

/// Places of two templates and their distance.
type Candidate = (usize, usize, f32);

impl Frame<'_> {
    /// Draws at most `count` pairs, in random order. The same seed draws the same pairs.
    #[must_use]
    pub fn draw(&self, threshold: f64, count: usize, seed: u64) -> Vec<Drawn> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut strata, scale) = self.strata(threshold, &mut rng);
        let populations = [0, 1, 2, 3, 4].map(|h| strata[h].len() as f64 * if h == 0 { 1.0 } else { scale });
        for stratum in &mut strata {
            stratum.retain(|pair| !self.asked.contains(&(pair.0, pair.1)));
        }
        let quotas = quotas([0, 1, 2, 3, 4].map(|h| strata[h].len()), count);
        let mut drawn = Vec::new();
        for (h, stratum) in strata.iter_mut().enumerate() {
            to_front(stratum, quotas[h], &mut rng);
            let population = populations[h];
            drawn.extend(stratum.iter().take(quotas[h]).map(|&(a, b, distance)| Drawn {
                a,
                b,
                distance: f64::from(distance),
                stratum: PairStratum::ALL[h],
                population,
                weight: population / quotas[h] as f64,
            }));
        }
        let all = drawn.len();
        to_front(&mut drawn, all, &mut rng);
        drawn
    }

    /// The pairs of each stratum, and how many pairs of different templates each stands for.
    fn strata(&self, threshold: f64, rng: &mut ChaCha8Rng) -> ([Vec<Candidate>; 5], f64) {
        let mut places: Vec<usize> = (0..self.templates.len()).collect();
        to_front(&mut places, MOST_TEMPLATES, rng);
        places.truncate(MOST_TEMPLATES);
        places.sort_unstable();
        let wordings: Vec<Wording> = places.par_iter().map(|&place| Wording::of(self.templates[place])).collect();
        let of_row = |row: usize| -> Vec<Candidate> {
            let others = row + 1..places.len();
            let pair = |other: usize| (places[row], places[other], wordings[row].distance(&wordings[other]) as f32);
            others.filter(|&other| self.wanted[places[row]] || self.wanted[places[other]]).map(pair).collect()
        };
        let rows: Vec<Vec<Candidate>> = (0..places.len()).into_par_iter().map(of_row).collect();
        let mut strata: [Vec<Candidate>; 5] = Default::default();
        strata[0] = (0..self.templates.len())
            .filter(|&place| self.has_twins[place] && self.wanted[place])
            .map(|place| (place, place, 0.0))
            .collect();
        for pair in rows.into_iter().flatten() {
            strata[PairStratum::of(f64::from(pair.2), threshold) as usize].push(pair);
        }
        let pairs = |n: usize| (n * n.saturating_sub(1)) as f64;
        (strata, if places.len() < 2 { 1.0 } else { pairs(self.templates.len()) / pairs(places.len()) })
    }
}

/// How many to draw of each stratum: the near one's share, the rest evenly, what a stratum does not hold from the others.
fn quotas(available: [usize; 5], count: usize) -> [usize; 5] {
    let near = PairStratum::Near as usize;
    let count = count.min(available.iter().sum());
    let mut quotas = [0; 5];
    quotas[near] = available[near].min((count as f64 * NEAR).ceil() as usize);
    let mut rest = count - quotas[near];
    while rest > 0 {
        let before = rest;
        for h in (0..5).filter(|&h| h != near) {
            if rest > 0 && quotas[h] < available[h] {
                quotas[h] += 1;
                rest -= 1;
            }
        }
        if rest == before {
            quotas[near] += rest;
            rest = 0;
        }
    }
    quotas
}

/// Puts `count` items, drawn at random, in front (Fisher & Yates).
fn to_front<T>(items: &mut [T], count: usize, rng: &mut ChaCha8Rng) {
    for at in 0..count.min(items.len()) {
        let other = rng.random_range(at..items.len());
        items.swap(at, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn templates() -> Vec<String> {
        let verbs = ["refused", "reset", "timed out", "closed"];
        (0..40)
            .map(|n| format!("connection {} to service {} {}", n % 5, ["a", "bb", "ccc"][n % 3], verbs[n % 4]))
            .collect()
    }

    fn draw(count: usize, seed: u64, asked: &BTreeSet<(usize, usize)>, wanted: &[bool]) -> Vec<Drawn> {
        let templates = templates();
        let texts: Vec<&str> = templates.iter().map(String::as_str).collect();
        Frame { templates: &texts, has_twins: &[true; 40], wanted, asked }.draw(0.3, count, seed)
    }

    #[test]
    fn most_are_near_the_threshold_and_weights_add_up_to_the_strata() {
        let drawn = draw(50, 7, &BTreeSet::new(), &[true; 40]);
        assert_eq!((drawn.len(), drawn.clone()), (50, draw(50, 7, &BTreeSet::new(), &[true; 40])));
        assert_ne!(drawn, draw(50, 8, &BTreeSet::new(), &[true; 40]));
        let near = drawn.iter().filter(|pair| pair.stratum == PairStratum::Near).count();
        assert_eq!(near, 30);
        let distinct: BTreeSet<(usize, usize)> = drawn.iter().map(|pair| (pair.a, pair.b)).collect();
        assert_eq!(distinct.len(), 50);
        // 40 templates with twins, and 780 pairs of different ones.
        let sum: f64 = drawn.iter().map(|pair| pair.weight).sum();
        assert!((sum - 820.0).abs() < 1e-9, "{sum}");
        let again = draw(800, 9, &distinct, &[true; 40]);
        assert_eq!(again.len(), 820 - 50, "nothing is asked twice");
        assert!(again.iter().all(|pair| !distinct.contains(&(pair.a, pair.b))));
    }

    #[test]
    fn only_wanted_ones_are_drawn_where_they_are_named() {
        let wanted: Vec<bool> = (0..40).map(|place| place == 3).collect();
        let drawn = draw(500, 1, &BTreeSet::new(), &wanted);
        assert_eq!(drawn.len(), 40);
        assert!(drawn.iter().all(|pair| pair.a == 3 || pair.b == 3));
    }

    proptest! {
        #[test]
        fn quotas_fill_up_and_never_ask_for_more_than_there_is(available in prop::array::uniform5(0..30_usize), count in 0..200_usize) {
            let quotas = quotas(available, count);
            prop_assert_eq!(quotas.iter().sum::<usize>(), count.min(available.iter().sum()));
            prop_assert!(quotas.iter().zip(available).all(|(quota, available)| *quota <= available));
        }
    }
}
