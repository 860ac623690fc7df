//! Asking of a pair whether both texts tell of the same error.

use crate::cli::failure::Failure;
use crate::cli::output::note;
use crate::dataset::{LabelledPair, PairAnswer, PairStratum, PairText};
use crate::model::{excerpt, visible};
use crate::report::number::decimal;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;

/// Lines of a stack trace that are shown, and characters of a line.
const LINES: usize = 8;
const CHARS: usize = 400;
/// Bytes of an answer's line.
const ANSWER: u64 = 1 << 12;

pub enum Reply {
    Answer(PairAnswer),
    Quit,
}

/// Where answers come from.
pub struct Questions {
    from: Box<dyn BufRead>,
    /// For messages.
    name: String,
    /// A person is at it, and may be asked again.
    interactive: bool,
    line: u64,
}

impl Questions {
    /// Answers of a file, or of stdin.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else {
            let stdin = std::io::stdin();
            let interactive = stdin.is_terminal();
            return Ok(Self { from: Box::new(BufReader::new(stdin)), name: "stdin".to_owned(), interactive, line: 0 });
        };
        let name = path.display().to_string();
        let file =
            File::open(path).map_err(|e| Failure::usage(&name, e.to_string(), "--answers names a file of answers"))?;
        Ok(Self { from: Box::new(BufReader::new(file)), name, interactive: false, line: 0 })
    }

    /// Shows a pair and waits for the answer; the end of the answers is `quit`.
    ///
    /// # Errors
    /// When an answer cannot be read, or is none and nobody can be asked again.
    pub fn ask(&mut self, pair: &LabelledPair, number: usize, of: usize) -> Result<Reply, Failure> {
        note(&shown(pair, number, of));
        loop {
            if self.interactive {
                // A closed stderr leaves the question unasked; the answer is read all the same.
                let _ = write!(std::io::stderr(), "same error? [s]ame, [d]ifferent, [?] skip, [q]uit: ");
            }
            let Some(line) = self.next()? else { return Ok(Reply::Quit) };
            match reply(line.trim()) {
                Some(reply) => return Ok(reply),
                None if self.interactive => {}
                None => {
                    let message = format!("\"{}\" is none of same, different, skip, quit", excerpt(line.trim(), 40));
                    return Err(Failure::usage(format!("{}:{}", self.name, self.line), message, "one answer a line"));
                }
            }
        }
    }

    fn next(&mut self) -> Result<Option<String>, Failure> {
        let mut line = Vec::new();
        let mut limited = std::io::Read::take(&mut self.from, ANSWER);
        let read = limited.read_until(b'\n', &mut line);
        let read = read.map_err(|e| Failure::usage(&self.name, format!("cannot be read: {e}"), ""))?;
        self.line += 1;
        Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
    }
}

fn reply(word: &str) -> Option<Reply> {
    Some(match word.to_ascii_lowercase().as_str() {
        "s" | "same" => Reply::Answer(PairAnswer::Same),
        "d" | "different" => Reply::Answer(PairAnswer::Different),
        "?" | "skip" => Reply::Answer(PairAnswer::Skip),
        "q" | "quit" => Reply::Quit,
        _ => return None,
    })
}

fn shown(pair: &LabelledPair, number: usize, of: usize) -> String {
    let place = match pair.stratum {
        PairStratum::SameTemplate => "one template today: a difference would be a merge",
        PairStratum::Below => "below the threshold",
        PairStratum::Near => "near the threshold",
        PairStratum::Above | PairStratum::Far => "above the threshold",
    };
    let head = format!("\n{number}/{of} · distance {} · {place}", decimal((pair.distance * 100.0).round() / 100.0));
    format!("{head}\n{}\n{}", text("a", &pair.a), text("b", &pair.b))
}

fn text(name: &str, text: &PairText) -> String {
    let mut lines = vec![format!("  {name}  {}", excerpt(&text.message, CHARS))];
    if !text.exception_type.is_empty() {
        lines.push(format!("     {}", excerpt(&text.exception_type, CHARS)));
    }
    let trace = text.stack_trace.lines().take(LINES).map(|line| format!("     {}", excerpt(&visible(line), CHARS)));
    lines.extend(trace);
    let rest = text.stack_trace.lines().count().saturating_sub(LINES);
    if rest > 0 {
        lines.push(format!("     … {rest} more lines"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_letters_answer() {
        let answer = |word| match reply(word) {
            Some(Reply::Answer(answer)) => Some(answer),
            _ => None,
        };
        assert_eq!(
            ["s", "Same", "d", "?"].map(answer),
            [Some(PairAnswer::Same), Some(PairAnswer::Same), Some(PairAnswer::Different), Some(PairAnswer::Skip)]
        );
        assert!(matches!(reply("q"), Some(Reply::Quit)) && reply("yes").is_none() && reply("").is_none());
    }

    #[test]
    fn a_hostile_trace_shows_a_few_lines_and_no_escape() {
        let pair = PairText {
            message: "m\u{1b}[2J".to_owned(),
            stack_trace: "at\tx\u{202e}\n".repeat(100),
            ..PairText::default()
        };
        let shown = text("a", &pair);
        assert!(shown.lines().count() == LINES + 2 && shown.ends_with("… 92 more lines"), "{shown}");
        assert!(shown.chars().all(|c| c == '\n' || !crate::model::hides(c)), "{shown}");
    }
}
