//! How long the rest of a sweep will take, from how long its parts took so far.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Trials are quick where the measuring below them is shared, so that a mean per trial would mislead: measuring and trials are timed
/// apart.
pub struct Meter(Mutex<Parts>);

struct Parts {
    /// Open, done, and time taken.
    measuring: (u64, u64, Duration),
    trials: (u64, u64, Duration),
}

impl Meter {
    /// `measuring`: windows will be measured so many times; `trials`: so many trials follow from that.
    #[must_use]
    pub const fn new(measuring: u64, trials: u64) -> Self {
        Self(Mutex::new(Parts { measuring: (measuring, 0, Duration::ZERO), trials: (trials, 0, Duration::ZERO) }))
    }

    /// Windows were measured once more.
    pub fn measured(&self, took: Duration) {
        let (open, done, time) = &mut self.parts().measuring;
        (*open, *done, *time) = (open.saturating_sub(1), *done + 1, *time + took);
    }

    /// Trials of one branch are done.
    pub fn tried(&self, trials: u64, took: Duration) {
        let (open, done, time) = &mut self.parts().trials;
        (*open, *done, *time) = (open.saturating_sub(trials), *done + trials, *time + took);
    }

    /// What is left, if all goes on as it went; `None`: nothing is known yet.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let parts = self.parts();
        let of = |(open, done, time): (u64, u64, Duration)| (done > 0).then(|| time.mul_f64(open as f64 / done as f64));
        Some(of(parts.measuring)? + of(parts.trials)?)
    }

    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measuring_and_trials_are_foreseen_apart() {
        let meter = Meter::new(3, 300);
        assert_eq!(meter.left(), None);
        meter.measured(Duration::from_secs(10));
        assert_eq!(meter.left(), None, "no trial was timed yet");
        meter.tried(100, Duration::from_secs(1));
        assert_eq!(meter.left(), Some(Duration::from_secs(22)));
        meter.measured(Duration::from_secs(20));
        meter.tried(200, Duration::from_secs(5));
        assert_eq!(meter.left(), Some(Duration::from_secs(15)));
    }
}
