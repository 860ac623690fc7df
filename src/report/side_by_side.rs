//! Two runs or trials beside each other, for the terminal and as Markdown: values, differences, who did what alone, and what to do.

mod words;

use super::markdown::{md, table};
use super::number::{UNDEFINED, Unit, count, decimal, difference, estimate_short, money, p_equals, percent};
use super::shown::{excerpt, visible};
use super::style::{Style, fit, pad, wrap};
use crate::sweep::{CaseId, Change, Discordant, MetricRow, SideBySide, Value};
use std::fmt::Write;
use words::{conclusion, note};

const WIDTH: usize = 100;
const NAME: usize = 22;
/// One of two columns of values.
const HALF: usize = 37;
const COLUMN: usize = 40;
/// Characters of the columns of yes and no.
const NARROW: usize = 11;
/// Ids listed one by one on a terminal.
const LISTED: usize = 10;

/// For a terminal: lines of 100 characters.
#[must_use]
pub fn terminal(found: &SideBySide, style: Style) -> String {
    let mut lines = vec![
        style.bold(&title(found, |text| excerpt(text, 40))),
        format!("  {}", scale(found, |text| excerpt(text, 24))),
        String::new(),
    ];
    let names = [&found.a, &found.b].map(|name| excerpt(name, 36));
    lines.push(style.dim(&row("", &[(&names[0], HALF), (&names[1], HALF)])));
    for metric in &found.metrics {
        let [a, b] = [&metric.a, &metric.b].map(|value| shown(metric.metric, value));
        lines.push(row(label(metric.metric), &[(&a, HALF), (&b, HALF)]));
    }
    lines.extend([
        String::new(),
        style.dim(&row(
            "",
            &[("B − A [95 %]", COLUMN), ("significant", NARROW), ("magnitude", NARROW), ("relevant", NARROW)],
        )),
    ]);
    for metric in &found.metrics {
        let [difference, significant, magnitude, relevant] = cells(metric);
        let cells = [(&*difference, COLUMN), (&significant, NARROW), (&magnitude, NARROW), (&relevant, NARROW)];
        lines.push(row(label(metric.metric), &cells));
    }
    lines.push(String::new());
    lines.extend(alone_in_lines("regressions answered", &found.answered, |id| excerpt(id, 60)));
    lines.extend(alone_in_lines("false actions", &found.false_actions, |case| excerpt(&case_name(case), 60)));
    lines.push(String::new());
    let answer = [Some(conclusion(found)), note(found)].into_iter().flatten();
    lines.extend(answer.flat_map(|text| wrap(&visible(&text), WIDTH - 2)).map(|line| format!("  {line}")));
    lines.iter().map(|line| fit(line, WIDTH) + "\n").collect()
}

/// The same as a Markdown page, with every id.
#[must_use]
pub fn markdown(found: &SideBySide) -> String {
    let mut out = format!("# {}\n\n{}\n\n{}\n\n", title(found, md), md(&conclusion(found)), scale(found, md));
    let rows: Vec<Vec<String>> = found.metrics.iter().map(markdown_row).collect();
    let head = ["metric", "A", "B", "B − A [95 %]", "significant", "magnitude", "relevant"];
    out.push_str(&table(&head, true, &rows));
    _ = writeln!(
        out,
        "\n*Significant*: the 95 % interval of the difference leaves out 0. *Magnitude*: the difference ÷ A's value. *Relevant*: at least \
         5 % of A's cost, 5 points of a ratio, or one action a month."
    );
    alone_in_markdown(&mut out, "Regressions answered", &found.answered, |id| md(id));
    alone_in_markdown(&mut out, "False actions", &found.false_actions, |case| md(&case_name(case)));
    if let Some(note) = note(found) {
        _ = writeln!(out, "\n{note}");
    }
    out
}

fn title(found: &SideBySide, escape: impl Fn(&str) -> String) -> String {
    format!("A = {} against B = {}", escape(&found.a), escape(&found.b))
}

fn scale(found: &SideBySide, escape: impl Fn(&str) -> String) -> String {
    format!(
        "{} weeks, {} deploys and incidents drawn as a whole · labels {} · prices {} (assumed)",
        decimal(found.weeks),
        count(found.units as u64),
        found.labels,
        escape(&found.costs)
    )
}

fn row(name: &str, cells: &[(&str, usize)]) -> String {
    let cells = cells.iter().fold(String::new(), |line, (cell, width)| line + " " + &pad(cell, *width));
    format!("  {}{cells}", pad(name, NAME)).trim_end().to_owned()
}

/// The metric in words.
fn label(metric: &str) -> &str {
    match metric {
        "cost_usd_per_month" => "cost a month",
        "false_cost_usd_per_month" => "of it on false cases",
        "false_actions_per_month" => "false actions a month",
        "end_to_end.precision" => "right actions",
        "end_to_end.recall" => "regressions answered",
        "detection.case_precision" => "cases with an incident",
        "detection.recall" => "incidents detected",
        "tokens_per_month" => "tokens a month",
        other => other,
    }
}

fn unit(metric: &str) -> Unit {
    match metric {
        "cost_usd_per_month" | "false_cost_usd_per_month" => Unit::Money,
        "false_actions_per_month" | "tokens_per_month" => Unit::Count,
        _ => Unit::Points,
    }
}

fn shown(metric: &str, value: &Value) -> String {
    match value {
        Value::Ratio(estimate) => estimate_short(estimate),
        Value::PerMonth(None) => UNDEFINED.to_owned(),
        Value::PerMonth(Some(usd)) if unit(metric) == Unit::Money => money(*usd),
        Value::PerMonth(Some(amount)) => decimal(*amount),
    }
}

/// Difference, significant, magnitude, relevant.
fn cells(row: &MetricRow) -> [String; 4] {
    let Change { difference: found, significant, magnitude, relevant } = &row.change;
    let told = |answer: Option<bool>| answer.map_or(UNDEFINED, |yes| if yes { "yes" } else { "no" }).to_owned();
    let magnitude = match magnitude {
        None => UNDEFINED.to_owned(),
        Some(0.0) => "0 %".to_owned(),
        Some(m) if *m < 0.0 => format!("−{}", percent_of(-m)),
        Some(m) => format!("+{}", percent_of(*m)),
    };
    [difference(found.as_ref(), unit(row.metric)), told(*significant), magnitude, told(*relevant)]
}

/// Several hundred per cent read better as a factor.
fn percent_of(share: f64) -> String {
    if share <= 1.0 { percent(share) } else { format!("{} %", count((share * 100.0).round() as u64)) }
}

fn markdown_row(row: &MetricRow) -> Vec<String> {
    let values = [&row.a, &row.b].map(|value| shown(row.metric, value));
    [label(row.metric).to_owned()].into_iter().chain(values).chain(cells(row)).collect()
}

fn case_name(case: &CaseId) -> String {
    format!("{} ({})", case.deploy, case.service)
}

/// Such as `12 by both, 3 by neither, 0 by A alone, 5 by B alone (exact McNemar test: p = 0.063)`.
fn tally<T>(found: &Discordant<T>) -> String {
    let neither = found.neither.map_or_else(String::new, |n| format!(" {} by neither,", count(n)));
    let chance = found.p.map_or_else(String::new, |p| format!(" (exact McNemar test: {})", p_equals(p)));
    let [only_a, only_b] = [&found.only_a, &found.only_b].map(|only| count(only.len() as u64));
    format!("{} by both,{neither} {only_a} by A alone, {only_b} by B alone{chance}", count(found.both))
}

fn alone_in_lines<T>(what: &str, found: &Discordant<T>, name: impl Fn(&T) -> String) -> Vec<String> {
    let told = wrap(&format!("{what}: {}", tally(found)), WIDTH - 2);
    let mut lines: Vec<String> = told.into_iter().map(|line| format!("  {line}")).collect();
    for (side, only) in [("A", &found.only_a), ("B", &found.only_b)] {
        if only.is_empty() {
            continue;
        }
        let more = only.len().saturating_sub(LISTED);
        let mut named: Vec<String> = only.iter().take(LISTED).map(&name).collect();
        if more > 0 {
            named.push(format!("{} more (--format json has them)", count(more as u64)));
        }
        let text = format!("only {side}: {}", named.join(", "));
        lines.extend(wrap(&text, WIDTH - 4).into_iter().map(|line| format!("    {line}")));
    }
    lines
}

fn alone_in_markdown<T>(out: &mut String, what: &str, found: &Discordant<T>, name: impl Fn(&T) -> String) {
    _ = writeln!(out, "\n## {what}\n\n{}.", tally(found));
    for (side, only) in [("A", &found.only_a), ("B", &found.only_b)] {
        if !only.is_empty() {
            let named: Vec<String> = only.iter().map(&name).collect();
            _ = writeln!(out, "\nOnly {side}: {}", named.join(", "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::HOSTILE;
    use crate::sweep::fixture::{ground, record};

    fn found() -> SideBySide {
        let mut ground = ground();
        ground.incidents[1].id = HOSTILE.to_owned();
        ground.deploys[3].id = HOSTILE.to_owned();
        ground.costs.name = HOSTILE.to_owned();
        SideBySide::of(&ground, &record("a", 0..20, 0..15, 1000), &record(HOSTILE, 2..22, 0..1, 1000), false)
    }

    #[test]
    fn a_terminal_shows_every_metric_in_lines_that_fit() {
        let text = terminal(&found(), Style::default());
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        for metric in ["cost a month", "right actions", "regressions answered", "incidents detected", "tokens a month"]
        {
            assert!(text.lines().filter(|line| line.trim_start().starts_with(metric)).count() >= 2, "{metric}\n{text}");
        }
        assert!(text.contains("20/30 = 67 % [49–81 %]"), "{text}");
        let flowing = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flowing.contains("18 by both, 8 by neither, 2 by A alone, 2 by B alone (exact McNemar test: p = 1.00)")
        );
        assert!(
            flowing.contains("false actions: 1 by both, 14 by A alone, 0 by B alone (exact McNemar test: p = 1.2e-4)")
        );
        assert!(
            flowing.contains("only B: i20, i21") && flowing.contains("q2 (s)") && flowing.contains("more"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }

    #[test]
    fn a_page_has_every_id_and_no_markup_of_theirs() {
        let page = markdown(&found());
        assert!(page.contains("q2 (s), q3 (s), q4 (s)") && page.contains("q14 (s)"), "{page}");
        assert!(page.contains("| metric | A | B | B − A [95 %] | significant | magnitude | relevant |"));
        assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains("](http:"), "{page}");
    }
}
