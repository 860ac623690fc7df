//! What the choice's pipeline file says where the base's says something else.

use super::view::View;
use toml::Value;

/// Levels of an axis that are not read as numbers.
const MOST: usize = 64;

/// One axis: the choice's level, and what the base has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub path: String,
    pub chosen: String,
    /// `None`: the base's file says nothing there.
    pub base: Option<String>,
    pub differs: bool,
}

/// One row an axis; empty without a choice.
pub(super) fn rows(view: View) -> Vec<Row> {
    let Some(choice) = &view.selection.choice else { return Vec::new() };
    let base = view.base().and_then(|(trial, _)| Value::try_from(&trial.spec).ok());
    let chosen = view.choice().and_then(|(trial, _)| Value::try_from(&trial.spec).ok());
    let row = |(path, level): (&str, Option<&str>)| {
        let (mine, theirs) = (at(chosen.as_ref(), path), at(base.as_ref(), path));
        let label = |value: Option<&Value>| value.map(|value| label(view, path, value));
        Row {
            path: path.to_owned(),
            chosen: level.map(str::to_owned).or_else(|| label(mine)).unwrap_or_else(|| "(default)".to_owned()),
            base: label(theirs),
            differs: mine != theirs,
        }
    };
    if choice.settings.is_empty() {
        return view.selection.grid.axes.iter().map(|axis| row((&axis.path, None))).collect();
    }
    choice.settings.iter().map(|setting| row((&setting.path, Some(&setting.level)))).collect()
}

/// A value in the grid's words: the level that reads so, or that of a trial that has the same there.
fn label(view: View, path: &str, value: &Value) -> String {
    let plain = short(value);
    let axes = &view.selection.grid.axes;
    let Some(index) = axes.iter().position(|axis| axis.path == path) else { return plain };
    let levels = &axes[index].levels;
    // Numbers read the same; only the few levels of other axes are worth looking into trials for.
    if levels.len() > MOST || levels.contains(&plain) {
        return plain;
    }
    let is_it = |level: &usize| {
        let point = view.points().find(|(trial, _)| trial.levels.get(index) == Some(level));
        let spec = point.and_then(|(trial, _)| Value::try_from(&trial.spec).ok());
        at(spec.as_ref(), path) == Some(value)
    };
    (0..levels.len()).find(is_it).map_or(plain, |level| levels[level].clone())
}

/// What a pipeline file has at a path.
fn at<'a>(spec: Option<&'a Value>, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(spec?, |value, key| value.get(key))
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(x) => x.to_string(),
        Value::Table(table) => match table.get("kind") {
            Some(Value::String(kind)) => format!("{kind} …"),
            _ => "{ … }".to_owned(),
        },
        Value::Array(values) => format!("[{} values]", values.len()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sweep::fixture;

    #[test]
    fn the_base_is_told_in_the_words_of_the_grid() {
        let sweep = fixture::plausible();
        let rows = rows(sweep.view());
        let alpha = rows.iter().find(|row| row.path == "detect.alpha").unwrap();
        let base = sweep.view().base().unwrap().0.spec.detect.alpha.to_string();
        assert_eq!(alpha.base.as_deref(), Some(base.as_str()));
        assert_eq!(alpha.differs, alpha.chosen != base);
        assert_eq!(rows.len(), sweep.selection.grid.axes.len());
    }
}
