//! A happening worked out: its deploys, what it makes services log and when, and the incident that a team writes.

mod deploys;
mod outside;

use super::calendar::{Calendar, minutes, whole_minute};
use super::catalogue::Common;
use super::code::Site;
use super::demand::Surge;
use super::failure::Failure;
use super::happening::{Happening, What};
use super::release::Planned;
use super::scenario::Scenario;
use super::stream::Stream;
use crate::model::{Cause, IncidentSeverity, Instant, Interval, Resolution};

/// A happening with times and numbers.
pub struct Episode {
    pub name: String,
    pub kind: &'static str,
    /// Key of the deploy that did it, or that stood next to it.
    pub deploy: Option<String>,
    /// Whether that deploy caused it.
    pub guilty: bool,
    /// True start, and end of the last of its records.
    pub span: Interval,
    pub services: Vec<usize>,
    /// Share of requests that fail at the height.
    pub share: f64,
    pub planned: Vec<Planned>,
    pub flows: Vec<Flow>,
    pub surges: Vec<Surge>,
    pub report: Option<Report>,
    /// Times of its course, where a team dealt with it.
    pub course: Option<Course>,
    /// What a noisy repair logs from then on: an episode of its own.
    noise: Option<Box<Episode>>,
}

/// Errors that an episode makes one service log.
pub struct Flow {
    pub service: usize,
    pub source: Source,
    pub rate: Rate,
    /// From onset to repair.
    pub interval: Interval,
    /// Minutes until the full rate, and minutes that it takes to fade after the repair.
    pub rise: f64,
    pub fade: f64,
}

/// What is logged.
pub enum Source {
    /// The failure that the deploy with this key brought.
    Deploy(String),
    /// These, by weight.
    These(Vec<(Failure, f64)>),
}

/// How often.
#[derive(Clone, Copy)]
pub enum Rate {
    /// As a share of the service's requests.
    Share(f64),
    /// Per hour at mean traffic.
    PerHour(f64),
}

/// What the team writes about it.
pub struct Report {
    pub title: String,
    pub cause: Cause,
    pub severity: IncidentSeverity,
    /// Names the deploy.
    pub blames: bool,
    pub resolution: Option<Resolution>,
    /// Key of the deploy that repaired it.
    pub remedy: Option<String>,
    /// Service that failed first, for the title.
    pub services: Vec<usize>,
}

/// The course of an incident.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    pub started: Instant,
    pub declared: Instant,
    pub mitigated: Instant,
    pub resolved: Instant,
}

impl Episode {
    /// Nothing yet, at `at`.
    fn new(name: &str, kind: &'static str, at: Instant) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            deploy: None,
            guilty: false,
            span: Interval::new(at, at),
            services: Vec::new(),
            share: 0.0,
            planned: Vec::new(),
            flows: Vec::new(),
            surges: Vec::new(),
            report: None,
            course: None,
            noise: None,
        }
    }
}

/// What planning needs to know.
pub struct Stage<'a> {
    pub scenario: &'a Scenario,
    pub calendar: &'a Calendar,
    pub sites: &'a [Site],
    pub catalogues: &'a [Vec<Common>],
    pub seed: u64,
}

impl Stage<'_> {
    /// Works out one happening, with what its repair brings; nothing when it begins after the last day.
    pub fn episodes(&self, item: &Happening) -> Vec<Episode> {
        let Some(mut episode) = self.episode(item) else { return Vec::new() };
        let noise = episode.noise.take();
        std::iter::once(episode).chain(noise.map(|noise| *noise)).collect()
    }

    fn episode(&self, item: &Happening) -> Option<Episode> {
        let mut stream = Stream::new(self.seed, &format!("happening/{}", item.name));
        let at = self.time(item, &mut stream);
        if !self.calendar.span.contains(at) {
            return None;
        }
        let mut episode = Episode::new(&item.name, item.what.kind(), at);
        self.deploy_made(item, at, &mut episode, &mut stream);
        self.outside_made(item, at, &mut episode, &mut stream);
        episode.planned.retain(|plan| self.calendar.span.contains(plan.at));
        Some(episode)
    }

    /// The instant that the happening asks for, or one that the seed draws: working days and hours for deploys.
    fn time(&self, item: &Happening, stream: &mut Stream) -> Instant {
        let office = !matches!(
            item.what,
            What::ThirdParty { .. } | What::TrafficSpike { .. } | What::Cascade { .. } | What::NodeLoss { .. }
        );
        let days = u64::from(self.scenario.days);
        let mut day = u32::try_from(stream.whole(1, days.max(2))).unwrap_or(1);
        for _ in 0..50 {
            if !office || self.calendar.weekday(day) < 5 {
                break;
            }
            day = u32::try_from(stream.whole(1, days.max(2))).unwrap_or(1);
        }
        let hour = if office { stream.between(9.5, 17.0) } else { stream.between(7.0, 23.0) };
        let moment = self.calendar.instant(item.day.unwrap_or(day), item.hour.unwrap_or(hour));
        moment + minutes(stream.unit())
    }

    fn service(&self, name: &str) -> usize {
        self.scenario.service.iter().position(|service| service.name == name).unwrap_or(0)
    }

    fn name(&self, service: usize) -> &str {
        &self.scenario.service[service].name
    }
}

/// How bad a failing `share` of a service's requests is.
pub fn severity(share: f64) -> IncidentSeverity {
    match share {
        share if share >= 0.25 => IncidentSeverity::Sev1,
        share if share >= 0.04 => IncidentSeverity::Sev2,
        share if share >= 0.003 => IncidentSeverity::Sev3,
        share if share >= 0.0005 => IncidentSeverity::Sev4,
        _ => IncidentSeverity::Sev5,
    }
}

impl Course {
    /// How people deal with something that starts at `started` and stays until they act: the worse, the quicker.
    /// `quick`: they only have to roll back.
    pub fn of_repair(started: Instant, severity: IncidentSeverity, quick: bool, stream: &mut Stream) -> Self {
        let (notice, repair) = match severity {
            IncidentSeverity::Sev1 => (7.0, 28.0),
            IncidentSeverity::Sev2 => (13.0, 45.0),
            IncidentSeverity::Sev3 => (22.0, 80.0),
            IncidentSeverity::Sev4 => (70.0, 160.0),
            IncidentSeverity::Sev5 => (240.0, 500.0),
        };
        let declared = started + minutes(stream.lognormal(notice, 0.45).max(4.0));
        let effort = if quick { 0.5 } else { 1.0 };
        let mitigated = declared + minutes(stream.lognormal(repair * effort, 0.4).max(14.0));
        Self { started, declared, mitigated, resolved: mitigated + minutes(stream.between(12.0, 55.0)) }.rounded()
    }

    /// How people follow something that passes by itself after `length` minutes.
    pub fn of_passing(started: Instant, length: f64, stream: &mut Stream) -> Self {
        let mitigated = started + minutes(length);
        let declared = started + minutes(stream.lognormal(14.0, 0.5).clamp(4.0, (length * 0.8).max(4.5)));
        Self { started, declared, mitigated, resolved: mitigated + minutes(stream.between(10.0, 45.0)) }.rounded()
    }

    fn rounded(self) -> Self {
        Self {
            started: self.started,
            declared: whole_minute(self.declared),
            mitigated: whole_minute(self.mitigated),
            resolved: whole_minute(self.resolved),
        }
    }
}
