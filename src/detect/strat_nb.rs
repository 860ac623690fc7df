//! Stratified negative binomial: the same hour of the week, shrunk to its class, with a pooled dispersion. The default where there
//! is no control.
//!
//! *Fires when* k is improbable given the rate at this hour of the week and the burstiness of past windows as long as W.
//! *Misses when* the rise is small against that burstiness: a control sees more. *Fires wrongly when* the rhythm changed lately, or
//! noise is persistent and far-tailed: 8 weeks do not show how far (see the table in `docs/detectors.md`).
//! *Parameters*: `shrink` (windows' worth of exposure that the class's rate counts as; absent: 1 to 24, by how much days of the week
//! differ), `winsor` (residuals beyond so many of their standard deviations count as that far), `pool` (windows' worth that the
//! service's dispersion counts as).
//! *Reference*: statistics.md §3; empirical Bayes shrinkage as in Gelman et al., §2.6 and Robbins 1956.
//!
//! The p-value takes into account that it is all estimated: the rate (whose variance is that of whole days, because neighbouring
//! windows are alike), the dispersion (Student's t in place of the normal law, by its degrees of freedom), and whether shocks are
//! gamma, which is the negative binomial, or log-normal.

use super::dispersion::{ClassCells, Pooling};
use super::expectation::{Borrowing, Strata};
use super::shock_law::{self, Prediction};
use super::{Detector, History, Score, above_zero};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StratNbSpec {
    /// Above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrink: Option<f64>,
    /// Above 0.
    pub winsor: f64,
    /// Above 0.
    pub pool: f64,
}

impl Default for StratNbSpec {
    fn default() -> Self {
        let Pooling { winsor, pool } = Pooling::DEFAULT;
        Self { shrink: None, winsor, pool }
    }
}

impl StratNbSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        self.shrink.map_or(Ok(()), |shrink| above_zero("shrink", shrink))?;
        self.pooling().check()
    }

    const fn pooling(&self) -> Pooling {
        Pooling { winsor: self.winsor, pool: self.pool }
    }
}

pub struct StratNb {
    spec: StratNbSpec,
}

impl StratNb {
    #[must_use]
    pub const fn new(spec: StratNbSpec) -> Self {
        Self { spec }
    }
}

impl Detector for StratNb {
    fn score(&self, history: &History) -> Score {
        let (past, window) = (history.past(), history.exposures.window);
        let cells = ClassCells::of(&past);
        let spread = self.spec.pooling().of_cells(&cells, history, history.window());
        let borrowing = Borrowing { shrink: self.spec.shrink, window, phi: spread.of_days };
        let rate = past.into_iter().collect::<Strata>().rate(history.flat_rate(), borrowing);
        let (expected, uncertainty) = (rate.value * window, window / rate.exposure);
        let ln_p = shock_law::ln_p(&cells, Prediction { expected, spread, uncertainty }, history.k);
        // What cannot be computed must not flag.
        Score { expected, ln_p: ln_p.unwrap_or(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Glance, refusal};
    use crate::model::Span;
    use crate::stats::poisson_upper;

    #[test]
    fn calm_counts_have_poissons_p_value() {
        let calm = Fixture::default().before("shop", "boom", |_, _| 10).during("shop", "boom", (0, 60), 20);
        let score = calm.score("kind = 'strat_nb'");
        // 24 cells and 24 of the class: the rate's own variance makes it a little more careful.
        assert!((score.expected - 10.0).abs() < 1e-9);
        assert!(score.ln_p > poisson_upper(20, 10.0) && score.ln_p < poisson_upper(20, 10.0) + 0.3, "{score:?}");
    }

    #[test]
    fn a_bursty_service_makes_its_rare_signatures_careful() {
        let rare = |day: i64, hour: i64| i64::from((day + hour) % 40 == 0);
        let world = |bursty: i64| {
            let other = move |day: i64, hour: i64| if (day * 5 + hour) % 6 == 0 { bursty } else { 12 };
            Fixture::default().before("shop", "boom", rare).before("shop", "other", other).during(
                "shop",
                "boom",
                (0, 60),
                3,
            )
        };
        let score = |bursty| world(bursty).score("kind = 'strat_nb'\npool = 1000.0");
        assert!(score(200).ln_p > score(12).ln_p + 0.3);
        assert!((score(200).expected - score(12).expected).abs() < 0.02);
    }

    #[test]
    fn a_day_of_history_is_enough_for_a_rate_but_not_for_a_dispersion() {
        let world = Fixture::default().before("shop", "boom", |_, hour| if hour % 2 == 0 { 2 } else { 18 });
        let day = Glance { history: Span::days(1), ..Glance::default() };
        let score = world.during("shop", "boom", (0, 60), 25).score_at("kind = 'strat_nb'", day);
        assert!(score.expected > 8.0 && score.expected < 14.0, "{score:?}");
        assert!(score.ln_p < 0.05_f64.ln() && score.ln_p.is_finite());
    }

    #[test]
    fn bad_parameters() {
        assert!(refusal("kind = 'strat_nb'\nshrink = 0.0").contains("shrink"));
        assert!(refusal("kind = 'strat_nb'\nwinsor = -1.0").contains("winsor"));
        assert!(refusal("kind = 'strat_nb'\npool = inf").contains("pool"));
        assert!(refusal("kind = 'strat_nb'\ntrend = true").contains("trend"));
    }
}
