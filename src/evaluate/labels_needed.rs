//! How many more labelled decisions it takes until “is the precision at least 80 %?” has an answer (statistics.md §10).

use super::TriageScores;
use super::evaluation::EndToEnd;
use crate::dataset::DataSet;
use crate::stats::{Estimate, acceptance_number, binomial_upper, clopper_pearson_lower, sample_size};
use serde::Serialize;

/// The precision asked for.
const ASKED: f64 = 0.80;
const ALPHA: f64 = 0.05;
const POWER: f64 = 0.80;
/// More labels than this are years of work: the question is not decided by labelling.
const MOST: u64 = 2000;

/// The question for both kinds of decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelsNeeded {
    /// Cases that triage blamed.
    pub triage: PrecisionQuestion,
    /// Actions on production.
    pub end_to_end: PrecisionQuestion,
}

/// Is the precision at least `asked`, at one-sided 95 %?
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrecisionQuestion {
    pub asked: f64,
    pub alpha: f64,
    pub power: f64,
    pub right: u64,
    pub labelled: u64,
    /// Decisions of this run that have no label yet.
    pub unlabelled: u64,
    /// One-sided Clopper–Pearson bounds of what is labelled.
    pub lower_bound: Option<f64>,
    pub upper_bound: Option<f64>,
    pub answer: Answer,
    /// Days of data until so many more are labelled, at this run's pace and if every decision is; `None` unless more are
    /// needed.
    pub days: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// The lower bound is at least `asked`.
    Yes,
    /// The upper bound is below `asked`.
    No,
    /// With so many more labels the question is decided with probability `power`, if the true precision is `assumed`.
    More { labels: u64, assumed: f64 },
    /// The observed precision is so near to `asked` that even 2,000 labels would rarely decide.
    TooNear { assumed: f64 },
    /// No labelled decision: nothing can be assumed.
    Nothing,
}

/// `None` without an incident log.
#[must_use]
pub fn labels_needed(data: &DataSet, triage: &TriageScores, end_to_end: &EndToEnd) -> Option<LabelsNeeded> {
    data.incidents.as_ref()?;
    let days = data.span.span().as_minutes() / 1440.0;
    Some(LabelsNeeded {
        triage: PrecisionQuestion::of(&triage.precision, days),
        end_to_end: PrecisionQuestion::of(&end_to_end.precision, days),
    })
}

impl PrecisionQuestion {
    fn of(precision: &Estimate, days: f64) -> Self {
        let (right, labelled, unlabelled) = (precision.numerator, precision.denominator, precision.unlabelled);
        // Decisions without a label count against both answers: neither may rest on those that happen to have one.
        let lower_bound = clopper_pearson_lower(right, labelled + unlabelled, ALPHA);
        let wrong = labelled - right;
        let upper_bound = clopper_pearson_lower(wrong, labelled + unlabelled, ALPHA).map(|low| 1.0 - low);
        let answer = match (lower_bound, upper_bound) {
            (Some(low), _) if low >= ASKED => Answer::Yes,
            (_, Some(high)) if high < ASKED => Answer::No,
            _ if labelled == 0 => Answer::Nothing,
            _ => more(right, labelled),
        };
        let pace = (labelled + unlabelled) as f64 / days;
        let wait = match answer {
            Answer::More { labels, .. } => Some(labels.saturating_sub(unlabelled) as f64 / pace),
            _ => None,
        };
        Self {
            asked: ASKED,
            alpha: ALPHA,
            power: POWER,
            right,
            labelled,
            unlabelled,
            lower_bound,
            upper_bound,
            answer,
            days: wait.filter(|days| days.is_finite()),
        }
    }
}

/// Labels beyond those there are, if the true precision is the observed one drawn a little towards ½: `(right + ½) ÷ (labelled + 1)`,
/// the mean under Jeffreys' prior, so that six of six are not taken for certainty.
fn more(right: u64, labelled: u64) -> Answer {
    let assumed = (right as f64 + 0.5) / (labelled as f64 + 1.0);
    // To prove a precision below `asked` is to prove a share of failures above `1 − asked`.
    let (p0, p_true) = if assumed > ASKED { (ASKED, assumed) } else { (1.0 - ASKED, 1.0 - assumed) };
    let size = if decides(MOST, p0, p_true) { sample_size(p0, p_true, ALPHA, POWER) } else { None };
    match size.filter(|size| size.stable <= MOST) {
        Some(size) => Answer::More { labels: size.stable.saturating_sub(labelled).max(1), assumed },
        None => Answer::TooNear { assumed },
    }
}

/// Whether `n` labels prove more than `p0` with probability `POWER`.
fn decides(n: u64, p0: f64, p_true: f64) -> bool {
    let gate = acceptance_number(n, p0, ALPHA);
    let power = gate.and_then(|gate| binomial_upper(gate.min_successes, n, p_true, 1.0 - p_true));
    power.is_some_and(|ln_power| ln_power >= POWER.ln())
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;

    fn answer(right: u64, labelled: u64, unlabelled: u64) -> Answer {
        PrecisionQuestion::of(&Estimate::bounded(right, labelled, unlabelled, true), 30.0).answer
    }

    /// Statistics §10: 14 of 14 prove 80 %; the true .90 takes 94 labels, .95 takes 37.
    #[test]
    fn each_answer_once() {
        assert_eq!(answer(14, 14, 0), Answer::Yes);
        assert_eq!(
            answer(14, 14, 1),
            Answer::More {
                labels: sample_size(0.8, 14.5 / 15.0, 0.05, 0.8).unwrap().stable - 14,
                assumed: 14.5 / 15.0
            }
        );
        assert_eq!(answer(2, 8, 0), Answer::No);
        assert_eq!(answer(0, 0, 5), Answer::Nothing);
        assert_eq!(answer(79, 100, 0), Answer::TooNear { assumed: 79.5 / 101.0 });
        // (8 + ½) ÷ (9 + 1) = .85, which takes 398 labels.
        assert_eq!(answer(8, 9, 0), Answer::More { labels: 398 - 9, assumed: 0.85 });
    }

    #[test]
    fn the_pace_of_this_run_gives_the_days() {
        let question = PrecisionQuestion::of(&Estimate::ratio(8, 9), 30.0);
        assert!((question.days.unwrap() - 389.0 / 0.3).abs() < 1e-9);
        assert_eq!(PrecisionQuestion::of(&Estimate::ratio(14, 14), 30.0).days, None);
    }
}
