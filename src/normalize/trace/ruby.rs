//! Ruby.
//!
//! ```text
//! app/models/cart.rb:12:in `total': undefined method `price' for nil (NoMethodError)
//!     from app/controllers/carts_controller.rb:7:in `show'
//! ```
//! From 3.4 on the quote is straight and names the class: `in 'Cart#total'`.

use super::block::{Block, MAX_CAUSES, Role};
use super::head;
use super::lines::{leading_number, some};
use super::{Frame, Language};

pub(super) const EXTENSIONS: [&str; 5] = [".rb:", ".erb:", ".rake:", ".ru:", ".haml:"];

/// A cause follows what it caused, and begins with a place and a head like the first.
pub(super) fn parse(lines: &[&str]) -> Vec<Block> {
    let mut blocks = vec![Block::new(Role::Thrown, None)];
    let mut before: Vec<&str> = Vec::new();
    for line in lines {
        let trimmed = line.trim();
        let Some(frame) = frame(trimmed) else {
            if blocks.iter().all(|block| block.frames.is_empty()) {
                before.push(line);
            }
            continue;
        };
        let raised = if trimmed.starts_with("from ") { None } else { raised(trimmed) };
        if raised.is_some() && blocks.iter().any(|block| !block.frames.is_empty()) {
            if blocks.len() > MAX_CAUSES {
                break;
            }
            blocks.push(Block::new(Role::Cause, Some(blocks.len() - 1)));
        }
        let Some(block) = blocks.last_mut() else { break };
        if let Some(head) = raised {
            (block.exception_type, block.message) = head;
        }
        block.frames.push(frame);
    }
    if blocks[0].exception_type.is_empty() && !blocks[0].frames.is_empty() {
        (blocks[0].exception_type, blocks[0].message) = logged(&before);
    }
    blocks
}

/// Class and message of `` cart.rb:12:in `total': no price (NoMethodError) ``.
fn raised(line: &str) -> Option<(String, String)> {
    let (_, rest) = line.split_once("': ")?;
    let (message, class) = rest.strip_suffix(')')?.rsplit_once(" (")?;
    let plain = class.chars().all(|c| c.is_alphanumeric() || c == ':' || c == '_');
    (plain && class.starts_with(char::is_uppercase)).then(|| (class.to_owned(), message.to_owned()))
}

/// What a logger prints before the frames: `NoMethodError (no price):`, else as other languages do.
fn logged(lines: &[&str]) -> (String, String) {
    let rails = lines.iter().find_map(|line| {
        let (class, message) = line.trim().strip_suffix("):")?.split_once(" (")?;
        class.ends_with("Error").then(|| (class.rsplit(' ').next().unwrap_or(class).to_owned(), message.to_owned()))
    });
    rails.unwrap_or_else(|| head::of_lines(lines))
}

fn frame(line: &str) -> Option<Frame> {
    let line = line.strip_prefix("from ").unwrap_or(line);
    let (file, rest) = location(line)?;
    let (number, rest) = leading_number(rest)?;
    let (module, function) = rest.strip_prefix(":in ").map_or((None, None), name);
    Some(Frame { file: some(file), module, function, line: Some(number), language: Language::Ruby })
}

/// The path (with a known extension, or internal to the VM) and what follows its colon.
fn location(line: &str) -> Option<(&str, &str)> {
    if line.starts_with("<internal:") {
        let end = line.find(">:")? + 1;
        return Some((&line[..end], &line[end + 1..]));
    }
    let end = EXTENSIONS.iter().filter_map(|extension| Some(line.find(extension)? + extension.len())).min()?;
    let file = &line[..end - 1];
    (!file.contains(char::is_whitespace) && !file.contains('"')).then(|| (file, &line[end..]))
}

/// Class and method of `` `block in total' `` or `'Cart#total'`.
fn name(text: &str) -> (Option<String>, Option<String>) {
    let Some(inner) = text.strip_prefix(['`', '\'']) else { return (None, None) };
    let inner = inner.split('\'').next().unwrap_or(inner);
    let inner = inner.rsplit(" in ").next().unwrap_or(inner);
    match inner.rfind(['#', '.']) {
        Some(at) => (some(&inner[..at]), some(&inner[at + 1..])),
        None => (None, some(inner)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{frames, parse};

    #[test]
    fn old_and_new_forms_are_read() {
        let text = "app/models/cart.rb:12:in `block in total': undefined method (NoMethodError)\n\tfrom <internal:kernel>:187:in `loop'\n\tfrom app/x.rb:7:in 'Carts::Api#show'\n\tfrom bin/run.rb:3";
        let shown: Vec<_> = frames(text).iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "total (app/models/cart.rb:12)",
                "loop (<internal:kernel>:187)",
                "Carts::Api.show (app/x.rb:7)",
                "? (bin/run.rb:3)"
            ]
        );
    }

    #[test]
    fn heads_and_causes_are_read() {
        let text = "a.rb:5:in `rescue in f': outer: x (Shop::CartError)\n\tfrom a.rb:2:in `f'\nb.rb:3:in 'Cart#g': divided by 0 (ZeroDivisionError)\n\tfrom a.rb:2:in `f'";
        let trace = parse(text);
        let told: Vec<_> = trace.blocks.iter().map(|b| (b.exception_type.as_str(), b.message.as_str())).collect();
        assert_eq!(told, [("Shop::CartError", "outer: x"), ("ZeroDivisionError", "divided by 0")]);
        assert_eq!((trace.chain(), trace.blocks[1].frames.len()), (vec![0, 1], 2));
        let rails = "[7c9e] NoMethodError (no price):\n\napp/models/cart.rb:12:in `total'";
        assert_eq!(parse(rails).blocks[0].exception_type, "NoMethodError");
    }
}
