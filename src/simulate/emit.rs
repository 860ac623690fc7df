//! From a failure at an instant to a log record.

use super::calendar::{Calendar, minutes};
use super::failure::{Failure, stack_trace};
use super::release::History;
use super::scenario::{BackgroundSpec, Scenario};
use super::stream::Stream;
use crate::model::{Instant, Interval, Record, Span};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A record, and which happening (index) it comes from.
pub struct Emitted {
    pub record: Record,
    pub happening: Option<usize>,
}

/// Collects records.
pub struct Emitter<'a> {
    scenario: &'a Scenario,
    background: &'a BackgroundSpec,
    histories: &'a [History],
    span: Interval,
    /// Log shippers' stalls by service.
    stalls: Vec<Vec<Interval>>,
    frames: BTreeMap<(usize, usize, String), Rc<str>>,
    pub emitted: Vec<Emitted>,
}

/// Where a failure happens and how it repeats.
#[derive(Clone, Copy)]
pub struct Manner {
    pub service: usize,
    /// Probability that the client tries again within seconds.
    pub retry: f64,
    /// Rows stand for several records.
    pub grouped: bool,
    pub happening: Option<usize>,
}

impl<'a> Emitter<'a> {
    pub fn new(scenario: &'a Scenario, calendar: &Calendar, histories: &'a [History], seed: u64) -> Self {
        let stalls = scenario.service.iter().map(|service| stalls(scenario, &service.name, calendar, seed)).collect();
        Self {
            scenario,
            background: &scenario.background,
            histories,
            span: calendar.span,
            stalls,
            frames: BTreeMap::new(),
            emitted: Vec::new(),
        }
    }

    /// Logs `failure` at `at`, and again while the client retries. Nothing outside the simulated days.
    pub fn emit(&mut self, failure: &Failure, at: Instant, manner: Manner, stream: &mut Stream) {
        let user = format!("u{}", 10_000 + stream.whole(0, 60_000));
        let trace = stream.chance(0.5).then(|| stream.hex(32));
        let named = stream.chance(0.7).then(|| user.clone());
        let mut message = failure.wording.fill(stream, at, &user);
        let mut at = at;
        for _ in 0..6 {
            if self.span.contains(at) {
                let record = self.record(failure, at, manner, &message, stream);
                let record = Record { trace_id: trace.clone(), user_id: named.clone(), ..record };
                self.emitted.push(Emitted { record, happening: manner.happening });
            }
            if !stream.chance(manner.retry) {
                break;
            }
            at = at + minutes(0.01 + stream.exponential(0.12));
            if stream.chance(0.3) {
                message = failure.wording.fill(stream, at, &user);
            }
        }
    }

    fn record(&mut self, failure: &Failure, at: Instant, manner: Manner, message: &str, stream: &mut Stream) -> Record {
        let observed_at = self.observed(at, manner.service, stream);
        let count = if manner.grouped && stream.chance(0.5) { 2 + stream.poisson(3.0) } else { 1 };
        Record {
            timestamp: at,
            observed_at,
            service: self.scenario.service[manner.service].name.clone(),
            severity: failure.severity,
            message: message.to_owned(),
            exception_type: failure.exception.clone(),
            stack_trace: self.stack(failure, at, manner.service, message),
            version: Some(self.histories[manner.service].at(at).revision.clone()),
            trace_id: None,
            user_id: None,
            count: u32::try_from(count).unwrap_or(1),
        }
    }

    fn stack(&mut self, failure: &Failure, at: Instant, service: usize, message: &str) -> Option<String> {
        let exception = failure.exception.as_ref().filter(|_| !failure.frames.is_empty())?;
        let language = self.scenario.service[service].language;
        let history = &self.histories[service];
        let key = (service, history.index(at), failure.wording.source().to_owned());
        let frames = self
            .frames
            .entry(key)
            .or_insert_with(|| Rc::from(failure.frames_in(&history.at(at).tree, language)))
            .clone();
        Some(stack_trace(language, exception, failure.own_text(message), &frames))
    }

    /// When the record arrives: mostly at once, now and then minutes late, during a stall when that ends.
    fn observed(&self, at: Instant, service: usize, stream: &mut Stream) -> Option<Instant> {
        let kind = stream.unit();
        let (quick, slow) = (stream.lognormal(0.4, 0.9), stream.exponential(self.background.late_minutes));
        if let Some(stall) = self.stalls[service].iter().find(|stall| stall.contains(at)) {
            return Some(stall.end + minutes(quick / 60.0));
        }
        if kind < self.background.late {
            return Some(at + minutes(0.2 + slow.min(55.0)));
        }
        (kind > 0.4).then(|| at + minutes(quick / 60.0))
    }
}

fn stalls(scenario: &Scenario, service: &str, calendar: &Calendar, seed: u64) -> Vec<Interval> {
    let mut stream = Stream::new(seed, &format!("stalls/{service}"));
    let days = calendar.span.span().as_minutes() / 1440.0;
    let wanted = stream.poisson(scenario.background.stalls_per_month * days / 30.0);
    (0..wanted)
        .map(|_| {
            let start = calendar.span.start + minutes(stream.between(0.0, days * 1440.0));
            Interval::new(start, start + minutes(stream.between(10.0, 30.0)))
        })
        .collect()
}

/// A random instant in a minute counted from `start`, to the millisecond.
pub fn within_minute(start: Instant, minute: usize, stream: &mut Stream) -> Instant {
    start + Span::minutes(minute as i64) + Span::from_micros(stream.whole(0, 60_000) as i64 * 1000)
}
