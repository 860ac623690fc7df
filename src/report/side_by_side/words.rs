//! What to take away from two trials beside each other, and what to do.

use crate::report::number::{Unit, count, difference, money};
use crate::stats::Difference;
use crate::sweep::{Finding, SideBySide};

/// What to do, and why, in two or three sentences. Of a trial of a sweep nothing is ordered: it was looked at because it did well here.
pub fn conclusion(found: &SideBySide) -> String {
    let told = two_runs(found);
    if !found.of_sweep {
        return told;
    }
    let told = told.strip_prefix("Run ").map_or_else(|| told.clone(), |rest| format!("On these weeks, run {rest}"));
    told.replace(" Run ", " On these weeks, run ")
}

fn two_runs(found: &SideBySide) -> String {
    let (a, b) = (named("A", &found.a), named("B", &found.b));
    let cost = found.metrics.iter().find(|row| row.metric == "cost_usd_per_month");
    let cost = cost.and_then(|row| row.change.difference.as_ref());
    let leads = Leads::of(found);
    match (found.finding, cost) {
        (Finding::Same, _) => "Both decide the same in every case: run whichever is simpler.".to_owned(),
        (Finding::BCheaper, Some(cost)) => cheaper(&b, &a, cost) + &given_up(&leads.a),
        (Finding::ACheaper, Some(cost)) => cheaper(&a, &b, cost) + &given_up(&leads.b),
        (Finding::TooSmall, Some(cost)) => {
            let (less, more) = if cost.value < 0.0 { (&b, &a) } else { (&a, &b) };
            let amount = money(cost.value.abs());
            let rest = leads.decide((&a, &b));
            format!("{less} costs {amount} a month less than {more}: not by chance, but under 5 % of A's cost. {rest}")
        }
        (Finding::CannotTell, Some(cost)) => {
            let difference = difference(Some(cost), Unit::Money);
            let rest = leads.decide((&a, &b));
            let wait = waiting(found.more_weeks);
            format!("Their costs cannot be told apart (B − A = {difference} a month). {rest} {wait}")
        }
        (Finding::TooFew, _) => format!(
            "{} deploys and incidents are too few for an interval: nothing can be told apart; replay a longer history.",
            count(found.units as u64)
        ),
        _ => format!(
            "The incident log is {}, so neither cost nor precision can be known: compare recall and tokens only, or complete the log \
             (incidents = \"complete\" in dataset.toml) and replay.",
            found.labels
        ),
    }
}

/// In what each is better by more than chance explains and enough to matter, cost aside.
#[derive(Default)]
struct Leads {
    a: Vec<&'static str>,
    b: Vec<&'static str>,
}

impl Leads {
    fn of(found: &SideBySide) -> Self {
        let mut leads = Self::default();
        for row in &found.metrics {
            let change = &row.change;
            let Some((words, less_is_better)) = lead(row.metric) else { continue };
            if (change.significant, change.relevant) != (Some(true), Some(true)) {
                continue;
            }
            let is_less = change.difference.as_ref().is_some_and(|d| d.value < 0.0);
            if is_less == less_is_better { leads.b.push(words) } else { leads.a.push(words) }
        }
        leads
    }

    /// What to run where costs do not decide.
    fn decide(&self, (a, b): (&str, &str)) -> String {
        match (self.a.as_slice(), self.b.as_slice()) {
            ([], []) => "Nothing else that matters differs beyond chance: keep what you run.".to_owned(),
            (only, []) => format!("Run {a}: beyond chance it has {}, and nothing that B leads in.", only.join(", ")),
            ([], only) => format!("Run {b}: beyond chance it has {}, and nothing that A leads in.", only.join(", ")),
            (first, second) => format!(
                "Beyond chance A has {}, B {}: choose by which of them you would rather have.",
                first.join(", "),
                second.join(", ")
            ),
        }
    }
}

/// What having the better value means, and whether that is the smaller one; `None`: costs.
fn lead(metric: &str) -> Option<(&'static str, bool)> {
    match metric {
        "false_actions_per_month" => Some(("fewer false actions", true)),
        "end_to_end.precision" => Some(("a larger share of right actions", false)),
        "end_to_end.recall" => Some(("more regressions answered", false)),
        "detection.case_precision" => Some(("a larger share of cases with an incident", false)),
        "detection.recall" => Some(("more incidents detected", false)),
        "tokens_per_month" => Some(("fewer tokens", true)),
        _ => None,
    }
}

fn given_up(leads: &[&str]) -> String {
    if leads.is_empty() { String::new() } else { format!(" The other has, beyond chance, {}.", leads.join(", ")) }
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

fn waiting(more_weeks: Option<f64>) -> String {
    match more_weeks {
        Some(weeks) => format!(
            "Were the costs as far apart as they look, about {} more weeks would show it (power 80 %).",
            count(weeks.ceil().max(1.0) as u64)
        ),
        None => "A difference in cost as small as this one would not show in ten years.".to_owned(),
    }
}

/// How far not to trust it.
pub fn note(found: &SideBySide) -> Option<String> {
    found.of_sweep.then(|| {
        "A trial of a sweep that was picked for its numbers looks better on these weeks than it will be: sweep.md has its score on weeks that \
         it was not chosen on."
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Labels;
    use crate::sweep::fixture::{ground, record};
    use crate::sweep::{Ground, Record};

    fn said(a: &Record, b: &Record) -> String {
        conclusion(&SideBySide::of(&ground(), a, b, false))
    }

    #[test]
    fn every_finding_says_what_to_do() {
        let one = record("one", 0..20, 0..3, 1000);
        let said_of = |b: &Record| said(&one, b);
        assert_eq!(said_of(&one), "Both decide the same in every case: run whichever is simpler.");
        let more = said_of(&record("more", 0..28, 0..3, 1000));
        assert!(more.starts_with("Run B (more): it costs $") && more.contains("less than A (one)"), "{more}");
        let fewer = said_of(&record("fewer", 0..12, 0..3, 1000));
        assert!(fewer.starts_with("Run A (one): it costs $") && !fewer.contains("The other"), "{fewer}");
        let cheap = said_of(&record("cheap", 0..20, 0..3, 900));
        assert!(cheap.starts_with("B (cheap) costs $") && cheap.ends_with("keep what you run."), "{cheap}");
        let other = said_of(&record("other", 1..21, 0..3, 1000));
        assert!(other.starts_with("Their costs cannot be told apart (B − A = "), "{other}");
        assert!(other.ends_with("would not show in ten years.") && other.contains("keep what you run."), "{other}");
        let lucky = said_of(&record("lucky", 0..21, 0..3, 1000));
        assert!(lucky.contains("more weeks would show it"), "{lucky}");
    }

    #[test]
    fn where_costs_do_not_decide_the_rest_does() {
        // Three false actions a week less, at the same incidents: the review is cheap, the mistakes are not nothing.
        let found = said(&record("loud", 0..20, 0..12, 0), &record("calm", 1..21, 0..0, 0));
        assert!(found.contains("Run B (calm): beyond chance it has fewer false actions"), "{found}");
        let both = said(&record("loud", 0..29, 0..12, 0), &record("calm", 0..20, 0..0, 0));
        assert!(both.contains("The other has, beyond chance, fewer false actions"), "{both}");
    }

    #[test]
    fn an_open_log_leaves_cost_open() {
        let partial = Ground { labels: Some(Labels::Partial), ..ground() };
        let found = SideBySide::of(&partial, &record("a", 0..20, 0..3, 1), &record("b", 0..9, 0..3, 1), true);
        assert!(conclusion(&found).starts_with("The incident log is partial, so neither cost nor precision"));
        assert!(note(&found).is_some_and(|note| note.contains("sweep.md")));
    }
}
