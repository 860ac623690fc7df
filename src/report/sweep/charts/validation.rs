//! `validation.svg`: what each fold's choice had on the weeks it was chosen on, and what it had on later ones.

use super::super::page::days;
use super::super::view::View;
use super::Chart;
use super::axis::Axis;
use super::marks::frame;
use crate::model::UserError;
use crate::report::charts::paint::{
    Area, BLUE, FAINT, Failure, GRID, INK, Side, VERMILION, picture, printable, stroke, write,
};
use crate::report::number::{count, plural};
use crate::sweep::{Fold, Goal, Metric};
use plotters::prelude::{Circle, Color};
use plotters::style::ShapeStyle;

const WIDTH: u32 = 1000;
const LEFT: i32 = 380;
const RIGHT: i32 = 960;
const TOP: i32 = 110;
const STEP: i32 = 40;
/// Folds that are drawn: the last ones.
const MOST: usize = 20;

pub(super) fn has_data(view: View) -> bool {
    view.selection.validation.folds.iter().any(|fold| fold.out_of_sample.is_some())
}

/// One row a fold, the mean last.
///
/// # Errors
/// When plotters cannot draw.
pub(super) fn draw(view: View) -> Result<String, UserError> {
    let (scale, v) = (view.scale(), &view.selection.validation);
    let left_out = v.folds.len().saturating_sub(MOST);
    let folds = &v.folds[left_out..];
    let values = folds.iter().flat_map(|fold| [fold.in_sample, fold.out_of_sample, fold.base, fold.hindsight]);
    let x = Axis::over(
        values.chain([v.in_sample, v.out_of_sample, v.base]).flatten(),
        matches!(scale.metric, Metric::Cost),
        LEFT,
        RIGHT,
    );
    let bottom = TOP + STEP * (i32::try_from(folds.len()).unwrap_or(1) + 1);
    picture(Chart::Validation.file(), (WIDTH, (bottom + 74) as u32), |area| {
        let better = if scale.goal == Goal::Minimize { "left" } else { "right" };
        let title = format!("Chosen on earlier weeks, scored on later ones: {better} is better");
        write(area, &title, (20, 26), 19, INK, Side::Left)?;
        key(area)?;
        for tick in x.ticks() {
            stroke(area, (x.at(tick), TOP - 8), (x.at(tick), bottom), GRID, 1)?;
            write(area, &scale.value(Some(tick)), (x.at(tick), bottom + 14), 12, FAINT, Side::Middle)?;
        }
        write(area, scale.name(), (RIGHT, bottom + 36), 13, INK, Side::Right)?;
        for (fold, y) in folds.iter().zip((TOP + STEP / 2..).step_by(STEP as usize)) {
            labels(area, fold, y)?;
            row(area, x, y, [fold.in_sample, fold.out_of_sample, fold.base, fold.hindsight])?;
        }
        let y = bottom - STEP / 2;
        stroke(area, (20, bottom - STEP), (RIGHT, bottom - STEP), FAINT, 1)?;
        write(area, "mean, by length", (20, y), 14, INK, Side::Left)?;
        row(area, x, y, [v.in_sample, v.out_of_sample, v.base, None])?;
        let earlier =
            if left_out > 0 { format!("; {} earlier folds not drawn", count(left_out as u64)) } else { String::new() };
        let note = format!("incidents: regressions worth acting on in the weeks that score{earlier}");
        write(area, &note, (20, bottom + 56), 12, FAINT, Side::Left)
    })
}

fn labels<'a>(area: &Area<'a>, fold: &Fold, y: i32) -> Result<(), Failure<'a>> {
    let chosen =
        fold.chosen.as_deref().map_or_else(|| "nothing chosen".to_owned(), |id| format!("chose {}", printable(id, 26)));
    let incidents = plural(fold.validate_incidents, "incident");
    write(area, &days(fold.validate), (20, y - 8), 13, INK, Side::Left)?;
    write(area, &format!("{incidents}; {chosen}"), (20, y + 9), 12, FAINT, Side::Left)
}

/// In sample, out of sample, the base, and the best in hindsight.
fn row<'a>(area: &Area<'a>, x: Axis, y: i32, values: [Option<f64>; 4]) -> Result<(), Failure<'a>> {
    let [within, out, base, hindsight] = values.map(|value| value.map(|value| x.at(value)));
    if let Some((within, out)) = within.zip(out) {
        stroke(area, (within, y), (out, y), VERMILION, 2)?;
    }
    if let Some(at) = hindsight {
        stroke(area, (at, y - 9), (at, y + 9), INK, 2)?;
    }
    if let Some(at) = base {
        frame(area, (at - 8, y - 8), (at + 8, y + 8), BLUE, 3)?;
    }
    if let Some(at) = within {
        area.draw(&Circle::new((at, y), 6, plotters::style::RGBColor(255, 255, 255).filled()))?;
        area.draw(&Circle::new((at, y), 6, ShapeStyle::from(&VERMILION).stroke_width(2)))?;
    }
    if let Some(at) = out {
        area.draw(&Circle::new((at, y), 6, VERMILION.filled()))?;
    }
    Ok(())
}

fn key<'a>(area: &Area<'a>) -> Result<(), Failure<'a>> {
    let y = 60;
    let axis = Axis { least: 0.0, most: 1000.0, from: 0, to: 1000 };
    let entries: [(&str, [Option<f64>; 4], f64); 4] = [
        ("in sample", [Some(28.0), None, None, None], 28.0),
        ("out of sample", [None, Some(150.0), None, None], 150.0),
        ("the base, same weeks", [None, None, Some(305.0), None], 305.0),
        ("best in hindsight: nobody could have known it", [None, None, None, Some(500.0)], 500.0),
    ];
    for (name, values, x) in entries {
        row(area, axis, y, values)?;
        write(area, name, (x as i32 + 16, y), 13, INK, Side::Left)?;
    }
    Ok(())
}
