//! Pure numerics: tails of distributions, intervals, multiplicity, bootstrap, calibration, and [`Estimate`].
//!
//! No IO, no clock, and no randomness but a seed passed in. Tails are natural logarithms, so that p-values far below the
//! smallest `f64` keep their digits; nothing here relies on `statrs` for a tail or a quantile of beta, binomial or gamma,
//! whose versions lose digits at the counts that logs have.
//!
//! Layers, each using only those above it: `loader` (deviance form of the densities), `solve` (roots of log tails),
//! [`poisson_upper`] and friends, `gamma` and `beta` (continuous tails and their quantiles), binomial and negative binomial
//! tails, then what is built of them: [`RatePair`], intervals, [`Correction`], [`Estimate`].

mod acceptance;
mod affiliation;
mod agreement;
mod alarm_matching;
mod assignment;
mod audit;
mod beta;
mod binomial;
mod bootstrap;
mod calibrated;
mod calibration;
mod clustering;
mod combine;
mod contingency;
mod cost;
mod cusum;
mod did;
mod dispersion;
mod e_value;
mod ears;
mod estimate;
mod etest;
mod farrington;
mod farrington_fit;
mod forest;
mod functional_anova;
mod gamma;
mod group_sequential;
mod grouping;
mod intervals;
mod isotonic;
mod kolmogorov;
mod loader;
mod mcnemar;
mod moments;
mod multiplicity;
mod nab;
mod negative_binomial;
mod normal;
mod novelty;
mod poisson;
mod poisson_binomial;
mod poisson_lognormal;
mod pr_curve;
mod prefix_scan;
mod proportion;
mod quantile;
mod range_pr;
mod rate;
mod rate_pair;
mod resamples;
mod sellke;
mod solve;
mod student;
mod survival;
mod window_scan;

pub use acceptance::{Acceptance, SampleSize, acceptance_number, design_effect, sample_size, zero_failure_n};
pub use affiliation::{Affiliation, ZoneScore};
pub use agreement::{Agreement, fleiss_kappa};
pub use alarm_matching::{Alarm, AlarmMatching, IncidentSpan, MatchTolerance, MatchedPair};
pub use assignment::{Edge, assign};
pub use audit::{AuditedRecall, Chapman, Stratum, audit_recall, chapman};
pub use beta::{BetaTails, beta_quantile, beta_tails};
pub use binomial::{binomial_ln_pmf, binomial_lower, binomial_upper};
pub use bootstrap::{Difference, paired_difference, paired_total_difference, ratio_bounds, statistic_bounds};
pub use calibrated::{CalibratedEce, calibrated_ece};
pub use calibration::{Bin, Calibration};
pub use clustering::{Clustering, PairCounts};
pub use combine::{
    BrownKost, CAUCHY_CAP, Combined, bonferroni, brown_kost, cauchy, fisher, ln_harmonic_mean_p, stouffer, tippett,
};
pub use cost::{
    AlarmCosts, CostPoint, RollbackDecision, RollbackStakes, ScoredCase, break_even_precision, cheapest, cost_curve,
    false_positive_cost_at,
};
pub use cusum::{Cusum, cusum_arl};
pub use did::{Change, DifferenceInDifferences, LogRatio};
pub use dispersion::{Dispersion, DispersionFit, pearson_phi};
pub use e_value::{
    Beta, EValue, binomial_e_value, canary_e_value, e_benjamini_hochberg, ln_mean_e, poisson_e_value,
    poisson_ln_likelihood_ratio,
};
pub use ears::{Ears, EarsMethod, EarsScore};
pub use estimate::{Estimate, Method};
pub use etest::EStatistic;
pub use farrington::{Farrington, FarringtonBound, FarringtonError, FarringtonScore};
pub use forest::{ForestShares, forest_anova};
pub use functional_anova::{VarianceShares, functional_anova};
pub use gamma::{GammaTails, gamma_quantile, gamma_tails};
pub use group_sequential::{GroupSequential, Spending, poisson_group_sequential};
pub use grouping::Grouping;
pub use isotonic::{Isotonic, IsotonicStep};
pub use kolmogorov::KolmogorovSmirnov;
pub use loader::{ln_1m_exp, ln_add_exp};
pub use mcnemar::mcnemar;
pub use moments::Moments;
pub use multiplicity::{Correction, TwoLevel, simes, storey_pi0, storey_q, testable, two_level};
pub use nab::{NAB_PROBATION, NabProfile, NabScore, nab_normalised, nab_probation, nab_windows};
pub use negative_binomial::{Gamma, NegativeBinomial};
pub use normal::{ln_normal_upper, normal_upper_point};
pub use novelty::{GoodTuring, NovelRate, novel_rate_test};
pub use poisson::{poisson_ln_pmf, poisson_lower, poisson_mid_upper, poisson_upper};
pub use poisson_binomial::poisson_binomial_upper;
pub use poisson_lognormal::PoissonLogNormal;
pub use pr_curve::{BestF, CurvePoint, PrCurve};
pub use prefix_scan::PrefixScan;
pub use proportion::{
    agresti_coull, clopper_pearson, clopper_pearson_lower, jeffreys, jeffreys_lower, wilson, wilson_lower,
};
pub use quantile::{median, normal_quantile, quantile};
pub use range_pr::{Cardinality, PositionalBias, RangeReward, range_precision, range_recall};
pub use rate::{garwood, garwood_upper, jeffreys_rate};
pub use rate_pair::RatePair;
pub use resamples::{Resampled, Resamples};
pub use sellke::{ln_bayes_factor_bound, posterior_probability};
pub use student::{ln_p_with_estimated_variance, ln_student_upper};
pub use survival::{KaplanMeier, Observation, SurvivalStep};
pub use window_scan::{ScanStatistic, ScanWindow};

use serde::{Deserialize, Serialize};

/// The two ends of an interval, `low ≤ high`; an end may be infinite where its definition says so.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
}
