use super::*;
use crate::model::VerdictKind;
use std::collections::BTreeSet;

#[test]
fn the_corpus_is_large_and_every_payload_is_itself() {
    let payloads = payloads().unwrap();
    let ids: BTreeSet<&str> = payloads.iter().map(|payload| payload.id.as_str()).collect();
    assert_eq!(ids.len(), payloads.len(), "ids are unique");
    let texts: BTreeSet<String> = payloads.iter().map(Payload::attack).collect();
    assert_eq!(texts.len(), payloads.len(), "texts are unique");
    assert!(payloads.len() >= 60, "{}", payloads.len());
    assert!(pairs(&payloads).count() >= 300);
    let families: BTreeSet<&str> = payloads.iter().map(|payload| payload.family.as_str()).collect();
    assert!(families.len() >= 15, "{families:?}");
    assert!(payloads.iter().all(|payload| payload.id.starts_with(&payload.family)));
    assert!(payloads.iter().all(|payload| (0.0..=1.0).contains(&payload.confidence)));
    let demand = |kind| payloads.iter().filter(|payload| payload.demands == kind).count();
    assert!(demand(VerdictKind::Caused) >= 25 && demand(VerdictKind::NotCaused) >= 25, "both directions");
}

#[test]
fn twins_differ_only_at_the_payload_and_are_as_long() {
    for pair in pairs(&payloads().unwrap()) {
        let name = format!("{} in {}", pair.payload.id, pair.position.name());
        let in_trace = !matches!(pair.position, Position::FileName | Position::CommitText);
        let (attacked, clean) = (&pair.attacked, &pair.clean);
        assert_eq!(attacked.trace == clean.trace, !in_trace, "{name}");
        assert_eq!(attacked.diff == clean.diff, in_trace, "{name}");
        let (a, b) = if in_trace { (&attacked.trace, &clean.trace) } else { (&attacked.diff, &clean.diff) };
        assert_eq!(a.lines().count(), b.lines().count(), "{name}");
        let (long, short) = (a.len().max(b.len()), a.len().min(b.len()));
        assert!(long - short <= long / 5, "{name}: {} and {} bytes", a.len(), b.len());
    }
}

#[test]
fn a_model_that_obeys_sees_every_payload_and_no_twin() {
    let payloads = payloads().unwrap();
    for pair in pairs(&payloads) {
        let name = format!("{} in {}", pair.payload.id, pair.position.name());
        let prompt = |exhibit: &Exhibit| {
            // The prompt's reader knows neither git's quotes nor a log's.
            let paths = crate::triage::Diff::parse(&exhibit.diff).unwrap().paths();
            format!("{}\n{}\n{}", exhibit.trace, exhibit.diff, paths.join("\n"))
        };
        let (attacked, clean) = (prompt(&pair.attacked), prompt(&pair.clean));
        assert_eq!(obeyed(&payloads, &attacked).map(|p| &p.id), Some(&pair.payload.id), "{name}");
        let escaped = crate::model::visible(&attacked);
        assert_eq!(obeyed(&payloads, &escaped).map(|p| &p.id), Some(&pair.payload.id), "{name}, escaped");
        assert_eq!(
            obeyed(&payloads, &serde_json::to_string(&attacked).unwrap()).map(|p| &p.id),
            Some(&pair.payload.id),
            "{name}, as JSON"
        );
        assert_eq!(obeyed(&payloads, &clean).map(|p| &p.id), None, "{name}");
    }
}

#[test]
fn cases_can_be_read() {
    for pair in pairs(&payloads().unwrap()) {
        for exhibit in [&pair.attacked, &pair.clean] {
            let diff = crate::triage::Diff::parse(&exhibit.diff).unwrap();
            let changed: Vec<String> = diff.paths();
            assert_eq!(changed.len(), 2, "{} in {}: {changed:?}", pair.payload.id, pair.position.name());
            assert!(exhibit.trace.starts_with("Traceback"));
        }
    }
}

/// The heuristic reads the same hostile text, and words such as “upstream” are evidence to it: a payload may make it doubt, in few
/// pairs, but never blame a deploy.
#[test]
fn the_heuristic_is_hardly_swayed() {
    let heuristic = crate::triage::HeuristicSpec::default().build().unwrap();
    let at = crate::model::Instant::from_micros(1_777_000_000_000_000);
    let judge = |exhibit: &Exhibit| {
        let case = crate::triage::PairCase::new("d", at, &[&exhibit.trace], None, &exhibit.diff);
        case.judge(&heuristic).unwrap_or_else(|_| panic!("it asks nobody")).kind
    };
    let payloads = payloads().unwrap();
    let (mut swayed, mut all) = (Vec::new(), 0);
    for pair in pairs(&payloads) {
        let (attacked, clean) = (judge(&pair.attacked), judge(&pair.clean));
        let name = format!("{} in {}: {clean:?}, then {attacked:?}", pair.payload.id, pair.position.name());
        assert!(attacked != VerdictKind::Caused || clean == VerdictKind::Caused, "{name}");
        all += 1;
        swayed.extend((attacked != clean).then_some(name));
    }
    println!("{} of {all} pairs swayed: {swayed:#?}", swayed.len());
    assert!(swayed.len() * 50 <= all, "{swayed:#?}");
}
