//! What each trial did, unit by unit, under one incident log.

use super::amounts::{Amounts, Unit};
use super::ground::{Ground, GroundIncident};
use super::objective::Metric;
use super::record::{DecidedCase, Record};
use crate::evaluate::{Label, Labels};
use crate::model::{Action, Instant, Span, VerdictKind};
use crate::stats::{Estimate, median};

/// The units of a data set, and how a record's cases are judged by the incident log and put into them.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Rising in time.
    pub units: Vec<Unit>,
    ground: Ground,
    unit_of_deploy: Vec<Option<u32>>,
    unit_of_incident: Vec<Option<u32>>,
    /// By deploy: whether it caused an incident.
    guilty: Vec<bool>,
}

/// What is summed up of one record: by unit, and by incident.
#[derive(Clone, Debug)]
pub struct Scratch {
    sums: Vec<Amounts>,
    touched: Vec<bool>,
    detected: Vec<bool>,
    unreachable: Vec<bool>,
    /// The first right action on each incident.
    answered_at: Vec<Option<Instant>>,
}

impl Scratch {
    #[must_use]
    pub fn of(sheet: &Sheet) -> Self {
        let (units, incidents) = (sheet.units.len(), sheet.ground.incidents.len());
        Self {
            sums: vec![Amounts::default(); units],
            touched: vec![false; units],
            detected: vec![false; incidents],
            unreachable: vec![false; incidents],
            answered_at: vec![None; incidents],
        }
    }

    fn clear(&mut self) {
        self.sums.fill(Amounts::default());
        self.touched.fill(false);
        self.detected.fill(false);
        self.unreachable.fill(false);
        self.answered_at.fill(None);
    }

    fn add(&mut self, unit: Option<u32>, amounts: Amounts) {
        if let Some(unit) = unit {
            self.sums[unit as usize] += amounts;
            self.touched[unit as usize] = true;
        }
    }
}

impl Sheet {
    /// A deploy with the incidents that it caused is a unit; so is every other incident inside the data. Deploys of other environments are
    /// none, unless they caused an incident.
    #[must_use]
    pub fn of(ground: &Ground) -> Self {
        let guilty = guilty_deploys(ground);
        let counted =
            (0..).zip(&ground.deploys).filter(|(index, deploy)| deploy.of_environment || guilty[*index as usize]);
        let mut units: Vec<Unit> =
            counted.map(|(index, deploy)| Unit { at: deploy.at, deploy: Some(index), incidents: Vec::new() }).collect();
        let evaluable = || (0..).zip(&ground.incidents).filter(|(_, incident)| incident.evaluable);
        let alone = evaluable().filter(|(_, incident)| incident.guilty.is_none());
        units.extend(alone.map(|(index, i)| Unit { at: i.started_at, deploy: None, incidents: vec![index] }));
        units.sort_by_key(|unit| unit.at);
        let mut unit_of_deploy = vec![None; ground.deploys.len()];
        for (index, unit) in (0..).zip(&units) {
            if let Some(deploy) = unit.deploy {
                unit_of_deploy[deploy as usize] = Some(index);
            }
        }
        for (index, incident) in evaluable() {
            let own = incident.guilty.and_then(|deploy| unit_of_deploy[deploy as usize]);
            if let Some(unit) = own {
                units[unit as usize].incidents.push(index);
            }
        }
        let mut unit_of_incident = vec![None; ground.incidents.len()];
        for (index, unit) in (0..).zip(&units) {
            unit.incidents.iter().for_each(|&incident| unit_of_incident[incident as usize] = Some(index));
        }
        Self { units, ground: ground.clone(), unit_of_deploy, unit_of_incident, guilty }
    }

    /// The same units under another record of the incidents, in the same order.
    #[must_use]
    pub fn relabelled(&self, incidents: Vec<GroundIncident>) -> Self {
        let ground = Ground { incidents, ..self.ground.clone() };
        Self { guilty: guilty_deploys(&ground), ground, ..self.clone() }
    }

    #[must_use]
    pub const fn ground(&self) -> &Ground {
        &self.ground
    }

    /// What a trial did, by unit, rising; units in which it did nothing and nothing was expected of it are left out. Expected incidents
    /// that it missed are in it. Tokens of a normalizer, which belong to no unit, are spread evenly over all.
    #[must_use]
    pub fn amounts(&self, record: &Record) -> Vec<(usize, Amounts)> {
        self.amounts_in(record, &mut Scratch::of(self))
    }

    /// The same in memory that is there already.
    pub fn amounts_in(&self, record: &Record, scratch: &mut Scratch) -> Vec<(usize, Amounts)> {
        self.fill(record, scratch);
        let Scratch { sums, touched, .. } = scratch;
        sums.iter()
            .zip(touched)
            .enumerate()
            .filter(|(_, (_, touched))| **touched)
            .map(|(u, (sum, _))| (u, *sum))
            .collect()
    }

    /// Over all units.
    #[must_use]
    pub fn total(&self, record: &Record) -> Amounts {
        self.amounts(record).into_iter().fold(Amounts::default(), |sum, (_, amounts)| sum + amounts)
    }

    /// A metric of summed amounts over so many days; `None` where it is undefined, cannot be known from this incident log, or does not
    /// follow from sums (`act_minutes`).
    #[must_use]
    pub fn metric(&self, metric: Metric, sum: &Amounts, days: f64) -> Option<f64> {
        let (a, b) = metric.parts(sum);
        metric.value(a, b, days).filter(|_| metric.is_known(self.ground.labels))
    }

    /// A ratio with its counts and interval; undefined for what is no ratio.
    #[must_use]
    pub fn estimate(&self, metric: Metric, sum: &Amounts) -> Estimate {
        let count = |x: f64| x.round() as u64;
        let bounded = |right: f64, all: f64, open: f64| Estimate::bounded(count(right), count(all), count(open), true);
        match (self.ground.labels, metric) {
            (None, _) => Estimate::undefined(),
            (_, Metric::EndToEndPrecision) => {
                bounded(sum.right_actions, sum.right_actions + sum.false_actions, sum.open_actions)
            }
            (_, Metric::TriagePrecision) => bounded(sum.blamed_rightly, sum.blamed, sum.blamed_open),
            (Some(Labels::Complete), Metric::CasePrecision) => bounded(sum.hitting_cases, sum.cases, 0.0),
            (Some(Labels::Partial), Metric::CasePrecision) => {
                let (hit, silent) = (count(sum.hitting_cases), count(sum.cases - sum.hitting_cases));
                Estimate::bounded(hit, hit, silent, false)
            }
            (_, Metric::EndToEndRecall) => bounded(sum.answered, sum.expected, 0.0),
            (_, Metric::DetectionRecall) => bounded(sum.detected, sum.reachable, 0.0),
            (_, Metric::Cost | Metric::FalseCost | Metric::Tokens | Metric::ActMinutes) => Estimate::undefined(),
        }
    }

    /// Minutes from the start of each expected incident that was rightly acted on to the first such action, at least 0, by unit.
    #[must_use]
    pub fn waits(&self, record: &Record) -> Vec<(usize, f64)> {
        self.waits_in(record, &mut Scratch::of(self))
    }

    /// The same in memory that is there already.
    pub fn waits_in(&self, record: &Record, scratch: &mut Scratch) -> Vec<(usize, f64)> {
        self.fill(record, scratch);
        let mut waits: Vec<(usize, f64)> = Vec::new();
        for (index, incident) in self.ground.incidents.iter().enumerate().filter(|(_, incident)| incident.is_expected())
        {
            if let (Some(at), Some(unit)) = (scratch.answered_at[index], self.unit_of_incident[index]) {
                waits.push((unit as usize, (at - incident.started_at).max(Span::ZERO).as_minutes()));
            }
        }
        waits.sort_by_key(|(unit, _)| *unit);
        waits
    }

    /// Their median; `None`: nothing was rightly acted on.
    #[must_use]
    pub fn act_minutes(&self, record: &Record) -> Option<f64> {
        median(&self.waits(record).into_iter().map(|(_, minutes)| minutes).collect::<Vec<f64>>())
    }

    fn fill(&self, record: &Record, scratch: &mut Scratch) {
        scratch.clear();
        self.spread_normalization(record, scratch);
        record.unreachable.iter().for_each(|&incident| scratch.unreachable[incident as usize] = true);
        for case in &record.cases {
            self.add_case(case, scratch);
        }
        self.add_incidents(scratch);
    }

    fn spread_normalization(&self, record: &Record, scratch: &mut Scratch) {
        let tokens = record.normalization;
        if tokens.total() == 0 || self.units.is_empty() {
            return;
        }
        let share = 1.0 / self.units.len() as f64;
        let running_usd = self.ground.costs.price(tokens) * share;
        let part = Amounts { running_usd, tokens: tokens.total() as f64 * share, ..Amounts::default() };
        (0..self.units.len()).for_each(|unit| scratch.add(Some(unit as u32), part));
    }

    fn add_case(&self, case: &DecidedCase, scratch: &mut Scratch) {
        let ground = &self.ground;
        let acting = case.action.changes_production();
        let (mut hit, mut own, mut own_actionable, mut all_open) = (false, false, false, true);
        for &index in &case.hits {
            let incident = &ground.incidents[index as usize];
            if !incident.evaluable {
                continue;
            }
            (hit, all_open) = (true, all_open && incident.cause_open);
            scratch.detected[index as usize] = true;
            if incident.guilty == Some(case.deploy) {
                (own, own_actionable) = (true, own_actionable || incident.actionable);
                if acting {
                    let first = &mut scratch.answered_at[index as usize];
                    *first = Some(first.map_or(case.decided_at, |at| at.min(case.decided_at)));
                }
            }
        }
        let label = self.label_of(case.deploy, own, hit, all_open);
        let amounts = self.case_amounts(case, label, own_actionable);
        scratch.add(self.unit_of_deploy[case.deploy as usize], Amounts { hitting_cases: flag(hit), ..amounts });
    }

    /// What the incident log says of a case; `own`: it hits an incident that its deploy caused, `hit`: any, `all_open`: none of those it
    /// hits has a known cause.
    fn label_of(&self, deploy: u32, own: bool, hit: bool, all_open: bool) -> Label {
        match (own, hit) {
            (true, _) => Label::Caused,
            (false, true) if all_open => Label::Unlabelled,
            (false, _) if self.guilty[deploy as usize] => Label::Coincidental,
            (false, false) if self.ground.labels != Some(Labels::Complete) => Label::Unlabelled,
            (false, _) => Label::NotCaused,
        }
    }

    /// What the incident log says of a case.
    #[must_use]
    pub fn label(&self, case: &DecidedCase) -> Label {
        let hits = || case.hits.iter().map(|&i| &self.ground.incidents[i as usize]).filter(|i| i.evaluable);
        let own = hits().any(|incident| incident.guilty == Some(case.deploy));
        self.label_of(case.deploy, own, hits().next().is_some(), hits().all(|incident| incident.cause_open))
    }

    fn case_amounts(&self, case: &DecidedCase, label: Label, actionable: bool) -> Amounts {
        let ground = &self.ground;
        let (wrong, acting) = (label.is_not_caused(), case.action.changes_production());
        let undone = wrong && case.action == Action::Rollback;
        let rollback = if undone { ground.wrong_rollback(&ground.deploys[case.deploy as usize]) } else { 0.0 };
        let usd = ground.costs.price(case.tokens) + ground.costs.review(case.review_minutes) + rollback;
        let blamed = case.verdict == VerdictKind::Caused;
        let open = label == Label::Unlabelled;
        Amounts {
            running_usd: usd,
            false_usd: if wrong { usd } else { 0.0 },
            tokens: case.tokens.total() as f64,
            cases: 1.0,
            blamed: flag(blamed && !open),
            blamed_rightly: flag(blamed && label == Label::Caused),
            blamed_open: flag(blamed && open),
            right_actions: flag(acting && label == Label::Caused && actionable),
            false_actions: flag(acting && wrong),
            open_actions: flag(acting && open),
            ..Amounts::default()
        }
    }

    fn add_incidents(&self, scratch: &mut Scratch) {
        for (index, incident) in self.ground.incidents.iter().enumerate().filter(|(_, incident)| incident.evaluable) {
            let reachable = !scratch.unreachable[index];
            let mut amounts = Amounts {
                reachable: flag(reachable),
                detected: flag(reachable && scratch.detected[index]),
                ..Amounts::default()
            };
            if incident.is_expected() {
                amounts.expected = 1.0;
                match scratch.answered_at[index] {
                    Some(at) => {
                        amounts.answered = 1.0;
                        amounts.undergone_usd = self.ground.undergone(incident, at);
                    }
                    None => amounts.missed_usd = self.ground.harm(incident),
                }
            }
            scratch.add(self.unit_of_incident[index], amounts);
        }
    }
}

fn guilty_deploys(ground: &Ground) -> Vec<bool> {
    let mut guilty = vec![false; ground.deploys.len()];
    ground.incidents.iter().filter_map(|incident| incident.guilty).for_each(|deploy| guilty[deploy as usize] = true);
    guilty
}

fn flag(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}
