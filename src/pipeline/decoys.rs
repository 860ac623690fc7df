//! Cases shown to triage with another change than their deploy's own: does it read the change, or believe whatever it is shown?

use super::cases::{Cases, Diffs};
use super::replay::Outcome;
use crate::dataset::DataSet;
use crate::endpoint::AskError;
use crate::model::{Deploy, VerdictKind};
use crate::series::Fits;
use crate::triage::{CaseContext, Diff, Triager, TriagerSpec};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What triage says of one case under other changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoyed {
    /// Index of the outcome.
    pub outcome: usize,
    /// Deploy whose diff it was shown.
    pub decoy: usize,
    /// With the decoy's diff, and without any.
    pub with_decoy: VerdictKind,
    pub without_diff: VerdictKind,
}

/// Asks again about every case whose deploy has a diff, once with the diff of a decoy and once with none; all else stays. The decoy is
/// the next deploy in time, after the last the first, that has a diff and touches another service; cases without one are left out.
///
/// # Errors
/// As [`TriagerSpec::build`] and [`Triager::judge`].
pub fn decoys(data: &DataSet, fits: &Fits, triage: &TriagerSpec, outcomes: &[Outcome]) -> Result<Vec<Decoyed>, String> {
    let triager = triage.build()?;
    let diffs = Diffs::new(data);
    let cases = Cases::of(data, fits, &diffs);
    let with_diff: Vec<usize> =
        (0..data.deploys.len()).filter(|&d| data.diffs.contains_key(&data.deploys[d].id)).collect();
    let asked = outcomes.iter().enumerate().filter(|(_, outcome)| Cases::is_asked(outcome));
    let pairs: Vec<(usize, usize)> = asked
        .filter(|(_, outcome)| with_diff.binary_search(&outcome.window.deploy).is_ok())
        .filter_map(|(index, outcome)| Some((index, decoy_of(data, &with_diff, outcome)?)))
        .collect();
    let wanted: BTreeSet<usize> = pairs.iter().map(|pair| pair.1).collect();
    let changes: BTreeMap<usize, Change> =
        wanted.into_par_iter().filter_map(|deploy| Some((deploy, Change::of(data, deploy)?))).collect();
    let judge = |&(outcome, decoy): &(usize, usize)| {
        let change = changes.get(&decoy)?;
        let both = cases.look(&outcomes[outcome], |case| {
            let with = change.shown_in(case, triager.as_ref())?;
            Ok((with, Change::default().shown_in(case, triager.as_ref())?))
        });
        Some(both.map(|(with_decoy, without_diff)| Decoyed { outcome, decoy, with_decoy, without_diff }))
    };
    let decoyed: Vec<Option<Result<Decoyed, AskError>>> = pairs.par_iter().map(judge).collect();
    Ok(decoyed.into_iter().flatten().collect::<Result<Vec<_>, _>>()?)
}

/// The first of `with_diff` after the case's deploy, around the end, that does not touch the case's service.
fn decoy_of(data: &DataSet, with_diff: &[usize], outcome: &Outcome) -> Option<usize> {
    let own = outcome.window.deploy;
    let from = with_diff.partition_point(|&deploy| deploy <= own);
    let around = with_diff[from..].iter().chain(&with_diff[..from]).copied();
    let elsewhere = |deploy: &Deploy| !deploy.services.contains(&outcome.window.service);
    around.filter(|&deploy| deploy != own).find(|&deploy| elsewhere(&data.deploys[deploy]))
}

/// A diff with its paths; by default none.
#[derive(Default)]
struct Change {
    diff: Option<Diff>,
    files: Vec<String>,
}

impl Change {
    fn of(data: &DataSet, deploy: usize) -> Option<Self> {
        let diff = Diff::parse(data.diffs.get(&data.deploys[deploy].id)?).ok()?;
        Some(Self { files: diff.paths(), diff: Some(diff) })
    }

    /// The verdict on a case whose deploy made this change.
    fn shown_in(&self, case: &CaseContext<'_>, triager: &dyn Triager) -> Result<VerdictKind, AskError> {
        let deploy = Deploy { changed_files: Some(self.files.clone()), ..case.deploy.clone() };
        let shown = CaseContext { deploy: &deploy, diff: self.diff.as_ref(), changed_files: &self.files, ..*case };
        triager.judge(&shown).map(|verdict| verdict.kind)
    }
}
