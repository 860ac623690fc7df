//! Whether a triager's probabilities come true.

use super::SEED;
use crate::stats::{CalibratedEce, Calibration, Estimate, calibrated_ece};
use serde::Serialize;

/// Bins of the expected calibration error (statistics.md §9).
const BINS: usize = 15;
/// Draws of the error that calibrated probabilities would show.
const REPLICATES: usize = 1000;

/// Stated probabilities of `caused` against what was so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// Labelled verdicts.
    pub count: u64,
    /// Mean of (probability − outcome)², in [0, 1]; lower is better.
    pub brier: f64,
    /// Expected calibration error, 15 bins of equal counts.
    pub ece: f64,
    /// The same over 15 bins of equal width.
    pub ece_equal_width: f64,
    /// What a perfectly calibrated triager would show with these probabilities, by chance alone.
    pub ece_if_calibrated: Option<CalibratedEce>,
    /// Bins of equal width that hold something, from low to high.
    pub diagram: Vec<ReliabilityBin>,
}

/// Verdicts with about the same probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Mean of their probabilities.
    pub stated: f64,
    /// Share of them that was truly caused.
    pub observed: Estimate,
}

impl Reliability {
    /// Of (probability of `caused`, truly caused) pairs; `None` without any.
    #[must_use]
    pub fn of(verdicts: impl Iterator<Item = (f64, bool)>) -> Option<Self> {
        let (probabilities, outcomes): (Vec<f64>, Vec<bool>) = verdicts.unzip();
        let calibration = Calibration::of(&probabilities, &outcomes, BINS)?;
        let bin = |bin: &crate::stats::Bin| ReliabilityBin {
            stated: bin.confidence,
            observed: Estimate::ratio(bin.positives, bin.count),
        };
        Some(Self {
            count: calibration.count,
            brier: calibration.brier,
            ece: calibration.ece_equal_mass,
            ece_equal_width: calibration.ece_equal_width,
            ece_if_calibrated: calibrated_ece(&probabilities, BINS, REPLICATES, SEED),
            diagram: calibration.bins_equal_width.iter().map(bin).collect(),
        })
    }
}
