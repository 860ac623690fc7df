//! How well triagers judge labelled cases: one table with a column for each, in a terminal and in Markdown.

use super::markdown::{md, md_excerpt, table};
use super::number::{count, estimate, maybe_percent, range, score};
use super::style::{Style, pad, wrap};
use crate::evaluate::{PairScores, RankScores};
use crate::model::excerpt;
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

/// The scores of pairs in a terminal.
#[must_use]
pub fn pairs(triagers: &[PairScores], style: Style) -> String {
    let rows = pair_rows(triagers);
    let names: Vec<&str> = triagers.iter().map(|one| one.name.as_str()).collect();
    let notes: Vec<String> = triagers.iter().flat_map(|one| notes(&one.name, &one.notes)).collect();
    screen(&names, &rows, &notes, PAIRS_LEGEND, style)
}

/// The scores of pairs in Markdown.
#[must_use]
pub fn pairs_markdown(triagers: &[PairScores]) -> String {
    let rows = pair_rows(triagers);
    let names: Vec<&str> = triagers.iter().map(|one| one.name.as_str()).collect();
    let notes: Vec<String> = triagers.iter().flat_map(|one| notes(&one.name, &one.notes)).collect();
    document("Triagers against labelled pairs", &names, &rows, &notes, PAIRS_LEGEND)
}

/// The scores of rankings in a terminal.
#[must_use]
pub fn ranks(triagers: &[RankScores], style: Style) -> String {
    let rows = rank_rows(triagers);
    let names: Vec<&str> = triagers.iter().map(|one| one.name.as_str()).collect();
    let notes: Vec<String> = triagers.iter().flat_map(|one| notes(&one.name, &one.notes)).collect();
    screen(&names, &rows, &notes, RANKS_LEGEND, style)
}

/// The scores of rankings in Markdown.
#[must_use]
pub fn ranks_markdown(triagers: &[RankScores]) -> String {
    let rows = rank_rows(triagers);
    let names: Vec<&str> = triagers.iter().map(|one| one.name.as_str()).collect();
    let notes: Vec<String> = triagers.iter().flat_map(|one| notes(&one.name, &one.notes)).collect();
    document("Triagers against cases with several candidates", &names, &rows, &notes, RANKS_LEGEND)
}

fn notes(name: &str, notes: &[String]) -> Vec<String> {
    notes.iter().map(|note| format!("{}: {}", excerpt(name, 60), excerpt(note, 400))).collect()
}

fn of(label: &str, e: Option<&Estimate>) -> String {
    e.map_or_else(|| label.to_owned(), |e| format!("{label} (of {})", count(e.denominator)))
}

fn pair_rows(triagers: &[PairScores]) -> Vec<Row> {
    let first = triagers.first();
    let by = |one: &PairScores| one.clustered.as_ref().map(|c| c.by.name());
    let clustered = |one: &PairScores, bounds: Option<Bounds>| by(one).map(|by| (by, bounds));
    let mut rows = vec![Row::new(of("recall", first.map(|one| &one.recall)), triagers, |one| {
        let bounds = one.clustered.as_ref().and_then(|c| c.recall);
        Cell::ratio(&one.recall, clustered(one, bounds))
    })];
    let kinds: Vec<&String> = first.map(|one| one.false_positive_rate.keys().collect()).unwrap_or_default();
    for kind in kinds.iter().take(KINDS) {
        let label = of(&format!("false: {kind}"), first.and_then(|one| one.false_positive_rate.get(*kind)));
        rows.push(Row::new(label, triagers, |one| {
            let bounds = one.clustered.as_ref().and_then(|c| c.false_positive_rate.get(*kind).copied().flatten());
            let undefined = Estimate::undefined();
            Cell::ratio(one.false_positive_rate.get(*kind).unwrap_or(&undefined), clustered(one, bounds))
        }));
    }
    if kinds.len() != 1 {
        let label = of("false: all kinds", first.map(|one| &one.false_positive_rate_all));
        rows.push(Row::new(label, triagers, |one| Cell::ratio(&one.false_positive_rate_all, None)));
    }
    rows.push(Row::new("said caused", triagers, |one| Cell::plain(count(one.precision.denominator))));
    rows.push(Row::new("precision", triagers, |one| {
        let bounds = one.clustered.as_ref().and_then(|c| c.precision);
        Cell::ratio(&one.precision, clustered(one, bounds))
    }));
    rows.push(Row::new(of("abstention", first.map(|one| &one.abstention)), triagers, |one| {
        Cell::ratio(&one.abstention, None)
    }));
    rows.push(Row::new("Brier", triagers, |one| Cell::plain(score(one.brier))));
    rows.push(Row::new("ECE", triagers, |one| Cell::plain(score(one.ece))));
    rows.push(Row::new("ECE if calibrated", triagers, |one| {
        let chance = one.ece_if_calibrated;
        let both = chance.map(|c| format!("{} to {}", score(Some(c.mean)), score(Some(c.high))));
        Cell::plain(both.unwrap_or_else(|| score(None)))
    }));
    rows.push(Row::new("grounded", triagers, |one| Cell::ratio(&one.grounded, None)));
    rows.push(Row::new("tokens", triagers, |one| Cell::plain(count(one.tokens.total()))));
    rows
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

/// As many columns as fit, then the rest below.
fn screen(names: &[&str], rows: &[Row], notes: &[String], legend: &str, style: Style) -> String {
    let mut lines = Vec::new();
    for from in (0..names.len()).step_by(ACROSS) {
        let within = from..names.len().min(from + ACROSS);
        let line = |label: &str, cells: &mut dyn Iterator<Item = String>| {
            let cells: String = cells.map(|cell| format!("{cell:>COLUMN$}")).collect();
            format!("{}{cells}", pad(&excerpt(label, LABEL - 1), LABEL)).trim_end().to_owned()
        };
        let head = line("", &mut names[within.clone()].iter().map(|name| excerpt(name, COLUMN - 2)));
        lines.push(style.bold(&head));
        for row in rows {
            lines.push(line(&row.label, &mut row.cells[within.clone()].iter().map(|cell| cell.short.clone())));
        }
        lines.push(String::new());
    }
    let legend = format!("{legend} Intervals: 95 %, Wilson; --format md has those by case or project.");
    let told = notes.iter().chain([&legend]);
    lines.extend(told.flat_map(|text| wrap(text, WIDTH)).map(|line| style.dim(&line)));
    lines.join("\n") + "\n"
}

fn document(title: &str, names: &[&str], rows: &[Row], notes: &[String], legend: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| md_excerpt(name, 60)).collect();
    let head: Vec<&str> = [""].into_iter().chain(names.iter().map(String::as_str)).collect();
    let cells = |row: &Row| -> Vec<String> {
        let cells = row.cells.iter().map(|cell| cell.long.clone());
        [md_excerpt(&row.label, 120)].into_iter().chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let notes: String = notes.iter().map(|note| format!("{}\n\n", md(note))).collect();
    let method = "Intervals are 95 %: Wilson; by case or project, whole cases or projects drawn anew, because rows of one are not independent.";
    format!("# {title}\n\n{}\n{notes}{legend}\n\n{method}\n", table(&head, true, &rows))
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
        assert!(text.contains("| false: a&#124;b⟦U+001B⟧\\[31m (of 1) | 1/1 = 100 % [21–100 %] |"), "{text}");
        assert!(!text.contains("<i>") && !text.contains('\u{202e}'), "{text}");
    }
}
