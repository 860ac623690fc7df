//! The cost of a run as a month has it.

use super::costs::Costs;
use super::quantities::Quantities;
use crate::dataset::DataSet;
use serde::Serialize;

/// Days of a month.
pub const MONTH_DAYS: f64 = 30.0;

/// US dollars in 30 days, were every month like the data set's days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MonthlyCost {
    /// Days that the data set covers.
    pub days: f64,
    /// `30 ÷ days`: what the run's amounts were multiplied by.
    pub factor: f64,
    pub tokens_usd: f64,
    pub review_usd: f64,
    pub wrong_rollback_usd: f64,
    /// The three above.
    pub running_usd: f64,
    /// Harm of missed actionable incidents that a deploy caused, 24 hours at most each.
    pub missed_harm_usd: f64,
    /// Harm of those rightly acted on, from their start to the decision; the run's `total_usd` does not hold it.
    pub undergone_harm_usd: f64,
    /// Running it, and both harms (statistics.md §9, cost per day).
    pub total_usd: f64,
}

impl MonthlyCost {
    /// `None` for a data set without length.
    #[must_use]
    pub fn of(data: &DataSet, costs: &Costs, run: &Quantities) -> Option<Self> {
        let days = data.span.span().as_minutes() / 1440.0;
        let factor = (days > 0.0).then(|| MONTH_DAYS / days)?;
        let tokens_usd = factor * costs.price(run.cases.tokens + run.normalization);
        let running_usd = factor * costs.running(run);
        let wrong_rollback_usd = factor * costs.wrong_rollbacks(run);
        let (missed_harm_usd, undergone_harm_usd) =
            (factor * costs.harm(&run.missed), factor * costs.harm(&run.undergone));
        Some(Self {
            days,
            factor,
            tokens_usd,
            review_usd: factor * (costs.of_effort(&run.cases) - costs.price(run.cases.tokens)),
            wrong_rollback_usd,
            running_usd,
            missed_harm_usd,
            undergone_harm_usd,
            total_usd: running_usd + missed_harm_usd + undergone_harm_usd,
        })
    }
}
