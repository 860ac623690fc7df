//! Everything that a data set, a pipeline, a price list or a scenario can be spoiled with (reliability.md §4): what it is called, the
//! exit code, and that the message says where, what and what next. One row each; `check` holds what is true of all.

#![allow(clippy::unwrap_used, clippy::too_many_lines, clippy::format_collect)] // tests: a panic is the message, tables are long
#![allow(clippy::needless_for_each, clippy::semicolon_if_nothing_returned)] // a row is one expression
#![allow(clippy::case_sensitive_file_extension_comparisons)] // the names are our own

use crate::cli::{Mini, at, deploys, event, events, incidents, lines, traffic};
use flate2::{Compression, write::GzEncoder, write::ZlibEncoder};
use polars::prelude::*;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;

/// A way to spoil a [`Mini`], and what is to be said of it.
struct Row {
    name: &'static str,
    spoil: Box<dyn Fn(&Mini) + Sync>,
    args: Vec<&'static str>,
    code: i32,
    /// Substrings of stderr; of stdout those that begin with `>`.
    words: Vec<&'static str>,
}

/// Runs one row; whatever the input, the program neither panics nor prints what could take over a terminal.
fn check(row: &Row) -> Result<(), String> {
    let mini = Mini::new();
    (row.spoil)(&mini);
    let run = mini.run(&row.args);
    let mut wrong = Vec::new();
    if run.code != row.code {
        wrong.push(format!("exit code {} instead of {}", run.code, row.code));
    }
    if run.code == 2 && !run.out.is_empty() {
        wrong.push("stdout is not empty".to_owned());
    }
    if run.code != 0 && !run.err.lines().any(|line| line.starts_with("error: ")) {
        wrong.push("no line begins with error:".to_owned());
    }
    if ["panicked", "internal error", "RUST_BACKTRACE"].iter().any(|word| run.err.contains(word)) {
        wrong.push("it panicked".to_owned());
    }
    if [&run.out, &run.err].iter().any(|text| text.chars().any(takes_over)) {
        wrong.push("a raw control character".to_owned());
    }
    if run.out.len() + run.err.len() > 40_000 {
        wrong.push(format!("{} bytes of output", run.out.len() + run.err.len()));
    }
    for word in &row.words {
        let (text, word) = word.strip_prefix('>').map_or((&run.err, *word), |word| (&run.out, word));
        if !text.contains(word) {
            wrong.push(format!("should say {word:?}"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let shown: String = run.err.chars().take(1500).collect();
    Err(format!("{}: {}\n{shown}", row.name, wrong.join("; ")))
}

fn takes_over(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}')
}

fn check_all(rows: &[Row]) {
    let wrong: Vec<String> = rows.par_iter().filter_map(|row| check(row).err()).collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n\n{}", wrong.len(), rows.len(), wrong.join("\n\n"));
}

const CHECK: &str = "check ds";
const REPLAY: &str = "replay ds --out out --pipeline always";

fn row(
    name: &'static str,
    spoil: impl Fn(&Mini) + Sync + 'static,
    args: &'static str,
    code: i32,
    words: &[&'static str],
) -> Row {
    Row { name, spoil: Box::new(spoil), args: args.split_whitespace().collect(), code, words: words.to_vec() }
}

/// A good set with one more line of events that is rejected for a reason (1 of 69 is below 5 %), told by `check` on stdout.
fn event_line(name: &'static str, line: &'static str, reason: &str) -> Row {
    let words = match reason {
        "" => vec![">69 rows, 0 rejected"],
        reason => vec![">69 rows, 1 rejected; the first: line 69: ", leak(format!(">{reason}"))],
    };
    row(name, move |m| m.write("ds/events.jsonl", lines(&events()) + line + "\n"), CHECK, 0, &words)
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// `{…}` of a record with this raw timestamp.
fn stamped(name: &'static str, timestamp: &str, reason: &'static str) -> Row {
    let line = format!(r#"{{"timestamp":{timestamp},"service":"api","severity":"ERROR","message":"m"}}"#);
    event_line(name, leak(line), reason)
}

/// One field of one deploy or incident set to a value (`null` removes it).
fn set(file: &'static str, index: usize, key: &'static str, value: Value) -> impl Fn(&Mini) + Sync {
    move |mini| {
        let mut rows = if file == "deploys" { deploys() } else { incidents() };
        rows[index][key] = value.clone();
        mini.write(&format!("ds/{file}.jsonl"), lines(&rows));
    }
}

fn write(name: &'static str, content: impl AsRef<[u8]> + Sync) -> impl Fn(&Mini) + Sync {
    move |mini| mini.write(name, content.as_ref())
}

/// Puts a file in the place of `events.jsonl`.
fn instead(name: &'static str, content: impl AsRef<[u8]> + Sync) -> impl Fn(&Mini) + Sync {
    move |mini| {
        mini.remove("ds/events.jsonl");
        mini.write(&format!("ds/{name}"), content.as_ref());
    }
}

fn rename(from: &'static str, to: &'static str) -> impl Fn(&Mini) + Sync {
    move |mini| fs::rename(mini.path(from), mini.path(to)).unwrap()
}

fn good() -> String {
    lines(&events())
}

fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, mark: &[u8]) -> Vec<u8> {
    mark.iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

#[test]
#[rustfmt::skip] // one row a line
fn files_that_are_not_what_they_should_be() {
    let packed = gzip(good());
    let half = packed[..packed.len() / 2].to_vec();
    let without_crc = packed[..packed.len() - 9].to_vec();
    let members = [gzip(lines(&events()[..30])), gzip(lines(&events()[30..]))].concat();
    let frames =
        [lines(&events()[..30]), lines(&events()[30..])].map(|t| zstd::encode_all(t.as_bytes(), 1).unwrap()).concat();
    let table =
        gzip((0..2000).fold("timestamp,service,severity,message\n".to_owned(), |t, i| {
            t + &format!("{},api,ERROR,m{i}\n", at(i))
        }));
    let half_table = table[..table.len() / 2].to_vec();
    let zeros = vec![0; 12 << 20];
    let noise: Vec<u8> = (0_u32..20_000).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cut_frame = zstd::encode_all(good().as_bytes(), 1).unwrap()[..200].to_vec();
    check_all(&[
        row("empty events", write("ds/events.jsonl", ""), CHECK, 4, &["error: events.jsonl: holds no record\nhelp: "]),
        row("empty events, replay", write("ds/events.jsonl", ""), REPLAY, 4, &["error: events.jsonl: holds no record\nhelp: "]),
        row("only blank lines", write("ds/events.jsonl", "\n \n"), CHECK, 4, &["error: events.jsonl: holds no record"]),
        row("no usable row", write("ds/events.jsonl", "{}\n"), "check ds --allow-rejects", 4, &["none of its 1 rows can be used"]),
        row("no events", |m| m.remove("ds/events.jsonl"), CHECK, 2, &["ds: holds no events.parquet or events.jsonl or events.csv\nhelp: "]),
        row("misnamed events", rename("ds/events.jsonl", "ds/event.jsonl"), CHECK, 2, &["help: it holds event.jsonl"]),
        row("no deploys", |m| m.remove("ds/deploys.jsonl"), CHECK, 2, &["error: ds: holds no deploys.jsonl\nhelp: "]),
        row("deploys.csv", rename("ds/deploys.jsonl", "ds/deploys.csv"), CHECK, 2, &["holds no deploys.jsonl\nhelp: it holds deploys.csv"]),
        row("misnamed incidents", rename("ds/incidents.jsonl", "ds/incident.json"), CHECK, 0, &["warning: incident.json is not read; is incidents.jsonl meant?", "the incident log is complete, but there is no incidents.jsonl"]),
        row("misnamed traffic", write("ds/traffic.jsonl", "{}"), CHECK, 0, &["traffic.jsonl is not read; is traffic.parquet or traffic.csv meant?"]),
        row("packed deploys and incidents", |m| { for name in ["deploys", "incidents"] { m.write(&format!("ds/{name}.jsonl.gz"), gzip(m.read(&format!("ds/{name}.jsonl")))); m.remove(&format!("ds/{name}.jsonl")); } }, CHECK, 0, &[">deploys.jsonl.gz: 4 rows", ">2 (1 deploy, 1 third_party)"]),
        row("a folder", |m| { m.remove("ds/events.jsonl"); fs::create_dir(m.path("ds/events.jsonl")).unwrap(); }, CHECK, 2, &["error: events.jsonl: is not a regular file\nhelp: "]),
        row("a folder of Parquet", |m| { m.remove("ds/events.jsonl"); fs::create_dir(m.path("ds/events.parquet")).unwrap(); }, CHECK, 2, &["error: events.parquet: is not a regular file\nhelp: give one Parquet file"]),
        row("a device", |m| { m.remove("ds/events.jsonl"); symlink("/dev/zero", m.path("ds/events.jsonl")).unwrap(); }, CHECK, 2, &["events.jsonl: is not a regular file"]),
        row("a link to nowhere", |m| { m.remove("ds/incidents.jsonl"); symlink("x", m.path("ds/incidents.jsonl")).unwrap(); }, CHECK, 2, &["error: incidents.jsonl: is a link that leads nowhere"]),
        row("a loop of links", |m| { m.remove("ds/events.jsonl"); symlink("events.jsonl", m.path("ds/events.jsonl")).unwrap(); }, CHECK, 2, &["error: events.jsonl: "]),
        row("two of a kind", write("ds/events.parquet", "x"), CHECK, 2, &["events.parquet: stands beside events.jsonl, which holds the same\nhelp: keep one"]),
        row("plain and packed", write("ds/events.jsonl.gz", "x"), CHECK, 2, &["events.jsonl: stands beside events.jsonl.gz"]),
        row("UTF-16", write("ds/events.jsonl", utf16(&good(), &[0xff, 0xfe])), CHECK, 2, &["error: events.jsonl: is UTF-16\nhelp: convert it: iconv -f UTF-16 -t UTF-8 events.jsonl"]),
        row("UTF-16 without a mark", write("ds/events.jsonl", utf16(&good(), &[])), CHECK, 2, &["is UTF-16\nhelp: convert it: iconv -f UTF-16LE"]),
        row("UTF-16 deploys", write("ds/deploys.jsonl", utf16(&lines(&deploys()), &[0xff, 0xfe])), CHECK, 2, &["error: deploys.jsonl: is UTF-16"]),
        row("UTF-16 toml", write("ds/dataset.toml", utf16("name = \"a\"", &[0xff, 0xfe])), CHECK, 2, &["error: dataset.toml: is UTF-16"]),
        row("a byte order mark", |m| { for name in ["dataset.toml", "events.jsonl", "deploys.jsonl", "incidents.jsonl"] { m.write(&format!("ds/{name}"), format!("\u{feff}{}", m.read(&format!("ds/{name}")))); } }, CHECK, 0, &[">68 rows, 0 rejected", ">deploys.jsonl: 4 rows, 0 rejected"]),
        row("CRLF", |m| { for name in ["dataset.toml", "events.jsonl", "deploys.jsonl"] { m.write(&format!("ds/{name}"), m.read(&format!("ds/{name}")).replace('\n', "\r\n")); } }, CHECK, 0, &[">68 rows, 0 rejected", ">deploys.jsonl: 4 rows, 0 rejected"]),
        row("lone CR", write("ds/events.jsonl", good().replace('\n', "\r")), CHECK, 2, &["lone carriage returns\nhelp: convert it: tr "]),
        row("lone CR in deploys", write("ds/deploys.jsonl", lines(&deploys()).replace('\n', "\r")), CHECK, 2, &["deploys.jsonl: has lines that end in lone carriage returns"]),
        row("no last line break", write("ds/events.jsonl", good().trim_end().to_owned()), CHECK, 0, &[">68 rows, 0 rejected"]),
        row("no UTF-8", write("ds/events.jsonl", [good().as_bytes(), br#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":"ERROR","message":"caf"#, b"\xe9\"}\n"].concat()), CHECK, 0, &["warning: events.jsonl: 1 line", "no UTF-8; they were replaced", ">69 rows, 0 rejected"]),
        row("no UTF-8 in deploys", write("ds/deploys.jsonl", lines(&deploys()).replace("d1", "d?").bytes().map(|b| if b == b'?' { 0xe9 } else { b }).collect::<Vec<u8>>()), CHECK, 0, &["deploys.jsonl holds bytes that are no UTF-8"]),
        row("no UTF-8 in toml", write("ds/dataset.toml", b"\nname = \"min\xe9\"\n"), CHECK, 2, &["error: dataset.toml:2: holds bytes that are no UTF-8\nhelp: "]),
        row("NUL padding", write("ds/events.jsonl", [good().as_bytes(), &zeros[..4096]].concat()), CHECK, 0, &[">69 rows, 1 rejected"]),
        row("a program", write("ds/events.jsonl", b"\x7fELF\x02\x01\x01\0\0\0"), CHECK, 2, &["error: events.jsonl: is a program, not text\nhelp: "]),
        row("noise", write("ds/events.jsonl", noise.clone()), CHECK, 2, &["error: events.jsonl: is binary, not text"]),
        row("noise as deploys", write("ds/deploys.jsonl", noise), CHECK, 2, &["error: deploys.jsonl: is binary, not text"]),
        row("a zip", write("ds/events.jsonl", b"PK\x03\x04xxxx"), CHECK, 2, &["is packed in a way that is not read here\nhelp: unpack it"]),
        row("gzip by another name", write("ds/events.jsonl", packed.clone()), CHECK, 2, &["error: events.jsonl: is gzip-compressed\nhelp: let its name end in .gz"]),
        row("no gzip", instead("events.jsonl.gz", good()), CHECK, 2, &["error: events.jsonl.gz: is not gzip-compressed, though its name says so\nhelp: take .gz off"]),
        row("no zstd", instead("events.jsonl.zst", good()), CHECK, 2, &["error: events.jsonl.zst: is not zstd-compressed, though"]),
        row("no zstd, CSV", instead("events.csv.zst", good()), CHECK, 2, &["error: events.csv.zst: is not zstd-compressed, though"]),
        row("an empty .gz", instead("events.jsonl.gz", ""), CHECK, 2, &["error: events.jsonl.gz: is not gzip-compressed"]),
        row("cut gzip", instead("events.jsonl.gz", half.clone()), CHECK, 2, &["events.jsonl.gz: cannot be read to its end", "lines before that are whole\nhelp: get the file again, or pass --allow-rejects"]),
        row("cut gzip, allowed", instead("events.jsonl.gz", without_crc), "check ds --allow-rejects", 0, &["warning: events.jsonl.gz: cannot be read to its end", "the 68 lines before that are whole", ">68 rows, 0 rejected"]),
        row("cut gzip of CSV", instead("events.csv.gz", half_table), CHECK, 2, &["error: events.csv.gz: cannot be read to its end after ", "help: get the file again"]),
        row("two gzip members", instead("events.jsonl.gz", members), CHECK, 0, &[">68 rows, 0 rejected"]),
        row("two zstd frames", instead("events.jsonl.zst", frames), CHECK, 0, &[">68 rows, 0 rejected"]),
        row("cut zstd", instead("events.jsonl.zst", cut_frame), CHECK, 2, &["events.jsonl.zst: cannot be read to its end"]),
        row("gzip bomb", instead("events.jsonl.gz", gzip(&zeros)), CHECK, 2, &["unpacks to more than 200 times its size: refused as a decompression bomb"]),
        row("zstd bomb", instead("events.jsonl.zst", zstd::encode_all(&zeros[..], 1).unwrap()), CHECK, 2, &["decompression bomb"]),
        row("bomb of CSV", instead("events.csv.gz", gzip([b"timestamp,service,severity,message\n", &zeros[..]].concat())), CHECK, 2, &["error: events.csv.gz: ", "decompression bomb"]),
        row("bomb of traffic", write("ds/traffic.csv.gz", gzip([b"timestamp,service,requests\n", &zeros[..]].concat())), CHECK, 2, &["error: traffic.csv.gz: ", "decompression bomb"]),
        row("JSON array", write("ds/events.jsonl", Value::from(events()).to_string()), CHECK, 2, &["error: events.jsonl:1: is one JSON array, not one record a line\nhelp: convert it: jq -c '.[]' events.jsonl"]),
        row("JSON array of deploys", write("ds/deploys.jsonl", Value::from(deploys()).to_string()), CHECK, 2, &["error: deploys.jsonl:1: is one JSON array, not one object a line\nhelp: convert it: jq"]),
        row("pretty JSON", write("ds/deploys.jsonl", serde_json::to_string_pretty(&deploys()[0]).unwrap()), CHECK, 2, &["deploys.jsonl:1: is JSON spread over several lines, not one object a line\nhelp: convert it: jq -c '.' deploys.jsonl"]),
        row("no Parquet", rename("ds/events.jsonl", "ds/events.parquet"), CHECK, 2, &["error: events.parquet: is not a Parquet file, though its name says so\nhelp: "]),
        row("Parquet by another name", write("ds/events.jsonl", b"PAR1xxxxPAR1"), CHECK, 2, &["error: events.jsonl: is a Parquet file\nhelp: let its name end in .parquet"]),
        row("a name that takes over", |m| fs::rename(m.path("ds"), m.path("d\u{1b}[31m\u{202e}")).unwrap(), "check d\u{1b}[31m\u{202e}x", 2, &["d⟦U+001B⟧[31m⟦U+202E⟧x: there is no such folder"]),
    ]);
}

#[test]
#[rustfmt::skip] // one row a line
fn records_that_cannot_be_used_are_kept_aside_with_the_reason() {
    let long = format!(
        r#"{{"timestamp":"{}","service":"api","severity":"ERROR","message":"{}"}}"#,
        at(60),
        "x".repeat(20_000_000)
    );
    let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let future = good()
        + &json!({"timestamp": "2036-03-02T01:00:00Z", "service": "api", "severity": "ERROR", "message": "m"})
            .to_string();
    let hostile: Vec<Value> =
        events().into_iter().chain([event(60, "a\u{1b}[31m\u{202e}<script>", "\u{1b}]0;x\u{7}\u{200b}")]).collect();
    let services: Vec<Value> = (0..3000).map(|i| event(i % 4000, &format!("s{i}"), "m")).collect();
    check_all(&[
        event_line("half a line", r#"{"timestamp":"2026-03-02T01:00:00Z","serv"#, "EOF while parsing"),
        event_line("no JSON", "ERROR something broke", "expected value"),
        event_line("no object", r#""hello""#, "invalid type"),
        event_line("NUL", "{\"timestamp\":\"2026-03-02T01:00:00Z\",\"service\":\"api\",\"severity\":\"ERROR\",\"message\":\"a\0b\"}", "control character"),
        row("deep JSON", move |m| m.write("ds/events.jsonl", good() + &deep), CHECK, 0, &[">69 rows, 1 rejected"]),
        event_line("a key twice", r#"{"timestamp":"2026-03-02T01:00:00Z","timestamp":"2026-03-02T02:00:00Z","service":"api","severity":"ERROR","message":"m"}"#, "duplicate field"),
        event_line("severity 3", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":3,"message":"m"}"#, "integer `3`"),
        event_line("severity BAD", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":"BAD","message":"m"}"#, "severity \"BAD\" is none of TRACE DEBUG INFO WARN ERROR FATAL"),
        event_line("message an object", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":"ERROR","message":{"a":1}}"#, "map"),
        event_line("no timestamp", r#"{"service":"api","severity":"ERROR","message":"m"}"#, "timestamp is missing"),
        event_line("no service", r#"{"timestamp":"2026-03-02T01:00:00Z","severity":"ERROR","message":"m"}"#, "service is missing"),
        event_line("empty service", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"","severity":"ERROR","message":"m"}"#, "service is missing"),
        event_line("no severity", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","message":"m"}"#, "severity is missing"),
        event_line("no message", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":"ERROR"}"#, "message is missing"),
        event_line("count 0", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":"ERROR","message":"m","count":0}"#, "count is 0"),
        event_line("count -1", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":"ERROR","message":"m","count":-1}"#, "integer `-1`"),
        event_line("count huge", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":"ERROR","message":"m","count":4294967296}"#, "count 4294967296 is beyond"),
        event_line("count text", r#"{"timestamp":"2026-03-02T01:00:00Z","service":"api","severity":"ERROR","message":"m","count":"5"}"#, "string \"5\""),
        stamped("seconds", "1772409600", "is the unit microseconds?"),
        stamped("milliseconds", "1772409600000", "is the unit microseconds?"),
        stamped("nanoseconds", "1772409600000000000", "is the unit microseconds?"),
        stamped("microseconds", "1772409600000000", ""),
        stamped("negative", "-5", "is the unit microseconds?"),
        stamped("greatest", "9223372036854775807", "is the unit microseconds?"),
        stamped("beyond the greatest", "99999999999999999999", "floating point"),
        stamped("infinite", "1e999", "number out of range"),
        stamped("seconds and a fraction", "1772409600.5", "floating point"),
        stamped("year 0", "\"0000-01-01T00:00:00Z\"", "is the unit microseconds?"),
        stamped("year 9999", "\"9999-12-31T23:59:59Z\"", "is"),
        stamped("no zone", "\"2026-03-02T01:00:00\"", "has no time zone"),
        stamped("a day", "\"2026-03-02\"", "has no time zone"),
        stamped("digits in quotes", "\"1772409600000000\"", "is not an RFC 3339 instant"),
        stamped("no text", "\"\"", "is not an RFC 3339 instant"),
        stamped("true", "true", "boolean"),
        stamped("wide digits", "\"２０２６-03-02T01:00:00Z\"", "is not an RFC 3339 instant"),
        stamped("a letter in it", "\"2026-03-02Té1:00:00Z\"", "is not an RFC 3339 instant"),
        stamped("leap second", "\"2026-03-02T23:59:60Z\"", ""),
        stamped("another zone", "\"2026-03-02T03:00:00.5+02:00\"", ""),
        row("ten years ahead", move |m| m.write("ds/events.jsonl", &future), CHECK, 0, &["no record lies between 2026-03-04 20:50 and 2036-03-02 01:00: a wrong clock?"]),
        row("a line of 20 MB", move |m| m.write("ds/events.jsonl", good() + &long), CHECK, 0, &["were cut there", ">69 rows, 0 rejected"]),
        row("everything twice", write("ds/events.jsonl", good() + &good()), CHECK, 0, &["68 records repeat another one exactly; all are counted"]),
        row("3,000 services", write("ds/events.jsonl", lines(&services)), CHECK, 0, &[">more with fewer records"]),
        row("what takes over a terminal", write("ds/events.jsonl", lines(&hostile)), CHECK, 0, &[">a⟦U+001B⟧[31m"]),
        row("over 5 %", |m| m.write("ds/events.jsonl", good() + &"{}\n".repeat(4)), CHECK, 2, &["error: events.jsonl:69: 4 of 72 rows cannot be used, more than 5 %; the first: message is missing\nhelp: mend the file, or pass --allow-rejects"]),
        row("over 5 %, allowed", |m| m.write("ds/events.jsonl", good() + &"{}\n".repeat(4)), "check ds --allow-rejects", 0, &[">72 rows, 4 rejected"]),
        row("strict", |m| m.write("ds/events.jsonl", good() + "\n{}\n"), "check ds --strict", 2, &["error: events.jsonl:70: message is missing\nhelp: without --strict"]),
        row("strict replay", |m| m.write("ds/events.jsonl", good() + "{}\n"), "replay ds --out out --strict", 2, &["warning: the refused rows are in out/rejects.jsonl", "error: events.jsonl:69: message is missing"]),
        row("5 % is per file", set("deploys", 1, "services", Value::Null), CHECK, 2, &["error: deploys.jsonl:2: 1 of 4 rows cannot be used, more than 5 %; the first: services is missing"]),
    ]);
}

#[test]
#[rustfmt::skip] // one row a line
fn deploys_and_incidents_that_do_not_fit() {
    let all = |key: &'static str, value: Value| {
        move |m: &Mini| {
            let rows: Vec<Value> = deploys()
                .into_iter()
                .map(|mut row| {
                    row[key] = value.clone();
                    row
                })
                .collect();
            m.write("ds/deploys.jsonl", lines(&rows));
        }
    };
    let more = |row: Value| move |m: &Mini| m.write("ds/incidents.jsonl", lines(&incidents()) + &row.to_string());
    let outside = json!({"id": "i3", "started_at": "2025-01-01T00:00:00Z", "resolved_at": "2025-01-01T01:00:00Z", "severity": "sev1", "cause": "data"});
    check_all(&[
        row("no time", set("deploys", 1, "deployed_at", Value::Null), "check ds --strict", 2, &["error: deploys.jsonl:2: deployed_at is missing\nhelp: "]),
        row("no services", set("deploys", 1, "services", json!([])), "check ds --strict", 2, &["deploys.jsonl:2: services is empty"]),
        row("services a string", set("deploys", 1, "services", json!("api")), "check ds --strict", 2, &["deploys.jsonl:2: services: string \"api\" where a list belongs"]),
        row("a service without a name", set("deploys", 1, "services", json!([""])), "check ds --strict", 2, &["deploys.jsonl:2: services holds an empty name"]),
        row("a service twice", set("deploys", 1, "services", json!(["api", "api"])), "check ds --strict", 2, &["services names one service twice"]),
        row("id a number", set("deploys", 1, "id", json!(17)), "check ds --strict", 2, &["deploys.jsonl:2: id: integer 17 where a string belongs"]),
        row("no id", set("deploys", 1, "id", json!(" ")), "check ds --strict", 2, &["deploys.jsonl:2: id is empty"]),
        row("an id twice", set("deploys", 1, "id", json!("d1")), "check ds --strict", 2, &["deploys.jsonl:2: id \"d1\" was used before, in line 1"]),
        row("a key twice", |m| { m.write("ds/deploys.jsonl", lines(&deploys()) + r#"{"id":"a","id":"b","deployed_at":"2026-03-03T00:00:00Z","services":["api"]}"#) }, "check ds --strict", 2, &["deploys.jsonl:5: id is given twice"]),
        row("deep JSON", |m| m.write("ds/deploys.jsonl", lines(&deploys()) + &"[".repeat(100_000)), "check ds --strict", 2, &["error: deploys.jsonl:5: "]),
        row("no zone", set("deploys", 1, "deployed_at", json!("2026-03-02T01:00:00")), "check ds --strict", 2, &["deploys.jsonl:2: deployed_at: ", "has no time zone"]),
        row("seconds", set("deploys", 1, "deployed_at", json!(1_772_409_600)), "check ds --strict", 2, &["deploys.jsonl:2: deployed_at: ", "is the unit microseconds?"]),
        row("files a string", set("deploys", 1, "changed_files", json!("a.py")), "check ds --strict", 2, &["changed_files: string \"a.py\" where a list belongs"]),
        row("unknown key", set("deploys", 1, "enviroment", json!("staging")), CHECK, 0, &["key \"enviroment\" is none of ours and was ignored in 1 line; did you mean \"environment\"?"]),
        row("ids that climb", set("deploys", 1, "id", json!("../../etc/passwd")), REPLAY, 0, &[]),
        row("ids that climb, with diffs", |m| { fs::create_dir(m.path("ds/diffs")).unwrap(); m.write("ds/x.diff", "secret"); set("deploys", 1, "id", json!("../x"))(m); }, CHECK, 0, &["no diff was looked up for ../x, whose id cannot name a file", ">0 of 4 deploys have one"]),
        row("a long id", set("deploys", 1, "id", json!("x".repeat(5000))), REPLAY, 0, &[]),
        row("an id that takes over", set("deploys", 2, "id", json!("a\nb\u{1b}[31m\u{202e}")), "replay ds --out out --format md", 0, &["names deploy d3, which the data set does not hold"]),
        row("a diff that is a folder", |m| fs::create_dir_all(m.path("ds/diffs/d1.diff")).unwrap(), CHECK, 2, &["error: d1.diff: is not a regular file"]),
        row("a diff of noise", |m| { fs::create_dir(m.path("ds/diffs")).unwrap(); m.write("ds/diffs/d1.diff", "\u{1b}[31m@@ -1 +1 @@\n-\n+++++\n--- ../../x\n+++ /dev/null\n@@ -9999999999999999999999 +1 @@\n"); }, REPLAY, 0, &[]),
        row("a diff of 9 MB", |m| { fs::create_dir(m.path("ds/diffs")).unwrap(); m.write("ds/diffs/d1.diff", "+x\n".repeat(3 << 20)); }, CHECK, 0, &["the diff of deploy d1 is longer than 8 MiB and was cut there", ">1 of 4"]),
        row("undoes and repairs nothing known", all("rolls_back", json!("zz")), CHECK, 0, &["deploy d1 rolls back zz, which the data set does not hold", "… and 1 more like that"]),
        row("another environment", all("environment", json!("staging")), REPLAY, 4, &["error: deploys.jsonl: none of the 4 deploys is of environment \"production\"\nhelp: ", "environment = \"staging\""]),
        row("all on the first day", all("deployed_at", json!(at(60))), REPLAY, 4, &["no deploy could be evaluated: 4 have less history before them than min_baseline, 0 are decided after the data's end (2026-03-04 20:50)\nhelp: "]),
        row("all after the end", all("deployed_at", json!("2027-01-01T00:00:00Z")), REPLAY, 4, &["0 have less history", "4 are decided after the data's end"]),
        row("no deploy", write("ds/deploys.jsonl", ""), REPLAY, 4, &["error: deploys.jsonl: no deploy was read\nhelp: "]),
        row("no good deploy", write("ds/deploys.jsonl", "{\"id\":\"x\"}\n"), "replay ds --out out --allow-rejects", 4, &["error: deploys.jsonl: no deploy was read"]),
        row("still open", set("incidents", 0, "resolved_at", Value::Null), REPLAY, 0, &[]),
        row("end before start", set("incidents", 0, "resolved_at", json!(at(100))), "check ds --strict", 2, &["error: incidents.jsonl:1: resolved_at 2026-03-02T01:40:00Z is before started_at 2026-03-04T00:05:00Z"]),
        row("mitigated before start", set("incidents", 0, "mitigated_at", json!(at(100))), CHECK, 0, &["incident i1: mitigated_at is before started_at"]),
        row("outside the data", more(outside), "replay ds --out out --pipeline always --format json", 0, &[">\"not_evaluable\": 1"]),
        row("an incident twice", more(incidents()[0].clone()), "check ds --strict", 2, &["incidents.jsonl:3: id \"i1\" was used before, in line 1"]),
        row("severity", set("incidents", 0, "severity", json!("SEV2")), "check ds --strict", 2, &["incidents.jsonl:1: severity: \"SEV2\" is none of sev5, sev4"]),
        row("cause", set("incidents", 0, "cause", json!("bug")), "check ds --strict", 2, &["incidents.jsonl:1: cause: \"bug\" is none of deploy, third_party"]),
        row("a deploy that did not cause it", set("incidents", 1, "deploy_id", json!("d1")), "check ds --strict", 2, &["incidents.jsonl:2: deploy_id is given but cause is not \"deploy\""]),
        row("an unknown deploy", set("incidents", 0, "deploy_id", json!("zzz")), CHECK, 0, &["incident i1 names deploy zzz, which the data set does not hold: it is unreachable"]),
        row("an unknown service", set("incidents", 0, "services", json!(["apii"])), CHECK, 0, &["incident i1 names service apii, which occurs nowhere else; did you mean \"api\"?"]),
        row("requests below 0", set("incidents", 0, "affected_requests", json!(-5)), "check ds --strict", 2, &["affected_requests: integer -5 where a whole number ≥ 0 belongs"]),
        row("a bad pattern", set("incidents", 0, "signatures", json!(["a(b"])), "check ds --strict", 2, &["incidents.jsonl:1: signature \"a(b\" is no valid regex: unclosed group"]),
        row("a pattern that explodes", set("incidents", 0, "signatures", json!(["(((a{100}){100}){100})"])), "check ds --strict", 2, &["exceeds size limit"]),
        row("a long pattern", set("incidents", 0, "signatures", json!(["a".repeat(100_000)])), "check ds --strict", 2, &["…\" is longer than 1024 bytes"]),
        row("no incident log", |m| m.remove("ds/incidents.jsonl"), REPLAY, 0, &["says that the incident log is complete, but there is no incidents.jsonl", ">No incident log"]),
        row("an empty incident log", write("ds/incidents.jsonl", ""), REPLAY, 0, &[]),
    ]);
}

#[test]
#[rustfmt::skip] // one row a line
fn dataset_toml_that_does_not_fit() {
    let toml = |name: &'static str, text: &'static str, words: &[&'static str]| {
        row(name, write("ds/dataset.toml", text), CHECK, 2, words)
    };
    check_all(&[
        toml("empty", "", &["error: dataset.toml:1: name is missing"]),
        toml("syntax", "name = \"a\n", &["error: dataset.toml:1: "]),
        toml("unknown key", "name = \"a\"\nincident = \"complete\"\n", &["error: dataset.toml:2: unknown key \"incident\"\nhelp: did you mean \"incidents\"?"]),
        toml("unknown table", "name = \"a\"\n[foo]\nx = 1\n", &["error: dataset.toml:2: unknown key \"foo\"\nhelp: known here: name, description"]),
        toml("wrong type", "name = 3\n", &["error: dataset.toml:1: integer 3 where a string belongs"]),
        toml("no name", "name = \"\"\n", &["error: dataset.toml:1: name is empty\nhelp: "]),
        toml("labels", "name = \"a\"\nincidents = \"all\"\n", &["error: dataset.toml:2: \"all\" is none of complete, partial"]),
        toml("timezone", "name = \"a\"\ntimezone = \"Mars/X\"\n", &["error: dataset.toml:2: timezone \"Mars/X\" is unknown\nhelp: give an IANA name"]),
        toml("step 0", "name = \"a\"\n\ntraffic_step = \"0m\"\n", &["error: dataset.toml:3: traffic_step is zero\nhelp: "]),
        toml("step below 0", "name = \"a\"\ntraffic_step = \"-1m\"\n", &["dataset.toml:2: \"-1m\" is not a duration: write a whole number and a unit"]),
        toml("end before start", "name = \"a\"\nstart = 2026-03-04T00:00:00Z\nend = 2026-03-03T00:00:00Z\n", &["error: dataset.toml:3: end 2026-03-03T00:00:00Z is not after start"]),
        toml("no zone", "name = \"a\"\nstart = 2026-03-02T00:00:00\n", &["dataset.toml:2: \"2026-03-02T00:00:00\" has no time zone"]),
        toml("severity", "name = \"a\"\nactionable = \"sev9\"\n", &["dataset.toml:2: \"sev9\" is none of sev5"]),
        toml("a key twice", "name = \"a\"\nname = \"b\"\n", &["error: dataset.toml:2: duplicate key"]),
        row("a name that takes over", write("ds/dataset.toml", "name = \"../x\\u001b[31m\\u202e<script>\"\n"), CHECK, 0, &[">../x⟦U+001B⟧[31m⟦U+202E⟧"]),
        row("all records outside", write("ds/dataset.toml", "name = \"a\"\nend = 2025-03-02T00:00:00Z\n"), REPLAY, 4, &["warning: 68 of 68 records lie outside the data set's start and end", "error: deploys.jsonl: no deploy could be evaluated"]),
        row("70 years", write("ds/dataset.toml", "name = \"a\"\nend = 2099-03-02T00:00:00Z\n"), CHECK, 0, &["", ">more days"]),
        row("no repository", write("ds/dataset.toml", "name = \"a\"\nrepo = \"nowhere\"\n"), CHECK, 0, &["warning: dataset.toml: repo ds/nowhere is no folder"]),
        row("a folder that is no repository", |m| { fs::create_dir(m.path("ds/r")).unwrap(); m.write("ds/dataset.toml", "name = \"a\"\nrepo = \"r\"\n"); }, CHECK, 0, &["warning: no diff could be made of deploy d1: "]),
    ]);
}

#[test]
#[rustfmt::skip] // one row a line
fn tables_that_do_not_fit() {
    const HEAD: &str = "timestamp,service,severity,message\n";
    let many =
        |last: &str| format!("{HEAD}{}{last}", (0..40).map(|i| format!("{},api,ERROR,m\n", at(i))).collect::<String>());
    let csv = |name: &'static str, text: String, code: i32, words: &[&'static str]| {
        row(name, instead("events.csv", text), CHECK, code, words)
    };
    let requests = |name: &'static str, more: &'static str, words: &[&'static str]| {
        row(name, move |m| m.write("ds/traffic.csv", traffic() + more), "check ds --strict", 2, words)
    };
    check_all(&[
        csv("good", many(""), 0, &[">40 rows, 0 rejected"]),
        csv("only a header", HEAD.to_owned(), 4, &["error: events.csv: holds no record"]),
        csv("empty", String::new(), 2, &["error: events.csv:1: is empty\nhelp: the first line names the columns"]),
        csv("a column too few", "timestamp,service,severity\n".to_owned(), 2, &["error: events.csv:1: column message is missing (there are: timestamp, service, severity)\nhelp: "]),
        csv("semicolons", many("").replace(',', ";"), 2, &["column timestamp is missing", "help: cells are separated by commas"]),
        csv("tabs", many("").replace(',', "\t"), 2, &["help: cells are separated by commas"]),
        csv("a column twice", many("").replace("severity,message", "message,message"), 2, &["error: events.csv:1: column message is there twice"]),
        csv("nameless columns", many("").replace('\n', ",,\n"), 0, &[">40 rows, 0 rejected"]),
        csv("a cell too few", many("2026-03-02T01:00:00Z,api,ERROR\n"), 0, &[">41 rows, 1 rejected; the first: line 42: 3 cells where the header has 4"]),
        csv("a cell too many", many("2026-03-02T01:00:00Z,api,ERROR,m,x\n"), 0, &[">line 42: 5 cells where the header has 4"]),
        csv("quotes and line breaks", many("2026-03-02T01:00:00Z,api,ERROR,\"a \"\"q\"\", line\nsecond\"\n2026-03-02T01:00:00Z,api,ERROR\n"), 0, &[">42 rows, 1 rejected; the first: line 44: "]),
        csv("a quote that is never closed", many("2026-03-02T01:00:00Z,api,ERROR,\"a\n") + &many("")[HEAD.len()..], 2, &["error: events.csv:42: a quotation mark opens in this row and is never closed", "help: close it"]),
        csv("a mark and CRLF", format!("\u{feff}{}", many("")).replace('\n', "\r\n"), 0, &[">40 rows, 0 rejected"]),
        row("UTF-16", instead("events.csv", utf16(&many(""), &[0xff, 0xfe])), CHECK, 2, &["error: events.csv: is UTF-16\nhelp: convert it"]),
        row("gzip", instead("events.csv", gzip(many(""))), CHECK, 2, &["error: events.csv: is gzip-compressed"]),
        row("no UTF-8 in the header", instead("events.csv", b"timestamp,caf\xe9\n"), CHECK, 2, &["error: events.csv: the line that names the columns holds bytes that are no UTF-8\nhelp: "]),
        csv("no instant", many("yesterday,api,ERROR,m\n"), 0, &[">line 42: timestamp: \"yesterday\" is not an RFC 3339 instant"]),
        csv("seconds", many("1772409600,api,ERROR,m\n"), 0, &[">line 42: timestamp: ", ">is the unit microseconds?"]),
        csv("no service", many("2026-03-02T01:00:00Z,,ERROR,m\n"), 0, &[">line 42: service is missing"]),
        csv("blank lines", many("\n\n"), 0, &[">40 rows, 0 rejected"]),
        requests("requests below 0", "2026-03-02T00:30:00Z,api,-1\n", &["error: traffic.csv:146: requests \"-1\" is not a whole number ≥ 0"]),
        requests("half a request", "2026-03-02T00:30:00Z,api,1.5\n", &["traffic.csv:146: requests \"1.5\" is not a whole number"]),
        requests("NaN requests", "2026-03-02T00:30:00Z,api,NaN\n", &["traffic.csv:146: requests \"NaN\" is not a whole number"]),
        requests("no requests", "2026-03-02T00:30:00Z,api,\n", &["traffic.csv:146: requests is missing"]),
        requests("a step twice", "2026-03-02T00:00:00Z,api,5\n", &["traffic.csv:146: service api has the step 2026-03-02T00:00:00Z twice"]),
        requests("traffic of nobody", "2026-03-02T00:30:00Z,,5\n", &["traffic.csv:146: service is missing"]),
        row("another step", |m| m.write("ds/traffic.csv", traffic()), CHECK, 0, &["rows of traffic are 60m apart, but traffic_step is 1m: write traffic_step = \"60m\""]),
        row("traffic without rows", write("ds/traffic.csv", "timestamp,service,requests\n"), REPLAY, 0, &[]),
        row("no request at all", |m| m.write("ds/traffic.csv", traffic().replace("1000", "0")), "replay ds --out out", 0, &[]),
        row("more requests than fit", |m| m.write("ds/traffic.csv", traffic().replace("1000", "18446744073709551615")), "replay ds --out out", 0, &[]),
    ]);
}

/// One record and a decimal column that nobody asked for, as Spark writes it.
const DECIMAL_BESIDE: &str = "\
504152311500151015102c15021500150615061c00000000642e1b004c06001500150e150e2c15021500150615061c000000030000006170\
691500151215122c15021500150615061c000000050000004552524f521500150a150a2c15021500150615061c000000010000006d150015\
0c150c2c15021500150615061c0000000000000000961504196c35001806736368656d61150a0015042500180974696d657374616d702514\
4c8c111c2c0000000000150c250018077365727669636525004c1c000000150c25001808736576657269747925004c1c000000150c250018\
076d65737361676525004c1c000000150e150c150018057072696365250a150415182c5c150415180000001602191c195c26001c15041925\
060019180974696d657374616d7015001602163616362608491c15001500150200000026001c150c19250600191807736572766963651500\
160216341634263e491c150015001502003c16061906190600000026001c150c192506001918087365766572697479150016021638163826\
72491c150015001502003c160a1906190600000026001c150c192506001918076d657373616765150016021630163026aa01491c15001500\
1502003c16021906190600000026001c150e192506001918057072696365150016021632163226da01491c15001500150200000016840216\
022608168402002820706172717565742d6370702d6172726f772076657273696f6e2032362e302e31195c1c00001c00001c00001c00001c\
000000ad01000050415231";

fn frame() -> DataFrame {
    let rows = events();
    let text = |key: &str| {
        Column::new(key.into(), rows.iter().map(|r| r[key].as_str().unwrap().to_owned()).collect::<Vec<String>>())
    };
    let micros: Vec<i64> = (0..rows.len() as i64).map(|i| 1_772_409_600_000_000 + i * 60_000_000).collect();
    let timestamp =
        Column::new("timestamp".into(), micros).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap();
    DataFrame::new(rows.len(), vec![timestamp, text("service"), text("severity"), text("message")]).unwrap()
}

fn parquet(mut frame: DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

/// The good frame with one column replaced or added, or dropped.
fn with(column: Column) -> Vec<u8> {
    let mut frame = frame();
    frame.with_column(column).unwrap();
    parquet(frame)
}

fn cast(name: &str, dtype: &DataType) -> Vec<u8> {
    with(frame().column(name).unwrap().cast(dtype).unwrap())
}

#[test]
#[rustfmt::skip] // one row a line
fn parquet_of_every_writer() {
    let n = frame().height();
    let column = |name: &str, values: AnyValue<'static>| Column::new(name.into(), vec![values; n]);
    let text_times = Column::new(
        "timestamp".into(),
        events().iter().map(|r| r["timestamp"].as_str().unwrap().to_owned()).collect::<Vec<String>>(),
    );
    let decimal: Vec<u8> = (0..DECIMAL_BESIDE.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&DECIMAL_BESIDE[i..i + 2], 16).unwrap())
        .collect();
    let good = parquet(frame());
    let cut = good[..good.len() / 2].to_vec();
    let requests = |values: Column| {
        let one = |name: &str, value: AnyValue<'static>| Column::new(name.into(), vec![value]);
        let time = one("timestamp", AnyValue::Int64(1_772_409_600_000_000));
        parquet(DataFrame::new(1, vec![time, one("service", AnyValue::StringOwned("api".into())), values]).unwrap())
    };
    let read = |name: &'static str, bytes: Vec<u8>| {
        row(name, instead("events.parquet", bytes), CHECK, 0, &[">events.parquet: 68 rows, 0 rejected"])
    };
    let refused = |name: &'static str, bytes: Vec<u8>, words: &[&'static str]| {
        row(name, instead("events.parquet", bytes), CHECK, 2, words)
    };
    check_all(&[
        read("good", good),
        read("milliseconds", cast("timestamp", &DataType::Datetime(TimeUnit::Milliseconds, None))),
        read("nanoseconds", cast("timestamp", &DataType::Datetime(TimeUnit::Nanoseconds, Some(TimeZone::UTC)))),
        read("whole microseconds", cast("timestamp", &DataType::Int64)),
        read("text times", with(text_times)),
        read("categories", cast("service", &DataType::from_categories(Categories::global()))),
        read("nothing but nulls", with(Column::full_null("user_id".into(), n, &DataType::Null))),
        read("whole floats", with(column("count", AnyValue::Float64(2.0)))),
        read("small numbers", with(column("count", AnyValue::Int32(2)))),
        read("columns that are none of ours", with(column("attrs", AnyValue::Float64(f64::NAN)))),
        row("a type that is not known here, in a column that is none of ours", instead("events.parquet", decimal), CHECK, 0, &[">events.parquet: 1 rows, 0 rejected"]),
        row("no rows", instead("events.parquet", parquet(frame().head(Some(0)))), CHECK, 4, &["error: events.parquet: holds no record"]),
        refused("a column too few", parquet(frame().drop("message").unwrap()), &["error: events.parquet: column message is missing\nhelp: docs/data-set.md"]),
        refused("float times", cast("timestamp", &DataType::Float64), &["column timestamp is f64, not a timestamp or whole microseconds"]),
        refused("number for text", with(column("service", AnyValue::Int64(1))), &["column service is i64, not a string"]),
        refused("seconds", with(column("timestamp", AnyValue::Int64(1_772_409_600))), &["events.parquet:1: 68 of 68 rows", "is the unit microseconds?"]),
        refused("milliseconds that overflow", with(column("timestamp", AnyValue::Int64(i64::MAX)).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap()), &["is the unit microseconds?"]),
        refused("half a record", with(column("count", AnyValue::Float64(1.5))), &["events.parquet:1: ", "count 1.5 is not a whole number ≥ 0"]),
        refused("NaN records", with(column("count", AnyValue::Float64(f64::NAN))), &["count NaN is not a whole number"]),
        refused("no records", with(column("count", AnyValue::Int64(0))), &["count is 0"]),
        refused("fewer than no records", with(column("count", AnyValue::Int64(-1))), &["count is negative"]),
        refused("too many records", with(column("count", AnyValue::UInt64(u64::MAX))), &["count 18446744073709551615 is beyond"]),
        refused("text for number", with(column("count", AnyValue::StringOwned("1".into()))), &["column count is str, not a whole number"]),
        refused("cut", cut, &["error: events.parquet: is cut short: its footer is missing\nhelp: get the file again"]),
        row("half a request", write("ds/traffic.parquet", requests(Column::new("requests".into(), vec![5.7]))), CHECK, 2, &["error: traffic.parquet:1: ", "requests 5.7 is not a whole number"]),
        row("requests", write("ds/traffic.parquet", requests(Column::new("requests".into(), vec![5.0]))), CHECK, 0, &[]),
    ]);
}

#[test]
fn damaged_parquet_is_the_files_fault() {
    let good = parquet(frame());
    let flip = |at: usize, mask: u8| {
        let mut bytes = good.clone();
        bytes[at] ^= mask;
        bytes
    };
    // Half of the places in the footer, where a wrong offset hurts most.
    let places = (0..24).map(|i| good.len() * i / 24).chain((1..60).map(|i| good.len() - 6 - i * 11 % 600));
    let wrong: Vec<String> = places
        .collect::<Vec<_>>()
        .into_par_iter()
        .flat_map_iter(|place| [(place, 0x01), (place, 0xff)])
        .filter_map(|(place, mask)| {
            let mini = Mini::new();
            instead("events.parquet", flip(place, mask))(&mini);
            let run = mini.run(&["check", "ds"]);
            let fine = matches!(run.code, 0 | 2 | 4) && !run.err.contains("panicked");
            (!fine).then(|| format!("byte {place} ^ {mask:#x}: exit code {}\n{}", run.code, run.err))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A shipped file with one piece of text replaced, written to `p.toml`.
fn edited(file: &'static str, from: &'static str, to: &'static str) -> impl Fn(&Mini) + Sync {
    move |mini| {
        let text = fs::read_to_string(format!("{ROOT}/{file}")).unwrap();
        assert!(text.contains(from), "{file} holds {from:?}");
        mini.write("p.toml", text.replacen(from, to, 1));
    }
}

#[test]
#[rustfmt::skip] // one row a line
fn pipelines_that_do_not_fit() {
    let edit = |from: &'static str, to: &'static str, code: i32, words: &[&'static str]| {
        row(to, edited("presets/corrected-2026.toml", from, to), "replay ds --out out --pipeline p.toml", code, words)
    };
    let gate = "min_impact = 0.0002";
    let whole_gate = "[gate]\nkind = \"impact\"\nmin_impact = 0.0002";
    let stakes = |text: &str| leak(format!("rollback_when = {{ {text} }}, allow = ["));
    check_all(&[
        edit("schema_version = 1", "schema_version = 1\ndetects = 1", 2, &["error: p.toml:3: unknown key \"detects\"\nhelp: did you mean \"detect\"?"]),
        edit("[replay]", "[replay]\nwindows = '60m'", 2, &["p.toml:7: unknown key \"windows\"\nhelp: did you mean \"window\"?"]),
        edit(gate, "min_impact = 0.0002\nweigths = { a = 1 }", 2, &["p.toml:35: unknown key \"weigths\"\nhelp: did you mean \"weights\"?"]),
        edit(gate, "min_impact = 0.0002\nname = 'x'", 2, &["p.toml:35: unknown key \"name\""]),
        edit("{ kind = \"cond_binomial\" }", "{ kind = \"cond_binomial\", alpha = 1 }", 2, &["p.toml:26: unknown key \"alpha\""]),
        edit("{ mask = \"uuid\" }", "{ mask = \"uuid\", min_length = 3 }", 2, &["p.toml:14: unknown key \"min_length\"", "no keys are allowed here"]),
        edit("{ mask = \"uuid\" }", "{ mask = \"guid\" }", 2, &["\"guid\" is none of ansi, uuid", "did you mean \"uuid\"?"]),
        edit("{ min_count = 4 }", "{ min_cont = 4 }", 2, &["p.toml:30: unknown key \"min_cont\"\nhelp: did you mean \"min_count\"?"]),
        edit("fix_at = 0.5", "fixat = 0.85", 2, &["unknown key \"fixat\"\nhelp: did you mean \"fix_at\"?"]),
        edit("kind = \"heuristic\"", "kind = \"heuristc\"", 2, &["\"heuristc\" is none of accept_all, blame_latest, class_in_trace, heuristic, llm, cascade, recorded; did you mean \"heuristic\"?"]),
        edit("[gate]\nkind = \"impact\"\nmin_impact = 0.0002", "", 2, &["gate is missing"]),
        edit("kind = \"impact\"\n", "", 2, &["p.toml:32: kind is missing"]),
        edit("[normalize]", "[normalize", 2, &["error: p.toml:11: "]),
        edit("schema_version = 1", "schema_version = 2", 2, &["error: p.toml:2: schema_version is 2: this version reads 1"]),
        edit("schema_version = 1", "schema_version = '1'", 2, &["p.toml:2: string \"1\" where a whole number ≥ 0 belongs"]),
        edit("alpha = 0.0001", "alpha = nan", 2, &["error: p.toml:27: detect.alpha is NaN: it lies in (0, 1]"]),
        edit("alpha = 0.0001", "alpha = 0", 2, &["p.toml:27: detect.alpha is 0: "]),
        edit("alpha = 0.0001", "alpha = -1.0", 2, &["p.toml:27: detect.alpha is -1: "]),
        edit("alpha = 0.0001", "alpha = inf", 2, &["p.toml:27: detect.alpha is inf: "]),
        edit("alpha = 0.0001", "alpha = '5%'", 2, &["p.toml:27: string \"5%\" where a number belongs"]),
        edit(gate, "min_impact = nan", 2, &["p.toml:34: gate.min_impact is NaN: "]),
        edit(gate, "min_impact = 0.0002\nweights = { api = -1.0 }", 2, &["p.toml:35: gate.weights.api is -1: a weight is above 0"]),
        edit(gate, "min_impact = 0.0002\nbound = 'upper'", 2, &["\"upper\" is none of point, lower"]),
        edit(whole_gate, "[gate]\nkind = \"harm\"\nmin_usd = -1\nusd_per_event = 1", 2, &["p.toml:34: gate.min_usd is -1: it lies in 0 to 1e9"]),
        edit(whole_gate, "[gate]\nkind = \"harm\"\nmin_usd = 1", 2, &["p.toml:32: usd_per_event is missing"]),
        edit(whole_gate, "[gate]\nkind = \"harm\"\nmin_usd = 1\nusd_per_event = 1\nbond = 'lower'", 2, &["p.toml:36: unknown key \"bond\"\nhelp: did you mean \"bound\"?"]),
        edit(whole_gate, "[gate]\nkind = \"slo_burn\"\nobjective = 99.9\nmin_burn = 14.4", 2, &["p.toml:34: gate.objective is 99.9: it lies in (0, 1)"]),
        edit(whole_gate, "[gate]\nkind = \"slo_burn\"\nobjective = 0.999\nmin_burn = nan", 2, &["p.toml:35: gate.min_burn is NaN"]),
        edit(whole_gate, "[gate]\nkind = \"slo_burn\"\nobjective = 0.999\nmin_burn = 14.4", 0, &[]),
        edit("window = \"60m\"", "window = \"0m\"", 2, &["p.toml:7: replay.window is 0: nothing would be counted"]),
        edit("window = \"60m\"", "window = \"-60m\"", 2, &["p.toml:7: \"-60m\" is not a duration"]),
        edit("window = \"60m\"", "window = \"60\"", 2, &["p.toml:7: \"60\" is not a duration"]),
        edit("window = \"60m\"", "window = 60", 2, &["p.toml:7: integer 60 where a string belongs"]),
        edit("window = \"60m\"", "window = \"99999999w\"", 2, &["p.toml:7: \"99999999w\" is not a duration"]),
        edit("window = \"60m\"", "window = \"15000000w\"", 4, &["no deploy could be evaluated", "4 are decided after the data's end"]),
        edit("window = \"60m\"", "window = \"60m\"\nlateness = \"15000000w\"", 4, &["4 are decided after the data's end"]),
        edit("window = \"60m\"", "window = \"60m\"\nmin_severity = \"error\"", 2, &["p.toml:8: \"error\" is none of TRACE, DEBUG"]),
        edit("baseline = \"7d\"", "baseline = \"0d\"", 2, &["replay.baseline is 0"]),
        edit("baseline = \"7d\"", "baseline = \"15000000w\"", 0, &[]),
        edit("min_baseline = \"24h\"", "min_baseline = \"30d\"", 4, &["4 have less history before them than min_baseline"]),
        edit("truncate = 300", "truncate = 0", 2, &["normalize.truncate is 0"]),
        edit("truncate = 300", "truncate = -5", 2, &["truncate is -5: it counts characters"]),
        edit("{ mask = \"hex\", min_length = 6 }", "{ mask = \"hex\", min_length = 0 }", 2, &["hex has min_length 0"]),
        edit("{ mask = \"hex\", min_length = 6 }", "{ mask = \"hex\", min_length = 300 }", 2, &["where a whole number from 0 to 255 belongs"]),
        edit("min_count = 4", "min_count = 0", 2, &["p.toml:30: detect.new_signature.min_count is 0"]),
        edit("fix_at = 0.5", "fix_at = 1.5", 2, &["act.policy.fix_at is 1.5: it lies in [0, 1]"]),
        edit("fix_at = 0.5", "fix_at = nan", 2, &["act.policy.fix_at is NaN"]),
        edit("allow = [\"fix_forward\", \"rollback\"]", "allow = [\"investigate\"]", 2, &["act.policy.allow holds investigate"]),
        edit("allow = [", stakes("kind = 'worth'"), 2, &["\"worth\" is none of confidence, value"]),
        edit("allow = [", stakes("kind = 'confidence'"), 0, &[]),
        edit("allow = [", stakes("kind = 'value', minutes_human = -1, minutes_auto = 1, wrong_rollback_usd = 1, rollback_usd = 1"), 2, &["act.policy.rollback_when.minutes_human is -1: it lies in 0 to 1e9"]),
        edit("allow = [", stakes("kind = 'value', minutes_human = 9, minutes_auto = 1, wrong_rollback_usd = 1, rollback_usd = 1"), 2, &["act.policy.rollback_when is value: it needs gate.kind harm"]),
        edit("[act]", "[act]\nprior = 0", 2, &["p.toml:42: act.prior is 0: it lies in (0, 1)"]),
        edit("[act]", "[act]\nfloors = 1", 2, &["p.toml:42: integer 1 where true or false belongs"]),
        edit("[act]", "[act]\nfloors = true\nfloor_at = { posterior = 2.0 }", 2, &["p.toml:43: act.floor_at.posterior is 2: it lies in [0, 1]"]),
        edit("[act]", "[act]\nfloors = true\nfloor_at = { ratio = 2.0 }", 2, &["p.toml:43: unknown key \"ratio\"\nhelp: did you mean \"ratio_low\"?"]),
        edit("[act]", "[act]\nfloors = true", 0, &[]),
        edit("kind = \"stub\"", "kind = \"claude\"", 2, &["\"claude\" is none of stub"]),
        edit("name = \"corrected-2026\"", "name = \"\"", 2, &["p.toml:3: name \"\" cannot name a folder"]),
        edit("name = \"corrected-2026\"", "name = \"../x\"", 2, &["p.toml:3: name \"../x\" cannot name a folder"]),
        edit("[normalize]", "[matching]\nmatch_cap = \"0m\"\n[normalize]", 2, &["p.toml:12: matching.match_cap is 0"]),
        edit("[normalize]", "[matching]\nslack = \"15000000w\"\nmatch_cap = \"15000000w\"\n[normalize]", 0, &[]),
        edit("description = \"", "description = \"\\u001b[31m\\u202e<script>", 0, &[]),
    ]);
}

#[test]
#[rustfmt::skip] // one row a line
fn price_lists_and_scenarios_that_do_not_fit() {
    let cost = |from: &'static str, to: &'static str, code: i32, words: &[&'static str]| {
        row(
            to,
            edited("costs/2026-11.toml", from, to),
            "replay ds --out out --pipeline always --costs p.toml",
            code,
            words,
        )
    };
    let scene = |from: &'static str, to: &'static str, words: &[&'static str]| {
        row(to, edited("scenarios/small.toml", from, to), "simulate p.toml --seed 1 --out sim --days 2", 2, words)
    };
    check_all(&[
        cost("sev1 = 500.0", "sev1 = 0", 0, &[]),
        cost("sev1 = 500.0", "sev1 = -1.0", 2, &["harm_per_minute.sev1 is -1: it lies in 0 to 1e9", "error: p.toml:33"]),
        cost("hourly_rate = 120.0", "hourly_rate = nan", 2, &["error: p.toml:6: hourly_rate is NaN"]),
        cost("hourly_rate = 120.0", "hourly_rate = inf", 2, &["error: p.toml:6: hourly_rate is inf"]),
        cost("cache_read = 0.30\n", "", 2, &["error: p.toml:9: cache_read is missing"]),
        cost("cache_read = 0.30", "cache_reads = 0.30", 2, &["unknown key \"cache_reads\"\nhelp: did you mean \"cache_read\"?"]),
        cost("[charges.rollback]", "[charges.roll_back]", 2, &["unknown key \"roll_back\"\nhelp: did you mean \"rollback\"?"]),
        cost("tokens = { input = 5000", "tokens = { inpt = 5000", 2, &["unknown key \"inpt\"\nhelp: did you mean \"input\"?"]),
        cost("tokens = { input = 5000", "tokens = { input = -5000", 2, &["p.toml:24: integer -5000 where a whole number ≥ 0 belongs"]),
        cost("currency = \"USD\"", "currency = \"EUR\"", 2, &["p.toml:4: currency is \"EUR\": amounts are in USD"]),
        cost("schema_version = 1", "schema_version = 7", 2, &["p.toml:2: schema_version is 7"]),
        cost("name = \"2026-11\"", "name = \"\\u001b[31m<b>\"", 0, &[]),
        scene("days = 10", "days = 10\ndayz = 3", &["p.toml:8: unknown key \"dayz\"\nhelp: did you mean \"days\"?"]),
        scene("weekend = 0.65", "weekend = 0.65\nfoo = 1", &["p.toml:20: unknown key \"foo\"\nhelp: known here: name"]),
        scene("share = 0.5,", "share = 0.5, shar = 1,", &["unknown key \"shar\"\nhelp: did you mean \"share\"?"]),
        scene("kind = \"traffic_spike\"", "kind = \"trafic_spike\"", &["did you mean \"traffic_spike\"?"]),
        scene("errors_per_hour = 12", "errors_per_hour = nan", &["error: p.toml:12: service \"checkout\": errors_per_hour is NaN"]),
        scene("requests_per_minute = 40", "requests_per_minute = inf", &["service \"checkout\": requests_per_minute is inf"]),
        scene("share = 0.5", "share = 5.0", &["happening \"half-of-all\": share is 5"]),
        scene("hour = 14.0", "hour = nan", &["happening \"half-of-all\": hour is NaN"]),
        scene("service = \"payments\", fault", "service = \"paymnts\", fault", &["\"paymnts\" is no service"]),
        scene("days = 10", "days = 0", &["days is 0: it must be 1 to 3660"]),
        scene("Europe/Amsterdam", "Mars/X", &["timezone \"Mars/X\" is no IANA time zone"]),
        scene("2026-10-01T00:00:00Z", "2026-10-01", &["p.toml:6: \"2026-10-01\" has no time zone"]),
        scene("traffic_step = \"5m\"", "traffic_step = \"0m\"", &["traffic_step is 0m"]),
    ]);
}

/// A git repository of two commits, made by hand; `config` and `attributes` are the attacker's.
fn repository(mini: &Mini, config: &str, without_second_blob: bool) {
    const OBJECTS: [(&str, &str); 2] =
        [("5626abf0f72e58d7a153368ba57db4c673c0e171", "one\n"), ("f719efd430d52bcfc8566a43b2eb655688d38871", "two\n")];
    const TREES: [&str; 2] = ["dbbfdb8ecdabdfedc4b109cadc6bcd75656b5037", "3ad8db3581cbc0bb5d46c58428bdf403f3c4f9f6"];
    for folder in ["objects", "refs/heads", "info", "hooks"] {
        fs::create_dir_all(mini.path("ds/r/.git").join(folder)).unwrap();
    }
    let object = |hash: &str, kind: &str, body: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder
            .write_all(format!("{kind} {}\0", body.len()).as_bytes())
            .and_then(|()| encoder.write_all(body))
            .unwrap();
        let folder = format!("ds/r/.git/objects/{}", &hash[..2]);
        fs::create_dir_all(mini.path(&folder)).unwrap();
        mini.write(&format!("{folder}/{}", &hash[2..]), encoder.finish().unwrap());
    };
    let mut parent = String::new();
    for (index, (blob, text)) in OBJECTS.iter().enumerate() {
        if index == 0 || !without_second_blob {
            object(blob, "blob", text.as_bytes());
        }
        let raw: Vec<u8> = (0..40).step_by(2).map(|i| u8::from_str_radix(&blob[i..i + 2], 16).unwrap()).collect();
        object(TREES[index], "tree", &[b"100644 a.py\0", raw.as_slice()].concat());
        let who = "a <a@b> 1700000000 +0000";
        let commit = format!("tree {}\n{parent}author {who}\ncommitter {who}\n\nm\n", TREES[index]);
        object(COMMITS[index], "commit", commit.as_bytes());
        parent = format!("parent {}\n", COMMITS[index]);
    }
    mini.write("ds/r/.git/HEAD", "ref: refs/heads/main\n");
    mini.write("ds/r/.git/refs/heads/main", format!("{}\n", COMMITS[1]));
    mini.write("ds/r/.git/info/attributes", "* diff=evil\n");
    mini.write("ds/r/.git/config", format!("[core]\n\trepositoryformatversion = 1\n{config}"));
    mini.write("ds/dataset.toml", "name = \"mini\"\nrepo = \"r\"\n");
}

const COMMITS: [&str; 2] = ["5de920933fa7190fea0febcb756d00c801b7b741", "15841dcb6cef729d4a6928de56fc69c9f79a7757"];

#[test]
fn nothing_of_a_repository_is_executed() {
    if std::process::Command::new("git").arg("--version").output().is_err() {
        return; // Nothing can be executed by a git that is not there.
    }
    let mini = Mini::new();
    let touch = |n: u32| format!("touch {}", mini.path(&format!("PWNED{n}")).display());
    let executed = || (1..9).find(|n| mini.path(&format!("PWNED{n}")).exists());
    let revisions = |index: usize, to: &str| {
        let mut rows = deploys();
        rows[0] = json!({"id": "d1", "deployed_at": at(1500), "services": ["api"]});
        rows[index]["previous_revision"] = json!(COMMITS[0]);
        rows[index]["revision"] = json!(to);
        mini.write("ds/deploys.jsonl", lines(&rows));
    };

    let config = format!(
        "\tfsmonitor = {}\n\tpager = {}\n[diff]\n\texternal = {}\n\tnoprefix = true\n\tcontext = 0\n[pager]\n\tdiff-tree = {}\n[diff \"evil\"]\n\ttextconv = {}\n\tcommand = {}\n",
        touch(1),
        touch(2),
        touch(3),
        touch(4),
        touch(5),
        touch(6),
    );
    repository(&mini, &config, false);
    revisions(2, COMMITS[1]);
    let run = mini.run(&["check", "ds"]);
    assert_eq!((run.code, run.err.as_str(), executed()), (0, "", None));
    assert!(run.out.contains("1 of 4 deploys have one"), "{}", run.out);
    // A caller's GIT_DIR, as in a hook, names another repository.
    let run =
        Mini::finish(mini.command(&["check", "ds"]).env("GIT_DIR", "/nowhere").env("GIT_EXTERNAL_DIFF", touch(7)));
    assert!(run.out.contains("1 of 4 deploys have one") && executed().is_none(), "{}", run.err);

    for (revision, reason) in [
        ("deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "no diff could be made of deploy d3: fatal: bad object"),
        ("--output=x", "revision --output=x is no git object name"),
        ("HEAD", "revision HEAD is no git object name"),
    ] {
        revisions(2, revision);
        let run = mini.run(&["check", "ds"]);
        assert_eq!(run.code, 0);
        assert!(run.err.contains(reason), "{revision}: {}", run.err);
    }

    // A partial clone would fetch what it lacks, through a command of the attacker's.
    let promisor =
        "[protocol]\n\tallow = always\n[extensions]\n\tpartialClone = o\n[remote \"o\"]\n\tpromisor = true\n";
    for remote in [format!("\turl = \"ext::{}\"\n", touch(7)), format!("\turl = .\n\tuploadpack = \"{};\"\n", touch(8))]
    {
        let mini_config = format!("{promisor}{remote}");
        fs::remove_dir_all(mini.path("ds/r")).unwrap();
        repository(&mini, &mini_config, true);
        revisions(2, COMMITS[1]);
        let run = mini.run(&["check", "ds"]);
        assert_eq!((run.code, executed()), (0, None), "{}", run.err);
        assert!(run.err.contains("no diff could be made of deploy d3: "), "{}", run.err);
    }
}

#[test]
fn text_from_the_data_takes_over_nothing() {
    const EVIL: &str = "\u{1b}[31m\u{202e}<script>alert(1)</script>|`x`\u{200b}";
    let evil = |text: &Value| json!(format!("{}{EVIL}", text.as_str().unwrap_or_default()));
    let mini = Mini::new();
    let spoil = |mut rows: Vec<Value>, keys: &[&str]| {
        for row in &mut rows {
            for key in keys {
                row[*key] = evil(&row[*key]);
            }
            if let Some(services) = row.get_mut("services").and_then(Value::as_array_mut) {
                services.iter_mut().for_each(|service| *service = evil(service));
            }
        }
        rows
    };
    mini.write("ds/events.jsonl", lines(&spoil(events(), &["service", "message", "exception_type", "stack_trace"])));
    mini.write("ds/deploys.jsonl", lines(&spoil(deploys(), &["id", "revision"])));
    let mut log = spoil(incidents(), &["id", "title", "url"]);
    log[0]["deploy_id"] = json!(format!("d3{EVIL}"));
    mini.write("ds/incidents.jsonl", lines(&log));
    mini.write("ds/dataset.toml", "name = \"m\\u001b[31m\\u202e<script>\"\nincidents = \"complete\"\n");
    let deploy = format!("d3{EVIL}");
    for args in [
        &["check", "ds"][..],
        &["replay", "ds", "--out", "o"],
        &["replay", "ds", "--out", "o", "--format", "md"],
        &["replay", "ds", "--out", "one", "--pipeline", "always"],
        &["explain", "ds", "--deploy", &deploy],
    ] {
        let run = mini.run(args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.err);
        assert!(!run.out.chars().chain(run.err.chars()).any(takes_over), "{args:?}:\n{:?}", run.out);
    }
    let pages = [mini.files("o"), mini.files("one")].into_iter().flatten();
    for (name, bytes) in pages.filter(|(name, _)| name.ends_with(".md") || name.ends_with(".svg")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.chars().any(takes_over) && !name.chars().any(takes_over), "{name}");
        // In Markdown a tag may stand between backticks only.
        let bare: String = text.split("``").step_by(2).collect();
        assert!(!bare.contains("<script"), "{name}");
    }
}

/// What is known to be wrong in rooms that these tests do not own: list with `cargo test --test suite -- --ignored bug_`.
#[test]
fn records_that_are_none_are_accepted() {
    let long = format!(
        r#"{{"timestamp":"{}","service":"{}","severity":"ERROR","message":"m"}}"#,
        at(60),
        "x".repeat(2_000_000)
    );
    check_all(&[
        event_line(
            "an array",
            r#"["2026-03-02T01:00:00Z",null,"api","ERROR","m",null,null,null,null,null,1]"#,
            "invalid type",
        ),
        event_line(
            "a blank service",
            r#"{"timestamp":"2026-03-02T01:00:00Z","service":"  ","severity":"ERROR","message":"m"}"#,
            "service is missing",
        ),
        event_line("a service of 2 MB", leak(long), "service"),
    ]);
}

#[test]
fn csv_that_is_no_utf8_is_not_told() {
    let text = b"timestamp,service,severity,message\n2026-03-02T01:00:00Z,api,ERROR,caf\xe9\n";
    check_all(&[row("no UTF-8 in CSV", instead("events.csv", text), CHECK, 0, &["no UTF-8; they were replaced"])]);
}

#[test]
fn pretty_json_of_records_is_not_told() {
    let text = serde_json::to_string_pretty(&events()[0]).unwrap();
    check_all(&[row(
        "pretty",
        write("ds/events.jsonl", text),
        CHECK,
        2,
        &["spread over several lines", "help: convert it: jq -c"],
    )]);
}

#[test]
fn money_overflows_to_null() {
    let mini = Mini::new();
    edited("costs/2026-11.toml", "sev2 = 100.0", "sev2 = 1e308")(&mini);
    let run = mini.run(&["replay", "ds", "--pipeline", "null", "--costs", "p.toml", "--format", "json"]);
    let refused = run.code == 2;
    let cost = serde_json::from_str::<Value>(&run.out).map(|e| e["cost"]["missed_harm_usd"].clone());
    assert!(refused || cost.is_ok_and(|cost| cost.is_number()), "{}", run.err);
}

#[test]
fn scenarios_that_do_not_fit_are_accepted() {
    let scene = |from: &'static str, to: &'static str, words: &[&'static str]| {
        row(to, edited("scenarios/small.toml", from, to), "simulate p.toml --seed 1 --out sim --days 2", 2, words)
    };
    check_all(&[
        scene("workday = 1.5", "workday = nan", &["workday"]),
        scene("workday = 1.5", "workday = -1", &["workday"]),
        scene("[deploys]", "[deploys]\nseveral = 5.0", &["several"]),
        scene("[deploys]", "[background]\nzipf = nan\n[deploys]", &["zipf"]),
        scene("[deploys]", "[background]\nflares_per_week = -1\n[deploys]", &["flares_per_week"]),
        scene("[deploys]", "[background]\nlate_minutes = nan\n[deploys]", &["late_minutes"]),
        scene("[deploys]", "[background]\nstalls_per_month = nan\n[deploys]", &["stalls_per_month"]),
        scene("after_hours = 3", "after_hours = nan", &["after_hours"]),
        scene("day = 7", "day = 999", &["day"]),
    ]);
}

#[test]
fn json_on_stdout_may_reorder_a_terminal() {
    let hostile = |m: &Mini| m.write("ds/dataset.toml", "name = \"m\\u202e\"\nincidents = \"complete\"\n");
    check_all(&[row("json", hostile, "replay ds --out out --pipeline null --format json", 0, &[])]);
}
