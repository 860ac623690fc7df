//! .NET.
//!
//! ```text
//! System.NullReferenceException: Object reference not set
//!    at Shop.Cart.Total(Int32 id) in C:\src\Shop\Cart.cs:line 12
//!    --- End of inner exception stack trace ---
//!    at Shop.Api.Get()
//! ```
//! Inner exceptions are printed first, so the order of the text is already the root cause first. Compiler-made names are undone:
//! `Shop.Cart.<TotalAsync>d__5.MoveNext()` is `Shop.Cart.TotalAsync`.

use super::block::{Block, MAX_CAUSES, Role};
use super::head;
use super::lines::{number, some};
use super::{Frame, Language};

/// Stands after the frames of an inner exception, before those of the one that wraps it.
const INNER_ENDS: &str = "--- End of inner exception stack trace ---";

/// The heads say `outer ---> inner ---> innermost`, the frames follow from the innermost outwards.
pub(super) fn parse(lines: &[&str]) -> Vec<Block> {
    let mut before: Vec<&str> = Vec::new();
    let mut groups: Vec<Vec<Frame>> = vec![Vec::new()];
    let mut found = false;
    for line in lines {
        let line = line.trim();
        if line.contains(INNER_ENDS) {
            if groups.len() > MAX_CAUSES {
                break;
            }
            groups.push(Vec::new());
        } else if let (Some(frame), Some(group)) = (frame(line), groups.last_mut()) {
            group.push(frame);
            found = true;
        } else if !found {
            before.push(line);
        }
    }
    let mut heads: Vec<Block> = Vec::new();
    for line in before.into_iter().filter(|_| found) {
        read_heads(line, &mut heads);
    }
    pair(heads, groups)
}

/// One line's `outer: a ---> inner: b`; a new version of .NET breaks the line before the arrow.
fn read_heads(line: &str, heads: &mut Vec<Block>) {
    for (at, part) in line.split("---> ").enumerate() {
        let (part, arrow) = (part.trim(), at > 0 || line.starts_with("---> "));
        if part.is_empty() || heads.len() > MAX_CAUSES {
            continue;
        }
        let opens = if arrow { Some(head::read_marked(part)) } else { head::read(part).filter(|_| heads.is_empty()) };
        if let Some(head) = opens {
            heads.push(Block::new(Role::Thrown, None).with_head(head));
        } else if let Some(last) = heads.last_mut() {
            last.say(part);
        }
    }
}

/// The last group of frames is the outermost exception's.
fn pair(heads: Vec<Block>, groups: Vec<Vec<Frame>>) -> Vec<Block> {
    let mut heads = heads.into_iter();
    let blocks = groups.into_iter().rev().enumerate().map(|(at, frames)| {
        let role = if at == 0 { Role::Thrown } else { Role::Cause };
        let head = heads.next().unwrap_or_else(|| Block::new(role, None));
        Block { frames, role, parent: at.checked_sub(1), ..head }
    });
    blocks.collect()
}

fn frame(line: &str) -> Option<Frame> {
    let call = line.strip_prefix("at ")?;
    let open = call.find('(')?;
    let close = open + call[open..].find(')')?;
    let after = call[close + 1..].trim();
    let (file, line) = if after.is_empty() { (None, None) } else { location(after)? };
    let arguments = &call[open + 1..close];
    if file.is_none() && !plausible_arguments(arguments) {
        return None;
    }
    let name = call[..open].trim_end();
    if name.contains(char::is_whitespace) || name.contains('/') {
        return None;
    }
    let (module, function) = undo_compiler(name)?;
    Some(Frame { file, module: some(&module), function: some(&function), line, language: Language::DotNet })
}

/// `in C:\src\Cart.cs:line 12`.
fn location(text: &str) -> Option<(Option<String>, Option<u32>)> {
    let (file, line) = text.strip_prefix("in ")?.rsplit_once(":line ")?;
    Some((some(file), number(line)))
}

/// Nothing, or `Int32 id, String name`: a type, a blank and a name each; a JVM's or V8's location is none of these.
fn plausible_arguments(text: &str) -> bool {
    text.is_empty()
        || text.split(", ").all(|argument| {
            argument.split_once(' ').is_some_and(|(kind, name)| !kind.is_empty() && !name.contains(':'))
                && !["Native Method", "Unknown Source"].contains(&argument)
        })
}

/// Module and function, with async state machines and lambdas given back to the method they were written in.
fn undo_compiler(name: &str) -> Option<(String, String)> {
    if let Some((open, close)) = written_in(name) {
        // `Shop.Cart.<>c__DisplayClass5_0.<Run>b__0`: the class that holds what a lambda captured.
        let class = name[..open].split(['.', '+']).take_while(|part| !part.starts_with("<>c"));
        let module = class.collect::<Vec<_>>().join(".");
        return Some((module.trim_end_matches('.').to_owned(), name[open + 1..close].to_owned()));
    }
    let (module, function) = name.rsplit_once('.')?;
    let function = function.split(['[', '`']).next().unwrap_or(function);
    let module = module.trim_end_matches('.');
    (!module.is_empty()).then(|| (module.to_owned(), function.to_owned()))
}

/// Where `<Run>` stands in a name that the compiler made.
fn written_in(name: &str) -> Option<(usize, usize)> {
    name.match_indices('<').find_map(|(open, _)| {
        let close = open + name[open..].find('>')?;
        (close > open + 1).then_some((open, close))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{frames, parse};

    #[test]
    fn every_form_of_a_frame() {
        for (line, expected) in [
            ("   at Shop.Cart.Total(Int32 id) in C:\\src\\Cart.cs:line 12", "Shop.Cart.Total (C:\\src\\Cart.cs:12)"),
            ("   at Shop.Cart.Total()", "Shop.Cart.Total"),
            ("at System.Linq.Enumerable.First[T](IEnumerable`1 source)", "System.Linq.Enumerable.First"),
            (
                "at Shop.Cart.<TotalAsync>d__5.MoveNext() in /app/Cart.cs:line 7",
                "Shop.Cart.TotalAsync (/app/Cart.cs:7)",
            ),
            (
                "at Shop.Cart.<>c__DisplayClass5_0.<Run>b__0(Item x) in /app/Cart.cs:line 7",
                "Shop.Cart.Run (/app/Cart.cs:7)",
            ),
            ("at Shop.Cart.<>c.<Run>b__1_0(Item x) in /app/Cart.cs:line 7", "Shop.Cart.Run (/app/Cart.cs:7)"),
            ("at Shop.Cart.<Run>g__Local|5_0() in /app/Cart.cs:line 7", "Shop.Cart.Run (/app/Cart.cs:7)"),
            ("at Shop.Cart..ctor(String a, Int32 b) in /app/Cart.cs:line 3", "Shop.Cart.ctor (/app/Cart.cs:3)"),
        ] {
            let frames = frames(line);
            assert_eq!(frames.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{line}");
        }
    }

    #[test]
    fn inner_exceptions_come_first_as_printed() {
        let text = "S.XException: a ---> S.YException: b\n   at S.Y.Inner() in a.cs:line 1\n   --- End of inner exception stack trace ---\n   at S.X.Outer() in b.cs:line 2";
        let functions: Vec<_> = frames(text).into_iter().filter_map(|f| f.function).collect();
        assert_eq!(functions, ["Inner", "Outer"]);
        for text in [text, &text.replace(" --->", "\n --->")] {
            let blocks = parse(text).blocks;
            let told: Vec<_> =
                blocks.iter().map(|b| (b.exception_type.as_str(), b.message.as_str(), b.frames.len())).collect();
            assert_eq!(told, [("S.XException", "a", 1), ("S.YException", "b", 1)], "{text}");
        }
    }
}
