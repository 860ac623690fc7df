//! How many automatic actions would have met the floors (statistics.md §8), right and false ones apart.

use super::judged::{Judged, Label};
use crate::model::{Case, FloorName};
use serde::Serialize;

/// Actions by what the log says of their case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ActionCounts {
    pub true_actions: u64,
    pub false_actions: u64,
    /// Right but not worth it, or unlabelled.
    pub other: u64,
}

impl ActionCounts {
    fn add(&mut self, judged: &Judged) {
        match judged.label {
            Label::Caused if judged.actionable => self.true_actions += 1,
            Label::NotCaused | Label::Coincidental => self.false_actions += 1,
            Label::Caused | Label::Unlabelled => self.other += 1,
        }
    }

    #[must_use]
    pub const fn total(self) -> u64 {
        self.true_actions + self.false_actions + self.other
    }
}

/// One floor, and the actions that met it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FloorScore {
    pub name: FloorName,
    pub needed: f64,
    pub met: ActionCounts,
    /// Actions that missed it because what it asks is not known.
    pub unknown: u64,
}

/// The floors of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FloorScores {
    /// An action that missed a floor became `investigate`; otherwise it stayed.
    pub enforced: bool,
    /// Automatic actions that the policy wanted.
    pub wanted: ActionCounts,
    /// Those that met every floor.
    pub met_all: ActionCounts,
    /// In the order of the rules; empty where no action was wanted.
    pub floors: Vec<FloorScore>,
}

impl FloorScores {
    /// Counts over all cases. Without an incident log every action is `other`.
    #[must_use]
    pub fn of(judged: &[Judged], enforced: bool) -> Self {
        let (mut wanted, mut met_all, mut floors) = (ActionCounts::default(), ActionCounts::default(), Vec::new());
        let cases = judged.iter().filter_map(|j| Some((j, j.case()?)));
        for (judged, case) in cases.filter(|(_, case)| !case.floors.is_empty()) {
            wanted.add(judged);
            if case.floors.iter().all(|floor| floor.met) {
                met_all.add(judged);
            }
            count_each(&mut floors, judged, case);
        }
        Self { enforced, wanted, met_all, floors }
    }
}

/// Every case of a run has the same floors.
fn count_each(floors: &mut Vec<FloorScore>, judged: &Judged, case: &Case) {
    if floors.is_empty() {
        let met = ActionCounts::default();
        floors.extend(case.floors.iter().map(|floor| FloorScore {
            name: floor.name,
            needed: floor.needed,
            met,
            unknown: 0,
        }));
    }
    for (score, floor) in floors.iter_mut().zip(&case.floors) {
        if floor.met {
            score.met.add(judged);
        } else if floor.value.is_none() {
            score.unknown += 1;
        }
    }
}
