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

use super::block::{Block, MAX_CAUSES, Role};
use super::lines::{has_extension, leading_number, some, split_line_number};
use super::{Frame, Language};

pub(super) fn parse(lines: &[&str]) -> Vec<Block> {
    let mut reader = Reader { blocks: vec![Block::new(Role::Thrown, None)], ..Reader::default() };
    for line in lines.iter().map(|line| line.trim()) {
        let taken = reader.cause(line) || reader.frame(line) || reader.head(line);
        reader.fresh_panic &= taken;
    }
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// The last frame has a name, and waits for its place.
    named: bool,
    /// Between `Caused by:` and the next blank line: anyhow's and eyre's list of causes.
    causes: bool,
    /// The line before was `… panicked at …:`, and this one is the message.
    fresh_panic: bool,
}

impl Reader {
    /// A line of the list of causes: `0: middle`, or the only one, unnumbered.
    fn cause(&mut self, line: &str) -> bool {
        if line == "Caused by:" {
            self.causes = true;
            return true;
        }
        self.causes &= !line.is_empty() && !line.starts_with("Stack backtrace") && self.blocks.len() <= MAX_CAUSES;
        if !self.causes {
            return false;
        }
        let numbered = leading_number(line).and_then(|(_, rest)| rest.strip_prefix(": "));
        let message = numbered.unwrap_or(line).trim();
        match self.blocks.last_mut() {
            Some(last) if numbered.is_none() && last.role == Role::Cause => last.say(message),
            _ => {
                let parent = Some(self.blocks.len() - 1);
                let head = (String::new(), message.to_owned());
                self.blocks.push(Block::new(Role::Cause, parent).with_head(head));
            }
        }
        true
    }

    /// All frames are the first block's: causes have none.
    fn frame(&mut self, line: &str) -> bool {
        let frames = &mut self.blocks[0].frames;
        if let Some((file, number)) = panicked_at(line) {
            frames.push(frame(None, None, Some(file), Some(number)));
            self.fresh_panic = true;
            self.panicked(line);
        } else if let Some((module, function)) = numbered(line) {
            frames.push(frame(module, function, None, None));
            self.named = true;
            self.fresh_panic = false;
        } else if let (true, Some((file, number)), Some(last)) =
            (self.named, line.strip_prefix("at ").and_then(place), frames.last_mut())
        {
            (last.file, last.line) = (Some(file), Some(number));
            self.named = false;
        } else {
            return false;
        }
        true
    }

    /// Old forms print the message in quotes before the place.
    fn panicked(&mut self, line: &str) {
        let block = &mut self.blocks[0];
        if block.exception_type.is_empty() {
            "panic".clone_into(&mut block.exception_type);
            let quoted = line.split_once("panicked at '").and_then(|(_, rest)| rest.rsplit_once("', "));
            block.message = quoted.map(|(message, _)| message.to_owned()).unwrap_or_default();
        }
    }

    /// The message of a panic, or `Error: message` of a `main` that returned it.
    fn head(&mut self, line: &str) -> bool {
        let block = &mut self.blocks[0];
        let error = line.strip_prefix("Error: ").filter(|_| block.exception_type.is_empty());
        if let Some(message) = error {
            (block.exception_type, block.message) = ("Error".to_owned(), message.to_owned());
        } else if self.fresh_panic && block.message.is_empty() {
            line.clone_into(&mut block.message);
        }
        false
    }
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
    let last = parts.iter().rposition(|part| !part.starts_with('{') && !is_hash(part))?;
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
    use super::super::{Role, frames, parse};

    #[test]
    fn a_panic_with_a_backtrace_is_read() {
        let text = "thread 'main' panicked at src/cart.rs:12:9:\nboom\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/abc/library/std/src/panicking.rs:665:5\n   1: shop::cart::total::{{closure}}::h0123456789abcdef\n             at ./src/cart.rs:12:9\n   2: <shop::Cart as shop::Sum>::sum\n             at ./src/lib.rs:3:1\n   3: main\n";
        let shown: Vec<_> = frames(text).iter().map(ToString::to_string).collect();
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
            assert_eq!(frames(text)[0].to_string(), "? (src/a.rs:7)");
        }
    }

    #[test]
    fn panics_tell_their_message() {
        for text in ["thread 't' panicked at src/a.rs:7:5:\nx, y", "thread 't' panicked at 'x, y', src/a.rs:7:5"] {
            let block = &parse(text).blocks[0];
            assert_eq!((block.exception_type.as_str(), block.message.as_str()), ("panic", "x, y"));
        }
    }

    #[test]
    fn causes_of_a_returned_error_are_listed() {
        let text = "Error: outer\n\nCaused by:\n    0: middle\n    1: root::a\n\nStack backtrace:\n   0: shop::f\n             at ./src/a.rs:3:1\n";
        let trace = parse(text);
        let told: Vec<_> = trace.blocks.iter().map(|b| (b.message.as_str(), b.role, b.frames.len())).collect();
        assert_eq!(told, [("outer", Role::Thrown, 1), ("middle", Role::Cause, 0), ("root::a", Role::Cause, 0)]);
        assert_eq!(trace.chain(), [0, 1, 2]);
    }
}
