//! What was searched, and what was left out of it and why.

use super::super::view::View;
use super::and_more;
use crate::model::visible;
use crate::report::markdown::{md, table};
use crate::report::number::{count, plural};
use std::fmt::Write;

/// Levels of an axis, and reasons, that are told.
const LEVELS: usize = 12;
const REASONS: usize = 10;

pub(super) fn section(view: View) -> String {
    let grid = &view.selection.grid;
    let rows: Vec<Vec<String>> = grid
        .axes
        .iter()
        .map(|axis| {
            let shown: Vec<String> = axis.levels.iter().take(LEVELS).map(|level| md(level)).collect();
            let more = axis.levels.len().saturating_sub(LEVELS);
            let more = if more == 0 { String::new() } else { format!(", … and {} more", count(more as u64)) };
            vec![md(&axis.path), count(axis.levels.len() as u64), shown.join(", ") + &more]
        })
        .collect();
    let combinations = grid.combinations.map_or_else(
        || "continuous axes span any number of points".to_owned(),
        |n| format!("the axes span {}", plural(n, "point")),
    );
    let mut left_out = vec![
        format!("{} by the grid's own `exclude`", count(grid.excluded)),
        format!("{} as the same pipeline as an earlier one", count(grid.duplicates)),
        format!("{} as no valid pipeline", count(grid.invalid.iter().map(|invalid| invalid.count).sum())),
    ];
    if grid.halved > 0 {
        left_out.push(format!(
            "{} dropped by halving before the end, which are in no number of this page",
            count(grid.halved)
        ));
    }
    format!(
        "## What was searched\n\n{} of grid {} around base {}; {combinations}. Left out: {}. `null`, `always` and `langchain-2026` are in every sweep to be read against; they are never chosen.\n\n{}{}\nEvery configuration with all its numbers is a row of trials.csv (and trials.parquet).\n",
        plural(grid.trials, "configuration"),
        md(&grid.name),
        md(&grid.base),
        left_out.join("; "),
        table(&["setting", "levels", "which"], false, &rows),
        invalid(view)
    )
}

fn invalid(view: View) -> String {
    let invalid = &view.selection.grid.invalid;
    if invalid.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> =
        invalid.iter().take(REASONS).map(|invalid| vec![md(&invalid.reason), count(invalid.count)]).collect();
    format!(
        "\nWhy some points are no valid pipeline:\n\n{}{}",
        table(&["reason", "points"], false, &rows),
        and_more(invalid.len(), rows.len(), "selection.json")
    )
}

/// A file's text as an indented block: nothing in it is markup.
pub(super) fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        _ = writeln!(out, "    {}", visible(line));
        out
    })
}
