//! Hand-computed fixtures of detection beyond the contract: parts of the baseline, triggers, families, shared causes, placebos.

use crate::support::{Run, TICK, World, counted_at, everything, outage, published, t};
use shakedown::detect::{Baseline, CommonShock, Family, NewSignature, ShockKind};
use shakedown::evaluate::{PlaceboScores, PlaceboVerdict};
use shakedown::model::{Instant, Interval, Silent, Span, VerdictKind};
use shakedown::pipeline::{PipelineSpec, Placebo, Trigger, placebos};
use shakedown::series::Exposure;
use shakedown::stats::Correction;

fn with(change: impl FnOnce(&mut PipelineSpec)) -> PipelineSpec {
    let mut spec = published();
    change(&mut spec);
    spec
}

/// Monday 18 May, noon.
fn noon() -> Instant {
    t(14, "12:00")
}

fn shop() -> World {
    World::new().deploy("d", noon(), &["shop"])
}

/// B is the 14 days before. Sunday noon has 40 records, last Monday at one 9, Tuesday at noon 6, Tuesday night 28.
fn rhythm() -> World {
    shop()
        .record(counted_at(40, "shop", "boom", t(13, "12:10")))
        .record(counted_at(9, "shop", "boom", t(7, "13:10")))
        .record(counted_at(6, "shop", "boom", t(8, "12:10")))
        .record(counted_at(28, "shop", "boom", t(8, "02:10")))
        .record(counted_at(1, "shop", "boom", noon()))
}

#[test]
fn each_part_of_the_baseline_expects_what_its_hours_saw() {
    let expected = |baseline| {
        let spec = with(|spec| {
            spec.replay.baseline = Span::days(14);
            spec.detect.baseline = baseline;
            spec.detect.alpha = 1.0;
        });
        Run::of(&rhythm(), &spec).alerts[0].expected
    };
    // 83 records in 336 hours.
    assert_close(expected(Baseline::Flat), 83.0 / 336.0);
    // 11 to 14 o'clock on each of 14 days, but that B begins at noon of the first: 41 hours with 40 + 9 + 6.
    assert_close(expected(Baseline::HourOfDay), 55.0 / 41.0);
    // The same on its ten weekdays: 9 + 6 in 29 hours.
    assert_close(expected(Baseline::DayClass), 15.0 / 29.0);
    // Two Mondays: 9 in 5 hours.
    assert_close(expected(Baseline::HourOfWeek), 9.0 / 5.0);
    // The 24 hours before: Sunday's 40.
    assert_close(expected(Baseline::Rolling { windows: 24 }), 40.0 / 24.0);
}

fn assert_close(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-12, "{got} instead of {expected}");
}

#[test]
fn the_hour_of_the_week_is_the_business_clocks() {
    // Half past midnight of a Monday in UTC is a Sunday evening in New York.
    let at = t(14, "00:30");
    let world = World::new()
        .deploy("d", at, &["shop"])
        .record(counted_at(8, "shop", "boom", t(13, "00:40")))
        .record(counted_at(1, "shop", "boom", at));
    let expected = |timezone: &str| {
        let world = world.clone().with(|world| world.manifest.timezone = timezone.to_owned());
        let spec = with(|spec| {
            spec.replay.baseline = Span::days(2);
            spec.detect.baseline = Baseline::DayClass;
            spec.detect.alpha = 1.0;
        });
        Run::of(&world, &spec).alerts[0].expected
    };
    // In UTC there is no weekday in B, so all of it counts. In New York Saturday evening's three hours do.
    assert_close(expected("UTC"), 8.0 / 48.0);
    assert_close(expected("America/New_York"), 8.0 / 3.0);
}

#[test]
fn both_exposures_take_the_smaller_p_value_doubled() {
    // Twice the requests in W: by requests half of what time says is expected.
    let world = rhythm().traffic("shop", t(7, "12:00"), noon(), 10, None).traffic(
        "shop",
        noon(),
        noon() + Span::hours(1),
        5,
        None,
    );
    let p = |exposure| {
        let spec = with(|spec| {
            spec.detect.exposure = exposure;
            spec.detect.alpha = 1.0;
        });
        Run::of(&world, &spec).alerts[0].p_value.unwrap()
    };
    let (time, requests) = (p(Exposure::Time), p(Exposure::Requests));
    assert!(requests < time);
    assert_close(p(Exposure::Both), (2.0 * requests).min(1.0));
}

#[test]
fn polling_decides_at_the_first_look_with_an_alert() {
    let world = shop().burst("shop", "boom", 3, t(14, "12:40"));
    let poll = with(|spec| spec.replay.trigger = Trigger::Poll { every: Span::minutes(15) });
    let outcome = Run::of(&world, &poll);
    let outcome = outcome.outcome("d");
    assert_eq!(outcome.window.window, Interval::new(noon(), t(14, "12:45")));
    assert_eq!(outcome.window.decided_at, t(14, "12:45"));
    assert_eq!(outcome.horizon, Interval::new(noon(), t(14, "13:00")));
    let quiet = Run::of(&shop().burst("shop", "boom", 1, t(14, "12:40")), &poll);
    assert_eq!(
        quiet.outcome("d").window.decided_at,
        t(14, "13:00"),
        "without an alert it decides when the window closes"
    );
}

#[test]
fn a_clock_looks_at_every_service_and_suspects_its_last_deploy() {
    let world = World::new()
        .deploy("old", t(1, "00:00"), &["shop", "pay"])
        .deploy("new", t(3, "12:00"), &["shop"])
        .burst("shop", "boom", 5, t(4, "06:10"))
        .with(|world| world.manifest.end = Some(t(4, "12:00")));
    let spec = with(|spec| spec.replay.trigger = Trigger::Schedule { every: Span::hours(6) });
    let run = Run::of(&world, &spec);
    // From a day's history on, every six hours, as long as the window fits: 13 instants... of both services.
    assert_eq!(run.outcomes.len(), 2 * 14);
    let case = &run.cases[0];
    assert_eq!((case.deploy_id.as_str(), case.service.as_str(), case.decided_at), ("new", "shop", t(4, "07:00")));
    assert_eq!(run.cases.len(), 1);
}

#[test]
fn a_family_over_the_day_knows_only_deploys_decided_by_then() {
    // Each deploy tests one signature with p = .0190 (four records where one is expected).
    let world = [("first", "09:00"), ("second", "11:00"), ("next", "34:00")].iter().fold(
        World::new(),
        |world, &(id, clock)| {
            let at = t(14, "00:00") + (t(0, clock) - t(0, "00:00"));
            world
                .deploy(id, at, &[id])
                .record(counted_at(168, id, "boom", at - Span::days(1)))
                .record(counted_at(4, id, "boom", at))
        },
    );
    let flagged = |family, alpha| {
        let spec = with(|spec| {
            spec.detect.correction = Correction::Bonferroni;
            spec.detect.family = family;
            spec.detect.alpha = alpha;
        });
        Run::of(&world, &spec).alerts.iter().map(|alert| alert.deploy_id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(flagged(Family::Deploy, 0.03), ["first", "second", "next"]);
    assert_eq!(flagged(Family::Day, 0.03), ["first", "next"], "the second is one of two, the next day begins anew");
}

#[test]
fn two_levels_select_deploys_and_then_their_signatures() {
    // p = .0190 for both deploys of the day: alone .0190 < .03; of two, Benjamini–Hochberg keeps both, at their share 2/2.
    let pair = |second_k| {
        [("first", "09:00", 4), ("second", "11:00", second_k)].iter().fold(World::new(), |world, &(id, clock, k)| {
            let at = t(14, clock);
            world
                .deploy(id, at, &[id])
                .record(counted_at(168, id, "boom", at - Span::days(1)))
                .record(counted_at(k, id, "boom", at))
        })
    };
    let flagged = |world: &World| {
        let spec = with(|spec| {
            spec.detect.correction = Correction::BenjaminiHochberg;
            spec.detect.family = Family::TwoLevel;
            spec.detect.alpha = 0.03;
        });
        Run::of(world, &spec).alerts.len()
    };
    assert_eq!(flagged(&pair(4)), 2);
    assert_eq!(flagged(&pair(1)), 1, "what came later does not undo the first");
}

/// Two weeks in which shop and pay have ten errors at noon; then both have `k` in the window.
fn noons(shop_k: u32, pay_k: u32) -> World {
    let past = (0..14).fold(shop(), |world, day| {
        world.record(counted_at(10, "shop", "boom", t(day, "12:20"))).record(counted_at(
            10,
            "pay",
            "bang",
            t(day, "12:20"),
        ))
    });
    past.record(counted_at(shop_k, "shop", "boom", noon())).record(counted_at(pay_k, "pay", "bang", noon()))
}

#[test]
fn what_rose_without_a_deploy_too_is_a_shared_cause() {
    let spec = with(|spec| {
        spec.replay.baseline = Span::days(14);
        spec.detect.common_shock = Some(CommonShock { alpha: 0.001 });
    });
    let kind = |world: &World| Run::of(world, &spec).outcome("d").shock.unwrap().kind;
    assert_eq!(kind(&noons(10, 10)), ShockKind::Quiet);
    assert_eq!(kind(&noons(200, 10)), ShockKind::DeploySuspect);
    assert_eq!(kind(&noons(200, 200)), ShockKind::SharedCause);
    assert_eq!(kind(&noons(2000, 100)), ShockKind::Amplified);
    assert_eq!(kind(&noons(10, 200)), ShockKind::Elsewhere);
    assert_eq!(kind(&shop().burst("shop", "boom", 9, noon())), ShockKind::Unknown, "no control");
    let deployed = noons(200, 200).deploy("e", noon() - Span::hours(1), &["pay"]);
    let shock = Run::of(&deployed, &spec).outcome("d").shock.unwrap();
    assert_eq!(shock.kind, ShockKind::Unknown, "what was deployed within two hours is no control");
}

#[test]
fn a_shared_cause_goes_to_a_person_and_costs_no_tokens() {
    let spec = with(|spec| {
        spec.replay.baseline = Span::days(14);
        spec.detect.common_shock = Some(CommonShock { alpha: 0.001 });
    });
    let run = Run::of(&noons(200, 200), &spec);
    let case = &run.cases[0];
    assert_eq!(case.verdict, VerdictKind::Inconclusive);
    assert_eq!(case.evidence[0].rule, "shared_cause");
    assert_eq!(case.tokens.total(), 0);
    assert!(!case.action.changes_production());
    let unasked = Run::of(&noons(200, 200), &with(|spec| spec.replay.baseline = Span::days(14)));
    assert_eq!(unasked.cases[0].verdict, VerdictKind::Caused, "accept_all believes it where nobody asks");
}

#[test]
fn one_origin_is_not_enough_where_several_are_asked_for() {
    let from = |user: &str| {
        let mut record = counted_at(1, "shop", "new", noon());
        record.user_id = Some(user.to_owned());
        record
    };
    let spec =
        with(|spec| spec.detect.new_signature = Some(NewSignature { min_origins: 2, ..NewSignature::at_least(2) }));
    let alerts = |world: &World| Run::of(world, &spec).alerts.len();
    assert_eq!(alerts(&shop().record(from("a")).record(from("a"))), 0, "one user's retries");
    assert_eq!(alerts(&shop().record(from("a")).record(from("b"))), 1);
    assert_eq!(alerts(&shop().burst("shop", "new", 2, noon())), 1, "who names nobody is not known to be one");
}

fn placebos_of(world: &World, spec: &PipelineSpec) -> Vec<Placebo> {
    let data = world.data();
    let fits = spec.fits(&data).expect("the records can be grouped");
    placebos(&data, &fits, spec, &Silent)
}

#[test]
fn placebos_lie_on_like_days_within_an_hour_and_off_every_real_window() {
    let world = shop().with(|world| world.manifest.end = Some(t(21, "00:00")));
    let found = placebos_of(&world, &published());
    // Weekdays from day 1 to 18, at 11, 12 and 13 o'clock, but for 12 on day 14 (a grid from the data's start: whole hours).
    let weekdays = (1..21).filter(|day| day % 7 < 5).count();
    assert_eq!(found.len(), 3 * weekdays - 1);
    assert!(found.iter().all(|placebo| !placebo.window.intersects(Interval::new(noon(), noon() + Span::hours(1)))));
    let hours: Vec<String> = found.iter().take(3).map(|placebo| placebo.window.start.clock()).collect();
    assert_eq!(hours, ["11:00", "12:00", "13:00"]);
}

#[test]
fn placebos_tell_the_attained_rate_and_leave_incidents_out() {
    // One record an hour at noon of each weekday, but ten on day 9 and, in an incident, on day 10.
    let steady = (0..21).fold(shop(), |world, day| world.errors("shop", "boom", &[t(day, "12:30")]));
    let world = steady
        .burst("shop", "boom", 9, t(9, "12:31"))
        .burst("shop", "boom", 9, t(10, "12:31"))
        .incident(outage("i", t(10, "12:30"), t(10, "12:50")))
        .with(|world| world.manifest.end = Some(t(21, "00:00")));
    let spec = with(|spec| spec.detect.alpha = 0.001);
    let scores = PlaceboScores::of(&placebos_of(&world, &spec), 0.001);
    assert_eq!((scores.in_incidents, scores.rate.flagged), (1, 1));
    assert_eq!(scores.rate.tests, scores.windows - 1, "one signature, known everywhere");
    assert_eq!(scores.rate.verdict, PlaceboVerdict::CannotCertify, "one of forty says nothing of one in a thousand");
    assert!(scores.attained_in_all > scores.rate.attained);
}

#[test]
fn a_calibrated_p_value_counts_only_placebos_decided_before() {
    let steady = (0..15).fold(shop(), |world, day| world.errors("shop", "boom", &[t(day, "12:30")]));
    let world = steady.burst("shop", "boom", 9, noon()).burst("shop", "boom", 30, t(15, "12:30"));
    let run = Run::of(&world, &published());
    let outcome = run.outcome("d");
    let earlier = placebos_of(&world, &published())
        .iter()
        .filter(|placebo| placebo.known_at <= t(14, "13:00"))
        .map(|placebo| placebo.tests.iter().sum::<u64>())
        .sum::<u64>();
    let calibrated = outcome.alerts[0].detection.p_calibrated.unwrap();
    assert_close(calibrated, 1.0 / (earlier as f64 + 1.0));
}

#[test]
fn a_pipeline_that_flags_everything_attains_everything() {
    let world = (0..21).fold(shop(), |world, day| world.errors("shop", "boom", &[t(day, "12:30") + TICK]));
    let scores = PlaceboScores::of(&placebos_of(&world, &everything()), 0.05);
    assert!(scores.rate.flagged > 0);
    assert_eq!(scores.verdict(), PlaceboVerdict::Above);
}
