//! How well normalizers group labelled texts, in Markdown.

use super::super::number::{count, maybe_percent, score};
use super::super::quality::{LEGEND, notes, with_bounds, worst_of};
use super::escape::{md, md_excerpt, table};
use crate::normalize::quality::{Crossed, Mean, NormalizerScore, Part, SystemScore};
use std::fmt::Write;

const HEAD: [&str; 14] = [
    "system",
    "lines",
    "groups",
    "GA",
    "FGA",
    "pair P",
    "pair R",
    "pair F1",
    "homogeneity",
    "completeness",
    "V",
    "ARI",
    "split",
    "merged",
];

/// Characters of a template in a table.
const TEMPLATE: usize = 160;

/// A section of each normalizer: its scores with intervals, and its worst groups.
#[must_use]
pub fn document(normalizers: &[NormalizerScore]) -> String {
    let mut out = vec!["# How well errors are grouped\n".to_owned()];
    if normalizers.len() > 1 {
        let rows: Vec<Vec<String>> = normalizers.iter().map(|n| mean_cells(md_excerpt(&n.name, 60), &n.mean)).collect();
        let head: Vec<&str> = ["mean of"].into_iter().chain(HEAD.into_iter().skip(1)).collect();
        out.push(table(&head, true, &rows));
    }
    for normalizer in normalizers {
        out.push(section(normalizer));
    }
    out.push(format!(
        "{} Intervals are 95 %: true groups drawn anew (within a system), systems drawn anew (of a mean).\n",
        md(LEGEND)
    ));
    out.join("\n")
}

fn section(normalizer: &NormalizerScore) -> String {
    let mut rows: Vec<Vec<String>> = normalizer.systems.iter().map(cells).collect();
    if normalizer.systems.len() > 1 {
        rows.push(mean_cells("**mean**".to_owned(), &normalizer.mean));
    }
    let mut out = format!("## {}\n\n{}\n", md_excerpt(&normalizer.name, 60), table(&HEAD, true, &rows));
    for note in notes(normalizer) {
        _ = writeln!(out, "{}\n", md(&note));
    }
    out.push_str(&worst(
        "One error, several signatures (its counts are spread thin)",
        ["true group", "largest signatures"],
        &worst_of(normalizer, |s| &s.worst.split),
        |part| &part.name,
    ));
    out.push_str(&worst(
        "Several errors, one signature (one hides the other)",
        ["signature", "an example of each of the largest errors"],
        &worst_of(normalizer, |s| &s.worst.merged),
        |part| &part.example,
    ));
    out
}

fn cells(s: &SystemScore) -> Vec<String> {
    let within = &s.intervals;
    vec![
        md_excerpt(&s.name, 60),
        count(s.n),
        format!("{} → {}", count(s.true_groups), count(s.found_groups)),
        with_bounds(s.ga, within.ga),
        with_bounds(s.fga, within.fga),
        with_bounds(s.pairwise.precision, within.pairwise_precision),
        with_bounds(s.pairwise.recall, within.pairwise_recall),
        with_bounds(s.pairwise.f1, within.pairwise_f1),
        score(s.homogeneity),
        score(s.completeness),
        score(s.v_measure),
        score(s.ari),
        maybe_percent(s.split_rate),
        maybe_percent(s.merge_rate),
    ]
}

fn mean_cells(name: String, m: &Mean) -> Vec<String> {
    vec![
        name,
        String::new(),
        String::new(),
        with_bounds(m.ga, m.intervals.ga),
        with_bounds(m.fga, m.intervals.fga),
        score(m.pairwise_precision),
        score(m.pairwise_recall),
        with_bounds(m.pairwise_f1, m.intervals.pairwise_f1),
        score(m.homogeneity),
        score(m.completeness),
        score(m.v_measure),
        score(m.ari),
        maybe_percent(m.split_rate),
        maybe_percent(m.merge_rate),
    ]
}

fn worst(title: &str, names: [&str; 2], groups: &[(&str, &Crossed)], text: fn(&Part) -> &String) -> String {
    if groups.is_empty() {
        return String::new();
    }
    let row = |(system, group): &(&str, &Crossed)| {
        let shown =
            group.largest.iter().map(|part| format!("{}: {}", count(part.lines), md_excerpt(text(part), TEMPLATE)));
        let mut parts: Vec<String> = shown.collect();
        let rest = group.parts - parts.len() as u64;
        parts.extend((rest > 0).then(|| format!("{} more", count(rest))));
        vec![md_excerpt(system, 60), count(group.lines), md_excerpt(&group.name, TEMPLATE), parts.join("<br>")]
    };
    let rows: Vec<Vec<String>> = groups.iter().map(row).collect();
    format!("{title}:\n\n{}\n", table(&["system", "lines", names[0], names[1]], false, &rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_examples_are_text_and_nothing_else() {
        let text = document(&super::super::super::quality::fixture::scored());
        assert!(text.contains("| a&#124;b⟦U+001B⟧\\[31m | 3 | n&lt;\\*&gt; | 1: n0<br>1: n1<br>1: n2 |"), "{text}");
        assert!(text.contains("| **mean** |"), "{text}");
        assert!(!text.contains("--format"), "{text}");
    }
}
