//! Two trials on the same deploys and incidents: what differs, whether chance could have done that, and whether it matters.

use super::amounts::Amounts;
use super::objective::Metric;
use super::record::{DecidedCase, Record};
use super::sampled::Sampler;
use super::selection::{AmountDifference, PairedTest};
use super::sheet::Sheet;
use crate::evaluate::Labels;
use crate::model::Tokens;
use crate::stats::{Difference, Resampled, mcnemar};
use std::collections::BTreeSet;

const LEVEL: f64 = 0.95;
const REPLICATES: usize = 2000;
/// The one of every evaluation.
const SEED: u64 = 20_261_124;
/// Share of the second's cost, in points of a ratio, and actions a month from which on a difference matters.
const RELEVANT_COST: f64 = 0.05;
const RELEVANT_SHARE: f64 = 0.05;
const RELEVANT_ACTIONS: f64 = 1.0;
/// Differences that floating-point sums leave short of a bound reach it.
const ROUNDING: f64 = 1e-9;

/// What a metric counts, which decides when a difference matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Usd,
    Tokens,
    Actions,
    Share,
}

/// Names as in `evaluation.json` where it has them; false actions are no [`Metric`].
const METRICS: [(&str, Option<Metric>, Counts); 8] = [
    ("cost_usd_per_month", Some(Metric::Cost), Counts::Usd),
    ("false_cost_usd_per_month", Some(Metric::FalseCost), Counts::Usd),
    ("false_actions_per_month", None, Counts::Actions),
    ("end_to_end.precision", Some(Metric::EndToEndPrecision), Counts::Share),
    ("end_to_end.recall", Some(Metric::EndToEndRecall), Counts::Share),
    ("detection.case_precision", Some(Metric::CasePrecision), Counts::Share),
    ("detection.recall", Some(Metric::DetectionRecall), Counts::Share),
    ("tokens_per_month", Some(Metric::Tokens), Counts::Tokens),
];

/// Holds two trials against each other, first minus second. Intervals are of 2,000 draws of whole units (a deploy with the incidents it
/// caused, or another incident), the same for both; answered incidents and false actions, which are yes or no, get McNemar's exact test.
#[must_use]
pub fn paired_test(sheet: &Sheet, a: &Record, b: &Record) -> PairedTest {
    let sampler = Sampler::of(sheet, REPLICATES, SEED);
    let side = |record: &Record| Side { amounts: sheet.amounts(record), record: record.clone() };
    let (first, second) = (side(a), side(b));
    let cost = second.resampled(&sampler, sheet, Some(Metric::Cost)).value;
    let metrics = METRICS.map(|(name, metric, counts)| {
        let (x, y) = (first.resampled(&sampler, sheet, metric), second.resampled(&sampler, sheet, metric));
        amount_difference(sheet, name, counts, (&x, &y), cost)
    });
    let answers = discordant(&answered(sheet, a), &answered(sheet, b));
    let falsely = discordant(&false_actions(sheet, a), &false_actions(sheet, b));
    PairedTest {
        a: a.id.clone(),
        b: b.id.clone(),
        metrics: metrics.into(),
        only_a: answers.0,
        only_b: answers.1,
        p_recall: mcnemar(answers.0, answers.1),
        false_only_a: falsely.0,
        false_only_b: falsely.1,
        p_false_actions: mcnemar(falsely.0, falsely.1),
    }
}

/// Actionable incidents caused by a deploy that a right action answered: indices in the data set's order.
#[must_use]
pub fn answered(sheet: &Sheet, record: &Record) -> BTreeSet<u32> {
    let incidents = &sheet.ground().incidents;
    let acting = record.cases.iter().filter(|case| case.action.changes_production());
    let own = |case: &DecidedCase| {
        let deploy = case.deploy;
        case.hits.clone().into_iter().filter(move |&i| incidents[i as usize].guilty == Some(deploy))
    };
    acting.flat_map(own).filter(|&i| incidents[i as usize].is_expected()).collect()
}

/// Cases, by (deploy, service), on which production was changed although their deploy did not cause them; what the incident log leaves
/// open is none.
#[must_use]
pub fn false_actions(sheet: &Sheet, record: &Record) -> BTreeSet<(u32, u32)> {
    let acting = record.cases.iter().filter(|case| case.action.changes_production());
    acting.filter(|case| sheet.label(case).is_not_caused()).map(|case| (case.deploy, case.service)).collect()
}

/// How many are only in the first, and only in the second.
fn discordant<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> (u64, u64) {
    (a.difference(b).count() as u64, b.difference(a).count() as u64)
}

struct Side {
    amounts: Vec<(usize, Amounts)>,
    record: Record,
}

impl Side {
    /// `None`: false actions.
    fn resampled(&self, sampler: &Sampler, sheet: &Sheet, metric: Option<Metric>) -> Resampled {
        if let Some(metric) = metric {
            return sampler.metric(metric, &self.record, &self.amounts);
        }
        let mut found = sampler.per_month(&self.amounts, |sum| sum.false_actions);
        // What hits no incident is false only where the log is complete.
        found.value = found.value.filter(|_| sheet.ground().labels == Some(Labels::Complete));
        found
    }
}

/// `cost`: what the second costs in 30 days, in US dollars.
fn amount_difference(
    sheet: &Sheet,
    metric: &'static str,
    counts: Counts,
    (a, b): (&Resampled, &Resampled),
    cost: Option<f64>,
) -> AmountDifference {
    let difference = a.minus(b, LEVEL);
    let magnitude = match (&difference, b.value) {
        (Some(d), Some(other)) if other != 0.0 => Some(d.value / other),
        _ => None,
    };
    let relevant = difference.as_ref().and_then(|d| is_relevant(sheet, counts, d.value.abs(), cost));
    AmountDifference {
        metric,
        significant: difference.as_ref().and_then(is_significant),
        difference,
        magnitude,
        relevant,
    }
}

fn is_significant(difference: &Difference) -> Option<bool> {
    Some(difference.low? > 0.0 || difference.high? < 0.0)
}

/// Whether a difference of this size matters: money, and tokens at the list's dearest price, against the second's cost.
fn is_relevant(sheet: &Sheet, counts: Counts, size: f64, cost: Option<f64>) -> Option<bool> {
    let reaches = |size: f64, bound: f64| size > 0.0 && size >= bound * (1.0 - ROUNDING);
    let dear = |usd: f64| cost.map(|cost| reaches(usd, RELEVANT_COST * cost));
    match counts {
        Counts::Usd => dear(size),
        Counts::Tokens => dear(size * dearest_token(sheet)),
        Counts::Actions => Some(reaches(size, RELEVANT_ACTIONS)),
        Counts::Share => Some(reaches(size, RELEVANT_SHARE)),
    }
}

/// US dollars of one token of the dearest class.
fn dearest_token(sheet: &Sheet) -> f64 {
    let one = [
        Tokens { input: 1, ..Tokens::default() },
        Tokens { output: 1, ..Tokens::default() },
        Tokens { cache_read: 1, ..Tokens::default() },
        Tokens { cache_write: 1, ..Tokens::default() },
    ];
    one.into_iter().map(|tokens| sheet.ground().costs.price(tokens)).fold(0.0, f64::max)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // sums of whole numbers
mod tests {
    use super::super::fixture::{ground, record};
    use super::super::ground::Ground;
    use super::*;

    fn metric<'t>(test: &'t PairedTest, name: &str) -> &'t AmountDifference {
        test.metrics.iter().find(|found| found.metric == name).unwrap()
    }

    #[test]
    fn answers_and_false_actions_are_paired_one_by_one() {
        let sheet = Sheet::of(&ground());
        let (a, b) = (record("a", 0..20, 0..6, 1000), record("b", 5..12, 5..7, 1000));
        let test = paired_test(&sheet, &a, &b);
        assert_eq!((test.only_a, test.only_b, test.false_only_a, test.false_only_b), (13, 0, 5, 1));
        // 2·½¹³ and 2·(1 + 6)·½⁶.
        assert!((test.p_recall.unwrap() - 2.0 / 8192.0).abs() < 1e-12);
        assert!((test.p_false_actions.unwrap() - 14.0 / 64.0).abs() < 1e-12);
        let recall = metric(&test, "end_to_end.recall");
        assert!((recall.difference.as_ref().unwrap().value - 13.0 / 30.0).abs() < 1e-12);
        assert!((recall.magnitude.unwrap() - 13.0 / 7.0).abs() < 1e-12);
        assert_eq!((recall.significant, recall.relevant), (Some(true), Some(true)));
        // The data is thirty days long: a month.
        assert_eq!(metric(&test, "false_actions_per_month").difference.as_ref().unwrap().value, 4.0);
        assert_eq!(metric(&test, "tokens_per_month").difference.as_ref().unwrap().value, 17_000.0);
        let turned = paired_test(&sheet, &b, &a);
        assert_eq!((turned.only_a, turned.only_b, turned.p_recall), (0, 13, test.p_recall));
    }

    #[test]
    fn significant_and_relevant_are_two_questions() {
        let sheet = Sheet::of(&ground());
        // A few tokens more in every case: beyond chance, and worth nothing.
        let (a, b) = (record("a", 0..20, 0..5, 1010), record("b", 0..20, 0..5, 1000));
        let test = paired_test(&sheet, &a, &b);
        let tokens = metric(&test, "tokens_per_month");
        assert_eq!((tokens.significant, tokens.relevant), (Some(true), Some(false)));
        let cost = metric(&test, "cost_usd_per_month");
        assert_eq!((cost.significant, cost.relevant), (Some(true), Some(false)));
        assert_eq!((test.p_recall, test.p_false_actions), (None, None));
        // One false action a month would matter, and chance explains it.
        let test = paired_test(&sheet, &record("a", 0..20, 0..1, 1000), &record("b", 0..20, 0..0, 1000));
        let falsely = metric(&test, "false_actions_per_month");
        assert_eq!((falsely.significant, falsely.relevant, falsely.magnitude), (Some(false), Some(true), None));
    }

    #[test]
    fn what_the_incident_log_cannot_tell_is_left_open() {
        let (a, b) = (record("a", 0..20, 0..6, 1000), record("b", 5..12, 5..7, 1000));
        let known = |labels: Option<Labels>| {
            let test = paired_test(&Sheet::of(&Ground { labels, ..ground() }), &a, &b);
            let known = test.metrics.iter().filter(|found| found.difference.is_some()).map(|found| found.metric);
            known.collect::<Vec<_>>()
        };
        assert_eq!(known(Some(Labels::Partial)), ["end_to_end.recall", "detection.recall", "tokens_per_month"]);
        assert_eq!(known(None), ["tokens_per_month"]);
    }
}
