//! `tornado.svg`: how far each assumption of the price list, halved and doubled, moves the monthly total.

use super::super::number::money;
use super::super::words;
use super::paint::{BLUE, FAINT, INK, Side, VERMILION, fill, legend, picture, scale, stroke, write};
use crate::evaluate::{Assessment, Swing};
use crate::model::UserError;
use plotters::prelude::Color;

const WIDTH: u32 = 1000;
/// Left and right end of the axis; numbers stand outside.
const LEFT: i32 = 350;
const RIGHT: i32 = 880;
const TOP: i32 = 104;
const STEP: i32 = 30;
const BAR: i32 = 18;

/// One bar for each assumption that moves the total, the longest first.
///
/// # Errors
/// When plotters cannot draw.
pub fn tornado(assessment: &Assessment) -> Result<String, UserError> {
    let cost = &assessment.evaluation.cost;
    let total = cost.monthly.as_ref().map_or(0.0, |monthly| monthly.total_usd);
    let swings: Vec<&Swing> = cost.tornado.iter().filter(|swing| swing.swing_usd > 0.0).collect();
    let least = swings.iter().fold(total, |least, swing| least.min(swing.total_halved_usd));
    let most = swings.iter().fold(total, |most, swing| most.max(swing.total_doubled_usd));
    let x = |usd: f64| scale(usd - least, most - least, LEFT, RIGHT);
    let bottom = TOP + STEP * i32::try_from(swings.len().max(1)).unwrap_or(1);
    let height = u32::try_from(bottom + 44).unwrap_or(200);
    picture("charts/tornado.svg", (WIDTH, height), |area| {
        let title = format!("What the cost of a month hangs on: {} under the price list as it is", money(total));
        write(area, &title, (20, 24), 19, INK, Side::Left)?;
        let entries = [("halved".to_owned(), BLUE.mix(1.0)), ("doubled".to_owned(), VERMILION.mix(1.0))];
        legend(area, (20, 58), &entries, 110)?;
        stroke(area, (x(total), TOP - 14), (x(total), bottom), INK, 1)?;
        write(area, &money(total), (x(total), TOP - 24), 13, INK, Side::Middle)?;
        for (swing, y) in swings.iter().zip((TOP..).step_by(STEP as usize)) {
            let middle = y + BAR / 2;
            let name = words::assumption(swing.assumption);
            let value = words::assumed(swing.assumption, swing.value);
            write(area, &format!("{name} ({value})"), (20, middle), 14, INK, Side::Left)?;
            let (halved, doubled) = (x(swing.total_halved_usd), x(swing.total_doubled_usd));
            fill(area, (halved, y), (x(total), y + BAR), BLUE.mix(1.0))?;
            fill(area, (x(total), y), (doubled, y + BAR), VERMILION.mix(1.0))?;
            write(area, &money(swing.total_halved_usd), (halved - 6, middle), 12, INK, Side::Right)?;
            write(area, &money(swing.total_doubled_usd), (doubled + 6, middle), 12, INK, Side::Left)?;
        }
        let note = match cost.tornado.len() - swings.len() {
            0 => "one assumption at a time, all others as they are".to_owned(),
            n => format!("one assumption at a time, all others as they are; {n} more did not matter in this run"),
        };
        write(area, &note, (20, bottom + 22), 12, FAINT, Side::Left)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn every_assumption_that_matters_has_a_bar_with_both_ends() {
        fixture::with(|w| {
            let svg = tornado(w.assessment).unwrap().replace("&apos;", "'");
            let moving: Vec<&Swing> =
                w.assessment.evaluation.cost.tornado.iter().filter(|s| s.swing_usd > 0.0).collect();
            assert!(moving.len() > 2 && svg.starts_with("<svg"));
            for swing in moving {
                assert!(svg.contains(words::assumption(swing.assumption)), "{:?}", swing.assumption);
                assert!(svg.contains(&money(swing.total_halved_usd)) && svg.contains(&money(swing.total_doubled_usd)));
            }
            assert!(!svg.contains("harm, sev5"), "what moves nothing is only counted: {svg}");
        });
    }
}
