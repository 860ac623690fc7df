//! A detection and an alert to change, for the tests of this room.

use crate::model::{Alert, Detection, Impact, Instant, Interval, Span, Window};

pub fn detection() -> Detection {
    Detection {
        signature: "boom".to_owned(),
        k: 40,
        baseline_count: 9,
        expected: 2.0,
        p_value: Some(1e-9),
        is_new: false,
        first_seen: Instant::from_micros(0),
        excess_low: 25.0,
        ratio_low: 8.0,
        p_calibrated: Some(1e-5),
    }
}

pub fn alert(detection: Detection) -> Alert {
    let impact = Impact { request_share: Some(0.5), user_share: None, weight: 1.0, harm_usd: None };
    Alert { detection, impact, gated: false, gate_reason: String::new() }
}

/// An hour of `service`, decided at its end, `hour` hours into time.
pub fn window(service: &str, hour: i64) -> Window {
    let end = Instant::from_micros(0) + Span::hours(hour);
    let window = Interval::new(end - Span::hours(1), end);
    Window { deploy: 0, service: service.to_owned(), window, baseline: window, decided_at: end }
}
