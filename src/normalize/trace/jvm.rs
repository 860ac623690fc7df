//! Java, Kotlin, Scala and other JVM languages.
//!
//! ```text
//! org.shop.CartException: empty
//!     at org.shop.Cart.total(Cart.java:12)
//! Caused by: java.lang.NullPointerException
//!     at org.shop.Item.price(Item.java:7)
//!     ... 1 more
//! ```
//! `... n more` stands for the enclosing exception's last n frames: [`super::Trace::calls`] gives them back.

use super::block::{Block, MAX_CAUSES, Role};
use super::head;
use super::lines::{number, some};
use super::{Frame, Language};

pub(super) fn parse(lines: &[&str]) -> Vec<Block> {
    let mut reader = Reader { blocks: vec![Block::new(Role::Thrown, None)], indents: vec![0], root_first: false };
    let mut before: Vec<&str> = Vec::new();
    for line in lines {
        if reader.frame(line) {
            continue;
        }
        if let Some((role, rest)) = relation(line.trim_start()) {
            if reader.blocks.len() > MAX_CAUSES {
                break;
            }
            reader.open(role, line, rest);
        } else if reader.blocks.len() == 1 && reader.blocks[0].frames.is_empty() {
            before.push(line);
        } else {
            reader.more(line.trim_end());
        }
    }
    if !reader.blocks[0].frames.is_empty() {
        (reader.blocks[0].exception_type, reader.blocks[0].message) = head::of_lines(&before);
    }
    reader.finish()
}

/// What a line says of the exception that it names.
fn relation(line: &str) -> Option<(Role, &str)> {
    for (marker, role) in
        [("Caused by: ", Role::Cause), ("Wrapped by: ", Role::Thrown), ("Suppressed: ", Role::Suppressed)]
    {
        if let Some(rest) = line.strip_prefix(marker) {
            return Some((role, rest));
        }
    }
    None
}

struct Reader {
    blocks: Vec<Block>,
    /// Bytes of white space before the line that opened each block.
    indents: Vec<usize>,
    /// Some loggers print the root cause first and what wrapped it after (`Wrapped by:`).
    root_first: bool,
}

impl Reader {
    fn frame(&mut self, line: &str) -> bool {
        let (Some(frame), Some(block)) = (frame(line.trim()), self.blocks.last_mut()) else { return false };
        block.frames.push(frame);
        true
    }

    fn open(&mut self, role: Role, line: &str, rest: &str) {
        let indent = line.len() - line.trim_start().len();
        self.root_first |= role == Role::Thrown;
        // A cause stands under the exception it caused, a suppressed one a step further in.
        let deepest = if role == Role::Suppressed { indent.saturating_sub(1) } else { indent };
        let parent = self.indents.iter().rposition(|before| *before <= deepest).unwrap_or(self.blocks.len() - 1);
        self.blocks.push(Block::new(role, Some(parent)).with_head(head::read_marked(rest)));
        self.indents.push(indent);
    }

    /// `... 12 more`, or the rest of a message.
    fn more(&mut self, line: &str) {
        let Some(block) = self.blocks.last_mut() else { return };
        let shared = line.trim_start().strip_prefix("... ").and_then(|rest| number(rest.split(' ').next()?));
        match shared {
            Some(shared) => block.shared = shared as usize,
            None if block.frames.is_empty() => block.say(line),
            None => {}
        }
    }

    fn finish(mut self) -> Vec<Block> {
        if self.root_first {
            self.blocks.reverse();
            for (at, block) in self.blocks.iter_mut().enumerate() {
                block.role = if at == 0 { Role::Thrown } else { Role::Cause };
                block.parent = at.checked_sub(1);
            }
        }
        self.blocks
    }
}

fn frame(line: &str) -> Option<Frame> {
    let call = line.strip_prefix("at ")?.trim_start();
    let open = call.find('(')?;
    let close = open + call[open..].find(')')?;
    let (file, number) = location(&call[open + 1..close])?;
    let name = without_loader(&call[..open]);
    let (module, function) = name.rsplit_once('.')?;
    if module.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    Some(Frame { file, module: some(module), function: some(function), line: number, language: Language::Jvm })
}

/// Cuts the module of the module system, as in `java.base@17/java.lang.Thread` and `app//org.shop.Cart`; the slash before a hidden
/// class's number (`Cart$$Lambda$14/0x0001`) is no such end.
fn without_loader(name: &str) -> &str {
    let hidden = |at: &usize| name[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    let cut = name.match_indices('/').map(|(at, _)| at).rfind(|at| !hidden(at));
    cut.map_or(name, |at| &name[at + 1..])
}

/// What the parentheses hold: `Cart.java:12`, `Cart.kt`, `Native Method`, `Unknown Source`; `None` when they hold arguments.
fn location(text: &str) -> Option<(Option<String>, Option<u32>)> {
    if ["Native Method", "Unknown Source", "<generated>"].contains(&text) {
        return Some((None, None));
    }
    if text.is_empty() || text.contains(char::is_whitespace) || text.contains('/') {
        return None;
    }
    if let Some((file, line)) = text.rsplit_once(':') {
        return Some((some(file), Some(number(line)?)));
    }
    let known = [".java", ".kt", ".kts", ".scala", ".groovy", ".clj"].iter().any(|end| text.ends_with(end));
    (known || text == "SourceFile").then(|| (some(text), None))
}

#[cfg(test)]
mod tests {
    use super::super::{Role, frames, parse};

    #[test]
    fn every_form_of_a_frame() {
        for (line, expected) in [
            ("\tat org.shop.Cart.total(Cart.java:12)", "org.shop.Cart.total (Cart.java:12)"),
            ("at org.shop.Cart.<init>(Cart.java:3)", "org.shop.Cart.<init> (Cart.java:3)"),
            (
                "  at org.shop.Cart$Item.lambda$sum$0(Cart.kt:99) ~[shop.jar:1.2]",
                "org.shop.Cart$Item.lambda$sum$0 (Cart.kt:99)",
            ),
            ("at java.base@17.0.1/java.lang.Thread.run(Thread.java:833)", "java.lang.Thread.run (Thread.java:833)"),
            ("at app//org.shop.Cart.total(Cart.java:12)", "org.shop.Cart.total (Cart.java:12)"),
            ("at sun.reflect.X.invoke0(Native Method)", "sun.reflect.X.invoke0"),
            ("at a.b.c(Unknown Source)", "a.b.c"),
            ("at a.B.c(B.scala)", "a.B.c (B.scala)"),
            (
                "at com.google.gson.internal.$Gson$Types.resolve($Gson$Types.java:375)",
                "com.google.gson.internal.$Gson$Types.resolve ($Gson$Types.java:375)",
            ),
        ] {
            let frames = frames(line);
            assert_eq!(frames.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{line}");
        }
    }

    #[test]
    fn the_root_cause_comes_first() {
        let text = "A: a\n\tat x.A.a(A.java:1)\n\tat x.Main.main(Main.java:9)\nCaused by: B: b\n\tat x.B.b(B.java:2)\n\t... 1 more\nCaused by: C\n\tat x.C.c(C.java:3)\n\t... 2 more\n";
        let functions: Vec<_> = frames(text).into_iter().filter_map(|f| f.function).collect();
        assert_eq!(functions, ["c", "b", "a", "main"]);
    }

    const NESTED: &str = "12:00 ERROR failed
org.shop.CartException: empty
  and more
\tat org.shop.Cart.total(Cart.java:12)
\tat org.shop.Main.main(Main.java:9)
\tSuppressed: java.io.IOException: close
\t\tat org.shop.Pool.close(Pool.java:4)
\t\t... 2 more
\tCaused by: a.DeepException
\t\tat org.shop.Deep.f(Deep.java:1)
\t\t... 1 more
Caused by: java.lang.NullPointerException
\tat org.shop.Item.price(Item.java:7)
\t... 2 more
Caused by: a.RootException: bottom
\tat org.shop.Disk.read(Disk.java:3)
\t... 1 more
";

    #[test]
    fn causes_and_suppressed_are_told_apart() {
        let trace = parse(NESTED);
        let blocks: Vec<_> = trace.blocks.iter().map(|b| (b.exception_type.as_str(), b.role, b.parent)).collect();
        assert_eq!(
            blocks,
            [
                ("org.shop.CartException", Role::Thrown, None),
                ("java.io.IOException", Role::Suppressed, Some(0)),
                ("a.DeepException", Role::Cause, Some(1)),
                ("java.lang.NullPointerException", Role::Cause, Some(0)),
                ("a.RootException", Role::Cause, Some(3)),
            ]
        );
        assert_eq!(trace.blocks[0].message, "empty\n  and more");
        assert_eq!(trace.chain(), [0, 3, 4]);
    }

    #[test]
    fn what_was_left_out_is_given_back() {
        let trace = parse(NESTED);
        let calls = |index| -> Vec<_> { trace.calls(index).iter().filter_map(|f| f.function.clone()).collect() };
        assert_eq!(calls(1), ["close", "total", "main"]);
        assert_eq!(calls(3), ["price", "total", "main"]);
        assert_eq!(calls(4), ["read", "main"]);
    }

    #[test]
    fn hidden_classes_keep_their_name() {
        for name in ["a.Cart$$Lambda$14/0x0000000800c03000", "a.Cart$$Lambda$14/1067040082"] {
            let text = format!("\tat app//{name}.run(Unknown Source)");
            assert_eq!(frames(&text)[0].module.as_deref(), Some(name));
        }
    }

    #[test]
    fn the_root_cause_may_be_printed_first() {
        let text = "a.RootException: r\n\tat a.R.r(R.java:1)\nWrapped by: a.OuterException: o\n\tat a.O.o(O.java:2)";
        let types: Vec<_> = parse(text).blocks.into_iter().map(|block| block.exception_type).collect();
        assert_eq!(types, ["a.OuterException", "a.RootException"]);
    }
}
