//! How unlike two templates are worded.
//!
//! One function, so that another measure can take its place: pairs are drawn, and thresholds set, by this one.

use super::embedding::{HashEmbedder, HashSpec};

/// Characters that are read of a template.
const LIMIT: usize = 4096;

/// A template's wording as a vector of length 1, or of zeros where it has no word.
#[derive(Clone, Debug, PartialEq)]
pub struct Wording(Vec<f32>);

impl Wording {
    /// Hashed character n-grams (3 to 5), the vectors of the normalizer `embedding` without a model: a threshold set by them is its.
    #[must_use]
    pub fn of(template: &str) -> Self {
        let end = template.char_indices().nth(LIMIT).map_or(template.len(), |(end, _)| end);
        // The default parameters are in range.
        let embedder = HashEmbedder::new(HashSpec::default()).ok();
        Self(embedder.map_or_else(Vec::new, |embedder| embedder.vector(&template[..end])))
    }

    /// Cosine distance, in [0, 2]: 0 for equal wordings, about 1 for unrelated ones.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f64 {
        // Eight sums side by side, in a fixed order.
        let mut sums = [0.0_f32; 8];
        for (x, y) in self.0.chunks_exact(8).zip(other.0.chunks_exact(8)) {
            for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
                *sum += x * y;
            }
        }
        let cosine: f64 = sums.iter().map(|sum| f64::from(*sum)).sum();
        (1.0 - cosine).clamp(0.0, 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_worded_alike_is_near() {
        let distance = |a: &str, b: &str| Wording::of(a).distance(&Wording::of(b));
        let near = distance("connection to <ip> refused", "connection to <host> refused");
        let far = distance("connection to <ip> refused", "cannot parse order <number>");
        assert!(near < 0.5 && far > 0.7, "{near} {far}");
        assert!(distance("", "x") > 0.0);
        assert!(Wording::of(&"é".repeat(1 << 20)).0.iter().all(|x| x.is_finite()));
    }

    proptest! {
        #[test]
        fn it_is_symmetric_and_zero_for_equals(a in "[a-z0-9 ]{0,9}[a-z]", b in "[a-z0-9 ]{0,9}[a-z]") {
            let (x, y) = (Wording::of(&a), Wording::of(&b));
            prop_assert_eq!(x.distance(&y).to_bits(), y.distance(&x).to_bits());
            prop_assert!(x.distance(&x) < 1e-5);
            prop_assert!((0.0..=2.0).contains(&x.distance(&y)));
        }
    }
}
