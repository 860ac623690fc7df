//! Episodes that no deploy makes.

use super::{Course, Episode, Rate, Report, Source, Stage, severity};
use crate::model::{Cause, IncidentSeverity, Instant, Interval, Resolution};
use crate::simulate::calendar::minutes;
use crate::simulate::catalogue::{bad_data, bad_push, database_down, mystery, node_down, outage};
use crate::simulate::demand::Surge;
use crate::simulate::happening::{Happening, What};
use crate::simulate::release::Purpose;
use crate::simulate::stream::Stream;

impl Stage<'_> {
    pub(super) fn outside_made(&self, item: &Happening, at: Instant, episode: &mut Episode, stream: &mut Stream) {
        match &item.what {
            What::ThirdParty { host, services, share, minutes: length, after_minutes } => {
                let hit: Vec<usize> = services.iter().map(|name| self.service(name)).collect();
                if let Some(after) = after_minutes {
                    episode.beside(item, at - minutes(*after), hit[0], Purpose::Ordinary(None));
                }
                let title = format!("{host} does not answer");
                self.passing(episode, at, *length, &hit, *share, (title, Cause::ThirdParty), stream);
                for service in hit {
                    let errors = outage(&self.sites[service], host, stream);
                    let own = *share * stream.between(0.5, 1.0);
                    episode.flow(service, Source::These(errors), Rate::Share(own), (3.0, 6.0));
                }
            }
            What::Cascade { services, share, minutes: length } => {
                let hit: Vec<usize> = services.iter().map(|name| self.service(name)).collect();
                let title = "quaydb-primary overloaded, many services fail".to_owned();
                self.passing(episode, at, *length, &hit, *share, (title, Cause::Infrastructure), stream);
                for service in hit {
                    let errors = database_down(&self.sites[service], stream);
                    let own = *share * stream.between(0.3, 1.0);
                    episode.flow(service, Source::These(errors), Rate::Share(own), (6.0, 8.0));
                }
            }
            What::TrafficSpike { services, factor, minutes: length, incident } => {
                self.spike(item, at, services, (*factor, *length), *incident, episode, stream);
            }
            What::MondayPeak { service, factor, minutes: length } => {
                let after = at + minutes(length / 4.0);
                self.spike(item, at, &[], (*factor, *length), false, episode, stream);
                episode.beside(item, after, self.service(service), Purpose::Ordinary(None));
            }
            What::NodeLoss { service, share, minutes: length } => {
                let title = format!("{service}: node lost");
                let errors = node_down(&self.sites[self.service(service)]);
                let told = (title, Cause::Infrastructure);
                self.single(service, at, *length, *share, told, errors, episode, stream);
            }
            What::ConfigPush { service, share, minutes: length } => {
                let errors = bad_push(&self.sites[self.service(service)], stream);
                let told = (format!("{service}: flag pushed with unknown variant"), Cause::Config);
                self.single(service, at, *length, *share, told, errors, episode, stream);
            }
            What::BadData { service, partner, share, minutes: length } => {
                let errors = bad_data(&self.sites[self.service(service)], partner, stream);
                let told = (format!("{service}: unreadable data from {partner}"), Cause::Data);
                self.single(service, at, *length, *share, told, errors, episode, stream);
            }
            What::Unexplained { service, share, minutes: length } => {
                let errors = mystery(&self.sites[self.service(service)], stream);
                let told = (format!("{service}: internal errors, cause not found"), Cause::Unknown);
                self.single(service, at, *length, *share, told, errors, episode, stream);
            }
            _ => {}
        }
    }

    /// Something in one service that passes.
    #[allow(clippy::too_many_arguments)]
    fn single(
        &self,
        service: &str,
        at: Instant,
        length: f64,
        share: f64,
        told: (String, Cause),
        errors: Vec<(crate::simulate::failure::Failure, f64)>,
        episode: &mut Episode,
        stream: &mut Stream,
    ) {
        let service = self.service(service);
        self.passing(episode, at, length, &[service], share, told, stream);
        episode.flow(service, Source::These(errors), Rate::Share(share), (2.0, 5.0));
    }

    /// Sets the course and the report of something that passes after `length` minutes.
    #[allow(clippy::too_many_arguments, clippy::unused_self)]
    fn passing(
        &self,
        episode: &mut Episode,
        at: Instant,
        length: f64,
        services: &[usize],
        share: f64,
        (title, cause): (String, Cause),
        stream: &mut Stream,
    ) {
        let course = Course::of_passing(at, length, stream);
        episode.span = Interval::new(at, at + minutes(length));
        episode.services = services.to_vec();
        episode.share = share;
        episode.course = Some(course);
        let resolution = match cause {
            Cause::ThirdParty | Cause::Unknown => Resolution::SelfRecovered,
            _ => Resolution::Other,
        };
        episode.report = Some(Report {
            title,
            cause,
            severity: severity(share),
            blames: false,
            resolution: Some(resolution),
            remedy: None,
            services: services.to_vec(),
        });
    }

    #[allow(clippy::too_many_arguments)]
    fn spike(
        &self,
        item: &Happening,
        at: Instant,
        services: &[String],
        (factor, length): (f64, f64),
        incident: bool,
        episode: &mut Episode,
        stream: &mut Stream,
    ) {
        let mut hit: Vec<usize> = services.iter().map(|name| self.service(name)).collect();
        if hit.is_empty() {
            hit = (0..self.scenario.service.len()).collect();
        }
        let title = format!("traffic {factor} times the usual");
        self.passing(episode, at, length, &hit, 0.0, (title, Cause::Traffic), stream);
        let interval = episode.span;
        let surge = |service: &usize| Surge { name: item.name.clone(), service: *service, factor, interval };
        episode.surges = hit.iter().map(surge).collect();
        if let Some(report) = &mut episode.report {
            report.severity = if factor >= 4.0 { IncidentSeverity::Sev2 } else { IncidentSeverity::Sev3 };
            report.resolution = Some(Resolution::SelfRecovered);
        }
        if !incident {
            episode.report = None;
            episode.course = None;
        }
    }
}
