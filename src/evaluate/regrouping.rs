//! What another normalizer does to the same records: which signatures split, which merge, and which alerts and cases change.

mod rows;

use super::{Assessment, Judged};
use crate::dataset::DataSet;
use crate::model::{Action, Alert, Window};
use crate::normalize::Drift;
use crate::series::{Fits, Observed};
use rows::{Component, Rows};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Two groupings of the same records, each read under its last fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regrouping {
    pub schema_version: u32,
    /// Names of the two normalizers.
    pub a: String,
    pub b: String,
    /// Signatures of all records at or above the pipeline's severity.
    pub signatures: Pair,
    /// How far the two agree on distinct messages; of a model asked twice, how far it drifted.
    pub agreement: Option<Drift>,
    /// Signatures that are the same set of records under both, and those records.
    pub unchanged: Unchanged,
    /// Sets of signatures that share records and are not the same on both sides; most records first.
    pub changes: Vec<Regrouped>,
    pub alerts: Pair,
    pub cases: Pair,
    /// Cases that only one of the two makes.
    pub case_changes: Vec<CaseChange>,
}

/// One number under a and under b.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pair {
    pub a: u64,
    pub b: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unchanged {
    pub signatures: u64,
    pub records: u64,
}

/// What b does to signatures of a.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Several of a are one of b.
    Merged,
    /// One of a is several of b.
    Split,
    /// Several of a are several others of b.
    Rearranged,
}

/// Signatures of a and of b that share records, directly or through others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regrouped {
    pub change: Change,
    pub records: u64,
    pub services: Vec<String>,
    /// Most records first.
    pub a: Vec<Side>,
    pub b: Vec<Side>,
    /// Alerts on these signatures, over all windows.
    pub alerts: Pair,
    /// Of them, those that hit an incident.
    pub hits: Pair,
    /// Windows with such an alert under only one of the two.
    pub windows: Vec<WindowChange>,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    pub signature: String,
    pub records: u64,
    /// The first raw message.
    pub example: String,
    /// Distinct exception types, absent ones not counted.
    pub exception_types: u64,
}

/// A window in which a changed signature alerts under one grouping and not under the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WindowChange {
    pub deploy: String,
    pub service: String,
    pub under: Under,
    /// Incidents that the alert hits, by id.
    pub hits: Vec<String>,
}

/// A case under one grouping and not under the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseChange {
    pub deploy: String,
    pub service: String,
    pub under: Under,
    /// Incidents that it hits, by id.
    pub hits: Vec<String>,
    pub action: Action,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Under {
    A,
    B,
}

/// A grouping, and what a pipeline made of it.
#[derive(Clone, Copy)]
pub struct Grouped<'a> {
    /// Of the normalizer.
    pub name: &'a str,
    pub fits: &'a Fits<'a>,
    pub assessment: &'a Assessment<'a>,
}

/// Compares two groupings of one data set under pipelines that are otherwise the same.
#[must_use]
pub fn regrouping(data: &DataSet, a: Grouped, b: Grouped) -> Regrouping {
    let rows = Rows::of(a.fits.last(), b.fits.last());
    let (components, component_of) = rows.components();
    let signatures = Pair {
        a: components.iter().map(|component| component.a.len() as u64).sum(),
        b: components.iter().map(|component| component.b.len() as u64).sum(),
    };
    let mut unchanged = Unchanged::default();
    let mut changes = Vec::new();
    let mut place: Vec<Option<usize>> = Vec::with_capacity(components.len());
    for component in components {
        let Some(change) = component.change() else {
            unchanged.signatures += 1;
            unchanged.records += component.records;
            place.push(None);
            continue;
        };
        place.push(Some(changes.len()));
        changes.push(Regrouped::new(change, component));
    }
    let place = |row: usize| component_of[row].and_then(|component| place[component]);
    add_alerts(data, &mut changes, &alerts(a, &place), &alerts(b, &place));
    changes.sort_by(|x, y| y.records.cmp(&x.records).then_with(|| x.a[0].signature.cmp(&y.a[0].signature)));
    let passed = |of: Grouped| of.assessment.evaluation.funnel.alerts;
    let cases = |of: Grouped| of.assessment.evaluation.funnel.cases;
    Regrouping {
        schema_version: 1,
        a: a.name.to_owned(),
        b: b.name.to_owned(),
        signatures,
        agreement: rows.agreement(),
        unchanged,
        changes,
        alerts: Pair { a: passed(a), b: passed(b) },
        cases: Pair { a: cases(a), b: cases(b) },
        case_changes: case_changes(data, a, b),
    }
}

impl Regrouped {
    fn new(change: Change, component: Component) -> Self {
        let Component { a, b, records, services } = component;
        let (alerts, hits) = (Pair::default(), Pair::default());
        Self { change, records, services, a, b, alerts, hits, windows: Vec::new() }
    }
}

/// Alerts that passed the gate on changed signatures, by (changed set, deploy, service).
type Alerts = BTreeMap<(usize, usize, String), Found>;

#[derive(Default)]
struct Found {
    alerts: u64,
    /// Of them, those that hit an incident.
    hits: u64,
    incidents: BTreeSet<String>,
}

fn alerts(of: Grouped, place: &impl Fn(usize) -> Option<usize>) -> Alerts {
    let mut all = Alerts::new();
    for judged in &of.assessment.judged {
        let window = &judged.outcome.window;
        for (alert, hits) in judged.outcome.alerts.iter().zip(&judged.hits).filter(|(alert, _)| !alert.gated) {
            let Some(index) = first_row(of.fits, window, alert).and_then(place) else { continue };
            let found = all.entry((index, window.deploy, window.service.clone())).or_default();
            found.alerts += 1;
            found.hits += u64::from(!hits.is_empty());
            found.incidents.extend(hits.iter().map(|&hit| incident(of, hit)));
        }
    }
    all
}

/// The first record that an alert counted.
fn first_row(fits: &Fits, window: &Window, alert: &Alert) -> Option<usize> {
    let series = fits.of(window);
    let group = series.find(&window.service, &alert.detection.signature)?;
    series.rows(group, Observed { interval: window.window, by: window.decided_at }).next()
}

fn incident(of: Grouped, index: usize) -> String {
    of.assessment.truth.incidents[index].incident.id.clone()
}

fn add_alerts(data: &DataSet, changes: &mut [Regrouped], a: &Alerts, b: &Alerts) {
    for (under, these, others) in [(Under::A, a, b), (Under::B, b, a)] {
        for (key, found) in these {
            let (index, deploy, service) = key;
            let change = &mut changes[*index];
            *under.of(&mut change.alerts) += found.alerts;
            *under.of(&mut change.hits) += found.hits;
            if !others.contains_key(key) {
                let hits = found.incidents.iter().cloned().collect();
                let deploy = data.deploys[*deploy].id.clone();
                change.windows.push(WindowChange { deploy, service: service.clone(), under, hits });
            }
        }
    }
}

impl Under {
    fn of(self, pair: &mut Pair) -> &mut u64 {
        match self {
            Self::A => &mut pair.a,
            Self::B => &mut pair.b,
        }
    }
}

fn case_changes(data: &DataSet, a: Grouped, b: Grouped) -> Vec<CaseChange> {
    let key = |judged: &Judged| (judged.outcome.window.deploy, judged.outcome.window.service.clone());
    let with_case = |of: Grouped| -> BTreeSet<(usize, String)> {
        of.assessment.judged.iter().filter(|j| j.case().is_some()).map(key).collect()
    };
    let (in_a, in_b) = (with_case(a), with_case(b));
    let changed = |of: Grouped, under: Under, other: &BTreeSet<(usize, String)>| -> Vec<CaseChange> {
        let only = of.assessment.judged.iter().filter(|j| j.case().is_some() && !other.contains(&key(j)));
        only.map(|judged| case_change(data, of, judged, under)).collect()
    };
    let mut changes = changed(a, Under::A, &in_b);
    changes.extend(changed(b, Under::B, &in_a));
    changes
}

fn case_change(data: &DataSet, of: Grouped, judged: &Judged, under: Under) -> CaseChange {
    let window = &judged.outcome.window;
    CaseChange {
        deploy: data.deploys[window.deploy].id.clone(),
        service: window.service.clone(),
        under,
        hits: judged.all.iter().map(|&hit| incident(of, hit)).collect(),
        action: judged.action(),
    }
}
