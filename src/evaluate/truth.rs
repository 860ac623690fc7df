//! The incident log, made ready for matching.

use super::Labels;
use crate::dataset::{DataSet, pattern_of};
use crate::model::{Incident, Instant, Interval, Span, Window};
use crate::pipeline::{MatchSpec, Outcome};
use regex::Regex;
use std::collections::{BTreeSet, HashMap};

/// An incident with what follows from it and from the data set.
#[derive(Clone)]
pub struct TrueIncident<'a> {
    pub incident: &'a Incident,
    /// Where a record hits it: `[started_at − slack, min(resolved_at, started_at + match_cap))`; still open: the data's end.
    pub interval: Interval,
    patterns: Vec<Regex>,
    /// Not wholly outside the data set's span.
    pub evaluable: bool,
    /// At or above the data set's `actionable`.
    pub actionable: bool,
    /// Index of the deploy that caused it, if the log names one that the data set holds.
    pub guilty: Option<usize>,
    /// An evaluated window could have hit it.
    pub reachable: bool,
}

impl<'a> TrueIncident<'a> {
    /// The same incident under another record of it, which differs in what it names as the cause; `guilty` is that deploy's index.
    #[must_use]
    pub fn relabelled<'b>(self, incident: &'b Incident, guilty: Option<usize>, windows: &[&Window]) -> TrueIncident<'b>
    where
        'a: 'b,
    {
        let mut truth = TrueIncident { incident, guilty, ..self };
        truth.reachable = truth.is_reachable(windows);
        truth
    }

    /// The same incident as if the log did not hold it.
    #[must_use]
    pub fn dropped(self) -> Self {
        Self { evaluable: false, reachable: false, guilty: None, ..self }
    }

    /// Whether an evaluated window could have hit it: of a service it touches and, where it names a deploy, of that deploy.
    fn is_reachable(&self, windows: &[&Window]) -> bool {
        let names_deploy = self.incident.guilty_deploy().is_some();
        let could_hit = |w: &&Window| {
            (!names_deploy || self.guilty == Some(w.deploy))
                && self.touches(&w.service)
                && w.window.intersects(self.interval)
        };
        self.evaluable && windows.iter().any(could_hit)
    }

    /// Whether it counts in end-to-end recall and in `misses`: actionable, inside the data, caused by a deploy that is named
    /// (even by one that the data set does not hold).
    #[must_use]
    pub fn is_expected_to_be_acted_on(&self) -> bool {
        self.evaluable && self.actionable && self.incident.guilty_deploy().is_some()
    }

    /// Whether an incident touches this service (an empty list: every one).
    #[must_use]
    pub fn touches(&self, service: &str) -> bool {
        self.incident.services.is_empty() || self.incident.services.iter().any(|s| s == service)
    }

    /// Whether its patterns, if it names any, match one of the texts.
    pub fn matches<'t>(&self, mut texts: impl Iterator<Item = &'t str>) -> bool {
        self.patterns.is_empty() || texts.any(|text| self.patterns.iter().any(|pattern| pattern.is_match(text)))
    }

    /// Its resolution; the data's end while open.
    #[must_use]
    pub fn end(&self, data: &DataSet) -> Instant {
        self.incident.resolved_at.unwrap_or(data.span.end)
    }

    /// From its start to its resolution (the data's end while open), at most `cap`.
    #[must_use]
    pub fn length(&self, data: &DataSet, cap: Span) -> Span {
        (self.end(data) - self.incident.started_at).clamp(Span::ZERO, cap)
    }
}

/// What is known to be true.
pub struct Truth<'a> {
    /// In the data set's order.
    pub incidents: Vec<TrueIncident<'a>>,
    /// `None`: there is no incident log.
    pub labels: Option<Labels>,
}

impl<'a> Truth<'a> {
    /// Reads the incident log against the windows that were evaluated.
    #[must_use]
    pub fn new(data: &'a DataSet, spec: &MatchSpec, outcomes: &[Outcome]) -> Self {
        let deploys: HashMap<&str, usize> = data.deploys.iter().enumerate().map(|(i, d)| (d.id.as_str(), i)).collect();
        let windows: Vec<&Window> = outcomes.iter().map(|o| &o.window).collect();
        let incidents = data.incidents.iter().flatten().map(|incident| {
            let guilty = incident.guilty_deploy().and_then(|id| deploys.get(id).copied());
            let mut truth = TrueIncident {
                incident,
                interval: interval(data, spec, incident),
                patterns: incident.signatures.iter().filter_map(|p| pattern_of(p).ok()).collect(),
                evaluable: lies_in_data(data, incident),
                actionable: incident.severity >= data.manifest.actionable,
                guilty,
                reachable: false,
            };
            truth.reachable = truth.is_reachable(&windows);
            truth
        });
        Self { incidents: incidents.collect(), labels: data.incidents.as_ref().map(|_| data.manifest.incidents) }
    }

    /// Indices of the deploys that caused an incident.
    #[must_use]
    pub fn guilty_deploys(&self) -> BTreeSet<usize> {
        self.incidents.iter().filter_map(|incident| incident.guilty).collect()
    }

    /// Whether an alarm hits an incident, as far as the log can tell: what hits nothing is false when the log is complete, and
    /// unlabelled (`None`) when it is not.
    #[must_use]
    pub fn says(&self, hits: bool) -> Option<bool> {
        (hits || self.labels == Some(Labels::Complete)).then_some(hits)
    }
}

fn interval(data: &DataSet, spec: &MatchSpec, incident: &Incident) -> Interval {
    let end = incident.resolved_at.unwrap_or(data.span.end).min(incident.started_at + spec.match_cap);
    Interval::new(incident.started_at - spec.slack, end)
}

fn lies_in_data(data: &DataSet, incident: &Incident) -> bool {
    let at_least = Instant::from_micros(incident.started_at.micros() + 1);
    let end = incident.resolved_at.unwrap_or(data.span.end).max(at_least);
    Interval::new(incident.started_at, end).intersects(data.span)
}
