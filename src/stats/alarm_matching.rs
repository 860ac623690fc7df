//! Alarms matched to incidents by service and time (statistics.md §9).

use super::assignment::{Edge, assign};
use std::collections::{BTreeMap, BTreeSet};

/// An alarm of a service. Times are in any unit, the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm<S> {
    pub service: S,
    pub time: i64,
}

/// An incident of a service; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidentSpan<S> {
    pub service: S,
    pub start: i64,
    pub end: i64,
}

/// How far outside an incident an alarm may be: an alarm at `t` may match iff `start − before ≤ t ≤ end + after`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatchTolerance {
    pub before: i64,
    pub after: i64,
}

/// An alarm that is taken to have detected an incident; indices into what was given, `delay = time − start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedPair {
    pub alarm: usize,
    pub incident: usize,
    pub delay: i64,
}

/// How alarms and incidents match: one-to-one, and each as if it were alone (`any`).
///
/// Shares are `None` where there is nothing to divide by: precision without alarms, recall without incidents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmMatching {
    /// Alarms given.
    pub alarms: u64,
    /// Incidents given.
    pub incidents: u64,
    /// Pairs of an alarm and an incident that may match.
    pub edges: u64,
    /// The one-to-one matching: as many pairs as possible, then the least total |delay|; in the order of the incidents.
    pub pairs: Vec<MatchedPair>,
    /// Pairs of the greedy rule: each incident, by start then index, takes its earliest alarm that is still free. It can
    /// lose pairs, and stands here to show how many.
    pub greedy: u64,
    /// Alarms that may match at least one incident.
    pub matchable_alarms: u64,
    /// Time from start to the earliest alarm that may match, for each incident; negative before the start, `None`: missed.
    pub first_delays: Vec<Option<i64>>,
}

impl AlarmMatching {
    #[must_use]
    pub fn of<S: Ord>(alarms: &[Alarm<S>], incidents: &[IncidentSpan<S>], tolerance: MatchTolerance) -> Self {
        let candidates = candidates(alarms, incidents, tolerance);
        let rows: Vec<Vec<Edge>> =
            candidates.iter().zip(incidents).map(|(row, incident)| edges(row, incident)).collect();
        let pair = |(incident, alarm): (usize, Option<usize>)| {
            let alarm = alarm?;
            Some(MatchedPair { alarm, incident, delay: delay(alarms[alarm].time, incidents[incident].start) })
        };
        let first =
            |(row, incident): (&Vec<Candidate>, &IncidentSpan<S>)| Some(delay(row.first()?.time, incident.start));
        Self {
            alarms: alarms.len() as u64,
            incidents: incidents.len() as u64,
            edges: rows.iter().map(|row| row.len() as u64).sum(),
            pairs: assign(&rows).into_iter().enumerate().filter_map(pair).collect(),
            greedy: greedy(&candidates, incidents),
            matchable_alarms: candidates.iter().flatten().map(|c| c.alarm).collect::<BTreeSet<_>>().len() as u64,
            first_delays: candidates.iter().zip(incidents).map(first).collect(),
        }
    }

    /// Sum of |delay| over the pairs.
    #[must_use]
    pub fn total_delay(&self) -> u128 {
        self.pairs.iter().map(|pair| u128::from(pair.delay.unsigned_abs())).sum()
    }

    /// Pairs ÷ alarms.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        share(self.pairs.len() as u64, self.alarms)
    }

    /// Pairs ÷ incidents.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        share(self.pairs.len() as u64, self.incidents)
    }

    /// Alarms that may match an incident ÷ alarms.
    #[must_use]
    pub fn precision_any(&self) -> Option<f64> {
        share(self.matchable_alarms, self.alarms)
    }

    /// Incidents that an alarm may match ÷ incidents.
    #[must_use]
    pub fn recall_any(&self) -> Option<f64> {
        share(self.incidents - self.missed(), self.incidents)
    }

    /// Alarms that may match an incident but are in no pair: not false.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.matchable_alarms - self.pairs.len() as u64
    }

    /// Alarms that may match no incident.
    #[must_use]
    pub const fn false_alarms(&self) -> u64 {
        self.alarms - self.matchable_alarms
    }

    /// Incidents that no alarm may match.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.first_delays.iter().filter(|delay| delay.is_none()).count() as u64
    }

    /// Pairs whose alarm came after people knew: detected, but of no use. `known[i]` is the time from the start of incident
    /// `i` to its acknowledgement by a person, if there was one.
    #[must_use]
    pub fn late(&self, known: &[Option<i64>]) -> u64 {
        let late = |pair: &&MatchedPair| known.get(pair.incident).copied().flatten().is_some_and(|at| pair.delay > at);
        self.pairs.iter().filter(late).count() as u64
    }
}

/// An alarm that may match an incident.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    time: i64,
    alarm: usize,
}

/// The alarms that may match each incident, by time then index.
fn candidates<S: Ord>(
    alarms: &[Alarm<S>],
    incidents: &[IncidentSpan<S>],
    tolerance: MatchTolerance,
) -> Vec<Vec<Candidate>> {
    let mut of_service: BTreeMap<&S, Vec<Candidate>> = BTreeMap::new();
    for (alarm, given) in alarms.iter().enumerate() {
        of_service.entry(&given.service).or_default().push(Candidate { time: given.time, alarm });
    }
    for list in of_service.values_mut() {
        list.sort_unstable();
    }
    let of = |incident: &IncidentSpan<S>| {
        let list = of_service.get(&incident.service)?;
        let first = incident.start.saturating_sub(tolerance.before);
        let last = incident.end.saturating_add(tolerance.after);
        let from = list.partition_point(|candidate| candidate.time < first);
        let past = list.partition_point(|candidate| candidate.time <= last);
        Some(list.get(from..past)?.to_vec())
    };
    incidents.iter().map(|incident| of(incident).unwrap_or_default()).collect()
}

fn edges<S>(candidates: &[Candidate], incident: &IncidentSpan<S>) -> Vec<Edge> {
    let edge = |c: &Candidate| Edge { column: c.alarm, cost: delay(c.time, incident.start).unsigned_abs() };
    candidates.iter().map(edge).collect()
}

fn greedy<S>(candidates: &[Vec<Candidate>], incidents: &[IncidentSpan<S>]) -> u64 {
    let mut order: Vec<usize> = (0..incidents.len()).collect();
    order.sort_by_key(|&incident| incidents[incident].start);
    let mut taken = BTreeSet::new();
    for incident in order {
        if let Some(free) = candidates[incident].iter().find(|candidate| !taken.contains(&candidate.alarm)) {
            taken.insert(free.alarm);
        }
    }
    taken.len() as u64
}

const fn delay(time: i64, start: i64) -> i64 {
    time.saturating_sub(start)
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matching(alarms: &[i64], incidents: &[(i64, i64)], before: i64) -> AlarmMatching {
        let alarms: Vec<_> = alarms.iter().map(|&time| Alarm { service: "a", time }).collect();
        let incidents: Vec<_> =
            incidents.iter().map(|&(start, end)| IncidentSpan { service: "a", start, end }).collect();
        AlarmMatching::of(&alarms, &incidents, MatchTolerance { before, after: 0 })
    }

    #[test]
    fn nothing_to_divide_by() {
        let empty = matching(&[], &[], 0);
        assert_eq!(
            (empty.precision(), empty.recall(), empty.precision_any(), empty.recall_any()),
            (None, None, None, None)
        );
        assert_eq!(matching(&[1], &[], 0).false_alarms(), 1);
        assert_eq!(matching(&[], &[(0, 1)], 0).missed(), 1);
    }

    #[test]
    fn limits_of_time_and_reversed_incidents() {
        assert_eq!(matching(&[i64::MIN, i64::MAX], &[(i64::MIN, i64::MAX)], i64::MAX).edges, 2);
        assert_eq!(matching(&[5], &[(9, 1)], 0).edges, 0);
    }

    #[test]
    fn an_alarm_before_the_start_counts_by_its_distance() {
        // −3 and +4 may both match: the nearer is taken, and the other is a duplicate.
        let got = matching(&[7, 14], &[(10, 20)], 5);
        assert_eq!(got.pairs, [MatchedPair { alarm: 0, incident: 0, delay: -3 }]);
        assert_eq!((got.duplicates(), got.total_delay(), got.first_delays[0]), (1, 3, Some(-3)));
    }

    #[test]
    fn late_is_after_the_acknowledgement() {
        let got = matching(&[5, 25, 45], &[(0, 9), (20, 29), (40, 49)], 0);
        assert_eq!(got.late(&[Some(5), Some(4), None]), 1);
        assert_eq!(got.late(&[]), 0);
    }

    proptest! {
        #[test]
        fn counts_add_up(alarms in prop::collection::vec(0..60i64, 0..12), incidents in prop::collection::vec((0..60i64, 0..15i64), 0..8)) {
            let spans: Vec<(i64, i64)> = incidents.iter().map(|(start, length)| (*start, start + length)).collect();
            let got = matching(&alarms, &spans, 2);
            let pairs = got.pairs.len() as u64;
            prop_assert!(got.greedy <= pairs && pairs <= got.matchable_alarms && pairs <= got.incidents - got.missed());
            prop_assert!(2 * got.greedy >= pairs); // a maximal matching has at least half the pairs of the largest
            prop_assert_eq!(pairs + got.duplicates() + got.false_alarms(), got.alarms);
            for pair in &got.pairs {
                let (start, end) = spans[pair.incident];
                prop_assert!(start - 2 <= alarms[pair.alarm] && alarms[pair.alarm] <= end);
            }
        }
    }
}
