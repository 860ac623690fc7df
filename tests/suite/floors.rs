//! Impact gates and the floors for automatic action, from records to the evaluation.

use crate::support::{Run, World, everything, impact, regression, t};
use shakedown::act::FloorsSpec;
use shakedown::evaluate::{ActionCounts, CaseRow};
use shakedown::gate::GateSpec;
use shakedown::model::{Action, Disposition, FloorName, Span};
use shakedown::pipeline::PipelineSpec;
use std::collections::BTreeMap;

/// Four deploys of `shop` with a new error each, 40, 40, 9 and 40 times in the hour after it, on 1,000 requests an hour. The first and
/// the third caused theirs.
fn world() -> World {
    let deploys = [
        ("d0", t(10, "00:00"), 40, true),
        ("d1", t(10, "06:00"), 40, false),
        ("d2", t(10, "20:00"), 9, true),
        ("d3", t(11, "06:00"), 40, false),
    ];
    let mut world = World::new().with(|w| w.manifest.traffic_step = Span::minutes(60));
    world = world.traffic("shop", t(0, "00:00"), t(12, "00:00"), 1000, None);
    for (id, at, n, guilty) in deploys {
        world = world.deploy(id, at, &["shop"]).burst("shop", &format!("boom {id}"), n, at);
        if guilty {
            world = world.incident(regression(&format!("i-{id}"), id, at, at + Span::hours(1)));
        }
    }
    world
}

/// Fixes everything, under floors that the data can meet.
fn pipeline(floors: bool) -> PipelineSpec {
    let mut spec = everything();
    spec.act.floors = floors;
    spec.act.floor_at = FloorsSpec { posterior: 0.0, own_cause: false, ..FloorsSpec::default() };
    spec
}

fn missed(case: &CaseRow) -> Vec<FloorName> {
    case.floors.iter().filter(|floor| !floor.met).map(|floor| floor.name).collect()
}

#[test]
fn floors_are_reported_unless_asked_for() {
    use FloorName::{HoursBetween, K};
    let run = Run::of(&world(), &pipeline(false));
    let found: Vec<_> = run.cases.iter().map(|case| (case.action, missed(case))).collect();
    let expected = [vec![], vec![HoursBetween], vec![K, HoursBetween], vec![HoursBetween]]
        .map(|missed| (Action::FixForward, missed));
    assert_eq!(found, expected);
    let floors = &run.evaluation.floors;
    let counts = |true_actions, false_actions| ActionCounts { true_actions, false_actions, other: 0 };
    assert_eq!((floors.enforced, floors.wanted, floors.met_all), (false, counts(2, 2), counts(1, 0)));
    let met: Vec<_> = floors.floors.iter().map(|floor| (floor.name, floor.met)).collect();
    assert_eq!(
        met,
        [
            (FloorName::RatioLow, counts(2, 2)),
            (K, counts(1, 2)),
            (FloorName::ExcessLow, counts(2, 2)),
            (HoursBetween, counts(1, 0))
        ]
    );
}

/// What is held back is no action: the fourth comes 30 hours after the first and may act.
#[test]
fn floors_that_are_asked_for_send_cases_to_people() {
    let run = Run::of(&world(), &pipeline(true));
    let found: Vec<_> = run.cases.iter().map(|case| (case.action, case.disposition)).collect();
    let (fixed, held) = ((Action::FixForward, Disposition::Acted), (Action::Investigate, Disposition::BelowThreshold));
    assert_eq!(found, [fixed, held, held, fixed]);
    assert_eq!(missed(&run.cases[3]), []);
    let end = &run.evaluation.end_to_end;
    assert_eq!((end.true_actions, end.false_actions), (1, 1));
    assert_eq!(run.evaluation.misses.below_threshold, 1, "d2, which the floors held back");
    // Charged for what is done in the end: a person investigates, or reviews a fix.
    assert_eq!((run.cases[1].review_minutes, run.cases[3].review_minutes), (10.0, 20.0));
}

/// Without placebos that calibrate it and without `detect.common_shock`, the defaults let nothing through.
#[test]
fn what_is_not_known_is_not_met() {
    let mut spec = pipeline(true);
    spec.act.floor_at = FloorsSpec::default();
    let run = Run::of(&world(), &spec);
    assert!(run.cases.iter().all(|case| case.action == Action::Investigate));
    assert!(run.cases.iter().all(|case| case.posterior.is_none()), "new signatures have no p-value");
    assert_eq!(missed(&run.cases[0]), [FloorName::Posterior, FloorName::OwnCause]);
}

#[test]
fn each_gate_reads_the_same_window_its_own_way() {
    // 40 new records in 1,000 requests.
    let world = World::new()
        .deploy("d", t(10, "12:00"), &["shop"])
        .burst("shop", "boom", 40, t(10, "12:00"))
        .with(|w| w.manifest.traffic_step = Span::minutes(60))
        .traffic("shop", t(10, "12:00"), t(10, "13:00"), 1000, None);
    let judge = |gate: GateSpec| {
        let mut spec = everything();
        spec.gate = gate;
        let alert = Run::of(&world, &spec).alerts.remove(0);
        (alert.gated, alert.request_share, alert.harm_usd, alert.gate_reason)
    };
    let read = |text: &str| judge(toml::from_str(text).expect("a gate"));
    assert_eq!(judge(impact(0.04, BTreeMap::new())), (false, Some(0.04), None, "impact 4.0 % ≥ 4.0 %".to_owned()));
    // Garwood: 40 records are at least 30.2 (one-sided 95 %); none in 7 days are at most 3.0, that is 0.02 an hour.
    let (gated, share, _, _) = read("kind = 'impact'\nmin_impact = 0.04\nbound = 'lower'");
    assert!(gated && share.is_some_and(|share| (share - 0.0302).abs() < 0.0001), "{share:?}");
    // 40 × $5 × .04 = $8.
    let (gated, _, harm, reason) = read("kind = 'harm'\nmin_usd = 8\nusd_per_event = 5");
    assert!(!gated && harm.is_some_and(|usd| (usd - 8.0).abs() < 1e-9), "{reason}");
    assert!(reason.starts_with("harm $8 ≥ $8 (40 records beyond expectation × $5 × blast radius 4.0 %"), "{reason}");
    let (gated, _, _, reason) = read("kind = 'slo_burn'\nobjective = 0.99\nmin_burn = 4.1");
    assert_eq!(
        (gated, reason.as_str()),
        (true, "burn rate 4.00 < 4.10 (4.0 % of requests beyond expectation, budget 1.0 %)")
    );
}
