//! Everything that a sweep's outputs are made of, and how a trial is found and named in it.

use super::scale::Scale;
use crate::sweep::{Role, Selection, Standing, Trial};

/// A selection with one standing a trial, in the trials' order.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub selection: &'a Selection,
    pub table: &'a [Standing],
    pub trials: &'a [Trial],
}

impl<'a> View<'a> {
    pub(super) const fn scale(self) -> Scale {
        Scale::of(self.selection)
    }

    /// Whether the incident log can call anything right or wrong.
    pub(super) fn has_labels(self) -> bool {
        self.selection.labels != "absent"
    }

    /// The trial with its standing.
    pub(super) fn find(self, id: &str) -> Option<(&'a Trial, &'a Standing)> {
        self.trials.iter().zip(self.table).find(|(trial, _)| trial.id == id)
    }

    /// The points of the grid with their standings.
    pub(super) fn points(self) -> impl Iterator<Item = (&'a Trial, &'a Standing)> {
        self.trials.iter().zip(self.table).filter(|(trial, _)| trial.role == Role::Candidate)
    }

    /// The base as it is.
    pub(super) fn base(self) -> Option<(&'a Trial, &'a Standing)> {
        self.trials.iter().zip(self.table).find(|(trial, _)| trial.role == Role::Base)
    }

    /// The chosen trial with its standing.
    pub(super) fn choice(self) -> Option<(&'a Trial, &'a Standing)> {
        self.find(&self.selection.choice.as_ref()?.id)
    }

    /// What the trial is to the reader: `the choice`, `the base`, `best in sample`, `reference`; several where it is several.
    pub(super) fn parts(self, id: &str) -> String {
        let choice = self.selection.choice.as_ref();
        let role = self.trials.iter().find(|trial| trial.id == id).map(|trial| trial.role);
        let parts = [
            (choice.is_some_and(|choice| choice.id == id), "the choice"),
            (role == Some(Role::Base), "the base"),
            (choice.is_some_and(|choice| choice.best == id), "best in sample"),
            (role == Some(Role::Reference), "reference"),
        ];
        parts.iter().filter(|(is, _)| *is).map(|(_, part)| *part).collect::<Vec<_>>().join(", ")
    }

    /// The standings to read side by side: those of the selection, or without any the base's and the references'.
    pub(super) fn standings(self) -> Vec<&'a Standing> {
        if !self.selection.standings.is_empty() {
            return self.selection.standings.iter().collect();
        }
        let named = |role: Role| self.trials.iter().zip(self.table).filter(move |(trial, _)| trial.role == role);
        named(Role::Base).chain(named(Role::Reference)).map(|(_, standing)| standing).collect()
    }
}
