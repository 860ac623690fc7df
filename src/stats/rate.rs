//! Intervals of a Poisson rate, per unit of exposure.
//!
//! Everywhere: `exposure > 0` and finite, confidence `1 − alpha` with 0 < alpha < 1; otherwise `None`.

use super::Bounds;
use super::gamma::{gamma_quantile, upper_point};

/// Garwood's exact interval (1936).
#[must_use]
pub fn garwood(count: u64, exposure: f64, alpha: f64) -> Option<Bounds> {
    let high = garwood_upper(count, exposure, alpha / 2.0)?;
    let low = if count == 0 { 0.0 } else { gamma_quantile(count as f64, alpha / 2.0)? / exposure };
    Some(Bounds { low, high })
}

/// The one-sided exact upper bound.
#[must_use]
pub fn garwood_upper(count: u64, exposure: f64, alpha: f64) -> Option<f64> {
    if exposure > 0.0 && exposure.is_finite() { Some(upper_point(count as f64 + 1.0, alpha)? / exposure) } else { None }
}

/// The equal-tailed interval of the posterior under Jeffreys' prior (gamma with shape `count + ½`).
#[must_use]
pub fn jeffreys_rate(count: u64, exposure: f64, alpha: f64) -> Option<Bounds> {
    if !(exposure > 0.0 && exposure.is_finite()) {
        return None;
    }
    let shape = count as f64 + 0.5;
    let (low, high) = (gamma_quantile(shape, alpha / 2.0)?, upper_point(shape, alpha / 2.0)?);
    Some(Bounds { low: low / exposure, high: high / exposure })
}

#[cfg(test)]
mod tests {
    use super::super::{poisson_lower, poisson_upper};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_rule_of_three() {
        let high = garwood_upper(0, 100.0, 0.05).unwrap();
        assert!((high - 20.0_f64.ln() / 100.0).abs() < 1e-14);
    }

    #[test]
    fn out_of_range_is_none() {
        assert_eq!(garwood(1, 0.0, 0.05), None);
        assert_eq!(garwood(1, 1.0, 0.0), None);
        assert_eq!(jeffreys_rate(1, f64::INFINITY, 0.05), None);
    }

    proptest! {
        #[test]
        fn ends_are_where_the_tails_have_their_share(count in 1..100_000u64, exposure in 0.1..1e3_f64) {
            let bounds = garwood(count, exposure, 0.05).unwrap();
            prop_assert!((poisson_upper(count, bounds.low * exposure).exp() - 0.025).abs() < 1e-10);
            prop_assert!((poisson_lower(count, bounds.high * exposure).exp() - 0.025).abs() < 1e-10);
            let rate = count as f64 / exposure;
            prop_assert!(bounds.low < rate && rate < bounds.high);
        }
    }
}
