//! Requests and users per service and step, as columns.

use super::intake::Intake;
use super::parquet;
use super::source;
use super::table::Table;
use crate::model::{Instant, Interval, Progress, Span, Traffic, UserError};
use std::collections::BTreeMap;
use std::path::Path;

/// The steps of one service, sorted by start.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    starts: Vec<Instant>,
    /// `requests[i]`: requests of all steps before step i; one longer than `starts`.
    requests: Vec<u64>,
    users: Vec<Option<u64>>,
}

/// Traffic of a data set.
#[derive(Clone, Debug, Default)]
pub struct TrafficTable {
    pub services: BTreeMap<String, Steps>,
    pub rows: u64,
}

impl TrafficTable {
    /// Builds the table from rows in any order. A (service, start) must not occur twice.
    #[must_use]
    pub fn from_rows(rows: &[Traffic]) -> Self {
        let mut sorted: Vec<&Traffic> = rows.iter().collect();
        sorted.sort_by(|a, b| (&a.service, a.timestamp).cmp(&(&b.service, b.timestamp)));
        let mut table = Self { services: BTreeMap::new(), rows: rows.len() as u64 };
        for row in sorted {
            let steps = table.services.entry(row.service.clone()).or_default();
            if steps.requests.is_empty() {
                steps.requests.push(0);
            }
            steps.starts.push(row.timestamp);
            steps.users.push(row.users);
            let before = steps.requests.last().copied().unwrap_or_default();
            steps.requests.push(before.saturating_add(row.requests));
        }
        table
    }
}

impl Steps {
    fn range(&self, interval: Interval) -> std::ops::Range<usize> {
        let at = |instant| self.starts.partition_point(|&start| start < instant);
        let start = at(interval.start);
        start..at(interval.end).max(start)
    }

    /// Requests of the steps that start in `interval`, and how many steps that is.
    #[must_use]
    pub fn requests(&self, interval: Interval) -> (u64, u64) {
        let range = self.range(interval);
        (self.requests[range.end] - self.requests[range.start], range.len() as u64)
    }

    /// Start and users of every step of `interval` whose users are known.
    pub fn users(&self, interval: Interval) -> impl Iterator<Item = (Instant, u64)> {
        let range = self.range(interval);
        self.starts[range.clone()].iter().zip(&self.users[range]).filter_map(|(&start, users)| Some((start, (*users)?)))
    }

    /// Number of steps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// All rows, for hashing.
    pub fn rows(&self) -> impl Iterator<Item = (Instant, u64, Option<u64>)> {
        (0..self.len()).map(|i| (self.starts[i], self.requests[i + 1] - self.requests[i], self.users[i]))
    }
}

/// How many steps, aligned to the epoch, start in `interval`.
#[must_use]
pub fn steps_in(interval: Interval, step: Span) -> u64 {
    let step = step.micros().max(1);
    let before = |instant: Instant| (instant.micros() - 1).div_euclid(step);
    u64::try_from(before(interval.end) - before(interval.start)).unwrap_or(0)
}

/// Reads `traffic.parquet` or `traffic.csv`.
///
/// # Errors
/// When the file cannot be read or has too many bad rows.
pub fn read(path: &Path, intake: &mut Intake, progress: &dyn Progress) -> Result<TrafficTable, UserError> {
    let mut rows: Vec<Traffic> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut keep = |row: Traffic| {
        if seen.insert((row.service.clone(), row.timestamp)) {
            rows.push(row);
            Ok(())
        } else {
            Err(format!("service {} has the step {} twice", row.service, row.timestamp))
        }
    };
    if path.extension().is_some_and(|e| e == "parquet") {
        parquet::read_traffic(path, intake, progress, keep)?;
    } else {
        let table = Table::open(path, &["timestamp", "service", "requests"])?;
        let (read, rejects) = table.for_each(|row| {
            keep(Traffic {
                timestamp: row.instant("timestamp")?.ok_or("timestamp is missing")?,
                service: Some(row.text("service")).filter(|s| !s.is_empty()).ok_or("service is missing")?.to_owned(),
                requests: row.integer("requests")?.ok_or("requests is missing")?,
                users: row.integer("users")?,
            })
        })?;
        intake.close(&source::name(path), read, read - rejects.len() as u64, rejects)?;
    }
    Ok(TrafficTable::from_rows(&rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Instant {
        Instant::from_micros(0) + Span::minutes(minute)
    }

    #[test]
    fn a_row_belongs_to_the_interval_that_contains_its_start() {
        let row = |minute, requests| Traffic {
            timestamp: at(minute),
            service: "a".into(),
            requests,
            users: Some(requests / 2),
        };
        let table = TrafficTable::from_rows(&[row(10, 7), row(0, 1), row(5, 3)]);
        let steps = &table.services["a"];
        assert_eq!(steps.requests(Interval::new(at(0), at(10))), (4, 2));
        assert_eq!(steps.requests(Interval::new(at(1), at(11))), (10, 2));
        assert_eq!(steps.requests(Interval::new(at(11), at(2))), (0, 0));
        assert_eq!(steps.users(Interval::new(at(1), at(11))).collect::<Vec<_>>(), [(at(5), 1), (at(10), 3)]);
        assert_eq!(steps.users(Interval::new(at(11), at(12))).count(), 0);
    }

    #[test]
    fn steps_are_counted_by_their_starts() {
        let five = Span::minutes(5);
        assert_eq!(steps_in(Interval::new(at(0), at(60)), five), 12);
        assert_eq!(steps_in(Interval::new(at(1), at(61)), five), 12);
        assert_eq!(steps_in(Interval::new(at(1), at(5)), five), 0);
        assert_eq!(steps_in(Interval::new(at(1), at(6)), five), 1);
    }
}
