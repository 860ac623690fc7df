//! Labelled stretches of a series: JSON as the Numenta benchmark keeps them, or CSV `start,end`.

use super::count_series::moment;
use super::table::Table;
use super::{source, toml_file};
use crate::model::{Instant, UserError, excerpt};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

/// A stretch of time in which something was wrong, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelledWindow {
    pub start: Instant,
    pub end: Instant,
}

const FORM: &str =
    "labels are CSV (start,end) or JSON: { \"series.csv\": [[\"2026-05-04 15:00:00\", \"2026-05-04 17:00:00\"]] }";

/// Reads the windows of `series` (a file's name), by time.
///
/// # Errors
/// When the file cannot be read, holds none for the series, or windows that are reversed or overlap.
pub fn labelled_windows(path: &Path, series: &str) -> Result<Vec<LabelledWindow>, UserError> {
    let file = source::name(path);
    let bytes = source::read_bytes(path)?;
    let is_json = bytes.trim_ascii_start().starts_with(b"{") || bytes.trim_ascii_start().starts_with(b"[");
    let mut windows = if is_json { of_json(&file, &bytes, series)? } else { of_csv(&file, bytes)? };
    windows.sort_unstable();
    if let Some(pair) = windows.windows(2).find(|pair| pair[1].start <= pair[0].end) {
        let message = format!("the window that begins at {} begins within another", pair[1].start);
        return Err(UserError::new(file, message, "write windows that overlap as one"));
    }
    Ok(windows)
}

fn of_json(file: &str, bytes: &[u8], series: &str) -> Result<Vec<LabelledWindow>, UserError> {
    let entries: BTreeMap<String, Vec<(String, String)>> = serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or_default();
        UserError::new(format!("{file}:{}", error.line()), toml_file::plain(message), FORM)
    })?;
    let (name, pairs) = entry(file, &entries, series)?;
    let windows = pairs.iter().zip(1..).map(|((start, end), number)| {
        window(start, end).map_err(|message| UserError::new(file, format!("{name}, window {number}: {message}"), FORM))
    });
    windows.collect()
}

/// The entry whose key ends with the series' name, or the only one.
fn entry<'a, T>(file: &str, entries: &'a BTreeMap<String, T>, series: &str) -> Result<(&'a String, &'a T), UserError> {
    let plain = series.trim_end_matches(".gz").trim_end_matches(".zst");
    let named: Vec<_> = entries.iter().filter(|(key, _)| key.rsplit('/').next() == Some(plain)).collect();
    match (&named[..], entries.len()) {
        (&[one], _) => Ok(one),
        (&[first, second, ..], _) => {
            let message = format!("both {:?} and {:?} are named as the series is", first.0, second.0);
            Err(UserError::new(file, message, "leave one of them"))
        }
        (&[], 1) => entries.first_key_value().ok_or_else(|| UserError::new(file, "is empty", FORM)),
        (&[], 0) => Err(UserError::new(file, "holds no entry", FORM)),
        (&[], count) => {
            let keys = entries.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let message = format!("none of its {count} entries ends in {plain:?} (there are: {})", excerpt(&keys, 200));
            Err(UserError::new(file, message, "name an entry as the series' file is named"))
        }
    }
}

fn of_csv(file: &str, bytes: Vec<u8>) -> Result<Vec<LabelledWindow>, UserError> {
    source::check_encoding(file, &bytes)?;
    let table = Table::read(file.to_owned(), Box::new(Cursor::new(bytes)), &["start", "end"])
        .map_err(|error| UserError { help: FORM.to_owned(), ..error })?;
    let mut windows = Vec::new();
    let (_, rejects) = table.for_each(|row| {
        windows.push(window(row.text("start"), row.text("end"))?);
        Ok(())
    })?;
    match rejects.first() {
        None => Ok(windows),
        Some(first) => Err(UserError::new(format!("{file}:{}", first.line), &first.reason, FORM)),
    }
}

fn window(start: &str, end: &str) -> Result<LabelledWindow, String> {
    let at = |name: &str, text: &str| moment(text.trim()).map_err(|message| format!("{name} {message}"));
    let (start, end) = (at("start", start)?, at("end", end)?);
    if end < start { Err(format!("end {end} is before start {start}")) } else { Ok(LabelledWindow { start, end }) }
}
