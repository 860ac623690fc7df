//! Records as columns: one row a record, strings as dictionary ids.

use super::Dictionary;
use crate::model::{Instant, Interval, Record, Severity};
use rayon::prelude::*;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// All records of a data set, sorted by (timestamp, content), so that the order of the input files leaves no trace.
#[derive(Clone)]
pub struct Records {
    pub timestamp: Vec<Instant>,
    /// Arrival time; the event time where the data set gives none.
    pub observed_at: Vec<Instant>,
    /// Id in `services`.
    pub service: Vec<u32>,
    pub severity: Vec<Severity>,
    /// Id in `messages`.
    pub message: Vec<u32>,
    /// Id in `texts`; 0: absent.
    pub exception_type: Vec<u32>,
    /// Id in `texts`; 0: absent.
    pub stack_trace: Vec<u32>,
    /// Id in `texts`; 0: absent.
    pub version: Vec<u32>,
    /// 64-bit hash of the trace's id (only whether two are the same is ever asked); 0: absent.
    pub trace: Vec<u64>,
    /// Id in `texts`; 0: absent.
    pub user_id: Vec<u32>,
    pub count: Vec<u32>,
    /// 128-bit hash of each row's content: the tie-breaker of the order and the stuff of the data-set hash.
    pub content: Vec<u128>,
    pub services: Dictionary,
    pub messages: Dictionary,
    pub texts: Dictionary,
}

/// A record whose strings are borrowed from the input; empty optional strings mean *absent*.
pub struct RecordRef<'a> {
    pub timestamp: Instant,
    pub observed_at: Option<Instant>,
    pub service: &'a str,
    pub severity: Severity,
    pub message: &'a str,
    pub exception_type: &'a str,
    pub stack_trace: &'a str,
    pub version: &'a str,
    pub trace_id: &'a str,
    pub user_id: &'a str,
    pub count: u32,
}

impl<'a> From<&'a Record> for RecordRef<'a> {
    fn from(record: &'a Record) -> Self {
        let text = |option: &'a Option<String>| option.as_deref().unwrap_or_default();
        Self {
            timestamp: record.timestamp,
            observed_at: record.observed_at,
            service: &record.service,
            severity: record.severity,
            message: &record.message,
            exception_type: text(&record.exception_type),
            stack_trace: text(&record.stack_trace),
            version: text(&record.version),
            trace_id: text(&record.trace_id),
            user_id: text(&record.user_id),
            count: record.count,
        }
    }
}

impl<'a> RecordRef<'a> {
    /// An error that has a message and nothing else.
    #[must_use]
    pub const fn error(timestamp: Instant, service: &'a str, message: &'a str) -> Self {
        Self {
            timestamp,
            observed_at: None,
            service,
            severity: Severity::Error,
            message,
            exception_type: "",
            stack_trace: "",
            version: "",
            trace_id: "",
            user_id: "",
            count: 1,
        }
    }

    /// Hash of the content: every field, each string with its length before it.
    fn content_hash(&self) -> u128 {
        let mut hasher = Xxh3::new();
        hasher.update(&self.timestamp.micros().to_le_bytes());
        hasher.update(&self.observed_at.unwrap_or(self.timestamp).micros().to_le_bytes());
        hasher.update(&[self.severity as u8]);
        hasher.update(&self.count.to_le_bytes());
        let texts = [
            self.service,
            self.message,
            self.exception_type,
            self.stack_trace,
            self.version,
            self.trace_id,
            self.user_id,
        ];
        for text in texts {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.digest128()
    }
}

impl Default for Records {
    fn default() -> Self {
        Self {
            timestamp: Vec::new(),
            observed_at: Vec::new(),
            service: Vec::new(),
            severity: Vec::new(),
            message: Vec::new(),
            exception_type: Vec::new(),
            stack_trace: Vec::new(),
            version: Vec::new(),
            trace: Vec::new(),
            user_id: Vec::new(),
            count: Vec::new(),
            content: Vec::new(),
            services: Dictionary::default(),
            messages: Dictionary::default(),
            texts: Dictionary::with_absent(),
        }
    }
}

impl Records {
    #[must_use]
    pub fn len(&self) -> usize {
        self.timestamp.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.timestamp.is_empty()
    }

    /// Rows of the records at or above a severity.
    pub fn at_least(&self, severity: Severity) -> impl Iterator<Item = u32> {
        (0..self.len() as u32).filter(move |&row| self.severity[row as usize] >= severity)
    }

    /// Appends one record; the order is restored by [`Records::sort`].
    pub fn push(&mut self, record: &RecordRef) {
        self.timestamp.push(record.timestamp);
        self.observed_at.push(record.observed_at.unwrap_or(record.timestamp));
        self.service.push(self.services.intern(record.service));
        self.severity.push(record.severity);
        self.message.push(self.messages.intern(record.message));
        self.exception_type.push(self.texts.intern(record.exception_type));
        self.stack_trace.push(self.texts.intern(record.stack_trace));
        self.version.push(self.texts.intern(record.version));
        self.trace.push(if record.trace_id.is_empty() { 0 } else { xxh3_64(record.trace_id.as_bytes()).max(1) });
        self.user_id.push(self.texts.intern(record.user_id));
        self.count.push(record.count);
        self.content.push(record.content_hash());
    }

    /// Appends all records of `other`.
    pub fn append(&mut self, other: Self) {
        let services = self.services.absorb(&other.services);
        let messages = self.messages.absorb(&other.messages);
        let texts = self.texts.absorb(&other.texts);
        self.timestamp.extend(other.timestamp);
        self.observed_at.extend(other.observed_at);
        self.severity.extend(other.severity);
        self.count.extend(other.count);
        self.trace.extend(other.trace);
        self.content.extend(other.content);
        extend_mapped(&mut self.service, &other.service, &services);
        extend_mapped(&mut self.message, &other.message, &messages);
        extend_mapped(&mut self.exception_type, &other.exception_type, &texts);
        extend_mapped(&mut self.stack_trace, &other.stack_trace, &texts);
        extend_mapped(&mut self.version, &other.version, &texts);
        extend_mapped(&mut self.user_id, &other.user_id, &texts);
    }

    /// Sorts the rows by (timestamp, content).
    pub fn sort(&mut self) {
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.par_sort_unstable_by_key(|&row| (self.timestamp[row as usize], self.content[row as usize]));
        if order.is_sorted() {
            return;
        }
        permute(&mut self.timestamp, &order);
        permute(&mut self.observed_at, &order);
        permute(&mut self.service, &order);
        permute(&mut self.severity, &order);
        permute(&mut self.message, &order);
        permute(&mut self.exception_type, &order);
        permute(&mut self.stack_trace, &order);
        permute(&mut self.version, &order);
        permute(&mut self.trace, &order);
        permute(&mut self.user_id, &order);
        permute(&mut self.count, &order);
        permute(&mut self.content, &order);
    }

    /// From the first record to one microsecond after the last; `None` when there is no record.
    #[must_use]
    pub fn span(&self) -> Option<Interval> {
        let (first, last) = (self.timestamp.first()?, self.timestamp.last()?);
        Some(Interval::new(*first, Instant::from_micros(last.micros() + 1)))
    }
}

impl<'a> FromIterator<&'a Record> for Records {
    fn from_iter<I: IntoIterator<Item = &'a Record>>(records: I) -> Self {
        let mut columns = Self::default();
        for record in records {
            columns.push(&RecordRef::from(record));
        }
        columns.sort();
        columns
    }
}

fn extend_mapped(ids: &mut Vec<u32>, other: &[u32], map: &[u32]) {
    ids.extend(other.iter().map(|&id| map[id as usize]));
}

fn permute<T: Copy + Send + Sync>(column: &mut Vec<T>, order: &[u32]) {
    *column = order.par_iter().map(|&row| column[row as usize]).collect();
}
