use crate::dataset::DataSet;
use crate::evaluate::SEED;
use crate::evaluate::costs::Costs;
use crate::evaluate::judged::{Judged, Label};
use crate::evaluate::quantities::saved_minutes;
use crate::evaluate::truth::Truth;
use crate::evaluate::units::day_of;
use crate::model::{Action, Instant};
use crate::stats::{break_even_precision, statistic_bounds};
use serde::Serialize;
use std::collections::BTreeMap;

const LEVEL: f64 = 0.95;
const REPLICATES: usize = 2000;

/// The share of right ones among the cases acted on above which acting pays:
/// `π* = (cost of a false action + cost of an attempt) / (harm that a right one saves + cost of a false action)`, each the average of
/// this run (statistics.md §9, “Cost per day”). Above 1: acting never pays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BreakEven {
    pub precision: f64,
    /// 95 %, whole days drawn anew under the price list as it is; `None` with fewer than 10 days on which anything was acted on.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Days with an action.
    pub days: u64,
}

/// Of one day: harm saved, right actions, cost of wrong rollbacks, false actions, tokens and review of actions, actions.
type Day = [f64; 6];

impl BreakEven {
    /// `acted`: incidents rightly acted on, with the first decision. `None` where there are none.
    #[must_use]
    pub fn of(
        data: &DataSet,
        costs: &Costs,
        truth: &Truth,
        judged: &[Judged],
        acted: &[(usize, Instant)],
    ) -> Option<Self> {
        let mut days: BTreeMap<i64, Day> = BTreeMap::new();
        let day = |deploy: usize| day_of(data.deploys[deploy].deployed_at);
        for one in judged.iter().filter(|one| one.action().changes_production()) {
            let deploy = one.outcome.window.deploy;
            let wrong = one.label.is_not_caused();
            let undone = wrong && one.action() == Action::Rollback;
            let sums = days.entry(day(deploy)).or_default();
            sums[1] += f64::from(u8::from(one.label == Label::Caused && one.actionable));
            sums[2] += if undone { costs.wrong_rollback(data, truth, deploy) } else { 0.0 };
            sums[3] += f64::from(u8::from(wrong));
            sums[4] += one.case().map_or(0.0, |case| costs.of_case(case));
            sums[5] += 1.0;
        }
        for &(index, at) in acted {
            let incident = &truth.incidents[index];
            let harm = costs.harm_rate(incident.incident.severity) * saved_minutes(data, incident, at);
            if let Some(deploy) = incident.guilty {
                days.entry(day(deploy)).or_default()[0] += harm;
            }
        }
        let days: Vec<Day> = days.into_values().collect();
        let total = days.iter().fold([0.0; 6], |sum, day| std::array::from_fn(|i| sum[i] + day[i]));
        let bounds = statistic_bounds(&days, precision, LEVEL, REPLICATES, SEED);
        Some(Self {
            precision: precision(total)?,
            low: bounds.map(|bounds| bounds.low),
            high: bounds.map(|bounds| bounds.high),
            days: days.len() as u64,
        })
    }
}

/// `None` without a right action.
fn precision([saved, right, undone, wrong, effort, actions]: Day) -> Option<f64> {
    let per = |sum: f64, n: f64| (n > 0.0).then(|| sum / n);
    break_even_precision(per(saved, right)?, per(undone, wrong).unwrap_or(0.0), per(effort, actions)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Two right actions save 100 each; one of two false ones was a rollback of 60; four actions took 5 each.
        let found = precision([200.0, 2.0, 60.0, 2.0, 20.0, 4.0]).unwrap();
        assert!((found - (30.0 + 5.0) / (100.0 + 30.0)).abs() < 1e-12);
        assert_eq!(precision([0.0, 0.0, 60.0, 2.0, 20.0, 4.0]), None);
        // Without a false action nothing is known of their cost: what is acted on must pay for the attempt.
        assert!((precision([200.0, 2.0, 0.0, 0.0, 20.0, 4.0]).unwrap() - 0.05).abs() < 1e-12);
    }
}
