//! `reliability.svg`: how often verdicts of a stated probability are true.

use super::super::number::{count, percent, score};
use super::paint::{Area, BLUE, FAINT, Failure, GRID, INK, Side, fill, picture, scale, stroke, write};
use crate::evaluate::{Reliability, ReliabilityBin};
use crate::model::UserError;
use plotters::prelude::{Circle, Color};

const SIZE: (u32, u32) = (640, 660);
/// The square in which probabilities lie.
const LEFT: i32 = 90;
const RIGHT: i32 = 590;
const TOP: i32 = 90;
const BOTTOM: i32 = 590;
/// Radius of a dot for one case, and at most.
const SMALLEST: f64 = 3.0;
const LARGEST: f64 = 11.0;

/// A dot for each bin, with Wilson's interval; on the diagonal they come true as stated.
///
/// # Errors
/// When plotters cannot draw.
pub fn reliability(reliability: Option<&Reliability>) -> Result<String, UserError> {
    picture("charts/reliability.svg", SIZE, |area| {
        write(area, "When triage states a probability, how often is it so?", (20, 24), 19, INK, Side::Left)?;
        frame(area)?;
        let Some(found) = reliability else {
            return write(
                area,
                "no labelled case",
                (middle(LEFT, RIGHT), middle(TOP, BOTTOM)),
                14,
                FAINT,
                Side::Middle,
            );
        };
        let note = format!(
            "{} labelled cases; expected calibration error {}; by chance {}",
            count(found.count),
            score(Some(found.ece)),
            found
                .ece_if_calibrated
                .map_or_else(|| "–".to_owned(), |c| format!("{} (up to {})", score(Some(c.mean)), score(Some(c.high))))
        );
        write(area, &note, (20, 50), 13, FAINT, Side::Left)?;
        write(area, "cases", (LEFT - 12, TOP - 14), 12, FAINT, Side::Right)?;
        let most = found.diagram.iter().map(|bin| bin.observed.denominator).max().unwrap_or(1);
        found.diagram.iter().try_for_each(|bin| dot(area, bin, most))
    })
}

const fn middle(a: i32, b: i32) -> i32 {
    a + (b - a) / 2
}

fn x(share: f64) -> i32 {
    scale(share, 1.0, LEFT, RIGHT)
}

fn y(share: f64) -> i32 {
    scale(share, 1.0, BOTTOM, TOP)
}

fn frame<'a>(area: &Area<'a>) -> Result<(), Failure<'a>> {
    for quarter in 0..=4 {
        let share = f64::from(quarter) / 4.0;
        stroke(area, (x(share), TOP), (x(share), BOTTOM), GRID, 1)?;
        stroke(area, (LEFT, y(share)), (RIGHT, y(share)), GRID, 1)?;
        write(area, &percent(share), (x(share), BOTTOM + 16), 12, FAINT, Side::Middle)?;
        write(area, &percent(share), (LEFT - 10, y(share)), 12, FAINT, Side::Right)?;
    }
    stroke(area, (LEFT, BOTTOM), (RIGHT, TOP), FAINT, 1)?;
    let told = "stated probability that the deploy caused the case (mean of the bin); height: share that it did cause";
    write(area, told, (20, BOTTOM + 42), 12, INK, Side::Left)?;
    write(area, "bars: 95 % interval (Wilson); a dot grows with its cases", (20, BOTTOM + 58), 12, FAINT, Side::Left)
}

fn dot<'a>(area: &Area<'a>, bin: &ReliabilityBin, most: u64) -> Result<(), Failure<'a>> {
    let (Some(value), Some(low), Some(high)) = (bin.observed.value, bin.observed.low, bin.observed.high) else {
        return Ok(());
    };
    let at = x(bin.stated);
    fill(area, (at - 2, y(high)), (at + 2, y(low)), BLUE.mix(0.35))?;
    let share = (bin.observed.denominator as f64 / most as f64).sqrt();
    let radius = (LARGEST - SMALLEST).mul_add(share, SMALLEST).round() as i32;
    area.draw(&Circle::new((at, y(value)), radius, BLUE.filled()))?;
    write(area, &count(bin.observed.denominator), (at, TOP - 14), 11, INK, Side::Middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_lies_where_its_bin_does() {
        let verdicts = [(0.1, false), (0.1, false), (0.9, true), (0.9, true), (0.9, false), (0.9, true)];
        let svg = reliability(Reliability::of(verdicts.into_iter()).as_ref()).unwrap();
        // 0.9 of [90, 590] is 540; three of four true: three quarters of the way up from 590 to 90.
        assert!(svg.contains("<circle cx=\"540\" cy=\"215\""), "{svg}");
        assert!(svg.contains("<circle cx=\"140\" cy=\"590\""), "{svg}");
        assert!(svg.contains("6 labelled cases"));
        assert!(reliability(None).unwrap().contains("no labelled case"));
    }
}
