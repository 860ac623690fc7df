//! What one more trial of a sweep costs, as a ratio to a single replay on the same data, and whether more threads do more trials.
//!
//! `cargo bench --bench sweep`; `SHAKEDOWN_BENCH_RECORDS=10000000` for ten million records. Everything is timed in one run, the single
//! replay first and last; reading is not counted in either.

mod generator;

use shakedown::dataset::{DataSet, Intake, RejectPolicy, load};
use shakedown::evaluate::Costs;
use shakedown::model::Silent;
use shakedown::sweep::{Trial, Walk, plan::Stages, plan::branches, read_grid};
use std::path::Path;
use std::time::Instant;

/// Trials of a grid around the published pipeline, without references and base.
fn trials(axes: &str) -> Vec<Trial> {
    let text = format!("schema_version = 1\nname = \"bench\"\nbase = \"langchain-2026\"\n[axes]\n{axes}");
    let planned = read_grid(&text, "bench.toml", Path::new("")).and_then(|grid| grid.plan()).expect("a grid");
    planned.trials.into_iter().filter(|trial| !trial.levels.is_empty()).collect()
}

/// Seconds that it takes to evaluate all of them.
fn seconds(data: &DataSet, costs: &Costs, trials: &[Trial], threads: usize) -> f64 {
    let walk = Walk { data, costs, trials, keep: &|_| Ok(()), stop: &|| false, progress: &Silent, end: data.span.end };
    let all: Vec<usize> = (0..trials.len()).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let began = Instant::now();
    pool.install(|| walk.run(&all)).expect("the trials are valid");
    began.elapsed().as_secs_f64()
}

fn main() {
    let folder = generator::data_set(generator::records());
    let data =
        load(&folder, RejectPolicy::default(), &Silent, &mut Intake::default()).expect("generated data is valid");
    let costs = Costs::shipped().expect("shipped");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let one = trials("\"detect.alpha\" = [0.04]\n");
    let single = || seconds(&data, &costs, &one, threads);
    let before = single();
    println!("{} records, {} deploys, {threads} threads", data.records.len(), data.deploys.len());
    let thresholds: Vec<String> = (1..=50).map(|n| format!("{:.4}", f64::from(n) * 0.001)).collect();
    let thresholds = format!("\"detect.alpha\" = [{}]\n", thresholds.join(", "));
    let detectors = "\"detect.detector\" = [{ kind = \"poisson_fixed\" }, { kind = \"cond_binomial\" }, { kind = \"nb\" }, { kind = \"etest\" }]\n";
    let lengths = "\"normalize.truncate\" = { from = 80, to = 400, step = 40 }\n";
    let mixed = format!(
        "{lengths}{}\"detect.alpha\" = [0.0001, 0.001, 0.005, 0.01, 0.02, 0.03, 0.04]\n\"detect.min_count\" = [1, 3, 10]\n\"act.policy.fix_at\" = [0.5, 0.7, 0.9]\n",
        "\"detect.correction\" = [\"none\", \"benjamini_hochberg\"]\n"
    );
    let rows = [("threshold", thresholds.as_str()), ("detector", detectors), ("normalizer", lengths)];
    let measured: Vec<(&str, usize, f64)> = rows
        .iter()
        .map(|(what, axes)| {
            let trials = trials(axes);
            (*what, trials.len(), seconds(&data, &costs, &trials, threads))
        })
        .collect();
    let many = trials(&mixed);
    let all: Vec<usize> = (0..many.len()).collect();
    let stages = Stages::of(&branches(&many, &all));
    let parallel = seconds(&data, &costs, &many, threads);
    let alone = seconds(&data, &costs, &many, 1);
    let after = single();
    let replay = f64::midpoint(before, after);
    println!("one replay              {replay:.3} s ({before:.3} before, {after:.3} after)");
    for (what, count, took) in measured {
        let marginal = (took - replay) / (count - 1) as f64 / replay;
        println!("one more {what:<14} {marginal:.3} of a replay ({count} in {took:.2} s)");
    }
    println!(
        "{} mixed trials        {:.2} replays ({} groupings, {parallel:.2} s)",
        many.len(),
        parallel / replay,
        stages.normalize
    );
    println!(
        "trials a second         {:.1} on one thread, {:.1} on {threads}",
        many.len() as f64 / alone,
        many.len() as f64 / parallel
    );
}
