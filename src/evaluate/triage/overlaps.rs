use crate::dataset::DataSet;
use crate::evaluate::candidates::{Candidate, RankTally, Ranked};
use crate::evaluate::judged::Judged;
use crate::evaluate::truth::Truth;
use crate::model::VerdictKind;
use serde::Serialize;
use std::collections::BTreeMap;

/// Incidents that lie in the windows of several deploys: which deploy is blamed?
///
/// The candidates of an incident are the deploys with a case that hits it; of several cases of one deploy (one for each service) the one
/// that is most probably caused speaks. Incidents with fewer than two candidates, and those whose cause the log leaves open, are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overlaps {
    /// With at least two candidates, the guilty deploy among them or none guilty.
    pub incidents: u64,
    /// Incidents with at least two candidates whose guilty deploy has no case that hits it: detection's miss, in no ratio here.
    pub guilty_has_no_case: u64,
    #[serde(flatten)]
    pub tally: RankTally,
}

impl Overlaps {
    #[must_use]
    pub fn of(data: &DataSet, truth: &Truth, judged: &[Judged]) -> Self {
        let mut ranked = Vec::new();
        let mut guilty_has_no_case = 0;
        for (incident, candidates) in candidates(data, judged) {
            let known = &truth.incidents[incident];
            if candidates.len() < 2 || known.incident.cause_is_open() {
                continue;
            }
            let guilty = known.incident.guilty_deploy();
            if guilty.is_some_and(|id| !candidates.iter().any(|candidate| candidate.id == id)) {
                guilty_has_no_case += 1;
            } else {
                ranked.push(Ranked::of(candidates, guilty));
            }
        }
        Self { incidents: ranked.len() as u64, guilty_has_no_case, tally: RankTally::of(&ranked) }
    }
}

/// By incident, one candidate for each deploy.
fn candidates<'a>(data: &'a DataSet, judged: &[Judged]) -> BTreeMap<usize, Vec<Candidate<'a>>> {
    let mut found: BTreeMap<usize, BTreeMap<usize, Candidate>> = BTreeMap::new();
    for one in judged {
        let Some(case) = one.case() else { continue };
        let deploy = &data.deploys[one.outcome.window.deploy];
        let candidate = Candidate {
            id: &deploy.id,
            deployed_at: deploy.deployed_at,
            probability: case.verdict.probability_caused(),
            verdict: case.verdict.kind,
        };
        for &incident in &one.all {
            let of_incident = found.entry(incident).or_default();
            let best = of_incident.entry(one.outcome.window.deploy).or_insert(candidate);
            if standing(&candidate) > standing(best) {
                *best = candidate;
            }
        }
    }
    found.into_iter().map(|(incident, candidates)| (incident, candidates.into_values().collect())).collect()
}

/// The more probable, and of equals the one that is `caused`.
fn standing(candidate: &Candidate) -> (f64, bool) {
    (candidate.probability, candidate.verdict == VerdictKind::Caused)
}
