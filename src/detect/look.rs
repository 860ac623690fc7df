//! One window with everything that a detector may know of it.

use super::DetectSpec;
use crate::dataset::DataSet;
use crate::model::{Instant, Interval, Span, Window};
use crate::series::{Calendar, Cell, Exposures, Observed, Series, cells, without};
use std::sync::OnceLock;

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
    cells: OnceLock<Vec<Cell>>,
    controls: OnceLock<Vec<String>>,
    /// The same look at the first part of W, for detectors with a shorter window of their own.
    parts: Vec<(Span, Self)>,
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
        let (cells, controls) = (OnceLock::new(), OnceLock::new());
        Self { data, window, horizon, baseline, exposures, calendar, cells, controls, parts: Vec::new() }
    }

    /// The first `span` of this look's W, decided when this look is.
    fn part(&self, spec: &DetectSpec, span: Span) -> Self {
        let start = self.window.window.start;
        let interval = Interval::new(start, start + span);
        let window = Window { window: interval, ..self.window.clone() };
        let (data, baseline) = (self.data, self.baseline.clone());
        let exposures = Exposures::in_units(data, &window.service, spec.exposure, interval, &baseline);
        let (cells, controls) = (OnceLock::new(), self.controls.clone());
        let calendar = self.calendar.clone();
        Self { data, window, horizon: interval, baseline, exposures, calendar, cells, controls, parts: Vec::new() }
    }

    /// Past windows that are like W, latest day first.
    pub fn cells(&self) -> &[Cell] {
        self.cells
            .get_or_init(|| cells(self.data, &self.calendar, &self.window.service, self.window.window, &self.baseline))
    }

    /// Past windows as long as `interval`, at its time of day, like [`Look::cells`].
    #[must_use]
    pub fn cells_like(&self, interval: Interval) -> Vec<Cell> {
        cells(self.data, &self.calendar, &self.window.service, interval, &self.baseline)
    }

    /// Exposure of any interval in the unit of `of`; `None` where requests are not known.
    #[must_use]
    pub fn exposure(&self, of: Exposures, interval: Interval) -> Option<f64> {
        of.unit.measure(self.data, &self.window.service, interval)
    }

    /// Exposure of some services together, in the same unit.
    #[must_use]
    pub fn exposure_of(&self, services: &[String], of: Exposures, interval: Interval) -> Option<f64> {
        services.iter().map(|service| of.unit.measure(self.data, service, interval)).sum()
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

    /// Records of some services together, whatever their signature, as far as they had arrived at the decision.
    #[must_use]
    pub fn count_services(&self, series: &Series, services: &[String], interval: Interval) -> u64 {
        let what = Observed { interval, by: self.window.decided_at };
        services.iter().map(|service| series.service_count(service, what)).sum()
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

    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    #[must_use]
    pub const fn decided_at(&self) -> Instant {
        self.window.decided_at
    }
}
