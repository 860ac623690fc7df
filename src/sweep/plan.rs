//! The tree of a sweep: trials that agree on the first stages of the pipeline are below one branch, which is computed once.

use super::Trial;
use crate::pipeline::{Grouping, PipelineSpec};
use serde::Serialize;

/// What a branch stands for, from the trunk on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The records grouped into series.
    Normalize,
    /// Every window measured by a detector, and the placebos.
    Measure,
    /// What is flagged at some thresholds.
    Flag,
    /// What of that a gate lets pass.
    Gate,
    /// What triage says of the cases.
    Triage,
}

impl Level {
    pub const ALL: [Self; 5] = [Self::Normalize, Self::Measure, Self::Flag, Self::Gate, Self::Triage];

    /// Whether two pipelines that agree on everything before it agree on it too.
    #[must_use]
    pub fn agree(self, a: &PipelineSpec, b: &PipelineSpec) -> bool {
        match self {
            Self::Normalize => Grouping::of(a) == Grouping::of(b),
            Self::Measure => a.replay == b.replay && a.detect.measures_like(&b.detect),
            Self::Flag => a.detect == b.detect,
            Self::Gate => a.gate == b.gate,
            Self::Triage => a.triage == b.triage,
        }
    }
}

/// Trials that share everything up to a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Indices of its trials, rising; at least one.
    pub trials: Vec<usize>,
    /// Its trials by the next level; none at the last.
    pub below: Vec<Self>,
}

/// Stages that are computed, by level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stages {
    pub normalize: u64,
    pub measure: u64,
    pub flag: u64,
    pub gate: u64,
    pub triage: u64,
    /// Trials.
    pub act: u64,
}

/// The branches at the first level, in the order of their first trials.
#[must_use]
pub fn branches(trials: &[Trial], wanted: &[usize]) -> Vec<Branch> {
    by_level(trials, wanted, &Level::ALL)
}

fn by_level(trials: &[Trial], wanted: &[usize], levels: &[Level]) -> Vec<Branch> {
    let Some((level, deeper)) = levels.split_first() else { return Vec::new() };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &trial in wanted {
        let spec = |index: usize| &trials[index].spec;
        match groups.iter_mut().find(|group| level.agree(spec(group[0]), spec(trial))) {
            Some(group) => group.push(trial),
            None => groups.push(vec![trial]),
        }
    }
    let branch = |group: Vec<usize>| Branch { below: by_level(trials, &group, deeper), trials: group };
    groups.into_iter().map(branch).collect()
}

impl Stages {
    /// Counts the stages of a tree.
    #[must_use]
    pub fn of(branches: &[Branch]) -> Self {
        let mut stages = Self::default();
        stages.count(branches, &Level::ALL);
        stages
    }

    fn count(&mut self, branches: &[Branch], levels: &[Level]) {
        let Some((level, deeper)) = levels.split_first() else { return };
        let count = branches.len() as u64;
        match level {
            Level::Normalize => self.normalize += count,
            Level::Measure => self.measure += count,
            Level::Flag => self.flag += count,
            Level::Gate => self.gate += count,
            Level::Triage => {
                self.triage += count;
                self.act += branches.iter().map(|branch| branch.trials.len() as u64).sum::<u64>();
            }
        }
        for branch in branches {
            self.count(&branch.below, deeper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::Preset;
    use crate::sweep::Role;

    fn trial(change: impl FnOnce(&mut PipelineSpec)) -> Trial {
        let mut spec = Preset::find("recommended-2026").unwrap().spec().unwrap();
        change(&mut spec);
        Trial { id: spec.name.clone(), role: Role::Candidate, spec, given: String::new(), levels: Vec::new() }
    }

    #[test]
    fn trials_part_at_the_first_stage_in_which_they_differ() {
        let other = Preset::find("langchain-2026").unwrap().spec().unwrap();
        let trials = [
            trial(|_| ()),
            trial(|spec| spec.detect.alpha = 0.001),
            trial(|spec| spec.act.policy.fix_at = 0.75),
            trial(|spec| spec.detect.detector = other.detect.detector.clone()),
            trial(|spec| spec.normalize = other.normalize.clone()),
            trial(|spec| spec.triage = other.triage.clone()),
        ];
        let tree = branches(&trials, &[0, 1, 2, 3, 4, 5]);
        let stages = Stages { normalize: 2, measure: 3, flag: 4, gate: 4, triage: 5, act: 6 };
        assert_eq!(Stages::of(&tree), stages);
        assert_eq!(tree[0].trials, [0, 1, 2, 3, 5]);
        assert_eq!(tree[0].below[0].below[0].below[0].below[0].trials, [0, 2]);
        assert_eq!(Stages::of(&branches(&trials, &[2])).act, 1, "a replay is a tree with one leaf");
    }
}
