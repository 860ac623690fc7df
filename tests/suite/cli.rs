//! The command line as a user meets it: help, exit codes, formats, folders, pipes. Also [`Mini`], the data set of a few lines that
//! `bad_input` spoils.

#![allow(clippy::unwrap_used, clippy::too_many_lines, clippy::format_collect)] // tests: a panic is the message, tables are long
#![allow(clippy::needless_for_each)] // a check of each is one expression

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with a valid data set `ds` of three days, two services, four deploys, two incidents and 68 records; commands run in it.
pub struct Mini {
    root: TempDir,
}

/// What a command did.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// RFC 3339 of this many minutes after Monday, 2026-03-02T00:00Z; within that month.
pub fn at(minutes: u32) -> String {
    format!("2026-03-{:02}T{:02}:{:02}:00Z", 2 + minutes / 1440, minutes / 60 % 24, minutes % 60)
}

pub fn event(minutes: u32, service: &str, message: &str) -> Value {
    json!({"timestamp": at(minutes), "service": service, "severity": "ERROR", "message": message})
}

pub fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

pub fn events() -> Vec<Value> {
    let background = (0..60).map(|i: u32| {
        let message = ["timeout after 1234 ms", "cannot parse order 99887766"][(i / 2 % 2) as usize];
        event(i * 70, ["api", "web"][(i % 2) as usize], message)
    });
    let regression = (0..8).map(|i| event(2885 + i, "api", &format!("KeyError: 'promo' in cart {}", 100_000 + i)));
    background.chain(regression).collect()
}

pub fn deploys() -> Vec<Value> {
    vec![
        json!({"id": "d1", "deployed_at": at(1500), "services": ["api"], "revision": "aaaa1111", "previous_revision": "aaaa0000"}),
        json!({"id": "d2", "deployed_at": at(2000), "services": ["web"]}),
        json!({"id": "d3", "deployed_at": at(2880), "services": ["api"], "environment": "production"}),
        json!({"id": "d4", "deployed_at": at(3500), "services": ["api", "web"]}),
    ]
}

pub fn incidents() -> Vec<Value> {
    vec![
        json!({"id": "i1", "title": "promo", "started_at": at(2885), "resolved_at": at(2940), "services": ["api"],
               "severity": "sev2", "cause": "deploy", "deploy_id": "d3"}),
        json!({"id": "i2", "title": "dns", "started_at": at(3600), "resolved_at": at(3700), "services": [],
               "severity": "sev3", "cause": "third_party"}),
    ]
}

pub fn traffic() -> String {
    let row = |hour: u32| format!("{0},api,1000\n{0},web,1000\n", at(hour * 60));
    "timestamp,service,requests\n".to_owned() + &(0..72).map(row).collect::<String>()
}

impl Mini {
    pub fn new() -> Self {
        let mini = Self { root: tempfile::tempdir().unwrap() };
        fs::create_dir(mini.path("ds")).unwrap();
        mini.write("ds/dataset.toml", "name = \"mini\"\nincidents = \"complete\"\n");
        mini.write("ds/events.jsonl", lines(&events()));
        mini.write("ds/deploys.jsonl", lines(&deploys()));
        mini.write("ds/incidents.jsonl", lines(&incidents()));
        mini
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// The command with these arguments, in the folder that holds `ds`, without the caller's taste in colours.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
        command.args(args).current_dir(self.root.path()).stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "CI"] {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        Self::finish(&mut self.command(args))
    }

    pub fn finish(command: &mut Command) -> Run {
        let output = command.output().unwrap();
        Run {
            code: output.status.code().expect("an exit code, no signal"),
            out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            err: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// Runs what must succeed in silence; returns stdout.
    pub fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
        run.out
    }

    pub fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(args)).expect("stdout is one JSON document")
    }

    /// Every file below a folder with its content.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(folder), &self.path(folder), &mut files);
        files
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// Runs `args` on a fresh [`Mini`]: the exit code, nothing on stdout unless it is 0, and the words on the stream that speaks.
fn check(args: &[&str], code: i32, words: &[&str]) {
    let run = Mini::new().run(args);
    assert_eq!(run.code, code, "{args:?}\n{}", run.err);
    let (speaks, silent) = if code == 0 { (&run.out, &run.err) } else { (&run.err, &run.out) };
    assert_eq!(silent, "", "{args:?}");
    for word in words {
        assert!(speaks.contains(word), "{args:?} should say {word:?}:\n{speaks}");
    }
}

#[test]
fn every_help_teaches() {
    let rows: [(&[&str], &[&str]); 10] = [
        (
            &["--help"],
            &["Start with:", "replay", "check", "simulate", "explain", "preset", "Exit codes: 0 ok, 1 a gate"],
        ),
        (
            &["replay", "--help"],
            &["--pipeline <PRESET|FILE>", "--costs <FILE>", "--out <DIR>", "terminal, json, md", "--strict"],
        ),
        (&["check", "--help"], &["<DATASET>", "--rejects <FILE>", "--allow-rejects", "5 %"]),
        (&["simulate", "--help"], &["--seed <SEED>", "--days <D>", "--scale <X>", "--force", "same bytes"]),
        (&["explain", "--help"], &["--deploy <ID>", "--pipeline <PRESET|FILE>"]),
        (
            &["normalize", "score", "--help"],
            &["--text <COLUMN>", "--group <COLUMN>", "--normalizer <PRESET|FILE>", "Examples:"],
        ),
        (&["preset", "--help"], &["list", "show"]),
        (&["preset", "show", "--help"], &["<NAME>", "TOML"]),
        (&["completions", "--help"], &["bash", "zsh", "fish"]),
        (&["help", "replay"], &["--pipeline <PRESET|FILE>"]),
    ];
    for (args, words) in rows {
        check(args, 0, words);
        let help = Mini::new().ok(args);
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{args:?} is too wide:\n{help}");
        assert!(help.contains("--threads"), "{args:?} shows the global options");
    }
    check(&["--version"], 0, &[env!("CARGO_PKG_VERSION")]);
}

#[test]
fn usage_errors_exit_with_2_and_say_what_to_do() {
    let rows: [(&[&str], &[&str]); 28] = [
        (&["reply"], &["unrecognized subcommand 'reply'", "'replay'"]),
        (&["replay"], &["<DATASET>"]),
        (&["replay", ""], &["<DATASET>"]),
        (&["replay", "ds", "--format", "xml"], &["terminal, json, md"]),
        (&["replay", "ds", "--pipelin", "null"], &["--pipeline"]),
        (&["check", "ds", "--strict", "--allow-rejects"], &["cannot be used with"]),
        (&["--threads", "0", "check", "ds"], &["0 is not in 1..=1024"]),
        (&["--threads", "99999999", "check", "ds"], &["is not in 1..=1024"]),
        (&["--threads", "many", "check", "ds"], &["--threads"]),
        (&["completions", "tcsh"], &["possible values: bash"]),
        (&["simulate", "s.toml", "--out", "x"], &["--seed"]),
        (&["simulate", "s.toml", "--out", "x", "--seed", "1"], &["error: s.toml: there is no such file", "help: "]),
        (&["replay", "d"], &["error: d: there is no such folder\nhelp: give the folder that holds dataset.toml\n"]),
        (&["replay", "ds/events.jsonl"], &["error: ds/events.jsonl: is a file\nhelp: "]),
        (&["check", "."], &["error: .: holds no dataset.toml\nhelp: "]),
        (
            &["replay", "ds", "--pipeline", "nope.toml"],
            &["--pipeline: there is no preset and no file \"nope.toml\"", "preset list"],
        ),
        (&["replay", "ds", "--pipeline", "langchain"], &["did you mean \"langchain-2026\"?"]),
        (&["replay", "ds", "--pipeline", "corected-2026"], &["did you mean \"corrected-2026\"?"]),
        (&["replay", "ds", "--pipeline", "null", "--pipeline", "null"], &["two pipelines bear the name null\nhelp: "]),
        (&["replay", "ds", "--pipeline", "ds"], &["error: ds: is not a regular file"]),
        (&["replay", "ds", "--pipeline", "ds/events.jsonl"], &["error: events.jsonl:1: "]),
        (&["replay", "ds", "--costs", "nope.toml"], &["error: nope.toml: there is no such file"]),
        (
            &["replay", "ds", "--costs", "ds/dataset.toml"],
            &["error: dataset.toml:2: unknown key \"incidents\"\nhelp: known here: "],
        ),
        (
            &["replay", "ds", "--out", "ds/events.jsonl"],
            &["error: ds/events.jsonl: is a file\nhelp: --out names a folder"],
        ),
        (
            &["replay", "ds", "--out", "ds/events.jsonl/x"],
            &["error: ds/events.jsonl: is a file\nhelp: --out names a folder"],
        ),
        (&["check", "ds", "--rejects", "ds"], &["error: ds: cannot be written: ", "help: --rejects names a file"]),
        (&["explain", "ds", "--deploy", "d33"], &["the data set holds no deploy \"d33\"\nhelp: did you mean \"d3\"?"]),
        (&["preset", "show", "corrected"], &["did you mean \"corrected-2026\"?\nhelp: there are: langchain-2026, "]),
    ];
    for (args, words) in rows {
        check(args, 2, words);
    }
}

#[test]
fn one_pipeline_goes_straight_into_the_folder_and_several_get_one_each() {
    let mini = Mini::new();
    mini.ok(&["replay", "ds", "--pipeline", "always", "--out", "one"]);
    let one: Vec<String> = mini.files("one").into_keys().filter(|name| !name.starts_with("charts/cases/")).collect();
    let of_pipeline = [
        "alerts.jsonl",
        "cases.jsonl",
        "charts/funnel.svg",
        "charts/precision_recall.svg",
        "charts/reliability.svg",
        "charts/tornado.svg",
        "evaluation.json",
        "ground.json",
        "normalization.md",
        "record.json",
        "report.md",
        "triage.md",
    ];
    assert_eq!(one, of_pipeline);

    let table = mini.ok(&["replay", "ds", "--out", "two"]);
    let names = ["langchain-2026", "corrected-2026", "recommended-2026"];
    assert!(names.iter().all(|name| table.contains(name)), "the default pipelines:\n{table}");
    let two: Vec<String> = mini.files("two").into_keys().filter(|name| !name.contains("charts/cases/")).collect();
    let mut expected: Vec<String> =
        ["charts/precision_recall.svg", "comparison.json", "comparison.md"].map(str::to_owned).to_vec();
    expected.extend(names.iter().flat_map(|name| of_pipeline.map(|file| format!("{name}/{file}"))));
    expected.sort();
    assert_eq!(two, expected);

    // The same command into the same folder, and on one thread into another, gives the same bytes.
    let first = mini.files("two");
    assert_eq!(mini.ok(&["replay", "ds", "--out", "two"]), table);
    assert_eq!(mini.files("two"), first);
    assert_eq!(mini.ok(&["replay", "ds", "--out", "three", "--threads", "1"]), table);
    assert_eq!(mini.files("three"), first);

    // Without --out it is reports/<name of the data set>.
    mini.write("ds/dataset.toml", "name = \"my set/../x\"\nincidents = \"complete\"\n");
    mini.ok(&["replay", "ds", "--pipeline", "null"]);
    assert!(mini.path("reports/my-set-..-x/report.md").exists());
}

#[test]
fn names_that_would_collide_in_the_folder_are_refused() {
    let mini = Mini::new();
    let null = mini.ok(&["preset", "show", "null"]);
    for name in ["charts", "comparison.md", "NULL", &"x".repeat(101)] {
        mini.write("p.toml", null.replace("name = \"null\"", &format!("name = \"{name}\"")));
        let run = mini.run(&["replay", "ds", "--pipeline", "null", "--pipeline", "p.toml", "--out", "out"]);
        assert_eq!(run.code, 2, "{name}");
        assert!(run.err.starts_with("error: --pipeline: "), "{}", run.err);
        assert!(!mini.path("out").exists(), "{name}: nothing is written");
    }
}

#[test]
fn json_has_the_documented_keys_in_every_shape() {
    const ESTIMATE: [&str; 8] = ["value", "low", "high", "level", "numerator", "denominator", "unlabelled", "method"];
    let plain = [
        "/schema_version",
        "/manifest/data_set_hash",
        "/manifest/version",
        "/manifest/pipeline/given",
        "/manifest/pipeline/resolved",
        "/manifest/seed",
        "/manifest/costs",
        "/detection/f1",
        "/triage/brier",
        "/triage/ece",
        "/end_to_end/f1",
        "/end_to_end/false_actions",
        "/end_to_end/unneeded",
        "/end_to_end/coincidental",
        "/delay/detect_minutes_p50",
        "/delay/detect_minutes_p90",
        "/delay/time_to_detect",
        "/cost/monthly/total_usd",
        "/cost/tornado/10/swing_usd",
        "/cost/break_even_range",
        "/units",
        "/one_to_one",
        "/unlabelled",
        "/ranking/triage",
        "/rollback",
        "/labels_needed",
        "/label_noise",
        "/stage_values",
    ];
    let groups: [(&str, &[&str]); 4] = [
        (
            "/funnel/",
            &[
                "deploys",
                "deploys_not_evaluated",
                "windows",
                "signatures_tested",
                "detections",
                "alerts",
                "cases",
                "caused",
                "inconclusive",
                "not_caused",
                "fix_forward",
                "rollback",
                "investigate",
            ],
        ),
        ("/misses/", &["unreachable", "undetected", "gated", "dismissed", "abstained", "below_threshold"]),
        ("/cost/tokens/", &["input", "output", "cache_read", "cache_write"]),
        (
            "/cost/",
            &[
                "tokens_usd",
                "review_minutes",
                "review_usd",
                "wrong_rollback_usd",
                "missed_harm_usd",
                "total_usd",
                "per_true_action_usd",
                "per_false_action_usd",
                "break_even_triage_precision",
            ],
        ),
    ];
    let estimates = [
        "/detection/precision",
        "/detection/case_precision",
        "/detection/recall",
        "/detection/chance_hit_rate",
        "/triage/precision",
        "/triage/recall",
        "/triage/specificity",
        "/triage/abstention",
        "/triage/attribution/precision",
        "/triage/attribution/recall",
        "/end_to_end/precision",
        "/end_to_end/recall",
        "/end_to_end/by_action/fix_forward",
        "/end_to_end/by_action/rollback",
        "/end_to_end/oracle/precision",
        "/end_to_end/oracle/recall",
    ];
    let mini = Mini::new();
    let with_log = mini.json(&["replay", "ds", "--pipeline", "always", "--format", "json", "--out", "a"]);
    assert_eq!(serde_json::from_str::<Value>(&mini.read("a/evaluation.json")).unwrap(), with_log, "stdout is the file");
    mini.remove("ds/incidents.jsonl");
    mini.write("ds/dataset.toml", "name = \"mini\"\n");
    let without_log = mini.json(&["replay", "ds", "--pipeline", "always", "--format", "json", "--out", "b"]);
    for evaluation in [with_log, without_log] {
        let has = |pointer: &str| assert!(evaluation.pointer(pointer).is_some(), "{pointer} is missing");
        plain.iter().for_each(|pointer| has(pointer));
        groups.iter().for_each(|(group, keys)| keys.iter().for_each(|key| has(&format!("{group}{key}"))));
        for estimate in estimates {
            ESTIMATE.iter().for_each(|key| has(&format!("{estimate}/{key}")));
        }
        assert_eq!(evaluation["schema_version"], 1);
    }

    let both = Mini::new().json(&["replay", "ds", "--format", "json"]);
    let names: Vec<&Value> = both["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["manifest"]["pipeline"]["resolved"]["name"])
        .collect();
    assert_eq!(names, ["langchain-2026", "corrected-2026", "recommended-2026"]);
    assert_eq!(both["comparisons"].as_array().unwrap().len(), 2);
    assert_eq!(both["schema_version"], 1);
}

#[test]
fn markdown_and_terminal_are_for_people() {
    let mini = Mini::new();
    let report = mini.ok(&["replay", "ds", "--pipeline", "always", "--format", "md", "--out", "o"]);
    assert_eq!(report, mini.read("o/report.md"), "stdout is the file");
    assert!(report.starts_with("# always on mini\n"));
    let comparison = mini.ok(&["replay", "ds", "--format", "md", "--out", "p"]);
    assert!(comparison.starts_with("# 3 pipelines on mini\n"));
    for args in [&["replay", "ds", "--pipeline", "always"][..], &["replay", "ds"]] {
        let summary = mini.ok(args);
        assert!(summary.lines().count() <= 52, "one screen:\n{summary}");
        assert!(summary.lines().all(|line| line.chars().count() <= 100), "one screen:\n{summary}");
        for word in ["regressions caught", "false alarms", "cost", "harm of missed"] {
            assert!(summary.contains(word), "{word}:\n{summary}");
        }
    }
}

#[test]
fn colours_follow_the_environment() {
    let mini = Mini::new();
    let rows: [(&[(&str, &str)], bool); 5] = [
        (&[], false),
        (&[("CLICOLOR_FORCE", "1")], true),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], true),
        (&[("TERM", "xterm-256color")], false),
    ];
    for (environment, coloured) in rows {
        let run = Mini::finish(mini.command(&["replay", "ds"]).envs(environment.iter().copied()));
        assert_eq!((run.code, run.out.contains('\u{1b}')), (0, coloured), "{environment:?}");
    }
}

#[test]
fn a_price_list_of_ones_own_changes_the_money_and_is_named() {
    let mini = Mini::new();
    let shipped = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("costs/2026-11.toml")).unwrap();
    mini.write(
        "c.toml",
        shipped.replace("\"2026-11\"", "\"ours\"").replace("hourly_rate = 120.0", "hourly_rate = 240.0"),
    );
    let replay = |extra: &[&str]| {
        let args: Vec<&str> =
            ["replay", "ds", "--pipeline", "always", "--format", "json"].iter().chain(extra).copied().collect();
        mini.json(&args)
    };
    let (before, after) = (replay(&[]), replay(&["--costs", "c.toml"]));
    let review = |evaluation: &Value| evaluation["cost"]["review_usd"].as_f64().unwrap();
    assert!(review(&before) > 0.0);
    assert!((review(&after) - 2.0 * review(&before)).abs() < 1e-9);
    assert_eq!(before["cost"]["review_minutes"], after["cost"]["review_minutes"]);
    assert_ne!(before["manifest"]["costs"], after["manifest"]["costs"]);
    assert!(mini.ok(&["replay", "ds", "--costs", "c.toml"]).contains("ours"), "money stands beside its assumption");
}

#[test]
fn explain_follows_one_deploy() {
    let mini = Mini::new();
    let text = mini.ok(&["explain", "ds", "--deploy", "d3"]);
    for word in
        ["d3 under langchain-2026", "d3 under corrected-2026", "KeyError: 'promo'", "i1", "2026-03-04 00:00 UTC"]
    {
        assert!(text.contains(word), "{word}:\n{text}");
    }
    let quiet = mini.ok(&["explain", "ds", "--deploy", "d2", "--pipeline", "null"]);
    assert!(quiet.contains("d2 under null") && !quiet.contains("langchain"), "{quiet}");
    let mut rows = deploys();
    rows.push(json!({"id": "early", "deployed_at": at(10), "services": ["api"]}));
    rows.push(json!({"id": "elsewhere", "deployed_at": at(2000), "services": ["api"], "environment": "staging"}));
    mini.write("ds/deploys.jsonl", lines(&rows));
    assert!(mini.ok(&["explain", "ds", "--deploy", "early"]).contains("less history"));
    assert!(mini.ok(&["explain", "ds", "--deploy", "elsewhere"]).contains("staging"));
    assert!(!mini.path("reports").exists(), "explain writes nothing");
}

#[test]
fn every_preset_reads_back_as_a_file() {
    let mini = Mini::new();
    let list = mini.ok(&["preset", "list"]);
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for expected in ["langchain-2026", "corrected-2026", "detect-only-2026", "triage-only-2026", "null", "always"] {
        assert!(names.contains(&expected), "{expected}");
    }
    for name in names {
        let toml = mini.ok(&["preset", "show", name]);
        mini.write("p.toml", &toml);
        if ["classifier-2026", "llm-2026", "cascade-2026", "langchain-llm-2026"].contains(&name) {
            // It asks nobody unless told to: without a recording it says how to make one.
            let missing = format!("{name}.jsonl does not exist");
            check(&["replay", "ds", "--pipeline", name], 2, &[missing.as_str(), "record"]);
            continue;
        }
        let [mut by_name, mut by_file] = [name, "p.toml"]
            .map(|pipeline| mini.json(&["replay", "ds", "--pipeline", pipeline, "--format", "json", "--out", "o"]));
        assert_eq!(by_name["manifest"]["pipeline"]["given"], name);
        assert_eq!(by_file["manifest"]["pipeline"]["given"], toml.as_str(), "the file as given, no path");
        for evaluation in [&mut by_name, &mut by_file] {
            evaluation["manifest"]["pipeline"]["given"] = Value::Null;
        }
        assert_eq!(by_name, by_file, "{name}");
    }
}

#[test]
fn check_describes_and_touches_nothing() {
    let mini = Mini::new();
    mini.write("ds/traffic.csv", traffic());
    mini.write("ds/dataset.toml", "name = \"mini\"\nincidents = \"complete\"\ntraffic_step = \"60m\"\n");
    let before = mini.files(".");
    let text = mini.ok(&["check", "ds"]);
    for word in [
        "data set    mini\n",
        "2026-03-02 00:00 to 2026-03-04 20:50 UTC, 2.9 days",
        "events.jsonl: 68 rows, 0 rejected",
        "68 rows for 68 records",
        "4 in production; by default 4 can be evaluated",
        "2 (1 deploy, 1 third_party)",
        "the log is complete",
        "2 services, 100 %",
        "0 of 4 deploys have one",
        "no deploy has a diff or changed_files",
    ] {
        assert!(text.contains(word), "{word}:\n{text}");
    }
    assert_eq!(mini.files("."), before);

    mini.write("ds/events.jsonl", lines(&events()) + "no JSON\n");
    let run = mini.run(&["check", "ds", "--rejects", "r.jsonl"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.contains("events.jsonl: 69 rows, 1 rejected; the first: line 69: "), "{}", run.out);
    let reject: Value = serde_json::from_str(&mini.read("r.jsonl")).unwrap();
    assert_eq!(
        (&reject["file"], &reject["line"], &reject["excerpt"]),
        (&json!("events.jsonl"), &json!(69), &json!("no JSON"))
    );
    mini.ok(&["replay", "ds", "--pipeline", "null", "--out", "o"]);
    assert_eq!(mini.read("o/rejects.jsonl"), mini.read("r.jsonl"), "replay keeps the same account");
}

#[test]
fn a_data_set_that_may_only_be_read_is_enough() {
    let mini = Mini::new();
    let before = mini.files("ds");
    let chmod = |folder, file| {
        use std::os::unix::fs::PermissionsExt;
        let set = |path: PathBuf, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        before.keys().for_each(|name| set(mini.path("ds").join(name), file));
        set(mini.path("ds"), folder);
    };
    chmod(0o555, 0o444);
    mini.ok(&["replay", "ds", "--out", "o"]);
    mini.ok(&["explain", "ds", "--deploy", "d3"]);
    chmod(0o755, 0o644);
    assert_eq!(mini.files("ds"), before);
}

#[test]
fn simulate_is_a_function_of_scenario_and_seed() {
    let mini = Mini::new();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/small.toml");
    let scenario = scenario.to_str().unwrap();
    let simulate = |seed: &str, out: &str, extra: &[&str]| {
        let fixed = ["simulate", scenario, "--seed", seed, "--days", "3", "--out", out];
        mini.run(&fixed.iter().chain(extra).copied().collect::<Vec<_>>())
    };
    for (seed, out) in [("1", "a"), ("1", "b"), ("2", "c")] {
        let run = simulate(seed, out, &[]);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        assert!(run.out.starts_with("small: ") && run.out.ends_with(&format!(" in {out}\n")), "{}", run.out);
    }
    let a = mini.files("a");
    assert_eq!(a, mini.files("b"));
    assert_ne!(a["events.parquet"], mini.files("c")["events.parquet"]);
    for name in ["dataset.toml", "events.parquet", "deploys.jsonl", "incidents.jsonl", "traffic.parquet", "truth.jsonl"]
    {
        assert!(a.contains_key(name), "{name}");
    }
    assert_eq!(mini.run(&["check", "a"]).code, 0);

    let run = simulate("2", "a", &[]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("a: holds a data set already\nhelp: choose another folder, or pass --force"),
        "{}",
        run.err
    );
    assert_eq!(mini.files("a"), a, "nothing was touched");
    assert_eq!(simulate("2", "a", &["--force"]).code, 0);
    assert_eq!(mini.files("a"), mini.files("c"), "nothing of the old one is left");
    let run = simulate("1", "ds/events.jsonl", &[]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("ds/events.jsonl: is a file"), "{}", run.err);
    for (flag, value) in [("--scale", "0"), ("--scale", "nan"), ("--scale", "inf")] {
        let run = simulate("1", "z", &[flag, value]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{flag} {value}");
        assert!(!mini.path("z").exists());
    }
}

#[test]
fn completions_of_every_shell_know_the_commands() {
    let mini = Mini::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = mini.ok(&["completions", shell]);
        for word in ["replay", "simulate", "explain", "--pipeline", "completions"] {
            assert!(script.contains(word.trim_start_matches('-')), "{shell}: {word}");
        }
    }
}

#[test]
fn a_closed_pipe_is_no_error_and_a_full_disk_is_one() {
    let mini = Mini::new();
    for args in
        [&["completions", "bash"][..], &["check", "ds"], &["replay", "ds", "--format", "json"], &["preset", "list"]]
    {
        let mut child = mini.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{args:?}");
    }
    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        let output = mini.command(&["preset", "list"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: stdout: cannot be written: "));
    }
}
