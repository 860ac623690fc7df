//! The choice against each other trial on the same deploys and incidents: significant, large and relevant are three questions.

use super::super::view::View;
use crate::report::markdown::{md, table};
use crate::report::number::{Unit, count, difference, p_equals, signed};
use crate::report::terminal::metric;
use crate::sweep::{AmountDifference, PairedTest};

pub(super) fn section(view: View) -> Option<String> {
    let tests = &view.selection.tests;
    if tests.is_empty() {
        return None;
    }
    let rows: Vec<Vec<String>> =
        tests.iter().flat_map(|test| test.metrics.iter().map(|metric| row(test, metric))).collect();
    let head = ["choice − other", "number", "difference [95 %]", "relative", "significant", "would matter"];
    let answers: Vec<Vec<String>> = tests.iter().map(answered).collect();
    let pairs = [
        "other",
        "regressions only the choice caught",
        "only the other",
        "p",
        "false actions only of the choice",
        "only of the other",
        "p",
    ];
    Some(format!(
        "### The choice against the others\n\nOn the same deploys and incidents, resampled together. The choice was picked as good on these data: differences in its favour are flattered, those against it are not.\n\n{}\n*Significant*: the interval leaves out 0, one comparison at a time. *Would matter*: as it stands the difference is at least 5 % of the other's cost, 5 points of a ratio, or one action a month.\n\nOne by one (exact McNemar tests):\n\n{}",
        table(&head, false, &rows),
        table(&pairs, false, &answers)
    ))
}

fn row(test: &PairedTest, d: &AmountDifference) -> Vec<String> {
    let (name, unit) = named(d.metric);
    let known = |answer: Option<bool>| match answer {
        None => "–",
        Some(true) => "yes",
        Some(false) => "no",
    };
    // A ratio of ratios says less than their difference.
    let relative = d.magnitude.filter(|share| share.is_finite() && unit != Unit::Points);
    vec![
        md(&test.b),
        name,
        difference(d.difference.as_ref(), unit),
        relative.map_or_else(|| "–".to_owned(), |share| format!("{} %", signed((share * 100.0).round(), Unit::Count))),
        known(d.significant).to_owned(),
        known(d.relevant).to_owned(),
    ]
}

fn answered(test: &PairedTest) -> Vec<String> {
    let p = |p: Option<f64>| p.map_or_else(|| "–".to_owned(), p_equals);
    vec![
        md(&test.b),
        count(test.only_a),
        count(test.only_b),
        p(test.p_recall),
        count(test.false_only_a),
        count(test.false_only_b),
        p(test.p_false_actions),
    ]
}

/// What a number is called, and its unit, by what its name ends in.
fn named(name: &'static str) -> (String, Unit) {
    let known = match name {
        "cost_usd_per_month" => "cost per month",
        "false_cost_usd_per_month" => "cost of false cases per month",
        "tokens_per_month" => "tokens per month",
        "false_actions_per_month" => "false actions per month",
        other => metric(other).0,
    };
    let unit = if name.contains("usd") {
        Unit::Money
    } else if name.ends_with("precision") || name.ends_with("recall") {
        Unit::Points
    } else {
        Unit::Count
    };
    (md(known), unit)
}
