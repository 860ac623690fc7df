//! What to run.

use super::super::settings;
use super::super::view::View;
use super::super::words;
use crate::report::markdown::{code, md, table};
use crate::report::number::plural;
use crate::sweep::{Choice, Conclusion, Reason};
use std::fmt::Write;

pub(super) fn section(view: View) -> String {
    let selection = view.selection;
    let unfinished = words::unfinished(view).map_or_else(String::new, |told| format!("**{told}**\n\n"));
    let mut out = format!("{unfinished}**{}**", words::conclusion(view, code));
    if let Some(grounds) = words::grounds(view) {
        _ = write!(out, " {grounds}");
    }
    if let Some(better) = words::better_reference(view, code) {
        _ = write!(out, "\n\n**{better}**");
    }
    _ = write!(out, "\n\n{}", words::next(view));
    // What is shown already needs no more weeks; “How sure” tells them all the same.
    let is_shown = selection.conclusion == Conclusion::BetterThanBase;
    if let Some(needed) = words::needed(view, code).filter(|_| !is_shown) {
        _ = write!(out, " {needed}");
    }
    _ = write!(
        out,
        "\n\nAsked for: {}. Searched: {} of grid {}; incident log: {}; money is in US dollars under price list {} (assumed).\n",
        md(&selection.objective),
        plural(selection.grid.trials, "configuration"),
        md(&selection.grid.name),
        md(&selection.labels),
        md(&selection.costs)
    );
    if let Some(choice) = &selection.choice {
        let heading = heading(view, choice);
        _ = write!(out, "\n## {heading}\n\n{}\n{}\n{}", why(view, choice), settings_table(view), command());
    }
    out
}

fn heading(view: View, choice: &Choice) -> &'static str {
    match view.selection.conclusion {
        Conclusion::BetterThanBase => "What to run",
        Conclusion::KeepBase if choice.id == view.selection.grid.base => "What to run",
        Conclusion::NotShownBetter => "What to try beside the base",
        _ => "The best of what was searched",
    }
}

/// Why this one and not the best in sample.
fn why(view: View, choice: &Choice) -> String {
    let scale = view.scale();
    let parts = match view.parts(&choice.id).as_str() {
        "the choice" | "" => String::new(),
        parts => format!(" ({parts})"),
    };
    let parameters = plural(choice.parameters, "value");
    let rule = match choice.reason {
        Reason::Best => format!(
            "it has the best {} in sample, and nothing simpler lies within one standard error of it",
            scale.name()
        ),
        Reason::SimplestWithinOneSe => format!(
            "the simplest of the {} that meet the constraints and lie within one standard error ({}) of the best in sample, {}",
            plural(choice.within_one_se, "configuration"),
            scale.value(Some(choice.standard_error)),
            code(&choice.best)
        ),
    };
    format!("{}{parts}, {parameters} in its file: {rule}.\n", code(&choice.id))
}

/// Every axis with the choice's level and the base's; those that differ first.
fn settings_table(view: View) -> String {
    let base = format!("base {}", md(&view.selection.grid.base));
    let mut rows = settings::rows(view);
    rows.sort_by_key(|row| !row.differs);
    if rows.iter().all(|row| !row.differs) {
        return "It differs from the base in no axis of the grid.\n".to_owned();
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let chosen = md(&row.chosen);
            let chosen = if row.differs { format!("**{chosen}**") } else { chosen };
            vec![md(&row.path), chosen, row.base.as_deref().map_or_else(|| "(default)".to_owned(), md)]
        })
        .collect();
    table(&["setting", "choice", &base], false, &cells)
}

fn command() -> String {
    "`best.toml` is its pipeline file:\n\n    shakedown replay DATASET --pipeline best.toml\n".to_owned()
}
