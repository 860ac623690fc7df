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
        assert!(text.contains("langchain-2026") && text.contains("general-2026"), "{format}: {text}");
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

/// Runs with these answers on stdin.
fn answered(mini: &Mini, args: &[&str], answers: &str) -> super::cli::Run {
    let mut command = mini.command(args);
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that ends before it reads everything closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
    let output = child.wait_with_output().unwrap();
    super::cli::Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn pairs(mini: &Mini) -> Vec<Value> {
    mini.read("ds/labels/pairs.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The two texts of a pair, in one order.
fn texts(pair: &Value) -> [String; 2] {
    let mut texts = ["a", "b"].map(|side| pair[side].to_string());
    texts.sort();
    texts
}

/// Three templates, one of them of several texts: three pairs of templates and one of twins.
#[test]
fn no_pair_is_asked_twice_and_every_answer_is_kept_at_once() {
    let mini = Mini::new();
    let label = ["normalize", "label", "ds", "--pairs", "9", "--by", "ann"];
    let first = answered(&mini, &label, "s\nq\n");
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.out.starts_with("1 pairs labelled: 1 same, 0 different, 0 skipped; 3 left\n"), "{}", first.out);
    assert!(first.err.contains("1/4 · distance"), "{}", first.err);
    let second = answered(&mini, &label, "different\nmaybe\n");
    assert_eq!(second.code, 2);
    assert!(second.err.contains("stdin:2: \"maybe\" is none of same, different, skip, quit"), "{}", second.err);
    assert_eq!(pairs(&mini).len(), 2, "what was answered before the error is kept");
    assert_eq!(answered(&mini, &label, "skip\nd\nd\nd\n").code, 0);
    let all = pairs(&mini);
    let distinct: std::collections::BTreeSet<[String; 2]> = all.iter().map(texts).collect();
    assert_eq!((all.len(), distinct.len()), (4, 4));
    assert!(all.iter().all(|pair| pair["labelled_by"] == "ann" && pair["labelled_at"].is_string()), "{all:?}");
    let done = answered(&mini, &label, "s\n");
    assert_eq!((done.code, done.err.contains("holds no pair that is not labelled already (4 are)")), (4, true));
    // A data set with labels of pairs is the same data set.
    assert_eq!(mini.run(&["check", "ds"]).code, 0);
}

#[test]
fn pairs_may_be_labelled_elsewhere() {
    let mini = Mini::new();
    let out = mini.ok(&["normalize", "label", "ds", "--pairs", "3", "--export", "todo.jsonl"]);
    assert!(out.contains("3 pairs in todo.jsonl"), "{out}");
    assert_eq!(mini.ok(&["normalize", "label", "ds", "--pairs", "3", "--export", "again.jsonl"]).len(), out.len() + 1);
    assert_eq!(mini.read("todo.jsonl"), mini.read("again.jsonl"), "the same seed draws the same pairs");
    let todo = mini.read("todo.jsonl").replacen("\"answer\":null", "\"answer\":\"same\"", 2);
    mini.write("done.jsonl", todo);
    let label = ["normalize", "label", "ds", "--pairs", "3", "--answers", "done.jsonl"];
    assert!(mini.ok(&label).starts_with("2 pairs labelled: 2 same, 0 different, 0 skipped; 1 left\n"));
    assert!(mini.ok(&label).contains("1 left; 2 were labelled before"));
    mini.write("words.txt", "d\n");
    assert!(
        mini.run(&["normalize", "label", "ds", "--pairs", "1", "--answers", "words.txt"]).out.contains("1 different")
    );
    let run = mini.run(&["normalize", "label", "ds", "--pairs", "3", "--deploy", "d9"]);
    assert!(run.code == 2 && run.err.contains("there is no deploy \"d9\""), "{}", run.err);
}

/// Pairs of one kind that lie near each other, and of two kinds that lie far apart, spread over the data set's days.
fn many_pairs(mini: &Mini) {
    let pair = |n: u32| {
        let (a, b) = if n.is_multiple_of(2) {
            (
                format!("worker {} lost its connection to the queue", name(n)),
                format!("worker {} lost its connection to the queue", name(n + 7)),
            )
        } else {
            (format!("cannot parse {}", name(n)), format!("timeout of {} while reading", name(n + 7)))
        };
        serde_json::json!({"a": {"message": a}, "b": {"message": b}, "answer": if n.is_multiple_of(2) { "same" } else { "different" },
            "seen_at": super::cli::at(n * 8), "distance": 0.3, "normalizer": "recommended-2026", "threshold": 0.3,
            "stratum": "near", "population": 5000.0, "weight": 12.5, "labelled_by": "ann"})
    };
    std::fs::create_dir_all(mini.path("ds/labels")).unwrap();
    let rows: Vec<Value> = (0..500).map(pair).collect();
    mini.write("ds/labels/pairs.jsonl", super::cli::lines(&rows));
}

/// A word that no mask knows, another for each number.
fn name(n: u32) -> String {
    let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).unwrap());
    [n, n / 26, n * 7, n * 11].map(letter).iter().collect()
}

#[test]
fn recalibrate_proposes_what_the_pairs_ask_for() {
    let mini = Mini::new();
    let empty = mini.run(&["normalize", "recalibrate", "ds"]);
    assert!(empty.code == 4 && empty.err.contains("holds no labelled pair"), "{}", empty.err);
    many_pairs(&mini);
    let json = |more: &[&str]| mini.json(&[&["normalize", "recalibrate", "ds", "--format", "json"], more].concat());
    let kept = json(&["--threshold", "0.5"]);
    assert_eq!((&kept["pairs"], &kept["advice"]["kind"]), (&500.into(), &"keep".into()), "{}", kept["advice"]);
    let (value, low, high) = (&kept["threshold"]["value"], &kept["threshold"]["low"], &kept["threshold"]["high"]);
    let [value, low, high] = [value, low, high].map(|number| number.as_f64().unwrap());
    assert!(0.05 < low && low <= value && value <= high && high < 1.0, "{low} {value} {high}");
    assert_eq!(kept["cost_in_use"], 0.0);
    let changed = json(&["--threshold", "1", "--half-width", "0.1"]);
    assert_eq!(
        (&changed["advice"]["kind"], &changed["advice"]["to"]),
        (&"change".into(), &value.into()),
        "{}",
        changed["advice"]
    );
    let few = json(&["--threshold", "1", "--half-width", "0.01"]);
    assert_eq!(few["advice"]["kind"], "label", "{}", few["advice"]);
    // The masks split every pair of one error, and merge none.
    assert_eq!((&kept["rules"]["split"]["numerator"], &kept["rules"]["merged"]["numerator"]), (&250.into(), &0.into()));
    assert_eq!(kept["freshness"]["fresh_pairs"], 50);
    for format in ["terminal", "md"] {
        let run = |threads| mini.ok(&["--threads", threads, "normalize", "recalibrate", "ds", "--format", format]);
        let text = run("1");
        assert_eq!(text, run("3"));
        assert!(text.contains("What to do") && text.contains("10 pairs after each deploy"), "{text}");
    }
}

#[test]
fn what_recalibrate_cannot_use_is_told() {
    let mini = Mini::new();
    many_pairs(&mini);
    let rows: [(&[&str], &str); 5] = [
        (&["--threshold", "0"], "--threshold: 0 is no cosine distance in (0, 1]"),
        (&["--merge-cost", "0"], "--merge-cost: 0 is no cost above 0"),
        (&["--half-width", "0.7"], "--half-width: 0.7 lies not between"),
        (&["--normalizer", "recommended"], "there is no preset and no file"),
        (&["--split-cost", "NaN"], "--split-cost: NaN is no cost above 0"),
    ];
    for (args, words) in rows {
        let run = mini.run(&[&["normalize", "recalibrate", "ds"], args].concat());
        assert!(run.code == 2 && run.err.contains(words), "{args:?}: {}", run.err);
    }
    mini.write("ds/labels/pairs.jsonl", "{\"a\":1}\n");
    let run = mini.run(&["normalize", "recalibrate", "ds"]);
    assert!(run.code == 2 && run.err.contains("pairs.jsonl:1: 1 of 1 rows cannot be used"), "{}", run.err);
}
