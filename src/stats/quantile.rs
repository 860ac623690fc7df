//! Quantiles of samples and of the normal distribution.

use statrs::distribution::{ContinuousCDF, Normal};

/// The sample quantile of `values` at `p` in [0, 1], linear between order statistics (type 7 of Hyndman & Fan 1996, the
/// default of R and `NumPy`). `None` where `values` is empty, holds a NaN, or `p` is out of range.
#[must_use]
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted_quantile(&sorted, p)
}

/// The sample median; `None` where `values` is empty or holds a NaN.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// [`quantile`] of values that are in order already.
pub(super) fn sorted_quantile(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) || sorted.iter().any(|value| value.is_nan()) {
        return None;
    }
    let last = sorted.len().checked_sub(1)?;
    let at = last as f64 * p;
    let below = (at.floor() as usize).min(last);
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let part = at - below as f64;
    Some(if part == 0.0 { low } else { low + part * (high - low) })
}

/// The standard normal quantile at `p`; ∓∞ at 0 and 1, NaN outside [0, 1].
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if (0.0..=1.0).contains(&p) { Normal::standard().inverse_cdf(p) } else { f64::NAN }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[1.0, f64::NAN], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.9), Some(3.7));
        assert_eq!(quantile(&[1.0, f64::INFINITY], 0.0), Some(1.0));
    }

    #[test]
    fn normal_quantile_to_full_precision() {
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-13);
        assert!((normal_quantile(1e-9) + 5.997_807_015_008_182).abs() < 1e-11);
        assert!(normal_quantile(f64::NAN).is_nan());
    }

    proptest! {
        #[test]
        fn within_the_sample_and_rising(values in prop::collection::vec(-1e6..1e6_f64, 1..50), p in 0.0..1.0_f64) {
            let here = quantile(&values, p).unwrap();
            prop_assert!(here >= quantile(&values, 0.0).unwrap() && here <= quantile(&values, 1.0).unwrap());
            prop_assert!(here <= quantile(&values, f64::midpoint(p, 1.0)).unwrap() + 1e-9);
        }
    }
}
