//! `trials.csv` and `trials.parquet`: one row a trial, in order.

use super::columns::{Cells, Column};
use crate::model::UserError;
use polars::prelude::{Column as Series, DataFrame, ParquetCompression, ParquetWriter, PolarsResult};

/// The columns as CSV (RFC 4180, lines end in a line feed); undefined is empty. A text that a spreadsheet would take for a formula has
/// an apostrophe before it.
pub(super) fn csv(columns: &[Column]) -> String {
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    let mut out = line(columns.iter().map(|column| text_cell(&column.name)).collect());
    for row in 0..columns.first().map_or(0, |column| column.cells.len()) {
        out += &line(columns.iter().map(|column| column.cells.csv(row)).collect());
    }
    out
}

/// The columns as Parquet, zstd-compressed; `visible` text, undefined is null.
///
/// # Errors
/// When it cannot be made, such as for two columns of one name.
pub(super) fn parquet(columns: &[Column]) -> Result<Vec<u8>, UserError> {
    let write = || -> PolarsResult<Vec<u8>> {
        let rows = columns.first().map_or(0, |column| column.cells.len());
        let mut frame = DataFrame::new(rows, columns.iter().map(Column::series).collect())?;
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Zstd(None)).finish(&mut frame)?;
        Ok(bytes)
    };
    write()
        .map_err(|e| UserError::new("trials.parquet", format!("cannot be made: {e}"), "trials.csv has the same rows"))
}

impl Column {
    fn series(&self) -> Series {
        let name = self.name.as_str().into();
        match &self.cells {
            Cells::Text(cells) => Series::new(name, cells.iter().map(Option::as_deref).collect::<Vec<_>>()),
            // Whole numbers are as the data set's own Parquet has them.
            Cells::Whole(cells) => {
                Series::new(name, cells.iter().map(|&n| i64::try_from(n).unwrap_or(i64::MAX)).collect::<Vec<_>>())
            }
            Cells::Number(cells) => Series::new(name, cells.clone()),
            Cells::Switch(cells) => Series::new(name, cells.clone()),
        }
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Whole(cells) => cells.len(),
            Self::Number(cells) => cells.len(),
            Self::Switch(cells) => cells.len(),
        }
    }

    /// Numbers in full precision.
    fn csv(&self, row: usize) -> String {
        match self {
            Self::Text(cells) => cells[row].as_deref().map_or_else(String::new, text_cell),
            Self::Whole(cells) => cells[row].to_string(),
            Self::Number(cells) => cells[row].map_or_else(String::new, |x| x.to_string()),
            Self::Switch(cells) => cells[row].to_string(),
        }
    }
}

/// A text as a cell. A number's sign stays: only what is no number is taken for a formula.
fn text_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sweep::columns::columns;
    use crate::report::sweep::fixture;
    use polars::prelude::{AnyValue, ParquetReader, SerReader};
    use std::io::Cursor;

    #[test]
    fn a_spreadsheet_runs_nothing() {
        let rows = [
            ("=cmd()", "'=cmd()"),
            ("-0.5", "-0.5"),
            ("-x", "'-x"),
            ("@a,b", "\"'@a,b\""),
            ("say \"so\"", "\"say \"\"so\"\"\""),
            ("plain", "plain"),
        ];
        for (given, expected) in rows {
            assert_eq!(text_cell(given), expected);
        }
    }

    #[test]
    fn both_files_have_the_same_rows() {
        for sweep in [fixture::plausible(), fixture::hostile()] {
            let columns = columns(sweep.view(), &sweep.records);
            let csv = records(&csv(&columns));
            let frame = ParquetReader::new(Cursor::new(parquet(&columns).unwrap())).finish().unwrap();
            assert_eq!((csv.len() - 1, csv[0].len()), (frame.height(), frame.width()));
            assert_eq!(frame.height(), sweep.trials.len());
            let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
            assert_eq!(csv[0].iter().map(|name| bare(name)).collect::<Vec<_>>(), names);
            for (index, name) in names.iter().enumerate() {
                let column = frame.column(name).unwrap();
                for row in (0..frame.height()).step_by(37) {
                    let value = column.get(row).unwrap();
                    let expected = match value.extract_str() {
                        Some(text) => text.to_owned(),
                        None if value.is_null() => String::new(),
                        None if matches!(value, AnyValue::Boolean(_)) => value.to_string(),
                        None => value.try_extract::<f64>().map_or_else(|_| value.to_string(), |x| x.to_string()),
                    };
                    let cell = bare(&csv[row + 1][index]);
                    let same = cell
                        .parse::<f64>()
                        .ok()
                        .zip(expected.parse::<f64>().ok())
                        .is_some_and(|(a, b)| a.to_bits() == b.to_bits());
                    assert!(same || cell == expected, "{name} of row {row}: {cell:?}, {expected:?}");
                }
            }
        }
    }

    #[test]
    fn ratios_keep_their_counts_and_the_front_is_marked() {
        let sweep = fixture::plausible();
        let rows = records(&csv(&columns(sweep.view(), &sweep.records)));
        let at = |name: &str| rows[0].iter().position(|cell| cell == name).unwrap();
        let choice = &sweep.selection.choice.as_ref().unwrap().id;
        let row = rows.iter().find(|row| row[0] == *choice).unwrap();
        let recall = &sweep.view().choice().unwrap().1.end_to_end_recall;
        assert_eq!(row[at("end_to_end_recall_numerator")], recall.numerator.to_string());
        assert_eq!(row[at("end_to_end_recall_low")], recall.low.unwrap().to_string());
        let front = rows.iter().filter(|row| row[at("in_front")] == "true").count();
        assert!(front >= sweep.selection.front.len());
        assert_eq!(row[at("evaluation")].len(), 64);
    }

    /// Without the apostrophe that guards against formulas.
    fn bare(cell: &str) -> String {
        cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell).to_owned()
    }

    /// A small reader of RFC 4180.
    fn records(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut cell)),
                '\n' if !quoted => {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                c => cell.push(c),
            }
        }
        rows
    }
}
