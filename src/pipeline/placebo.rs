//! The detection stage where nothing was deployed: how often it flags although there is nothing to find.

use super::schedule::window_at;
use super::watch::{look, parts};
use super::{PipelineSpec, Schedule};
use crate::dataset::DataSet;
use crate::detect::{Detect, DetectSpec, Look, Measured, STRATUM_COUNT};
use crate::model::{Instant, Interval, Progress, Span, Window};
use crate::series::{Calendar, Fits, GroupId};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// How far a placebo's time of day may be from that of a real deploy of the service (statistics.md §5).
const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

/// One pseudo-deploy.
#[derive(Clone, Debug, PartialEq)]
pub struct Placebo {
    pub service: String,
    pub window: Interval,
    pub decided_at: Instant,
    /// From when on a decision may know it: it was decided, and a real deploy that it is matched to had happened.
    pub known_at: Instant,
    /// Business day.
    pub day: i64,
    /// The incident log has an incident of the service in its window: what flags there may be right.
    pub in_incident: bool,
    /// Signatures that the detector tested, silent ones included, by stratum of their expected count.
    pub tests: [u64; STRATUM_COUNT],
    /// Stratum and smallest logarithm of the p-value, over its looks, of each tested signature with a record in W.
    pub ln_p: Vec<(usize, f64)>,
    /// Known signatures that would have flagged.
    pub known: u64,
    /// New signatures that would have flagged.
    pub new: u64,
}

/// Every matched pseudo-deploy as the detector measured it: as long as W, on a grid of W's length, whose window overlaps no real
/// window of the service, on a weekday or weekend day and within an hour of the time of day of a real one.
#[derive(Default)]
pub struct PlaceboLooks<'a>(Vec<PlaceboLook<'a>>);

struct PlaceboLook<'a> {
    /// Nothing flagged.
    placebo: Placebo,
    /// Each look is a family of its own.
    looks: Vec<Vec<Look<'a>>>,
    measured: Vec<Measured>,
}

/// Runs the detection stage at every matched pseudo-deploy.
#[must_use]
pub fn placebos(data: &DataSet, fits: &Fits, spec: &PipelineSpec, progress: &dyn Progress) -> Vec<Placebo> {
    PlaceboLooks::measure(data, fits, spec, data.span.end, progress).flag(fits, &spec.detect)
}

impl<'a> PlaceboLooks<'a> {
    /// Measures all that are decided no later than `end`; no threshold is put to anything.
    #[must_use]
    pub fn measure(data: &'a DataSet, fits: &Fits, spec: &PipelineSpec, end: Instant, progress: &dyn Progress) -> Self {
        let mut windows = plan(data, spec);
        windows.retain(|(window, _)| window.decided_at <= end);
        progress.start(&format!("placebos of {}", spec.name), windows.len() as u64);
        let detect = Detect::new(&spec.detect);
        let calendar = Calendar::of(&data.manifest.timezone);
        let one = |(window, matched): &(Window, Instant)| {
            let look = PlaceboLook::measure(data, fits, spec, &detect, &calendar, window, *matched);
            progress.advance(1);
            look
        };
        Self(windows.par_iter().map(one).collect())
    }

    /// What was measured of each, nothing flagged.
    pub fn measured(&self) -> impl Iterator<Item = &Placebo> {
        self.0.iter().map(|look| &look.placebo)
    }

    /// What would have been flagged at some thresholds.
    #[must_use]
    pub fn flag(&self, fits: &Fits, detect: &DetectSpec) -> Vec<Placebo> {
        self.0.par_iter().map(|look| look.flag(fits, detect)).collect()
    }
}

/// The pseudo-deploys, by service, then time, each with the first real deploy that it is matched to.
fn plan(data: &DataSet, spec: &PipelineSpec) -> Vec<(Window, Instant)> {
    let mut real: BTreeMap<String, Vec<Window>> = BTreeMap::new();
    for window in Schedule::plan(data, &spec.replay).deploys.into_iter().flatten() {
        real.entry(window.service.clone()).or_default().push(window);
    }
    let calendar = Calendar::of(&data.manifest.timezone);
    real.iter().flat_map(|(service, windows)| of_service(data, spec, &calendar, service, windows)).collect()
}

fn of_service(
    data: &DataSet,
    spec: &PipelineSpec,
    calendar: &Calendar,
    service: &str,
    real: &[Window],
) -> Vec<(Window, Instant)> {
    let deploys: Vec<(Instant, (bool, u32))> =
        real.iter().map(|w| (w.baseline.end, time(calendar, w.baseline.end))).collect();
    let mut at = data.span.start + spec.replay.min_baseline.max(Span::from_micros(1));
    let mut placebos = Vec::new();
    loop {
        let window = window_at(data, &spec.replay, real[0].deploy, service, at);
        if window.decided_at > data.span.end {
            return placebos;
        }
        let like = deploys.iter().filter(|(_, other)| is_like(time(calendar, at), *other));
        let first = like.map(|(deployed_at, _)| *deployed_at).min();
        if let Some(first) = first.filter(|_| !real.iter().any(|w| w.window.intersects(window.window))) {
            placebos.push((window, first));
        }
        at = at + spec.replay.window;
    }
}

/// Weekend or not, and the minute of the day.
fn time(calendar: &Calendar, at: Instant) -> (bool, u32) {
    (calendar.is_weekend(at), calendar.minute_of_day(at))
}

fn is_like(a: (bool, u32), b: (bool, u32)) -> bool {
    let apart = a.1.abs_diff(b.1);
    a.0 == b.0 && apart.min(DAY - apart) <= HOUR
}

impl<'a> PlaceboLook<'a> {
    fn measure(
        data: &'a DataSet,
        fits: &Fits,
        spec: &PipelineSpec,
        detect: &Detect,
        calendar: &Calendar,
        window: &Window,
        matched: Instant,
    ) -> Self {
        let looks = parts(spec, window).into_iter().map(|(part, horizon)| vec![look(data, spec, &part, horizon)]);
        let looks: Vec<Vec<Look>> = looks.collect();
        let measured = detect.measure(fits, &looks, &|| ());
        let mut smallest: BTreeMap<GroupId, (usize, f64)> = BTreeMap::new();
        for seen in measured.iter().flat_map(|measured| &measured.seen) {
            if let Some(score) = seen.score {
                let entry = smallest.entry(seen.group).or_insert((seen.stratum, 0.0));
                *entry = (seen.stratum, entry.1.min(score.ln_p));
            }
        }
        let placebo = Placebo {
            service: window.service.clone(),
            window: window.window,
            decided_at: window.decided_at,
            known_at: window.decided_at.max(matched),
            day: calendar.day(window.window.start),
            in_incident: in_incident(data, window),
            tests: measured.last().map_or([0; STRATUM_COUNT], |measured| measured.strata),
            ln_p: smallest.into_values().collect(),
            known: 0,
            new: 0,
        };
        Self { placebo, looks, measured }
    }

    fn flag(&self, fits: &Fits, detect: &DetectSpec) -> Placebo {
        let (mut known, mut new) = (BTreeSet::new(), BTreeSet::new());
        for (look, measured) in self.looks.iter().zip(&self.measured) {
            let mut measured = [measured.clone()];
            detect.flag(fits, std::slice::from_ref(look), &mut measured);
            for seen in measured[0].seen.iter().filter(|seen| seen.flagged) {
                if seen.score.is_some() { &mut known } else { &mut new }.insert(seen.group);
            }
        }
        Placebo { known: known.len() as u64, new: new.len() as u64, ..self.placebo.clone() }
    }
}

fn in_incident(data: &DataSet, window: &Window) -> bool {
    data.incidents.iter().flatten().any(|incident| {
        let end = incident.resolved_at.unwrap_or(data.span.end);
        let ours = incident.services.is_empty() || incident.services.contains(&window.service);
        ours && window.window.intersects(Interval::new(incident.started_at, end))
    })
}
