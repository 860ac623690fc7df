//! An episode's errors, minute by minute.

use super::calendar::{Calendar, minutes};
use super::demand::Demand;
use super::emit::{Emitter, Manner, within_minute};
use super::episode::{Episode, Flow, Rate, Source};
use super::failure::Failure;
use super::release::Releases;
use super::stream::Stream;
use crate::model::{Instant, Span};

/// Emits what `episode` (number `index`) makes services log.
pub fn emit(
    episode: &Episode,
    index: usize,
    releases: &Releases,
    (calendar, demand): (&Calendar, &Demand),
    seed: u64,
    emitter: &mut Emitter,
) {
    for (number, flow) in episode.flows.iter().enumerate() {
        let mut stream = Stream::new(seed, &format!("flow/{}/{number}", episode.name));
        let failures = failures(flow, releases);
        let weights: Vec<f64> = failures.iter().map(|(_, weight)| *weight).collect();
        let manner = Manner { service: flow.service, retry: 0.15, grouped: false, happening: Some(index) };
        let mut mood = 1.0;
        for minute in span(flow, calendar) {
            if minute % 5 == 0 {
                mood = stream.gamma(0.05);
            }
            let middle = calendar.span.start + Span::minutes(minute as i64) + minutes(0.5);
            let rate = rate(flow, demand, minute) * height(flow, middle) * mood;
            for _ in 0..stream.poisson(rate / 1.17) {
                let at = within_minute(calendar.span.start, minute, &mut stream).max(flow.interval.start);
                let (failure, _) = &failures[stream.weighted(&weights)];
                emitter.emit(failure, at, manner, &mut stream);
            }
        }
    }
}

/// The failures of a flow, by weight; a deploy that was not made brings none.
pub fn failures(flow: &Flow, releases: &Releases) -> Vec<(Failure, f64)> {
    match &flow.source {
        Source::These(failures) => failures.clone(),
        Source::Deploy(key) => {
            let failure = releases.by_key.get(key).and_then(|released| released.failure.clone());
            failure.map(|failure| (failure, 1.0)).into_iter().collect()
        }
    }
}

fn span(flow: &Flow, calendar: &Calendar) -> std::ops::Range<usize> {
    let minute = |at: Instant| usize::try_from(calendar.minute(at).max(0)).unwrap_or(0);
    let end = minute(flow.interval.end + minutes(flow.fade)) + 1;
    minute(flow.interval.start)..end.min(calendar.total_minutes())
}

/// Records per minute at the full height.
fn rate(flow: &Flow, demand: &Demand, minute: usize) -> f64 {
    match flow.rate {
        Rate::Share(share) => share * demand.requests(flow.service, minute),
        Rate::PerHour(per_hour) => per_hour / 60.0 * demand.intensity(flow.service, minute),
    }
}

/// How far it has risen, and how far it has faded after the repair, in [0, 1].
fn height(flow: &Flow, at: Instant) -> f64 {
    let since = (at - flow.interval.start).as_minutes();
    let after = (at - flow.interval.end).as_minutes();
    let risen = ((since + 0.5) / flow.rise.max(0.5)).clamp(0.0, 1.0);
    risen * (1.0 - after.max(0.0) / flow.fade.max(0.5)).clamp(0.0, 1.0)
}
