//! What an evaluation tells beyond the contract's numbers (statistics.md §9 and §10): data sets of a few lines, worked out by hand.
//!
//! W is an hour long, the pipeline flags and fixes everything that it sees ([`everything`]), a minute of review costs $1 and one of
//! sev2 harm $10 ([`costs`]).

#![allow(clippy::float_cmp)] // ratios of small counts and sums of whole amounts are exact

use crate::support::{TICK, World, costs, deploy, everything, outage, regression, t};
use shakedown::dataset::{DataSet, Finding, Intake, Labels, RejectPolicy, Review, Sampled, SetFiles, load, store};
use shakedown::evaluate::{
    Answer, Assumption, ClusteredBy, Evaluation, GivenPipeline, Measure, PipelineStage, Stage, Unit, UnitScore,
    evaluate, study,
};
use shakedown::gate::GateSpec;
use shakedown::model::{Action, Deploy, Incident, Instant, Silent, Span};
use shakedown::pipeline::{Diffs, PipelineSpec, Watched, run, run_on};
use shakedown::stats::{clopper_pearson_lower, wilson};
use shakedown::triage::TriagerSpec;
use std::fs;

/// The evaluation with its study.
fn studied(data: &DataSet, spec: &PipelineSpec) -> Evaluation {
    let costs = costs();
    let fits = spec.fits(data).expect("the records can be grouped");
    let watched = Watched::of(data, &fits, spec, true, &Silent);
    let replay = run_on(&watched, &Diffs::new(data), spec, &costs.charges).unwrap();
    let mut assessment = evaluate(data, &fits, &GivenPipeline { given: &spec.name, spec }, &replay, &costs);
    study(&watched, &replay, &costs, &mut assessment).unwrap();
    assessment.evaluation
}

fn of(world: &World) -> Evaluation {
    studied(&world.data(), &everything())
}

fn unit(e: &Evaluation, stage: Stage, measure: Measure, unit: Unit) -> &UnitScore {
    e.units.iter().find(|u| (u.stage, u.measure, u.unit) == (stage, measure, unit)).unwrap()
}

/// (right, labelled, unlabelled) of detection's precision.
fn alarms(e: &Evaluation, by: Unit) -> (u64, u64, u64) {
    let score = unit(e, Stage::Detection, Measure::Precision, by);
    (score.estimate.numerator, score.estimate.denominator, score.estimate.unlabelled)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

fn noon() -> Instant {
    t(10, "12:00")
}

// Units.

/// `d` is right with two alerts of four, in one episode of two; `e` is wrong with one.
fn two_deploys() -> World {
    World::new()
        .deploy("d", noon(), &["shop"])
        .deploy("e", t(11, "12:00"), &["shop"])
        .errors("shop", "hit", &[t(10, "12:05")])
        .errors("shop", "hit too", &[t(10, "12:10")])
        .errors("shop", "not hit", &[t(10, "12:40")])
        .errors("shop", "nor that", &[t(10, "12:40")])
        .errors("shop", "nothing", &[t(11, "12:30")])
        .incident(regression("i", "d", noon(), t(10, "12:20")))
}

#[test]
fn the_same_decisions_counted_by_each_unit() {
    // A gap of 30 minutes still belongs to the episode, one of a microsecond more does not.
    let e = of(&two_deploys());
    let counted = |by| alarms(&e, by);
    assert_eq!((counted(Unit::Alert), counted(Unit::Episode)), ((2, 5, 0), (1, 2, 0)));
    assert_eq!(
        (counted(Unit::Case), counted(Unit::Deploy), counted(Unit::Incident)),
        ((1, 2, 0), (1, 2, 0), (1, 2, 0))
    );
    let split = two_deploys().with(|w| {
        w.records.iter_mut().filter(|r| r.message.starts_with("no") && r.timestamp == t(10, "12:40")).for_each(|r| {
            r.timestamp = t(10, "12:40") + TICK;
        });
    });
    assert_eq!(alarms(&of(&split), Unit::Episode), (1, 3, 0));
    let recall = unit(&e, Stage::Detection, Measure::Recall, Unit::Incident);
    assert_eq!((recall.estimate.numerator, recall.estimate.denominator), (1, 1));
    let actions = unit(&e, Stage::EndToEnd, Measure::Precision, Unit::Case);
    assert_eq!((actions.estimate.value, actions.lower_bound), (Some(0.5), clopper_pearson_lower(1, 2, 0.05)));
    assert_eq!(actions.estimate, e.end_to_end.precision);
}

#[test]
fn all_alarms_of_one_incident_are_one() {
    // Two deploys within one outage, and a false alarm: two of three cases, one of two things.
    let world = World::new()
        .deploy("a", noon(), &["shop"])
        .deploy("b", t(10, "13:00"), &["shop"])
        .deploy("c", t(12, "12:00"), &["shop"])
        .errors("shop", "boom", &[noon(), t(10, "13:00"), t(12, "12:00")])
        .incident(outage("i", noon(), t(10, "14:00")));
    let e = of(&world);
    assert_eq!((alarms(&e, Unit::Case), alarms(&e, Unit::Incident)), ((2, 3, 0), (1, 2, 0)));
}

#[test]
fn unlabelled_units_count_against_the_bound_that_gates_use() {
    let e = of(&two_deploys().with(|w| w.manifest.incidents = Labels::Partial));
    let score = unit(&e, Stage::Detection, Measure::Precision, Unit::Case);
    assert_eq!(alarms(&e, Unit::Case), (1, 1, 1));
    assert_eq!((score.estimate.value, score.estimate.low, score.estimate.high), (None, Some(0.5), Some(1.0)));
    assert_eq!((score.lower_bound, &score.bootstrap), (clopper_pearson_lower(1, 2, 0.05), &None));
}

/// One deploy a day, each with an alarm; the first `right` hit an outage.
fn days(all: i64, right: i64) -> World {
    (0..all).fold(World::new(), |world, day| {
        let at = t(10 + day, "12:00");
        let world = world.deploy(&format!("d{day:02}"), at, &["shop"]).errors("shop", "boom", &[at]);
        if day < right { world.incident(outage(&format!("i{day}"), at, at + Span::hours(1))) } else { world }
    })
}

#[test]
fn days_are_resampled_where_there_are_ten_that_differ() {
    let interval = |all, right| {
        let e = of(&days(all, right));
        unit(&e, Stage::Detection, Measure::Precision, Unit::Case).bootstrap.clone()
    };
    let of_ten = interval(10, 5).unwrap();
    assert_eq!((of_ten.clusters, of_ten.clustered_by), (10, ClusteredBy::Day));
    // Draws of ten days with a fair coin each: 95 % of them show 2 to 8 right ones.
    assert_eq!((of_ten.low, of_ten.high), (0.2, 0.8));
    assert_eq!((interval(9, 5), interval(10, 10)), (None, None));
}

// One alarm for one incident.

#[test]
fn as_many_pairs_as_possible_then_the_nearest() {
    // `d` may match both, `e` only the longer one: the greedy choice, the longer one for `d`, would lose the other.
    let declared = |at, incident| Incident { declared_at: Some(at), ..incident };
    let world = World::new()
        .deploy("d", noon(), &["shop"])
        .deploy("e", t(10, "14:00"), &["shop"])
        .deploy("f", t(10, "16:00"), &["shop"])
        .errors("shop", "boom", &[t(10, "12:10"), t(10, "14:10"), t(10, "16:10")])
        .incident(declared(t(10, "12:30"), outage("long", t(10, "11:50"), t(10, "14:30"))))
        .incident(declared(t(10, "13:00"), outage("short", noon(), t(10, "12:50"))));
    let m = of(&world).one_to_one.unwrap();
    assert_eq!((m.episodes, m.incidents, m.matched, m.duplicates, m.unmatched), (3, 2, 2, 0, 1));
    // Known at 13:00 when the first window closed: in time for the one declared then, late for the other.
    assert_eq!((m.in_time, m.late, m.undeclared), (1, 1, 0));
    assert_eq!((m.precision.value, m.recall.value), (Some(2.0 / 3.0), Some(1.0)));
}

#[test]
fn a_second_episode_of_an_incident_is_a_duplicate_and_not_false() {
    let world = World::new()
        .deploy("d", noon(), &["shop"])
        .errors("shop", "early", &[t(10, "12:05")])
        .errors("shop", "late", &[t(10, "12:50")])
        .incident(outage("i", t(10, "12:10"), t(10, "13:00")));
    let m = of(&world).one_to_one.unwrap();
    assert_eq!((m.matched, m.duplicates, m.unmatched, m.undeclared), (1, 1, 0, 1));
    assert_eq!((m.precision.value, m.precision_without_duplicates.value), (Some(0.5), Some(1.0)));
    // Five minutes before the start still matches, a microsecond more does not.
    let earlier = world.with(|w| w.records[0].timestamp = t(10, "12:05") - TICK);
    let m = of(&earlier).one_to_one.unwrap();
    assert_eq!((m.matched, m.duplicates, m.unmatched), (1, 0, 1));
}

// Unlabelled cases and reviews.

fn review(deploy: &str, finding: Finding, sampled: Sampled) -> Review {
    Review {
        deploy_id: deploy.to_owned(),
        service: "shop".to_owned(),
        reviewed_at: None,
        reviewer: String::new(),
        finding,
        sampled,
    }
}

/// One caused case and four that a partial log leaves open.
fn four_open() -> World {
    days(5, 0).incident(regression("i", "d00", noon(), t(10, "13:00"))).with(|w| w.manifest.incidents = Labels::Partial)
}

#[test]
fn random_reviews_stand_for_the_cases_that_nobody_reviewed() {
    let reviews = vec![
        review("d01", Finding::Caused, Sampled::Random),
        review("d02", Finding::NotCaused, Sampled::Random),
        review("d03", Finding::Noise, Sampled::Chosen),
        review("d00", Finding::Noise, Sampled::Random),
        review("none", Finding::Noise, Sampled::Random),
    ];
    let e = studied(&four_open().data().with_reviews(reviews), &everything());
    let cases = e.unlabelled.unwrap();
    assert_eq!((cases.reviews.random, cases.reviews.chosen, cases.reviews.unused), (2, 1, 2));
    let (detection, triage) = (&cases.detection, &cases.triage);
    assert_eq!((detection.as_false, detection.as_true), (Some(0.2), Some(1.0)));
    // Something was wrong in both that were drawn; the deploy had caused one: 1 labelled + 1 + 1 of the other 2.
    assert_eq!(detection.reviewed.as_ref().unwrap().value, 1.0);
    let weighted = triage.reviewed.as_ref().unwrap();
    assert_eq!((weighted.value, weighted.weight, weighted.reviewed, weighted.reviewed_right), (0.6, 2.0, 2, 1));
    let share = wilson(1, 2, 0.05).unwrap();
    assert!(close(weighted.low, (2.0 + 2.0 * share.low) / 5.0) && close(weighted.high, (2.0 + 2.0 * share.high) / 5.0));
    // The reviews are no labels.
    assert_eq!((e.triage.precision.numerator, e.triage.precision.unlabelled), (1, 4));
}

#[test]
fn of_two_reviews_of_a_case_the_later_one_counts() {
    let at = |day, finding| Review { reviewed_at: Some(t(day, "09:00")), ..review("d01", finding, Sampled::Random) };
    let reviews = vec![at(21, Finding::Noise), at(20, Finding::Caused)];
    let cases = studied(&four_open().data().with_reviews(reviews), &everything()).unlabelled.unwrap();
    assert_eq!(cases.triage.reviewed.unwrap().reviewed_right, 0);
}

#[test]
fn reviews_are_read_from_labels_and_belong_to_the_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let world = days(1, 0);
    let files = SetFiles {
        manifest: &world.manifest,
        records: &world.records,
        deploys: &world.deploys,
        incidents: &[],
        traffic: &[],
        diffs: &world.diffs,
    };
    store(folder.path(), &files).unwrap();
    let read = || {
        let mut intake = Intake::default();
        let data = load(folder.path(), RejectPolicy::default(), &Silent, &mut intake).unwrap();
        (data.hash().to_owned(), data.reviews, intake)
    };
    let (without, none, _) = read();
    fs::create_dir(folder.path().join("labels")).unwrap();
    let row = |deploy| {
        format!("{{\"deploy_id\":\"{deploy}\",\"service\":\"shop\",\"truth\":\"caused\",\"sampled\":\"random\"}}\n")
    };
    fs::write(folder.path().join("labels/reviews.jsonl"), row("d00") + &row("gone")).unwrap();
    let (with, reviews, intake) = read();
    assert!(none.is_empty() && without != with);
    assert_eq!(
        reviews,
        [review("d00", Finding::Caused, Sampled::Random), review("gone", Finding::Caused, Sampled::Random)]
    );
    assert!(
        intake.warnings.iter().any(|w| w.contains("deploy gone, which the data set does not hold")),
        "{:?}",
        intake.warnings
    );
}

// Ranking.

#[test]
fn average_precision_is_a_sum_over_steps_with_chance_beside_it() {
    // New signatures by count: 5 hits, 3 does not, 2 hits. At the first hit 1 of 1 is right, at the second 2 of 3.
    let world = World::new()
        .deploy("d", noon(), &["shop"])
        .burst("shop", "five", 5, noon())
        .burst("shop", "three", 3, t(10, "12:40"))
        .burst("shop", "two", 2, noon())
        .incident(regression("i", "d", noon(), t(10, "12:20")));
    let ranking = of(&world).ranking;
    let new = ranking.new_signatures.unwrap();
    assert!(close(new.value.unwrap(), 0.5 * (1.0 + 2.0 / 3.0)) && close(new.prevalence, 2.0 / 3.0));
    assert_eq!((new.right, new.ranked, ranking.tested), (2, 3, None));
    let partial = of(&world.with(|w| w.manifest.incidents = Labels::Partial)).ranking;
    assert_eq!((partial.new_signatures, partial.triage.unwrap().ranked), (None, 1));
}

// Delays.

#[test]
fn missed_incidents_are_in_the_time_to_detect() {
    // Known after 60, 50 and, for one whose errors never come, not within a day.
    let silent = |incident| Incident { signatures: vec!["never said".to_owned()], ..incident };
    let world = days(3, 0)
        .incident(outage("a", noon(), t(10, "14:00")))
        .incident(outage("b", t(11, "12:10"), t(11, "14:00")))
        .incident(silent(outage("c", t(12, "12:00"), t(12, "14:00"))));
    let delay = of(&world).delay;
    assert_eq!((delay.detected, delay.detect_minutes_p50), (2, Some(55.0)));
    let time = delay.time_to_detect.unwrap();
    assert_eq!((time.incidents, time.detected, time.horizon_minutes), (3, 2, 1440.0));
    assert_eq!((time.median.minutes, time.p90.minutes), (Some(60.0), None));
}

// Costs.

/// A right fix, decided at 13:00, of a sev2 incident from 12:00 to 14:00.
fn one_right() -> World {
    World::new().deploy("d", noon(), &["shop"]).errors("shop", "boom", &[noon()]).incident(regression(
        "i",
        "d",
        noon(),
        t(10, "14:00"),
    ))
}

#[test]
fn a_month_has_the_harm_before_the_decision_too() {
    let monthly = of(&one_right()).cost.monthly.unwrap();
    assert_eq!((monthly.days, monthly.factor), (30.0, 1.0));
    assert!(close(monthly.tokens_usd, 7.1) && close(monthly.review_usd, 20.0) && close(monthly.running_usd, 27.1));
    assert_eq!((monthly.missed_harm_usd, monthly.undergone_harm_usd), (0.0, 600.0));
    assert!(close(monthly.total_usd, 627.1));
    let half = one_right().with(|w| w.manifest.end = Some(t(15, "00:00")));
    assert!(close(of(&half).cost.monthly.unwrap().total_usd, 2.0 * 627.1));
}

#[test]
fn each_assumption_is_halved_and_doubled_and_the_largest_swing_comes_first() {
    use Assumption::{HarmSev2, HourlyRate, ReviewFixForward, TokenPrices};
    let cost = of(&one_right()).cost;
    let order: Vec<Assumption> = cost.tornado.iter().take(4).map(|s| s.assumption).collect();
    assert_eq!(order, [HarmSev2, HourlyRate, ReviewFixForward, TokenPrices]);
    let totals = |i: usize| (cost.tornado[i].total_halved_usd, cost.tornado[i].total_doubled_usd);
    assert!(close(totals(0).0, 327.1) && close(totals(0).1, 1227.1) && close(cost.tornado[0].swing_usd, 900.0));
    assert!(close(totals(1).0, 617.1) && close(totals(1).1, 647.1));
    assert!(close(totals(3).0, 623.55) && close(totals(3).1, 634.2));
    assert!(cost.tornado[4..].iter().all(|s| s.swing_usd == 0.0), "what was not used does not matter");
    // An action that takes $27.10 saves $600.
    let range = cost.break_even_range.unwrap();
    assert!(close(range.value, 27.1 / 600.0) && Some(range.value) == cost.break_even_triage_precision);
    assert!(close(range.lowest.precision, 27.1 / 1200.0) && close(range.highest.precision, 27.1 / 300.0));
    assert_eq!((range.lowest.assumption, range.highest.factor), (HarmSev2, 0.5));
}

// What each stage is worth.

/// A right case of a tenth of the requests, and a false one of a thousandth, which the gate stops.
fn gated_pipeline() -> (World, PipelineSpec) {
    let world = one_right()
        .deploy("e", t(12, "12:00"), &["shop"])
        .errors("shop", "boom", &[t(12, "12:00")])
        .with(|w| w.manifest.traffic_step = Span::minutes(60))
        .traffic("shop", noon(), t(10, "13:00"), 10, None)
        .traffic("shop", t(12, "12:00"), t(12, "13:00"), 1000, None);
    let mut spec = everything();
    spec.gate = toml::from_str("kind = \"impact\"\nmin_impact = 0.05").unwrap();
    (world, spec)
}

#[test]
fn a_stage_is_worth_what_the_days_cost_without_it_less_what_they_cost_with_it() {
    use PipelineStage::{Act, Detect, Gate};
    let (world, spec) = gated_pipeline();
    let values = studied(&world.data(), &spec).stage_values.unwrap();
    let stages: Vec<Option<PipelineStage>> = values.built_up.iter().map(|part| part.stage).collect();
    // Its triage believes everything, so there is none to add or to take out.
    assert_eq!(stages, [None, Some(Detect), Some(Gate), Some(Act)]);
    let totals: Vec<f64> = values.built_up.iter().map(|part| part.total_usd).collect();
    // Two hours of sev2; two investigations; one; one fix, and the first hour of harm.
    assert_eq!(totals[..3], [1200.0, 1220.0, 1210.0]);
    assert!(close(totals[3], 627.1));
    let worth: Vec<f64> = values.built_up[1..].iter().map(|part| part.worth.as_ref().unwrap().value).collect();
    assert!(worth[0] == -20.0 && worth[1] == 10.0 && close(worth[2], 582.9), "{worth:?}");
    assert_eq!(values.built_up[1].worth.as_ref().unwrap().low, None, "two days are too few");
    let [gate, act] = &values.taken_out[..] else { panic!("{:?}", values.taken_out) };
    assert_eq!((gate.stage, act.stage, gate.actions, act.actions), (Some(Gate), Some(Act), 2, 0));
    assert!(close(gate.worth.as_ref().unwrap().value, 27.1) && close(act.worth.as_ref().unwrap().value, 582.9));
}

#[test]
fn judging_again_is_replaying_again() {
    let (world, spec) = gated_pipeline();
    let (data, charges) = (world.data(), costs().charges);
    let fits = spec.fits(&data).expect("the records can be grouped");
    let watched = Watched::of(&data, &fits, &spec, true, &Silent);
    let diffs = Diffs::new(&data);
    let open = PipelineSpec { gate: GateSpec::None {}, ..spec.clone() };
    let blind = PipelineSpec { triage: serde_json::from_str(r#"{"kind":"blame_latest"}"#).unwrap(), ..spec.clone() };
    let idle = PipelineSpec {
        act: shakedown::act::ActSpec {
            policy: shakedown::act::Policy { allow: vec![], ..spec.act.policy.clone() },
            ..spec.act.clone()
        },
        ..spec.clone()
    };
    for other in [spec.clone(), open, blind, idle] {
        let again = run_on(&watched, &diffs, &other, &charges).unwrap().outcomes;
        let replayed = run(&data, &fits, &other, &charges, &Silent).unwrap().outcomes;
        assert_eq!(again, replayed);
    }
}

// Rollbacks.

#[test]
fn a_right_rollback_saves_what_was_left_and_a_wrong_one_brings_back_what_was_repaired() {
    let fixing = Deploy { fixes: vec!["old".to_owned()], ..deploy("wrong", t(12, "12:00"), &["shop"]) };
    let world = one_right().push_deploy(fixing).errors("shop", "boom", &[t(12, "12:00")]).incident(outage(
        "old",
        t(9, "10:00"),
        t(9, "12:00"),
    ));
    let r = of(&world).rollback.unwrap();
    assert_eq!((r.blamed, r.by_policy, r.unlabelled), (2, 0, 0));
    assert_eq!((r.right.deploys, r.right.by_luck, r.right.incidents, r.right.too_late), (1, 0, 1, 0));
    assert_eq!((r.right.harm_minutes, r.right.saved_minutes, r.right.saved_usd), (120.0, 60.0, 600.0));
    assert_eq!((r.wrong.deploys, r.wrong.brought_back, r.wrong.caused_minutes), (1, 1, 120.0));
    assert_eq!((r.wrong.caused_usd, r.wrong.fixed_usd, r.net_usd), (1200.0, 100.0, -700.0));
    // Saves $600, costs $1,300 when wrong and $5 of review always.
    assert!(close(r.break_even_precision.unwrap(), 1305.0 / 1900.0));
}

#[test]
fn a_rollback_before_the_incident_prevents_it_whole_and_after_it_saves_nothing() {
    // Blamed at 13:00 for errors of its own accord: its incident begins at 15:00.
    let rolls_back = Deploy { rolls_back: Some("d".to_owned()), ..deploy("back", t(11, "12:00"), &["other"]) };
    let world = |from, to| {
        World::new()
            .deploy("d", noon(), &["shop"])
            .errors("shop", "boom", &[noon()])
            .push_deploy(rolls_back.clone())
            .incident(regression("i", "d", from, to))
    };
    let before = of(&world(t(10, "15:00"), t(10, "16:00"))).rollback.unwrap();
    assert_eq!((before.right.by_luck, before.right.saved_minutes, before.right.rolled_back_by_people), (1, 60.0, 1));
    let after = of(&world(noon(), t(10, "12:30"))).rollback.unwrap();
    assert_eq!((after.right.by_luck, after.right.saved_minutes, after.right.too_late), (0, 0.0, 1));
}

#[test]
fn of_a_case_that_the_log_leaves_open_no_rollback_is_judged() {
    let r = of(&four_open()).rollback.unwrap();
    assert_eq!((r.blamed, r.right.deploys, r.wrong.deploys, r.unlabelled), (5, 1, 0, 4));
    assert_eq!(r.net_usd, 0.0, "an incident that ends as the blame comes");
}

// Label noise.

#[test]
fn a_wrong_log_moves_the_numbers_and_the_same_seed_moves_them_the_same() {
    let world = days(12, 8);
    let (one, two) = (of(&world).label_noise.unwrap(), of(&world).label_noise.unwrap());
    assert_eq!(one, two);
    let precision = &one.metrics[0];
    assert_eq!((precision.stage, precision.measure), (Stage::Detection, Measure::Precision));
    assert_eq!(precision.as_labelled, Some(8.0 / 12.0));
    let ends: Vec<(f64, f64)> = precision.ranges.iter().map(|r| (r.low.unwrap(), r.high.unwrap())).collect();
    // No incident is invented, so precision can only fall, and the further the more records are wrong.
    assert!(ends.iter().all(|&(low, high)| low < high && high <= 8.0 / 12.0 + 1e-12), "{ends:?}");
    assert!(ends[0].0 >= ends[1].0 && ends[1].0 >= ends[2].0 && ends[2].0 < ends[0].0, "{ends:?}");
    // Each of the eight is dropped with probability 1/10 at the last level: two at most, nineteen times in twenty.
    assert_eq!(ends[2].0, 6.0 / 12.0);
    let recall = &one.metrics[3];
    assert_eq!((recall.stage, recall.measure, recall.as_labelled), (Stage::EndToEnd, Measure::Recall, None));
    assert!(recall.ranges[2].high == Some(1.0), "outages blamed on the deploys just before them were acted on");
    assert_eq!(of(&days(3, 0)).label_noise, None);
}

#[test]
fn the_number_of_threads_leaves_no_trace_in_a_study() {
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| serde_json::to_string(&of(&days(12, 8))).unwrap())
    };
    assert_eq!(with(1), with(5));
}

// Labels needed, and no log at all.

#[test]
fn fourteen_right_actions_are_proof_and_two_are_none() {
    let right = |n: i64| {
        (0..n).fold(days(n, 0), |world, day| {
            let at = t(10 + day, "12:00");
            world.incident(regression(&format!("i{day}"), &format!("d{day:02}"), at, at + Span::hours(1)))
        })
    };
    let asked = |world: &World| of(world).labels_needed.unwrap().end_to_end;
    assert_eq!(asked(&right(14)).answer, Answer::Yes);
    let two = asked(&right(2));
    assert!(matches!(two.answer, Answer::More { .. }) && two.days.unwrap() > 30.0, "{two:?}");
    assert_eq!(asked(&days(14, 14)).answer, Answer::No);
    assert_eq!(asked(&World::new()).answer, Answer::Nothing);
}

#[test]
fn without_an_incident_log_nothing_of_this_is_told() {
    let mut world = days(3, 0);
    world.incidents = None;
    let mut spec = everything();
    spec.act.policy.allow = vec![Action::FixForward, Action::Rollback];
    spec.triage = TriagerSpec::AcceptAll {};
    let e = studied(&world.data(), &spec);
    assert!(e.units.is_empty() && e.one_to_one.is_none() && e.unlabelled.is_none() && e.rollback.is_none());
    assert!(e.labels_needed.is_none() && e.label_noise.is_none() && e.stage_values.is_none());
    assert_eq!((e.ranking.triage, e.ranking.tested, e.ranking.new_signatures), (None, None, None));
    assert!(e.delay.time_to_detect.is_none() && e.cost.break_even_range.is_none());
    assert!(e.cost.monthly.unwrap().total_usd > 0.0, "running it costs what it costs");
}
