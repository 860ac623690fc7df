//! How to read a report.

use super::bullets;
use crate::evaluate::Evaluation;

#[must_use]
pub fn section(e: &Evaluation) -> String {
    let m = &e.manifest.pipeline.resolved.matching;
    let lines = [
        format!(
            "An alert **hits** an incident when it is of one of its services, at least one of its counted records lies between {} before the incident's start and its end ({} at most), and, where the incident names signatures, one of them matches.",
            m.slack, m.match_cap
        ),
        "A case is **truly caused** when one of its alerts hits an incident that the log blames on this very deploy. Nothing is known of *why* errors rose beyond what the log says.".to_owned(),
        "**Precision** counts alerts, cases or actions; **recall** counts incidents. Splitting one error into forty signatures does not pay.".to_owned(),
        "The **upper bound** is no pipeline: it hands the same cases to a triager that reads the incident log. What it misses, no triage can win back: look at detection and the gate.".to_owned(),
        "A ratio without its interval is no result. Two intervals that overlap do not say that two pipelines are alike: `comparison.md` pairs them.".to_owned(),
        "The action stage is a stub: nothing was changed anywhere, and the cost of an action is what the price list expects.".to_owned(),
        "Where a number surprises, `alerts.jsonl` and `cases.jsonl` hold the rows behind it, and `shakedown explain DATASET --deploy ID` tells one deploy from beginning to end.".to_owned(),
    ];
    format!("## How to read this\n\n{}", bullets(lines))
}
