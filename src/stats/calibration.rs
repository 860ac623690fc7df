//! Whether stated probabilities come true (statistics.md §9).

use serde::{Deserialize, Serialize};

/// Probabilities are kept this far from 0 and 1 before their logarithm is taken.
const LOG_CLIP: f64 = 1e-15;

/// Predictions that fall together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Predictions in the bin, at least 1.
    pub count: u64,
    /// Outcomes among them that came true.
    pub positives: u64,
    /// Mean of their probabilities.
    pub confidence: f64,
    /// Share that came true.
    pub accuracy: f64,
}

/// How probabilities compare with outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    pub count: u64,
    /// Mean of (probability − outcome)², in [0, 1]; lower is better (Brier 1950).
    pub brier: f64,
    /// Mean negative log-likelihood in nats, probabilities clipped to within 1e-15 of 0 and 1.
    pub log_loss: f64,
    /// Share of outcomes that came true.
    pub base_rate: f64,
    pub mean_confidence: f64,
    /// Mean |accuracy − confidence| over bins of equal width, weighted by their counts. Biased upward below 500 predictions.
    pub ece_equal_width: f64,
    /// The same over bins of equal counts.
    pub ece_equal_mass: f64,
    /// The largest gap of a bin of equal width.
    pub mce_equal_width: f64,
    /// Mean (confidence − accuracy)² over bins of equal width (Murphy 1973).
    pub reliability: f64,
    /// Mean (accuracy − base rate)² over bins of equal width.
    pub resolution: f64,
    /// `base rate × (1 − base rate)`. Brier = reliability − resolution + uncertainty only if bins hold equal probabilities.
    pub uncertainty: f64,
    /// Standard normal under perfect calibration (Spiegelhalter 1986); `None` where every probability is 0, ½ or 1.
    pub spiegelhalter_z: Option<f64>,
    /// Bins of equal width that hold something, from low to high.
    pub bins_equal_width: Vec<Bin>,
    /// Bins of equal counts, from low to high.
    pub bins_equal_mass: Vec<Bin>,
}

impl Calibration {
    /// Compares `probabilities` in [0, 1] with `outcomes`, element by element, in `bins` bins.
    ///
    /// `None` where there is nothing to compare, the lengths differ, a probability is out of range, or `bins` is 0.
    #[must_use]
    pub fn of(probabilities: &[f64], outcomes: &[bool], bins: usize) -> Option<Self> {
        let valid = probabilities.iter().all(|p| (0.0..=1.0).contains(p));
        if probabilities.is_empty() || probabilities.len() != outcomes.len() || !valid || bins == 0 {
            return None;
        }
        let pairs: Vec<(f64, bool)> = probabilities.iter().copied().zip(outcomes.iter().copied()).collect();
        let mean = |of: fn(f64, bool) -> f64| pairs.iter().map(|&(p, y)| of(p, y)).sum::<f64>() / pairs.len() as f64;
        let base_rate = mean(|_, y| indicator(y));
        let wide = equal_width(&pairs, bins);
        let massive = equal_mass(&pairs, bins);
        Some(Self {
            count: pairs.len() as u64,
            brier: mean(|p, y| (p - indicator(y)).powi(2)),
            log_loss: mean(log_loss),
            base_rate,
            mean_confidence: mean(|p, _| p),
            ece_equal_width: weighted(&wide, |bin| (bin.accuracy - bin.confidence).abs()),
            ece_equal_mass: weighted(&massive, |bin| (bin.accuracy - bin.confidence).abs()),
            mce_equal_width: wide.iter().map(|bin| (bin.accuracy - bin.confidence).abs()).fold(0.0, f64::max),
            reliability: weighted(&wide, |bin| (bin.confidence - bin.accuracy).powi(2)),
            resolution: weighted(&wide, |bin| (bin.accuracy - base_rate).powi(2)),
            uncertainty: base_rate * (1.0 - base_rate),
            spiegelhalter_z: spiegelhalter(&pairs),
            bins_equal_width: wide,
            bins_equal_mass: massive,
        })
    }
}

fn indicator(outcome: bool) -> f64 {
    f64::from(u8::from(outcome))
}

fn log_loss(p: f64, outcome: bool) -> f64 {
    let p = p.clamp(LOG_CLIP, 1.0 - LOG_CLIP);
    -(if outcome { p } else { 1.0 - p }).ln()
}

/// `Σ(y − p)(1 − 2p) / √Σ(1 − 2p)² p (1 − p)`.
fn spiegelhalter(pairs: &[(f64, bool)]) -> Option<f64> {
    let excess: f64 = pairs.iter().map(|&(p, y)| (indicator(y) - p) * (1.0 - 2.0 * p)).sum();
    let variance: f64 = pairs.iter().map(|&(p, _)| (1.0 - 2.0 * p).powi(2) * p * (1.0 - p)).sum();
    (variance > 0.0).then(|| excess / variance.sqrt())
}

/// Mean of `of` over bins, weighted by their counts.
fn weighted(bins: &[Bin], of: impl Fn(&Bin) -> f64) -> f64 {
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    bins.iter().map(|bin| bin.count as f64 * of(bin)).sum::<f64>() / total as f64
}

/// Bin `min(bins − 1, ⌊p × bins⌋)`; empty bins are left out.
fn equal_width(pairs: &[(f64, bool)], bins: usize) -> Vec<Bin> {
    let mut groups = vec![Vec::new(); bins];
    for &pair in pairs {
        groups[((pair.0 * bins as f64) as usize).min(bins - 1)].push(pair);
    }
    groups.iter().filter_map(|group| bin(group)).collect()
}

/// Mean |accuracy − confidence| over bins of equal counts of pairs that are sorted by probability.
pub(super) fn ece_of_sorted(sorted: &[(f64, bool)], bins: usize) -> f64 {
    weighted(&cut(sorted, bins), |bin| (bin.accuracy - bin.confidence).abs())
}

/// Sorted by probability; ties keep their order.
fn equal_mass(pairs: &[(f64, bool)], bins: usize) -> Vec<Bin> {
    let mut sorted = pairs.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    cut(&sorted, bins)
}

/// Cut into groups whose sizes differ by at most 1, the larger ones first.
fn cut(sorted: &[(f64, bool)], bins: usize) -> Vec<Bin> {
    let (size, larger) = (sorted.len() / bins, sorted.len() % bins);
    let mut rest = sorted;
    let cut = |index| {
        let (group, after) = rest.split_at(size + usize::from(index < larger));
        rest = after;
        bin(group)
    };
    (0..bins.min(sorted.len())).filter_map(cut).collect()
}

fn bin(group: &[(f64, bool)]) -> Option<Bin> {
    let count = group.len() as u64;
    let positives = group.iter().filter(|pair| pair.1).count() as u64;
    let confidence = group.iter().map(|pair| pair.0).sum::<f64>() / count as f64;
    (count > 0).then(|| Bin { count, positives, confidence, accuracy: positives as f64 / count as f64 })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_to_compare_is_none() {
        assert_eq!(Calibration::of(&[], &[], 10), None);
        assert_eq!(Calibration::of(&[0.5], &[], 10), None);
        assert_eq!(Calibration::of(&[1.5], &[true], 10), None);
        assert_eq!(Calibration::of(&[f64::NAN], &[true], 10), None);
        assert_eq!(Calibration::of(&[0.5], &[true], 0), None);
    }

    #[test]
    fn perfect_foresight() {
        let calibration = Calibration::of(&[0.0, 1.0, 1.0], &[false, true, true], 15).unwrap();
        assert_eq!((calibration.brier, calibration.ece_equal_width, calibration.spiegelhalter_z), (0.0, 0.0, None));
    }

    proptest! {
        #[test]
        fn bins_hold_every_prediction_once(p in prop::collection::vec(0.0..=1.0_f64, 1..60), bins in 1..20usize) {
            let y: Vec<bool> = p.iter().enumerate().map(|(i, p)| *p > 0.3 && i % 3 > 0).collect();
            let calibration = Calibration::of(&p, &y, bins).unwrap();
            for held in [&calibration.bins_equal_width, &calibration.bins_equal_mass] {
                prop_assert_eq!(held.iter().map(|bin| bin.count).sum::<u64>(), p.len() as u64);
                prop_assert_eq!(held.iter().map(|bin| bin.positives).sum::<u64>(), y.iter().filter(|y| **y).count() as u64);
            }
            let gap = (calibration.mean_confidence - calibration.base_rate).abs();
            prop_assert!(calibration.ece_equal_width >= gap - 1e-12 && calibration.ece_equal_mass >= gap - 1e-12);
            prop_assert!(calibration.mce_equal_width >= calibration.ece_equal_width - 1e-12);
        }
    }
}
