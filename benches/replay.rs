//! A whole replay: reading a month from disk, both presets, evaluation.

mod generator;

use criterion::{Criterion, criterion_group, criterion_main};
use shakedown::dataset::{Intake, RejectPolicy, load};
use shakedown::evaluate::{Costs, GivenPipeline, evaluate};
use shakedown::model::Silent;
use shakedown::pipeline::{Preset, run};
use std::hint::black_box;

fn replay(criterion: &mut Criterion) {
    let folder = generator::data_set(generator::records());
    let costs = Costs::shipped().expect("shipped");
    let mut group = criterion.benchmark_group("replay");
    group.sample_size(10);
    for name in ["langchain-2026", "corrected-2026"] {
        let spec = Preset::find(name).expect("shipped").spec().expect("shipped");
        group.bench_function(name, |b| {
            b.iter(|| {
                let data = load(&folder, RejectPolicy::default(), &Silent, &mut Intake::default())
                    .expect("generated data is valid");
                let fits = spec.fits(&data).expect("the records can be grouped");
                let replay = run(&data, &fits, &spec, &costs.charges, &Silent).expect("shipped");
                let given = GivenPipeline { given: name, spec: &spec };
                black_box(evaluate(&data, &fits, &given, &replay, &costs).evaluation.funnel.alerts)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, replay);
criterion_main!(benches);
