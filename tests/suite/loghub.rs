//! Real log lines whose templates people wrote down (`../shared/data/loghub`). Skipped, loudly, where the data are absent;
//! `SHAKEDOWN_SHARED` names another place.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use shakedown::normalize::{Drain, DrainSpec, MaskKind, Normalizer, Rules, RulesSpec, Text};
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
        let digest: String = Sha256::digest(lines.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
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

/// Lines of one system.
struct System {
    lines: Vec<String>,
}

impl System {
    fn read(folder: &Path, name: &str) -> Self {
        #[derive(Deserialize)]
        struct Row {
            #[serde(rename = "Content")]
            content: String,
        }
        let path = folder.join(name).join(format!("{name}_2k.log_structured_corrected.csv"));
        let mut reader = csv::Reader::from_path(path).unwrap();
        Self { lines: reader.deserialize::<Row>().map(|row| row.unwrap().content).collect() }
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
