//! Parquet through polars: lazily, slice by slice, only the columns that the contract names.

use super::events::{check_count, cut_message};
use super::intake::{Intake, Reject};
use super::records::{RecordRef, Records};
use super::source;
use crate::model::{Instant, Progress, Record, Traffic, UserError};
use polars::prelude::*;
use std::path::Path;

/// Rows of one slice: bounds the memory that decoded strings take.
const SLICE_ROWS: u32 = 1 << 19;

const EVENT_COLUMNS: [&str; 11] = [
    "timestamp",
    "observed_at",
    "service",
    "severity",
    "message",
    "exception_type",
    "stack_trace",
    "version",
    "trace_id",
    "user_id",
    "count",
];

/// Reads `events.parquet` into `records` (unsorted).
///
/// # Errors
/// When the file cannot be read, a required column is absent or of a wrong type, or there are too many bad rows.
pub fn read_events(
    path: &Path,
    records: &mut Records,
    intake: &mut Intake,
    progress: &dyn Progress,
) -> Result<(), UserError> {
    let file = source::name(path);
    let mut rejects = Vec::new();
    let mut ok = 0;
    let read = for_each_slice(
        path,
        &EVENT_COLUMNS,
        &["timestamp", "service", "severity", "message"],
        progress,
        |slice, first| {
            let columns = EventColumns::of(slice)?;
            for row in 0..slice.height() {
                match columns.push(row, records) {
                    Ok(()) => ok += 1,
                    Err(reason) => rejects.push(Reject::new(
                        &file,
                        first + row as u64 + 1,
                        reason,
                        columns.message.get(row).unwrap_or(""),
                    )),
                }
            }
            Ok(())
        },
    )?;
    intake.close(&file, read, ok, rejects)
}

/// Reads `traffic.parquet`, row by row.
///
/// # Errors
/// As [`read_events`].
pub fn read_traffic(
    path: &Path,
    intake: &mut Intake,
    progress: &dyn Progress,
    mut take: impl FnMut(Traffic) -> Result<(), String>,
) -> Result<(), UserError> {
    let file = source::name(path);
    let mut rejects = Vec::new();
    let mut ok = 0;
    let read = for_each_slice(
        path,
        &["timestamp", "service", "requests", "users"],
        &["timestamp", "service", "requests"],
        progress,
        |slice, first| {
            let (timestamp, service) = (instants(slice, "timestamp")?, strings(slice, "service")?);
            let (requests, users) = (integers(slice, "requests")?, integers(slice, "users")?);
            for row in 0..slice.height() {
                let mut read_row = || {
                    take(Traffic {
                        timestamp: instant(&timestamp, row)?.ok_or("timestamp is missing")?,
                        service: service.get(row).filter(|s| !s.is_empty()).ok_or("service is missing")?.to_owned(),
                        requests: whole(requests.get(row), "requests")?.ok_or("requests is missing")?,
                        users: whole(users.get(row), "users")?,
                    })
                };
                match read_row() {
                    Ok(()) => ok += 1,
                    Err(reason) => {
                        rejects.push(Reject::new(
                            &file,
                            first + row as u64 + 1,
                            reason,
                            service.get(row).unwrap_or(""),
                        ));
                    }
                }
            }
            Ok(())
        },
    )?;
    intake.close(&file, read, ok, rejects)
}

/// Runs `take` over the file in slices (with the index of each one's first row); returns the number of rows.
fn for_each_slice(
    path: &Path,
    wanted: &[&str],
    required: &[&str],
    progress: &dyn Progress,
    mut take: impl FnMut(&DataFrame, u64) -> Result<(), String>,
) -> Result<u64, UserError> {
    let file = source::name(path);
    let fail =
        |message: String| UserError::new(&file, message, "the columns and their types are listed in docs/data-set.md");
    let polars = |e: PolarsError| fail(first_line(&e.to_string()));
    let scan = || LazyFrame::scan_parquet(PlRefPath::try_from_path(path)?, ScanArgsParquet::default());
    let schema = scan().and_then(|mut lazy| lazy.collect_schema()).map_err(polars)?;
    if let Some(missing) = required.iter().find(|name| !schema.contains(name)) {
        return Err(fail(format!("column {missing} is missing")));
    }
    let present: Vec<Expr> = wanted.iter().filter(|name| schema.contains(name)).map(|name| col(*name)).collect();
    let rows = scan().and_then(|lazy| lazy.select([len()]).collect()).map_err(polars)?;
    let rows = rows.columns().first().and_then(|c| c.get(0).ok()).and_then(|v| v.extract::<u64>()).unwrap_or_default();
    progress.start(&format!("reading {file}"), rows);
    let mut first = 0;
    while first < rows {
        let offset = i64::try_from(first).map_err(|e| fail(e.to_string()))?;
        let slice =
            scan().and_then(|lazy| lazy.slice(offset, SLICE_ROWS).select(present.clone()).collect()).map_err(polars)?;
        take(&slice, first).map_err(fail)?;
        progress.advance(slice.height() as u64);
        first += u64::from(SLICE_ROWS);
    }
    Ok(rows)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

struct EventColumns {
    timestamp: Int64Chunked,
    observed_at: Int64Chunked,
    service: StringChunked,
    severity: StringChunked,
    message: StringChunked,
    exception_type: StringChunked,
    stack_trace: StringChunked,
    version: StringChunked,
    trace_id: StringChunked,
    user_id: StringChunked,
    count: Int64Chunked,
}

impl EventColumns {
    fn of(slice: &DataFrame) -> Result<Self, String> {
        Ok(Self {
            timestamp: instants(slice, "timestamp")?,
            observed_at: instants(slice, "observed_at")?,
            service: strings(slice, "service")?,
            severity: strings(slice, "severity")?,
            message: strings(slice, "message")?,
            exception_type: strings(slice, "exception_type")?,
            stack_trace: strings(slice, "stack_trace")?,
            version: strings(slice, "version")?,
            trace_id: strings(slice, "trace_id")?,
            user_id: strings(slice, "user_id")?,
            count: integers(slice, "count")?,
        })
    }

    fn push(&self, row: usize, records: &mut Records) -> Result<(), String> {
        records.push(&RecordRef {
            timestamp: instant(&self.timestamp, row)?.ok_or("timestamp is missing")?,
            observed_at: instant(&self.observed_at, row)?,
            service: self.service.get(row).filter(|s| !s.is_empty()).ok_or("service is missing")?,
            severity: self.severity.get(row).ok_or("severity is missing")?.parse()?,
            message: cut_message(self.message.get(row).ok_or("message is missing")?),
            exception_type: self.exception_type.get(row).unwrap_or_default(),
            stack_trace: self.stack_trace.get(row).unwrap_or_default(),
            version: self.version.get(row).unwrap_or_default(),
            trace_id: self.trace_id.get(row).unwrap_or_default(),
            user_id: self.user_id.get(row).unwrap_or_default(),
            count: check_count(whole(self.count.get(row), "count")?.unwrap_or(1))?,
        });
        Ok(())
    }
}

/// A column as strings; all null where it is absent.
fn strings(slice: &DataFrame, name: &str) -> Result<StringChunked, String> {
    let Ok(column) = slice.column(name) else {
        return Ok(StringChunked::full_null(name.into(), slice.height()));
    };
    column
        .as_materialized_series()
        .str()
        .cloned()
        .map_err(|_| format!("column {name} is {}, not a string", column.dtype()))
}

/// A column as whole numbers; all null where it is absent.
fn integers(slice: &DataFrame, name: &str) -> Result<Int64Chunked, String> {
    let Ok(column) = slice.column(name) else {
        return Ok(Int64Chunked::full_null(name.into(), slice.height()));
    };
    if !column.dtype().is_primitive_numeric() {
        return Err(format!("column {name} is {}, not a whole number", column.dtype()));
    }
    cast(column, name)
}

/// A column of instants in microseconds: a Parquet timestamp of any unit, or whole microseconds.
fn instants(slice: &DataFrame, name: &str) -> Result<Int64Chunked, String> {
    let Ok(column) = slice.column(name) else {
        return Ok(Int64Chunked::full_null(name.into(), slice.height()));
    };
    match column.dtype() {
        DataType::Datetime(TimeUnit::Milliseconds, _) => cast(column, name).map(|c| c * 1_000),
        DataType::Datetime(TimeUnit::Microseconds, _) | DataType::Int64 => cast(column, name),
        DataType::Datetime(TimeUnit::Nanoseconds, _) => {
            cast(column, name).map(|c| c.apply_values(|nanos| nanos.div_euclid(1_000)))
        }
        other => Err(format!("column {name} is {other}, not a timestamp or whole microseconds")),
    }
}

fn cast(column: &Column, name: &str) -> Result<Int64Chunked, String> {
    let cast = column.as_materialized_series().cast(&DataType::Int64).map_err(|e| format!("column {name}: {e}"))?;
    cast.i64().cloned().map_err(|e| format!("column {name}: {e}"))
}

fn instant(column: &Int64Chunked, row: usize) -> Result<Option<Instant>, String> {
    column.get(row).map(Instant::plausible).transpose().map_err(|e| format!("{}: {e}", column.name()))
}

fn whole(value: Option<i64>, name: &str) -> Result<Option<u64>, String> {
    value.map(u64::try_from).transpose().map_err(|_| format!("{name} is negative"))
}

/// Writes `events.parquet`, zstd-compressed. Columns that no record fills are left out.
///
/// # Errors
/// When the file cannot be written.
pub fn write_events(path: &Path, records: &[Record]) -> Result<(), UserError> {
    let micros = |name: &str, values: Vec<Option<i64>>| {
        let column = Column::new(name.into(), values);
        column.cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))
    };
    let text = |name: &str, get: fn(&Record) -> Option<&str>| {
        Column::new(name.into(), records.iter().map(get).collect::<Vec<_>>())
    };
    let build = || {
        let all = vec![
            micros("timestamp", records.iter().map(|r| Some(r.timestamp.micros())).collect())?,
            micros("observed_at", records.iter().map(|r| r.observed_at.map(Instant::micros)).collect())?,
            text("service", |r| Some(&r.service)),
            text("severity", |r| Some(r.severity.name())),
            text("message", |r| Some(&r.message)),
            text("exception_type", |r| r.exception_type.as_deref()),
            text("stack_trace", |r| r.stack_trace.as_deref()),
            text("version", |r| r.version.as_deref()),
            text("trace_id", |r| r.trace_id.as_deref()),
            text("user_id", |r| r.user_id.as_deref()),
            Column::new("count".into(), records.iter().map(|r| i64::from(r.count)).collect::<Vec<_>>()),
        ];
        let filled = all.into_iter().filter(|c| records.is_empty() || c.null_count() < records.len()).collect();
        DataFrame::new(records.len(), filled)
    };
    write(path, build())
}

/// Writes `traffic.parquet`, zstd-compressed.
///
/// # Errors
/// When the file cannot be written.
pub fn write_traffic(path: &Path, rows: &[Traffic]) -> Result<(), UserError> {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let build = || {
        let timestamp = Column::new("timestamp".into(), rows.iter().map(|r| r.timestamp.micros()).collect::<Vec<_>>());
        DataFrame::new(
            rows.len(),
            vec![
                timestamp.cast(&DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)))?,
                Column::new("service".into(), rows.iter().map(|r| r.service.as_str()).collect::<Vec<_>>()),
                Column::new("requests".into(), rows.iter().map(|r| number(r.requests)).collect::<Vec<_>>()),
                Column::new("users".into(), rows.iter().map(|r| r.users.map(number)).collect::<Vec<_>>()),
            ],
        )
    };
    write(path, build())
}

fn write(path: &Path, frame: PolarsResult<DataFrame>) -> Result<(), UserError> {
    let fail = |reason: String| UserError::new(source::name(path), reason, "");
    let mut frame = frame.map_err(|e| fail(e.to_string()))?;
    let file = std::fs::File::create(path).map_err(|e| fail(e.to_string()))?;
    let writer =
        ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None)).with_row_group_size(Some(1 << 17));
    writer.finish(&mut frame).map(drop).map_err(|e| fail(e.to_string()))
}
