//! Colours that colour-blind readers can tell apart (Okabe & Ito), and text that cannot leave its box.

use crate::model::UserError;
use crate::report::shown::excerpt;
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::prelude::{
    DrawingArea, DrawingAreaErrorKind, IntoDrawingArea, PathElement, RGBAColor, RGBColor, Rectangle,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, IntoFont, ShapeStyle};

pub const INK: RGBColor = RGBColor(34, 34, 34);
pub const FAINT: RGBColor = RGBColor(110, 110, 110);
pub const GRID: RGBColor = RGBColor(225, 225, 225);
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);
pub const VERMILION: RGBColor = RGBColor(213, 94, 0);
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
pub const GREY: RGBColor = RGBColor(170, 170, 170);

/// Of pipelines side by side, in this order; the seventh begins again.
pub const SERIES: [RGBColor; 6] = [BLUE, VERMILION, GREEN, ORANGE, PURPLE, INK];

pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as plotters::backend::DrawingBackend>::ErrorType>;

/// Where a text stands from its point.
#[derive(Clone, Copy)]
pub enum Side {
    Left,
    Middle,
    Right,
}

/// Draws into a new picture; `work` gets it white.
///
/// # Errors
/// When plotters does, which it does not in memory.
pub fn picture<F>(name: &str, size: (u32, u32), work: F) -> Result<String, UserError>
where
    F: for<'a> FnOnce(&Area<'a>) -> Result<(), Failure<'a>>,
{
    let mut svg = String::new();
    let result = {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let drawn = area.fill(&RGBColor(255, 255, 255)).and_then(|()| work(&area)).and_then(|()| area.present());
        drawn.map_err(|e| UserError::new(name, format!("cannot be drawn: {e}"), ""))
    };
    result.map(|()| svg)
}

/// Writes `text` at (x, y), its middle at the height y. Plotters escapes XML; what XML cannot hold or what hides is made visible.
pub fn write<'a>(
    area: &Area<'a>,
    text: &str,
    at: (i32, i32),
    size: u32,
    color: RGBColor,
    anchor: Side,
) -> Result<(), Failure<'a>> {
    let h = match anchor {
        Side::Left => HPos::Left,
        Side::Middle => HPos::Center,
        Side::Right => HPos::Right,
    };
    let style = ("sans-serif", size).into_font().color(&color).pos(Pos::new(h, VPos::Center));
    area.draw_text(&printable(text, 400), &style, at)
}

/// The first `limit` characters of a text, fit for XML.
#[must_use]
pub fn printable(text: &str, limit: usize) -> String {
    excerpt(text, limit).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// A filled box.
pub fn fill<'a>(area: &Area<'a>, from: (i32, i32), to: (i32, i32), color: RGBAColor) -> Result<(), Failure<'a>> {
    area.draw(&Rectangle::new([from, to], color.filled()))
}

/// A straight line.
pub fn stroke<'a>(
    area: &Area<'a>,
    from: (i32, i32),
    to: (i32, i32),
    color: RGBColor,
    width: u32,
) -> Result<(), Failure<'a>> {
    area.draw(&PathElement::new([from, to], ShapeStyle::from(&color).stroke_width(width)))
}

/// A row of coloured squares with their names, from (x, y) to the right; `width` pixels per entry.
pub fn legend<'a>(
    area: &Area<'a>,
    at: (i32, i32),
    entries: &[(String, RGBAColor)],
    width: i32,
) -> Result<(), Failure<'a>> {
    let mut x = at.0;
    for (name, color) in entries {
        fill(area, (x, at.1 - 5), (x + 11, at.1 + 6), *color)?;
        write(area, name, (x + 17, at.1), 13, INK, Side::Left)?;
        x += width;
    }
    Ok(())
}

/// `value` of `[0, max]` as a pixel in `[from, to]`.
#[must_use]
pub fn scale(value: f64, max: f64, from: i32, to: i32) -> i32 {
    if max <= 0.0 {
        return from;
    }
    from + ((value / max).clamp(0.0, 1.0) * f64::from(to - from)).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let svg = picture("x", (10, 10), |area| {
            write(area, "</text><script>\u{1b}[2J\u{202e}\u{ffff} & \"'", (1, 1), 10, INK, Side::Left)
        })
        .unwrap();
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains("&lt;script&gt;") && svg.contains("&amp;"), "{svg}");
        assert!(svg.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}' && c != '\u{ffff}')));
    }

    #[test]
    fn values_land_on_pixels() {
        assert_eq!([scale(0.0, 1.0, 10, 20), scale(0.5, 1.0, 10, 20), scale(2.0, 1.0, 10, 20)], [10, 15, 20]);
        assert_eq!((scale(1.0, 0.0, 10, 20), scale(0.5, 1.0, 20, 10)), (10, 15));
    }
}
