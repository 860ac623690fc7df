//! `precision-recall.svg`: every trial, the front, and what is to be read against each other.

use super::super::view::View;
use super::Chart;
use super::marks::Mark;
use crate::model::UserError;
use crate::report::charts::paint::{
    Area, FAINT, Failure, GREY, GRID, INK, Side, VERMILION, picture, printable, scale, stroke, write,
};
use crate::report::number::{count, estimate_short, plural};
use crate::stats::Estimate;
use crate::sweep::Standing;
use plotters::prelude::{Circle, Color};
use plotters::style::RGBColor;
use std::collections::BTreeMap;

const SIZE: (u32, u32) = (1000, 640);
const LEFT: i32 = 90;
const RIGHT: i32 = 640;
const TOP: i32 = 84;
const BOTTOM: i32 = 560;
/// The legend's left end.
const LEGEND: i32 = 676;
/// Radius of the smallest dot and of the largest.
const DOT: f64 = 2.5;
const LARGEST: f64 = 20.0;

pub(super) fn has_data(view: View) -> bool {
    view.points().any(|(_, standing)| place(standing).is_some())
}

/// Recall and precision, where both are known.
fn place(standing: &Standing) -> Option<(f64, f64)> {
    Some((standing.end_to_end_recall.value?, standing.end_to_end_precision.value?))
}

fn pixel((recall, precision): (f64, f64)) -> (i32, i32) {
    (scale(recall, 1.0, LEFT, RIGHT), scale(precision, 1.0, BOTTOM, TOP))
}

/// Every trial with a precision and a recall.
///
/// # Errors
/// When plotters cannot draw.
pub(super) fn draw(view: View) -> Result<String, UserError> {
    picture(Chart::PrecisionRecall.file(), SIZE, |area| {
        let set = printable(&view.selection.data_set, 30);
        let all = plural(view.selection.grid.trials, "configuration");
        write(
            area,
            &format!("What {all} would have caught on {set}: up and right is better"),
            (20, 26),
            19,
            INK,
            Side::Left,
        )?;
        axes(area)?;
        let silent = dots(area, view)?;
        front(area, view)?;
        whiskers(area, view)?;
        let marks = Mark::all(view);
        for (mark, id) in &marks {
            if let Some(at) = view.find(id).and_then(|(_, standing)| place(standing)) {
                mark.draw(area, pixel(at))?;
            }
        }
        legend(area, view, &marks)?;
        let silent = match silent {
            0 => String::new(),
            n => format!("; {} never act or have no precision that is known: not drawn", count(n)),
        };
        let note = format!("dot: configurations with these counts, its area by how many{silent}");
        write(area, &note, (20, BOTTOM + 64), 12, FAINT, Side::Left)
    })
}

fn axes<'a>(area: &Area<'a>) -> Result<(), Failure<'a>> {
    for fifth in 0..=5 {
        let share = f64::from(fifth) / 5.0;
        let (x, y) = pixel((share, share));
        stroke(area, (x, TOP), (x, BOTTOM), GRID, 1)?;
        stroke(area, (LEFT, y), (RIGHT, y), GRID, 1)?;
        write(area, &format!("{} %", fifth * 20), (x, BOTTOM + 16), 12, FAINT, Side::Middle)?;
        write(area, &format!("{} %", fifth * 20), (LEFT - 10, y), 12, FAINT, Side::Right)?;
    }
    write(area, "actions that were right (precision end to end)", (20, TOP - 22), 13, INK, Side::Left)?;
    write(area, "regressions caught (recall end to end)", (RIGHT, BOTTOM + 38), 13, INK, Side::Right)
}

/// Faint dots, one for all trials with the same counts. Returns how many trials have no place.
fn dots<'a>(area: &Area<'a>, view: View) -> Result<u64, Failure<'a>> {
    let mut counts: BTreeMap<(i32, i32), u64> = BTreeMap::new();
    let mut silent = 0;
    for (_, standing) in view.points() {
        match place(standing) {
            Some(at) => *counts.entry(pixel(at)).or_default() += 1,
            None => silent += 1,
        }
    }
    let mut dots: Vec<((i32, i32), u64)> = counts.into_iter().collect();
    // Small ones on top.
    dots.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
    let most = dots.first().map_or(1, |&(_, n)| n) as f64;
    for (at, n) in dots {
        let radius = (LARGEST * (n as f64 / most).sqrt()).max(DOT).round() as i32;
        area.draw(&Circle::new(at, radius, GREY.mix(0.55).filled()))?;
        area.draw(&Circle::new(at, radius, FAINT.mix(0.6)))?;
    }
    Ok(silent)
}

/// The part of the front that nothing beats in these two, joined; points that chance may have put there are hollow.
fn front<'a>(area: &Area<'a>, view: View) -> Result<(), Failure<'a>> {
    let mut points: Vec<((f64, f64), bool)> = Vec::new();
    for point in &view.selection.front {
        let Some(at) = point.recall.value.zip(point.precision.value) else { continue };
        let beaten = |other: &crate::sweep::FrontPoint| {
            let there = other.recall.value.zip(other.precision.value);
            there.is_some_and(|there| there != at && there.0 >= at.0 && there.1 >= at.1)
        };
        if !view.selection.front.iter().any(beaten) {
            points.push((at, point.by_chance));
        }
    }
    points.sort_by(|a, b| a.0.0.total_cmp(&b.0.0).then(a.1.cmp(&b.1)));
    points.dedup_by_key(|point| point.0);
    for pair in points.windows(2) {
        let (a, b) = (pixel(pair[0].0), pixel(pair[1].0));
        // A step: what lies between two points nobody has reached.
        stroke(area, a, (a.0, b.1), INK, 2)?;
        stroke(area, (a.0, b.1), b, INK, 2)?;
    }
    for (at, by_chance) in points {
        let inside = if by_chance { RGBColor(255, 255, 255) } else { INK };
        area.draw(&Circle::new(pixel(at), 6, INK.filled()))?;
        area.draw(&Circle::new(pixel(at), 4, inside.filled()))?;
    }
    Ok(())
}

/// The choice's intervals.
fn whiskers<'a>(area: &Area<'a>, view: View) -> Result<(), Failure<'a>> {
    let Some((_, standing)) = view.choice() else { return Ok(()) };
    let Some(at) = place(standing) else { return Ok(()) };
    let ends = |e: &Estimate| e.low.zip(e.high);
    let line = |a: (f64, f64), b: (f64, f64)| stroke(area, pixel(a), pixel(b), VERMILION, 2);
    if let Some((low, high)) = ends(&standing.end_to_end_recall) {
        line((low, at.1), (high, at.1))?;
    }
    if let Some((low, high)) = ends(&standing.end_to_end_precision) {
        line((at.0, low), (at.0, high))?;
    }
    Ok(())
}

/// Every mark with its numbers, from the choice down, then what dots and lines are.
fn legend<'a>(area: &Area<'a>, view: View, marks: &[(Mark, String)]) -> Result<(), Failure<'a>> {
    let mut y = TOP + 6;
    for (mark, id) in marks.iter().rev() {
        let Some((_, standing)) = view.find(id) else { continue };
        mark.draw(area, (LEGEND + 12, y))?;
        let id = if id == mark.name() { String::new() } else { format!(": {}", printable(id, 24)) };
        write(area, &format!("{}{id}", mark.name()), (LEGEND + 34, y), 13, INK, Side::Left)?;
        let numbers = format!("caught {}", estimate_short(&standing.end_to_end_recall));
        write(area, &numbers, (LEGEND + 34, y + 18), 12, FAINT, Side::Left)?;
        let numbers = match estimate_short(&standing.end_to_end_precision).as_str() {
            "–" => "never acts: no precision, not drawn".to_owned(),
            known => format!("right {known}"),
        };
        write(area, &numbers, (LEGEND + 34, y + 34), 12, FAINT, Side::Left)?;
        y += 66;
    }
    if !view.selection.front.is_empty() {
        stroke(area, (LEGEND, y), (LEGEND + 24, y), INK, 2)?;
        area.draw(&Circle::new((LEGEND + 12, y), 5, INK.filled()))?;
        write(area, "front of these two (hollow: by chance)", (LEGEND + 34, y), 12, INK, Side::Left)?;
        y += 22;
    }
    if view.choice().is_some() {
        stroke(area, (LEGEND, y), (LEGEND + 24, y), VERMILION, 2)?;
        write(area, "95 % intervals of the choice, in sample", (LEGEND + 34, y), 12, INK, Side::Left)?;
    }
    Ok(())
}
