//! Java, Kotlin, Scala and other JVM languages.
//!
//! ```text
//! org.shop.CartException: empty
//!     at org.shop.Cart.total(Cart.java:12)
//! Caused by: java.lang.NullPointerException
//!     at org.shop.Item.price(Item.java:7)
//!     ... 1 more
//! ```
//! `... n more` stands for frames that the enclosing exception prints as well; they follow here when that one's frames do.

use super::lines::{number, some};
use super::{Frame, Language, MAX_CAUSES, MAX_FRAMES, flatten};

pub(super) fn parse(lines: &[&str]) -> Vec<Frame> {
    let mut blocks: Vec<Vec<Frame>> = vec![Vec::new()];
    for line in lines {
        let line = line.trim();
        if line.starts_with("Caused by: ") || line.starts_with("Suppressed: ") {
            if blocks.len() > MAX_CAUSES {
                break;
            }
            blocks.push(Vec::new());
        } else if let Some(frame) = frame(line)
            && let Some(block) = blocks.last_mut()
            && block.len() < MAX_FRAMES
        {
            block.push(frame);
        }
    }
    flatten(blocks.into_iter().rev())
}

fn frame(line: &str) -> Option<Frame> {
    let call = line.strip_prefix("at ")?.trim_start();
    let open = call.find('(')?;
    let close = open + call[open..].find(')')?;
    let (file, number) = location(&call[open + 1..close])?;
    // `java.base@17/java.lang.Thread` and `app//org.shop.Cart`: the module of the module system goes.
    let name = call[..open].rsplit('/').next()?;
    let (module, function) = name.rsplit_once('.')?;
    if module.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    Some(Frame { file, module: some(module), function: some(function), line: number, language: Language::Jvm })
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
    use super::super::parse;

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
            let frames = parse(line);
            assert_eq!(frames.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{line}");
        }
    }

    #[test]
    fn the_root_cause_comes_first() {
        let text = "A: a\n\tat x.A.a(A.java:1)\n\tat x.Main.main(Main.java:9)\nCaused by: B: b\n\tat x.B.b(B.java:2)\n\t... 1 more\nCaused by: C\n\tat x.C.c(C.java:3)\n\t... 2 more\n";
        let functions: Vec<_> = parse(text).into_iter().filter_map(|f| f.function).collect();
        assert_eq!(functions, ["c", "b", "a", "main"]);
    }
}
