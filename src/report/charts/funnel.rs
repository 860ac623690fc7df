//! `funnel.svg`: how much is left at each stage, and what it turned out to be.

use super::super::facts;
use super::super::markdown::{FunnelStage, funnel_stages};
use super::super::number::count;
use super::super::words::Standing;
use super::paint::{BLUE, FAINT, GREY, INK, ORANGE, Side, VERMILION, fill, legend, picture, scale, write};
use crate::evaluate::Assessment;
use crate::model::UserError;
use plotters::style::{Color, RGBAColor, RGBColor};

const SIZE: (u32, u32) = (900, 330);
/// Pixels of the bars.
const LEFT: i32 = 110;
const RIGHT: i32 = 830;
const TOP: i32 = 90;
const STEP: i32 = 44;
const BAR: i32 = 28;

/// Stages that count signatures; the others count cases, of which there are far fewer.
const SIGNATURE_STAGES: usize = 2;

/// Detections → alerts → cases → blamed → acted on.
///
/// # Errors
/// When plotters cannot draw.
pub fn funnel(assessment: &Assessment) -> Result<String, UserError> {
    let stages = funnel_stages(assessment);
    let title = format!("What was left at each stage: {}", facts::name(assessment));
    picture("charts/funnel.svg", SIZE, |area| {
        write(area, &title, (20, 24), 19, INK, Side::Left)?;
        let used = Standing::ALL.into_iter().filter(|&s| stages.iter().any(|stage| stage.parts[s as usize] > 0));
        let entries: Vec<_> = used.map(|s| (s.name().to_owned(), color(s))).collect();
        legend(area, (20, 56), &entries, 175)?;
        let most_of = |stages: &[FunnelStage]| stages.iter().map(FunnelStage::total).max().unwrap_or(0);
        let (signatures, cases) = stages.split_at(SIGNATURE_STAGES.min(stages.len()));
        let scales = [most_of(signatures), most_of(cases)];
        for ((index, stage), y) in stages.iter().enumerate().zip((TOP..).step_by(STEP as usize)) {
            let most = scales[usize::from(index >= SIGNATURE_STAGES)];
            write(area, stage.name, (LEFT - 10, y + BAR / 2), 15, INK, Side::Right)?;
            let mut sum = 0;
            for (standing, &part) in Standing::ALL.into_iter().zip(&stage.parts) {
                let from = pixel(sum, most);
                sum += part;
                let to = pixel(sum, most);
                if part > 0 {
                    fill(area, (from, y), (to.max(from + 1), y + BAR), color(standing))?;
                }
                let text = count(part);
                if part > 0 && to - from > 9 * i32::try_from(text.len()).unwrap_or(9) + 4 {
                    write(area, &text, (i32::midpoint(from, to), y + BAR / 2), 14, ink_on(standing), Side::Middle)?;
                }
            }
            write(area, &count(stage.total()), (pixel(sum, most) + 8, y + BAR / 2), 15, INK, Side::Left)?;
        }
        write(
            area,
            "the first two count signatures, the others cases (all alerts of one deploy on one service): each on its own scale",
            (20, 318),
            12,
            FAINT,
            Side::Left,
        )
    })
}

fn pixel(n: u64, most: u64) -> i32 {
    scale(n as f64, most as f64, LEFT, RIGHT)
}

fn color(standing: Standing) -> RGBAColor {
    match standing {
        Standing::Own => BLUE,
        Standing::Other => ORANGE,
        Standing::Nothing => VERMILION,
        Standing::Unlabelled => GREY,
    }
    .mix(1.0)
}

fn ink_on(standing: Standing) -> RGBColor {
    match standing {
        Standing::Own | Standing::Nothing => RGBColor(255, 255, 255),
        Standing::Other | Standing::Unlabelled => INK,
    }
}
