//! `shakedown triage`: verdicts judged by labels. The pairs of `Defects4J` (`../shared/data/d4j_triage`) are skipped, loudly, where
//! they are absent; `SHAKEDOWN_SHARED` names another place.

#![allow(clippy::unwrap_used)] // tests: a panic is the message

use super::cli::Mini;
use serde_json::{Value, json};
use std::path::PathBuf;

const TRACE: &str = "java.lang.Error: x\n\tat org.shop.Cart.total(Cart.java:2)";

fn diff(file: &str) -> String {
    format!("--- a/src/{file}\n+++ b/src/{file}\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n")
}

fn pair(file: &str, label: u8, kind: &str) -> String {
    json!({"trace": TRACE, "diff": diff(file), "label": label, "kind": kind, "case": "1"}).to_string()
}

fn lines(rows: &[String]) -> String {
    rows.join("\n") + "\n"
}

fn pairs() -> Mini {
    let mini = Mini::new();
    let rows = [
        pair("Cart.java", 1, "positive"),
        pair("Wish.java", 1, "positive"),
        pair("Cart.java", 0, "hard|\u{1b}[31m"),
        pair("Wish.java", 0, "random"),
        json!({"trace": TRACE, "label": false}).to_string(),
    ];
    mini.write("pairs.jsonl", lines(&rows));
    mini
}

/// One case whose first candidate did it, one that none did.
fn ranks() -> Mini {
    let mini = Mini::new();
    let candidate = |id: &str, hour: u8, file: &str| json!({"id": id, "deployed_at": format!("2026-11-02T{hour:02}:00:00Z"), "diff": diff(file)});
    let rows = [
        json!({"traces": [TRACE], "candidates": [candidate("a", 8, "Cart.java"), candidate("b", 9, "Wish.java")], "truth": "a"}),
        json!({"traces": ["no trace", TRACE], "candidates": [candidate("c", 8, "Wish.java")], "truth": null}),
    ];
    mini.write("cases.jsonl", lines(&rows.map(|row| row.to_string())));
    mini
}

fn share(estimate: &Value) -> (u64, u64) {
    (estimate["numerator"].as_u64().unwrap(), estimate["denominator"].as_u64().unwrap())
}

#[test]
fn score_gives_the_agreed_json() {
    let all = pairs().json(&["triage", "score", "pairs.jsonl", "--format", "json"]);
    let names: Vec<&str> = all["triagers"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["accept_all", "blame_latest", "class_in_trace", "heuristic"]);
    let rule = &all["triagers"][2];
    assert_eq!((share(&rule["recall"]), share(&rule["precision"])), ((1, 2), (1, 2)));
    let false_positives = rule["false_positive_rate"].as_object().unwrap();
    assert_eq!(false_positives.keys().collect::<Vec<_>>(), ["hard|\u{1b}[31m", "negative", "random"]);
    assert_eq!(share(&false_positives["random"]), (0, 1));
    assert_eq!((share(&rule["abstention"]), &rule["brier"], &rule["ece"]), ((0, 5), &0.4.into(), &0.4.into()));
    assert_eq!((&rule["grounded"]["value"], &rule["tokens"]["input"]), (&Value::Null, &0.into()));
    assert!(all["triagers"][1]["notes"][0].as_str().unwrap().contains("always the latest"));
}

#[test]
fn rank_gives_the_agreed_json() {
    let all = ranks().json(&["triage", "rank", "cases.jsonl", "--format", "json"]);
    let of = |at: usize, key: &str| all["triagers"][at][key].clone();
    assert_eq!((of(2, "name"), of(2, "mrr"), of(1, "mrr")), ("class_in_trace".into(), 1.0.into(), 0.5.into()));
    assert_eq!((share(&of(2, "accuracy_at_1")), share(&of(1, "accuracy_at_1"))), ((1, 1), (0, 1)));
    assert_eq!((share(&of(1, "accuracy_at_3")), share(&of(0, "accuracy_at_3"))), ((1, 1), (1, 1)));
    assert_eq!((share(&of(2, "false_blame")), share(&of(0, "false_blame"))), ((0, 1), (1, 1)));
}

#[test]
fn every_format_is_the_same_at_any_number_of_threads_and_shows_no_control_character() {
    for (mini, command, file) in [(pairs(), "score", "pairs.jsonl"), (ranks(), "rank", "cases.jsonl")] {
        for format in ["terminal", "json", "md"] {
            let run = |threads: &str| mini.ok(&["--threads", threads, "triage", command, file, "--format", format]);
            let text = run("1");
            assert_eq!(text, run("4"), "{format}");
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{format}: {text}");
            assert!(text.contains("class_in_trace"), "{format}: {text}");
        }
    }
}

#[test]
fn what_cannot_be_scored_is_told_with_what_to_do() {
    let mini = pairs();
    mini.write("empty.jsonl", "");
    mini.write("bad.jsonl", format!("{}\n{{\"trace\": \"x\", \"label\": 7}}\n", pair("a", 1, "k")));
    mini.write("mine.toml", "kind = \"heuristic\"\nprior = 2\n");
    mini.write("odd.toml", "kind = \"heuristix\"\n");
    mini.write("table.toml", "[triage]\nkind = \"heuristic\"\ncaused = 0.5\n");
    std::fs::create_dir_all(mini.path("one")).unwrap();
    mini.write("one/heuristic.toml", "kind = \"heuristic\"\n");
    let rows: [(&[&str], &[&str]); 9] = [
        (&["empty.jsonl"], &["empty.jsonl: holds no row", "docs/triage-command.md"]),
        (&["nothing.jsonl"], &["nothing.jsonl", "there is no such file"]),
        (&["bad.jsonl"], &["bad.jsonl:2: 1 of 2 rows cannot be used", "label is 7", "--allow-rejects"]),
        (&["bad.jsonl", "--strict"], &["bad.jsonl:2", "label is 7"]),
        (&["pairs.jsonl", "--triager", "heuristik"], &["--triager", "heuristik", "did you mean \"heuristic\"?"]),
        (&["pairs.jsonl", "--triager", "mine.toml"], &["mine.toml:2", "prior"]),
        (&["pairs.jsonl", "--triager", "odd.toml"], &["odd.toml:1", "heuristix"]),
        (&["pairs.jsonl", "--triager", "table.toml"], &["table.toml", "caused"]),
        (
            &["pairs.jsonl", "--triager", "one/heuristic.toml", "--triager", "heuristic"],
            &["two triagers bear the name heuristic"],
        ),
    ];
    for (args, expected) in rows {
        let args: Vec<&str> = ["triage", "score"].iter().chain(args).copied().collect();
        let run = mini.run(&args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
        for part in expected {
            assert!(run.err.contains(part), "{args:?}: {part}: {}", run.err);
        }
    }
    let run = mini.run(&["triage", "score", "bad.jsonl", "--allow-rejects", "--triager", "recommended-2026"]);
    assert_eq!((run.code, run.err.contains("bad.jsonl: 1 of 2 rows cannot be used")), (0, true), "{}", run.err);
    assert!(run.out.contains("recall (of 1)"), "{}", run.out);
}

#[test]
fn a_trace_of_ten_megabytes_and_a_diff_that_is_none_are_judged() {
    let mini = Mini::new();
    let long = format!("java.lang.Error: x\n{}", "\tat org.shop.Cart.total(Cart.java:2)\n".repeat(300_000));
    let rows = [
        json!({"trace": long, "diff": diff("Cart.java"), "label": 1}).to_string(),
        json!({"trace": TRACE, "diff": "no diff\u{0}", "label": 0}).to_string(),
    ];
    mini.write("pairs.jsonl", lines(&rows));
    let all = mini.json(&["triage", "score", "pairs.jsonl", "--format", "json"]);
    let rule = &all["triagers"][2];
    assert_eq!((share(&rule["recall"]), share(&rule["false_positive_rate"]["negative"])), ((1, 1), (0, 1)));
}

/// The plain rule on the 247 triples: it finds most of the guilty and is fooled by nearly every hard negative, which are made to fool it.
#[test]
fn defects4j() {
    let shared = std::env::var_os("SHAKEDOWN_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("data/d4j_triage/triples.jsonl");
    if !path.exists() {
        eprintln!("SKIPPED: {} is absent, triagers were not scored on real pairs", path.display());
        return;
    }
    let all = Mini::new().json(&["triage", "score", path.to_str().unwrap(), "--format", "json"]);
    let [rule, heuristic] = [&all["triagers"][2], &all["triagers"][3]];
    let rate = |of: &Value, kind: &str| of["false_positive_rate"][kind]["value"].as_f64().unwrap();
    let (random, hard) = ("random_negative_same_project", "hard_negative_class_in_trace");
    assert!(rule["recall"]["value"].as_f64().unwrap() > 0.75 && rate(rule, random) < 0.12 && rate(rule, hard) > 0.95);
    assert!(rate(heuristic, random) <= 0.05 && rate(heuristic, hard) < 0.6, "{heuristic}");
    assert_eq!((&heuristic["clustered"]["by"], &heuristic["clustered"]["clusters"]), (&"case".into(), &59.into()));
}
