//! Go: panics and goroutine dumps.
//!
//! ```text
//! panic: runtime error: invalid memory address or nil pointer dereference
//!
//! goroutine 1 [running]:
//! github.com/shop/cart.(*Cart).Total(0xc000010000)
//!     /app/cart/cart.go:12 +0x1d
//! created by main.main in goroutine 1
//!     /app/main.go:9 +0x25
//! ```

use super::block::{Block, MAX_CAUSES, Role};
use super::lines::{leading_number, some};
use super::{Frame, Language};

pub(super) fn parse(lines: &[&str]) -> Vec<Block> {
    let mut blocks = vec![Block::new(Role::Thrown, None)];
    let mut before = "";
    for line in lines.iter().map(|line| line.trim()) {
        let Some(block) = blocks.last_mut() else { break };
        if is_goroutine(line) && !block.frames.is_empty() {
            if blocks.len() > MAX_CAUSES {
                break;
            }
            blocks.push(Block::new(Role::Thread, Some(0)));
        } else if let Some((file, number)) = location(line) {
            let (module, function) = call(before);
            block.frames.push(Frame {
                file: some(&file),
                module,
                function,
                line: Some(number),
                language: Language::Go,
            });
        } else if blocks.len() == 1 {
            read_head(line, &mut blocks[0]);
        }
        before = line;
    }
    blocks
}

/// `goroutine 1 [running]:`.
fn is_goroutine(line: &str) -> bool {
    line.strip_prefix("goroutine ").and_then(leading_number).is_some_and(|(_, rest)| rest.starts_with(" ["))
}

/// `panic: boom`, or `fatal error: all goroutines are asleep - deadlock!`; of panics while panicking the first.
fn read_head(line: &str, block: &mut Block) {
    for kind in ["panic", "fatal error"] {
        if let Some(message) = line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(": "))
            && block.exception_type.is_empty()
        {
            kind.clone_into(&mut block.exception_type);
            message.trim_end_matches(" [recovered]").clone_into(&mut block.message);
        }
    }
}

/// `/app/cart.go:12 +0x1d`, or what a log line holds: `cart.go:12`.
fn location(line: &str) -> Option<(String, u32)> {
    let (stem, rest) = line.split_once(".go:")?;
    if stem.is_empty() || stem.contains(char::is_whitespace) {
        return None;
    }
    let (number, rest) = leading_number(rest)?;
    (rest.is_empty() || rest.trim_start().starts_with("+0x")).then(|| (format!("{stem}.go"), number))
}

/// Package path and function of `github.com/shop/cart.(*Cart).Total(0xc000010000)`.
fn call(line: &str) -> (Option<String>, Option<String>) {
    let name = line.strip_prefix("created by ").unwrap_or(line);
    let name = name.split(" in goroutine").next().unwrap_or(name);
    let name = without_arguments(name).replace("[...]", "");
    if name.contains(char::is_whitespace) {
        return (None, None);
    }
    let last_part = name.rfind('/').map_or(0, |at| at + 1);
    let Some(dot) = name[last_part..].find('.').map(|at| at + last_part) else { return (None, some(&name)) };
    (some(&name[..dot]), name[dot + 1..].split('.').rfind(|part| !is_closure(part)).and_then(some))
}

/// Cuts at the first parenthesis that is not a pointer receiver's.
fn without_arguments(name: &str) -> &str {
    let cut = name.match_indices('(').find(|(at, _)| !name[at + 1..].starts_with('*')).map(|(at, _)| at);
    &name[..cut.unwrap_or(name.len())]
}

/// `func1` and `1`: parts that the compiler names.
fn is_closure(part: &str) -> bool {
    let digits = part.strip_prefix("func").or_else(|| part.strip_prefix("gowrap")).unwrap_or(part);
    digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::{Role, frames, parse};

    #[test]
    fn a_panic_is_read() {
        let text = "panic: boom\n\ngoroutine 1 [running]:\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:884 +0x213\ngithub.com/shop/cart.(*Cart).Total(0xc000010000, {0x1, 0x2})\n\t/app/cart/cart.go:12 +0x1d\nmain.Map[...](...)\n\t/app/map.go:3\nmain.run.func1()\n\t/app/main.go:5 +0x2\ncreated by main.main in goroutine 7\n\t/app/main.go:9 +0x25\n";
        let shown: Vec<_> = frames(text).iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "panic (/usr/local/go/src/runtime/panic.go:884)",
                "github.com/shop/cart.Total (/app/cart/cart.go:12)",
                "main.Map (/app/map.go:3)",
                "main.run (/app/main.go:5)",
                "main.main (/app/main.go:9)",
            ]
        );
        assert!(frames(text)[0].is_library());
    }

    #[test]
    fn other_goroutines_are_kept_apart() {
        let text = "panic: boom [recovered]\n\tpanic: boom\n\ngoroutine 7 [running]:\nmain.f()\n\t/app/a.go:1 +0x1\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/app/m.go:2 +0x1\n";
        let trace = parse(text);
        assert_eq!((trace.blocks[0].exception_type.as_str(), trace.blocks[0].message.as_str()), ("panic", "boom"));
        assert_eq!(trace.blocks.iter().map(|block| block.role).collect::<Vec<_>>(), [Role::Thrown, Role::Thread]);
        assert_eq!(trace.chain(), [0]);
    }
}
