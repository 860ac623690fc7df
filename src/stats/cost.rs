//! When acting pays (statistics.md §9).

/// The precision above which acting pays: `(cost_fp + cost_attempt) / (value_tp + cost_fp)`, all in one currency.
/// Above 1: it never pays. `None` where `value_tp + cost_fp` is not positive.
#[must_use]
pub fn break_even_precision(value_tp: f64, cost_fp: f64, cost_attempt: f64) -> Option<f64> {
    let stake = value_tp + cost_fp;
    (stake > 0.0).then(|| (cost_fp + cost_attempt) / stake)
}

/// The cost of a false positive at which the break-even precision is `precision` in [0, 1):
/// `(precision × value_tp − cost_attempt) / (1 − precision)`; for .80, `4 value_tp − 5 cost_attempt`.
#[must_use]
pub fn false_positive_cost_at(precision: f64, value_tp: f64, cost_attempt: f64) -> Option<f64> {
    (0.0..1.0).contains(&precision).then(|| (precision * value_tp - cost_attempt) / (1.0 - precision))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_at_stake_is_none() {
        assert_eq!(break_even_precision(0.0, 0.0, 1.0), None);
        assert_eq!(false_positive_cost_at(1.0, 1.0, 1.0), None);
    }

    proptest! {
        #[test]
        fn the_two_are_inverses(value in 1.0..1e4_f64, attempt in 0.0..1.0_f64, precision in 0.5..0.99_f64) {
            let cost = false_positive_cost_at(precision, value + 2.0, attempt).unwrap();
            let back = break_even_precision(value + 2.0, cost, attempt).unwrap();
            prop_assert!((back - precision).abs() < 1e-9);
        }
    }
}
