//! A judged series: CSV or JSON for programs, and what labels say of it for people.

use super::number::{UNDEFINED, count, decimal, estimate, plural};
use crate::dataset::CountSeries;
use crate::detect::{RowDetectorSpec, RowVerdict};
use crate::evaluate::LabelledScores;
use crate::model::Span;
use serde::Serialize;
use std::fmt::Write;

/// A series with what was said of each row.
#[derive(Clone, Copy)]
pub struct JudgedRows<'a> {
    pub series: &'a CountSeries,
    pub verdicts: &'a [RowVerdict],
}

#[derive(Serialize)]
struct Row<'a> {
    timestamp: &'a str,
    count: Option<u32>,
    expected: Option<f64>,
    score: f64,
    flag: u8,
}

/// All of it as one document.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    series: &'a str,
    detector: &'a RowDetectorSpec,
    step: Option<Span>,
    labelled: Option<&'a LabelledScores>,
    rows: Vec<Row<'a>>,
}

impl<'a> JudgedRows<'a> {
    /// `timestamp,count,expected,score,flag`: one line a row, in the order they came. `expected` has six significant digits, `score` six
    /// decimals.
    #[must_use]
    pub fn csv(self) -> String {
        let mut text = "timestamp,count,expected,score,flag\n".to_owned();
        for row in self.rows() {
            let known = |n: Option<String>| n.unwrap_or_default();
            let (count, expected) = (row.count.map(|n| n.to_string()), row.expected.map(|x| x.to_string()));
            let _ = writeln!(
                text,
                "{},{},{},{},{}",
                cell(row.timestamp),
                known(count),
                known(expected),
                row.score,
                row.flag
            );
        }
        text
    }

    /// What [`super::json`] writes of it.
    #[must_use]
    pub fn document(self, detector: &'a RowDetectorSpec, labelled: Option<&'a LabelledScores>) -> impl Serialize + 'a {
        let step = self.series.step(self.series.rows.len());
        Document { schema_version: 1, series: &self.series.name, detector, step, labelled, rows: self.rows().collect() }
    }

    fn rows(self) -> impl Iterator<Item = Row<'a>> {
        self.series.rows.iter().zip(self.verdicts).map(|(row, verdict)| Row {
            timestamp: &row.timestamp,
            count: row.count,
            expected: verdict.expected.map(six_digits),
            score: (verdict.score * 1e6).round() / 1e6,
            flag: u8::from(verdict.flag),
        })
    }
}

/// More than counts can bear out, and fewer than differ between machines.
fn six_digits(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

fn maybe(x: Option<f64>) -> String {
    x.map_or_else(|| UNDEFINED.to_owned(), decimal)
}

/// A timestamp that was read holds no quotation mark and no line break, but may hold a comma.
fn cell(text: &str) -> String {
    if text.contains(',') { format!("\"{text}\"") } else { text.to_owned() }
}

/// The scores for people, a line each.
#[must_use]
pub fn labelled_summary(series: &str, scores: &LabelledScores) -> String {
    let probation = format!("the first {} are probation and count nowhere", plural(scores.probation, "row"));
    let nab = [scores.nab.standard, scores.nab.reward_low_false_alarms, scores.nab.reward_low_misses];
    let [standard, low_fp, low_fn] = nab.map(maybe);
    let range = &scores.range;
    let affiliation = scores.affiliation.map_or_else(
        || UNDEFINED.to_owned(),
        |a| {
            let above = a.precision.zip(a.precision_of_chance).map(|(precision, chance)| precision - chance);
            format!(
                "precision {} ({} above random alarms), recall {}",
                maybe(a.precision),
                maybe(above),
                decimal(a.recall)
            )
        },
    );
    let lines = [
        ("labels", format!("{series}: {}; {probation}", plural(scores.windows_hit.denominator, "window"))),
        ("windows hit", estimate(&scores.windows_hit)),
        ("in a window", format!("{} alarms; {} outside", estimate(&scores.precision), count(scores.false_alarms))),
        (
            "NAB",
            format!("standard {standard}, low FP {low_fp}, low FN {low_fn} (100 is perfect, 0 as good as no alarm)"),
        ),
        (
            "range-based",
            format!(
                "precision {}, recall {} (by existence {})",
                maybe(range.precision),
                maybe(range.recall),
                maybe(range.recall_by_existence)
            ),
        ),
        ("affiliation", affiliation),
    ];
    lines.iter().fold(String::new(), |mut text, (name, line)| {
        let _ = writeln!(text, "{name:<13}{line}");
        text
    })
}
