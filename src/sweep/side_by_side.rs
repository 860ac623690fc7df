//! `compare`: two runs or trials beside each other, with ids for whoever wants to look.

use super::amounts::Amounts;
use super::ground::Ground;
use super::objective::Metric;
use super::paired_test::{answered, false_actions, paired_test};
use super::record::Record;
use super::selection::{AmountDifference, PairedTest};
use super::sheet::Sheet;
use crate::evaluate::Labels;
use crate::stats::{Difference, Estimate};
use serde::Serialize;
use std::collections::BTreeSet;

/// Power and two-sided level of the weeks that a difference would need (0.80 and 0.05): `z(0.975) + z(0.80)`.
const Z_SUM: f64 = 1.959_963_984_540_054 + 0.841_621_233_572_914_3;
/// Half the width of a 95 % interval in standard errors.
const Z_95: f64 = 1.959_963_984_540_054;
/// Longer than this is as good as never.
const MOST_WEEKS: f64 = 520.0;

/// Two trials on the same deploys and incidents. Differences are B − A. Holds no path, clock time or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideBySide {
    pub schema_version: u32,
    pub data_set: String,
    pub data_set_hash: String,
    pub version: String,
    /// Name of the price list.
    pub costs: String,
    /// `complete`, `partial` or `absent`.
    pub labels: &'static str,
    /// Weeks in the data.
    pub weeks: f64,
    /// What is drawn as a whole: a deploy with the incidents it caused, or another incident.
    pub units: usize,
    pub a: String,
    pub b: String,
    /// One of them is a trial of a sweep: whoever picked it for its numbers on these weeks finds them better here than they will be.
    pub of_sweep: bool,
    pub finding: Finding,
    /// Further weeks until a difference in cost as large as this one would show with 80 % power at 5 %; `None`: it shows already, there is
    /// none, or it is too small for ten years.
    pub more_weeks: Option<f64>,
    pub metrics: Vec<MetricRow>,
    pub answered: Discordant<String>,
    pub false_actions: Discordant<CaseId>,
}

/// One metric under both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricRow {
    pub metric: &'static str,
    pub a: Value,
    pub b: Value,
    /// B − A, and whether it is significant, how large it is beside A, and whether it matters.
    #[serde(flatten)]
    pub change: Change,
}

/// A ratio has its counts and interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    Ratio(Estimate),
    /// In 30 days; `None`: undefined, or the incident log cannot tell it.
    PerMonth(Option<f64>),
}

/// [`AmountDifference`] without its metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    pub difference: Option<Difference>,
    pub significant: Option<bool>,
    pub magnitude: Option<f64>,
    pub relevant: Option<bool>,
}

/// What both did, and what only one did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Discordant<T> {
    pub both: u64,
    pub neither: Option<u64>,
    pub only_a: Vec<T>,
    pub only_b: Vec<T>,
    /// Exact McNemar test; `None`: nothing is only of one.
    pub p: Option<f64>,
}

/// A case by its deploy and service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CaseId {
    pub deploy: String,
    pub service: String,
}

/// What to take away, by cost where the incident log can tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Every number is the same.
    Same,
    /// A costs less, by more than chance explains, and enough to matter.
    ACheaper,
    BCheaper,
    /// One costs less, by more than chance explains, and too little to matter.
    TooSmall,
    /// Chance could have made the difference in cost.
    CannotTell,
    /// Too few units for an interval.
    TooFew,
    /// The incident log is absent or has holes: neither cost nor precision can be known.
    CostUnknown,
}

impl SideBySide {
    /// Holds B against A. Both records must be of this ground. `of_sweep`: one of them is a trial of a sweep.
    #[must_use]
    pub fn of(ground: &Ground, a: &Record, b: &Record, of_sweep: bool) -> Self {
        let sheet = Sheet::of(ground);
        let test = paired_test(&sheet, b, a);
        let totals = [sheet.total(a), sheet.total(b)];
        let metrics: Vec<MetricRow> = test.metrics.iter().map(|found| row(&sheet, &totals, found)).collect();
        let weeks = ground.days / 7.0;
        let finding = finding(&test, a, b);
        Self {
            schema_version: 1,
            data_set: ground.data_set.clone(),
            data_set_hash: ground.data_set_hash.clone(),
            version: ground.version.clone(),
            costs: ground.costs.name.clone(),
            labels: ground.labels_name(),
            weeks,
            units: sheet.units.len(),
            a: a.id.clone(),
            b: b.id.clone(),
            of_sweep,
            finding,
            more_weeks: if finding == Finding::CannotTell { more_weeks(cost(&test), weeks) } else { None },
            metrics,
            answered: answers(&sheet, a, b, test.p_recall),
            false_actions: falsely(&sheet, a, b, test.p_false_actions),
        }
    }
}

fn row(sheet: &Sheet, [a, b]: &[Amounts; 2], found: &AmountDifference) -> MetricRow {
    let value = |sum: &Amounts| value(sheet, found.metric, sum);
    let AmountDifference { difference, significant, magnitude, relevant, .. } = found.clone();
    MetricRow {
        metric: found.metric,
        a: value(a),
        b: value(b),
        change: Change { difference, significant, magnitude, relevant },
    }
}

fn value(sheet: &Sheet, metric: &str, sum: &Amounts) -> Value {
    let ground = sheet.ground();
    let per_month = |metric| Value::PerMonth(sheet.metric(metric, sum, ground.days));
    let ratio = |metric| Value::Ratio(sheet.estimate(metric, sum));
    match metric {
        "cost_usd_per_month" => per_month(Metric::Cost),
        "false_cost_usd_per_month" => per_month(Metric::FalseCost),
        "tokens_per_month" => per_month(Metric::Tokens),
        "end_to_end.precision" => ratio(Metric::EndToEndPrecision),
        "end_to_end.recall" => ratio(Metric::EndToEndRecall),
        "detection.case_precision" => ratio(Metric::CasePrecision),
        "detection.recall" => ratio(Metric::DetectionRecall),
        // False actions: as much of a month as tokens are.
        _ => {
            let known = ground.labels == Some(Labels::Complete);
            let counted = Amounts { tokens: sum.false_actions, ..Amounts::default() };
            Value::PerMonth(sheet.metric(Metric::Tokens, &counted, ground.days).filter(|_| known))
        }
    }
}

fn cost(test: &PairedTest) -> Option<&AmountDifference> {
    test.metrics.iter().find(|found| found.metric == "cost_usd_per_month")
}

fn finding(test: &PairedTest, a: &Record, b: &Record) -> Finding {
    if a.cases == b.cases && a.unreachable == b.unreachable && a.normalization == b.normalization {
        return Finding::Same;
    }
    let Some(AmountDifference { difference: Some(difference), significant, relevant, .. }) = cost(test) else {
        return Finding::CostUnknown;
    };
    match (significant, relevant) {
        (None, _) => Finding::TooFew,
        (Some(false), _) => Finding::CannotTell,
        (Some(true), Some(true)) if difference.value < 0.0 => Finding::BCheaper,
        (Some(true), Some(true)) => Finding::ACheaper,
        (Some(true), _) => Finding::TooSmall,
    }
}

/// The weeks of a two-sided test of a mean over independent weeks: `n = (z(0.975) + z(0.80))² · σ² / δ²`, the standard error taken from the
/// 95 % interval; fewer those that are there.
fn more_weeks(cost: Option<&AmountDifference>, weeks: f64) -> Option<f64> {
    let difference = cost?.difference.as_ref()?;
    let error = (difference.high? - difference.low?) / (2.0 * Z_95);
    let needed = weeks * (Z_SUM * error / difference.value).powi(2);
    (needed.is_finite() && needed - weeks <= MOST_WEEKS).then(|| (needed - weeks).max(0.0))
}

fn answers(sheet: &Sheet, a: &Record, b: &Record, p: Option<f64>) -> Discordant<String> {
    let incidents = &sheet.ground().incidents;
    let expected = incidents.iter().filter(|incident| incident.is_expected()).count() as u64;
    let id = |index: u32| incidents[index as usize].id.clone();
    let (first, second) = (answered(sheet, a), answered(sheet, b));
    let all = first.union(&second).count() as u64;
    Discordant { neither: Some(expected - all), ..discordant(&first, &second, id, p) }
}

fn falsely(sheet: &Sheet, a: &Record, b: &Record, p: Option<f64>) -> Discordant<CaseId> {
    let ground = sheet.ground();
    let id = |(deploy, service): (u32, u32)| CaseId {
        deploy: ground.deploys[deploy as usize].id.clone(),
        service: ground.services[service as usize].clone(),
    };
    discordant(&false_actions(sheet, a), &false_actions(sheet, b), id, p)
}

fn discordant<K: Ord + Copy, T>(
    a: &BTreeSet<K>,
    b: &BTreeSet<K>,
    id: impl Fn(K) -> T,
    p: Option<f64>,
) -> Discordant<T> {
    Discordant {
        both: a.intersection(b).count() as u64,
        neither: None,
        only_a: a.difference(b).map(|&key| id(key)).collect(),
        only_b: b.difference(a).map(|&key| id(key)).collect(),
        p,
    }
}
