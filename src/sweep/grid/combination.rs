//! One level of each axis, put into the base.

use super::axis::Axis;
use super::checks::Checks;
use super::sample::{combinations, levels_at};
use super::stages::{Unfit, spec_of};
use crate::dataset::nearest;
use crate::pipeline::PipelineSpec;
use toml::{Table, Value};

/// The base with one level of each axis in it.
pub(super) struct Combination<'a> {
    pub axes: &'a [Axis],
    /// Per axis the index of its level.
    pub levels: &'a [usize],
    pub table: Table,
}

impl<'a> Combination<'a> {
    /// Whole alternatives first, then what lies below them.
    ///
    /// # Errors
    /// When a path leads through something that is no table.
    pub(super) fn of(base: &Table, axes: &'a [Axis], levels: &'a [usize]) -> Result<Self, String> {
        let mut table = base.clone();
        let mut order: Vec<usize> = (0..axes.len()).collect();
        order.sort_by_key(|&i| axes[i].keys().len());
        for i in order {
            put(&mut table, &axes[i], &axes[i].levels[levels[i]].value)?;
        }
        Ok(Self { axes, levels, table })
    }

    /// The label of an axis's level; `None`: the path is no axis.
    pub(super) fn label(&self, path: &str) -> Option<&str> {
        let axis = self.axes.iter().position(|axis| axis.path == path)?;
        Some(&self.axes[axis].levels[self.levels[axis]].label)
    }

    /// The pipeline, checked.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn spec(&self, checks: &Checks) -> Result<PipelineSpec, String> {
        let spec = spec_of(&self.table).map_err(|unfit| self.reason(&unfit))?;
        checks.check(&spec, self.levels)?;
        Ok(spec)
    }

    fn reason(&self, unfit: &Unfit) -> String {
        match unfit {
            Unfit::Other(reason) => reason.clone(),
            Unfit::UnknownKey { stage, key, .. } => match self.axes.iter().find(|axis| axis.leads_over(stage, key)) {
                None => format!("{stage}: there is no key {key:?}"),
                Some(axis) => format!("{}: {}", axis.path, self.unknown(axis, key)),
            },
        }
    }

    /// That there is no such key on an axis's path, and the kind that does not have it.
    fn unknown(&self, axis: &Axis, key: &str) -> String {
        let keys = axis.keys();
        let start = self.table.get(keys[0]);
        let above = keys[1..].iter().take_while(|&&next| next != key);
        let table = above.fold(start, |value, &next| value.and_then(|value| value.get(next)));
        match table.and_then(|table| table.get("kind")).and_then(Value::as_str) {
            Some(kind) => format!("kind {kind} has no key {key:?}"),
            None => format!("there is no key {key:?}"),
        }
    }
}

/// Puts a value at a path; tables on the way that are not there yet are made.
fn put(table: &mut Table, axis: &Axis, value: &Value) -> Result<(), String> {
    let keys = axis.keys();
    let Some((last, above)) = keys.split_last() else { return Ok(()) };
    let mut at = table;
    for key in above {
        let next = at.entry((*key).to_owned()).or_insert_with(|| Value::Table(Table::new()));
        let kind = next.type_str();
        at = next.as_table_mut().ok_or_else(|| format!("axis {:?}: {key} is a {kind}, not a table", axis.path))?;
    }
    at.insert((*last).to_owned(), value.clone());
    Ok(())
}

/// Combinations of alternatives above an axis that are tried for its key.
const MOST_PROBES: u64 = 1_000;

/// Whether some pipeline of the grid could have the axis's key: the base, or one with alternatives that lie above it.
///
/// # Errors
/// What is wrong with it everywhere, and the keys that are known in its place.
pub(super) fn check_key(axis: &Axis, axes: &[Axis], base: &Table) -> Result<(), (String, Vec<String>)> {
    let mut above: Vec<Axis> = axes.iter().filter(|other| other.is_above(&axis.path)).cloned().collect();
    let sizes: Vec<usize> = above.iter().map(|axis| axis.levels.len()).collect();
    above.push(axis.clone());
    let mut first = None;
    for place in 0..combinations(&sizes).unwrap_or(MOST_PROBES).min(MOST_PROBES) {
        let mut levels = levels_at(place, &sizes);
        levels.push(0);
        let wrong = match Combination::of(base, &above, &levels) {
            Err(reason) => (reason, Vec::new()),
            Ok(combination) => match spec_of(&combination.table) {
                Err(Unfit::UnknownKey { stage, key, known }) if axis.leads_over(stage, &key) => {
                    (format!("axis {:?}: {}{}", axis.path, combination.unknown(axis, &key), near(&key, &known)), known)
                }
                _ => return Ok(()),
            },
        };
        first = first.or(Some(wrong));
    }
    first.map_or(Ok(()), Err)
}

fn near(key: &str, known: &[String]) -> String {
    nearest(key, &known.iter().map(String::as_str).collect::<Vec<_>>())
}
