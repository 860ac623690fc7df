//! What both strategies that read stack traces ask of one: the frames that count, named, recursion told once.

use super::Text;
use super::in_app::{InApp, Place};
use super::stack::Detail;
use super::trace::{Cleaner, Frame, Language, Name, Trace, collapse, runaway};

/// What base classes of tests override to run each test: no test's own name.
const RUNNERS: [&str; 4] = ["runTest", "runBare", "run", "evaluate"];

/// Names calls and knows which count.
pub(super) struct Frames {
    detail: Detail,
    in_app: InApp,
    cleaner: Cleaner,
}

/// One exception of a trace: its calls that can tell something, most recent first.
pub(super) struct Calls<'a> {
    pub(super) exception_type: &'a str,
    pub(super) message: &'a str,
    frames: Vec<(Place, &'a Frame)>,
}

impl Calls<'_> {
    pub(super) fn has(&self, place: Place) -> bool {
        self.frames.iter().any(|(of, _)| *of == place)
    }
}

impl Frames {
    /// # Errors
    /// When an in-app rule is bad.
    pub(super) fn new(detail: Detail, in_app: &[String], not_in_app: &[String]) -> Result<Self, String> {
        Ok(Self { detail, in_app: InApp::new(in_app, not_in_app)?, cleaner: Cleaner::new()? })
    }

    /// The calls of one exception; a reported exception that its trace does not name has the record's type.
    pub(super) fn calls<'a>(&self, trace: &'a Trace, index: usize, text: Text<'a>) -> Option<Calls<'a>> {
        let block = trace.blocks.get(index)?;
        let unnamed = block.exception_type.is_empty() && index == 0;
        let exception_type = if unnamed { text.exception_type } else { &block.exception_type };
        let placed = trace.calls(index).into_iter().map(|frame| (self.in_app.place(frame), frame));
        let mut frames: Vec<_> = placed.filter(|(place, _)| *place != Place::Nowhere).collect();
        // Rust prints a panic's place before the backtrace, which has it again with the function.
        let named = frames.iter().any(|(_, frame)| frame.function.is_some());
        frames.retain(|(_, frame)| !named || frame.language != Language::Rust || frame.function.is_some());
        Some(Calls { exception_type, message: &block.message, frames })
    }

    /// The topmost calls of a kind, as `top < its caller < …`.
    pub(super) fn told(&self, calls: &Calls, place: Place, wanted: usize) -> String {
        let frames: Vec<&Frame> = calls.frames.iter().filter(|(of, _)| *of == place).map(|(_, frame)| *frame).collect();
        // Where nothing but raising functions is left, one of them has to do.
        let start = frames.iter().position(|frame| !only_raises(frame)).unwrap_or(0);
        let mut names = frames[start..].iter().map(|frame| self.name(frame));
        let overflowed = overflowed(calls);
        if wanted == 1 && !overflowed {
            return names.next().unwrap_or_default();
        }
        let names: Vec<String> = names.collect();
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let cycle = if overflowed { runaway(&all) } else { None };
        let kept = cycle.unwrap_or_else(|| collapse(&all));
        kept[..wanted.min(kept.len())].join(" < ")
    }

    /// The outermost call of a kind that runs no test by itself: its module, or only its function.
    pub(super) fn entry(&self, calls: &Calls, place: Place, function: bool) -> Option<String> {
        let runs = |frame: &Frame| frame.function.as_deref().is_some_and(|name| RUNNERS.contains(&name));
        let (_, frame) = calls.frames.iter().rev().find(|(of, frame)| *of == place && !runs(frame))?;
        let name = self.cleaner.name(frame);
        Some(if function && !name.function.is_empty() { name.function } else { outer(&unit(frame, name)) })
    }

    fn name(&self, frame: &Frame) -> String {
        let name = self.cleaner.name(frame);
        let function = if name.function.is_empty() { "<anonymous>".to_owned() } else { name.function.clone() };
        match self.detail {
            Detail::Module => outer(&unit(frame, name)),
            Detail::Function if has_module(frame, &name) => {
                let separator = if frame.language == Language::Rust { "::" } else { "." };
                format!("{}{separator}{function}", name.module)
            }
            Detail::File if name.file.is_empty() => format!("{} {function}", name.module).trim_start().to_owned(),
            Detail::Function | Detail::File => {
                // A receiver is no module, but part of what the function is called.
                let receiver = if frame.language == Language::JavaScript && !name.module.is_empty() {
                    format!("{}.", name.module)
                } else {
                    String::new()
                };
                format!("{} {receiver}{function}", name.file).trim_start().to_owned()
            }
        }
    }
}

/// Whether the language's traces name modules that a function's identity can rest on, and this frame does.
fn has_module(frame: &Frame, name: &Name) -> bool {
    !name.module.is_empty() && !matches!(frame.language, Language::JavaScript | Language::Python)
}

/// Whether a function is there to raise (`throwIfClosed`, `raise_for_status`, `fail`, `syntaxError`): it raises for all its callers.
fn only_raises(frame: &Frame) -> bool {
    let name = frame.function.as_deref().unwrap_or_default().trim_start_matches('_');
    let begins =
        |word: &str| name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()));
    ["throw", "raise", "fail"].into_iter().any(begins) || name.ends_with("Exception") || name.ends_with("Error")
}

/// Whether the calls went too deep, in the words of the runtimes.
fn overflowed(calls: &Calls) -> bool {
    let kind = calls.exception_type;
    let said = calls.message.to_ascii_lowercase();
    ["StackOverflow", "RecursionError", "SystemStackError"].iter().any(|name| kind.contains(name))
        || ["stack overflow", "call stack size", "recursion depth", "level too deep", "nesting level"]
            .iter()
            .any(|words| said.contains(words))
}

fn unit(frame: &Frame, name: Name) -> String {
    if has_module(frame, &name) || name.file.is_empty() { name.module } else { name.file }
}

/// A class without those inside of it.
fn outer(module: &str) -> String {
    let (package, class) = module.rsplit_once('.').unwrap_or(("", module));
    match class.char_indices().skip(1).find(|(_, c)| matches!(c, '$' | '+')) {
        Some((at, _)) if !class.starts_with('$') => {
            let dot = if package.is_empty() { "" } else { "." };
            format!("{package}{dot}{}", &class[..at])
        }
        _ => module.to_owned(),
    }
}
