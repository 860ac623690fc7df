//! How unlike two templates are worded.
//!
//! One function, so that another measure can take its place: pairs are drawn, and thresholds set, by this one.

use xxhash_rust::xxh3::xxh3_64;

/// Places of a vector. More: fewer n-grams share one.
const PLACES: usize = 512;
/// Lengths of the n-grams, in characters.
const SHORTEST: usize = 3;
const LONGEST: usize = 5;
/// Characters that are read of a template.
const LIMIT: usize = 4096;

/// A template's wording as a vector of length 1, or of zeros where it has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Wording(Vec<f32>);

impl Wording {
    /// Hashed character n-grams (3 to 5) of the whole template, a blank on either side, with a sign that a bit of the hash gives
    /// (Weinberger et al. 2009), so that collisions cancel on average.
    #[must_use]
    pub fn of(template: &str) -> Self {
        let text: String = [" "].into_iter().chain([template, " "]).flat_map(str::chars).take(LIMIT).collect();
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let mut places = vec![0.0_f32; PLACES];
        for n in SHORTEST..=LONGEST {
            for gram in starts.windows(n + 1) {
                let hash = xxh3_64(&text.as_bytes()[gram[0]..gram[n]]);
                let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
                places[hash as usize % PLACES] += sign;
            }
        }
        let length = places.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        if length > 0.0 {
            for place in &mut places {
                *place = (f64::from(*place) / length) as f32;
            }
        }
        Self(places)
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
        assert!(near < 0.4 && far > 0.8, "{near} {far}");
        assert!(distance("", "x") > 0.0);
        assert!(Wording::of(&"é".repeat(1 << 20)).0.iter().all(|x| x.is_finite()));
    }

    proptest! {
        #[test]
        fn it_is_symmetric_and_zero_for_equals(a in "\\PC{1,40}", b in "\\PC{1,40}") {
            let (x, y) = (Wording::of(&a), Wording::of(&b));
            prop_assert_eq!(x.distance(&y).to_bits(), y.distance(&x).to_bits());
            prop_assert!(x.distance(&x) < 1e-5);
            prop_assert!((0.0..=2.0).contains(&x.distance(&y)));
        }
    }
}
