//! Past windows that are like W: as long, at the same wall-clock time of an earlier day, give or take an hour.

use super::{Calendar, Exposure, requests};
use crate::dataset::DataSet;
use crate::model::{Instant, Interval, Span};

/// How far from W's time of day a cell may begin (statistics.md §3: hour ± 1).
const REACH: Span = Span::hours(1);

/// At most so many cells on either side of W's time of day: all there are for a quarter of an hour, the nearest for shorter windows.
const MAX_STEPS: i64 = 4;

/// A past window as long as W, wholly inside B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    pub interval: Interval,
    /// Wall-clock days before W, at least 1.
    pub days_before: u32,
    /// W and the cell are both on a weekend, or both not.
    pub same_class: bool,
    minutes: f64,
    requests: Option<f64>,
}

impl Cell {
    /// On the weekday of W.
    #[must_use]
    pub const fn is_same_weekday(&self) -> bool {
        self.days_before.is_multiple_of(7)
    }

    /// Minutes or requests; `None`: its requests are not known.
    #[must_use]
    pub const fn exposure(&self, unit: Exposure) -> Option<f64> {
        match unit {
            Exposure::Requests => self.requests,
            _ => Some(self.minutes),
        }
    }
}

/// The cells of a window, latest day first, by time within a day. Cells of one day do not overlap; days are stepped over where W
/// is longer than one. `baseline`: disjoint pieces of time, in order.
#[must_use]
pub fn cells(data: &DataSet, calendar: &Calendar, service: &str, window: Interval, baseline: &[Interval]) -> Vec<Cell> {
    let span = window.span();
    let Some(start) = baseline.first().map(|piece| piece.start) else { return Vec::new() };
    let step = days_in(span).max(1);
    let last = days_in(window.start - start);
    let weekend = calendar.is_weekend(window.start);
    let mut cells = Vec::new();
    for days_before in (step..=last).step_by(step as usize) {
        let Some(same_time) = calendar.days_before(window.start, days_before) else { continue };
        for begin in begins(same_time, span) {
            let interval = Interval::new(begin, begin + span);
            if is_within(interval, baseline) {
                cells.push(Cell {
                    interval,
                    days_before,
                    same_class: calendar.is_weekend(same_time) == weekend,
                    minutes: span.as_minutes(),
                    requests: requests(data, service, &[interval]).filter(|&n| n > 0.0),
                });
            }
        }
    }
    cells
}

/// Whether one of the pieces holds all of `interval`.
fn is_within(interval: Interval, pieces: &[Interval]) -> bool {
    let after = pieces.partition_point(|piece| piece.start <= interval.start);
    after.checked_sub(1).is_some_and(|last| interval.end <= pieces[last].end)
}

/// Whole days in a span, rounded up.
fn days_in(span: Span) -> u32 {
    let day = Span::days(1).micros();
    u32::try_from((span.micros() + day - 1) / day).unwrap_or(0)
}

/// Where the cells of a day begin: at W's time, and whole windows before and after it within reach.
fn begins(same_time: Instant, span: Span) -> impl Iterator<Item = Instant> {
    let steps = (REACH.micros() / span.micros().max(1)).min(MAX_STEPS);
    (-steps..=steps).map(move |step| same_time + Span::from_micros(step * span.micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_day_touch_and_stay_within_an_hour() {
        let noon: Instant = "2026-11-24T12:00:00Z".parse().unwrap();
        let hours: Vec<String> = begins(noon, Span::hours(1)).map(Instant::clock).collect();
        assert_eq!(hours, ["11:00", "12:00", "13:00"]);
        assert_eq!(begins(noon, Span::minutes(15)).count(), 9);
        assert_eq!(begins(noon, Span::hours(4)).count(), 1);
        assert_eq!(begins(noon, Span::from_micros(1)).count(), 9, "a window cut short to nearly nothing");
    }

    #[test]
    fn a_cell_lies_in_one_piece() {
        let i = |a, b| Interval::new(Instant::from_micros(a), Instant::from_micros(b));
        let pieces = [i(10, 20), i(20, 30), i(40, 50)];
        let within = [i(10, 20), i(12, 13), i(45, 50)];
        assert!(within.into_iter().all(|interval| is_within(interval, &pieces)));
        assert!(
            [i(5, 15), i(15, 25), i(30, 40), i(45, 51), i(60, 70)]
                .into_iter()
                .all(|interval| !is_within(interval, &pieces))
        );
    }

    #[test]
    fn long_windows_step_over_days() {
        assert_eq!(days_in(Span::hours(24)), 1);
        assert_eq!(days_in(Span::hours(25)), 2);
        assert_eq!(days_in(Span::ZERO), 0);
    }
}
