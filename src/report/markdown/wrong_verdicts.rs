//! The verdicts that the incident log contradicts, a line each.

use super::super::number::{count, plural};
use super::super::why::{self, View};
use super::super::words;
use super::blames::truth;
use super::escape::{code, md, md_excerpt};
use super::{TOLD, bullets};
use crate::evaluate::{Judged, Label};
use crate::model::{Case, Evidence, VerdictKind};
use std::fmt::Write;

/// Characters of a reason.
const REASON: usize = 240;

/// Blamed though innocent first, then guilty though dismissed, then guilty and left open.
pub fn section(view: View) -> String {
    let mut wrong: Vec<(u8, &Judged, &Case)> =
        view.assessment.judged.iter().filter_map(|j| Some((kind(j)?, j, j.case()?))).collect();
    wrong.sort_by_key(|(kind, _, _)| *kind);
    let mut out = "## What it got wrong\n\n".to_owned();
    if wrong.is_empty() {
        return out + "Nothing that the incident log could show.\n";
    }
    let of = |kind: u8| count(wrong.iter().filter(|one| one.0 == kind).count() as u64);
    _ = writeln!(
        out,
        "{} blamed an innocent deploy, {} dismissed what the deploy did cause, {} left that open. Each with the reason that weighed most, in \
         log-odds, and the command that tells the whole story.\n",
        of(0),
        of(1),
        of(2)
    );
    out += &bullets(wrong.iter().take(TOLD).map(|(_, judged, case)| line(view, judged, case)));
    if wrong.len() > TOLD {
        _ = writeln!(out, "\n{} more are in `cases.jsonl`.", plural((wrong.len() - TOLD) as u64, "case"));
    }
    out
}

/// `None`: right, or nobody knows.
fn kind(judged: &Judged) -> Option<u8> {
    match (judged.case()?.verdict.kind, judged.label) {
        (VerdictKind::Caused, Label::NotCaused | Label::Coincidental) => Some(0),
        (VerdictKind::NotCaused, Label::Caused) => Some(1),
        (VerdictKind::Inconclusive, Label::Caused) => Some(2),
        _ => None,
    }
}

fn line(view: View, judged: &Judged, case: &Case) -> String {
    let window = &judged.outcome.window;
    let id = &view.data.deploys[window.deploy].id;
    let reason = strongest(&case.verdict.evidence).map_or_else(|| "none given".to_owned(), why::evidence);
    format!(
        "**{}** on {}: {}, confidence {:.2}. In truth: {}. Reason: {} — {}",
        code(id),
        md_excerpt(&window.service, 40),
        words::verdict_short(case.verdict.kind),
        case.verdict.confidence,
        truth(view, judged),
        md(&crate::report::shown::excerpt(&reason, REASON)),
        code(&format!("shakedown explain DATASET --deploy {id}"))
    )
}

/// The heaviest piece of evidence; of equals the first.
fn strongest(evidence: &[Evidence]) -> Option<&Evidence> {
    evidence.iter().reduce(|best, one| if one.weight.abs() > best.weight.abs() { one } else { best })
}
