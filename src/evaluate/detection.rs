//! The detection stage against the incident log.

use super::evaluation::DetectionScores;
use super::judged::Judged;
use super::truth::Truth;
use super::{Labels, matching};
use crate::pipeline::Outcome;
use crate::series::Fits;
use crate::stats::Estimate;
use std::collections::BTreeSet;

#[must_use]
pub fn scores(fits: &Fits, truth: &Truth, outcomes: &[Outcome], judged: &[Judged]) -> DetectionScores {
    let alert_hits = judged
        .iter()
        .flat_map(|j| j.outcome.alerts.iter().zip(&j.hits).filter(|(a, _)| !a.gated).map(|(_, h)| !h.is_empty()));
    let (hit_alerts, alerts) = tally(alert_hits);
    let (hit_cases, cases) = tally(judged.iter().filter(|j| j.case().is_some()).map(|j| !j.all.is_empty()));
    let case_precision = precision(truth, hit_cases, cases);
    let recall = recall(truth, judged);
    let (chance, trials) = matching::chance_hits(fits, truth, outcomes);
    DetectionScores {
        precision: precision(truth, hit_alerts, alerts),
        null_cases: complement(&case_precision),
        f1: f1(&case_precision, &recall),
        case_precision,
        recall,
        chance_hit_rate: if truth.labels.is_some() { Estimate::ratio(chance, trials) } else { Estimate::undefined() },
    }
}

/// (true ones, all)
fn tally(hits: impl Iterator<Item = bool>) -> (u64, u64) {
    hits.fold((0, 0), |(hit, all), is_hit| (hit + u64::from(is_hit), all + 1))
}

/// What hits nothing is false when the log is complete and unlabelled when it is not.
fn precision(truth: &Truth, hit: u64, all: u64) -> Estimate {
    match truth.labels {
        Some(Labels::Complete) => Estimate::ratio(hit, all),
        Some(Labels::Partial) => Estimate::bounded(hit, hit, all - hit, false),
        None => Estimate::undefined(),
    }
}

/// `1 − estimate`, with its interval.
fn complement(estimate: &Estimate) -> Estimate {
    Estimate {
        value: estimate.value.map(|v| 1.0 - v),
        low: estimate.high.map(|v| 1.0 - v),
        high: estimate.low.map(|v| 1.0 - v),
        numerator: estimate.denominator - estimate.numerator,
        ..estimate.clone()
    }
}

/// Reachable incidents that an ungated alert hits.
#[must_use]
pub fn recall(truth: &Truth, judged: &[Judged]) -> Estimate {
    if truth.labels.is_none() {
        return Estimate::undefined();
    }
    let hit: BTreeSet<usize> = judged.iter().flat_map(|j| &j.all).copied().collect();
    let reachable = (0..truth.incidents.len()).filter(|&i| truth.incidents[i].reachable);
    let (hit, all) = tally(reachable.map(|i| hit.contains(&i)));
    Estimate::ratio(hit, all)
}

/// Harmonic mean of two estimates' values; `None` where one is undefined or both are 0.
#[must_use]
pub fn f1(precision: &Estimate, recall: &Estimate) -> Option<f64> {
    let (p, r) = (precision.value?, recall.value?);
    (p + r > 0.0).then(|| 2.0 * p * r / (p + r))
}
