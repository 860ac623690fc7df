//! How well normalizers group labelled texts, as a terminal shows it.

use super::number::{count, maybe_percent, plural, score};
use super::style::{Style, pad, wrap};
use crate::normalize::quality::{Crossed, Mean, NormalizerScore, SystemScore};
use crate::report::shown::excerpt;
use crate::stats::Bounds;
use std::cmp::Reverse;

const HEAD: [&str; 12] =
    ["system", "lines", "groups", "GA", "FGA", "pair P", "pair R", "pair F1", "V", "ARI", "split", "merged"];
const WIDTHS: [usize; 12] = [14, 9, 10, 7, 7, 7, 7, 8, 7, 7, 7, 8];

/// What the columns mean.
pub(super) const LEGEND: &str = "groups: true → found. GA: share of lines whose group is exactly right; FGA: F1 over groups, rare ones \
     weigh as much as frequent ones. pair P falls when different errors are merged, pair R when one error is split. V: harmonic \
     mean of homogeneity and completeness. ARI: pairs judged alike, adjusted for chance. split: lines whose error is spread over \
     several signatures; merged: lines whose error shares a signature with another. A mean weighs each system the same.";
/// Where the intervals are: a terminal has no room for them.
const ELSEWHERE: &str = "Intervals are in --format md and json.";

/// Characters of a line of text.
const WIDTH: usize = 100;

/// Groups that are told of each kind, and their parts.
pub(super) const TOLD: usize = 5;
const PARTS: usize = 3;
/// Characters of a template.
const TEMPLATE: usize = 76;

/// A table of each normalizer and its worst groups.
#[must_use]
pub fn tables(normalizers: &[NormalizerScore], style: Style) -> String {
    let mut lines = Vec::new();
    for normalizer in normalizers {
        lines.push(style.bold(&excerpt(&normalizer.name, 60)));
        lines.push(style.dim(&row(&HEAD.map(str::to_owned))));
        lines.extend(normalizer.systems.iter().map(|system| row(&cells(system))));
        if normalizer.systems.len() > 1 {
            lines.push(style.bold(&row(&mean_cells(&normalizer.mean))));
        }
        let notes = notes(normalizer);
        let notes = notes.iter().flat_map(|note| wrap(note, WIDTH - 2));
        lines.extend(notes.map(|line| style.dim(&format!("  {line}"))));
        lines.push(String::new());
    }
    lines.extend(wrap(&format!("{LEGEND} {ELSEWHERE}"), WIDTH).iter().map(|line| style.dim(line)));
    for normalizer in normalizers {
        lines.extend(worst(normalizer, style));
    }
    lines.join("\n") + "\n"
}

fn row(cells: &[String; 12]) -> String {
    let left = |cell: &str, width| pad(cell, width);
    let right = |cell: &str, width: usize| format!("{cell:>width$}");
    let padded = cells.iter().zip(WIDTHS).enumerate().map(|(index, (cell, width))| match index {
        0 => left(cell, width),
        _ => right(cell, width),
    });
    format!("  {}", padded.collect::<String>()).trim_end().to_owned()
}

fn cells(s: &SystemScore) -> [String; 12] {
    [
        excerpt(&s.name, WIDTHS[0] - 2),
        count(s.n),
        format!("{}→{}", count(s.true_groups), count(s.found_groups)),
        score(s.ga),
        score(s.fga),
        score(s.pairwise.precision),
        score(s.pairwise.recall),
        score(s.pairwise.f1),
        score(s.v_measure),
        score(s.ari),
        maybe_percent(s.split_rate),
        maybe_percent(s.merge_rate),
    ]
}

fn mean_cells(m: &Mean) -> [String; 12] {
    [
        format!("mean of {}", m.systems),
        String::new(),
        String::new(),
        score(m.ga),
        score(m.fga),
        score(m.pairwise_precision),
        score(m.pairwise_recall),
        score(m.pairwise_f1),
        score(m.v_measure),
        score(m.ari),
        maybe_percent(m.split_rate),
        maybe_percent(m.merge_rate),
    ]
}

/// `0.694 [0.412, 0.931]`, or the score alone.
pub(super) fn with_bounds(value: Option<f64>, bounds: Option<Bounds>) -> String {
    match bounds {
        Some(Bounds { low, high }) => format!("{} [{}, {}]", score(value), score(Some(low)), score(Some(high))),
        None => score(value),
    }
}

/// How far the means may be off, and what no normalizer could get right.
pub(super) fn notes(normalizer: &NormalizerScore) -> Vec<String> {
    let mean = &normalizer.mean;
    let mut notes = Vec::new();
    if mean.intervals.ga.is_some() {
        notes.push(format!(
            "Other systems like these, 95 %: mean GA {}, FGA {}, pair F1 {}.",
            with_bounds(mean.ga, mean.intervals.ga),
            with_bounds(mean.fga, mean.intervals.fga),
            with_bounds(mean.pairwise_f1, mean.intervals.pairwise_f1)
        ));
    } else if mean.systems > 1 {
        let systems = mean.systems as u64;
        notes.push(format!(
            "{} say too little about other systems for an interval of the mean (10 are needed).",
            plural(systems, "system")
        ));
    }
    for system in normalizer.systems.iter().filter(|system| system.inseparable > 0) {
        notes.push(format!(
            "{}: {} bear a text that the labels put into several groups; nothing that reads the text gets all of them right.",
            excerpt(&system.name, 40),
            plural(system.inseparable, "line")
        ));
    }
    notes
}

/// Those of all systems, those wrong for most lines first.
pub(super) fn worst_of(normalizer: &NormalizerScore, of: fn(&SystemScore) -> &Vec<Crossed>) -> Vec<(&str, &Crossed)> {
    let mut all: Vec<(&str, &Crossed)> =
        normalizer.systems.iter().flat_map(|s| of(s).iter().map(|crossed| (s.name.as_str(), crossed))).collect();
    all.sort_by_key(|(_, crossed)| Reverse(crossed.lines));
    all.truncate(TOLD);
    all
}

fn worst(normalizer: &NormalizerScore, style: Style) -> Vec<String> {
    let split = worst_of(normalizer, |s| &s.worst.split);
    let merged = worst_of(normalizer, |s| &s.worst.merged);
    let mut lines = Vec::new();
    let name = excerpt(&normalizer.name, 60);
    if !split.is_empty() {
        lines.push(String::new());
        lines.push(style.bold(&format!("{name}: one error, several signatures (its counts are spread thin)")));
    }
    for (system, group) in split {
        lines.push(format!("  {} {}", title(system, group, "signature", style), excerpt(&group.name, TEMPLATE)));
        lines.extend(parts(group, |part| excerpt(&part.name, TEMPLATE), style));
    }
    if !merged.is_empty() {
        lines.push(String::new());
        lines.push(style.bold(&format!("{name}: several errors, one signature (one hides the other)")));
    }
    for (system, group) in merged {
        lines.push(format!("  {} {}", title(system, group, "error", style), excerpt(&group.name, TEMPLATE)));
        lines.extend(parts(group, |part| excerpt(&part.example, TEMPLATE), style));
    }
    lines
}

fn title(system: &str, group: &Crossed, other: &str, style: Style) -> String {
    let what = format!("{}, {}, {}:", excerpt(system, 24), plural(group.lines, "line"), plural(group.parts, other));
    style.bad(&what)
}

fn parts(group: &Crossed, text: impl Fn(&crate::normalize::quality::Part) -> String, style: Style) -> Vec<String> {
    let shown = group.largest.iter().take(PARTS);
    let mut lines: Vec<String> = shown.map(|part| format!("  {:>9}  {}", count(part.lines), text(part))).collect();
    let rest = group.parts - lines.len() as u64;
    if rest > 0 {
        lines.push(style.dim(&format!("  {:>9}  {} more", "", count(rest))));
    }
    lines
}

#[cfg(test)]
pub(super) mod fixture;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_the_scores_and_the_worst_groups_and_no_control_character() {
        let text = tables(&fixture::scored(), Style::default());
        assert!(text.chars().all(|c| c == '\n' || !crate::model::hides(c)), "{text}");
        // The escapes of a hostile name may widen its row.
        let wide = text.lines().filter(|line| line.chars().count() > WIDTH);
        assert!(wide.collect::<Vec<_>>().iter().all(|line| line.contains("a|b⟦U+001B⟧")), "{text}");
        assert!(text.contains("3 lines, 3 signatures: n<*>"), "{text}");
        assert!(text.contains("2 lines, 2 errors: merged\n          1  mergedX⟦U+202E⟧"), "{text}");
        assert!(text.contains("mean of 2"), "{text}");
    }
}
