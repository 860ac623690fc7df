//! What counts are read against: minutes, or requests where there is traffic data.

use crate::dataset::{DataSet, steps_in};
use crate::model::Interval;
use serde::{Deserialize, Serialize};

/// Share of an interval's traffic steps that must be present for requests to be used; what is missing is filled in at the mean
/// of what is there.
const MIN_COVERAGE: f64 = 0.8;

/// The kind of exposure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// Minutes.
    #[default]
    Time,
    /// Requests of the service, where at least 80 % of the steps are known; minutes otherwise.
    Requests,
    /// Both, each test made twice: the smaller p-value, doubled (statistics.md §1).
    Both,
}

impl Exposure {
    /// The units that a detector reads its counts against, one or two.
    #[must_use]
    pub const fn units(self) -> &'static [Self] {
        match self {
            Self::Time => &[Self::Time],
            Self::Requests => &[Self::Requests],
            Self::Both => &[Self::Requests, Self::Time],
        }
    }

    /// Exposure of an interval in this unit; `None`: its requests are not known, or none.
    #[must_use]
    pub fn measure(self, data: &DataSet, service: &str, interval: Interval) -> Option<f64> {
        match self {
            Self::Requests => requests(data, service, &[interval]).filter(|&n| n > 0.0),
            Self::Time | Self::Both => Some(interval.span().as_minutes()),
        }
    }
}

/// Exposures of a window and of its baseline, in the same unit, both above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exposures {
    pub window: f64,
    pub baseline: f64,
    /// The unit that was used in the end.
    pub unit: Exposure,
}

impl Exposures {
    /// Exposures in each unit that `kind` asks for and the traffic data allows: one or two.
    #[must_use]
    pub fn in_units(
        data: &DataSet,
        service: &str,
        kind: Exposure,
        window: Interval,
        baseline: &[Interval],
    ) -> Vec<Self> {
        let mut all: Vec<Self> = kind.units().iter().map(|&u| Self::of(data, service, u, window, baseline)).collect();
        all.dedup_by_key(|exposures| exposures.unit);
        all
    }

    /// Exposures of `window` against `baseline` (disjoint pieces of time).
    #[must_use]
    pub fn of(data: &DataSet, service: &str, kind: Exposure, window: Interval, baseline: &[Interval]) -> Self {
        if kind == Exposure::Requests {
            if let (Some(w), Some(b)) = (requests(data, service, &[window]), requests(data, service, baseline)) {
                if w > 0.0 && b > 0.0 {
                    return Self { window: w, baseline: b, unit: Exposure::Requests };
                }
            }
        }
        let minutes = baseline.iter().map(|piece| piece.span().as_minutes()).sum();
        Self { window: window.span().as_minutes(), baseline: minutes, unit: Exposure::Time }
    }
}

/// Requests of a service in pieces of time, gaps filled in at the mean; `None` where too little is known.
#[must_use]
pub fn requests(data: &DataSet, service: &str, pieces: &[Interval]) -> Option<f64> {
    let steps = data.traffic.as_ref()?.services.get(service)?;
    let (mut sum, mut present, mut expected) = (0, 0, 0);
    for &piece in pieces {
        let (requests, rows) = steps.requests(piece);
        sum += requests;
        present += rows;
        expected += steps_in(piece, data.manifest.traffic_step);
    }
    let coverage = present as f64 / expected as f64;
    if expected == 0 || coverage < MIN_COVERAGE { None } else { Some(sum as f64 / coverage.min(1.0)) }
}

/// The pieces of `whole` that none of `holes` covers, in order.
#[must_use]
pub fn without(whole: Interval, holes: &[Interval]) -> Vec<Interval> {
    let mut holes: Vec<Interval> = holes.iter().copied().filter(|h| h.intersects(whole)).collect();
    holes.sort();
    let mut pieces = Vec::new();
    let mut start = whole.start;
    for hole in holes {
        pieces.push(Interval::new(start, hole.start));
        start = start.max(hole.end);
    }
    pieces.push(Interval::new(start, whole.end));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;

    #[test]
    fn holes_are_cut_out_even_when_they_overlap() {
        let i = |a, b| Interval::new(Instant::from_micros(a), Instant::from_micros(b));
        assert_eq!(without(i(0, 10), &[i(2, 4), i(3, 6), i(9, 20), i(30, 40)]), [i(0, 2), i(6, 9)]);
        assert_eq!(without(i(0, 10), &[]), [i(0, 10)]);
        assert_eq!(without(i(0, 10), &[i(-5, 50)]), []);
    }
}
