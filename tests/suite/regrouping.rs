//! `normalize diff` on the bundled month: it names the errors that the simulator made hard to group, and what changes because of them.

use crate::cli::Mini;
use serde_json::Value;

fn told() -> Value {
    let month = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/harbor-month");
    let names = ["--a", "langchain-2026", "--b", "general-2026", "--format", "json"];
    Mini::new().json(&[&["normalize", "diff", month], &names[..]].concat())
}

/// The set of changed signatures with one of a's that holds `words`.
fn with<'t>(told: &'t Value, words: &str) -> &'t Value {
    let holds = |set: &&Value| {
        set["a"].as_array().unwrap().iter().any(|side| side["signature"].as_str().unwrap().contains(words))
    };
    told["changes"].as_array().unwrap().iter().find(holds).unwrap_or_else(|| panic!("no change with {words:?}"))
}

#[test]
fn diff_names_what_was_planted_to_fragment_and_to_collapse() {
    let told = told();
    let count = |set: &Value, side: &str| set[side].as_array().unwrap().len();
    // Names and short numbers fragment under the published masks.
    let limits = with(&told, "hit limit of");
    assert_eq!((limits["change"].as_str(), count(limits, "b")), (Some("merged"), 1), "{limits}");
    assert!(count(limits, "a") > 1_000, "one error in thousands of signatures");
    assert!(!limits["windows"].as_array().unwrap().is_empty(), "alerts change because of it");
    // What tells these apart lies beyond 200 characters, and in the trace.
    let dumps = with(&told, "Unhandled failure; request dump");
    assert!(count(dumps, "b") > count(dumps, "a") || dumps["change"] == "rearranged", "{dumps}");
    let counted = &told["signatures"];
    assert!(counted["a"].as_u64() > counted["b"].as_u64());
    let records = told["changes"].as_array().unwrap().iter().map(|set| set["records"].as_u64().unwrap()).sum::<u64>();
    assert!(records > 0 && told["comparison"]["differences"].as_array().unwrap().len() == 7);
}
