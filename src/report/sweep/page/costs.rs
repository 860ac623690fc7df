//! What it costs in a month.

use super::super::view::View;
use super::caught::name;
use super::image;
use crate::report::markdown::{md, table};
use crate::report::number::{decimal, maybe_money, money};
use crate::sweep::{Metric, Standing};

pub(super) fn section(view: View, chart: Option<(&'static str, &'static str)>) -> String {
    let selection = view.selection;
    let head = [
        "configuration",
        "cost",
        "running it",
        "harm of missed",
        "harm undergone",
        "tokens",
        "on the weeks that validate",
    ];
    // What a metric other than cost has on those weeks is told under “How sure”.
    let columns = if view.scale().metric == Metric::Cost { head.len() } else { head.len() - 1 };
    let rows: Vec<Vec<String>> =
        view.standings().iter().map(|standing| cells(view, standing)[..columns].to_vec()).collect();
    let unlabelled = if view.has_labels() { "" } else { " Harm cannot be told without an incident log." };
    let at_least =
        if selection.labels == "partial" { " With a partial log harm is what the log knows of." } else { "" };
    let validated = if columns == head.len() {
        " *On the weeks that validate*: the same later weeks for all; the choice was chosen on all weeks, these among them, so that for it this is no proof (see *How sure*)."
    } else {
        ""
    };
    format!(
        "## What it costs\n\nUS dollars in 30 days like those of the data, under price list {} (assumed; `--costs` replaces it).{unlabelled}{at_least}\n\n{}\n*Running it*: tokens, people's review, wrong rollbacks. *Harm of missed*: regressions that it did not act on, 24 h each at most. *Harm undergone*: those it rightly acted on, from their start to its decision.{validated}\n{}",
        md(&selection.costs),
        table(&head[..columns], false, &rows),
        image(chart)
    )
}

fn cells(view: View, standing: &Standing) -> Vec<String> {
    let harm = |usd: f64| maybe_money(view.has_labels().then_some(usd));
    let total = match (view.has_labels(), view.scale().metric) {
        (false, _) => "–".to_owned(),
        (_, Metric::Cost) => {
            view.scale().with_interval(Some(standing.total_usd), standing.objective_low, standing.objective_high)
        }
        _ => money(standing.total_usd),
    };
    vec![
        name(view, standing),
        total,
        money(standing.running_usd),
        harm(standing.missed_harm_usd),
        harm(standing.undergone_harm_usd),
        decimal(standing.tokens.round()),
        view.scale().value(standing.validated),
    ]
}
