//! A text as runs of word characters, values and marks.

use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// What stands for a value.
pub const VALUE: &str = "<*>";
/// Pieces of a text that are read; what stands beyond is ignored, so that a dump of a document costs no more than a long line.
pub const MAX_PIECES: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A placeholder, or what was found to be one of many.
    Value,
    /// Word characters, letters or a placeholder among them.
    Word,
    /// Word characters, digits among them and no letter. In a template: a code.
    Number,
    /// A word that names a type of error, and says what happened: never a value.
    ErrorType,
    /// Anything else that may stand between the values of a list: `a, b`, `10.0.0.1:80`.
    Joiner,
    /// `"`, `'` or a backtick.
    Quote,
    /// `(` or `[`.
    Open,
    /// `)` or `]`.
    Close,
    /// Any other character.
    Mark,
}

/// One piece of a text.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    pub kind: Kind,
    /// White space stands before it.
    pub spaced: bool,
    /// Of its text and `spaced`; 0 before [`hashed`].
    pub hash: u64,
    start: u32,
    end: u32,
}

impl Piece {
    fn new(kind: Kind, spaced: bool, at: Range<usize>) -> Self {
        Self { kind, spaced, hash: 0, start: at.start as u32, end: at.end as u32 }
    }

    /// The piece of `text` that this is.
    #[must_use]
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        if self.kind == Kind::Value { VALUE } else { self.raw(text) }
    }

    /// The same as it was written, be it a value or not.
    #[must_use]
    pub fn raw<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start as usize..self.end as usize]
    }

    /// The text with something else in the place of this piece.
    #[must_use]
    pub fn replaced(&self, text: &str, by: &str) -> String {
        format!("{}{by}{}", &text[..self.start as usize], &text[self.end as usize..])
    }

    #[must_use]
    pub fn into_value(mut self) -> Self {
        self.kind = Kind::Value;
        self.hash = value_hash(self.spaced);
        self
    }

    /// Pieces as one word; at least one.
    #[must_use]
    pub fn joined(pieces: &[Self]) -> Self {
        let hash = pieces.iter().fold(0_u64, |sum, piece| sum.rotate_left(7).wrapping_mul(5).wrapping_add(piece.hash));
        Self { kind: Kind::Word, hash, end: pieces[pieces.len() - 1].end, ..pieces[0] }
    }

    /// Whether both are the same mark, white space aside.
    #[must_use]
    pub fn is_same_mark(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.hash.wrapping_sub(u64::from(self.spaced)) == other.hash.wrapping_sub(u64::from(other.spaced))
    }

    /// Whether it is a word of the message itself.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::ErrorType)
    }
}

/// Hash of a value, with or without white space before it.
#[must_use]
pub fn value_hash(spaced: bool) -> u64 {
    // The text of other pieces may hash to it as well as to any other number.
    const VALUE_HASH: u64 = 0x2545_f491_4f6c_dd1d;
    VALUE_HASH.wrapping_add(u64::from(spaced))
}

/// The pieces of a text with their hashes.
#[must_use]
pub fn hashed(text: &str) -> Vec<Piece> {
    let mut pieces = pieces(text);
    for piece in &mut pieces {
        piece.hash = match piece.kind {
            Kind::Value => value_hash(piece.spaced),
            _ => xxh3_64(piece.raw(text).as_bytes()).wrapping_add(u64::from(piece.spaced)),
        };
    }
    pieces
}

/// The first pieces of a text, at most 2³² bytes of it.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let text = &text[..text.floor_char_boundary(u32::MAX as usize)];
    let mut pieces = Vec::new();
    let mut at = 0;
    while pieces.len() < MAX_PIECES {
        let start = at + text[at..].len() - text[at..].trim_start().len();
        let spaced = start > at && !pieces.is_empty();
        let Some(first) = text[start..].chars().next() else { break };
        let run = run_end(text, start);
        if run == start {
            at = start + first.len_utf8();
            pieces.push(Piece::new(mark(first), spaced, start..at));
        } else {
            // A full stop ends a sentence, not a word.
            let bare = start + text[start..run].trim_end_matches('.').len();
            at = if bare > start { bare } else { run };
            pieces.push(run_piece(text, spaced, start..at));
        }
    }
    pieces
}

fn mark(c: char) -> Kind {
    match c {
        ':' | ',' | '|' => Kind::Joiner,
        '"' | '\'' | '`' => Kind::Quote,
        '(' | '[' => Kind::Open,
        ')' | ']' => Kind::Close,
        _ => Kind::Mark,
    }
}

/// The piece of a run of word characters and placeholders.
fn run_piece(text: &str, spaced: bool, at: Range<usize>) -> Piece {
    let run = &text[at.clone()];
    // A run of stars is a password, or a number too wide to print.
    if placeholder(run) == Some(run.len()) || run.len() > 1 && run.bytes().all(|b| b == b'*') {
        return Piece::new(Kind::Value, spaced, at);
    }
    let kind = match () {
        () if is_error_type(run) => Kind::ErrorType,
        () if run.contains(|c: char| c == '<' || c.is_alphabetic()) => Kind::Word,
        () if run.contains(char::is_numeric) => Kind::Number,
        () => Kind::Joiner,
    };
    Piece::new(kind, spaced, at)
}

/// `java.io.IOException`, `TypeError`.
fn is_error_type(word: &str) -> bool {
    word.ends_with("Exception") || word.ends_with("Error")
}

/// Where the run of word characters and placeholders that begins at `start` ends. Two full stops and more are no part of a word:
/// `enabled.....1`.
fn run_end(text: &str, start: usize) -> usize {
    let dots = text[start..].bytes().take_while(|b| *b == b'.').count();
    if dots > 1 {
        return start + dots;
    }
    let mut at = start;
    while let Some(next) = text[at..].chars().next() {
        if text[at..].starts_with("..") {
            break;
        } else if is_word(next) {
            at += next.len_utf8();
        } else if let Some(length) = placeholder(&text[at..]) {
            at += length;
        } else {
            break;
        }
    }
    at
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '\\' | '-' | '$' | '@' | '+' | '*' | '%' | '#' | '&' | '~')
}

/// Length of the placeholder that a text begins with: `<ip>`, `<order_id>`, `<*>`.
fn placeholder(text: &str) -> Option<usize> {
    const LONGEST: usize = 64;
    let inner = text.strip_prefix('<')?;
    let end = inner.bytes().take(LONGEST).position(|b| !(b.is_ascii_lowercase() || b == b'_' || b == b'*'))?;
    (end > 0 && inner.as_bytes()[end] == b'>').then_some(end + 2)
}

/// The text of pieces, with one space where white space was.
#[must_use]
pub fn render(pieces: &[Piece], text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(1 << 12));
    for piece in pieces {
        if piece.spaced && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(piece.of(text));
    }
    out
}

/// Values that only joiners or nothing part are one value, so that lists of any length are alike.
#[must_use]
pub fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    // The last value, while only joiners follow it.
    let mut value: Option<usize> = None;
    for piece in pieces {
        match (piece.kind, value) {
            (Kind::Value, Some(at)) => {
                out.truncate(at + 1);
                continue;
            }
            (Kind::Value, None) => value = Some(out.len()),
            (Kind::Joiner, _) => {}
            _ => value = None,
        }
        out.push(piece);
    }
    out
}
