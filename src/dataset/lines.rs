//! `deploys.jsonl`, `incidents.jsonl` and `labels/reviews.jsonl`: one JSON object a line.

use super::events::json_reason;
use super::intake::{Intake, Reject};
use super::source;
use super::toml_file::plain;
use crate::model::{Cause, Deploy, Incident, UserError, excerpt};
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

/// What a line must satisfy beyond its types.
pub trait Line: DeserializeOwned {
    /// Keys that the contract names; others are warned about and ignored.
    const KEYS: &'static [&'static str];
    /// Keys that must be present and not null.
    const REQUIRED: &'static [&'static str];
    /// What no two rows share.
    fn id(&self) -> Cow<'_, str>;
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

    fn id(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }

    fn check(&self) -> Result<(), String> {
        if self.services.is_empty() {
            return Err("services is empty: a deploy touches at least one".to_owned());
        }
        if self.services.iter().any(|service| service.trim().is_empty()) {
            return Err("services holds an empty name".to_owned());
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

    fn id(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }

    fn check(&self) -> Result<(), String> {
        if let Some(end) = self.resolved_at.filter(|&end| end < self.started_at) {
            return Err(format!("resolved_at {end} is before started_at {}", self.started_at));
        }
        if self.services.iter().any(|service| service.trim().is_empty()) {
            return Err("services holds an empty name (the empty list means every service)".to_owned());
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

/// Bytes of a signature's pattern: no honest one is longer.
const PATTERN_LIMIT: usize = 1 << 10;

/// Compiles a pattern of an incident's `signatures` within bounds that no honest pattern reaches.
///
/// # Errors
/// With the pattern and what is wrong with it.
pub fn pattern_of(pattern: &str) -> Result<regex::Regex, String> {
    let shown = excerpt(pattern, 80);
    if pattern.len() > PATTERN_LIMIT {
        return Err(format!("signature \"{shown}\" is longer than {PATTERN_LIMIT} bytes"));
    }
    regex::RegexBuilder::new(pattern).size_limit(1 << 20).nest_limit(50).build().map_err(|e| {
        let text = e.to_string();
        let reason = text.lines().last().unwrap_or_default();
        format!("signature \"{shown}\" is no valid regex: {}", reason.strip_prefix("error: ").unwrap_or(reason))
    })
}

/// Reads a JSONL file whose lines carry unique ids.
///
/// # Errors
/// When the file cannot be read or has too many bad rows.
pub fn read<T: Line>(path: &Path, intake: &mut Intake) -> Result<Vec<T>, UserError> {
    let file = source::name(path);
    let bytes = source::read_bytes(path)?;
    source::check_encoding(&file, &bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    check_shape(&file, &text)?;
    if matches!(text, Cow::Owned(_)) {
        intake.warn(format!("{file} holds bytes that are no UTF-8; they were replaced"));
    }
    let mut rows: Vec<T> = Vec::new();
    let mut rejects = Vec::new();
    let mut read = 0;
    let mut first_line_of = BTreeMap::new();
    let mut unknown = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        read += 1;
        let number = index as u64 + 1;
        let row = parse::<T>(line, &mut unknown).and_then(|row| match first_line_of.get(row.id().as_ref()) {
            Some(first) => Err(format!("id {:?} was used before, in line {first}", row.id())),
            None => Ok(row),
        });
        match row {
            Ok(row) => {
                first_line_of.insert(row.id().into_owned(), number);
                rows.push(row);
            }
            Err(reason) => rejects.push(Reject::new(&file, number, reason, line)),
        }
    }
    for (key, count) in unknown {
        intake.warn(format!(
            "{file}: key {key:?} is none of ours and was ignored in {count} line{}{}",
            if count == 1 { "" } else { "s" },
            nearest(&key, T::KEYS)
        ));
    }
    intake.close(&file, read, rows.len() as u64, rejects)?;
    Ok(rows)
}

/// Refuses JSON that is not one object a line.
pub(super) fn check_shape(file: &str, text: &str) -> Result<(), UserError> {
    let error = |message: &str, filter: &str| {
        Err(UserError::new(format!("{file}:1"), message, format!("convert it: jq -c '{filter}' {file}")))
    };
    match text.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(first) if first.starts_with('[') => error("is one JSON array, not one object a line", ".[]"),
        Some("{") => error("is JSON spread over several lines, not one object a line", "."),
        _ => Ok(()),
    }
}

fn parse<T: Line>(line: &str, unknown: &mut BTreeMap<String, u64>) -> Result<T, String> {
    let Object(pairs) = serde_json::from_str(line).map_err(|e| match e.to_string() {
        text if text.contains(Object::EXPECTED) => "is no JSON object".to_owned(),
        _ => json_reason(&e),
    })?;
    for (index, (key, _)) in pairs.iter().enumerate() {
        if pairs[..index].iter().any(|(other, _)| other == key) {
            return Err(format!("{key} is given twice"));
        }
    }
    // Null stands for absent, in lists too.
    let present: Vec<(String, Value)> = pairs.into_iter().filter(|(_, value)| !value.is_null()).collect();
    if let Some(missing) = T::REQUIRED.iter().find(|key| !present.iter().any(|(have, _)| have == *key)) {
        return Err(format!("{missing} is missing"));
    }
    for (key, _) in present.iter().filter(|(key, _)| !T::KEYS.contains(&key.as_str())) {
        *unknown.entry(key.clone()).or_default() += 1;
    }
    let row: T = of_pairs(&present).map_err(|reason| match culprit::<T>(&present, &reason) {
        Some(key) => format!("{key}: {}", plain(&reason)),
        None => plain(&reason),
    })?;
    if row.id().trim().is_empty() {
        return Err("id is empty".to_owned());
    }
    row.check()?;
    Ok(row)
}

fn of_pairs<T: Line>(pairs: &[(String, Value)]) -> Result<T, String> {
    serde_json::from_value(Value::Object(pairs.iter().cloned().collect())).map_err(|e| e.to_string())
}

/// The key whose value does not fit, which serde leaves out: the last of the shortest beginning that fails alike.
fn culprit<'a, T: Line>(pairs: &'a [(String, Value)], reason: &str) -> Option<&'a str> {
    let fails = |end: &usize| of_pairs::<T>(&pairs[..*end]).err().as_deref() == Some(reason);
    (1..=pairs.len()).find(fails).map(|end| pairs[end - 1].0.as_str())
}

/// A JSON object as written: `serde_json::Value` would keep the last of two equal keys and say nothing.
struct Object(Vec<(String, Value)>);

impl Object {
    const EXPECTED: &'static str = "a JSON object";
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Object;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Object::EXPECTED)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// `; did you mean "services"?` where a known key is close.
#[must_use]
pub fn nearest(key: &str, known: &[&str]) -> String {
    nearest_of(key, known).map_or_else(String::new, |close| format!("; did you mean {close:?}?"))
}

/// The known name that `key` is most likely a slip of, or the beginning of.
fn nearest_of<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let slips = key.chars().count().div_ceil(3).min(3);
    let close = known.iter().map(|name| (strsim::damerau_levenshtein(key, name), *name)).min();
    let begun = || known.iter().find(|name| key.len() > 2 && name.starts_with(key)).copied();
    close
        .filter(|(distance, _)| *distance <= slips && *distance < key.chars().count())
        .map(|(_, name)| name)
        .or_else(begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(line: &str) -> String {
        parse::<Deploy>(line, &mut BTreeMap::new()).unwrap_err()
    }

    #[test]
    fn a_reason_names_the_key() {
        let line =
            |extra: &str| format!(r#"{{"id":"a","deployed_at":"2026-03-02T00:00:00Z","services":["x"]{extra}}}"#);
        assert!(parse::<Deploy>(&line(""), &mut BTreeMap::new()).is_ok());
        assert_eq!(reason(&line(r#","changed_files":"a.py""#)), "changed_files: string \"a.py\" where a list belongs");
        assert_eq!(reason(&line(r#","fixes":[1],"revision":1"#)), "fixes: integer 1 where a string belongs");
        assert_eq!(reason(&line(r#","id":"b""#)), "id is given twice");
        assert_eq!(reason(r#"{"id":"a","deployed_at":null}"#), "deployed_at is missing");
        assert_eq!(reason("[1]"), "is no JSON object");
        assert_eq!(reason("nonsense"), "column 2: expected ident");
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        assert_eq!(nearest("enviroment", &["environment", "id"]), "; did you mean \"environment\"?");
        assert_eq!(nearest("langchain", &["null", "langchain-2026"]), "; did you mean \"langchain-2026\"?");
        assert_eq!(nearest("foo", &["end", "name"]), "");
        assert_eq!(nearest("", &["id"]), "");
    }
}
