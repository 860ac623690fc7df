//! Base64 within a text: runs that decode to something printable.

use std::ops::Range;

/// Shortest run that is decoded, in characters.
const MIN_RUN: usize = 16;

/// A run and what it stands for.
pub(super) struct Run {
    pub range: Range<usize>,
    pub text: String,
}

/// Runs of base64, standard or URL-safe, padded or not, that decode to printable text. `cut`: the text may begin within a run.
pub(super) fn runs(text: &str, cut: bool) -> Vec<Run> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        match (value(byte).is_some(), start) {
            (true, None) => start = Some(at),
            (false, Some(first)) => {
                if at - first >= MIN_RUN {
                    of_run(text, first..at, cut && first == 0, &mut found);
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// The run as a whole, or else its parts: a run in a path or an address has neighbours that look like more of it.
fn of_run(text: &str, range: Range<usize>, cut: bool, found: &mut Vec<Run>) {
    for skipped in 0..if cut { 4 } else { 1 } {
        if let Some(decoded) = text.get(range.start + skipped..range.end).and_then(decode) {
            let padding = text[range.end..].bytes().take(2).take_while(|b| *b == b'=').count();
            found.push(Run { range: range.start..range.end + padding, text: decoded });
            return;
        }
    }
    let run = &text[range.clone()];
    if !run.contains(['/', '-', '_', '+']) {
        return;
    }
    let mut at = range.start;
    for part in run.split(['/', '-', '_', '+']) {
        if part.len() >= MIN_RUN {
            if let Some(decoded) = decode(part) {
                let end = at + part.len();
                let padding = text[end..].bytes().take(2).take_while(|b| *b == b'=').count();
                found.push(Run { range: at..end + padding, text: decoded });
            }
        }
        at += part.len() + 1;
    }
}

/// Printable text that base64 without padding stands for.
pub(super) fn decode(run: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(run.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0u32, 0);
    for (at, byte) in run.bytes().enumerate() {
        bits = bits << 6 | u32::from(value(byte)?);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
        // A name is told from text by its first bytes already.
        if at == 11 && !bytes.iter().all(|b| printable(*b)) {
            return None;
        }
    }
    if !bytes.iter().all(|b| printable(*b)) {
        return None;
    }
    String::from_utf8(bytes).ok()
}

const fn printable(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e | b'\n' | b'\r' | b'\t' | 0x1b | 0x80..)
}

const fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
