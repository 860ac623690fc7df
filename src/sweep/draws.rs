//! Draws of whole units with replacement, the same for every trial.

use super::objective::Form;
use super::profile::{Profile, weighted_median};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Fewer units than this say too little about how units vary.
pub const MIN_UNITS: usize = 10;

/// How often each unit is drawn. As many are drawn as there are in scope; units out of scope never are.
#[derive(Clone, Debug)]
pub struct Draws {
    pub replicates: usize,
    /// By unit, then draw: trials are summed unit by unit over all draws at once.
    counts: Vec<Vec<f64>>,
    in_scope: Vec<usize>,
    days: f64,
}

impl Draws {
    /// `scope`: whether each unit may be drawn; `days`: that these units lie in. One generator, in a fixed order.
    #[must_use]
    pub fn of(scope: &[bool], days: f64, replicates: usize, seed: u64) -> Self {
        let in_scope: Vec<usize> = (0..scope.len()).filter(|&unit| scope[unit]).collect();
        let mut counts = vec![Vec::new(); scope.len()];
        in_scope.iter().for_each(|&unit| counts[unit] = vec![0.0; replicates]);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for draw in 0..replicates {
            for _ in 0..in_scope.len() {
                counts[in_scope[rng.random_range(0..in_scope.len())]][draw] += 1.0;
            }
        }
        Self { replicates, counts, in_scope, days }
    }

    /// Units in scope.
    #[must_use]
    pub fn units(&self) -> usize {
        self.in_scope.len()
    }

    /// A metric in each draw; NaN where it is undefined.
    #[must_use]
    pub fn values(&self, profile: &Profile) -> Vec<f64> {
        let in_scope = || profile.terms.iter().filter(|term| !self.counts[term.unit as usize].is_empty());
        if profile.metric.form() == Form::Median {
            let drawn = |draw: usize| {
                in_scope().map(|term| (term.a, self.counts[term.unit as usize][draw])).filter(|v| v.1 > 0.0).collect()
            };
            return (0..self.replicates).map(|draw| weighted_median(drawn(draw)).unwrap_or(f64::NAN)).collect();
        }
        let (mut a, mut b) = (vec![0.0; self.replicates], vec![0.0; self.replicates]);
        for term in in_scope() {
            let counts = &self.counts[term.unit as usize];
            add_times(&mut a, counts, term.a);
            if term.b != 0.0 {
                add_times(&mut b, counts, term.b);
            }
        }
        let value = |(a, b): (f64, f64)| profile.metric.value(a, b, self.days).unwrap_or(f64::NAN);
        a.into_iter().zip(b).map(value).collect()
    }

    /// How often each unit is drawn in one draw.
    #[must_use]
    pub fn bag(&self, draw: usize) -> Vec<f64> {
        self.counts.iter().map(|counts| counts.get(draw).copied().unwrap_or(0.0)).collect()
    }

    /// Units of the scope that one draw left out, each counted so that together they weigh as much as the whole scope; `None`: none was.
    #[must_use]
    pub fn out_of_bag(&self, draw: usize) -> Option<Vec<f64>> {
        let mut weights = vec![0.0; self.counts.len()];
        let left = self.in_scope.iter().filter(|&&unit| self.counts[unit][draw] == 0.0);
        let left: Vec<usize> = left.copied().collect();
        let weight = self.in_scope.len() as f64 / left.len() as f64;
        left.iter().for_each(|&unit| weights[unit] = weight);
        (!left.is_empty()).then_some(weights)
    }
}

/// `sums += factor × counts`.
fn add_times(sums: &mut [f64], counts: &[f64], factor: f64) {
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum += factor * count;
    }
}

/// The standard deviation of `a − b` over the draws in which both are defined; `None` with fewer than two of them.
#[must_use]
pub fn spread_of_difference(a: &[f64], b: &[f64]) -> Option<f64> {
    let differences = || a.iter().zip(b).map(|(a, b)| a - b).filter(|d| d.is_finite());
    let n = differences().count();
    if n < 2 {
        return None;
    }
    let mean = differences().fold(0.0, |sum, d| sum + d) / n as f64;
    let squares = differences().fold(0.0, |sum, d| sum + (d - mean) * (d - mean));
    Some((squares / (n - 1) as f64).sqrt())
}
