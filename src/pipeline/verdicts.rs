//! Verdicts that were given already, by what the case was.

use super::Outcome;
use crate::endpoint::AskError;
use crate::model::Verdict;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::xxh3_128;

/// Verdicts of one triager on cases of one data set, normalized in one way: pipelines that reach the same case pay for one verdict.
#[derive(Default)]
pub struct Verdicts(Mutex<HashMap<u128, Verdict>>);

impl Verdicts {
    /// The verdict on a case; found by `ask` where the case is new.
    ///
    /// # Errors
    /// Those of `ask`; nothing is kept then.
    pub fn get(&self, outcome: &Outcome, ask: impl FnOnce() -> Result<Verdict, AskError>) -> Result<Verdict, AskError> {
        let key = key(outcome);
        if let Some(known) = self.known().get(&key) {
            return Ok(known.clone());
        }
        // Not under the lock: others go on meanwhile. Who asks twice gets the same answer twice.
        let verdict = ask()?;
        self.known().insert(key, verdict.clone());
        Ok(verdict)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<u128, Verdict>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All of an outcome that a triager can see: its window, its alerts with their impact, gated ones too, and its shared cause. `Debug`
/// writes every bit of them (floats as the shortest text that reads back).
fn key(outcome: &Outcome) -> u128 {
    xxh3_128(format!("{:?}{:?}{:?}", outcome.window, outcome.alerts, outcome.shock).as_bytes())
}
