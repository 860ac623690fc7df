//! The triage stage against the incident log; the unit is the case.

use super::evaluation::{Attribution, TriageScores};
use super::judged::{Judged, Label};
use super::truth::Truth;
use crate::model::{Case, VerdictKind};
use crate::stats::{Calibration, Estimate};

/// Bins of the expected calibration error (statistics.md §9).
const ECE_BINS: usize = 15;

#[must_use]
pub fn scores(truth: &Truth, judged: &[Judged]) -> TriageScores {
    let cases: Vec<(&Judged, &Case)> = judged.iter().filter_map(|j| Some((j, j.case()?))).collect();
    let count = |keep: &dyn Fn(&Judged, &Case) -> bool| cases.iter().filter(|(j, c)| keep(j, c)).count() as u64;
    let caused = |c: &Case| c.verdict.kind == VerdictKind::Caused;
    let wrong = |j: &Judged| j.label.is_not_caused();
    let right = |j: &Judged| j.label == Label::Caused;
    let true_positives = count(&|j, c| caused(c) && right(j));
    let false_positives = count(&|j, c| caused(c) && wrong(j));
    let unlabelled = count(&|j, c| caused(c) && j.label == Label::Unlabelled);
    let estimate = |e: Estimate| if truth.labels.is_some() { e } else { Estimate::undefined() };
    let labelled: Vec<&(&Judged, &Case)> = cases.iter().filter(|(j, _)| j.label != Label::Unlabelled).collect();
    let probabilities: Vec<f64> = labelled.iter().map(|(_, c)| c.verdict.probability_caused()).collect();
    let outcomes: Vec<bool> = labelled.iter().map(|(j, _)| right(j)).collect();
    let calibration = Calibration::of(&probabilities, &outcomes, ECE_BINS);
    TriageScores {
        precision: estimate(Estimate::bounded(true_positives, true_positives + false_positives, unlabelled, true)),
        recall: estimate(Estimate::ratio(true_positives, count(&|j, _| right(j)))),
        specificity: estimate(Estimate::ratio(count(&|j, c| wrong(j) && !caused(c)), count(&|j, _| wrong(j)))),
        abstention: Estimate::ratio(count(&|_, c| c.verdict.kind == VerdictKind::Inconclusive), cases.len() as u64),
        attribution: attribution(&cases),
        brier: calibration.as_ref().map(|c| c.brier),
        ece: calibration.map(|c| c.ece_equal_mass),
    }
}

/// Over right verdicts: attributed signatures that hit the deploy's own incident, and those that hit it which are attributed.
fn attribution(cases: &[(&Judged, &Case)]) -> Attribution {
    let (mut attributed, mut hitting, mut both) = (0, 0, 0);
    for (judged, case) in
        cases.iter().filter(|(j, c)| j.label == Label::Caused && c.verdict.kind == VerdictKind::Caused)
    {
        for (alert, hits) in judged.outcome.alerts.iter().zip(&judged.hits).filter(|(alert, _)| !alert.gated) {
            let named = case.verdict.attributed.contains(&alert.detection.signature);
            let hit = hits.iter().any(|incident| judged.own.contains(incident));
            attributed += u64::from(named);
            hitting += u64::from(hit);
            both += u64::from(named && hit);
        }
    }
    Attribution { precision: Estimate::ratio(both, attributed), recall: Estimate::ratio(both, hitting) }
}
