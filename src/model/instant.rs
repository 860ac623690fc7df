//! Time as the contract has it: UTC microseconds since the Unix epoch, half-open intervals.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Earliest and latest instants that a data set may hold: 1990-01-01 and 2100-01-01. What lies outside is a unit error
/// (seconds read as microseconds, nanoseconds as milliseconds), never a log record.
const PLAUSIBLE: std::ops::Range<i64> = 631_152_000 * MICROS_PER_SECOND..4_102_444_800 * MICROS_PER_SECOND;

/// An instant in UTC, in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The instant `micros` microseconds after the Unix epoch; any value is accepted.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The instant `micros` microseconds after the Unix epoch.
    ///
    /// # Errors
    /// When it lies outside 1990–2100, which only a wrong unit explains.
    pub fn plausible(micros: i64) -> Result<Self, String> {
        if PLAUSIBLE.contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(format!("{micros} µs since 1970 lies outside 1990–2100: is the unit microseconds?"))
        }
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// `15:04` on that day, UTC: for texts and chart axes.
    #[must_use]
    pub fn clock(self) -> String {
        self.civil("%H:%M")
    }

    /// `2026-05-04 15:04`, UTC: for people.
    #[must_use]
    pub fn minute(self) -> String {
        self.civil("%Y-%m-%d %H:%M")
    }

    fn civil(self, format: &str) -> String {
        jiff::Timestamp::from_microsecond(self.0)
            .map_or_else(|_| format!("{} µs", self.0), |t| t.strftime(format).to_string())
    }
}

impl std::ops::Add<Span> for Instant {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl std::ops::Sub<Span> for Instant {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl std::ops::Sub for Instant {
    type Output = Span;
    fn sub(self, other: Self) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t}"),
            Err(_) => write!(f, "{} µs", self.0),
        }
    }
}

impl FromStr for Instant {
    type Err = String;

    /// Reads RFC 3339 with an offset (`2026-05-04T15:59:00Z`). A time without an offset is an error: guessing a zone moves windows.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(micros) = common_form(text.as_bytes()) {
            return Self::plausible(micros);
        }
        match text.parse::<jiff::Timestamp>() {
            Ok(t) => Self::plausible(t.as_microsecond()),
            Err(_) if text.parse::<jiff::civil::DateTime>().is_ok() => {
                Err(format!("{text:?} has no time zone: write 2026-05-04T15:59:00Z"))
            }
            Err(_) => Err(format!("{text:?} is not an RFC 3339 instant such as 2026-05-04T15:59:00Z")),
        }
    }
}

/// Reads `2026-05-04T15:59:00Z` with up to six digits of fraction, the form of nearly every record, ten times faster than the
/// general parser, which gets whatever is not exactly this.
fn common_form(text: &[u8]) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| {
        text[range].iter().try_fold(0_i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if text.len() < 20 || text.last() != Some(&b'Z') || separators.iter().any(|&(at, byte)| text[at] != byte) {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction = match (text[19], text.len()) {
        (b'Z', 20) => 0,
        (b'.', 22..=27) => number(20..text.len() - 1)? * 10_i64.pow(27 - text.len() as u32),
        _ => return None,
    };
    Some(
        ((days_since_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60 * MICROS_PER_SECOND
            + second * MICROS_PER_SECOND
            + fraction,
    )
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, years 1 and later (Hinnant, `days_from_civil`).
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, year_of_era) = (year / 400, year % 400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    /// Accepts an RFC 3339 string, whole microseconds since the epoch, or a TOML datetime.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Instant;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 instant or whole microseconds since 1970")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Instant, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, micros: i64) -> Result<Instant, E> {
                Instant::plausible(micros).map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, micros: u64) -> Result<Instant, E> {
                i64::try_from(micros).map_err(E::custom).and_then(|m| Instant::plausible(m).map_err(E::custom))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Instant, A::Error> {
                let datetime = toml::value::Datetime::deserialize(de::value::MapAccessDeserializer::new(map))?;
                datetime.to_string().parse().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A length of time in microseconds; written `15m`, `60m`, `24h`, `7d`, `1500ms`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    #[must_use]
    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes * 60 * MICROS_PER_SECOND)
    }

    #[must_use]
    pub const fn hours(hours: i64) -> Self {
        Self::minutes(hours * 60)
    }

    #[must_use]
    pub const fn days(days: i64) -> Self {
        Self::hours(days * 24)
    }

    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Length in minutes; exact below 2⁵³ µs (285 years).
    #[must_use]
    pub fn as_minutes(self) -> f64 {
        self.0 as f64 / (60 * MICROS_PER_SECOND) as f64
    }
}

const UNITS: [(&str, i64); 7] = [
    ("us", 1),
    ("ms", 1_000),
    ("s", MICROS_PER_SECOND),
    ("m", 60 * MICROS_PER_SECOND),
    ("h", 3_600 * MICROS_PER_SECOND),
    ("d", 86_400 * MICROS_PER_SECOND),
    ("w", 604_800 * MICROS_PER_SECOND),
];

impl FromStr for Span {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let error = || format!("{text:?} is not a duration: write a whole number and a unit, such as 60m, 24h or 7d");
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let (number, unit) = text.split_at(split);
        let number: i64 = number.parse().map_err(|_| error())?;
        let (_, micros) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(error)?;
        number.checked_mul(*micros).map(Self).ok_or_else(error)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0m");
        }
        let largest = UNITS[..6].iter().rev().find(|(name, micros)| {
            self.0 % micros == 0
                && !(*name == "d" && self.0.abs() < 2 * micros)
                && !(*name == "h" && self.0.abs() < 2 * micros)
        });
        let (name, micros) = largest.unwrap_or(&UNITS[0]);
        write!(f, "{}{name}", self.0 / micros)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A half-open interval `[start, end)`; empty when `end <= start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    pub start: Instant,
    pub end: Instant,
}

impl Interval {
    #[must_use]
    pub const fn new(start: Instant, end: Instant) -> Self {
        Self { start, end }
    }

    #[must_use]
    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }

    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Length; zero when empty.
    #[must_use]
    pub fn span(self) -> Span {
        if self.is_empty() { Span::ZERO } else { self.end - self.start }
    }

    /// The same interval moved by `span` (which may be negative).
    #[must_use]
    pub fn shifted(self, span: Span) -> Self {
        Self { start: self.start + span, end: self.end + span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_and_print_the_same() {
        for text in ["60m", "7d", "24h", "15m", "0m", "90s", "1500ms", "3h"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        for text in ["", "7", "m", "-1h", "1.5h", "9999999999999d", "1y"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn instants_need_a_zone_and_a_plausible_year() {
        let t: Instant = "2026-05-04T15:59:00.5+02:00".parse().unwrap();
        assert_eq!(t.to_string(), "2026-05-04T13:59:00.5Z");
        assert!("2026-05-04T15:59:00".parse::<Instant>().unwrap_err().contains("no time zone"));
        assert!("0001-01-01T00:00:00Z".parse::<Instant>().is_err());
        assert!(Instant::plausible(1_778_000_000).is_err(), "seconds are not microseconds");
    }

    #[test]
    fn the_fast_form_agrees_with_the_general_parser() {
        let mut micros = PLAUSIBLE.start;
        while micros < PLAUSIBLE.end {
            let text = jiff::Timestamp::from_microsecond(micros).unwrap().to_string();
            assert_eq!(common_form(text.as_bytes()), Some(micros), "{text}");
            micros += 86_399_123_456 * 3;
        }
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-05-04T24:00:00Z",
            "2026-05-04T15:59:00.1234567Z",
            "2026-05-04T15:59:00.Z",
        ] {
            assert_eq!(common_form(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn intervals_are_half_open() {
        let at = Instant::from_micros;
        let interval = Interval::new(at(10), at(20));
        assert!(interval.contains(at(10)) && !interval.contains(at(20)));
        assert!(!interval.intersects(Interval::new(at(20), at(30))));
        assert!(interval.intersects(Interval::new(at(19), at(30))));
        assert!(!interval.intersects(Interval::new(at(15), at(15))));
    }
}
