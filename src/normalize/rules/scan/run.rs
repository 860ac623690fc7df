//! Masks that are runs of digits and hexadecimal digits, with or without a fixed form.

use super::Marked;
use super::gaps::{Found, Gap};
use super::marks::Around;

/// The first hyphen: three others follow at the distances that a UUID has.
#[inline]
pub fn uuid_candidates(around: Around) -> u64 {
    let dash = |distance| around.later(|b| b.dash, distance);
    around.here.dash & dash(5) & dash(10) & dash(15)
}

/// Bits of 36 bytes, the first of them lowest: where a UUID has hyphens.
const UUID_DASHES: u64 = 1 << 8 | 1 << 13 | 1 << 18 | 1 << 23;
const UUID_DIGITS: u64 = ((1 << 36) - 1) & !UUID_DASHES;

pub fn uuid(marked: Marked, gap: Gap, dash: usize) -> Option<Found> {
    let start = dash.checked_sub(8).filter(|start| *start >= gap.at)?;
    let digits = marked.marks.window(start, |b| b.hex) & UUID_DIGITS == UUID_DIGITS;
    (digits && start + 36 <= gap.end).then(|| Found::accepted(start, start + 36))
}

/// The first hyphen of `2026-05-04T15:59`.
#[inline]
pub fn timestamp_candidates(around: Around) -> u64 {
    around.here.dash & around.later(|b| b.dash, 3) & around.later(|b| b.colon, 9)
}

/// Bits of `2026-05-04T15:59` where it has digits.
const MINUTE_DIGITS: u64 = 0b1101_1011_0110_1111;

pub fn timestamp(marked: Marked, gap: Gap, dash: usize) -> Option<Found> {
    let start = dash.checked_sub(4).filter(|start| *start >= gap.at && start + 16 <= gap.end)?;
    let text = &marked.text[..gap.end];
    let digits_fit = marked.marks.window(start, |b| b.digit) & MINUTE_DIGITS == MINUTE_DIGITS;
    if !digits_fit || !matches!(text[start + 10], b'T' | b' ') {
        return None;
    }
    let mut end = start + 16;
    if text.get(end) == Some(&b':') && two_digits(text, end + 1) {
        end += 3;
        let fraction = marked.marks.run_end((end + 1).min(gap.end), gap.end, |b| b.digit);
        if matches!(text.get(end), Some(b'.' | b',')) && fraction > end + 1 {
            end = fraction;
        }
    }
    Some(Found::accepted(start, end + zone(text, end)))
}

/// Bytes of `Z`, `+02:00` or `-0800` at `at`.
fn zone(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'Z') => 1,
        Some(b'+' | b'-') if two_digits(text, at + 1) => {
            let colon = usize::from(text.get(at + 3) == Some(&b':'));
            if two_digits(text, at + 3 + colon) { 5 + colon } else { 0 }
        }
        _ => 0,
    }
}

fn two_digits(text: &[u8], at: usize) -> bool {
    text.get(at..at + 2).is_some_and(|pair| pair.iter().all(u8::is_ascii_digit))
}

/// Where a word begins that may be all hexadecimal, or `0x…`.
#[inline]
pub fn hex_candidates(around: Around, length: usize) -> u64 {
    // A digit, a letter that is no hexadecimal digit, and one: `0x7`.
    let prefixed = around.here.digit & around.later(|b| b.word & !b.hex, 1) & around.later(|b| b.hex, 2);
    (around.run(|b| b.hex, length) | prefixed) & !around.earlier(|b| b.word)
}

/// The word that begins at `start`, when it is hexadecimal; meant, when it holds a digit.
pub fn hex(marked: Marked, gap: Gap, start: usize, length: usize) -> Option<Found> {
    let Marked { text, marks } = marked;
    let end = marks.run_end(start, gap.end, |b| b.word);
    let all = |from: usize| marks.run_end(from, end, |b| b.hex) == end;
    let prefixed =
        end - start > 2 && text[start] == b'0' && text[start + 1].eq_ignore_ascii_case(&b'x') && all(start + 2);
    if !(prefixed || end - start >= length && all(start)) {
        return None;
    }
    Some(Found { start, end, accepted: text[start..end].iter().any(u8::is_ascii_digit) })
}

/// The digits from `start` to where they or the gap end.
pub fn number(marked: Marked, gap: Gap, start: usize, length: usize) -> Option<Found> {
    let end = marked.marks.run_end(start, gap.end, |b| b.digit);
    (end - start >= length).then(|| Found::accepted(start, end))
}

/// A letter, digit or underscore of ASCII.
#[inline]
pub const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
