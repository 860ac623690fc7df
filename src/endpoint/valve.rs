use super::breaker::Breaker;
use super::pace::Pace;
use super::{Exchange, lock};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What every attempt passes before it is sent, whichever thread it is of.
pub struct Valve {
    pace: Mutex<Pace>,
    breaker: Breaker,
}

impl Valve {
    /// With so many requests a minute, or as fast as it goes.
    pub fn new(rate_limit: Option<u32>) -> Self {
        Self { pace: Mutex::new(Pace::per_minute(rate_limit)), breaker: Breaker::default() }
    }

    /// # Errors
    /// When nothing more is sent: why.
    pub fn check(&self) -> Result<(), String> {
        self.breaker.check()
    }

    /// Waits for the next slot, and then sees whether anything may still be sent.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn admit(&self) -> Result<(), String> {
        let wait = lock(&self.pace).take(Instant::now());
        std::thread::sleep(wait);
        self.check()
    }

    /// Lets nobody through for so long: the endpoint asked one for it, and means all.
    pub fn hold(&self, pause: Duration) {
        lock(&self.pace).hold(Instant::now() + pause);
    }

    /// Tells how a call ended.
    pub fn note(&self, exchange: &Exchange) {
        self.breaker.note(exchange);
    }
}
