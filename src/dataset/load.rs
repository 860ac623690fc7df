//! A folder to a data set in memory.

use super::hash::data_set_hash;
use super::intake::{Intake, RejectPolicy};
use super::records::Records;
use super::reviews::Review;
use super::traffic::{self, Steps, TrafficTable};
use super::{Labels, Manifest, diffs, events, lines, parquet, parse_toml};
use crate::model::{Deploy, Incident, Instant, Interval, Progress, Span, UserError};
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
    /// What people found when they looked at cases, sorted; no stage but evaluation may use it.
    pub reviews: Vec<Review>,
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
        Self { manifest, span, records, deploys, incidents, traffic, diffs, reviews: Vec::new(), hash: OnceLock::new() }
    }

    /// The same with reviews, sorted.
    #[must_use]
    pub fn with_reviews(self, mut reviews: Vec<Review>) -> Self {
        reviews.sort();
        Self { reviews, hash: OnceLock::new(), ..self }
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
    let manifest = read_manifest(folder)?;
    let mut records = Records::default();
    let path = required(folder, "events", &["parquet", "jsonl", "csv"])?;
    match file_kind(&path) {
        "parquet" => parquet::read_events(&path, &mut records, intake, progress)?,
        "csv" => events::read_csv(&path, &mut records, intake, progress)?,
        _ => events::read_jsonl(&path, &mut records, intake, progress)?,
    }
    records.sort();
    let deploys: Vec<Deploy> = lines::read(&required(folder, "deploys", &["jsonl"])?, intake)?;
    let incidents = match optional(folder, "incidents", &["jsonl"], intake)? {
        Some(path) => Some(lines::read(&path, intake)?),
        None => None,
    };
    let traffic = match optional(folder, "traffic", &["parquet", "csv"], intake)? {
        Some(path) => Some(traffic::read(&path, intake, progress)?),
        None => None,
    };
    let diffs = diffs::read(folder, manifest.repo.as_deref(), &deploys, intake)?;
    let reviews = match optional(&folder.join("labels"), "reviews", &["jsonl"], intake)? {
        Some(path) => lines::read(&path, intake)?,
        None => Vec::new(),
    };
    let data = DataSet::assemble(manifest, records, deploys, incidents, traffic, diffs).with_reviews(reviews);
    warn_of_oddities(&data, intake);
    Ok(data)
}

fn check_folder(folder: &Path) -> Result<(), UserError> {
    let place = folder.display().to_string();
    let help = "give the folder that holds dataset.toml";
    match std::fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(UserError::new(place, "is a file", help)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Err(UserError::new(place, "there is no such folder", help))
        }
        Err(e) => Err(UserError::new(place, format!("cannot be read: {e}"), "check its permissions")),
    }
}

fn read_manifest(folder: &Path) -> Result<Manifest, UserError> {
    let path = required(folder, "dataset", &["toml"])?;
    let text = super::source::read_text(&path)?;
    let manifest: Manifest = parse_toml(&text, "dataset.toml")?;
    check_manifest(&manifest).map_err(|(key, message, help)| {
        let line = text.lines().position(|line| line.trim_start().strip_prefix(key).is_some_and(is_assigned));
        let place = line.map_or_else(|| "dataset.toml".to_owned(), |index| format!("dataset.toml:{}", index + 1));
        UserError::new(place, message, help)
    })?;
    Ok(manifest)
}

fn is_assigned(after_key: &str) -> bool {
    after_key.trim_start().starts_with('=')
}

/// Checks what the types cannot; the error is the key, what is wrong with it, and the remedy.
fn check_manifest(manifest: &Manifest) -> Result<(), (&'static str, String, &'static str)> {
    if manifest.name.trim().is_empty() {
        return Err(("name", "name is empty".to_owned(), "name the data set: its reports bear the name"));
    }
    if let (Some(start), Some(end)) = (manifest.start, manifest.end) {
        if end <= start {
            return Err(("end", format!("end {end} is not after start {start}"), "the data set is [start, end)"));
        }
    }
    if manifest.traffic_step.micros() <= 0 {
        let help = "write the length of one row of traffic, such as \"1m\"";
        return Err(("traffic_step", "traffic_step is zero".to_owned(), help));
    }
    if jiff::tz::TimeZone::get(&manifest.timezone).is_err() {
        let help = "give an IANA name such as \"Europe/Amsterdam\"";
        return Err(("timezone", format!("timezone {:?} is unknown", manifest.timezone), help));
    }
    Ok(())
}

/// The file `<stem>.<kind>[.gz|.zst]` of the folder.
fn required(folder: &Path, stem: &str, kinds: &[&str]) -> Result<PathBuf, UserError> {
    let found = one_of(folder, stem, kinds)?;
    found.ok_or_else(|| {
        let names: Vec<String> = kinds.iter().map(|kind| format!("{stem}.{kind}")).collect();
        let help = match near_miss(folder, stem) {
            Some(near) => format!("it holds {near}; is that meant? docs/data-set.md has the names and forms"),
            None => "docs/data-set.md says what a data set holds".to_owned(),
        };
        UserError::new(folder.display().to_string(), format!("holds no {}", names.join(" or ")), help)
    })
}

/// As [`required`], for what a data set need not hold; a file that is nearly named so is warned about.
fn optional(folder: &Path, stem: &str, kinds: &[&str], intake: &mut Intake) -> Result<Option<PathBuf>, UserError> {
    let found = one_of(folder, stem, kinds)?;
    if let (None, Some(near)) = (&found, near_miss(folder, stem)) {
        intake.warn(format!("{near} is not read; is {stem}.{} meant?", kinds.join(&format!(" or {stem}."))));
    }
    Ok(found)
}

/// A file of the folder whose name is close to `<stem>.…`.
fn near_miss(folder: &Path, stem: &str) -> Option<String> {
    let names = std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let close = |name: &String| {
        let begin = name.split('.').next().unwrap_or_default().to_lowercase();
        strsim::damerau_levenshtein(&begin, stem) <= 2
    };
    names.filter(close).min()
}

/// The one file `<stem>.<kind>[.gz|.zst]` of the folder, if any.
fn one_of(folder: &Path, stem: &str, kinds: &[&str]) -> Result<Option<PathBuf>, UserError> {
    let names = kinds.iter().flat_map(|kind| {
        let endings: &[&str] = if matches!(*kind, "parquet" | "toml") { &[""] } else { &["", ".gz", ".zst"] };
        endings.iter().map(move |ending| format!("{stem}.{kind}{ending}"))
    });
    // A link that leads nowhere is an error when it is opened, not an absent file.
    let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
    let present: Vec<PathBuf> = names.map(|name| folder.join(name)).filter(is_there).collect();
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

/// How many oddities of a kind are told one by one.
const TOLD: usize = 3;

/// Days without a record that only a wrong clock explains.
const LONGEST_SILENCE: Span = Span::days(60);

fn warn_of_oddities(data: &DataSet, intake: &mut Intake) {
    let kinds = [
        dangling_deploys(data),
        dangling_references(data),
        dangling_reviews(data),
        unknown_services(data),
        odd_times(data),
    ];
    for kind in kinds {
        let more = kind.len().saturating_sub(TOLD);
        kind.into_iter().take(TOLD).for_each(|warning| intake.warn(warning));
        if more > 0 {
            intake.warn(format!("… and {more} more like that"));
        }
    }
    if data.incidents.is_none() && data.manifest.incidents == Labels::Complete {
        intake.warn("dataset.toml says that the incident log is complete, but there is no incidents.jsonl");
    }
    intake.warnings.extend(odd_step(data));
    let outside = data.records.timestamp.iter().filter(|&&t| !data.span.contains(t)).count();
    if outside > 0 {
        intake.warn(format!("{outside} of {} records lie outside the data set's start and end", data.records.len()));
    }
    let repeated = data.records.content.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if repeated > 0 {
        intake.warn(format!("{repeated} records repeat another one exactly; all are counted"));
    }
    let gaps = data.records.timestamp.windows(2).filter(|pair| pair[1] - pair[0] > LONGEST_SILENCE);
    if let Some(pair) = gaps.max_by_key(|pair| pair[1] - pair[0]) {
        intake.warn(format!(
            "no record lies between {} and {}: a wrong clock? start and end in dataset.toml bound the data set",
            pair[0].minute(),
            pair[1].minute()
        ));
    }
}

fn dangling_deploys(data: &DataSet) -> Vec<String> {
    let ids: BTreeSet<&str> = data.deploys.iter().map(|d| d.id.as_str()).collect();
    let dangling = |incident: &Incident| {
        let deploy = incident.guilty_deploy().filter(|id| !ids.contains(id))?;
        Some(format!(
            "incident {} names deploy {deploy}, which the data set does not hold: it is unreachable",
            incident.id
        ))
    };
    data.incidents.iter().flatten().filter_map(dangling).collect()
}

/// Of deploys: what they undo or repair and the data set does not hold.
fn dangling_references(data: &DataSet) -> Vec<String> {
    let deploys: BTreeSet<&str> = data.deploys.iter().map(|d| d.id.as_str()).collect();
    let incidents: BTreeSet<&str> = data.incidents.iter().flatten().map(|i| i.id.as_str()).collect();
    let mut warnings = Vec::new();
    for deploy in &data.deploys {
        if let Some(undone) = deploy.rolls_back.as_deref().filter(|id| !deploys.contains(id)) {
            warnings.push(format!("deploy {} rolls back {undone}, which the data set does not hold", deploy.id));
        }
        if data.incidents.is_some() {
            let unknown = deploy.fixes.iter().filter(|id| !incidents.contains(id.as_str()));
            warnings.extend(
                unknown.map(|id| format!("deploy {} fixes incident {id}, which the data set does not hold", deploy.id)),
            );
        }
    }
    warnings
}

/// Reviews of what no deploy of the data set could have raised.
fn dangling_reviews(data: &DataSet) -> Vec<String> {
    let deploys: BTreeSet<&str> = data.deploys.iter().map(|d| d.id.as_str()).collect();
    let dangling = data.reviews.iter().filter(|review| !deploys.contains(review.deploy_id.as_str()));
    dangling.map(|r| format!("a review names deploy {}, which the data set does not hold", r.deploy_id)).collect()
}

/// Of incidents: services that occur nowhere else, so that nothing can hit them.
fn unknown_services(data: &DataSet) -> Vec<String> {
    let mut known: BTreeSet<&str> = data.records.services.iter().collect();
    known.extend(data.deploys.iter().flat_map(|d| &d.services).map(String::as_str));
    known.extend(data.traffic.iter().flat_map(|t| t.services.keys()).map(String::as_str));
    let mut warnings = Vec::new();
    for incident in data.incidents.iter().flatten() {
        for service in incident.services.iter().filter(|service| !known.contains(service.as_str())) {
            let names: Vec<&str> = known.iter().copied().take(1000).collect();
            let near = lines::nearest(service, &names);
            warnings.push(format!("incident {} names service {service}, which occurs nowhere else{near}", incident.id));
        }
    }
    warnings
}

/// Rows of traffic that lie further apart, or closer, than the data set says: every exposure would be wrong.
fn odd_step(data: &DataSet) -> Option<String> {
    let of_service = |steps: &Steps| {
        let starts: Vec<Instant> = steps.rows().map(|(start, _, _)| start).collect();
        starts.windows(2).map(|pair| pair[1] - pair[0]).min()
    };
    let least = data.traffic.as_ref()?.services.values().filter_map(of_service).min()?;
    let step = data.manifest.traffic_step;
    (least != step).then(|| {
        format!("rows of traffic are {least} apart, but traffic_step is {step}: write traffic_step = \"{least}\" in dataset.toml")
    })
}

fn odd_times(data: &DataSet) -> Vec<String> {
    let odd = data.incidents.iter().flatten().filter(|i| i.mitigated_at.is_some_and(|at| at < i.started_at));
    odd.map(|i| format!("incident {}: mitigated_at is before started_at", i.id)).collect()
}
