//! Outcomes with the truth beside them.

use super::truth::Truth;
use super::{Labels, matching};
use crate::model::{Action, Case, Span, VerdictKind};
use crate::pipeline::Outcome;
use crate::series::Fits;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// What the incident log says of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// One of its alerts hits an incident that its deploy caused.
    Caused,
    /// It hits something else, or (labels complete) nothing.
    NotCaused,
    /// Its deploy caused an incident, but none of its alerts hits that.
    Coincidental,
    /// The log does not say.
    Unlabelled,
}

impl Label {
    /// Whether the log says that the deploy did not cause the case, whatever else happened.
    #[must_use]
    pub const fn is_not_caused(self) -> bool {
        matches!(self, Self::NotCaused | Self::Coincidental)
    }

    /// Whether the deploy caused the case; `None`: the log does not say.
    #[must_use]
    pub const fn was_caused(self) -> Option<bool> {
        match self {
            Self::Caused => Some(true),
            Self::NotCaused | Self::Coincidental => Some(false),
            Self::Unlabelled => None,
        }
    }
}

/// What the incident log says of one decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correctness {
    Right,
    Wrong,
    Unlabelled,
}

impl From<Option<bool>> for Correctness {
    fn from(right: Option<bool>) -> Self {
        match right {
            Some(true) => Self::Right,
            Some(false) => Self::Wrong,
            None => Self::Unlabelled,
        }
    }
}

/// An outcome, the incidents that its alerts hit, and its case's label.
pub struct Judged<'a> {
    pub outcome: &'a Outcome,
    /// Incidents hit, per alert of the outcome (gated ones included).
    pub hits: Vec<Vec<usize>>,
    /// Incidents that its ungated alerts hit and that its own deploy caused.
    pub own: BTreeSet<usize>,
    /// Incidents that its ungated alerts hit.
    pub all: BTreeSet<usize>,
    pub label: Label,
    /// One of `own` is actionable.
    pub actionable: bool,
}

impl<'a> Judged<'a> {
    /// Judges every outcome, in order.
    #[must_use]
    pub fn all(fits: &Fits, truth: &Truth, outcomes: &'a [Outcome]) -> Vec<Self> {
        let guilty = truth.guilty_deploys();
        outcomes.par_iter().map(|outcome| Self::of(fits, truth, &guilty, outcome)).collect()
    }

    fn of(fits: &Fits, truth: &Truth, guilty: &BTreeSet<usize>, outcome: &'a Outcome) -> Self {
        let window = &outcome.window;
        let hits: Vec<Vec<usize>> =
            outcome.alerts.iter().map(|alert| matching::hits(fits, truth, window, alert, Span::ZERO)).collect();
        let passed = outcome.alerts.iter().zip(&hits).filter(|(alert, _)| !alert.gated);
        let all: BTreeSet<usize> = passed.flat_map(|(_, hits)| hits).copied().collect();
        Self::hitting(truth, guilty, outcome, all, hits)
    }

    /// The same outcome under another log, in which no incident is new; what each alert hits is left out.
    #[must_use]
    pub fn relabelled(&self, truth: &Truth, guilty: &BTreeSet<usize>) -> Self {
        let all = self.all.iter().copied().filter(|&i| truth.incidents[i].evaluable).collect();
        Self::hitting(truth, guilty, self.outcome, all, Vec::new())
    }

    /// An outcome whose ungated alerts hit the incidents `all`.
    fn hitting(
        truth: &Truth,
        guilty: &BTreeSet<usize>,
        outcome: &'a Outcome,
        all: BTreeSet<usize>,
        hits: Vec<Vec<usize>>,
    ) -> Self {
        let deploy = outcome.window.deploy;
        let own: BTreeSet<usize> = all.iter().copied().filter(|&i| truth.incidents[i].guilty == Some(deploy)).collect();
        let open = !all.is_empty() && all.iter().all(|&i| truth.incidents[i].incident.cause_is_open());
        let silent = all.is_empty() && truth.labels != Some(Labels::Complete);
        let label = match (own.is_empty(), guilty.contains(&deploy)) {
            (false, _) => Label::Caused,
            (true, _) if open => Label::Unlabelled,
            (true, true) => Label::Coincidental,
            (true, false) if silent => Label::Unlabelled,
            (true, false) => Label::NotCaused,
        };
        let actionable = own.iter().any(|&i| truth.incidents[i].actionable);
        Self { outcome, hits, own, all, label, actionable }
    }

    /// Its case, if any alert passed the gate.
    #[must_use]
    pub fn case(&self) -> Option<&'a Case> {
        self.outcome.case.as_ref()
    }

    /// Whether its case, as an alarm, hits an incident; `None` without a case.
    #[must_use]
    pub fn alarm(&self, truth: &Truth) -> Option<Correctness> {
        self.case().map(|_| truth.says(!self.all.is_empty()).into())
    }

    /// Whether triage was right to blame the deploy; `None` where it did not.
    #[must_use]
    pub fn blame(&self) -> Option<Correctness> {
        let case = self.case().filter(|case| case.verdict.kind == VerdictKind::Caused);
        case.map(|_| self.label.was_caused().into())
    }

    /// Whether the action on production was right; `None` where there was none, or a right one that was not needed.
    #[must_use]
    pub fn act(&self) -> Option<Correctness> {
        let unneeded = self.label == Label::Caused && !self.actionable;
        (self.action().changes_production() && !unneeded).then(|| self.label.was_caused().into())
    }

    /// What would be done; nothing without a case.
    #[must_use]
    pub fn action(&self) -> Action {
        self.case().map_or(Action::None, |case| case.action)
    }
}
