//! The E-test of two Poisson rates: unconditional, a little more power than the conditional test where counts are small.
//!
//! *Fires when* k against y, ordered by a z statistic, is improbable at the rates estimated under no change. *Misses when* counts
//! are too few to tell. *Fires wrongly when* counts are burstier than Poisson or rates have a cycle that the baseline does not
//! follow. *Parameters*: `statistic` (`score`: variance pooled under no change; `wald`: variance of the observed counts).
//! *Reference*: Krishnamoorthy & Thomson 2004, J. Stat. Plan. Inference 119:23; statistics.md §2.

use super::{Detector, History, Score};
use crate::series::Exposures;
use crate::stats::{EStatistic, RatePair};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EtestSpec {
    pub statistic: Statistic,
}

/// What orders pairs of counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    #[default]
    Score,
    Wald,
}

pub struct Etest {
    statistic: EStatistic,
}

impl Etest {
    #[must_use]
    pub const fn new(spec: EtestSpec) -> Self {
        let statistic = match spec.statistic {
            Statistic::Score => EStatistic::Score,
            Statistic::Wald => EStatistic::Wald,
        };
        Self { statistic }
    }
}

impl Detector for Etest {
    fn score(&self, history: &History) -> Score {
        let Exposures { window, baseline, .. } = history.exposures;
        let pair = RatePair::new(history.k, window, history.baseline_count, baseline);
        // What cannot be computed must not flag.
        let ln_p = pair.and_then(|pair| pair.ln_p_etest(self.statistic, 1.0)).unwrap_or(0.0);
        Score { expected: history.expectation(), ln_p }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, refusal};
    use super::*;

    #[test]
    fn it_is_the_test_of_the_pair() {
        let world = Fixture::default().before("shop", "boom", |_, hour| i64::from(hour == 3)).during(
            "shop",
            "boom",
            (0, 60),
            3,
        );
        let (y, exposure) = (56, 56.0 * 1_440.0);
        let pair = RatePair::new(3, 60.0, y, exposure).unwrap();
        for (name, statistic) in [("score", EStatistic::Score), ("wald", EStatistic::Wald)] {
            let score = world.score(&format!("kind = 'etest'\nstatistic = '{name}'"));
            assert!((score.ln_p - pair.ln_p_etest(statistic, 1.0).unwrap()).abs() < 1e-12, "{name}");
            assert!((score.expected - 56.0 / (56.0 * 24.0)).abs() < 1e-12);
        }
        assert!(refusal("kind = 'etest'\nstatistic = 'z'").contains("wald"));
    }
}
