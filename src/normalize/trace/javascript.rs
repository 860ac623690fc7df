//! JavaScript: V8 (Node, Chrome), and the `name@file:line:column` of Firefox and Safari.
//!
//! ```text
//! TypeError: Cannot read properties of undefined (reading 'price')
//!     at Cart.total [as sum] (/app/src/cart.js:12:9)
//!     at async /app/src/api.js:7:3
//!   [cause]: Error: …
//! ```

use super::block::{Block, MAX_CAUSES, Role};
use super::head;
use super::lines::{has_extension, some, split_line_number};
use super::{Frame, Language};

pub(super) fn parse(lines: &[&str]) -> Vec<Block> {
    let mut blocks = vec![Block::new(Role::Thrown, None)];
    let mut before: Vec<&str> = Vec::new();
    for line in lines {
        let trimmed = line.trim();
        let first = blocks.len() == 1;
        let Some(block) = blocks.last_mut() else { break };
        if let Some(rest) = trimmed.strip_prefix("[cause]: ").or_else(|| trimmed.strip_prefix("Caused by: ")) {
            if blocks.len() > MAX_CAUSES {
                break;
            }
            let parent = Some(blocks.len() - 1);
            blocks.push(Block::new(Role::Cause, parent).with_head(head::read_marked(rest)));
        } else if let Some(frame) = v8(trimmed).or_else(|| gecko(trimmed)) {
            block.frames.push(frame);
        } else if block.frames.is_empty() {
            if first {
                before.push(line);
            } else {
                block.say(trimmed);
            }
        }
    }
    if !blocks[0].frames.is_empty() {
        (blocks[0].exception_type, blocks[0].message) = head::of_lines(&before);
    }
    blocks
}

fn v8(line: &str) -> Option<Frame> {
    let call = line.strip_prefix("at ")?;
    let call = call.strip_prefix("async ").unwrap_or(call).trim_end_matches(" {");
    if let Some((name, place)) = call.strip_suffix(')').and_then(|inner| inner.split_once(" (")) {
        let known = ["<anonymous>", "native", "index 0"].contains(&place);
        let (file, line) = match location(place) {
            Some((file, line)) => (some(file), Some(line)),
            None if known => (None, None),
            None => return None,
        };
        let (module, function) = names(name);
        return Some(Frame { file, module, function, line, language: Language::JavaScript });
    }
    let (file, line) = location(call)?;
    Some(Frame { file: some(file), module: None, function: None, line: Some(line), language: Language::JavaScript })
}

fn gecko(line: &str) -> Option<Frame> {
    let (name, place) = line.split_once('@')?;
    if name.contains(char::is_whitespace) {
        return None;
    }
    let (file, line) = location(place)?;
    let (module, function) = names(name.trim_end_matches("/<"));
    Some(Frame { file: some(file), module, function, line: Some(line), language: Language::JavaScript })
}

/// File and line of `file:line:column`; for code made by `eval` the place that evaluated it.
fn location(text: &str) -> Option<(&str, u32)> {
    let text = match text.rfind(" (") {
        Some(at) if text.starts_with("eval at ") => text[at + 2..].split(')').next().unwrap_or(text),
        _ => text,
    };
    let (head, _column) = split_line_number(text)?;
    let (file, line) = split_line_number(head)?;
    // Other runtimes' places also end in two numbers; a blank in a path is only possible where a folder has one.
    (!file.is_empty()
        && !has_extension(file, "rs")
        && (!file.contains(' ') || file.contains('/') || file.contains('\\')))
    .then_some((file, line))
}

/// Receiver and function of `new Cart`, `Cart.total [as sum]`, `Object.<anonymous>`.
fn names(name: &str) -> (Option<String>, Option<String>) {
    let name = name.split(" [as ").next().unwrap_or(name);
    let name = name.strip_prefix("new ").unwrap_or(name);
    match name.rsplit_once('.') {
        Some((module, "<anonymous>")) => (some(module), None),
        Some((module, function)) => (some(module), some(function)),
        None if name == "<anonymous>" => (None, None),
        None => (None, some(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{frames, parse};

    #[test]
    fn every_form_of_a_frame() {
        for (line, expected) in [
            ("    at Cart.total [as sum] (/app/src/cart.js:12:9)", "Cart.total (/app/src/cart.js:12)"),
            ("at async /app/src/api.js:7:3", "? (/app/src/api.js:7)"),
            ("at new Cart (webpack:///./src/cart.ts:3:1)", "Cart (webpack:///./src/cart.ts:3)"),
            ("at Object.<anonymous> (C:\\app\\a.js:1:2)", "Object (C:\\app\\a.js:1)"),
            ("at Array.forEach (<anonymous>)", "Array.forEach"),
            ("at eval (eval at run (/app/x.js:5:1), <anonymous>:1:1)", "eval (/app/x.js:5)"),
            ("total@https://shop.example/cart.js:12:9", "total (https://shop.example/cart.js:12)"),
            (
                "at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
                "process.processTicksAndRejections (node:internal/process/task_queues:95)",
            ),
        ] {
            let frames = frames(line);
            assert_eq!(frames.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{line}");
        }
    }

    #[test]
    fn causes_are_followed() {
        let text = "TypeError: a\n    at f (/app/a.js:1:2) {\n  [cause]: RangeError: b\n      at g (/app/b.js:3:4)\n}";
        let trace = parse(text);
        let told: Vec<_> = trace.blocks.iter().map(|b| (b.exception_type.as_str(), b.message.as_str())).collect();
        assert_eq!(told, [("TypeError", "a"), ("RangeError", "b")]);
        assert_eq!(trace.chain(), [0, 1]);
    }
}
