//! What labelled pairs say of a normalizer and of its threshold, over time.
//!
//! ```text
//! labels/pairs.jsonl ─▶ points ─┬▶ rules       how often the normalizer splits and merges wrongly, by week and deploy
//!                               ├▶ threshold   the distance that costs least, with its interval
//!                               └▶ freshness   whether earlier pairs' fit holds for later ones; last month's threshold
//! all templates ────────────────▶ nearest      whether new templates lie as far from known ones as they used to
//! ```

#[cfg(test)]
mod fixture;
mod freshness;
mod nearest;
mod points;
mod rules;
mod side;
mod threshold;

pub use freshness::{Backtest, Freshness};
pub use nearest::{NearestDeploy, NearestWeek, Shift};
pub use rules::{RuleDeploy, RuleScore, RuleWeek};
pub use side::{Routine, Side};
pub use threshold::{PairCosts, Threshold};

use super::Costs;
use super::pair_texts::PairTexts;
use crate::dataset::{DataSet, LabelledPair};
use crate::model::Span;
use crate::normalize::Normalizer;
use crate::series::Series;
use points::{Point, Points};
use serde::Serialize;

/// What recalibration reads.
pub struct RecalibrationInput<'a> {
    pub data: &'a DataSet,
    pub pairs: &'a [LabelledPair],
    pub texts: &'a PairTexts<'a>,
    pub normalizer: &'a dyn Normalizer,
    /// Under the last fit of a normalizer that learns.
    pub series: Option<&'a Series<'a>>,
    /// The threshold in use; absent: the one that the latest pairs were drawn for.
    pub in_use: Option<f64>,
    pub costs: PairCosts,
    /// Half the width of the interval of a side's share of mistakes that is wanted, in (0, 1).
    pub half_width: f64,
    pub seed: u64,
    pub prices: &'a Costs,
}

/// What labelled pairs say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recalibration {
    pub pairs: usize,
    pub skipped: u64,
    /// Pairs whose labellers disagree.
    pub disagreements: u64,
    pub in_use: f64,
    /// What the pairs ask for; `None` unless there are pairs of both answers.
    pub threshold: Option<Threshold>,
    /// Cost per pair of the data set under the threshold in use.
    pub cost_in_use: Option<f64>,
    pub costs: PairCosts,
    /// Pairs up to the threshold in use, and beyond it.
    pub below: Side,
    pub above: Side,
    pub half_width: f64,
    /// The normalizer as it is.
    pub rules: RuleScore,
    pub weeks: Vec<RuleWeek>,
    pub deploys: Vec<RuleDeploy>,
    pub nearest_weeks: Vec<NearestWeek>,
    pub nearest_deploys: Vec<NearestDeploy>,
    pub freshness: Option<Freshness>,
    /// Length of a period of `backtests`.
    pub period_days: i64,
    pub backtests: Vec<Backtest>,
    pub routine: Routine,
    pub advice: Advice,
    /// Signs that the threshold is due, most telling first.
    pub due: Vec<String>,
}

/// What to do with the threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Advice {
    /// So few pairs allow no threshold.
    Label {
        pairs: u64,
        reason: String,
    },
    Keep {
        reason: String,
    },
    Change {
        to: f64,
        low: f64,
        high: f64,
        reason: String,
    },
}

/// Months are four weeks, or where the data set has not two of them, weeks.
const MONTH: i64 = 28;

/// Reckons all of it.
#[must_use]
pub fn recalibrate(input: &RecalibrationInput) -> Recalibration {
    let Points { all, skipped, disagreements } = Points::of(input.pairs, input.texts, input.normalizer, input.series);
    let (data, costs) = (input.data, input.costs);
    let latest = input.pairs.iter().max_by_key(|pair| pair.labelled_at).map(|pair| pair.threshold);
    let in_use = input.in_use.or(latest).unwrap_or_default();
    let threshold = Threshold::of(&all, costs, input.seed);
    let side = |below: bool| Side::of(all.iter().filter(|p| (p.distance <= in_use) == below), below, input.half_width);
    let (below, above) = (side(true), side(false));
    let nearest = nearest::nearest(input.texts);
    let nearest_weeks = nearest::weeks(data, &nearest);
    let freshness = Freshness::of(&all);
    let period_days = if data.span.span() >= Span::days(2 * MONTH) { MONTH } else { 7 };
    let cost_in_use = threshold::cost_at(&all, in_use, costs);
    Recalibration {
        pairs: all.len(),
        skipped,
        disagreements,
        in_use,
        advice: advice(&all, threshold.as_ref(), cost_in_use, in_use, (&below, &above)),
        due: due(&nearest_weeks, freshness.as_ref()),
        cost_in_use,
        costs,
        half_width: input.half_width,
        rules: RuleScore::of(all.iter()),
        weeks: rules::weeks(&all, data.span.start),
        deploys: rules::deploys(&all, data),
        nearest_weeks,
        nearest_deploys: nearest::deploys(data, &nearest),
        freshness,
        period_days,
        backtests: freshness::backtests(&all, data.span.start, Span::days(period_days), in_use, costs, input.seed),
        routine: Routine::of(data, input.prices, below.missing + above.missing),
        threshold,
        below,
        above,
    }
}

fn advice(
    points: &[Point],
    threshold: Option<&Threshold>,
    cost_in_use: Option<f64>,
    in_use: f64,
    (below, above): (&Side, &Side),
) -> Advice {
    let missing = below.missing + above.missing;
    let (Some(found), Some(cost)) = (threshold, cost_in_use) else {
        let reason = match points.first() {
            None => "no pair is labelled".to_owned(),
            Some(_) => "all labelled pairs have one answer".to_owned(),
        };
        return Advice::Label { pairs: missing, reason };
    };
    let range = format!("{:.3} to {:.3}", found.low, found.high);
    if (found.low..=found.high).contains(&in_use) {
        let reason = format!("the threshold in use, {in_use:.3}, lies within what the pairs ask for, {range}");
        return Advice::Keep { reason };
    }
    if cost <= found.cost {
        let reason = format!("moving the threshold in use, {in_use:.3}, would save nothing on these pairs");
        return Advice::Keep { reason };
    }
    if missing > 0 {
        let reason = format!(
            "the pairs ask for {range}, not {in_use:.3}, but they are too few on {} to move it by",
            if below.missing > 0 && above.missing > 0 { "both sides" } else { "one side" }
        );
        return Advice::Label { pairs: missing, reason };
    }
    let saved = (cost - found.cost) * 1000.0;
    let reason = format!(
        "the threshold in use, {in_use:.3}, lies outside {range}; moving it saves {saved:.1} cost units per 1,000 pairs"
    );
    Advice::Change { to: found.value, low: found.low, high: found.high, reason }
}

fn due(weeks: &[NearestWeek], freshness: Option<&Freshness>) -> Vec<String> {
    let mut due = Vec::new();
    if let Some(stale) = freshness.filter(|freshness| freshness.stale) {
        due.push(format!(
            "P(same | distance) of earlier pairs fails on the latest {}: mean squared error {:.3} against {:.3}",
            stale.fresh_pairs, stale.fresh_brier, stale.earlier_brier
        ));
    }
    if let Some(week) = weeks.iter().rev().find(|week| week.shift.shifted) {
        due.push(format!(
            "new templates of the week of {} lie otherwise from known ones than those before",
            week.start.minute()
        ));
    }
    due
}
