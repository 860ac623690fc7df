use crate::evaluate::judged::{Judged, Label};
use crate::model::{Case, VerdictKind};
use crate::stats::Estimate;
use serde::Serialize;

/// How well a right verdict names the signatures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attribution {
    pub precision: Estimate,
    pub recall: Estimate,
}

impl Attribution {
    /// Over right verdicts: attributed signatures that hit the deploy's own incident, and those that hit it which are attributed.
    #[must_use]
    pub fn of(cases: &[(&Judged, &Case)]) -> Self {
        let (mut attributed, mut hitting, mut both) = (0, 0, 0);
        let is_right = |j: &Judged, c: &Case| j.label == Label::Caused && c.verdict.kind == VerdictKind::Caused;
        for (judged, case) in cases.iter().filter(|(j, c)| is_right(j, c)) {
            for (alert, hits) in judged.outcome.alerts.iter().zip(&judged.hits).filter(|(alert, _)| !alert.gated) {
                let named = case.verdict.attributed.contains(&alert.detection.signature);
                let hit = hits.iter().any(|incident| judged.own.contains(incident));
                attributed += u64::from(named);
                hitting += u64::from(hit);
                both += u64::from(named && hit);
            }
        }
        Self { precision: Estimate::ratio(both, attributed), recall: Estimate::ratio(both, hitting) }
    }
}
