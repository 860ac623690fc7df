//! The return period over a whole series.

use super::{DAY, ReturnPeriod, Row, Tuning, Verdict};
use crate::dataset::{CountRow, CountSeries};
use crate::detect::rows::RowVerdict;
use crate::model::UserError;
use serde::{Deserialize, Serialize};

/// Blocks (days, as a rule) between false alarms where nothing else is asked for.
const BLOCKS: f64 = 7.0;

/// `kind = "return_period"` in a detector file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnPeriodSpec {
    #[serde(default)]
    kind: Kind,
    /// Days in which one false alarm is accepted, more than a day (and than a dozen rows). Absent: 7, or seven times a dozen rows
    /// where these are longer than a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_in_days: Option<f64>,
    /// Share of the false alarms that falls may have, in [0, 1); 0: falls never alarm.
    #[serde(default = "falls")]
    pub falls: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    ReturnPeriod,
}

fn falls() -> f64 {
    Tuning::default().falls
}

impl Default for ReturnPeriodSpec {
    fn default() -> Self {
        Self { kind: Kind::ReturnPeriod, one_in_days: None, falls: falls() }
    }
}

impl ReturnPeriodSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self { one_in_days: Some(days), .. } if !(*days > 1.0 && days.is_finite()) => {
                Err(format!("one_in_days is {days}: it is a number above 1"))
            }
            Self { falls, .. } if !(0.0..1.0).contains(falls) => Err(format!("falls is {falls}: it lies in [0, 1)")),
            _ => Ok(()),
        }
    }

    /// With `one_in_days` in numbers, where the series has a step.
    #[must_use]
    pub fn resolved(self, series: &CountSeries) -> Self {
        let tuning = Tuning::default();
        let block = series.step(tuning.warm_up).map(|step| tuning.block_of(step.as_minutes()));
        Self { one_in_days: self.one_in_days.or(block.map(|block| BLOCKS * block / DAY)), ..self }
    }

    /// What is said of each row. The length of a row is the median step of the warm-up, so that no later row has a say.
    ///
    /// # Errors
    /// When `one_in_days` is too short for rows of this length.
    pub fn judge(&self, series: &CountSeries) -> Result<Vec<RowVerdict>, UserError> {
        let tuning = Tuning { falls: self.falls, ..Tuning::default() };
        let Some((step, days)) = series.step(tuning.warm_up).zip(self.resolved(series).one_in_days) else {
            return Ok(vec![RowVerdict::UNJUDGED; series.rows.len()]);
        };
        let least = tuning.block_of(step.as_minutes()) / DAY;
        let mut detector = ReturnPeriod::new(step.as_minutes(), days, tuning).ok_or_else(|| {
            let reason = format!("one_in_days is {days}: with a row every {step} it is a number above {least}");
            UserError::new("", reason, "")
        })?;
        let judge = |row: &CountRow| {
            let Some((count, exposure)) = row.known() else { return RowVerdict::UNJUDGED };
            let minute = row.at.micros() as f64 / 60e6;
            let verdict = detector.push(Row { minute, count: f64::from(count), exposure });
            if detector.is_warm() { RowVerdict::from(verdict) } else { RowVerdict::UNJUDGED }
        };
        Ok(series.rows.iter().map(judge).collect())
    }
}

impl From<Verdict> for RowVerdict {
    fn from(verdict: Verdict) -> Self {
        Self::new(verdict.expected, verdict.ln_p, verdict.alarm)
    }
}
