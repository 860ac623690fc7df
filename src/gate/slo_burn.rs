use super::{Passage, unknown};
use crate::model::Impact;
use crate::model::figure::{decimal, small_percent};
use serde::{Deserialize, Serialize};

/// Passes what burns the error budget fast enough.
///
/// *Passes when*: `burn = (excess ÷ requests in W) ÷ (1 − objective) ≥ min_burn`, or the requests are unknown. A burn of 1 spends the
/// budget exactly over the objective's period; the share of it that W spends is `burn × W ÷ period`.
/// *Fails when*: one failed request logs several records or none, since records stand for failed requests; when many small
/// signatures burn together, since each is judged by itself; and whatever burned before, since only the excess counts.
/// *Parameters*: `objective`; `min_burn`, for W of one hour 14.4: 2 % of a 30-day budget.
/// *Reference*: Google, *The Site Reliability Workbook* (2018), chapter 5, *Alerting on SLOs*, alerting on burn rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SloBurnSpec {
    /// Share of requests that must succeed, such as 0.999; in (0, 1).
    pub objective: f64,
    /// Smallest burn rate that passes; above 0.
    pub min_burn: f64,
}

impl SloBurnSpec {
    pub(super) fn check(self) -> Result<(), String> {
        if !(self.objective > 0.0 && self.objective < 1.0) {
            return Err(format!("gate.objective is {}: it lies in (0, 1)", self.objective));
        }
        if !(self.min_burn > 0.0 && self.min_burn.is_finite()) {
            return Err(format!("gate.min_burn is {}: it is a number above 0", self.min_burn));
        }
        Ok(())
    }

    pub(super) fn judge(self, impact: &Impact) -> Passage {
        let Some(failed) = impact.request_share else { return unknown("burn rate") };
        let budget = 1.0 - self.objective;
        let burn = failed / budget;
        Passage::of(burn >= self.min_burn, |sign| {
            format!(
                "burn rate {} {sign} {} ({} of requests beyond expectation, budget {})",
                decimal(burn),
                decimal(self.min_burn),
                small_percent(failed),
                small_percent(budget)
            )
        })
    }
}
