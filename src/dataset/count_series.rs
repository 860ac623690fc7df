//! A count per step in a CSV file: `timestamp,count[,exposure]`.

use super::source;
use super::table::{Table, TableRow};
use crate::model::{Instant, Span, UserError};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::io::{Cursor, Read};
use std::path::Path;

/// One row of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct CountRow {
    /// As the file has it.
    pub timestamp: String,
    /// Start of the step.
    pub at: Instant,
    /// `None`: not known.
    pub count: Option<u32>,
    /// Requests, users, … that the count arose from, above 0; 1 where the file has no such column. `None`: not known, or none.
    pub exposure: Option<f64>,
}

impl CountRow {
    /// Count and exposure; `None`: one of them is not known, so that the row says nothing.
    #[must_use]
    pub fn known(&self) -> Option<(u32, f64)> {
        self.count.zip(self.exposure)
    }
}

/// The rows of one series, by time, no two at the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CountSeries {
    /// The file's name.
    pub name: String,
    pub has_exposure: bool,
    pub rows: Vec<CountRow>,
}

const HEADER: &str =
    "the first line names the columns, separated by commas: timestamp,count or timestamp,count,exposure";

impl CountSeries {
    /// Reads a file, compressed or not. An empty one, or one with nothing but a header, is a series without rows.
    ///
    /// # Errors
    /// When it cannot be read, or a row cannot be used.
    pub fn open(path: &Path) -> Result<Self, UserError> {
        Self::of(source::name(path), source::read_bytes(path)?)
    }

    /// As [`CountSeries::open`], of text that is not compressed, such as the standard input; `name` stands for it in messages.
    ///
    /// # Errors
    /// When it cannot be read, or a row cannot be used.
    pub fn read(name: &str, mut text: impl Read) -> Result<Self, UserError> {
        let mut bytes = Vec::new();
        text.read_to_end(&mut bytes).map_err(|e| UserError::new(name, format!("cannot be read: {e}"), ""))?;
        Self::of(name.to_owned(), bytes)
    }

    fn of(name: String, bytes: Vec<u8>) -> Result<Self, UserError> {
        source::check_encoding(&name, &bytes)?;
        let mut series = Self { name, ..Self::default() };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(series);
        }
        let table = Table::read(series.name.clone(), Box::new(Cursor::new(bytes)), &["timestamp"])
            .map_err(|error| UserError { help: HEADER.to_owned(), ..error })?;
        let Some(column) = ["count", "value"].into_iter().find(|column| table.has(column)) else {
            return Err(UserError::new(format!("{}:1", series.name), "column count is missing", HEADER));
        };
        series.has_exposure = table.has("exposure");
        let mut help = None;
        let (_, rejects) = table.for_each(|row| {
            series.push(row, column).map_err(|Wrong { message, remedy }| {
                help.get_or_insert((row.line(), remedy));
                message
            })
        })?;
        let Some(first) = rejects.first() else { return Ok(series) };
        let help = help.filter(|(line, _)| *line == first.line).map_or("write one cell for each column", |(_, h)| h);
        Err(UserError::new(format!("{}:{}", series.name, first.line), &first.reason, help))
    }

    fn push(&mut self, row: &TableRow, column: &str) -> Result<(), Wrong> {
        let timestamp = row.text("timestamp");
        let at = instant(timestamp.trim())?;
        if let Some(last) = self.rows.last() {
            if at == last.at {
                return wrong(
                    format!("timestamp {} is there twice", timestamp.trim()),
                    "add such rows up, or leave one",
                );
            }
            if at < last.at {
                let message = format!("timestamp {} is before the row above it", timestamp.trim());
                return wrong(message, "sort the rows by time");
            }
        }
        let count = count(column, row.text(column))?;
        let exposure = if self.has_exposure { exposure(row.text("exposure"))? } else { Some(1.0) };
        self.rows.push(CountRow { timestamp: timestamp.to_owned(), at, count, exposure });
        Ok(())
    }

    /// The usual step between the first `rows` rows: the mean of those near the median, a whole number of minutes or seconds where
    /// that nearly is one. `None` where the rows are fewer than two.
    #[must_use]
    pub fn step(&self, rows: usize) -> Option<Span> {
        let first = &self.rows[..rows.min(self.rows.len())];
        let mut steps: Vec<Span> = first.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        steps.sort_unstable();
        let median = steps.get(steps.len().checked_sub(1)? / 2)?.micros();
        let near = steps.iter().map(|step| step.micros()).filter(|step| (step - median).abs() <= median / 2);
        let (sum, count) = near.fold((0, 0), |(sum, count), step| (sum + step, count + 1));
        Some(whole(Span::from_micros(sum / count)))
    }
}

/// The times of rows jitter, and a step that is a little wrong adds up: within a hundredth of a whole minute, or else second, it is
/// taken as that.
fn whole(step: Span) -> Span {
    let round = |unit: i64| Span::from_micros((step.micros() + unit / 2) / unit * unit);
    let is_near = |near: &Span| *near > Span::ZERO && (near.micros() - step.micros()).abs() * 100 <= step.micros();
    [60_000_000, 1_000_000].map(round).into_iter().find(is_near).unwrap_or(step)
}

/// A cell that cannot be used, and what to do about it.
struct Wrong {
    message: String,
    remedy: &'static str,
}

fn wrong<T>(message: impl Into<String>, remedy: &'static str) -> Result<T, Wrong> {
    Err(Wrong { message: message.into(), remedy })
}

/// RFC 3339, the same without a zone (taken as UTC), or seconds, milliseconds, microseconds or nanoseconds since 1970.
fn instant(text: &str) -> Result<Instant, Wrong> {
    moment(text).map_err(|message| Wrong {
        message: format!("timestamp {message}"),
        remedy: "write 2026-05-04T15:59:00Z, 2026-05-04 15:59:00 (UTC), or seconds or milliseconds since 1970",
    })
}

/// As [`instant`], with the error in words.
pub(super) fn moment(text: &str) -> Result<Instant, String> {
    if let Ok(number) = text.parse::<f64>() {
        return since_1970(number).ok_or_else(|| format!("{text} lies outside 1990–2100 in every unit"));
    }
    let civil = || text.parse::<DateTime>().and_then(|civil| TimeZone::UTC.to_timestamp(civil));
    match text.parse::<Timestamp>().or_else(|_| civil()) {
        Ok(at) => Instant::plausible(at.as_microsecond()),
        Err(_) => Err(format!("{text:?} is no time")),
    }
}

/// The units' years 1990 to 2100 do not overlap.
fn since_1970(number: f64) -> Option<Instant> {
    let micros = [1e6, 1e3, 1.0, 1e-3].map(|unit| (number * unit).round() as i64);
    micros.into_iter().find_map(|micros| Instant::plausible(micros).ok())
}

/// What exporters write where there is no number.
fn is_absent(text: &str) -> bool {
    text.is_empty() || ["nan", "null", "none", "na"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn count(column: &str, text: &str) -> Result<Option<u32>, Wrong> {
    let text = text.trim();
    if is_absent(text) {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(number) if number < 0.0 => wrong(
            format!("{column} {text} is below 0"),
            "counts are from 0 up; leave the cell empty where it is not known",
        ),
        Ok(number) if number.is_finite() && number.fract() != 0.0 => {
            wrong(format!("{column} {text} is no whole number"), "give counts of events, not rates or means")
        }
        Ok(number) if number > f64::from(u32::MAX) => {
            wrong(format!("{column} {text} is above {}", u32::MAX), "give counts of shorter steps")
        }
        Ok(number) => Ok(Some(number as u32)),
        Err(_) => {
            wrong(format!("{column} {text:?} is no number"), "write a whole number from 0 up, or leave the cell empty")
        }
    }
}

/// Sums over years of rows stay exact.
const MOST_EXPOSURE: f64 = 1e12;

fn exposure(text: &str) -> Result<Option<f64>, Wrong> {
    let text = text.trim();
    if is_absent(text) {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(number) if number > MOST_EXPOSURE => {
            wrong(format!("exposure {text} is above 1e12"), "scale the column: only ratios of it matter")
        }
        Ok(number) if number >= 0.0 => Ok(Some(number).filter(|&n| n > 0.0)),
        _ => wrong(
            format!("exposure {text:?} is no number from 0 up"),
            "write what the count arose from, such as requests, or leave the cell empty where it is not known",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<CountSeries, UserError> {
        CountSeries::read("a.csv", text.as_bytes())
    }

    #[test]
    fn times_are_read_in_every_usual_form() {
        let noon: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        for text in [
            "2026-05-04T12:00:00Z",
            "2026-05-04T14:00:00+02:00",
            "2026-05-04 12:00:00",
            "2026-05-04T12:00",
            "2026-05-04 12:00:00.000000",
            "1777896000",
            "1777896000.0",
            "1777896000000",
            "1777896000000000",
        ] {
            assert_eq!(moment(text), Ok(noon), "{text}");
        }
        assert_eq!(moment("2026-05-04").map(Instant::minute), Ok("2026-05-04 00:00".to_owned()));
        for text in ["", "noon", "12", "04/05/2026 12:00", "0001-01-01 00:00:00", "inf", "-1777896000"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn cells_that_hold_no_number_are_not_known_and_nothing_is_zero_by_that() {
        let series =
            read("timestamp,value,exposure\n1777896000,5.0,10\n1777896060,,10\n1777896120,0,NaN\n1777896180,1,0\n");
        let known: Vec<_> = series.unwrap().rows.iter().map(CountRow::known).collect();
        assert_eq!(known, [Some((5, 10.0)), None, None, None]);
    }

    #[test]
    fn the_step_is_the_usual_one() {
        let rows = |seconds: &[i64]| {
            let lines: Vec<String> = seconds.iter().map(|s| format!("{},1", 1_777_896_000 + s)).collect();
            read(&format!("timestamp,count\n{}", lines.join("\n"))).unwrap()
        };
        let series = rows(&[0, 60, 130, 3_000, 3_060]);
        assert_eq!(
            [0, 1, 2, 3, 99].map(|n| series.step(n)),
            [None, None, Some(60), Some(65), Some(63)].map(|s| s.map(seconds))
        );
        assert_eq!(rows(&[]).step(9), None);
        assert_eq!(rows(&[0, 70, 140, 240, 900, 970]).step(9), Some(seconds(78)), "not the gap");
        assert_eq!(rows(&[0, 301, 600, 902]).step(9), Some(seconds(300)), "they jitter");
        assert_eq!(rows(&[0, 59, 118, 177]).step(9), Some(seconds(59)), "they do not");
    }

    fn seconds(n: i64) -> Span {
        Span::from_micros(n * 1_000_000)
    }
}
