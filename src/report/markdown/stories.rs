//! “What the first would have done, and what the second would have done”: one telling case of each kind, with its picture.

use super::super::number::p_value;
use super::super::stories::{Kind, Side, Story};
use super::super::why::{self, View};
use super::super::{facts, words};
use super::escape::{code, md};
use crate::detect::ShockKind;
use crate::evaluate::Judged;
use std::fmt::Write;

/// The section of one pair of pipelines; `links`: the pictures, one a story.
pub fn section(first: View, second: View, stories: &[Story], links: &[String]) -> String {
    let (a, b) = (code(&facts::name(first.assessment)), code(&facts::name(second.assessment)));
    let mut out = format!("\n## What {a} would have done, and what {b} would have done\n");
    if stories.is_empty() {
        return out
            + "\nNo case of the four kinds that are told here (slow, shared, small, artefact) sets them apart.\n";
    }
    for (story, link) in stories.iter().zip(links) {
        _ = write!(out, "\n### {}\n\n{}\n\n", heading(story), truth(story));
        _ = writeln!(out, "- {a}: {}.\n- {b}: {}.\n", did(&story.first), did(&story.second));
        let drawn = if story.pictures_second { &b } else { &a };
        _ = writeln!(out, "![{}]({link})\n\nDrawn as {drawn} saw it. {}", md(title(story.kind)), lesson(story.kind));
    }
    out
}

const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Slow => "A regression that shows hours after its deploy",
        Kind::SharedCause => "Trouble that was not the deploy's",
        Kind::Small => "A regression that hardly anybody meets",
        Kind::Artefact => "A rhythm taken for a rise",
    }
}

const fn lesson(kind: Kind) -> &'static str {
    match kind {
        Kind::Slow => "A fixed window right after the deploy cannot see what comes later, however sharp its test is.",
        Kind::SharedCause => {
            "Services that were not deployed are the control that tells an outage elsewhere from a bad deploy."
        }
        Kind::Small => {
            "A p-value says that a rise is real, not that it matters; the gate asks how many requests and users it touched."
        }
        Kind::Artefact => "A flat week predicts neither a Monday nor a rush hour; the same hour of the week does.",
    }
}

fn heading(story: &Story) -> String {
    let place = story.second.judged().or(story.first.judged()).map(|j| {
        let window = &j.outcome.window;
        let deploy = &story.second.view.data.deploys[window.deploy].id;
        format!(": {} on {}", code(deploy), code(&window.service))
    });
    format!("{}{}", title(story.kind), place.unwrap_or_default())
}

/// What the incident log says.
fn truth(story: &Story) -> String {
    let sides = [&story.second, &story.first];
    let hit = sides.iter().find_map(|side| {
        let judged = side.judged()?;
        let mut hits = judged.hits.iter().flatten();
        hits.next().map(|&incident| &side.view.assessment.truth.incidents[incident])
    });
    match hit {
        None => "In truth: no incident.".to_owned(),
        Some(known) => {
            let log = known.incident;
            format!(
                "In truth: {} ({}), from {}, cause {}.",
                code(&log.id),
                md(&log.title),
                log.started_at.minute(),
                words::cause(log.cause)
            )
        }
    }
}

/// What a pipeline made of it, in one sentence.
fn did(side: &Side) -> String {
    let Some(judged) = side.judged() else { return "no window there, so it looked at nothing".to_owned() };
    let window = &judged.outcome.window;
    let looked = format!("looked at {} UTC", why::interval(window.window));
    let alerts: Vec<String> = shown(judged).iter().map(|alert| md(&why::alert_text(alert))).collect();
    let found = match (judged.outcome.alerts.len(), alerts.first()) {
        (0, _) | (_, None) => "flagged nothing".to_owned(),
        (1, Some(alert)) => format!("flagged {alert}"),
        (n, Some(alert)) => format!("flagged {n} signatures, first {alert}"),
    };
    format!("{looked}; {found}; {}", ending(judged))
}

/// Its alerts, those that hit something first, then by excess.
fn shown<'a>(judged: &Judged<'a>) -> Vec<&'a crate::model::Alert> {
    let mut alerts: Vec<(bool, &crate::model::Alert)> =
        judged.outcome.alerts.iter().zip(&judged.hits).map(|(alert, hits)| (hits.is_empty(), alert)).collect();
    alerts.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.detection.excess().total_cmp(&a.1.detection.excess())));
    alerts.into_iter().map(|(_, alert)| alert).collect()
}

fn ending(judged: &Judged) -> String {
    if let Some(shock) = judged.outcome.shock.filter(|shock| shock.kind == ShockKind::SharedCause) {
        return format!(
            "named it a shared cause (this service rose, p {}; so did one that was not deployed, p {}; and this one no more, p {}): \
             a person is asked, nothing is blamed",
            p_value(shock.p_treated),
            p_value(shock.p_controls),
            p_value(shock.p_difference)
        );
    }
    match (judged.case(), judged.outcome.alerts.first()) {
        (Some(case), _) => format!(
            "triage said {} ({:.2}), so it would have done this: {}",
            words::verdict(case.verdict.kind),
            case.verdict.confidence,
            words::action(case.action)
        ),
        (None, Some(alert)) => format!("the gate let none pass ({})", md(&alert.gate_reason)),
        (None, None) => "no case".to_owned(),
    }
}
