//! A seeded month of JSONL like a large company's: 40 services, 2,000 Zipf-distributed templates, unique ids in most messages,
//! stack traces on one record in seven, 1,000 deploys and 100 incidents. About 340 bytes a record: 3.4 million are 1.1 GB.

mod messages;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shakedown::model::{Instant, Span};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

const SERVICES: usize = 40;
const TEMPLATES: usize = 2_000;
const DEPLOYS: usize = 1_000;
const INCIDENTS: usize = 100;
const DAYS: i64 = 30;

/// Records to generate: `SHAKEDOWN_BENCH_RECORDS`, by default a tenth of the full size so that a run takes minutes.
pub fn records() -> usize {
    std::env::var("SHAKEDOWN_BENCH_RECORDS").ok().and_then(|n| n.parse().ok()).unwrap_or(340_000)
}

/// The folder of the data set of this size, generated on first use.
pub fn data_set(records: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/bench-data/{records}"));
    if !folder.join("dataset.toml").exists() {
        std::fs::create_dir_all(&folder).expect("target is writable");
        write_events(&folder, records).expect("the disk has room");
        write_log(&folder).expect("the disk has room");
    }
    folder
}

fn start() -> Instant {
    Instant::from_micros(1_767_225_600_000_000)
}

fn write_events(folder: &Path, records: usize) -> std::io::Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let cumulative: Vec<f64> = (1..=TEMPLATES)
        .scan(0.0, |sum, rank| {
            *sum += (rank as f64).powf(-1.1);
            Some(*sum)
        })
        .collect();
    let total = cumulative[TEMPLATES - 1];
    let mut file = BufWriter::with_capacity(1 << 20, File::create(folder.join("events.jsonl"))?);
    let step = Span::days(DAYS).micros() / records as i64;
    let mut line = String::new();
    for index in 0..records as i64 {
        let at = start() + Span::from_micros(index * step + rng.random_range(0..step.max(1)));
        let template = cumulative.partition_point(|&c| c < rng.random_range(0.0..total));
        line.clear();
        record(&mut line, &mut rng, at, template);
        file.write_all(line.as_bytes())?;
    }
    file.flush()
}

fn record(line: &mut String, rng: &mut ChaCha8Rng, at: Instant, template: usize) {
    let service = (template * 7 + rng.random_range(0..3)) % SERVICES;
    let message = messages::message(rng, at, template);
    let _ = write!(
        line,
        r#"{{"timestamp":"{at}","service":"service-{service:02}","severity":"ERROR","message":"{message}""#
    );
    let _ = write!(
        line,
        r#","version":"{:07x}","trace_id":"{:032x}","user_id":"u{}""#,
        template,
        rng.random::<u128>(),
        rng.random_range(0..50_000)
    );
    if template.is_multiple_of(7) {
        line.push_str(r#","exception_type":"UpstreamError","stack_trace":"UpstreamError: step\n"#);
        for frame in 0..8 {
            let _ = write!(
                line,
                r"  at app.module{}.handle{frame} (src/module{}.ts:{}:7)\n",
                template % 50,
                template % 50,
                10 + frame * 13
            );
        }
        line.push('"');
    }
    line.push_str("}\n");
}

fn write_log(folder: &Path) -> std::io::Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let at = |rng: &mut ChaCha8Rng| start() + Span::from_micros(rng.random_range(0..Span::days(DAYS).micros()));
    let mut deploys = String::new();
    for deploy in 0..DEPLOYS {
        let service = rng.random_range(0..SERVICES);
        let _ = writeln!(
            deploys,
            r#"{{"id":"d{deploy}","deployed_at":"{}","services":["service-{service:02}"]}}"#,
            at(&mut rng)
        );
    }
    let mut incidents = String::new();
    for incident in 0..INCIDENTS {
        let (service, from) = (rng.random_range(0..SERVICES), at(&mut rng));
        let _ = writeln!(
            incidents,
            r#"{{"id":"i{incident}","started_at":"{from}","resolved_at":"{}","services":["service-{service:02}"],"severity":"sev2","cause":"third_party"}}"#,
            from + Span::hours(2)
        );
    }
    std::fs::write(folder.join("deploys.jsonl"), deploys)?;
    std::fs::write(folder.join("incidents.jsonl"), incidents)?;
    std::fs::write(folder.join("dataset.toml"), "name = \"bench\"\nincidents = \"complete\"\n")
}
