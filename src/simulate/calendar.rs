//! The business clock: which local hour an instant is, and how busy that hour is.

use crate::model::{Instant, Interval, Span};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The days that are simulated, in a local time zone.
pub struct Calendar {
    pub span: Interval,
    zone: TimeZone,
    first: Date,
}

impl Calendar {
    /// `days` days from `start`, in the IANA zone `zone`.
    pub fn new(start: Instant, days: u32, zone: &str) -> Result<Self, String> {
        let zone = TimeZone::get(zone).map_err(|_| format!("timezone {zone:?} is no IANA time zone"))?;
        let stamp = Timestamp::from_microsecond(start.micros()).map_err(|error| error.to_string())?;
        let first = zone.to_datetime(stamp).date();
        Ok(Self { span: Interval::new(start, start + Span::days(i64::from(days))), zone, first })
    }

    /// Weekday (0 = Monday) and hour of day in [0, 24) on the business clock.
    pub fn local(&self, at: Instant) -> (usize, f64) {
        let stamp = Timestamp::from_microsecond(at.micros()).unwrap_or_default();
        let local = self.zone.to_datetime(stamp);
        let hour = f64::from(local.hour()) + f64::from(local.minute()) / 60.0 + f64::from(local.second()) / 3600.0;
        (usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0), hour)
    }

    /// The instant of local `hour` (may exceed 24) on the `day`-th local day, 0 = the day of the start.
    pub fn instant(&self, day: u32, hour: f64) -> Instant {
        let date = self.first.saturating_add(jiff::Span::new().days(i64::from(day)));
        let noon = self.zone.to_timestamp(date.at(12, 0, 0, 0)).map_or(0, Timestamp::as_microsecond);
        Instant::from_micros(noon) + minutes((hour - 12.0) * 60.0)
    }

    /// Weekday of the `day`-th day, 0 = Monday.
    pub fn weekday(&self, day: u32) -> usize {
        self.local(self.instant(day, 12.0)).0
    }

    /// Minutes from the start, possibly negative.
    pub fn minute(&self, at: Instant) -> i64 {
        (at - self.span.start).micros().div_euclid(60_000_000)
    }

    pub fn total_minutes(&self) -> usize {
        usize::try_from(self.span.span().micros() / 60_000_000).unwrap_or(0)
    }
}

/// A span of so many minutes, to the millisecond.
pub fn minutes(minutes: f64) -> Span {
    Span::from_micros((minutes * 60_000.0).round() as i64 * 1000)
}

/// `at` cut to the whole minute.
pub fn whole_minute(at: Instant) -> Instant {
    Instant::from_micros(at.micros().div_euclid(60_000_000) * 60_000_000)
}

/// Traffic by local hour on a working day: the night's low, two peaks (late morning, evening).
const WORKDAY: [f64; 24] = [
    0.28, 0.18, 0.13, 0.12, 0.14, 0.24, 0.48, 0.85, 1.20, 1.50, 1.65, 1.66, 1.52, 1.48, 1.50, 1.46, 1.42, 1.40, 1.45,
    1.60, 1.62, 1.30, 0.85, 0.47,
];

/// The same on a day of rest: later, flatter, one afternoon hill.
const RESTDAY: [f64; 24] = [
    0.45, 0.32, 0.22, 0.16, 0.14, 0.16, 0.24, 0.42, 0.75, 1.15, 1.45, 1.60, 1.65, 1.64, 1.62, 1.60, 1.55, 1.48, 1.45,
    1.50, 1.40, 1.15, 0.85, 0.60,
];

/// How busy a local hour is against the mean of the week (1). `weekend`: Saturday's and Sunday's traffic as a share of
/// a working day's, in (0, 2].
pub fn weekly_shape(weekday: usize, hour: f64, weekend: f64) -> f64 {
    let (table, level) = if weekday >= 5 { (&RESTDAY, weekend) } else { (&WORKDAY, 1.0) };
    let mean = |table: &[f64; 24]| table.iter().sum::<f64>() / 24.0;
    let week = (5.0 + 2.0 * weekend) / 7.0;
    level * interpolated(table, hour) / mean(table) / week
}

/// Linear between the middles of the hours.
fn interpolated(table: &[f64; 24], hour: f64) -> f64 {
    let position = (hour - 0.5).rem_euclid(24.0);
    let low = (position.floor() as usize) % 24;
    let part = position - position.floor();
    table[low] * (1.0 - part) + table[(low + 1) % 24] * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_hours_follow_summer_time() {
        let start = "2026-10-01T00:00:00Z".parse().unwrap();
        let calendar = Calendar::new(start, 30, "Europe/Amsterdam").unwrap();
        assert_eq!(calendar.instant(0, 10.5).to_string(), "2026-10-01T08:30:00Z");
        assert_eq!(calendar.instant(26, 10.5).to_string(), "2026-10-27T09:30:00Z", "winter time began on the 25th");
        assert_eq!(calendar.weekday(0), 3, "a Thursday");
        assert_eq!(calendar.local(start), (3, 2.0));
    }

    #[test]
    fn the_week_has_mean_one() {
        let hours = (0..7).flat_map(|day| (0..240).map(move |tenth| (day, f64::from(tenth) / 10.0)));
        let mean = hours.map(|(day, hour)| weekly_shape(day, hour, 0.6)).sum::<f64>() / 1680.0;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!(weekly_shape(1, 11.0, 0.6) > 5.0 * weekly_shape(1, 3.5, 0.6));
    }
}
