//! Files as streams of bytes: plain, gzip or zstd, sniffed and bounded.

use crate::model::UserError;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Decompressed bytes that are always allowed, and the ratio beyond them that only a bomb reaches.
const BOMB_FLOOR: u64 = 10 << 20;
const BOMB_RATIO: u64 = 200;

/// The name of a file for messages: its last component.
#[must_use]
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Opens a regular file and decompresses it by its ending (`.gz` with all its members, `.zst`).
///
/// # Errors
/// When it is missing, is not a regular file, or cannot be opened.
pub fn open(path: &Path) -> Result<Box<dyn Read + Send>, UserError> {
    let place = name(path);
    let metadata = std::fs::metadata(path).map_err(|e| UserError::new(&place, e.to_string(), ""))?;
    if !metadata.is_file() {
        return Err(UserError::new(place, "is not a regular file", "give a file, not a folder, pipe or device"));
    }
    let file = File::open(path).map_err(|e| UserError::new(&place, e.to_string(), "check the file's permissions"))?;
    let limit = BOMB_FLOOR.max(metadata.len().saturating_mul(BOMB_RATIO));
    match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => Ok(Box::new(Capped { inner: MultiGzDecoder::new(io::BufReader::new(file)), left: limit })),
        Some("zst") => {
            let inner = zstd::Decoder::new(file).map_err(|e| UserError::new(&place, e.to_string(), ""))?;
            Ok(Box::new(Capped { inner, left: limit }))
        }
        _ => Ok(Box::new(file)),
    }
}

/// Reads a whole small text file.
///
/// # Errors
/// When it cannot be opened or read; bytes that are no UTF-8 are replaced.
pub fn read_text(path: &Path) -> Result<String, UserError> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes).map_err(|e| UserError::new(name(path), e.to_string(), ""))?;
    check_encoding(&name(path), &bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

/// Refuses what is no text at its first bytes: UTF-16, an executable, an archive.
///
/// # Errors
/// With the remedy, when the first bytes say so.
pub fn check_encoding(place: &str, head: &[u8]) -> Result<(), UserError> {
    let error = |message: &str, help: &str| Err(UserError::new(place, message, help));
    match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => error("is UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
        [0x7f, b'E', b'L', b'F', ..] => error("is a program, not text", ""),
        [0x1f, 0x8b, ..] => error("is gzip-compressed", "let its name end in .gz"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => error("is zstd-compressed", "let its name end in .zst"),
        [b'P', b'A', b'R', b'1', ..] => error("is a Parquet file", "let its name end in .parquet"),
        _ => Ok(()),
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
}

impl<R: Read> LineBlocks<R> {
    /// Blocks of about `size` bytes; a longer line makes a longer block.
    pub fn new(inner: R, size: usize) -> Self {
        Self { inner, rest: Vec::new(), size, done: false }
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
            let read = fill(&mut self.inner, &mut block[start..]);
            let n = match read {
                Ok(n) => n,
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            };
            block.truncate(start + n);
            if n < self.size {
                self.done = true;
            } else if let Some(newline) = memchr::memrchr(b'\n', &block) {
                self.rest = block.split_off(newline + 1);
                break;
            }
        }
        if block.is_empty() { None } else { Some(Ok(block)) }
    }
}

/// Reads until `buffer` is full or the stream ends.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
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
    fn a_bomb_is_refused() {
        let mut capped = Capped { inner: io::repeat(0), left: 1000 };
        assert!(io::copy(&mut capped, &mut io::sink()).unwrap_err().to_string().contains("bomb"));
    }
}
