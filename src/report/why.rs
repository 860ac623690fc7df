//! Why an incident was missed and what a case rests on, in plain sentences. Their text is raw: every renderer escapes it.

use super::number::{count, decimal, p_equals, p_value, plural};
use super::signatures::{Seen, WindowSignatures};
use super::{floors, words};
use crate::dataset::DataSet;
use crate::evaluate::{Assessment, Judged, Loss, TrueIncident};
use crate::model::{Alert, Evidence, Instant, Interval, Source, Window};
use crate::pipeline::{PipelineSpec, Schedule};
use crate::report::shown::excerpt;
use crate::series::{Fits, Observed, Series};

/// Characters of a signature inside a sentence.
const SIGNATURE: usize = 140;
/// Signatures told as having come closest.
pub const CLOSEST: usize = 3;

/// Everything that a story draws on.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub data: &'a DataSet,
    pub fits: &'a Fits<'a>,
    pub assessment: &'a Assessment<'a>,
}

impl<'a> View<'a> {
    /// The pipeline as it ran.
    #[must_use]
    pub fn spec(self) -> &'a PipelineSpec {
        &self.assessment.evaluation.manifest.pipeline.resolved
    }

    /// Records of a window's service in an interval, as far as they had arrived when it was decided.
    #[must_use]
    pub fn service_count(self, window: &Window, interval: Interval) -> u64 {
        self.fits.of(window).service_count(&window.service, Observed { interval, by: window.decided_at })
    }

    /// Outcomes of a deploy's windows.
    pub fn of_deploy(self, deploy: usize) -> impl Iterator<Item = &'a Judged<'a>> {
        self.assessment.judged.iter().filter(move |j| j.outcome.window.deploy == deploy)
    }
}

/// Why a missed incident was missed.
#[must_use]
pub fn missed(view: View, incident: usize, loss: Loss) -> Vec<String> {
    let known = &view.assessment.truth.incidents[incident];
    match (loss, known.guilty) {
        (Loss::Unreachable, _) | (_, None) => vec![unreachable(view, known)],
        (Loss::Undetected, Some(deploy)) => undetected(view, known, deploy),
        (Loss::Gated, Some(deploy)) => gated(view, incident, deploy),
        (Loss::Dismissed | Loss::Abstained | Loss::BelowThreshold, Some(deploy)) => judged(view, incident, deploy),
    }
}

fn unreachable(view: View, known: &TrueIncident) -> String {
    let Some(deploy) = known.guilty else {
        let id = known.incident.deploy_id.as_deref().unwrap_or_default();
        return format!("The log blames deploy {id}, which the data set does not hold.");
    };
    let id = &view.data.deploys[deploy].id;
    if !view.data.is_of_environment(&view.data.deploys[deploy]) {
        return format!("Deploy {id} went to another environment than the one that is evaluated.");
    }
    let skipped = Schedule::plan(view.data, &view.spec().replay).not_evaluated;
    if let Some((_, why)) = skipped.iter().find(|(index, _)| *index == deploy) {
        return format!("Deploy {id} was not evaluated: {}.", words::not_evaluated(*why));
    }
    let windows: Vec<&Window> = view.of_deploy(deploy).map(|j| &j.outcome.window).collect();
    let touching = windows.iter().find(|w| known.touches(&w.service));
    if let Some(window) = touching {
        return format!(
            "The window of deploy {id} on {} was {}, but the incident's errors can lie in {} only.",
            window.service,
            interval(window.window),
            interval(known.interval)
        );
    }
    let services: Vec<&str> = windows.iter().map(|w| w.service.as_str()).collect();
    let (ours, theirs) = (services.join(", "), known.incident.services.join(", "));
    format!("The windows of deploy {id} are of {ours}, the incident is of {theirs}.")
}

fn undetected(view: View, known: &TrueIncident, deploy: usize) -> Vec<String> {
    let mut sentences = Vec::new();
    for judged in view.of_deploy(deploy) {
        let window = &judged.outcome.window;
        if !known.touches(&window.service) || !window.window.intersects(known.interval) {
            continue;
        }
        let signatures = WindowSignatures::of(view.fits, judged.outcome);
        sentences.push(silence(view, known, judged, &signatures));
        sentences.extend(
            candidates(view, known, window, &signatures)
                .into_iter()
                .map(|seen| format!("Closest was {}.", closeness(view.spec(), seen, signatures.family))),
        );
    }
    sentences
}

/// How little there was to see.
fn silence(view: View, known: &TrueIncident, judged: &Judged, signatures: &WindowSignatures) -> String {
    let window = &judged.outcome.window;
    let records = |interval| view.service_count(window, interval);
    let both = Interval::new(window.window.start.max(known.interval.start), window.window.end.min(known.interval.end));
    format!(
        "The window of {} ({}) had {} of {}, {} while the incident lasted: {} tested, {} new, {} flagged, none of which hits it.",
        window.service,
        interval(window.window),
        plural(records(window.window), "record"),
        plural(judged.outcome.signatures_seen, "signature"),
        count(records(both)),
        count(signatures.tested as u64),
        count((signatures.seen.len() - signatures.tested) as u64),
        count(judged.outcome.alerts.len() as u64),
    )
}

/// The incident's own signatures where it names some that were seen, what came closest otherwise.
fn candidates<'s>(
    view: View,
    known: &TrueIncident,
    window: &Window,
    signatures: &'s WindowSignatures,
) -> Vec<&'s Seen> {
    let named = !known.incident.signatures.is_empty();
    let own = |seen: &&Seen| named && matches(view.fits.of(window), known, window, &seen.signature);
    let own: Vec<&Seen> = signatures.seen.iter().filter(own).take(CLOSEST).collect();
    if own.is_empty() { signatures.closest(CLOSEST) } else { own }
}

/// Whether the incident's patterns match a signature or one of its messages in W.
#[must_use]
pub fn matches(series: &Series, known: &TrueIncident, window: &Window, signature: &str) -> bool {
    let Some(group) = series.find(&window.service, signature) else { return false };
    let rows = series.rows(group, Observed { interval: window.window, by: window.decided_at });
    known.matches(
        std::iter::once(signature).chain(rows.map(|row| series.records.messages.get(series.records.message[row]))),
    )
}

/// A signature with its numbers and what they are held against.
#[must_use]
pub fn closeness(spec: &PipelineSpec, seen: &Seen, family: usize) -> String {
    let quoted = quote(&seen.signature);
    let alpha = spec.detect.alpha;
    if let (Some(p), Some(adjusted)) = (seen.p_value, seen.adjusted) {
        let counts = format!("{} counted, {} expected", count(seen.k), decimal(seen.expected));
        let sign = if adjusted < alpha { "<" } else { "≥" };
        let corrected = match spec.detect.correction.name() {
            "none" => String::new(),
            _ => format!(", corrected for {} {}", plural(family as u64, "test"), p_value(adjusted)),
        };
        return format!("{quoted}: {counts}, {}{corrected} {sign} {alpha}", p_equals(p));
    }
    let counts = format!("{} counted, none in the baseline", count(seen.k));
    match spec.detect.new_signature {
        None => format!("{quoted}: {counts}, and this pipeline ignores new signatures"),
        Some(rule) => {
            let sign = if seen.k >= rule.min_count { "≥" } else { "<" };
            format!("{quoted}: {counts}; new signatures flag from {} on: {} {sign} {0}", rule.min_count, seen.k)
        }
    }
}

fn gated(view: View, incident: usize, deploy: usize) -> Vec<String> {
    let mut sentences = Vec::new();
    for judged in view.of_deploy(deploy) {
        let hitting = judged.outcome.alerts.iter().zip(&judged.hits).filter(|(_, hits)| hits.contains(&incident));
        let gated = hitting.filter(|(alert, _)| alert.gated);
        sentences.extend(gated.map(|(alert, _)| {
            format!("{} on {} was gated: {}.", alert_text(alert), judged.outcome.window.service, alert.gate_reason)
        }));
    }
    sentences
}

/// What triage said of the cases that hit the incident.
fn judged(view: View, incident: usize, deploy: usize) -> Vec<String> {
    let mut sentences = Vec::new();
    for judged in view.of_deploy(deploy).filter(|j| j.own.contains(&incident)) {
        let Some(case) = judged.case() else { continue };
        let verdict = &case.verdict;
        sentences.push(format!(
            "The case on {} was {}: {} with confidence {:.2}.",
            judged.outcome.window.service,
            words::disposition(case.disposition),
            words::verdict(verdict.kind),
            verdict.confidence
        ));
        let missed = case.floors.iter().filter(|floor| !floor.met);
        sentences.extend(missed.map(|floor| format!("Floor for automatic action: {}.", floors::told(floor))));
        sentences.extend(verdict.evidence.iter().map(evidence));
    }
    sentences
}

/// A detection with its numbers.
#[must_use]
pub fn alert_text(alert: &Alert) -> String {
    let d = &alert.detection;
    let quoted = quote(&d.signature);
    match d.p_value {
        Some(p) => format!("{quoted}: {} counted, {} expected, {}", count(d.k), decimal(d.expected), p_equals(p)),
        None => format!("{quoted}: {} counted, none in the baseline", count(d.k)),
    }
}

/// A piece of evidence with its weight and where to check it.
#[must_use]
pub fn evidence(e: &Evidence) -> String {
    let sources: Vec<String> = e.sources.iter().map(source).collect();
    let sources = if sources.is_empty() { String::new() } else { format!(" [{}]", sources.join("; ")) };
    format!("{} {}: {}{sources}", weight(e.weight), e.rule, e.summary)
}

fn weight(w: f64) -> String {
    let text = format!("{:.2}", w.abs());
    match text.as_str() {
        "0.00" => "0".to_owned(),
        _ if w < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    }
}

fn source(source: &Source) -> String {
    match source {
        Source::Diff { file, line: Some(line) } => format!("{file}:{line}"),
        Source::Diff { file, line: None } => file.clone(),
        Source::Frame { frame, .. } => format!("frame {frame}"),
        Source::Measured { name, value, unit } => format!("{name} = {} {unit}", decimal(*value)),
        Source::Message { excerpt: text, .. } => quote(text),
    }
}

/// A signature or message inside a sentence.
#[must_use]
pub fn quote(text: &str) -> String {
    format!("“{}”", excerpt(text, SIGNATURE))
}

/// `2026-05-04 15:59–16:59`, with the second date where it differs; UTC.
#[must_use]
pub fn interval(i: Interval) -> String {
    let (start, end) = (i.start.minute(), i.end.minute());
    let same_day = start.get(..10) == end.get(..10);
    let end = if same_day { end.get(11..).unwrap_or(&end).to_owned() } else { end };
    format!("{start}–{end}")
}

/// `[start, end)` to the second or finer, as the data has it.
#[must_use]
pub fn exact(i: Interval) -> String {
    format!("[{}, {})", i.start, i.end)
}

/// `2026-05-04 15:59 UTC`.
#[must_use]
pub fn moment(t: Instant) -> String {
    format!("{} UTC", t.minute())
}
