//! What matters: how much each axis explains of what trials differ by.

use super::super::view::View;
use super::{and_more, image};
use crate::report::markdown::{md, table};
use crate::report::number::{count, percent, score};
use crate::sweep::{Importance, MainEffect};

/// Axes whose levels are told, and levels of each.
const AXES: usize = 6;
const LEVELS: usize = 12;
const PAIRS: usize = 10;
/// A forest that predicts less of the variance says little of shares.
const LITTLE: f64 = 0.5;

pub(super) fn section(view: View, charts: [Option<(&'static str, &'static str)>; 2]) -> Option<String> {
    let importance = view.selection.importance.as_ref()?;
    let [bars, map] = charts.map(image);
    let mut out = format!(
        "## What matters\n\nHow much of the variance between configurations ({}) each setting explains by itself (functional ANOVA, {}).\n\n{}\n{}{bars}",
        md(&importance.response),
        method(importance),
        shares(importance),
        flat(importance)
    );
    out += &pairs(importance);
    out += &map;
    out += &effects(view, importance);
    Some(out)
}

fn method(importance: &Importance) -> String {
    match (importance.method, importance.r_squared) {
        ("exact", _) => "exact on the full grid".to_owned(),
        (_, None) => "by a random forest; how well it predicts is not known".to_owned(),
        (_, Some(r)) => {
            let caution = if r < LITTLE { ": too little to rely on the shares" } else { "" };
            format!("by a random forest that predicts trials it has not seen with R² {}{caution}", score(Some(r)))
        }
    }
}

fn shares(importance: &Importance) -> String {
    let share = |share: f64| percent(share.clamp(0.0, 1.0));
    let mut rows: Vec<Vec<String>> = importance
        .main
        .iter()
        .map(|effect| {
            let note = if effect.flat { "does not matter here" } else { "" };
            vec![md(&effect.path), share(effect.share), note.to_owned()]
        })
        .collect();
    let together: f64 = importance.interactions.iter().map(|pair| pair.share).sum();
    rows.push(vec!["pairs of settings, beyond that".to_owned(), share(together), String::new()]);
    rows.push(vec!["neither".to_owned(), share(importance.rest), String::new()]);
    table(&["setting", "share of the variance", ""], false, &rows)
}

fn flat(importance: &Importance) -> String {
    if importance.r_squared.is_some_and(|r| r < LITTLE) {
        return "The shares cannot be relied on, so nothing is said to matter or not.\n".to_owned();
    }
    let flat: Vec<String> =
        importance.main.iter().filter(|effect| effect.flat).map(|effect| md(&effect.path)).collect();
    if flat.is_empty() {
        return "Every setting explains at least 1 %.\n".to_owned();
    }
    format!(
        "These do not matter here, under 1 % each: {}. Leave them at the base's, and spend no time on them unless the data change.\n",
        flat.join(", ")
    )
}

fn pairs(importance: &Importance) -> String {
    if importance.interactions.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = importance
        .interactions
        .iter()
        .take(PAIRS)
        .map(|pair| vec![format!("{} × {}", md(&pair.a), md(&pair.b)), percent(pair.share.clamp(0.0, 1.0))])
        .collect();
    format!(
        "\nPairs that matter together, beyond what each does by itself:\n\n{}{}",
        table(&["settings", "share of the variance"], false, &rows),
        and_more(importance.interactions.len(), rows.len(), "selection.json")
    )
}

/// Mean and best of every level of the settings that matter.
fn effects(view: View, importance: &Importance) -> String {
    let shown: Vec<&MainEffect> = importance.main.iter().filter(|effect| !effect.flat).take(AXES).collect();
    if shown.is_empty() {
        return String::new();
    }
    let scale = view.scale();
    let mut rows = Vec::new();
    for effect in &shown {
        for level in effect.levels.iter().take(LEVELS) {
            rows.push(vec![
                md(&effect.path),
                md(&level.level),
                count(level.trials),
                scale.value(level.mean),
                scale.value(level.best),
            ]);
        }
        if effect.levels.len() > LEVELS {
            let more = format!("… and {} more levels", count((effect.levels.len() - LEVELS) as u64));
            rows.push(vec![md(&effect.path), more, String::new(), String::new(), String::new()]);
        }
    }
    let head = ["setting", "level", "configurations", "mean", "best"];
    let all = importance.main.iter().filter(|effect| !effect.flat).count();
    format!(
        "\nLevel by level, {} over the configurations that have it, whatever else they have:\n\n{}{}",
        scale.name(),
        table(&head, false, &rows),
        and_more(all, shown.len(), "selection.json")
    )
}
