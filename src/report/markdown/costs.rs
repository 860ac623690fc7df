//! What a run costs, with every assumption beside the money.

use super::super::facts;
use super::super::number::{count, maybe_money, minutes, money};
use super::escape::{md, table};
use super::monthly;
use crate::evaluate::{Costs, Evaluation};

#[must_use]
pub fn section(e: &Evaluation) -> String {
    let cost = &e.cost;
    let t = &cost.tokens;
    let tokens = format!(
        "{} input, {} output, {} cache read, {} cache write",
        count(t.input),
        count(t.output),
        count(t.cache_read),
        count(t.cache_write)
    );
    // Without an incident log nobody can say what was wasted or missed.
    let judged = |usd: f64| maybe_money((e.manifest.labels != "absent").then_some(usd));
    let at_least = if facts::is_partial(e) { ", at least" } else { "" };
    let row = |name: &str, usd: String, how: String| vec![name.to_owned(), usd, how];
    let rows = [
        row("tokens of cases", money(cost.tokens_usd), tokens),
        row("tokens of grouping", money(cost.normalization_usd), "of a normalizer that asks a model".to_owned()),
        row("review", money(cost.review_usd), format!("{} of people's time", minutes(cost.review_minutes))),
        row(
            "wrong rollbacks",
            judged(cost.wrong_rollback_usd),
            "a fixed sum each, and the harm of what the deploy had repaired".to_owned(),
        ),
        row("**running it**", money(facts::spent(cost)), "all of the above".to_owned()),
        row("wasted of it", judged(facts::wasted(cost)), format!("on cases their deploy did not cause{at_least}")),
        row("cases that hit nothing, of it", judged(cost.null_cases_usd), "false alarms where the log is complete".to_owned()),
        row(
            "harm of missed regressions",
            judged(cost.missed_harm_usd),
            "harm per minute of their severity, 24 h at most each; what a caught one did before the decision is not in it".to_owned(),
        ),
        row("**total**", money(cost.total_usd), "running it and harm of missed regressions".to_owned()),
        row("per right action", maybe_money(cost.per_true_action_usd), "running it ÷ right actions".to_owned()),
        row(
            "per false action",
            maybe_money(cost.per_false_action_usd),
            "tokens, review and wrong rollbacks of false actions".to_owned(),
        ),
    ];
    format!(
        "## Costs\n\nEvery amount is an assumption: US dollars under price list {}, which `--costs` replaces.\n\n{}\n{}\n{}\n### The price list\n\n{}",
        md(&e.manifest.costs),
        table(&["what", "USD", "how"], false, &rows),
        break_even(cost.break_even_triage_precision),
        monthly::section(e),
        assumptions(&cost.assumptions)
    )
}

fn break_even(precision: Option<f64>) -> String {
    let text = match precision {
        None => "No right action, so no precision can be said to pay.".to_owned(),
        Some(p) if p > 1.0 => "Under these prices acting never pays, however precise triage is.".to_owned(),
        Some(p) => format!(
            "Acting pays from a triage precision of {} on: what a right action saves (harm from the decision to the incident's end) against what an action and a wrong one cost.",
            super::super::number::percent(p)
        ),
    };
    format!("{text}\n")
}

fn assumptions(costs: &Costs) -> String {
    let (p, h, c) = (&costs.token_prices, &costs.harm_per_minute, &costs.charges);
    let charge = |charge: &crate::act::Charge| {
        format!("{} tokens, {} of review", count(charge.tokens.total()), minutes(charge.review_minutes))
    };
    let rows = [
        ("an engineer's hour", money(costs.hourly_rate)),
        (
            "a million tokens: input, output, cache read, cache write",
            [p.input, p.output, p.cache_read, p.cache_write].map(money).join(", "),
        ),
        ("to investigate a case", charge(&c.investigate)),
        ("to fix forward", charge(&c.fix_forward)),
        ("to roll back", charge(&c.rollback)),
        ("a wrong rollback, fixed", money(costs.wrong_rollback.fixed_usd)),
        (
            "a minute of harm: sev1, sev2, sev3, sev4, sev5",
            [h.sev1, h.sev2, h.sev3, h.sev4, h.sev5].map(money).join(", "),
        ),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    table(&["assumption", "value"], false, &rows)
}
