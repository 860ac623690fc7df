//! A series and its controls, now and in past windows like W: the difference of their differences.

use super::{History, Look};
use crate::model::Interval;
use crate::series::{Exposures, Series};
use crate::stats::ln_normal_upper;

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
}

impl Arms {
    /// A signature against the services that were not deployed. `None`: there is none, or no past window.
    #[must_use]
    pub fn of_signature(history: &History) -> Option<Self> {
        let count = |interval| history.count(interval);
        let look = history.look();
        let mut arms = Self::new(history.series(), look, look.controls(), history.exposures, &count)?;
        arms.now.treated.count = history.k;
        Some(arms)
    }

    /// A whole service against some of the services that were not deployed.
    #[must_use]
    pub fn of_service(series: &Series, look: &Look, controls: &[String]) -> Option<Self> {
        let count = |interval| look.count_service(series, interval);
        Self::new(series, look, controls, *look.exposures.first()?, &count)
    }

    fn new(
        series: &Series,
        look: &Look,
        controls: &[String],
        unit: Exposures,
        count: &dyn Fn(Interval) -> u64,
    ) -> Option<Self> {
        if controls.is_empty() {
            return None;
        }
        let both = |interval| {
            Some(Both {
                treated: Arm { count: count(interval), exposure: look.exposure(unit, interval)? },
                control: Arm {
                    count: look.count_services(series, controls, interval),
                    exposure: look.exposure_of(controls, unit, interval)?,
                },
            })
        };
        let class = look.cells().iter().filter(|cell| cell.same_class);
        let past: Vec<Both> = class.filter_map(|cell| both(cell.interval)).collect();
        (!past.is_empty()).then_some(())?;
        Some(Self { now: both(look.window.window)?, past })
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
}

impl Arms {
    /// Natural logarithm of the p-value that the treated arm rose no more than its control. How much the two part ways without
    /// any deploy is learnt from the past windows, each held against all of them (statistics.md §5: φ_c from placebos).
    #[must_use]
    pub fn ln_p(&self) -> f64 {
        let before = self.before();
        let placebo = self.past.iter().map(|&then| {
            let (log, variance) = log_ratio(then, before);
            log * log / variance
        });
        let dispersion = (placebo.sum::<f64>() / self.past.len() as f64).max(1.0);
        let (log, variance) = log_ratio(self.now, before);
        ln_normal_upper(log / (dispersion * variance).sqrt())
    }
}

/// Natural logarithm of the ratio of rate ratios, and its variance under Poisson counts (½ added to each; statistics.md §5).
fn log_ratio(now: Both, before: Both) -> (f64, f64) {
    let rate = |arm: Arm| (arm.count as f64 + 0.5) / arm.exposure;
    let log = (rate(now.treated) / rate(before.treated)).ln() - (rate(now.control) / rate(before.control)).ln();
    let variance =
        [now.treated, before.treated, now.control, before.control].map(|arm| (arm.count as f64 + 0.5).recip());
    (log, variance.iter().sum())
}
