//! How much burstier than Poisson a signature's counts are, from past windows as long as W.

use super::Past;

/// Counts of past windows against what was expected in each.
pub struct Residuals {
    /// Σ (y − μ)² ÷ μ, each Pearson residual winsorised.
    pub chi_square: f64,
    pub cells: usize,
}

impl Residuals {
    /// Residuals of the cells under one rate. Residuals beyond `winsor` standard deviations count as that far, so that an old
    /// outage does not pass for ordinary burstiness (statistics.md §3).
    pub fn under_rate<'p>(cells: impl Iterator<Item = &'p Past>, rate: f64, winsor: f64) -> Self {
        let mut residuals = Self { chi_square: 0.0, cells: 0 };
        for cell in cells {
            let mean = rate * cell.exposure;
            if mean > 0.0 {
                let pearson = (cell.count as f64 - mean) / mean.sqrt();
                residuals.chi_square += pearson.clamp(-winsor, winsor).powi(2);
                residuals.cells += 1;
            }
        }
        residuals
    }
}
