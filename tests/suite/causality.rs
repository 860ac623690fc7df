//! No decision depends on anything later: over random data, under every normalizer, detector, gate and triager, records, deploys, incidents and
//! traffic are added after an instant, and every decision made by then stays what it was, to the last byte.

use crate::support::{
    DIFF, Scenario, World, any_scenario, cases, detectors, error, everything, gates, normalizers, random_incident,
    random_record_at, t, triagers,
};
use proptest::prelude::*;
use shakedown::act::Charges;
use shakedown::detect::DetectorSpec;
use shakedown::gate::GateSpec;
use shakedown::model::{Deploy, Incident, Instant, Record, Silent, Span, Traffic, Window};
use shakedown::normalize::NormalizerSpec;
use shakedown::pipeline::{Outcome, PipelineSpec, Scope, run};
use shakedown::triage::TriagerSpec;
use std::collections::BTreeMap;

/// What comes after an instant: an event may lie anywhere in time, but it is observed later.
#[derive(Clone, Debug)]
struct Future {
    /// Minutes that each record's arrival lies after the instant, at least a microsecond; `None`: the event itself does.
    records: Vec<(Record, Option<i64>, i64)>,
    deploys: Vec<(usize, i64)>,
    incidents: Vec<(Incident, i64)>,
    traffic: Vec<(usize, i64, u64)>,
    /// The incident log begins to exist, or ceases to.
    log: bool,
}

fn scenario() -> impl Strategy<Value = (Scenario, Future, prop::sample::Index)> {
    any_scenario().prop_flat_map(|scenario| {
        let deploys = scenario.world.deploys.clone();
        let after = || prop_oneof![2 => Just(0), 1 => 0..600_i64];
        let future = (
            prop::collection::vec((random_record_at(deploys.clone()), prop::option::of(after()), after()), 1..20),
            prop::collection::vec((0..3_usize, after()), 0..4),
            prop::collection::vec((random_incident(deploys), after()), 0..4),
            prop::collection::vec((0..3_usize, after(), 0..1000_u64), 0..4),
            any::<bool>(),
        );
        let future = future.prop_map(|(records, deploys, incidents, traffic, log)| Future {
            records,
            deploys,
            incidents,
            traffic,
            log,
        });
        (Just(scenario), future, any::<prop::sample::Index>())
    })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn what_comes_after_a_decision_does_not_change_it((scenario, future, index) in scenario()) {
        let Scenario { mut world, spec } = scenario;
        // The span is the data set's own: a default would follow the records.
        world.manifest.start = Some(t(0, "00:00"));
        world.manifest.end = Some(t(9, "00:00"));
        // `all` ranges over the services that occur anywhere, later ones too (see the bug below): let all occur.
        for service in SERVICES {
            world.records.push(error(service, "start", t(0, "00:00")));
        }
        let before = decisions(&world, &spec);
        let instants: Vec<Instant> = before.values().map(|(outcome, _)| outcome.window.decided_at).collect();
        prop_assume!(!instants.is_empty());
        let now = *index.get(&instants);
        let after = decisions(&with(&world, &future, now, spec.replay.exclude_incidents), &spec);
        for (place, outcome) in before.iter().filter(|(_, (outcome, _))| outcome.window.decided_at <= now) {
            prop_assert_eq!(Some(outcome), after.get(place), "decided at {}", outcome.0.window.decided_at);
        }
        for (place, outcome) in after.iter().filter(|(_, (outcome, _))| outcome.window.decided_at <= now) {
            prop_assert_eq!(before.get(place), Some(outcome), "a decision of {} appears", outcome.0.window.decided_at);
        }
    }
}

const SERVICES: [&str; 3] = ["shop", "pay", "mail"];

/// What was decided, by (deploy, service, start). Indices of deploys and groups depend on what else there is; names do not.
fn decisions(world: &World, spec: &PipelineSpec) -> BTreeMap<(String, String, Instant), (Outcome, Vec<String>)> {
    let data = world.data();
    let fits = spec.fits(&data).expect("the records can be grouped");
    let replay = run(&data, &fits, spec, &Charges::default(), &Silent).expect("a replay");
    let key = |outcome: &Outcome| {
        let Window { deploy, service, window, .. } = &outcome.window;
        (data.deploys[*deploy].id.clone(), service.clone(), window.start)
    };
    let without_index = |mut outcome: Outcome| {
        let signatures =
            outcome.seen.iter().map(|seen| fits.of(&outcome.window).template(seen.group).to_owned()).collect();
        outcome.seen.iter_mut().for_each(|seen| seen.group = 0);
        outcome.window.deploy = 0;
        (outcome, signatures)
    };
    replay.outcomes.into_iter().map(|outcome| (key(&outcome), without_index(outcome))).collect()
}

/// `world` with everything in `future` that becomes known after `now`.
fn with(world: &World, future: &Future, now: Instant, exclude_incidents: bool) -> World {
    let later = |minutes: i64| now + Span::minutes(minutes) + Span::from_micros(1);
    let mut world = world.clone();
    for (record, arrival, event) in &future.records {
        let record = record.clone();
        world.records.push(match arrival {
            Some(minutes) => Record { observed_at: Some(later(*minutes)), ..record },
            None => Record { timestamp: later(*event), observed_at: None, ..record },
        });
    }
    for (n, &(service, minutes)) in future.deploys.iter().enumerate() {
        let id = format!("later{n}");
        world.diffs.insert(id.clone(), DIFF.to_owned());
        world.deploys.push(Deploy {
            fixes: vec!["i0".to_owned()],
            ..crate::support::deploy(&id, later(minutes), &[SERVICES[service]])
        });
    }
    if future.log && !exclude_incidents {
        world.incidents = if world.incidents.is_some() { None } else { Some(Vec::new()) };
    }
    for (n, (incident, minutes)) in future.incidents.iter().enumerate() {
        // With `exclude_incidents` a decision may know what was declared and over before it; so this one was not.
        let mut incident = Incident { id: format!("later{n}"), ..incident.clone() };
        if exclude_incidents && n % 2 == 0 {
            incident.declared_at = incident.declared_at.map(|at| at.max(now) + Span::minutes(*minutes));
        } else if exclude_incidents {
            incident.resolved_at = incident.resolved_at.map(|at| at.max(now) + Span::minutes(*minutes));
        }
        world.incidents.get_or_insert_default().push(incident);
    }
    if let Some(rows) = &mut world.traffic {
        for &(service, minutes, requests) in &future.traffic {
            let (timestamp, service) = (later(minutes), SERVICES[service].to_owned());
            if !rows.iter().any(|row| row.timestamp == timestamp && row.service == service) {
                rows.push(Traffic { timestamp, service, requests, users: Some(requests) });
            }
        }
    }
    world
}

/// A new variant does not compile here until the lists that the property draws from know it.
#[test]
fn the_property_draws_from_every_normalizer_detector_gate_and_triager() {
    let normalizer = |spec: &NormalizerSpec| match spec {
        NormalizerSpec::Rules(_) => 0,
        NormalizerSpec::Drain(_) => 1,
        NormalizerSpec::Embedding(_) => 2,
        NormalizerSpec::Stack(_) => 3,
        NormalizerSpec::Sentry(_) => 4,
        NormalizerSpec::Ael(_) => 5,
        NormalizerSpec::Classifier(_) => 6,
    };
    let detector = |spec: &DetectorSpec| match spec {
        DetectorSpec::PoissonFixed {} => 0,
        DetectorSpec::CondBinomial(_) => 1,
        DetectorSpec::Null {} => 2,
        DetectorSpec::Always {} => 3,
        DetectorSpec::GammaPoisson(_) => 4,
        DetectorSpec::Nb(_) => 5,
        DetectorSpec::StratNb(_) => 6,
        DetectorSpec::RollingPct {} => 7,
        DetectorSpec::Either(_) => 8,
        DetectorSpec::Random(_) => 9,
        DetectorSpec::Etest(_) => 10,
        DetectorSpec::Did(_) => 11,
        DetectorSpec::Farrington(_) => 12,
        DetectorSpec::Ears(_) => 13,
        DetectorSpec::Cusum(_) => 14,
        DetectorSpec::PrefixScan(_) => 15,
        DetectorSpec::EValue(_) => 16,
    };
    let gate = |spec: &GateSpec| match spec {
        GateSpec::None {} => 0,
        GateSpec::Impact(_) => 1,
        GateSpec::Harm(_) => 2,
        GateSpec::SloBurn(_) => 3,
    };
    let triager = |spec: &TriagerSpec| match spec {
        TriagerSpec::AcceptAll {} => 0,
        TriagerSpec::BlameLatest {} => 1,
        TriagerSpec::Heuristic(_) => 2,
        TriagerSpec::Llm(_) => 3,
        TriagerSpec::Cascade(_) => 4,
        TriagerSpec::ClassInTrace {} => 5,
        TriagerSpec::Recorded(_) => 6,
    };
    let distinct = |mut found: Vec<i32>| {
        found.sort_unstable();
        found.dedup();
        found
    };
    assert_eq!(distinct(detectors().iter().map(detector).collect()), (0..17).collect::<Vec<i32>>());
    for spec in normalizers() {
        assert_eq!(spec.learns(), spec.build().expect("a normalizer").miner.is_some(), "{spec:?}");
    }
    assert_eq!(distinct(normalizers().iter().map(normalizer).collect()), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(distinct(gates().iter().map(gate).collect()), [0, 1, 2, 3]);
    // What is recorded depends on nothing but the case's name.
    assert_eq!(distinct(triagers().iter().map(triager).collect()), [0, 1, 2, 3, 4, 5]);
}

/// §3: no decision may depend on later records. Under `scope = "all"` a deploy has a window for every service that occurs anywhere
/// in the data set, so that a service first seen days later, or named by an incident only, gives every deploy one more window.
#[test]
fn a_service_that_appears_later_adds_windows_to_earlier_deploys() {
    let spec = {
        let mut spec = everything();
        spec.replay.scope = Scope::All;
        spec
    };
    let world = World::new().deploy("d", t(10, "12:00"), &["shop"]);
    let before = decisions(&world, &spec);
    let later = world.errors("born on day 20", "boom", &[t(20, "00:00")]);
    assert_eq!(decisions(&later, &spec).keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
}
