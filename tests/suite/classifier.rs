//! The classifier from a recording: no network, no model, the same signatures.

use super::fake_model;
use super::support::{Run, World, t};
use shakedown::normalize::NormalizerSpec;
use shakedown::pipeline::{PipelineSpec, Preset};
use std::collections::BTreeSet;
use std::path::Path;

/// Two weeks of four errors of one service, each about somebody or something that no mask knows, and a deploy that adds a fifth.
fn world() -> World {
    let names = ["ada", "blaise", "carl", "dorothy", "emmy", "felix", "grace"];
    let mut world = World::new().deploy("d", t(10, "12:00"), &["shop"]);
    for day in 0..14 {
        let name = names[day as usize % names.len()];
        let errors = [
            format!("card of customer {name} was declined by the issuing bank"),
            format!("could not reserve stock for the basket of {name}, product not in warehouse"),
            format!("template mail_{name}.html is missing, falling back to plain text"),
            "connection to the search cluster was reset by peer".to_owned(),
        ];
        for (error, hour) in errors.iter().zip(["01:00", "07:00", "13:00", "19:00"]) {
            world = world.errors("shop", error, &[t(day, hour)]);
        }
    }
    let broken = names.map(|name| format!("price of article {name}-xl cannot be parsed: unexpected currency sign"));
    broken.iter().fold(world, |world, message| world.burst("shop", message, 5, t(10, "12:10")))
}

/// embedding-2026 with a model in place of vectors.
fn pipeline(base_url: &str, mode: &str, cassette: &Path) -> PipelineSpec {
    let mut pipeline = Preset::find("embedding-2026").unwrap().spec().unwrap();
    let NormalizerSpec::Embedding(embedding) = pipeline.normalize else { panic!("embedding-2026") };
    let endpoint = serde_json::json!({"base_url": base_url, "model": "fake-1", "mode": mode, "cassette": cassette});
    let spec = serde_json::json!({"kind": "classifier", "rules": embedding.rules, "k": 4, "endpoint": endpoint});
    pipeline.normalize = serde_json::from_value(spec).unwrap();
    pipeline
}

/// `fake_model` recorded the answers. Record them again with: `SHAKEDOWN_RECORD=1 cargo test --test suite classifier`
#[test]
fn a_recording_answers_for_the_model() {
    let cassette = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/classifier.jsonl");
    let (base_url, mode) = match std::env::var_os("SHAKEDOWN_RECORD") {
        Some(_) => (fake_model::base_url(), "record"),
        None => ("http://127.0.0.1:1", "replay"),
    };
    let (pipeline, data) = (pipeline(base_url, mode, &cassette), world().data());
    let fits = pipeline.fits(&data).unwrap();
    let last = fits.last();
    let signatures: BTreeSet<&str> = (0..last.len() as u32).map(|id| last.template(id)).collect();
    let first_of_each = [
        "card of customer ada was declined by the issuing bank",
        "connection to the search cluster was reset by peer",
        "could not reserve stock for the basket of ada, product not in warehouse",
        "price of article ada-xl cannot be parsed: unexpected currency sign",
        "template mail_ada.html is missing, falling back to plain text",
    ];
    assert_eq!(signatures, BTreeSet::from(first_of_each), "of {} messages", data.records.messages.len());
    assert_eq!(fits.notes, Vec::<String>::new());
    let outcomes: Vec<(&str, u64)> = fits.spend.outcomes.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(outcomes, [("joined", 24), ("new", 4)]);
    assert_eq!((fits.spend.calls, fits.spend.uncounted), (28, 0));

    // The fifth error is one detection, not seven.
    let run = Run::of(&world(), &pipeline);
    let alerts: Vec<&str> = run.alerts.iter().map(|alert| alert.signature.as_str()).collect();
    assert_eq!(alerts, ["price of article ada-xl cannot be parsed: unexpected currency sign"]);
}
