//! `shakedown compare`: what it prints, what it refuses, and how it puts it.

use super::cli::Mini;
use serde_json::Value;

/// The data set of a few lines, replayed under the two ends into `out`, and a sweep of both in `sweep`.
fn replayed() -> Mini {
    let mini = Mini::new();
    mini.ok(&["replay", "ds", "--pipeline", "always", "--pipeline", "null", "--out", "out"]);
    std::fs::create_dir(mini.path("sweep")).unwrap();
    mini.write("sweep/ground.json", mini.read("out/null/ground.json"));
    let line = |folder: &str, id: &str| {
        let mut record: Value = serde_json::from_str(&mini.read(&format!("out/{folder}/record.json"))).unwrap();
        record["id"] = id.into();
        format!("{record}\n")
    };
    mini.write("sweep/records.jsonl", line("null", "null") + &line("always", "t0001") + &line("null", "t0002"));
    mini
}

#[test]
fn two_runs_are_told_apart_in_every_format() {
    let mini = replayed();
    let found = mini.json(&["compare", "out/null", "out/always", "--format", "json"]);
    assert_eq!((found["a"].as_str(), found["b"].as_str()), (Some("null"), Some("always")));
    assert_eq!((found["labels"].as_str(), found["of_sweep"].as_bool()), (Some("complete"), Some(false)));
    // Four deploys and an incident of no deploy are too few for an interval.
    assert_eq!((found["finding"].as_str(), found["units"].as_u64()), (Some("too_few"), Some(5)));
    let row = |name: &str| {
        let rows = found["metrics"].as_array().unwrap();
        rows.iter().find(|row| row["metric"] == name).unwrap_or_else(|| panic!("{name}")).clone()
    };
    let recall = row("end_to_end.recall");
    assert_eq!((recall["a"]["numerator"].as_u64(), recall["b"]["numerator"].as_u64()), (Some(0), Some(1)));
    assert_eq!(recall["difference"]["value"].as_f64(), Some(1.0));
    assert_eq!((&recall["significant"], recall["relevant"].as_bool()), (&Value::Null, Some(true)));
    assert_eq!(found["answered"]["only_b"], serde_json::json!(["i1"]));
    assert_eq!(found["answered"]["p"].as_f64(), Some(1.0));
    let falsely = found["false_actions"]["only_b"].as_array().unwrap();
    assert!(falsely.contains(&serde_json::json!({"deploy": "d2", "service": "web"})), "{falsely:?}");

    let table = mini.ok(&["compare", "out/null", "out/always"]);
    assert!(table.starts_with("A = null against B = always\n"), "{table}");
    assert!(table.contains("only B: i1") && table.contains("too few for an interval"), "{table}");
    let page = mini.ok(&["compare", "out/null", "out/always", "--format", "md"]);
    assert!(page.starts_with("# A = null against B = always\n") && page.contains("\nOnly B: i1\n"), "{page}");
}

/// The sums of a comparison are those that each replay's own evaluation has.
#[test]
fn its_numbers_are_those_of_the_evaluations() {
    let mini = replayed();
    let found = mini.json(&["compare", "out/null", "out/always", "--format", "json"]);
    let evaluation: Value = serde_json::from_str(&mini.read("out/always/evaluation.json")).unwrap();
    let b = |name: &str| {
        let rows = found["metrics"].as_array().unwrap();
        rows.iter().find(|row| row["metric"] == name).unwrap()["b"].clone()
    };
    let near = |a: &Value, b: &Value| (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-6;
    assert!(near(&b("cost_usd_per_month"), &evaluation["cost"]["monthly"]["total_usd"]));
    for (name, path) in [
        ("end_to_end.precision", "/end_to_end/precision"),
        ("end_to_end.recall", "/end_to_end/recall"),
        ("detection.case_precision", "/detection/case_precision"),
        ("detection.recall", "/detection/recall"),
    ] {
        assert_eq!(&b(name), evaluation.pointer(path).unwrap(), "{name}");
    }
    let month = evaluation["cost"]["monthly"]["factor"].as_f64().unwrap();
    let falsely = evaluation["end_to_end"]["false_actions"].as_f64().unwrap();
    assert!((b("false_actions_per_month").as_f64().unwrap() - month * falsely).abs() < 1e-9);
}

#[test]
fn trials_of_a_sweep_are_read_from_its_folder() {
    let mini = replayed();
    let found = mini.json(&["compare", "sweep:null", "sweep:t0001", "--format", "json"]);
    assert_eq!((found["b"].as_str(), found["of_sweep"].as_bool()), (Some("t0001"), Some(true)));
    let text = mini.ok(&["compare", "out/null", "sweep:t0001"]);
    assert!(text.contains("sweep.md has its score on weeks that it was not chosen on"), "{text}");
    let text = mini.ok(&["compare", "sweep:null", "sweep:t0002"]);
    assert!(text.contains("Both decide the same in every case"), "{text}");
    // One pipeline out of two folders is told apart by its side.
    let text = mini.ok(&["compare", "out/null", "sweep:null"]);
    assert!(text.starts_with("A = null of A against B = null of B\n"), "{text}");
    // A sweep that was stopped while it wrote.
    mini.write("sweep/records.jsonl", mini.read("sweep/records.jsonl") + "{\"id\": \"t0003\", \"eval");
    mini.ok(&["compare", "sweep:null", "sweep:t0001"]);
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_remedy() {
    let mini = replayed();
    let rows = [
        (["out/null", "nowhere"], "nowhere: there is no such folder", "SWEEP_DIR:TRIAL"),
        (["out/null", "out"], "out: holds several pipelines", "name one: out/always or out/null"),
        (["out/null", "ds"], "ds: holds no record.json", "replay of one pipeline"),
        (["out/null", "sweep"], "sweep: is the folder of a sweep", "sweep:t0001"),
        (["out/null", "out/null"], "out/null: is A itself", "name two"),
        (["out/null", "out/../out/null"], "out/../out/null: is A itself", "name two"),
        (["sweep:null", "sweep:null"], "sweep:null: is A itself", "name two"),
        (["out/null", "sweep:t001"], "has no trial \"t001\"; did you mean \"t0001\"?", "3 trials, null to t0002"),
        (["out/null", "ds:t0001"], "ds: holds no records.jsonl", "--out folder of a sweep"),
        (["out/null", "nowhere:t0001"], "nowhere: is no folder", "--out folder of a sweep"),
    ];
    for ([a, b], message, help) in rows {
        let run = mini.run(&["compare", a, b]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{a} {b}");
        assert!(run.err.contains(message) && run.err.contains(help), "{a} {b}:\n{}", run.err);
    }
}

#[test]
fn other_data_and_other_prices_are_refused() {
    let mini = replayed();
    let events = mini.read("ds/events.jsonl");
    let (_, rest) = events.split_once('\n').unwrap();
    mini.write("ds/events.jsonl", rest);
    mini.ok(&["replay", "ds", "--pipeline", "always", "--out", "other"]);
    let run = mini.run(&["compare", "out/null", "other"]);
    assert!(run.code == 2 && run.err.contains("are of different data"), "{}", run.err);
    mini.write("ds/events.jsonl", events);
    let costs = include_str!("../../costs/2026-11.toml").replace("hourly_rate = ", "hourly_rate = 1");
    mini.write("dear.toml", costs);
    mini.ok(&["replay", "ds", "--pipeline", "always", "--costs", "dear.toml", "--out", "dear"]);
    let run = mini.run(&["compare", "out/null", "dear"]);
    assert!(run.code == 2 && run.err.contains("both named") && run.err.contains("--costs"), "{}", run.err);
}

#[test]
fn damaged_files_are_named_with_their_line() {
    let mini = replayed();
    let records = mini.read("sweep/records.jsonl");
    let mut rows: Vec<&str> = records.lines().collect();
    rows[1] = "{\"id\": 7}";
    mini.write("sweep/records.jsonl", rows.join("\n") + "\n");
    let run = mini.run(&["compare", "sweep:null", "sweep:t0002"]);
    assert!(run.code == 2 && run.err.contains("records.jsonl:2: cannot be used"), "{}", run.err);
    let record = mini.read("out/always/record.json");
    for (spoilt, message) in [
        (record[..record.len() / 2].to_owned(), "record.json:"),
        (record.replacen("\"deploy\": 0", "\"deploy\": 99", 1), "does not hold"),
    ] {
        assert_ne!(spoilt, record);
        mini.write("out/always/record.json", spoilt);
        let run = mini.run(&["compare", "out/null", "out/always"]);
        assert!(run.code == 2 && run.err.contains(message) && run.err.contains("help: "), "{}", run.err);
    }
    mini.remove("out/always/record.json");
    let run = mini.run(&["compare", "out/null", "out/always"]);
    assert!(run.code == 2 && run.err.contains("earlier version"), "{}", run.err);
}
