//! How long to wait before the next attempt.

use std::time::Duration;

/// Longest pause that an endpoint may ask for; whoever asks for more is not asked again.
pub const LONGEST: Duration = Duration::from_mins(1);

/// Before the first retry at most; twice as long before each further one.
const BASE: Duration = Duration::from_millis(500);

/// The pause before retry number `retry` (from 0): what the endpoint asked for, and a part of `BASE` × 2^retry that `seed` chooses
/// (“full jitter”; Brooker 2015), so that many who failed together do not come back together. `None`: give up.
pub fn pause(retry: u32, asked: Option<Duration>, seed: u64) -> Option<Duration> {
    if asked.is_some_and(|asked| asked > LONGEST) {
        return None;
    }
    let share = (seed >> 11) as f64 / (1_u64 << 53) as f64;
    let jitter = (BASE * 2_u32.pow(retry.min(6))).mul_f64(share);
    Some(asked.unwrap_or_default() + jitter)
}

/// A `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date, which is held against `now`. What has passed is no time.
pub fn retry_after(header: &str, now: jiff::Timestamp) -> Option<Duration> {
    if let Ok(seconds) = header.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let then = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header.trim()).ok()?;
    Some(Duration::from_secs(then.as_second().saturating_sub(now.as_second()).max(0) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_of_both_forms() {
        let now = "1994-11-06T08:49:07Z".parse().unwrap();
        let after = |header| retry_after(header, now).map(|duration| duration.as_secs());
        assert_eq!(after("7"), Some(7));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(30));
        assert_eq!(after("Sun, 06 Nov 1994 08:48:37 GMT"), Some(0));
        assert_eq!((after("soon"), after("-1"), after("")), (None, None, None));
    }

    #[test]
    fn whoever_asks_for_too_much_is_not_asked_again() {
        assert_eq!(pause(0, Some(LONGEST + Duration::from_secs(1)), 0), None);
        assert_eq!(pause(0, Some(LONGEST), 0), Some(LONGEST));
    }

    proptest! {
        #[test]
        fn pauses_are_bounded(retry in 0u32..100, seed: u64, asked in prop::option::of(0u64..60)) {
            let asked = asked.map(Duration::from_secs);
            let got = pause(retry, asked, seed).unwrap();
            prop_assert!(got >= asked.unwrap_or_default() && got <= asked.unwrap_or_default() + BASE * 64);
        }
    }
}
