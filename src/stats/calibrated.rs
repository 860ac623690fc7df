//! What the expected calibration error shows of probabilities that are right (statistics.md §9).
//!
//! Bins of few outcomes are off by chance, so that the error is above 0 for everybody: below 500 predictions it says little unless
//! it is held against this. Consistency resampling, as Bröcker & Smith (2007) draw the bars of a reliability diagram: outcomes are
//! drawn from the probabilities themselves.

use super::calibration::ece_of_sorted;
use super::quantile::sorted_quantile;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// More predictions than this are not drawn anew: what chance adds to their error is below all that is printed.
const MOST: usize = 100_000;

/// The error over bins of equal counts that perfectly calibrated probabilities show.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibratedEce {
    /// Mean over the draws.
    pub mean: f64,
    /// Exceeded by one draw in twenty.
    pub high: f64,
    pub replicates: usize,
}

/// Draws outcomes from `probabilities` in [0, 1], `replicates` times.
///
/// `None` where there is nothing to draw or more than 100,000 predictions, a probability is out of range, or `bins` or `replicates`
/// is 0.
#[must_use]
pub fn calibrated_ece(probabilities: &[f64], bins: usize, replicates: usize, seed: u64) -> Option<CalibratedEce> {
    let valid = probabilities.iter().all(|p| (0.0..=1.0).contains(p));
    if probabilities.is_empty() || probabilities.len() > MOST || !valid || bins == 0 || replicates == 0 {
        return None;
    }
    let mut sorted = probabilities.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |_| {
        let pairs: Vec<(f64, bool)> = sorted.iter().map(|&p| (p, rng.random::<f64>() < p)).collect();
        ece_of_sorted(&pairs, bins)
    };
    let mut errors: Vec<f64> = (0..replicates).map(&mut draw).collect();
    errors.sort_by(f64::total_cmp);
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    Some(CalibratedEce { mean, high: sorted_quantile(&errors, 0.95)?, replicates })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;

    #[test]
    fn certainty_has_no_noise_and_few_predictions_have_much() {
        assert_eq!(calibrated_ece(&[0.0, 1.0, 1.0], 15, 50, 1).unwrap().high, 0.0);
        let at = |n: usize| calibrated_ece(&vec![0.5; n], 10, 400, 7).unwrap();
        let (few, many) = (at(50), at(5000));
        // Of 5 coins a bin, the share of heads is off by 0.1875 on average; of 500, by √(2/π · 0.25/500) = 0.0178.
        assert!((few.mean - 0.1875).abs() < 0.01 && (many.mean - 0.0178).abs() < 0.001, "{few:?} {many:?}");
        assert!(few.high > few.mean && few.high < 0.35);
        assert_eq!(at(50), at(50));
    }

    #[test]
    fn nothing_to_draw_is_none() {
        assert_eq!(calibrated_ece(&[], 15, 10, 1), None);
        assert_eq!(calibrated_ece(&[1.5], 15, 10, 1), None);
        assert_eq!(calibrated_ece(&[0.5], 0, 10, 1), None);
        assert_eq!(calibrated_ece(&[0.5], 15, 0, 1), None);
    }
}
