//! `report.md` and `comparison.md`: every number with its counts, interval and assumption, every miss and every false action told.

mod answer;
mod blames;
mod certainty;
mod comparison;
mod costs;
mod escape;
mod floors;
mod guide;
mod misses;
mod monthly;
mod normalization;
mod placebo;
mod quality;
mod rollback;
mod stage_value;
mod stories;
mod tables;
mod triage;
mod wrong_verdicts;

pub use comparison::comparison;
pub(super) use normalization::page as normalization;
pub use placebo::section as placebo_section;
pub use quality::document as quality;
pub(super) use stories::section as stories;
pub(super) use tables::{FunnelStage, funnel_stages};
pub(super) use triage::page as triage;

use super::charts::Plan;
use super::number::{count, maybe_minutes, minutes};
use super::{facts, number, why::View};
use crate::dataset::DataSet;
use crate::evaluate::{Assessment, Quantile, RunManifest};
use crate::series::Fits;
pub(super) use escape::code;
pub(super) use escape::table;
pub(super) use escape::{md, md_excerpt};
use std::fmt::Write;

/// Cases or incidents told one by one; the rest is in `cases.jsonl` and `alerts.jsonl`.
const TOLD: usize = 60;

/// `report.md` of one pipeline. Its links fit the files that [`write`](super::write) puts beside it.
#[must_use]
pub fn report(assessment: &Assessment, data: &DataSet, fits: &Fits) -> String {
    render(View { data, fits, assessment }, &Plan::of(assessment, data))
}

/// The same with the charts that were planned.
pub(super) fn render(view: View, plan: &Plan) -> String {
    let e = &view.assessment.evaluation;
    let labelled = facts::has_labels(view.assessment);
    let mut sections = vec![
        format!("# {} on {}\n", md(&facts::name(view.assessment)), md(&e.manifest.data_set)),
        answer::section(view.assessment),
        tables::funnel(view.assessment),
    ];
    if labelled {
        sections.push(tables::stages(e));
        sections.push(certainty::section(e));
        sections.extend(e.stage_values.as_ref().map(stage_value::section));
        sections.push(misses::section(view, plan));
        sections.push(blames::false_actions(view, plan));
        sections.extend(e.rollback.as_ref().map(rollback::section));
        sections.push(blames::false_alarms(view));
    }
    sections.extend(triage::section(e));
    sections.extend(e.normalization.as_ref().map(normalization::section));
    sections.extend(floors::section(&e.floors));
    sections.push(placebo::section(&e.placebo));
    sections.push(costs::section(e));
    sections.push(delays(view.assessment));
    sections.push(charts(plan));
    sections.push(guide::section(e));
    sections.push(provenance(&e.manifest));
    sections.join("\n")
}

fn delays(assessment: &Assessment) -> String {
    let d = &assessment.evaluation.delay;
    let mut rows = vec![
        ("incidents detected", count(d.detected)),
        ("from their start to the first decision, median", maybe_minutes(d.detect_minutes_p50)),
        ("the same, 90th percentile", maybe_minutes(d.detect_minutes_p90)),
    ];
    if let Some(time) = &d.time_to_detect {
        rows.push(("reachable incidents, missed ones among them", count(time.incidents)));
        rows.push(("until half of them are detected", until(&time.median)));
        rows.push(("until nine in ten are", until(&time.p90)));
    }
    rows.extend([
        ("incidents rightly acted on", count(d.saved_minutes.incidents)),
        ("from the decision to their end, median", maybe_minutes(d.saved_minutes.p50)),
        ("the same, sum", minutes(d.saved_minutes.total)),
    ]);
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let horizon = d.time_to_detect.as_ref().map_or_else(String::new, |time| {
        format!(" “Until” counts missed incidents as undetected for {} (Kaplan and Meier): promise these times to others, not those of the detected ones alone.", minutes(time.horizon_minutes))
    });
    format!(
        "## Delays\n\n{}\nA decision is made when its window closes. What an action would have saved is bounded by the time from the decision to the incident's end.{horizon}\n",
        table(&["what", "value"], true, &rows)
    )
}

/// `54 min [48 min – 58 min]`; `never` where too few are detected, and an open end as `…`.
fn until(time: &Quantile) -> String {
    let end = |minutes: Option<f64>| minutes.map_or_else(|| "…".to_owned(), number::minutes);
    let value = time.minutes.map_or_else(|| "not reached".to_owned(), minutes);
    if time.low.is_none() && time.high.is_none() {
        return value;
    }
    format!("{value} [{} – {}]", end(time.low), end(time.high))
}

fn charts(plan: &Plan) -> String {
    let mut out = "## Charts\n\n- [Precision and recall of every stage](charts/precision_recall.svg)\n- [What was left at each stage](charts/funnel.svg)\n- [What the cost of a month hangs on](charts/tornado.svg)\n- [When triage states a probability, how often it is so](charts/reliability.svg)\n".to_owned();
    for chart in &plan.charts {
        _ = writeln!(out, "- [{}]({})", md(&chart.title), chart.link());
    }
    if plan.left_out > 0 {
        _ = writeln!(
            out,
            "\n{} further cases have no chart: false actions, misses and right actions come first.",
            count(plan.left_out as u64)
        );
    }
    out
}

fn provenance(manifest: &RunManifest) -> String {
    let resolved = toml::to_string(&manifest.pipeline.resolved).unwrap_or_else(|e| e.to_string());
    let rows = [
        ("data set", md(&manifest.data_set)),
        ("data set hash", md(&manifest.data_set_hash)),
        ("shakedown", md(&manifest.version)),
        ("price list", md(&manifest.costs)),
        ("incident log", md(&manifest.labels)),
        ("seed of the bootstrap", manifest.seed.to_string()),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let mut pipeline = String::new();
    for line in resolved.lines() {
        _ = writeln!(pipeline, "    {}", crate::model::visible(line));
    }
    format!("## Provenance\n\n{}\nThe pipeline, as resolved:\n\n{pipeline}", table(&["what", "value"], false, &rows))
}

/// A bullet list of code or text.
fn bullets(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().fold(String::new(), |list, item| list + "- " + &item + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn hostile_text_stays_text_in_every_section() {
        fixture::with(|world| {
            let text = report(world.assessment, world.data, world.fits);
            // Code spans and indented code show a tag as text; anywhere else it must be an entity.
            let outside: String =
                text.lines().filter(|l| !l.starts_with("    ")).map(|l| outside_code(l) + "\n").collect();
            assert!(!outside.contains("<script"), "{outside}");
            assert!(!outside.contains("](http:"), "{outside}");
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
            assert!(!text.contains('\u{202e}'));
            let tables = text.lines().filter(|line| line.starts_with('|')).collect::<Vec<_>>();
            for block in tables.chunk_by(|a, b| a.matches('|').count() == b.matches('|').count()) {
                assert!(block.len() >= 2, "a row broke out of its table: {block:?}");
            }
            assert!(text.contains("## Missed regressions"), "{text}");
        });
    }

    /// A line without its code spans, read as Markdown reads them.
    fn outside_code(line: &str) -> String {
        let (mut out, mut rest) = (String::new(), line);
        while let Some(at) = rest.find('`') {
            let fence = rest[at..].chars().take_while(|&c| c == '`').count();
            out.push_str(&rest[..at]);
            let after = &rest[at + fence..];
            let mut from = 0;
            let close = loop {
                let Some(start) = after[from..].find('`').map(|i| from + i) else { break None };
                let run = after[start..].chars().take_while(|&c| c == '`').count();
                if run == fence {
                    break Some(start + run);
                }
                from = start + run;
            };
            rest = close.map_or(after, |end| &after[end..]);
        }
        out + rest
    }
}
