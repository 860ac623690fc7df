//! Which deploy it was, where several come into question.

use super::source::measured;
use crate::model::Evidence;
use crate::triage::evidence::rules;
use serde::Serialize;

/// Half of all faults show at once, the other half when something triggers them: mean delays in minutes. Set by judgement until there
/// are labels enough for a histogram; the slow half is that of statistics.md §5, the fast one what [`super::onset::SOON`] is made of.
const FAST: f64 = 5.0;
const SLOW: f64 = 120.0;
/// Log-odds of a deploy that touched the failing service over one that touched others only: what is deployed fails far more often
/// than what calls it. Set by judgement: ten to one.
const SAME_SERVICE: f64 = 2.3;
/// Below this share the first of the ranking is not sure (statistics.md §5: abstain).
const SURE: f64 = 0.7;

/// Another deploy, shortly before the case's first record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConcurrentDeploy {
    pub id: String,
    pub services: Vec<String>,
    /// It touched the case's service.
    pub same_service: bool,
    /// From it to the onset, at least 0.
    pub minutes_before_onset: f64,
    /// Log-odds that links between its diff and the errors speak for it; `None`: not looked for.
    pub link: Option<f64>,
    /// Share of the blame among all candidates, this case's own deploy among them, in [0, 1].
    pub share: f64,
}

/// A deploy that may have done it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// From it to the onset; below 0: it came later, and is out.
    pub minutes_before_onset: f64,
    pub same_service: bool,
    /// Log-odds, `None`: not looked for.
    pub link: Option<f64>,
}

impl Candidate {
    /// Log weight: of the delay, the service and the link. −∞ of one that came later.
    fn ln_weight(&self) -> f64 {
        let minutes = self.minutes_before_onset;
        if minutes < 0.0 {
            return f64::NEG_INFINITY;
        }
        let density = 0.5 / FAST * (-minutes / FAST).exp() + 0.5 / SLOW * (-minutes / SLOW).exp();
        density.ln() + if self.same_service { SAME_SERVICE } else { 0.0 } + self.link.unwrap_or(0.0)
    }
}

/// Share of the blame of each candidate, in their order: weights of delay, service and link, normalised (statistics.md §5, *several
/// deploys*). They sum to 1, or are all 0 where every candidate came later.
#[must_use]
pub fn shares(candidates: &[Candidate]) -> Vec<f64> {
    let weights: Vec<f64> = candidates.iter().map(Candidate::ln_weight).collect();
    let most = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return vec![0.0; candidates.len()];
    }
    let relative: Vec<f64> = weights.iter().map(|weight| (weight - most).exp()).collect();
    let sum: f64 = relative.iter().sum();
    relative.iter().map(|weight| weight / sum).collect()
}

/// Another deploy that has most of the blame.
pub(in crate::triage) fn evidence(concurrent: &[ConcurrentDeploy]) -> Option<Evidence> {
    let first = concurrent.iter().reduce(|a, b| if b.share > a.share { b } else { a })?;
    let touched = if first.same_service { "also touched this service" } else { "touched other services" };
    let summary = format!(
        "Deploy {} {touched} and came {:.0} minutes before it began: {:.0} % of the blame by time and service.",
        first.id,
        first.minutes_before_onset,
        first.share * 100.0
    );
    let sources = vec![
        measured(&format!("share of {}", first.id), first.share, "share"),
        measured("it came before the onset by", first.minutes_before_onset, "minutes"),
    ];
    (first.share >= SURE).then(|| rules::OTHER_DEPLOY.evidence(1.0, summary, sources))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidate(minutes_before_onset: f64, same_service: bool, link: Option<f64>) -> Candidate {
        Candidate { minutes_before_onset, same_service, link }
    }

    #[test]
    fn the_nearer_deploy_of_the_service_is_the_better_candidate() {
        let found = shares(&[candidate(45.0, true, None), candidate(3.0, true, None)]);
        assert!(found[1] >= SURE, "{found:?}");
        let found = shares(&[candidate(8.0, true, None), candidate(3.0, false, None)]);
        assert!(found[0] > found[1], "{found:?}");
        let found = shares(&[candidate(45.0, true, Some(3.0)), candidate(3.0, true, Some(-1.5))]);
        assert!(found[0] >= SURE, "links outweigh time: {found:?}");
    }

    #[test]
    fn what_came_later_is_out() {
        assert_eq!(shares(&[candidate(-1.0, true, None), candidate(500.0, false, None)]), [0.0, 1.0]);
        assert_eq!(shares(&[candidate(-1.0, true, None)]), [0.0]);
        assert_eq!(shares(&[]), [0.0; 0]);
    }

    #[test]
    fn only_a_sure_candidate_speaks() {
        let other = |share| ConcurrentDeploy {
            id: "d2".to_owned(),
            services: vec!["shop".to_owned()],
            same_service: true,
            minutes_before_onset: 3.2,
            link: None,
            share,
        };
        assert_eq!(evidence(&[other(0.5), other(0.4)]), None);
        assert_eq!(evidence(&[]), None);
        let told = evidence(&[other(0.1), other(0.9)]).unwrap();
        assert_eq!(
            told.summary,
            "Deploy d2 also touched this service and came 3 minutes before it began: 90 % of the blame by time and service."
        );
    }

    proptest! {
        #[test]
        fn shares_sum_to_one(given in prop::collection::vec((0.0..1e6_f64, any::<bool>(), prop::option::of(-9.0..9.0_f64)), 1..30)) {
            let given: Vec<Candidate> = given.into_iter().map(|(minutes, same, link)| candidate(minutes, same, link)).collect();
            let sum: f64 = shares(&given).iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-9 || sum == 0.0, "{sum}");
        }
    }
}
