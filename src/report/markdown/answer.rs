//! The answer in three sentences, before any table.

use super::super::number::{count, estimate, money, plural};
use super::super::{facts, words};
use super::escape::{code, md};
use crate::evaluate::{Assessment, Evaluation};

/// What it would have caught, what it would have got wrong, what both cost.
#[must_use]
pub fn section(assessment: &Assessment) -> String {
    let e = &assessment.evaluation;
    let sentences = if facts::has_labels(assessment) {
        [caught(e), false_alarms(e), cost(e)].join(" ")
    } else {
        format!(
            "The data set has no incident log, so nothing of this can be called right or wrong. {} would have raised {} in {} and acted {} times. Running it costs {} under price list {}.",
            code(&e.manifest.pipeline.resolved.name),
            plural(e.funnel.alerts, "alert"),
            plural(e.funnel.cases, "case"),
            count(e.funnel.fix_forward + e.funnel.rollback),
            money(facts::spent(&e.cost)),
            md(&e.manifest.costs)
        )
    };
    format!("{sentences}\n\nReplayed: {}. Incident log: {}.\n", facts::scale(assessment), md(&e.manifest.labels))
}

fn caught(e: &Evaluation) -> String {
    let end = &e.end_to_end;
    let wanted = e.incidents.actionable_deploy_caused;
    if wanted == 0 {
        return "The incident log names no regression worth acting on, so there was nothing to catch.".to_owned();
    }
    format!(
        "Of {} worth acting on it would have acted on {} ({}); a triager that knows the truth would, with the same cases, have reached {} (an upper bound, no real pipeline).",
        plural(wanted, "real regression"),
        count(end.recall.numerator),
        estimate(&end.recall),
        estimate(&end.oracle.recall)
    )
}

fn false_alarms(e: &Evaluation) -> String {
    let end = &e.end_to_end;
    let alarms = &e.detection.null_cases;
    let noun = if alarms.unlabelled > 0 {
        "cases that hit no incident of a partial log"
    } else {
        "false alarms (cases that hit no incident)"
    };
    let number = if alarms.unlabelled > 0 { alarms.unlabelled } else { alarms.numerator };
    let actions = match facts::actions(end) {
        0 => "and would never have acted on its own".to_owned(),
        n => format!(
            "and would have acted {} times, {} of them on cases that their deploy did not cause (false actions {})",
            count(n),
            count(end.false_actions),
            estimate(&facts::false_action_share(end))
        ),
    };
    format!("It would have raised {} {noun}, {}, {actions}.", count(number), estimate(alarms))
}

fn cost(e: &Evaluation) -> String {
    let cost = &e.cost;
    let lost: Vec<String> = words::loss_rows(&e.misses)
        .iter()
        .filter(|row| row.count > 0)
        .map(|row| format!("{} at {}", count(row.count), row.short))
        .collect();
    let lost = match (e.misses.total(), lost.is_empty()) {
        (_, true) => "no regression was lost".to_owned(),
        (n, false) => format!(
            "the {} missed ({}) did harm of {}",
            plural(n, "regression"),
            lost.join("; "),
            money(cost.missed_harm_usd)
        ),
    };
    format!(
        "Running it costs {} under price list {}, {} of it on cases their deploy did not cause; {lost}.",
        money(facts::spent(cost)),
        md(&e.manifest.costs),
        money(facts::wasted(cost))
    )
}
