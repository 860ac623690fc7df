//! The numbers of an objective with their unit: what is measured, and which way is better.

use crate::report::number::{self, UNDEFINED, decimal, maybe_minutes, maybe_money, maybe_percent};
use crate::sweep::{Goal, Metric, Selection};

/// How an objective's numbers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub metric: Metric,
    pub goal: Goal,
}

impl Scale {
    pub(super) const fn of(selection: &Selection) -> Self {
        Self { metric: selection.metric, goal: selection.goal }
    }

    /// `$1,540`, `83 %`, `1 h 5 min`; `–` where it is undefined.
    pub(super) fn value(self, value: Option<f64>) -> String {
        match self.metric {
            Metric::Cost | Metric::FalseCost => maybe_money(value),
            Metric::Tokens => value.map_or_else(|| UNDEFINED.to_owned(), |tokens| decimal(tokens.round())),
            Metric::ActMinutes => maybe_minutes(value),
            _ => maybe_percent(value),
        }
    }

    /// [`Scale::value`] with its interval: `$1,540 [$900 – $2,300]`.
    pub(super) fn with_interval(self, value: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
        match (value, low, high) {
            (Some(_), Some(_), Some(_)) => {
                format!("{} [{} – {}]", self.value(value), self.value(low), self.value(high))
            }
            (Some(_), _, _) => format!("{} (too few for an interval)", self.value(value)),
            _ => UNDEFINED.to_owned(),
        }
    }

    /// `+$120 [−$30, +$280]`; shares in points.
    pub(super) fn difference(self, value: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
        let Some(value) = value else { return UNDEFINED.to_owned() };
        match (low, high) {
            (Some(low), Some(high)) => {
                format!("{} [{}, {}]", self.change(value), self.signed(low), self.signed(high))
            }
            _ => format!("{} (too few for an interval)", self.change(value)),
        }
    }

    /// A signed change with its unit.
    pub(super) fn change(self, value: f64) -> String {
        let unit = match self.unit() {
            number::Unit::Points => " points",
            number::Unit::Count if self.metric == Metric::ActMinutes => " min",
            _ => "",
        };
        format!("{}{unit}", self.signed(value))
    }

    fn signed(self, value: f64) -> String {
        number::signed(value, self.unit())
    }

    const fn unit(self) -> number::Unit {
        match self.metric {
            Metric::Cost | Metric::FalseCost => number::Unit::Money,
            Metric::Tokens | Metric::ActMinutes => number::Unit::Count,
            _ => number::Unit::Points,
        }
    }

    /// What is measured, for the head of a column or the axis of a chart.
    pub(super) const fn name(self) -> &'static str {
        self.metric.words()
    }

    /// Whether `a` is better than `b`.
    pub(super) fn is_better(self, a: f64, b: f64) -> bool {
        match self.goal {
            Goal::Minimize => a < b,
            Goal::Maximize => a > b,
        }
    }

    /// The best of some values; `None` without any.
    pub(super) fn best(self, values: impl IntoIterator<Item = f64>) -> Option<f64> {
        values.into_iter().reduce(|best, value| if self.is_better(value, best) { value } else { best })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objective_is_printed_in_its_unit() {
        let cost = Scale { metric: Metric::Cost, goal: Goal::Minimize };
        let recall = Scale { metric: Metric::EndToEndRecall, goal: Goal::Maximize };
        let delay = Scale { metric: Metric::ActMinutes, goal: Goal::Minimize };
        assert_eq!(cost.with_interval(Some(1540.2), Some(900.0), Some(2300.0)), "$1,540 [$900 – $2,300]");
        assert_eq!(cost.with_interval(Some(1540.2), None, None), "$1,540 (too few for an interval)");
        assert_eq!(cost.with_interval(None, Some(1.0), Some(2.0)), "–");
        assert_eq!(recall.difference(Some(-0.083), Some(-0.27), Some(0.0)), "−8.3 points [−27, 0]");
        assert_eq!((delay.change(12.0), delay.value(Some(65.0))), ("+12 min".to_owned(), "1 h 5 min".to_owned()));
        assert_eq!((cost.best([3.0, 1.0, 2.0]), recall.best([3.0, 1.0]), cost.best([])), (Some(1.0), Some(3.0), None));
    }
}
