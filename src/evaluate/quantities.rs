//! What a run took and what it left undone, before a price is put on any of it.

use super::costs::HARM_CAP;
use super::judged::{Judged, Label};
use super::truth::{TrueIncident, Truth};
use crate::dataset::DataSet;
use crate::model::{Action, Case, IncidentSeverity, Instant, Span, Tokens};
use std::collections::BTreeSet;

/// Tokens, and minutes of people's time by action.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effort {
    pub tokens: Tokens,
    /// By `Action as usize`.
    pub review_minutes: [f64; Action::ALL.len()],
}

impl Effort {
    fn of<'c>(cases: impl Iterator<Item = &'c Case>) -> Self {
        cases.fold(Self::default(), |mut sum, case| {
            sum.tokens = sum.tokens + case.tokens;
            sum.review_minutes[case.action as usize] += case.review_minutes;
            sum
        })
    }

    /// Minutes of people's time over all actions.
    #[must_use]
    pub fn all_minutes(&self) -> f64 {
        self.review_minutes.iter().fold(0.0, |sum, minutes| sum + minutes)
    }
}

/// Minutes of harm by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HarmMinutes([f64; 5]);

impl HarmMinutes {
    pub fn add(&mut self, severity: IncidentSeverity, minutes: f64) {
        self.0[severity as usize] += minutes;
    }

    #[must_use]
    pub const fn of(&self, severity: IncidentSeverity) -> f64 {
        self.0[severity as usize]
    }
}

/// Everything that a price list puts a price on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantities {
    /// Of a normalizer that asks a model, for the whole data set.
    pub normalization: Tokens,
    pub cases: Effort,
    /// Of cases that their deploy did not cause.
    pub false_cases: Effort,
    /// Of cases that hit nothing.
    pub null_cases: Effort,
    /// Of cases that were acted on.
    pub actions: Effort,
    /// Of cases that were acted on and that their deploy did not cause.
    pub false_actions: Effort,
    pub acted: u64,
    pub acted_rightly: u64,
    pub acted_falsely: u64,
    pub wrong_rollbacks: u64,
    /// Of incidents that a wrongly rolled-back deploy had repaired.
    pub brought_back: HarmMinutes,
    /// Of missed actionable incidents that a deploy caused.
    pub missed: HarmMinutes,
    /// Of those rightly acted on, from their start to the decision.
    pub undergone: HarmMinutes,
    /// Of those rightly acted on, from the decision to their end.
    pub saved: HarmMinutes,
}

impl Quantities {
    /// `missed`: incidents that count as missed; `acted`: incidents rightly acted on, with the first decision.
    #[must_use]
    pub fn of(
        data: &DataSet,
        truth: &Truth,
        judged: &[Judged],
        missed: &BTreeSet<usize>,
        acted: &[(usize, Instant)],
    ) -> Self {
        let effort =
            |keep: &dyn Fn(&Judged) -> bool| Effort::of(judged.iter().filter(|j| keep(j)).filter_map(Judged::case));
        let count = |keep: &dyn Fn(&Judged) -> bool| judged.iter().filter(|j| keep(j)).count() as u64;
        let wrong = |j: &Judged| j.label.is_not_caused();
        let acting = |j: &Judged| j.action().changes_production();
        let undone = |j: &Judged| wrong(j) && j.action() == Action::Rollback;
        let mut quantities = Self {
            cases: effort(&|_| true),
            false_cases: effort(&wrong),
            null_cases: effort(&|j| j.all.is_empty()),
            actions: effort(&acting),
            false_actions: effort(&|j| acting(j) && wrong(j)),
            acted: count(&acting),
            acted_rightly: count(&|j| acting(j) && j.label == Label::Caused && j.actionable),
            acted_falsely: count(&|j| acting(j) && wrong(j)),
            wrong_rollbacks: count(&undone),
            ..Self::default()
        };
        for wrongly in judged.iter().filter(|j| undone(j)) {
            for incident in repaired(data, truth, wrongly.outcome.window.deploy) {
                quantities.brought_back.add(incident.incident.severity, incident.length(data, HARM_CAP).as_minutes());
            }
        }
        for &index in missed {
            let incident = &truth.incidents[index];
            quantities.missed.add(incident.incident.severity, incident.length(data, HARM_CAP).as_minutes());
        }
        for &(index, at) in acted {
            let (incident, severity) = (&truth.incidents[index], truth.incidents[index].incident.severity);
            quantities.undergone.add(severity, undergone_minutes(data, incident, at));
            quantities.saved.add(severity, saved_minutes(data, incident, at));
        }
        quantities
    }

    /// Multiplies what people spend on every case with this action.
    pub fn scale_review(&mut self, action: Action, factor: f64) {
        let efforts =
            [&mut self.cases, &mut self.false_cases, &mut self.null_cases, &mut self.actions, &mut self.false_actions];
        for effort in efforts {
            effort.review_minutes[action as usize] *= factor;
        }
    }
}

/// The incidents that a deploy had repaired: rolling it back brings them back.
pub fn repaired<'t, 'a>(
    data: &'t DataSet,
    truth: &'t Truth<'a>,
    deploy: usize,
) -> impl Iterator<Item = &'t TrueIncident<'a>> {
    let fixes = &data.deploys[deploy].fixes;
    truth.incidents.iter().filter(|i| fixes.contains(&i.incident.id))
}

/// Minutes from a decision to the incident's end, at least 0, at most 24 hours.
#[must_use]
pub fn saved_minutes(data: &DataSet, incident: &TrueIncident, decided_at: Instant) -> f64 {
    (incident.end(data) - decided_at).clamp(Span::ZERO, HARM_CAP).as_minutes()
}

/// Minutes from the incident's start to the decision or its end, whichever comes first, at least 0, at most 24 hours.
#[must_use]
pub fn undergone_minutes(data: &DataSet, incident: &TrueIncident, decided_at: Instant) -> f64 {
    let until = decided_at.min(incident.end(data));
    (until - incident.incident.started_at).clamp(Span::ZERO, HARM_CAP).as_minutes()
}
