//! One window with everything that a detector may know of it.

use super::DetectSpec;
use super::arms::Arm;
use super::memo::Memo;
use super::versions::Versions;
use crate::dataset::DataSet;
use crate::model::{Instant, Interval, Span, Window};
use crate::series::{
    Calendar, Cell, Column, Exposure, Exposures, Observed, Series, cells, columns, is_inside, without,
};
use std::sync::{Arc, OnceLock};

/// How long before a deploy a service must have had none of its own to be a control (statistics.md §5).
const QUIET: Span = Span::hours(2);

/// A window to look at. Where a pipeline polls, `window.window` is the part of W that has passed.
pub struct Look<'a> {
    data: &'a DataSet,
    pub window: Window,
    /// W as planned; where a pipeline looks once, what it looked at.
    pub horizon: Interval,
    /// B in pieces: dropped incidents are cut out.
    pub baseline: Vec<Interval>,
    /// Of W and B, in each unit asked for: one or two.
    pub exposures: Vec<Exposures>,
    calendar: Calendar,
    controls: OnceLock<Vec<String>>,
    known: Known,
    /// The same look at the first part of W, for detectors with a shorter window of their own.
    parts: Vec<(Span, Self)>,
}

/// What has been asked of a look before.
struct Known {
    cells: Memo<Interval, Arc<[Cell]>>,
    columns: Memo<(Interval, Span), Arc<[Column]>>,
    control_arms: Memo<(Interval, Exposure), Option<Arm>>,
    versions: Memo<(), Option<Versions>>,
    /// Of the service's totals; by interval, unit and the bits of the cap on residuals.
    burstiness: Memo<(Interval, Exposure, u64), Option<f64>>,
}

impl Known {
    const fn new() -> Self {
        Self {
            cells: Memo::new(),
            columns: Memo::new(),
            control_arms: Memo::new(),
            versions: Memo::new(),
            burstiness: Memo::new(),
        }
    }

    fn forget(&self) {
        self.cells.forget();
        self.columns.forget();
        self.control_arms.forget();
        self.versions.forget();
        self.burstiness.forget();
    }
}

impl<'a> Look<'a> {
    /// A look at `window`, whose baseline loses the `dropped` intervals.
    #[must_use]
    pub fn new(data: &'a DataSet, spec: &DetectSpec, window: Window, horizon: Interval, dropped: &[Interval]) -> Self {
        let whole = Self::plain(data, spec, window, horizon, dropped);
        let shorter = spec.detector.horizons().into_iter().filter(|&span| span < whole.window.window.span());
        let parts = shorter.map(|span| (span, whole.part(spec, span))).collect();
        Self { parts, ..whole }
    }

    fn plain(data: &'a DataSet, spec: &DetectSpec, window: Window, horizon: Interval, dropped: &[Interval]) -> Self {
        let baseline = without(window.baseline, dropped);
        let exposures = Exposures::in_units(data, &window.service, spec.exposure, window.window, &baseline);
        let calendar = Calendar::of(&data.manifest.timezone);
        let (controls, known) = (OnceLock::new(), Known::new());
        Self { data, window, horizon, baseline, exposures, calendar, controls, known, parts: Vec::new() }
    }

    /// The first `span` of this look's W, decided when this look is.
    fn part(&self, spec: &DetectSpec, span: Span) -> Self {
        let start = self.window.window.start;
        let interval = Interval::new(start, start + span);
        let window = Window { window: interval, ..self.window.clone() };
        let (data, baseline) = (self.data, self.baseline.clone());
        let exposures = Exposures::in_units(data, &window.service, spec.exposure, interval, &baseline);
        let (calendar, controls, known) = (self.calendar.clone(), self.controls.clone(), Known::new());
        Self { data, window, horizon: interval, baseline, exposures, calendar, controls, known, parts: Vec::new() }
    }

    /// Past windows that are like W, latest day first.
    pub fn cells(&self) -> Arc<[Cell]> {
        self.cells_like(self.window.window)
    }

    /// Past windows as long as `interval`, at its time of day, like [`Look::cells`].
    #[must_use]
    pub fn cells_like(&self, interval: Interval) -> Arc<[Cell]> {
        let find = || cells(self.data, &self.calendar, &self.window.service, interval, &self.baseline).into();
        self.known.cells.get(interval, find)
    }

    /// Bins of `whole` and the same bins of past days.
    #[must_use]
    pub fn columns(&self, whole: Interval, bin: Span) -> Arc<[Column]> {
        let find = || columns(self.data, &self.calendar, &self.window.service, (whole, bin), &self.baseline).into();
        self.known.columns.get((whole, bin), find)
    }

    /// Whether an interval lies wholly inside B.
    #[must_use]
    pub fn is_in_baseline(&self, interval: Interval) -> bool {
        is_inside(interval, &self.baseline)
    }

    /// Exposure of any interval; `None` where requests are asked for and not known.
    #[must_use]
    pub fn exposure(&self, unit: Exposure, interval: Interval) -> Option<f64> {
        unit.measure(self.data, &self.window.service, interval)
    }

    /// Services that were not deployed from two hours before the deploy until the decision, by name; this one is not among them.
    pub fn controls(&self) -> &[String] {
        self.controls.get_or_init(|| {
            let from = self.window.window.start - QUIET;
            let changed = |service: &str| {
                let near = self.data.deploys.iter().filter(|d| from <= d.deployed_at);
                let mut near = near.filter(|d| d.deployed_at <= self.window.decided_at);
                near.any(|d| d.services.iter().any(|s| s == service))
            };
            let services = self.data.records.services.iter();
            let mut controls: Vec<String> =
                services.filter(|s| *s != self.window.service && !changed(s)).map(str::to_owned).collect();
            controls.sort();
            controls
        })
    }

    /// One service, whatever the signature, as far as records had arrived at the decision. `None`: its requests are not known.
    #[must_use]
    pub fn arm_of(&self, series: &Series, service: &str, unit: Exposure, interval: Interval) -> Option<Arm> {
        let exposure = unit.measure(self.data, service, interval)?;
        let count = series.service_count(service, Observed { interval, by: self.window.decided_at });
        Some(Arm { count, exposure })
    }

    /// The controls together, whatever the signature, as far as records had arrived at the decision. `None`: there is none, or
    /// its requests are not known.
    #[must_use]
    pub fn control_arm(&self, series: &Series, unit: Exposure, interval: Interval) -> Option<Arm> {
        let what = Observed { interval, by: self.window.decided_at };
        let find = || {
            let exposures = self.controls().iter().map(|service| unit.measure(self.data, service, interval));
            let exposure = exposures.sum::<Option<f64>>().filter(|&sum| sum > 0.0)?;
            let count = self.controls().iter().map(|service| series.service_count(service, what)).sum();
            Some(Arm { count, exposure })
        };
        self.known.control_arms.get((interval, unit), find)
    }

    /// Records of the window's own service, whatever their signature, as far as they had arrived at the decision.
    #[must_use]
    pub fn count_service(&self, series: &Series, interval: Interval) -> u64 {
        series.service_count(&self.window.service, Observed { interval, by: self.window.decided_at })
    }

    /// The same look at the first `span` of W: `None` before that much of it has passed.
    #[must_use]
    pub fn until(&self, span: Span) -> Option<&Self> {
        if span == self.window.window.span() {
            return Some(self);
        }
        self.parts.iter().find(|(length, _)| *length == span).map(|(_, part)| part)
    }

    /// Which versions of the service run side by side in W.
    pub fn versions(&self, series: &Series) -> Option<Versions> {
        self.known.versions.get((), || Versions::of(series, self))
    }

    /// An answer about the totals of the service in past windows like `interval`, found by `find` where it is new.
    pub fn remembered(&self, about: (Interval, Exposure, u64), find: impl FnOnce() -> Option<f64>) -> Option<f64> {
        self.known.burstiness.get(about, find)
    }

    /// Drops what can be found again, once all signatures of the window are measured.
    pub fn forget(&self) {
        self.known.forget();
        self.parts.iter().for_each(|(_, part)| part.forget());
    }

    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    #[must_use]
    pub const fn decided_at(&self) -> Instant {
        self.window.decided_at
    }
}
