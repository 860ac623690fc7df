//! Affiliation precision and recall of events in continuous time (Huet, Navarro & Rossi, KDD 2022).
//!
//! The range is cut into one zone for each true event, half-way between neighbours. Inside a zone, precision is the
//! probability that a random point would be further from the event than the predictions are, and recall the probability that
//! a random prediction would be further from the points of the event. Random predictions score about ½ (statistics.md §9).

use super::Bounds;
use super::intervals::{overlapping, union};

/// Scores of one zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZoneScore {
    /// In [0, 1]; `None` without a prediction in the zone.
    pub precision: Option<f64>,
    /// In [0, 1]; 0 without a prediction in the zone.
    pub recall: f64,
}

/// Scores of each true event, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Affiliation {
    pub zones: Vec<ZoneScore>,
}

impl Affiliation {
    /// Events are half-open intervals of positive length inside `range`; those that touch or overlap are one event, and
    /// predictions beyond the range are cut off. `None` without a true event, or if one reaches beyond the range.
    #[must_use]
    pub fn of(predicted: &[Bounds], truth: &[Bounds], range: Bounds) -> Option<Self> {
        let events = |list: &[Bounds]| union(list.iter().map(|event| (event.low, event.high)));
        let (predicted, truth) = (events(predicted), events(truth));
        let (first, last) = (truth.first()?, truth.last()?);
        if !(range.low <= first.0 && last.1 <= range.high && range.low.is_finite() && range.high.is_finite()) {
            return None;
        }
        let border = |pair: &[(f64, f64)]| f64::midpoint(pair[0].1, pair[1].0);
        let mut borders = vec![range.low];
        borders.extend(truth.windows(2).map(border));
        borders.push(range.high);
        let zones = truth.iter().zip(borders.windows(2)).map(|(&event, zone)| {
            let zone = Zone { start: zone[0], end: zone[1], event };
            let clipped = overlapping(&predicted, zone.start, zone.end).iter();
            zone.score(&clipped.map(|piece| (piece.0.max(zone.start), piece.1.min(zone.end))).collect::<Vec<_>>())
        });
        Some(Self { zones: zones.collect() })
    }

    /// Mean over the zones that have predictions; `None` if no zone has.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        let known: Vec<f64> = self.zones.iter().filter_map(|zone| zone.precision).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    /// Mean over all zones.
    #[must_use]
    pub fn recall(&self) -> f64 {
        self.zones.iter().map(|zone| zone.recall).sum::<f64>() / self.zones.len() as f64
    }

    /// Harmonic mean of both; `None` without predictions.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let (precision, recall) = (self.precision()?, self.recall());
        let sum = precision + recall;
        (sum > 0.0).then(|| 2.0 * precision * recall / sum)
    }
}

/// A true event, and the stretch of the range that is nearest to it.
struct Zone {
    start: f64,
    end: f64,
    event: (f64, f64),
}

impl Zone {
    /// `predicted`: disjoint intervals inside the zone, in order.
    fn score(&self, predicted: &[(f64, f64)]) -> ZoneScore {
        if predicted.is_empty() {
            return ZoneScore { precision: None, recall: 0.0 };
        }
        ZoneScore { precision: Some(self.precision(predicted)), recall: self.recall(predicted) }
    }

    /// Mean over predicted points `x` of the share of the zone that is at least as far from the event as `x`.
    fn precision(&self, predicted: &[(f64, f64)]) -> f64 {
        let (from, to) = self.event;
        // Up to this distance both sides of the event are inside the zone.
        let near = (from - self.start).min(self.end - to);
        let share = |x: f64| {
            let distance = (from - x).max(x - to).max(0.0);
            let nearer = if distance > 0.0 { to - from + distance + distance.min(near) } else { 0.0 };
            1.0 - nearer / (self.end - self.start)
        };
        let mut turns = vec![from - near, from, to, to + near];
        turns.sort_by(f64::total_cmp);
        let length: f64 = predicted.iter().map(|piece| piece.1 - piece.0).sum();
        predicted.iter().map(|piece| integral(*piece, &turns, share)).sum::<f64>() / length
    }

    /// Mean over points `y` of the event of the share of the zone that is at least as far from `y` as the predictions are.
    fn recall(&self, predicted: &[(f64, f64)]) -> f64 {
        let distance = |y: f64| {
            let next = predicted.partition_point(|piece| piece.1 < y);
            let above = predicted.get(next).map_or(f64::INFINITY, |piece| (piece.0 - y).max(0.0));
            let below = next.checked_sub(1).map_or(f64::INFINITY, |last| y - predicted[last].1);
            above.min(below)
        };
        let share = |y: f64| {
            let nearer = distance(y).min(y - self.start) + distance(y).min(self.end - y);
            1.0 - nearer / (self.end - self.start)
        };
        let middle = |pair: &[(f64, f64)]| f64::midpoint(pair[0].1, pair[1].0);
        let mut turns: Vec<f64> = predicted.windows(2).map(middle).collect();
        for end in predicted.iter().flat_map(|piece| [piece.0, piece.1]) {
            turns.extend([end, f64::midpoint(self.start, end), f64::midpoint(end, self.end)]);
        }
        turns.sort_by(f64::total_cmp);
        integral(self.event, &turns, share) / (self.event.1 - self.event.0)
    }
}

/// Integral over `(start, end)` of a function that is linear between the sorted `turns`, exact by its value in the middle of
/// each piece: it may jump at a turn.
fn integral((start, end): (f64, f64), turns: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let inner = turns.iter().copied().filter(|turn| start < *turn && *turn < end);
    let (mut sum, mut low) = (0.0, start);
    for high in inner.chain([end]) {
        sum += (high - low) * f(f64::midpoint(low, high));
        low = high;
    }
    sum
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bounds(low: f64, high: f64) -> Bounds {
        Bounds { low, high }
    }

    fn score(predicted: &[(f64, f64)], truth: &[(f64, f64)]) -> Option<Affiliation> {
        let list =
            |events: &[(f64, f64)]| -> Vec<Bounds> { events.iter().map(|event| bounds(event.0, event.1)).collect() };
        Affiliation::of(&list(predicted), &list(truth), bounds(0.0, 100.0))
    }

    #[test]
    fn what_is_undefined() {
        assert_eq!(score(&[(1.0, 2.0)], &[]), None);
        assert_eq!(score(&[], &[(90.0, 101.0)]), None);
        let silent = score(&[], &[(10.0, 20.0)]).unwrap();
        assert_eq!((silent.precision(), silent.recall(), silent.f1()), (None, 0.0, None));
    }

    #[test]
    fn an_event_that_fills_the_range() {
        let got = score(&[(0.0, 1.0)], &[(0.0, 100.0)]).unwrap();
        assert_eq!(got.precision(), Some(1.0));
        assert!(got.recall() > 0.0 && got.recall() < 1.0);
    }

    #[test]
    fn predictions_are_a_set() {
        let truth = [(10.0, 20.0), (60.0, 70.0)];
        let pieces = score(&[(12.0, 15.0), (15.0, 30.0), (14.0, 16.0), (90.0, 120.0)], &truth);
        assert_eq!(pieces, score(&[(12.0, 30.0), (90.0, 100.0)], &truth));
    }

    /// The share of `cells` small cells of the zone whose middle is at least as far away, averaged over such cells.
    fn by_counting(predicted: (f64, f64), event: (f64, f64)) -> (f64, f64) {
        let cells: Vec<f64> = (0..1_000).map(|i| f64::from(i) / 10.0 + 0.05).collect();
        let outside = |x: f64, interval: (f64, f64)| (interval.0 - x).max(x - interval.1).max(0.0);
        let mean = |part: (f64, f64), share: &dyn Fn(f64) -> usize| {
            let inside: Vec<f64> = cells.iter().copied().filter(|x| part.0 < *x && *x < part.1).collect();
            inside.iter().map(|x| share(*x) as f64 / 1_000.0).sum::<f64>() / inside.len() as f64
        };
        let precision = mean(predicted, &|x| {
            cells.iter().filter(|other| outside(**other, event) >= outside(x, event) - 1e-9).count()
        });
        let recall =
            mean(event, &|y| cells.iter().filter(|other| (*other - y).abs() >= outside(y, predicted) - 1e-9).count());
        (precision, recall)
    }

    proptest! {
        #[test]
        fn agrees_with_counting(a in 0..95i32, b in 1..5i32, c in 0..80i32, d in 1..20i32) {
            let predicted = (f64::from(a), f64::from(a + b));
            let event = (f64::from(c), f64::from(c + d));
            let got = score(&[predicted], &[event]).unwrap();
            let (precision, recall) = by_counting(predicted, event);
            prop_assert!((got.precision().unwrap() - precision).abs() < 3e-3, "{} {precision}", got.precision().unwrap());
            prop_assert!((got.recall() - recall).abs() < 3e-3, "{} {recall}", got.recall());
        }
    }
}
