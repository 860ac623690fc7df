//! Pure numerics: tails of distributions, intervals, multiplicity, bootstrap, calibration, and [`Estimate`].
//!
//! No IO, no clock, and no randomness but a seed passed in. Tails are natural logarithms, so that p-values far below the
//! smallest `f64` keep their digits; nothing here relies on `statrs` for a tail or a quantile of beta, binomial or gamma,
//! whose versions lose digits at the counts that logs have.
//!
//! Layers, each using only those above it: `loader` (deviance form of the densities), `solve` (roots of log tails),
//! [`poisson_upper`] and friends, `gamma` and `beta` (continuous tails and their quantiles), binomial and negative binomial
//! tails, then what is built of them: [`RatePair`], intervals, [`Correction`], [`Estimate`].

mod beta;
mod binomial;
mod bootstrap;
mod calibration;
mod cost;
mod estimate;
mod gamma;
mod loader;
mod multiplicity;
mod negative_binomial;
mod poisson;
mod proportion;
mod quantile;
mod rate;
mod rate_pair;
mod solve;

pub use beta::{BetaTails, beta_quantile, beta_tails};
pub use binomial::{binomial_ln_pmf, binomial_lower, binomial_upper};
pub use bootstrap::{Difference, paired_difference, paired_total_difference};
pub use calibration::{Bin, Calibration};
pub use cost::{break_even_precision, false_positive_cost_at};
pub use estimate::{Estimate, Method};
pub use gamma::{GammaTails, gamma_quantile, gamma_tails};
pub use loader::{ln_1m_exp, ln_add_exp};
pub use multiplicity::{Correction, TwoLevel, simes, storey_pi0, storey_q, two_level};
pub use negative_binomial::{Gamma, NegativeBinomial};
pub use poisson::{poisson_ln_pmf, poisson_lower, poisson_mid_upper, poisson_upper};
pub use proportion::{
    agresti_coull, clopper_pearson, clopper_pearson_lower, jeffreys, jeffreys_lower, wilson, wilson_lower,
};
pub use quantile::{median, normal_quantile, quantile};
pub use rate::{garwood, garwood_upper, jeffreys_rate};
pub use rate_pair::RatePair;

use serde::{Deserialize, Serialize};

/// The two ends of an interval, `low ≤ high`; an end may be infinite where its definition says so.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
}
