//! What labelled pairs say of a normalizer and its threshold, for a terminal and as Markdown: the same sections, set differently.

use super::markdown::{md, table};
use super::number::{UNDEFINED, count, decimal, estimate, money, p_equals, plural, score};
use super::style::{Style, pad, wrap};
use crate::evaluate::{Advice, Recalibration, RuleScore, ThresholdSide};
use crate::model::Instant;
use crate::report::shown::excerpt;

/// Characters of a line.
const WIDTH: usize = 100;
/// Deploys and weeks that are told.
const TOLD: usize = 12;

/// A heading, sentences, and perhaps a table.
struct Section {
    title: &'static str,
    sentences: Vec<String>,
    table: Option<(Vec<&'static str>, Vec<Vec<String>>)>,
}

/// For a terminal.
#[must_use]
pub fn terminal(r: &Recalibration, normalizer: &str, style: Style) -> String {
    let mut lines = vec![style.bold(&title(r, normalizer))];
    for section in sections(r) {
        lines.push(String::new());
        lines.push(style.bold(section.title));
        for sentence in &section.sentences {
            lines.extend(wrap(&excerpt(sentence, 1000), WIDTH - 2).into_iter().map(|line| format!("  {line}")));
        }
        if let Some((head, rows)) = &section.table {
            let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
            lines.push(style.dim(&row(&head, &head, rows)));
            lines.extend(rows.iter().map(|cells| row(cells, &head, rows)));
        }
    }
    lines.join("\n") + "\n"
}

/// Cells as wide as the widest of their column and the heading.
fn row(cells: &[String], head: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let columns = rows.iter().filter_map(|row| row.get(column));
        columns.chain(head.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let padded = cells.iter().enumerate().map(|(column, cell)| pad(cell, width(column) + 2));
    format!("  {}", padded.collect::<String>()).trim_end().to_owned()
}

/// As Markdown.
#[must_use]
pub fn markdown(r: &Recalibration, normalizer: &str) -> String {
    let mut out = vec![format!("# {}\n", md(&title(r, normalizer)))];
    for section in sections(r) {
        out.push(format!("## {}\n", section.title));
        if !section.sentences.is_empty() {
            let sentences: Vec<String> = section.sentences.iter().map(|sentence| md(sentence)).collect();
            out.push(sentences.join("\n\n") + "\n");
        }
        if let Some((head, rows)) = &section.table {
            let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| md(cell)).collect()).collect();
            out.push(table(head, false, &rows));
        }
    }
    out.join("\n")
}

fn title(r: &Recalibration, normalizer: &str) -> String {
    format!("{} by {}", excerpt(normalizer, 60), plural(r.pairs as u64, "labelled pair"))
}

fn sections(r: &Recalibration) -> Vec<Section> {
    [Some(answer(r)), Some(rules(r)), deploys(r), Some(threshold(r)), backtests(r), nearest(r), Some(routine(r))]
        .into_iter()
        .flatten()
        .collect()
}

fn answer(r: &Recalibration) -> Section {
    let advice = match &r.advice {
        Advice::Keep { reason } => format!("Keep the threshold: {reason}."),
        Advice::Change { to, low, high, reason } => {
            format!(
                "Change the threshold to {} [{}, {}]: {reason}.",
                score(Some(*to)),
                score(Some(*low)),
                score(Some(*high))
            )
        }
        Advice::Label { pairs, reason } => format!("Label {} first: {reason}.", plural(*pairs, "more pair")),
    };
    let mut sentences = vec![advice];
    match &r.due[..] {
        [] => sentences.push("No sign of drift asks for a new look.".to_owned()),
        due => sentences.extend(due.iter().map(|sign| format!("Look again: {sign}."))),
    }
    if r.skipped > 0 || r.disagreements > 0 {
        sentences.push(format!(
            "{} could not be told and count for nothing; on {} labellers disagree, and the latest answer counts.",
            plural(r.skipped, "pair"),
            plural(r.disagreements, "pair")
        ));
    }
    Section { title: "What to do", sentences, table: None }
}

fn score_cells(score: &RuleScore) -> [String; 2] {
    [estimate(&score.split), estimate(&score.merged)]
}

fn rules(r: &Recalibration) -> Section {
    let [split, merged] = score_cells(&r.rules);
    let judged = r.rules.split.denominator + r.rules.merged.denominator;
    let unjudged = match (r.pairs as u64).saturating_sub(judged) {
        0 => "All labelled pairs could be judged.".to_owned(),
        n => format!(
            "{} cannot be judged: no record of the data set has that text alone, as where the trace decides.",
            plural(n, "pair")
        ),
    };
    let weeks = r.weeks.iter().rev().take(TOLD).rev();
    let rows = weeks.map(|week| [vec![day(week.start)], score_cells(&week.score).to_vec()].concat()).collect();
    Section {
        title: "The normalizer as it is",
        sentences: vec![
            format!(
                "Of pairs labelled the same error it splits {split}; of pairs labelled different it merges {merged}."
            ),
            unjudged,
            "Labelled pairs are not like all pairs: most lie near the threshold. Read the weeks against each other."
                .to_owned(),
        ],
        table: Some((vec!["week of", "same, but split", "different, but merged"], rows)),
    }
}

fn deploys(r: &Recalibration) -> Option<Section> {
    let rows: Vec<Vec<String>> = r
        .deploys
        .iter()
        .rev()
        .take(TOLD)
        .rev()
        .map(|deploy| {
            let cells = [score_cells(&deploy.before), score_cells(&deploy.after)].concat();
            [vec![excerpt(&deploy.deploy, 24)], cells].concat()
        })
        .collect();
    (!rows.is_empty()).then(|| Section {
        title: "Before and after deploys",
        sentences: vec!["Pairs first seen in the seven days before, and in the 24 hours after.".to_owned()],
        table: Some((vec!["deploy", "split before", "merged before", "split after", "merged after"], rows)),
    })
}

fn threshold(r: &Recalibration) -> Section {
    let mut sentences = Vec::new();
    let cost = |cost: Option<f64>| cost.map_or_else(|| UNDEFINED.to_owned(), |cost| decimal(cost * 1000.0));
    if let Some(found) = &r.threshold {
        sentences.push(format!(
            "The pairs ask for {} [{}, {}] (95 %, pairs drawn anew within their strata); in use: {}.",
            score(Some(found.value)),
            score(Some(found.low)),
            score(Some(found.high)),
            score(Some(r.in_use))
        ));
        sentences.push(format!(
            "Cost per 1,000 pairs of the data set, a wrong merge {} and a wrong split {}: {} there, {} at the one in use.",
            decimal(r.costs.merge),
            decimal(r.costs.split),
            cost(Some(found.cost)),
            cost(r.cost_in_use)
        ));
    }
    let side = |name: &str, side: &ThresholdSide| {
        vec![name.to_owned(), estimate(&side.wrong), count(side.needed), count(side.missing)]
    };
    sentences.push(format!(
        "To know a side's share of mistakes to within ±{} takes z² p (1 − p) ÷ h² pairs, p the share seen, but at least .15 and at most .5.",
        decimal(r.half_width)
    ));
    let rows = vec![side("up to it", &r.below), side("beyond it", &r.above)];
    Section {
        title: "The threshold",
        sentences,
        table: Some((vec!["side", "wrong of the labelled", "pairs needed", "missing"], rows)),
    }
}

fn backtests(r: &Recalibration) -> Option<Section> {
    let cost = |cost: Option<f64>| cost.map_or_else(|| UNDEFINED.to_owned(), |cost| decimal(cost * 1000.0));
    let told = r.backtests.iter().rev().take(TOLD).rev();
    let rows: Vec<Vec<String>> = told
        .map(|test| {
            let pairs = count(test.pairs as u64);
            let costs = [test.cost_before, test.cost_in_use, test.cost_best].map(cost);
            [vec![day(test.start), pairs, score(test.threshold_before)], costs.to_vec()].concat()
        })
        .collect();
    let mut sentences = vec![format!(
        "How the threshold that all earlier pairs asked for did on the pairs of each {} days; costs per 1,000 pairs.",
        r.period_days
    )];
    if let Some(fresh) = &r.freshness {
        sentences.push(format!(
            "P(same | distance) of the first {} pairs on the latest {}: mean squared error {:.3} against {:.3} on held-out earlier ones (standard error {:.3}).",
            fresh.earlier_pairs, fresh.fresh_pairs, fresh.fresh_brier, fresh.earlier_brier, fresh.standard_error
        ));
    }
    let head = vec!["from", "pairs", "threshold then", "cost of it", "of the one in use", "least possible"];
    (!rows.is_empty()).then_some(Section {
        title: "Earlier thresholds on later pairs",
        sentences,
        table: Some((head, rows)),
    })
}

fn nearest(r: &Recalibration) -> Option<Section> {
    let row = |name: String, shift: &crate::evaluate::Shift| {
        let test = shift.test.map_or_else(
            || "too few".to_owned(),
            |test| {
                format!(
                    "D {}, {}{}",
                    score(Some(test.d)),
                    p_equals(test.p_value),
                    if shift.shifted { ": shifted" } else { "" }
                )
            },
        );
        vec![name, count(shift.templates as u64), score(shift.median), test]
    };
    let weeks = r.nearest_weeks.iter().rev().take(TOLD).rev().map(|week| row(day(week.start), &week.shift));
    let shifted = r.nearest_deploys.iter().filter(|deploy| deploy.shift.shifted).rev().take(TOLD);
    let rows: Vec<Vec<String>> = weeks
        .chain(shifted.map(|deploy| row(format!("after {}", excerpt(&deploy.deploy, 24)), &deploy.shift)))
        .collect();
    (!rows.is_empty()).then(|| Section {
        title: "New templates: distance to the nearest known one",
        sentences: vec![format!(
            "Each week against all before it, by Kolmogorov and Smirnov: shifted where p < .001 and D > .1. {} with enough new templates; those that shifted are listed.",
            plural(r.nearest_deploys.len() as u64, "deploy")
        )],
        table: Some((vec!["since", "templates", "median", "against before"], rows)),
    })
}

fn routine(r: &Recalibration) -> Section {
    let routine = &r.routine;
    let enough = match routine.days_to_enough {
        Some(0.0) => "enough are labelled already".to_owned(),
        Some(days) => format!("the missing pairs are labelled in {} days", decimal(days.ceil())),
        None => "without deploys it never ends".to_owned(),
    };
    Section {
        title: "Keeping it so",
        sentences: vec![format!(
            "{} after each deploy ({} a month), {} minutes each (assumed): {} minutes or {} a month; {enough}.",
            plural(u64::from(routine.pairs_per_deploy), "pair"),
            decimal(routine.deploys_per_month),
            decimal(routine.minutes_per_pair),
            decimal(routine.minutes_per_month.round()),
            money(routine.usd_per_month)
        )],
        table: None,
    }
}

fn day(at: Instant) -> String {
    at.minute().chars().take(10).collect()
}
