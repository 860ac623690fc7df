//! Incidents as a team writes them: a little late, a little rounded, mostly right.

use super::calendar::{Calendar, minutes, whole_minute};
use super::emit::Emitted;
use super::episode::{Course, Episode, Report};
use super::flow::failures;
use super::release::Releases;
use super::stream::Stream;
use crate::model::{Incident, Instant};
use std::collections::BTreeMap;

/// What the incidents are written from.
pub struct Archive<'a> {
    pub episodes: &'a [Episode],
    pub releases: &'a Releases,
    pub emitted: &'a [Emitted],
    pub names: Vec<String>,
    pub calendar: &'a Calendar,
    pub seed: u64,
}

impl Archive<'_> {
    /// The incidents by episode, without the share `missing`; ids count through each day.
    pub fn incidents(&self, missing: f64) -> BTreeMap<usize, Incident> {
        let mut order: Vec<(usize, Incident)> =
            (0..self.episodes.len()).filter_map(|index| Some((index, self.incident(index)?))).collect();
        order.sort_by(|(_, a), (_, b)| (a.started_at, &a.title).cmp(&(b.started_at, &b.title)));
        let mut days: BTreeMap<String, u32> = BTreeMap::new();
        for (_, incident) in &mut order {
            let day = incident.started_at.minute()[..10].replace('-', "");
            let number = days.entry(day.clone()).or_insert(0);
            *number += 1;
            incident.id = format!("INC-{day}-{number}");
            incident.url = Some(format!("https://wiki.harbor.example/incidents/{}", incident.id));
        }
        order.into_iter().filter(|(index, _)| !self.forgotten(*index, missing)).collect()
    }

    fn forgotten(&self, index: usize, missing: f64) -> bool {
        let name = format!("forgotten/{}", self.episodes[index].name);
        Stream::new(self.seed, &name).chance(missing)
    }

    /// Records of an episode, counted; and, per service, how many.
    pub fn records(&self, index: usize) -> u64 {
        let own = self.emitted.iter().filter(|emitted| emitted.happening == Some(index));
        own.map(|emitted| u64::from(emitted.record.count)).sum()
    }

    /// Regexes of everything that an episode logs.
    pub fn signatures(&self, index: usize) -> Vec<String> {
        let flows = &self.episodes[index].flows;
        let all = flows.iter().flat_map(|flow| failures(flow, self.releases));
        let mut patterns: Vec<String> = all.map(|(failure, _)| failure.wording.pattern()).collect();
        patterns.sort();
        patterns.dedup();
        patterns
    }

    fn incident(&self, index: usize) -> Option<Incident> {
        let episode = &self.episodes[index];
        let (report, course) = (episode.report.as_ref()?, episode.course?);
        let mut stream = Stream::new(self.seed, &format!("incident/{}", episode.name));
        let span = self.calendar.span;
        let started_at = self.noticed(index, course, &mut stream)?;
        let known = |at: Instant| (at < span.end).then_some(at);
        let repaired = report.resolution.is_some();
        let resolved_at = known(course.resolved).filter(|_| repaired);
        let signatures = if stream.chance(0.45) { self.main_signatures(episode) } else { Vec::new() };
        let records = self.records(index) as f64 * stream.between(0.75, 0.95);
        Some(Incident {
            id: String::new(),
            title: report.title.clone(),
            started_at,
            resolved_at,
            services: report.services.iter().map(|service| self.names[*service].clone()).collect(),
            severity: report.severity,
            cause: report.cause,
            deploy_id: report.blames.then(|| self.deploy_id(episode.deploy.as_deref())).flatten(),
            signatures,
            affected_requests: stream.chance(0.8).then(|| two_digits(records)),
            mitigated_at: known(course.mitigated).filter(|_| repaired),
            declared_at: known(course.declared.max(started_at + minutes(1.0))),
            resolution: report.resolution.filter(|_| resolved_at.is_some()),
            fix_revision: self.revision(report).filter(|_| resolved_at.is_some()),
            url: None,
        })
    }

    /// The start as written: the minute of the true start, or a few minutes later; `None` when nothing was logged.
    fn noticed(&self, index: usize, course: Course, stream: &mut Stream) -> Option<Instant> {
        let own = self.emitted.iter().filter(|emitted| emitted.happening == Some(index));
        let first = own.map(|emitted| emitted.record.timestamp).filter(|at| *at >= course.started).min()?;
        let late = if stream.chance(0.6) { 0.0 } else { stream.between(1.0, 8.0) };
        Some(whole_minute(first + minutes(late)).min(whole_minute(course.declared)))
    }

    /// Regexes of the message that stands out in the first flow.
    fn main_signatures(&self, episode: &Episode) -> Vec<String> {
        let Some(flow) = episode.flows.first() else { return Vec::new() };
        let heaviest = failures(flow, self.releases).into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b));
        heaviest.map(|(failure, _)| failure.wording.pattern()).into_iter().collect()
    }

    pub fn deploy_id(&self, key: Option<&str>) -> Option<String> {
        Some(self.releases.by_key.get(key?)?.deploy.id.clone())
    }

    fn revision(&self, report: &Report) -> Option<String> {
        self.releases.by_key.get(report.remedy.as_deref()?)?.deploy.revision.clone()
    }
}

/// `value` rounded to two significant digits, at least 1: as people estimate.
fn two_digits(value: f64) -> u64 {
    let unit = 10_f64.powf((value.max(1.0).log10().floor() - 1.0).max(0.0));
    ((value / unit).round() * unit).max(1.0) as u64
}
