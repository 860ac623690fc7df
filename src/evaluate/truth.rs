//! The incident log, made ready for matching.

use super::Labels;
use crate::dataset::{DataSet, pattern_of};
use crate::model::{Incident, Instant, Interval, Span};
use crate::pipeline::{MatchSpec, Outcome};
use regex::Regex;
use std::collections::HashMap;

/// An incident with what follows from it and from the data set.
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

impl TrueIncident<'_> {
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
            let names_deploy = incident.guilty_deploy().is_some();
            truth.reachable = truth.evaluable
                && outcomes.iter().any(|o| {
                    (!names_deploy || guilty == Some(o.window.deploy))
                        && truth.touches(&o.window.service)
                        && o.window.window.intersects(truth.interval)
                });
            truth
        });
        Self { incidents: incidents.collect(), labels: data.incidents.as_ref().map(|_| data.manifest.incidents) }
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
