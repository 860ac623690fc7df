//! `comparison.md`: several pipelines on the same history.

use super::super::number::{count, difference, estimate, excludes_zero, maybe_money, money};
use super::super::terminal::{metric, needs_no_truth};
use super::super::{facts, words};
use super::escape::{code, md, table};
use crate::evaluate::{Assessment, Comparison, MetricDifference};
use std::fmt::Write;

/// `comparison.md`.
#[must_use]
pub fn comparison(assessments: &[Assessment], comparisons: &[Comparison]) -> String {
    let Some(first) = assessments.first() else { return String::new() };
    let manifest = &first.evaluation.manifest;
    let names: Vec<String> = assessments.iter().map(|a| code(&facts::name(a))).collect();
    let mut out = format!(
        "# {} pipelines on {}\n\n{}\n\nReplayed: {}. Incident log: {}. Prices: {} (assumed). Data set hash {}, shakedown {}.\n\n",
        assessments.len(),
        md(&manifest.data_set),
        names.join(", "),
        facts::scale(first),
        md(&manifest.labels),
        md(&manifest.costs),
        md(&manifest.data_set_hash),
        md(&manifest.version)
    );
    let labelled = facts::has_labels(first);
    for comparison in comparisons.iter().filter(|_| labelled) {
        if let (Some(a), Some(b)) = (named(assessments, &comparison.a), named(assessments, &comparison.b)) {
            _ = writeln!(out, "{}\n", sentence(a, b, comparison));
        }
    }
    out += &side_by_side(assessments);
    out += "\n![Precision and recall of every stage](charts/precision_recall.svg)\n";
    for comparison in comparisons {
        out += &paired(comparison, labelled);
    }
    out + "\nPaired differences resample deploys or incidents (2,000 bootstrap draws, seed in `evaluation.json`); both pipelines are always drawn together, so what is hard for both cancels.\n"
}

fn named<'a, 'b>(assessments: &'b [Assessment<'a>], name: &str) -> Option<&'b Assessment<'a>> {
    assessments.iter().find(|a| a.evaluation.manifest.pipeline.resolved.name == name)
}

/// How many false alarms each raises, what they cost, by which factor they differ, and at what price in recall.
fn sentence(a: &Assessment, b: &Assessment, comparison: &Comparison) -> String {
    let alarms = |assessment: &Assessment| {
        assessment.judged.iter().filter(|j| j.case().is_some() && j.all.is_empty()).count() as u64
    };
    let partial = facts::is_partial(&a.evaluation);
    let what = if partial { "alarms that hit nothing in a partial log" } else { "null alarms" };
    let say = |assessment: &Assessment| {
        let e = &assessment.evaluation;
        format!(
            "{} raises {} {what} ({}) costing {}",
            code(&facts::name(assessment)),
            count(alarms(assessment)),
            estimate(&e.detection.null_cases),
            money(e.cost.null_cases_usd)
        )
    };
    let find = |metric: &str| comparison.differences.iter().find(|d| d.metric == metric);
    let value = |name: &str| {
        find(name).map_or_else(|| "–".to_owned(), |d| difference(d.difference.as_ref(), metric(d.metric).1))
    };
    format!(
        "{}; {}, i.e. {}. The recall difference end to end is {}, in detection {}.",
        say(a),
        say(b),
        factor(alarms(a), alarms(b)),
        value("end_to_end.recall"),
        value("detection.recall")
    )
}

fn factor(a: u64, b: u64) -> String {
    match (a, b) {
        (0, 0) => "none either way".to_owned(),
        (_, 0) => "none of them is left".to_owned(),
        (0, _) => "the first had none".to_owned(),
        (a, b) if a == b => "as many".to_owned(),
        (a, b) if a > b => format!("a factor {:.1} fewer", a as f64 / b as f64),
        (a, b) => format!("a factor {:.1} more", b as f64 / a as f64),
    }
}

fn side_by_side(assessments: &[Assessment]) -> String {
    type Cell = fn(&Assessment) -> String;
    let rows: [(&str, Cell); 16] = [
        ("regressions caught (recall end to end)", |a| estimate(&a.evaluation.end_to_end.recall)),
        ("its upper bound", |a| estimate(&a.evaluation.end_to_end.oracle.recall)),
        ("actions that were right (precision end to end)", |a| estimate(&a.evaluation.end_to_end.precision)),
        ("its upper bound", |a| estimate(&a.evaluation.end_to_end.oracle.precision)),
        ("false actions", |a| count(a.evaluation.end_to_end.false_actions)),
        ("false alarms (cases that hit nothing)", |a| estimate(&a.evaluation.detection.null_cases)),
        ("incidents detected", |a| estimate(&a.evaluation.detection.recall)),
        ("alerts that hit an incident", |a| estimate(&a.evaluation.detection.precision)),
        ("chance hit rate", |a| estimate(&a.evaluation.detection.chance_hit_rate)),
        ("triage precision", |a| estimate(&a.evaluation.triage.precision)),
        ("triage recall", |a| estimate(&a.evaluation.triage.recall)),
        ("cost of running it", |a| money(facts::spent(&a.evaluation.cost))),
        ("wasted of it", |a| judged(a, facts::wasted(&a.evaluation.cost))),
        ("cases that hit nothing, of it", |a| judged(a, a.evaluation.cost.null_cases_usd)),
        ("harm of missed regressions", |a| judged(a, a.evaluation.cost.missed_harm_usd)),
        ("lost at", |a| lost(a)),
    ];
    let names: Vec<String> = assessments.iter().map(|a| md(&facts::name(a))).collect();
    let head: Vec<&str> = std::iter::once("").chain(names.iter().map(String::as_str)).collect();
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|(name, cell)| std::iter::once((*name).to_owned()).chain(assessments.iter().map(cell)).collect())
        .collect();
    format!("## Side by side\n\n{}", table(&head, false, &rows))
}

/// Money that only an incident log can tell.
fn judged(assessment: &Assessment, usd: f64) -> String {
    maybe_money(facts::has_labels(assessment).then_some(usd))
}

fn lost(assessment: &Assessment) -> String {
    let rows = words::loss_rows(&assessment.evaluation.misses);
    if !facts::has_labels(assessment) {
        return "–".to_owned();
    }
    let parts: Vec<String> =
        rows.iter().filter(|row| row.count > 0).map(|row| format!("{}: {}", row.short, count(row.count))).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

fn paired(comparison: &Comparison, labelled: bool) -> String {
    let rows: Vec<Vec<String>> =
        comparison.differences.iter().filter(|d| labelled || needs_no_truth(d.metric)).map(difference_row).collect();
    format!(
        "\n## {} − {}\n\n{}",
        md(&comparison.b),
        md(&comparison.a),
        table(&["number", "difference [95 %]", "paired by", "clusters", "what it means"], false, &rows)
    )
}

fn difference_row(d: &MetricDifference) -> Vec<String> {
    let (name, unit) = metric(d.metric);
    let found = d.difference.as_ref();
    let meaning = match (found, excludes_zero(found)) {
        (None, _) => "undefined, or more than the labels can tell",
        (Some(_), None) => "too few to say",
        (Some(_), Some(true)) => "the interval excludes 0: a difference",
        (Some(_), Some(false)) => "the interval includes 0: no difference shown",
    };
    vec![
        name.to_owned(),
        difference(found, unit),
        d.paired_by.to_owned(),
        found.map_or_else(|| "–".to_owned(), |d| count(d.clusters as u64)),
        meaning.to_owned(),
    ]
}
