//! `ground.json`: what comparing trials needs of the data set and of the price list, so that it needs neither.

use super::record::Record;
use crate::dataset::DataSet;
use crate::evaluate::{Costs, HARM_CAP, Labels, TrueIncident, Truth};
use crate::model::{Cause, IncidentSeverity, Instant, Interval, Span};
use crate::pipeline::MatchSpec;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is known to be true, and what things cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    pub data_set: String,
    pub data_set_hash: String,
    /// Version of the program that replayed it.
    pub version: String,
    /// `None`: there is no incident log.
    pub labels: Option<Labels>,
    pub span: Interval,
    /// Days that the data set covers.
    pub days: f64,
    pub costs: Costs,
    /// The records' services.
    pub services: Vec<String>,
    /// In the data set's order.
    pub deploys: Vec<GroundDeploy>,
    /// In the data set's order.
    pub incidents: Vec<GroundIncident>,
}

/// A deploy, as far as comparing needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundDeploy {
    pub id: String,
    pub at: Instant,
    pub services: Vec<String>,
    /// Whether it went to the data set's environment: others are not evaluated.
    pub of_environment: bool,
    /// Indices of the incidents that it repaired.
    pub fixes: Vec<u32>,
}

/// An incident, as far as comparing needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundIncident {
    pub id: String,
    pub started_at: Instant,
    /// Its resolution; the data's end while open.
    pub end: Instant,
    pub severity: IncidentSeverity,
    /// Empty: every service.
    pub services: Vec<String>,
    /// At or above the data set's `actionable`.
    pub actionable: bool,
    /// Not wholly outside the data set's span.
    pub evaluable: bool,
    /// Index of the deploy that caused it, if the log names one that the data set holds.
    pub guilty: Option<u32>,
    /// The log says that a deploy caused it and names that deploy, even one that the data set does not hold.
    pub names_deploy: bool,
    /// The log says that a deploy caused it.
    pub by_deploy: bool,
    /// The log leaves open who or what caused it.
    pub cause_open: bool,
}

impl Ground {
    /// Whether an incident was reachable is a trial's matter and not in it.
    #[must_use]
    pub fn of(data: &DataSet, costs: &Costs) -> Self {
        let truth = Truth::new(data, &MatchSpec::default(), &[]);
        let index: BTreeMap<&str, u32> =
            (0..).zip(&truth.incidents).map(|(i, t)| (t.incident.id.as_str(), i)).collect();
        let deploys = data.deploys.iter().map(|deploy| GroundDeploy {
            id: deploy.id.clone(),
            at: deploy.deployed_at,
            services: deploy.services.clone(),
            of_environment: data.is_of_environment(deploy),
            fixes: deploy
                .fixes
                .iter()
                .filter_map(|id| index.get(id.as_str()).copied())
                .collect::<BTreeSet<u32>>()
                .into_iter()
                .collect(),
        });
        Self {
            data_set: data.manifest.name.clone(),
            data_set_hash: data.hash().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            labels: truth.labels,
            span: data.span,
            days: days(data.span),
            costs: costs.clone(),
            services: data.records.services.iter().map(str::to_owned).collect(),
            deploys: deploys.collect(),
            incidents: truth.incidents.iter().map(|incident| GroundIncident::of(data, incident)).collect(),
        }
    }

    /// Whether every deploy, service and incident that a record names by its index is in it.
    #[must_use]
    pub fn holds(&self, record: &Record) -> bool {
        let below = |index: u32, length: usize| (index as usize) < length;
        let incident = |&index: &u32| below(index, self.incidents.len());
        record.unreachable.iter().all(incident)
            && record.cases.iter().all(|case| {
                below(case.deploy, self.deploys.len())
                    && below(case.service, self.services.len())
                    && case.hits.iter().all(incident)
            })
            && self
                .incidents
                .iter()
                .filter_map(|incident| incident.guilty)
                .all(|index| below(index, self.deploys.len()))
            && self.deploys.iter().flat_map(|deploy| &deploy.fixes).all(incident)
    }

    /// Whether the other's indices name the same deploys, services and incidents, and both say the same of them.
    #[must_use]
    pub fn is_of_same_data(&self, other: &Self) -> bool {
        (&self.services, &self.deploys, &self.incidents, self.labels, self.span)
            == (&other.services, &other.deploys, &other.incidents, other.labels, other.span)
    }

    /// `complete`, `partial` or `absent`.
    #[must_use]
    pub const fn labels_name(&self) -> &'static str {
        match self.labels {
            Some(Labels::Complete) => "complete",
            Some(Labels::Partial) => "partial",
            None => "absent",
        }
    }

    /// Harm that an incident did, or would do again, in US dollars: 24 hours at most.
    #[must_use]
    pub fn harm(&self, incident: &GroundIncident) -> f64 {
        self.harm_of(incident, incident.end)
    }

    /// Harm from an incident's start to a decision or its end, whichever comes first, in US dollars: 24 hours at most.
    #[must_use]
    pub fn undergone(&self, incident: &GroundIncident, decided_at: Instant) -> f64 {
        self.harm_of(incident, decided_at.min(incident.end))
    }

    fn harm_of(&self, incident: &GroundIncident, until: Instant) -> f64 {
        let minutes = (until - incident.started_at).clamp(Span::ZERO, HARM_CAP).as_minutes();
        self.costs.harm_rate(incident.severity) * minutes
    }

    /// What rolling a deploy back wrongly costs, in US dollars: a fixed sum and the harm of what the deploy had repaired.
    #[must_use]
    pub fn wrong_rollback(&self, deploy: &GroundDeploy) -> f64 {
        let brought_back = deploy.fixes.iter().map(|&i| self.harm(&self.incidents[i as usize]));
        brought_back.fold(self.costs.wrong_rollback.fixed_usd, |sum, harm| sum + harm)
    }
}

impl GroundIncident {
    fn of(data: &DataSet, truth: &TrueIncident) -> Self {
        let incident = truth.incident;
        Self {
            id: incident.id.clone(),
            started_at: incident.started_at,
            end: truth.end(data),
            severity: incident.severity,
            services: incident.services.clone(),
            actionable: truth.actionable,
            evaluable: truth.evaluable,
            guilty: truth.guilty.map(|deploy| deploy as u32),
            names_deploy: incident.guilty_deploy().is_some(),
            by_deploy: incident.cause == Cause::Deploy,
            cause_open: incident.cause_is_open(),
        }
    }

    /// Whether end-to-end recall counts it: actionable, inside the data, caused by a deploy that is named.
    #[must_use]
    pub const fn is_expected(&self) -> bool {
        self.evaluable && self.actionable && self.names_deploy
    }

    /// Whether it touches one of these services (an incident without services: every one).
    #[must_use]
    pub fn touches_any(&self, services: &[String]) -> bool {
        self.services.is_empty() || services.iter().any(|service| self.services.contains(service))
    }
}

/// Length in days.
pub fn days(span: Interval) -> f64 {
    span.span().as_minutes() / 1440.0
}
