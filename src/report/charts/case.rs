//! `cases/<deploy>-<service>.svg`: counts around one deploy, with what was expected, what was looked at and what happened.

use super::super::number::{count, decimal, p_equals};
use super::super::signatures::WindowSignatures;
use super::super::why::{self, View};
use super::super::words;
use super::paint::{
    Area, BLUE, FAINT, Failure, GREEN, GREY, GRID, INK, PURPLE, Side, VERMILION, fill, legend, picture, printable,
    scale, stroke, write,
};
use super::plan::Planned;
use crate::evaluate::{Judged, TrueIncident};
use crate::model::{Instant, Interval, Span, UserError, Window};
use crate::series::{GroupId, Observed, Series};
use crate::stats::{poisson_lower, poisson_upper};
use plotters::prelude::Color;

const SIZE: (u32, u32) = (1000, 400);
const LEFT: i32 = 56;
const RIGHT: i32 = 960;
const TOP: i32 = 112;
const BOTTOM: i32 = 352;
const BIN: Span = Span::minutes(5);
const BEFORE: Span = Span::hours(6);
const AFTER: Span = Span::hours(6);
/// Confidence of the band.
const TAIL: f64 = 0.025;
/// Characters of an incident's id.
const ID: usize = 18;

/// What is counted: one signature, or the whole service where no single one stands out.
struct Subject {
    groups: Vec<GroupId>,
    /// Its name and its numbers.
    text: String,
    /// Expected per bin.
    expected: f64,
}

/// The chart of one outcome.
///
/// # Errors
/// When plotters cannot draw.
pub fn draw(view: View, planned: &Planned) -> Result<String, UserError> {
    let judged = &view.assessment.judged[planned.judged];
    let window = &judged.outcome.window;
    let subject = subject(view, judged);
    let deployed_at = window.baseline.end;
    let shown = Interval::new(deployed_at - BEFORE, deployed_at + AFTER);
    let bins = counts(view.fits.of(window), &subject.groups, shown);
    let band = (band_low(subject.expected), band_high(subject.expected));
    let most = bins.iter().copied().max().unwrap_or(0).max(band.1).max(1);
    picture(&planned.file, SIZE, |area| {
        titles(area, planned, judged, &subject)?;
        axes(area, deployed_at, most)?;
        fill(area, (x_at(shown, window.window.start), TOP), (x_at(shown, window.window.end), BOTTOM), GREY.mix(0.35))?;
        incidents(area, view, window, shown)?;
        fill(area, (LEFT, y_of(band.1, most)), (RIGHT, y_of(band.0, most).min(BOTTOM)), GREEN.mix(0.3))?;
        for (index, &n) in bins.iter().enumerate().filter(|(_, n)| **n > 0) {
            let start = shown.start + Span::from_micros(BIN.micros() * index as i64);
            let (from, to) = (x_at(shown, start), x_at(shown, start + BIN));
            fill(area, (from, y_of(n, most)), (to.max(from + 2), BOTTOM), BLUE.mix(0.9))?;
        }
        stroke(area, (x_at(shown, deployed_at), TOP - 6), (x_at(shown, deployed_at), BOTTOM), INK, 2)?;
        write(area, "deploy", (x_at(shown, deployed_at) - 5, TOP - 9), 12, INK, Side::Right)?;
        stroke(area, (LEFT, BOTTOM), (RIGHT, BOTTOM), INK, 1)
    })
}

/// The incident's own signature in a miss, otherwise the detection with the largest excess; what came closest where nothing was
/// detected.
fn subject(view: View, judged: &Judged) -> Subject {
    let window = &judged.outcome.window;
    let bins = window.window.span().as_minutes() / BIN.as_minutes();
    let detected = judged.outcome.alerts.iter().max_by(|a, b| a.detection.excess().total_cmp(&b.detection.excess()));
    let seen = WindowSignatures::of(view.fits, judged.outcome).seen;
    let missed = missed_here(view, judged);
    let own = seen
        .iter()
        .filter(|s| missed.iter().any(|i| named(i) && why::matches(view.fits.of(window), i, window, &s.signature)));
    let own = own.max_by(|a, b| a.excess().total_cmp(&b.excess()));
    let largest = seen.iter().max_by(|a, b| a.excess().total_cmp(&b.excess()));
    let by_excess = detected.and_then(|alert| seen.iter().find(|s| s.signature == alert.detection.signature));
    match own.or(by_excess).or(largest) {
        Some(one) => {
            let p = one.p_value.map_or_else(|| "new".to_owned(), p_equals);
            let text = format!(
                "{} in the window, {} expected, {p}: {}",
                count(one.k),
                decimal(one.expected),
                printable(&one.signature, 90)
            );
            let groups = view.fits.of(window).find(&window.service, &one.signature).into_iter().collect();
            Subject { groups, text, expected: one.expected / bins }
        }
        None => Subject {
            groups: view.fits.of(window).groups_of(&window.service).collect(),
            text: "no record in the window; shown: all records of the service".to_owned(),
            expected: 0.0,
        },
    }
}

fn named(incident: &TrueIncident) -> bool {
    !incident.incident.signatures.is_empty()
}

/// Missed incidents of this deploy that touch this service.
fn missed_here<'a>(view: View<'a>, judged: &Judged) -> Vec<&'a TrueIncident<'a>> {
    let window = &judged.outcome.window;
    let lost = view.assessment.losses.keys().map(|&i| &view.assessment.truth.incidents[i]);
    lost.filter(|i| i.guilty == Some(window.deploy) && i.touches(&window.service)).collect()
}

/// Records per bin, late ones included: the chart shows what happened, not what was known.
fn counts(series: &Series, groups: &[GroupId], shown: Interval) -> Vec<u64> {
    let by = Instant::from_micros(i64::MAX / 2);
    let bins = shown.span().micros() / BIN.micros();
    let count = |bin: i64| {
        let start = shown.start + Span::from_micros(bin * BIN.micros());
        let what = Observed { interval: Interval::new(start, start + BIN), by };
        groups.iter().map(|&group| series.count(group, what)).sum()
    };
    (0..bins).map(count).collect()
}

/// Smallest count that is not improbably low; it lies within six standard deviations of the mean.
fn band_low(mean: f64) -> u64 {
    let start = (mean - 6.0 * mean.sqrt()).max(0.0) as u64;
    (start..=mean.ceil() as u64).find(|&k| poisson_lower(k, mean).exp() > TAIL).unwrap_or(start)
}

/// Largest count that is not improbably high.
fn band_high(mean: f64) -> u64 {
    let start = mean.floor().max(0.0) as u64;
    let end = (mean + 6.0 * mean.sqrt() + 10.0) as u64;
    (start..=end).find(|&k| poisson_upper(k + 1, mean).exp() <= TAIL).unwrap_or(end)
}

fn titles<'a>(area: &Area<'a>, planned: &Planned, judged: &Judged, subject: &Subject) -> Result<(), Failure<'a>> {
    let verdict = judged.case().map_or_else(
        || "no case, nothing done".to_owned(),
        |case| {
            format!(
                "verdict: {} ({:.2}) → {}",
                words::verdict(case.verdict.kind),
                case.verdict.confidence,
                words::action(case.action)
            )
        },
    );
    write(area, &format!("{} · {verdict}", planned.title), (16, 22), 17, INK, Side::Left)?;
    write(area, &subject.text, (16, 46), 13, INK, Side::Left)?;
    let entries = [
        ("records per 5 min".to_owned(), BLUE.mix(0.9)),
        ("expected, 95 %".to_owned(), GREEN.mix(0.4)),
        ("window".to_owned(), GREY.mix(0.5)),
        ("its own incident".to_owned(), VERMILION.mix(0.3)),
        ("another incident".to_owned(), PURPLE.mix(0.35)),
    ];
    legend(area, (16, 72), &entries, 165)
}

/// Hours from the deploy, and counts.
fn axes<'a>(area: &Area<'a>, deployed_at: Instant, most: u64) -> Result<(), Failure<'a>> {
    let shown = Interval::new(deployed_at - BEFORE, deployed_at + AFTER);
    for hour in -6..=6 {
        let x = x_at(shown, deployed_at + Span::hours(hour));
        stroke(area, (x, BOTTOM), (x, BOTTOM + 4), FAINT, 1)?;
        let text = match hour {
            0 => "0".to_owned(),
            h if h < 0 => format!("−{} h", -h),
            h => format!("+{h} h"),
        };
        write(area, &text, (x, BOTTOM + 16), 12, FAINT, Side::Middle)?;
    }
    for n in ticks(most) {
        let y = y_of(n, most);
        stroke(area, (LEFT, y), (RIGHT, y), GRID, 1)?;
        write(area, &count(n), (LEFT - 8, y), 12, FAINT, Side::Right)?;
    }
    let zero = format!("0 = {}", why::moment(deployed_at));
    write(area, &zero, (RIGHT, BOTTOM + 36), 12, FAINT, Side::Right)
}

/// At most five round counts from 0 to `most`.
fn ticks(most: u64) -> Vec<u64> {
    let steps = (0..18).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    let step = steps.into_iter().find(|step| most / step <= 4).unwrap_or(most.max(1));
    (0..=most / step).map(|n| n * step).collect()
}

/// The time of every incident of the service, with its id.
fn incidents<'a>(area: &Area<'a>, view: View, window: &Window, shown: Interval) -> Result<(), Failure<'a>> {
    let known = view.assessment.truth.incidents.iter().filter(|i| i.touches(&window.service));
    let mut row = 0;
    for incident in known {
        let log = incident.incident;
        let lasted = Interval::new(log.started_at, log.resolved_at.unwrap_or(view.data.span.end));
        if !lasted.intersects(shown) {
            continue;
        }
        let color = if incident.guilty == Some(window.deploy) { VERMILION } else { PURPLE };
        let (from, to) = (x_at(shown, lasted.start), x_at(shown, lasted.end));
        fill(area, (from, TOP), (to.max(from + 2), BOTTOM), color.mix(0.2))?;
        fill(area, (from, BOTTOM), (to.max(from + 2), BOTTOM + 4), color.mix(0.9))?;
        let (side, x) = label_at(from, x_at(shown, window.baseline.end));
        write(area, &printable(&log.id, ID), (x, TOP + 8 + 14 * (row % 3)), 12, INK, side)?;
        row += 1;
    }
    if view.assessment.truth.labels.is_none() {
        write(area, "no incident log", (RIGHT - 4, TOP + 8), 12, GREY, Side::Right)?;
    }
    Ok(())
}

/// Where an incident's id stands: inside its shade, but neither across the deploy's line nor out of the picture.
fn label_at(from: i32, deploy: i32) -> (Side, i32) {
    let width = 7 * ID as i32;
    if from > RIGHT - width {
        (Side::Right, from - 3)
    } else if (deploy - width..deploy).contains(&from) {
        (Side::Left, deploy + 5)
    } else {
        (Side::Left, from + 3)
    }
}

fn x_at(shown: Interval, t: Instant) -> i32 {
    scale((t - shown.start).as_minutes(), shown.span().as_minutes(), LEFT, RIGHT)
}

fn y_of(n: u64, most: u64) -> i32 {
    scale(n as f64, most as f64 * 1.25, BOTTOM, TOP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_holds_95_percent() {
        assert_eq!((band_low(0.0), band_high(0.0)), (0, 0));
        assert_eq!((band_low(10.0), band_high(10.0)), (4, 17));
        assert_eq!((band_low(0.02), band_high(0.02)), (0, 0));
        assert_eq!((band_low(0.1), band_high(0.1)), (0, 1));
    }

    #[test]
    fn ticks_are_few_and_round() {
        assert_eq!(ticks(1), [0, 1]);
        assert_eq!(ticks(9), [0, 2, 4, 6, 8]);
        assert_eq!(ticks(49), [0, 10, 20, 30, 40]);
        assert_eq!(ticks(1234), [0, 500, 1000]);
    }
}
