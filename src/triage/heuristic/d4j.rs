//! The heuristic against real pairs of trace and diff (`Defects4J`), where they are at hand.

use super::fit::{Example, fit};
use super::*;
use crate::dataset::LabelledCase;
use crate::model::Instant;
use crate::triage::PairCase;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn shared() -> PathBuf {
    std::env::var_os("SHAKEDOWN_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

fn cases() -> Option<Vec<LabelledCase>> {
    let path = shared().join("data/d4j_triage/triples.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is absent, the heuristic was not held against real traces and diffs", path.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Pairs of each kind, and those called caused, by the default triager.
fn called(cases: &[LabelledCase]) -> BTreeMap<&str, (usize, usize)> {
    let triager = HeuristicSpec::default().build().unwrap();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in cases {
        let at = Instant::from_micros(1_777_000_000_000_000);
        let pair = PairCase::new("d", at, &[&case.trace], case.exception.as_deref(), &case.diff);
        let verdict = pair.judge(&triager).unwrap();
        assert_eq!(verdict.citations.dropped, 0, "{}: every place that it names exists", case.case);
        if std::env::var_os("SHAKEDOWN_VERBOSE").is_some() {
            let rules: Vec<String> = verdict.evidence.iter().map(|e| format!("{} {:.2}", e.rule, e.weight)).collect();
            println!("{:.2} {} {} {}", probability(&verdict.evidence), case.kind, case.case, rules.join(", "));
        }
        let count = counts.entry(&case.kind).or_default();
        count.0 += 1;
        count.1 += usize::from(verdict.kind == VerdictKind::Caused);
    }
    counts
}

#[test]
fn the_shipped_weights_are_what_the_pairs_give() {
    let Some(cases) = cases() else { return };
    let shipped = Weights::shipped().unwrap();
    let examples: Vec<Example> = cases.iter().map(Example::of).collect();
    let fitted = fit(&examples, &shipped.name, shipped.training.files.clone()).unwrap();
    assert_eq!(fitted, shipped, "shakedown triage fit writes it anew");
    let out = &shipped.out_of_sample;
    assert!(out.recall.value.unwrap() >= 0.8, "{out:?}");
    for (kind, most) in [("random_negative_same_project", 0.05), ("hard_negative_class_in_trace", 0.6)] {
        assert!(out.false_positive_rate[kind].value.unwrap() <= most, "{kind} {out:?}");
    }
}

#[test]
fn verdicts_are_as_the_fit_scored_them() {
    let Some(cases) = cases() else { return };
    let scores = Weights::shipped().unwrap().in_sample;
    for (kind, (pairs, caused)) in called(&cases) {
        println!("{kind}: {caused} of {pairs} caused");
        let told = scores.false_positive_rate.get(kind).unwrap_or(&scores.recall);
        assert_eq!((caused as u64, pairs as u64), (told.numerator, told.denominator), "{kind}");
    }
}
