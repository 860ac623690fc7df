//! Metrics of a trial with what chance does to them: units are drawn with replacement, the same for every trial.

use super::amounts::Amounts;
use super::objective::{Form, Metric};
use super::record::Record;
use super::sheet::Sheet;
use crate::evaluate::MONTH_DAYS;
use crate::stats::{Resampled, Resamples};

/// Draws of a sheet's units. Trials that are resampled by one sampler are paired.
pub struct Sampler<'a> {
    sheet: &'a Sheet,
    draws: Resamples,
}

impl<'a> Sampler<'a> {
    #[must_use]
    pub fn of(sheet: &'a Sheet, replicates: usize, seed: u64) -> Self {
        Self { sheet, draws: Resamples::of(sheet.units.len(), replicates, seed) }
    }

    /// A metric of a trial: sums as 30 days have them, ratios, or a median. Its value is `None` where it is undefined or the incident log
    /// cannot tell it.
    #[must_use]
    pub fn metric(&self, metric: Metric, record: &Record, amounts: &[(usize, Amounts)]) -> Resampled {
        let mut found = match metric.form() {
            Form::PerMonth => self.per_month(amounts, |sum| metric.parts(sum).0),
            Form::Ratio => self.ratio(amounts, |sum| metric.parts(sum)),
            Form::Median => self.draws.median(&self.sheet.waits(record)),
        };
        found.value = found.value.filter(|_| metric.is_known(self.sheet.ground().labels));
        found
    }

    /// A sum over units, as 30 days have it.
    #[must_use]
    pub fn per_month(&self, amounts: &[(usize, Amounts)], amount: impl Fn(&Amounts) -> f64) -> Resampled {
        let parts: Vec<(usize, f64)> =
            amounts.iter().map(|(unit, sum)| (*unit, amount(sum))).filter(|part| part.1 != 0.0).collect();
        let days = self.sheet.ground().days;
        // A data set without length has no month.
        let factor = if days > 0.0 { MONTH_DAYS / days } else { f64::NAN };
        let mut found = self.draws.total(&parts).times(factor);
        found.value = found.value.filter(|value| value.is_finite());
        found
    }

    fn ratio(&self, amounts: &[(usize, Amounts)], parts: impl Fn(&Amounts) -> (f64, f64)) -> Resampled {
        let parts: Vec<(usize, f64, f64)> = amounts
            .iter()
            .map(|(unit, sum)| (*unit, parts(sum)))
            .filter(|(_, part)| part.1 != 0.0)
            .map(|(unit, part)| (unit, part.0, part.1))
            .collect();
        self.draws.ratio(&parts)
    }
}
