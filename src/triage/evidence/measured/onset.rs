//! When it began: one change of rate in the counts around the deploy.

use super::ratio::phi;
use super::source::measured;
use crate::model::Evidence;
use crate::stats::ln_normal_upper;
use crate::triage::evidence::rules;
use serde::Serialize;

/// `χ²(2, .95) = −2 ln .05`: what twice the log likelihood may lose within the interval. A place is no regular parameter, and
/// `χ²(1)` would hold too little: from a rate of 0 the time to the first record is exponential, for which this is exact.
const CHI2: f64 = 5.991_464_547_107_979;

/// A change must be this improbable by chance.
const ALPHA: f64 = 0.05;

/// Past windows count as so many (the 4 cell-equivalents of statistics.md §3): they tell a rare error's rate without deciding what
/// today's is.
const HISTORY_WINDOWS: f64 = 4.0;

/// A rise that begins this soon after the deploy began with it, in minutes.
pub const SOON: f64 = 10.0;

/// Clocks and deploy records are believed to this many minutes.
const SKEW: f64 = 2.0;

/// Counts of one signature in bins of equal length, from some time before the deploy to the end of W.
#[derive(Clone, Copy, Debug)]
pub struct Bins<'a> {
    pub counts: &'a [u64],
    /// Length of a bin, above 0.
    pub minutes: f64,
    /// Bins before the deploy; a bin begins where the deploy is.
    pub before: usize,
    /// Records in each of the past windows like W.
    pub past: &'a [u64],
    /// Length of W, in bins.
    pub window: f64,
}

/// Where the rate rose.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Onset {
    /// Minutes from the deploy to the beginning of the bin in which the rise shows; below 0: before the deploy. The likeliest.
    pub minutes: f64,
    /// The earliest that the 95 % interval holds, in the same unit; the first bin's where it rose before that.
    pub low: f64,
    /// The latest: where that bin ends.
    pub high: f64,
    /// Records per minute before the change (past windows among them, as far as they count) and after it.
    pub rate_before: f64,
    pub rate_after: f64,
    /// Variance ÷ mean of the counts that the interval allows for, at least 1.
    pub phi: f64,
    /// Probability of so great a likelihood ratio without any change, at most.
    pub p_value: f64,
}

/// What an onset says of the deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// The whole interval lies before the deploy.
    Before,
    /// Not before it, and within [`SOON`] minutes.
    WithIt,
    /// The whole interval lies more than [`SOON`] minutes after it.
    Late,
    /// The interval holds more than one of these.
    Unclear,
}

impl Onset {
    /// The likeliest place of one rise. `None`: no rise is shown, or there is nothing to compare.
    ///
    /// The log likelihood of a change at bin τ is that of Poisson counts with one rate before and a higher one from τ on, each at
    /// its best: `S₁ ln(S₁/n₁) + S₂ ln(S₂/n₂)` (Worsley 1986, *Biometrika* 73:91). All of it is divided by the over-dispersion φ (quasi
    /// likelihood, `McCullagh` & Nelder 1989): the larger of that of past windows like W and that of the bins about the fit, so that
    /// one burst is no more than one event. The interval is the profile likelihood's: from the first to the last τ with
    /// `2 (ℓmax − ℓ(τ)) ≤ φ χ²(2, .95)` (Siegmund 1988, *Int. Stat. Rev.* 56:31). A change is shown where the likelihood ratio's
    /// one-sided p-value times the number of places is at most 0.05 (Bonferroni). Time `O(bins)`.
    #[must_use]
    pub fn find(bins: &Bins<'_>) -> Option<Self> {
        let scan = Scan::of(bins)?;
        let (best, at_best) = scan.best()?;
        let (rate_before, rate_after) = scan.rates(best);
        let phi = phi(bins.past).max(scan.dispersion(bins, best));
        let gain = (2.0 * (at_best - scan.none) / phi).max(0.0);
        let p_value = (scan.places() as f64 * ln_normal_upper(gain.sqrt()).exp()).min(1.0);
        if p_value > ALPHA {
            return None;
        }
        let held = |tau: &usize| 2.0 * (at_best - scan.at(*tau)) <= phi * CHI2;
        let (first, last) = (scan.taus().find(held)?, scan.taus().rev().find(held)?);
        let minute = |bin: usize| (bin as f64 - bins.before as f64) * bins.minutes;
        Some(Self {
            minutes: minute(best),
            low: minute(first),
            high: minute(last + 1),
            rate_before: rate_before / bins.minutes,
            rate_after: rate_after / bins.minutes,
            phi,
            p_value,
        })
    }

    #[must_use]
    pub fn timing(&self) -> Timing {
        if self.high < -SKEW {
            Timing::Before
        } else if self.low > SOON {
            Timing::Late
        } else if self.low >= -SKEW && self.minutes <= SOON {
            Timing::WithIt
        } else {
            Timing::Unclear
        }
    }

    /// `is_rare`: hardly seen before. What is always there rises for many reasons, so that when it did counts for half.
    pub(in crate::triage) fn evidence(&self, is_rare: bool) -> Option<Evidence> {
        let usual = if is_rare { 1.0 } else { 0.5 };
        let (rule, strength, begins) = match self.timing() {
            Timing::Before => (rules::ONSET_BEFORE, 1.0, "It rose before the deploy"),
            Timing::WithIt => (rules::ONSET, usual, "It rose with the deploy"),
            Timing::Late => (rules::LATE_ONSET, usual, "It rose some time after the deploy"),
            Timing::Unclear => return None,
        };
        let Self { minutes, low, high, .. } = *self;
        let summary = format!(
            "{begins}: at minute {minutes:.0} ({low:.0} to {high:.0}), from {:.2} to {:.2} records a minute.",
            self.rate_before, self.rate_after
        );
        let places =
            [("onset after the deploy", minutes), ("onset, at the earliest", low), ("onset, at the latest", high)];
        Some(rule.evidence(strength, summary, places.map(|(name, value)| measured(name, value, "minutes")).to_vec()))
    }
}

/// Sums of the bins before each place, and what the past adds to them.
struct Scan {
    /// `sums[i]`: records of the first i bins.
    sums: Vec<u64>,
    /// Records and bins of the past, as far as they count.
    past: (f64, f64),
    /// The log likelihood without a change.
    none: f64,
}

impl Scan {
    /// `None` without a record.
    fn of(bins: &Bins<'_>) -> Option<Self> {
        let sums: Vec<u64> = std::iter::once(0)
            .chain(bins.counts.iter().scan(0_u64, |sum, &count| {
                *sum = sum.saturating_add(count);
                Some(*sum)
            }))
            .collect();
        let windows = bins.past.len() as f64;
        let weight = if windows > 0.0 { HISTORY_WINDOWS.min(windows) / windows } else { 0.0 };
        let past = (bins.past.iter().sum::<u64>() as f64 * weight, bins.window * windows * weight);
        let (records, length) = (*sums.last()? as f64 + past.0, bins.counts.len() as f64 + past.1);
        (*sums.last()? > 0).then(|| Self { sums, past, none: ln_likelihood(records, length) })
    }

    /// Bins that a change can begin with; at the first one where there is a past to change from.
    fn taus(&self) -> std::ops::Range<usize> {
        usize::from(self.past.1 <= 0.0)..self.sums.len() - 1
    }

    fn places(&self) -> usize {
        self.taus().len()
    }

    /// Records and bins before τ, and from it on.
    fn parts(&self, tau: usize) -> ((f64, f64), (f64, f64)) {
        let (before, all) = (self.sums[tau], self.sums[self.sums.len() - 1]);
        let bins = (self.sums.len() - 1) as f64;
        ((before as f64 + self.past.0, tau as f64 + self.past.1), ((all - before) as f64, bins - tau as f64))
    }

    /// Records per bin before τ, and from it on.
    fn rates(&self, tau: usize) -> (f64, f64) {
        let ((s1, n1), (s2, n2)) = self.parts(tau);
        (s1 / n1, s2 / n2)
    }

    /// The log likelihood of a rise at τ; without one where the rate fell.
    fn at(&self, tau: usize) -> f64 {
        let ((s1, n1), (s2, n2)) = self.parts(tau);
        if s1 / n1 < s2 / n2 { ln_likelihood(s1, n1) + ln_likelihood(s2, n2) } else { self.none }
    }

    /// The likeliest τ, the earliest of several.
    fn best(&self) -> Option<(usize, f64)> {
        self.taus().map(|tau| (tau, self.at(tau))).reduce(|a, b| if b.1 > a.1 { b } else { a })
    }

    /// Pearson's dispersion of the bins about the rates before and after τ.
    fn dispersion(&self, bins: &Bins<'_>, tau: usize) -> f64 {
        let (before, after) = self.rates(tau);
        let residual = |(bin, &count): (usize, &u64)| {
            let mean = if bin < tau { before } else { after };
            if mean > 0.0 { (count as f64 - mean).powi(2) / mean } else { 0.0 }
        };
        let degrees = bins.counts.len().saturating_sub(2).max(1) as f64;
        bins.counts.iter().enumerate().map(residual).sum::<f64>() / degrees
    }
}

/// Of `records` in `bins` at their own rate, up to what no rate changes.
fn ln_likelihood(records: f64, bins: f64) -> f64 {
    if records > 0.0 { records * (records / bins).ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Bins of a minute, an hour before the deploy and an hour after it.
    fn hour(counts: &[u64], past: &[u64]) -> Option<Onset> {
        Onset::find(&Bins { counts, minutes: 1.0, before: 60, past, window: 60.0 })
    }

    /// Poisson counts whose rate rises at `at`, by Knuth's product.
    fn simulated(rng: &mut ChaCha8Rng, rate: impl Fn(usize) -> f64, bins: usize) -> Vec<u64> {
        let mut draw = |mean: f64| {
            let (mut n, mut product) = (0, rng.random::<f64>());
            while product > (-mean).exp() {
                n += 1;
                product *= rng.random::<f64>();
            }
            n
        };
        (0..bins).map(|bin| draw(rate(bin))).collect()
    }

    #[test]
    fn a_rise_at_the_deploy_is_found_there() {
        let counts: Vec<u64> = (0..120).map(|bin| if bin < 61 { u64::from(bin % 20 == 7) } else { 2 }).collect();
        let onset = hour(&counts, &[2, 3, 3, 2]).unwrap();
        assert!((onset.minutes - 1.0).abs() < f64::EPSILON, "{onset:?}");
        assert!(onset.low >= 0.0 && onset.high <= 5.0 && onset.p_value < 1e-9, "{onset:?}");
        assert_eq!(onset.timing(), Timing::WithIt);
        let told = onset.evidence(true).unwrap();
        assert_eq!(told.summary, "It rose with the deploy: at minute 1 (0 to 2), from 0.04 to 2.00 records a minute.");
        assert!((onset.evidence(false).unwrap().weight * 2.0 - told.weight).abs() < 1e-12);
    }

    #[test]
    fn a_rise_before_the_deploy_is_told() {
        let counts: Vec<u64> = (0..120).map(|bin| u64::from(bin >= 30) * 2).collect();
        let onset = hour(&counts, &[]).unwrap();
        assert!((onset.minutes + 30.0).abs() < f64::EPSILON);
        assert_eq!(onset.timing(), Timing::Before);
        // As high all the while, but not in the past.
        let onset = hour(&[1; 120], &[0, 0, 0, 0, 1]).unwrap();
        assert!((onset.minutes + 60.0).abs() < f64::EPSILON && onset.timing() == Timing::Before, "{onset:?}");
    }

    #[test]
    fn what_began_later_is_late_and_what_cannot_be_told_is_unclear() {
        let late: Vec<u64> = (0..120).map(|bin| u64::from(bin >= 90)).collect();
        assert_eq!(hour(&late, &[0; 8]).unwrap().timing(), Timing::Late);
        let few: Vec<u64> = (0..120).map(|bin| u64::from([62, 80, 100, 115].contains(&bin))).collect();
        assert!(hour(&few, &[0; 8]).is_none_or(|onset| onset.timing() == Timing::Unclear));
    }

    #[test]
    fn one_burst_is_one_event() {
        let mut counts = vec![0; 120];
        counts[63] = 500;
        assert_eq!(hour(&counts, &[0; 8]), None);
        // A past that varies as much hides what would else show.
        let counts: Vec<u64> = (0..120).map(|bin| if bin < 60 { 1 } else { 2 }).collect();
        assert!(hour(&counts, &[60, 60, 60, 60]).is_some());
        assert_eq!(hour(&counts, &[5, 160, 10, 120, 2, 90]), None);
    }

    #[test]
    fn nothing_to_compare_says_nothing() {
        for counts in [&[][..], &[0][..], &[7][..], &[0, 0, 0][..], &[u64::MAX, u64::MAX][..]] {
            let bins = Bins { counts, minutes: 1.0, before: 1, past: &[], window: 1.0 };
            assert_eq!(Onset::find(&bins), None, "{counts:?}");
        }
    }

    /// The interval holds the true place; without a change seldom one is found.
    #[test]
    fn the_interval_covers_and_nothing_is_seldom_something() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for (before, after) in [(0.05, 0.5), (1.0, 2.5), (10.0, 14.0), (0.0, 0.3)] {
            let mut covered = Vec::new();
            for _ in 0..400 {
                let counts = simulated(&mut rng, |bin| if bin < 70 { before } else { after }, 120);
                let past = simulated(&mut rng, |_| before * 60.0, 15);
                covered.extend(hour(&counts, &past).map(|onset| onset.low <= 10.0 && 10.0 <= onset.high));
            }
            let share = covered.iter().filter(|held| **held).count() as f64 / covered.len() as f64;
            assert!(covered.len() > 300 && share >= 0.93, "{before} to {after}: {share} of {}", covered.len());
        }
        for rate in [0.03, 0.5, 8.0] {
            let found = (0..400).filter(|_| {
                let counts = simulated(&mut rng, |_| rate, 120);
                let past = simulated(&mut rng, |_| rate * 60.0, 15);
                hour(&counts, &past).is_some()
            });
            let found = found.count();
            assert!(found <= 20, "{found} of 400 at {rate}");
        }
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_estimate_and_lies_in_the_range(
            counts in prop::collection::vec(0..50_u64, 0..200), past in prop::collection::vec(0..500_u64, 0..10), before in 0..200_usize,
        ) {
            let bins = Bins { counts: &counts, minutes: 2.0, before, past: &past, window: 60.0 };
            if let Some(onset) = Onset::find(&bins) {
                prop_assert!(onset.low <= onset.minutes && onset.minutes < onset.high);
                prop_assert!(onset.low >= before as f64 * -2.0 && onset.high <= (counts.len() as f64 - before as f64) * 2.0);
                prop_assert!(onset.rate_after > onset.rate_before && onset.phi >= 1.0);
            }
        }
    }
}
