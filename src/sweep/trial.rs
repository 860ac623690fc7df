//! One configuration of a sweep.

use crate::pipeline::PipelineSpec;
use serde::{Deserialize, Serialize};

/// Why a trial is in the sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A point of the grid: it can be chosen.
    Candidate,
    /// The grid's base as it is: it can be chosen.
    Base,
    /// `null`, `always`, `langchain-2026`: what everything is read against. It cannot be chosen.
    Reference,
}

/// One configuration of a sweep. Trials are in a fixed order: references, the base, the points of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// `t0001` and so on for points of the grid, in their order; the preset's name for references and the base.
    pub id: String,
    pub role: Role,
    /// Its `name` is that of the grid and the id.
    pub spec: PipelineSpec,
    /// The pipeline file that `spec` reads from.
    pub given: String,
    /// Per axis of the grid the index of its level; empty but for points of the grid.
    pub levels: Vec<usize>,
}

impl Trial {
    /// Whether it can be chosen.
    #[must_use]
    pub fn is_eligible(&self) -> bool {
        self.role != Role::Reference
    }
}

/// A trial as `trials.jsonl` has it: enough to write its pipeline file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialFile {
    pub id: String,
    pub role: Role,
    /// The pipeline file's text.
    pub given: String,
}

impl TrialFile {
    #[must_use]
    pub fn of(trial: &Trial) -> Self {
        Self { id: trial.id.clone(), role: trial.role, given: trial.given.clone() }
    }
}
