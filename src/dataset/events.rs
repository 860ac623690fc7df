//! `events.jsonl` and `events.csv`: text to columns, block by block, the blocks in parallel.

use super::intake::{Intake, Reject};
use super::records::{RecordRef, Records};
use super::source::{self, LineBlocks};
use crate::model::{Instant, Progress, Severity, UserError};
use rayon::prelude::*;
use serde::{Deserialize, Deserializer, de};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;

/// Bytes of a block: large enough to amortise its dictionary, small enough to keep all cores busy.
const BLOCK: usize = 4 << 20;

/// Characters of a message that are kept: no signature needs more, and no rule may be made slow by more.
const MESSAGE_LIMIT: usize = 16 << 10;

/// Bytes of a service's name: more is a message in the wrong column.
const SERVICE_LIMIT: usize = 256;

/// Reads a JSONL file of records into `records` (unsorted).
///
/// # Errors
/// When the file cannot be read, is no JSONL, or has too many bad rows.
pub fn read_jsonl(
    path: &Path,
    records: &mut Records,
    intake: &mut Intake,
    progress: &dyn Progress,
) -> Result<(), UserError> {
    let file = source::name(path);
    let mut blocks = LineBlocks::new(source::open(path)?, BLOCK);
    let mut total = Lines::default();
    let mut broken = None;
    progress.start("reading records", 0);
    let mut batch = next_batch(&mut blocks, &mut broken);
    if let Some(first) = batch.first() {
        check_head(&file, first)?;
    }
    let mut parsed: Vec<(Records, Lines)> = Vec::new();
    while !batch.is_empty() || !parsed.is_empty() {
        // The next batch is parsed while the one before is merged.
        let ((), next) = rayon::join(
            || merge(std::mem::take(&mut parsed), &mut total, records, progress),
            || batch.par_iter().map(|block| parse_block(&file, block)).collect(),
        );
        parsed = next;
        batch = next_batch(&mut blocks, &mut broken);
    }
    total.close(&file, broken, intake)
}

fn next_batch<R: Read>(blocks: &mut LineBlocks<R>, broken: &mut Option<io::Error>) -> Vec<Vec<u8>> {
    let mut batch = Vec::new();
    while batch.len() < rayon::current_num_threads() * 2 {
        match blocks.next() {
            Some(Ok(block)) => batch.push(block),
            Some(Err(error)) => *broken = Some(error),
            None => break,
        }
    }
    batch
}

fn merge(parsed: Vec<(Records, Lines)>, total: &mut Lines, records: &mut Records, progress: &dyn Progress) {
    for (block, lines) in parsed {
        progress.advance(lines.count);
        total.append(lines);
        records.append(block);
    }
}

/// A run of lines: how many, what was refused (lines counted from the run's start).
#[derive(Default)]
struct Lines {
    count: u64,
    read: u64,
    rejects: Vec<Reject>,
    replaced: u64,
    cut: u64,
}

impl Lines {
    fn append(&mut self, other: Self) {
        let before = self.count;
        self.rejects.extend(other.rejects.into_iter().map(|r| Reject { line: r.line + before, ..r }));
        self.count += other.count;
        self.read += other.read;
        self.replaced += other.replaced;
        self.cut += other.cut;
    }

    fn close(self, file: &str, broken: Option<io::Error>, intake: &mut Intake) -> Result<(), UserError> {
        if self.replaced > 0 {
            intake.warn(format!("{file}: {} lines held bytes that are no UTF-8; they were replaced", self.replaced));
        }
        if self.cut > 0 {
            intake.warn(format!("{file}: {} messages were longer than 16,384 characters and were cut there", self.cut));
        }
        if let Some(error) = broken {
            let message =
                format!("cannot be read to its end ({error}); the {} lines before that are whole", self.count);
            if !intake.policy.allow {
                return Err(UserError::new(
                    file,
                    message,
                    "get the file again, or pass --allow-rejects to use what is whole",
                ));
            }
            intake.warn(format!("{file}: {message}"));
        }
        intake.close(file, self.read, self.read - self.rejects.len() as u64, self.rejects)
    }
}

fn check_head(file: &str, block: &[u8]) -> Result<(), UserError> {
    source::check_encoding(file, block)?;
    let text = block.strip_prefix(b"\xef\xbb\xbf").unwrap_or(block);
    match text.trim_ascii_start().first() {
        Some(b'[') => Err(UserError::new(
            format!("{file}:1"),
            "is one JSON array, not one record a line",
            format!("convert it: jq -c '.[]' {file}"),
        )),
        Some(b'{') if opens_alone(text) => Err(UserError::new(
            format!("{file}:1"),
            "is JSON spread over several lines, not one record a line",
            format!("convert it: jq -c . {file}"),
        )),
        _ => Ok(()),
    }
}

/// Whether the first line holds nothing but an opening brace.
fn opens_alone(text: &[u8]) -> bool {
    text.trim_ascii_start().split(|&b| b == b'\n').next().is_some_and(|line| line.trim_ascii() == b"{")
}

fn parse_block(file: &str, block: &[u8]) -> (Records, Lines) {
    let mut records = Records::default();
    let mut lines = Lines::default();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', block).chain([block.len()]) {
        let line = &block[start..end];
        start = end + 1;
        if end == block.len() && line.is_empty() {
            break;
        }
        lines.count += 1;
        let line = line.trim_ascii();
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        lines.read += 1;
        let text = std::str::from_utf8(line).map_or_else(|_| String::from_utf8_lossy(line), Cow::Borrowed);
        lines.replaced += u64::from(matches!(text, Cow::Owned(_)));
        let row = if line.starts_with(b"[") {
            Err("invalid type: an array, expected a JSON object".to_owned())
        } else {
            serde_json::from_str::<Row>(&text).map_err(|e| json_reason(&e))
        };
        if let Err(reason) = row.and_then(|row| row.push(&mut records, &mut lines.cut)) {
            lines.rejects.push(Reject::new(file, lines.count, reason, &text));
        }
    }
    (records, lines)
}

/// serde's message without its “at line 1”, which would name the wrong line.
pub(super) fn json_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(" at line ") {
        Some((reason, _)) => format!("column {}: {reason}", error.column()),
        None => text,
    }
}

/// A string that borrows from its line where it can.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

/// One line as written; what is required is checked by [`Row::push`], so that its absence is told in our words.
#[derive(Default, Deserialize)]
struct Row<'a> {
    timestamp: Option<Instant>,
    observed_at: Option<Instant>,
    #[serde(borrow)]
    service: Option<Text<'a>>,
    #[serde(borrow)]
    severity: Option<Text<'a>>,
    #[serde(borrow)]
    message: Option<Text<'a>>,
    #[serde(borrow)]
    exception_type: Option<Text<'a>>,
    #[serde(borrow)]
    stack_trace: Option<Text<'a>>,
    #[serde(borrow)]
    version: Option<Text<'a>>,
    #[serde(borrow)]
    trace_id: Option<Text<'a>>,
    #[serde(borrow)]
    user_id: Option<Text<'a>>,
    count: Option<u64>,
}

impl Row<'_> {
    fn push(&self, records: &mut Records, cut: &mut u64) -> Result<(), String> {
        let message = self.message.as_ref().ok_or("message is missing")?;
        let kept = cut_message(&message.0);
        *cut += u64::from(kept.len() < message.0.len());
        records.push(&RecordRef {
            timestamp: self.timestamp.ok_or("timestamp is missing")?,
            observed_at: self.observed_at,
            service: check_service(self.service.as_ref().map(|t| &*t.0))?,
            severity: self.severity.as_ref().ok_or("severity is missing")?.0.parse::<Severity>()?,
            message: kept,
            exception_type: optional(self.exception_type.as_ref()),
            stack_trace: optional(self.stack_trace.as_ref()),
            version: optional(self.version.as_ref()),
            trace_id: optional(self.trace_id.as_ref()),
            user_id: optional(self.user_id.as_ref()),
            count: check_count(self.count.unwrap_or(1))?,
        });
        Ok(())
    }
}

fn optional<'t>(text: Option<&'t Text>) -> &'t str {
    text.map_or("", |text| &text.0)
}

/// A service's name, which is neither blank nor long.
pub(super) fn check_service(name: Option<&str>) -> Result<&str, String> {
    match name {
        Some(name) if name.len() > SERVICE_LIMIT => Err(format!("service is longer than {SERVICE_LIMIT} bytes")),
        Some(name) if !name.trim().is_empty() => Ok(name),
        _ => Err("service is missing".to_owned()),
    }
}

pub(super) fn check_count(count: u64) -> Result<u32, String> {
    match u32::try_from(count) {
        Ok(0) => Err("count is 0: a row stands for at least one record".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err(format!("count {count} is beyond 4,294,967,295")),
    }
}

pub(super) fn cut_message(message: &str) -> &str {
    if message.len() <= MESSAGE_LIMIT {
        return message;
    }
    match message.char_indices().nth(MESSAGE_LIMIT) {
        Some((cut, _)) => &message[..cut],
        None => message,
    }
}

/// Reads a CSV file of records with a header row into `records` (unsorted). Instants are RFC 3339 or whole microseconds.
///
/// # Errors
/// When the file cannot be read, a required column is absent, or there are too many bad rows.
pub fn read_csv(
    path: &Path,
    records: &mut Records,
    intake: &mut Intake,
    progress: &dyn Progress,
) -> Result<(), UserError> {
    let file = source::name(path);
    progress.start("reading records", 0);
    let table = super::table::Table::open(path, &["timestamp", "service", "severity", "message"])?;
    let (mut cut, mut replaced) = (0, 0);
    let (read, rejects) = table.for_each(|row| {
        progress.advance(1);
        replaced += u64::from(row.is_replaced());
        let message = row.required("message")?;
        let kept = cut_message(message);
        cut += u64::from(kept.len() < message.len());
        records.push(&RecordRef {
            timestamp: row.instant("timestamp")?.ok_or("timestamp is missing")?,
            observed_at: row.instant("observed_at")?,
            service: check_service(Some(row.required("service")?))?,
            severity: row.required("severity")?.parse()?,
            message: kept,
            exception_type: row.text("exception_type"),
            stack_trace: row.text("stack_trace"),
            version: row.text("version"),
            trace_id: row.text("trace_id"),
            user_id: row.text("user_id"),
            count: check_count(row.integer("count")?.unwrap_or(1))?,
        });
        Ok(())
    })?;
    Lines { count: read, read, rejects, replaced, cut }.close(&file, None, intake)
}
