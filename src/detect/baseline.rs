//! Which part of B is compared with W.

use super::History;
use super::history::Past;
use crate::model::{Interval, Span};
use serde::{Deserialize, Serialize};

/// The part of B whose rate W is held against. Where that part is empty (too short a history), all of B is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Baseline {
    /// All of B, whatever the hour.
    #[default]
    Flat,
    /// The same hour of every day, give or take an hour.
    HourOfDay,
    /// The same hour of weekdays, or of weekend days, like W's.
    DayClass,
    /// The same hour of the same weekday.
    HourOfWeek,
    /// The windows right before W, as long as it.
    Rolling {
        /// At least 1.
        windows: u32,
    },
}

impl Baseline {
    /// Records and exposure of the part.
    #[must_use]
    pub fn read(self, history: &History) -> (u64, f64) {
        let part = match self {
            Self::Flat => None,
            Self::HourOfDay => cells(history, |_| true),
            Self::DayClass => cells(history, |past| past.same_class),
            Self::HourOfWeek => cells(history, |past| past.weekdays_before() == 0),
            Self::Rolling { windows } => rolling(history, windows),
        };
        part.unwrap_or_else(|| (history.count_in_baseline(), history.exposures.baseline))
    }
}

fn cells(history: &History, keep: impl Fn(&Past) -> bool) -> Option<(u64, f64)> {
    let kept = history.past().into_iter().filter(keep);
    let (count, exposure) = kept.fold((0, 0.0), |(count, sum), past| (count + past.count, sum + past.exposure));
    (exposure > 0.0).then_some((count, exposure))
}

fn rolling(history: &History, windows: u32) -> Option<(u64, f64)> {
    let (span, end) = (history.window().span(), history.look().window.baseline.end);
    let before = |i: i64| {
        let start = end - Span::from_micros(span.micros() * i);
        Interval::new(start, start + span)
    };
    let pieces = (1..=i64::from(windows)).map(before).filter(|&piece| history.look().is_in_baseline(piece));
    let (count, exposure) = pieces.fold((0, 0.0), |(count, sum), piece| {
        history.exposure(piece).map_or((count, sum), |exposure| (count + history.count(piece), sum + exposure))
    });
    (exposure > 0.0).then_some((count, exposure))
}
