//! Randomness: one `ChaCha8` stream per named item, so that adding an item reshuffles no other.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Gamma, LogNormal, Poisson};
use sha2::{Digest, Sha256};

/// A seeded source of draws.
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of the item called `name` under `seed`.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(name.as_bytes());
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform integer in [low, high); `low` when the range is empty.
    pub fn whole(&mut self, low: u64, high: u64) -> u64 {
        if low >= high { low } else { self.0.random_range(low..high) }
    }

    /// Uniform index below `len`; 0 for an empty collection.
    pub fn index(&mut self, len: usize) -> usize {
        if len == 0 { 0 } else { self.0.random_range(0..len) }
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A uniform choice; `items` must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        items.choose(&mut self.0).unwrap_or(&items[0])
    }

    /// A choice in proportion to non-negative weights; the last item when all are zero.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A Poisson count; 0 for a mean that is not positive.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        Poisson::new(mean).map_or(0, |law| law.sample(&mut self.0) as u64)
    }

    /// A gamma draw of mean 1 and squared coefficient of variation `dispersion`; 1 when that is 0.
    pub fn gamma(&mut self, dispersion: f64) -> f64 {
        if dispersion <= 0.0 {
            return 1.0;
        }
        Gamma::new(1.0 / dispersion, dispersion).map_or(1.0, |law| law.sample(&mut self.0))
    }

    /// A log-normal draw with the given median and log-standard deviation.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        LogNormal::new(median.ln(), sigma).map_or(median, |law| law.sample(&mut self.0))
    }

    /// An exponential draw with the given mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        let unit: f64 = Exp1.sample(&mut self.0);
        mean * unit
    }

    /// A standard normal draw.
    pub fn normal(&mut self) -> f64 {
        rand_distr::StandardNormal.sample(&mut self.0)
    }

    /// `digits` lower-case hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.0.random_range(0..16)])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_seed_and_name_only() {
        let draw = |seed, name| Stream::new(seed, name).hex(16);
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
    }

    #[test]
    fn gamma_has_mean_one() {
        let mut stream = Stream::new(1, "gamma");
        let mean = (0..20_000).map(|_| stream.gamma(0.5)).sum::<f64>() / 20_000.0;
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
    }
}
