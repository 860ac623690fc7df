use shakedown::*;
fn main() {
    let mut intake = dataset::Intake::default();
    let dir = std::env::args().nth(1).unwrap();
    let t = std::time::Instant::now();
    let data = dataset::load(std::path::Path::new(&dir), Default::default(), &model::Silent, &mut intake).unwrap();
    eprintln!("load {:?} {} records", t.elapsed(), data.records.len());
    let costs = evaluate::Costs::shipped().unwrap();
    for name in std::env::args().skip(2) {
        let spec: pipeline::PipelineSpec = match pipeline::Preset::find(&name) {
            Some(p) => p.spec().unwrap(),
            None => dataset::read_toml(std::path::Path::new(&name)).unwrap(),
        };
        let t = std::time::Instant::now();
        let series =
            series::Series::build(&data.records, spec.normalize.build().unwrap().as_ref(), spec.replay.min_severity);
        let replay = pipeline::run(&data, &series, &spec, &costs.charges, &model::Silent).unwrap();
        let a =
            evaluate::evaluate(&data, &series, &evaluate::GivenPipeline { given: &name, spec: &spec }, &replay, &costs);
        eprintln!("{name} {:?}", t.elapsed());
        let e = &a.evaluation;
        println!("{:?}\n{:?}", e.funnel, e.incidents);
        let s = |e: &stats::Estimate| {
            format!("{}/{} [{:?} {:?}] unl {}", e.numerator, e.denominator, e.low, e.high, e.unlabelled)
        };
        println!(
            "alert prec {}\ncase prec {}\nrecall {}\nchance {}",
            s(&e.detection.precision),
            s(&e.detection.case_precision),
            s(&e.detection.recall),
            s(&e.detection.chance_hit_rate)
        );
        println!(
            "truly {} triage p {} r {} spec {}",
            a.judged.iter().filter(|j| j.case().is_some() && j.label == evaluate::Label::Caused).count(),
            s(&e.triage.precision),
            s(&e.triage.recall),
            s(&e.triage.specificity)
        );
        println!(
            "e2e p {} r {} oracle {} {}",
            s(&e.end_to_end.precision),
            s(&e.end_to_end.recall),
            s(&e.end_to_end.oracle.precision),
            s(&e.end_to_end.oracle.recall)
        );
        println!("{:?} {:?}", e.misses, e.delay);
        println!("cost {}", serde_json::to_string(&e.cost).unwrap());
    }
}
