//! How many labels a go/no-go gate takes, and how many failures it lets pass (statistics.md §10).
//!
//! A gate passes when the one-sided Clopper–Pearson lower bound of the precision is at least `p0`, that is when so many
//! successes would have a probability of at most `alpha` if the precision were `p0`.

use super::binomial::{binomial_lower, binomial_upper};

/// Probabilities that are equal but for rounding count as equal.
const TIE: f64 = 1e-12;

/// More labels than this are not worth planning for.
const MAX_LABELS: u64 = 100_000;

/// How far past a sample size to look for a later one with too little power: to so many times the size, and over so many
/// teeth of the saw. The teeth shrink as power grows, so that nothing is found further on.
const STABLE_TIMES: u64 = 2;
const STABLE_TEETH: u64 = 10;

/// What passes a gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Acceptance {
    /// Fewest successes that pass.
    pub min_successes: u64,
    /// Most failures that pass.
    pub max_failures: u64,
    /// Probability of passing if the precision is exactly `p0`; at most `alpha`.
    pub size: f64,
}

/// What `n` labels must show to prove a precision of `p0` in (0, 1) at level `alpha` in (0, 1). `None` where not even `n`
/// successes would do, and for arguments out of range.
#[must_use]
pub fn acceptance_number(n: u64, p0: f64, alpha: f64) -> Option<Acceptance> {
    let gate = Gate::new(p0, alpha)?;
    let max_failures = last(n, |failures| gate.passes(n, failures))?;
    let size = binomial_upper(n - max_failures, n, p0, 1.0 - p0)?.exp();
    Some(Acceptance { min_successes: n - max_failures, max_failures, size })
}

/// The fewest labels that prove a precision of `p0` at level `alpha` if none of them is a failure: the smallest `n` with
/// `p0ⁿ ≤ alpha`. `None` unless both are in (0, 1).
#[must_use]
pub fn zero_failure_n(p0: f64, alpha: f64) -> Option<u64> {
    let gate = Gate::new(p0, alpha)?;
    Some(((gate.limit() / p0.ln()).ceil() as u64).max(1))
}

/// Labels needed to pass a gate with enough probability. Power is a saw in `n`: it falls until one more failure passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleSize {
    /// The smallest `n` with the power.
    pub first: u64,
    /// The smallest `n` such that every larger one has it too.
    pub stable: u64,
}

/// Labels needed to prove a precision of `p0` at level `alpha` with probability `power`, if it is `p_true`; all in (0, 1).
/// Exact, tooth by tooth of the saw.
///
/// `None` for arguments out of range, where `p_true ≤ p0`, and where 100 000 labels do not have the power.
#[must_use]
pub fn sample_size(p0: f64, p_true: f64, alpha: f64, power: f64) -> Option<SampleSize> {
    let gate = Gate::new(p0, alpha)?;
    if !(p_true > p0 && p_true < 1.0 && power > 0.0 && power < 1.0) {
        return None;
    }
    let enough = |n: u64, failures: u64| {
        binomial_lower(failures, n, 1.0 - p_true, p_true).is_some_and(|tail| tail >= power.ln() * (1.0 + TIE))
    };
    let most = acceptance_number(MAX_LABELS, p0, alpha)?;
    if !enough(MAX_LABELS, most.max_failures) {
        return None;
    }
    let (mut first, mut stable) = (None, None);
    let (mut failures, mut begin) = (0, gate.first_passing(0, 1)?);
    loop {
        // From `begin` to the next tooth so many failures pass, and power falls.
        let next = gate.first_passing(failures + 1, begin + 1)?;
        if enough(begin, failures) {
            first = first.or(Some(begin));
            stable = stable.or(Some((begin, failures)));
        }
        if !enough(next - 1, failures) {
            stable = None;
        }
        if let (Some(first), Some((stable, since))) = (first, stable)
            && next > STABLE_TIMES * stable
            && failures >= since + STABLE_TEETH
        {
            return Some(SampleSize { first, stable });
        }
        (failures, begin) = (failures + 1, next);
    }
}

/// By how much clustered labels are worth less than independent ones: `1 + (m − 1) ρ` for clusters of `m ≥ 1` labels with
/// intraclass correlation `ρ` in [0, 1] (Kish 1965). Multiply sample sizes by it. `None` for arguments out of range.
#[must_use]
pub fn design_effect(cluster_size: f64, intraclass_correlation: f64) -> Option<f64> {
    let ok = cluster_size >= 1.0 && cluster_size.is_finite() && (0.0..=1.0).contains(&intraclass_correlation);
    ok.then_some(1.0 + (cluster_size - 1.0) * intraclass_correlation)
}

/// A precision to prove, and the level.
struct Gate {
    p0: f64,
    ln_alpha: f64,
}

impl Gate {
    fn new(p0: f64, alpha: f64) -> Option<Self> {
        let inside = |x: f64| x > 0.0 && x < 1.0;
        (inside(p0) && inside(alpha)).then(|| Self { p0, ln_alpha: alpha.ln() })
    }

    /// `ln` of the level, with room for rounding.
    fn limit(&self) -> f64 {
        self.ln_alpha + TIE * self.ln_alpha.abs().max(1.0)
    }

    /// Whether so many failures among `n` labels still prove the precision.
    fn passes(&self, n: u64, failures: u64) -> bool {
        failures < n && binomial_lower(failures, n, 1.0 - self.p0, self.p0).is_some_and(|tail| tail <= self.limit())
    }

    /// The smallest `n ≥ from` that passes with so many failures; `None` far beyond what is worth planning for.
    fn first_passing(&self, failures: u64, from: u64) -> Option<u64> {
        let (mut low, mut step) = (from, 1);
        while !self.passes(low + step - 1, failures) {
            low += step;
            step *= 2;
            if low > MAX_LABELS * MAX_LABELS {
                return None;
            }
        }
        let mut high = low + step - 1;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.passes(middle, failures) { high = middle } else { low = middle + 1 }
        }
        Some(low)
    }
}

/// The last of `0..end` for which `holds`, which never becomes true again; `None` where it never is.
fn last(end: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low.checked_sub(1)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::super::clopper_pearson_lower;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn out_of_range_is_none() {
        assert_eq!(acceptance_number(0, 0.8, 0.05), None);
        assert_eq!(acceptance_number(9, 0.8, 1.0), None);
        assert_eq!(acceptance_number(9, 1.0, 0.05), None);
        assert_eq!(acceptance_number(9, f64::NAN, 0.05), None);
        assert_eq!(zero_failure_n(0.0, 0.05), None);
        assert_eq!(sample_size(0.8, 0.8, 0.05, 0.8), None);
        assert_eq!(sample_size(0.8, 0.800_01, 0.05, 0.8), None);
        assert_eq!(sample_size(0.8, 0.9, 0.05, 1.0), None);
        assert_eq!(design_effect(0.5, 0.1), None);
        assert_eq!(design_effect(5.0, 1.1), None);
    }

    /// Statistics §10.
    #[test]
    fn published_numbers() {
        let failures =
            [14, 20, 30, 50, 75, 100, 150, 200, 400].map(|n| acceptance_number(n, 0.8, 0.05).unwrap().max_failures);
        assert_eq!(failures, [0, 0, 2, 5, 8, 13, 21, 30, 66]);
        let labels = [(0.8, 0.85), (0.8, 0.9), (0.8, 0.95), (0.9, 0.95), (0.95, 0.99)]
            .map(|(p0, p_true)| sample_size(p0, p_true, 0.05, 0.8).unwrap().stable);
        assert_eq!(labels, [398, 94, 37, 203, 124]);
        assert_eq!([0.8, 0.9, 0.95, 0.99].map(|p0| zero_failure_n(p0, 0.05).unwrap()), [14, 29, 59, 299]);
        assert!((design_effect(5.0, 0.3).unwrap() - 2.2).abs() < 1e-15);
    }

    #[test]
    fn a_tail_equal_to_the_level_passes() {
        assert_eq!(acceptance_number(2, 0.1, 0.01).unwrap().max_failures, 0);
        assert_eq!(zero_failure_n(0.1, 0.01), Some(2));
        assert_eq!(zero_failure_n(0.1, 0.001), Some(3));
        assert_eq!(zero_failure_n(0.5, 0.9), Some(1));
    }

    proptest! {
        #[test]
        fn passes_where_the_exact_bound_does(n in 1..400u64, p0 in 0.3..0.99_f64, alpha in 0.001..0.2_f64) {
            let proves = |k: u64| clopper_pearson_lower(k, n, alpha).unwrap() >= p0;
            match acceptance_number(n, p0, alpha) {
                None => prop_assert!(!proves(n)),
                Some(found) => {
                    prop_assert!(proves(found.min_successes) && !proves(found.min_successes - 1));
                    prop_assert_eq!(found.min_successes + found.max_failures, n);
                    prop_assert!(found.size <= alpha * (1.0 + 1e-9));
                }
            }
        }

        #[test]
        fn sample_size_agrees_with_the_slow_search(p0 in 0.5..0.85_f64, more in 0.08..0.14_f64, power in 0.5..0.95_f64) {
            let found = sample_size(p0, p0 + more, 0.05, power).unwrap();
            let enough = |n: u64| acceptance_number(n, p0, 0.05).is_some_and(|gate| {
                binomial_upper(gate.min_successes, n, p0 + more, 1.0 - p0 - more).unwrap() >= power.ln()
            });
            let all: Vec<bool> = (1..4 * found.stable).map(enough).collect();
            prop_assert_eq!(all.iter().position(|enough| *enough).unwrap() as u64 + 1, found.first);
            prop_assert_eq!(all.iter().rposition(|enough| !*enough).unwrap() as u64 + 2, found.stable);
        }
    }
}
