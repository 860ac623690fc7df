//! A ratio as it is reported: with its counts and its interval.

use super::proportion::wilson;
use serde::{Deserialize, Serialize};

/// Confidence of the intervals that are shown.
const LEVEL: f64 = 0.95;

/// What the two ends of an [`Estimate`] mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Wilson's score interval at `level`: what chance leaves open.
    Wilson,
    /// All unlabelled units counted against the ratio, and for it: what missing labels leave open. Chance is not in it.
    Bounds,
}

/// A ratio with its counts and interval (semantics.md §6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// `numerator / denominator`; `None` where it is undefined or the labels cannot say.
    pub value: Option<f64>,
    /// Lower end in [0, 1].
    pub low: Option<f64>,
    /// Upper end in [0, 1].
    pub high: Option<f64>,
    /// Confidence of the interval; 1 for bounds, which hold whatever the missing labels are.
    pub level: f64,
    /// Labelled units that count.
    pub numerator: u64,
    /// Labelled units.
    pub denominator: u64,
    /// Units that would be in the denominator, had they a label.
    pub unlabelled: u64,
    pub method: Method,
}

impl Estimate {
    /// `numerator / denominator` with Wilson's 95 % interval; all `None` where `denominator` is 0.
    ///
    /// A numerator above the denominator is a bug of the caller: asserted in debug builds, undefined otherwise.
    #[must_use]
    pub fn ratio(numerator: u64, denominator: u64) -> Self {
        debug_assert!(numerator <= denominator, "{numerator} of {denominator}");
        let bounds = wilson(numerator, denominator, 1.0 - LEVEL);
        Self {
            value: bounds.map(|_| numerator as f64 / denominator as f64),
            low: bounds.map(|bounds| bounds.low),
            high: bounds.map(|bounds| bounds.high),
            level: LEVEL,
            numerator,
            denominator,
            unlabelled: 0,
            method: Method::Wilson,
        }
    }

    /// A ratio with nothing to count.
    #[must_use]
    pub fn undefined() -> Self {
        Self::ratio(0, 0)
    }

    /// A ratio of which `unlabelled` further units have no label: `low` counts none of them, `high` all of them. `value` is
    /// the labelled units' ratio where `keep_value`, otherwise `None`. Without unlabelled units the same as
    /// [`Estimate::ratio`].
    #[must_use]
    pub fn bounded(numerator: u64, denominator: u64, unlabelled: u64, keep_value: bool) -> Self {
        let labelled = Self::ratio(numerator, denominator);
        if unlabelled == 0 {
            return labelled;
        }
        let all = (denominator + unlabelled) as f64;
        Self {
            value: labelled.value.filter(|_| keep_value),
            low: Some(numerator as f64 / all),
            high: Some((numerator + unlabelled) as f64 / all),
            level: 1.0,
            unlabelled,
            method: Method::Bounds,
            ..labelled
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_denominator_is_undefined() {
        let json = serde_json::to_string(&Estimate::undefined()).unwrap();
        let expected = r#"{"value":null,"low":null,"high":null,"level":0.95,"numerator":0,"denominator":0,"unlabelled":0,"method":"wilson"}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<Estimate>(&json).unwrap(), Estimate::undefined());
    }

    #[test]
    fn only_unlabelled_units_say_nothing() {
        let estimate = Estimate::bounded(0, 0, 5, true);
        assert_eq!((estimate.value, estimate.low, estimate.high), (None, Some(0.0), Some(1.0)));
        assert_eq!(estimate.method, Method::Bounds);
    }

    #[test]
    fn bounds_by_hand() {
        let estimate = Estimate::bounded(6, 8, 2, true);
        assert_eq!((estimate.value, estimate.low, estimate.high), (Some(0.75), Some(0.6), Some(0.8)));
        assert_eq!(Estimate::bounded(6, 8, 2, false).value, None);
        assert_eq!(Estimate::bounded(6, 8, 0, false), Estimate::ratio(6, 8));
    }

    proptest! {
        #[test]
        fn the_value_lies_between_its_ends(n in 1..10_000u64, part in 0..10_000u64, unlabelled in 0..100u64) {
            let k = part % (n + 1);
            let estimate = Estimate::bounded(k, n, unlabelled, true);
            let value = estimate.value.unwrap();
            prop_assert!(estimate.low.unwrap() <= value && value <= estimate.high.unwrap());
        }
    }
}
