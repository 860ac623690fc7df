//! Parquet through polars: slice by slice, only the columns that the contract names.

use super::events::{check_count, check_service, cut_message};
use super::intake::{Intake, Reject};
use super::records::{RecordRef, Records};
use super::source;
use crate::model::{Instant, Progress, Record, Traffic, UserError, excerpt};
use polars::prelude::*;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows of one slice: bounds the memory that decoded strings take.
const SLICE_ROWS: usize = 1 << 19;

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
            let (timestamp, service) = (Instants::of(slice, "timestamp")?, strings(slice, "service")?);
            let (requests, users) = (Numbers::of(slice, "requests")?, Numbers::of(slice, "users")?);
            for row in 0..slice.height() {
                let mut read_row = || {
                    take(Traffic {
                        timestamp: timestamp.get(row)?.ok_or("timestamp is missing")?,
                        service: check_service(service.get(row))?.to_owned(),
                        requests: requests.get(row)?.ok_or("requests is missing")?,
                        users: users.get(row)?,
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
    let fail = |message: String| UserError::new(&file, message, "docs/data-set.md lists the columns and their types");
    let damaged = |reason: String| UserError::new(&file, format!("cannot be read: {reason}"), "write the file again");
    let opened = open(path)?;
    let metadata = guarded(|| ParquetReader::new(opened.try_clone()?).get_metadata().cloned()).map_err(damaged)?;
    let length = opened.metadata().map_or(0, |of_file| of_file.len());
    let beyond = |range: std::ops::Range<u64>| range.start > range.end || range.end > length;
    if metadata.row_groups.iter().any(|group| group.byte_ranges_iter().any(beyond)) {
        return Err(damaged("its footer points beyond its end".to_owned()));
    }
    let reader = || -> PolarsResult<ParquetReader<File>> {
        let mut reader = ParquetReader::new(opened.try_clone()?);
        reader.set_metadata(metadata.clone());
        Ok(reader)
    };
    let schema = guarded(|| reader()?.schema()).map_err(damaged)?;
    if let Some(missing) = required.iter().find(|name| !schema.contains(name)) {
        return Err(fail(format!("column {missing} is missing")));
    }
    // Only the wanted columns are ever decoded: the others may be of types that are not known here.
    let present: Vec<String> =
        wanted.iter().filter(|name| schema.contains(name)).map(|&name| name.to_owned()).collect();
    for name in &present {
        let dtype = schema.get(name).map(|field| field.dtype().clone()).unwrap_or_default();
        guarded(|| Ok(DataType::from_arrow_dtype(&dtype)))
            .map_err(|_| fail(format!("column {name} is {dtype:?}, which is not read here")))?;
    }
    let rows = metadata.num_rows;
    progress.start(&format!("reading {file}"), rows as u64);
    let mut first = 0;
    while first < rows {
        let window = Some((first, SLICE_ROWS.min(rows - first)));
        let slice = guarded(|| reader()?.with_columns(Some(present.clone())).with_slice(window).finish());
        let slice = slice.map_err(damaged)?;
        if slice.height() != SLICE_ROWS.min(rows - first) {
            return Err(damaged("it holds fewer rows than its footer says".to_owned()));
        }
        take(&slice, first as u64).map_err(fail)?;
        progress.advance(slice.height() as u64);
        first += SLICE_ROWS;
    }
    Ok(rows as u64)
}

/// Opens a regular file that begins and ends as Parquet does.
fn open(path: &Path) -> Result<File, UserError> {
    let file = source::name(path);
    let fail = |message: &str, help: &str| UserError::new(&file, message, help);
    let metadata = std::fs::metadata(path).map_err(|e| fail(&e.to_string(), "check the path"))?;
    if !metadata.is_file() {
        return Err(fail("is not a regular file", "give one Parquet file, not a folder, pipe or device"));
    }
    let mut opened = File::open(path).map_err(|e| fail(&e.to_string(), "check the file's permissions"))?;
    let mut magic = |from: SeekFrom| {
        let mut bytes = [0; 4];
        opened.seek(from).and_then(|_| opened.read_exact(&mut bytes)).is_ok() && &bytes == b"PAR1"
    };
    if !magic(SeekFrom::Start(0)) {
        return Err(fail("is not a Parquet file, though its name says so", "JSON lines are named .jsonl, tables .csv"));
    }
    if metadata.len() < 12 || !magic(SeekFrom::End(-4)) {
        return Err(fail("is cut short: its footer is missing", "get the file again"));
    }
    Ok(opened)
}

/// Runs what decodes a file; a damaged one may make the decoder panic, which is the file's fault and no defect of ours.
fn guarded<T>(decode: impl FnOnce() -> PolarsResult<T>) -> Result<T, String> {
    /// Decoders at work whose panics are not to be printed.
    static QUIET: AtomicUsize = AtomicUsize::new(0);
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if QUIET.load(Ordering::Relaxed) == 0 {
                hook(info);
            }
        }));
    });
    QUIET.fetch_add(1, Ordering::Relaxed);
    let decoded = panic::catch_unwind(AssertUnwindSafe(decode));
    QUIET.fetch_sub(1, Ordering::Relaxed);
    match decoded {
        Ok(result) => result.map_err(|e| excerpt(e.to_string().lines().next().unwrap_or_default(), 200)),
        Err(_) => Err("it is damaged".to_owned()),
    }
}

struct EventColumns {
    timestamp: Instants,
    observed_at: Instants,
    service: StringChunked,
    severity: StringChunked,
    message: StringChunked,
    exception_type: StringChunked,
    stack_trace: StringChunked,
    version: StringChunked,
    trace_id: StringChunked,
    user_id: StringChunked,
    count: Numbers,
}

impl EventColumns {
    fn of(slice: &DataFrame) -> Result<Self, String> {
        Ok(Self {
            timestamp: Instants::of(slice, "timestamp")?,
            observed_at: Instants::of(slice, "observed_at")?,
            service: strings(slice, "service")?,
            severity: strings(slice, "severity")?,
            message: strings(slice, "message")?,
            exception_type: strings(slice, "exception_type")?,
            stack_trace: strings(slice, "stack_trace")?,
            version: strings(slice, "version")?,
            trace_id: strings(slice, "trace_id")?,
            user_id: strings(slice, "user_id")?,
            count: Numbers::of(slice, "count")?,
        })
    }

    fn push(&self, row: usize, records: &mut Records) -> Result<(), String> {
        records.push(&RecordRef {
            timestamp: self.timestamp.get(row)?.ok_or("timestamp is missing")?,
            observed_at: self.observed_at.get(row)?,
            service: check_service(self.service.get(row))?,
            severity: self.severity.get(row).ok_or("severity is missing")?.parse()?,
            message: cut_message(self.message.get(row).ok_or("message is missing")?),
            exception_type: self.exception_type.get(row).unwrap_or_default(),
            stack_trace: self.stack_trace.get(row).unwrap_or_default(),
            version: self.version.get(row).unwrap_or_default(),
            trace_id: self.trace_id.get(row).unwrap_or_default(),
            user_id: self.user_id.get(row).unwrap_or_default(),
            count: check_count(self.count.get(row)?.unwrap_or(1))?,
        });
        Ok(())
    }
}

/// A column of the slice; `None` where it is absent or holds nothing but nulls, which may then be of any type.
fn filled<'a>(slice: &'a DataFrame, name: &str) -> Option<&'a Column> {
    slice.column(name).ok().filter(|column| column.null_count() < slice.height())
}

/// A column as strings, categories included; all null where it is absent.
fn strings(slice: &DataFrame, name: &str) -> Result<StringChunked, String> {
    let Some(column) = filled(slice, name) else {
        return Ok(StringChunked::full_null(name.into(), slice.height()));
    };
    let series = column.as_materialized_series();
    match column.dtype() {
        DataType::String => series.str().cloned(),
        DataType::Categorical(..) | DataType::Enum(..) => series.cast(&DataType::String).and_then(|s| s.str().cloned()),
        other => return Err(format!("column {name} is {other}, not a string")),
    }
    .map_err(|e| format!("column {name}: {e}"))
}

/// A column of whole numbers, in whatever type the writer chose: pandas makes floats of whole numbers beside nulls.
enum Numbers {
    Int(Int64Chunked),
    Unsigned(UInt64Chunked),
    Float(Float64Chunked),
}

impl Numbers {
    fn of(slice: &DataFrame, name: &str) -> Result<Self, String> {
        let Some(column) = filled(slice, name) else {
            return Ok(Self::Int(Int64Chunked::full_null(name.into(), slice.height())));
        };
        let dtype = column.dtype();
        let as_type = |wanted: DataType| column.as_materialized_series().cast(&wanted);
        if dtype.is_float() {
            as_type(DataType::Float64).and_then(|s| s.f64().cloned()).map(Self::Float)
        } else if dtype.is_unsigned_integer() {
            as_type(DataType::UInt64).and_then(|s| s.u64().cloned()).map(Self::Unsigned)
        } else if dtype.is_integer() {
            as_type(DataType::Int64).and_then(|s| s.i64().cloned()).map(Self::Int)
        } else {
            return Err(format!("column {name} is {dtype}, not a whole number"));
        }
        .map_err(|e| format!("column {name}: {e}"))
    }

    fn get(&self, row: usize) -> Result<Option<u64>, String> {
        /// Beyond 2⁵³ a float no longer tells whole numbers apart.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self {
            Self::Unsigned(values) => Ok(values.get(row)),
            Self::Int(values) => match values.get(row).map(u64::try_from).transpose() {
                Ok(value) => Ok(value),
                Err(_) => Err(format!("{} is negative", values.name())),
            },
            Self::Float(values) => match values.get(row) {
                None => Ok(None),
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // whole and in range
                Some(value) if (0.0..=EXACT).contains(&value) && value.fract() == 0.0 => Ok(Some(value as u64)),
                Some(value) => Err(format!("{} {value} is not a whole number ≥ 0", values.name())),
            },
        }
    }
}

/// A column of instants: a Parquet timestamp of any unit, whole microseconds, or RFC 3339 text.
enum Instants {
    /// With the factor and the divisor that make microseconds of it.
    Number(Int64Chunked, i64, i64),
    Text(StringChunked),
}

impl Instants {
    fn of(slice: &DataFrame, name: &str) -> Result<Self, String> {
        let Some(column) = filled(slice, name) else {
            return Ok(Self::Number(Int64Chunked::full_null(name.into(), slice.height()), 1, 1));
        };
        let (factor, divisor) = match column.dtype() {
            DataType::Datetime(TimeUnit::Milliseconds, _) => (1_000, 1),
            DataType::Datetime(TimeUnit::Microseconds, _) | DataType::Int64 => (1, 1),
            DataType::Datetime(TimeUnit::Nanoseconds, _) => (1, 1_000),
            DataType::String => return strings(slice, name).map(Self::Text),
            other => return Err(format!("column {name} is {other}, not a timestamp or whole microseconds")),
        };
        let cast = column.as_materialized_series().cast(&DataType::Int64).and_then(|s| s.i64().cloned());
        Ok(Self::Number(cast.map_err(|e| format!("column {name}: {e}"))?, factor, divisor))
    }

    fn get(&self, row: usize) -> Result<Option<Instant>, String> {
        let (name, read) = match self {
            Self::Text(values) => (values.name(), values.get(row).map(str::parse)),
            Self::Number(values, factor, divisor) => {
                // What overflows is as implausible as the greatest number.
                let micros = |value: i64| value.checked_mul(*factor).unwrap_or(i64::MAX).div_euclid(*divisor);
                (values.name(), values.get(row).map(|value| Instant::plausible(micros(value))))
            }
        };
        read.transpose().map_err(|e| format!("{name}: {e}"))
    }
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
    let file = File::create(path).map_err(|e| fail(e.to_string()))?;
    let writer =
        ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None)).with_row_group_size(Some(1 << 17));
    writer.finish(&mut frame).map(drop).map_err(|e| fail(e.to_string()))
}
