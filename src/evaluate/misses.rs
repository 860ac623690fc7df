//! At which stage each missed incident was lost (semantics.md §5, last paragraph).

use super::evaluation::Misses;
use super::judged::Judged;
use super::truth::Truth;
use crate::model::Disposition;
use serde::Serialize;
use std::collections::BTreeMap;

/// Where an incident was lost; later variants got further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    Unreachable,
    Undetected,
    Gated,
    Dismissed,
    Abstained,
    BelowThreshold,
}

/// The stage at which each missed actionable deploy-caused incident was lost, by incident.
#[must_use]
pub fn losses(truth: &Truth, judged: &[Judged]) -> BTreeMap<usize, Loss> {
    let expected = (0..truth.incidents.len()).filter(|&i| truth.incidents[i].is_expected_to_be_acted_on());
    expected.filter_map(|incident| loss(truth, judged, incident).map(|loss| (incident, loss))).collect()
}

/// `None`: it was acted on.
fn loss(truth: &Truth, judged: &[Judged], incident: usize) -> Option<Loss> {
    let known = &truth.incidents[incident];
    if !known.reachable {
        return Some(Loss::Unreachable);
    }
    let own = judged.iter().filter(|j| Some(j.outcome.window.deploy) == known.guilty);
    let mut furthest = Loss::Undetected;
    for window in own {
        if window.own.contains(&incident) {
            match window.case().map(|c| c.disposition) {
                Some(Disposition::Acted) => return None,
                Some(Disposition::Dismissed) => furthest = furthest.max(Loss::Dismissed),
                Some(Disposition::Abstained) => furthest = furthest.max(Loss::Abstained),
                Some(Disposition::BelowThreshold) => furthest = furthest.max(Loss::BelowThreshold),
                None => {}
            }
        } else if window.hits.iter().any(|hits| hits.contains(&incident)) {
            furthest = furthest.max(Loss::Gated);
        }
    }
    Some(furthest)
}

/// Losses by stage.
#[must_use]
pub fn count(losses: &BTreeMap<usize, Loss>) -> Misses {
    let mut misses = Misses::default();
    for loss in losses.values() {
        match loss {
            Loss::Unreachable => misses.unreachable += 1,
            Loss::Undetected => misses.undetected += 1,
            Loss::Gated => misses.gated += 1,
            Loss::Dismissed => misses.dismissed += 1,
            Loss::Abstained => misses.abstained += 1,
            Loss::BelowThreshold => misses.below_threshold += 1,
        }
    }
    misses
}
