//! Rust: the panic's own place, then the backtrace.
//!
//! ```text
//! thread 'main' panicked at src/cart.rs:12:9:
//! index out of bounds
//! stack backtrace:
//!    0: core::panicking::panic_bounds_check
//!              at /rustc/abc/library/core/src/panicking.rs:208:5
//!    1: shop::cart::total
//!              at ./src/cart.rs:12:9
//! ```

use super::lines::{has_extension, leading_number, some, split_line_number};
use super::{Frame, Language, flatten};

pub(super) fn parse(lines: &[&str]) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut named = false;
    for line in lines {
        let line = line.trim();
        if let Some((file, number)) = panicked_at(line) {
            frames.push(frame(None, None, Some(file), Some(number)));
        } else if let Some((module, function)) = numbered(line) {
            frames.push(frame(module, function, None, None));
            named = true;
        } else if let (true, Some((file, number)), Some(last)) =
            (named, line.strip_prefix("at ").and_then(place), frames.last_mut())
        {
            (last.file, last.line) = (Some(file), Some(number));
            named = false;
        }
    }
    flatten([frames])
}

fn frame(module: Option<String>, function: Option<String>, file: Option<String>, line: Option<u32>) -> Frame {
    Frame { file, module, function, line, language: Language::Rust }
}

/// `thread 'main' panicked at src/cart.rs:12:9:`, or the older `panicked at 'message', src/cart.rs:12:9`.
fn panicked_at(line: &str) -> Option<(String, u32)> {
    let (_, rest) = line.split_once("panicked at ")?;
    let rest = rest.trim_end_matches(':');
    place(rest.rsplit(", ").next().unwrap_or(rest))
}

/// `./src/cart.rs:12:9`.
fn place(text: &str) -> Option<(String, u32)> {
    let (file, line) = match split_line_number(text)? {
        (head, last) if has_extension(head, "rs") => (head, last),
        (head, _) => split_line_number(head)?,
    };
    (has_extension(file, "rs") && !file.contains(char::is_whitespace)).then(|| (file.to_owned(), line))
}

/// `1: shop::cart::total::h0123456789abcdef`.
fn numbered(line: &str) -> Option<(Option<String>, Option<String>)> {
    let (_, rest) = leading_number(line)?;
    let name = rest.strip_prefix(": ")?.trim_start();
    // Old forms print the address first.
    let name = if name.starts_with("0x") { name.split_once(" - ")?.1 } else { name };
    if !name.contains("::") && !name.starts_with(['_', 'm', 'r']) || name.contains(": ") {
        return None;
    }
    let parts = path_parts(name);
    let last = parts.iter().rposition(|part| !part.starts_with("{{") && !is_hash(part))?;
    Some((some(&parts[..last].join("::")), some(parts[last])))
}

/// The parts between `::` outside of `<…>`.
fn path_parts(name: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'<' => depth += 1,
            b'>' => depth -= 1,
            b':' if depth <= 0 && bytes.get(at + 1) == Some(&b':') => {
                parts.push(&name[start..at]);
                at += 1;
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&name[start..]);
    parts
}

fn is_hash(part: &str) -> bool {
    part.len() == 17 && part.starts_with('h') && part[1..].bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn a_panic_with_a_backtrace_is_read() {
        let text = "thread 'main' panicked at src/cart.rs:12:9:\nboom\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/abc/library/std/src/panicking.rs:665:5\n   1: shop::cart::total::{{closure}}::h0123456789abcdef\n             at ./src/cart.rs:12:9\n   2: <shop::Cart as shop::Sum>::sum\n             at ./src/lib.rs:3:1\n   3: main\n";
        let shown: Vec<_> = parse(text).iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "? (src/cart.rs:12)",
                "rust_begin_unwind (/rustc/abc/library/std/src/panicking.rs:665)",
                "shop::cart::total (./src/cart.rs:12)",
                "<shop::Cart as shop::Sum>::sum (./src/lib.rs:3)",
                "main",
            ]
        );
    }

    #[test]
    fn the_panic_line_alone_is_a_frame() {
        for text in ["thread 't' panicked at src/a.rs:7:5:\nx", "thread 't' panicked at 'x, y', src/a.rs:7:5"] {
            assert_eq!(parse(text)[0].to_string(), "? (src/a.rs:7)");
        }
    }
}
