//! Had every deploy that triage blamed been rolled back when it was blamed: minutes of harm saved and caused.

use super::SEED;
use super::costs::{Costs, HARM_CAP, add};
use super::judged::Judged;
use super::quantities::repaired;
use super::truth::{TrueIncident, Truth};
use super::units::day_of;
use crate::dataset::DataSet;
use crate::model::{Action, Instant, Resolution, Span, VerdictKind};
use crate::stats::{Difference, Estimate, break_even_precision, paired_total_difference};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const LEVEL: f64 = 0.95;
const REPLICATES: usize = 2000;

/// Blamed deploys, each rolled back at the first decision that blames it, against what really happened. A rollback is taken to end
/// the deploy's incidents at once; harm is counted for 24 hours at most.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RollbackCounterfactual {
    /// Deploys with a case that triage called `caused`; right + wrong + unlabelled.
    pub blamed: u64,
    /// The policy would have rolled back so many of them.
    pub by_policy: u64,
    pub right: RightRollbacks,
    pub wrong: WrongRollbacks,
    /// Of these the log does not say whether they caused anything.
    pub unlabelled: u64,
    /// Right ÷ right and wrong.
    pub precision: Estimate,
    /// The precision above which rolling back pays, with what these rollbacks saved and caused on average; above 1: never. `None`
    /// without a right one.
    pub break_even_precision: Option<f64>,
    /// Saved harm − (fixed sums + harm that came back), in US dollars.
    pub net_usd: f64,
    /// The same, resampled by day of the deploy.
    pub net: Option<Difference>,
}

/// Rollbacks of deploys that caused an incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RightRollbacks {
    pub deploys: u64,
    /// Of them, those blamed for errors that are no part of what they caused: right by luck.
    pub by_luck: u64,
    /// Incidents that they caused.
    pub incidents: u64,
    /// Of them, those that were over when the blame came.
    pub too_late: u64,
    /// Of them, those that people really ended by a rollback.
    pub rolled_back_by_people: u64,
    /// What the incidents really lasted.
    pub harm_minutes: f64,
    /// From the blame (or the start, if later) to their real end.
    pub saved_minutes: f64,
    pub saved_usd: f64,
}

/// Rollbacks of deploys that caused nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WrongRollbacks {
    pub deploys: u64,
    /// Incidents that they had repaired.
    pub brought_back: u64,
    pub caused_minutes: f64,
    pub caused_usd: f64,
    /// The price list's fixed sum for each.
    pub fixed_usd: f64,
}

/// What triage said of one deploy.
struct Blame {
    at: Instant,
    /// A case that it was blamed for hits an incident of its own.
    on_its_own: bool,
    unlabelled: bool,
}

/// `None` without an incident log.
#[must_use]
pub fn rollback_counterfactual(
    data: &DataSet,
    costs: &Costs,
    truth: &Truth,
    judged: &[Judged],
) -> Option<RollbackCounterfactual> {
    truth.labels?;
    let (mut right, mut wrong, mut unlabelled) = (RightRollbacks::default(), WrongRollbacks::default(), 0);
    let mut net_by_day: BTreeMap<i64, f64> = judged.iter().map(|j| (day(data, j.outcome.window.deploy), 0.0)).collect();
    for (deploy, blame) in blames(judged) {
        let own: Vec<&TrueIncident> =
            truth.incidents.iter().filter(|i| i.evaluable && i.guilty == Some(deploy)).collect();
        let net = match (own.is_empty(), blame.unlabelled) {
            (false, _) => right.add(data, costs, &blame, &own),
            (true, true) => {
                unlabelled += 1;
                0.0
            }
            (true, false) => -wrong.add(data, costs, truth, deploy),
        };
        *net_by_day.entry(day(data, deploy)).or_default() += net;
    }
    let by_policy = judged.iter().filter(|j| j.action() == Action::Rollback).map(|j| j.outcome.window.deploy);
    let nets: Vec<f64> = net_by_day.into_values().collect();
    Some(RollbackCounterfactual {
        blamed: right.deploys + wrong.deploys + unlabelled,
        by_policy: by_policy.collect::<BTreeSet<_>>().len() as u64,
        precision: Estimate::bounded(right.deploys, right.deploys + wrong.deploys, unlabelled, true),
        break_even_precision: break_even(costs, &right, &wrong),
        net_usd: add(nets.iter().copied()),
        net: paired_total_difference(&nets, &vec![0.0; nets.len()], LEVEL, REPLICATES, SEED),
        right,
        wrong,
        unlabelled,
    })
}

/// A wrong rollback costs what these cost on average; the fixed sum where there was none.
fn break_even(costs: &Costs, right: &RightRollbacks, wrong: &WrongRollbacks) -> Option<f64> {
    let saved = (right.deploys > 0).then(|| right.saved_usd / right.deploys as f64)?;
    let caused = match wrong.deploys {
        0 => costs.wrong_rollback.fixed_usd,
        n => (wrong.caused_usd + wrong.fixed_usd) / n as f64,
    };
    let charge = costs.charges.rollback;
    break_even_precision(saved, caused, costs.price(charge.tokens) + costs.review(charge.review_minutes))
}

fn day(data: &DataSet, deploy: usize) -> i64 {
    day_of(data.deploys[deploy].deployed_at)
}

/// Blamed deploys with the first blame.
fn blames(judged: &[Judged]) -> BTreeMap<usize, Blame> {
    let mut blames: BTreeMap<usize, Blame> = BTreeMap::new();
    for one in judged.iter().filter(|j| j.case().is_some_and(|c| c.verdict.kind == VerdictKind::Caused)) {
        let window = &one.outcome.window;
        let new = || Blame { at: window.decided_at, on_its_own: false, unlabelled: true };
        let blame = blames.entry(window.deploy).or_insert_with(new);
        blame.at = blame.at.min(window.decided_at);
        blame.on_its_own |= !one.own.is_empty();
        blame.unlabelled &= one.label.was_caused().is_none();
    }
    blames
}

impl RightRollbacks {
    /// US dollars saved.
    fn add(&mut self, data: &DataSet, costs: &Costs, blame: &Blame, own: &[&TrueIncident]) -> f64 {
        self.deploys += 1;
        self.by_luck += u64::from(!blame.on_its_own);
        let mut saved_usd = 0.0;
        for incident in own {
            let from = blame.at.max(incident.incident.started_at);
            let saved = (incident.end(data) - from).clamp(Span::ZERO, HARM_CAP).as_minutes();
            self.incidents += 1;
            self.too_late += u64::from(saved == 0.0);
            self.rolled_back_by_people += u64::from(rolled_back_by_people(data, incident));
            self.harm_minutes += incident.length(data, HARM_CAP).as_minutes();
            self.saved_minutes += saved;
            saved_usd += costs.harm_rate(incident.incident.severity) * saved;
        }
        self.saved_usd += saved_usd;
        saved_usd
    }
}

impl WrongRollbacks {
    /// US dollars lost.
    fn add(&mut self, data: &DataSet, costs: &Costs, truth: &Truth, deploy: usize) -> f64 {
        self.deploys += 1;
        self.fixed_usd += costs.wrong_rollback.fixed_usd;
        for incident in repaired(data, truth, deploy) {
            self.brought_back += 1;
            self.caused_minutes += incident.length(data, HARM_CAP).as_minutes();
            self.caused_usd += costs.harm_of(data, incident);
        }
        costs.wrong_rollback(data, truth, deploy)
    }
}

/// By the incident's own record, or by a deploy that rolls the guilty one back.
fn rolled_back_by_people(data: &DataSet, incident: &TrueIncident) -> bool {
    let guilty = incident.incident.guilty_deploy();
    incident.incident.resolution == Some(Resolution::Rollback)
        || data.deploys.iter().any(|d| d.rolls_back.is_some() && d.rolls_back.as_deref() == guilty)
}
