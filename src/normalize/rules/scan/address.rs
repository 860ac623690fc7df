//! Masks of addresses: URL, e-mail, IP and path.

use super::gaps::{Found, Gap};
use super::marks::Around;
use super::run::is_word;
use std::net::Ipv6Addr;

/// Whether a word begins or ends at `at` (`\b`); the gap's ends are no letters.
fn is_boundary(text: &[u8], gap: Gap, at: usize) -> bool {
    let before = at > gap.start && is_word(text[at - 1]);
    let after = at < gap.end && is_word(text[at]);
    before != after
}

/// Where the bytes of a kind that end at `end` begin, not before `from`.
fn run_start(text: &[u8], from: usize, end: usize, is_kind: impl Fn(u8) -> bool) -> usize {
    end - text[from.min(end)..end].iter().rev().take_while(|b| is_kind(**b)).count()
}

/// Where the bytes of a kind that begin at `start` end, not after `to`.
fn run_end(text: &[u8], start: usize, to: usize, is_kind: impl Fn(u8) -> bool) -> usize {
    start + text[start.min(to)..to].iter().take_while(|b| is_kind(**b)).count()
}

/// The colon of `://`.
#[inline]
pub fn url_candidates(around: Around) -> u64 {
    around.here.colon & around.later(|b| b.slash, 1) & around.later(|b| b.slash, 2)
}

/// `\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'"<>)\]]+`
pub fn url(text: &[u8], gap: Gap, colon: usize) -> Option<Found> {
    let first = run_start(text, gap.at, colon, |b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'));
    let begins = |at: &usize| text[*at].is_ascii_alphabetic() && is_boundary(text, gap, *at);
    let start = (first..colon).find(begins)?;
    let stops = |b: u8| matches!(b, b' ' | b'\t'..=b'\r' | b'\'' | b'"' | b'<' | b'>' | b')' | b']');
    let end = run_end(text, colon + 3, gap.end, |b| !stops(b));
    (end > colon + 3).then(|| Found::accepted(start, end))
}

/// `\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\b`
pub fn email(text: &[u8], gap: Gap, at: usize) -> Option<Found> {
    if text[at] != b'@' {
        return None;
    }
    let first = run_start(text, gap.at, at, |b| is_word(b) || matches!(b, b'.' | b'%' | b'+' | b'-'));
    let start = (first..at).find(|at| is_boundary(text, gap, *at))?;
    let is_label = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let dot = run_end(text, at + 1, gap.end, is_label);
    if dot == at + 1 {
        return None;
    }
    let mut end = dot;
    while end < gap.end && text[end] == b'.' {
        let label = run_end(text, end + 1, gap.end, is_label);
        if label == end + 1 {
            break;
        }
        end = label;
    }
    // Backwards to where a word ends or begins, with one letter after the first dot at least.
    let end = (dot + 2..=end).rev().find(|end| text[end - 1] != b'.' && is_boundary(text, gap, *end))?;
    Some(Found::accepted(start, end))
}

/// A dot between digits.
#[inline]
pub fn ipv4_candidates(around: Around) -> u64 {
    around.here.dot & around.earlier(|b| b.digit) & around.later(|b| b.digit, 1)
}

/// `\b[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]{1,5})?\b`, from its first dot.
pub fn ipv4(text: &[u8], gap: Gap, dot: usize) -> Option<Found> {
    let digit = |b: u8| b.is_ascii_digit();
    let start = run_start(text, gap.at, dot, digit);
    if !(1..=3).contains(&(dot - start)) || !is_boundary(text, gap, start) {
        return None;
    }
    let mut host = dot;
    let mut accepted = is_octet(&text[start..dot]);
    for _ in 0..3 {
        if host >= gap.end || text[host] != b'.' {
            return None;
        }
        let end = run_end(text, host + 1, gap.end, digit);
        if !(1..=3).contains(&(end - host - 1)) {
            return None;
        }
        accepted &= is_octet(&text[host + 1..end]);
        host = end;
    }
    let mut end = host;
    if host < gap.end && text[host] == b':' {
        let port = run_end(text, host + 1, gap.end, digit);
        if (1..=5).contains(&(port - host - 1)) && is_boundary(text, gap, port) {
            end = port;
        }
    }
    is_boundary(text, gap, end).then_some(Found { start, end, accepted })
}

/// A number up to 255 without leading zeros, from one to three digits.
fn is_octet(digits: &[u8]) -> bool {
    let value = digits.iter().fold(0, |value, digit| value * 10 + u16::from(digit - b'0'));
    value <= 255 && (digits.len() == 1 || digits[0] != b'0')
}

/// A colon before a hexadecimal digit.
#[inline]
pub fn ipv6_candidates(around: Around) -> u64 {
    around.here.colon & around.later(|b| b.hex, 1)
}

/// `[0-9a-fA-F:]*:[0-9a-fA-F]+(\.[0-9]{1,3}){0,3}`, from its first colon before a hexadecimal digit.
pub fn ipv6(text: &[u8], gap: Gap, colon: usize) -> Option<Found> {
    let hex = |b: u8| b.is_ascii_hexdigit();
    if colon + 1 >= gap.end || !hex(text[colon + 1]) {
        return None;
    }
    let start = run_start(text, gap.at, colon, |b| hex(b) || b == b':');
    let all = run_end(text, colon, gap.end, |b| hex(b) || b == b':');
    // Colons at the end belong to no match.
    let mut end = run_start(text, colon, all, |b| b == b':');
    for _ in 0..3 {
        let part = run_end(text, end + 1, gap.end.min(end + 4), |b| b.is_ascii_digit());
        if end >= gap.end || text[end] != b'.' || part <= end + 1 {
            break;
        }
        end = part;
    }
    let alone = !(start > gap.start && is_word(text[start - 1]) || end < gap.end && is_word(text[end]));
    let several = memchr::memchr_iter(b':', &text[start..end]).nth(1).is_some();
    let is_address = || std::str::from_utf8(&text[start..end]).is_ok_and(|part| part.parse::<Ipv6Addr>().is_ok());
    Some(Found { start, end, accepted: alone && several && is_address() })
}

/// What parts of a path are made of.
const SEGMENT: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = is_word(byte) || matches!(byte, b'.' | b'@' | b'%' | b'+' | b'$' | b'#' | b'-');
        byte += 1;
    }
    table
};

/// A root after a character that may stand before one, letters, and then separators and letters: from the root's last separator.
pub fn path(text: &[u8], gap: Gap, separator: usize) -> Option<Found> {
    let segment = |b: u8| SEGMENT[usize::from(b)];
    let slash = |b: u8| b == b'/' || b == b'\\';
    let from = |root: usize, first: usize| {
        if !begins_path(text, gap, root) {
            return None;
        }
        let name = run_end(text, first, gap.end, segment);
        let end = run_end(text, name, gap.end, |b| slash(b) || segment(b));
        // At least one letter, and a separator after it.
        (name > first && end > name).then_some(root..end)
    };
    let before = |distance: usize| separator.checked_sub(distance).filter(|at| *at >= gap.at).map(|at| (at, text[at]));
    let span = match text[separator] {
        b'/' => match before(1) {
            Some((tilde, b'~')) => from(tilde, separator + 1),
            _ => from(separator, separator + 1),
        },
        b'\\' => {
            let drive = before(2).filter(|(_, letter)| letter.is_ascii_alphabetic() && text[separator - 1] == b':');
            let drive = drive.and_then(|(root, _)| from(root, separator + 1));
            let doubled = separator + 1 < gap.end && text[separator + 1] == b'\\';
            drive.or_else(|| from(separator, separator + 2).filter(|_| doubled))
        }
        _ => None,
    }?;
    Some(Found::accepted(span.start, span.end))
}

/// Whether a path may begin at `root`: with the gap, or after a character that is not part of an earlier match.
fn begins_path(text: &[u8], gap: Gap, root: usize) -> bool {
    match root.checked_sub(1).filter(|at| *at >= gap.at) {
        None => root == gap.start,
        Some(at) => matches!(
            text[at],
            b' ' | b'\t'..=b'\r' | b'=' | b'\'' | b'"' | b'`' | b'(' | b'[' | b'{' | b',' | b';' | b':' | b'|' | b'>'
        ),
    }
}
