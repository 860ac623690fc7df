//! Masks that are runs of digits and hexadecimal digits, with or without a fixed form.

use super::marks::Marks;
use super::{Found, Gap};

/// Positions at which `length` bits in a row begin; for more than 64, those where 64 do.
#[inline]
fn runs(bits: u128, length: usize) -> u64 {
    let length = length.clamp(1, 64);
    let (mut bits, mut have) = (bits, 1);
    while have < length {
        let step = have.min(length - have);
        bits &= bits >> step;
        have += step;
    }
    bits as u64
}

/// The first hyphen: three others follow at the distances that a UUID has.
#[inline]
pub fn uuid_candidates(marks: &Marks, block: usize) -> u64 {
    let dash = marks.ahead(block, |b| b.dash);
    (dash & dash >> 5 & dash >> 10 & dash >> 15) as u64
}

pub fn uuid(text: &[u8], gap: Gap, dash: usize) -> Option<Found> {
    let start = dash.checked_sub(8).filter(|start| *start >= gap.at)?;
    let end = start + 36;
    let form = text.get(start..end).filter(|_| end <= gap.end)?;
    let fits =
        |at: usize, byte: u8| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    form.iter().enumerate().all(|(at, byte)| fits(at, *byte)).then(|| Found::accepted(start..end))?
}

/// The first hyphen of `2026-05-04T15:59`.
#[inline]
pub fn timestamp_candidates(marks: &Marks, block: usize) -> u64 {
    let dash = marks.ahead(block, |b| b.dash);
    (dash & dash >> 3 & marks.ahead(block, |b| b.colon) >> 9) as u64
}

pub fn timestamp(text: &[u8], gap: Gap, dash: usize) -> Option<Found> {
    let start = dash.checked_sub(4).filter(|start| *start >= gap.at)?;
    let text = &text[..gap.end];
    let minutes = text.get(start..start + 16)?;
    let fits = |at: usize, byte: u8| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T' || byte == b' ',
        13 => byte == b':',
        _ => byte.is_ascii_digit(),
    };
    if !minutes.iter().enumerate().all(|(at, byte)| fits(at, *byte)) {
        return None;
    }
    let mut end = start + 16;
    if text.get(end) == Some(&b':') && two_digits(text, end + 1) {
        end += 3;
        let fraction = digits(text, end + 1);
        if matches!(text.get(end), Some(b'.' | b',')) && fraction > 0 {
            end += 1 + fraction;
        }
    }
    Found::accepted(start..end + zone(text, end))
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

/// Digits in a row from `at`.
fn digits(text: &[u8], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count())
}

/// Where a word begins that may be all hexadecimal, or `0x…`.
#[inline]
pub fn hex_candidates(marks: &Marks, block: usize, length: usize) -> u64 {
    let hex = marks.ahead(block, |b| b.hex);
    let word = marks.ahead(block, |b| b.word);
    // A digit, a letter that is no hexadecimal digit, and one: `0x7`.
    let prefixed = (marks.block(block).digit & ((word & !hex) >> 1) as u64) & (hex >> 2) as u64;
    (runs(hex, length) | prefixed) & !marks.before(block, |b| b.word)
}

/// The word that begins at `start`, when it is hexadecimal; meant, when it holds a digit.
pub fn hex(text: &[u8], gap: Gap, start: usize, length: usize) -> Option<Found> {
    let begins = start == gap.start || !is_word(text[start - 1]);
    let word = &text[start..gap.end];
    let word = &word[..word.iter().position(|b| !is_word(*b)).unwrap_or(word.len())];
    let all = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    let prefixed = word.len() > 2 && word[0] == b'0' && word[1].eq_ignore_ascii_case(&b'x') && all(&word[2..]);
    if !begins || !(prefixed || word.len() >= length && all(word)) {
        return None;
    }
    Some(Found { start, end: start + word.len(), accepted: word.iter().any(u8::is_ascii_digit) })
}

#[inline]
pub fn number_candidates(marks: &Marks, block: usize, length: usize) -> u64 {
    runs(marks.ahead(block, |b| b.digit), length)
}

/// The digits from `start` to where they or the gap end.
pub fn number(text: &[u8], gap: Gap, start: usize, length: usize) -> Option<Found> {
    let run = digits(&text[..gap.end], start);
    (run >= length).then(|| Found::accepted(start..start + run))?
}

/// A letter, digit or underscore of ASCII.
#[inline]
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
