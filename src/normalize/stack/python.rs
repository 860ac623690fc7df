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

use super::lines::{leading_number, some};
use super::{Frame, Language, MAX_CAUSES, MAX_FRAMES, flatten};

const CHAINED: [&str; 2] =
    ["During handling of the above exception", "The above exception was the direct cause of the following exception"];

pub(super) fn parse(lines: &[&str]) -> Vec<Frame> {
    let mut blocks: Vec<Vec<Frame>> = vec![Vec::new()];
    for line in lines {
        // Exception groups draw a tree before their tracebacks.
        let line = line.trim_start_matches([' ', '\t', '|', '+', '-']).trim_end();
        if CHAINED.iter().any(|start| line.starts_with(start)) {
            if blocks.len() > MAX_CAUSES {
                break;
            }
            blocks.push(Vec::new());
        } else if let (Some(frame), Some(block)) =
            (traceback_frame(line).or_else(|| pytest_frame(line)), blocks.last_mut())
        {
            block.push(frame);
        }
    }
    flatten(blocks.into_iter().map(|block| block.into_iter().rev().take(MAX_FRAMES).collect()))
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
    use super::super::parse;

    fn shown(text: &str) -> Vec<String> {
        parse(text).iter().map(ToString::to_string).collect()
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
}
