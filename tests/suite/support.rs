//! Data sets in a few lines of code, pipelines that are easy to reason about, and random data sets for property tests.

use super::fake_model;
use proptest::prelude::*;
use shakedown::act::{ActSpec, FixerSpec, FloorsSpec, Policy, RollbackWhen};
use shakedown::dataset::{DataSet, Labels, Manifest, TrafficTable};
use shakedown::detect::{Baseline, CommonShock, DetectSpec, DetectorSpec, Family, NewSignature};
use shakedown::evaluate::{AlertRow, CaseRow, Costs, Evaluation, GivenPipeline, evaluate};
use shakedown::gate::{Bound, GateSpec, ImpactSpec};
use shakedown::model::{
    Action, Cause, Deploy, Incident, IncidentSeverity, Instant, Record, Severity, Silent, Span, Traffic,
};
use shakedown::normalize::{Cut, MaskKind, NormalizerSpec, RulesSpec};
use shakedown::pipeline::{MatchSpec, NotEvaluated, Outcome, PipelineSpec, ReplaySpec, Trigger, run};
use shakedown::series::Exposure;
use shakedown::stats::Correction;
use shakedown::triage::TriagerSpec;
use std::collections::BTreeMap;

/// 2026-05-04T00:00:00Z, a Monday: day 0 of every data set here.
pub const DAY_0: Instant = Instant::from_micros(1_777_852_800_000_000);

/// One microsecond: the grain of time.
pub const TICK: Span = Span::from_micros(1);

/// An instant by day and UTC clock: `t(8, "15:04")`.
pub fn t(day: i64, clock: &str) -> Instant {
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().expect("hh:mm or hh:mm:ss")).collect();
    let seconds = parts.iter().chain([0].iter().cycle()).take(3).fold(0, |sum, part| sum * 60 + part);
    DAY_0 + Span::days(day) + Span::from_micros(seconds * 1_000_000)
}

/// A data set as plain lists, before it is put into columns.
#[derive(Clone, Debug)]
pub struct World {
    pub manifest: Manifest,
    pub records: Vec<Record>,
    pub deploys: Vec<Deploy>,
    /// `None`: there is no incident log.
    pub incidents: Option<Vec<Incident>>,
    pub traffic: Option<Vec<Traffic>>,
    pub diffs: BTreeMap<String, String>,
}

impl World {
    /// Thirty days of nothing, with a complete and empty incident log.
    pub fn new() -> Self {
        Self {
            manifest: Manifest {
                name: "fixture".to_owned(),
                description: String::new(),
                license: String::new(),
                start: Some(DAY_0),
                end: Some(DAY_0 + Span::days(30)),
                incidents: Labels::Complete,
                timezone: "UTC".to_owned(),
                environment: "production".to_owned(),
                repo: None,
                redaction: None,
                traffic_step: Span::minutes(1),
                actionable: IncidentSeverity::Sev3,
            },
            records: Vec::new(),
            deploys: Vec::new(),
            incidents: Some(Vec::new()),
            traffic: None,
            diffs: BTreeMap::new(),
        }
    }

    pub fn deploy(self, id: &str, at: Instant, services: &[&str]) -> Self {
        self.push_deploy(deploy(id, at, services))
    }

    pub fn push_deploy(mut self, deploy: Deploy) -> Self {
        self.deploys.push(deploy);
        self
    }

    /// One ERROR record of `service` at each instant.
    pub fn errors(mut self, service: &str, message: &str, at: &[Instant]) -> Self {
        self.records.extend(at.iter().map(|&at| error(service, message, at)));
        self
    }

    /// `n` ERROR records of `service`, one a second from `from` on.
    pub fn burst(self, service: &str, message: &str, n: i64, from: Instant) -> Self {
        let at: Vec<Instant> = (0..n).map(|i| from + Span::from_micros(i * 1_000_000)).collect();
        self.errors(service, message, &at)
    }

    pub fn record(mut self, record: Record) -> Self {
        self.records.push(record);
        self
    }

    pub fn incident(mut self, incident: Incident) -> Self {
        self.incidents.get_or_insert_default().push(incident);
        self
    }

    /// As many requests in every step of `[from, to)`, with a number of users.
    pub fn traffic(mut self, service: &str, from: Instant, to: Instant, requests: u64, users: Option<u64>) -> Self {
        let rows = self.traffic.get_or_insert_default();
        let mut at = from;
        while at < to {
            rows.push(Traffic { timestamp: at, service: service.to_owned(), requests, users });
            at = at + self.manifest.traffic_step;
        }
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn data(&self) -> DataSet {
        DataSet::assemble(
            self.manifest.clone(),
            self.records.iter().collect(),
            self.deploys.clone(),
            self.incidents.clone(),
            self.traffic.as_deref().map(TrafficTable::from_rows),
            self.diffs.clone(),
        )
    }
}

pub fn deploy(id: &str, at: Instant, services: &[&str]) -> Deploy {
    Deploy {
        id: id.to_owned(),
        deployed_at: at,
        services: services.iter().map(|&s| s.to_owned()).collect(),
        environment: None,
        revision: None,
        previous_revision: None,
        changed_files: None,
        rolls_back: None,
        fixes: Vec::new(),
    }
}

pub fn error(service: &str, message: &str, at: Instant) -> Record {
    Record {
        timestamp: at,
        observed_at: None,
        service: service.to_owned(),
        severity: Severity::Error,
        message: message.to_owned(),
        exception_type: None,
        stack_trace: None,
        version: None,
        trace_id: None,
        user_id: None,
        count: 1,
    }
}

/// A record that stands for `count`.
pub fn counted_at(count: u32, service: &str, message: &str, at: Instant) -> Record {
    Record { count, ..error(service, message, at) }
}

/// A sev2 outage of `shop` that a third party caused.
pub fn outage(id: &str, from: Instant, to: Instant) -> Incident {
    Incident {
        id: id.to_owned(),
        title: String::new(),
        started_at: from,
        resolved_at: Some(to),
        services: vec!["shop".to_owned()],
        severity: IncidentSeverity::Sev2,
        cause: Cause::ThirdParty,
        deploy_id: None,
        signatures: Vec::new(),
        affected_requests: None,
        mitigated_at: None,
        declared_at: None,
        resolution: None,
        fix_revision: None,
        url: None,
    }
}

/// A sev2 incident of `shop` that a deploy caused.
pub fn regression(id: &str, deploy: &str, from: Instant, to: Instant) -> Incident {
    Incident { cause: Cause::Deploy, deploy_id: Some(deploy.to_owned()), ..outage(id, from, to) }
}

/// A pipeline that shows what is counted: it flags every signature seen in W, lets everything pass, believes everything and
/// fixes everything.
pub fn everything() -> PipelineSpec {
    PipelineSpec {
        schema_version: 1,
        name: "everything".to_owned(),
        description: String::new(),
        replay: ReplaySpec::default(),
        normalize: NormalizerSpec::Rules(RulesSpec {
            masks: vec![MaskKind::Uuid {}, MaskKind::Timestamp {}, MaskKind::Number { min_length: 4 }],
            truncate: Some(Cut::Plain(200)),
        }),
        detect: DetectSpec {
            new_signature: Some(NewSignature::at_least(1)),
            ..DetectSpec::plain(DetectorSpec::Always {}, 0.05)
        },
        gate: GateSpec::None {},
        triage: TriagerSpec::AcceptAll {},
        act: act(0.5, 0.05, vec![Action::FixForward]),
        matching: MatchSpec::default(),
    }
}

/// Acts by confidence; floors are reported.
fn act(fix_at: f64, rollback_impact: f64, allow: Vec<Action>) -> ActSpec {
    let rollback_when = RollbackWhen::default();
    ActSpec::plain(Policy { fix_at, rollback_at: 0.95, rollback_impact, allow, rollback_when }, FixerSpec::Stub {})
}

/// An impact gate that reads the point excess.
pub fn impact(min_impact: f64, weights: BTreeMap<String, f64>) -> GateSpec {
    GateSpec::Impact(ImpactSpec { min_impact, weights, bound: Bound::Point })
}

/// The same with the published rule: fixed-rate Poisson at p < 0.05, new signatures from two records on.
pub fn published() -> PipelineSpec {
    let mut spec = everything();
    spec.detect.detector = DetectorSpec::PoissonFixed {};
    spec.detect.new_signature = Some(NewSignature::at_least(2));
    spec
}

pub fn cond_binomial(mid_p: bool) -> DetectorSpec {
    toml::from_str(&format!("kind = \"cond_binomial\"\nmid_p = {mid_p}")).expect("a detector")
}

/// Prices that can be added up in the head: a minute costs $1, a million input tokens $1.
pub fn costs() -> Costs {
    toml::from_str(
        r#"
        schema_version = 1
        name = "round"
        currency = "USD"
        hourly_rate = 60.0
        token_prices = { input = 1.0, output = 2.0, cache_read = 0.1, cache_write = 4.0 }
        charges.investigate = { review_minutes = 10.0 }
        charges.fix_forward = { review_minutes = 20.0, tokens = { input = 1000000, output = 1000000, cache_read = 1000000, cache_write = 1000000 } }
        charges.rollback = { review_minutes = 5.0 }
        wrong_rollback = { fixed_usd = 100.0 }
        harm_per_minute = { sev1 = 100.0, sev2 = 10.0, sev3 = 1.0, sev4 = 0.1, sev5 = 0.01 }
        "#,
    )
    .expect("a price list")
}

/// Everything that a replay and its evaluation say.
pub struct Run {
    /// Ids of the deploys, in the order that outcomes refer to.
    pub deploys: Vec<String>,
    pub outcomes: Vec<Outcome>,
    pub not_evaluated: Vec<(String, NotEvaluated)>,
    pub evaluation: Evaluation,
    pub alerts: Vec<AlertRow>,
    pub cases: Vec<CaseRow>,
}

impl Run {
    pub fn of(world: &World, spec: &PipelineSpec) -> Self {
        Self::on(&world.data(), spec, &costs())
    }

    pub fn on(data: &DataSet, spec: &PipelineSpec, costs: &Costs) -> Self {
        let fits = spec.fits(data).expect("the records can be grouped");
        let replay = run(data, &fits, spec, &costs.charges, &Silent).expect("a replay");
        let given = GivenPipeline { given: &spec.name, spec };
        let assessment = evaluate(data, &fits, &given, &replay, costs);
        let (evaluation, alerts, cases) = (assessment.evaluation, assessment.alerts, assessment.cases);
        let id = |index: usize| data.deploys[index].id.clone();
        Self {
            deploys: (0..data.deploys.len()).map(id).collect(),
            not_evaluated: replay.not_evaluated.iter().map(|&(deploy, reason)| (id(deploy), reason)).collect(),
            outcomes: replay.outcomes,
            evaluation,
            alerts,
            cases,
        }
    }

    /// The only outcome of a deploy.
    pub fn outcome(&self, deploy: &str) -> &Outcome {
        let mut of_deploy = self.outcomes.iter().filter(|o| self.deploys[o.window.deploy] == deploy);
        let outcome = of_deploy.next().unwrap_or_else(|| panic!("{deploy} was evaluated"));
        assert!(of_deploy.next().is_none(), "{deploy} has several windows");
        outcome
    }

    /// Records counted per signature in the windows of all deploys: (signature, k).
    pub fn counts(&self) -> Vec<(&str, u64)> {
        self.alerts.iter().map(|alert| (alert.signature.as_str(), alert.k)).collect()
    }

    /// The incidents that each alert hits.
    pub fn hits(&self) -> Vec<Vec<&str>> {
        self.alerts.iter().map(|alert| alert.hits.iter().map(String::as_str).collect()).collect()
    }

    /// What is written to disk: `evaluation.json`, `alerts.jsonl`, `cases.jsonl`.
    pub fn written(&self) -> [String; 3] {
        let json = |value: &dyn erased::Json| value.json();
        [json(&self.evaluation), json(&self.alerts), json(&self.cases)]
    }
}

mod erased {
    pub trait Json {
        fn json(&self) -> String;
    }

    impl<T: serde::Serialize> Json for T {
        fn json(&self) -> String {
            serde_json::to_string(self).expect("plain data")
        }
    }
}

/// `n` random cases, or as many as `PROPTEST_CASES` says; failures are printed, not kept in files.
pub fn cases(n: u32) -> ProptestConfig {
    let default = ProptestConfig { failure_persistence: None, max_shrink_iters: 1000, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { ProptestConfig { cases: n, ..default } }
}

/// A random data set with a pipeline to replay it.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub world: World,
    pub spec: PipelineSpec,
}

const SERVICES: [&str; 3] = ["shop", "pay", "mail"];

/// Messages that masks merge, split or leave alone; with incident patterns that match the template only, a raw message only, both,
/// or nothing.
const MESSAGES: [&str; 8] = [
    "timeout after 1234 ms",
    "timeout after 99999 ms",
    "boom",
    "boom at 2026-05-04T15:59:00Z",
    "boom at 2026-05-05 16:00",
    "order 7c9e6679-7425-40de-944b-e07fc1f90ae7 lost",
    "order 7C9E6679-7425-40DE-944B-E07FC1F90AE8 lost",
    "größe 12 zu groß",
];
const PATTERNS: [&str; 6] = ["<number>", "1234", "^boom", "zzz", "order <uuid>", "Boom"];

/// Days that a random data set spans.
const DAYS: i64 = 9;

fn pick<T: Clone + std::fmt::Debug + 'static>(from: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(from.to_vec())
}

/// Half hours between 10:00 and 11:30, often on the same day or a week apart: deploys crowd, and chance finds something to hit.
fn deploy_time() -> impl Strategy<Value = Instant> {
    (prop_oneof![5 => pick(&[1, 8]), 1 => 0..DAYS], 0..=3_i64)
        .prop_map(|(day, n)| t(day, "10:00") + Span::minutes(n * 30))
}

/// An instant near one of a few anchors, often exactly at an edge of a window or one microsecond beside it.
fn near(anchors: Vec<Instant>) -> impl Strategy<Value = Instant> {
    let offset = prop_oneof![
        3 => pick(&[-60, -15, 0, 30, 60, 90, 120]),
        5 => 0..90_i64,
        2 => -90..180_i64,
        2 => -DAYS * 1440..DAYS * 1440
    ];
    (prop::sample::select(anchors), offset, -1..=1_i64)
        .prop_map(|(anchor, minutes, ticks)| anchor + Span::minutes(minutes) + Span::from_micros(ticks))
}

fn random_deploys() -> impl Strategy<Value = Vec<Deploy>> {
    let one = (deploy_time(), prop::sample::subsequence(SERVICES.to_vec(), 1..=2), 0..12_u8, any::<bool>());
    prop::collection::vec(one, 2..=5).prop_map(|rows| {
        let deploys = rows.into_iter().enumerate().map(|(i, (at, services, environment, fixes))| Deploy {
            environment: match environment {
                0 => Some("staging".to_owned()),
                1..=3 => Some("production".to_owned()),
                _ => None,
            },
            fixes: if fixes { vec!["i0".to_owned(), "unknown".to_owned()] } else { Vec::new() },
            ..deploy(&format!("d{i}"), at, &services)
        });
        deploys.collect()
    })
}

/// A record: mostly of a service of one of the deploys, and near it.
pub fn random_record_at(deploys: Vec<Deploy>) -> impl Strategy<Value = Record> {
    let delay = prop_oneof![6 => Just(None), 1 => pick(&[-1, 0, 1, 15, 30, 60, 600]).prop_map(Some)];
    let severity = prop_oneof![8 => Just(Severity::Error), 1 => Just(Severity::Fatal), 1 => Just(Severity::Warn)];
    let user = prop::option::weighted(0.4, 0..4_u8);
    let service = prop::option::weighted(0.2, pick(&SERVICES));
    let count = prop_oneof![3 => Just(1), 1 => 1..6_u32];
    let deploy = prop::sample::select(deploys).prop_flat_map(|d| (near(vec![d.deployed_at]), pick(&d.services)));
    (deploy, delay, service, severity, pick(&MESSAGES), user, count).prop_map(
        |((at, deployed), delay, service, severity, message, user, count)| Record {
            observed_at: delay.map(|minutes| at + Span::minutes(minutes)),
            severity,
            user_id: user.map(|user| format!("u{user}")),
            version: user.map(|user| format!("1.{}", user % 2)),
            count,
            exception_type: message.starts_with("boom").then(|| "BoomError".to_owned()),
            stack_trace: message.starts_with("boom").then(|| STACK.to_owned()),
            ..error(service.unwrap_or(&deployed), message, at)
        },
    )
}

const STACK: &str = "Traceback (most recent call last):\n  File \"shop/cart.py\", line 2, in total\n    raise BoomError(\"boom\")\nBoomError: boom";

/// A diff that touches what [`STACK`] names.
pub const DIFF: &str = "diff --git a/shop/cart.py b/shop/cart.py\n--- a/shop/cart.py\n+++ b/shop/cart.py\n@@ -1,2 +1,2 @@\n def total():\n-    return 0\n+    raise BoomError(\"boom\")\n";

/// An incident: mostly of the services of one of the deploys and near it, often caused by it.
pub fn random_incident(deploys: Vec<Deploy>) -> impl Strategy<Value = Incident> {
    let cause = prop_oneof![
        8 => Just(Cause::Deploy),
        1 => Just(Cause::Unknown),
        3 => pick(&[Cause::ThirdParty, Cause::Traffic, Cause::Infrastructure, Cause::Config, Cause::Data]),
    ];
    let length = prop_oneof![1 => Just(None), 6 => (0..200_i64).prop_map(Some), 1 => (0..3000_i64).prop_map(Some)];
    let severity = pick(&[
        IncidentSeverity::Sev1,
        IncidentSeverity::Sev2,
        IncidentSeverity::Sev2,
        IncidentSeverity::Sev3,
        IncidentSeverity::Sev3,
        IncidentSeverity::Sev4,
        IncidentSeverity::Sev5,
    ]);
    let patterns = prop_oneof![
        3 => Just(Vec::new()),
        1 => prop::collection::vec(pick(&PATTERNS).prop_map(str::to_owned), 1..=2)
    ];
    let other_services = prop::option::weighted(0.3, prop::sample::subsequence(SERVICES.to_vec(), 0..=2));
    let declared = prop::option::of(0..120_i64);
    let any = deploys.iter().map(|d| d.deployed_at).collect();
    let time = (near(any), prop::option::weighted(0.7, -10..60_i64));
    // Of ten deploy-caused incidents one names no deploy and one names a deploy that is not there.
    let named = 0..10_u8;
    (prop::sample::select(deploys), time, length, other_services, severity, (cause, named), patterns, declared)
        .prop_map(|(deploy, (anywhere, after), length, services, severity, (cause, named), signatures, declared)| {
            let at = after.map_or(anywhere, |minutes| deploy.deployed_at + Span::minutes(minutes));
            let owned = |services: Vec<&str>| services.into_iter().map(str::to_owned).collect();
            let deploy_id = match named {
                0 => None,
                1 => Some("gone".to_owned()),
                _ => Some(deploy.id),
            };
            Incident {
                resolved_at: length.map(|minutes| at + Span::minutes(minutes)),
                services: services.map_or(deploy.services, owned),
                severity,
                cause,
                deploy_id: deploy_id.filter(|_| cause == Cause::Deploy),
                signatures,
                declared_at: declared.map(|minutes| at + Span::minutes(minutes)),
                ..outage("", at, at)
            }
        })
}

/// Steps of a quarter of an hour with a daily pattern; `gaps` in ten of them are missing.
fn random_traffic() -> impl Strategy<Value = Option<Vec<Traffic>>> {
    let kind = (0..3_u64, pick(&[1_u64, 3, 50]), 0..2_i64, any::<bool>(), 1..=3_usize);
    prop::option::weighted(0.7, kind).prop_map(|kind| {
        let (gaps, level, shift, users, services) = kind?;
        let mut rows = Vec::new();
        for (index, service) in SERVICES.iter().take(services).enumerate() {
            for step in 0..DAYS * 96 {
                let noise = (step.unsigned_abs() * 7919 + index as u64 * 104_729) % 97;
                if noise % 10 >= gaps {
                    rows.push(Traffic {
                        timestamp: DAY_0 + Span::minutes(step * 15 + shift * 7),
                        service: (*service).to_owned(),
                        requests: level * noise,
                        users: (users && !noise.is_multiple_of(3)).then_some(noise / 4),
                    });
                }
            }
        }
        Some(rows)
    })
}

/// Detectors of which there is a slow second implementation.
pub fn simple_detectors() -> Vec<DetectorSpec> {
    let simple = ["kind = \"poisson_fixed\"", "kind = \"cond_binomial\"", "kind = \"cond_binomial\"\nmid_p = true"];
    let ends = ["kind = \"null\"", "kind = \"always\""];
    simple.into_iter().chain(ends).map(|text| toml::from_str(text).expect("a detector")).collect()
}

/// Every detector.
pub fn detectors() -> Vec<DetectorSpec> {
    let others = [
        "kind = \"gamma_poisson\"",
        "kind = \"nb\"",
        "kind = \"nb\"\nform = \"nb2\"",
        "kind = \"strat_nb\"",
        "kind = \"rolling_pct\"",
        "kind = \"either\"\nof = [{ detector = { kind = \"strat_nb\" }, within = \"30m\" }, { detector = { kind = \"nb\" } }]",
        "kind = \"random\"",
        "kind = \"etest\"",
        "kind = \"did\"",
        "kind = \"did\"\ncontrol = \"old_version\"",
        "kind = \"farrington\"\nweeks = 1",
        "kind = \"ears\"\nlag = \"window\"",
        "kind = \"cusum\"",
        "kind = \"prefix_scan\"\nprefixes = [\"15m\", \"30m\", \"90m\"]",
        "kind = \"e_value\"",
        "kind = \"e_value\"\nagainst = \"control\"\nbin = \"7m\"",
    ];
    let others = others.into_iter().map(|text| toml::from_str(text).expect("a detector"));
    simple_detectors().into_iter().chain(others).collect()
}

/// Gates of which there is a slow second implementation.
pub fn simple_gates() -> Vec<GateSpec> {
    let weighted = |min_impact| impact(min_impact, BTreeMap::from([("pay".to_owned(), 2.5)]));
    vec![GateSpec::None {}, weighted(0.0), weighted(0.01), weighted(0.1)]
}

/// Every gate.
pub fn gates() -> Vec<GateSpec> {
    let others = [
        "kind = \"impact\"\nmin_impact = 0.01\nbound = \"lower\"",
        "kind = \"harm\"\nmin_usd = 1.0\nusd_per_event = 2.0\nweights = { pay = 2.5 }",
        "kind = \"harm\"\nmin_usd = 0.1\nusd_per_event = 2.0\nbound = \"lower\"",
        "kind = \"slo_burn\"\nobjective = 0.99\nmin_burn = 2.0",
    ];
    let others = others.into_iter().map(|text| toml::from_str(text).expect("a gate"));
    simple_gates().into_iter().chain(others).collect()
}

/// A rollback by value that pays as soon as any harm is known.
fn by_value() -> RollbackWhen {
    let text =
        "kind = \"value\"\nminutes_human = 60.0\nminutes_auto = 5.0\nwrong_rollback_usd = 0.1\nrollback_usd = 0.0";
    toml::from_str(text).expect("stakes")
}

/// Floors that some actions of random data meet and some do not.
fn low_floors() -> FloorsSpec {
    FloorsSpec { ratio_low: 1.0, k: 2, posterior: 0.0, own_cause: false, hours_between: 1.0, ..FloorsSpec::default() }
}

/// One of each strategy; what asks a model asks ours.
pub fn normalizers() -> Vec<NormalizerSpec> {
    let texts = [
        "kind = \"rules\"\nmasks = [{ mask = \"number\", min_length = 4 }]\ntruncate = 20",
        "kind = \"drain\"\nsim_th = 0.5",
        "kind = \"stack\"\nfallback = { kind = \"drain\" }",
        "kind = \"sentry\"\nfallback = { kind = \"rules\", masks = [] }",
        "kind = \"ael\"\nmin_values = 2",
        "kind = \"embedding\"\nprovider = { kind = \"hash\", dimensions = 64 }\nthreshold = 0.4",
    ];
    let classifier = format!(
        "kind = \"classifier\"\nrules = {{ masks = [] }}\nk = 2\nendpoint = {{ base_url = \"{}\", model = \"m\", mode = \"live\" }}",
        fake_model::base_url()
    );
    let all = texts.into_iter().chain([classifier.as_str()]);
    all.map(|text| toml::from_str(text).expect("a normalizer")).collect()
}

pub fn triagers() -> Vec<TriagerSpec> {
    let endpoint = format!("{{ base_url = \"{}\", model = \"m\", mode = \"live\" }}", fake_model::base_url());
    let texts = [
        "kind = \"accept_all\"".to_owned(),
        "kind = \"blame_latest\"".to_owned(),
        "kind = \"class_in_trace\"".to_owned(),
        "kind = \"heuristic\"".to_owned(),
        format!("kind = \"llm\"\nendpoint = {endpoint}"),
        format!("kind = \"cascade\"\nmodel = {{ endpoint = {endpoint} }}"),
    ];
    texts.iter().map(|text| toml::from_str(text).expect("a triager")).collect()
}

fn random_replay() -> impl Strategy<Value = ReplaySpec> {
    use shakedown::pipeline::{Overlap, Scope};
    let m = Span::minutes;
    (
        (pick(&[Scope::Deployed, Scope::Deployed, Scope::All]), pick(&[Overlap::Keep, Overlap::Truncate])),
        (pick(&[m(0), m(30)]), pick(&[m(60), m(60), m(90)]), pick(&[m(0), m(0), m(15), m(60)])),
        (pick(&[Span::days(7), Span::days(2), m(360)]), pick(&[Span::hours(24), m(360), Span::ZERO])),
        (pick(&[Severity::Error, Severity::Error, Severity::Fatal, Severity::Info]), any::<bool>()),
    )
        .prop_map(
            |((scope, overlap), (settle, window, lateness), (baseline, min_baseline), (min_severity, exclude))| {
                ReplaySpec {
                    scope,
                    settle,
                    window,
                    overlap,
                    baseline,
                    min_baseline,
                    lateness,
                    min_severity,
                    exclude_incidents: exclude,
                    trigger: Trigger::Close,
                }
            },
        )
}

pub fn random_spec(
    detectors: Vec<DetectorSpec>,
    gates: Vec<GateSpec>,
    triagers: Vec<TriagerSpec>,
) -> impl Strategy<Value = PipelineSpec> {
    let detect = (
        prop::sample::select(detectors),
        pick(&[0.05, 0.3, 0.9]),
        pick(&[Exposure::Time, Exposure::Requests]),
        pick(&[Correction::None, Correction::BenjaminiHochberg, Correction::Bonferroni]),
        prop_oneof![1 => Just(None), 4 => (1..4_u64).prop_map(|min_count| Some(NewSignature::at_least(min_count)))],
    );
    let policy = (
        pick(&[0.5, 1.0]),
        pick(&[0.0, 0.05]),
        prop::sample::subsequence(vec![Action::FixForward, Action::Rollback], 0..=2),
    );
    let matching = (pick(&[0, 15, 30]), pick(&[1, 24]));
    let truncate = pick(&[Some(Cut::Plain(200)), Some(Cut::Plain(4)), None]);
    (random_replay(), detect, prop::sample::select(gates), prop::sample::select(triagers), policy, matching, truncate)
        .prop_map(|(replay, detect, gate, triage, policy, (slack, cap), truncate)| {
            let (detector, alpha, exposure, correction, new_signature) = detect;
            let (fix_at, rollback_impact, allow) = policy;
            PipelineSpec {
                replay,
                normalize: NormalizerSpec::Rules(RulesSpec {
                    masks: vec![MaskKind::Uuid {}, MaskKind::Timestamp {}, MaskKind::Number { min_length: 4 }],
                    truncate,
                }),
                detect: DetectSpec { exposure, correction, new_signature, ..DetectSpec::plain(detector, alpha) },
                gate,
                triage,
                act: act(fix_at, rollback_impact, allow),
                matching: MatchSpec { slack: Span::minutes(slack), match_cap: Span::hours(cap) },
                ..everything()
            }
        })
}

/// Random data: up to six deploys, eighty records and five incidents over nine days, crowded around the deploys.
pub fn random_world() -> impl Strategy<Value = World> {
    random_deploys().prop_flat_map(|deploys| {
        let crowd = deploys.clone();
        let number = prop_oneof![1 => 0..20_usize, 3 => 20..=80_usize];
        let records = number.prop_flat_map(move |n| prop::collection::vec(random_record_at(crowd.clone()), n));
        let incidents = prop::option::weighted(0.9, prop::collection::vec(random_incident(deploys.clone()), 0..=5));
        let edges = (any::<bool>(), any::<bool>(), any::<bool>());
        (Just(deploys), records, incidents, random_traffic(), edges).prop_map(
            |(deploys, records, mut incidents, traffic, (start, end, complete))| {
                for (index, incident) in incidents.iter_mut().flatten().enumerate() {
                    incident.id = format!("i{index}");
                }
                let diffs = BTreeMap::from([("d0".to_owned(), DIFF.to_owned())]);
                World { records, deploys, incidents, traffic, diffs, ..World::new() }.with(|world| {
                    world.manifest.start = start.then_some(DAY_0);
                    world.manifest.end = end.then_some(DAY_0 + Span::days(DAYS));
                    world.manifest.incidents = if complete { Labels::Complete } else { Labels::Partial };
                    world.manifest.traffic_step = Span::minutes(15);
                })
            },
        )
    })
}

/// What the second implementation knows.
pub fn random_scenario(triagers: Vec<TriagerSpec>) -> impl Strategy<Value = Scenario> {
    (random_world(), random_spec(simple_detectors(), simple_gates(), triagers))
        .prop_map(|(world, spec)| Scenario { world, spec })
}

/// Everything that a pipeline can be made of.
pub fn any_scenario() -> impl Strategy<Value = Scenario> {
    let m = Span::minutes;
    let triggers =
        [Trigger::Close, Trigger::Close, Trigger::Poll { every: m(30) }, Trigger::Schedule { every: m(720) }];
    let baselines = [
        Baseline::Flat,
        Baseline::HourOfDay,
        Baseline::DayClass,
        Baseline::HourOfWeek,
        Baseline::Rolling { windows: 3 },
    ];
    let families = [Family::Deploy, Family::Deploy, Family::Day, Family::TwoLevel];
    let shocks = [None, Some(CommonShock { alpha: 0.3 })];
    let floors = [(false, FloorsSpec::default()), (true, FloorsSpec::default()), (true, low_floors())];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let extras = (pick(&triggers), pick(&baselines), pick(&families), pick(&shocks), pick(&floors), flags);
    let normalizer = prop::option::of(prop::sample::select(normalizers()));
    let parts = (random_world(), random_spec(detectors(), gates(), triagers()), normalizer, extras);
    parts.prop_map(|(world, mut spec, normalizer, extras)| {
        spec.normalize = normalizer.unwrap_or(spec.normalize);
        let (trigger, baseline, family, common_shock, floors, (both, careful, value)) = extras;
        (spec.act.floors, spec.act.floor_at) = floors;
        if value && matches!(spec.gate, GateSpec::Harm(_)) {
            spec.act.policy.rollback_when = by_value();
        }
        spec.replay.trigger = trigger;
        spec.detect.baseline = baseline;
        spec.detect.common_shock = common_shock;
        if !matches!(trigger, Trigger::Poll { .. }) {
            spec.detect.family = family;
        }
        if spec.detect.family == Family::TwoLevel {
            spec.detect.correction = Correction::BenjaminiHochberg;
        }
        if both {
            spec.detect.exposure = Exposure::Both;
        }
        if careful && let Some(rule) = &mut spec.detect.new_signature {
            *rule = NewSignature { min_origins: 2, novelty_alpha: Some(0.9), max_missing_mass: Some(0.9), ..*rule };
        }
        Scenario { world, spec }
    })
}
