//! Mean and variance of a sample.

/// The first two moments of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    pub mean: f64,
    /// With `n − 1` in the denominator.
    pub variance: f64,
}

impl Moments {
    /// In two passes, so that a large mean does not cancel the variance. `None` for fewer than two values.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(Self { mean, variance: squares / (n - 1.0) })
    }

    /// Standard deviation.
    #[must_use]
    pub fn sd(&self) -> f64 {
        self.variance.sqrt()
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(Moments::of(&[1.0]), None);
        assert_eq!(Moments::of(&[1.0, 3.0]), Some(Moments { mean: 2.0, variance: 2.0 }));
        assert_eq!(Moments::of(&[5.0; 4]).unwrap().sd(), 0.0);
    }

    #[test]
    fn a_large_mean_does_not_cancel_the_variance() {
        let shifted = Moments::of(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]).unwrap();
        assert_eq!(shifted.variance, 1.0);
    }
}
