//! A CSV file with a header row, read row by row.

use super::intake::Reject;
use super::source;
use crate::model::{Instant, UserError};
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

/// An open CSV file whose header holds at least the required columns.
pub struct Table {
    file: String,
    reader: csv::Reader<Box<dyn Read + Send>>,
    columns: HashMap<String, usize>,
}

/// One row, its cells found by the header's names.
pub struct TableRow<'a> {
    columns: &'a HashMap<String, usize>,
    cells: &'a csv::StringRecord,
}

impl Table {
    /// Opens `path` and reads its header.
    ///
    /// # Errors
    /// When it cannot be opened or lacks one of the `required` columns.
    pub fn open(path: &Path, required: &[&str]) -> Result<Self, UserError> {
        let file = source::name(path);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source::open(path)?);
        let header = reader.headers().map_err(|e| UserError::new(&file, e.to_string(), ""))?;
        let columns: HashMap<String, usize> = header
            .iter()
            .enumerate()
            .map(|(index, name)| (name.trim_start_matches('\u{feff}').trim().to_owned(), index))
            .collect();
        if let Some(missing) = required.iter().find(|name| !columns.contains_key(**name)) {
            let have = header.iter().collect::<Vec<_>>().join(", ");
            return Err(UserError::new(
                format!("{file}:1"),
                format!("column {missing} is missing (there are: {})", crate::model::excerpt(&have, 200)),
                "the first line names the columns",
            ));
        }
        Ok(Self { file, reader, columns })
    }

    /// Calls `take` on every row; returns the number of rows and those that it, or the parser, refused.
    ///
    /// # Errors
    /// When the file cannot be read on.
    pub fn for_each(
        mut self,
        mut take: impl FnMut(&TableRow) -> Result<(), String>,
    ) -> Result<(u64, Vec<Reject>), UserError> {
        let width = self.columns.len();
        let mut rejects = Vec::new();
        let mut read = 0;
        let mut bytes = csv::ByteRecord::new();
        loop {
            match self.reader.read_byte_record(&mut bytes) {
                Ok(false) => return Ok((read, rejects)),
                Ok(true) => {}
                Err(error) => return Err(UserError::new(&self.file, error.to_string(), "")),
            }
            read += 1;
            let line = bytes.position().map_or(read + 1, csv::Position::line);
            let cells = csv::StringRecord::from_byte_record_lossy(bytes.clone());
            let result = if cells.len() == width {
                take(&TableRow { columns: &self.columns, cells: &cells })
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
