//! Farrington's detector as improved by Noufaily: one bin against the same hours of the weeks before.
//!
//! Sources: Farrington et al. (1996); Noufaily et al. (2013); the R package surveillance (Salmon, Schumacher & Höhle
//! 2016), whose `farringtonFlexible` with one period this reproduces; statistics.md, section 4.

use super::farrington_fit::{Cell, Fit, fit};
use super::negative_binomial::NegativeBinomial;
use super::normal::ln_normal_upper;
use super::quantile::normal_quantile;

/// How the upper bound follows from expected count and dispersion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FarringtonBound {
    /// Quantile of the negative binomial with variance `phi · mean`.
    #[default]
    NbPlugin,
    /// The same at the upper end of the expected count's confidence interval.
    Muan,
    /// Normal on the scale of the 2/3 power (Farrington 1996).
    Delta,
}

/// Standard error of the logarithm of the expected count: enters the bounds [`FarringtonBound::Muan`] and
/// [`FarringtonBound::Delta`], and the test of a trend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FarringtonError {
    /// That of the quasi-Poisson model.
    #[default]
    Textbook,
    /// As surveillance 1.20 has it: where weights are used, with dispersion `Σ ω ((y − μ) / μ)² / (n − p)`, because
    /// they take the place of the model's own. Too small by about `√μ`; only to compare with that package.
    Surveillance,
}

/// What the detector looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Farrington {
    /// Bins from one season to the next: 168 for hours of the week.
    pub period: usize,
    /// Seasons to look back.
    pub back: usize,
    /// Bins on either side of the same time in each season.
    pub half_width: usize,
    /// Bins right before the tested one that are not referred to.
    pub gap: usize,
    /// One-sided level of the upper bound, in (0, 1).
    pub alpha: f64,
    /// Anscombe residuals above this lose weight, so that past incidents do not raise the bound; `None`: no weights.
    pub reweight_above: Option<f64>,
    pub bound: FarringtonBound,
    pub error: FarringtonError,
    /// Whether a log-linear trend is kept where it is significant (p < .05), `back ≥ 3`, and it predicts at most the
    /// greatest count referred to.
    pub trend: bool,
    /// No alarm unless there are this many events …
    pub min_events: u64,
    /// … in so many bins up to the tested one.
    pub min_events_bins: usize,
}

impl Default for Farrington {
    /// Hours of the week, 8 weeks ± 1 hour, and 5 events in 4 bins.
    fn default() -> Self {
        Self {
            period: 168,
            back: 8,
            half_width: 1,
            gap: 1,
            alpha: 1e-3,
            reweight_above: Some(2.58),
            bound: FarringtonBound::NbPlugin,
            error: FarringtonError::Textbook,
            trend: false,
            min_events: 5,
            min_events_bins: 4,
        }
    }
}

/// What the detector says of one bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FarringtonScore {
    pub expected: f64,
    /// Dispersion, at least 1.
    pub phi: f64,
    /// Counts above this are alarms.
    pub upper: f64,
    /// `ln P(count or more)`; −∞ where something happens of which there is none in the past.
    pub ln_p: f64,
    pub alarm: bool,
    pub trend_used: bool,
    /// Bins referred to.
    pub references: usize,
    /// Standard error of `ln expected`; infinite without events in the past.
    pub se_textbook: f64,
    /// The same as surveillance has it.
    pub se_surveillance: f64,
}

impl Farrington {
    /// Scores the bin at `index` of a series of counts in equal bins. `exposures` are traffic or time per bin (`None`:
    /// equal); bins without exposure are missing and not referred to.
    ///
    /// `None` where fewer than two bins can be referred to, the tested bin has no exposure, the slices differ in
    /// length, or `alpha` or the period is out of range.
    #[must_use]
    pub fn at(&self, counts: &[u64], exposures: Option<&[f64]>, index: usize) -> Option<FarringtonScore> {
        let count = *counts.get(index)?;
        let ok = self.period > 0 && self.alpha > 0.0 && self.alpha < 1.0;
        if !ok || exposures.is_some_and(|exposures| exposures.len() != counts.len()) {
            return None;
        }
        let exposure = |bin: usize| exposures.map_or(1.0, |exposures| exposures[bin]);
        if !is_exposed(exposure(index)) {
            return None;
        }
        let cells = self.references(index, |bin| (counts[bin], exposure(bin)));
        let fit = self.chosen(&cells, exposure(index))?;
        let (upper, ln_p) = self.bound(&fit, count, fit.rate * exposure(index))?;
        let recent = &counts[(index + 1).saturating_sub(self.min_events_bins)..=index];
        let enough = recent.iter().sum::<u64>() >= self.min_events;
        Some(FarringtonScore {
            expected: fit.rate * exposure(index),
            phi: fit.phi,
            upper,
            ln_p,
            alarm: enough && count as f64 > upper,
            trend_used: fit.slope != 0.0,
            references: cells.len(),
            se_textbook: fit.se_textbook(),
            se_surveillance: fit.se_surveillance(),
        })
    }

    /// Bins referred to, in order, each once.
    fn references(&self, index: usize, at: impl Fn(usize) -> (u64, f64)) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(self.back * (2 * self.half_width + 1));
        let (end, mut from) = (index.saturating_sub(self.gap), 0);
        for season in (1..=self.back).rev() {
            let Some(centre) = index.checked_sub(season * self.period) else { continue };
            for bin in from.max(centre.saturating_sub(self.half_width))..end.min(centre + self.half_width + 1) {
                let (count, exposure) = at(bin);
                if is_exposed(exposure) {
                    cells.push(Cell::new(count, exposure, bin as f64 - index as f64));
                }
                from = bin + 1;
            }
        }
        cells
    }

    /// The model with a trend where that is asked for and holds, otherwise the one without.
    fn chosen(&self, cells: &[Cell], exposure: f64) -> Option<Fit> {
        if self.trend && self.back >= 3 {
            if let Some(fit) = fit(cells, self.reweight_above, true) {
                let package = self.error == FarringtonError::Surveillance;
                let highest = cells.iter().map(|cell| cell.count).fold(0.0, f64::max);
                if fit.trend_p(package)? < 0.05 && fit.rate * exposure <= highest {
                    return Some(fit);
                }
            }
        }
        fit(cells, self.reweight_above, false)
    }

    /// The upper bound and the log p-value of `count`.
    fn bound(&self, fit: &Fit, count: u64, mean: f64) -> Option<(f64, f64)> {
        if mean <= 0.0 {
            return Some((0.0, if count == 0 { 0.0 } else { f64::NEG_INFINITY }));
        }
        let z = normal_quantile(1.0 - self.alpha);
        let se = if self.error == FarringtonError::Surveillance { fit.se_surveillance() } else { fit.se_textbook() };
        if self.bound == FarringtonBound::Delta {
            let tau = fit.phi + se * se * mean;
            let (centre, sd) = (mean.powf(2.0 / 3.0), 2.0 / 3.0 * (mean.cbrt() * tau).sqrt());
            let upper = (centre + z * sd).max(0.0).powf(1.5);
            return Some((upper, ln_normal_upper(((count as f64).powf(2.0 / 3.0) - centre) / sd)));
        }
        let raised = if self.bound == FarringtonBound::Muan { mean * (z * se).exp() } else { mean };
        let predictive = NegativeBinomial::nb1(raised, fit.phi)?;
        let guess = raised + z * predictive.variance().sqrt();
        let upper = upper_point(&predictive, self.alpha.ln(), guess.max(0.0) as u64)?;
        Some((upper as f64, predictive.upper(count)?))
    }
}

fn is_exposed(exposure: f64) -> bool {
    exposure > 0.0 && exposure.is_finite()
}

/// The smallest count that is exceeded with log probability at most `ln_alpha`.
fn upper_point(predictive: &NegativeBinomial, ln_alpha: f64, guess: u64) -> Option<u64> {
    let enough = |count: u64| Some(predictive.upper(count + 1)? <= ln_alpha);
    let mut step = 1 + (predictive.variance().sqrt() / 8.0) as u64;
    let (mut low, mut high) = (guess, guess);
    if enough(guess)? {
        // `high` is enough; `low` comes down until it is not.
        while enough(low)? {
            if low == 0 {
                return Some(0);
            }
            high = low;
            low = low.saturating_sub(step);
            step *= 2;
        }
    } else {
        while !enough(high)? {
            low = high;
            high = high.checked_add(step)?;
            step = step.checked_mul(2)?;
        }
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if enough(middle)? { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WEEKLY: Farrington = Farrington {
        period: 7,
        back: 4,
        half_width: 1,
        gap: 1,
        alpha: 0.01,
        reweight_above: Some(2.58),
        bound: FarringtonBound::NbPlugin,
        error: FarringtonError::Textbook,
        trend: false,
        min_events: 5,
        min_events_bins: 4,
    };

    #[test]
    fn too_little_past_is_none() {
        assert_eq!(WEEKLY.at(&[1; 40], None, 40), None);
        assert_eq!(WEEKLY.at(&[1; 40], None, 5), None);
        assert_eq!(WEEKLY.at(&[1; 40], Some(&[1.0; 39]), 39), None);
        assert_eq!(WEEKLY.at(&[1; 40], Some(&[0.0; 40]), 39), None);
        assert_eq!(WEEKLY.at(&[1; 40], None, 39).unwrap().references, 12);
        assert_eq!(WEEKLY.at(&[1; 40], None, 14).unwrap().references, 5);
        assert_eq!(Farrington { alpha: 0.0, ..WEEKLY }.at(&[1; 40], None, 39), None);
    }

    /// Statistics §4: without the rule of five events in four bins a single event in a quiet hour would alarm.
    #[test]
    fn a_quiet_past_alarms_only_with_enough_events() {
        let mut counts = vec![0; 40];
        counts[39] = 1;
        let score = WEEKLY.at(&counts, None, 39).unwrap();
        assert_eq!((score.expected, score.upper, score.ln_p, score.alarm), (0.0, 0.0, f64::NEG_INFINITY, false));
        counts[38] = 4;
        for bound in [FarringtonBound::NbPlugin, FarringtonBound::Muan, FarringtonBound::Delta] {
            assert!(Farrington { bound, ..WEEKLY }.at(&counts, None, 39).unwrap().alarm);
        }
    }

    #[test]
    fn overlapping_windows_are_referred_to_once() {
        let wide = Farrington { half_width: 5, ..WEEKLY };
        // Bins 39 − 28 − 5 to 37: the gap leaves out 38.
        assert_eq!(wide.at(&[1; 40], None, 39).unwrap().references, 32);
    }

    #[test]
    fn missing_bins_are_not_zeros() {
        let counts: Vec<u64> = (0..40).map(|bin| if bin < 20 { 0 } else { 6 }).collect();
        let exposures: Vec<f64> = (0..40).map(|bin| if bin < 20 { 0.0 } else { 2.0 }).collect();
        let score = WEEKLY.at(&counts, Some(&exposures), 39).unwrap();
        assert!((score.expected - 6.0).abs() < 1e-12 && score.references == 6);
    }

    #[test]
    fn a_past_incident_loses_weight() {
        let mut counts: Vec<u64> = (0..40).map(|bin| 10 + bin % 3).collect();
        counts[18] = 60;
        let wide = Farrington { half_width: 3, ..WEEKLY };
        let robust = wide.at(&counts, None, 39).unwrap();
        let plain = Farrington { reweight_above: None, ..wide }.at(&counts, None, 39).unwrap();
        assert!(robust.upper < plain.upper && robust.expected < plain.expected, "{robust:?} {plain:?}");
    }

    #[test]
    fn a_falling_trend_is_followed() {
        let counts: Vec<u64> = (0..60).map(|bin| (200.0 * f64::exp(-0.03 * f64::from(bin))) as u64).collect();
        let score = Farrington { trend: true, ..WEEKLY }.at(&counts, None, 59).unwrap();
        assert!(score.trend_used && (score.expected - 200.0 * f64::exp(-0.03 * 59.0)).abs() < 1.0, "{score:?}");
        let rising: Vec<u64> = counts.into_iter().rev().collect();
        assert!(!Farrington { trend: true, ..WEEKLY }.at(&rising, None, 59).unwrap().trend_used);
    }

    proptest! {
        #[test]
        fn the_bound_is_where_p_reaches_alpha(counts in prop::collection::vec(0..60_u64, 40), alpha in 1e-6..0.3_f64) {
            let score = Farrington { alpha, min_events: 0, ..WEEKLY }.at(&counts, None, 39).unwrap();
            prop_assert_eq!(score.alarm, score.ln_p <= alpha.ln());
        }
    }
}
