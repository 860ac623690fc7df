//! What a trial did in one unit, in amounts that add up.

use crate::model::Instant;
use std::ops::{Add, AddAssign};

/// What is drawn as a whole and lies in one block of time: a deploy with the incidents it caused, or an incident that no deploy of the
/// data set caused. Two trials are paired unit by unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The deploy's instant, or the incident's start.
    pub at: Instant,
    /// Index in the data set.
    pub deploy: Option<u32>,
    /// Indices in the data set's order.
    pub incidents: Vec<u32>,
}

/// What one trial did in some units. Amounts of several units, or of all, are sums; ratios and costs per month follow from the sums.
/// US dollars are those of the data set's whole span, not yet of a month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amounts {
    /// Review, tokens and wrong rollbacks.
    pub running_usd: f64,
    /// The part of it that went to cases that their deploy did not cause.
    pub false_usd: f64,
    /// Harm of missed actionable incidents caused by a deploy.
    pub missed_usd: f64,
    /// Harm of those rightly acted on, from their start to the decision.
    pub undergone_usd: f64,
    /// Of every class, those that a cache held among them.
    pub tokens: f64,
    pub cases: f64,
    /// Cases that hit an incident.
    pub hitting_cases: f64,
    /// Cases blamed on their deploy whose label is known, and those rightly.
    pub blamed: f64,
    pub blamed_rightly: f64,
    /// Cases blamed on their deploy of which the log does not say who caused them.
    pub blamed_open: f64,
    /// Right and false actions on production, as in end-to-end precision.
    pub right_actions: f64,
    pub false_actions: f64,
    /// Actions on production of which the log does not say whether they were right.
    pub open_actions: f64,
    /// Incidents of end-to-end recall, and those answered.
    pub expected: f64,
    pub answered: f64,
    /// Incidents of detection's recall, and those detected.
    pub reachable: f64,
    pub detected: f64,
}

impl Amounts {
    /// Everything that it costs.
    #[must_use]
    pub fn cost_usd(&self) -> f64 {
        self.running_usd + self.missed_usd + self.undergone_usd
    }
}

impl Add for Amounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            running_usd: self.running_usd + other.running_usd,
            false_usd: self.false_usd + other.false_usd,
            missed_usd: self.missed_usd + other.missed_usd,
            undergone_usd: self.undergone_usd + other.undergone_usd,
            tokens: self.tokens + other.tokens,
            cases: self.cases + other.cases,
            hitting_cases: self.hitting_cases + other.hitting_cases,
            blamed: self.blamed + other.blamed,
            blamed_rightly: self.blamed_rightly + other.blamed_rightly,
            blamed_open: self.blamed_open + other.blamed_open,
            right_actions: self.right_actions + other.right_actions,
            false_actions: self.false_actions + other.false_actions,
            open_actions: self.open_actions + other.open_actions,
            expected: self.expected + other.expected,
            answered: self.answered + other.answered,
            reachable: self.reachable + other.reachable,
            detected: self.detected + other.detected,
        }
    }
}

impl AddAssign for Amounts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
