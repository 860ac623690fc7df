//! The prefix scan: which time since the first bin, as since a deploy, exceeds its expectation most.
//!
//! Expectation-based Poisson scan (Neill 2009): the score of `c` events where `b` are expected is `c ln(c/b) − (c − b)`
//! if `c > b`, else 0.

use super::loader::{deviance, ln_add_exp, ln_binomial_density};
use super::poisson::{poisson_ln_pmf, poisson_upper};

/// Scores this close, relatively, are equal.
const TIE: f64 = 1e-12;

/// `ln` of the probability that may be left out, relative to the sum.
const LN_NEGLIGIBLE: f64 = 36.0;

/// Terms of an exact p-value that are too many: about two seconds.
const MAX_TERMS: f64 = 1e9;

/// Log likelihood ratio of a raised rate; ∞ where something happens that nothing is expected of.
fn score(count: f64, expected: f64) -> f64 {
    if count > expected { deviance(count, expected) } else { 0.0 }
}

/// The prefix (bins from the first on, as after a deploy) with the highest score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrefixScan {
    /// The score, ≥ 0.
    pub llr: f64,
    /// Index of the prefix's last bin; the shortest of the best.
    pub last: usize,
}

impl PrefixScan {
    /// Scans all prefixes of bins with `counts` events where `expected ≥ 0` were expected; to scan only some horizons,
    /// sum up the bins between them first. `None` without bins, for slices of different length, and for an expectation
    /// that is negative or not finite.
    #[must_use]
    pub fn of(counts: &[u64], expected: &[f64]) -> Option<Self> {
        if counts.is_empty() || counts.len() != expected.len() || !valid(expected) {
            return None;
        }
        let (mut count, mut mean) = (0, 0.0);
        let mut best = Self { llr: 0.0, last: 0 };
        for (last, (more, rate)) in counts.iter().zip(expected).enumerate() {
            count += more;
            mean += rate;
            let llr = score(count as f64, mean);
            if llr > best.llr {
                best = Self { llr, last };
            }
        }
        Some(best)
    }

    /// `ln` of the exact p-value: the probability that independent Poisson counts of means `expected` have a prefix
    /// with a score as high. Relative error of p about 1e-12, at any p.
    ///
    /// Time `O(Σ s²)` over the prefixes, with `s` about 15 standard deviations of the count: a millisecond for 48 bins
    /// and 150 events. `None` as in [`Self::of`], and where it would take seconds (from a few 10⁵ events on):
    /// [`Self::ln_p_bound`] is for those, and for screening.
    #[must_use]
    pub fn ln_p(&self, expected: &[f64]) -> Option<f64> {
        if self.llr <= 0.0 {
            return valid(expected).then_some(0.0);
        }
        Some(first_crossing(&boundary(self.llr, expected)?)?.min(0.0))
    }

    /// `ln` of an upper bound of the p-value, at most as many times too large as there are prefixes: the sum of the
    /// probabilities of each prefix alone. `None` as in [`Self::of`].
    #[must_use]
    pub fn ln_p_bound(&self, expected: &[f64]) -> Option<f64> {
        if self.llr <= 0.0 {
            return valid(expected).then_some(0.0);
        }
        let alone = boundary(self.llr, expected)?.into_iter().map(|bar| poisson_upper(bar.count, bar.mean));
        Some(alone.fold(f64::NEG_INFINITY, ln_add_exp).min(0.0))
    }
}

/// Whether all are finite and at least 0.
pub(super) fn valid(expected: &[f64]) -> bool {
    expected.iter().all(|mean| *mean >= 0.0 && mean.is_finite())
}

/// The smallest `count` of a prefix, `mean` expected, with the score that is tested.
#[derive(Clone, Copy)]
struct Bar {
    mean: f64,
    count: u64,
}

/// Bars of all prefixes but those that expect nothing more than the one before: they cannot be crossed first.
fn boundary(llr: f64, expected: &[f64]) -> Option<Vec<Bar>> {
    if !valid(expected) {
        return None;
    }
    let mut bars: Vec<Bar> = Vec::with_capacity(expected.len());
    let mut mean = 0.0;
    for more in expected {
        let before = mean;
        mean += more;
        if mean > before && llr.is_finite() {
            bars.push(Bar { mean, count: bar(llr, mean) });
        }
    }
    Some(bars)
}

/// The smallest count whose score is at least `llr > 0`.
fn bar(llr: f64, mean: f64) -> u64 {
    let reaches = |count: f64| score(count, mean) >= llr * (1.0 - TIE);
    // Bernstein's bound is above; the score is convex, so that Newton's steps come down to the root and stay above it.
    let mut at = mean + llr / 3.0 + (llr * llr / 9.0 + 2.0 * llr * mean).sqrt();
    for _ in 0..64 {
        let next = at - (deviance(at, mean) - llr) / (at / mean).ln();
        if next.is_nan() || at - next <= 1e-10 * at {
            break;
        }
        at = next;
    }
    let mut count = at.ceil();
    while count >= 1.0 && reaches(count - 1.0) {
        count -= 1.0;
    }
    while !reaches(count) {
        count += 1.0;
    }
    count as u64
}

/// `ln P(some prefix reaches its bar)`: the sum over prefixes of the probability that it is the first.
///
/// Given the count of a prefix, the counts of those inside are binomial, whatever the rates are. So what is carried
/// along is the probability of no crossing so far *given* the count, which never underflows; the Poisson density is
/// multiplied in as a logarithm at the end.
fn first_crossing(bars: &[Bar]) -> Option<f64> {
    let Some(first) = bars.first() else { return Some(f64::NEG_INFINITY) };
    let least = bars.iter().map(|bar| poisson_upper(bar.count, bar.mean)).fold(f64::NEG_INFINITY, f64::max);
    let mut ln_sum = poisson_upper(first.count, first.mean);
    let (mut below, mut terms) = (Bridge { low: 0, values: Vec::new() }, 0.0);
    for j in 0..bars.len() {
        let bar = bars[j];
        let share = if j == 0 { None } else { Some(bars[j - 1].mean / bar.mean) };
        let low = bars[j + 1..].iter().map(|later| least_needed(bar, *later)).min().unwrap_or(bar.count);
        if let Some(share) = share {
            let deviation = (bar.count as f64 * share * (1.0 - share)).sqrt();
            terms += (bar.count - low) as f64 * (1.0 + 18.0 * deviation);
            if terms > MAX_TERMS {
                return None;
            }
            ln_sum = ln_add_exp(ln_sum, below.crossing(bar, share, least));
        }
        let values = (low..bar.count).map(|count| share.map_or(1.0, |share| below.uncrossed(count, share))).collect();
        below = Bridge { low, values };
    }
    Some(ln_sum)
}

/// The smallest count at one bar from which a crossing at the later one matters: Bernstein's bound of the binomial
/// tail.
fn least_needed(bar: Bar, later: Bar) -> u64 {
    let share = bar.mean / later.mean;
    let (mean, variance) = (later.count as f64 * share, later.count as f64 * share * (1.0 - share));
    let third = LN_NEGLIGIBLE / 3.0;
    let away = third + (third * third + 2.0 * LN_NEGLIGIBLE * variance).sqrt();
    ((mean - away).max(0.0).floor() as u64).min(bar.count)
}

/// Probabilities that no bar was crossed, given the count of one prefix: of `low`, `low + 1`, … up to below its bar.
struct Bridge {
    low: u64,
    values: Vec<f64>,
}

impl Bridge {
    /// Probability that no bar was crossed so far, given `count` events in a prefix of which this one is expected to
    /// hold `share`.
    fn uncrossed(&self, count: u64, share: f64) -> f64 {
        let end = self.low + self.values.len() as u64;
        let last = count.min(end.saturating_sub(1));
        if end == self.low || last < self.low {
            return 0.0;
        }
        let start = ((count as f64 * share) as u64).clamp(self.low, last);
        let (n, odds) = (count as f64, share / (1.0 - share));
        let density = ln_binomial_density(start as f64, (count - start) as f64, share, 1.0 - share).exp();
        let middle = (start - self.low) as usize;
        let mut sum = density * self.values[middle];
        let (mut term, mut i) = (density, start as f64);
        for value in &self.values[middle + 1..=(last - self.low) as usize] {
            let ratio = (n - i) / (i + 1.0) * odds;
            term *= ratio;
            i += 1.0;
            sum += term * value;
            if ratio < 1.0 && term < f64::EPSILON * 0.01 * sum * (1.0 - ratio) {
                break;
            }
        }
        (term, i) = (density, start as f64);
        for value in self.values[..middle].iter().rev() {
            let ratio = i / ((n - i + 1.0) * odds);
            term *= ratio;
            i -= 1.0;
            sum += term * value;
            if ratio < 1.0 && term < f64::EPSILON * 0.01 * sum * (1.0 - ratio) {
                break;
            }
        }
        sum
    }

    /// `ln P(this bar is crossed, and none before)`, up to what is negligible beside `exp(least)`.
    fn crossing(&self, bar: Bar, share: f64, least: f64) -> f64 {
        let front = poisson_ln_pmf(bar.count, bar.mean);
        let (mut sum, mut weight, mut count) = (0.0, 1.0, bar.count);
        loop {
            sum += weight * self.uncrossed(count, share);
            count += 1;
            let ratio = bar.mean / count as f64;
            weight *= ratio;
            let left = front + (weight / (1.0 - ratio)).ln();
            if left <= least - LN_NEGLIGIBLE {
                return front + sum.ln();
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition: the distribution of the count while no bar is crossed, bin by bin.
    fn by_convolution(llr: f64, expected: &[f64]) -> f64 {
        let (mut alive, mut mean, mut crossed) = (vec![1.0], 0.0, 0.0);
        for more in expected {
            mean += more;
            let bar = (1..9999).find(|count| score(f64::from(*count), mean) >= llr * (1.0 - TIE)).unwrap() as usize;
            let mut next = vec![0.0; bar];
            for (count, probability) in alive.iter().enumerate() {
                for (at, slot) in next.iter_mut().enumerate().skip(count) {
                    *slot += probability * poisson_ln_pmf((at - count) as u64, *more).exp();
                }
                crossed += probability * poisson_upper(bar.saturating_sub(count) as u64, *more).exp();
            }
            alive = next;
        }
        crossed
    }

    #[test]
    fn edges() {
        assert_eq!(PrefixScan::of(&[], &[]), None);
        assert_eq!(PrefixScan::of(&[1], &[1.0, 2.0]), None);
        assert_eq!(PrefixScan::of(&[1], &[-1.0]), None);
        let quiet = PrefixScan::of(&[0, 1], &[1.0, 1.0]).unwrap();
        assert_eq!((quiet.llr, quiet.last, quiet.ln_p(&[1.0, 1.0])), (0.0, 0, Some(0.0)));
        let impossible = PrefixScan::of(&[0, 1], &[0.0, 0.0]).unwrap();
        assert_eq!((impossible.llr, impossible.last), (f64::INFINITY, 1));
        assert_eq!(impossible.ln_p(&[0.0, 0.0]), Some(f64::NEG_INFINITY));
        assert_eq!(impossible.ln_p_bound(&[0.0, 1.0]), Some(f64::NEG_INFINITY));
    }

    #[test]
    fn one_bin_is_a_poisson_test() {
        let scan = PrefixScan::of(&[9], &[2.5]).unwrap();
        assert!((scan.ln_p(&[2.5]).unwrap() - poisson_upper(9, 2.5)).abs() < 1e-13);
        assert_eq!(scan.ln_p(&[2.5]), scan.ln_p_bound(&[2.5]));
    }

    /// Bins that expect nothing change nothing, wherever they are.
    #[test]
    fn empty_bins_do_not_count() {
        let with = PrefixScan::of(&[0, 4, 0, 0, 5, 0], &[0.0, 1.5, 0.0, 0.0, 2.0, 0.0]).unwrap();
        let without = PrefixScan::of(&[4, 5], &[1.5, 2.0]).unwrap();
        assert_eq!(with.llr, without.llr);
        assert_eq!(with.ln_p(&[0.0, 1.5, 0.0, 0.0, 2.0, 0.0]), without.ln_p(&[1.5, 2.0]));
    }

    /// Far below the smallest `f64`, where prefixes of very different rate ratios matter alike.
    #[test]
    fn far_below_the_smallest_float() {
        let expected = vec![4.0; 48];
        let scan = PrefixScan::of(&[60; 48], &expected).unwrap();
        let (p, bound) = (scan.ln_p(&expected).unwrap(), scan.ln_p_bound(&expected).unwrap());
        let single = poisson_upper(60 * 48, 4.0 * 48.0);
        assert!(p < -4000.0 && p <= bound && p >= single, "{single} {p} {bound}");
    }

    #[test]
    fn too_many_events_have_a_bound_only() {
        let expected = [1e8; 9];
        let scan = PrefixScan::of(&[100_100_000; 9], &expected).unwrap();
        assert_eq!(scan.ln_p(&expected), None);
        assert!(scan.ln_p_bound(&expected).unwrap() < -400.0);
    }

    proptest! {
        #[test]
        fn agrees_with_convolution(cells in prop::collection::vec((0..7_u64, 0.05..6.0_f64), 1..12)) {
            let (counts, expected): (Vec<u64>, Vec<f64>) = cells.into_iter().unzip();
            let scan = PrefixScan::of(&counts, &expected).unwrap();
            prop_assume!(scan.llr > 0.0);
            let (p, slow) = (scan.ln_p(&expected).unwrap().exp(), by_convolution(scan.llr, &expected));
            prop_assert!((p - slow).abs() < 1e-11 * slow, "{p} {slow}");
            let bound = scan.ln_p_bound(&expected).unwrap().exp();
            prop_assert!(bound >= p * (1.0 - 1e-12) && bound <= p * expected.len() as f64);
        }

        #[test]
        fn the_bar_is_the_smallest_count(llr in 1e-6..1e4_f64, mean in 1e-3..1e6_f64) {
            let count = bar(llr, mean) as f64;
            prop_assert!(score(count, mean) >= llr * (1.0 - TIE) && score(count - 1.0, mean) < llr * (1.0 - TIE));
        }
    }
}
