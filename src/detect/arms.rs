//! A series and its controls, now and in past windows like W: the difference of their differences.

use super::dispersion::{Pooling, settled};
use super::{History, Look};
use crate::model::Interval;
use crate::series::{Exposure, Series};
use crate::stats::{Change, DifferenceInDifferences, ln_normal_upper, normal_upper_point};

/// A count and what it is read against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arm {
    pub count: u64,
    /// Above 0.
    pub exposure: f64,
}

/// What was deployed and what was not, in one window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Both {
    pub treated: Arm,
    pub control: Arm,
}

/// A window against past windows of its class.
pub struct Arms {
    pub now: Both,
    pub past: Vec<Both>,
    /// The treated arm has more records in W than there are of both: only in the histories that p-values are bounded with.
    beyond: bool,
}

impl Arms {
    /// A signature against the services that were not deployed. `None`: there is none, or no past window.
    #[must_use]
    pub fn of_signature(history: &History) -> Option<Self> {
        let count = |interval| history.count(interval);
        let (series, look, unit) = (history.series(), history.look(), history.exposures.unit);
        let control = |interval| look.control_arm(series, unit, interval);
        let mut arms = Self::new(look, unit, &count, &control)?;
        // What the history has beyond its records is a record of the treated among as many: the next larger p-value of the exact test.
        let more = history.k - arms.now.treated.count;
        arms.now.treated.count = history.k;
        arms.beyond = more > arms.now.control.count;
        arms.now.control.count = arms.now.control.count.saturating_sub(more);
        Some(arms)
    }

    /// A whole service against one that was not deployed. `None`: there is no past window.
    #[must_use]
    pub fn of_service(series: &Series, look: &Look, control: &str) -> Option<Self> {
        let unit = look.exposures.first()?.unit;
        let count = |interval| look.count_service(series, interval);
        Self::new(look, unit, &count, &|interval| look.arm_of(series, control, unit, interval))
    }

    fn new(
        look: &Look,
        unit: Exposure,
        count: &dyn Fn(Interval) -> u64,
        control: &dyn Fn(Interval) -> Option<Arm>,
    ) -> Option<Self> {
        let both = |interval| {
            let treated = Arm { count: count(interval), exposure: look.exposure(unit, interval)? };
            Some(Both { treated, control: control(interval)? })
        };
        let cells = look.cells();
        let past: Vec<Both> = cells.iter().filter(|c| c.same_class).filter_map(|c| both(c.interval)).collect();
        (!past.is_empty()).then_some(())?;
        Some(Self { now: both(look.window.window)?, past, beyond: false })
    }

    /// All past windows together.
    #[must_use]
    pub fn before(&self) -> Both {
        let sum = |arm: fn(&Both) -> Arm| {
            self.past.iter().map(arm).fold(Arm { count: 0, exposure: 0.0 }, |sum, arm| Arm {
                count: sum.count + arm.count,
                exposure: sum.exposure + arm.exposure,
            })
        };
        Both { treated: sum(|both| both.treated), control: sum(|both| both.control) }
    }

    /// Natural logarithm of the p-value that the treated arm rose no more than its control.
    #[must_use]
    pub fn ln_p(&self) -> f64 {
        if self.beyond {
            return f64::NEG_INFINITY;
        }
        let before = self.before();
        let change = |now: Arm, then: Arm| Change {
            post: now.count,
            post_exposure: now.exposure,
            pre: then.count,
            pre_exposure: then.exposure,
        };
        let (treated, control) = (change(self.now.treated, before.treated), change(self.now.control, before.control));
        let exact = DifferenceInDifferences::new(treated, control).and_then(|did| did.ln_p_exact(1.0));
        // What cannot be computed must not flag.
        exact.map_or(0.0, |ln_p| overdispersed(ln_p, self.dispersion()))
    }

    /// How much more the two part ways without any deploy than chance explains, at least 1: Pearson's dispersion of the treated
    /// arm's share in the past windows (statistics.md §5: dispersion from placebos, not from one series).
    #[must_use]
    pub fn dispersion(&self) -> f64 {
        let before = self.before();
        let squares: Vec<f64> = self.past.iter().filter_map(|then| then.square_residual(before)).collect();
        if squares.len() < 2 {
            return 1.0;
        }
        let phi = |cap: f64| {
            let capped = squares.iter().map(|square| square.min(cap * cap));
            Some(capped.sum::<f64>() / (squares.len() - 1) as f64)
        };
        settled(Pooling::DEFAULT.winsor, phi).unwrap_or(1.0).max(1.0)
    }
}

impl Both {
    /// Share of the records that falls to the treated arm at the rates of `before`; `None` where nothing is expected of one.
    #[must_use]
    pub fn share(&self, before: Self) -> Option<f64> {
        let expected = |now: Arm, then: Arm| now.exposure * then.count as f64 / then.exposure;
        let (treated, control) = (expected(self.treated, before.treated), expected(self.control, before.control));
        (treated > 0.0 && control > 0.0).then(|| treated / (treated + control))
    }

    /// `(a − n π)² ÷ (n π (1 − π))` of `a` records of `n` on the treated arm, `π` its share; `None` without records.
    fn square_residual(&self, before: Self) -> Option<f64> {
        let (share, all) = (self.share(before)?, (self.treated.count + self.control.count) as f64);
        let residual = self.treated.count as f64 - all * share;
        (all > 0.0).then(|| residual * residual / (all * share * (1.0 - share)))
    }
}

/// An exact p-value under counts that vary `phi` times as much as the exact law says: its normal score shrunk by `√phi`. With
/// `phi = 1` it stays as it is; for large counts it becomes the normal test with its standard error times `√phi`.
#[must_use]
pub fn overdispersed(ln_p: f64, phi: f64) -> f64 {
    normal_upper_point(ln_p).map_or(0.0, |z| ln_normal_upper(z / phi.max(1.0).sqrt()))
}
