//! Which combinations of a grid are tried: all, or a seeded draw.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// How combinations are drawn. `n` counts points of the grid; references and the base come on top.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Sample {
    /// Every combination.
    Grid {},
    /// Each combination as likely as any other (Bergstra & Bengio 2012).
    Random {
        n: usize,
        #[serde(default = "one")]
        seed: u64,
    },
    /// Every axis evenly covered: its levels are used equally often, give or take one; of a continuous axis one value comes from each
    /// of `n` equal parts (`McKay`, Beckman & Conover 1979).
    LatinHypercube {
        n: usize,
        #[serde(default = "one")]
        seed: u64,
    },
    /// A Latin hypercube whose worst trials are dropped on a part of the time, the rest replayed on more (Jamieson & Talwalkar 2016).
    Halving {
        n: usize,
        #[serde(default = "one")]
        seed: u64,
        /// Rounds, the last on all of the time; 1 to 10.
        #[serde(default = "three")]
        rungs: u32,
        /// Share that is kept from one round to the next; in (0, 1).
        #[serde(default = "third")]
        keep: f64,
    },
}

impl Default for Sample {
    fn default() -> Self {
        Self::Grid {}
    }
}

fn one() -> u64 {
    1
}

fn three() -> u32 {
    3
}

fn third() -> f64 {
    0.33
}

/// Points that a grid may have, and combinations that a full grid may go through.
pub(super) const MOST_POINTS: usize = 100_000;
pub(super) const MOST_COMBINATIONS: u64 = 1_000_000;

/// Draws anew in place of what could not be used, until nothing new is found so many times.
const MOST_ROUNDS: u32 = 50;

impl Sample {
    /// Points asked for; `None`: all.
    #[must_use]
    pub const fn n(&self) -> Option<usize> {
        match *self {
            Self::Grid {} => None,
            Self::Random { n, .. } | Self::LatinHypercube { n, .. } | Self::Halving { n, .. } => Some(n),
        }
    }

    /// # Errors
    /// When a parameter is out of range.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.n().is_some_and(|n| n == 0 || n > MOST_POINTS) {
            return Err(format!("sample.n is {}: it is 1 to {MOST_POINTS}", self.n().unwrap_or_default()));
        }
        match *self {
            Self::Halving { rungs, .. } if !(1..=10).contains(&rungs) => {
                Err(format!("sample.rungs is {rungs}: it is 1 to 10"))
            }
            Self::Halving { keep, .. } if !(keep > 0.0 && keep < 1.0) => {
                Err(format!("sample.keep is {keep}: it lies in (0, 1)"))
            }
            _ => Ok(()),
        }
    }
}

/// The levels of the combination at a place in the order of the grid: the last axis changes fastest.
pub(super) fn levels_at(mut place: u64, sizes: &[usize]) -> Vec<usize> {
    let mut levels = vec![0; sizes.len()];
    for (level, &size) in levels.iter_mut().zip(sizes).rev() {
        *level = (place % size as u64) as usize;
        place /= size as u64;
    }
    levels
}

/// Combinations of `sizes`; `None`: more than can be counted.
pub(super) fn combinations(sizes: &[usize]) -> Option<u64> {
    sizes.iter().try_fold(1_u64, |product, &size| product.checked_mul(size as u64))
}

/// Draws combinations, none twice, the same ones for the same seed on every platform.
pub(super) struct Draw<'a> {
    sizes: &'a [usize],
    rng: ChaCha8Rng,
    seen: HashSet<Vec<usize>>,
    source: Source,
}

enum Source {
    /// Places in the grid's order, and how many of them are used up.
    Places {
        places: Vec<u32>,
        used: usize,
    },
    Random {
        rounds: u32,
    },
    LatinHypercube {
        rounds: u32,
    },
}

impl<'a> Draw<'a> {
    pub(super) fn new(sample: Sample, sizes: &'a [usize]) -> Self {
        let seed = match sample {
            Sample::Grid {} => 0,
            Sample::Random { seed, .. } | Sample::LatinHypercube { seed, .. } | Sample::Halving { seed, .. } => seed,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let few = combinations(sizes).filter(|&count| count <= MOST_COMBINATIONS).map(|count| count as u32);
        let all = |count: u32| (0..count).collect::<Vec<u32>>();
        let source = match (sample, few) {
            (Sample::Random { n, .. }, Some(count)) if (n as u64) < u64::from(count) => {
                let mut places = all(count);
                places.shuffle(&mut rng);
                Source::Places { places, used: 0 }
            }
            (Sample::Grid {} | Sample::Random { .. }, None) => Source::Random { rounds: MOST_ROUNDS },
            (Sample::Grid {} | Sample::Random { .. }, Some(count)) => Source::Places { places: all(count), used: 0 },
            // Who asks for as many points as there are gets all.
            (_, Some(count)) if sample.n().is_none_or(|n| n as u64 >= u64::from(count)) => {
                Source::Places { places: all(count), used: 0 }
            }
            _ => Source::LatinHypercube { rounds: MOST_ROUNDS },
        };
        Self { sizes, rng, seen: HashSet::new(), source }
    }

    /// About `n` further combinations, at most; none: there are no more, or they are too hard to find.
    pub(super) fn next(&mut self, n: usize) -> Vec<Vec<usize>> {
        match &mut self.source {
            Source::Places { places, used } => {
                let taken = &places[*used..(*used + n).min(places.len())];
                *used += taken.len();
                taken.iter().map(|&place| levels_at(u64::from(place), self.sizes)).collect()
            }
            Source::Random { rounds } => {
                let mut left = std::mem::take(rounds);
                let drawn = self.anew(&mut left, |draw| (0..n).map(|_| draw.random()).collect());
                self.source = Source::Random { rounds: left };
                drawn
            }
            Source::LatinHypercube { rounds } => {
                let mut left = std::mem::take(rounds);
                let drawn = self.anew(&mut left, |draw| draw.hypercube(n));
                self.source = Source::LatinHypercube { rounds: left };
                drawn
            }
        }
    }

    /// What `make` makes, without what was drawn before; again, while that leaves nothing.
    fn anew(&mut self, rounds: &mut u32, make: impl Fn(&mut Self) -> Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        while *rounds > 0 {
            *rounds -= 1;
            let mut drawn = make(self);
            drawn.retain(|levels| self.seen.insert(levels.clone()));
            if !drawn.is_empty() {
                return drawn;
            }
        }
        Vec::new()
    }

    fn random(&mut self) -> Vec<usize> {
        self.sizes.iter().map(|&size| self.rng.random_range(0..size as u64) as usize).collect()
    }

    /// `n` points, every axis stratified by itself.
    fn hypercube(&mut self, n: usize) -> Vec<Vec<usize>> {
        let columns: Vec<Vec<usize>> = self.sizes.iter().map(|&size| column(size, n, &mut self.rng)).collect();
        let mut points: Vec<Vec<usize>> = (0..n).map(|i| columns.iter().map(|column| column[i]).collect()).collect();
        self.untangle(&mut points);
        points
    }

    /// Swaps levels between points until no two are the same, which leaves every axis as it is stratified.
    fn untangle(&mut self, points: &mut [Vec<usize>]) {
        let mut taken: HashMap<Vec<usize>, u32> = HashMap::new();
        for point in points.iter() {
            *taken.entry(point.clone()).or_default() += 1;
        }
        for i in 0..points.len() {
            let mut tries = 0;
            while tries < MOST_SWAPS && (taken[&points[i]] > 1 || self.seen.contains(&points[i])) {
                tries += 1;
                let other = self.rng.random_range(0..points.len() as u64) as usize;
                let axis = self.rng.random_range(0..self.sizes.len() as u64) as usize;
                let (mut a, mut b) = (points[i].clone(), points[other].clone());
                std::mem::swap(&mut a[axis], &mut b[axis]);
                let is_free = |point| taken.get(point).is_none_or(|&n| n == 0) && !self.seen.contains(point);
                if a != b && is_free(&a) && is_free(&b) {
                    for (at, point) in [(i, a), (other, b)] {
                        *taken.entry(points[at].clone()).or_default() -= 1;
                        *taken.entry(point.clone()).or_default() += 1;
                        points[at] = point;
                    }
                }
            }
        }
    }
}

/// Swaps that are tried to make one point differ from those before it.
const MOST_SWAPS: u32 = 200;

/// Levels of one axis for `n` points, shuffled: each level equally often, give or take one, or, where there are more levels than
/// points, one of each of `n` equal parts.
fn column(size: usize, n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut levels: Vec<usize> = if size > n {
        let part = |i: usize| (i * size / n, (i + 1) * size / n);
        (0..n).map(|i| rng.random_range(part(i).0 as u64..part(i).1 as u64) as usize).collect()
    } else {
        let mut rest: Vec<usize> = (0..size).collect();
        rest.shuffle(rng);
        let even = (0..size).flat_map(|level| vec![level; n / size]);
        even.chain(rest.into_iter().take(n % size)).collect()
    };
    levels.shuffle(rng);
    levels
}
