//! Which cases the trials of a sweep would ask a model about, without asking.

use super::Trial;
use super::plan::{Branch, Stages, branches};
use crate::dataset::DataSet;
use crate::model::{Progress, Silent, UserError};
use crate::pipeline::{Cases, Diffs, Flagged, Groupings, Outcome, PipelineSpec, Watched};
use crate::series::Fits;
use crate::triage::{PlannedCase, Triager, TriagerSpec};
use std::collections::BTreeMap;

/// Makes a triager that plans and does not ask.
pub type BuildTriager<'b> = dyn Fn(&TriagerSpec) -> Result<Box<dyn Triager>, String> + 'b;

/// A walk down to triage.
struct Asked<'a> {
    data: &'a DataSet,
    trials: &'a [Trial],
    build: &'a BuildTriager<'a>,
    diffs: Diffs<'a>,
    progress: &'a dyn Progress,
    /// By model and question: trials that come to the same case ask once.
    found: BTreeMap<(String, String), PlannedCase>,
}

/// Every distinct question that the `wanted` trials (indices) would ask, with the model that it goes to. Detects, gates and plans;
/// nobody is asked.
///
/// # Errors
/// When a normalizer fails or a triager cannot be built.
pub fn asked_cases(
    data: &DataSet,
    trials: &[Trial],
    wanted: &[usize],
    build: &BuildTriager,
    progress: &dyn Progress,
) -> Result<Vec<(String, PlannedCase)>, UserError> {
    let tree = branches(trials, wanted);
    progress.start("cases to ask about", Stages::of(&tree).gate);
    let mut asked = Asked { data, trials, build, diffs: Diffs::new(data), progress, found: BTreeMap::new() };
    let mut groupings = Groupings::of(data, tree.iter().map(|branch| spec(trials, branch)).collect());
    for branch in &tree {
        let Some(fits) = groupings.next_fits() else { break };
        let fits = fits.map_err(|(spec, reason)| UserError::new(&spec.name, reason, ""))?;
        branch.below.iter().try_for_each(|below| asked.measure(&fits, below))?;
    }
    Ok(asked.found.into_iter().map(|((model, _), case)| (model, case)).collect())
}

/// The pipeline of a branch.
fn spec<'t>(trials: &'t [Trial], branch: &Branch) -> &'t PipelineSpec {
    &trials[branch.trials[0]].spec
}

impl Asked<'_> {
    fn measure(&mut self, fits: &Fits, branch: &Branch) -> Result<(), UserError> {
        let watched = Watched::of(self.data, fits, spec(self.trials, branch), true, &Silent);
        for below in &branch.below {
            let flagged = watched.flag(&spec(self.trials, below).detect);
            below.below.iter().try_for_each(|gate| self.gate(fits, &flagged, gate))?;
        }
        Ok(())
    }

    fn gate(&mut self, fits: &Fits, flagged: &Flagged, branch: &Branch) -> Result<(), UserError> {
        let outcomes = flagged.gate(&spec(self.trials, branch).gate);
        branch.below.iter().try_for_each(|triage| self.triage(fits, &outcomes, triage))?;
        self.progress.advance(1);
        Ok(())
    }

    fn triage(&mut self, fits: &Fits, outcomes: &[Outcome], branch: &Branch) -> Result<(), UserError> {
        let spec = spec(self.trials, branch);
        let Some(endpoint) = spec.triage.endpoint() else { return Ok(()) };
        let error = |reason: String| UserError::new(&spec.name, reason, "");
        let triager = (self.build)(&spec.triage).map_err(error)?;
        let cases = Cases::of(self.data, fits, &self.diffs);
        for planned in cases.each(outcomes, |case| triager.plan(case)) {
            if let Some(case) = planned.map_err(|e| error(e.to_string()))? {
                self.found.entry((endpoint.model.clone(), case.key.clone())).or_insert(case);
            }
        }
        Ok(())
    }
}
