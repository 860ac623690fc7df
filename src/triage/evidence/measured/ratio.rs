//! A ratio of rates with its interval, widened where counts vary more than Poisson counts.

use crate::stats::{Bounds, DifferenceInDifferences, RatePair, ln_normal_upper, pearson_phi};
use serde::Serialize;

/// The normal quantile of .975: every interval here holds 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Residuals beyond so many standard deviations count as that far: one incident in the past must not blind the test
/// (statistics.md §3).
const WINSOR: f64 = 4.0;

/// Fewer past windows than this say nothing of how much they vary.
const MIN_WINDOWS: usize = 3;

/// A ratio of rates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// At least 0; `None`: nothing to divide by, or no records at all.
    pub value: Option<f64>,
    /// The 95 % interval, from 0 to ∞ where the counts say nothing.
    pub interval: Bounds,
    /// Variance ÷ mean of the counts that the interval allows for, at least 1.
    pub phi: f64,
}

impl Ratio {
    /// The exact conditional interval of two rates. `None` where it cannot be computed.
    pub(super) fn of_rates(pair: &RatePair, phi: f64) -> Option<Self> {
        let interval = pair.ratio_interval(widened(phi))?;
        Some(Self { value: pair.ratio().filter(|value| value.is_finite()), interval, phi })
    }

    /// The exact conditional interval of a ratio of two ratios. `None` where it cannot be computed.
    pub(super) fn of_ratios(did: &DifferenceInDifferences, phi: f64) -> Option<Self> {
        let interval = did.ratio_interval(widened(phi))?;
        Some(Self { value: did.estimate(0.0, 1.0).map(|found| found.ln_ratio.exp()), interval, phi })
    }

    /// Whether the interval holds 1: no difference is shown.
    #[must_use]
    pub fn covers_one(&self) -> bool {
        self.interval.low <= 1.0 && 1.0 <= self.interval.high
    }

    /// Whether it is above 1 beyond chance.
    #[must_use]
    pub fn is_above_one(&self) -> bool {
        self.interval.low > 1.0
    }

    /// `3.2 (1.1 to 9)`.
    #[must_use]
    pub fn shown(&self) -> String {
        let value = self.value.map_or("–".to_owned(), short);
        format!("{value} ({} to {})", short(self.interval.low), short(self.interval.high))
    }
}

/// The error at which an exact interval has the width of one whose normal scores are shrunk by `√phi`, as the detectors shrink
/// their p-values (`detect::arms::overdispersed`): for large counts the standard error times `√phi`.
fn widened(phi: f64) -> f64 {
    2.0 * ln_normal_upper(Z * phi.max(1.0).sqrt()).exp()
}

/// Pearson's dispersion of counts in equally long windows about their mean (statistics.md §3), at least 1.
#[must_use]
pub fn phi(counts: &[u64]) -> f64 {
    let mean = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    let means = vec![mean; counts.len()];
    let enough = counts.len() >= MIN_WINDOWS;
    enough.then(|| pearson_phi(counts, &means, 1, WINSOR)).flatten().map_or(1.0, |phi| phi.max(1.0))
}

/// Two significant digits, whole from 10 on.
fn short(value: f64) -> String {
    if value.is_infinite() {
        "∞".to_owned()
    } else if value >= 10.0 || value == 0.0 {
        format!("{value:.0}")
    } else if value >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_overdispersion_the_interval_is_the_exact_one() {
        assert!((widened(1.0) - 0.05).abs() < 1e-12);
        let pair = RatePair::new(12, 60.0, 3, 60.0).unwrap();
        let (plain, wide) = (Ratio::of_rates(&pair, 1.0).unwrap(), Ratio::of_rates(&pair, 3.0).unwrap());
        let exact = pair.ratio_interval(0.05).unwrap();
        assert!((plain.interval.low - exact.low).abs() < 1e-9 && plain.is_above_one());
        assert!(wide.interval.low < plain.interval.low && wide.covers_one());
    }

    /// For large counts the logarithm's interval is √φ times as wide.
    #[test]
    fn large_counts_widen_like_the_normal_interval() {
        let pair = RatePair::new(40_000, 60.0, 40_000, 60.0).unwrap();
        let width = |phi| Ratio::of_rates(&pair, phi).unwrap().interval.high.ln();
        assert!((width(4.0) / width(1.0) - 2.0).abs() < 0.01);
    }

    #[test]
    fn silence_says_nothing() {
        let ratio = Ratio::of_rates(&RatePair::new(0, 1.0, 0, 1.0).unwrap(), 1.0).unwrap();
        assert_eq!((ratio.value, ratio.shown().as_str()), (None, "– (0 to ∞)"));
        assert!(ratio.covers_one());
        assert!((phi(&[]) - 1.0).abs() < f64::EPSILON && (phi(&[0, 0, 0, 0]) - 1.0).abs() < f64::EPSILON);
    }
}
