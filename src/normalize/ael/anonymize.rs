//! What of a single text is a value, by its looks and by what stands beside it.

use super::piece::{Kind, Piece, VALUE, merged, pieces, render};
use super::place::Place;

/// What stays although it looks like a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Numbers that say what happened: `status 404`, `error 1205`, `504 Gateway Timeout`.
    pub codes: bool,
    /// Dotted names, paths, words after `key=`.
    pub names: bool,
}

/// The text with its values replaced by `<*>`, one space where white space was, and lists of values as one. Where nothing else
/// would be left, the first word stays but for its digits.
#[must_use]
pub fn anonymize(text: &str, keep: Keep) -> String {
    let found = pieces(text);
    let first = found.iter().position(Piece::is_constant);
    let values = with_values(found, text, keep, None);
    match first {
        Some(first) if !values.iter().any(Piece::is_constant) => {
            let text = values[first].replaced(text, &without_digits(values[first].raw(text)));
            render(&merged(with_values(pieces(&text), &text, keep, Some(first))), &text)
        }
        _ => render(&merged(values), text),
    }
}

/// `jetty-6.1.26` is `jetty-<*>.<*>.<*>`.
fn without_digits(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with(VALUE) {
            out.push_str(VALUE);
        }
    }
    out
}

/// The pieces with all values found, but for one piece that stays what it is.
fn with_values(mut pieces: Vec<Piece>, text: &str, keep: Keep, exempt: Option<usize>) -> Vec<Piece> {
    for at in 0..pieces.len() {
        if Some(at) != exempt && is_value(&Place::new(&pieces, text, at), keep) {
            pieces[at] = pieces[at].into_value();
        }
    }
    pieces
}

/// By its looks and by what stands beside it; what stands before it is decided.
fn is_value(place: &Place, keep: Keep) -> bool {
    match place.kind() {
        Kind::Value | Kind::ErrorType | Kind::Quote | Kind::Open | Kind::Close => false,
        Kind::Number => !(keep.codes && place.is_code()),
        Kind::Word => {
            looks_like_value(place.raw(0), keep)
                || place.is_unit()
                || place.is_host()
                || (!keep.names && place.is_assigned())
        }
        // The path `/`, or a dash for nothing.
        Kind::Joiner if place.is_assigned() => !keep.names,
        Kind::Joiner | Kind::Mark => place.compares(),
    }
}

/// A word that names one of many: a digit or a placeholder is in it, or it is a path, an address, a dotted name or nothing (`null`).
fn looks_like_value(word: &str, keep: Keep) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
        || word.contains('<')
        || is_nothing(word)
        || is_hex(word)
        || (!keep.names && (is_path(word) || is_dotted_name(word)))
}

/// Constants of programming languages, and the user that every Unix machine has (Khan et al. 2022, rules BL and US).
fn is_nothing(word: &str) -> bool {
    const WORDS: [&str; 15] = [
        "true",
        "false",
        "True",
        "False",
        "TRUE",
        "FALSE",
        "null",
        "NULL",
        "nil",
        "None",
        "NaN",
        "undefined",
        "n/a",
        "N/A",
        "root",
    ];
    word.len() <= 9 && WORDS.contains(&word)
}

/// Eight hexadecimal digits and more, though all of them are letters: `ffffffff`.
fn is_hex(word: &str) -> bool {
    word.len() >= 8 && word.len().is_multiple_of(2) && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `/usr/lib`, `~/x`, `\\server\share`.
fn is_path(word: &str) -> bool {
    let rest = word.strip_prefix('~').unwrap_or(word);
    rest.len() > 1 && rest.starts_with(['/', '\\']) && rest.contains(char::is_alphanumeric)
}

/// Two dots and more inside of it, as hosts, packages and classes have: `com.example.Thing`.
fn is_dotted_name(word: &str) -> bool {
    word.as_bytes().windows(3).filter(|w| w[1] == b'.' && w[0] != b'.' && w[2] != b'.').count() >= 2
}
