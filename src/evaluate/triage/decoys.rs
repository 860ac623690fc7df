use crate::dataset::DataSet;
use crate::model::VerdictKind;
use crate::pipeline::{Decoyed, Outcome, decoys as decoyed};
use crate::series::Fits;
use crate::stats::Estimate;
use crate::triage::TriagerSpec;
use serde::Serialize;

/// Verdicts on the same cases with the diff of another service's deploy, and with none. A triager that reads the diff takes most of its
/// blames back; one that goes by the errors alone does not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decoys {
    /// Cases whose deploy has a diff and for which there is a decoy.
    pub cases: u64,
    /// Of those `caused` with their own diff, how many still are with the decoy's.
    pub still_caused: Estimate,
    /// Of the same, how many still are without any diff.
    pub still_caused_without_diff: Estimate,
    /// Of those not `caused` with their own diff, how many are with the decoy's.
    pub newly_caused: Estimate,
}

impl Decoys {
    fn of(outcomes: &[Outcome], decoyed: &[Decoyed]) -> Self {
        let own = |one: &Decoyed| outcomes[one.outcome].case.as_ref().map(|case| case.verdict.kind);
        let is_caused = |one: &Decoyed| own(one) == Some(VerdictKind::Caused);
        let share = |of: &dyn Fn(&Decoyed) -> bool, has: &dyn Fn(&Decoyed) -> bool| {
            let among: Vec<&Decoyed> = decoyed.iter().filter(|one| of(one)).collect();
            Estimate::ratio(among.iter().filter(|one| has(one)).count() as u64, among.len() as u64)
        };
        let with_decoy = |one: &Decoyed| one.with_decoy == VerdictKind::Caused;
        Self {
            cases: decoyed.len() as u64,
            still_caused: share(&is_caused, &with_decoy),
            still_caused_without_diff: share(&is_caused, &|one| one.without_diff == VerdictKind::Caused),
            newly_caused: share(&|one| !is_caused(one), &with_decoy),
        }
    }
}

/// Asks again about every case. `None` where no case can have a decoy, and where verdicts exist only on what was asked before.
///
/// # Errors
/// When the triager cannot be built or fails, which one that judged the cases does not.
pub fn decoys(
    data: &DataSet,
    fits: &Fits,
    triage: &TriagerSpec,
    outcomes: &[Outcome],
) -> Result<Option<Decoys>, String> {
    if triage.needs_recording() {
        return Ok(None);
    }
    let decoyed = decoyed(data, fits, triage, outcomes)?;
    Ok((!decoyed.is_empty()).then(|| Decoys::of(outcomes, &decoyed)))
}
