//! Normalizing messages, one thread: a group for each strategy, and the ratios that the README quotes.

#[path = "generator/masks.rs"]
mod masks;
#[path = "generator/messages.rs"]
mod messages;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use masks::nine_masks;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use regex::Regex;
use shakedown::normalize::{Built, Key, MaskKind, NormalizerSpec, Text};
use shakedown::pipeline::Preset;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

const MESSAGES: usize = 100_000;

/// Distinct messages of the same templates as the data set of the other benches.
fn distinct_messages() -> Vec<String> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut messages = BTreeSet::new();
    while messages.len() < MESSAGES {
        let template = (2_000.0_f64.powf(rng.random::<f64>())) as usize;
        let at = format!(
            "2026-01-{:02}T{:02}:17:00.{:06}Z",
            template % 28 + 1,
            template % 24,
            rng.random_range(0..1_000_000)
        );
        messages.insert(messages::message(&mut rng, at, template));
    }
    messages.into_iter().collect()
}

/// One `replace_all` after the other.
fn replaced(sequence: &[(Regex, &MaskKind)], message: &str) -> String {
    sequence
        .iter()
        .fold(message.to_owned(), |text, (regex, kind)| regex.replace_all(&text, kind.row().placeholder).into_owned())
}

fn time(work: &mut dyn FnMut() -> usize) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

/// How many times longer `b` takes than `a`: median over runs of both, one after the other.
fn ratio(a: &mut dyn FnMut() -> usize, b: &mut dyn FnMut() -> usize) -> f64 {
    let mut ratios: Vec<f64> = (0..15).map(|_| time(b).as_secs_f64() / time(a).as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

fn rules(criterion: &mut Criterion) {
    let messages = distinct_messages();
    let (first, second) = (nine_masks(4), nine_masks(6));
    let sequence: Vec<(Regex, &MaskKind)> =
        first.kinds().map(|kind| (Regex::new(&kind.pattern()).expect("valid"), kind)).collect();
    let mut one_pass = || messages.iter().map(|m| first.template(m).len()).sum::<usize>();
    let mut sequential = || messages.iter().map(|m| replaced(&sequence, m).len()).sum::<usize>();
    assert!(messages.iter().all(|m| first.template(m) == first.template_in_sequence(m)), "the same templates");

    let mut group = criterion.benchmark_group("rules");
    group.sample_size(10).throughput(Throughput::Elements(messages.len() as u64));
    group.bench_function("sequential_regex", |b| b.iter(&mut sequential));
    group.bench_function("one_pass", |b| b.iter(&mut one_pass));
    group.finish();
    println!(
        "rules: one pass is {:.1} × as fast as sequential regex replacement",
        ratio(&mut one_pass, &mut sequential)
    );

    // A second configuration that shares the first rules: the distinct results of those, then the rest.
    let shared = first.shared_with(&second);
    let prefixes: BTreeSet<String> = messages.iter().map(|m| first.apply(0..shared, m).into_owned()).collect();
    let mut rest = || {
        let template = |prefix: &String| second.cut(second.apply(shared..second.len(), prefix)).len();
        prefixes.iter().map(template).sum::<usize>()
    };
    println!(
        "rules: a second configuration that shares {shared} of {} rules takes {:.2} of the first ({} distinct texts of {})",
        second.len(),
        ratio(&mut one_pass, &mut rest),
        prefixes.len(),
        messages.len(),
    );
}

/// Messages that the learning strategies get: each is a distinct template to them, before masks.
const LEARNED: usize = 20_000;

/// Every strategy from distinct texts to signatures: keys, one night's learning and fit, and the signature of each.
fn strategies(criterion: &mut Criterion) {
    let messages: Vec<String> = distinct_messages().into_iter().step_by(MESSAGES / LEARNED).collect();
    let traces: Vec<String> = messages.iter().enumerate().map(|(n, message)| trace(n, message)).collect();
    let texts: Vec<Text> = messages
        .iter()
        .zip(&traces)
        .map(|(message, stack_trace)| Text { message, exception_type: "", stack_trace })
        .collect();
    let mut group = criterion.benchmark_group("strategies");
    group.sample_size(10).throughput(Throughput::Elements(texts.len() as u64));
    for name in ["recommended-2026", "stack-2026", "sentry-2026", "drain-2026", "general-2026", "embedding-2026"] {
        let spec = Preset::find(name).expect("shipped").spec().expect("shipped").normalize;
        group.bench_function(name, |b| b.iter(|| black_box(signatures(&spec, &texts))));
    }
    group.finish();
}

/// Every third message comes with a trace.
fn trace(n: usize, message: &str) -> String {
    if !n.is_multiple_of(3) {
        return String::new();
    }
    format!(
        "java.lang.IllegalStateException: {message}\n\tat com.shop.orders.Service{}.place(Service.java:{n})\n\tat \
         com.shop.web.Handler.handle(Handler.java:17)\n\tat java.lang.Thread.run(Thread.java:840)\n",
        n % 97
    )
}

/// Number of signatures.
fn signatures(spec: &NormalizerSpec, texts: &[Text]) -> usize {
    let Built { normalizer, miner } = spec.build().expect("shipped");
    let keys: Vec<Key> = texts.iter().map(|text| normalizer.key(*text)).collect();
    let mut found: BTreeSet<String> = keys.iter().filter(|key| key.settled).map(|key| key.template.clone()).collect();
    let open: BTreeSet<&str> = keys.iter().filter(|key| !key.settled).map(|key| key.template.as_str()).collect();
    match miner {
        None => found.extend(open.into_iter().map(str::to_owned)),
        Some(mut miner) => {
            let open: Vec<&str> = open.into_iter().collect();
            miner.prepare(&open).expect("no endpoint");
            for template in &open {
                miner.learn(template).expect("no endpoint");
            }
            miner.fit();
            found.extend(open.iter().map(|template| miner.sign(template).expect("no endpoint")));
        }
    }
    found.len()
}

criterion_group!(benches, rules, strategies);
criterion_main!(benches);
