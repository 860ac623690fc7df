//! Reading, normalizing and counting: JSONL to counts per (service, signature).

mod generator;
#[path = "generator/masks.rs"]
mod masks;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use masks::nine_masks;
use shakedown::dataset::{Intake, RejectPolicy, load};
use shakedown::model::{Severity, Silent};
use shakedown::normalize::MaskKind;
use shakedown::series::Series;
use std::hint::black_box;

fn counting(criterion: &mut Criterion) {
    let folder = generator::data_set(generator::records());
    let bytes = std::fs::metadata(folder.join("events.jsonl")).expect("generated").len();
    let read =
        || load(&folder, RejectPolicy::default(), &Silent, &mut Intake::default()).expect("generated data is valid");
    let masks = nine_masks(4);
    let mut group = criterion.benchmark_group("counting");
    group.sample_size(10).throughput(Throughput::Bytes(bytes));
    group.bench_function("read", |b| b.iter(|| black_box(read().records.len())));
    let data = read();
    group.bench_function("normalize_and_group", |b| {
        b.iter(|| black_box(Series::build(&data.records, &masks, Severity::Error).len()));
    });
    group.bench_function("read_normalize_and_group", |b| {
        b.iter(|| black_box(Series::build(&read().records, &masks, Severity::Error).len()));
    });
    group.finish();
}

fn masking(criterion: &mut Criterion) {
    let folder = generator::data_set(generator::records());
    let data =
        load(&folder, RejectPolicy::default(), &Silent, &mut Intake::default()).expect("generated data is valid");
    let messages: Vec<&str> = data.records.messages.iter().take(100_000).collect();
    let masks = nine_masks(4);
    let sequential: Vec<(regex::Regex, &MaskKind)> =
        masks.kinds().map(|kind| (regex::Regex::new(&kind.pattern()).expect("valid"), kind)).collect();
    let replace = |message: &str| {
        sequential.iter().fold(message.to_owned(), |text, (regex, kind)| {
            regex.replace_all(&text, kind.row().placeholder).into_owned()
        })
    };
    let mut group = criterion.benchmark_group("masking");
    group.sample_size(10).throughput(Throughput::Elements(messages.len() as u64));
    group.bench_function("sequential_regex", |b| b.iter(|| messages.iter().map(|m| replace(m).len()).sum::<usize>()));
    group.bench_function("masks", |b| b.iter(|| messages.iter().map(|m| masks.template(m).len()).sum::<usize>()));
    group.finish();
}

criterion_group!(benches, counting, masking);
criterion_main!(benches);
