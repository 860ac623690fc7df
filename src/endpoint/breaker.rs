use super::{Exchange, Outcome, lock};
use crate::model::visible;
use std::sync::Mutex;

/// Calls in a row that may fail before nothing more is sent.
const MOST_FAILED: u32 = 5;

/// Ends the calls to an endpoint that does not answer any more: what is not sent can be asked later, and is not paid for twice.
#[derive(Default)]
pub struct Breaker {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// In a row, each after its retries.
    failed: u32,
    /// Why nothing more is sent.
    open: Option<String>,
}

impl Breaker {
    /// # Errors
    /// When nothing more is sent: why.
    pub fn check(&self) -> Result<(), String> {
        lock(&self.state).open.clone().map_or(Ok(()), Err)
    }

    /// Counts how a call ended, in the order of their ends. Once open it stays so.
    pub fn note(&self, exchange: &Exchange) {
        let mut state = lock(&self.state);
        if exchange.outcome == Outcome::Answered {
            state.failed = 0;
            return;
        }
        state.failed += 1;
        if state.failed >= MOST_FAILED && state.open.is_none() {
            state.open = Some(format!(
                "model {}: {MOST_FAILED} calls in a row failed, the last one {}; nothing more is sent",
                visible(&exchange.model),
                exchange.failure()
            ));
        }
    }
}
