//! `importance.svg`: how much of the variance between trials each setting explains, and each pair of settings beyond that.

use super::super::view::View;
use super::Chart;
use super::axis::Axis;
use crate::model::UserError;
use crate::report::charts::paint::{
    BLUE, FAINT, GREEN, GREY, GRID, INK, Side, fill, legend, picture, printable, stroke, write,
};
use crate::report::number::{count, percent};
use plotters::prelude::Color;
use plotters::style::RGBColor;

const WIDTH: u32 = 1000;
const LEFT: i32 = 400;
const RIGHT: i32 = 900;
const TOP: i32 = 96;
const STEP: i32 = 27;
const BAR: i32 = 17;
/// Bars of single settings, and of pairs.
const MOST: usize = 14;
const PAIRS: usize = 8;

pub(super) fn has_data(view: View) -> bool {
    view.selection.importance.as_ref().is_some_and(|importance| !importance.main.is_empty())
}

/// Names, shares and colours of the bars, single settings first, and how many are left out.
fn bars(view: View) -> (Vec<(String, f64, RGBColor)>, usize) {
    let Some(importance) = &view.selection.importance else { return (Vec::new(), 0) };
    let color = |flat: bool| if flat { GREY } else { BLUE };
    let main = importance.main.iter().take(MOST);
    let main = main.map(|effect| (printable(&effect.path, 44), effect.share, color(effect.flat)));
    let pairs = importance.interactions.iter().take(PAIRS);
    let pairs =
        pairs.map(|pair| (format!("{} × {}", printable(&pair.a, 21), printable(&pair.b, 21)), pair.share, GREEN));
    let bars: Vec<_> = main.chain(pairs).collect();
    let left_out = importance.main.len() + importance.interactions.len() - bars.len();
    (bars, left_out)
}

/// One bar a setting, then one a pair.
///
/// # Errors
/// When plotters cannot draw.
pub(super) fn draw(view: View) -> Result<String, UserError> {
    let (bars, left_out) = bars(view);
    let bottom = TOP + STEP * i32::try_from(bars.len().max(1)).unwrap_or(1);
    let longest = bars.iter().map(|bar| bar.1).fold(0.05, f64::max).min(1.0);
    let axis = Axis::over([0.0, longest], true, LEFT, RIGHT);
    let x = |share: f64| axis.at(share);
    let response = view.selection.importance.as_ref().map_or("", |importance| importance.response.as_str());
    picture(Chart::Importance.file(), (WIDTH, (bottom + 62) as u32), |area| {
        let title = format!("Which settings matter: share of the variance of {}", printable(response, 40));
        write(area, &title, (20, 26), 19, INK, Side::Left)?;
        let entries = [
            ("one setting".to_owned(), BLUE.mix(1.0)),
            ("does not matter (< 1 %)".to_owned(), GREY.mix(1.0)),
            ("two together, beyond each alone".to_owned(), GREEN.mix(1.0)),
        ];
        legend(area, (20, 60), &entries, 210)?;
        for share in axis.ticks() {
            stroke(area, (x(share), TOP - 8), (x(share), bottom), GRID, 1)?;
            write(area, &percent(share), (x(share), bottom + 14), 12, FAINT, Side::Middle)?;
        }
        for ((name, share, color), y) in bars.iter().zip((TOP..).step_by(STEP as usize)) {
            write(area, name, (LEFT - 12, y + BAR / 2), 13, INK, Side::Right)?;
            fill(area, (LEFT, y), (x(*share).max(LEFT + 1), y + BAR), color.mix(1.0))?;
            write(area, &percent(share.clamp(0.0, 1.0)), (x(*share) + 8, y + BAR / 2), 12, INK, Side::Left)?;
        }
        let rest = view.selection.importance.as_ref().map_or(0.0, |importance| importance.rest.clamp(0.0, 1.0));
        let more =
            if left_out > 0 { format!("; {} smaller ones not drawn", count(left_out as u64)) } else { String::new() };
        write(
            area,
            &format!("{} of the variance in no setting and no pair{more}", percent(rest)),
            (20, bottom + 42),
            12,
            FAINT,
            Side::Left,
        )
    })
}
