//! What choosing gives up: the trials that no other beats in everything.

use super::super::view::View;
use super::{SHOWN, and_more};
use crate::report::markdown::{md, table};
use crate::report::number::{count, decimal, estimate, maybe_minutes, money, plural};
use crate::sweep::FrontPoint;

pub(super) fn section(view: View) -> Option<String> {
    let front = &view.selection.front;
    if front.is_empty() {
        return None;
    }
    let chance = front.iter().filter(|point| point.by_chance).count() as u64;
    let order = told(view);
    let rows: Vec<Vec<String>> = order.iter().map(|point| row(view, point)).collect();
    let head = [
        "configuration",
        "with the same numbers",
        "regressions caught",
        "actions that were right",
        "false cases cost",
        "tokens",
        "time to act",
        "cost per month",
        "by chance",
    ];
    Some(format!(
        "## What it gives up\n\n{} on the front: no other is as good in regressions caught, cost of false cases, tokens and time to act and better in one. {} of them {} there only by differences that chance explains (“yes”; 90 % paired intervals). Running another one of these trades one good for another; running anything else gives something up for nothing.\n\n{}{}",
        plural(front.len() as u64 + view.selection.front_left_out, "configuration"),
        count(chance),
        if chance == 1 { "is" } else { "are" },
        table(&head, false, &rows),
        and_more(front.len() + view.selection.front_left_out as usize, rows.len(), "trials.csv")
    ))
}

/// By falling recall; where there are too many, those that chance explains go first and the choice stays.
fn told(view: View<'_>) -> Vec<&FrontPoint> {
    let front = &view.selection.front;
    let choice = view.selection.choice.as_ref();
    let is_choice = |point: &FrontPoint| choice.is_some_and(|choice| choice.id == point.id);
    let mut order: Vec<usize> = (0..front.len()).collect();
    order.sort_by_key(|&i| (!is_choice(&front[i]), front[i].by_chance, i));
    order.truncate(SHOWN);
    order.sort_unstable();
    order.into_iter().map(|i| &front[i]).collect()
}

fn row(view: View, point: &FrontPoint) -> Vec<String> {
    let name = match view.parts(&point.id).as_str() {
        "" => md(&point.id),
        parts if parts.starts_with("the choice") => format!("**{}** ({parts})", md(&point.id)),
        parts => format!("{} ({parts})", md(&point.id)),
    };
    let false_usd = match (point.false_usd_low, point.false_usd_high) {
        (Some(low), Some(high)) => format!("{} [{} – {}]", money(point.false_usd), money(low), money(high)),
        _ => money(point.false_usd),
    };
    vec![
        name,
        if point.same == 0 { "–".to_owned() } else { plural(point.same, "other") },
        estimate(&point.recall),
        estimate(&point.precision),
        false_usd,
        decimal(point.tokens.round()),
        maybe_minutes(point.act_minutes_p50),
        money(point.total_usd),
        if point.by_chance { "yes" } else { "" }.to_owned(),
    ]
}
