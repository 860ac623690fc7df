//! What the choice's pipeline file says where the base's says something else.

use super::view::View;
use toml::Value;

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
        let base = base_level(view, path, theirs).or_else(|| theirs.map(short));
        Row {
            path: path.to_owned(),
            chosen: level.map(str::to_owned).or_else(|| mine.map(short)).unwrap_or_default(),
            base,
            differs: mine != theirs,
        }
    };
    if choice.settings.is_empty() {
        return view.selection.grid.axes.iter().map(|axis| row((&axis.path, None))).collect();
    }
    choice.settings.iter().map(|setting| row((&setting.path, Some(&setting.level)))).collect()
}

/// The base's level in the grid's words: that of a trial that has the same there.
fn base_level(view: View, path: &str, theirs: Option<&Value>) -> Option<String> {
    let axis = view.selection.grid.axes.iter().position(|axis| axis.path == path)?;
    let levels = &view.selection.grid.axes[axis].levels;
    (0..levels.len()).find_map(|level| {
        let (trial, _) = view.points().find(|(trial, _)| trial.levels.get(axis) == Some(&level))?;
        let spec = Value::try_from(&trial.spec).ok()?;
        (at(Some(&spec), path)? == theirs?).then(|| levels[level].clone())
    })
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
