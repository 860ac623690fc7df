use super::{Baseline, Look};
use crate::model::{Interval, Span};
use crate::series::{Cell, Exposure, Exposures, GroupId, Observed, Series};

/// What may be known of one (service, signature) when a decision is made: counts in any interval, as far as records had
/// arrived by then. The future cannot be asked for.
#[derive(Clone, Copy)]
pub struct History<'a> {
    series: &'a Series<'a>,
    look: &'a Look<'a>,
    group: GroupId,
    baseline: Baseline,
    /// Exposures of W and of the baseline's part that is compared with it, in the same unit.
    pub exposures: Exposures,
    /// Records in W.
    pub k: u64,
    /// Records in the baseline's part that is compared with W.
    pub baseline_count: u64,
}

/// A past window's count and exposure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    pub count: u64,
    /// Same unit as [`History::exposures`].
    pub exposure: f64,
    /// Wall-clock days before W, at least 1.
    pub days_before: u32,
    /// Windows after W's time of day; 0: at it.
    pub step: i64,
    /// Weekday or weekend like W.
    pub same_class: bool,
}

impl Past {
    /// What `count` says of a cell; `None`: its exposure is not known.
    pub fn of(cell: &Cell, unit: Exposure, count: impl FnOnce(Interval) -> u64) -> Option<Self> {
        let exposure = cell.exposure(unit)?;
        let Cell { days_before, step, same_class, .. } = *cell;
        Some(Self { count: count(cell.interval), exposure, days_before, step, same_class })
    }

    /// Days from W's weekday to this one's, backwards, in [0, 7); 0: the same.
    #[must_use]
    pub const fn weekdays_before(&self) -> usize {
        (self.days_before % 7) as usize
    }
}

impl<'a> History<'a> {
    /// `exposures`: one of the look's.
    #[must_use]
    pub fn new(
        series: &'a Series<'a>,
        look: &'a Look<'a>,
        group: GroupId,
        baseline: Baseline,
        exposures: Exposures,
    ) -> Self {
        let mut history = Self { series, look, group, baseline, exposures, k: 0, baseline_count: 0 };
        history.k = history.count(look.window.window);
        (history.baseline_count, history.exposures.baseline) = baseline.read(&history);
        history
    }

    /// The same with one record more in W: what the next larger p-value of a discrete test is made of.
    #[must_use]
    pub const fn with_one_more(self) -> Self {
        Self { k: self.k + 1, ..self }
    }

    /// Records in `interval` that had arrived when the decision was made.
    #[must_use]
    pub fn count(&self, interval: Interval) -> u64 {
        self.series.count(self.group, Observed { interval, by: self.look.decided_at() })
    }

    /// Records in all of B.
    #[must_use]
    pub fn count_in_baseline(&self) -> u64 {
        self.look.baseline.iter().map(|&piece| self.count(piece)).sum()
    }

    /// Records per unit of exposure in all of B, whatever the hour.
    #[must_use]
    pub fn flat_rate(&self) -> f64 {
        let whole = self.look.exposures.iter().find(|e| e.unit == self.exposures.unit);
        whole.map_or(0.0, |whole| self.count_in_baseline() as f64 / whole.baseline)
    }

    /// Exposure of any interval, in the unit of [`History::exposures`].
    #[must_use]
    pub fn exposure(&self, interval: Interval) -> Option<f64> {
        self.look.exposure(self.exposures.unit, interval)
    }

    /// W as far as it has passed.
    #[must_use]
    pub const fn window(&self) -> Interval {
        self.look.window.window
    }

    #[must_use]
    pub const fn look(&self) -> &'a Look<'a> {
        self.look
    }

    #[must_use]
    pub const fn series(&self) -> &'a Series<'a> {
        self.series
    }

    /// Rows (of the data set's records) of this signature in `interval` that had arrived when the decision was made.
    pub fn rows(&self, interval: Interval) -> impl Iterator<Item = usize> {
        self.series.rows(self.group, Observed { interval, by: self.look.decided_at() })
    }

    #[must_use]
    pub fn service(&self) -> &str {
        self.series.service(self.group)
    }

    #[must_use]
    pub fn signature(&self) -> &str {
        self.series.template(self.group)
    }

    /// Past windows like W whose exposure is known, latest day first.
    #[must_use]
    pub fn past(&self) -> Vec<Past> {
        self.past_like(self.window())
    }

    /// Past cells like another interval than W (a bin of it), in the same unit.
    #[must_use]
    pub fn past_like(&self, interval: Interval) -> Vec<Past> {
        self.look.cells_like(interval).iter().filter_map(|cell| self.past_cell(cell)).collect()
    }

    /// What this signature did in a past cell; `None`: the exposure is not known.
    #[must_use]
    pub fn past_cell(&self, cell: &Cell) -> Option<Past> {
        Past::of(cell, self.exposures.unit, |interval| self.count(interval))
    }

    /// The history of the first `span` of W; `None` before that much of it has passed.
    #[must_use]
    pub fn until(&self, span: Span) -> Option<Self> {
        let look = self.look.until(span)?;
        let exposures = look.exposures.iter().find(|e| e.unit == self.exposures.unit)?;
        Some(Self::new(self.series, look, self.group, self.baseline, *exposures))
    }

    /// `exposure(W) ÷ exposure(baseline)`.
    #[must_use]
    pub fn exposure_ratio(&self) -> f64 {
        self.exposures.window / self.exposures.baseline
    }

    /// Count expected in W at the rate of the baseline.
    #[must_use]
    pub fn expectation(&self) -> f64 {
        self.baseline_count as f64 * self.exposure_ratio()
    }
}
