//! Recall when only what was flagged gets reviewed: from audits of the rest, and from two incomplete lists (statistics.md §9).

use super::beta::{logistic, upper_logit};

/// Unflagged windows of one kind, of which some were drawn at random and reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// Unflagged windows.
    pub windows: u64,
    /// Those reviewed; at most `windows`.
    pub audited: u64,
    /// Those reviewed that should have been flagged; at most `audited`.
    pub misses: u64,
}

impl Stratum {
    const fn is_consistent(&self) -> bool {
        self.misses <= self.audited && self.audited <= self.windows
    }

    const fn is_complete(&self) -> bool {
        self.audited == self.windows
    }

    /// Estimated misses; `None` where none of the windows was reviewed.
    fn missed(&self) -> Option<f64> {
        if self.is_complete() {
            Some(self.misses as f64)
        } else {
            (self.audited > 0).then(|| self.windows as f64 * self.misses as f64 / self.audited as f64)
        }
    }

    /// Estimated variance of [`Self::missed`]: `N² (1 − n/N) p (1 − p) / (n − 1)`; `None` with fewer than two reviewed of more.
    fn variance(&self) -> Option<f64> {
        if self.is_complete() {
            return Some(0.0);
        }
        let (all, audited) = (self.windows as f64, self.audited as f64);
        let share = self.misses as f64 / audited;
        (self.audited > 1).then(|| all * (all - audited) * share * (1.0 - share) / (audited - 1.0))
    }

    /// Misses found, and at most so many among the windows not reviewed (Clopper & Pearson 1934, one-sided).
    fn missed_upper(&self, alpha: f64) -> Option<f64> {
        let (misses, rest) = (self.misses as f64, (self.windows - self.audited) as f64);
        if rest == 0.0 || self.misses == self.audited {
            return Some(misses + rest);
        }
        let share = logistic(upper_logit(misses + 1.0, (self.audited - self.misses) as f64, alpha)?);
        Some(misses + rest * share)
    }
}

/// What audits say about the misses of a detector, and its recall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AuditedRecall {
    /// Estimated misses, `Σ Nₕ yₕ / nₕ` (Cochran 1977); `None` where a stratum was not audited.
    pub missed: Option<f64>,
    /// Estimated variance of `missed`; `None` also where a stratum has one audited window of more.
    pub missed_variance: Option<f64>,
    /// One-sided upper bound of the misses at confidence `1 − alpha`: the sum of exact bounds at `alpha ÷ strata` on the
    /// windows not reviewed. A stratum that was not audited counts in full.
    pub missed_upper: f64,
    /// `detected / (detected + missed)`; `None` where `missed` is, and for 0/0.
    pub recall: Option<f64>,
    /// Standard error of `recall` by the delta method; `None` where `recall` or `missed_variance` is.
    pub recall_standard_error: Option<f64>,
    /// `detected / (detected + missed_upper)`, the one-sided lower bound of recall; `None` for 0/0.
    pub recall_lower: Option<f64>,
}

/// Recall of a detector that found `detected` true ones, from audits of what it did not flag, stratified (statistics.md §9).
/// Without the audits recall looks like 1, for nobody looks there (Begg & Greenes 1983).
///
/// `None` where a stratum's numbers contradict each other or unless 0 < `alpha` < 1.
#[must_use]
pub fn audit_recall(detected: u64, strata: &[Stratum], alpha: f64) -> Option<AuditedRecall> {
    if !(strata.iter().all(Stratum::is_consistent) && alpha > 0.0 && alpha < 1.0) {
        return None;
    }
    let each = alpha / strata.len() as f64;
    let missed: Option<f64> = strata.iter().map(Stratum::missed).sum();
    let missed_variance: Option<f64> = strata.iter().map(Stratum::variance).sum();
    let missed_upper = strata.iter().map(|stratum| stratum.missed_upper(each)).sum::<Option<f64>>()?;
    let found = detected as f64;
    let share = |missed: f64| (found + missed > 0.0).then(|| found / (found + missed));
    let recall = missed.and_then(share);
    let error = |missed: f64, variance: f64| found / (found + missed).powi(2) * variance.sqrt();
    let recall_standard_error =
        recall.and(missed).zip(missed_variance).map(|(missed, variance)| error(missed, variance));
    let recall_lower = share(missed_upper);
    Some(AuditedRecall { missed, missed_variance, missed_upper, recall, recall_standard_error, recall_lower })
}

/// The size of a population from two lists that each hold a part of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chapman {
    /// Estimated size: `(n₁+1)(n₂+1)/(m+1) − 1`.
    pub size: f64,
    /// Its estimated variance: `(n₁+1)(n₂+1)(n₁−m)(n₂−m) / ((m+1)²(m+2))` (Seber 1982).
    pub variance: f64,
    /// Share of the population that is on the first list, `n₁ / size`; `None` for an empty population.
    pub recall1: Option<f64>,
}

/// Capture and recapture (Chapman 1951): `n1` and `n2` incidents on the two lists, `both` on both of them. Only for lists
/// that are independent: severe incidents are on every list, so stratify.
///
/// `None` where `both` exceeds a list.
#[must_use]
pub fn chapman(n1: u64, n2: u64, both: u64) -> Option<Chapman> {
    if both > n1.min(n2) {
        return None;
    }
    let (first, second, both) = (n1 as f64, n2 as f64, both as f64);
    let product = (first + 1.0) * (second + 1.0);
    let size = product / (both + 1.0) - 1.0;
    let variance = product * (first - both) * (second - both) / ((both + 1.0).powi(2) * (both + 2.0));
    Some(Chapman { size, variance, recall1: (size > 0.0).then(|| first / size) })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stratum(windows: u64, audited: u64, misses: u64) -> Stratum {
        Stratum { windows, audited, misses }
    }

    #[test]
    fn contradictions_are_none() {
        assert_eq!(audit_recall(1, &[stratum(5, 6, 0)], 0.05), None);
        assert_eq!(audit_recall(1, &[stratum(5, 4, 5)], 0.05), None);
        assert_eq!(audit_recall(1, &[stratum(5, 4, 1)], 1.0), None);
        assert_eq!(chapman(3, 5, 4), None);
    }

    #[test]
    fn edges() {
        let nothing = audit_recall(0, &[], 0.05).unwrap();
        assert_eq!((nothing.missed, nothing.missed_upper, nothing.recall), (Some(0.0), 0.0, None));
        assert_eq!((nothing.recall_lower, nothing.recall_standard_error), (None, None));
        let unaudited = audit_recall(3, &[stratum(9, 0, 0)], 0.05).unwrap();
        assert_eq!((unaudited.missed, unaudited.missed_upper, unaudited.recall), (None, 9.0, None));
        assert_eq!(unaudited.recall_lower, Some(0.25));
        let single = audit_recall(3, &[stratum(9, 1, 0)], 0.05).unwrap();
        assert_eq!((single.missed, single.missed_variance, single.recall), (Some(0.0), None, Some(1.0)));
        assert_eq!(single.recall_standard_error, None);
        let complete = audit_recall(3, &[stratum(1, 1, 1), stratum(0, 0, 0)], 0.05).unwrap();
        assert_eq!((complete.missed_variance, complete.recall_lower), (Some(0.0), Some(0.75)));
        assert_eq!(chapman(0, 0, 0).unwrap(), Chapman { size: 0.0, variance: 0.0, recall1: None });
    }

    /// Statistics §9: 40 found and 5000 windows unflagged; what audits without a miss prove.
    #[test]
    fn audits_alone_prove_little() {
        for (audited, at_least) in [(300, 0.46), (1500, 0.85)] {
            let lower = audit_recall(40, &[stratum(5000, audited, 0)], 0.05).unwrap().recall_lower.unwrap();
            assert!((lower - at_least).abs() < 0.006, "{audited}: {lower}");
        }
    }

    proptest! {
        #[test]
        fn the_bound_is_below_the_estimate(
            found in 1..200u64, parts in prop::collection::vec((1..5_000u64, 0.0..1.0_f64, 0.0..0.3_f64), 1..5),
        ) {
            let draw = |(windows, audited, misses): (u64, f64, f64)| {
                let audited = ((audited * windows as f64) as u64).max(1);
                stratum(windows, audited, (misses * audited as f64) as u64)
            };
            let strata: Vec<Stratum> = parts.into_iter().map(draw).collect();
            let got = audit_recall(found, &strata, 0.05).unwrap();
            prop_assert!(got.recall_lower.unwrap() <= got.recall.unwrap());
            prop_assert!(got.missed.unwrap() <= strata.iter().map(|s| s.windows as f64).sum());
        }

        #[test]
        fn chapman_holds_both_lists(both in 0..50u64, more1 in 0..50u64, more2 in 0..50u64) {
            let got = chapman(both + more1, both + more2, both).unwrap();
            prop_assert!(got.size >= (both + more1 + more2) as f64 - 1e-9);
            prop_assert!(got.variance >= 0.0);
        }
    }
}
