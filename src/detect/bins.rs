//! W in bins: what was counted in each and what was expected, for detectors that look while W runs.

use super::History;
use super::dispersion::{Pooling, Spread};
use super::expectation::{Borrowing, Strata};
use crate::model::{Interval, Span};
use crate::series::Column;

/// How far from a bin's time of day its past may lie, and at most so many bins (statistics.md §3: hour ± 1).
const REACH: Span = Span::hours(1);
const MAX_REACH: i64 = 4;

/// The unit of `shrink`, in minutes: the rate of a bin rests on as much exposure as that of a window of an hour would.
const HOUR: f64 = 60.0;

/// A bin of W as planned; the last may be cut short by W's end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Records in the part of it that has passed.
    pub count: u64,
    /// Records expected in that part.
    pub expected: f64,
    /// Records expected in all of it.
    pub planned: f64,
    /// All of it has passed.
    pub is_over: bool,
}

/// The bins of W as planned, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    pub all: Vec<Bin>,
    /// Of past windows as long as W as planned.
    pub spread: Spread,
    /// Exposure of W as planned ÷ exposure that its expectation rests on.
    pub uncertainty: f64,
}

impl Bins {
    /// `shrink`: hours' worth of exposure that the class's rate counts as; `None`: by how much days of the week differ.
    #[must_use]
    pub fn of(history: &History, bin: Span, shrink: Option<f64>) -> Self {
        let (horizon, reach) = (history.look().horizon, (REACH.micros() / bin.micros().max(1)).min(MAX_REACH));
        let margin = Span::from_micros(bin.micros() * reach);
        let whole = Interval::new(horizon.start - margin, horizon.end + margin);
        let columns = history.look().columns(whole, bin);
        let strata: Vec<Strata> = columns.iter().map(|column| column_strata(history, column)).collect();
        let spread = Pooling::DEFAULT.spread(history, horizon);
        // Exposure of a minute, as far as W has passed: what is to come cannot be known yet.
        let pace = history.exposures.window / history.window().span().as_minutes();
        let borrowing = Borrowing { shrink, window: HOUR * pace, phi: spread.of_days };
        let (flat, width) = (history.flat_rate(), 2 * reach as usize + 1);
        let rates = strata.windows(width).map(|near| sum(near).rate(flat, borrowing));
        let (mut bins, mut borrowed) = (Vec::new(), 0.0_f64);
        for (column, (near, rate)) in columns[reach as usize..].iter().zip(strata.windows(width).zip(rates)) {
            borrowed = borrowed.max(rate.exposure - sum(near).hour_of_week().exposure);
            bins.push(bin_of(history, column.now, rate.value, pace));
        }
        let rests_on = sum(&strata).hour_of_week().exposure + borrowed;
        Self { all: bins, spread, uncertainty: horizon.span().as_minutes() * pace / rests_on }
    }

    /// Variance ÷ mean of a prediction of W's count.
    #[must_use]
    pub fn phi(&self) -> f64 {
        self.spread.of_prediction(self.uncertainty)
    }

    /// Bins that have begun.
    pub fn begun(&self) -> impl Iterator<Item = &Bin> {
        self.all.iter().filter(|bin| bin.expected > 0.0 || bin.count > 0)
    }
}

/// # Errors
/// When bins are so short that there is no end of them, or so long that a day has none.
pub fn check(bin: Span) -> Result<(), String> {
    if bin < Span::minutes(1) || bin > Span::hours(24) {
        return Err(format!("detect.detector: a bin of {bin} is not between 1m and 24h"));
    }
    Ok(())
}

fn sum(strata: &[Strata]) -> Strata {
    strata.iter().fold(Strata::default(), |mut sum, one| {
        sum.add(one);
        sum
    })
}

fn column_strata(history: &History, column: &Column) -> Strata {
    column.past.iter().filter_map(|cell| history.past_cell(cell)).collect()
}

fn bin_of(history: &History, bin: Interval, rate: f64, pace: f64) -> Bin {
    let (horizon, window) = (history.look().horizon, history.window());
    let bin = Interval::new(bin.start, bin.end.min(horizon.end));
    let passed = Interval::new(bin.start, bin.end.min(window.end));
    let minutes = passed.span().as_minutes();
    let exposure = if minutes > 0.0 { history.exposure(passed).unwrap_or(pace * minutes) } else { 0.0 };
    let ahead = (bin.span().as_minutes() - minutes) * pace;
    Bin {
        count: if minutes > 0.0 { history.count(passed) } else { 0 },
        expected: rate * exposure,
        planned: rate * (exposure + ahead),
        is_over: bin.end <= window.end,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Glance};
    use super::*;

    fn bins(world: &Fixture, horizon: i64, passed: i64, shrink: f64) -> Bins {
        let glance = Glance { horizon: Span::minutes(horizon), passed: Span::minutes(passed), ..Glance::default() };
        world.see(glance, |history| Bins::of(history, Span::minutes(15), Some(shrink)))
    }

    #[test]
    fn expectations_follow_the_hour_of_the_week() {
        // Thursdays have 40 an hour in the afternoon, other days 4, all mornings none.
        let count = |day: i64, hour: i64| {
            if hour < 10 {
                0
            } else if day % 7 == 3 && hour >= 16 {
                40
            } else {
                4
            }
        };
        let world = Fixture::default().before("shop", "boom", count).during("shop", "boom", (0, 60), 4);
        let bins = bins(&world, 24 * 60, 60, 1e-6);
        assert_eq!(bins.all.len(), 96);
        let hourly = |hour: usize| bins.all[4 * hour..4 * hour + 4].iter().map(|bin| bin.planned).sum::<f64>();
        assert!((hourly(1) - 4.0).abs() < 0.01 && (hourly(6) - 40.0).abs() < 0.01, "{} {}", hourly(1), hourly(6));
        assert!(hourly(18) < 0.01, "06:00 tomorrow");
    }

    #[test]
    fn what_has_not_passed_is_planned_but_not_counted() {
        let world = Fixture::default().before("shop", "boom", |_, _| 4).during("shop", "boom", (0, 60), 4);
        let bins = bins(&world, 60, 20, 4.0);
        let seen: Vec<(u64, bool)> = bins.all.iter().map(|bin| (bin.count, bin.is_over)).collect();
        assert_eq!(seen, [(1, true), (0, false), (0, false), (0, false)]);
        assert_eq!(bins.begun().count(), 2);
        let expected: Vec<f64> = bins.all.iter().map(|bin| bin.expected).collect();
        assert!((expected[0] - 1.0).abs() < 1e-9 && (expected[1] - 1.0 / 3.0).abs() < 1e-9);
        assert!(bins.all.iter().all(|bin| (bin.planned - 1.0).abs() < 1e-9));
    }

    #[test]
    fn the_last_bin_ends_with_the_window() {
        let world = Fixture::default().before("shop", "boom", |_, _| 4).during("shop", "boom", (0, 60), 4);
        let bins = bins(&world, 50, 50, 4.0);
        assert_eq!(bins.all.len(), 4);
        assert!((bins.all[3].planned - 1.0 / 3.0).abs() < 1e-9 && bins.all[3].is_over);
    }
}
