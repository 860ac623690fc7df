//! What was deployed, what triage said of it and what would have been done.

use super::super::number::{count, plural};
use super::super::{why, words};
use super::{Page, action};
use crate::dataset::DataSet;
use crate::evaluate::Judged;
use crate::pipeline::PipelineSpec;
use crate::triage::{Diff, FileClass, TriagerSpec};
use std::collections::BTreeMap;

/// Paths listed of one class.
const PATHS: usize = 6;
/// Attributed signatures listed.
const ATTRIBUTED: usize = 4;

pub fn section(page: &mut Page, data: &DataSet, index: usize) {
    let deploy = &data.deploys[index];
    let services = if deploy.services.is_empty() { "no service".to_owned() } else { deploy.services.join(", ") };
    let revision = match (&deploy.revision, &deploy.previous_revision) {
        (Some(to), Some(from)) => format!("revision {from} → {to}"),
        (Some(to), None) => format!("revision {to}"),
        _ => "no revision recorded".to_owned(),
    };
    page.text(&format!("{} to {services}; {revision}.", why::moment(deploy.deployed_at)));
    if let Some(undone) = &deploy.rolls_back {
        page.text(&format!("It rolls back deploy {undone}."));
    }
    if !deploy.fixes.is_empty() {
        page.text(&format!("It repairs {}.", deploy.fixes.join(", ")));
    }
    files(page, data, index);
}

/// Changed files by class.
fn files(page: &mut Page, data: &DataSet, index: usize) {
    let deploy = &data.deploys[index];
    let diff = data.diffs.get(&deploy.id).and_then(|text| Diff::parse(text).ok());
    let paths = deploy.changed_files.clone().or_else(|| diff.as_ref().map(Diff::paths)).unwrap_or_default();
    if paths.is_empty() {
        page.text("Nothing is known of what changed: the data set has neither a list of files nor a diff of it.");
        return;
    }
    let mut by_class: BTreeMap<FileClass, Vec<&str>> = BTreeMap::new();
    for path in &paths {
        by_class.entry(FileClass::of(path)).or_default().push(path);
    }
    let lines = diff.as_ref().map_or_else(|| " (no diff)".to_owned(), changed_lines);
    page.text(&format!("{} changed{lines}:", plural(paths.len() as u64, "file")));
    for (class, paths) in by_class {
        let more = if paths.len() > PATHS { format!(" and {} more", paths.len() - PATHS) } else { String::new() };
        let runs = if class.can_break_production() { "" } else { ", does not run in production" };
        let shown = paths[..paths.len().min(PATHS)].join(", ");
        page.point(0, &format!("{} {}{runs}: {shown}{more}", paths.len(), class.name().replace('_', " ")));
    }
}

fn changed_lines(diff: &Diff) -> String {
    let hunks = || diff.files.iter().flat_map(|file| &file.hunks);
    let added: usize = hunks().map(|hunk| hunk.added.len()).sum();
    let removed: usize = hunks().map(|hunk| hunk.removed.len()).sum();
    format!(", {} lines added, {} removed", count(added as u64), count(removed as u64))
}

/// The verdict with its evidence, then what would have been done and why.
pub fn verdict(page: &mut Page, spec: &PipelineSpec, judged: &Judged) {
    let Some(case) = judged.case() else { return };
    let verdict = &case.verdict;
    page.heading(&format!("Triage of {}", judged.outcome.window.service));
    page.text(&format!(
        "Verdict: {} with confidence {:.2} ({}). Evidence, heaviest first, in log-odds:",
        words::verdict(verdict.kind),
        verdict.confidence,
        triager(&spec.triage)
    ));
    if verdict.evidence.is_empty() {
        page.point(0, "none: this triager looks at nothing");
    }
    for evidence in &verdict.evidence {
        page.point(0, &why::evidence(evidence));
    }
    if !verdict.attributed.is_empty() {
        let names: Vec<String> = verdict.attributed.iter().take(ATTRIBUTED).map(|s| why::quote(s)).collect();
        let more = match verdict.attributed.len().saturating_sub(ATTRIBUTED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        page.text(&format!("Attributed to the deploy: {}{more}.", names.join(", ")));
    }
    action::section(page, spec, judged, case);
}

fn triager(spec: &TriagerSpec) -> String {
    match spec {
        TriagerSpec::Heuristic(h) => format!(
            "heuristic: caused from {} on, not caused up to {}; the prior is one of the weights",
            h.caused_at, h.not_caused_at
        ),
        other => other.name().replace('_', " "),
    }
}
