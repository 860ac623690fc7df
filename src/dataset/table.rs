//! A CSV file with a header row, read row by row.

use super::intake::Reject;
use super::source;
use crate::model::{Instant, UserError, excerpt};
use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An open CSV file whose header holds at least the required columns.
pub struct Table {
    file: String,
    reader: csv::Reader<Quotes>,
    columns: HashMap<String, usize>,
    width: usize,
    /// Whether the number of quotation marks read so far is odd.
    open_quote: Arc<AtomicBool>,
}

/// Counts quotation marks on their way: one that is never closed swallows the rest of a file without an error.
struct Quotes {
    inner: Box<dyn Read + Send>,
    open: Arc<AtomicBool>,
}

impl Read for Quotes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.open.fetch_xor(memchr::memchr_iter(b'"', &buffer[..n]).count() % 2 == 1, Ordering::Relaxed);
        Ok(n)
    }
}

fn broken(file: &str, rows: u64, error: &csv::Error) -> UserError {
    let (message, help) = match error.kind() {
        csv::ErrorKind::Io(error) => {
            (format!("cannot be read to its end after {rows} rows: {error}"), "get the file again")
        }
        csv::ErrorKind::Utf8 { .. } => {
            ("the line that names the columns holds bytes that are no UTF-8".to_owned(), "save the file as UTF-8")
        }
        _ => (error.to_string(), ""),
    };
    UserError::new(file, message, help)
}

/// One row, its cells found by the header's names.
pub struct TableRow<'a> {
    columns: &'a HashMap<String, usize>,
    cells: &'a csv::StringRecord,
    raw: &'a csv::ByteRecord,
}

impl Table {
    /// Opens `path` and reads its header.
    ///
    /// # Errors
    /// When it cannot be opened or lacks one of the `required` columns.
    pub fn open(path: &Path, required: &[&str]) -> Result<Self, UserError> {
        Self::read(source::name(path), source::open(path)?, required)
    }

    /// Reads the header of a file that is open already; `file` is its name for messages.
    ///
    /// # Errors
    /// When it lacks one of the `required` columns.
    pub fn read(file: String, inner: Box<dyn Read + Send>, required: &[&str]) -> Result<Self, UserError> {
        let open_quote = Arc::new(AtomicBool::new(false));
        let counted = Quotes { inner, open: open_quote.clone() };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(counted);
        let header = reader.headers().map_err(|e| broken(&file, 0, &e))?;
        let names: Vec<&str> = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
        let fail = |message: String, help: &str| Err(UserError::new(format!("{file}:1"), message, help));
        if names.iter().all(|name| name.is_empty()) {
            return fail("is empty".to_owned(), "the first line names the columns");
        }
        let twice = |(index, name): &(usize, &&str)| !name.is_empty() && names[..*index].contains(name);
        if let Some((_, name)) = names.iter().enumerate().find(twice) {
            return fail(format!("column {} is there twice", excerpt(name, 80)), "leave one of them");
        }
        if let Some(missing) = required.iter().find(|name| !names.contains(name)) {
            let help = match names[..] {
                [one] if one.contains([';', '\t', '|']) => "cells are separated by commas, not by other characters",
                _ => "the first line names the columns",
            };
            let have = excerpt(&names.join(", "), 200);
            return fail(format!("column {missing} is missing (there are: {have})"), help);
        }
        let width = names.len();
        let columns = names.iter().enumerate().map(|(index, name)| ((*name).to_owned(), index)).collect();
        Ok(Self { file, reader, columns, width, open_quote })
    }

    /// Whether the header names this column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The header's columns, in order.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<(&str, usize)> =
            self.columns.iter().map(|(name, &index)| (name.as_str(), index)).collect();
        columns.sort_unstable_by_key(|(_, index)| *index);
        columns.into_iter().map(|(name, _)| name).collect()
    }

    /// Calls `take` on every row; returns the number of rows and those that it, or the parser, refused.
    ///
    /// # Errors
    /// When the file cannot be read on.
    pub fn for_each(
        mut self,
        mut take: impl FnMut(&TableRow) -> Result<(), String>,
    ) -> Result<(u64, Vec<Reject>), UserError> {
        let width = self.width;
        let mut rejects = Vec::new();
        let mut read = 0;
        let mut line = 1;
        let mut bytes = csv::ByteRecord::new();
        loop {
            match self.reader.read_byte_record(&mut bytes) {
                Ok(true) => {}
                Ok(false) if self.open_quote.load(Ordering::Relaxed) && self.reader.position().line() > line + 1 => {
                    return Err(UserError::new(
                        format!("{}:{line}", self.file),
                        "a quotation mark opens in this row and is never closed: the lines after it were read as one cell",
                        "close it, or write it twice where it is meant as itself",
                    ));
                }
                Ok(false) => return Ok((read, rejects)),
                Err(error) => return Err(broken(&self.file, read, &error)),
            }
            read += 1;
            line = bytes.position().map_or(read + 1, csv::Position::line);
            let cells = csv::StringRecord::from_byte_record_lossy(bytes.clone());
            let result = if cells.len() == width {
                take(&TableRow { columns: &self.columns, cells: &cells, raw: &bytes })
            } else {
                Err(format!("{} cells where the header has {width}", cells.len()))
            };
            if let Err(reason) = result {
                let row = cells.iter().collect::<Vec<_>>().join(",");
                rejects.push(Reject::new(&self.file, line, reason, &row));
            }
        }
    }
}

impl TableRow<'_> {
    /// 1-based line of the file.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.raw.position().map_or(0, csv::Position::line)
    }

    /// Whether bytes that are no UTF-8 were replaced.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.raw.iter().any(|cell| std::str::from_utf8(cell).is_err())
    }

    /// The cell, empty where the column is absent.
    #[must_use]
    pub fn text(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|&index| self.cells.get(index)).unwrap_or_default()
    }

    /// The cell of a column that the header is known to hold.
    ///
    /// # Errors
    /// When the column is absent.
    pub fn required(&self, column: &str) -> Result<&str, String> {
        self.columns.get(column).and_then(|&index| self.cells.get(index)).ok_or_else(|| format!("{column} is missing"))
    }

    /// An instant: RFC 3339 or whole microseconds; `None` where the cell is empty.
    ///
    /// # Errors
    /// When the cell holds something else.
    pub fn instant(&self, column: &str) -> Result<Option<Instant>, String> {
        let cell = self.text(column).trim();
        if cell.is_empty() {
            return Ok(None);
        }
        let instant = match cell.parse::<i64>() {
            Ok(micros) => Instant::plausible(micros),
            Err(_) => cell.parse(),
        };
        instant.map(Some).map_err(|e| format!("{column}: {e}"))
    }

    /// A whole number ≥ 0; `None` where the cell is empty. `12.0` is accepted, as spreadsheets write it.
    ///
    /// # Errors
    /// When the cell holds something else.
    pub fn integer(&self, column: &str) -> Result<Option<u64>, String> {
        let cell = self.text(column).trim();
        if cell.is_empty() {
            return Ok(None);
        }
        let whole = cell.strip_suffix(".0").unwrap_or(cell);
        whole.parse().map(Some).map_err(|_| format!("{column} {cell:?} is not a whole number ≥ 0"))
    }
}
