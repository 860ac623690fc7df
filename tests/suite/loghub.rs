//! Real log lines whose templates people wrote down (`../shared/data/loghub`). Skipped, loudly, where the data are absent;
//! `SHAKEDOWN_SHARED` names another place.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use shakedown::normalize::{AelSpec, Drain, DrainSpec, MaskKind, Normalizer, Rules, RulesSpec, Text};
use shakedown::stats::Grouping;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What `tests/oracle/drain.py` printed.
#[derive(Deserialize)]
struct OracleCase {
    system: String,
    masks: bool,
    depth: Option<usize>,
    sim_th: Option<f64>,
    max_children: Option<usize>,
    extra_delimiters: Option<Vec<String>>,
    parametrize_numeric_tokens: Option<bool>,
    clusters: usize,
    sha256: String,
}

#[test]
fn drain_gives_every_line_the_cluster_that_drain3_gives_it() {
    let Some(folder) = folder() else { return };
    let cases: Vec<OracleCase> = serde_json::from_str(include_str!("../oracle/drain.json")).unwrap();
    assert_eq!(cases.len(), 25);
    let published = RulesSpec {
        masks: vec![MaskKind::Uuid {}, MaskKind::Timestamp {}, MaskKind::Number { min_length: 4 }],
        ..RulesSpec::default()
    };
    let rules = Rules::new(&published).unwrap();
    for case in cases {
        let mut drain = Drain::new(&case.spec()).unwrap();
        let mut lines = String::new();
        let mut clusters = 0;
        for line in System::read(&folder, &case.system).lines {
            let masked = rules.key(Text::of_message(&line)).template;
            let cluster = drain.add(if case.masks { &masked } else { &line });
            clusters = clusters.max(cluster as usize + 1);
            writeln!(lines, "{cluster}").unwrap();
        }
        let digest = format!("{:x}", Sha256::digest(lines.as_bytes()));
        assert_eq!((clusters, digest), (case.clusters, case.sha256), "{}", case.system);
    }
}

impl OracleCase {
    fn spec(&self) -> DrainSpec {
        let default = DrainSpec::default();
        DrainSpec {
            depth: self.depth.unwrap_or(default.depth),
            sim_th: self.sim_th.unwrap_or(default.sim_th),
            max_children: self.max_children.unwrap_or(default.max_children),
            extra_delimiters: self.extra_delimiters.clone().unwrap_or_default(),
            parametrize_numeric_tokens: self.parametrize_numeric_tokens.unwrap_or(default.parametrize_numeric_tokens),
            ..default
        }
    }
}

/// Grouping accuracy and F1 over groups (`stats::Grouping`) that the defaults must reach on each system, learned from all lines.
const FLOORS: [(&str, f64, f64); 5] = [
    ("Apache", 1.0, 1.0),
    ("HDFS", 1.0, 1.0),
    ("Hadoop", 0.99, 0.98),
    ("OpenSSH", 1.0, 1.0),
    ("Zookeeper", 0.99, 0.95),
];

#[test]
fn ael_groups_five_systems_as_people_did_without_tuning() {
    let Some(folder) = folder() else { return };
    for (name, accuracy, f1) in FLOORS {
        let system = System::read(&folder, name);
        for keep_codes in [false, true] {
            let spec = AelSpec { keep_codes, ..AelSpec::default() };
            let found = Grouping::of(&system.templates, &signed(&spec, &system.lines)).unwrap();
            assert!(found.accuracy().unwrap() >= accuracy, "{name}: {:?}", found.accuracy());
            assert!(found.f1().unwrap() >= f1, "{name}: {:?}", found.f1());
        }
    }
}

/// The signatures of lines that were all learned.
fn signed(spec: &AelSpec, lines: &[String]) -> Vec<String> {
    let built = spec.build().unwrap();
    let key = |line: &String| built.normalizer.key(Text::of_message(line)).template;
    let keys: Vec<String> = lines.iter().map(key).collect();
    let mut miner = built.miner.unwrap();
    for key in &keys {
        miner.learn(key).unwrap();
    }
    miner.fit();
    keys.iter().map(|key| miner.sign(key).unwrap()).collect()
}

/// Lines of one system, and the template of each.
struct System {
    lines: Vec<String>,
    templates: Vec<String>,
}

impl System {
    fn read(folder: &Path, name: &str) -> Self {
        #[derive(Deserialize)]
        struct Row {
            #[serde(rename = "Content")]
            content: String,
            #[serde(rename = "EventTemplate")]
            template: String,
        }
        let path = folder.join(name).join(format!("{name}_2k.log_structured_corrected.csv"));
        let mut reader = csv::Reader::from_path(path).unwrap();
        let rows: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
        let (lines, templates) = rows.into_iter().map(|row| (row.content, row.template)).unzip();
        Self { lines, templates }
    }
}

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("SHAKEDOWN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("data/loghub");
    if folder.is_dir() {
        return Some(folder);
    }
    // Past the test harness, which hides the output of tests that pass.
    let _ = writeln!(std::io::stderr(), "loghub: {} is absent: SKIPPED", folder.display());
    None
}
