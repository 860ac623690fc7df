//! What it would have caught, beside the base and the references.

use super::super::view::View;
use super::image;
use crate::report::markdown::{md, table};
use crate::report::number::{count, estimate, maybe_minutes};
use crate::sweep::Standing;

pub(super) fn section(view: View, chart: Option<(&'static str, &'static str)>) -> String {
    let standings = view.standings();
    let rows = |cells: fn(View, &Standing) -> Vec<String>| -> Vec<Vec<String>> {
        standings.iter().map(|standing| [vec![name(view, standing)], cells(view, standing)].concat()).collect()
    };
    let head =
        ["configuration", "regressions caught", "actions that were right", "false actions", "time to act, median"];
    let ends = table(&head, false, &rows(end_to_end));
    let head = ["configuration", "cases", "cases that hit an incident", "incidents detected", "triage precision"];
    let stages = table(&head, false, &rows(before));
    format!(
        "## What it would have caught\n\n{ends}\nOver the whole data set, with counts and 95 % intervals (Wilson); what missing labels leave open reads “between”. The choice and the best in sample were picked for these very numbers, so theirs are flattered: see *How sure*.\n\nWhere it comes from, stage by stage:\n\n{stages}{}",
        image(chart)
    )
}

/// The id and what it is to the reader.
pub(super) fn name(view: View, standing: &Standing) -> String {
    match view.parts(&standing.id).as_str() {
        "" => md(&standing.id),
        parts if parts.starts_with("the choice") => format!("**{}** ({parts})", md(&standing.id)),
        parts => format!("{} ({parts})", md(&standing.id)),
    }
}

fn end_to_end(view: View, standing: &Standing) -> Vec<String> {
    vec![
        estimate(&standing.end_to_end_recall),
        estimate(&standing.end_to_end_precision),
        if view.has_labels() { count(standing.false_actions) } else { "–".to_owned() },
        maybe_minutes(standing.act_minutes_p50),
    ]
}

fn before(_: View, standing: &Standing) -> Vec<String> {
    vec![
        count(standing.cases),
        estimate(&standing.case_precision),
        estimate(&standing.detection_recall),
        estimate(&standing.triage_precision),
    ]
}
