//! The columns of `trials.csv` and `trials.parquet`: one list for both, so that both say the same.

use super::view::View;
use crate::report::shown::visible;
use crate::stats::Estimate;
use crate::sweep::{Record, Role, Standing};
use std::collections::BTreeMap;

/// One column, a value a trial.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub name: String,
    pub cells: Cells,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cells {
    Text(Vec<Option<String>>),
    Whole(Vec<u64>),
    Number(Vec<Option<f64>>),
    Switch(Vec<bool>),
}

type Ratio = (&'static str, fn(&Standing) -> &Estimate);

const RATIOS: [Ratio; 5] = [
    ("end_to_end_recall", |s| &s.end_to_end_recall),
    ("end_to_end_precision", |s| &s.end_to_end_precision),
    ("triage_precision", |s| &s.triage_precision),
    ("case_precision", |s| &s.case_precision),
    ("detection_recall", |s| &s.detection_recall),
];

/// All columns, the trials in their order; `records`: one a trial, in the same order.
pub(super) fn columns(view: View, records: &[Record]) -> Vec<Column> {
    let mut columns = vec![
        text("id", view.trials.iter().map(|trial| Some(trial.id.as_str()))),
        text("role", view.trials.iter().map(|trial| Some(role(trial.role)))),
    ];
    columns.extend(axes(view));
    columns.extend([
        number(view, "objective", |s| s.objective),
        number(view, "objective_low", |s| s.objective_low),
        number(view, "objective_high", |s| s.objective_high),
        number(view, "validated", |s| s.validated),
        in_front(view),
    ]);
    for (name, ratio) in RATIOS {
        columns.extend(estimate(view, name, ratio));
    }
    columns.extend([
        whole(view, "cases", |s| s.cases),
        whole(view, "false_actions", |s| s.false_actions),
        number(view, "total_usd", |s| Some(s.total_usd)),
        number(view, "running_usd", |s| Some(s.running_usd)),
        number(view, "missed_harm_usd", |s| Some(s.missed_harm_usd)),
        number(view, "undergone_harm_usd", |s| Some(s.undergone_harm_usd)),
        number(view, "false_usd", |s| Some(s.false_usd)),
        number(view, "tokens", |s| Some(s.tokens)),
        number(view, "act_minutes_p50", |s| s.act_minutes_p50),
        evaluation(view, records),
    ]);
    columns
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Candidate => "candidate",
        Role::Base => "base",
        Role::Reference => "reference",
    }
}

/// The level of every axis; empty but for points of the grid.
fn axes(view: View) -> impl Iterator<Item = Column> {
    view.selection.grid.axes.iter().enumerate().map(move |(index, axis)| {
        let level = |levels: &Vec<usize>| levels.get(index).and_then(|&level| axis.levels.get(level));
        text(&axis.path, view.trials.iter().map(|trial| level(&trial.levels).map(String::as_str)))
    })
}

/// Whether it can be chosen and no other that can beats it in everything; a trial with the very same numbers as one named on the front is on it.
fn in_front(view: View) -> Column {
    let on: Vec<&Standing> =
        view.selection.front.iter().filter_map(|point| view.find(&point.id).map(|(_, standing)| standing)).collect();
    let numbers = |s: &Standing| {
        let act = s.act_minutes_p50.map(f64::to_bits);
        (s.end_to_end_recall.clone(), s.false_usd.to_bits(), s.tokens.to_bits(), act)
    };
    let front: Vec<_> = on.iter().map(|standing| numbers(standing)).collect();
    let rows = view.table.iter().zip(view.trials);
    let on_front = rows.map(|(s, trial)| trial.is_eligible() && front.contains(&numbers(s)));
    Column { name: "in_front".to_owned(), cells: Cells::Switch(on_front.collect()) }
}

fn estimate(view: View, name: &str, ratio: fn(&Standing) -> &Estimate) -> [Column; 6] {
    let numbers = |end: &str, of: fn(&Estimate) -> Option<f64>| Column {
        name: format!("{name}{end}"),
        cells: Cells::Number(view.table.iter().map(|s| of(ratio(s))).collect()),
    };
    let counts = |end: &str, of: fn(&Estimate) -> u64| Column {
        name: format!("{name}{end}"),
        cells: Cells::Whole(view.table.iter().map(|s| of(ratio(s))).collect()),
    };
    [
        numbers("", |e| e.value),
        counts("_numerator", |e| e.numerator),
        counts("_denominator", |e| e.denominator),
        counts("_unlabelled", |e| e.unlabelled),
        numbers("_low", |e| e.low),
        numbers("_high", |e| e.high),
    ]
}

/// SHA-256 of the trial's `evaluation.json`.
fn evaluation(view: View, records: &[Record]) -> Column {
    let by_id: BTreeMap<&str, &str> =
        records.iter().map(|record| (record.id.as_str(), record.evaluation.as_str())).collect();
    text("evaluation", view.trials.iter().map(|trial| by_id.get(trial.id.as_str()).copied()))
}

fn text<'a>(name: &str, cells: impl Iterator<Item = Option<&'a str>>) -> Column {
    Column {
        name: visible(name).into_owned(),
        cells: Cells::Text(cells.map(|cell| cell.map(|cell| visible(cell).into_owned())).collect()),
    }
}

fn whole(view: View, name: &str, of: fn(&Standing) -> u64) -> Column {
    Column { name: name.to_owned(), cells: Cells::Whole(view.table.iter().map(of).collect()) }
}

fn number(view: View, name: &str, of: fn(&Standing) -> Option<f64>) -> Column {
    let finite = |s: &Standing| of(s).filter(|value| value.is_finite());
    Column { name: name.to_owned(), cells: Cells::Number(view.table.iter().map(finite).collect()) }
}
