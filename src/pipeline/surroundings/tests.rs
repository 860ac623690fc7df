use super::*;
use crate::dataset::{Labels, Manifest};
use crate::model::{Detection, Impact, IncidentSeverity, Record, Severity};
use crate::normalize::{Rules, RulesSpec};
use crate::triage::evidence::measured::onset::Timing;
use std::collections::BTreeMap;

/// Ten days of a shop, deployed at noon of the tenth: revision `b…` replaces `a…`.
struct Shop {
    records: Vec<Record>,
    deploys: Vec<Deploy>,
}

const OLD_REVISION: &str = "aaaaaaaa";
const NEW_REVISION: &str = "bbbbbbbbbbbb";

fn start() -> Instant {
    "2026-11-02T00:00:00Z".parse().unwrap()
}

/// Minutes after the deploy.
fn at(minute: f64) -> Instant {
    start() + Span::days(9) + Span::hours(12) + Span::from_micros((minute * 60e6) as i64)
}

impl Shop {
    /// An hourly error of every version since the start, and the deploy.
    fn new() -> Self {
        let shop = Self { records: Vec::new(), deploys: Vec::new() }.deploy("d", 0.0, "shop");
        (0..9 * 24 + 12)
            .fold(shop, |shop, hour| shop.error("shop", "noise", OLD_REVISION, f64::from(hour) * -60.0 - 1.0))
    }

    fn deploy(mut self, id: &str, minute: f64, service: &str) -> Self {
        self.deploys.push(Deploy {
            id: id.to_owned(),
            deployed_at: at(minute),
            services: vec![service.to_owned()],
            environment: None,
            revision: Some(NEW_REVISION.to_owned()).filter(|_| id == "d"),
            previous_revision: None,
            changed_files: None,
            rolls_back: None,
            fixes: Vec::new(),
        });
        self
    }

    fn error(mut self, service: &str, message: &str, version: &str, minute: f64) -> Self {
        self.records.push(Record {
            timestamp: at(minute),
            observed_at: None,
            service: service.to_owned(),
            severity: Severity::Error,
            message: message.to_owned(),
            exception_type: None,
            stack_trace: None,
            version: Some(version.to_owned()),
            trace_id: None,
            user_id: None,
            count: 1,
        });
        self
    }

    /// `n` errors, evenly from one minute on to another.
    fn errors(self, service: &str, message: &str, version: &str, minutes: std::ops::Range<f64>, n: u32) -> Self {
        let step = (minutes.end - minutes.start) / f64::from(n);
        (0..n).fold(self, |shop, i| shop.error(service, message, version, minutes.start + (f64::from(i) + 0.5) * step))
    }

    /// What is measured around `boom` of the shop in the hour after the deploy, and the other deploys.
    fn measured(&self) -> (Measured, Vec<ConcurrentDeploy>) {
        let manifest = Manifest {
            name: "shop".to_owned(),
            description: String::new(),
            license: String::new(),
            start: Some(start()),
            end: Some(start() + Span::days(12)),
            incidents: Labels::Complete,
            timezone: "UTC".to_owned(),
            environment: "production".to_owned(),
            repo: None,
            redaction: None,
            traffic_step: Span::minutes(1),
            actionable: IncidentSeverity::Sev3,
        };
        let (records, deploys) = (self.records.iter().collect(), self.deploys.clone());
        let data = DataSet::assemble(manifest, records, deploys, None, None, BTreeMap::new());
        let plain = Rules::new(&RulesSpec { masks: Vec::new(), truncate: None }).unwrap();
        let series = Series::build(&data.records, &plain, Severity::Error);
        let window = Window {
            deploy: data.deploys.iter().position(|deploy| deploy.id == "d").unwrap(),
            service: "shop".to_owned(),
            window: Interval::new(at(0.0), at(60.0)),
            baseline: Interval::new(at(0.0) - Span::days(7), at(0.0)),
            decided_at: at(60.0),
        };
        let alert = alert(&series, &window);
        let around = Surroundings::of(&data, &series, &window);
        let measured = around.measure(&alert);
        let concurrent = around.concurrent(&[(&alert, &measured)]);
        (measured, concurrent)
    }
}

fn alert(series: &Series, window: &Window) -> Alert {
    let group = series.find("shop", "boom").unwrap();
    let seen = |interval| series.count(group, known(window, interval));
    let first = series.rows(group, known(window, window.window)).next().unwrap();
    let detection = Detection {
        signature: "boom".to_owned(),
        k: seen(window.window),
        baseline_count: seen(window.baseline),
        expected: 0.0,
        p_value: None,
        is_new: true,
        first_seen: series.records.timestamp[first],
        excess_low: 0.0,
        ratio_low: 0.0,
        p_calibrated: None,
    };
    Alert { detection, impact: Impact::default(), gated: false, gate_reason: String::new() }
}

#[test]
fn a_rolling_deploy_tells_which_version_it_is() {
    let rolling = Shop::new()
        .errors("shop", "noise", OLD_REVISION, 0.0..40.0, 40)
        .errors("shop", "noise", NEW_REVISION, 5.0..60.0, 40)
        .errors("shop", "boom", NEW_REVISION, 5.0..60.0, 40);
    let split = rolling.measured().0.versions.unwrap();
    assert!(split.odds.is_above_one() && split.old.signature == 0, "{split:?}");
    assert!(split.new.others < 40 && split.minutes < 36.0, "only while both ran: {split:?}");
    let both = rolling.errors("shop", "boom", OLD_REVISION, 0.0..40.0, 30);
    assert!(both.measured().0.versions.unwrap().odds.covers_one());
}

#[test]
fn where_all_instances_switch_at_once_versions_say_nothing() {
    let at_once = Shop::new().errors("shop", "noise", NEW_REVISION, 0.0..60.0, 40).errors(
        "shop",
        "boom",
        NEW_REVISION,
        0.0..60.0,
        40,
    );
    assert_eq!(at_once.measured().0.versions, None);
    // A version that comes after the deploy's own is no old one.
    let next = at_once.errors("shop", "noise", "cccccccc", 50.0..60.0, 10);
    assert_eq!(next.measured().0.versions, None);
}

#[test]
fn when_it_began_is_measured_from_the_deploy() {
    let onset =
        |from: f64| Shop::new().errors("shop", "boom", NEW_REVISION, from..60.0, 40).measured().0.onset.unwrap();
    assert_eq!(onset(2.0).timing(), Timing::WithIt);
    assert_eq!(onset(30.0).timing(), Timing::Late);
    assert_eq!(onset(-30.0).timing(), Timing::Before);
}

#[test]
fn what_rose_elsewhere_as_well_is_shared_unless_it_was_deployed_there_too() {
    let both = Shop::new()
        .errors("shop", "boom", NEW_REVISION, 0.0..60.0, 40)
        .errors("pay", "boom", OLD_REVISION, -14000.0..0.0, 60)
        .errors("pay", "boom", OLD_REVISION, 0.0..60.0, 40);
    let (measured, _) = both.measured();
    assert!(measured.elsewhere.unwrap().is_shared() && measured.difference.unwrap().is_shared());
    let (measured, _) = both.deploy("p", -60.0, "pay").measured();
    assert_eq!((measured.elsewhere, measured.difference), (None, None));
}

#[test]
fn a_nightly_error_is_a_habit_and_every_deploy_raises_it() {
    let days = (1..9).map(|day| f64::from(day) * -1440.0);
    let shop = days.fold(Shop::new(), |shop, day| {
        shop.deploy(&format!("d{day}"), day, "shop").errors("shop", "boom", OLD_REVISION, day..day + 40.0, 20)
    });
    let (measured, concurrent) = shop.errors("shop", "boom", NEW_REVISION, 0.0..40.0, 20).measured();
    let habit = measured.habit;
    assert_eq!((habit.of_day.numerator, habit.of_day.denominator), (8, 9));
    assert_eq!((habit.after_deploys.numerator, habit.after_deploys.denominator), (8, 8));
    assert_eq!(concurrent, [], "a day is too long ago");
}

#[test]
fn the_deploy_between_is_the_better_candidate() {
    let shop = Shop::new()
        .deploy("before", -300.0, "pay")
        .deploy("between", 31.0, "shop")
        .deploy("later", 50.0, "shop")
        .errors("shop", "boom", NEW_REVISION, 33.0..60.0, 40);
    let (_, concurrent) = shop.measured();
    let found: Vec<(&str, bool)> = concurrent.iter().map(|other| (other.id.as_str(), other.same_service)).collect();
    assert_eq!(found, [("between", true), ("before", false)]);
    assert!(concurrent[0].share > 0.7 && concurrent[1].share < 0.05, "{concurrent:?}");
}

/// What is observed or deployed after the decision is as if it were not.
#[test]
fn nothing_after_the_decision_is_known() {
    let shop = || {
        Shop::new()
            .errors("shop", "boom", NEW_REVISION, 3.0..60.0, 40)
            .errors("shop", "noise", OLD_REVISION, 0.0..20.0, 20)
            .errors("pay", "boom", OLD_REVISION, -5000.0..30.0, 50)
    };
    let before = shop().measured();
    let mut later = shop().deploy("later", 61.0, "pay").errors("shop", "boom", OLD_REVISION, 60.0..500.0, 100);
    let known = later.records.len();
    later = later.errors("shop", "boom", OLD_REVISION, -300.0..60.0, 50).errors("pay", "noise", "x", 0.0..60.0, 50);
    later.records[known..].iter_mut().for_each(|record| record.observed_at = Some(at(60.1)));
    assert_eq!(later.measured(), before);
}
