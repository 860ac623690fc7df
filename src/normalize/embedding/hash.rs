//! Character n-grams, hashed: no weights, no calls, the same bytes everywhere.

use super::{Embedder, unit};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashSpec {
    /// Length of the vectors, 16 to 16,384. More: fewer n-grams share a place.
    #[serde(default = "dimensions")]
    pub dimensions: usize,
    /// Shortest and longest n-gram, in characters, 1 to 8.
    #[serde(default = "n")]
    pub n: [usize; 2],
}

const fn dimensions() -> usize {
    1024
}

const fn n() -> [usize; 2] {
    [3, 5]
}

impl Default for HashSpec {
    fn default() -> Self {
        Self { dimensions: dimensions(), n: n() }
    }
}

/// Signed feature hashing (Weinberger et al. 2009) of the character n-grams of each word, a space on either side of it (the
/// n-grams that scikit-learn calls `char_wb`). Letters are lower-cased and a run of digits counts as one digit, so that `disk 3`
/// and `Disk 17` are the same. A place that k occurrences fall on weighs the square root of k: a word that is repeated says little more.
#[derive(Clone, Debug)]
pub struct HashEmbedder {
    spec: HashSpec,
}

impl HashEmbedder {
    /// # Errors
    /// When a parameter is out of range.
    pub fn new(spec: HashSpec) -> Result<Self, String> {
        if !(16..=16_384).contains(&spec.dimensions) {
            return Err(format!("normalize.provider.dimensions is {}: it must lie in 16 to 16384", spec.dimensions));
        }
        let [shortest, longest] = spec.n;
        if shortest == 0 || shortest > longest || longest > 8 {
            return Err(format!(
                "normalize.provider.n is [{shortest}, {longest}]: shortest and longest n-gram, 1 to 8, in this order"
            ));
        }
        Ok(Self { spec })
    }

    /// The unit vector of a text; zeros for a text without words. Time and memory are linear in the text's length.
    #[must_use]
    pub fn vector(&self, text: &str) -> Vec<f32> {
        let mut sums = vec![0.0; self.spec.dimensions];
        let mut padded = String::new();
        for word in text.split_whitespace() {
            padded.clear();
            padded.push(' ');
            for c in word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c.to_ascii_lowercase() }) {
                if c != '0' || !padded.ends_with('0') {
                    padded.push(c);
                }
            }
            padded.push(' ');
            self.add(&padded, &mut sums);
        }
        for sum in &mut sums {
            *sum = sum.signum() * sum.abs().sqrt();
        }
        unit(sums)
    }

    fn add(&self, word: &str, sums: &mut [f32]) {
        // Where each character begins, and the end.
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
        let [shortest, longest] = self.spec.n;
        for n in shortest..=longest.min(starts.len() - 1) {
            for ends in starts.windows(n + 1) {
                let hash = xxh3_64(&word.as_bytes()[ends[0]..ends[n]]);
                let place = (hash >> 1) as usize % self.spec.dimensions;
                sums[place] += if hash & 1 == 0 { 1.0 } else { -1.0 };
            }
        }
    }
}

impl Embedder for HashEmbedder {
    fn embed(&self, template: &str) -> Result<Vec<f32>, String> {
        Ok(self.vector(template))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn similarity(a: &str, b: &str) -> f32 {
        let hash = HashEmbedder::new(HashSpec::default()).unwrap();
        hash.vector(a).iter().zip(hash.vector(b)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn likeness_follows_the_words() {
        let near = similarity("connection to db-3 refused", "connection to db-17 refused");
        let far = similarity("connection to db-3 refused", "card declined by issuer");
        assert!(near > 0.9 && far < 0.2, "{near} {far}");
        assert!((similarity("Disk 3 FULL", "disk 17 full") - 1.0).abs() < 1e-6);
        assert_eq!(similarity("", "disk full").to_bits(), 0.0_f32.to_bits());
    }

    #[test]
    fn bad_parameters_are_named() {
        let error = |dimensions, n| HashEmbedder::new(HashSpec { dimensions, n }).err().unwrap_or_default();
        assert!(error(8, [3, 5]).starts_with("normalize.provider.dimensions is 8"));
        assert!(error(64, [0, 5]).starts_with("normalize.provider.n is [0, 5]"));
        assert!(error(64, [5, 3]).starts_with("normalize.provider.n is [5, 3]"));
        assert_eq!(error(64, [3, 3]), "");
    }

    proptest! {
        #[test]
        fn vectors_have_length_one_or_are_zero(text in "\\PC{0,60}") {
            let vector = HashEmbedder::new(HashSpec { dimensions: 64, n: [1, 3] }).unwrap().vector(&text);
            let length = vector.iter().map(|x| x * x).sum::<f32>();
            prop_assert!((length - 1.0).abs() < 1e-5 || vector.iter().all(|x| *x == 0.0), "{length}");
        }
    }
}
