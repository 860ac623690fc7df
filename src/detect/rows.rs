//! Detectors on one series of counts: each row is judged by the rows before it.

mod grid;
mod windows;

pub use windows::WindowsSpec;

use super::ReturnPeriodSpec;
use crate::dataset::CountSeries;
use crate::model::{Progress, UserError};
use serde::Serialize;
use std::f64::consts::LN_10;

/// A detector of rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RowDetectorSpec {
    ReturnPeriod(ReturnPeriodSpec),
    /// A detector of windows after deploys, each row a window.
    Windows(WindowsSpec),
}

impl Default for RowDetectorSpec {
    fn default() -> Self {
        Self::ReturnPeriod(ReturnPeriodSpec::default())
    }
}

/// What is said of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowVerdict {
    /// Count expected before the row was seen; `None`: the row was not judged.
    pub expected: Option<f64>,
    /// −log₁₀ of a p-value, from 0 up: comparable over all rows of a series.
    pub score: f64,
    /// An alarm begins.
    pub flag: bool,
}

impl RowVerdict {
    /// Of a row in the warm-up, or one whose count or exposure is not known.
    pub const UNJUDGED: Self = Self { expected: None, score: 0.0, flag: false };

    /// `ln_p`: natural logarithm, at most 0.
    #[must_use]
    pub fn new(expected: f64, ln_p: f64, flag: bool) -> Self {
        // Not the negative zero that −0 ÷ ln 10 would be.
        Self { expected: Some(expected), score: (-ln_p / LN_10).max(0.0) + 0.0, flag }
    }
}

impl RowDetectorSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::ReturnPeriod(spec) => spec.check(),
            Self::Windows(spec) => spec.check(),
        }
    }

    /// With what depends on the series' step in numbers.
    #[must_use]
    pub fn resolved(self, series: &CountSeries) -> Self {
        match self {
            Self::ReturnPeriod(spec) => Self::ReturnPeriod(spec.resolved(series)),
            Self::Windows(spec) => Self::Windows(spec),
        }
    }

    /// One verdict per row, in order; none depends on a later row.
    ///
    /// # Errors
    /// When the series cannot be judged so; without a place where a parameter does not fit its step.
    pub fn judge(&self, series: &CountSeries, progress: &dyn Progress) -> Result<Vec<RowVerdict>, UserError> {
        match self {
            Self::ReturnPeriod(spec) => spec.judge(series),
            Self::Windows(spec) => spec.judge(series, progress),
        }
    }
}
