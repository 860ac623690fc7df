//! A folder to a data set in memory.

use super::hash::data_set_hash;
use super::intake::{Intake, RejectPolicy};
use super::records::Records;
use super::traffic::{self, TrafficTable};
use super::{Manifest, diffs, events, lines, parquet, read_toml};
use crate::model::{Deploy, Incident, Instant, Interval, Progress, UserError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Everything a replay reads. Sorted and complete: nothing of it depends on the order of the input files.
pub struct DataSet {
    pub manifest: Manifest,
    /// `[start, end)` of the manifest, or from the first record to one microsecond after the last.
    pub span: Interval,
    pub records: Records,
    /// Of every environment, sorted by (`deployed_at`, `id`).
    pub deploys: Vec<Deploy>,
    /// Sorted by (`started_at`, `id`); `None`: there is no incident log.
    pub incidents: Option<Vec<Incident>>,
    pub traffic: Option<TrafficTable>,
    /// Unified diff by deploy id.
    pub diffs: BTreeMap<String, String>,
    hash: OnceLock<String>,
}

impl DataSet {
    /// Puts the parts together, sorted.
    #[must_use]
    pub fn assemble(
        manifest: Manifest,
        records: Records,
        mut deploys: Vec<Deploy>,
        mut incidents: Option<Vec<Incident>>,
        traffic: Option<TrafficTable>,
        diffs: BTreeMap<String, String>,
    ) -> Self {
        deploys.sort_by(|a, b| (a.deployed_at, &a.id).cmp(&(b.deployed_at, &b.id)));
        if let Some(incidents) = &mut incidents {
            incidents.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
        }
        let epoch = Instant::from_micros(0);
        let seen = records.span().unwrap_or(Interval::new(epoch, epoch));
        let span = Interval::new(manifest.start.unwrap_or(seen.start), manifest.end.unwrap_or(seen.end));
        Self { manifest, span, records, deploys, incidents, traffic, diffs, hash: OnceLock::new() }
    }

    /// Hex SHA-256 of the content, whatever files and order it came in.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| data_set_hash(self))
    }

    /// Names of all services that occur anywhere, sorted.
    #[must_use]
    pub fn services(&self) -> BTreeSet<&str> {
        let mut services: BTreeSet<&str> = self.records.services.iter().collect();
        services.extend(self.deploys.iter().flat_map(|d| &d.services).map(String::as_str));
        services.extend(self.incidents.iter().flatten().flat_map(|i| &i.services).map(String::as_str));
        services.extend(self.traffic.iter().flat_map(|t| t.services.keys()).map(String::as_str));
        services
    }

    /// Whether a deploy is of the environment that the data set is about.
    #[must_use]
    pub fn is_of_environment(&self, deploy: &Deploy) -> bool {
        deploy.environment.as_ref().is_none_or(|e| *e == self.manifest.environment)
    }
}

/// Reads the data set in `folder`.
///
/// # Errors
/// When a required file is missing or unusable, or too many rows are bad. The account of what was read so far stays in `intake`.
pub fn load(
    folder: &Path,
    policy: RejectPolicy,
    progress: &dyn Progress,
    intake: &mut Intake,
) -> Result<DataSet, UserError> {
    intake.policy = policy;
    check_folder(folder)?;
    let manifest: Manifest = read_toml(&folder.join("dataset.toml"))?;
    check_manifest(&manifest)?;
    let mut records = Records::default();
    let path = one_of(folder, "events", &["parquet", "jsonl", "csv"])?.ok_or_else(|| {
        UserError::new(
            "events.parquet",
            "is missing",
            "records come from events.parquet, events.jsonl or events.csv (.gz and .zst too)",
        )
    })?;
    match file_kind(&path) {
        "parquet" => parquet::read_events(&path, &mut records, intake, progress)?,
        "csv" => events::read_csv(&path, &mut records, intake, progress)?,
        _ => events::read_jsonl(&path, &mut records, intake, progress)?,
    }
    records.sort();
    let deploys: Vec<Deploy> = lines::read(&folder.join("deploys.jsonl"), intake)?;
    let incident_log = folder.join("incidents.jsonl");
    let incidents = if incident_log.exists() { Some(lines::read(&incident_log, intake)?) } else { None };
    let traffic = match one_of(folder, "traffic", &["parquet", "csv"])? {
        Some(path) => Some(traffic::read(&path, intake, progress)?),
        None => None,
    };
    let diffs = diffs::read(folder, manifest.repo.as_deref(), &deploys, intake)?;
    let data = DataSet::assemble(manifest, records, deploys, incidents, traffic, diffs);
    warn_of_oddities(&data, intake);
    Ok(data)
}

fn check_folder(folder: &Path) -> Result<(), UserError> {
    let place = folder.display().to_string();
    if !folder.exists() {
        return Err(UserError::new(place, "there is no such folder", "give the folder that holds dataset.toml"));
    }
    if !folder.is_dir() {
        return Err(UserError::new(place, "is a file", "give the folder that holds dataset.toml"));
    }
    for required in ["dataset.toml", "deploys.jsonl"] {
        if !folder.join(required).exists() {
            return Err(UserError::new(
                place,
                format!("holds no {required}"),
                "docs/data-set.md says what a data set holds",
            ));
        }
    }
    Ok(())
}

fn check_manifest(manifest: &Manifest) -> Result<(), UserError> {
    let error = |message: String, help: &str| Err(UserError::new("dataset.toml", message, help));
    if let (Some(start), Some(end)) = (manifest.start, manifest.end) {
        if end <= start {
            return error(format!("end {end} is not after start {start}"), "");
        }
    }
    if manifest.traffic_step.micros() <= 0 {
        return error("traffic_step is zero".to_owned(), "write the length of one row of traffic, such as \"1m\"");
    }
    if jiff::tz::TimeZone::get(&manifest.timezone).is_err() {
        return error(
            format!("timezone {:?} is unknown", manifest.timezone),
            "give an IANA name such as \"Europe/Amsterdam\"",
        );
    }
    Ok(())
}

/// The one file `<stem>.<kind>[.gz|.zst]` of the folder, if any.
fn one_of(folder: &Path, stem: &str, kinds: &[&str]) -> Result<Option<PathBuf>, UserError> {
    let names = kinds.iter().flat_map(|kind| {
        let endings: &[&str] = if *kind == "parquet" { &[""] } else { &["", ".gz", ".zst"] };
        endings.iter().map(move |ending| format!("{stem}.{kind}{ending}"))
    });
    let present: Vec<PathBuf> = names.map(|name| folder.join(name)).filter(|path| path.exists()).collect();
    match &present[..] {
        [] => Ok(None),
        [path] => Ok(Some(path.clone())),
        [first, second, ..] => Err(UserError::new(
            super::source::name(first),
            format!("stands beside {}, which holds the same", super::source::name(second)),
            "keep one of them",
        )),
    }
}

fn file_kind(path: &Path) -> &str {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    name.split('.').nth(1).unwrap_or_default()
}

fn warn_of_oddities(data: &DataSet, intake: &mut Intake) {
    let ids: BTreeSet<&str> = data.deploys.iter().map(|d| d.id.as_str()).collect();
    for incident in data.incidents.iter().flatten() {
        if let Some(deploy) = incident.guilty_deploy().filter(|id| !ids.contains(id)) {
            intake.warn(format!(
                "incident {} names deploy {deploy}, which the data set does not hold: it is unreachable",
                incident.id
            ));
        }
    }
    let outside = data.records.timestamp.iter().filter(|&&t| !data.span.contains(t)).count();
    if outside > 0 {
        intake.warn(format!("{outside} records lie outside the data set's start and end"));
    }
    let repeated = data.records.content.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if repeated > 0 {
        intake.warn(format!("{repeated} records repeat another one exactly; all are counted"));
    }
}
