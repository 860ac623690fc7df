//! How much the monthly cost and the break-even precision hang on each assumption of the price list: each halved, and
//! doubled, with all others as they are (statistics.md §9).

use super::costs::Costs;
use super::monthly::MonthlyCost;
use super::quantities::Quantities;
use crate::dataset::DataSet;
use crate::model::{Action, IncidentSeverity};
use serde::Serialize;

/// An assumption of the price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Assumption {
    HourlyRate,
    /// All four classes together.
    TokenPrices,
    ReviewInvestigate,
    ReviewFixForward,
    ReviewRollback,
    /// The fixed sum.
    WrongRollback,
    HarmSev1,
    HarmSev2,
    HarmSev3,
    HarmSev4,
    HarmSev5,
}

/// One bar of the tornado. US dollars in 30 days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Swing {
    pub assumption: Assumption,
    /// As assumed; of token prices that of input.
    pub value: f64,
    pub total_halved_usd: f64,
    pub total_doubled_usd: f64,
    /// The difference of the two, at least 0.
    pub swing_usd: f64,
    pub break_even_halved: Option<f64>,
    pub break_even_doubled: Option<f64>,
}

/// Break-even triage precision under one changed assumption.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BreakEvenAt {
    pub precision: f64,
    pub assumption: Assumption,
    /// ½ or 2.
    pub factor: f64,
}

/// The break-even triage precision, and how far one assumption at a time can move it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BreakEvenRange {
    /// Under the price list as it is; above 1: acting never pays.
    pub value: f64,
    pub lowest: BreakEvenAt,
    pub highest: BreakEvenAt,
}

const FACTORS: [f64; 2] = [0.5, 2.0];

impl Assumption {
    pub const ALL: [Self; 11] = [
        Self::HourlyRate,
        Self::TokenPrices,
        Self::ReviewInvestigate,
        Self::ReviewFixForward,
        Self::ReviewRollback,
        Self::WrongRollback,
        Self::HarmSev1,
        Self::HarmSev2,
        Self::HarmSev3,
        Self::HarmSev4,
        Self::HarmSev5,
    ];

    /// The severity whose harm it is.
    #[must_use]
    pub const fn severity(self) -> Option<IncidentSeverity> {
        match self {
            Self::HarmSev1 => Some(IncidentSeverity::Sev1),
            Self::HarmSev2 => Some(IncidentSeverity::Sev2),
            Self::HarmSev3 => Some(IncidentSeverity::Sev3),
            Self::HarmSev4 => Some(IncidentSeverity::Sev4),
            Self::HarmSev5 => Some(IncidentSeverity::Sev5),
            _ => None,
        }
    }

    /// The action whose review it is.
    #[must_use]
    pub const fn action(self) -> Option<Action> {
        match self {
            Self::ReviewInvestigate => Some(Action::Investigate),
            Self::ReviewFixForward => Some(Action::FixForward),
            Self::ReviewRollback => Some(Action::Rollback),
            _ => None,
        }
    }

    fn value(self, costs: &Costs) -> f64 {
        match self {
            Self::HourlyRate => costs.hourly_rate,
            Self::TokenPrices => costs.token_prices.input,
            Self::ReviewInvestigate => costs.charges.investigate.review_minutes,
            Self::ReviewFixForward => costs.charges.fix_forward.review_minutes,
            Self::ReviewRollback => costs.charges.rollback.review_minutes,
            Self::WrongRollback => costs.wrong_rollback.fixed_usd,
            Self::HarmSev1 => costs.harm_per_minute.sev1,
            Self::HarmSev2 => costs.harm_per_minute.sev2,
            Self::HarmSev3 => costs.harm_per_minute.sev3,
            Self::HarmSev4 => costs.harm_per_minute.sev4,
            Self::HarmSev5 => costs.harm_per_minute.sev5,
        }
    }

    /// Prices and what they are put on, with this assumption `factor` times as large. Minutes of review are what was charged,
    /// so they are scaled where they were counted.
    fn scaled(self, factor: f64, costs: &Costs, run: &Quantities) -> (Costs, Quantities) {
        let (mut costs, mut run) = (costs.clone(), run.clone());
        let (tokens, harm) = (&mut costs.token_prices, &mut costs.harm_per_minute);
        match self {
            Self::HourlyRate => costs.hourly_rate *= factor,
            Self::TokenPrices => {
                for price in [&mut tokens.input, &mut tokens.output, &mut tokens.cache_read, &mut tokens.cache_write] {
                    *price *= factor;
                }
            }
            Self::WrongRollback => costs.wrong_rollback.fixed_usd *= factor,
            Self::HarmSev1 => harm.sev1 *= factor,
            Self::HarmSev2 => harm.sev2 *= factor,
            Self::HarmSev3 => harm.sev3 *= factor,
            Self::HarmSev4 => harm.sev4 *= factor,
            Self::HarmSev5 => harm.sev5 *= factor,
            Self::ReviewInvestigate => run.scale_review(Action::Investigate, factor),
            Self::ReviewFixForward => run.scale_review(Action::FixForward, factor),
            Self::ReviewRollback => run.scale_review(Action::Rollback, factor),
        }
        (costs, run)
    }
}

/// Every assumption with its swing, the largest first.
#[must_use]
pub fn tornado(data: &DataSet, costs: &Costs, run: &Quantities) -> Vec<Swing> {
    let swing = |assumption: Assumption| {
        let [halved, doubled] = FACTORS.map(|factor| {
            let (costs, run) = assumption.scaled(factor, costs, run);
            (MonthlyCost::of(data, &costs, &run).map(|monthly| monthly.total_usd), costs.break_even(&run))
        });
        Some(Swing {
            assumption,
            value: assumption.value(costs),
            total_halved_usd: halved.0?,
            total_doubled_usd: doubled.0?,
            swing_usd: (doubled.0? - halved.0?).abs(),
            break_even_halved: halved.1,
            break_even_doubled: doubled.1,
        })
    };
    let mut swings: Vec<Swing> = Assumption::ALL.into_iter().filter_map(swing).collect();
    swings.sort_by(|a, b| b.swing_usd.total_cmp(&a.swing_usd).then(a.assumption.cmp(&b.assumption)));
    swings
}

/// `None` where the run has no break-even precision.
#[must_use]
pub fn break_even_range(costs: &Costs, run: &Quantities, swings: &[Swing]) -> Option<BreakEvenRange> {
    let value = costs.break_even(run)?;
    let at = |precision: Option<f64>, assumption, factor| {
        precision.map(|precision| BreakEvenAt { precision, assumption, factor })
    };
    let all: Vec<BreakEvenAt> = swings
        .iter()
        .flat_map(|s| [at(s.break_even_halved, s.assumption, 0.5), at(s.break_even_doubled, s.assumption, 2.0)])
        .flatten()
        .collect();
    let by_precision = |a: &&BreakEvenAt, b: &&BreakEvenAt| a.precision.total_cmp(&b.precision);
    Some(BreakEvenRange {
        value,
        lowest: *all.iter().min_by(by_precision)?,
        highest: *all.iter().max_by(by_precision)?,
    })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // halves and doubles are exact
mod tests {
    use super::*;

    #[test]
    fn each_assumption_scales_itself_alone() {
        let costs = Costs::shipped().unwrap();
        let mut run = Quantities::default();
        run.cases.review_minutes = [0.0, 10.0, 20.0, 40.0];
        for assumption in Assumption::ALL {
            let (scaled, counted) = assumption.scaled(2.0, &costs, &run);
            match assumption.action() {
                Some(action) => {
                    let minutes = |q: &Quantities| q.cases.review_minutes;
                    let changed = (0..4).filter(|&i| minutes(&counted)[i] != minutes(&run)[i]).collect::<Vec<_>>();
                    assert_eq!((changed, &scaled), (vec![action as usize], &costs));
                }
                None => assert_eq!(assumption.value(&scaled), 2.0 * assumption.value(&costs), "{assumption:?}"),
            }
            let others = Assumption::ALL.into_iter().filter(|other| *other != assumption);
            assert!(others.into_iter().all(|other| other.value(&scaled) == other.value(&costs)), "{assumption:?}");
        }
    }

    #[test]
    fn nothing_done_has_no_break_even() {
        assert_eq!(break_even_range(&Costs::shipped().unwrap(), &Quantities::default(), &[]), None);
    }
}
