//! Flags every signature that occurs in W: what a pipeline costs that believes everything.
//!
//! *Fires when* k ≥ 1. *Misses when* the error comes after W. *Parameters*: none. *Reference*: the upper end that every result is
//! read against. Its p-value is 0 by definition.

use super::{Detector, History, Score};

pub struct Always;

impl Detector for Always {
    fn score(&self, history: &History) -> Score {
        Score { expected: history.expectation(), ln_p: f64::NEG_INFINITY }
    }
}
