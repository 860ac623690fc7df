//! What a simulated month must be.

use super::bug::Bug;
use super::calendar::Calendar;
use super::code::{Site, Tree};
use super::episode::{Episode, Stage};
use super::failure::Frame;
use super::release::{Releases, walk};
use super::run::{company, plan};
use super::stream::Stream;
use super::*;
use crate::dataset::Labels;
use crate::model::{Cause, Incident, Instant, Record, Span};
use std::collections::{BTreeMap, BTreeSet};

fn scenario(name: &str) -> Scenario {
    let path = format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn run(name: &str, seed: u64) -> Simulation {
    simulate(&scenario(name), &Options { seed, days: None, scale: None }).unwrap()
}

fn bytes(month: &Simulation) -> String {
    let rows = (&month.manifest, &month.records, &month.deploys, &month.incidents, &month.diffs, &month.truth);
    serde_json::to_string(&rows).unwrap() + &format!("{:?}", month.traffic)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = bytes(&run("small", 7));
    assert_eq!(first, bytes(&run("small", 7)));
    assert_ne!(first, bytes(&run("small", 8)));
}

#[test]
fn adding_a_happening_reshuffles_nothing_else() {
    let whole = scenario("small");
    let mut fewer = whole.clone();
    fewer.happening.retain(|item| item.name != "promo-field" && item.name != "spike");
    let options = Options { seed: 3, days: None, scale: None };
    let (whole, fewer) = (simulate(&whole, &options).unwrap(), simulate(&fewer, &options).unwrap());
    let key = |record: &Record| (record.timestamp, record.service.clone(), record.message.clone());
    let kept: BTreeSet<_> = whole.records.iter().map(key).collect();
    let lost = fewer.records.iter().filter(|record| !kept.contains(&key(record))).count();
    assert_eq!(lost, 0, "records changed although their cause did not");
    assert!(whole.records.len() > fewer.records.len());
}

#[test]
fn records_are_sorted_and_inside_the_span() {
    let month = run("small", 1);
    let (start, end) = (month.manifest.start.unwrap(), month.manifest.end.unwrap());
    assert!(
        month.records.iter().all(|record| record.timestamp >= start && record.timestamp < end && record.count >= 1)
    );
    assert!(month.records.iter().all(|record| record.observed_at.is_none_or(|at| at >= record.timestamp)));
    let order = |pair: &[Record]| {
        (pair[0].timestamp, &pair[0].service, &pair[0].message)
            <= (pair[1].timestamp, &pair[1].service, &pair[1].message)
    };
    assert!(month.records.windows(2).all(order));
}

/// The parts of a simulation before records are written.
fn walked(name: &str, seed: u64) -> (Scenario, Calendar, Vec<Episode>, Tree, Releases) {
    let scenario = scenario(name).resolved(&Options { seed, days: None, scale: None }).unwrap();
    let calendar = Calendar::new(scenario.start, scenario.days, &scenario.timezone).unwrap();
    let (sites, tree, catalogues) = company(&scenario, seed).unwrap();
    let stage = Stage { scenario: &scenario, calendar: &calendar, sites: &sites, catalogues: &catalogues, seed };
    let episodes: Vec<Episode> = scenario.happening.iter().flat_map(|item| stage.episodes(item)).collect();
    let planned = plan(&scenario, &calendar, &episodes, seed);
    let releases = walk(planned, &sites, tree.clone(), calendar.span.start, seed);
    (scenario, calendar, episodes, tree, releases)
}

/// The files of a tree.
fn files(tree: &Tree) -> BTreeMap<String, String> {
    tree.paths().map(|path| (path.clone(), tree.get(path).unwrap().text.clone())).collect()
}

/// Applies a diff of many files with diffy.
fn apply(files: &mut BTreeMap<String, String>, diff: &str) {
    for section in diff.split("diff --git ").skip(1) {
        let path = section.split_whitespace().next().unwrap().trim_start_matches("a/").to_owned();
        let body = &section[section.find("--- ").unwrap()..];
        let change = diffy::Patch::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}"));
        let old = files.remove(&path).unwrap_or_default();
        let new = diffy::apply(&old, &change).unwrap_or_else(|error| panic!("{path}: {error}"));
        if !section.contains("deleted file mode") {
            files.insert(path, new);
        }
    }
}

#[test]
fn diffs_applied_in_order_give_each_next_tree() {
    for name in ["small", "harbor"] {
        let (scenario, _, _, tree, releases) = walked(name, 20_261_101);
        let mut now = files(&tree);
        let mut deploys: Vec<_> = releases.by_key.values().map(|released| &released.deploy).collect();
        deploys.sort_by_key(|deploy| deploy.deployed_at);
        for deploy in deploys {
            let diff = &releases.diffs[&deploy.id];
            assert!(!diff.is_empty(), "{}", deploy.id);
            apply(&mut now, diff);
            let service = scenario.service.iter().position(|service| service.name == deploy.services[0]).unwrap();
            let point = releases.histories[service].at(deploy.deployed_at);
            assert_eq!(Some(&point.revision), deploy.revision.as_ref());
            assert_eq!(now, files(&point.tree), "{}", deploy.id);
            let named: Vec<&str> = diff.lines().filter_map(|line| line.strip_prefix("diff --git a/")).collect();
            assert_eq!(named.len(), deploy.changed_files.as_ref().unwrap().len());
        }
    }
}

const FAULTS: [Fault; 9] = [
    Fault::MissingField,
    Fault::GuardRemoved,
    Fault::HelperMisuse,
    Fault::TwoUp,
    Fault::Parse,
    Fault::Column,
    Fault::Timeout,
    Fault::Library,
    Fault::Prompt,
];

#[test]
fn every_fault_changes_code_and_fails_in_lines_that_exist() {
    let scenario = scenario("harbor").resolved(&Options { seed: 1, days: None, scale: None }).unwrap();
    let (sites, tree, _) = company(&scenario, 1).unwrap();
    for (fault, site, (area, op)) in cases(&sites) {
        let mut after = tree.clone();
        let mut stream = Stream::new(1, "fault");
        let failure = Bug { site, area, op }.plant(fault, &mut after, &mut stream);
        assert!(!after.changed_from(&tree).is_empty(), "{fault:?} changes nothing in {}", site.layout.service);
        for frame in &failure.frames {
            let Frame::Code { path, function, anchor } = frame else { continue };
            let file = after.get(path).unwrap_or_else(|| panic!("{path}"));
            let (line, text) = file.locate(&code::camel(function, site.language()), anchor);
            assert_eq!(&text, anchor, "{fault:?} {path} {function}");
            assert_eq!(file.text.lines().nth(line - 1).unwrap().trim(), anchor);
        }
    }
}

fn cases(sites: &[Site]) -> Vec<(Fault, &Site, (usize, usize))> {
    let paths = || domain::Domain::operations();
    sites
        .iter()
        .flat_map(|site| FAULTS.into_iter().flat_map(move |fault| paths().map(move |at| (fault, site, at))))
        .collect()
}

fn concerns(incident: &Incident, record: &Record, end: Instant) -> bool {
    let until = incident.resolved_at.unwrap_or(end);
    incident.services.contains(&record.service) && record.timestamp >= incident.started_at && record.timestamp < until
}

#[test]
fn incidents_are_backed_by_records_and_well_ordered() {
    let month = run("harbor", 20_261_101);
    let end = month.manifest.end.unwrap();
    let deploys: BTreeSet<&str> = month.deploys.iter().map(|deploy| deploy.id.as_str()).collect();
    for incident in &month.incidents {
        let own: Vec<&Record> = month.records.iter().filter(|record| concerns(incident, record, end)).collect();
        assert!(own.len() >= 5, "{} has {} records", incident.id, own.len());
        for signature in &incident.signatures {
            let regex = regex::Regex::new(signature).unwrap();
            assert!(own.iter().any(|record| regex.is_match(&record.message)), "{} {signature}", incident.title);
        }
        let times = [Some(incident.started_at), incident.declared_at, incident.mitigated_at, incident.resolved_at];
        let times: Vec<Instant> = times.into_iter().flatten().collect();
        assert!(times.is_sorted(), "{}: {times:?}", incident.id);
        assert!(incident.deploy_id.iter().all(|id| deploys.contains(id.as_str())));
    }
    let ids: BTreeSet<&str> = month.incidents.iter().map(|incident| incident.id.as_str()).collect();
    assert!(month.deploys.iter().all(|deploy| deploy.fixes.iter().all(|id| ids.contains(id.as_str()))));
    assert!(month.deploys.iter().all(|deploy| deploy.rolls_back.iter().all(|id| deploys.contains(id.as_str()))));
    assert!(month.deploys.iter().any(|deploy| deploy.rolls_back.is_some()));
}

#[test]
fn harbor_has_every_cause_and_the_promised_size() {
    let month = run("harbor", 20_261_101);
    let kinds: BTreeSet<&str> = month.truth.iter().map(|truth| truth.kind.as_str()).collect();
    assert_eq!(kinds.len(), 14, "{kinds:?}");
    let causes: BTreeSet<String> = month.incidents.iter().map(|incident| format!("{:?}", incident.cause)).collect();
    assert_eq!(causes.len(), 7, "{causes:?}");
    assert!((120_000..250_000).contains(&month.records.len()), "{}", month.records.len());
    assert!((85..130).contains(&month.deploys.len()), "{}", month.deploys.len());
    assert!((20..=30).contains(&month.incidents.len()), "{}", month.incidents.len());
    assert_eq!(month.manifest.incidents, Labels::Complete);
    assert!(month.incidents.iter().any(|incident| incident.resolved_at.is_none()));
    assert!(month.incidents.iter().any(|incident| incident.cause == Cause::Deploy && incident.deploy_id.is_none()));
    assert!(month.truth.iter().any(|truth| truth.caused_by_deploy && truth.incident_id.is_none()), "verbosity");
    assert!(month.truth.iter().all(|truth| truth.records >= 8), "{:?}", month.truth);
}

#[test]
fn records_look_like_a_real_log() {
    let month = run("harbor", 20_261_101);
    let share = |wanted: &dyn Fn(&Record) -> bool| {
        month.records.iter().filter(|record| wanted(record)).count() as f64 / month.records.len() as f64
    };
    let traced = share(&|record| record.stack_trace.is_some());
    assert!((0.08..0.30).contains(&traced), "{traced}");
    let late = share(&|record| record.observed_at.is_some_and(|at| at - record.timestamp > Span::minutes(1)));
    assert!((0.01..0.08).contains(&late), "{late}");
    assert!(share(&|record| record.severity < crate::model::Severity::Error) > 0.02);
    assert!(share(&|record| record.message.chars().count() > 220) > 0.005);
    assert!(share(&|record| record.count > 1) > 0.0005);
}

#[test]
fn a_stack_trace_ends_in_the_line_that_the_deploy_added() {
    let month = run("harbor", 20_261_101);
    let truth = month.truth.iter().find(|truth| truth.name == "promo-field").unwrap();
    let signature = regex::Regex::new(&truth.signatures[0]).unwrap();
    let record = month.records.iter().find(|record| signature.is_match(&record.message)).unwrap();
    let trace = record.stack_trace.as_ref().unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    let [.., frame, code, exception] = lines[..] else { panic!("{trace}") };
    assert!(frame.starts_with("  File \"/srv/checkout/app/domain/") && exception.starts_with("KeyError: '"), "{trace}");
    let diff = &month.diffs[truth.deploy_id.as_ref().unwrap()];
    assert!(
        diff.lines().any(|line| line.strip_prefix('+').is_some_and(|added| added.trim() == code.trim())),
        "{trace}"
    );
    let revision = month.deploys.iter().find(|deploy| Some(&deploy.id) == truth.deploy_id.as_ref()).unwrap();
    assert_eq!(record.version, revision.revision);
}

#[test]
fn traffic_has_the_shape_of_a_week() {
    let month = run("null", 5);
    let calendar = Calendar::new(month.manifest.start.unwrap(), 30, &month.manifest.timezone).unwrap();
    let mean = |wanted: &dyn Fn(usize, f64) -> bool| {
        let counts: Vec<u64> = month
            .traffic
            .iter()
            .filter(|row| row.service == "checkout")
            .filter(|row| {
                let (weekday, hour) = calendar.local(row.timestamp);
                wanted(weekday, hour)
            })
            .map(|row| row.requests)
            .collect();
        counts.iter().sum::<u64>() as f64 / counts.len() as f64
    };
    assert!(mean(&|_, hour| (10.0..12.0).contains(&hour)) > 4.0 * mean(&|_, hour| (2.0..4.0).contains(&hour)));
    assert!(mean(&|weekday, _| weekday < 5) > 1.2 * mean(&|weekday, _| weekday >= 5));
    assert!(month.traffic.iter().all(|row| row.users.unwrap() <= row.requests.max(1)));
    assert_eq!(month.traffic.len(), 7 * 30 * 288);
}

#[test]
fn the_null_scenario_has_no_causes() {
    let month = run("null", 5);
    assert!(month.incidents.is_empty() && month.truth.is_empty());
    assert!(month.deploys.len() > 50);
    assert!(month.records.len() > 80_000);
}

#[test]
fn days_and_scale_are_obeyed() {
    let small = scenario("small");
    let with = |days, scale| simulate(&small, &Options { seed: 2, days, scale }).unwrap();
    let (plain, short, long, double) =
        (with(None, None), with(Some(5), None), with(Some(20), None), with(None, Some(2.0)));
    assert!(short.truth.len() < plain.truth.len() && long.truth.len() == 2 * plain.truth.len());
    assert_eq!(long.traffic.len(), 2 * plain.traffic.len());
    let requests = |month: &Simulation| month.traffic.iter().map(|row| row.requests).sum::<u64>() as f64;
    assert!((requests(&double) / requests(&plain) - 2.0).abs() < 0.05);
    let records = |month: &Simulation| month.records.len() as f64;
    assert!((1.6..2.3).contains(&(records(&double) / records(&plain))));
    assert!(simulate(&small, &Options { seed: 2, days: Some(0), scale: None }).is_err());
    assert!(simulate(&small, &Options { seed: 2, days: None, scale: Some(0.0) }).is_err());
}

#[test]
fn a_partial_log_omits_incidents_but_not_truth() {
    let (whole, partial) = (run("harbor", 11), run("partial", 11));
    assert_eq!(partial.manifest.incidents, Labels::Partial);
    assert!(partial.incidents.len() < whole.incidents.len() && partial.incidents.len() > whole.incidents.len() / 3);
    assert_eq!(partial.records, whole.records);
    assert_eq!(partial.truth.len(), whole.truth.len());
}

#[test]
fn mistakes_in_a_scenario_are_named() {
    let text = "name = \"x\"\nstart = 2026-10-01T00:00:00Z\ndays = 3\nspeed = 3\nservice = []";
    assert!(toml::from_str::<Scenario>(text).unwrap_err().to_string().contains("speed"));
    let mut wrong = scenario("small");
    wrong.service[0].domain = "harbour".to_owned();
    assert!(simulate(&wrong, &Options { seed: 1, days: None, scale: None }).unwrap_err().contains("harbour"));
    let mut wrong = scenario("small");
    wrong.happening[1].name = wrong.happening[0].name.clone();
    assert!(simulate(&wrong, &Options { seed: 1, days: None, scale: None }).unwrap_err().contains("twice"));
}
