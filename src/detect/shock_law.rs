//! What multiplies a signature's rate from window to window: a gamma or a log-normal shock?

use super::dispersion::{ClassCells, Spread};
use crate::stats::{NegativeBinomial, PoissonLogNormal, ln_1m_exp, ln_add_exp, ln_p_with_estimated_variance};
use std::collections::BTreeMap;

/// Above this p-value a count is ordinary under either law: no level that anybody tests at lies there.
const ORDINARY: f64 = 0.2;

/// A count that is predicted with an estimated rate and an estimated dispersion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    pub expected: f64,
    pub spread: Spread,
    /// Exposure of what is predicted ÷ exposure that the rate rests on.
    pub uncertainty: f64,
}

/// `ln P(X ≥ k)` of a predicted count: the negative binomial's where that is ordinary, otherwise by the laws of the shocks that the
/// past cells speak for; Student's t in place of the normal law, by the degrees of freedom of the dispersion. `None` where it cannot
/// be computed.
#[must_use]
pub fn ln_p(cells: &ClassCells, prediction: Prediction, k: u64) -> Option<f64> {
    let Prediction { expected, spread, uncertainty } = prediction;
    let phi = spread.of_prediction(uncertainty);
    let gamma = NegativeBinomial::nb1(expected, phi)?.upper(k)?;
    // Which law holds matters at the far end only, and takes long to tell.
    let as_if_known =
        if gamma > ORDINARY.ln() { gamma } else { ShockLaw::of(cells, spread.phi).ln_upper(k, expected, phi)? };
    ln_p_with_estimated_variance(as_if_known, spread.degrees)
}

/// How far the past windows speak for log-normal shocks (long calm, rarely very many) rather than gamma ones. Both have the same
/// mean and variance and differ at the far end, where decisions are made and where few windows lie: so each counts by how likely it
/// makes *all* past windows (Bayesian model averaging; Hoeting et al. 1999).
#[derive(Clone, Copy, Debug, PartialEq)]
struct ShockLaw {
    /// Natural logarithm of the likelihood of log-normal over that of gamma shocks, both as likely beforehand.
    ln_odds: f64,
}

impl ShockLaw {
    /// `phi`: variance ÷ mean at the mean of the cells.
    fn of(cells: &ClassCells, phi: f64) -> Self {
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

    /// `ln P(X ≥ k)` of a count with this mean and variance ÷ mean, each law by its weight.
    fn ln_upper(self, k: u64, mean: f64, phi: f64) -> Option<f64> {
        let gamma = NegativeBinomial::nb1(mean, phi)?.upper(k)?;
        let Some(log_normal) = PoissonLogNormal::new(mean, (phi - 1.0) / mean) else { return Some(gamma) };
        // ln of 1 ÷ (1 + e^odds) and of its complement.
        let for_gamma = -ln_add_exp(0.0, self.ln_odds);
        let for_log_normal = if for_gamma == 0.0 { self.ln_odds } else { ln_1m_exp(for_gamma) };
        Some(ln_add_exp(for_gamma + gamma, for_log_normal + log_normal.upper(k)).min(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Past;
    use super::*;

    fn cells(counts: &[u64]) -> ClassCells {
        let cell = |(day, &count)| Past { count, exposure: 60.0, days_before: day, step: 0, same_class: true };
        ClassCells::of(&(1..).zip(counts).map(cell).collect::<Vec<Past>>())
    }

    /// Calm but for two peaks is what log-normal shocks look like; spread out evenly is what gamma ones do.
    #[test]
    fn the_past_says_which_law() {
        let mut peaks = vec![20, 25, 18, 22, 30, 16, 21, 24, 19, 27, 23, 20, 17, 26, 22, 20, 24, 19];
        peaks.extend([95, 140]);
        let spread = [0, 2, 5, 9, 12, 16, 20, 24, 29, 35, 41, 48, 3, 7, 14, 22, 33, 45, 60, 1];
        assert!(ShockLaw::of(&cells(&peaks), 33.0).ln_odds > 3.0);
        assert!(ShockLaw::of(&cells(&spread), 15.0).ln_odds < -3.0);
    }

    #[test]
    fn a_mixture_lies_between_its_laws() {
        let at = |ln_odds| ShockLaw { ln_odds }.ln_upper(120, 30.0, 10.0).unwrap();
        let (gamma, both, log_normal) = (at(-1e6), at(0.0), at(1e6));
        assert!(gamma < both && both < log_normal);
        assert!((gamma - NegativeBinomial::nb1(30.0, 10.0).unwrap().upper(120).unwrap()).abs() < 1e-12);
        assert!((both - f64::midpoint(gamma.exp(), log_normal.exp()).ln()).abs() < 1e-9);
    }

    #[test]
    fn poisson_stays_poisson() {
        let spread = Spread { phi: 1.0, of_days: 1.0, degrees: f64::INFINITY };
        let prediction = Prediction { expected: 3.0, spread, uncertainty: 0.0 };
        let got = ln_p(&cells(&[3, 4, 2, 5]), prediction, 9).unwrap();
        assert!((got - crate::stats::poisson_upper(9, 3.0)).abs() < 1e-12);
    }
}
