//! Rows of a series as windows of one length.

use crate::dataset::CountSeries;
use crate::model::{Instant, Interval, Span, UserError};

/// Rows that may come early in a row before the step is held to be wrong.
const EARLIEST: i64 = 12;

/// Where each row begins, on a grid of steps: a row that comes a little early or late is none the shorter or longer.
pub(super) struct Grid {
    pub step: Span,
    pub starts: Vec<Instant>,
    /// Rows from this one on are judged.
    pub first: usize,
    /// Times without a row, or with one that says nothing, in order: their exposure is not known, so they are no part of a baseline.
    gaps: Vec<Interval>,
}

impl Grid {
    /// `None` where nothing can be judged: all rows are warm-up. The step is the warm-up's, so that no later row has a
    /// say in it.
    pub(super) fn of(series: &CountSeries, warm_up: Span) -> Result<Option<Self>, UserError> {
        let rows = &series.rows;
        let Some(origin) = rows.first().map(|row| row.at) else { return Ok(None) };
        // Without a row before it there is nothing to judge one by.
        let first = rows.partition_point(|row| row.at < origin + warm_up).max(1);
        let Some(step) = series.step(first.max(2)).filter(|_| first < rows.len()) else { return Ok(None) };
        let (mut slot, mut starts, mut gaps) = (-1, Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let nearest = ((row.at - origin).micros() + step.micros() / 2) / step.micros();
            let at = |slot: i64| origin + Span::from_micros(slot * step.micros());
            if nearest > slot + 1 {
                gaps.push(Interval::new(at(slot + 1), at(nearest)));
            }
            slot = nearest.max(slot + 1);
            if slot > nearest + EARLIEST {
                let message = format!("its rows are {step} apart at first, and closer before {}", row.timestamp.trim());
                return Err(UserError::new(&series.name, message, "bring the series to one step"));
            }
            if row.known().is_none() {
                gaps.push(Interval::new(at(slot), at(slot + 1)));
            }
            starts.push(at(slot));
        }
        Ok(Some(Self { step, starts, first, gaps }))
    }

    pub(super) fn row(&self, index: usize) -> Interval {
        Interval::new(self.starts[index], self.starts[index] + self.step)
    }

    /// The gaps of a baseline.
    pub(super) fn gaps_in(&self, baseline: Interval) -> &[Interval] {
        let from = self.gaps.partition_point(|gap| gap.end <= baseline.start);
        let to = self.gaps.partition_point(|gap| gap.start < baseline.end);
        &self.gaps[from..to.max(from)]
    }
}
