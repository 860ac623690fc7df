//! Worlds in a few lines, for the tests of detectors: whole hours of errors, evenly spread.

use super::{Baseline, DetectSpec, Detector, DetectorSpec, History, Look, Score};
use crate::dataset::{DataSet, Labels, Manifest};
use crate::model::{Deploy, IncidentSeverity, Instant, Interval, Record, Severity, Span, Window};
use crate::normalize::{Rules, RulesSpec};
use crate::series::Series;
use std::collections::BTreeMap;

/// 2026-05-04T00:00:00Z, a Monday.
const START: Instant = Instant::from_micros(1_777_852_800_000_000);

/// The day and hour of W's start: a Thursday noon after eight weeks.
const DAY: i64 = 8 * 7 + 3;
const HOUR: i64 = 12;

#[derive(Default)]
pub struct Fixture {
    records: Vec<Record>,
    deploys: Vec<Deploy>,
}

/// How W is looked at.
#[derive(Clone, Copy)]
pub struct Glance {
    pub horizon: Span,
    pub passed: Span,
    pub history: Span,
}

impl Default for Glance {
    fn default() -> Self {
        Self { horizon: Span::hours(1), passed: Span::hours(1), history: Span::days(56) }
    }
}

impl Fixture {
    /// W's start.
    pub fn start() -> Instant {
        START + Span::hours(DAY * 24 + HOUR)
    }

    /// `count(day, hour)` errors of a service in each hour of eight weeks before W; weekday 0 is Monday.
    pub fn before(mut self, service: &str, message: &str, count: impl Fn(i64, i64) -> i64) -> Self {
        for hour in 0..DAY * 24 + HOUR {
            let from = START + Span::hours(hour);
            self = self.burst(service, message, None, from, Span::hours(1), count(hour / 24, hour % 24));
        }
        self
    }

    /// `count` errors in `[from, to)` minutes of W.
    pub fn during(self, service: &str, message: &str, (from, to): (i64, i64), count: i64) -> Self {
        self.burst(service, message, None, Self::start() + Span::minutes(from), Span::minutes(to - from), count)
    }

    /// Errors of one version in the first hour of W.
    pub fn of_version(self, service: &str, message: &str, version: &str, count: i64) -> Self {
        self.burst(service, message, Some(version), Self::start(), Span::hours(1), count)
    }

    /// `n` errors in the middles of equal parts of `[from, from + span)`.
    fn burst(mut self, service: &str, message: &str, version: Option<&str>, from: Instant, span: Span, n: i64) -> Self {
        let record = |i: i64| Record {
            timestamp: from + Span::from_micros(span.micros() * (2 * i + 1) / (2 * n)),
            observed_at: None,
            service: service.to_owned(),
            severity: Severity::Error,
            message: message.to_owned(),
            exception_type: None,
            stack_trace: None,
            version: version.map(str::to_owned),
            trace_id: None,
            user_id: None,
            count: 1,
        };
        self.records.extend((0..n).map(record));
        self
    }

    pub fn deploy(mut self, service: &str, at: Instant) -> Self {
        self.deploys.push(Deploy {
            id: format!("d{}", self.deploys.len()),
            deployed_at: at,
            services: vec![service.to_owned()],
            environment: None,
            revision: None,
            previous_revision: None,
            changed_files: None,
            rolls_back: None,
            fixes: Vec::new(),
        });
        self
    }

    fn data(&self) -> DataSet {
        let manifest = Manifest {
            name: "fixture".to_owned(),
            description: String::new(),
            license: String::new(),
            start: Some(START),
            end: Some(START + Span::days(DAY + 3)),
            incidents: Labels::Complete,
            timezone: "UTC".to_owned(),
            environment: "production".to_owned(),
            repo: None,
            redaction: None,
            traffic_step: Span::minutes(1),
            actionable: IncidentSeverity::Sev3,
        };
        DataSet::assemble(manifest, self.records.iter().collect(), self.deploys.clone(), None, None, BTreeMap::new())
    }

    /// What is seen of the signature `boom` of `shop`.
    pub fn see<T>(&self, glance: Glance, see: impl FnOnce(&History) -> T) -> T {
        let (data, start) = (self.data(), Self::start());
        let masks = Rules::new(&RulesSpec { masks: Vec::new(), truncate: None }).unwrap();
        let series = Series::build(&data.records, &masks, Severity::Error);
        let spec = DetectSpec::plain(DetectorSpec::Null {}, 0.05);
        let window = Window {
            deploy: 0,
            service: "shop".to_owned(),
            window: Interval::new(start, start + glance.passed),
            baseline: Interval::new((start - glance.history).max(START), start),
            decided_at: start + glance.passed,
        };
        let look = Look::new(&data, &spec, window, Interval::new(start, start + glance.horizon), &[]);
        let group = series.find("shop", "boom").unwrap();
        see(&History::new(&series, &look, group, Baseline::Flat, look.exposures[0]))
    }

    pub fn score_at(&self, detector: &str, glance: Glance) -> Score {
        let spec: DetectorSpec = toml::from_str(detector).unwrap();
        spec.check().unwrap();
        let built: Box<dyn Detector> = spec.build();
        self.see(glance, |history| built.score(history))
    }

    /// The score of a detector, as a pipeline file gives it, when W has passed.
    pub fn score(&self, detector: &str) -> Score {
        self.score_at(detector, Glance::default())
    }
}

/// The error that a detector's specification is refused with.
pub fn refusal(detector: &str) -> String {
    match toml::from_str::<DetectorSpec>(detector) {
        Err(error) => error.to_string(),
        Ok(spec) => spec.check().unwrap_err(),
    }
}
