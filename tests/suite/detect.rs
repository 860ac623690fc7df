//! `shakedown detect`: numbers by hand, no row judged by a later one, bad input, labels, and the Numenta benchmark's scores on the
//! series of `../shared/data/nab`, where they are present.

#![allow(clippy::unwrap_used, clippy::format_collect)] // tests: a panic is the message

use crate::cli::Mini;
use crate::support::{cases, detectors};
use proptest::prelude::*;
use serde_json::Value;
use shakedown::dataset::{CountSeries, parse_toml};
use shakedown::detect::{ReturnPeriodSpec, RowDetectorSpec, WindowsSpec};
use shakedown::model::{Silent, Span};
use shakedown::report::JudgedRows;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// What is printed of hourly counts from Monday, 2026-03-02 on, under a detector file: the columns after the timestamp.
fn judged(detector: &str, header: &str, rows: &[&str]) -> Vec<String> {
    let mini = Mini::new();
    mini.write("d.toml", detector);
    let lines = rows.iter().enumerate().map(|(hour, row)| match *row {
        "absent" => String::new(),
        row => format!("2026-03-{:02}T{:02}:00:00Z,{row}\n", 2 + hour / 24, hour % 24),
    });
    mini.write("s.csv", format!("timestamp,{header}\n{}", lines.collect::<String>()));
    let out = mini.ok(&["detect", "s.csv", "--detector", "d.toml"]);
    let mut printed = out.lines();
    assert_eq!(printed.next(), Some("timestamp,count,expected,score,flag"));
    printed.map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
}

const POISSON: &str = "kind = \"poisson_fixed\"\nalpha = 0.01\nwarm_up = \"2h\"\n";

#[test]
fn the_published_rule_by_hand() {
    // P(X ≥ 3 | 3) = .576810, P(X ≥ 9 | 3) = .003803, P(X ≥ 9 | 4.5) = .040257.
    let got = judged(POISSON, "count", &["2", "4", "3", "9", "9"]);
    assert_eq!(got, ["2,,0,0", "4,,0,0", "3,3,0.238967,0", "9,3,2.419875,1", "9,4.5,1.395155,0"]);
}

#[test]
fn what_is_absent_is_not_known_and_not_zero() {
    let got = judged(POISSON, "count", &["2", "4", "absent", "3", "3"]);
    assert_eq!(got, ["2,,0,0", "4,,0,0", "3,3,0.238967,0", "3,3,0.238967,0"]);
    let zero = judged(POISSON, "count", &["2", "4", "0", "3"]);
    assert_eq!(zero.last().unwrap(), "3,2,0.490363,0");
}

#[test]
fn expectations_follow_the_exposure() {
    let got = judged(POISSON, "value,exposure", &["2,100", "4,200", "3,50", "3,100"]);
    let expected: Vec<&str> = got.iter().map(|row| row.split(',').nth(1).unwrap()).collect();
    assert_eq!(expected, ["", "", "1", "2.57143"]);
}

#[test]
fn no_second_alarm_within_hold() {
    let flags = |hold: &str| -> Vec<bool> {
        let rows = ["2", "4", "30", "90", "200", "500", "900"];
        judged(&format!("{POISSON}hold = \"{hold}\"\n"), "count", &rows).iter().map(|row| row.ends_with(",1")).collect()
    };
    assert_eq!(flags("0m"), [false, false, true, true, true, true, true]);
    assert_eq!(flags("2h"), [false, false, true, false, true, false, true]);
    assert_eq!(flags("24h"), [false, false, true, false, false, false, false]);
}

/// Where nothing has ever been, a fixed rate of 0 says nothing; a rate that is not quite known does.
#[test]
fn the_first_count_after_silence() {
    let rows = ["0", "0", "0", "0", "5"];
    assert_eq!(judged(POISSON, "count", &rows).last().unwrap(), "5,0,0,0");
    let known = judged(&POISSON.replace("poisson_fixed", "gamma_poisson"), "count", &rows);
    let score: f64 = known.last().unwrap().split(',').nth(2).unwrap().parse().unwrap();
    assert!(score > 2.0 && known.last().unwrap().ends_with(",1"), "{known:?}");
    let silent = judged(&POISSON.replace("poisson_fixed", "gamma_poisson"), "count", &["0"; 5]);
    assert_eq!(silent[..4], known[..4], "whether a count ever comes is not known before");
    assert_eq!(judged(POISSON, "count", &["0"; 5]), ["0,,0,0", "0,,0,0", "0,0,0,0", "0,0,0,0", "0,0,0,0"]);
}

/// Ordinary days, then an hour and a half at eight times the rate.
fn burst() -> String {
    let count = |row: usize| {
        if (2_500..2_518).contains(&row) { 80 } else { (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32 & 15 }
    };
    let rows = (0..2_880).map(|row| format!("{},{}\n", 1_772_409_600 + row * 300, count(row)));
    format!("timestamp,count\n{}", rows.collect::<String>())
}

#[test]
fn the_default_finds_a_burst_once_at_any_number_of_threads() {
    let mini = Mini::new();
    mini.write("s.csv", burst());
    let out = mini.ok(&["detect", "s.csv"]);
    let rows: Vec<Vec<&str>> = out.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 2_880);
    let flagged: Vec<usize> = (0..rows.len()).filter(|&row| rows[row][4] == "1").collect();
    assert!(matches!(flagged[..], [row] if (2_500..2_512).contains(&row)), "{flagged:?}");
    assert!(rows[..200].iter().all(|row| row[2..] == ["", "0", "0"]) && !rows[200][2].is_empty());
    for detector in ["return_period", "strat_nb"] {
        let with = |threads| mini.ok(&["detect", "s.csv", "--detector", detector, "--threads", threads]);
        assert_eq!(with("1"), with("3"), "{detector}");
    }
}

#[test]
fn from_a_pipe_as_json_with_labels_and_a_chart() {
    let mini = Mini::new();
    mini.write("s.csv", burst());
    mini.write("labels.csv", "start,end\n2026-03-10 16:00:00,2026-03-10 18:00:00\n");
    let args = ["detect", "-", "--format", "json", "--labels", "labels.csv", "--chart", "s.svg"];
    let series = fs::File::open(mini.path("s.csv")).unwrap();
    let run = Mini::finish(mini.command(&args).stdin(Stdio::from(series)));
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let json: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((json["schema_version"].as_u64(), json["series"].as_str()), (Some(1), Some("stdin")));
    assert_eq!((json["step"].as_str(), json["detector"]["one_in_days"].as_f64()), (Some("5m"), Some(7.0)));
    assert_eq!(json["rows"].as_array().unwrap().len(), 2_880);
    let labelled = &json["labelled"];
    assert_eq!(labelled["windows_hit"]["numerator"], 1);
    assert_eq!(labelled["precision"]["denominator"], 1);
    assert!(labelled["nab"]["standard"].as_f64().unwrap() > 80.0, "{labelled}");
    let chart = mini.read("s.svg");
    assert!(chart.starts_with("<svg") && chart.contains("labelled window") && chart.contains("1 alarm"));
    // In the other format, the scores are for people, and stdout stays a table.
    let run = mini.run(&["detect", "s.csv", "--labels", "labels.csv"]);
    assert_eq!((run.code, run.out.lines().count()), (0, 2_881));
    assert!(run.err.contains("windows hit  1/1") && run.err.contains("NAB          standard "), "{}", run.err);
}

#[test]
fn the_entry_of_a_labels_file() {
    let mini = Mini::new();
    mini.write("s.csv", burst());
    let hit = "[[\"2026-03-10 16:00:00.000000\", \"2026-03-10 18:00:00.000000\"]]";
    let hits = |labels: &str| {
        mini.write("l.json", labels);
        let run = mini.run(&["detect", "s.csv", "--labels", "l.json", "--format", "json"]);
        let json = serde_json::from_str::<Value>(&run.out).unwrap_or_default();
        (run.code, json["labelled"]["windows_hit"]["numerator"].as_u64())
    };
    assert_eq!(hits(&format!("{{\"x/s.csv\": {hit}, \"x/ts.csv\": []}}")), (0, Some(1)));
    assert_eq!(hits(&format!("{{\"x/other.csv\": {hit}}}")), (0, Some(1)), "the only one");
    assert_eq!(hits(&format!("{{\"x/other.csv\": {hit}, \"x/ts.csv\": []}}")), (2, None));
    assert_eq!(hits(&format!("{{\"x/s.csv\": {hit}, \"y/s.csv\": []}}")), (2, None));
}

#[test]
fn bad_input_is_told_with_its_line_and_a_remedy() {
    let good = "timestamp,count\n2026-03-02 00:00:00,1\n2026-03-02 01:00:00,1\n";
    let series: [(&str, i32, &[&str]); 16] = [
        ("", 4, &["s.csv: holds no row"]),
        ("timestamp,count\n", 4, &["s.csv: holds no row"]),
        ("2026-03-02 00:00:00,1\n", 2, &["s.csv:1: column timestamp is missing", "timestamp,count,exposure"]),
        ("timestamp,errors\n1777896000,1\n", 2, &["s.csv:1: column count is missing", "timestamp,count"]),
        ("timestamp;count\n1777896000;1\n", 2, &["s.csv:1: column timestamp", "separated by commas"]),
        ("timestamp,count,count\n", 2, &["s.csv:1: column count is there twice"]),
        ("timestamp,count\n1777896000,1\n1777896000,2\n", 2, &["s.csv:3:", "is there twice", "add such rows up"]),
        ("timestamp,count\n1777896000,1\n1777895999,2\n", 2, &["s.csv:3:", "before the row above", "sort"]),
        ("timestamp,count\n1777896000,-1\n", 2, &["s.csv:2: count -1 is below 0"]),
        ("timestamp,value\n1777896000,0.5\n", 2, &["s.csv:2: value 0.5 is no whole number", "not rates"]),
        ("timestamp,count\n1777896000,many\n", 2, &["s.csv:2: count \"many\" is no number"]),
        ("timestamp,count\n1777896000,inf\n", 2, &["s.csv:2: count inf is above"]),
        (
            "timestamp,count\n02/03/2026,1\n",
            2,
            &["s.csv:2: timestamp \"02/03/2026\" is no time", "2026-05-04T15:59:00Z"],
        ),
        ("timestamp,count\n1777896000\n", 2, &["s.csv:2: 1 cells where the header has 2"]),
        ("timestamp,count,exposure\n1777896000,1,-3\n", 2, &["s.csv:2: exposure \"-3\""]),
        ("timestamp,count\n\u{1b}[2J,1\n", 2, &["s.csv:2: timestamp"]),
    ];
    for (text, code, words) in series {
        told(&[("s.csv", text)], &["detect", "s.csv"], code, words);
    }
    let detectors: [(&str, &[&str]); 9] = [
        ("kind = \"return_period\"\none_in_days = 1", &["d.toml:2: one_in_days is 1"]),
        ("kind = \"return_period\"\nfalls = 1.0", &["d.toml:2: falls is 1"]),
        ("kind = \"return_period\"\nalpha = 0.1", &["d.toml:2: unknown key \"alpha\"", "one_in_days"]),
        ("kind = \"strat_nb\"\nalfa = 0.1", &["d.toml:2: unknown key \"alfa\"", "alpha, history, warm_up"]),
        ("kind = \"strat_nb\"\n\nshrink = 0", &["d.toml:3: shrink is 0"]),
        ("kind = \"poisson_fixed\"\nalpha = 0", &["d.toml:2: alpha is 0: it lies in (0, 1]"]),
        ("kind = \"poisson_fixed\"\nhistory = \"0d\"", &["d.toml:2: history is 0"]),
        ("kind = \"poison\"", &["d.toml", "\"poison\" is none of", "return_period"]),
        ("alpha = 0.1", &["d.toml", "kind is missing"]),
    ];
    for (text, words) in detectors {
        told(&[("s.csv", good), ("d.toml", text)], &["detect", "s.csv", "--detector", "d.toml"], 2, words);
    }
    let labels: [(&str, &[&str]); 7] = [
        ("from,to\n", &["l:1: column start is missing", "start,end"]),
        ("start,end\n2026-03-02,soon\n", &["l:2: end \"soon\" is no time"]),
        ("start,end\n2026-03-03,2026-03-02\n", &["l:2: end 2026-03-02T00:00:00Z is before start"]),
        (
            "start,end\n2026-03-01,2026-03-03\n2026-03-02,2026-03-04\n",
            &["l: the window that begins at 2026-03-02", "as one"],
        ),
        ("{\"s.csv\": [[\"2026-03-01\"]]}", &["l:1:"]),
        ("{\"s.csv\": [[\"2026-03-02\", \"2026-03-01\"]]}", &["l: s.csv, window 1: end"]),
        ("{", &["l:1:", "labels are CSV"]),
    ];
    for (text, words) in labels {
        told(&[("s.csv", good), ("l", text)], &["detect", "s.csv", "--labels", "l"], 2, words);
    }
    told(&[], &["detect", "s.csv"], 2, &["s.csv: there is no such file"]);
    told(&[("s.csv", good)], &["detect", "s.csv", "--detector", "strat_mb"], 2, &["did you mean \"strat_nb\""]);
    told(&[("s.csv", good)], &["detect", "s.csv", "--detector", "always"], 2, &["--detector: kind is always"]);
    let hours: String = (0..30).map(|hour| format!("{},1\n", 1_777_896_000 + hour * 3_600)).collect();
    let hourly = format!("timestamp,count\n{hours}");
    let parts = "bin asks for parts of 15m: rows are 60m long and have none";
    told(&[("s.csv", &hourly)], &["detect", "s.csv", "--detector", "cusum"], 2, &[parts]);
    told(&[("s.csv", good)], &["detect", "s.csv", "--chart", "no/s.svg"], 2, &["s.svg: cannot be written"]);
}

fn told(files: &[(&str, &str)], args: &[&str], code: i32, words: &[&str]) {
    let mini = Mini::new();
    for (name, text) in files {
        mini.write(name, text);
    }
    let run = mini.run(args);
    assert_eq!((run.code, run.out.as_str()), (code, ""), "{files:?}: {}", run.err);
    assert!(words.iter().all(|word| run.err.contains(word)), "{files:?} should say {words:?}: {}", run.err);
    assert!(run.err.lines().all(|line| !line.chars().any(char::is_control)), "{:?}", run.err);
}

#[test]
fn a_user_is_told_what_was_not_judged() {
    let mini = Mini::new();
    let warned = |text: String| {
        mini.write("s.csv", text);
        let run = mini.run(&["detect", "s.csv"]);
        assert_eq!(run.code, 0, "{}", run.err);
        run.err
    };
    assert!(warned("timestamp,count\n1777896000,1\n".into()).contains("no row is judged: 1 row"));
    let rows = |keep: fn(usize) -> &'static str| -> String {
        let rows = (0..300).map(|row| (row, keep(row))).filter(|(_, cell)| *cell != "absent");
        "timestamp,count\n".to_owned()
            + &rows.map(|(row, cell)| format!("{},{cell}\n", 1_777_896_000 + row * 60)).collect::<String>()
    };
    assert_eq!(warned(rows(|_| "3")), "");
    assert!(warned(rows(|row| if row == 5 { "NaN" } else { "3" })).contains("1 of 300 rows have no count"));
    let sparse = warned(rows(|row| if row % 3 == 2 && row < 290 { "absent" } else { "3" }));
    assert!(sparse.contains("96 of 300 steps have no row") && sparse.contains("write rows with 0"), "{sparse}");
}

/// Minutes to the next row, count, exposure: blank where it is not known.
type Step = (u32, Option<u32>, Option<u32>);

fn steps(rows: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    let minutes = prop_oneof![20 => 59..=61_u32, 1 => 100..3_000_u32];
    let count = prop_oneof![20 => (0..6_u32).prop_map(Some), 1 => (0..500_u32).prop_map(Some), 1 => Just(None)];
    let exposure = prop_oneof![20 => (50..150_u32).prop_map(Some), 1 => Just(None), 1 => Just(Some(0))];
    prop::collection::vec((minutes, count, exposure), rows)
}

fn csv(steps: &[Step], with_exposure: bool) -> String {
    let cell = |n: Option<u32>| n.map_or_else(String::new, |n| n.to_string());
    let mut text = if with_exposure { "timestamp,count,exposure\n" } else { "timestamp,count\n" }.to_owned();
    let mut minute = 0;
    for &(step, count, exposure) in steps {
        let mut cells = vec![(1_777_896_000 + minute * 60).to_string(), cell(count)];
        if with_exposure {
            cells.push(cell(exposure));
        }
        text += &(cells.join(",") + "\n");
        minute += step;
    }
    text
}

/// `None`: the rows come too fast for their first steps.
fn output(text: &str, detector: &RowDetectorSpec) -> Option<String> {
    let series = CountSeries::read("s.csv", text.as_bytes()).unwrap();
    let verdicts = detector.judge(&series, &Silent).ok()?;
    Some(JudgedRows { series: &series, verdicts: &verdicts }.csv())
}

proptest! {
    #![proptest_config(cases(64))]

    /// Whatever comes later, or does not, the lines before it are the same to the last byte.
    #[test]
    fn no_row_is_judged_by_a_later_one(
        past in steps(150..320), future in steps(0..60), other in steps(0..60), with_exposure: bool, any in prop::sample::select(detectors()),
    ) {
        let parsed = |text: &str| RowDetectorSpec::Windows(parse_toml::<WindowsSpec>(text, "").unwrap());
        let detectors = [
            RowDetectorSpec::ReturnPeriod(ReturnPeriodSpec::default()),
            parsed("kind = \"gamma_poisson\"\nhistory = \"3d\"\nbaseline = { kind = \"rolling\", windows = 20 }"),
            parsed("kind = \"poisson_fixed\"\nalpha = 0.05\nwarm_up = \"6h\"\nhold = \"0m\""),
            RowDetectorSpec::Windows(WindowsSpec { alpha: 0.05, hold: Span::hours(3), ..WindowsSpec::new(any) }),
        ];
        for detector in &detectors {
            let of = |later: &[Step]| output(&csv(&[&past[..], later].concat(), with_exposure), detector);
            let (Some(one), Some(two)) = (of(&future), of(&other)) else { continue };
            let lines = past.len() + 1;
            prop_assert!(one.lines().take(lines).eq(two.lines().take(lines)), "{detector:?}");
            prop_assert_eq!(one.lines().count(), lines + future.len());
        }
    }
}

const SERIES: [&str; 3] = ["Twitter_volume_AAPL.csv", "Twitter_volume_CVS.csv", "Twitter_volume_KO.csv"];

/// The benchmark's score over its series of counts, standard profile: raw scores and windows add up.
fn nab(folder: &Path, detector: &str) -> f64 {
    let mini = Mini::new();
    mini.write("d.toml", detector);
    let labels = folder.join("windows.json");
    let (mut raw, mut windows) = (0.0, 0.0);
    for name in SERIES {
        let series = folder.join("realTweets").join(name);
        let paths = [series.to_str().unwrap(), labels.to_str().unwrap()];
        let json = mini.json(&["detect", paths[0], "--labels", paths[1], "--detector", "d.toml", "--format", "json"]);
        raw += json["labelled"]["nab"]["raw"].as_f64().unwrap();
        windows += json["labelled"]["windows_hit"]["denominator"].as_f64().unwrap();
    }
    100.0 * (raw + windows) / (2.0 * windows)
}

/// Published for the whole benchmark's counts: Windowed Gaussian 44.7, Numenta 69.9; the fixed-rate Poisson test scores below −1,000.
#[test]
fn the_default_beats_the_published_detectors_on_numenta_s_series() {
    let shared = std::env::var_os("SHAKEDOWN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("data/nab");
    if !folder.join("windows.json").exists() {
        // Past the test harness, which hides the output of tests that pass.
        let _ = writeln!(std::io::stderr(), "detect: {} is absent: SKIPPED", folder.display());
        return;
    }
    let default = nab(&folder, "kind = \"return_period\"");
    assert!(default >= 75.0, "{default}");
    let published = nab(&folder, "kind = \"poisson_fixed\"\nalpha = 0.05\nhold = \"0m\"");
    assert!(published < -1_000.0, "{published}");
}
