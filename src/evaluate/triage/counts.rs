//! Verdicts by what was so: the log's label, the cause of what the case hits, what its deploy changed.

use crate::dataset::DataSet;
use crate::evaluate::judged::{Judged, Label};
use crate::evaluate::truth::Truth;
use crate::model::{Case, Cause, VerdictKind};
use crate::stats::Estimate;
use crate::triage::{Diff, FileClass};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many cases got which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerdictCounts {
    pub cases: u64,
    pub caused: u64,
    pub inconclusive: u64,
    pub not_caused: u64,
}

impl VerdictCounts {
    fn add(&mut self, verdict: VerdictKind) {
        self.cases += 1;
        match verdict {
            VerdictKind::Caused => self.caused += 1,
            VerdictKind::Inconclusive => self.inconclusive += 1,
            VerdictKind::NotCaused => self.not_caused += 1,
        }
    }
}

/// Verdicts on the cases of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerdictsOn<K> {
    pub of: K,
    pub verdicts: VerdictCounts,
    /// Share of the labelled ones whose verdict says what is so; an abstention is wrong.
    pub right: Estimate,
    /// Share of the labelled ones whose verdict says the opposite.
    pub wrong: Estimate,
}

/// What a case hits. Of several incidents the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseCause {
    /// An incident that its own deploy caused.
    ThisDeploy,
    /// One that another deploy caused, of this service or of one whose failure spread.
    AnotherDeploy,
    ThirdParty,
    Traffic,
    Infrastructure,
    Config,
    Data,
    /// Only such whose cause the log leaves open.
    Open,
    /// No incident: errors that rose by chance, or of which nobody made an incident.
    Nothing,
}

/// What a deploy changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Some file that can change how production behaves.
    Running,
    /// Documentation, tests and CI only.
    NothingThatRuns,
    /// Neither a list of files nor a diff.
    Unknown,
}

#[must_use]
pub fn by_label(cases: &[(&Judged, &Case)]) -> Vec<VerdictsOn<Label>> {
    group(cases, |judged| judged.label)
}

#[must_use]
pub fn by_cause(truth: &Truth, cases: &[(&Judged, &Case)]) -> Vec<VerdictsOn<CaseCause>> {
    group(cases, |judged| cause(truth, judged))
}

fn cause(truth: &Truth, judged: &Judged) -> CaseCause {
    if !judged.own.is_empty() {
        return CaseCause::ThisDeploy;
    }
    let of = |&index: &usize| {
        let incident = truth.incidents[index].incident;
        match incident.cause {
            _ if incident.cause_is_open() => CaseCause::Open,
            Cause::Deploy => CaseCause::AnotherDeploy,
            Cause::ThirdParty => CaseCause::ThirdParty,
            Cause::Traffic => CaseCause::Traffic,
            Cause::Infrastructure => CaseCause::Infrastructure,
            Cause::Config => CaseCause::Config,
            Cause::Data => CaseCause::Data,
            Cause::Unknown => CaseCause::Open,
        }
    };
    judged.all.iter().map(of).min().unwrap_or(CaseCause::Nothing)
}

#[must_use]
pub fn by_change(data: &DataSet, cases: &[(&Judged, &Case)]) -> Vec<VerdictsOn<ChangeKind>> {
    let mut known: BTreeMap<usize, ChangeKind> = BTreeMap::new();
    for (judged, _) in cases {
        let deploy = judged.outcome.window.deploy;
        known.entry(deploy).or_insert_with(|| change(data, deploy));
    }
    group(cases, |judged| known.get(&judged.outcome.window.deploy).copied().unwrap_or(ChangeKind::Unknown))
}

fn change(data: &DataSet, deploy: usize) -> ChangeKind {
    let deploy = &data.deploys[deploy];
    let diff = || data.diffs.get(&deploy.id).and_then(|text| Diff::parse(text).ok()).map(|diff| diff.paths());
    let files = deploy.changed_files.clone().or_else(diff).unwrap_or_default();
    if files.is_empty() {
        ChangeKind::Unknown
    } else if files.iter().any(|path| FileClass::of(path).can_break_production()) {
        ChangeKind::Running
    } else {
        ChangeKind::NothingThatRuns
    }
}

/// In the order of the keys; what no case has is left out.
fn group<K: Ord + Copy>(cases: &[(&Judged, &Case)], key: impl Fn(&Judged) -> K) -> Vec<VerdictsOn<K>> {
    let mut groups: BTreeMap<K, (VerdictCounts, u64, u64, u64)> = BTreeMap::new();
    for (judged, case) in cases {
        let (verdicts, labelled, right, wrong) = groups.entry(key(judged)).or_default();
        verdicts.add(case.verdict.kind);
        let is_right = super::is_right(judged.label, case.verdict.kind);
        *labelled += u64::from(is_right.is_some());
        *right += u64::from(is_right == Some(true));
        *wrong += u64::from(is_right == Some(false) && case.verdict.kind != VerdictKind::Inconclusive);
    }
    let row = |(of, (verdicts, labelled, right, wrong))| VerdictsOn {
        of,
        verdicts,
        right: Estimate::ratio(right, labelled),
        wrong: Estimate::ratio(wrong, labelled),
    };
    groups.into_iter().map(row).collect()
}
