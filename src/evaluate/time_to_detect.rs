//! How long incidents stay undetected, those never detected among them: Kaplan and Meier (statistics.md §9).

use super::truth::Truth;
use crate::dataset::DataSet;
use crate::model::{Instant, Span};
use crate::stats::{Bounds, KaplanMeier, Observation};
use serde::Serialize;
use std::collections::BTreeMap;

const ALPHA: f64 = 0.05;

/// Minutes from an incident's start to the first decision with an alert that hits it, over reachable incidents. Missed ones count
/// as undetected up to the horizon, so that a fast detector that misses much is not called fast.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimeToDetect {
    /// Reachable ones.
    pub incidents: u64,
    pub detected: u64,
    /// How long a missed incident is known to have stayed undetected, at most: `match_cap`, or to the data's end.
    pub horizon_minutes: f64,
    /// `None`: fewer than half are detected.
    pub median: Quantile,
    /// `None`: fewer than nine in ten are detected.
    pub p90: Quantile,
    pub level: f64,
}

/// A quantile of the time to detect with its interval (Brookmeyer & Crowley 1982); `None`: beyond what was watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Quantile {
    pub minutes: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Quantile {
    fn of(curve: &KaplanMeier, share: f64) -> Self {
        let ends = curve.quantile_interval(share, ALPHA);
        let finite = |end: fn(Bounds) -> f64| ends.map(end).filter(|minutes| minutes.is_finite());
        Self { minutes: curve.quantile(share), low: finite(|b| b.low), high: finite(|b| b.high) }
    }
}

/// `detected`: the first decision at which each incident was known. `None` without a reachable incident.
#[must_use]
pub fn time_to_detect(
    data: &DataSet,
    truth: &Truth,
    detected: &BTreeMap<usize, Instant>,
    horizon: Span,
) -> Option<TimeToDetect> {
    let minutes = |from: Instant, to: Instant| (to - from).clamp(Span::ZERO, horizon).as_minutes();
    let reachable = truth.incidents.iter().enumerate().filter(|(_, incident)| incident.reachable);
    let observations: Vec<Observation> = reachable
        .map(|(index, incident)| {
            let start = incident.incident.started_at;
            match detected.get(&index) {
                Some(&at) => Observation { time: minutes(start, at), detected: true },
                None => Observation { time: minutes(start, data.span.end), detected: false },
            }
        })
        .collect();
    let curve = KaplanMeier::of(&observations)?;
    Some(TimeToDetect {
        incidents: curve.observations(),
        detected: observations.iter().filter(|o| o.detected).count() as u64,
        horizon_minutes: horizon.as_minutes(),
        median: Quantile::of(&curve, 0.5),
        p90: Quantile::of(&curve, 0.9),
        level: 1.0 - ALPHA,
    })
}
