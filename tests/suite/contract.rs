//! The contract (semantics.md §3–§6), sentence by sentence: data sets of a few lines, numbers worked out by hand.
//!
//! Unless a test says otherwise: one deploy `d` of `shop` on day 10 at 12:00, so W = [12:00, 13:00) and B = the seven days before;
//! the log is complete; the pipeline flags and fixes everything that it sees ([`everything`]).

#![allow(clippy::float_cmp)] // ratios of small counts are exact

use crate::support::{
    Run, TICK, World, cond_binomial, deploy, error, everything, impact, outage, published, regression, t,
};
use shakedown::dataset::Labels;
use shakedown::detect::{DetectorSpec, NewSignature};
use shakedown::evaluate::{Label, Misses};
use shakedown::gate::GateSpec;
use shakedown::model::{
    Action, Cause, Deploy, Disposition, Incident, IncidentSeverity, Instant, Interval, Record, Severity, Span,
};
use shakedown::pipeline::{NotEvaluated, Overlap, PipelineSpec, Scope};
use shakedown::series::Exposure;
use shakedown::stats::{Correction, Estimate, Method};
use shakedown::triage::{HeuristicSpec, TriagerSpec};

fn world() -> World {
    World::new().deploy("d", noon(), &["shop"])
}

fn noon() -> Instant {
    t(10, "12:00")
}

/// `everything`, changed.
fn pipeline(change: impl FnOnce(&mut PipelineSpec)) -> PipelineSpec {
    let mut spec = everything();
    change(&mut spec);
    spec
}

/// A record that stands for `n`.
fn counted(n: u32, record: Record) -> Record {
    Record { count: n, ..record }
}

fn of_services(incident: Incident, services: &[&str]) -> Incident {
    Incident { services: services.iter().map(|&s| s.to_owned()).collect(), ..incident }
}

fn of_severity(incident: Incident, severity: IncidentSeverity) -> Incident {
    Incident { severity, ..incident }
}

fn with_patterns(incident: Incident, patterns: &[&str]) -> Incident {
    Incident { signatures: patterns.iter().map(|&s| s.to_owned()).collect(), ..incident }
}

fn gate(min_impact: f64) -> GateSpec {
    impact(min_impact, std::collections::BTreeMap::new())
}

/// (value, numerator, denominator)
fn ratio(estimate: &Estimate) -> (Option<f64>, u64, u64) {
    (estimate.value, estimate.numerator, estimate.denominator)
}

/// (value, low, high, unlabelled) of an estimate that is given as bounds.
fn bounds(estimate: &Estimate) -> (Option<f64>, f64, f64, u64) {
    assert_eq!(estimate.method, Method::Bounds);
    (estimate.value, estimate.low.expect("a bound"), estimate.high.expect("a bound"), estimate.unlabelled)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs()
}

const NOTHING: (Option<f64>, u64, u64) = (None, 0, 0);

// §3: windows and baselines.

#[test]
fn w_holds_its_start_and_not_its_end() {
    let world = world()
        .errors("shop", "at start", &[noon()])
        .errors("shop", "before", &[noon() - TICK])
        .errors("shop", "last", &[t(10, "13:00") - TICK])
        .errors("shop", "at end", &[t(10, "13:00")]);
    assert_eq!(Run::of(&world, &everything()).counts(), [("at start", 1), ("last", 1)]);
}

#[test]
fn b_is_the_seven_days_before_the_deploy_and_holds_its_start_and_not_its_end() {
    let from = t(3, "12:00");
    let world = world().errors("shop", "boom", &[from - TICK, from, noon() - TICK, noon()]);
    let run = Run::of(&world, &everything());
    assert_eq!((run.alerts[0].k, run.alerts[0].baseline_count), (1, 2));
    assert_eq!(run.outcome("d").window.baseline, Interval::new(from, noon()));
}

#[test]
fn settle_moves_w_and_leaves_b() {
    let spec = pipeline(|spec| spec.replay.settle = Span::minutes(30));
    let world = world()
        .errors("shop", "while settling", &[t(10, "12:10")])
        .errors("shop", "seen", &[t(10, "12:10"), t(10, "12:30"), t(10, "13:29")])
        .errors("shop", "late", &[t(10, "13:30")]);
    let run = Run::of(&world, &spec);
    assert_eq!(run.counts(), [("seen", 2)]);
    assert!(run.alerts[0].is_new, "12:10 is neither in W nor in B");
    let window = &run.outcome("d").window;
    assert_eq!(window.window, Interval::new(t(10, "12:30"), t(10, "13:30")));
    assert_eq!((window.baseline.end, window.decided_at), (noon(), t(10, "13:30")));
}

#[test]
fn a_record_counts_when_it_was_observed_by_the_decision() {
    let observed =
        |message: &str, at: Instant| Record { observed_at: Some(at), ..error("shop", message, t(10, "12:30")) };
    let world = world()
        .record(observed("a", t(10, "13:00")))
        .record(observed("b", t(10, "13:00") + TICK))
        .record(observed("c", t(10, "13:15")))
        .record(observed("d", t(10, "13:15") + TICK));
    assert_eq!(Run::of(&world, &everything()).counts(), [("a", 1)]);
    let patient = pipeline(|spec| spec.replay.lateness = Span::minutes(15));
    let run = Run::of(&world, &patient);
    assert_eq!(run.counts(), [("a", 1), ("b", 1), ("c", 1)]);
    assert_eq!(run.outcome("d").window.decided_at, t(10, "13:15"));
    assert_eq!(run.outcome("d").window.window.end, t(10, "13:00"), "lateness waits; W stays");
}

#[test]
fn the_wall_stands_before_the_baseline_too() {
    let slow = |at| Record { observed_at: Some(at), ..error("shop", "boom", t(10, "11:00")) };
    let world = world().errors("shop", "boom", &[noon()]);
    let arrived = Run::of(&world.clone().record(slow(t(10, "13:00"))), &everything());
    assert_eq!((arrived.alerts[0].is_new, arrived.alerts[0].baseline_count), (false, 1));
    let unknown = Run::of(&world.record(slow(t(10, "13:00") + TICK)), &everything());
    assert_eq!((unknown.alerts[0].is_new, unknown.alerts[0].baseline_count), (true, 0));
}

#[test]
fn a_deploy_needs_min_baseline_of_history_to_the_microsecond() {
    let with_start = |start| {
        let world = world().errors("shop", "boom", &[noon()]).incident(regression("i", "d", noon(), t(10, "13:00")));
        Run::of(&world.with(|w| w.manifest.start = Some(start)), &everything())
    };
    let enough = with_start(t(9, "12:00"));
    assert_eq!(enough.outcome("d").window.baseline, Interval::new(t(9, "12:00"), noon()), "B is cut at the start");
    let short = with_start(t(9, "12:00") + TICK);
    assert_eq!(short.not_evaluated, [("d".to_owned(), NotEvaluated::ShortHistory)]);
    let funnel = &short.evaluation.funnel;
    assert_eq!((funnel.deploys, funnel.deploys_not_evaluated, funnel.windows, funnel.cases), (1, 1, 0, 0));
    // No window is evaluated, so the incident cannot be reached.
    assert_eq!(ratio(&short.evaluation.detection.recall), NOTHING);
    assert_eq!(ratio(&short.evaluation.end_to_end.recall), (Some(0.0), 0, 1));
}

#[test]
fn a_cut_baseline_has_the_exposure_that_is_left() {
    // 24 records in 24 hours: one an hour.
    let world = world()
        .with(|w| w.manifest.start = Some(t(9, "12:00")))
        .record(counted(24, error("shop", "boom", t(10, "01:00"))))
        .errors("shop", "boom", &[noon()]);
    assert_eq!(Run::of(&world, &everything()).alerts[0].expected, 1.0);
}

#[test]
fn a_decision_after_the_end_of_the_data_is_not_made() {
    let with_end = |end| Run::of(&world().with(|w| w.manifest.end = Some(end)), &everything());
    assert_eq!(with_end(t(10, "13:00")).evaluation.funnel.windows, 1);
    assert_eq!(with_end(t(10, "13:00") - TICK).not_evaluated, [("d".to_owned(), NotEvaluated::AfterEnd)]);
    let patient = pipeline(|spec| spec.replay.lateness = Span::minutes(1));
    let run = Run::of(&world().with(|w| w.manifest.end = Some(t(10, "13:00"))), &patient);
    assert_eq!(run.not_evaluated.len(), 1);
}

#[test]
fn the_data_begin_with_the_first_record_and_end_just_after_the_last() {
    let run = |first, last| {
        let world = world().errors("shop", "boom", &[first, last]).with(|w| {
            w.manifest.start = None;
            w.manifest.end = None;
        });
        Run::of(&world, &everything())
    };
    let (first, last) = (t(9, "12:00"), t(10, "13:00") - TICK);
    assert_eq!(run(first, last).evaluation.funnel.windows, 1);
    assert_eq!(run(first + TICK, last).not_evaluated[0].1, NotEvaluated::ShortHistory);
    assert_eq!(run(first, last - TICK).not_evaluated[0].1, NotEvaluated::AfterEnd);
}

#[test]
fn a_later_deploy_of_the_service_ends_w_only_under_truncate() {
    let world = world()
        .deploy("e", t(10, "12:20"), &["shop"])
        .deploy("other service", t(10, "12:05"), &["pay"])
        .push_deploy(Deploy { environment: Some("staging".to_owned()), ..deploy("staging", t(10, "12:06"), &["shop"]) })
        .errors("shop", "boom", &[t(10, "12:10"), t(10, "12:20")]);
    let counts = |overlap| {
        let run = Run::of(&world, &pipeline(|spec| spec.replay.overlap = overlap));
        let window = run.outcome("d").window.clone();
        (run.outcome("d").alerts[0].detection.k, window.window.end, window.decided_at)
    };
    assert_eq!(counts(Overlap::Keep), (2, t(10, "13:00"), t(10, "13:00")));
    assert_eq!(counts(Overlap::Truncate), (1, t(10, "12:20"), t(10, "12:20")));
}

#[test]
fn scope_names_the_services_with_a_window() {
    let world = World::new()
        .deploy("d", noon(), &["shop", "mail"])
        .errors("shop", "boom", &[noon()])
        .errors("mail", "boom", &[noon()])
        .errors("pay", "boom", &[noon()]);
    let services = |scope| {
        let run = Run::of(&world, &pipeline(|spec| spec.replay.scope = scope));
        run.cases.iter().map(|case| case.service.clone()).collect::<Vec<_>>()
    };
    // A case is all alerts of one (deploy, service).
    assert_eq!(services(Scope::Deployed), ["mail", "shop"]);
    assert_eq!(services(Scope::All), ["mail", "pay", "shop"]);
}

#[test]
fn only_deploys_of_the_data_sets_environment_are_evaluated() {
    let to = |id: &str, environment: Option<&str>| Deploy {
        environment: environment.map(str::to_owned),
        ..deploy(id, noon(), &["shop"])
    };
    let world = World::new()
        .push_deploy(to("production", Some("production")))
        .push_deploy(to("staging", Some("staging")))
        .push_deploy(to("unsaid", None));
    let run = Run::of(&world, &everything());
    let evaluated: Vec<&str> = run.outcomes.iter().map(|o| run.deploys[o.window.deploy].as_str()).collect();
    assert_eq!(evaluated, ["production", "unsaid"]);
    assert_eq!((run.evaluation.funnel.deploys, run.not_evaluated.len()), (2, 0));
}

#[test]
fn severities_below_the_least_do_not_count_anywhere() {
    let of = |severity, at| Record { severity, ..error("shop", "boom", at) };
    let world = [Severity::Info, Severity::Warn, Severity::Error, Severity::Fatal]
        .into_iter()
        .fold(world(), |world, s| world.record(of(s, t(9, "12:00"))).record(of(s, noon())));
    let counts = |least| {
        let run = Run::of(&world, &pipeline(|spec| spec.replay.min_severity = least));
        (run.alerts[0].k, run.alerts[0].baseline_count)
    };
    assert_eq!(counts(Severity::Error), (2, 2));
    assert_eq!(counts(Severity::Fatal), (1, 1));
    assert_eq!(counts(Severity::Info), (4, 4));
}

#[test]
fn count_is_summed() {
    let world = world()
        .record(counted(5, error("shop", "boom", noon())))
        .errors("shop", "boom", &[noon()])
        .record(counted(7, error("shop", "boom", t(9, "12:00"))));
    let run = Run::of(&world, &everything());
    assert_eq!((run.alerts[0].k, run.alerts[0].baseline_count), (6, 7));
}

#[test]
fn equal_messages_of_two_services_are_two_series() {
    let world = world().errors("shop", "boom", &[noon()]).errors("pay", "boom", &[t(9, "12:00"), noon()]);
    let run = Run::of(&world, &everything());
    assert_eq!((run.alerts.len(), run.alerts[0].k, run.alerts[0].is_new), (1, 1, true));
}

// §3: the published masks.

#[test]
fn masks_apply_in_order_unanchored_and_then_two_hundred_characters_are_kept() {
    let long = |tail: &str| format!("{} {tail}", "ä".repeat(200));
    let world = world()
        .errors("shop", "id 7c9e6679-7425-40de-944b-e07fc1f90ae7x", &[noon()])
        .errors("shop", "at 2026-05-04T15:59 or 2026-05-04", &[noon()])
        .errors("shop", "x999y x1000y", &[noon()])
        .errors("shop", &long("one"), &[noon()])
        .errors("shop", &long("two"), &[noon()]);
    let run = Run::of(&world, &everything());
    let long = "ä".repeat(200);
    assert_eq!(
        run.counts(),
        [("at <timestamp> or <number>-05-04", 1), ("id <uuid>x", 1), ("x999y x<number>y", 1), (long.as_str(), 2)]
    );
}

// §3: detection.

#[test]
fn a_signature_without_a_record_in_b_is_new_and_follows_its_own_rule() {
    let world = world().errors("shop", "once", &[noon()]).errors("shop", "twice", &[noon(), noon()]).errors(
        "shop",
        "last seen eight days ago",
        &[t(2, "12:00"), noon(), noon()],
    );
    let run = Run::of(&world, &published());
    assert_eq!(run.counts(), [("last seen eight days ago", 2), ("twice", 2)]);
    for alert in &run.alerts {
        assert_eq!((alert.is_new, alert.expected, alert.p_value, alert.baseline_count), (true, 0.0, None, 0));
    }
    let off = pipeline(|spec| spec.detect.new_signature = None);
    assert!(Run::of(&world, &off).alerts.is_empty(), "not even a detector that flags everything sees new ones");
    let strict = pipeline(|spec| spec.detect.new_signature = Some(NewSignature::at_least(3)));
    assert!(Run::of(&world, &strict).alerts.is_empty());
}

/// 168 records in the week of B: one an hour. P(X ≥ 3 | 1) = 1 − 2.5/e = .0803; P(X ≥ 4 | 1) = 1 − (8/3)/e = .0190.
fn once_an_hour(world: World, message: &str) -> World {
    world.record(counted(168, error("shop", message, t(5, "00:00"))))
}

#[test]
fn the_published_rule_is_a_fixed_rate_poisson_tail_below_five_percent() {
    let run = |k| Run::of(&once_an_hour(world(), "boom").burst("shop", "boom", k, noon()), &published());
    assert!(run(3).alerts.is_empty());
    let four = run(4);
    let alert = &four.alerts[0];
    assert_eq!((alert.k, alert.baseline_count, alert.expected, alert.is_new), (4, 168, 1.0, false));
    assert!(close(alert.p_value.unwrap(), 1.0 - 8.0 / 3.0 / std::f64::consts::E));
}

#[test]
fn the_conditional_test_knows_that_the_baseline_is_a_sample() {
    // One record in the week, two in the hour: w = 1/169, P(Bin(3, w) ≥ 2) = 3w²(1 − w) + w³ = w²(3 − 2w).
    let world = world().errors("shop", "boom", &[t(5, "00:00"), noon(), noon()]);
    let run = Run::of(&world, &pipeline(|spec| spec.detect.detector = cond_binomial(false)));
    let w: f64 = 1.0 / 169.0;
    assert!(close(run.alerts[0].p_value.unwrap(), w * w * (3.0 - 2.0 * w)));
    assert!(close(run.alerts[0].expected, 1.0 / 168.0));
    // Mid-p: half of P(X = 2) = 3w²(1 − w), and P(X = 3) = w³.
    let run = Run::of(&world, &pipeline(|spec| spec.detect.detector = cond_binomial(true)));
    assert!(close(run.alerts[0].p_value.unwrap(), 1.5 * w * w * (1.0 - w) + w * w * w));
}

#[test]
fn corrections_count_all_signatures_of_the_deploy_silent_ones_too() {
    // p = .0190 each. Two tests: Bonferroni .0380 < .05. Three: .0570. Benjamini–Hochberg with two of three at .0190: 3/2 · .0190.
    let flagged = |world: &World, correction| {
        let mut spec = published();
        spec.detect.correction = correction;
        Run::of(world, &spec).alerts.len()
    };
    let both = |id: &str, at| deploy(id, at, &["shop", "pay"]);
    let rising = |world, message: &str| once_an_hour(world, message).burst("shop", message, 4, noon());
    let silent = |world: World, message: &str| world.errors("pay", message, &[t(5, "00:00")]);
    let two = silent(rising(World::new().push_deploy(both("d", noon())), "a"), "b");
    assert_eq!((flagged(&two, Correction::Bonferroni), flagged(&two, Correction::BenjaminiHochberg)), (1, 1));
    let three = silent(two.clone(), "c");
    assert_eq!((flagged(&three, Correction::Bonferroni), flagged(&three, Correction::BenjaminiHochberg)), (0, 0));
    assert_eq!(flagged(&three, Correction::None), 1);
    let more = rising(two, "c");
    assert_eq!((flagged(&more, Correction::Bonferroni), flagged(&more, Correction::BenjaminiHochberg)), (0, 2));
    // New signatures are no test: they neither join the family nor are corrected.
    let with_new = rising(World::new().push_deploy(both("d", noon())), "a").burst("pay", "new", 2, noon());
    assert_eq!(flagged(&with_new, Correction::Bonferroni), 2);
}

#[test]
fn exposure_is_minutes_or_requests() {
    // 84 records in B. By time: 84 · 60/10080 = 0.5. By requests, 60 an hour in B and 120 in W: 84 · 120/10080 = 1.
    let world = world()
        .with(|w| w.manifest.traffic_step = Span::minutes(60))
        .record(counted(84, error("shop", "boom", t(5, "00:00"))))
        .errors("shop", "boom", &[noon()])
        .traffic("shop", t(3, "12:00"), noon(), 60, None)
        .traffic("shop", noon(), t(10, "13:00"), 120, None)
        // The step that starts where W ends is not W's.
        .traffic("shop", t(10, "13:00"), t(10, "14:00"), 999, None);
    let expected =
        |world: &World, exposure| Run::of(world, &pipeline(|spec| spec.detect.exposure = exposure)).alerts[0].expected;
    assert_eq!(expected(&world, Exposure::Time), 0.5);
    assert_eq!(expected(&world, Exposure::Requests), 1.0);
    // A missing row is missing exposure, not zero: a tenth of B missing changes nothing.
    let gaps = world.clone().with(|w| {
        let rows = w.traffic.as_mut().expect("traffic");
        rows.retain(|row| row.timestamp >= noon() || row.timestamp.micros() / 3_600_000_000 % 10 > 0);
    });
    assert!(gaps.traffic.as_ref().map(Vec::len) < world.traffic.as_ref().map(Vec::len));
    assert!(close(expected(&gaps, Exposure::Requests), 1.0));
    // Without W's row nothing is known of W: minutes again. So too without traffic of this service.
    let blind = world.clone().with(|w| w.traffic.as_mut().expect("traffic").retain(|row| row.timestamp != noon()));
    assert_eq!(expected(&blind, Exposure::Requests), 0.5);
    let absent = world.with(|w| w.traffic.as_mut().expect("traffic").iter_mut().for_each(|r| r.service = "x".into()));
    assert_eq!(expected(&absent, Exposure::Requests), 0.5);
}

#[test]
fn a_baseline_drops_incidents_that_were_known_and_over_if_it_may() {
    // Day 5 was an incident: 100 of its records, 288 on the other six days. 288/144 h = 2 an hour; 388/168 h otherwise.
    let world = |incident: Incident| {
        world()
            .record(counted(100, error("shop", "boom", t(5, "10:00"))))
            .record(counted(288, error("shop", "boom", t(7, "00:00"))))
            .errors("shop", "boom", &[noon()])
            .incident(incident)
    };
    let known = Incident { declared_at: Some(t(5, "01:00")), ..outage("i", t(5, "00:00"), t(6, "00:00")) };
    let expected = |incident: &Incident, exclude| {
        let spec = pipeline(|spec| spec.replay.exclude_incidents = exclude);
        Run::of(&world(incident.clone()), &spec).alerts[0].expected
    };
    let (without, with) = (2.0, 388.0 / 168.0);
    assert!(close(expected(&known, true), without));
    assert!(close(expected(&known, false), with), "by default incidents stay");
    let stays = [
        Incident { declared_at: None, ..known.clone() },
        Incident { declared_at: Some(t(10, "13:00")), ..known.clone() },
        Incident { resolved_at: Some(t(10, "13:00")), ..known.clone() },
        Incident { resolved_at: None, ..known.clone() },
        of_services(known.clone(), &["pay"]),
    ];
    for incident in stays {
        assert!(close(expected(&incident, true), with), "{incident:?}");
    }
    assert!(close(expected(&of_services(known.clone(), &[]), true), without), "an empty list is every service");
    let just = Incident { declared_at: Some(t(10, "13:00") - TICK), ..known };
    assert!(close(expected(&just, true), without), "known just before the decision");
}

// The impact gate.

#[test]
fn the_gate_suppresses_what_touches_too_little_and_keeps_it_on_record() {
    // Ten new records ÷ 1000 requests in W = 1 %.
    let world = world()
        .with(|w| w.manifest.traffic_step = Span::minutes(60))
        .burst("shop", "boom", 10, noon())
        .traffic("shop", noon(), t(10, "13:00"), 1000, None);
    let run = |min| Run::of(&world, &pipeline(|spec| spec.gate = gate(min)));
    let passed = run(0.01);
    assert_eq!((passed.alerts[0].impact, passed.alerts[0].gated, passed.cases.len()), (Some(0.01), false, 1));
    let gated = run(0.010_000_1);
    assert_eq!((gated.alerts.len(), gated.alerts[0].gated, gated.cases.len()), (1, true, 0));
    let funnel = &gated.evaluation.funnel;
    assert_eq!((funnel.detections, funnel.alerts, funnel.cases), (1, 0, 0));
}

#[test]
fn impact_is_the_larger_of_requests_and_users_times_the_services_weight() {
    let by = |user: &str| Record { user_id: Some(user.to_owned()), ..error("shop", "boom", noon()) };
    // 4 records ÷ 1000 requests = .4 %; two users of ten = 20 %; weight 3: 60 %.
    let world = world()
        .with(|w| w.manifest.traffic_step = Span::minutes(60))
        .record(by("ann"))
        .record(by("ann"))
        .record(by("bob"))
        .errors("shop", "boom", &[noon()])
        .traffic("shop", noon(), t(10, "13:00"), 1000, Some(10));
    let weights = std::collections::BTreeMap::from([("shop".to_owned(), 3.0)]);
    let run = Run::of(&world, &pipeline(|spec| spec.gate = impact(0.5, weights)));
    let alert = &run.alerts[0];
    assert_eq!((alert.request_share, alert.user_share), (Some(0.004), Some(0.2)));
    assert!(close(alert.impact.unwrap(), 0.6));
}

#[test]
fn users_are_counted_by_step_above_and_below() {
    // Two steps with ten and thirty users. Ann is hit twice in the first and once in the second, Bob once in the second: 3 of 40.
    let by = |user: &str, at| Record { user_id: Some(user.to_owned()), ..error("shop", "boom", at) };
    let world = world()
        .with(|w| w.manifest.traffic_step = Span::minutes(30))
        .record(by("ann", noon()))
        .record(by("ann", t(10, "12:29")))
        .record(by("ann", t(10, "12:30")))
        .record(by("bob", t(10, "12:59")))
        .traffic("shop", noon(), t(10, "12:30"), 100, Some(10))
        .traffic("shop", t(10, "12:30"), t(10, "13:00"), 100, Some(30));
    assert_eq!(Run::of(&world, &everything()).alerts[0].user_share, Some(0.075));
}

#[test]
fn impact_that_cannot_be_measured_passes() {
    let run = Run::of(&world().errors("shop", "boom", &[noon()]), &pipeline(|spec| spec.gate = gate(1.0)));
    assert_eq!((run.alerts[0].impact, run.alerts[0].gated), (None, false));
}

// §5: what hits what.

/// The incidents hit by one record at `at`.
fn hit_at(at: Instant, incident: Incident) -> bool {
    let run = Run::of(&world().errors("shop", "boom", &[at]).incident(incident), &everything());
    run.hits() == [["i"]]
}

#[test]
fn a_record_hits_from_slack_before_the_start_to_the_resolution() {
    let incident = || outage("i", t(10, "12:30"), t(10, "12:40"));
    assert!(hit_at(t(10, "12:15"), incident()));
    assert!(!hit_at(t(10, "12:15") - TICK, incident()));
    assert!(hit_at(t(10, "12:40") - TICK, incident()));
    assert!(!hit_at(t(10, "12:40"), incident()));
}

#[test]
fn a_long_incident_can_be_hit_for_a_day() {
    let incident = || outage("i", t(9, "12:30"), t(12, "00:00"));
    assert!(hit_at(t(10, "12:30") - TICK, incident()));
    assert!(!hit_at(t(10, "12:30"), incident()));
}

#[test]
fn an_open_incident_lasts_to_the_end_of_the_data() {
    let open = Incident { resolved_at: None, ..outage("i", t(10, "12:10"), noon()) };
    assert!(hit_at(t(10, "13:00") - TICK, open.clone()));
    // With the cap: a day after it started.
    let old = Incident { started_at: t(9, "12:30"), ..open };
    assert!(hit_at(t(10, "12:29"), old.clone()));
    assert!(!hit_at(t(10, "12:31"), old));
}

#[test]
fn an_alert_hits_incidents_of_its_service_and_of_every_service() {
    let incident = || outage("i", noon(), t(10, "13:00"));
    assert!(hit_at(noon(), of_services(incident(), &[])));
    assert!(hit_at(noon(), of_services(incident(), &["pay", "shop"])));
    assert!(!hit_at(noon(), of_services(incident(), &["pay"])));
}

#[test]
fn patterns_match_the_template_or_any_raw_message_of_the_alert() {
    let hits = |patterns: &[&str]| {
        let world = world()
            .errors("shop", "lost 1111", &[t(9, "12:00"), noon()])
            .errors("shop", "lost 2222", &[noon()])
            .errors("shop", "lost 3333", &[t(9, "12:00")])
            .record(Record { observed_at: Some(t(10, "14:00")), ..error("shop", "lost 4444", noon()) })
            .errors("shop", "other", &[noon()])
            .incident(with_patterns(outage("i", noon(), t(10, "13:00")), patterns));
        let run = Run::of(&world, &everything());
        assert_eq!(run.counts(), [("lost <number>", 2), ("other", 1)]);
        run.hits().iter().map(|hits| !hits.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(hits(&[]), [true, true]);
    assert_eq!(hits(&["^lost <number>$"]), [true, false], "the template");
    assert_eq!(hits(&["2222"]), [true, false], "one of the raw messages");
    assert_eq!(hits(&["3333"]), [false, false], "not one before W");
    assert_eq!(hits(&["4444"]), [false, false], "nor one that arrived too late to be counted");
    assert_eq!(hits(&["LOST"]), [false, false], "case matters");
    assert_eq!(hits(&["nothing", "oth"]), [false, true], "one pattern is enough");
}

#[test]
fn only_counted_records_hit() {
    // One counted record before the incident; a second inside it that arrives after the decision.
    let late = Record { observed_at: Some(t(10, "14:00")), ..error("shop", "boom", t(10, "12:50")) };
    let incident = outage("i", t(10, "12:45"), t(10, "13:30"));
    let world = world().errors("shop", "boom", &[noon()]).record(late).incident(incident);
    let run = Run::of(&world, &everything());
    assert_eq!((run.counts(), run.hits()), (vec![("boom", 1)], vec![vec![]]));
}

// §5: what is true of a case.

/// The label of the case of `d`, one record at noon, under these incidents.
fn label(incidents: &[Incident]) -> Label {
    let world = incidents.iter().cloned().fold(world().errors("shop", "boom", &[noon()]), World::incident);
    Run::of(&world, &everything()).cases[0].truth
}

fn during(incident: impl Fn(&str, Instant, Instant) -> Incident, id: &str) -> Incident {
    incident(id, noon(), t(10, "13:00"))
}

fn elsewhere(incident: Incident) -> Incident {
    Incident { started_at: t(10, "15:00"), resolved_at: Some(t(10, "16:00")), ..incident }
}

#[test]
fn a_case_is_truly_caused_when_it_hits_an_incident_of_its_own_deploy() {
    let by = |deploy: &'static str| move |id: &str, from, to| regression(id, deploy, from, to);
    assert_eq!(label(&[during(by("d"), "i")]), Label::Caused);
    assert_eq!(label(&[during(by("another"), "i")]), Label::NotCaused);
    assert_eq!(label(&[during(outage, "i")]), Label::NotCaused);
    assert_eq!(label(&[]), Label::NotCaused);
    assert_eq!(label(&[during(outage, "i"), during(by("d"), "j")]), Label::Caused, "one hit is enough");
}

#[test]
fn a_guilty_deploys_other_case_is_coincidental_and_a_false_action() {
    let own = regression("i", "d", t(10, "15:00"), t(10, "16:00"));
    assert_eq!(label(std::slice::from_ref(&own)), Label::Coincidental);
    assert_eq!(label(&[own.clone(), during(outage, "j")]), Label::Coincidental);
    let run = Run::of(&world().errors("shop", "boom", &[noon()]).incident(own), &everything());
    let scores = &run.evaluation.end_to_end;
    assert_eq!((scores.true_actions, scores.false_actions, scores.coincidental), (0, 1, 1));
    assert_eq!(ratio(&scores.precision), (Some(0.0), 0, 1));
    assert_eq!(ratio(&run.evaluation.triage.precision), (Some(0.0), 0, 1));
}

#[test]
fn a_case_that_hits_only_incidents_of_open_cause_is_unlabelled_even_when_the_log_is_complete() {
    let unknown = Incident { cause: Cause::Unknown, ..during(outage, "i") };
    let unnamed = Incident { cause: Cause::Deploy, ..during(outage, "j") };
    assert_eq!(label(std::slice::from_ref(&unknown)), Label::Unlabelled);
    assert_eq!(label(&[unknown.clone(), unnamed.clone()]), Label::Unlabelled);
    assert_eq!(label(&[unknown.clone(), during(outage, "k")]), Label::NotCaused, "not only");
    assert_eq!(label(&[unknown.clone(), during(|id, a, b| regression(id, "d", a, b), "k")]), Label::Caused);
    // Of a guilty deploy it would be coincidental too; that the log leaves it open weighs more.
    let own = elsewhere(regression("k", "d", noon(), noon()));
    assert_eq!(label(&[unknown.clone(), own]), Label::Unlabelled);

    let world = world().errors("shop", "boom", &[noon()]).incident(unknown).incident(unnamed);
    let e = Run::of(&world, &everything()).evaluation;
    assert_eq!(bounds(&e.end_to_end.precision), (None, 0.0, 1.0, 1));
    assert_eq!(bounds(&e.triage.precision), (None, 0.0, 1.0, 1));
    assert_eq!((ratio(&e.end_to_end.recall), e.incidents.cause_open, e.misses.total()), (NOTHING, 2, 0));
    assert_eq!(ratio(&e.detection.precision), (Some(1.0), 1, 1), "to the detector they are incidents like any other");
}

#[test]
fn acting_on_an_incident_below_actionable_is_unneeded_neither_true_nor_false() {
    let run = |severity| {
        let own = of_severity(during(|id, a, b| regression(id, "d", a, b), "i"), severity);
        Run::of(&world().errors("shop", "boom", &[noon()]).incident(own), &everything()).evaluation
    };
    let minor = run(IncidentSeverity::Sev4);
    assert_eq!((minor.end_to_end.unneeded, minor.end_to_end.true_actions, minor.end_to_end.false_actions), (1, 0, 0));
    assert_eq!((ratio(&minor.end_to_end.precision), ratio(&minor.end_to_end.recall)), (NOTHING, NOTHING));
    assert_eq!(ratio(&minor.triage.precision), (Some(1.0), 1, 1), "triage was right");
    let at_the_edge = run(IncidentSeverity::Sev3);
    assert_eq!((at_the_edge.end_to_end.unneeded, at_the_edge.end_to_end.true_actions), (0, 1));
}

// §2: label completeness.

/// Three deploys of three services, a record each: one caused its incident, one meets a third party's, one meets nothing.
fn three_cases() -> World {
    World::new()
        .deploy("right", noon(), &["a"])
        .deploy("wrong", noon(), &["b"])
        .deploy("silent", noon(), &["c"])
        .errors("a", "boom", &[noon()])
        .errors("b", "boom", &[noon()])
        .errors("c", "boom", &[noon()])
        .incident(of_services(regression("i", "right", noon(), t(10, "13:00")), &["a"]))
        .incident(of_services(outage("j", noon(), t(10, "13:00")), &["b"]))
}

#[test]
fn under_complete_labels_what_hits_nothing_is_false() {
    let e = Run::of(&three_cases(), &everything()).evaluation;
    assert_eq!(ratio(&e.detection.precision), (Some(2.0 / 3.0), 2, 3));
    assert_eq!(ratio(&e.detection.case_precision), (Some(2.0 / 3.0), 2, 3));
    assert_eq!(ratio(&e.detection.null_cases), (Some(1.0 - 2.0 / 3.0), 1, 3));
    assert_eq!(ratio(&e.triage.precision), (Some(1.0 / 3.0), 1, 3));
    assert_eq!(ratio(&e.end_to_end.precision), (Some(1.0 / 3.0), 1, 3));
}

#[test]
fn under_partial_labels_it_is_unlabelled_and_bounds_say_what_that_leaves_open() {
    let world = three_cases().with(|w| w.manifest.incidents = Labels::Partial);
    let e = Run::of(&world, &everything()).evaluation;
    // Detection: two of three hit; the third may be false or true. No value.
    assert_eq!(bounds(&e.detection.precision), (None, 2.0 / 3.0, 1.0, 1));
    assert_eq!(bounds(&e.detection.case_precision), (None, 2.0 / 3.0, 1.0, 1));
    assert_eq!(e.detection.f1, None);
    // Triage and end to end: one of two labelled is right; of three between one and two.
    assert_eq!(bounds(&e.triage.precision), (Some(0.5), 1.0 / 3.0, 2.0 / 3.0, 1));
    assert_eq!(bounds(&e.end_to_end.precision), (Some(0.5), 1.0 / 3.0, 2.0 / 3.0, 1));
    assert_eq!((e.end_to_end.false_actions, e.end_to_end.unlabelled_actions), (1, 1));
    // Recall asks only for incidents that are known.
    assert_eq!(ratio(&e.detection.recall), (Some(1.0), 2, 2));
    assert_eq!(ratio(&e.end_to_end.recall), (Some(1.0), 1, 1));
}

#[test]
fn without_an_incident_log_every_ratio_that_needs_truth_is_null() {
    let run = Run::of(&three_cases().with(|w| w.incidents = None), &everything());
    let e = &run.evaluation;
    assert_eq!(e.manifest.labels, "absent");
    let d = &e.detection;
    for estimate in [&d.precision, &d.case_precision, &d.null_cases, &d.recall, &d.chance_hit_rate] {
        assert_eq!(ratio(estimate), NOTHING);
    }
    let (triage, acts) = (&e.triage, &e.end_to_end);
    for estimate in [&triage.precision, &triage.recall, &triage.specificity, &triage.attribution.precision] {
        assert_eq!(ratio(estimate), NOTHING);
    }
    for estimate in [&acts.precision, &acts.recall, &acts.by_action.fix_forward, &acts.oracle.precision] {
        assert_eq!(ratio(estimate), NOTHING);
    }
    assert_eq!((d.f1, acts.f1, triage.brier, triage.ece), (None, None, None, None));
    assert_eq!(ratio(&triage.abstention), (Some(0.0), 0, 3), "needs no truth");
    assert_eq!((e.funnel.cases, e.misses.total()), (3, 0));
    assert!(run.cases.iter().all(|case| case.truth == Label::Unlabelled));
}

#[test]
fn an_empty_denominator_is_null_and_never_zero() {
    let e = Run::of(&world(), &everything()).evaluation;
    for estimate in [
        &e.detection.precision,
        &e.detection.recall,
        &e.detection.chance_hit_rate,
        &e.triage.precision,
        &e.triage.abstention,
        &e.triage.attribution.recall,
        &e.end_to_end.precision,
        &e.end_to_end.recall,
        &e.end_to_end.by_action.rollback,
    ] {
        assert_eq!((ratio(estimate), estimate.low, estimate.high), (NOTHING, None, None));
    }
    assert_eq!((e.detection.f1, e.end_to_end.f1, e.triage.brier), (None, None, None));
    assert_eq!(
        (e.delay.detect_minutes_p50, e.cost.per_true_action_usd, e.cost.per_false_action_usd),
        (None, None, None)
    );
    let json = serde_json::to_string(&e).unwrap();
    assert!(!json.contains("NaN") && json.contains("\"value\":null"));
}

// §5: units, recall, reach.

#[test]
fn splitting_an_error_into_signatures_does_not_pay() {
    let words = ["ant", "bee", "cat", "dog", "eel", "fox"];
    let world = words.iter().fold(world(), |world, word| world.errors("shop", word, &[noon()]));
    let world = world.incident(during(|id, a, b| regression(id, "d", a, b), "i"));
    let e = Run::of(&world, &everything()).evaluation;
    assert_eq!(ratio(&e.detection.precision), (Some(1.0), 6, 6), "alerts");
    assert_eq!(ratio(&e.detection.case_precision), (Some(1.0), 1, 1), "cases");
    assert_eq!(ratio(&e.detection.recall), (Some(1.0), 1, 1), "incidents");
    assert_eq!(ratio(&e.end_to_end.precision), (Some(1.0), 1, 1), "cases");
}

#[test]
fn detection_f1_uses_cases() {
    // Alerts: 3 of 4 hit. Cases: 1 of 2. Recall 1. F1 = 2 · .5 · 1 / 1.5.
    let world = World::new()
        .deploy("d", noon(), &["shop"])
        .deploy("e", noon(), &["pay"])
        .errors("shop", "ant", &[noon()])
        .errors("shop", "bee", &[noon()])
        .errors("shop", "cat", &[noon()])
        .errors("pay", "dog", &[noon()])
        .incident(during(outage, "i"));
    let detection = Run::of(&world, &everything()).evaluation.detection;
    assert_eq!(ratio(&detection.precision), (Some(0.75), 3, 4));
    assert!(close(detection.f1.unwrap(), 2.0 / 3.0));
}

#[test]
fn an_incident_after_its_deploys_window_is_unreachable_to_the_microsecond() {
    let e = |from: Instant| {
        let world = world().incident(regression("i", "d", from, from + Span::hours(1)));
        Run::of(&world, &everything()).evaluation
    };
    // The incident reaches back by its slack of 15 minutes: into W until it starts at 13:15.
    let in_reach = e(t(10, "13:15") - TICK);
    assert_eq!((in_reach.incidents.reachable, in_reach.misses.undetected), (1, 1));
    assert_eq!(ratio(&in_reach.detection.recall), (Some(0.0), 0, 1));
    let beyond = e(t(10, "13:15"));
    assert_eq!((beyond.incidents.reachable, beyond.misses.unreachable), (0, 1));
    assert_eq!(ratio(&beyond.detection.recall), NOTHING, "not held against the detector");
    assert_eq!(ratio(&beyond.end_to_end.recall), (Some(0.0), 0, 1), "but against the whole");
}

#[test]
fn only_its_own_deploys_windows_reach_a_deploy_caused_incident() {
    let late =
        |incident: Incident| Incident { started_at: t(10, "16:00"), resolved_at: Some(t(10, "17:00")), ..incident };
    let world = |incident| {
        world().deploy("e", t(10, "16:00"), &["shop"]).errors("shop", "boom", &[t(10, "16:10")]).incident(incident)
    };
    let own = Run::of(&world(late(during(|id, a, b| regression(id, "d", a, b), "i"))), &everything()).evaluation;
    assert_eq!((own.incidents.reachable, own.misses.unreachable), (0, 1));
    assert_eq!(own.end_to_end.false_actions, 1, "e did not cause it");
    let third_party = Run::of(&world(late(during(outage, "i"))), &everything()).evaluation;
    assert_eq!(third_party.incidents.reachable, 1, "any window reaches what no deploy caused");
}

#[test]
fn an_alert_of_any_deploy_detects_a_reachable_incident_but_only_its_own_case_answers_it() {
    // The incident lasts from 12:50 to 14:00. Its own deploy sees nothing; the next one does.
    let world = world()
        .deploy("e", t(10, "13:00"), &["shop"])
        .errors("shop", "boom", &[t(10, "13:10")])
        .incident(regression("i", "d", t(10, "12:50"), t(10, "14:00")));
    let e = Run::of(&world, &everything()).evaluation;
    assert_eq!(ratio(&e.detection.recall), (Some(1.0), 1, 1));
    assert_eq!(ratio(&e.end_to_end.recall), (Some(0.0), 0, 1));
    assert_eq!(e.misses, Misses { undetected: 1, ..Misses::default() }, "misses look only at its own deploy");
}

#[test]
fn a_deploy_that_is_not_there_cannot_be_caught() {
    let world =
        world().errors("shop", "boom", &[noon()]).incident(during(|id, a, b| regression(id, "gone", a, b), "i"));
    let run = Run::of(&world, &everything());
    let e = &run.evaluation;
    assert_eq!((e.incidents.total, e.incidents.reachable, e.misses.unreachable), (1, 0, 1));
    assert_eq!(ratio(&e.end_to_end.recall), (Some(0.0), 0, 1), "kept");
    assert_eq!((run.cases[0].truth, run.cases[0].hits.len()), (Label::NotCaused, 1));
}

#[test]
fn an_incident_wholly_outside_the_data_is_counted_and_in_no_ratio() {
    let data_end = t(30, "00:00");
    let outside = [
        regression("i", "d", data_end, t(30, "01:00")),
        regression("j", "d", t(-1, "00:00"), t(0, "00:00")),
        Incident { resolved_at: None, ..regression("k", "d", data_end, data_end) },
    ];
    for incident in outside {
        let e = Run::of(&world().incident(incident), &everything()).evaluation;
        assert_eq!((e.incidents.total, e.incidents.not_evaluable, e.incidents.reachable), (1, 1, 0));
        assert_eq!((ratio(&e.end_to_end.recall), ratio(&e.detection.recall)), (NOTHING, NOTHING));
        assert_eq!((e.misses.total(), e.cost.missed_harm_usd), (0, 0.0));
    }
    let inside = regression("i", "d", data_end - TICK, t(30, "01:00"));
    assert_eq!(Run::of(&world().incident(inside), &everything()).evaluation.incidents.not_evaluable, 0);
}

#[test]
fn the_chance_hit_rate_moves_every_incident_by_a_week_both_ways() {
    // One alert on day 10. The incident of day 17, a week earlier, would be hit; a week later it would not: 1 of 2.
    let world = world().errors("shop", "boom", &[noon()]).incident(outage("i", t(17, "12:00"), t(17, "13:00")));
    let one = Run::of(&world, &everything()).evaluation.detection;
    assert_eq!((ratio(&one.precision), ratio(&one.chance_hit_rate)), ((Some(0.0), 0, 1), (Some(0.5), 1, 2)));
    // With another on day 3 both are hit; the one on day 10 itself adds nothing.
    let world = world.incident(outage("j", t(3, "12:00"), t(3, "13:00"))).incident(during(outage, "k"));
    assert_eq!(ratio(&Run::of(&world, &everything()).evaluation.detection.chance_hit_rate), (Some(1.0), 2, 2));
}

// §4 and §5: triage.

#[test]
fn blame_latest_says_caused_when_no_other_deploy_lies_before_the_first_record() {
    let blame = pipeline(|spec| spec.triage = TriagerSpec::BlameLatest {});
    let world = |at| world().errors("shop", "boom", &[t(10, "12:20")]).deploy("e", at, &["pay"]);
    let of_d = |at| Run::of(&world(at), &blame).outcome("d").case.clone().unwrap().disposition;
    assert_eq!(of_d(t(10, "12:10")), Disposition::Dismissed, "a deploy of any service");
    assert_eq!(of_d(t(10, "12:30")), Disposition::Acted);
    assert_eq!(of_d(t(10, "11:50")), Disposition::Acted);
}

#[test]
fn triage_counts_cases_and_an_abstention_is_not_caused() {
    // A triager that can never be sure enough says inconclusive.
    let unsure = HeuristicSpec { prior: 0.5, caused_at: 1.0, not_caused_at: 0.0, ..HeuristicSpec::default() };
    let abstaining = pipeline(|spec| spec.triage = TriagerSpec::Heuristic(unsure));
    let e = Run::of(&three_cases(), &abstaining).evaluation;
    assert_eq!(ratio(&e.triage.abstention), (Some(1.0), 3, 3));
    assert_eq!(ratio(&e.triage.precision), NOTHING);
    assert_eq!(ratio(&e.triage.recall), (Some(0.0), 0, 1), "the truly caused case was not called so");
    assert_eq!((e.funnel.inconclusive, e.funnel.investigate, e.funnel.fix_forward), (3, 3, 0));
    // The one that believes everything: 1 of 3 right, 1 of 1 found, neither innocent case cleared; mean of (1−1)², (1−0)², (1−0)².
    let e = Run::of(&three_cases(), &everything()).evaluation;
    assert_eq!(ratio(&e.triage.recall), (Some(1.0), 1, 1));
    assert_eq!(ratio(&e.triage.specificity), (Some(0.0), 0, 2));
    assert!(close(e.triage.brier.unwrap(), 2.0 / 3.0) && close(e.triage.ece.unwrap(), 2.0 / 3.0));
}

#[test]
fn attribution_scores_the_signatures_of_right_verdicts() {
    // The incident names one of the case's three signatures; the triager attributes all three.
    let world = world()
        .errors("shop", "ant", &[noon()])
        .errors("shop", "bee", &[noon()])
        .errors("shop", "cat", &[noon()])
        .incident(with_patterns(during(|id, a, b| regression(id, "d", a, b), "i"), &["bee"]))
        // A wrong verdict's signatures do not count.
        .deploy("e", noon(), &["pay"])
        .errors("pay", "dog", &[noon()]);
    let attribution = Run::of(&world, &everything()).evaluation.triage.attribution;
    assert_eq!(ratio(&attribution.precision), (Some(1.0 / 3.0), 1, 3));
    assert_eq!(ratio(&attribution.recall), (Some(1.0), 1, 1));
}

// §5: misses.

/// A case that hits its deploy's incident, under a pipeline.
fn misses(spec: &PipelineSpec) -> Misses {
    let world = world()
        .with(|w| w.manifest.traffic_step = Span::minutes(60))
        .traffic("shop", noon(), t(10, "13:00"), 1000, None)
        .deploy("e", t(10, "12:10"), &["pay"])
        .errors("shop", "boom", &[t(10, "12:20")])
        .incident(during(|id, a, b| regression(id, "d", a, b), "i"));
    Run::of(&world, spec).evaluation.misses
}

#[test]
fn every_missed_incident_is_lost_at_one_stage() {
    assert_eq!(misses(&everything()), Misses::default(), "caught");
    let null = pipeline(|spec| {
        spec.detect.detector = DetectorSpec::Null {};
        spec.detect.new_signature = None;
    });
    assert_eq!(misses(&null), Misses { undetected: 1, ..Misses::default() });
    // One record in a thousand requests.
    assert_eq!(misses(&pipeline(|spec| spec.gate = gate(0.5))), Misses { gated: 1, ..Misses::default() });
    let blaming = pipeline(|spec| spec.triage = TriagerSpec::BlameLatest {});
    assert_eq!(misses(&blaming), Misses { dismissed: 1, ..Misses::default() });
    let unsure = HeuristicSpec { prior: 0.5, caused_at: 1.0, not_caused_at: 0.0, ..HeuristicSpec::default() };
    let abstaining = pipeline(|spec| spec.triage = TriagerSpec::Heuristic(unsure));
    assert_eq!(misses(&abstaining), Misses { abstained: 1, ..Misses::default() });
    let forbidden = pipeline(|spec| spec.act.policy.allow = vec![]);
    assert_eq!(misses(&forbidden), Misses { below_threshold: 1, ..Misses::default() });
    let short = pipeline(|spec| spec.replay.min_baseline = Span::days(20));
    assert_eq!(misses(&short), Misses { unreachable: 1, ..Misses::default() });
}

#[test]
fn an_incident_is_lost_where_it_got_furthest() {
    // `shop` is hit after the deploy of `other`, so its case is dismissed; `pay` before it, so its case is believed, but nothing is
    // allowed; `web` is gated, being one record in a thousand requests.
    let world = |services: &[&str]| {
        let world = World::new()
            .with(|w| w.manifest.traffic_step = Span::minutes(60))
            .traffic("web", noon(), t(10, "13:00"), 1000, None)
            .deploy("d", noon(), &["web", "pay", "shop"])
            .deploy("e", t(10, "12:10"), &["other"])
            .errors("web", "boom", &[t(10, "12:05")])
            .errors("pay", "boom", &[t(10, "12:05")])
            .errors("shop", "boom", &[t(10, "12:20")]);
        world.incident(of_services(during(|id, a, b| regression(id, "d", a, b), "i"), services))
    };
    let spec = pipeline(|spec| {
        spec.gate = gate(0.5);
        spec.triage = TriagerSpec::BlameLatest {};
        spec.act.policy.allow = vec![];
    });
    let misses = |services: &[&str]| Run::of(&world(services), &spec).evaluation.misses;
    assert_eq!(misses(&["web"]), Misses { gated: 1, ..Misses::default() });
    assert_eq!(misses(&["web", "shop"]), Misses { dismissed: 1, ..Misses::default() });
    assert_eq!(misses(&["web", "pay", "shop"]), Misses { below_threshold: 1, ..Misses::default() });
    assert_eq!(misses(&["unseen"]), Misses { unreachable: 1, ..Misses::default() });
    // One acting case is enough.
    let acting = PipelineSpec { act: everything().act, ..spec.clone() };
    assert_eq!(Run::of(&world(&["web", "pay", "shop"]), &acting).evaluation.misses, Misses::default());
}

#[test]
fn a_gated_detection_detects_nothing() {
    let world = world()
        .with(|w| w.manifest.traffic_step = Span::minutes(60))
        .traffic("shop", noon(), t(10, "13:00"), 1000, None)
        .errors("shop", "boom", &[noon()])
        .incident(during(outage, "i"));
    let run = Run::of(&world, &pipeline(|spec| spec.gate = gate(0.5)));
    assert_eq!(run.hits(), [["i"]], "the row says what it would have hit");
    let detection = &run.evaluation.detection;
    assert_eq!((ratio(&detection.precision), ratio(&detection.recall)), (NOTHING, (Some(0.0), 0, 1)));
    assert_eq!(ratio(&detection.chance_hit_rate), NOTHING);
}

#[test]
fn recall_and_misses_count_actionable_deploy_caused_incidents() {
    let own = |id: &str, severity| of_severity(elsewhere(regression(id, "d", noon(), noon())), severity);
    let world = world()
        .incident(own("i", IncidentSeverity::Sev3))
        .incident(own("j", IncidentSeverity::Sev4))
        .incident(elsewhere(outage("k", noon(), noon())));
    let e = Run::of(&world, &everything()).evaluation;
    assert_eq!((e.incidents.total, e.incidents.actionable_deploy_caused, e.misses.total()), (3, 1, 1));
    assert_eq!(ratio(&e.end_to_end.recall), (Some(0.0), 0, 1));
}

// §4–§6: actions and the upper bound.

#[test]
fn each_action_has_its_own_precision() {
    // `a` is grave (100 of 1000 requests) and rightly rolled back; `b` is not (1 of 1000) and wrongly fixed.
    let world = three_cases()
        .with(|w| w.manifest.traffic_step = Span::minutes(60))
        .burst("a", "boom", 99, t(10, "12:10"))
        .traffic("a", noon(), t(10, "13:00"), 1000, None)
        .traffic("b", noon(), t(10, "13:00"), 1000, None)
        .with(|w| w.records.retain(|r| r.service != "c"));
    let spec = pipeline(|spec| spec.act.policy.allow = vec![Action::FixForward, Action::Rollback]);
    let run = Run::of(&world, &spec);
    let actions: Vec<Action> = run.cases.iter().map(|case| case.action).collect();
    assert_eq!(actions, [Action::Rollback, Action::FixForward]);
    let by = &run.evaluation.end_to_end.by_action;
    assert_eq!((ratio(&by.rollback), ratio(&by.fix_forward)), ((Some(1.0), 1, 1), (Some(0.0), 0, 1)));
}

#[test]
fn the_oracle_is_right_about_every_case_and_no_wiser_than_the_detector() {
    // A second incident of `right`, in a service of which nothing was logged, stays missed.
    let missed = of_services(regression("m", "right", noon(), t(10, "13:00")), &["quiet"]);
    let world = three_cases()
        .with(|w| w.deploys.iter_mut().filter(|d| d.id == "right").for_each(|d| d.services.push("quiet".into())))
        .incident(missed);
    let scores = Run::of(&world, &everything()).evaluation.end_to_end;
    assert_eq!((ratio(&scores.precision), ratio(&scores.recall)), ((Some(1.0 / 3.0), 1, 3), (Some(0.5), 1, 2)));
    assert_eq!(ratio(&scores.oracle.precision), (Some(1.0), 1, 1));
    assert_eq!(ratio(&scores.oracle.recall), (Some(0.5), 1, 2));
}

// §6: cost. A minute of review is $1; see `support::costs` for the rest.

#[test]
fn tokens_and_review_are_charged_by_action_and_the_false_share_is_shown() {
    // Three fixes: a million tokens of each class at $1, $2, $0.1 and $4, and twenty minutes; two of the three are false.
    let cost = Run::of(&three_cases(), &everything()).evaluation.cost;
    assert_eq!((cost.tokens.total(), cost.review_minutes, cost.review_usd), (12_000_000, 60.0, 60.0));
    assert!(close(cost.tokens_usd, 3.0 * 7.1) && close(cost.false_usd, 2.0 * 27.1));
    assert!(close(cost.total_usd, 3.0 * 27.1) && close(cost.per_true_action_usd.unwrap(), 3.0 * 27.1));
    assert!(close(cost.per_false_action_usd.unwrap(), 27.1));
    assert_eq!((cost.wrong_rollback_usd, cost.missed_harm_usd), (0.0, 0.0));
    // Investigating takes ten minutes each, and then the incident is missed: sev2 for an hour.
    let cost = Run::of(&three_cases(), &pipeline(|spec| spec.act.policy.allow = vec![])).evaluation.cost;
    assert_eq!((cost.review_usd, cost.missed_harm_usd, cost.total_usd), (30.0, 600.0, 630.0));
}

#[test]
fn a_wrong_rollback_costs_a_fixed_sum_and_the_harm_of_what_the_deploy_had_repaired() {
    let rollback = pipeline(|spec| {
        spec.act.policy.allow = vec![Action::Rollback];
        spec.act.policy.rollback_impact = 0.0;
    });
    let cost = |incident: Incident| {
        let fixing = Deploy { fixes: vec!["old".into(), "no such".into()], ..deploy("d", noon(), &["shop"]) };
        let world = World::new()
            .push_deploy(fixing)
            .with(|w| w.manifest.traffic_step = Span::minutes(60))
            .traffic("shop", noon(), t(10, "13:00"), 10, None)
            .errors("shop", "boom", &[noon()])
            // Sev2 at $10 a minute, for two hours.
            .incident(outage("old", t(9, "10:00"), t(9, "12:00")))
            .incident(incident);
        Run::of(&world, &rollback).evaluation.cost
    };
    let wrong = cost(during(outage, "i"));
    assert_eq!((wrong.wrong_rollback_usd, wrong.review_usd), (100.0 + 1200.0, 5.0));
    assert_eq!(wrong.total_usd, 1305.0);
    let right = cost(during(|id, a, b| regression(id, "d", a, b), "i"));
    assert_eq!((right.wrong_rollback_usd, right.total_usd), (0.0, 5.0));
}

#[test]
fn missed_harm_is_counted_for_a_day_at_most() {
    let harm = |to: Option<Instant>| {
        let missed = Incident { resolved_at: to, ..regression("i", "d", t(10, "12:00"), noon()) };
        Run::of(&world().incident(of_severity(missed, IncidentSeverity::Sev1)), &everything())
            .evaluation
            .cost
            .missed_harm_usd
    };
    // Sev1: $100 a minute.
    assert_eq!(harm(Some(t(10, "12:30"))), 3_000.0);
    assert_eq!(harm(Some(t(15, "00:00"))), 144_000.0);
    assert_eq!(harm(None), 144_000.0, "open: to the end of the data");
}

#[test]
fn only_missed_actionable_deploy_caused_incidents_do_harm() {
    let world = world()
        .incident(of_severity(elsewhere(regression("i", "d", noon(), noon())), IncidentSeverity::Sev4))
        .incident(elsewhere(outage("j", noon(), noon())));
    assert_eq!(Run::of(&world, &everything()).evaluation.cost.missed_harm_usd, 0.0);
}

// Known disagreements with the contract.

/// §2: an incident wholly outside the data is in no ratio. An open one that starts ten minutes after the end of the data reaches
/// back into it by its slack, and the case becomes a true positive of detection, triage and end to end.
#[test]
fn an_incident_outside_the_data_can_be_hit() {
    let world = world()
        .with(|w| w.manifest.end = Some(t(10, "13:00")))
        .errors("shop", "boom", &[t(10, "12:59")])
        .incident(regression("i", "d", t(10, "13:05"), t(10, "14:00")));
    let e = Run::of(&world, &everything()).evaluation;
    assert_eq!(e.incidents.not_evaluable, 1);
    assert_eq!(ratio(&e.detection.precision), (Some(0.0), 0, 1));
    assert_eq!(e.end_to_end.true_actions, 0);
}

/// §3: a later deploy of s *inside W* ends W under `truncate`. One that falls into `settle`, before W begins, is not inside W; the
/// crate lets it empty W, and reports the deploy as not evaluated because it came after the end of the data.
#[test]
fn a_deploy_while_settling_empties_w() {
    let spec = pipeline(|spec| {
        spec.replay.overlap = Overlap::Truncate;
        spec.replay.settle = Span::minutes(30);
    });
    let run = Run::of(&world().deploy("e", t(10, "12:10"), &["shop"]), &spec);
    assert_eq!(run.not_evaluated, []);
    assert_eq!(run.outcome("d").window.window, Interval::new(t(10, "12:30"), t(10, "13:30")));
}

/// §2: a row of traffic is a step that starts at its timestamp, wherever that is (half past, midnight in another zone). The crate looks
/// for affected users only in steps that start at a multiple of `traffic_step` since 1970: here the share of users becomes unknown.
#[test]
fn users_are_not_found_in_steps_off_the_grid() {
    let hit = Record { user_id: Some("ann".to_owned()), ..error("shop", "boom", t(10, "12:40")) };
    let world = world().with(|w| w.manifest.traffic_step = Span::minutes(60)).record(hit).traffic(
        "shop",
        t(10, "12:30"),
        t(10, "13:30"),
        100,
        Some(10),
    );
    assert_eq!(Run::of(&world, &everything()).alerts[0].user_share, Some(0.1));
}
