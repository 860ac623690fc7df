//! Combinations that a grid leaves out: `[[exclude]]`.

use super::axis::Axis;
use super::combination::Combination;
use super::tree::Entry;
use crate::dataset::nearest;
use crate::model::Span;
use toml::{Table, Value};

/// The keys that tell a bound from a table that a path goes on in.
pub(super) const BOUND_WORDS: [&str; 2] = ["at_least", "at_most"];

/// Leaves out every combination in which all of its conditions hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exclusion(Vec<Condition>);

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    path: String,
    wanted: Wanted,
}

/// What a value has to be.
#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    /// One of these.
    OneOf(Vec<Value>),
    /// A number or a duration between both, ends included.
    Between { at_least: Option<f64>, at_most: Option<f64> },
}

impl Exclusion {
    /// Reads one `[[exclude]]`; `base` is the pipeline that the grid varies.
    ///
    /// # Errors
    /// With the place and what is wrong: no condition, a path that is no axis and not in the base, or a bound that is no number.
    pub(super) fn of(entries: Vec<Entry>, axes: &[Axis], base: &Table) -> Result<Self, (usize, String)> {
        let read = |entry: Entry| {
            let Entry { path, offset, value } = entry;
            let told = |reason: String| (offset, format!("exclude: {path:?} {reason}"));
            is_varied(&path, axes, base).map_err(told)?;
            let wanted = Wanted::of(value).map_err(told)?;
            Ok(Condition { path, wanted })
        };
        entries.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the combination is left out.
    pub(super) fn holds(&self, combination: &Combination) -> bool {
        self.0.iter().all(|condition| condition.holds(combination))
    }
}

impl Condition {
    /// A key that the pipeline's file does not name fulfils nothing.
    fn holds(&self, combination: &Combination) -> bool {
        let label = combination.label(&self.path);
        let value = at(&combination.table, &self.path);
        match &self.wanted {
            Wanted::OneOf(wanted) => wanted.iter().any(|wanted| {
                value.is_some_and(|value| same(value, wanted)) || label.is_some() && label == wanted.as_str()
            }),
            Wanted::Between { at_least, at_most } => value.and_then(amount).is_some_and(|amount| {
                at_least.is_none_or(|bound| amount >= bound) && at_most.is_none_or(|bound| amount <= bound)
            }),
        }
    }
}

impl Wanted {
    fn of(value: Value) -> Result<Self, String> {
        let table = match value {
            Value::Array(values) if values.is_empty() => return Err("lists nothing: no combination has it".to_owned()),
            Value::Array(values) => return Ok(Self::OneOf(values)),
            Value::Table(table) => table,
            other => return Ok(Self::OneOf(vec![other])),
        };
        if let Some(key) = table.keys().find(|key| !BOUND_WORDS.contains(&key.as_str())) {
            return Err(format!("has no key {key:?}: it is a value, a list of values, or {{ at_least, at_most }}"));
        }
        let bound = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(value) => amount(value).map(Some).ok_or(format!("has {key} = {value}: it is a number or a duration")),
        };
        let (at_least, at_most) = (bound("at_least")?, bound("at_most")?);
        if at_least.zip(at_most).is_some_and(|(low, high)| low > high) {
            return Err("has at_least above at_most: no combination has it".to_owned());
        }
        Ok(Self::Between { at_least, at_most })
    }
}

/// A number, or a duration in microseconds.
fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::Float(x) => Some(*x).filter(|x| !x.is_nan()),
        Value::Integer(i) => Some(*i as f64),
        Value::String(text) => text.parse::<Span>().ok().map(|span| span.micros() as f64),
        _ => None,
    }
}

/// Equal however written: 3 and 3.0, 60m and 1h.
fn same(a: &Value, b: &Value) -> bool {
    a == b || a.is_str() == b.is_str() && amount(a).zip(amount(b)).is_some_and(|(a, b)| a.total_cmp(&b).is_eq())
}

/// The value at a path.
fn at<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    let mut keys = path.split('.');
    let mut value = table.get(keys.next()?)?;
    for key in keys {
        value = value.get(key)?;
    }
    Some(value)
}

/// A condition on a path that no axis touches and the base does not have would never hold.
fn is_varied(path: &str, axes: &[Axis], base: &Table) -> Result<(), String> {
    let touches = |axis: &Axis| axis.path == path || axis.is_above(path);
    if at(base, path).is_some() || axes.iter().any(touches) {
        return Ok(());
    }
    let paths: Vec<&str> = axes.iter().map(|axis| axis.path.as_str()).collect();
    Err(format!("is no axis and not in the base: it would never hold{}", nearest(path, &paths)))
}
