//! Same data, same configuration: the same bytes, whatever the order of the input, the number of threads, or the format of the file.

#![allow(clippy::cast_possible_truncation)] // indices below a hundred

use crate::support::{DIFF, Run, World, costs, deploy, error, everything, outage, published, regression, t};
use shakedown::dataset::{Intake, RejectPolicy, SetFiles, load, store};
use shakedown::model::{Deploy, Incident, Record, Severity, Silent, Span};
use shakedown::normalize::NormalizerSpec;
use shakedown::pipeline::{PRESETS, PipelineSpec};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Numbers that look random and are the same every time (`SplitMix64`).
struct Noise(u64);

impl Noise {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// Twenty days of three services with traffic, 3000 records, ten deploys (some at the same instant) and six incidents.
fn world() -> World {
    let mut noise = Noise(7);
    let services = ["shop", "pay", "mail"];
    let mut world = World::new().with(|w| w.manifest.traffic_step = Span::minutes(30));
    for service in services {
        world = world.traffic(service, t(0, "00:00"), t(20, "00:00"), 500, Some(40));
    }
    for n in 0..10_i64 {
        let at = t(8 + n / 2, "12:00") + Span::minutes(n % 2 * (n % 3) * 20);
        let service = services[n.unsigned_abs() as usize % 3];
        world = world
            .push_deploy(Deploy { revision: Some(format!("{n:040x}")), ..deploy(&format!("d{n}"), at, &[service]) });
        world.diffs.insert(format!("d{n}"), DIFF.to_owned());
    }
    for _ in 0..3000 {
        let deploy = &world.deploys[noise.below(10) as usize];
        let spread = Span::from_micros(noise.below(3_600_000_000).cast_signed());
        let anywhere = t(0, "00:00") + Span::from_micros(noise.below(20 * 86_400_000_000).cast_signed());
        let at = if noise.below(3) == 0 { deploy.deployed_at + spread } else { anywhere };
        let message = match noise.below(6) {
            0 => format!("timeout after {} ms", noise.below(5000)),
            1 => format!("größe, \"{}\"\nzu groß", noise.below(3)),
            2 => "boom".to_owned(),
            3 => format!("order {:08x}-7425-40de-944b-e07fc1f90ae7 lost", noise.below(1 << 32)),
            n => format!("rare {n}{}", noise.below(40)),
        };
        let boom = message == "boom";
        let record = Record {
            observed_at: (noise.below(4) == 0).then(|| at + Span::minutes(noise.below(50).cast_signed())),
            severity: Severity::ALL[3 + noise.below(3) as usize],
            user_id: (noise.below(2) == 0).then(|| format!("u{}", noise.below(30))),
            exception_type: boom.then(|| "BoomError".to_owned()),
            stack_trace: boom.then(|| "  File \"shop/cart.py\", line 2, in total\nBoomError: boom".to_owned()),
            count: 1 + noise.below(3) as u32,
            ..error(services[noise.below(3) as usize], &message, at)
        };
        // Every tenth is there twice.
        if noise.below(10) == 0 {
            world.records.push(record.clone());
        }
        world.records.push(record);
    }
    for n in 0..6_i64 {
        let from = t(8 + n, "12:10");
        let everywhere = |incident: Incident| Incident { services: Vec::new(), ..incident };
        world = world.incident(everywhere(if n % 2 == 0 {
            regression(&format!("i{n}"), &format!("d{}", n * 2), from, from + Span::hours(2))
        } else {
            outage(&format!("i{n}"), from, from + Span::hours(1))
        }));
    }
    world
}

fn presets() -> Vec<PipelineSpec> {
    // Some need a recording; `classifier` and `llm` show that the same one gives the same.
    let shipped = PRESETS.iter().map(|preset| preset.spec().expect("as shipped"));
    let recorded =
        |spec: &PipelineSpec| spec.triage.needs_recording() || matches!(spec.normalize, NormalizerSpec::Classifier(_));
    let shipped = shipped.filter(|spec| !recorded(spec));
    shipped.chain([everything(), published()]).collect()
}

fn all_written(world: &World) -> Vec<[String; 3]> {
    presets().iter().map(|spec| Run::of(world, spec).written()).collect()
}

#[test]
fn the_order_of_the_input_leaves_no_trace() {
    let world = world();
    let expected = all_written(&world);
    assert!(expected[0][2].len() > 1000, "there are cases to differ in");
    for seed in 0..3 {
        let mut noise = Noise(seed);
        let mut shuffled = world.clone();
        noise.shuffle(&mut shuffled.records);
        noise.shuffle(&mut shuffled.deploys);
        noise.shuffle(shuffled.incidents.as_mut().expect("incidents"));
        noise.shuffle(shuffled.traffic.as_mut().expect("traffic"));
        assert_eq!(shuffled.data().hash(), world.data().hash());
        same(&all_written(&shuffled), &expected);
    }
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let world = world();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| all_written(&world))
    };
    let one = with(1);
    same(&with(2), &one);
    same(&with(8), &one);
}

#[test]
fn the_format_of_the_files_leaves_no_trace() {
    let world = world();
    let folder = tempfile::tempdir().expect("a folder");
    store(
        folder.path(),
        &SetFiles {
            manifest: &world.manifest,
            records: &world.records,
            deploys: &world.deploys,
            incidents: world.incidents.as_deref().expect("incidents"),
            traffic: world.traffic.as_deref().expect("traffic"),
            diffs: &world.diffs,
        },
    )
    .expect("written");
    let expected = (world.data().hash().to_owned(), all_written(&world));
    assert_same_from(folder.path(), "events.parquet", &expected);
    fs::remove_file(folder.path().join("events.parquet")).expect("removed");

    let mut reversed = world.records.clone();
    reversed.reverse();
    let (jsonl, csv) = (jsonl(&reversed), csv(&reversed));
    let gz = |text: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text).expect("zipped");
        writer.finish().expect("zipped")
    };
    let halves = jsonl.split_at(jsonl.len() / 2);
    let files = [
        ("events.jsonl", jsonl.clone()),
        ("events.jsonl.gz", [gz(halves.0), gz(halves.1)].concat()),
        ("events.jsonl.zst", zstd::encode_all(&jsonl[..], 1).expect("zipped")),
        ("events.csv", csv.clone()),
        ("events.csv.gz", gz(&csv)),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        assert_same_from(folder.path(), name, &expected);
        fs::remove_file(path).expect("removed");
    }
}

fn jsonl(records: &[Record]) -> Vec<u8> {
    records.iter().flat_map(|record| serde_json::to_vec(record).expect("a record").into_iter().chain([b'\n'])).collect()
}

/// With whole microseconds for instants, where JSONL has RFC 3339.
fn csv(records: &[Record]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["message", "timestamp", "observed_at", "service", "severity", "exception_type", "stack_trace"];
    writer.write_record(header.iter().chain(&["user_id", "count"])).expect("a row");
    for r in records {
        let text = |option: &Option<String>| option.clone().unwrap_or_default();
        let row = [
            r.message.clone(),
            r.timestamp.micros().to_string(),
            r.observed_at.map(|at| at.micros().to_string()).unwrap_or_default(),
            r.service.clone(),
            r.severity.name().to_owned(),
            text(&r.exception_type),
            text(&r.stack_trace),
            text(&r.user_id),
            r.count.to_string(),
        ];
        writer.write_record(row).expect("a row");
    }
    writer.into_inner().expect("all rows")
}

fn assert_same_from(folder: &Path, name: &str, (hash, expected): &(String, Vec<[String; 3]>)) {
    let mut intake = Intake::new(RejectPolicy { strict: true, allow: false });
    let data = load(folder, intake.policy, &Silent, &mut intake).expect(name);
    assert_eq!(intake.rejects, [], "{name}");
    assert_eq!(data.hash(), *hash, "{name}");
    let written: Vec<[String; 3]> = presets().iter().map(|spec| Run::on(&data, spec, &costs()).written()).collect();
    same(&written, expected);
}

/// Not `assert_eq`: two evaluations side by side help nobody; the place where they part does.
fn same(a: &[[String; 3]], b: &[[String; 3]]) {
    for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
        if let Some(at) = a.bytes().zip(b.bytes()).position(|(x, y)| x != y) {
            let around = |text: &str| text.bytes().skip(at.saturating_sub(80)).take(160).collect::<Vec<u8>>();
            panic!("{}\nagainst\n{}", String::from_utf8_lossy(&around(a)), String::from_utf8_lossy(&around(b)));
        }
        assert_eq!(a.len(), b.len());
    }
    assert_eq!(a.len(), b.len());
}

type Change<'a> = &'a dyn Fn(&mut World);

#[test]
fn whatever_a_result_can_depend_on_changes_the_hash() {
    let world = World::new()
        .deploy("d", t(10, "12:00"), &["shop"])
        .errors("shop", "boom", &[t(10, "12:30")])
        .incident(outage("i", t(10, "12:00"), t(10, "13:00")))
        .traffic("shop", t(10, "12:00"), t(10, "12:01"), 10, None);
    let some = |text: &str| Some(text.to_owned());
    let changes: [(&str, Change); 22] = [
        ("a record more", &|w| w.records.push(w.records[0].clone())),
        ("timestamp", &|w| w.records[0].timestamp = t(10, "12:31")),
        ("observed_at", &|w| w.records[0].observed_at = Some(t(10, "12:31"))),
        ("service", &|w| w.records[0].service = "pay".to_owned()),
        ("severity", &|w| w.records[0].severity = Severity::Fatal),
        ("message", &|w| w.records[0].message = "boo".to_owned()),
        ("exception_type", &|w| w.records[0].exception_type = some("m")),
        ("stack_trace", &|w| w.records[0].stack_trace = some("m")),
        ("version", &|w| w.records[0].version = some("m")),
        ("trace_id", &|w| w.records[0].trace_id = some("m")),
        ("user_id", &|w| w.records[0].user_id = some("m")),
        ("count", &|w| w.records[0].count = 2),
        ("deployed_at", &|w| w.deploys[0].deployed_at = t(10, "12:01")),
        ("changed_files", &|w| w.deploys[0].changed_files = Some(vec!["a.rs".to_owned()])),
        ("fixes", &|w| w.deploys[0].fixes = vec!["i".to_owned()]),
        ("resolved_at", &|w| w.incidents.as_mut().expect("a log")[0].resolved_at = None),
        ("signatures", &|w| w.incidents.as_mut().expect("a log")[0].signatures = vec!["boom".to_owned()]),
        ("requests", &|w| w.traffic.as_mut().expect("traffic")[0].requests = 11),
        ("users", &|w| w.traffic.as_mut().expect("traffic")[0].users = Some(1)),
        ("diff", &|w| drop(w.diffs.insert("d".to_owned(), DIFF.to_owned()))),
        ("actionable", &|w| w.manifest.actionable = shakedown::model::IncidentSeverity::Sev1),
        ("end", &|w| w.manifest.end = Some(t(29, "00:00"))),
    ];
    let mut seen = std::collections::BTreeMap::from([(world.data().hash().to_owned(), "unchanged")]);
    for (what, change) in changes {
        let hash = world.clone().with(change).data().hash().to_owned();
        if let Some(other) = seen.insert(hash, what) {
            panic!("{what} and {other} hash alike");
        }
    }
    // What says the same hashes the same: an arrival time that is the event's own.
    let at_once = world.clone().with(|w| w.records[0].observed_at = Some(w.records[0].timestamp));
    assert_eq!(at_once.data().hash(), world.data().hash());
}

/// §6: the hash names the data that a result comes from. Without an incident log and with an empty, complete one the same data give
/// different results (null against false alarms), yet the same hash.
#[test]
fn an_absent_incident_log_hashes_like_an_empty_one() {
    let empty = World::new();
    let absent = World::new().with(|w| w.incidents = None);
    assert_ne!(empty.data().hash(), absent.data().hash());
}
