//! A piece of a text and what stands beside it.

use super::piece::{Kind, Piece};

/// A piece of a text and its neighbours.
pub struct Place<'a> {
    pieces: &'a [Piece],
    text: &'a str,
    at: usize,
}

impl<'a> Place<'a> {
    #[must_use]
    pub fn new(pieces: &'a [Piece], text: &'a str, at: usize) -> Self {
        Self { pieces, text, at }
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.pieces[self.at].kind
    }

    /// What is written so many pieces before (negative) or after; empty beyond the ends.
    #[must_use]
    pub fn raw(&self, offset: isize) -> &'a str {
        self.piece(offset).map_or("", |piece| piece.raw(self.text))
    }

    fn piece(&self, offset: isize) -> Option<&'a Piece> {
        self.pieces.get(self.at.checked_add_signed(offset)?)
    }

    fn is_value(&self, offset: isize) -> bool {
        self.piece(offset).is_some_and(|piece| piece.kind == Kind::Value)
    }

    /// No white space parts it from the one before.
    fn touches_before(&self, offset: isize) -> bool {
        self.piece(offset).is_some_and(|piece| !piece.spaced) && self.piece(offset - 1).is_some()
    }

    /// A word after `key=`.
    #[must_use]
    pub fn is_assigned(&self) -> bool {
        let key = self.piece(-2).is_some_and(|key| matches!(key.kind, Kind::Word | Kind::Value | Kind::ErrorType));
        key && self.raw(-1) == "=" && self.touches_before(-1) && self.touches_before(0)
    }

    /// A dotted or hyphenated word with a port behind it: `proxy.example:5070`.
    #[must_use]
    pub fn is_host(&self) -> bool {
        let port = self.raw(2);
        let is_port = port == "<port>" || (!port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
        self.raw(0).contains(['.', '-'])
            && self.raw(1) == ":"
            && is_port
            && self.touches_before(1)
            && self.touches_before(2)
    }

    /// The unit of the number before it.
    #[must_use]
    pub fn is_unit(&self) -> bool {
        self.is_value(-1) && is_unit(self.raw(0))
    }

    /// A comparison that belongs to the number behind it, as in `<1 sec`.
    #[must_use]
    pub fn compares(&self) -> bool {
        matches!(self.raw(0), "<" | ">" | "~" | "≤" | "≥")
            && !self.touches_before(0)
            && self.touches_before(1)
            && self.raw(1).starts_with(|c: char| c.is_ascii_digit())
    }

    /// A number that says what happened: it follows a word such as `status` or `error`, or is an error code of HTTP (RFC 9110
    /// §15.5 and §15.6) behind a verb or before its reason.
    #[must_use]
    pub fn is_code(&self) -> bool {
        let number = self.raw(0);
        if number.len() > LONGEST_CODE || !number.bytes().all(|b| b.is_ascii_digit()) || is_success(number) {
            return false;
        }
        let between = matches!(self.raw(-1), ":" | "=" | "[" | "(" | "#");
        let before = self.raw(if between { -2 } else { -1 });
        let is_http = number.len() == 3 && matches!(number.as_bytes()[0], b'4' | b'5');
        let has_reason = !self.touches_before(1) && self.raw(1).starts_with(|c: char| c.is_ascii_uppercase());
        names_code(before) || (is_http && (has_reason || answers(before)))
    }
}

/// Nothing happened: 0, or HTTP's 1xx to 3xx (RFC 9110 §15.2 to §15.4).
fn is_success(number: &str) -> bool {
    number == "0" || (number.len() == 3 && matches!(number.as_bytes()[0], b'1'..=b'3'))
}

/// Digits of a code at most; what is longer is an id.
const LONGEST_CODE: usize = 6;

/// `status`, `exitCode`, `errno`, `HTTP`.
fn names_code(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["status", "code", "error", "errno", "sqlstate", "http", "signal"].iter().any(|end| word.ends_with(end))
}

/// A verb of a reply: `answered 503`.
fn answers(word: &str) -> bool {
    ["answered", "returned", "responded", "replied", "received", "got", "with"].contains(&word)
}

/// Units that follow from the size of a number: of time and of bytes.
fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 38] = [
        "B",
        "KB",
        "kB",
        "MB",
        "GB",
        "TB",
        "PB",
        "KiB",
        "MiB",
        "GiB",
        "TiB",
        "ns",
        "us",
        "µs",
        "ms",
        "s",
        "msec",
        "msecs",
        "sec",
        "secs",
        "second",
        "seconds",
        "millisecond",
        "milliseconds",
        "min",
        "mins",
        "minute",
        "minutes",
        "h",
        "hr",
        "hrs",
        "hour",
        "hours",
        "d",
        "day",
        "days",
        "%",
        "ticks",
    ];
    word.len() <= 12 && UNITS.contains(&word)
}
