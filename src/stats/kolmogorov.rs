//! Whether two samples come of one distribution.

use serde::{Deserialize, Serialize};

/// The two-sample test of Kolmogorov and Smirnov.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KolmogorovSmirnov {
    /// The largest difference of both empirical distribution functions, in [0, 1].
    pub d: f64,
    /// Two-sided, asymptotic with Stephens' correction (1970): good from about 8 observations a side; with ties it is too large,
    /// never too small.
    pub p_value: f64,
}

impl KolmogorovSmirnov {
    /// `None` where a sample is empty or holds a NaN.
    #[must_use]
    pub fn of(a: &[f64], b: &[f64]) -> Option<Self> {
        if a.is_empty() || b.is_empty() || a.iter().chain(b).any(|x| x.is_nan()) {
            return None;
        }
        let sorted = |sample: &[f64]| {
            let mut sorted = sample.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted
        };
        let (x, y) = (sorted(a), sorted(b));
        let (n, m) = (x.len() as f64, y.len() as f64);
        let (mut i, mut j, mut d) = (0, 0, 0.0_f64);
        while i < x.len() && j < y.len() {
            let at = x[i].min(y[j]);
            i += x[i..].iter().take_while(|value| **value <= at).count();
            j += y[j..].iter().take_while(|value| **value <= at).count();
            d = d.max((i as f64 / n - j as f64 / m).abs());
        }
        let size = (n * m / (n + m)).sqrt();
        Some(Self { d, p_value: kolmogorov_upper((size + 0.12 + 0.11 / size) * d) })
    }
}

/// `2 Σ (−1)^(j−1) e^(−2 j² λ²)`: the chance that Kolmogorov's limit exceeds λ.
fn kolmogorov_upper(lambda: f64) -> f64 {
    // Below this the series converges slowly, and the chance is 1 to 15 digits.
    if lambda < 0.2 {
        return 1.0;
    }
    let term = |j: i32| {
        let j = f64::from(j);
        (-2.0 * (j * lambda).powi(2)).exp()
    };
    let sum: f64 = (1..=100).map(|j| if j % 2 == 1 { term(j) } else { -term(j) }).sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Critical values of Kolmogorov's limit (Smirnov 1948): 5 %, 1 %, 0.1 %.
    #[test]
    fn known_tails() {
        for (lambda, tail) in [(1.3581, 0.05), (1.6276, 0.01), (1.9495, 0.001)] {
            assert!((kolmogorov_upper(lambda) / tail - 1.0).abs() < 1e-3, "{lambda}");
        }
        assert_eq!(kolmogorov_upper(0.0), 1.0);
    }

    #[test]
    fn by_hand() {
        let got = KolmogorovSmirnov::of(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 6.0]).unwrap();
        assert_eq!(got.d, 0.5);
        let same: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(KolmogorovSmirnov::of(&same, &same), Some(KolmogorovSmirnov { d: 0.0, p_value: 1.0 }));
        let moved: Vec<f64> = same.iter().map(|x| x + 50.0).collect();
        assert!(KolmogorovSmirnov::of(&same, &moved).unwrap().p_value < 1e-9);
        assert_eq!(KolmogorovSmirnov::of(&[], &same), None);
        assert_eq!(KolmogorovSmirnov::of(&[f64::NAN], &same), None);
    }

    proptest! {
        #[test]
        fn d_is_the_largest_gap(a in prop::collection::vec(0..9_u8, 1..30), b in prop::collection::vec(0..9_u8, 1..30)) {
            let (a, b): (Vec<f64>, Vec<f64>) = (a.into_iter().map(f64::from).collect(), b.into_iter().map(f64::from).collect());
            let below = |sample: &[f64], x: f64| sample.iter().filter(|value| **value <= x).count() as f64 / sample.len() as f64;
            let largest = (0..9).map(|x| (below(&a, f64::from(x)) - below(&b, f64::from(x))).abs()).fold(0.0, f64::max);
            let got = KolmogorovSmirnov::of(&a, &b).unwrap();
            prop_assert!((got.d - largest).abs() < 1e-12 && (0.0..=1.0).contains(&got.p_value));
        }
    }
}
