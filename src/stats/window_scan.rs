//! The window scan: which stretch of bins exceeds its expectation most.

use super::loader::deviance;
use super::prefix_scan::valid;
use std::ops::RangeInclusive;

/// A later window must be better by this much.
const BETTER: f64 = 1e-12;

/// What a window is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScanStatistic {
    /// Its expectation (Neill 2009).
    Expectation,
    /// The bins outside it, all expectations scaled to the events there are (Kulldorff 1997): adds
    /// `(C − c) ln((C − c) / (C − b))`, with `C` events in all.
    Kulldorff,
}

/// Bins `start..end`, with the score that no other window exceeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanWindow {
    pub start: usize,
    pub end: usize,
    pub llr: f64,
}

impl ScanWindow {
    /// The best of all windows with so many bins; of equal ones that which starts, then ends, first. Its p-value is by
    /// placebo.
    ///
    /// Time `O(bins · widths)`. `None` where no window exceeds its expectation, for slices of different length, and for an
    /// expectation that is negative or not finite.
    #[must_use]
    pub fn best(
        counts: &[u64],
        expected: &[f64],
        widths: RangeInclusive<usize>,
        statistic: ScanStatistic,
    ) -> Option<Self> {
        if counts.len() != expected.len() || !valid(expected) {
            return None;
        }
        let total = counts.iter().sum::<u64>() as f64;
        let scale = match statistic {
            ScanStatistic::Expectation => 1.0,
            ScanStatistic::Kulldorff => total / expected.iter().sum::<f64>(),
        };
        let mut best: Option<Self> = None;
        for start in 0..counts.len() {
            let (mut count, mut mean) = (0, 0.0);
            let longest = (counts.len() - start).min(*widths.end());
            for end in start + 1..=start + longest {
                count += counts[end - 1];
                mean += expected[end - 1] * scale;
                let (inside, outside) = (count as f64, total - count as f64);
                if end - start < *widths.start() || inside.partial_cmp(&mean) != Some(std::cmp::Ordering::Greater) {
                    continue;
                }
                let mut llr = deviance(inside, mean);
                if statistic == ScanStatistic::Kulldorff {
                    llr += if outside > 0.0 { deviance(outside, total - mean) } else { total - mean };
                }
                if llr > best.map_or(0.0, |best| best.llr) + BETTER {
                    best = Some(Self { start, end, llr });
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::super::PrefixScan;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn windows() {
        let best = |counts: &[u64], expected: &[f64], widths, statistic| {
            ScanWindow::best(counts, expected, widths, statistic).map(|found| (found.start, found.end))
        };
        let (expectation, kulldorff) = (ScanStatistic::Expectation, ScanStatistic::Kulldorff);
        assert_eq!(best(&[], &[], 1..=3, expectation), None);
        assert_eq!(best(&[0, 0], &[1.0, 1.0], 1..=3, expectation), None);
        assert_eq!(best(&[0, 0], &[1.0, 1.0], 1..=3, kulldorff), None);
        assert_eq!(best(&[3, 3], &[1.0, 1.0], 1..=3, kulldorff), None);
        assert_eq!(best(&[1, 9, 9, 1], &[1.0; 4], 1..=3, expectation), Some((1, 3)));
        assert_eq!(best(&[1, 9, 9, 1], &[1.0; 4], 1..=3, kulldorff), Some((1, 3)));
        assert_eq!(best(&[9, 1, 9], &[1.0; 3], 1..=1, expectation), Some((0, 1)));
        assert_eq!(best(&[9, 1, 9], &[1.0; 3], 2..=2, expectation), Some((0, 2)));
        assert_eq!(best(&[1, 1], &[1.0, 0.0], 1..=2, expectation), Some((1, 2)));
    }

    proptest! {
        #[test]
        fn a_prefix_is_a_window(counts in prop::collection::vec(0..20_u64, 1..30)) {
            let expected = vec![4.0; counts.len()];
            let prefix = PrefixScan::of(&counts, &expected).unwrap();
            let window = ScanWindow::best(&counts, &expected, 1..=counts.len(), ScanStatistic::Expectation);
            prop_assert!(window.map_or(0.0, |window| window.llr) >= prefix.llr - 1e-9);
        }
    }
}
