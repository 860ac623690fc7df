//! How soon, and how many minutes of harm that would have saved.

use super::costs::add;
use super::evaluation::{Delay, SavedMinutes};
use super::judged::Judged;
use super::quantities::saved_minutes;
use super::time_to_detect::time_to_detect;
use super::truth::Truth;
use crate::dataset::DataSet;
use crate::model::{Instant, Span};
use crate::stats::quantile;
use std::collections::{BTreeMap, BTreeSet};

/// The first decision at which each incident of `which` was known, by incident.
pub fn first_decisions<'a>(
    judged: &'a [Judged<'a>],
    which: impl Fn(&'a Judged<'a>) -> &'a BTreeSet<usize>,
) -> BTreeMap<usize, Instant> {
    let mut first: BTreeMap<usize, Instant> = BTreeMap::new();
    for case in judged {
        for &incident in which(case) {
            let at = case.outcome.window.decided_at;
            first.entry(incident).and_modify(|t| *t = at.min(*t)).or_insert(at);
        }
    }
    first
}

/// Delays of detection and of right actions. `acted`: incidents rightly acted on, with the first decision; `horizon`: how long a
/// missed incident counts as undetected.
#[must_use]
pub fn delays(data: &DataSet, truth: &Truth, judged: &[Judged], acted: &[(usize, Instant)], horizon: Span) -> Delay {
    let detected = first_decisions(judged, |j| &j.all);
    let waits: Vec<f64> = detected
        .iter()
        .filter(|(i, _)| truth.incidents[**i].reachable)
        .map(|(&i, &at)| (at - truth.incidents[i].incident.started_at).as_minutes())
        .collect();
    let saved: Vec<f64> = acted.iter().map(|&(i, at)| saved_minutes(data, &truth.incidents[i], at)).collect();
    Delay {
        detected: waits.len() as u64,
        detect_minutes_p50: quantile(&waits, 0.5),
        detect_minutes_p90: quantile(&waits, 0.9),
        time_to_detect: time_to_detect(data, truth, &detected, horizon),
        saved_minutes: SavedMinutes {
            incidents: saved.len() as u64,
            total: add(saved.iter().copied()),
            p50: quantile(&saved, 0.5),
        },
    }
}
