//! `shakedown normalize`: grouping judged by labels.

#![allow(clippy::unwrap_used)] // tests: a panic is the message

use super::cli::Mini;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Two systems in loghub's layout: in `A` one error is split by a small number, in `B` a text bears two labels.
fn labelled() -> Mini {
    let mini = Mini::new();
    std::fs::create_dir_all(mini.path("logs/A")).unwrap();
    std::fs::create_dir_all(mini.path("logs/B")).unwrap();
    let a = "LineId,Content,EventTemplate\n1,retry 1 of \u{1b}[31mx,retry <*> of x\n2,retry 2 of x,retry <*> of x\n3,done 4711,done <*>\n4,done 4712,done <*>\n";
    mini.write("logs/A/A_2k.log_structured_corrected.csv", a);
    mini.write("logs/A/A_2k.log_structured.csv", "Content,EventTemplate\nnot,read\n");
    mini.write("logs/A/A_2k.log_templates.csv", "EventId,EventTemplate\nE1,x\n");
    mini.write("logs/B/B.csv", "Content,EventTemplate\nup,one\nup,two\n");
    mini
}

#[test]
fn score_gives_the_agreed_json() {
    let mini = labelled();
    let all = mini.json(&["normalize", "score", "logs", "--normalizer", "langchain-2026", "--format", "json"]);
    let one = &all["normalizers"][0];
    assert_eq!((&one["name"], all["normalizers"].as_array().unwrap().len()), (&Value::from("langchain-2026"), 1));
    let (a, b) = (&one["systems"][0], &one["systems"][1]);
    assert_eq!((&a["name"], &a["n"], &a["ga"]), (&"A".into(), &4.into(), &0.5.into()));
    assert_eq!(
        (&a["fga"], &a["pairwise"]["precision"], &a["pairwise"]["recall"]),
        (&0.4.into(), &1.0.into(), &0.5.into())
    );
    assert_eq!((&b["ga"], &b["pairwise"]["recall"], &b["inseparable"]), (&0.0.into(), &Value::Null, &2.into()));
    for key in ["v_measure", "ari", "homogeneity", "completeness", "split_rate", "merge_rate", "pga", "rga"] {
        assert!(a[key].is_number(), "{key}: {a}");
    }
    let mean = &one["mean"];
    assert_eq!((&mean["ga"], &mean["fga"], &mean["systems"]), (&0.25.into(), &0.2.into(), &2.into()));
    assert!(mean["pairwise_f1"].is_number(), "{mean}");
}

#[test]
fn every_format_is_the_same_at_any_number_of_threads_and_shows_no_control_character() {
    let mini = labelled();
    for format in ["terminal", "json", "md"] {
        let run = |threads: &str| mini.ok(&["--threads", threads, "normalize", "score", "logs", "--format", format]);
        let text = run("1");
        assert_eq!(text, run("4"), "{format}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{format}: {text}");
        assert!(text.contains("langchain-2026") && text.contains("corrected-2026"), "{format}: {text}");
    }
}

#[test]
fn what_cannot_be_scored_is_told_with_what_to_do() {
    let mini = labelled();
    mini.write("other.csv", "a,b\n1,2\n");
    mini.write("empty.csv", "");
    mini.write("bad.csv", "Content,EventTemplate\nx,y\nx\n");
    mini.write("mine.toml", "kind = \"rules\"\nmasks = []\ntruncate = 0\n");
    mini.write("odd.toml", "kind = \"rulez\"\n");
    let rows: [(&[&str], &[&str]); 9] = [
        (&["other.csv"], &["other.csv: holds neither", "(there are: a, b)", "--text COLUMN --group COLUMN"]),
        (&["other.csv", "--text", "a", "--group", "c"], &["a for the text and c for the group", "(there are: a, b)"]),
        (&["empty.csv"], &["empty.csv", "is empty"]),
        (&["ds"], &["ds: none of its 3 files is labelled"]),
        (&["nothing"], &["nothing: there is no such file"]),
        (&["bad.csv"], &["bad.csv:3: 1 of 2 rows cannot be used", "--allow-rejects"]),
        (
            &["logs", "--normalizer", "langchain-2025"],
            &["--normalizer: there is no preset and no file", "langchain-2026"],
        ),
        (&["logs", "--normalizer", "mine.toml"], &["mine.toml:3: truncate is 0"]),
        (&["logs", "--normalizer", "odd.toml"], &["odd.toml:1: \"rulez\" is none of", "did you mean \"rules\"?"]),
    ];
    for (args, words) in rows {
        let run = mini.run(&[&["normalize", "score"], args].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
        for word in words {
            assert!(run.err.contains(word), "{args:?} should say {word:?}: {}", run.err);
        }
    }
    let run = mini.run(&["normalize", "score", "bad.csv", "--allow-rejects"]);
    assert_eq!(
        (run.code, run.err.contains("bad.csv: 1 of 2 rows cannot be used; the first: line 3")),
        (0, true),
        "{}",
        run.err
    );
}

#[test]
fn a_bare_normalizer_file_and_a_pipeline_file_are_both_read() {
    let mini = labelled();
    mini.write("mine.toml", "kind = \"rules\"\nmasks = [{ mask = \"number\", min_length = 1 }]\n");
    mini.write("pipe.toml", mini.ok(&["preset", "show", "corrected-2026"]));
    let all = mini.json(&[
        "normalize",
        "score",
        "logs/A",
        "--normalizer",
        "mine.toml",
        "--normalizer",
        "pipe.toml",
        "--format",
        "json",
    ]);
    let names: Vec<&str> = all["normalizers"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["mine", "corrected-2026"]);
}

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    let found = path.exists();
    if !found {
        // Written past the test harness, which swallows what passing tests print.
        let _ = writeln!(std::io::stderr(), "normalize: {} is absent: skipped", path.display());
    }
    found.then_some(path)
}

/// A second implementation in another language, of the published masks and of GA and FGA by sets, gave these.
#[test]
fn the_published_masks_on_real_lines() {
    let Some(path) = shared("loghub") else { return };
    let path = path.display().to_string();
    let all = Mini::new().json(&["normalize", "score", &path, "--normalizer", "langchain-2026", "--format", "json"]);
    let expected = [
        ("Apache", 0.2965, 0.078_947_368_421_052_63),
        ("HDFS", 0.001, 0.003_508_771_929_824_561_5),
        ("Hadoop", 0.551, 0.322_368_421_052_631_5),
        ("OpenSSH", 0.0935, 0.044_692_737_430_167_6),
        ("Zookeeper", 0.4815, 0.191_358_024_691_358_01),
    ];
    for (system, (name, ga, fga)) in all["normalizers"][0]["systems"].as_array().unwrap().iter().zip(expected) {
        assert_eq!((&system["name"], &system["n"]), (&name.into(), &2000.into()));
        for (key, expected) in [("ga", ga), ("fga", fga)] {
            assert!((system[key].as_f64().unwrap() - expected).abs() < 1e-12, "{name} {key}: {}", system[key]);
        }
    }
}

#[test]
fn traces_are_scored_by_their_columns() {
    let Some(path) = shared("d4j_triage/grouping.jsonl") else { return };
    let path = path.display().to_string();
    let args = ["normalize", "score", &path, "--normalizer", "langchain-2026", "--format", "json"];
    let asked = [&args[..], &["--text", "trace", "--group", "group"]].concat();
    let mini = Mini::new();
    let all = mini.json(&asked);
    assert_eq!(all, mini.json(&args), "found without being named");
    let system = &all["normalizers"][0]["systems"][0];
    assert_eq!((&system["n"], &system["true_groups"]), (&346.into(), &173.into()));
    assert!(system["intervals"]["pairwise_f1"]["low"].as_f64() < system["pairwise"]["f1"].as_f64(), "{system}");
}
