//! The heuristic against real pairs of trace and diff (`Defects4J`), where they are at hand.

use super::super::fixture::Fixture;
use super::*;
use std::path::PathBuf;

fn shared() -> PathBuf {
    std::env::var_os("SHAKEDOWN_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

struct Row {
    name: String,
    kind: String,
    caused: bool,
    verdict: Verdict,
}

impl Row {
    fn p(&self) -> f64 {
        probability(&self.verdict.evidence)
    }
}

/// Verdicts on the stack and message alone: counts and times say nothing here.
fn rows(text: &str) -> Vec<Row> {
    let triager = HeuristicSpec::default().build().unwrap();
    text.lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let of = |key: &str| row[key].as_str().unwrap().to_owned();
            let trace = of("trace");
            let mut fixture = Fixture::with_diff(&of("diff"));
            fixture.add(trace.lines().next().unwrap(), |alert| {
                alert.exception = Some(of("exception"));
                alert.trace = Some(trace.clone());
            });
            let name = format!("{} {}", of("case"), of("diff_from"));
            Row { name, kind: of("kind"), caused: row["label"] == 1, verdict: fixture.judge(&triager) }
        })
        .collect()
}

/// Chance that a caused pair scores above one that is not.
fn auc(rows: &[Row], negatives: &str) -> f64 {
    let (mut above, mut pairs) = (0.0, 0.0_f64);
    for positive in rows.iter().filter(|row| row.caused) {
        for negative in rows.iter().filter(|row| row.kind.starts_with(negatives) && !row.caused) {
            pairs += 1.0;
            above += match positive.p().total_cmp(&negative.p()) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    above / pairs
}

#[test]
fn d4j() {
    let path = shared().join("data/d4j_triage/triples.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is absent, the heuristic was not held against real traces and diffs", path.display());
        return;
    };
    let rows = rows(&text);
    let count = |kind: &str, verdict: VerdictKind| {
        rows.iter().filter(|row| row.kind.starts_with(kind) && row.verdict.kind == verdict).count()
    };
    for kind in ["positive", "random", "hard"] {
        let [caused, open, not] =
            [VerdictKind::Caused, VerdictKind::Inconclusive, VerdictKind::NotCaused].map(|v| count(kind, v));
        println!("{kind}: caused {caused}, inconclusive {open}, not caused {not}");
    }
    if std::env::var_os("SHAKEDOWN_VERBOSE").is_some() {
        for row in &rows {
            let rules: Vec<String> =
                row.verdict.evidence.iter().map(|e| format!("{} {:.3}", e.rule, e.weight)).collect();
            println!("{:.2} {} {} {}", row.p(), row.kind, row.name, rules.join(", "));
        }
    }
    let (truly, falsely) = (
        count("positive", VerdictKind::Caused),
        count("random", VerdictKind::Caused) + count("hard", VerdictKind::Caused),
    );
    let positives = rows.iter().filter(|row| row.caused).count();
    let precision = truly as f64 / (truly + falsely) as f64;
    let recall = truly as f64 / positives as f64;
    println!(
        "precision {precision:.3}, recall {recall:.3}, AUC {:.3} (random {:.3}, hard {:.3})",
        auc(&rows, ""),
        auc(&rows, "random"),
        auc(&rows, "hard")
    );
    assert!(precision >= 0.75, "precision {precision}");
    assert!(recall >= 0.55, "recall {recall}");
    assert!(auc(&rows, "random") >= 0.88 && auc(&rows, "hard") >= 0.68);
}
