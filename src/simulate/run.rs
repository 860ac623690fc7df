//! The whole simulation, in order.

use super::background::Background;
use super::calendar::Calendar;
use super::catalogue::{Common, catalogue};
use super::code::{Site, Tree, grow};
use super::demand::{Demand, Surge};
use super::emit::Emitter;
use super::episode::{Episode, Stage};
use super::flow;
use super::postmortem::Archive;
use super::release::{Planned, Releases, walk};
use super::roster::roster;
use super::scenario::{Options, Scenario};
use super::stream::Stream;
use super::truth::Truth;
use crate::dataset::{Labels, Manifest};
use crate::model::{Deploy, Incident, IncidentSeverity, Record, Traffic};
use std::collections::BTreeMap;

/// A simulated data set with its truth.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// `start` and `end` are set; `incidents` is `partial` when the scenario omits some.
    pub manifest: Manifest,
    /// In the order (timestamp, service, message).
    pub records: Vec<Record>,
    pub deploys: Vec<Deploy>,
    pub incidents: Vec<Incident>,
    pub traffic: Vec<Traffic>,
    /// Deploy id → unified diff, as `git apply` takes it.
    pub diffs: BTreeMap<String, String>,
    /// Everything that was injected, in the order of the scenario.
    pub truth: Vec<Truth>,
}

/// Simulates `scenario`. The same scenario and options give the same bytes.
///
/// # Errors
/// When the scenario or an option is out of range; the text names the key.
pub fn simulate(scenario: &Scenario, options: &Options) -> Result<Simulation, String> {
    let scenario = scenario.resolved(options)?;
    let seed = options.seed;
    let calendar = Calendar::new(scenario.start, scenario.days, &scenario.timezone)?;
    let (sites, tree, catalogues) = company(&scenario, seed)?;
    let demand = Demand::new(&scenario, &calendar, seed);
    let stage = Stage { scenario: &scenario, calendar: &calendar, sites: &sites, catalogues: &catalogues, seed };
    let episodes: Vec<Episode> = scenario.happening.iter().flat_map(|item| stage.episodes(item)).collect();
    let planned = plan(&scenario, &calendar, &episodes, seed);
    let mut releases = walk(planned, &sites, tree, calendar.span.start, seed);

    let mut emitter = Emitter::new(&scenario, &calendar, &releases.histories, seed);
    let background =
        Background { scenario: &scenario, calendar: &calendar, demand: &demand, catalogues: &catalogues, seed };
    background.emit(&mut emitter);
    for (index, episode) in episodes.iter().enumerate() {
        flow::emit(episode, index, &releases, (&calendar, &demand), seed, &mut emitter);
        for surge in &episode.surges {
            background.surge(surge, index, &mut emitter);
        }
    }
    let written = emitter.emitted;
    let surges: Vec<Surge> = episodes.iter().flat_map(|episode| episode.surges.iter().cloned()).collect();
    let traffic = demand.traffic(&scenario, &calendar, &surges, seed);

    let names = scenario.service.iter().map(|service| service.name.clone()).collect();
    let archive =
        Archive { episodes: &episodes, releases: &releases, emitted: &written, names, calendar: &calendar, seed };
    let incidents = archive.incidents(scenario.incidents_missing);
    let truth = (0..episodes.len()).map(|index| truth(&archive, index, &incidents)).collect();
    let fixes = fixes(&episodes, &incidents);
    let diffs = std::mem::take(&mut releases.diffs);
    Ok(Simulation {
        manifest: manifest(&scenario, &calendar, seed),
        records: sorted_records(written),
        deploys: deploys(releases, fixes),
        incidents: sorted_incidents(incidents),
        traffic,
        diffs,
        truth,
    })
}

/// The services' code, and the background errors of each.
type Company = (Vec<Site>, Tree, Vec<Vec<Common>>);

/// The company before the first deploy.
pub(super) fn company(scenario: &Scenario, seed: u64) -> Result<Company, String> {
    let mut tree = Tree::default();
    let (mut sites, mut catalogues) = (Vec::new(), Vec::new());
    for spec in &scenario.service {
        let site = grow(spec, &mut tree, &mut Stream::new(seed, &format!("code/{}", spec.name)))?;
        let mut stream = Stream::new(seed, &format!("catalogue/{}", spec.name));
        catalogues.push(catalogue(spec, &site, &scenario.background, &mut stream));
        sites.push(site);
    }
    Ok((sites, tree, catalogues))
}

pub(super) fn plan(scenario: &Scenario, calendar: &Calendar, episodes: &[Episode], seed: u64) -> Vec<Planned> {
    let own = episodes.iter().flat_map(|episode| episode.planned.iter().cloned());
    roster(scenario, calendar, seed).into_iter().chain(own).collect()
}

/// Deploy key → incidents that it repairs.
fn fixes(episodes: &[Episode], incidents: &BTreeMap<usize, Incident>) -> BTreeMap<String, String> {
    let repaired = |(index, incident): (&usize, &Incident)| {
        let report = episodes[*index].report.as_ref()?;
        Some((report.remedy.clone()?, incident.id.clone()))
    };
    incidents.iter().filter_map(repaired).collect()
}

fn deploys(releases: Releases, mut fixes: BTreeMap<String, String>) -> Vec<Deploy> {
    let mut deploys: Vec<Deploy> = releases
        .by_key
        .into_iter()
        .map(|(key, released)| Deploy { fixes: fixes.remove(&key).into_iter().collect(), ..released.deploy })
        .collect();
    deploys.sort_by(|a, b| (a.deployed_at, &a.id).cmp(&(b.deployed_at, &b.id)));
    deploys
}

fn sorted_incidents(incidents: BTreeMap<usize, Incident>) -> Vec<Incident> {
    let mut incidents: Vec<Incident> = incidents.into_values().collect();
    incidents.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
    incidents
}

fn sorted_records(emitted: Vec<super::emit::Emitted>) -> Vec<Record> {
    let mut records: Vec<Record> = emitted.into_iter().map(|emitted| emitted.record).collect();
    records.sort_by(|a, b| (a.timestamp, &a.service, &a.message).cmp(&(b.timestamp, &b.service, &b.message)));
    records
}

fn truth(archive: &Archive, index: usize, incidents: &BTreeMap<usize, Incident>) -> Truth {
    let episode = &archive.episodes[index];
    Truth {
        name: episode.name.clone(),
        kind: episode.kind.to_owned(),
        deploy_id: archive.deploy_id(episode.deploy.as_deref()),
        caused_by_deploy: episode.guilty,
        incident_id: incidents.get(&index).map(|incident| incident.id.clone()),
        services: episode.services.iter().map(|service| archive.names[*service].clone()).collect(),
        started_at: episode.span.start,
        ended_at: episode.span.end.min(archive.calendar.span.end),
        records: archive.records(index),
        share_of_requests: episode.share,
        signatures: archive.signatures(index),
    }
}

fn manifest(scenario: &Scenario, calendar: &Calendar, seed: u64) -> Manifest {
    let complete = scenario.incidents_missing == 0.0;
    Manifest {
        name: scenario.name.clone(),
        description: format!("{} Simulated with seed {seed}.", scenario.description.trim()).trim().to_owned(),
        license: scenario.license.clone(),
        start: Some(calendar.span.start),
        end: Some(calendar.span.end),
        incidents: if complete { Labels::Complete } else { Labels::Partial },
        timezone: scenario.timezone.clone(),
        environment: "production".to_owned(),
        repo: None,
        redaction: Some("none needed: simulated".to_owned()),
        traffic_step: scenario.traffic_step,
        actionable: IncidentSeverity::Sev3,
    }
}
