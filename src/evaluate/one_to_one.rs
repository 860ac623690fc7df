//! One alarm for one incident, beside the contract's matching of any alarm with any incident (statistics.md §9).
//!
//! Alarms are episodes. An episode may match an incident when it is of one of its services and its first record lies between
//! five minutes before the incident's start and its end, 24 hours at most; both ends belong to it. The first record stands for
//! the episode, not the decision: a window that closes after a short incident has still seen it.

use super::episode::{Episode, episodes};
use super::judged::Judged;
use super::truth::{TrueIncident, Truth};
use crate::dataset::DataSet;
use crate::model::Span;
use crate::stats::{Edge, Estimate, assign};
use serde::Serialize;
use std::collections::BTreeSet;

/// How long before an incident's start an alarm may match it.
const BEFORE: Span = Span::minutes(5);
/// How long after its start.
const LONGEST: Span = Span::hours(24);

/// Episodes and incidents inside the data, matched so that as many pairs as possible result, then with the least total
/// distance between first record and start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneToOne {
    pub episodes: u64,
    /// All inside the data, reachable or not.
    pub incidents: u64,
    pub matched: u64,
    /// Episodes that may match an incident which another has: not false.
    pub duplicates: u64,
    /// Episodes that may match no incident: false, or unlabelled under a partial log.
    pub unmatched: u64,
    /// Matched incidents of which an alarm was known before people declared them.
    pub in_time: u64,
    /// Matched incidents of which no alarm was known before: detected, but of no use.
    pub late: u64,
    /// Matched incidents of which the log does not say when people knew.
    pub undeclared: u64,
    /// Matched ÷ episodes: duplicates count against it.
    pub precision: Estimate,
    /// Matched ÷ matched and unmatched.
    pub precision_without_duplicates: Estimate,
    /// Matched ÷ incidents.
    pub recall: Estimate,
}

/// `None` without an incident log.
#[must_use]
pub fn one_to_one(data: &DataSet, truth: &Truth, judged: &[Judged]) -> Option<OneToOne> {
    truth.labels?;
    let matching = Matching::of(data, truth, judged);
    let matched = matching.matched();
    let matchable: BTreeSet<usize> = matching.candidates.iter().flatten().copied().collect();
    let when = |what: When| matched.iter().filter(|&&incident| matching.when(incident) == what).count() as u64;
    let (episodes, incidents) = (matching.episodes.len() as u64, matching.incidents.len() as u64);
    let (pairs, matchable) = (matched.len() as u64, matchable.len() as u64);
    let (duplicates, unmatched) = (matchable - pairs, episodes - matchable);
    let (wrong, open) = if truth.says(false).is_some() { (unmatched, 0) } else { (0, unmatched) };
    Some(OneToOne {
        episodes,
        incidents,
        matched: pairs,
        duplicates,
        unmatched,
        in_time: when(When::InTime),
        late: when(When::Late),
        undeclared: when(When::Undeclared),
        precision: Estimate::bounded(pairs, pairs + duplicates + wrong, open, false),
        precision_without_duplicates: Estimate::bounded(pairs, pairs + wrong, open, false),
        recall: Estimate::ratio(pairs, incidents),
    })
}

/// Episodes, incidents inside the data, and which may match.
struct Matching<'m, 'a> {
    episodes: Vec<Episode>,
    incidents: Vec<&'m TrueIncident<'a>>,
    /// The episodes that each incident may match.
    candidates: Vec<Vec<usize>>,
}

/// When an incident's first alarm was known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// No later than people knew.
    InTime,
    Late,
    /// The log does not say when people knew.
    Undeclared,
}

impl<'m, 'a> Matching<'m, 'a> {
    fn of(data: &DataSet, truth: &'m Truth<'a>, judged: &[Judged]) -> Self {
        let episodes = episodes(judged);
        let incidents: Vec<&TrueIncident> = truth.incidents.iter().filter(|i| i.evaluable).collect();
        let may = |incident: &TrueIncident, episode: &Episode| {
            let start = incident.incident.started_at;
            (start - BEFORE..=incident.end(data).min(start + LONGEST)).contains(&episode.first_seen)
                && incident.touches(&judged[episode.judged].outcome.window.service)
        };
        let of = |incident: &&TrueIncident| {
            (0..episodes.len()).filter(|&index| may(incident, &episodes[index])).collect::<Vec<usize>>()
        };
        Self { candidates: incidents.iter().map(of).collect(), episodes, incidents }
    }

    /// Incidents that get an episode of their own.
    fn matched(&self) -> Vec<usize> {
        let edge = |incident: &TrueIncident, episode: usize| Edge {
            column: episode,
            cost: (self.episodes[episode].first_seen - incident.incident.started_at).micros().unsigned_abs(),
        };
        let row = |(incident, candidates): (&&TrueIncident, &Vec<usize>)| {
            candidates.iter().map(|&episode| edge(incident, episode)).collect::<Vec<Edge>>()
        };
        let rows: Vec<Vec<Edge>> = self.incidents.iter().zip(&self.candidates).map(row).collect();
        assign(&rows)
            .iter()
            .enumerate()
            .filter(|(_, episode)| episode.is_some())
            .map(|(incident, _)| incident)
            .collect()
    }

    /// By the earliest decision of all its candidates, whichever of them it was matched with.
    fn when(&self, incident: usize) -> When {
        let known = self.candidates[incident].iter().map(|&episode| self.episodes[episode].decided_at).min();
        match (known, self.incidents[incident].incident.declared_at) {
            (_, None) => When::Undeclared,
            (Some(known), Some(declared)) if known <= declared => When::InTime,
            _ => When::Late,
        }
    }
}
