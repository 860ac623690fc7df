//! What the whole pipeline would have done, and what it could have done at best.

use super::detection::f1;
use super::evaluation::{ByAction, EndToEnd, Oracle};
use super::judged::{Judged, Label};
use super::truth::Truth;
use crate::model::Action;
use crate::stats::Estimate;
use std::collections::BTreeSet;

/// Actions on production by what the log says of their case.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    right: u64,
    wrong: u64,
    coincidental: u64,
    unneeded: u64,
    unlabelled: u64,
}

impl Tally {
    fn precision(self, truth: &Truth) -> Estimate {
        match truth.labels {
            Some(_) => Estimate::bounded(self.right, self.right + self.wrong, self.unlabelled, true),
            None => Estimate::undefined(),
        }
    }
}

/// Scores what was done.
#[must_use]
pub fn scores(truth: &Truth, judged: &[Judged]) -> EndToEnd {
    let done = |j: &Judged| j.action();
    let only = |action: Action| tally(judged, |j| if done(j) == action { action } else { Action::None });
    let tally_all = tally(judged, done);
    let precision = tally_all.precision(truth);
    let recall = recall(truth, judged, done);
    EndToEnd {
        f1: f1(&precision, &recall),
        precision,
        recall,
        true_actions: tally_all.right,
        false_actions: tally_all.wrong,
        unlabelled_actions: tally_all.unlabelled,
        unneeded: tally_all.unneeded,
        coincidental: tally_all.coincidental,
        by_action: ByAction {
            fix_forward: only(Action::FixForward).precision(truth),
            rollback: only(Action::Rollback).precision(truth),
        },
        oracle: Oracle {
            precision: tally(judged, oracle_action).precision(truth),
            recall: self::recall(truth, judged, oracle_action),
        },
    }
}

/// What a triager that knows the truth, and is sure of it, would have had done: a fix of every truly caused case, whatever the
/// policy allows. No triager: an upper bound.
fn oracle_action(judged: &Judged) -> Action {
    if judged.case().is_some() && judged.label == Label::Caused { Action::FixForward } else { Action::None }
}

fn tally(judged: &[Judged], action: impl Fn(&Judged) -> Action) -> Tally {
    let mut tally = Tally::default();
    for case in judged.iter().filter(|j| action(j).changes_production()) {
        match case.label {
            Label::Caused if case.actionable => tally.right += 1,
            Label::Caused => tally.unneeded += 1,
            Label::NotCaused => tally.wrong += 1,
            Label::Coincidental => {
                tally.wrong += 1;
                tally.coincidental += 1;
            }
            Label::Unlabelled => tally.unlabelled += 1,
        }
    }
    tally
}

/// Incidents that an action on a truly caused case answers.
fn acted_incidents(judged: &[Judged], action: impl Fn(&Judged) -> Action) -> BTreeSet<usize> {
    judged.iter().filter(|j| action(j).changes_production()).flat_map(|j| &j.own).copied().collect()
}

fn recall(truth: &Truth, judged: &[Judged], action: impl Fn(&Judged) -> Action) -> Estimate {
    if truth.labels.is_none() {
        return Estimate::undefined();
    }
    let acted = acted_incidents(judged, action);
    let expected: Vec<usize> =
        (0..truth.incidents.len()).filter(|&i| truth.incidents[i].is_expected_to_be_acted_on()).collect();
    let hit = expected.iter().filter(|i| acted.contains(i)).count();
    Estimate::ratio(hit as u64, expected.len() as u64)
}
