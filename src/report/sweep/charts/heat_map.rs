//! `heat-map.svg`: the objective over the two settings that matter most.

use super::super::view::View;
use super::Chart;
use super::marks::frame;
use crate::model::UserError;
use crate::report::charts::paint::{
    Area, FAINT, Failure, GREY, INK, Side, VERMILION, fill, picture, printable, stroke, write,
};
use crate::sweep::Goal;
use plotters::prelude::{Color, Rectangle};
use plotters::style::RGBColor;

/// Levels that an axis of it has at most.
const MOST: usize = 12;
const WIDTH: i32 = 1000;
/// Characters of a row's label.
const LABEL: usize = 40;
const RIGHT: i32 = 980;
const TOP: i32 = 118;
const ROW: i32 = 46;

/// Mean objectives by level of `across`, then of `down`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Map {
    across: usize,
    down: usize,
    /// By row (level of `down`), then column.
    cells: Vec<Vec<Option<f64>>>,
    /// Pixels that the rows' labels take.
    left: i32,
    /// Row and column.
    chosen: Option<(usize, usize)>,
}

impl Map {
    /// `None`: fewer than two axes with a share and few enough levels, or no trial with an objective.
    pub(super) fn of(view: View) -> Option<Self> {
        let axes = &view.selection.grid.axes;
        let importance = view.selection.importance.as_ref()?;
        let mut most = importance.main.iter().filter_map(|effect| {
            let index = axes.iter().position(|axis| axis.path == effect.path)?;
            (2..=MOST).contains(&axes[index].levels.len()).then_some(index)
        });
        let (first, second) = (most.next()?, most.next()?);
        let longest = |index: usize| axes[index].levels.iter().map(|level| level.chars().count()).max();
        // Long texts have more room at the left.
        let (across, down) = if longest(first) > longest(second) { (second, first) } else { (first, second) };
        let mut sums = vec![vec![(0.0, 0_u64); axes[across].levels.len()]; axes[down].levels.len()];
        for (trial, standing) in view.points() {
            let at = trial.levels.get(down).zip(trial.levels.get(across));
            let cell = at.and_then(|(&row, &column)| sums.get_mut(row)?.get_mut(column));
            if let (Some(cell), Some(value)) = (cell, standing.objective) {
                *cell = (cell.0 + value, cell.1 + 1);
            }
        }
        let mean = |&(sum, n): &(f64, u64)| (n > 0).then(|| sum / n as f64);
        let cells: Vec<Vec<Option<f64>>> = sums.iter().map(|row| row.iter().map(mean).collect()).collect();
        let chosen = chosen(view, down, across);
        let left = 40 + 7 * pixels(longest(down).unwrap_or(0).clamp(6, LABEL));
        cells.iter().flatten().any(Option::is_some).then_some(Self { across, down, cells, left, chosen })
    }

    /// # Errors
    /// When plotters cannot draw.
    pub(super) fn draw(&self, view: View) -> Result<String, UserError> {
        let (scale, axes) = (view.scale(), &view.selection.grid.axes);
        let bottom = TOP + ROW * pixels(self.cells.len());
        let better = if scale.goal == Goal::Minimize { "low" } else { "high" };
        let title =
            format!("Mean {} by the two settings that matter most: dark is {better}, which is better", scale.name());
        picture(Chart::HeatMap.file(), (WIDTH as u32, (bottom + 56) as u32), |area| {
            write(area, &title, (20, 26), 18, INK, Side::Left)?;
            let (across, down) = (&axes[self.across], &axes[self.down]);
            let rows = format!("rows: {}", printable(&down.path, 50));
            write(area, &format!("{rows}; columns: {}", printable(&across.path, 50)), (20, 58), 14, INK, Side::Left)?;
            for (column, level) in across.levels.iter().enumerate() {
                self.column_label(area, column, level)?;
            }
            for (row, level) in down.levels.iter().enumerate() {
                write(
                    area,
                    &printable(level, LABEL),
                    (self.left - 12, TOP + ROW * pixels(row) + ROW / 2),
                    12,
                    INK,
                    Side::Right,
                )?;
            }
            self.fill_cells(area, view)?;
            let note = "mean over all configurations of the cell, in sample; blank: none was searched";
            let frame = if self.chosen.is_some() { "; framed: the choice's cell" } else { "" };
            write(area, &format!("{note}{frame}"), (20, bottom + 30), 12, FAINT, Side::Left)
        })
    }

    fn fill_cells<'a>(&self, area: &Area<'a>, view: View) -> Result<(), Failure<'a>> {
        let scale = view.scale();
        let known = || self.cells.iter().flatten().flatten().copied();
        let (least, most) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (from, to) = self.corners(row, column);
                let Some(value) = cell else {
                    area.draw(&Rectangle::new([from, to], GREY))?;
                    continue;
                };
                let share = if most > least { (value - least) / (most - least) } else { 0.5 };
                let good = if scale.goal == Goal::Minimize { 1.0 - share } else { share };
                fill(area, from, to, shade(good).mix(1.0))?;
                let ink = if good > 0.6 { RGBColor(255, 255, 255) } else { INK };
                let middle = (i32::midpoint(from.0, to.0), i32::midpoint(from.1, to.1));
                write(area, &scale.value(Some(*value)), middle, 13, ink, Side::Middle)?;
            }
        }
        let Some((row, column)) = self.chosen else { return Ok(()) };
        let (from, to) = self.corners(row, column);
        frame(area, from, to, VERMILION, 5)
    }

    fn width(&self) -> i32 {
        (RIGHT - self.left) / pixels(self.cells.first().map_or(1, Vec::len)).max(1)
    }

    fn corners(&self, row: usize, column: usize) -> ((i32, i32), (i32, i32)) {
        let (x, y) = (self.left + self.width() * pixels(column), TOP + ROW * pixels(row));
        ((x + 2, y + 2), (x + self.width() - 2, y + ROW - 2))
    }

    /// In at most two lines of the column's width.
    fn column_label<'a>(&self, area: &Area<'a>, column: usize, level: &str) -> Result<(), Failure<'a>> {
        let width = self.width();
        let room = usize::try_from(width / 8).unwrap_or(4).max(4);
        let x = self.left + width * pixels(column) + width / 2;
        let text: Vec<char> = printable(level, 2 * room - 1).chars().collect();
        let lines: Vec<String> = text.chunks(room).take(3).map(|line| line.iter().collect()).collect();
        let top = TOP - 14 - 15 * pixels(lines.len().saturating_sub(1));
        for (line, y) in lines.iter().zip((top..).step_by(15)) {
            write(area, line, (x, y), 12, INK, Side::Middle)?;
        }
        stroke(area, (x, TOP - 4), (x, TOP), FAINT, 1)
    }
}

fn chosen(view: View, down: usize, across: usize) -> Option<(usize, usize)> {
    let rows = super::super::settings::rows(view);
    let level = |index: usize| {
        let axis = &view.selection.grid.axes[index];
        let chosen = &rows.iter().find(|row| row.path == axis.path)?.chosen;
        axis.levels.iter().position(|level| level == chosen)
    };
    level(down).zip(level(across))
}

/// From nearly white to dark blue, evenly darker, for a share in [0, 1].
fn shade(good: f64) -> RGBColor {
    let mix = |from: f64, to: f64| (from + (to - from) * good.clamp(0.0, 1.0)).round() as u8;
    RGBColor(mix(236.0, 8.0), mix(243.0, 58.0), mix(250.0, 112.0))
}

fn pixels(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(1)
}
