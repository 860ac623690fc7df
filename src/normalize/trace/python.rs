//! Python: tracebacks, chained and grouped ones, and pytest's short and long forms.
//!
//! ```text
//! Traceback (most recent call last):
//!   File "/app/shop/cart.py", line 12, in total
//!     return item.price
//! AttributeError: 'NoneType' object has no attribute 'price'
//!
//! During handling of the above exception, another exception occurred:
//! ```
//! Python prints the most recent call last and the root cause first; pytest prints `shop/cart.py:12: in total`.

use super::block::{Block, MAX_CAUSES, Role};
use super::head;
use super::lines::{leading_number, some};
use super::{Frame, Language};

const CHAINED: [&str; 2] =
    ["During handling of the above exception", "The above exception was the direct cause of the following exception"];

/// One traceback as printed: oldest call first, the head at the end.
#[derive(Default)]
struct Printed {
    frames: Vec<Frame>,
    head: Option<(String, String)>,
}

pub(super) fn parse(lines: &[&str]) -> Vec<Block> {
    // Each link of the chain with the members of the group that it raised.
    let mut chain = vec![vec![Printed::default()]];
    let mut count = 1;
    for line in lines {
        let text = undrawn(line);
        let chained = CHAINED.iter().any(|start| text.trim_start().starts_with(start));
        if chained || is_member(line) {
            if count > MAX_CAUSES {
                break;
            }
            count += 1;
            match chain.last_mut() {
                Some(link) if !chained => link.push(Printed::default()),
                _ => chain.push(vec![Printed::default()]),
            }
        } else if let Some(printed) = chain.last_mut().and_then(|link| link.last_mut()) {
            printed.read(text);
        }
    }
    outermost_first(chain)
}

impl Printed {
    /// A frame, or the head, which stands flush after the last frame.
    fn read(&mut self, text: &str) {
        let bare = text.trim();
        if let Some(frame) = traceback_frame(bare).or_else(|| pytest_frame(bare)) {
            self.frames.push(frame);
            self.head = None;
        } else if self.head.is_none() && !self.frames.is_empty() {
            self.head = match bare.strip_prefix("E  ") {
                // As pytest marks it.
                Some(marked) => head::read(marked),
                None if text.starts_with([' ', '\t']) => None,
                None => raised(bare),
            };
        }
    }
}

/// Exception groups draw a tree before the lines of their tracebacks.
fn undrawn(line: &str) -> &str {
    let trimmed = line.trim_start_matches([' ', '+', '-']);
    trimmed.strip_prefix("| ").or_else(|| trimmed.starts_with("Exception Group").then_some(trimmed)).unwrap_or(line)
}

/// The head of a traceback: any class, for nothing else stands there.
fn raised(line: &str) -> Option<(String, String)> {
    let head = head::read_marked(line);
    let last = head.0.rsplit('.').next().unwrap_or_default();
    (last.starts_with(char::is_uppercase) || head.0.contains('.')).then_some(head)
}

/// `+-+---------------- 1 ----------------` or `+---------------- 2 ----------------`.
fn is_member(line: &str) -> bool {
    let number = line.trim().trim_matches(['+', '-', '|', ' ']);
    line.contains("+----") && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// Python prints the root cause first. Of a group, the first member goes for its cause, the others happened beside it.
fn outermost_first(chain: Vec<Vec<Printed>>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut parent = None;
    for (at, link) in chain.into_iter().enumerate().rev() {
        let own = blocks.len();
        for (member, Printed { mut frames, head }) in link.into_iter().enumerate() {
            frames.reverse();
            let role = match (blocks.is_empty(), member) {
                (true, _) => Role::Thrown,
                (_, 0) => Role::Cause,
                (_, 1) if at == 0 => Role::Cause,
                _ => Role::Suppressed,
            };
            let above = if member == 0 { parent } else { Some(own) };
            let block = Block { frames, ..Block::new(role, above) };
            blocks.push(block.with_head(head.unwrap_or_default()));
        }
        parent = Some(own);
    }
    blocks
}

/// `File "cart.py", line 12, in total`.
fn traceback_frame(line: &str) -> Option<Frame> {
    let (file, rest) = line.strip_prefix("File \"")?.split_once("\", line ")?;
    let (number, rest) = leading_number(rest)?;
    let function = rest.strip_prefix(", in ").unwrap_or_default();
    Some(frame(file, number, function))
}

/// `cart.py:12: in total` (calls) or `cart.py:12: ValueError` (where it was raised).
fn pytest_frame(line: &str) -> Option<Frame> {
    let (stem, rest) = line.split_once(".py:")?;
    if stem.is_empty() || stem.contains(char::is_whitespace) || stem.contains(['"', '\'', '(']) {
        return None;
    }
    let (number, rest) = leading_number(rest)?;
    let rest = rest.strip_prefix(':')?.trim_start();
    let function = rest.strip_prefix("in ").unwrap_or_default();
    Some(frame(&format!("{stem}.py"), number, function))
}

fn frame(file: &str, line: u32, function: &str) -> Frame {
    let function = function.split(['(', ' ']).next().unwrap_or_default();
    Frame { file: some(file), module: None, function: some(function), line: Some(line), language: Language::Python }
}

#[cfg(test)]
mod tests {
    use super::super::{Role, frames, parse};

    fn shown(text: &str) -> Vec<String> {
        frames(text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_most_recent_call_comes_first() {
        let text = "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n    run()\n  File \"/app/shop/cart.py\", line 12, in total\n    ~~~~^^^\nAttributeError: x";
        assert_eq!(shown(text), ["total (/app/shop/cart.py:12)", "<module> (/app/main.py:3)"]);
    }

    #[test]
    fn the_root_cause_comes_first() {
        for between in [
            "During handling of the above exception, another exception occurred:",
            "The above exception was the direct cause of the following exception:",
        ] {
            let text = format!(
                "Traceback (most recent call last):\n  File \"a.py\", line 1, in a\nKeyError: 1\n\n{between}\n\nTraceback (most recent call last):\n  File \"m.py\", line 9, in m\n  File \"b.py\", line 2, in b\nX: y"
            );
            assert_eq!(shown(&text), ["a (a.py:1)", "b (b.py:2)", "m (m.py:9)"]);
        }
    }

    #[test]
    fn pytest_and_groups_are_read() {
        assert_eq!(
            shown("shop/cart.py:12: in total\n    return x\nshop/item.py:7: ValueError"),
            ["? (shop/item.py:7)", "total (shop/cart.py:12)"]
        );
        assert_eq!(shown("  | Traceback (most recent call last):\n  |   File \"a.py\", line 1, in f"), ["f (a.py:1)"]);
    }

    #[test]
    fn heads_and_chains_are_read() {
        let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in a\n    raise KeyError(1)\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"m.py\", line 9, in m\n    x()\nshop.errors.CartGone: no\nE: more\n";
        let trace = parse(text);
        let told: Vec<_> =
            trace.blocks.iter().map(|b| (b.exception_type.as_str(), b.message.as_str(), b.role, b.parent)).collect();
        assert_eq!(told, [("shop.errors.CartGone", "no", Role::Thrown, None), ("KeyError", "1", Role::Cause, Some(0))]);
    }

    #[test]
    fn members_of_a_group_are_told_apart() {
        let text = "  + Exception Group Traceback (most recent call last):\n  |   File \"m.py\", line 9, in m\n  |     x()\n  | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | Traceback (most recent call last):\n    |   File \"a.py\", line 1, in a\n    | ValueError: 1\n    +---------------- 2 ----------------\n    | Traceback (most recent call last):\n    |   File \"b.py\", line 1, in b\n    | TypeError: 2\n    +------------------------------------\n";
        let trace = parse(text);
        let told: Vec<_> = trace.blocks.iter().map(|b| (b.exception_type.as_str(), b.role, b.frames.len())).collect();
        assert_eq!(
            told,
            [("ExceptionGroup", Role::Thrown, 1), ("ValueError", Role::Cause, 1), ("TypeError", Role::Suppressed, 1)]
        );
    }
}
