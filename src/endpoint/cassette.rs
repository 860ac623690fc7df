//! Recorded exchanges: one JSON object a line.
//!
//! A recording is appended to, each line written at once and synced before its answer is used, so that an answer that was paid
//! for is never lost; of lines with the same key the last counts. When a recording ends well, its lines are put in the order of
//! their keys, so that recording again gives the same order.

use super::exchange::{Exchange, SCHEMA};
use crate::model::visible;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Larger files are no cassettes.
const MOST_BYTES: u64 = 1 << 30;

/// How every line begins.
const BEGINNING: &[u8] = b"{\"schema\":";

pub struct Cassette {
    path: PathBuf,
    /// By key.
    exchanges: BTreeMap<String, Arc<Exchange>>,
    /// Open for appending, and locked against other writers, while recording.
    file: Option<File>,
    appended: bool,
}

impl Cassette {
    /// Reads a recording, and with `recording` keeps it open for more; the note tells of a line that was cut.
    ///
    /// # Errors
    /// When the file is missing and not to be recorded, is no cassette, or is being written by another process.
    pub fn open(path: &Path, recording: bool) -> Result<(Self, Option<String>), String> {
        let shown = name(path);
        let mut file = open_file(path, recording)?;
        if file.metadata().is_ok_and(|data| data.len() > MOST_BYTES) {
            return Err(format!("cassette {shown} has more than {MOST_BYTES} bytes"));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| format!("cassette {shown}: {error}"))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (lines, rest) = bytes.split_at(whole);
        let mut exchanges = BTreeMap::new();
        for (index, line) in lines.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let exchange = parse(line).map_err(|error| format!("cassette {shown}:{}: {error}", index + 1))?;
            exchanges.insert(exchange.key.clone(), Arc::new(exchange));
        }
        let note = match parse(rest) {
            _ if rest.is_empty() => None,
            // Only the line break is missing.
            Ok(exchange) => {
                exchanges.insert(exchange.key.clone(), Arc::new(exchange));
                if recording {
                    append(&mut file, path, b"\n")?;
                }
                None
            }
            // Whatever begins otherwise was never a line of a recording, and is not touched.
            Err(error) if !BEGINNING.starts_with(&rest[..rest.len().min(BEGINNING.len())]) => {
                return Err(format!("cassette {shown} is no recording: {error}"));
            }
            Err(_) => Some(set_aside(path, &file, rest, whole, recording)?),
        };
        let file = recording.then_some(file);
        Ok((Self { path: path.to_owned(), exchanges, file, appended: false }, note))
    }

    pub fn get(&self, key: &str) -> Option<Arc<Exchange>> {
        self.exchanges.get(key).cloned()
    }

    /// Writes one more line, to the disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, exchange: Arc<Exchange>) -> Result<(), String> {
        let file = self.file.as_mut().ok_or_else(|| format!("cassette {} is read only", name(&self.path)))?;
        append(file, &self.path, line(&exchange)?.as_bytes())?;
        self.appended = true;
        self.exchanges.insert(exchange.key.clone(), exchange);
        Ok(())
    }

    /// Puts the lines in order, beside the file first: whatever happens, one of both is whole.
    fn tidy(&self) -> Result<(), String> {
        let lines = self.exchanges.values().map(|exchange| line(exchange)).collect::<Result<String, _>>()?;
        let beside = with_suffix(&self.path, ".new");
        let write = || -> io::Result<()> {
            let mut file = File::create(&beside)?;
            file.write_all(lines.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)
        };
        write().map_err(|error| format!("cassette {}: {error}", name(&self.path)))
    }
}

impl Drop for Cassette {
    /// What was appended is complete without it: failing costs the order only.
    fn drop(&mut self) {
        if self.appended {
            let _ = self.tidy();
        }
    }
}

fn open_file(path: &Path, recording: bool) -> Result<File, String> {
    let shown = name(path);
    // Opening a pipe would wait for somebody to write.
    if fs::metadata(path).is_ok_and(|data| !data.is_file()) {
        return Err(format!("cassette {shown} is not a regular file"));
    }
    if !recording {
        let hint = "mode = \"record\" makes one";
        return File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!("cassette {shown} does not exist: {hint}"),
            _ => format!("cassette {shown}: {error}"),
        });
    }
    let open = || -> io::Result<File> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        OpenOptions::new().read(true).append(true).create(true).open(path)
    };
    let file = open().map_err(|error| format!("cassette {shown}: {error}"))?;
    file.try_lock().map_err(|error| match error {
        fs::TryLockError::WouldBlock => format!("cassette {shown} is being recorded by another run"),
        fs::TryLockError::Error(error) => format!("cassette {shown}: {error}"),
    })?;
    Ok(file)
}

fn parse(line: &[u8]) -> Result<Exchange, String> {
    let exchange: Exchange = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if exchange.schema != SCHEMA {
        return Err(format!("schema is {}: this program reads {SCHEMA}", exchange.schema));
    }
    if exchange.key.len() != 64 || !exchange.key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("key is not a SHA-256 in hexadecimal".to_owned());
    }
    Ok(exchange)
}

fn line(exchange: &Exchange) -> Result<String, String> {
    serde_json::to_string(exchange).map(|json| json + "\n").map_err(|error| error.to_string())
}

fn append(file: &mut File, path: &Path, bytes: &[u8]) -> Result<(), String> {
    let written = file.write_all(bytes).and_then(|()| file.sync_data());
    written.map_err(|error| format!("cassette {}: {error}", name(path)))
}

/// Takes a torn last line out of a recording, into a file beside it; a replay only leaves it out.
fn set_aside(path: &Path, file: &File, torn: &[u8], whole: usize, recording: bool) -> Result<String, String> {
    let told = format!("cassette {}: the last line was cut after {} bytes and is left out", name(path), torn.len());
    if !recording {
        return Ok(told);
    }
    let beside = with_suffix(path, ".torn");
    let move_out = || -> io::Result<()> {
        let mut aside = OpenOptions::new().append(true).create(true).open(&beside)?;
        aside.write_all(torn)?;
        aside.write_all(b"\n")?;
        aside.sync_all()?;
        file.set_len(whole as u64)
    };
    move_out().map_err(|error| format!("cassette {}: {error}", name(path)))?;
    Ok(format!("{told}; it is kept in {}", name(&beside)))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn name(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}
