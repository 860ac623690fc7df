//! How much burstier than Poisson a signature's counts are, from past windows as long as W.

use super::{History, Past, above_zero};
use crate::model::Interval;
use crate::stats::pearson_phi;
use serde::{Deserialize, Serialize};

/// Fewer cells than this say nothing of a signature's own dispersion (statistics.md §3).
const MIN_CELLS: usize = 8;

/// The cap on residuals follows from the dispersion, which follows from the cap: after so many turns it has settled.
const TURNS: usize = 50;

/// How the dispersion φ (variance ÷ mean, at least 1) is learnt.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pooling {
    /// Residuals beyond so many of their standard deviations count as that far; above 0.
    pub winsor: f64,
    /// Windows that the service's dispersion counts as; above 0.
    pub pool: f64,
}

impl Pooling {
    /// statistics.md §3: 4 standard deviations, 20 windows.
    pub const DEFAULT: Self = Self { winsor: 4.0, pool: 20.0 };

    /// # Errors
    /// When a parameter is out of range.
    pub fn check(self) -> Result<(), String> {
        above_zero("winsor", self.winsor)?;
        above_zero("pool", self.pool)
    }

    /// φ of a signature in windows like `interval`: its own, drawn towards its service's. Both are of windows as long as
    /// `interval`, because neighbouring bins are correlated and a longer window is burstier than a bin of it.
    #[must_use]
    pub fn phi(self, history: &History, interval: Interval) -> f64 {
        let class: Vec<Past> = history.past_like(interval).into_iter().filter(|cell| cell.same_class).collect();
        let mean = class.iter().map(|cell| cell.count).sum::<u64>() as f64 / class.len().max(1) as f64;
        let service = 1.0 + self.of_service(history, interval) * mean;
        let own =
            Some(&class).filter(|class| class.len() >= MIN_CELLS).and_then(|class| robust_phi(class, self.winsor));
        let Some(own) = own else { return service };
        let degrees = (class.len() - 1) as f64;
        ((degrees * own + self.pool * service) / (degrees + self.pool)).max(1.0)
    }

    /// `(φ − 1) ÷ mean` of the service's totals. What multiplies all its errors alike (a shock) makes φ − 1 proportional to the
    /// mean, so that this is what a signature has in common with its service, whatever their counts.
    fn of_service(self, history: &History, interval: Interval) -> f64 {
        let (look, series, unit) = (history.look(), history.series(), history.exposures.unit);
        let find = || {
            let count = |interval| look.count_service(series, interval);
            let cells = look.cells_like(interval);
            let class = cells.iter().filter(|cell| cell.same_class).filter_map(|cell| Past::of(cell, unit, count));
            let class: Vec<Past> = class.collect();
            let mean = class.iter().map(|cell| cell.count).sum::<u64>() as f64 / class.len() as f64;
            robust_phi(&class, self.winsor).map(|phi| (phi.max(1.0) - 1.0) / mean)
        };
        look.remembered((interval, unit, self.winsor.to_bits()), find).unwrap_or(0.0)
    }
}

/// Pearson's dispersion of cells under their common rate, robust. `None`: fewer than two cells, or nothing in them.
fn robust_phi(cells: &[Past], winsor: f64) -> Option<f64> {
    let (count, exposure) = cells.iter().fold((0, 0.0), |(y, e), cell| (y + cell.count, e + cell.exposure));
    let counts: Vec<u64> = cells.iter().map(|cell| cell.count).collect();
    let means: Vec<f64> = cells.iter().map(|cell| count as f64 / exposure * cell.exposure).collect();
    settled(winsor, |cap| pearson_phi(&counts, &means, 1, cap))
}

/// The dispersion φ of which `phi` says what it is when residuals beyond `cap` count as `cap`, with `winsor · √φ` for a cap:
/// `winsor` of the residuals' own standard deviations. So an old outage does not pass for ordinary burstiness, nor ordinary
/// burstiness for an outage (Huber 1964, proposal 2).
pub fn settled(winsor: f64, phi: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let mut last = phi(f64::INFINITY)?;
    for _ in 0..TURNS {
        let next = phi(winsor * last.max(1.0).sqrt())?;
        if (next - last).abs() <= 1e-9 * last {
            break;
        }
        last = next;
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(counts: impl IntoIterator<Item = u64>) -> Vec<Past> {
        let cell = |count| Past { count, exposure: 60.0, same_weekday: false, same_class: true };
        counts.into_iter().map(cell).collect()
    }

    #[test]
    fn one_outage_does_not_pass_for_burstiness() {
        let calm = (0..120).map(|i| 8 + i % 5);
        let outage = robust_phi(&cells(calm.clone().chain([5_000])), 4.0).unwrap();
        assert!(outage < 2.0, "{outage}");
        assert!(robust_phi(&cells(calm.chain([5_000])), 1e9).unwrap() > 1_000.0);
    }

    /// Counts that are always far from their mean are no outliers: a cap in units of Poisson's deviation would hide them.
    #[test]
    fn burstiness_is_not_capped_away() {
        let bursty = robust_phi(&cells((0..120).map(|i| if i % 4 == 0 { 80 } else { 0 })), 4.0).unwrap();
        assert!((bursty - 60.0).abs() < 1.0, "variance 1200 ÷ mean 20: {bursty}");
    }

    #[test]
    fn nothing_to_learn_from_is_none() {
        assert_eq!(robust_phi(&cells([3]), 4.0), None);
        assert_eq!(robust_phi(&cells([0, 0, 0]), 4.0), None);
    }
}
