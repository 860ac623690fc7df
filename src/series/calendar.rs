//! The business clock: hour of the week where the service's users live.

use crate::model::{Instant, Span};
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};

/// Local time of a data set's time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    /// The clock of an IANA time zone; UTC where the name is unknown (the data set's check refuses such names).
    #[must_use]
    pub fn of(timezone: &str) -> Self {
        Self { zone: TimeZone::get(timezone).unwrap_or(TimeZone::UTC) }
    }

    /// The instant that many wall-clock days earlier. `None` where that wall-clock time does not exist or exists twice (a change
    /// to or from summer time): such an hour belongs to no stratum (statistics.md §1).
    #[must_use]
    pub fn days_before(&self, instant: Instant, days: u32) -> Option<Instant> {
        let earlier = self.local(instant).checked_sub(jiff::Span::new().days(i64::from(days))).ok()?;
        let back = self.zone.to_ambiguous_timestamp(earlier);
        if back.is_ambiguous() {
            return None;
        }
        back.compatible().ok().map(|at| Instant::from_micros(at.as_microsecond()))
    }

    #[must_use]
    pub fn is_weekend(&self, instant: Instant) -> bool {
        Self::is_weekend_day(self.weekday(instant))
    }

    /// Local day of the week: 0 is Monday.
    #[must_use]
    pub fn weekday(&self, instant: Instant) -> u32 {
        u32::try_from(self.local(instant).weekday().to_monday_zero_offset()).unwrap_or(0)
    }

    /// Whether a day of the week, 0 being Monday, is Saturday or Sunday.
    #[must_use]
    pub const fn is_weekend_day(weekday: u32) -> bool {
        weekday >= 5
    }

    /// Minutes since local midnight, in [0, 1440).
    #[must_use]
    pub fn minute_of_day(&self, instant: Instant) -> u32 {
        let local = self.local(instant);
        u32::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0)
    }

    /// Days since 1 January 1970, by the local date.
    #[must_use]
    pub fn day(&self, instant: Instant) -> i64 {
        let offset = i64::from(self.zone.to_offset(stamp(instant)).seconds()) * 1_000_000;
        (instant.micros() + offset).div_euclid(Span::days(1).micros())
    }

    fn local(&self, instant: Instant) -> DateTime {
        self.zone.to_datetime(stamp(instant))
    }
}

/// Instants that jiff cannot hold are refused when a data set is read.
fn stamp(instant: Instant) -> Timestamp {
    Timestamp::from_microsecond(instant.micros()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_is_seven_days_on_the_wall_not_168_hours() {
        let berlin = Calendar::of("Europe/Berlin");
        // Summer time ended on 25 October 2026 at 01:00 UTC.
        let monday = at("2026-10-26T08:30:00Z");
        assert_eq!(berlin.days_before(monday, 7), Some(at("2026-10-19T07:30:00Z")));
        assert_eq!(berlin.minute_of_day(monday), 9 * 60 + 30);
        assert_eq!(Calendar::of("UTC").days_before(monday, 7), Some(at("2026-10-19T08:30:00Z")));
    }

    #[test]
    fn an_hour_that_exists_twice_or_never_is_in_no_stratum() {
        let berlin = Calendar::of("Europe/Berlin");
        assert_eq!(berlin.days_before(at("2026-10-26T01:30:00Z"), 1), None, "02:30 on the 25th came twice");
        assert_eq!(berlin.days_before(at("2026-03-30T00:30:00Z"), 1), None, "02:30 on the 29th never came");
    }

    #[test]
    fn weekends_and_dates_are_local() {
        let auckland = Calendar::of("Pacific/Auckland");
        let friday_evening = at("2026-11-20T12:30:00Z");
        assert!(auckland.is_weekend(friday_evening));
        assert!(!Calendar::of("UTC").is_weekend(friday_evening));
        assert_eq!(auckland.day(friday_evening), Calendar::of("UTC").day(friday_evening) + 1);
    }
}
