//! Did services that were not deployed rise too? Then the deploy is not the only suspect.

use super::Look;
use super::arms::{Arm, Arms, Both};
use crate::series::Series;
use crate::stats::NegativeBinomial;
use serde::{Deserialize, Serialize};

/// The question, as a pipeline asks it (statistics.md §5, *common shock*).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonShock {
    /// Level of each of its three tests; in (0, 1).
    pub alpha: f64,
}

/// The decision table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShockKind {
    /// Neither rose.
    Quiet,
    /// This service rose, the controls did not.
    DeploySuspect,
    /// Both rose, a control at least as improbably and this one no more than it: one incident, nothing to roll back.
    SharedCause,
    /// Both rose, this one more.
    Amplified,
    /// Only the controls rose.
    Elsewhere,
    /// There is no control, or no past window to compare with.
    Unknown,
}

/// What the totals of a service and of its controls say of a window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shock {
    pub kind: ShockKind,
    /// Upper-tail p-value of the service's records in W; 1 where unknown.
    pub p_treated: f64,
    /// Of the control that rose the most, times the number of controls: an outage elsewhere need not hit them all.
    pub p_controls: f64,
    /// Of the service having risen more than that control.
    pub p_difference: f64,
}

impl CommonShock {
    /// # Errors
    /// When `alpha` is out of range.
    pub fn check(&self) -> Result<(), String> {
        if self.alpha > 0.0 && self.alpha < 1.0 {
            return Ok(());
        }
        Err(format!("detect.common_shock.alpha is {}: it lies in (0, 1)", self.alpha))
    }

    /// Judges one window from the totals of its service and of each service that was not deployed.
    #[must_use]
    pub fn judge(&self, series: &Series, look: &Look) -> Shock {
        let alone = look.controls().iter().filter_map(|control| {
            let arms = Arms::of_service(series, look, control)?;
            Some((total_p(&arms, |both| both.control), arms))
        });
        let alone: Vec<(f64, Arms)> = alone.collect();
        let Some((p, arms)) = alone.iter().min_by(|a, b| a.0.total_cmp(&b.0)) else {
            return Shock { kind: ShockKind::Unknown, p_treated: 1.0, p_controls: 1.0, p_difference: 1.0 };
        };
        let p_treated = total_p(arms, |both| both.treated);
        let p_controls = (p * alone.len() as f64).min(1.0);
        let p_difference = arms.ln_p().exp();
        let [treated, controls, differs] = [p_treated, p_controls, p_difference].map(|p| p < self.alpha);
        // A difference can be too noisy to show; but what rose by less of a surprise explains nothing either.
        let more = differs || p_treated < p_controls;
        let kind = match (treated, controls, more) {
            (true, false, _) => ShockKind::DeploySuspect,
            (true, true, false) => ShockKind::SharedCause,
            (true, true, true) => ShockKind::Amplified,
            (false, true, _) => ShockKind::Elsewhere,
            (false, false, _) => ShockKind::Quiet,
        };
        Shock { kind, p_treated, p_controls, p_difference }
    }
}

/// Tail of a total in W under the rate and the dispersion of past windows of its class.
fn total_p(arms: &Arms, arm: impl Fn(&Both) -> Arm) -> f64 {
    let past: Vec<_> = arms.past.iter().map(&arm).collect();
    let (now, before) = (arm(&arms.now), arm(&arms.before()));
    let rate = before.count as f64 / before.exposure;
    let expected = rate * now.exposure;
    if expected <= 0.0 {
        return 1.0;
    }
    let residual = |arm: &Arm| (arm.count as f64 - rate * arm.exposure).powi(2) / (rate * arm.exposure);
    let degrees = past.len().saturating_sub(1).max(1);
    let dispersion = (past.iter().map(residual).sum::<f64>() / degrees as f64).max(1.0);
    let predictive = dispersion * (1.0 + now.exposure / before.exposure);
    NegativeBinomial::nb1(expected, predictive).and_then(|nb| nb.upper(now.count)).map_or(1.0, f64::exp)
}
