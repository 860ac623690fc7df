//! `cost-alpha.svg`: the objective at every level of the detection threshold, or of the number that matters most.

use super::super::scale::Scale;
use super::super::view::View;
use super::Chart;
use super::axis::Axis;
use crate::model::UserError;
use crate::report::charts::paint::{
    Area, BLUE, FAINT, Failure, GREEN, GRID, INK, Side, VERMILION, fill, picture, printable, stroke, write,
};
use crate::report::number::plural;
use crate::sweep::{Goal, Metric};
use plotters::prelude::{Circle, Color, PathElement};
use plotters::style::{RGBColor, ShapeStyle};
use std::collections::BTreeMap;

const SIZE: (u32, u32) = (1000, 520);
const LEFT: i32 = 96;
const RIGHT: i32 = 960;
const TOP: i32 = 112;
const BOTTOM: i32 = 430;
/// Groups that the levels of a continuous axis are put into, where it has more of them.
const GROUPS: usize = 16;

/// What the trials at some neighbouring levels of an axis have, sorted.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    /// Mean level.
    x: f64,
    label: String,
    values: Vec<f64>,
}

/// One axis of numbers with its trials.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Levels {
    path: String,
    groups: Vec<Group>,
    is_logarithmic: bool,
    /// The choice's level, where it is on the axis.
    chosen: Option<f64>,
    grouped: bool,
}

impl Levels {
    /// `None`: no axis of at least two numbers, or no trial with an objective.
    pub(super) fn of(view: View) -> Option<Self> {
        let index = numeric_axis(view)?;
        let axis = &view.selection.grid.axes[index];
        let mut by_level: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for (trial, standing) in view.points() {
            if let (Some(&level), Some(value)) = (trial.levels.get(index), standing.objective) {
                by_level.entry(level).or_default().push(value);
            }
        }
        let mut levels: Vec<(f64, Vec<f64>)> = by_level
            .into_iter()
            .filter_map(|(level, values)| Some((axis.levels.get(level)?.parse().ok()?, values)))
            .collect();
        levels.sort_by(|a, b| a.0.total_cmp(&b.0));
        if levels.len() < 2 {
            return None;
        }
        let grouped = levels.len() > GROUPS;
        let size = levels.len().div_ceil(GROUPS);
        let groups: Vec<Group> = levels.chunks(size).map(Group::of).collect();
        let (least, most) = (groups.first()?.x, groups.last()?.x);
        Some(Self {
            path: axis.path.clone(),
            is_logarithmic: least > 0.0 && (is_alpha(&axis.path) || most / least >= 50.0),
            groups,
            chosen: chosen_level(view, &axis.path),
            grouped,
        })
    }

    /// # Errors
    /// When plotters cannot draw.
    pub(super) fn draw(&self, view: View) -> Result<String, UserError> {
        let scale = view.scale();
        let base = view.base().and_then(|(_, standing)| standing.objective);
        let shown = self.groups.iter().flat_map(|group| [group.at(0.0), group.at(0.9), group.at(0.1)]);
        let y = Axis::over(shown.chain(base), matches!(scale.metric, Metric::Cost), BOTTOM, TOP);
        let name = printable(&self.path, 40);
        let better = if scale.goal == Goal::Minimize { "lower" } else { "higher" };
        let title = format!("What {name} does to the {}: {better} is better", scale.name());
        picture(Chart::CostAlpha.file(), SIZE, |area| {
            write(area, &title, (20, 26), 19, INK, Side::Left)?;
            key(area)?;
            for tick in y.ticks() {
                stroke(area, (LEFT, y.at(tick)), (RIGHT, y.at(tick)), GRID, 1)?;
                write(area, &scale.value(Some(tick)), (LEFT - 10, y.at(tick)), 12, FAINT, Side::Right)?;
            }
            write(area, scale.name(), (20, TOP - 20), 13, INK, Side::Left)?;
            if let Some(base) = base {
                dashed(area, y.at(base), BLUE)?;
                let text = format!("the base: {}", scale.value(Some(base)));
                write(area, &text, (RIGHT, y.at(base) - 9), 12, BLUE, Side::Right)?;
            }
            self.chosen_line(area)?;
            self.bars(area, scale, y)?;
            self.levels(area)?;
            let scale_word = if self.is_logarithmic { " (logarithmic)" } else { "" };
            write(area, &format!("{name}{scale_word}"), (RIGHT, BOTTOM + 40), 13, INK, Side::Right)?;
            write(area, &self.note(), (20, BOTTOM + 68), 12, FAINT, Side::Left)
        })
    }

    fn x(&self, level: f64) -> i32 {
        let place = |x: f64| if self.is_logarithmic { x.ln() } else { x };
        let ends = self.groups.first().zip(self.groups.last()).map(|(a, b)| (place(a.x), place(b.x)));
        let Some((least, most)) = ends.filter(|(least, most)| most > least) else { return LEFT };
        let share = ((place(level) - least) / (most - least)).clamp(0.0, 1.0);
        LEFT + 50 + (share * f64::from(RIGHT - LEFT - 150)).round() as i32
    }

    /// A bar over the middle 80 % of the trials of each level; lines through medians and through the best.
    fn bars<'a>(&self, area: &Area<'a>, scale: Scale, y: Axis) -> Result<(), Failure<'a>> {
        let best = |group: &Group| scale.best(group.values.iter().copied()).unwrap_or_default();
        for group in &self.groups {
            let x = self.x(group.x);
            let (low, high) = (y.at(group.at(0.1)), y.at(group.at(0.9)));
            fill(area, (x - 6, high.min(low)), (x + 6, low.max(high) + 1), INK.mix(0.16))?;
        }
        let through = |of: &dyn Fn(&Group) -> f64| -> Vec<(i32, i32)> {
            self.groups.iter().map(|group| (self.x(group.x), y.at(of(group)))).collect()
        };
        for (points, color) in [(through(&|group| group.at(0.5)), INK), (through(&best), GREEN)] {
            area.draw(&PathElement::new(points.clone(), ShapeStyle::from(&color).stroke_width(2)))?;
            for point in points {
                area.draw(&Circle::new(point, 5, color.filled()))?;
            }
        }
        Ok(())
    }

    fn chosen_line<'a>(&self, area: &Area<'a>) -> Result<(), Failure<'a>> {
        let Some(chosen) = self.chosen else { return Ok(()) };
        let x = self.x(chosen);
        stroke(area, (x, TOP - 6), (x, BOTTOM), VERMILION, 2)?;
        write(area, "the choice", (x, TOP - 16), 12, VERMILION, Side::Middle)
    }

    /// Labels that do not run into each other.
    fn levels<'a>(&self, area: &Area<'a>) -> Result<(), Failure<'a>> {
        let mut free = i32::MIN;
        for group in &self.groups {
            let x = self.x(group.x);
            let label = printable(&group.label, 12);
            let half = 4 * i32::try_from(label.chars().count()).unwrap_or(12);
            stroke(area, (x, BOTTOM), (x, BOTTOM + 5), FAINT, 1)?;
            if x - half > free {
                write(area, &label, (x, BOTTOM + 18), 12, FAINT, Side::Middle)?;
                free = x + half;
            }
        }
        stroke(area, (LEFT, BOTTOM), (RIGHT, BOTTOM), INK, 1)
    }

    fn note(&self) -> String {
        let fewest = self.groups.iter().map(|group| group.values.len()).min().unwrap_or_default() as u64;
        let grouped = if self.grouped { "; neighbouring levels are put together" } else { "" };
        format!(
            "whatever else they vary, {} at least at each level; in sample{grouped}",
            plural(fewest, "configuration")
        )
    }
}

impl Group {
    fn of(levels: &[(f64, Vec<f64>)]) -> Self {
        let mut values: Vec<f64> = levels.iter().flat_map(|(_, values)| values.iter().copied()).collect();
        values.sort_by(f64::total_cmp);
        let x = levels.iter().map(|(level, _)| level).sum::<f64>() / levels.len().max(1) as f64;
        Self { x, label: short(x), values }
    }

    /// The value below which a share of the trials lie.
    fn at(&self, share: f64) -> f64 {
        let last = self.values.len().saturating_sub(1);
        self.values.get((share * last as f64).round() as usize).copied().unwrap_or_default()
    }
}

/// Three significant digits: `0.001`, `1e-6`, `240`.
fn short(x: f64) -> String {
    let rounded: f64 = format!("{x:.2e}").parse().unwrap_or(x);
    if rounded != 0.0 && rounded.abs() < 0.0001 { format!("{rounded:e}") } else { rounded.to_string() }
}

fn is_alpha(path: &str) -> bool {
    path.rsplit('.').next() == Some("alpha")
}

/// The detection threshold where it is varied; else the axis of numbers that explains most.
fn numeric_axis(view: View) -> Option<usize> {
    let axes = &view.selection.grid.axes;
    let is_numeric = |index: usize| {
        axes[index].levels.len() > 1
            && axes[index].levels.iter().all(|level| level.parse::<f64>().is_ok_and(f64::is_finite))
    };
    let numeric: Vec<usize> = (0..axes.len()).filter(|&index| is_numeric(index)).collect();
    let alpha = numeric.iter().find(|&&index| is_alpha(&axes[index].path));
    let share = |index: usize| {
        let main = view.selection.importance.as_ref().map(|importance| &importance.main);
        main.and_then(|main| main.iter().find(|effect| effect.path == axes[index].path))
            .map_or(0.0, |effect| effect.share)
    };
    // The first of those that explain as much.
    let most = numeric.iter().rev().max_by(|&&a, &&b| share(a).total_cmp(&share(b)));
    alpha.or(most).copied()
}

fn chosen_level(view: View, path: &str) -> Option<f64> {
    super::super::settings::rows(view).iter().find(|row| row.path == path)?.chosen.parse().ok()
}

fn dashed<'a>(area: &Area<'a>, y: i32, color: RGBColor) -> Result<(), Failure<'a>> {
    (LEFT..RIGHT).step_by(12).try_for_each(|x| stroke(area, (x, y), ((x + 7).min(RIGHT), y), color, 2))
}

fn key<'a>(area: &Area<'a>) -> Result<(), Failure<'a>> {
    let mut x = 26;
    for (name, color, width) in [("best", GREEN, 90), ("median", INK, 110)] {
        area.draw(&Circle::new((x, 58), 5, color.filled()))?;
        write(area, name, (x + 12, 58), 13, INK, Side::Left)?;
        x += width;
    }
    fill(area, (x - 5, 52), (x + 6, 64), INK.mix(0.16))?;
    write(area, "middle 80 % of the configurations", (x + 14, 58), 13, INK, Side::Left)
}
