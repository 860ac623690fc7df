//! Stack traces of seven languages, read into one shape: the most recent call first, the root cause before what wrapped it.
//!
//! *Decides*: which frames a text holds. Every parser reads the whole text and the one that finds most frames wins (ties: the
//! order of [`Language::ALL`]), so a message around the trace does no harm.
//! *Fails when*: the trace is minified (JS), obfuscated (JVM) or stripped (Go, Rust release builds): frames then lack file or line.
//! *Parameters*: none; the caps below bound the work that a hostile text can ask for.
//! *Reference*: each runtime's own printer; no crate covers more than one of them.

mod dotnet;
mod frame;
mod go;
mod javascript;
mod jvm;
mod lines;
mod python;
mod ruby;
mod rust;

pub use frame::{Frame, Language};

/// Most frames kept of one trace.
pub const MAX_FRAMES: usize = 256;
/// Most causes (`Caused by:`, `During handling of …`) followed in one trace.
pub const MAX_CAUSES: usize = 64;
/// Most lines read of one text, and most bytes of one line.
const MAX_LINES: usize = 16_384;
const MAX_LINE_BYTES: usize = 16 * 1024;

/// The frames of the stack trace in `text`, most recent call first; empty when there is none.
///
/// With causes, the root cause's frames come first, then those of the exception that wrapped it, and so on outwards.
#[must_use]
pub fn parse(text: &str) -> Vec<Frame> {
    let lines: Vec<&str> = lines::capped(text, MAX_LINES, MAX_LINE_BYTES);
    let mut best: Vec<Frame> = Vec::new();
    for language in Language::ALL {
        let frames = parse_as(language, &lines);
        if frames.len() > best.len() {
            best = frames;
        }
    }
    best
}

fn parse_as(language: Language, lines: &[&str]) -> Vec<Frame> {
    match language {
        Language::Python => python::parse(lines),
        Language::Jvm => jvm::parse(lines),
        Language::Rust => rust::parse(lines),
        Language::Go => go::parse(lines),
        Language::DotNet => dotnet::parse(lines),
        Language::Ruby => ruby::parse(lines),
        Language::JavaScript => javascript::parse(lines),
    }
}

/// Blocks of frames from the root cause outwards, flattened, without the frames that an outer block repeats.
fn flatten(blocks: impl IntoIterator<Item = Vec<Frame>>) -> Vec<Frame> {
    let mut all: Vec<Frame> = Vec::new();
    for block in blocks {
        let inner = all.len();
        for frame in block {
            if all.len() >= MAX_FRAMES {
                return all;
            }
            if !all[..inner].contains(&frame) {
                all.push(frame);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_without_a_trace_has_no_frames() {
        for text in ["", "connection refused", "at noon (we think)", "File missing, line 3", "a:1:2\nb: 3", "goroutine"]
        {
            assert!(parse(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn a_frame_an_outer_exception_repeats_is_kept_once() {
        let text = "A: x\n\tat a.B.c(B.java:1)\n\tat a.Main.main(Main.java:9)\nCaused by: C\n\tat a.D.e(D.java:2)\n\tat a.Main.main(Main.java:9)";
        let functions: Vec<_> = parse(text).into_iter().filter_map(|f| f.function).collect();
        assert_eq!(functions, ["e", "main", "c"]);
    }

    #[test]
    fn caps_hold() {
        let deep = "\tat a.B.c(B.java:1)\n".repeat(100_000);
        assert_eq!(parse(&deep).len(), MAX_FRAMES);
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
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_parser(text in hostile()) {
            let frames = parse(&text);
            prop_assert!(frames.len() <= MAX_FRAMES);
            for frame in &frames {
                let _ = (frame.is_library(), frame.is_test(), frame.path(), frame.to_string());
            }
            prop_assert_eq!(frames, parse(&text));
        }

        #[test]
        fn arbitrary_text_is_survived(text in "(?s).{0,400}") {
            prop_assert!(parse(&text).len() <= MAX_FRAMES);
        }
    }
}
