//! Unconditional comparison of two Poisson rates: the E-test, and the z statistics it orders counts by.
//!
//! Source: Krishnamoorthy & Thomson, *A more powerful test for comparing two Poisson means* (2004); the statistics of
//! Gu, Ng, Tang & Schucany (2008). Everywhere `r = ratio · exposure1 / exposure0`, the ratio of the means under the
//! null hypothesis.

use super::loader::ln_add_exp;
use super::poisson::{poisson_ln_pmf, poisson_upper};
use super::rate_pair::RatePair;

/// What orders the pairs of counts in an E-test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EStatistic {
    /// Variance pooled under the null hypothesis: [`RatePair::z_score`].
    #[default]
    Score,
    /// Variance of the observed counts: [`RatePair::z_wald`].
    Wald,
}

/// Statistics this close, relatively, are ties: they belong to the rejection region.
const TIE: f64 = 1e-9;

/// Relative rounding error of the bound that [`Region::first`] solves for.
const ROUNDING: f64 = 1e-12;

/// `ln` of what is left out of a sum, relative to the sum.
const LN_NEGLIGIBLE: f64 = -40.0;

/// Beyond these, scaled numbers are scaled anew.
const LARGE: f64 = 1e100;
const SMALL: f64 = 1e-100;

/// Sum a tail anew where stepping to it takes more terms than this, or may multiply it by more than the exponential of
/// that.
const LONG_STEP: u64 = 256;
const LN_LARGE: f64 = 200.0;

impl RatePair {
    /// `r`; `None` unless `ratio` is positive and finite.
    fn mean_ratio(&self, ratio: f64) -> Option<f64> {
        let r = ratio * self.exposure1 / self.exposure0;
        (r > 0.0 && r.is_finite()).then_some(r)
    }

    /// `(k − r y) / √(r (k + y))` for counts `k` of arm 1 and `y` of arm 0; 0 without any events.
    #[must_use]
    pub fn z_score(&self, ratio: f64) -> Option<f64> {
        let (k, y, r) = (self.count1 as f64, self.count0 as f64, self.mean_ratio(ratio)?);
        Some(if k + y == 0.0 { 0.0 } else { (k - r * y) / (r * (k + y)).sqrt() })
    }

    /// `(k − r y) / √(k + r² y)`; 0 without any events.
    #[must_use]
    pub fn z_wald(&self, ratio: f64) -> Option<f64> {
        let (k, y, r) = (self.count1 as f64, self.count0 as f64, self.mean_ratio(ratio)?);
        Some(if k + y == 0.0 { 0.0 } else { (k - r * y) / (k + r * r * y).sqrt() })
    }

    /// `2 (√(k + ⅜) − √(r (y + ⅜))) / √(1 + r)`: nearest to normal at small counts (Huffman 1984).
    #[must_use]
    pub fn z_square_root(&self, ratio: f64) -> Option<f64> {
        let (k, y, r) = (self.count1 as f64, self.count0 as f64, self.mean_ratio(ratio)?);
        Some(2.0 * ((k + 0.375).sqrt() - (r * (y + 0.375)).sqrt()) / (1.0 + r).sqrt())
    }

    /// `(ln(k / y) − ln r) / √(1/k + 1/y)`; `None` where a count is 0.
    #[must_use]
    pub fn z_log(&self, ratio: f64) -> Option<f64> {
        let (k, y, r) = (self.count1 as f64, self.count0 as f64, self.mean_ratio(ratio)?);
        (k > 0.0 && y > 0.0).then(|| ((k / y).ln() - r.ln()) / (k.recip() + y.recip()).sqrt())
    }

    /// `ln` of the E-test's p-value that arm 1's rate exceeds `ratio` times arm 0's: the probability of all pairs of
    /// counts whose statistic is at least the observed one, at the means estimated under the null hypothesis. 0 without
    /// any events.
    ///
    /// Exact up to 1e-12 relatively, at any p. Time `O(√n)` for moderate p-values, where `n` is the total count.
    /// `None` unless `ratio` is positive and finite.
    #[must_use]
    pub fn ln_p_etest(&self, statistic: EStatistic, ratio: f64) -> Option<f64> {
        let r = self.mean_ratio(ratio)?;
        let total = (self.count1 + self.count0) as f64;
        if total == 0.0 {
            return Some(0.0);
        }
        let z = match statistic {
            EStatistic::Score => self.z_score(ratio)?,
            EStatistic::Wald => self.z_wald(ratio)?,
        };
        let mean0 = total / (1.0 + r);
        Some(rejected(mean0, r * mean0, Region::new(statistic, z, r)).min(0.0))
    }
}

/// The pairs `(x₁, x₀)` with a statistic of at least `z`.
///
/// With `s² = x₁ + offset · x₀`, "statistic ≥ z" is `s² − 2 half s − slope x₀ ≥ 0`; the statistic rises with `x₁` and
/// falls with `x₀`, so for each `x₀` the region starts at one `x₁`, which rises with `x₀`.
#[derive(Clone, Copy)]
struct Region {
    half: f64,
    slope: f64,
    offset: f64,
}

impl Region {
    fn new(statistic: EStatistic, z: f64, r: f64) -> Self {
        let z = z - TIE * z.abs();
        match statistic {
            EStatistic::Score => Self { half: z * r.sqrt() / 2.0, slope: 1.0 + r, offset: 1.0 },
            EStatistic::Wald => Self { half: z / 2.0, slope: r * (1.0 + r), offset: r * r },
        }
    }

    /// The smallest `x₁` of the region.
    fn first(&self, x0: f64) -> u64 {
        let product = self.slope * x0;
        let root = self.half.mul_add(self.half, product).sqrt();
        let s = if self.half >= 0.0 { self.half + root } else { product / (root - self.half) };
        (s * s * (1.0 - ROUNDING) - self.offset * x0).max(0.0).ceil() as u64
    }
}

/// `ln P((X₁, X₀) in region)` for independent Poisson counts: `Σ P(X₀ = x₀) P(X₁ ≥ first(x₀))`, from the largest `x₀`
/// that matters down, so that the second factor only ever grows by positive terms.
fn rejected(mean0: f64, mean1: f64, region: Region) -> f64 {
    // Terms fall above the mean, and beyond ten standard deviations they are negligible beside the one at the mean.
    let mut x0 = mean0 + 10.0 * mean0.sqrt() + 40.0;
    x0 = x0.floor();
    let mut weight = 1.0;
    let mut ln_weight = poisson_ln_pmf(x0 as u64, mean0);
    let mut tail = Tail::at(region.first(x0), mean1);
    let (mut ln_sum, mut part) = (f64::NEG_INFINITY, 0.0);
    for step in 1_u64.. {
        part += weight * tail.upper;
        let end = x0 == 0.0;
        if end || weight < SMALL || tail.upper > LARGE || part > LARGE || step % 32 == 0 {
            ln_sum = ln_add_exp(ln_sum, f64::ln(part) + ln_weight + tail.ln_scale);
            part = 0.0;
            ln_weight += f64::ln(weight);
            weight = 1.0;
            tail.rescale();
            // What is left is at most P(X₀ < x₀), a falling geometric series.
            let left = if x0 < mean0 { ln_weight - (1.0 - x0 / mean0).ln() } else { f64::INFINITY };
            if end || left < ln_sum + LN_NEGLIGIBLE {
                break;
            }
        }
        weight *= x0 / mean0;
        x0 -= 1.0;
        let first = region.first(x0);
        if tail.is_far(first) {
            ln_sum = ln_add_exp(ln_sum, f64::ln(part) + ln_weight + tail.ln_scale);
            part = 0.0;
            tail = Tail::at(first, mean1);
        } else {
            tail.lower_to(first);
        }
    }
    ln_sum
}

/// `P(X ≥ k)` of a Poisson count, divided by `exp(ln_scale)`, for falling `k`.
struct Tail {
    k: u64,
    mean: f64,
    upper: f64,
    density: f64,
    ln_scale: f64,
}

impl Tail {
    fn at(k: u64, mean: f64) -> Self {
        let ln_scale = poisson_upper(k, mean);
        Self { k, mean, upper: 1.0, density: (poisson_ln_pmf(k, mean) - ln_scale).exp(), ln_scale }
    }

    /// Whether stepping down to `k` would take long, or could overflow.
    fn is_far(&self, k: u64) -> bool {
        let steps = self.k.saturating_sub(k);
        steps > LONG_STEP || steps > 0 && steps as f64 * (self.k as f64 / self.mean).ln() > LN_LARGE
    }

    fn lower_to(&mut self, k: u64) {
        while self.k > k {
            self.density *= self.k as f64 / self.mean;
            self.upper += self.density;
            self.k -= 1;
        }
    }

    fn rescale(&mut self) {
        self.ln_scale += self.upper.ln();
        self.density /= self.upper;
        self.upper = 1.0;
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(k: u64, t: f64, y: u64, big: f64) -> RatePair {
        RatePair::new(k, t, y, big).unwrap()
    }

    #[test]
    fn no_events_say_nothing() {
        let empty = pair(0, 1.0, 0, 168.0);
        assert_eq!(empty.ln_p_etest(EStatistic::Score, 1.0), Some(0.0));
        assert_eq!((empty.z_score(1.0), empty.z_wald(1.0), empty.z_log(1.0)), (Some(0.0), Some(0.0), None));
        assert_eq!(empty.ln_p_etest(EStatistic::Wald, 0.0), None);
        assert_eq!(empty.z_square_root(f64::NAN), None);
    }

    /// Only pairs `(x₁, 0)` with `x₁ ≥ 800` and rarer ones are rejected: far below the smallest `f64`.
    #[test]
    fn far_below_the_smallest_float() {
        let score = pair(800, 1.0, 0, 168.0).ln_p_etest(EStatistic::Score, 1.0).unwrap();
        let alone = poisson_upper(800, 800.0 / 169.0) - 800.0 * 168.0 / 169.0;
        assert!(score >= alone && score < alone + 10.0, "{score} {alone}");
        assert!(pair(3_000_000, 1.0, 1_000_000, 1.0).ln_p_etest(EStatistic::Wald, 1.0).unwrap() < -5e5);
    }

    #[test]
    fn equal_large_counts_are_half() {
        let p = pair(1_000_000, 1.0, 1_000_000, 1.0).ln_p_etest(EStatistic::Score, 1.0).unwrap().exp();
        assert!((p - 0.5).abs() < 2e-4, "{p}");
        let p = pair(100_000_000, 100.0, 1_000_000, 1.0).ln_p_etest(EStatistic::Score, 1.0).unwrap().exp();
        assert!((p - 0.5).abs() < 2e-3, "{p}");
    }

    proptest! {
        /// The definition, on a grid.
        #[test]
        fn agrees_with_the_double_sum(k in 0..25_u64, y in 0..25_u64, t in 1..30_u32, wald in any::<bool>()) {
            let (r, n) = (f64::from(t) / 10.0, (k + y) as f64);
            let statistic = if wald { EStatistic::Wald } else { EStatistic::Score };
            let z = |x1: u64, x0: u64| {
                let pair = pair(x1, r, x0, 1.0);
                if wald { pair.z_wald(1.0).unwrap() } else { pair.z_score(1.0).unwrap() }
            };
            let (mean0, observed) = (n / (1.0 + r), z(k, y));
            let mut slow = 0.0;
            for x0 in 0..200 {
                for x1 in 0..200 {
                    if z(x1, x0) >= observed - TIE * observed.abs() - 1e-12 {
                        slow += (poisson_ln_pmf(x0, mean0) + poisson_ln_pmf(x1, r * mean0)).exp();
                    }
                }
            }
            let fast = pair(k, r, y, 1.0).ln_p_etest(statistic, 1.0).unwrap().exp();
            prop_assert!((fast - slow).abs() < 1e-11 * slow + 1e-300, "{fast} {slow}");
        }

        #[test]
        fn falls_with_the_count(k in 0..2_000_u64, y in 0..2_000_u64, t in 0.01..10.0_f64) {
            let here = pair(k, t, y, 1.0).ln_p_etest(EStatistic::Score, 1.0).unwrap();
            let next = pair(k + 50, t, y, 1.0).ln_p_etest(EStatistic::Score, 1.0).unwrap();
            prop_assert!(next <= here + 1e-3, "{here} {next}");
        }
    }
}
