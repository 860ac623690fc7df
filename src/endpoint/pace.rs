use std::time::{Duration, Instant};

/// Requests a minute, evenly spaced: the next slot is one interval after the last (a leaky bucket without a burst, ITU-T I.371).
pub struct Pace {
    interval: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// So many from 1, or without a limit.
    pub fn per_minute(requests: Option<u32>) -> Self {
        let nanos = Duration::from_mins(1).as_nanos() as u64;
        let interval = requests.map_or(0, |requests| nanos.div_ceil(u64::from(requests.max(1))));
        Self { interval: Duration::from_nanos(interval), next: None }
    }

    /// Takes the next slot: how long whoever comes at `now` must wait for it.
    pub fn take(&mut self, now: Instant) -> Duration {
        let slot = self.next.map_or(now, |next| next.max(now));
        self.next = Some(slot + self.interval);
        slot - now
    }

    /// There is no slot before `until`.
    pub fn hold(&mut self, until: Instant) {
        self.next = Some(self.next.map_or(until, |next| next.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slots_are_spaced_and_none_is_saved_up() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut pace = Pace::per_minute(Some(60));
        assert_eq!([0, 0, 0].map(|at| pace.take(start + second * at)), [0, 1, 2].map(|n| second * n));
        assert_eq!(pace.take(start + second * 10), Duration::ZERO);
        assert_eq!(pace.take(start + second * 10), second, "the idle seconds are gone");
        let mut free = Pace::per_minute(None);
        assert_eq!([0, 0].map(|at| free.take(start + second * at)), [Duration::ZERO; 2]);
        free.hold(start + second * 3);
        free.hold(start + second * 2);
        assert_eq!([1, 4].map(|at| free.take(start + second * at)), [second * 2, Duration::ZERO]);
    }

    proptest! {
        #[test]
        fn no_minute_has_more_than_its_requests(
            requests in 1u32..200, gaps in prop::collection::vec(0u64..3000, 1..400)
        ) {
            let start = Instant::now();
            let (mut pace, mut now, mut slots) = (Pace::per_minute(Some(requests)), start, Vec::new());
            for gap in gaps {
                now += Duration::from_millis(gap);
                slots.push(now + pace.take(now));
            }
            let minute = Duration::from_mins(1);
            for (first, later) in slots.iter().zip(slots.iter().skip(requests as usize)) {
                prop_assert!(*later - *first >= minute);
            }
        }
    }
}
