use crate::model::{Instant, Interval};
use crate::series::{Exposures, GroupId, Observed, Series};

/// What may be known of one (service, signature) when a decision is made: counts in any interval, as far as records had
/// arrived by then. The future cannot be asked for.
pub struct History<'a> {
    series: &'a Series<'a>,
    group: GroupId,
    decided_at: Instant,
    /// Exposures of W and B, in the same unit.
    pub exposures: Exposures,
    /// Records in W.
    pub k: u64,
    /// Records in B.
    pub baseline_count: u64,
}

impl<'a> History<'a> {
    #[must_use]
    pub fn new(
        series: &'a Series<'a>,
        group: GroupId,
        decided_at: Instant,
        window: Interval,
        baseline: &[Interval],
        exposures: Exposures,
    ) -> Self {
        let count = |interval| series.count(group, Observed { interval, by: decided_at });
        let baseline_count = baseline.iter().copied().map(count).sum();
        Self { series, group, decided_at, exposures, k: count(window), baseline_count }
    }

    /// Records in `interval` that had arrived when the decision was made.
    #[must_use]
    pub fn count(&self, interval: Interval) -> u64 {
        self.series.count(self.group, Observed { interval, by: self.decided_at })
    }

    /// `exposure(W) ÷ exposure(B)`.
    #[must_use]
    pub fn exposure_ratio(&self) -> f64 {
        self.exposures.window / self.exposures.baseline
    }

    /// Count expected in W at the flat rate of B.
    #[must_use]
    pub fn flat_expectation(&self) -> f64 {
        self.baseline_count as f64 * self.exposure_ratio()
    }
}
