//! When to stop: the user said so, or the budget is spent.

use crate::cli::failure::Failure;
use crate::model::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Asked before each piece of work.
pub struct Stop {
    asked: Arc<AtomicBool>,
    until: Option<Instant>,
}

impl Stop {
    /// Listens for Ctrl-C from now on; a second one ends the program at once. `budget`: stop after so long.
    ///
    /// # Errors
    /// When the system gives no way to listen.
    pub fn new(budget: Option<Span>) -> Result<Self, Failure> {
        let asked = Arc::new(AtomicBool::new(false));
        let heard = asked.clone();
        let listen = move || {
            if heard.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        };
        ctrlc::set_handler(listen).map_err(|e| Failure::usage("Ctrl-C", format!("cannot be listened for: {e}"), ""))?;
        let length = budget.map(|span| Duration::from_micros(span.micros().unsigned_abs()));
        Ok(Self { asked, until: length.and_then(|length| Instant::now().checked_add(length)) })
    }

    /// Whether the user said so.
    pub fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether to stop, for whatever reason.
    pub fn is_due(&self) -> bool {
        self.was_asked() || self.until.is_some_and(|until| Instant::now() >= until)
    }
}
