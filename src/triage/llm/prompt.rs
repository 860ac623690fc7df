//! The prompt: two files of this repository, filled with a view of the case, redacted and fenced.

use super::answer::schema;
use super::view::{Names, Piece, Shown, View, pieces};
use crate::endpoint::{Question, estimate_tokens, sha256};
use crate::model::Evidence;
use crate::redact::Redactor;
use crate::triage::{CaseContext, FileClasses};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
use serde_json::json;

/// What the model is told, and the form of what it is shown. A change is a new dated pair of files.
const SYSTEM: &str = include_str!("prompt/system-2026-11.txt");
const CASE: &str = include_str!("prompt/case-2026-11.j2");
/// The name of the pair.
pub const PROMPT: &str = "triage-2026-11";

/// SHA-256 of both files.
#[must_use]
pub fn prompt_hash() -> String {
    sha256(&format!("{SYSTEM}\n{CASE}"))
}

/// A question about one case, and what its ids stand for.
pub struct Asked {
    pub question: Question,
    pub names: Names,
    /// Index of the file and number of each line that is shown.
    pub lines: Vec<(usize, u32)>,
}

/// What limits a prompt.
pub struct Limits {
    /// Tokens of the case at most, estimated.
    pub prompt_tokens: u64,
    pub output_tokens: u64,
}

/// Tokens that a mark, a number and a line's end take beside its text.
const AROUND_LINE: u64 = 4;

/// # Errors
/// When the case cannot be redacted: nothing may be sent then.
pub fn question(
    case: &CaseContext<'_>,
    evidence: &[Evidence],
    classes: &FileClasses,
    shown: Shown,
    limits: &Limits,
    redactor: &Redactor,
) -> Result<Asked, String> {
    let (view, names) = View::of(case, evidence, classes, shown);
    let frame = estimate_tokens(&render(&view, &[], 0)?);
    let all = pieces(case, evidence, classes, shown);
    let (mut kept, left_out) = fitting(all, limits.prompt_tokens.saturating_sub(frame));
    let mut before = redactor.session();
    kept.iter_mut().flat_map(|piece| &mut piece.lines).try_for_each(|line| line.redact(&mut before))?;
    let data = redactor.session().redact(&render(&view, &kept, left_out)?)?;
    // Nobody can write the fence into the data that it is made of.
    let fence = &sha256(&data)[..16];
    let question = Question {
        prompt: prompt_hash(),
        system: SYSTEM.to_owned(),
        user: format!("{fence}\n{data}\n{fence}"),
        schema: ("verdict", schema(&names)),
        parameters: [("temperature".to_owned(), json!(0)), ("max_tokens".to_owned(), json!(limits.output_tokens))]
            .into_iter()
            .collect(),
    };
    let lines = kept.iter().flat_map(|piece| piece.lines.iter().map(|line| (piece.file, line.number))).collect();
    Ok(Asked { question, names, lines })
}

/// The first pieces that fit, whole ones: one that does not fit leaves its place to smaller ones. In the diff's order again, and how
/// many were left out.
fn fitting(all: Vec<Piece<'_>>, mut tokens: u64) -> (Vec<Piece<'_>>, usize) {
    let count = all.len();
    let mut kept: Vec<Piece<'_>> = Vec::new();
    for piece in all {
        let size: u64 = piece.lines.iter().map(|line| estimate_tokens(&line.text) + AROUND_LINE).sum();
        if size <= tokens {
            tokens -= size;
            kept.push(piece);
        }
    }
    let left_out = count - kept.len();
    (kept, left_out)
}

fn render(view: &View, pieces: &[Piece<'_>], left_out: usize) -> Result<String, String> {
    let shown: Vec<_> = pieces
        .iter()
        .map(|piece| {
            let lines = piece.lines.iter().map(|line| format!("{} {} {}", line.mark, line.number, line.text));
            context! { file => format!("f{}", piece.file + 1), lines => lines.collect::<Vec<_>>() }
        })
        .collect();
    // No HTML comes of it: nothing is escaped but what the view made visible.
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let rendered = environment.render_str(CASE, context! { view => Serde(view), pieces => shown, left_out });
    rendered.map_err(|error| format!("the prompt {PROMPT} cannot be filled: {error}"))
}
