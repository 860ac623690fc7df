//! One metric of one trial, unit by unit, so that it can be summed over any units, each as often as it is drawn.

use super::amounts::Amounts;
use super::objective::{Form, Metric};
use crate::evaluate::Labels;
use crate::stats::Estimate;

/// What one unit puts into a metric: an amount; or numerator, denominator and what has no label; or minutes of one incident and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    pub unit: u32,
    pub a: f64,
    pub b: f64,
    pub open: f64,
}

/// A metric of a trial. Terms are in the order of units; those that are all 0 are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub metric: Metric,
    pub terms: Vec<Term>,
}

/// Sums of terms over some units; those of several sets of units add up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    a: f64,
    b: f64,
    open: f64,
    /// Of a median: values with how often each counts.
    values: Vec<(f64, f64)>,
}

impl Profile {
    /// `waits`: minutes to the right action, by unit; only the metric `act_minutes` looks at them.
    #[must_use]
    pub fn of(metric: Metric, amounts: &[(usize, Amounts)], waits: &[(usize, f64)]) -> Self {
        let terms = if metric.form() == Form::Median {
            waits.iter().map(|&(unit, minutes)| Term { unit: unit as u32, a: minutes, b: 1.0, open: 0.0 }).collect()
        } else {
            let term = |(unit, sum): &(usize, Amounts)| {
                let (a, b) = metric.parts(sum);
                Term { unit: *unit as u32, a, b, open: metric.open(sum) }
            };
            amounts.iter().map(term).filter(|term| term.a != 0.0 || term.b != 0.0 || term.open != 0.0).collect()
        };
        Self { metric, terms }
    }

    /// Sums, each unit counted `weights` times.
    #[must_use]
    pub fn parts(&self, weights: &[f64]) -> Parts {
        let mut parts = Parts::default();
        let is_median = self.metric.form() == Form::Median;
        for term in &self.terms {
            let weight = weights[term.unit as usize];
            if weight == 0.0 {
                continue;
            }
            if is_median {
                parts.values.push((term.a, weight));
            } else {
                parts.a += weight * term.a;
                parts.b += weight * term.b;
                parts.open += weight * term.open;
            }
        }
        parts
    }

    /// Its value over units, each counted `weights` times, in so many days; `None`: undefined.
    #[must_use]
    pub fn value(&self, weights: &[f64], days: f64) -> Option<f64> {
        self.parts(weights).value(self.metric, days)
    }

    /// What tells two profiles apart.
    pub fn key(&self) -> impl Iterator<Item = u64> {
        self.terms.iter().flat_map(|t| [u64::from(t.unit), t.a.to_bits(), t.b.to_bits(), t.open.to_bits()])
    }
}

impl Parts {
    pub fn add(&mut self, other: &Self) {
        self.a += other.a;
        self.b += other.b;
        self.open += other.open;
        self.values.extend_from_slice(&other.values);
    }

    /// The metric in so many days; `None`: undefined.
    #[must_use]
    pub fn value(&self, metric: Metric, days: f64) -> Option<f64> {
        match metric.form() {
            Form::Median => weighted_median(self.values.clone()),
            Form::PerMonth | Form::Ratio => metric.value(self.a, self.b, days),
        }
    }

    /// The ratio with its interval, as a [`Sheet`](super::Sheet) has it of whole units.
    #[must_use]
    pub fn estimate(&self, labels: Option<Labels>) -> Estimate {
        let count = |x: f64| x.round() as u64;
        match labels {
            Some(_) => Estimate::bounded(count(self.a), count(self.b), count(self.open), true),
            None => Estimate::undefined(),
        }
    }
}

/// The median of values that count several times each: the mean of the two in the middle. `None`: there is none.
#[must_use]
pub fn weighted_median(mut values: Vec<(f64, f64)>) -> Option<f64> {
    values.sort_by(|x, y| x.0.total_cmp(&y.0));
    let all = values.iter().fold(0.0, |sum, value| sum + value.1);
    let at = |rank: f64| {
        let mut passed = 0.0;
        let found = values.iter().find(|value| {
            passed += value.1;
            passed > rank
        });
        found.map(|value| value.0)
    };
    if all > 0.0 { Some(f64::midpoint(at(((all - 1.0) / 2.0).floor())?, at((all / 2.0).floor())?)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::median;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_weighted_median_is_that_of_the_values_written_out(values in prop::collection::vec((0.0..50.0_f64, 0..4_u32), 0..12)) {
            let out: Vec<f64> = values.iter().flat_map(|&(x, n)| std::iter::repeat_n(x, n as usize)).collect();
            let weighted = values.iter().map(|&(x, n)| (x, f64::from(n))).collect();
            let (ours, theirs) = (weighted_median(weighted), median(&out));
            prop_assert!(ours == theirs || (ours.unwrap() - theirs.unwrap()).abs() < 1e-12, "{ours:?}, {theirs:?}");
        }
    }
}
