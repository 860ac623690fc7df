//! `precision_recall.svg`: every stage's precision and recall with its interval, one colour a pipeline.

use super::super::facts;
use super::super::number::estimate_short;
use super::paint::{
    Area, FAINT, Failure, GRID, INK, SERIES, Side, fill, legend, picture, printable, scale, stroke, write,
};
use crate::evaluate::{Assessment, Evaluation};
use crate::model::UserError;
use crate::stats::{Estimate, Method};
use plotters::prelude::{Circle, Color};
use plotters::style::RGBColor;

const WIDTH: u32 = 1000;
/// Left and right end of the axis of precision, and of recall.
const PANELS: [(&str, i32, i32); 2] = [("precision", 130, 370), ("recall", 570, 810)];
/// Pixels between two pipelines, and between two stages beyond them.
const LINE: i32 = 20;
const GAP: i32 = 22;
/// Characters of a pipeline's name.
const NAME: usize = 22;

/// Precision and recall of one pipeline or of several.
///
/// # Errors
/// When plotters cannot draw.
pub fn precision_recall(assessments: &[Assessment]) -> Result<String, UserError> {
    let lines = i32::try_from(assessments.len()).unwrap_or(1).max(1);
    let legend_rows = (lines + 3) / 4;
    let top = 84 + 22 * legend_rows;
    let step = lines * LINE + GAP;
    let bottom = top + 4 * step;
    let height = u32::try_from(bottom + 52).unwrap_or(600);
    let set = assessments.first().map_or("", |a| a.evaluation.manifest.data_set.as_str());
    let title = format!("Precision and recall of every stage on {}", printable(set, 40));
    picture("charts/precision_recall.svg", (WIDTH, height), |area| {
        write(area, &title, (20, 24), 19, INK, Side::Left)?;
        for (row, chunk) in assessments.chunks(4).enumerate() {
            let entries: Vec<_> = chunk
                .iter()
                .enumerate()
                .map(|(i, a)| (printable(&facts::name(a), NAME), color(row * 4 + i).mix(1.0)))
                .collect();
            legend(area, (20, 54 + 22 * i32::try_from(row).unwrap_or(0)), &entries, 230)?;
        }
        for panel in PANELS {
            axis(area, panel, top, bottom)?;
        }
        for (index, stage) in STAGES.iter().enumerate() {
            let y = top + step * i32::try_from(index).unwrap_or(0) + GAP / 2;
            let middle = y + lines * LINE / 2;
            write(area, stage.name, (20, middle), 14, INK, Side::Left)?;
            for (i, assessment) in assessments.iter().enumerate() {
                let y = y + LINE * i32::try_from(i).unwrap_or(0) + LINE / 2;
                let (p, r) = (stage.pair)(&assessment.evaluation);
                whisker(area, PANELS[0], y, p, color(i))?;
                whisker(area, PANELS[1], y, r, color(i))?;
            }
        }
        let note = "dot: value; bar: 95 % interval (Wilson), or what missing labels leave open (no dot). Upper bound: same cases, a triager that knows the truth.";
        write(area, note, (20, bottom + 40), 12, FAINT, Side::Left)
    })
}

struct Stage {
    name: &'static str,
    pair: fn(&Evaluation) -> (&Estimate, &Estimate),
}

const STAGES: [Stage; 4] = [
    Stage { name: "detection", pair: |e| (&e.detection.case_precision, &e.detection.recall) },
    Stage { name: "triage", pair: |e| (&e.triage.precision, &e.triage.recall) },
    Stage { name: "end to end", pair: |e| (&e.end_to_end.precision, &e.end_to_end.recall) },
    Stage { name: "upper bound", pair: |e| (&e.end_to_end.oracle.precision, &e.end_to_end.oracle.recall) },
];

fn color(index: usize) -> RGBColor {
    SERIES[index % SERIES.len()]
}

fn axis<'a>(area: &Area<'a>, panel: (&str, i32, i32), top: i32, bottom: i32) -> Result<(), Failure<'a>> {
    let (name, left, right) = panel;
    write(area, name, (left, top - 16), 14, INK, Side::Left)?;
    for quarter in 0..=4 {
        let x = left + (right - left) * quarter / 4;
        stroke(area, (x, top), (x, bottom), GRID, 1)?;
        write(area, &format!("{} %", quarter * 25), (x, bottom + 14), 12, FAINT, Side::Middle)?;
    }
    Ok(())
}

/// An interval with its value, and both in words beside the axis.
fn whisker<'a>(
    area: &Area<'a>,
    panel: (&str, i32, i32),
    y: i32,
    e: &Estimate,
    color: RGBColor,
) -> Result<(), Failure<'a>> {
    let (_, left, right) = panel;
    let x = |share: f64| scale(share, 1.0, left, right);
    if let (Some(low), Some(high)) = (e.low, e.high) {
        fill(area, (x(low), y - 3), (x(high).max(x(low) + 1), y + 3), color.mix(0.35))?;
    }
    if let Some(value) = e.value.filter(|_| e.method == Method::Wilson) {
        area.draw(&Circle::new((x(value), y), 5, color.filled()))?;
    }
    write(area, &estimate_short(e), (right + 14, y), 12, INK, Side::Left)
}
