//! Intervals of a binomial proportion (Brown, Cai & `DasGupta` 2001).
//!
//! Everywhere: `successes ≤ n`, `n ≥ 1`, confidence `1 − alpha` with 0 < alpha < 1; otherwise `None`. Ends lie in [0, 1].

use super::Bounds;
use super::beta::{logistic, lower_logit, upper_logit};
use super::quantile::normal_quantile;

/// Wilson's score interval (1927): what an [`Estimate`](super::Estimate) shows.
#[must_use]
pub fn wilson(successes: u64, n: u64, alpha: f64) -> Option<Bounds> {
    let (k, n) = checked(successes, n, alpha)?;
    let z = normal_quantile(1.0 - alpha / 2.0);
    Some(Bounds { low: score_lower(k, n, z), high: 1.0 - score_lower(n - k, n, z) })
}

/// One-sided lower bound of Wilson's kind.
#[must_use]
pub fn wilson_lower(successes: u64, n: u64, alpha: f64) -> Option<f64> {
    let (k, n) = checked(successes, n, alpha)?;
    Some(score_lower(k, n, normal_quantile(1.0 - alpha)))
}

/// The lower root of the score equation as `product of the roots ÷ upper root`, which does not cancel.
fn score_lower(k: f64, n: f64, z: f64) -> f64 {
    let square = z * z;
    let upper = k + square / 2.0 + z * (k * (n - k) / n + square / 4.0).sqrt();
    k / n * (k / upper)
}

/// The exact interval of Clopper & Pearson (1934): never covers less than it says.
#[must_use]
pub fn clopper_pearson(successes: u64, n: u64, alpha: f64) -> Option<Bounds> {
    let (k, total) = checked(successes, n, alpha)?;
    let high = if successes == n { 1.0 } else { logistic(upper_logit(k + 1.0, total - k, alpha / 2.0)?) };
    Some(Bounds { low: clopper_pearson_lower(successes, n, alpha / 2.0)?, high })
}

/// The one-sided exact lower bound: what gates use.
#[must_use]
pub fn clopper_pearson_lower(successes: u64, n: u64, alpha: f64) -> Option<f64> {
    let (k, n) = checked(successes, n, alpha)?;
    if successes == 0 { Some(0.0) } else { lower_logit(k, n - k + 1.0, alpha).map(logistic) }
}

/// The equal-tailed interval of the posterior under Jeffreys' prior, without changed end points at 0 and `n`.
#[must_use]
pub fn jeffreys(successes: u64, n: u64, alpha: f64) -> Option<Bounds> {
    let (k, total) = checked(successes, n, alpha)?;
    let high = logistic(upper_logit(k + 0.5, total - k + 0.5, alpha / 2.0)?);
    Some(Bounds { low: jeffreys_lower(successes, n, alpha / 2.0)?, high })
}

/// One-sided lower bound of Jeffreys' kind.
#[must_use]
pub fn jeffreys_lower(successes: u64, n: u64, alpha: f64) -> Option<f64> {
    let (k, n) = checked(successes, n, alpha)?;
    lower_logit(k + 0.5, n - k + 0.5, alpha).map(logistic)
}

/// The interval of Agresti & Coull (1998), cut off at 0 and 1.
#[must_use]
pub fn agresti_coull(successes: u64, n: u64, alpha: f64) -> Option<Bounds> {
    let (k, n) = checked(successes, n, alpha)?;
    let z = normal_quantile(1.0 - alpha / 2.0);
    let total = z.mul_add(z, n);
    let centre = (k + z * z / 2.0) / total;
    let half = z * (centre * (1.0 - centre) / total).sqrt();
    Some(Bounds { low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}

fn checked(successes: u64, n: u64, alpha: f64) -> Option<(f64, f64)> {
    (n > 0 && successes <= n && alpha > 0.0 && alpha < 1.0).then_some((successes as f64, n as f64))
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Interval = fn(u64, u64, f64) -> Option<Bounds>;
    const ALL: [Interval; 4] = [wilson, clopper_pearson, jeffreys, agresti_coull];

    #[test]
    fn out_of_range_is_none() {
        for interval in ALL {
            assert_eq!(interval(0, 0, 0.05), None);
            assert_eq!(interval(2, 1, 0.05), None);
            assert_eq!(interval(1, 2, 0.0), None);
            assert_eq!(interval(1, 2, f64::NAN), None);
        }
    }

    #[test]
    fn the_ends_are_exact() {
        for interval in [wilson as Interval, clopper_pearson] {
            assert_eq!(interval(0, 7, 0.05).unwrap().low, 0.0);
            assert_eq!(interval(7, 7, 0.05).unwrap().high, 1.0);
        }
    }

    /// Statistics §10: 14 of 14 prove 80 %, 59 of 59 prove 95 %.
    #[test]
    fn zero_failures_needed_for_a_gate() {
        assert!(clopper_pearson_lower(14, 14, 0.05).unwrap() >= 0.80);
        assert!(clopper_pearson_lower(13, 13, 0.05).unwrap() < 0.80);
        assert!(clopper_pearson_lower(59, 59, 0.05).unwrap() >= 0.95);
    }

    proptest! {
        #[test]
        fn holds_the_share_and_mirrors(n in 1..2_000u64, part in 0.0..=1.0_f64, alpha in 0.001..0.5_f64) {
            let k = (part * n as f64) as u64;
            for interval in [wilson as Interval, clopper_pearson, agresti_coull] {
                let bounds = interval(k, n, alpha).unwrap();
                let share = k as f64 / n as f64;
                prop_assert!(bounds.low <= share + 1e-12 && share <= bounds.high + 1e-12);
                prop_assert!(bounds.low >= 0.0 && bounds.high <= 1.0);
                let mirror = interval(n - k, n, alpha).unwrap();
                prop_assert!((mirror.low - (1.0 - bounds.high)).abs() < 1e-9);
            }
        }

        #[test]
        fn rises_with_successes_and_widens_with_confidence(n in 2..2_000u64, part in 0.0..1.0_f64) {
            let k = (part * (n - 1) as f64) as u64;
            for interval in ALL {
                let (here, next) = (interval(k, n, 0.05).unwrap(), interval(k + 1, n, 0.05).unwrap());
                prop_assert!(next.low >= here.low && next.high >= here.high);
                let surer = interval(k, n, 0.01).unwrap();
                prop_assert!(surer.low <= here.low && surer.high >= here.high);
            }
        }
    }
}
