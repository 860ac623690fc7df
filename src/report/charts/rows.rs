//! A judged series over time: counts, what was expected, alarms, and labelled windows where there are some.

use super::super::number::{count, plural};
use super::paint::{
    Area, BLUE, FAINT, Failure, GREEN, GRID, INK, PURPLE, Side, VERMILION, fill, legend, picture, printable, scale,
    stroke, write,
};
use crate::dataset::LabelledWindow;
use crate::model::{Instant, Interval, UserError};
use crate::report::JudgedRows;
use plotters::style::Color;

const SIZE: (u32, u32) = (1200, 420);
const LEFT: i32 = 64;
const RIGHT: i32 = 1180;
const TOP: i32 = 92;
const BOTTOM: i32 = 370;

/// What one column of pixels shows.
#[derive(Clone, Copy, Default)]
struct Column {
    least: u32,
    most: u32,
    expected: f64,
    judged: u32,
    rows: u32,
}

/// The chart as SVG.
///
/// # Errors
/// When plotters cannot draw.
pub fn rows_chart(judged: JudgedRows, windows: &[LabelledWindow]) -> Result<String, UserError> {
    let rows = &judged.series.rows;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return picture("chart", SIZE, |_| Ok(())) };
    let shown = Interval::new(first.at, last.at);
    let columns = columns(judged, shown);
    let most = columns.iter().map(|column| f64::from(column.most).max(mean(column).unwrap_or(0.0))).fold(1.0, f64::max);
    picture("chart", SIZE, |area| {
        titles(area, judged, windows)?;
        for window in windows.iter().filter(|window| window.start <= shown.end && window.end >= shown.start) {
            let (from, to) = (x_at(shown, window.start), x_at(shown, window.end));
            fill(area, (from, TOP), (to.max(from + 1), BOTTOM), PURPLE.mix(0.25))?;
        }
        axes(area, shown, most)?;
        for (x, column) in (LEFT..).zip(&columns).filter(|(_, column)| column.rows > 0) {
            let (low, high) = (y_of(f64::from(column.least), most), y_of(f64::from(column.most), most));
            fill(area, (x, high), (x + 1, low.max(high + 1)), BLUE.mix(0.8))?;
        }
        expectation(area, &columns, most)?;
        for (row, _) in rows.iter().zip(judged.verdicts).filter(|(_, verdict)| verdict.flag) {
            let x = x_at(shown, row.at);
            stroke(area, (x, TOP), (x, TOP + 14), VERMILION, 2)?;
        }
        stroke(area, (LEFT, BOTTOM), (RIGHT, BOTTOM), INK, 1)
    })
}

fn columns(judged: JudgedRows, shown: Interval) -> Vec<Column> {
    let mut columns = vec![Column::default(); (RIGHT - LEFT + 1) as usize];
    for (row, verdict) in judged.series.rows.iter().zip(judged.verdicts) {
        let column = &mut columns[(x_at(shown, row.at) - LEFT) as usize];
        if let Some(n) = row.count {
            column.least = if column.rows == 0 { n } else { column.least.min(n) };
            column.most = column.most.max(n);
            column.rows += 1;
        }
        if let Some(expected) = verdict.expected {
            column.expected += expected;
            column.judged += 1;
        }
    }
    columns
}

fn mean(column: &Column) -> Option<f64> {
    (column.judged > 0).then(|| column.expected / f64::from(column.judged))
}

/// Where neighbouring columns have one, a line between their expectations.
fn expectation<'a>(area: &Area<'a>, columns: &[Column], most: f64) -> Result<(), Failure<'a>> {
    let mut before: Option<(i32, i32)> = None;
    for (x, column) in (LEFT..).zip(columns) {
        let Some(expected) = mean(column) else { continue };
        let here = (x, y_of(expected, most));
        stroke(area, before.unwrap_or(here), here, GREEN, 2)?;
        before = Some(here);
    }
    Ok(())
}

fn titles<'a>(area: &Area<'a>, judged: JudgedRows, windows: &[LabelledWindow]) -> Result<(), Failure<'a>> {
    let alarms = judged.verdicts.iter().filter(|verdict| verdict.flag).count() as u64;
    let rows = plural(judged.verdicts.len() as u64, "row");
    let name = printable(&judged.series.name, 80);
    write(area, &format!("{name}: {rows}, {}", plural(alarms, "alarm")), (16, 24), 18, INK, Side::Left)?;
    let mut entries = vec![
        ("count (logarithmic)".to_owned(), BLUE.mix(0.8)),
        ("expected".to_owned(), GREEN.mix(1.0)),
        ("alarm".to_owned(), VERMILION.mix(1.0)),
    ];
    if !windows.is_empty() {
        entries.push(("labelled window".to_owned(), PURPLE.mix(0.4)));
    }
    legend(area, (16, 56), &entries, 170)
}

/// Dates, and powers of ten.
fn axes<'a>(area: &Area<'a>, shown: Interval, most: f64) -> Result<(), Failure<'a>> {
    let powers = (0..10).map(|power| 10_f64.powi(power)).filter(|&n| n <= most);
    for n in std::iter::once(0.0).chain(powers) {
        let y = y_of(n, most);
        stroke(area, (LEFT, y), (RIGHT, y), GRID, 1)?;
        write(area, &count(n as u64), (LEFT - 8, y), 12, FAINT, Side::Right)?;
    }
    for part in 0..=8 {
        let micros = shown.start.micros() + shown.span().micros() / 8 * part;
        let at = Instant::from_micros(micros);
        let x = x_at(shown, at);
        stroke(area, (x, BOTTOM), (x, BOTTOM + 4), FAINT, 1)?;
        let side = if part == 0 {
            Side::Left
        } else if part == 8 {
            Side::Right
        } else {
            Side::Middle
        };
        write(area, &at.minute(), (x, BOTTOM + 16), 12, FAINT, side)?;
    }
    write(area, "UTC", (RIGHT, BOTTOM + 34), 12, FAINT, Side::Right)
}

fn x_at(shown: Interval, at: Instant) -> i32 {
    scale((at - shown.start).as_minutes(), shown.span().as_minutes(), LEFT, RIGHT)
}

/// Bursts are a thousand times what is usual: `ln(1 + n)` shows both.
fn y_of(n: f64, most: f64) -> i32 {
    scale(n.ln_1p(), most.ln_1p() * 1.05, BOTTOM, TOP)
}
