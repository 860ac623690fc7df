//! What was looked at, what flagged and what did not.

use super::super::number::{count, decimal, plural};
use super::super::signatures::{Seen, WindowSignatures};
use super::super::why::{self, CLOSEST, View};
use super::Page;
use crate::evaluate::Judged;
use crate::model::Alert;
use crate::pipeline::PipelineSpec;
use crate::series::Exposure;

/// Detections told in full.
const TOLD: usize = 8;

pub fn section(page: &mut Page, view: View, spec: &PipelineSpec, judged: &Judged, signatures: &WindowSignatures) {
    looked_at(page, view, judged, signatures);
    page.heading(&format!("Detection on {}", judged.outcome.window.service));
    let alerts = &judged.outcome.alerts;
    page.text(&rule(spec, signatures, alerts.len()));
    let mut ordered: Vec<&Alert> = alerts.iter().collect();
    ordered.sort_by(|a, b| b.detection.excess().total_cmp(&a.detection.excess()));
    for alert in ordered.iter().take(TOLD) {
        if let Some(seen) = signatures.seen.iter().find(|s| s.signature == alert.detection.signature) {
            detection(page, spec, judged, alert, seen, signatures.family);
        }
    }
    if alerts.len() > TOLD {
        page.point(0, &format!("and {} more, in alerts.jsonl", alerts.len() - TOLD));
    }
    let flagged = |s: &&Seen| alerts.iter().any(|a| a.detection.signature == s.signature);
    let closest = signatures.closest(CLOSEST + alerts.len());
    let closest: Vec<&Seen> = closest.into_iter().filter(|s| !flagged(s)).take(CLOSEST).collect();
    if !closest.is_empty() {
        page.text("Not flagged, closest first:");
    }
    for seen in closest {
        page.point(0, &why::closeness(spec, seen, signatures.family));
    }
}

/// Window, baseline and exposures.
fn looked_at(page: &mut Page, view: View, judged: &Judged, signatures: &WindowSignatures) {
    let window = &judged.outcome.window;
    page.heading(&format!("Window of {}", window.service));
    page.text(&format!("Counted in {}, decided at {}.", why::exact(window.window), window.decided_at));
    let days = window.baseline.span().as_minutes() / 1440.0;
    page.text(&format!("Baseline {}, {} days.", why::exact(window.baseline), decimal(days)));
    for x in &signatures.exposures {
        let unit = match x.unit {
            Exposure::Time | Exposure::Both => "minutes",
            Exposure::Requests => "requests (traffic data; a gap would be filled at the mean)",
        };
        page.text(&format!(
            "Exposure {} against {} {unit}: the window is 1/{} of the baseline.",
            decimal(x.window),
            decimal(x.baseline),
            decimal(x.baseline / x.window)
        ));
    }
    let records = |interval| view.service_count(window, interval);
    page.text(&format!(
        "{} in the window, {} in the baseline.",
        plural(records(window.window), "record"),
        count(records(window.baseline))
    ));
}

fn rule(spec: &PipelineSpec, signatures: &WindowSignatures, flagged: usize) -> String {
    let detect = &spec.detect;
    let new = signatures.seen.len() - signatures.tested;
    let new_rule = match detect.new_signature {
        Some(rule) => format!("new ones from {} records on", rule.min_count),
        None => "new ones never".to_owned(),
    };
    let correction = match detect.correction.name() {
        "none" => "no correction".to_owned(),
        name => format!("{} over the deploy's {}", name.replace('_', "-"), plural(signatures.family as u64, "test")),
    };
    format!(
        "{} seen: {} tested, {} new. Flags when p < {} ({correction}), {new_rule}. {} flagged.",
        plural(signatures.seen.len() as u64, "signature"),
        count(signatures.tested as u64),
        count(new as u64),
        detect.alpha,
        count(flagged as u64)
    )
}

fn detection(page: &mut Page, spec: &PipelineSpec, judged: &Judged, alert: &Alert, seen: &Seen, family: usize) {
    page.point(0, &why::closeness(spec, seen, family));
    let delay = (alert.detection.first_seen - judged.outcome.window.baseline.end).as_minutes();
    let first = format!("first seen {} min after the deploy", decimal(delay));
    let baseline = format!("{} in the baseline", count(alert.detection.baseline_count));
    let gate = if alert.gated { "gated" } else { "passed the gate" };
    page.push(4, "", &format!("{first}; {baseline}; {gate}: {}", alert.gate_reason));
}
