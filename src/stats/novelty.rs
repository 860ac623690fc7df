//! Signatures that were never seen before: how many to expect (statistics.md §7).

use super::negative_binomial::Gamma;
use std::collections::BTreeMap;

/// How many signatures were seen how often, and what that says about those not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoodTuring {
    /// Signatures by the number of their events (≥ 1): Φᵢ of the formulas.
    spectrum: BTreeMap<u64, u64>,
    events: u64,
}

impl GoodTuring {
    /// From the number of events of each signature; those without events were not seen and do not count.
    #[must_use]
    pub fn of(counts: &[u64]) -> Self {
        let mut spectrum = BTreeMap::new();
        for count in counts.iter().filter(|count| **count > 0) {
            *spectrum.entry(*count).or_default() += 1;
        }
        Self { spectrum, events: counts.iter().fold(0, |sum, count| sum.saturating_add(*count)) }
    }

    /// Events in all.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Signatures seen exactly `times` ≥ 1 times.
    #[must_use]
    pub fn seen(&self, times: u64) -> u64 {
        self.spectrum.get(&times).copied().unwrap_or(0)
    }

    /// The probability that the next event has a new signature: those seen once ÷ events (Good 1953). `None` without events.
    #[must_use]
    pub fn missing_mass(&self) -> Option<f64> {
        (self.events > 0).then(|| self.seen(1) as f64 / self.events as f64)
    }

    /// The bound on [`Self::missing_mass`] that holds with probability `1 − delta`, at most 1:
    /// `n₁/n + (2√2 + √3) √(ln(3/δ)/n)` (`McAllester` & Schapire 2000). `None` without events or unless 0 < `delta` < 1.
    #[must_use]
    pub fn missing_mass_upper(&self, delta: f64) -> Option<f64> {
        let mass = self.missing_mass().filter(|_| delta > 0.0 && delta < 1.0)?;
        let slack = (2.0 * 2.0_f64.sqrt() + 3.0_f64.sqrt()) * ((3.0 / delta).ln() / self.events as f64).sqrt();
        Some((mass + slack).min(1.0))
    }

    /// How many signatures there are at least, seen or not: `S + n₁ (n₁ − 1) / (2 (n₂ + 1))` (Chao 1984, bias-corrected).
    #[must_use]
    pub fn chao1(&self) -> f64 {
        let species: u64 = self.spectrum.values().sum();
        let (once, twice) = (self.seen(1) as f64, self.seen(2) as f64);
        species as f64 + once * (once - 1.0).max(0.0) / (2.0 * (twice + 1.0))
    }

    /// How many new signatures to expect in `t` times as much observation as there was, 0 ≤ `t` ≤ 1: `−Σ (−t)ⁱ Φᵢ` (Good &
    /// Toulmin 1956). Can be negative where there are few. `None` for other `t`: the series has no meaning there.
    #[must_use]
    pub fn new_signatures(&self, t: f64) -> Option<f64> {
        let term = |(times, signatures): (&u64, &u64)| {
            let size = t.powf(*times as f64) * *signatures as f64;
            if times % 2 == 1 { size } else { -size }
        };
        (0.0..=1.0).contains(&t).then(|| self.spectrum.iter().map(term).sum())
    }
}

/// How surprising a number of first-seen signatures is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NovelRate {
    /// The rate of first-seen signatures as the past windows leave it.
    pub posterior: Gamma,
    /// `ln P(X ≥ observed)`.
    pub ln_p: f64,
}

/// Tests the number of first-seen signatures in a window against past windows of the same class: gamma–Poisson predictive
/// under Jeffreys' prior. Exposures in one unit; each past window has `window_exposure`.
///
/// `None` without past windows and unless both exposures are positive and finite.
#[must_use]
pub fn novel_rate_test(past: &[u64], window_exposure: f64, observed: u64, observed_exposure: f64) -> Option<NovelRate> {
    let total = past.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let posterior = Gamma::JEFFREYS.after(total, past.len() as f64 * window_exposure);
    let ln_p = posterior.predict(observed_exposure)?.upper(observed)?;
    Some(NovelRate { posterior, ln_p })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_seen() {
        for counts in [&[][..], &[0, 0]] {
            let seen = GoodTuring::of(counts);
            assert_eq!((seen.events(), seen.seen(1), seen.chao1()), (0, 0, 0.0));
            assert_eq!((seen.missing_mass(), seen.missing_mass_upper(0.05)), (None, None));
            assert_eq!(seen.new_signatures(1.0), Some(0.0));
        }
    }

    #[test]
    fn by_hand() {
        let seen = GoodTuring::of(&[1, 1, 0, 2, 7]);
        assert_eq!((seen.events(), seen.seen(1), seen.seen(2), seen.seen(3)), (11, 2, 1, 0));
        assert_eq!(seen.chao1(), 4.5);
        assert_eq!(seen.new_signatures(1.0), Some(2.0));
        assert_eq!(seen.new_signatures(0.0), Some(0.0));
        assert_eq!(seen.new_signatures(0.5), Some(1.0 - 0.25 + 0.5_f64.powi(7)));
        assert_eq!(seen.new_signatures(1.1), None);
        assert_eq!(seen.new_signatures(-0.1), None);
        assert_eq!(seen.missing_mass_upper(0.0), None);
    }

    #[test]
    fn no_past_is_none() {
        assert_eq!(novel_rate_test(&[], 1.0, 1, 1.0), None);
        assert_eq!(novel_rate_test(&[1], 0.0, 1, 1.0), None);
        assert_eq!(novel_rate_test(&[1], 1.0, 1, f64::INFINITY), None);
        assert_eq!(novel_rate_test(&[1], 1.0, 0, 1.0).unwrap().ln_p, 0.0);
    }

    /// Statistics §7: a rare signature's first events after a week of silence, under Jeffreys' prior.
    #[test]
    fn silence_for_a_week() {
        for (k, p) in [(1, 0.003), (2, 1.3e-5), (3, 6.5e-8)] {
            let got = novel_rate_test(&[0; 168], 1.0, k, 1.0).unwrap().ln_p.exp();
            assert!((got / p - 1.0).abs() < 0.02, "{k}: {got}");
        }
    }

    proptest! {
        #[test]
        fn bounds_and_order(counts in prop::collection::vec(0..50u64, 1..60), delta in 0.001..0.5_f64) {
            let seen = GoodTuring::of(&counts);
            prop_assume!(seen.events() > 0);
            let (mass, upper) = (seen.missing_mass().unwrap(), seen.missing_mass_upper(delta).unwrap());
            prop_assert!((0.0..=1.0).contains(&mass) && mass <= upper && upper <= 1.0);
            prop_assert!(seen.chao1() >= counts.iter().filter(|c| **c > 0).count() as f64);
        }
    }
}
