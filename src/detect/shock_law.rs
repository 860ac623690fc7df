//! What multiplies a signature's rate from window to window: a gamma or a log-normal shock?

use super::dispersion::ClassCells;
use crate::stats::{NegativeBinomial, PoissonLogNormal, ln_1m_exp, ln_add_exp};
use std::collections::BTreeMap;

/// How far the past windows speak for log-normal shocks (long calm, rarely very many) rather than gamma ones. Both have the same
/// mean and variance and differ at the far end, where decisions are made and where few windows lie: so each counts by how likely it
/// makes *all* past windows (Bayesian model averaging; Hoeting et al. 1999).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShockLaw {
    /// Natural logarithm of the likelihood of log-normal over that of gamma shocks, both as likely beforehand.
    ln_odds: f64,
}

impl ShockLaw {
    /// `phi`: variance ÷ mean at the mean of the cells.
    #[must_use]
    pub fn of(cells: &ClassCells, phi: f64) -> Self {
        let alpha = (phi - 1.0) / cells.mean();
        let mut same: BTreeMap<(u64, u64), u32> = BTreeMap::new();
        for (&count, mean) in cells.counts.iter().zip(&cells.means) {
            *same.entry((mean.to_bits(), count)).or_default() += 1;
        }
        let odds = |(&(mean, count), &times): (&(u64, u64), &u32)| {
            let mean = f64::from_bits(mean);
            let laws = (PoissonLogNormal::new(mean, alpha), NegativeBinomial::nb2(mean, alpha));
            let (Some(log_normal), Some(gamma)) = laws else { return 0.0 };
            f64::from(times) * (log_normal.ln_pmf(count) - gamma.ln_pmf(count))
        };
        Self { ln_odds: same.iter().map(odds).sum() }
    }

    /// `ln P(X ≥ k)` of a count with this mean and variance ÷ mean, each law by its weight. `None` where it cannot be computed.
    #[must_use]
    pub fn ln_upper(self, k: u64, mean: f64, phi: f64) -> Option<f64> {
        let gamma = NegativeBinomial::nb1(mean, phi)?.upper(k)?;
        let Some(log_normal) = PoissonLogNormal::new(mean, (phi - 1.0) / mean) else { return Some(gamma) };
        // ln of 1 ÷ (1 + e^odds) and of its complement.
        let for_gamma = -ln_add_exp(0.0, self.ln_odds);
        let for_log_normal = if for_gamma == 0.0 { self.ln_odds } else { ln_1m_exp(for_gamma) };
        Some(ln_add_exp(for_gamma + gamma, for_log_normal + log_normal.upper(k)).min(0.0))
    }
}
