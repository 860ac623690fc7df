//! Whether higher scores are righter, whatever the threshold: step-wise average precision (statistics.md §9).

use super::judged::Judged;
use super::truth::Truth;
use crate::stats::PrCurve;
use serde::Serialize;

/// How well scores put what is right first. All `None` where there is nothing to rank.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// Labelled cases by triage's probability that the deploy caused them.
    pub triage: Option<AveragePrecision>,
    /// Detections with a test, gated ones included, by p-value (the smallest first); right: it hits an incident.
    pub tested: Option<AveragePrecision>,
    /// Detections of new signatures, which have no p-value, by count.
    pub new_signatures: Option<AveragePrecision>,
}

/// Between 0 and 1; scores without meaning have the prevalence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AveragePrecision {
    /// `None` where nothing is right.
    pub value: Option<f64>,
    /// Share of what is right.
    pub prevalence: f64,
    pub right: u64,
    pub ranked: u64,
}

impl AveragePrecision {
    /// Of (score, right) pairs; `None` without any.
    fn of(items: impl Iterator<Item = (f64, bool)>) -> Option<Self> {
        let (scores, right): (Vec<f64>, Vec<bool>) = items.unzip();
        let curve = PrCurve::of(&scores, &right)?;
        Some(Self {
            value: curve.average_precision(),
            prevalence: curve.prevalence(),
            right: right.iter().filter(|right| **right).count() as u64,
            ranked: right.len() as u64,
        })
    }
}

/// Under a partial log detections that hit nothing are unlabelled, so that theirs are `None`.
#[must_use]
pub fn ranking(truth: &Truth, judged: &[Judged]) -> Ranking {
    let cases = judged.iter().filter_map(|j| Some((j.case()?.verdict.probability_caused(), j.label.was_caused()?)));
    let triage = truth.labels.and_then(|_| AveragePrecision::of(cases));
    if truth.says(false).is_none() {
        return Ranking { triage, tested: None, new_signatures: None };
    }
    let detections = || {
        let pairs = judged.iter().flat_map(|j| j.outcome.alerts.iter().zip(&j.hits));
        pairs.map(|(alert, hits)| (&alert.detection, !hits.is_empty()))
    };
    // Smaller p-values rank higher; equal ones, those below every float among them, are one threshold.
    let tested = detections().filter_map(|(d, hits)| Some((-d.p_value?, hits)));
    let new = detections().filter(|(d, _)| d.p_value.is_none()).map(|(d, hits)| (d.k as f64, hits));
    Ranking { triage, tested: AveragePrecision::of(tested), new_signatures: AveragePrecision::of(new) }
}
