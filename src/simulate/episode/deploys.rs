//! Episodes that a deploy makes, and those that only stand next to one.

use super::{Course, Episode, Flow, Rate, Report, Source, Stage, severity};
use crate::model::{Cause, IncidentSeverity, Instant, Interval};
use crate::simulate::calendar::minutes;
use crate::simulate::catalogue::{Common, caller_errors, is_frequent, mystery};
use crate::simulate::happening::{Fault, Happening, Remedy, Trigger, What};
use crate::simulate::release::{Planned, Purpose};
use crate::simulate::stream::Stream;

/// A bad deploy, as far as all kinds share it.
struct Bad<'a> {
    item: &'a Happening,
    service: usize,
    at: Instant,
    purpose: Purpose,
    /// Minutes from the deploy to the first error.
    delay: f64,
    rise: f64,
    severity: IncidentSeverity,
    remedy: Remedy,
    title: String,
}

impl Stage<'_> {
    pub(super) fn deploy_made(&self, item: &Happening, at: Instant, episode: &mut Episode, stream: &mut Stream) {
        match &item.what {
            What::NewException { service, fault, share, victim, remedy, deploy_forgotten } => {
                let victim = victim.as_deref().map(|name| self.service(name));
                self.new_exception(item, at, (service, victim), *fault, *share, *remedy, episode, stream);
                if let (true, Some(report)) = (*deploy_forgotten, &mut episode.report) {
                    report.blames = false;
                }
            }
            What::RaisedError { service, factor, remedy } => {
                self.raised(item, at, self.service(service), *factor, *remedy, episode, stream);
            }
            What::SlowTrigger { service, after_hours, share, trigger, remedy } => {
                let service = self.service(service);
                let (title, rise) = match trigger {
                    Trigger::Leak => (format!("{}: database connections run out", self.name(service)), 75.0),
                    Trigger::Expiry => (format!("{}: calls rejected with 401", self.name(service)), 8.0),
                };
                let bad = Bad {
                    item,
                    service,
                    at,
                    purpose: Purpose::Slow(*trigger, *after_hours),
                    delay: after_hours * 60.0,
                    rise,
                    severity: severity(*share),
                    remedy: *remedy,
                    title,
                };
                self.bad_deploy(&bad, episode, stream);
                episode.flow_of_deploy(service, Rate::Share(*share), rise);
                episode.share = *share;
            }
            What::Verbosity { service, per_hour } => {
                self.verbosity(item, at, self.service(service), *per_hour, episode);
            }
            What::Coincidence { service, change, share, minutes: length } => {
                let service = self.service(service);
                episode.beside(item, at, service, Purpose::Ordinary(Some((*change).into())));
                let start = at + minutes(stream.between(3.0, 25.0));
                episode.span = Interval::new(start, start + minutes(*length));
                episode.share = *share;
                let errors = mystery(&self.sites[service], stream);
                episode.flow(service, Source::These(errors), Rate::Share(*share), (2.0, 4.0));
            }
            _ => {}
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn new_exception(
        &self,
        item: &Happening,
        at: Instant,
        (service, victim): (&str, Option<usize>),
        fault: Fault,
        share: f64,
        remedy: Remedy,
        episode: &mut Episode,
        stream: &mut Stream,
    ) {
        let service = self.service(service);
        let seen = victim.unwrap_or(service);
        let bad = Bad {
            item,
            service,
            at,
            purpose: Purpose::Fault(fault),
            delay: stream.between(0.3, 5.0),
            rise: stream.between(2.0, 9.0),
            severity: severity(share),
            remedy,
            title: format!("{}: {}", self.name(seen), title(fault, victim.is_some())),
        };
        self.bad_deploy(&bad, episode, stream);
        let own = if victim.is_some() { share * 0.02 } else { share };
        episode.flow_of_deploy(service, Rate::Share(own), bad.rise);
        episode.share = share;
        if let Some(victim) = victim {
            let route = self.sites[service].operation(0, 0).route.split_once(' ').map_or("/", |(_, path)| path);
            let errors = caller_errors(&self.sites[victim], self.name(service), route);
            episode.services.insert(0, victim);
            episode.flow(victim, Source::These(errors), Rate::Share(share), (bad.rise, 5.0));
            if let Some(report) = &mut episode.report {
                report.services.insert(0, victim);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn raised(
        &self,
        item: &Happening,
        at: Instant,
        service: usize,
        factor: f64,
        remedy: Remedy,
        episode: &mut Episode,
        stream: &mut Stream,
    ) {
        let traced = |common: &&Common| is_frequent(common) && !common.failure.frames.is_empty();
        let site = &self.sites[service];
        let called = |common: &Common| {
            let text = common.failure.wording.source();
            text.contains(&site.peer(common.path.0, common.path.1).0) || text.contains(site.area(common.path.0).name)
        };
        let mut known: Vec<&Common> = self.catalogues[service].iter().filter(traced).collect();
        // Frequent ones first; those that plainly come from what the bad change calls count three times.
        let rank = |common: &Common| common.per_hour * if called(common) { 3.0 } else { 1.0 };
        known.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        let Some(common) = known.first() else { return };
        let (area, op) = common.path;
        let name = site.operation(area, op).name;
        let bad = Bad {
            item,
            service,
            at,
            purpose: Purpose::Loosen(area, op),
            delay: stream.between(0.5, 4.0),
            rise: 5.0,
            severity: if factor >= 5.0 { IncidentSeverity::Sev3 } else { IncidentSeverity::Sev4 },
            remedy,
            title: format!("{}: more errors than usual in {name}", self.name(service)),
        };
        self.bad_deploy(&bad, episode, stream);
        let extra = common.per_hour * (factor - 1.0);
        let source = Source::These(vec![(common.failure.clone(), 1.0)]);
        episode.flow(service, source, Rate::PerHour(extra), (bad.rise, 5.0));
        episode.share = extra / 60.0 / self.scenario.service[service].requests_per_minute.max(1e-9);
    }

    /// Plans a bad deploy, its course and its remedy.
    fn bad_deploy(&self, bad: &Bad, episode: &mut Episode, stream: &mut Stream) {
        let name = &bad.item.name;
        let key = format!("{name}/deploy");
        let started = bad.at + minutes(bad.delay);
        let quick = bad.remedy == Remedy::Rollback;
        let course = Course::of_repair(started, bad.severity, quick, stream);
        let remedy = format!("{name}/remedy");
        let open = bad.remedy == Remedy::Open || course.mitigated >= self.calendar.span.end;
        let end = if open { self.calendar.span.end } else { course.mitigated };
        let plan = |key: &str, at, purpose| Planned { key: key.to_owned(), at, services: vec![bad.service], purpose };
        episode.planned.push(plan(&key, bad.at, bad.purpose.clone()));
        if !open {
            let purpose = match bad.remedy {
                Remedy::Rollback => Purpose::Rollback(key.clone()),
                repair => Purpose::Repair(key.clone(), repair == Remedy::NoisyHotfix),
            };
            episode.planned.push(plan(&remedy, end - minutes(stream.between(0.5, 3.0)), purpose));
        }
        episode.span = Interval::new(started, end);
        episode.services = vec![bad.service];
        episode.guilty = true;
        episode.course = Some(course);
        episode.report = Some(Report {
            title: bad.title.clone(),
            cause: Cause::Deploy,
            severity: bad.severity,
            blames: true,
            resolution: if open { None } else { bad.remedy.resolution() },
            remedy: (!open).then(|| remedy.clone()),
            services: vec![bad.service],
        });
        if !open && bad.remedy == Remedy::NoisyHotfix {
            episode.noise = Some(Box::new(self.noise(name, bad.service, &remedy, end)));
        }
        episode.deploy = Some(key);
    }

    /// What a noisy hotfix logs from then on, for a week: until someone turns it down.
    fn noise(&self, name: &str, service: usize, remedy: &str, from: Instant) -> Episode {
        let mut noise = Episode::new(&format!("{name}/noise"), "noisy_repair", from);
        noise.span.end = (from + minutes(7.0 * 1440.0)).min(self.calendar.span.end);
        noise.deploy = Some(remedy.to_owned());
        noise.guilty = true;
        noise.services = vec![service];
        noise.share = 0.003;
        noise.flow(service, Source::Deploy(remedy.to_owned()), Rate::Share(0.003), (3.0, 3.0));
        noise
    }

    fn verbosity(&self, item: &Happening, at: Instant, service: usize, per_hour: f64, episode: &mut Episode) {
        episode.beside(item, at, service, Purpose::Shout);
        episode.guilty = true;
        episode.span = Interval::new(at + minutes(1.0), self.calendar.span.end);
        episode.flow_of_deploy(service, Rate::PerHour(per_hour), 4.0);
    }
}

impl Episode {
    /// A harmless deploy of `service` at `at`.
    pub(super) fn beside(&mut self, item: &Happening, at: Instant, service: usize, purpose: Purpose) {
        let key = format!("{}/beside", item.name);
        self.planned.push(Planned { key: key.clone(), at, services: vec![service], purpose });
        self.deploy = Some(key);
        self.services = vec![service];
    }

    /// Its deploy's failure, at `rate`, over its whole span.
    fn flow_of_deploy(&mut self, service: usize, rate: Rate, rise: f64) {
        let source = Source::Deploy(self.deploy.clone().unwrap_or_default());
        self.flow(service, source, rate, (rise, 4.0));
    }

    /// Errors over its whole span, which rise and fade in so many minutes.
    pub(super) fn flow(&mut self, service: usize, source: Source, rate: Rate, (rise, fade): (f64, f64)) {
        let interval = self.span;
        self.flows.push(Flow { service, source, rate, interval, rise, fade });
    }
}

/// How people call it before they know better.
fn title(fault: Fault, downstream: bool) -> &'static str {
    if downstream {
        return "requests fail with 500 from downstream";
    }
    match fault {
        Fault::MissingField => "some requests fail on a missing field",
        Fault::GuardRemoved => "null errors after release",
        Fault::HelperMisuse => "helper fails on empty values",
        Fault::TwoUp => "visitors who are not signed in get errors",
        Fault::Parse => "amounts with decimals are rejected",
        Fault::Column => "database errors: unknown column",
        Fault::Timeout => "timeouts towards a peer",
        Fault::Library => "validation errors after library update",
        Fault::Prompt => "generated texts cannot be read",
    }
}
