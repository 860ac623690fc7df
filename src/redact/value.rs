//! The value that stands beside a name.

use std::ops::Range;

/// Words that stand where a value would, and name none.
const NO_VALUES: [&str; 43] = [
    "null",
    "nil",
    "none",
    "true",
    "false",
    "undefined",
    "empty",
    "missing",
    "required",
    "optional",
    "invalid",
    "expired",
    "redacted",
    "masked",
    "hidden",
    "filtered",
    "str",
    "string",
    "&str",
    "bytes",
    "byte[]",
    "char[]",
    "bool",
    "boolean",
    "int",
    "number",
    "any",
    "object",
    "new",
    "self",
    "this",
    "yes",
    "no",
    "must",
    "should",
    "cannot",
    "not",
    "is",
    "was",
    "has",
    "the",
    "wrong",
    "incorrect",
];

/// Longest list of values, in bytes.
const MAX_LIST: usize = 1024;
/// From here on an unquoted value is secret beside any name, in bytes: neither a word nor a name is so long, and nothing is read twice.
pub(super) const MAX_WORD: usize = 512;

/// A value as it is written.
pub(super) struct Value {
    /// Without its quotes.
    pub range: Range<usize>,
    pub quoted: bool,
}

/// The value that begins at `at`: to its closing quote, or to where an unquoted one ends. `None`: there is none.
pub(super) fn read(text: &str, at: usize) -> Option<Value> {
    let rest = &text[at..];
    // A list; `[u8; 32]` is a type.
    if rest.starts_with('[') {
        let near = &rest[..rest.floor_char_boundary(MAX_LIST)];
        let end = near.find([']', '\n']).filter(|end| *end > 1 && !near[..*end].contains(';'))?;
        return Some(Value { range: at + 1..at + end, quoted: true });
    }
    // A quote within JSON within JSON has its backslashes before it.
    let slashes = rest.bytes().take(8).take_while(|b| *b == b'\\').count();
    let prefix = slashes + rest[slashes..].bytes().take(2).take_while(|b| b"bfr@$".contains(b)).count();
    let opening = [slashes, prefix].into_iter().find(|&n| rest[n..].starts_with(['"', '\'', '`']));
    let (start, end, quoted) = match opening {
        Some(before) => {
            let quote = rest.as_bytes()[before];
            let triple = rest.as_bytes()[before..].iter().take(3).filter(|b| **b == quote).count() == 3;
            let inner = before + if triple { 3 } else { 1 };
            let end = closing(&rest[inner..], quote, slashes);
            (at + inner, at + inner + end, true)
        }
        None => (at, at + unquoted(rest), false),
    };
    (end > start).then_some(Value { range: start..end, quoted })
}

/// Bytes before the closing quote, which has as many backslashes before it as the opening one; or before the line's end.
fn closing(rest: &str, quote: u8, slashes: usize) -> usize {
    let mut run = 0;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'\n' => return at,
            b'\\' => run += 1,
            _ if byte == quote && run <= slashes => return at - run,
            _ => run = 0,
        }
    }
    rest.len()
}

/// Bytes of a value without quotes: to a blank or a quote, or to a separator that another name, a blank or the end follows.
fn unquoted(rest: &str) -> usize {
    for (at, c) in rest.char_indices() {
        let separates = match c {
            c if c.is_whitespace() => true,
            '"' | '\'' | '`' | '<' | '>' => true,
            '\\' => rest[at + 1..].starts_with(['"', '\'', 'n', 'r', 't', '\\']),
            ',' | ';' | '&' | ')' | ']' | '}' | '|' => begins_another(&rest[at + 1..]),
            _ => false,
        };
        if separates {
            return at;
        }
    }
    rest.len()
}

/// Whether a new item of a list begins, or nothing.
fn begins_another(rest: &str) -> bool {
    let name = rest.bytes().take(64).take_while(|b| b.is_ascii_alphanumeric() || b"_.-[]".contains(b)).count();
    match rest[name..].chars().next() {
        None => true,
        Some('=' | ':') => name > 0,
        Some(c) => name == 0 && (c.is_whitespace() || ",;&)]}|\"'`<>\\".contains(c)),
    }
}

/// Whether a value only stands for one: a word of `NO_VALUES`, a variable, a placeholder, stars.
pub(super) fn is_placeholder(value: &str) -> bool {
    let bare = value.trim_matches(|c: char| c.is_whitespace() || ",;)(".contains(c));
    let variable = bare.starts_with('$') && !bare[1..].starts_with(|c: char| c.is_ascii_digit());
    let wrapped = [("{", "}"), ("<", ">"), ("[", "]"), ("%", "%"), ("#{", "}"), ("⟦", "⟧")];
    let wrapped = wrapped.iter().any(|(open, close)| {
        let inner = bare.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inner.is_some_and(|inner| inner.bytes().all(|b| b.is_ascii_alphabetic() || b" ._-*{}:%".contains(&b)))
    });
    bare.is_empty()
        || NO_VALUES.iter().any(|word| word.eq_ignore_ascii_case(bare))
        || bare.chars().all(|c| "*•xX.…-_#?=!".contains(c))
        || matches!(bare, "%s" | "%d" | "%v" | "%q" | "%r" | "{}" | "%w" | "%x")
        || (variable
            && bare.len() <= 64
            && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"${}_.:()-".contains(&b)))
        || wrapped
}

/// Whether an unquoted value is an expression of a program: a call, an index, a path of names.
pub(super) fn is_code(value: &str, after: &str) -> bool {
    let path = value.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_.:$!?&*@".contains(b)).count();
    let name = value.trim_start_matches(['&', '*', '!', '@', '(']);
    // `&[u8]`, `&dyn Key`, `&'static str`.
    let reference = name.len() < value.len() && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    if reference || name.starts_with('[') && name.len() < value.len() {
        return true;
    }
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let next = value[path..].chars().next().or_else(|| after.chars().next());
    let call = starts && path > 0 && matches!(next, Some('(' | '[' | '{'));
    let generic = starts && matches!(next, Some('<'));
    let members = starts && path == value.len() && value.contains("::") || is_member(name);
    call || generic || members
}

/// `config.password`, `this.token`, `request.headers.token`.
fn is_member(name: &str) -> bool {
    name.contains('.')
        && name.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
        })
}
