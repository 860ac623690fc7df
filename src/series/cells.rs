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
    /// Windows after W's time of day; 0: at it.
    pub step: i64,
    /// W and the cell are both on a weekend, or both not.
    pub same_class: bool,
    minutes: f64,
    requests: Option<f64>,
}

/// A stretch of time and the same stretch of earlier days.
#[derive(Clone, Debug)]
pub struct Column {
    pub now: Interval,
    /// Latest day first; only what lies wholly inside B.
    pub past: Vec<Cell>,
}

impl Cell {
    fn new(
        data: &DataSet,
        service: &str,
        interval: Interval,
        (days_before, step): (u32, i64),
        same_class: bool,
    ) -> Self {
        let requests = requests(data, service, &[interval]).filter(|&n| n > 0.0);
        Self { interval, days_before, step, same_class, minutes: interval.span().as_minutes(), requests }
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
/// is longer than one.
#[must_use]
pub fn cells(data: &DataSet, calendar: &Calendar, service: &str, window: Interval, baseline: &[Interval]) -> Vec<Cell> {
    let span = window.span();
    let Some(start) = baseline.iter().map(|piece| piece.start).min() else { return Vec::new() };
    let step = days_in(span).max(1);
    let last = days_in(window.start - start);
    let weekend = calendar.is_weekend(window.start);
    let mut cells = Vec::new();
    for days_before in (step..=last).step_by(step as usize) {
        let Some(same_time) = calendar.days_before(window.start, days_before) else { continue };
        for (step, begin) in begins(same_time, span) {
            let interval = Interval::new(begin, begin + span);
            if is_inside(interval, baseline) {
                let same_class = calendar.is_weekend(same_time) == weekend;
                cells.push(Cell::new(data, service, interval, (days_before, step), same_class));
            }
        }
    }
    cells
}

/// The columns of a timetable: stretches of `bin` from `whole.start` on until `whole` is covered, each with its past. Neighbours
/// share no cell.
#[must_use]
pub fn columns(
    data: &DataSet,
    calendar: &Calendar,
    service: &str,
    (whole, bin): (Interval, Span),
    baseline: &[Interval],
) -> Vec<Column> {
    let Some(start) = baseline.iter().map(|piece| piece.start).min() else { return Vec::new() };
    let count = (whole.span().micros() + bin.micros() - 1) / bin.micros().max(1);
    let begin = |index: i64| whole.start + Span::from_micros(bin.micros() * index);
    let mut columns: Vec<Column> =
        (0..count).map(|i| Column { now: Interval::new(begin(i), begin(i + 1)), past: Vec::new() }).collect();
    let weekdays: Vec<u32> = columns.iter().map(|column| calendar.weekday(column.now.start)).collect();
    for days_before in 1..=days_in(whole.end - start) {
        let shifts = shifts(calendar, &columns, days_before);
        for ((column, shift), &weekday) in columns.iter_mut().zip(shifts).zip(&weekdays) {
            let Some(interval) = shift.map(|shift| column.now.shifted(shift)) else { continue };
            if is_inside(interval, baseline) {
                let then = (weekday + 7 - days_before % 7) % 7;
                let same_class = Calendar::is_weekend_day(then) == Calendar::is_weekend_day(weekday);
                column.past.push(Cell::new(data, service, interval, (days_before, 0), same_class));
            }
        }
    }
    columns
}

/// By how much each column moves to the same wall-clock time of an earlier day. Where the first and the last move alike no clock
/// was changed between them.
fn shifts(calendar: &Calendar, columns: &[Column], days_before: u32) -> Vec<Option<Span>> {
    let shift = |column: &Column| calendar.days_before(column.now.start, days_before).map(|at| at - column.now.start);
    let ends = (columns.first().and_then(shift), columns.last().and_then(shift));
    if ends.0.is_some() && ends.0 == ends.1 {
        return vec![ends.0; columns.len()];
    }
    columns.iter().map(shift).collect()
}

/// Whether one of the pieces, in order, holds all of `interval`.
#[must_use]
pub fn is_inside(interval: Interval, pieces: &[Interval]) -> bool {
    let after = pieces.partition_point(|piece| piece.start <= interval.start);
    after.checked_sub(1).is_some_and(|last| interval.end <= pieces[last].end)
}

/// Whole days in a span, rounded up.
fn days_in(span: Span) -> u32 {
    let day = Span::days(1).micros();
    u32::try_from((span.micros() + day - 1) / day).unwrap_or(0)
}

/// Where the cells of a day begin: at W's time, and whole windows before and after it within reach.
fn begins(same_time: Instant, span: Span) -> impl Iterator<Item = (i64, Instant)> {
    let steps = (REACH.micros() / span.micros().max(1)).min(MAX_STEPS);
    (-steps..=steps).map(move |step| (step, same_time + Span::from_micros(step * span.micros())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_day_touch_and_stay_within_an_hour() {
        let noon: Instant = "2026-11-24T12:00:00Z".parse().unwrap();
        let hours: Vec<String> = begins(noon, Span::hours(1)).map(|(_, begin)| begin.clock()).collect();
        assert_eq!(hours, ["11:00", "12:00", "13:00"]);
        assert_eq!(begins(noon, Span::minutes(15)).count(), 9);
        assert_eq!(begins(noon, Span::hours(4)).count(), 1);
        assert_eq!(begins(noon, Span::from_micros(1)).count(), 9, "a window cut short to nearly nothing");
    }

    #[test]
    fn long_windows_step_over_days() {
        assert_eq!(days_in(Span::hours(24)), 1);
        assert_eq!(days_in(Span::hours(25)), 2);
        assert_eq!(days_in(Span::ZERO), 0);
    }
}
