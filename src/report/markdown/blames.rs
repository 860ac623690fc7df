//! What was wrong: actions on innocent deploys, with the evidence they rested on, and alarms about nothing.

use super::super::charts::Plan;
use super::super::facts::{Interest, interest};
use super::super::number::{count, estimate, money};
use super::super::why::{self, View};
use super::super::words;
use super::escape::{md, md_excerpt, table};
use super::{TOLD, bullets};
use crate::evaluate::{Judged, Label};
use crate::model::Action;
use std::fmt::Write;

/// Alerts listed of one case.
const ALERTS: usize = 8;

/// Every action on a deploy that was not to blame.
#[must_use]
pub fn false_actions(view: View, plan: &Plan) -> String {
    let wrong = |j: &Judged| interest(view.assessment, j) == Some(Interest::FalseAction);
    let judged: Vec<(usize, &Judged)> = view.assessment.judged.iter().enumerate().filter(|(_, j)| wrong(j)).collect();
    let mut out = "## False actions\n\n".to_owned();
    if judged.is_empty() {
        return out + "None.\n";
    }
    for &(index, one) in judged.iter().take(TOLD) {
        out += &false_action(view, plan, index, one);
    }
    if judged.len() > TOLD {
        _ = writeln!(out, "{} more are in `cases.jsonl`.", judged.len() - TOLD);
    }
    out
}

fn false_action(view: View, plan: &Plan, index: usize, judged: &Judged) -> String {
    let Some(case) = judged.case() else { return String::new() };
    let window = &judged.outcome.window;
    let deploy = &view.data.deploys[window.deploy];
    let mut out = format!(
        "### {} on {}: {}\n\nWindow {} UTC. Verdict: {} with confidence {:.2}. In truth: {}.\n\nAlerts:\n\n",
        md_excerpt(&deploy.id, 40),
        md_excerpt(&window.service, 40),
        words::action(case.action),
        why::interval(window.window),
        words::verdict(case.verdict.kind),
        case.verdict.confidence,
        truth(view, judged)
    );
    let alerts: Vec<_> = judged.outcome.passed().collect();
    out += &bullets(alerts.iter().take(ALERTS).map(|alert| md(&why::alert_text(alert))));
    if alerts.len() > ALERTS {
        _ = writeln!(out, "- and {} more in `alerts.jsonl`", alerts.len() - ALERTS);
    }
    out += "\nEvidence, with its weight in log-odds:\n\n";
    out += &bullets(case.verdict.evidence.iter().map(|e| md(&why::evidence(e))));
    if let Some(chart) = plan.charts.iter().find(|chart| chart.judged == index) {
        _ = writeln!(out, "\n![{}]({})", md(&chart.title), chart.link());
    }
    out.push('\n');
    out
}

/// What the log says of it, with the incidents it hits.
pub(super) fn truth(view: View, judged: &Judged) -> String {
    let hits: Vec<String> = judged
        .all
        .iter()
        .map(|&i| {
            let incident = view.assessment.truth.incidents[i].incident;
            let by = incident.guilty_deploy().map_or_else(String::new, |id| format!(" {}", md_excerpt(id, 40)));
            format!(
                "{} ({}; caused by {}{by})",
                md_excerpt(&incident.id, 40),
                md_excerpt(&incident.title, 80),
                words::cause(incident.cause)
            )
        })
        .collect();
    let what = if hits.is_empty() { "it hits no incident".to_owned() } else { format!("it hits {}", hits.join(", ")) };
    match judged.label {
        Label::Coincidental => format!("{}; {what}", words::label(Label::Coincidental)),
        _ => what,
    }
}

/// How many cases hit nothing, what they cost, and the first of them.
#[must_use]
pub fn false_alarms(view: View) -> String {
    let e = &view.assessment.evaluation;
    let alarms = &e.detection.null_cases;
    let cases: Vec<&Judged> =
        view.assessment.judged.iter().filter(|j| j.case().is_some() && j.all.is_empty()).collect();
    let partial = alarms.unlabelled > 0;
    let caveat = if partial { " The log is partial: they may hit incidents that nobody wrote down." } else { "" };
    let mut out = format!(
        "## False alarms\n\n{} of {} cases hit no incident: {}. They cost {} (price list {}): a case that triage dismisses costs nothing to review, so the price of a false alarm is what triage lets through.{caveat}\n\n",
        count(cases.len() as u64),
        count(e.funnel.cases),
        estimate(alarms),
        money(e.cost.null_cases_usd),
        md(&e.manifest.costs)
    );
    let rows: Vec<Vec<String>> = cases.iter().take(TOLD).filter_map(|j| row(view, j)).collect();
    if !rows.is_empty() {
        out += &table(&["case", "alerts", "strongest by excess", "what would be done"], false, &rows);
    }
    if cases.len() > TOLD {
        _ = writeln!(out, "\n{} more are in `cases.jsonl`.", cases.len() - TOLD);
    }
    out
}

fn row(view: View, judged: &Judged) -> Option<Vec<String>> {
    let window = &judged.outcome.window;
    let case = judged.case()?;
    let excess = |a: &&crate::model::Alert| a.detection.excess();
    let strongest = judged.outcome.passed().reduce(|a, b| if excess(&b) > excess(&a) { b } else { a })?;
    let place =
        format!("{}, {}", md_excerpt(&view.data.deploys[window.deploy].id, 40), md_excerpt(&window.service, 40));
    let action = if case.action == Action::None { "nothing (dismissed)" } else { words::action(case.action) };
    Some(vec![
        place,
        count(judged.outcome.passed().count() as u64),
        md_excerpt(&why::alert_text(strongest), 160),
        action.to_owned(),
    ])
}
