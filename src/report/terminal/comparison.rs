//! Several pipelines on the same history, side by side: at most 52 lines of 100 characters, which three pipelines fill.

use super::super::number::{Unit, count, difference, estimate_short, excludes_zero, money, percent};
use super::super::style::{Style, pad};
use super::super::{facts, words};
use crate::evaluate::{Answer, Assessment, Comparison, MetricDifference};
use crate::report::shown::excerpt;

/// Lines of a screen that is read without scrolling far.
const LINES: usize = 52;
const WIDTH: usize = 100;
const NAME: usize = 18;
const COLUMN: usize = 25;

/// Several pipelines side by side, then their paired differences.
#[must_use]
pub fn comparison(assessments: &[Assessment], comparisons: &[Comparison], style: Style) -> String {
    let Some(first) = assessments.first() else { return String::new() };
    let manifest = &first.evaluation.manifest;
    let set = excerpt(&manifest.data_set, 24);
    let mut lines = vec![
        format!(
            "{} on {set} · labels {} · prices {} (assumed)",
            style.bold(&format!("{} pipelines", assessments.len())),
            manifest.labels,
            excerpt(&manifest.costs, 12)
        ),
        format!("  {}", style.dim(&facts::scale(first))),
        String::new(),
    ];
    if facts::has_labels(first) {
        lines.extend(answers(assessments, style));
        lines.extend(are_they_enough(assessments));
        lines.push(String::new());
        lines.extend(detection_and_cost(assessments, style));
        lines.push(String::new());
        lines.extend(losses(assessments, style));
    } else {
        lines.extend(what_they_did(assessments, style));
    }
    let labelled = facts::has_labels(first);
    lines.extend(differences(comparisons, labelled, LINES - 1 - lines.len().min(LINES - 1), style));
    lines.join("\n") + "\n"
}

/// One line of a block: a name and its cells.
fn row(name: &str, cells: &[String]) -> String {
    let cells = cells.iter().fold(String::new(), |line, cell| line + " " + &pad(cell, COLUMN));
    format!("  {}{cells}", pad(&excerpt(name, NAME - 1), NAME)).trim_end().to_owned()
}

fn header(cells: [&str; 3], style: Style) -> String {
    style.dim(&row("", &cells.map(str::to_owned)))
}

/// What each would have done, and what a triager that knows the truth would have done with the same cases.
fn answers(assessments: &[Assessment], style: Style) -> Vec<String> {
    let mut lines = vec![header(["regressions caught", "false actions", "false alarms (cases)"], style)];
    for assessment in assessments {
        let e = &assessment.evaluation;
        let cells = [
            estimate_short(&e.end_to_end.recall),
            estimate_short(&facts::false_action_share(&e.end_to_end)),
            estimate_short(&e.detection.null_cases),
        ];
        lines.push(bold_name(&row(&facts::name(assessment), &cells), style));
        if e.funnel.cases > 0 {
            let bound = estimate_short(&e.end_to_end.oracle.recall);
            lines.push(
                style.dim(&row("  upper bound", &[bound, "(same cases, a triager that knows the truth)".to_owned()])),
            );
        }
    }
    lines
}

/// Of those that were asked for, whether enough of their actions were right, as far as so few can show.
fn are_they_enough(assessments: &[Assessment]) -> Option<String> {
    let studied = assessments.iter().filter(|a| a.evaluation.stage_values.is_some());
    let questions = studied.filter_map(|a| Some((a, &a.evaluation.labels_needed.as_ref()?.end_to_end)));
    let answers: Vec<String> =
        questions.clone().map(|(a, q)| format!("{}: {}", excerpt(&facts::name(a), NAME), short(q.answer))).collect();
    let asked = percent(questions.clone().next()?.1.asked);
    let text = format!("  {} {}", pad(&format!("{asked} right?"), NAME), answers.join(" · "));
    Some(text.chars().take(WIDTH).collect())
}

/// [`words::answer`] where three stand on a line.
fn short(answer: Answer) -> String {
    match answer {
        Answer::More { labels, .. } => format!("{} more", count(labels)),
        other => words::answer(other),
    }
}

/// The line with its name in bold.
fn bold_name(line: &str, style: Style) -> String {
    let end = line.char_indices().nth(2 + NAME).map_or(line.len(), |(at, _)| at);
    format!("{}{}", style.bold(&line[..end]), &line[end..])
}

fn detection_and_cost(assessments: &[Assessment], style: Style) -> Vec<String> {
    let mut lines = vec![header(["incidents detected", "cost (wasted of it)", "harm of missed ones"], style)];
    for assessment in assessments {
        let e = &assessment.evaluation;
        let wasted = money(facts::wasted(&e.cost));
        let cells = [
            estimate_short(&e.detection.recall),
            format!("{} ({wasted})", money(facts::spent(&e.cost))),
            money(e.cost.missed_harm_usd),
        ];
        lines.push(row(&facts::name(assessment), &cells));
    }
    lines
}

/// Without truth: what each would have done, and what that takes.
fn what_they_did(assessments: &[Assessment], style: Style) -> Vec<String> {
    let mut lines = vec![
        "  No incident log: nothing of this can be called right or wrong.".to_owned(),
        header(["cases (alerts)", "actions (people asked)", "cost of running it"], style),
    ];
    for assessment in assessments {
        let (funnel, cost) = (&assessment.evaluation.funnel, &assessment.evaluation.cost);
        let cells = [
            format!("{} ({})", count(funnel.cases), count(funnel.alerts)),
            format!("{} ({})", count(funnel.fix_forward + funnel.rollback), count(funnel.investigate)),
            money(facts::spent(cost)),
        ];
        lines.push(row(&facts::name(assessment), &cells));
    }
    lines
}

/// Missed regressions by the stage that lost them.
fn losses(assessments: &[Assessment], style: Style) -> Vec<String> {
    let Some(first) = assessments.first() else { return Vec::new() };
    let names = words::loss_rows(&first.evaluation.misses).map(|row| row.column.to_owned());
    let cells = |cells: Vec<String>| cells.iter().fold(String::new(), |line, cell| format!("{line} {cell:>10}"));
    let heading = cells(names.to_vec());
    let mut lines = vec![style.dim(&format!("  {}{heading}", pad("lost at", NAME)))];
    for assessment in assessments {
        let rows = words::loss_rows(&assessment.evaluation.misses);
        let counts = cells(rows.iter().map(|row| count(row.count)).collect());
        lines.push(format!("  {}{counts}", pad(&excerpt(&facts::name(assessment), NAME - 1), NAME)));
    }
    lines
}

/// As many paired differences as fit.
fn differences(comparisons: &[Comparison], labelled: bool, room: usize, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for comparison in comparisons {
        let title = format!("  {} − {}, paired, 95 %", excerpt(&comparison.b, 30), excerpt(&comparison.a, 30));
        lines.push(String::new());
        lines.push(style.dim(&title));
        let shown = comparison.differences.iter().filter(|d| labelled || needs_no_truth(d.metric));
        lines.extend(shown.map(|d| difference_line(d, style)));
    }
    if lines.len() > room {
        lines.truncate(room.saturating_sub(1));
        lines.push(style.dim("  … all differences are in comparison.md"));
    }
    lines
}

fn difference_line(d: &MetricDifference, style: Style) -> String {
    let (name, unit) = metric(d.metric);
    let text = difference(d.difference.as_ref(), unit);
    let verdict = match excludes_zero(d.difference.as_ref()) {
        Some(true) => "a difference",
        Some(false) => "may be none",
        None => "",
    };
    format!("    {} {} {}", pad(name, 28), pad(&text, 34), style.dim(verdict)).trim_end().to_owned()
}

/// Whether a metric means something without an incident log.
#[must_use]
pub(in crate::report) fn needs_no_truth(metric: &str) -> bool {
    metric == "spent_usd"
}

/// What a paired metric is called, and its unit.
#[must_use]
pub(in crate::report) fn metric(name: &'static str) -> (&'static str, Unit) {
    match name {
        "end_to_end.precision" => ("actions that were right", Unit::Points),
        "end_to_end.recall" => ("regressions caught", Unit::Points),
        "detection.case_precision" => ("cases that hit an incident", Unit::Points),
        "detection.recall" => ("incidents detected", Unit::Points),
        "null_cases" => ("cases that hit no incident", Unit::Count),
        "false_actions" => ("false actions", Unit::Count),
        "spent_usd" => ("cost of running it", Unit::Money),
        other => (other, Unit::Count),
    }
}
