//! The sums of a sheet against what `evaluate` says of the same replay.

use super::{Ground, Metric, Record, Sheet};
use crate::dataset::{DataSet, Intake, RejectPolicy, load};
use crate::evaluate::{Costs, GivenPipeline, evaluate};
use crate::model::{Silent, Tokens};
use crate::pipeline::{Preset, run};
use std::path::Path;

fn month() -> DataSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/harbor-month");
    load(&folder, RejectPolicy::default(), &Silent, &mut Intake::default()).unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1.0)
}

#[test]
fn sums_say_what_an_evaluation_says() {
    let (data, costs) = (month(), Costs::shipped().unwrap());
    let ground = Ground::of(&data, &costs);
    let text = serde_json::to_string(&ground).unwrap();
    assert_eq!(serde_json::from_str::<Ground>(&text).unwrap(), ground, "ground.json reads back");
    let sheet = Sheet::of(&ground);
    for name in ["null", "always", "langchain-2026", "recommended-2026"] {
        let preset = Preset::find(name).unwrap();
        let spec = preset.spec().unwrap();
        let fits = spec.fits(&data).unwrap();
        let replay = run(&data, &fits, &spec, &costs.charges, &Silent).unwrap();
        let assessment = evaluate(&data, &fits, &GivenPipeline { given: name, spec: &spec }, &replay, &costs);
        let evaluation = &assessment.evaluation;
        let record = Record::of(&assessment, &data, fits.spend.tokens, name, "");
        let sum = sheet.total(&record);
        let monthly = evaluation.cost.monthly.as_ref().unwrap();
        let per_month = |usd: f64| usd * 30.0 / ground.days;
        let money = [
            (per_month(sum.running_usd), monthly.running_usd),
            (per_month(sum.missed_usd), monthly.missed_harm_usd),
            (per_month(sum.undergone_usd), monthly.undergone_harm_usd),
            (sheet.metric(Metric::Cost, &sum, ground.days).unwrap(), monthly.total_usd),
            (sum.false_usd, evaluation.cost.false_usd + evaluation.cost.wrong_rollback_usd),
            (sum.tokens, (evaluation.cost.tokens + fits.spend.tokens).total() as f64),
            (sum.cases, evaluation.funnel.cases as f64),
            (sum.false_actions, evaluation.end_to_end.false_actions as f64),
        ];
        for (at, (ours, theirs)) in money.into_iter().enumerate() {
            assert!(close(ours, theirs), "{name}, amount {at}: {ours} is not {theirs}");
        }
        let ratios = [
            (Metric::EndToEndPrecision, &evaluation.end_to_end.precision),
            (Metric::EndToEndRecall, &evaluation.end_to_end.recall),
            (Metric::TriagePrecision, &evaluation.triage.precision),
            (Metric::CasePrecision, &evaluation.detection.case_precision),
            (Metric::DetectionRecall, &evaluation.detection.recall),
        ];
        for (metric, theirs) in ratios {
            assert_eq!(&sheet.estimate(metric, &sum), theirs, "{name}, {metric:?}");
        }
        assert_eq!(record.normalization, Tokens::default());
    }
}
