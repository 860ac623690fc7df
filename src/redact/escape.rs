//! What stands for another character, or for none: terminal sequences, characters that hide, escapes of JSON, URLs and HTML.

use crate::model::hides;

/// Longest terminal sequence that is left out whole, in bytes; a link's address may be in it.
const MAX_SEQUENCE: usize = 2048;

/// What the text begins with, if that is more than the character `c` itself: its length in bytes and the character that it stands
/// for, `None` when it stands for nothing.
pub(super) fn read(text: &str, c: char) -> Option<(usize, Option<char>)> {
    match c {
        '\u{1b}' => Some((1 + sequence(&text[1..]), None)),
        '\u{9b}' => Some((2 + control_sequence(&text[2..]), None)),
        '\n' | '\t' | '\r' => None,
        '%' => hex(text.get(1..3)?).map(|c| (3, Some(c))),
        '&' => entity(text),
        '\\' => backslash(text),
        '⟦' => shown(text),
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).map(|plain| (3, Some(plain))),
        c if hides(c) => Some((c.len_utf8(), None)),
        _ => None,
    }
}

/// Bytes of a terminal sequence after its escape character (ECMA-48).
fn sequence(rest: &str) -> usize {
    match rest.as_bytes().first() {
        Some(b'[') => 1 + control_sequence(&rest[1..]),
        // Operating system command, ended by BEL or ST.
        Some(b']' | b'P' | b'_' | b'^' | b'X') => {
            let limit = rest.floor_char_boundary(MAX_SEQUENCE);
            let end = rest[..limit].find(['\u{7}', '\u{1b}', '\n']);
            match end {
                // The address of a terminal's link is kept in sight.
                Some(_) if rest.starts_with("]8;") => 3,
                Some(end) if rest[end..].starts_with('\u{7}') => end + 1,
                Some(end) if rest[end..].starts_with("\u{1b}\\") => end + 2,
                _ => 1,
            }
        }
        Some(b'(' | b')') => rest.chars().take(2).map(char::len_utf8).sum(),
        Some(0x40..=0x7e) => 1,
        _ => 0,
    }
}

/// Bytes of parameters, intermediates and the final byte of a control sequence.
fn control_sequence(rest: &str) -> usize {
    let inner = rest.bytes().take(64).take_while(|b| matches!(b, 0x20..=0x3f)).count();
    inner + usize::from(rest.as_bytes().get(inner).is_some_and(|b| matches!(b, 0x40..=0x7e)))
}

/// A character by its code in hexadecimal; ASCII only, as of a percent-encoded byte.
fn hex(digits: &str) -> Option<char> {
    code(digits, 16).filter(char::is_ascii)
}

fn code(digits: &str, radix: u32) -> Option<char> {
    // `from_str_radix` would take a sign.
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)
}

fn entity(text: &str) -> Option<(usize, Option<char>)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = text.get(1..end)?;
    let c = match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "commat" => '@',
        "colon" => ':',
        "equals" => '=',
        "period" => '.',
        _ => {
            let number = name.strip_prefix('#')?;
            match number.strip_prefix(['x', 'X']) {
                Some(digits) => code(digits, 16)?,
                None => code(number, 10)?,
            }
        }
    };
    Some((end + 1, Some(c)))
}

fn backslash(text: &str) -> Option<(usize, Option<char>)> {
    let kind = text[1..].chars().next()?;
    let fixed = |digits: usize| text.get(2..2 + digits).and_then(|d| code(d, 16)).map(|c| (2 + digits, Some(c)));
    match kind {
        'n' => Some((2, Some('\n'))),
        'r' => Some((2, Some('\r'))),
        't' => Some((2, Some('\t'))),
        'e' if text[2..].starts_with('[') => Some((2, Some('\u{1b}'))),
        '"' | '\'' | '/' | '\\' => Some((2, Some(kind))),
        'u' if text[2..].starts_with('{') => {
            let end = text.bytes().take(12).position(|b| b == b'}')?;
            code(text.get(3..end)?, 16).map(|c| (end + 1, Some(c)))
        }
        'u' => fixed(4),
        'U' => fixed(8),
        'x' => fixed(2),
        '0' => code(text.get(1..4)?, 8).map(|c| (4, Some(c))),
        _ => None,
    }
}

/// As this program shows a hidden character: `⟦U+200B⟧`.
fn shown(text: &str) -> Option<(usize, Option<char>)> {
    let rest = text.strip_prefix("⟦U+")?;
    let digits = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
    let c = code(&rest[..digits], 16)?;
    rest[digits..].starts_with('⟧').then_some(("⟦U+".len() + digits + "⟧".len(), Some(c)))
}
