//! The conditional (binomial) test of two Poisson rates: exact for an unknown baseline rate.
//!
//! *Fires when* k is too large a share of k + y, which under equal rates is binomial with `w = e_W ÷ (e_W + e_B)`.
//! *Misses when* counts are too few to tell. *Fires wrongly when* counts are burstier than Poisson or rates have a cycle that
//! the exposure does not explain. *Parameters*: `mid_p` (less conservative, no longer exact).
//! *Reference*: Przyborowski & Wilenski 1940, Biometrika 31:313; Gu et al. 2008, Biom. J. 50:283; statistics.md §2.

use super::{Detector, History, Score};
use crate::series::Exposures;
use crate::stats::RatePair;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CondBinomialSpec {
    #[serde(default)]
    pub mid_p: bool,
}

pub struct CondBinomial {
    mid_p: bool,
}

impl CondBinomial {
    #[must_use]
    pub fn new(spec: &CondBinomialSpec) -> Self {
        Self { mid_p: spec.mid_p }
    }
}

impl Detector for CondBinomial {
    fn score(&self, history: &History) -> Score {
        let Exposures { window, baseline, .. } = history.exposures;
        let pair = RatePair::new(history.k, window, history.baseline_count, baseline);
        let ln_p = pair.and_then(|pair| if self.mid_p { pair.ln_mid_p_greater(1.0) } else { pair.ln_p_greater(1.0) });
        // What cannot be computed must not flag.
        let ln_p = ln_p.unwrap_or(0.0);
        Score { expected: history.expectation(), ln_p }
    }
}
