//! Fixed-rate Poisson: the published rule.
//!
//! *Fires when* `P(X ≥ k | λ)` is small, λ being the flat rate of B scaled to W, taken as known without error.
//! *Misses when* the rise comes after W. *Fires wrongly when* rates have a daily or weekly cycle, come in bursts, or B is short.
//! *Parameters*: none. *Reference*: the published pipeline (semantics.md §3); statistics.md §0 and §2, `poisson_fixed`.

use super::{Detector, History, Score};
use crate::stats::poisson_upper;

pub struct PoissonFixed;

impl Detector for PoissonFixed {
    fn score(&self, history: &History) -> Score {
        let expected = history.expectation();
        Score { expected, ln_p: poisson_upper(history.k, expected) }
    }
}
