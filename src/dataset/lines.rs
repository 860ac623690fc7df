//! `deploys.jsonl` and `incidents.jsonl`: one JSON object a line.

use super::events::json_reason;
use super::intake::{Intake, Reject};
use super::source;
use crate::model::{Cause, Deploy, Incident, UserError};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a line must satisfy beyond its types.
pub trait Line: DeserializeOwned {
    /// Keys that the contract names; others are warned about and ignored.
    const KEYS: &'static [&'static str];
    /// Keys that must be present and not null.
    const REQUIRED: &'static [&'static str];
    fn id(&self) -> &str;
    /// # Errors
    /// With the reason why the row cannot be used.
    fn check(&self) -> Result<(), String>;
}

impl Line for Deploy {
    const KEYS: &'static [&'static str] = &[
        "id",
        "deployed_at",
        "services",
        "environment",
        "revision",
        "previous_revision",
        "changed_files",
        "rolls_back",
        "fixes",
    ];
    const REQUIRED: &'static [&'static str] = &["id", "deployed_at", "services"];

    fn id(&self) -> &str {
        &self.id
    }

    fn check(&self) -> Result<(), String> {
        if self.services.is_empty() {
            return Err("services is empty: a deploy touches at least one".to_owned());
        }
        let distinct: BTreeSet<&String> = self.services.iter().collect();
        if distinct.len() < self.services.len() {
            return Err("services names one service twice".to_owned());
        }
        Ok(())
    }
}

impl Line for Incident {
    const KEYS: &'static [&'static str] = &[
        "id",
        "title",
        "started_at",
        "resolved_at",
        "services",
        "severity",
        "cause",
        "deploy_id",
        "signatures",
        "affected_requests",
        "mitigated_at",
        "declared_at",
        "resolution",
        "fix_revision",
        "url",
    ];
    const REQUIRED: &'static [&'static str] = &["id", "started_at", "severity", "cause"];

    fn id(&self) -> &str {
        &self.id
    }

    fn check(&self) -> Result<(), String> {
        if let Some(end) = self.resolved_at.filter(|&end| end < self.started_at) {
            return Err(format!("resolved_at {end} is before started_at {}", self.started_at));
        }
        for pattern in &self.signatures {
            pattern_of(pattern)?;
        }
        if self.cause != Cause::Deploy && self.deploy_id.is_some() {
            return Err("deploy_id is given but cause is not \"deploy\"".to_owned());
        }
        Ok(())
    }
}

/// Compiles a pattern of an incident's `signatures` within bounds that no honest pattern reaches.
///
/// # Errors
/// With the pattern and what is wrong with it.
pub fn pattern_of(pattern: &str) -> Result<regex::Regex, String> {
    regex::RegexBuilder::new(pattern).size_limit(1 << 20).nest_limit(50).build().map_err(|e| {
        format!("signature {pattern:?} is no valid regex: {}", e.to_string().lines().last().unwrap_or_default())
    })
}

/// Reads a JSONL file whose lines carry unique ids.
///
/// # Errors
/// When the file cannot be read or has too many bad rows.
pub fn read<T: Line>(path: &Path, intake: &mut Intake) -> Result<Vec<T>, UserError> {
    let file = source::name(path);
    let text = source::read_text(path)?;
    if text.trim_start().starts_with('[') {
        return Err(UserError::new(
            format!("{file}:1"),
            "is one JSON array, not one object a line",
            format!("convert it: jq -c '.[]' {file}"),
        ));
    }
    let mut rows: Vec<T> = Vec::new();
    let mut rejects = Vec::new();
    let mut read = 0;
    let mut first_line_of = BTreeMap::new();
    let mut unknown = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        read += 1;
        let number = index as u64 + 1;
        match parse::<T>(line, &mut unknown).and_then(|row| match first_line_of.insert(row.id().to_owned(), number) {
            Some(first) => Err(format!("id {:?} was used before, in line {first}", row.id())),
            None => Ok(row),
        }) {
            Ok(row) => rows.push(row),
            Err(reason) => rejects.push(Reject::new(&file, number, reason, line)),
        }
    }
    for (key, count) in unknown {
        intake.warn(format!(
            "{file}: key {key:?} is none of ours and was ignored in {count} lines{}",
            nearest(&key, T::KEYS)
        ));
    }
    intake.close(&file, read, rows.len() as u64, rejects)?;
    Ok(rows)
}

fn parse<T: Line>(line: &str, unknown: &mut BTreeMap<String, u64>) -> Result<T, String> {
    let value: serde_json::Value = serde_json::from_str(line).map_err(|e| json_reason(&e))?;
    let object = value.as_object().ok_or("is no JSON object")?;
    if let Some(missing) = T::REQUIRED.iter().find(|key| object.get(**key).is_none_or(serde_json::Value::is_null)) {
        return Err(format!("{missing} is missing"));
    }
    for key in object.keys().filter(|key| !T::KEYS.contains(&key.as_str())) {
        *unknown.entry(key.clone()).or_default() += 1;
    }
    // Null stands for absent, in lists too.
    let present = object.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let row: T = serde_json::from_value(serde_json::Value::Object(present)).map_err(|e| e.to_string())?;
    if row.id().is_empty() {
        return Err("id is empty".to_owned());
    }
    row.check()?;
    Ok(row)
}

/// `; did you mean "services"?` where a known key is close.
#[must_use]
pub fn nearest(key: &str, known: &[&str]) -> String {
    let close = known.iter().map(|k| (strsim::damerau_levenshtein(key, k), *k)).min();
    close.filter(|(distance, _)| *distance <= 3).map_or_else(String::new, |(_, k)| format!("; did you mean {k:?}?"))
}
