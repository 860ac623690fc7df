//! Errors without a cause: over-dispersed, in bursts, following traffic, the clock or the night.

use super::calendar::{Calendar, minutes};
use super::catalogue::{Common, Rhythm};
use super::demand::{Demand, Surge};
use super::emit::{Emitter, Manner, within_minute};
use super::scenario::Scenario;
use super::stream::Stream;
use crate::model::{Instant, Severity, Span};

/// What the background needs to know.
pub struct Background<'a> {
    pub scenario: &'a Scenario,
    pub calendar: &'a Calendar,
    pub demand: &'a Demand,
    pub catalogues: &'a [Vec<Common>],
    pub seed: u64,
}

impl Background<'_> {
    /// Emits every service's background errors.
    pub fn emit(&self, emitter: &mut Emitter) {
        for (service, commons) in self.catalogues.iter().enumerate() {
            let name = &self.scenario.service[service].name;
            for (index, common) in commons.iter().enumerate() {
                let mut stream = Stream::new(self.seed, &format!("background/{name}/{index}"));
                self.steady(service, common, emitter, &mut stream);
            }
            self.flares(service, emitter, &mut Stream::new(self.seed, &format!("flares/{name}")));
        }
    }

    /// Emits the errors that extra requests bring: every error that follows traffic, in proportion.
    pub fn surge(&self, surge: &Surge, happening: usize, emitter: &mut Emitter) {
        for (index, common) in self.catalogues[surge.service].iter().enumerate() {
            if common.rhythm != Rhythm::Traffic {
                continue;
            }
            let name = format!("surge/{}/{}/{index}", surge.name, surge.service);
            let mut stream = Stream::new(self.seed, &name);
            let manner = Manner { happening: Some(happening), ..manner(surge.service, common) };
            let first = self.calendar.minute(surge.interval.start).max(0);
            let last = self.calendar.minute(surge.interval.end).max(0);
            for minute in usize::try_from(first).unwrap_or(0)..usize::try_from(last).unwrap_or(0) {
                let at = self.minute(minute);
                let rate = rate(common) / 60.0 * self.rhythm(surge.service, common, minute) * surge.extra(at);
                for _ in 0..stream.poisson(rate) {
                    let at = within_minute(self.calendar.span.start, minute, &mut stream);
                    emitter.emit(&common.failure, at, manner, &mut stream);
                }
            }
        }
    }

    fn steady(&self, service: usize, common: &Common, emitter: &mut Emitter, stream: &mut Stream) {
        let mut mood = 0.0;
        for hour in 0..self.calendar.total_minutes().div_ceil(60) {
            let range = hour * 60..((hour + 1) * 60).min(self.calendar.total_minutes());
            let weights: Vec<f64> = range.clone().map(|minute| self.rhythm(service, common, minute)).collect();
            mood = common.memory * mood + (1.0 - common.memory * common.memory).sqrt() * stream.normal();
            let mean = rate(common) * weights.iter().sum::<f64>() / 60.0 * level(common, mood, stream);
            for _ in 0..stream.poisson(mean) {
                let minute = range.start + stream.weighted(&weights);
                let at = within_minute(self.calendar.span.start, minute, stream);
                emitter.emit(&common.failure, at, manner(service, common), stream);
            }
        }
    }

    /// Minutes in which one message comes many times for no reason that anyone wrote down.
    fn flares(&self, service: usize, emitter: &mut Emitter, stream: &mut Stream) {
        let weeks = self.calendar.span.span().as_minutes() / 10_080.0;
        let commons = &self.catalogues[service];
        for _ in 0..stream.poisson(self.scenario.background.flares_per_week * weeks) {
            let start = self.calendar.span.start + minutes(stream.between(0.0, weeks * 10_080.0));
            let length = stream.between(3.0, 20.0);
            let common = &commons[stream.index(commons.len())];
            let size = flare_size(stream);
            let records = 3 + stream.poisson(size);
            if common.failure.severity < Severity::Error {
                continue;
            }
            for _ in 0..records {
                let at = start + minutes(stream.between(0.0, length));
                emitter.emit(&common.failure, at, manner(service, common), stream);
            }
        }
    }

    fn minute(&self, minute: usize) -> Instant {
        self.calendar.span.start + Span::minutes(minute as i64)
    }

    /// A message's rate in a minute against its mean.
    fn rhythm(&self, service: usize, common: &Common, minute: usize) -> f64 {
        match common.rhythm {
            Rhythm::Traffic => self.demand.intensity(service, minute),
            Rhythm::Steady => 1.0,
            Rhythm::Night => {
                let (_, hour) = self.calendar.local(self.minute(minute));
                if (2.0..5.0).contains(&hour) { 6.0 } else { 0.286 }
            }
        }
    }
}

/// Flares hold some ten records, seldom a hundred.
fn flare_size(stream: &mut Stream) -> f64 {
    stream.lognormal(8.0, 0.8).min(150.0)
}

/// First tries per hour, so that retries add up to the wanted rate.
fn rate(common: &Common) -> f64 {
    let tries = (0..6).map(|again| common.retry.powi(again)).sum::<f64>();
    common.per_hour / tries / if common.grouped { 3.0 } else { 1.0 }
}

/// The hour's level, mean 1: a gamma draw, or a log-normal that remembers the hour before.
fn level(common: &Common, mood: f64, stream: &mut Stream) -> f64 {
    if common.memory > 0.0 {
        let variance = common.dispersion.ln_1p();
        f64::exp(variance.sqrt() * mood - variance / 2.0)
    } else {
        stream.gamma(common.dispersion)
    }
}

const fn manner(service: usize, common: &Common) -> Manner {
    Manner { service, retry: common.retry, grouped: common.grouped, happening: None }
}
