//! Whether two ways of deciding the same yes-or-no questions differ (McNemar 1947, Psychometrika 12:153; exact form).

use super::binomial::binomial_lower;
use std::f64::consts::LN_2;

/// The two-sided p-value that `only_first` and `only_second` differ by chance: of the questions on which the two disagree, each is right
/// alone in half, `2 · P(X ≤ min)` with `X ~ Binomial(only_first + only_second, ½)`, at most 1. Those on which they agree say nothing.
///
/// `None` where they agree on every question.
#[must_use]
pub fn mcnemar(only_first: u64, only_second: u64) -> Option<f64> {
    let discordant = only_first + only_second;
    if discordant == 0 {
        return None;
    }
    if 2 * only_first.min(only_second) + 1 >= discordant {
        // The half below the middle and the middle: at least ½.
        return Some(1.0);
    }
    let tail = binomial_lower(only_first.min(only_second), discordant, 0.5, 0.5)?;
    Some((tail + LN_2).min(0.0).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hand_computed() {
        assert_eq!(mcnemar(0, 0), None);
        // 2·½⁵; 2·(1 + 10)/2¹⁰; 2·(1 + 8 + 28)/2⁸; more than 1 is 1.
        let rows = [(0, 5, 0.0625), (9, 1, 22.0 / 1024.0), (2, 6, 74.0 / 256.0), (4, 4, 1.0), (1, 0, 1.0)];
        for (first, second, expected) in rows {
            let p = mcnemar(first, second).unwrap();
            assert!((p - expected).abs() < 1e-12, "{first}, {second}: {p}");
        }
    }

    proptest! {
        #[test]
        fn the_sides_are_alike_and_p_falls_with_the_gap(a in 0..200u64, b in 0..200u64) {
            prop_assume!(a + b > 0);
            let p = mcnemar(a, b).unwrap();
            prop_assert!((0.0..=1.0).contains(&p) && (p - mcnemar(b, a).unwrap()).abs() < 1e-15);
            prop_assert!(a < b || mcnemar(a + 1, b).unwrap() <= p + 1e-12);
        }
    }
}
