//! What really happened, and whether the pipeline got it right.

use super::super::why::{self, View};
use super::super::{floors, words};
use super::Page;
use crate::evaluate::{Judged, Label, Loss, TrueIncident};
use crate::model::{Action, Alert, Direction};
use crate::report::shown::visible;

/// Incidents listed that did not touch the deploy's windows in any way that matters.
const TOLD: usize = 8;
/// Detections listed that hit one incident.
const HITS: usize = 5;

pub fn section(page: &mut Page, view: View, deploy: usize, judged: &[&Judged]) {
    page.heading("What really happened");
    let truth = &view.assessment.truth;
    if truth.labels.is_none() {
        page.text("The data set has no incident log: nobody can say.");
        return;
    }
    let touched = |i: &TrueIncident| {
        i.guilty == Some(deploy)
            || judged.iter().any(|j| {
                let window = &j.outcome.window;
                i.touches(&window.service) && i.interval.intersects(window.window)
            })
    };
    let incidents: Vec<usize> = (0..truth.incidents.len()).filter(|&i| touched(&truth.incidents[i])).collect();
    if incidents.is_empty() {
        page.text("The log has no incident of these services at that time.");
    }
    for &index in incidents.iter().take(TOLD) {
        incident(page, view, deploy, judged, index);
    }
    if incidents.len() > TOLD {
        page.text(&format!("and {} more incidents", incidents.len() - TOLD));
    }
    page.heading("Conclusion");
    for sentence in conclusions(view, deploy, judged) {
        page.text(&sentence);
    }
}

fn incident(page: &mut Page, view: View, deploy: usize, judged: &[&Judged], index: usize) {
    let known = &view.assessment.truth.incidents[index];
    let log = known.incident;
    let blamed = match (known.guilty == Some(deploy), log.guilty_deploy()) {
        (true, _) => "caused by this deploy".to_owned(),
        (false, Some(other)) => format!("caused by deploy {other}"),
        (false, None) => format!("caused by {}", words::cause(log.cause)),
    };
    let ended = log.resolved_at.map_or_else(|| "still open at the end of the data".to_owned(), |t| t.to_string());
    let resolution = log.resolution.map_or_else(String::new, |r| format!(", {}", words::resolution(r)));
    let title = if log.title.is_empty() { String::new() } else { format!(" “{}”", visible(&log.title)) };
    let level = if known.actionable { "" } else { " (not worth acting on)" };
    page.point(
        0,
        &format!(
            "{}{title}, {}{level}: {} to {ended}{resolution}; {blamed}.",
            log.id,
            log.severity.name(),
            log.started_at
        ),
    );
    let hitting = judged.iter().flat_map(|j| j.outcome.alerts.iter().zip(&j.hits));
    let mut hitting: Vec<&Alert> = hitting.filter(|(_, hits)| hits.contains(&index)).map(|(alert, _)| alert).collect();
    hitting.sort_by(|a, b| b.detection.excess().total_cmp(&a.detection.excess()));
    for alert in hitting.iter().take(HITS) {
        let gated = if alert.gated { " (gated)" } else { "" };
        page.point(1, &format!("hit by {}{gated}", why::alert_text(alert)));
    }
    match hitting.len() {
        0 => page.point(1, "hit by no detection of this deploy"),
        n if n > HITS => page.point(1, &format!("and by {} more", n - HITS)),
        _ => {}
    }
}

/// Caught, missed, falsely blamed, or nothing of that.
fn conclusions(view: View, deploy: usize, judged: &[&Judged]) -> Vec<String> {
    let mut out = own_incidents(view, deploy, judged);
    for judged in judged {
        out.extend(case_conclusion(view, judged));
    }
    if out.is_empty() {
        let nothing = if judged.is_empty() {
            "It caused no incident that the log knows, and was not evaluated."
        } else {
            "Rightly left alone: no case, and no incident of the log is its fault."
        };
        out.push(nothing.to_owned());
    }
    out
}

/// One sentence for each incident that the deploy caused.
fn own_incidents(view: View, deploy: usize, judged: &[&Judged]) -> Vec<String> {
    let assessment = view.assessment;
    let mut out = Vec::new();
    for (index, known) in assessment.truth.incidents.iter().enumerate().filter(|(_, i)| i.guilty == Some(deploy)) {
        let id = &known.incident.id;
        match assessment.losses.get(&index) {
            Some(&loss) => {
                let (short, meaning) = (words::loss_short(loss), words::loss_meaning(loss));
                out.push(format!("Missed: {id}, lost at “{short}”: {meaning}."));
                match loss {
                    Loss::Unreachable | Loss::Undetected | Loss::Gated => out.extend(why::missed(view, index, loss)),
                    Loss::Dismissed | Loss::Abstained | Loss::BelowThreshold => out.extend(decisive(index, judged)),
                }
            }
            None if known.is_expected_to_be_acted_on() => out.push(caught(id, known, index, judged)),
            None => {
                out.push(format!("{id} is not worth acting on by the data set's own bar: no miss, whatever was done."));
            }
        }
    }
    out
}

/// What weighed most against blaming the deploy, of the cases that hit the incident; their evidence is told above.
fn decisive(index: usize, judged: &[&Judged]) -> Vec<String> {
    let cases = judged.iter().filter(|j| j.own.contains(&index)).filter_map(|j| j.case());
    let against = cases.map(|case| {
        let missed: Vec<&str> = case.floors.iter().filter(|f| !f.met).map(|f| floors::short(f.name)).collect();
        if !missed.is_empty() {
            return format!(
                "The policy would have acted on it; floors for automatic action that it misses: {}.",
                missed.join(", ")
            );
        }
        let evidence = case.verdict.evidence.iter().filter(|e| e.direction == Direction::Against && e.rule != "prior");
        match evidence.reduce(|a, b| if b.weight < a.weight { b } else { a }) {
            Some(heaviest) => format!("What weighed most against blaming it: {}", why::evidence(heaviest)),
            None => "Nothing spoke against blaming it; what spoke for it was not enough.".to_owned(),
        }
    });
    against.collect()
}

fn caught(id: &str, known: &TrueIncident, index: usize, judged: &[&Judged]) -> String {
    let acted = judged.iter().filter(|j| j.own.contains(&index));
    let acting = acted.filter_map(|j| j.case().map(|case| (j.outcome.window.decided_at, case)));
    let first = acting.filter(|(_, case)| case.action.changes_production()).min_by_key(|(at, _)| *at);
    let Some((at, case)) = first else { return format!("Caught: {id}.") };
    let after = (at - known.incident.started_at).as_minutes();
    let before = known.incident.resolved_at.map_or_else(String::new, |end| {
        let left = (end - at).as_minutes();
        if left > 0.0 {
            format!(", {} before people had resolved it", super::super::number::minutes(left))
        } else {
            ", when people had already resolved it".to_owned()
        }
    });
    format!(
        "Caught: {id} would have been answered by “{}” {} after its start{before}.",
        words::action(case.action),
        super::super::number::minutes(after)
    )
}

/// What a case was, unless an own incident has already told it.
fn case_conclusion(view: View, judged: &Judged) -> Option<String> {
    let case = judged.case()?;
    let service = &judged.outcome.window.service;
    let acted = case.action.changes_production();
    let others: Vec<&str> =
        judged.all.iter().map(|&i| view.assessment.truth.incidents[i].incident.id.as_str()).collect();
    let what = if others.is_empty() {
        "its alerts hit no incident".to_owned()
    } else {
        format!("its alerts hit {}", others.join(", "))
    };
    match (judged.label, acted) {
        (Label::Caused, _) => None,
        (Label::Unlabelled, _) => {
            Some(format!("The case on {service} is unlabelled: {what}, and the log does not say whose fault that is."))
        }
        (Label::Coincidental | Label::NotCaused, true) => {
            let (action, label) = (words::action(case.action), words::label(judged.label));
            let undone = undone(view, judged, case.action);
            Some(format!(
                "Falsely blamed: the case on {service} would have led to “{action}”, but {what}; {label}.{undone}"
            ))
        }
        (Label::Coincidental | Label::NotCaused, false) => Some(format!(
            "The case on {service} was rightly not acted on ({}): {what}.",
            words::disposition(case.disposition)
        )),
    }
}

/// What a wrong rollback would have broken again.
fn undone(view: View, judged: &Judged, action: Action) -> String {
    let fixes = &view.data.deploys[judged.outcome.window.deploy].fixes;
    if action != Action::Rollback || fixes.is_empty() {
        return String::new();
    }
    format!(" Rolling it back would have undone the repair of {}.", fixes.join(", "))
}
