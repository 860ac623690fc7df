//! How well triagers judge labelled cases: one table with a column for each, in a terminal and in Markdown.

use super::markdown::{md, md_excerpt, table};
use super::number::{count, estimate, maybe_percent, range, score};
use super::style::{Style, pad, wrap};
use crate::evaluate::{ClusteredPairs, PairScores, RankScores};
use crate::report::shown::excerpt;
use crate::stats::{Bounds, Estimate};

/// Characters of a line, and of its first column, of the others; columns that fit.
const WIDTH: usize = 100;
const LABEL: usize = 32;
const COLUMN: usize = 17;
const ACROSS: usize = 4;
/// Kinds of pairs that have a row.
const KINDS: usize = 20;

const PAIRS_LEGEND: &str = "recall: share of the pairs whose diff did cause the trace that are `caused`. false: share of the other pairs \
     that are `caused`, by their kind. precision: share of `caused` that is right; it, the Brier score and the ECE depend on how \
     many pairs of each label the files hold. abstention: `inconclusive`, which counts as not `caused`. ECE: how far stated \
     probabilities are from what came true; beside it what a perfectly calibrated triager would show by chance: on average, to the worst of \
     twenty. grounded: cited places in the diff that exist.";
const RANKS_LEGEND: &str = "Candidates are ranked by probability; of equals the later deploy comes first. MRR: mean of 1 / rank of the \
     guilty one. accuracy@1: it comes first and is `caused`. accuracy@3: it is among the first three. nobody blamed: a guilty \
     candidate is there and none is `caused`. false blame: none is guilty and one is `caused`.";

/// A value of one triager, as a terminal shows it and as Markdown does.
struct Cell {
    short: String,
    long: String,
}

/// One measure over all triagers.
struct Row {
    label: String,
    cells: Vec<Cell>,
}

impl Row {
    fn new<T>(label: impl Into<String>, triagers: &[T], cell: impl Fn(&T) -> Cell) -> Self {
        Self { label: label.into(), cells: triagers.iter().map(cell).collect() }
    }
}

impl Cell {
    fn plain(text: String) -> Self {
        Self { short: text.clone(), long: text }
    }

    /// With its interval, and in Markdown the one that knows of clusters.
    fn ratio(e: &Estimate, clustered: Option<(&str, Option<Bounds>)>) -> Self {
        let interval = match (e.low, e.high) {
            (Some(low), Some(high)) if e.value.is_some() => format!(" {}", range(low, high)),
            _ => String::new(),
        };
        let by = clustered.and_then(|(by, bounds)| Some((by, bounds?)));
        let by = by.map_or_else(String::new, |(by, bounds)| format!("<br>by {by} {}", range(bounds.low, bounds.high)));
        Self { short: format!("{}{interval}", maybe_percent(e.value)), long: format!("{}{by}", estimate(e)) }
    }
}

/// All that is told of several triagers.
struct Sheet<'a> {
    title: &'static str,
    names: Vec<&'a str>,
    rows: Vec<Row>,
    notes: Vec<String>,
    legend: &'static str,
}

/// The scores of pairs in a terminal.
#[must_use]
pub fn pairs(triagers: &[PairScores], style: Style) -> String {
    Sheet::of_pairs(triagers).screen(style)
}

/// The scores of pairs in Markdown.
#[must_use]
pub fn pairs_markdown(triagers: &[PairScores]) -> String {
    Sheet::of_pairs(triagers).document()
}

/// The scores of rankings in a terminal.
#[must_use]
pub fn ranks(triagers: &[RankScores], style: Style) -> String {
    Sheet::of_ranks(triagers).screen(style)
}

/// The scores of rankings in Markdown.
#[must_use]
pub fn ranks_markdown(triagers: &[RankScores]) -> String {
    Sheet::of_ranks(triagers).document()
}

fn notes<'a>(triagers: impl Iterator<Item = (&'a String, &'a Vec<String>)>) -> Vec<String> {
    let told = |name: &str, note: &str| format!("{}: {}", excerpt(name, 60), excerpt(note, 400));
    triagers.flat_map(|(name, notes)| notes.iter().map(|note| told(name, note)).collect::<Vec<_>>()).collect()
}

fn of(label: &str, e: Option<&Estimate>) -> String {
    e.map_or_else(|| label.to_owned(), |e| format!("{label} (of {})", count(e.denominator)))
}

fn pair_rows(triagers: &[PairScores]) -> Vec<Row> {
    let first = triagers.first();
    let mut rows = vec![Row::new(of("recall", first.map(|one| &one.recall)), triagers, |one| {
        Cell::ratio(&one.recall, by_cluster(one, |c| c.recall))
    })];
    rows.extend(false_rows(triagers));
    rows.push(Row::new("said caused", triagers, |one| Cell::plain(count(one.precision.denominator))));
    rows.push(Row::new("precision", triagers, |one| Cell::ratio(&one.precision, by_cluster(one, |c| c.precision))));
    rows.push(Row::new(of("abstention", first.map(|one| &one.abstention)), triagers, |one| {
        Cell::ratio(&one.abstention, None)
    }));
    rows.push(Row::new("Brier", triagers, |one| Cell::plain(score(one.brier))));
    rows.push(Row::new("ECE", triagers, |one| Cell::plain(score(one.ece))));
    rows.push(Row::new("ECE if calibrated", triagers, |one| {
        let both = one.ece_if_calibrated.map(|c| format!("{} to {}", score(Some(c.mean)), score(Some(c.high))));
        Cell::plain(both.unwrap_or_else(|| score(None)))
    }));
    rows.push(Row::new("grounded", triagers, |one| Cell::ratio(&one.grounded, None)));
    rows.push(Row::new("tokens", triagers, |one| Cell::plain(count(one.tokens.total()))));
    rows
}

/// What is falsely blamed, by kind and over all kinds.
fn false_rows(triagers: &[PairScores]) -> Vec<Row> {
    let Some(first) = triagers.first() else { return Vec::new() };
    let label = |kind: &str, e: &Estimate| format!("false of {}: {kind}", count(e.denominator));
    let undefined = Estimate::undefined();
    let kinds = &first.false_positive_rate;
    let of_kind = |(kind, e): (&String, &Estimate)| {
        Row::new(label(kind, e), triagers, |one| {
            let bounds = |c: &ClusteredPairs| c.false_positive_rate.get(kind).copied().flatten();
            Cell::ratio(one.false_positive_rate.get(kind).unwrap_or(&undefined), by_cluster(one, bounds))
        })
    };
    let mut rows: Vec<Row> = kinds.iter().take(KINDS).map(of_kind).collect();
    if kinds.len() != 1 {
        rows.push(Row::new(label("all kinds", &first.false_positive_rate_all), triagers, |one| {
            Cell::ratio(&one.false_positive_rate_all, None)
        }));
    }
    rows
}

/// What is drawn as a whole, and the interval.
fn by_cluster(one: &PairScores, bounds: impl Fn(&ClusteredPairs) -> Option<Bounds>) -> Option<(&str, Option<Bounds>)> {
    one.clustered.as_ref().map(|clustered| (clustered.by.name(), bounds(clustered)))
}

fn rank_rows(triagers: &[RankScores]) -> Vec<Row> {
    let first = triagers.first();
    let by = |one: &RankScores| one.clustered.as_ref().map(|c| c.by.name());
    let guilty = first.map(|one| &one.tally.accuracy_at_1);
    vec![
        Row::new(of("MRR", guilty), triagers, |one| {
            let bounds = one.clustered.as_ref().and_then(|c| Some((c.by.name(), c.mrr?)));
            let by = bounds.map_or_else(String::new, |(by, bounds)| {
                format!("<br>by {by} [{}, {}]", score(Some(bounds.low)), score(Some(bounds.high)))
            });
            Cell { short: score(one.tally.mrr), long: format!("{}{by}", score(one.tally.mrr)) }
        }),
        Row::new("MRR by chance", triagers, |one| Cell::plain(score(one.tally.mrr_by_chance))),
        Row::new(of("accuracy@1", guilty), triagers, |one| {
            let bounds = one.clustered.as_ref().and_then(|c| c.accuracy_at_1);
            Cell::ratio(&one.tally.accuracy_at_1, by(one).map(|by| (by, bounds)))
        }),
        Row::new(of("accuracy@3", guilty), triagers, |one| Cell::ratio(&one.tally.accuracy_at_3, None)),
        Row::new(of("nobody blamed", guilty), triagers, |one| Cell::ratio(&one.tally.unblamed, None)),
        Row::new(of("false blame", first.map(|one| &one.tally.false_blame)), triagers, |one| {
            Cell::ratio(&one.tally.false_blame, None)
        }),
        Row::new("grounded", triagers, |one| Cell::ratio(&one.grounded, None)),
        Row::new("tokens", triagers, |one| Cell::plain(count(one.tokens.total()))),
    ]
}

impl<'a> Sheet<'a> {
    fn of_pairs(triagers: &'a [PairScores]) -> Self {
        Self {
            title: "Triagers against labelled pairs",
            names: triagers.iter().map(|one| one.name.as_str()).collect(),
            rows: pair_rows(triagers),
            notes: notes(triagers.iter().map(|one| (&one.name, &one.notes))),
            legend: PAIRS_LEGEND,
        }
    }

    fn of_ranks(triagers: &'a [RankScores]) -> Self {
        Self {
            title: "Triagers against cases with several candidates",
            names: triagers.iter().map(|one| one.name.as_str()).collect(),
            rows: rank_rows(triagers),
            notes: notes(triagers.iter().map(|one| (&one.name, &one.notes))),
            legend: RANKS_LEGEND,
        }
    }

    /// As many columns as fit, then the rest below.
    fn screen(&self, style: Style) -> String {
        let mut lines = Vec::new();
        for from in (0..self.names.len()).step_by(ACROSS) {
            let within = from..self.names.len().min(from + ACROSS);
            let names: Vec<String> = self.names[within.clone()].iter().map(|name| excerpt(name, COLUMN - 2)).collect();
            lines.push(style.bold(&line("", &names)));
            for row in &self.rows {
                let cells: Vec<String> = row.cells[within.clone()].iter().map(|cell| cell.short.clone()).collect();
                lines.push(line(&row.label, &cells));
            }
            lines.push(String::new());
        }
        let method = "Intervals: 95 %, Wilson; --format md has those by case or project.";
        let legend = format!("{} {method}", self.legend);
        let told = self.notes.iter().chain([&legend]);
        lines.extend(told.flat_map(|text| wrap(text, WIDTH)).map(|line| style.dim(&line)));
        lines.join("\n") + "\n"
    }

    fn document(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| md_excerpt(name, 60)).collect();
        let head: Vec<&str> = [""].into_iter().chain(names.iter().map(String::as_str)).collect();
        let cells = |row: &Row| -> Vec<String> {
            let cells = row.cells.iter().map(|cell| cell.long.clone());
            [md_excerpt(&row.label, 120)].into_iter().chain(cells).collect()
        };
        let rows: Vec<Vec<String>> = self.rows.iter().map(cells).collect();
        let notes = self.notes.iter().fold(String::new(), |notes, note| notes + &md(note) + "\n\n");
        let method = "Intervals are 95 %: Wilson; by case or project, whole cases or projects drawn anew, because rows of one are \
                      not independent.";
        format!("# {}\n\n{}\n{notes}{}\n\n{method}\n", self.title, table(&head, true, &rows), self.legend)
    }
}

fn line(label: &str, cells: &[String]) -> String {
    let label = pad(&excerpt(label, LABEL - 1), LABEL);
    cells.iter().fold(label, |line, cell| line + &format!("{cell:>COLUMN$}")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::LabelledCase;
    use crate::model::{Silent, hides};
    use crate::triage::AcceptAll;

    fn scores() -> Vec<PairScores> {
        let pair = |label, kind: &str| LabelledCase {
            trace: "x".to_owned(),
            exception: None,
            diff: String::new(),
            label,
            kind: kind.to_owned(),
            case: String::new(),
            project: String::new(),
        };
        let pairs = [pair(true, "p"), pair(false, "a|b\u{1b}[31m"), pair(false, "<i>")];
        let of = |name: &str| PairScores::of(name, &AcceptAll, &pairs, &Silent).unwrap();
        ["one", "a\u{202e}|b", "three", "four", "five"].into_iter().map(of).collect()
    }

    #[test]
    fn names_and_kinds_are_text_and_nothing_else() {
        let text = pairs(&scores(), Style::default());
        assert!(text.chars().all(|c| c == '\n' || !hides(c)), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH + 12), "{text}");
        assert!(text.contains("recall (of 1)") && text.contains("100 % [21–100 %]"), "{text}");
        let text = pairs_markdown(&scores());
        assert!(text.contains("| false of 1: a&#124;b⟦U+001B⟧\\[31m | 1/1 = 100 % [21–100 %] |"), "{text}");
        assert!(!text.contains("<i>") && !text.contains('\u{202e}'), "{text}");
    }
}
