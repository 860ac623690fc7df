//! Files as streams of bytes: plain, gzip or zstd, sniffed and bounded.

use crate::model::UserError;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

/// Decompressed bytes that are always allowed, and the ratio beyond them that only a bomb reaches.
const BOMB_FLOOR: u64 = 10 << 20;
const BOMB_RATIO: u64 = 200;

/// Bytes at a file's start that tell what it is.
const HEAD: usize = 8 << 10;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The name of a file for messages: its last component.
#[must_use]
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Opens a regular file as text and decompresses it by its ending (`.gz` with all its members, `.zst`).
///
/// # Errors
/// When it is missing, is not a regular file, cannot be opened, or is no text at its first bytes.
pub fn open(path: &Path) -> Result<Box<dyn Read + Send>, UserError> {
    let mut inner = unpack(path)?;
    let mut head = vec![0; HEAD];
    let (n, broken) = fill(&mut inner, &mut head);
    head.truncate(n);
    refuse_binary(&name(path), &head)?;
    Ok(Box::new(Cursor::new(head).chain(Broken(broken)).chain(inner)))
}

fn unpack(path: &Path) -> Result<Box<dyn Read + Send>, UserError> {
    let place = name(path);
    let metadata = std::fs::metadata(path).map_err(|e| unopened(path, &e))?;
    if !metadata.is_file() {
        return Err(UserError::new(place, "is not a regular file", "give a file, not a folder, pipe or device"));
    }
    let mut file = File::open(path).map_err(|e| unopened(path, &e))?;
    let mut magic = [0; 4];
    let (n, broken) = fill(&mut file, &mut magic);
    if let Some(error) = broken {
        return Err(unopened(path, &error));
    }
    file.rewind().map_err(|e| unopened(path, &e))?;
    let limit = BOMB_FLOOR.max(metadata.len().saturating_mul(BOMB_RATIO));
    let mislabelled = |kind: &str, ending: &str| {
        Err(UserError::new(
            &place,
            format!("is not {kind}, though its name says so"),
            format!("take {ending} off its name"),
        ))
    };
    match path.extension().and_then(|e| e.to_str()) {
        Some("gz") if !is_gzip(&magic[..n]) => mislabelled("gzip-compressed", ".gz"),
        Some("gz") => Ok(Box::new(Capped { inner: MultiGzDecoder::new(io::BufReader::new(file)), left: limit })),
        Some("zst") if !is_zstd(&magic[..n]) => mislabelled("zstd-compressed", ".zst"),
        Some("zst") => {
            let inner = zstd::Decoder::new(file).map_err(|e| UserError::new(&place, e.to_string(), ""))?;
            Ok(Box::new(Capped { inner, left: limit }))
        }
        _ => Ok(Box::new(file)),
    }
}

fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b])
}

fn is_zstd(head: &[u8]) -> bool {
    matches!(head, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

fn unopened(path: &Path, error: &io::Error) -> UserError {
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => ("is a link that leads nowhere".to_owned(), ""),
        io::ErrorKind::NotFound => ("there is no such file".to_owned(), "check the path"),
        io::ErrorKind::PermissionDenied => ("may not be read".to_owned(), "check the file's permissions"),
        _ => (error.to_string(), ""),
    };
    UserError::new(name(path), message, help)
}

/// Reads a whole file as bytes, without a byte order mark.
///
/// # Errors
/// When it cannot be opened or read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, UserError> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).map_err(|e| unread(path, &e))?;
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    Ok(bytes)
}

/// Reads a whole small text file that people write.
///
/// # Errors
/// When it cannot be opened or read, or holds bytes that are no UTF-8.
pub fn read_text(path: &Path) -> Result<String, UserError> {
    String::from_utf8(read_bytes(path)?).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        UserError::new(format!("{}:{line}", name(path)), "holds bytes that are no UTF-8", "save the file as UTF-8")
    })
}

/// Reads the first `limit` bytes of a text file, replacing what is no UTF-8; says whether there is more.
///
/// # Errors
/// When it cannot be opened or read.
pub fn read_start(path: &Path, limit: usize) -> Result<(String, bool), UserError> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|e| unread(path, &e))?;
    let more = bytes.len() > limit;
    bytes.truncate(limit);
    let bytes = bytes.strip_prefix(BOM).unwrap_or(&bytes);
    Ok((String::from_utf8_lossy(bytes).into_owned(), more))
}

fn unread(path: &Path, error: &io::Error) -> UserError {
    UserError::new(name(path), format!("cannot be read to its end: {error}"), "get the file again")
}

/// Refuses what is no text of lines at its first bytes: UTF-16, an executable, an archive, lines that end in lone carriage returns.
///
/// # Errors
/// With the remedy, when the first bytes say so.
pub fn check_encoding(place: &str, head: &[u8]) -> Result<(), UserError> {
    let head = &head[..head.len().min(HEAD)];
    refuse_binary(place, head)?;
    let lone =
        memchr::memchr(b'\r', head).is_some_and(|at| at + 1 < head.len()) && memchr::memchr(b'\n', head).is_none();
    if lone {
        let help = format!("convert it: tr '\\r' '\\n' < {place}");
        return Err(UserError::new(place, "has lines that end in lone carriage returns", help));
    }
    Ok(())
}

fn refuse_binary(place: &str, head: &[u8]) -> Result<(), UserError> {
    let error = |message: &str, help: &str| Err(UserError::new(place, message, help));
    match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => error("is UTF-16", &iconv("UTF-16", place)),
        [1..=255, 0, 1..=255, 0, ..] => error("is UTF-16", &iconv("UTF-16LE", place)),
        [0, 1..=255, 0, 1..=255, ..] => error("is UTF-16", &iconv("UTF-16BE", place)),
        [0x7f, b'E', b'L', b'F', ..] => error("is a program, not text", "give the log itself"),
        [0x1f, 0x8b, ..] => error("is gzip-compressed", "let its name end in .gz"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => error("is zstd-compressed", "let its name end in .zst"),
        [b'P', b'A', b'R', b'1', ..] => error("is a Parquet file", "let its name end in .parquet"),
        [b'P', b'K', 3, 4, ..] | [b'B', b'Z', b'h', ..] | [0xfd, b'7', b'z', b'X', b'Z', ..] => {
            error("is packed in a way that is not read here", "unpack it, or pack it with gzip or zstd")
        }
        _ if is_binary(head) => error("is binary, not text", "give the log itself"),
        _ => Ok(()),
    }
}

fn iconv(from: &str, place: &str) -> String {
    format!("convert it: iconv -f {from} -t UTF-8 {place}")
}

/// Control characters that no text holds in number. NUL is not among them: a log that was truncated while being written is padded
/// with it.
fn is_binary(head: &[u8]) -> bool {
    let odd = head.iter().filter(|byte| matches!(byte, 1..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)).count();
    odd > 8 && odd * 20 > head.len()
}

/// Fails once, if it is to fail, where a stream broke.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

struct Capped<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            io::Error::other("unpacks to more than 200 times its size: refused as a decompression bomb")
        })?;
        Ok(n)
    }
}

/// Cuts a stream into blocks of whole lines.
pub struct LineBlocks<R> {
    inner: R,
    rest: Vec<u8>,
    size: usize,
    done: bool,
    broken: Option<io::Error>,
}

impl<R: Read> LineBlocks<R> {
    /// Blocks of about `size` bytes; a longer line makes a longer block.
    pub fn new(inner: R, size: usize) -> Self {
        Self { inner, rest: Vec::new(), size, done: false, broken: None }
    }
}

impl<R: Read> Iterator for LineBlocks<R> {
    type Item = io::Result<Vec<u8>>;

    /// The next block. After a read error (a cut gzip member, say) the whole lines before it come first, then the error.
    fn next(&mut self) -> Option<Self::Item> {
        let mut block = std::mem::take(&mut self.rest);
        while !self.done {
            let start = block.len();
            block.resize(start + self.size, 0);
            let (n, broken) = fill(&mut self.inner, &mut block[start..]);
            block.truncate(start + n);
            if broken.is_some() {
                // The line that the break cut is lost.
                block.truncate(memchr::memrchr(b'\n', &block).map_or(0, |newline| newline + 1));
                (self.done, self.broken) = (true, broken);
                break;
            }
            if n < self.size {
                self.done = true;
            } else if let Some(newline) = memchr::memrchr(b'\n', &block) {
                self.rest = block.split_off(newline + 1);
                break;
            }
        }
        if block.is_empty() { self.broken.take().map(Err) } else { Some(Ok(block)) }
    }
}

/// Reads until `buffer` is full, the stream ends, or it breaks.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return (filled, Some(e)),
        }
    }
    (filled, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_whole_lines_and_lose_nothing() {
        let text = b"one\ntwo\r\nthree is longer than a block\nfour";
        for size in 1..60 {
            let blocks: Vec<Vec<u8>> = LineBlocks::new(&text[..], size).map(Result::unwrap).collect();
            assert_eq!(blocks.concat(), text);
            assert!(blocks.iter().rev().skip(1).all(|block| block.ends_with(b"\n")), "{size}");
        }
    }

    #[test]
    fn the_whole_lines_before_a_break_come_first() {
        let error = io::Error::other("cut");
        let stream = (&b"one\ntwo\nthr"[..]).chain(Broken(Some(error))).chain(&b"never\n"[..]);
        let blocks: Vec<io::Result<Vec<u8>>> = LineBlocks::new(stream, 64).collect();
        assert_eq!(blocks[0].as_ref().unwrap(), b"one\ntwo\n");
        assert_eq!(blocks[1].as_ref().unwrap_err().to_string(), "cut");
        assert_eq!(blocks.len(), 2);
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut capped = Capped { inner: io::repeat(0), left: 1000 };
        assert!(io::copy(&mut capped, &mut io::sink()).unwrap_err().to_string().contains("bomb"));
    }
}
