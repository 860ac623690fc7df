//! One thing that a grid varies, and the values that it takes.

use super::label::labels;
use super::range::{MOST_LEVELS, Numbers, RANGE_WORDS};
use super::stages::{STAGES, preset_stage};
use super::tree::Entry;
use crate::dataset::nearest;
use toml::Value;

/// A key of a pipeline file, or a whole stage, and its levels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// Such as `detect.alpha`.
    pub path: String,
    /// Where it stands in the grid file, in bytes.
    pub offset: usize,
    pub levels: Vec<Level>,
    /// Any number between the first level and the last; the levels stand for it.
    pub continuous: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    /// Short, and of no other level of the axis.
    pub label: String,
    pub value: Value,
}

impl Axis {
    /// Reads what is written at a path.
    ///
    /// # Errors
    /// When the path begins with no stage, or what is written there is no list of different levels and no range.
    pub(super) fn of(entry: Entry) -> Result<Self, String> {
        let Entry { path, offset, value } = entry;
        let stage = path.split('.').next().unwrap_or_default();
        if !STAGES.contains(&stage) {
            let close = nearest(stage, &STAGES);
            return Err(format!("begins with {stage:?}, which is none of {}{close}", STAGES.join(", ")));
        }
        if path.split('.').any(str::is_empty) {
            return Err("is no path: keys joined by single dots, such as detect.alpha".to_owned());
        }
        match value {
            Value::Array(values) => Self::listed(path, offset, &values),
            Value::Table(table) if table.keys().any(|key| RANGE_WORDS.contains(&key.as_str())) => {
                let Numbers { values, continuous } = Numbers::of(Value::Table(table))?;
                Ok(Self { levels: levels(labels(&values), values), path, offset, continuous })
            }
            other => Err(format!("is a {}: an axis is a list of levels, or {{ from, to, … }}", other.type_str())),
        }
    }

    fn listed(path: String, offset: usize, written: &[Value]) -> Result<Self, String> {
        if written.is_empty() {
            return Err("has no levels: list at least one".to_owned());
        }
        if written.len() > MOST_LEVELS {
            return Err(format!("has {} levels: at most {MOST_LEVELS}", written.len()));
        }
        let values = written.iter().map(|value| resolved(&path, value)).collect::<Result<Vec<_>, _>>()?;
        let labels = labels(written);
        for (i, value) in values.iter().enumerate() {
            if value.as_float().is_some_and(|x| !x.is_finite()) {
                return Err(format!("has the level {value}: it is a finite number"));
            }
            if let Some(twin) = values[..i].iter().position(|other| other == value) {
                let (first, second) = (&labels[twin], &labels[i]);
                return Err(format!("has one level twice: {first} and {second} are the same"));
            }
        }
        Ok(Self { path, offset, levels: levels(labels, values), continuous: false })
    }

    /// Keys of the path.
    pub(super) fn keys(&self) -> Vec<&str> {
        self.path.split('.').collect()
    }

    /// Whether its path leads over a key of a stage.
    pub(super) fn leads_over(&self, stage: &str, key: &str) -> bool {
        let keys = self.keys();
        keys[0] == stage && keys[1..].contains(&key)
    }

    /// Whether the other's path goes on from this one's.
    pub(super) fn is_above(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }
}

fn levels(labels: Vec<String>, values: Vec<Value>) -> Vec<Level> {
    labels.into_iter().zip(values).map(|(label, value)| Level { label, value }).collect()
}

/// A preset's name stands for its stage, where a whole stage is varied.
fn resolved(path: &str, value: &Value) -> Result<Value, String> {
    match value {
        Value::String(preset) if STAGES.contains(&path) => preset_stage(preset, path),
        other => Ok(other.clone()),
    }
}
