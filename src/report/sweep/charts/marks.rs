//! The trials that every chart points out, each by a shape and a colour of its own, so that they can be told apart where they coincide.

use super::super::view::View;
use crate::report::charts::paint::{Area, BLUE, Failure, GREEN, INK, ORANGE, PURPLE, VERMILION, stroke};
use plotters::prelude::{Circle, Color, PathElement, Polygon};
use plotters::style::{RGBColor, ShapeStyle};

/// The outline of a box; plotters draws a rectangle's own a pixel wide.
pub(super) fn frame<'a>(
    area: &Area<'a>,
    from: (i32, i32),
    to: (i32, i32),
    color: RGBColor,
    width: u32,
) -> Result<(), Failure<'a>> {
    let corners = vec![from, (to.0, from.1), to, (from.0, to.1), from, (to.0, from.1)];
    area.draw(&PathElement::new(corners, ShapeStyle::from(&color).stroke_width(width)))
}

/// How a trial is pointed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Choice,
    Best,
    Base,
    Langchain,
    Always,
    Null,
}

impl Mark {
    /// What is marked, by id, those drawn last on top; a trial that is several things has several marks.
    pub(super) fn all(view: View) -> Vec<(Self, String)> {
        let choice = view.selection.choice.as_ref();
        let reference = |id: &str| view.find(id).map(|(trial, _)| trial.id.clone());
        let marks = [
            (Self::Null, reference("null")),
            (Self::Always, reference("always")),
            (Self::Langchain, reference("langchain-2026")),
            (Self::Base, view.base().map(|(trial, _)| trial.id.clone())),
            (Self::Best, choice.map(|choice| choice.best.clone())),
            (Self::Choice, choice.map(|choice| choice.id.clone())),
        ];
        marks.into_iter().filter_map(|(mark, id)| Some((mark, id?))).collect()
    }

    pub(super) const fn color(self) -> RGBColor {
        match self {
            Self::Choice => VERMILION,
            Self::Best => ORANGE,
            Self::Base => BLUE,
            Self::Langchain => GREEN,
            Self::Always => PURPLE,
            Self::Null => INK,
        }
    }

    /// For legends.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Choice => "the choice",
            Self::Best => "best in sample",
            Self::Base => "the base",
            Self::Langchain => "langchain-2026",
            Self::Always => "always",
            Self::Null => "null",
        }
    }

    /// The choice is filled; the others are outlines of growing size around their point.
    pub(super) fn draw<'a>(self, area: &Area<'a>, (x, y): (i32, i32)) -> Result<(), Failure<'a>> {
        let color = self.color();
        let line =
            |points: Vec<(i32, i32)>| area.draw(&PathElement::new(points, ShapeStyle::from(&color).stroke_width(3)));
        let closed = |mut points: Vec<(i32, i32)>| {
            points.extend(points.first().copied());
            line(points)
        };
        match self {
            Self::Choice => {
                let star = [(0, -10), (9, 0), (0, 10), (-9, 0)].map(|(dx, dy)| (x + dx, y + dy));
                area.draw(&Polygon::new(star.to_vec(), color.filled()))
            }
            Self::Best => area.draw(&Circle::new((x, y), 11, ShapeStyle::from(&color).stroke_width(3))),
            Self::Base => frame(area, (x - 9, y - 9), (x + 9, y + 9), color, 3),
            Self::Langchain => closed([(0, -12), (11, 8), (-11, 8)].map(|(dx, dy)| (x + dx, y + dy)).to_vec()),
            Self::Always => closed([(0, 12), (11, -8), (-11, -8)].map(|(dx, dy)| (x + dx, y + dy)).to_vec()),
            Self::Null => {
                stroke(area, (x - 7, y - 7), (x + 7, y + 7), color, 3)?;
                stroke(area, (x - 7, y + 7), (x + 7, y - 7), color, 3)
            }
        }
    }
}
