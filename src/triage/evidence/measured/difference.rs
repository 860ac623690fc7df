//! Did it rise more than where nothing was deployed? Difference in differences (statistics.md §5): what raises both alike cancels.

use super::ratio::{Ratio, phi};
use super::source::{ratio, records};
use crate::model::Evidence;
use crate::stats::{Change, DifferenceInDifferences, RatePair};
use crate::triage::evidence::rules;
use serde::Serialize;

/// Squared residuals beyond four standard deviations count as that far (statistics.md §3).
const CAP: f64 = 16.0;

/// Fewer past windows than this do not tell what is usual.
const MIN_WINDOWS: usize = 3;

/// Records of a signature and of its control in one window; windows are equally long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both {
    pub treated: u64,
    pub control: u64,
}

/// A signature's rise from past windows like W, against that of services without a deploy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Records in W.
    pub treated_records: u64,
    pub control_records: u64,
    /// Past windows that W is held against.
    pub windows: usize,
    /// Rate in W ÷ rate in past windows, of the signature.
    pub treated: Ratio,
    /// Of what was not deployed.
    pub control: Ratio,
    /// The first ÷ the second.
    pub ratio: Ratio,
}

impl Difference {
    /// Exact conditional intervals, each widened by an over-dispersion φ of past windows: of the ratio of ratios by how the two
    /// shared their records there. `None`: fewer than three past windows, or no record of the control at all.
    #[must_use]
    pub fn of(now: Both, past: &[Both]) -> Option<Self> {
        let sum = |arm: fn(&Both) -> u64| past.iter().map(arm).sum::<u64>();
        let (treated, control) = (sum(|both| both.treated), sum(|both| both.control));
        if past.len() < MIN_WINDOWS || now.control + control == 0 {
            return None;
        }
        let windows = past.len() as f64;
        let alone = |now, then, arm: fn(&Both) -> u64| {
            let counts: Vec<u64> = past.iter().map(arm).collect();
            Ratio::of_rates(&RatePair::new(now, 1.0, then, windows)?, phi(&counts))
        };
        let change = |post, pre| Change { post, post_exposure: 1.0, pre, pre_exposure: windows };
        let did = DifferenceInDifferences::new(change(now.treated, treated), change(now.control, control))?;
        Some(Self {
            treated_records: now.treated,
            control_records: now.control,
            windows: past.len(),
            treated: alone(now.treated, treated, |both| both.treated)?,
            control: alone(now.control, control, |both| both.control)?,
            ratio: Ratio::of_ratios(&did, parting(past, treated, control))?,
        })
    }

    /// The control rose beyond chance, and the signature no more than it, as far as the counts can tell.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.control.is_above_one() && !self.ratio.is_above_one()
    }

    /// What the services that were not deployed say together, whatever their signatures.
    pub(in crate::triage) fn evidence(&self) -> Option<Evidence> {
        let summary = format!(
            "Where nothing was deployed, errors rose {} times over {} past windows; that it rose more here is not shown: {} times theirs.",
            self.control.shown(),
            self.windows,
            self.ratio.shown()
        );
        let sources = || {
            let counts = [records("k", self.treated_records), records("not deployed", self.control_records)];
            let rises =
                [ratio("rise where nothing was deployed", &self.control), ratio("rise against theirs", &self.ratio)];
            counts.into_iter().chain(rises.into_iter().flatten()).collect()
        };
        self.is_shared().then(|| rules::ROSE_WITH_OTHERS.evidence(1.0, summary, sources()))
    }
}

/// How much more the two part ways in past windows than chance explains, at least 1: Pearson's dispersion of the treated share.
fn parting(past: &[Both], treated: u64, control: u64) -> f64 {
    let share = treated as f64 / (treated + control) as f64;
    let square = |both: &Both| {
        let all = (both.treated + both.control) as f64;
        let variance = all * share * (1.0 - share);
        (variance > 0.0).then(|| ((both.treated as f64 - all * share).powi(2) / variance).min(CAP))
    };
    let squares: Vec<f64> = past.iter().filter_map(square).collect();
    if squares.len() < MIN_WINDOWS { 1.0 } else { (squares.iter().sum::<f64>() / (squares.len() - 1) as f64).max(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(now: (u64, u64), past: &[(u64, u64)]) -> Option<Difference> {
        let both = |&(treated, control): &(u64, u64)| Both { treated, control };
        Difference::of(both(&now), &past.iter().map(both).collect::<Vec<_>>())
    }

    #[test]
    fn a_common_rise_is_shared_and_one_of_its_own_is_not() {
        let past = [(10, 50), (11, 52), (9, 48), (10, 50)];
        assert!(of((40, 205), &past).unwrap().is_shared());
        assert!(!of((40, 50), &past).unwrap().is_shared());
        let more = of((160, 205), &past).unwrap();
        assert!(!more.is_shared() && more.ratio.is_above_one(), "{more:?}");
        assert_eq!(of((40, 205), &past).unwrap().evidence().unwrap().rule, "rose_with_others");
    }

    #[test]
    fn without_a_control_or_a_past_nothing_is_said() {
        assert_eq!(of((40, 0), &[(1, 0), (2, 0), (1, 0)]), None);
        assert_eq!(of((40, 10), &[(1, 1), (1, 1)]), None);
    }

    #[test]
    fn a_pair_that_parts_ways_by_itself_shows_less() {
        let steady = of((30, 50), &[(10, 50); 6]).unwrap();
        let wild = of((30, 50), &[(2, 90), (18, 10), (20, 15), (0, 85), (15, 20), (5, 80)]).unwrap();
        assert!(steady.ratio.is_above_one() && !wild.ratio.is_above_one(), "{wild:?}");
    }

    proptest! {
        #[test]
        fn the_ratio_is_inside_its_interval(now in (0..200_u64, 0..200_u64), past in prop::collection::vec((0..200_u64, 0..200_u64), 0..12)) {
            if let Some(found) = of(now, &past) {
                for ratio in [found.treated, found.control, found.ratio] {
                    prop_assert!(ratio.interval.low <= ratio.interval.high && ratio.phi >= 1.0);
                    if let Some(value) = ratio.value {
                        prop_assert!(ratio.interval.low <= value && value <= ratio.interval.high, "{ratio:?}");
                    }
                }
            }
        }
    }
}
