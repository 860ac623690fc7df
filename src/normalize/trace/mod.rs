//! Stack traces of eight languages, read into one shape: [`Trace`], the exception that was reported first, its causes after it, the
//! most recent call of each first.
//!
//! *Decides*: which frames a text holds. Every parser reads the whole text and the one that finds most frames wins (ties: the
//! order of [`Language::ALL`]), so a message around the trace does no harm.
//! *Fails when*: the trace is minified (JS), obfuscated (JVM) or stripped (Go, Rust release builds): frames then lack file or line.
//! *Parameters*: none; the caps in `block.rs` and below bound the work that a hostile text can ask for.
//! *Reference*: each runtime's own printer; no crate covers more than one of them.

mod block;
mod bundle;
mod clean;
mod cleanings;
mod dotnet;
mod frame;
mod generated;
mod go;
mod head;
mod javascript;
mod jvm;
mod library;
mod lines;
mod php;
mod python;
mod recursion;
mod ruby;
mod rust;

pub use block::{Block, MAX_BLOCK_FRAMES, MAX_CAUSES, MAX_FRAMES, Role, Trace};
pub use clean::{Cleaner, Cleaning, Edit, Name, Part};
pub use cleanings::CLEANINGS;
pub use frame::{Frame, Language};
pub use generated::{GENERATED, Generated};
pub use library::Owner;
pub use recursion::{collapse, runaway};

/// Most lines read of one text, and most bytes of one line.
const MAX_LINES: usize = 16_384;
const MAX_LINE_BYTES: usize = 16 * 1024;

/// The stack trace in `text`; without a frame when there is none.
#[must_use]
pub fn parse(text: &str) -> Trace {
    let mut languages = Language::ALL.into_iter().filter(|language| may_hold(*language, text)).peekable();
    if languages.peek().is_none() {
        return Trace::default();
    }
    let lines: Vec<&str> = lines::capped(text, MAX_LINES, MAX_LINE_BYTES);
    let mut best = Trace::default();
    for language in languages {
        let trace = Trace::of(parse_as(language, &lines));
        if trace.len() > best.len() {
            best = trace;
        }
    }
    best
}

/// The frames of the stack trace in `text`, most recent call first; empty when there is none.
///
/// With causes, the root cause's frames come first, then those of the exception that wrapped it, and so on outwards.
#[must_use]
pub fn frames(text: &str) -> Vec<Frame> {
    parse(text).into_frames()
}

/// A cheap necessary condition for a frame: most texts hold none, and few hold what two printers print.
fn may_hold(language: Language, text: &str) -> bool {
    let has = |part: &str| text.contains(part);
    match language {
        Language::Python => has("\", line ") || has(".py:"),
        Language::Jvm => has("(") && has("at "),
        Language::Rust => has("panicked at ") || has(": ") && (has("::") || has(".rs:")),
        Language::Go => has(".go:"),
        Language::DotNet => has(")") && has("at "),
        Language::Php => has(".php") || has("{main}"),
        Language::Ruby => has("<internal:") || ruby::EXTENSIONS.into_iter().any(has),
        Language::JavaScript => has("at ") || has("@") && has(":"),
    }
}

fn parse_as(language: Language, lines: &[&str]) -> Vec<Block> {
    match language {
        Language::Python => python::parse(lines),
        Language::Jvm => jvm::parse(lines),
        Language::Rust => rust::parse(lines),
        Language::Go => go::parse(lines),
        Language::DotNet => dotnet::parse(lines),
        Language::Php => php::parse(lines),
        Language::Ruby => ruby::parse(lines),
        Language::JavaScript => javascript::parse(lines),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_without_a_trace_has_no_frames() {
        for text in ["", "connection refused", "at noon (we think)", "File missing, line 3", "a:1:2\nb: 3", "goroutine"]
        {
            assert!(frames(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn a_frame_an_outer_exception_repeats_is_kept_once() {
        let text = "A: x\n\tat a.B.c(B.java:1)\n\tat a.Main.main(Main.java:9)\nCaused by: C\n\tat a.D.e(D.java:2)\n\tat a.Main.main(Main.java:9)";
        let functions: Vec<_> = frames(text).into_iter().filter_map(|f| f.function).collect();
        assert_eq!(functions, ["e", "main", "c"]);
    }

    proptest! {
        /// The gate by parts hides no frame.
        #[test]
        fn where_a_parser_finds_a_frame_it_may(text in hostile()) {
            let lines = lines::capped(&text, MAX_LINES, MAX_LINE_BYTES);
            for language in Language::ALL.into_iter().filter(|language| !may_hold(*language, &text)) {
                prop_assert!(Trace::of(parse_as(language, &lines)).is_empty(), "{:?}", language);
            }
        }
    }

    #[test]
    fn caps_hold() {
        let deep = "\tat a.B.c(B.java:1)\n".repeat(100_000);
        assert_eq!(parse(&deep).len(), MAX_BLOCK_FRAMES);
        let causes = "Caused by: X\n\tat a.B.c(B.java:1)\n".repeat(100_000);
        assert!(parse(&causes).len() <= MAX_FRAMES);
        let wide = format!("  File \"{}\", line 1, in f", "é".repeat(1 << 20));
        assert!(parse(&wide).is_empty(), "a line beyond the cap is cut, never half-read");
    }

    /// Pieces that traces are made of, so that random texts reach deep into every parser.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "\\PC{0,12}",
            prop::sample::select(vec![
                "at ",
                "(",
                ")",
                ":",
                "1",
                "99999999999",
                "\n",
                "\t",
                "Caused by: ",
                "... 3 more",
                "File \"",
                "\", line ",
                ", in ",
                ".go:",
                "goroutine 1 [running]:",
                "panic(",
                " in ",
                ":line ",
                ":in `",
                "'",
                "from ",
                "@",
                "::",
                "0: ",
                "panicked at ",
                "<anonymous>",
                "eval at ",
                "async ",
                "new ",
                " [as ",
                "]",
                ".py:",
                ": in ",
                "é",
                "/",
                "\\",
                "$",
                "created by ",
                " +0x1f",
                ".rb:",
                "|",
                "~[",
                "--- ",
                "\r",
                "Suppressed: ",
                "    ",
                " ---> ",
                "[cause]: ",
                "#0 ",
                "(12): ",
                "PHP   1. ",
                "{main}",
                "Next ",
                "Stack trace:",
                "During handling of the above exception",
                "a.B: ",
                "Error: ",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_parser(text in hostile()) {
            let trace = parse(&text);
            prop_assert!(trace.len() <= MAX_FRAMES && trace.blocks.len() <= MAX_CAUSES + 1);
            for (index, block) in trace.blocks.iter().enumerate() {
                prop_assert!(block.parent.is_none_or(|parent| parent < index));
                prop_assert!(block.frames.len() <= MAX_BLOCK_FRAMES);
                prop_assert!(trace.calls(index).len() <= MAX_FRAMES);
                for frame in &block.frames {
                    let _ = (frame.is_library(), frame.is_test(), frame.path(), frame.to_string());
                }
            }
            prop_assert!(trace.is_empty() || trace.chain()[0] == 0);
            prop_assert_eq!(trace, parse(&text));
        }

        #[test]
        fn arbitrary_text_is_survived(text in "(?s).{0,400}") {
            prop_assert!(parse(&text).len() <= MAX_FRAMES);
        }
    }
}
