//! Requests and users: how many are expected each minute, and how many came.

use super::calendar::{Calendar, weekly_shape};
use super::scenario::{Scenario, ServiceSpec};
use super::stream::Stream;
use crate::model::{Instant, Interval, Span, Traffic};

/// Expected requests per minute of every service.
pub struct Demand {
    expected: Vec<Vec<f64>>,
    mean: Vec<f64>,
}

/// Extra requests: `factor` times as many in `interval`.
#[derive(Clone, Debug)]
pub struct Surge {
    pub name: String,
    pub service: usize,
    pub factor: f64,
    pub interval: Interval,
}

impl Surge {
    /// Extra requests at `at` as a multiple of the expected ones: rises over ten minutes, falls over the last quarter.
    pub fn extra(&self, at: Instant) -> f64 {
        if !self.interval.contains(at) {
            return 0.0;
        }
        let length = self.interval.span().as_minutes();
        let since = (at - self.interval.start).as_minutes();
        let rise = (since / 10.0).min(1.0);
        let fall = ((length - since) / (length / 4.0)).min(1.0);
        (self.factor - 1.0) * rise * fall
    }
}

impl Demand {
    pub fn new(scenario: &Scenario, calendar: &Calendar, seed: u64) -> Self {
        let expected = scenario.service.iter().map(|service| expected(service, calendar, seed)).collect();
        Self { expected, mean: scenario.service.iter().map(|service| service.requests_per_minute).collect() }
    }

    /// Expected requests in a minute counted from the start.
    pub fn requests(&self, service: usize, minute: usize) -> f64 {
        self.expected[service].get(minute).copied().unwrap_or(0.0)
    }

    /// The same against the week's mean.
    pub fn intensity(&self, service: usize, minute: usize) -> f64 {
        let mean = self.mean[service];
        if mean > 0.0 { self.requests(service, minute) / mean } else { 1.0 }
    }

    /// What came, step by step.
    pub fn traffic(&self, scenario: &Scenario, calendar: &Calendar, surges: &[Surge], seed: u64) -> Vec<Traffic> {
        let step = usize::try_from(scenario.traffic_step.micros() / 60_000_000).unwrap_or(1).max(1);
        let steps = calendar.total_minutes().div_ceil(step);
        let mut rows = Vec::new();
        for (index, service) in scenario.service.iter().enumerate() {
            let mut stream = Stream::new(seed, &format!("traffic/{}", service.name));
            let own: Vec<&Surge> = surges.iter().filter(|surge| surge.service == index).collect();
            for number in 0..steps {
                let minutes = number * step..(number + 1) * step;
                let base: f64 = minutes.clone().map(|minute| self.requests(index, minute)).sum();
                let timestamp = calendar.span.start + Span::minutes((number * step) as i64);
                let noise = stream.gamma(STEP_NOISE);
                let mut requests = stream.poisson(base * noise);
                let mut share = stream.between(0.93, 1.07);
                for surge in &own {
                    requests += self.surged(surge, minutes.clone(), calendar.span.start, seed);
                }
                share *= requests as f64 / service.requests_per_user;
                let users = (share.round() as u64).clamp(u64::from(requests > 0), requests.max(1));
                rows.push(Traffic { timestamp, service: service.name.clone(), requests, users: Some(users) });
            }
        }
        rows.sort_by(|a, b| (a.timestamp, &a.service).cmp(&(b.timestamp, &b.service)));
        rows
    }

    fn surged(&self, surge: &Surge, minutes: std::ops::Range<usize>, start: Instant, seed: u64) -> u64 {
        let first = minutes.start;
        let extra: f64 = minutes
            .map(|minute| self.requests(surge.service, minute) * surge.extra(start + Span::minutes(minute as i64)))
            .sum();
        if extra <= 0.0 {
            return 0;
        }
        Stream::new(seed, &format!("surge/{}/{}/{first}", surge.name, surge.service)).poisson(extra)
    }
}

/// Squared coefficient of variation of a step's requests beyond Poisson's.
const STEP_NOISE: f64 = 0.004;

/// The weekly shape with days and hours that are a little better or worse than usual.
fn expected(service: &ServiceSpec, calendar: &Calendar, seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, &format!("demand/{}", service.name));
    let (mut day, mut hour) = (1.0, 0.0);
    (0..calendar.total_minutes())
        .map(|minute| {
            if minute % 1440 == 0 {
                day = stream.lognormal(1.0, 0.06);
            }
            if minute % 60 == 0 {
                hour = 0.6 * hour + 0.05 * stream.normal();
            }
            let (weekday, time) = calendar.local(calendar.span.start + Span::minutes(minute as i64));
            service.requests_per_minute * weekly_shape(weekday, time, service.weekend) * day * f64::exp(hour)
        })
        .collect()
}
