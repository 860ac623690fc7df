//! The detection stage as a pipeline file says it.

use super::{Baseline, CommonShock, DetectorSpec, NewSignature};
use crate::series::Exposure;
use crate::stats::Correction;
use serde::{Deserialize, Serialize};

/// The detection stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectSpec {
    pub detector: DetectorSpec,
    /// Flags when the (corrected) p-value is below it; in (0, 1].
    pub alpha: f64,
    #[serde(default)]
    pub exposure: Exposure,
    /// The part of B that rates are compared with, for the detectors that compare W with one rate.
    #[serde(default, skip_serializing_if = "is_default")]
    pub baseline: Baseline,
    pub correction: Correction,
    /// The tests that are corrected together.
    #[serde(default, skip_serializing_if = "is_default")]
    pub family: Family,
    /// A known signature flags only with at least so many records in W.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub min_count: u64,
    /// A known signature flags only when the lower end of its rate ratio reaches this; 0: whatever it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_ratio: f64,
    /// Absent: new signatures never flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_signature: Option<NewSignature>,
    /// Absent: whether services that were not deployed rose too is not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_shock: Option<CommonShock>,
}

/// Which tests share a correction for multiplicity (statistics.md §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// All signatures of one deploy.
    #[default]
    Deploy,
    /// All signatures of the deploys of the same business day that had been decided by then.
    Day,
    /// Deploys of the day first (Simes, then Benjamini–Hochberg), then the signatures of those selected, at the share of deploys
    /// that were (Benjamini & Bogomolov 2014). `correction` must be `benjamini_hochberg`.
    TwoLevel,
}

fn one() -> u64 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands over a reference
fn is_one(count: &u64) -> bool {
    *count == 1
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl DetectSpec {
    /// A detector by itself: every record counts, nothing is corrected, nothing is new.
    #[must_use]
    pub fn plain(detector: DetectorSpec, alpha: f64) -> Self {
        Self {
            detector,
            alpha,
            exposure: Exposure::Time,
            baseline: Baseline::Flat,
            correction: Correction::None,
            family: Family::Deploy,
            min_count: 1,
            min_ratio: 0.0,
            new_signature: None,
            common_shock: None,
        }
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if !(self.alpha > 0.0 && self.alpha <= 1.0) {
            return Err(format!("detect.alpha is {}: it lies in (0, 1]", self.alpha));
        }
        if !(self.min_ratio >= 0.0 && self.min_ratio.is_finite()) {
            return Err(format!("detect.min_ratio is {}: it is a number from 0 up", self.min_ratio));
        }
        if self.baseline == (Baseline::Rolling { windows: 0 }) {
            return Err("detect.baseline.windows is 0: nothing could be expected".to_owned());
        }
        if self.family == Family::TwoLevel && self.correction != Correction::BenjaminiHochberg {
            let correction = self.correction.name();
            return Err(format!("detect.correction is {correction}: family = \"two_level\" needs benjamini_hochberg"));
        }
        self.detector.check()?;
        self.common_shock.map_or(Ok(()), |shock| shock.check())?;
        self.new_signature.map_or(Ok(()), |rule| rule.check())
    }
}
