//! What to take away from two trials beside each other, and what to do.

use super::label;
use crate::report::number::{Unit, count, difference, money};
use crate::stats::Difference;
use crate::sweep::{Finding, SideBySide};

/// One or two sentences.
pub fn conclusion(found: &SideBySide) -> String {
    let (a, b) = (named("A", &found.a), named("B", &found.b));
    let cost = found.metrics.iter().find(|row| row.metric == "cost_usd_per_month");
    let cost = cost.and_then(|row| row.change.difference.as_ref());
    let first = match (found.finding, cost) {
        (Finding::Same, _) => return "Both decide the same in every case: run whichever is simpler.".to_owned(),
        (Finding::BCheaper, Some(cost)) => cheaper(&b, &a, cost),
        (Finding::ACheaper, Some(cost)) => cheaper(&a, &b, cost),
        (Finding::TooSmall, Some(cost)) => {
            let (less, more) = if cost.value < 0.0 { (&b, &a) } else { (&a, &b) };
            format!(
                "{less} costs {} a month less than {more}, which chance does not explain; under 5 % of A's cost it is too little to matter: \
                 keep what you run.",
                money(cost.value.abs())
            )
        }
        (Finding::CannotTell, Some(cost)) => cannot_tell(cost, found.more_weeks),
        (Finding::TooFew, _) => format!(
            "{} deploys and incidents are too few for an interval: nothing can be told apart; replay a longer history.",
            count(found.units as u64)
        ),
        _ => format!(
            "The incident log is {}, so neither cost nor precision can be known: compare recall and tokens only, or complete the log \
             (incidents = \"complete\" in dataset.toml) and replay.",
            found.labels
        ),
    };
    format!("{first}{}", beside_cost(found))
}

fn named(side: &str, id: &str) -> String {
    format!("{side} ({id})")
}

fn cheaper(less: &str, more: &str, cost: &Difference) -> String {
    let low_and_high =
        cost.low.zip(cost.high).map(|(low, high)| (low.abs().min(high.abs()), low.abs().max(high.abs())));
    let range = low_and_high.map_or_else(String::new, |(low, high)| format!(" ({} to {})", money(low), money(high)));
    format!(
        "Run {less}: it costs {}{range} a month less than {more}, more than chance explains and enough to matter.",
        money(cost.value.abs())
    )
}

fn cannot_tell(cost: &Difference, more_weeks: Option<f64>) -> String {
    let difference = difference(Some(cost), Unit::Money);
    let wait = match more_weeks {
        Some(weeks) => format!(
            "were it as large as it looks, about {} more weeks would show it (power 80 %)",
            count(weeks.ceil().max(1.0) as u64)
        ),
        None => "more than ten years would not show one as small as this".to_owned(),
    };
    format!("Their costs cannot be told apart (B − A = {difference} a month): keep what you run; {wait}.")
}

/// What else differs beyond chance.
fn beside_cost(found: &SideBySide) -> String {
    let differs = found.metrics.iter().filter(|row| row.change.significant == Some(true));
    let others = differs.filter(|row| !row.metric.contains("cost"));
    let told: Vec<String> = others
        .filter_map(|row| {
            let value = row.change.difference.as_ref()?.value;
            Some(format!("{} ({} under B)", label(row.metric), if value > 0.0 { "more" } else { "fewer" }))
        })
        .collect();
    if told.is_empty() { String::new() } else { format!(" What else differs beyond chance: {}.", told.join(", ")) }
}

/// How far not to trust it.
pub fn note(found: &SideBySide) -> Option<String> {
    found.of_sweep.then(|| {
        "A trial of a sweep that was picked for its numbers looks better on these weeks than it will be: sweep.md has its score on weeks that \
         it was not chosen on."
            .to_owned()
    })
}
