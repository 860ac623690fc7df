//! How much burstier than Poisson a signature's counts are, from past windows as long as W.

use super::{History, Past, above_zero};
use crate::model::Interval;
use crate::stats::pearson_phi;
use std::collections::BTreeMap;

/// Fewer cells than this say nothing of a signature's own dispersion (statistics.md §3).
const MIN_CELLS: usize = 8;

/// The cap on residuals follows from the dispersion, which follows from the cap: after so many turns it has settled.
const TURNS: usize = 50;

/// The factors of days of the week follow from the dispersion of days, which follows from them.
const WEEKDAY_TURNS: usize = 3;

/// How the dispersion is learnt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooling {
    /// Residuals beyond so many of their standard deviations count as that far; above 0.
    pub winsor: f64,
    /// Windows that the service's dispersion counts as; above 0.
    pub pool: f64,
}

/// The dispersion of windows like W, and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Variance ÷ mean of a window's count, at least 1.
    pub phi: f64,
    /// The same of the class's windows of a day together: larger where neighbouring windows are alike. At least `phi`.
    pub of_days: f64,
    /// Degrees of freedom that the variance was estimated with; infinite where it is Poisson's.
    pub degrees: f64,
}

/// Counts of W's class and what was expected in each: past windows differ by where in the day they lie.
pub struct ClassCells {
    pub counts: Vec<u64>,
    pub means: Vec<f64>,
    days: Vec<u32>,
    /// Rates that were fitted, one for each place in the day.
    fitted: usize,
    /// Factors that were fitted to days of the week, each counting as far as it was trusted.
    of_week: usize,
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

    /// The spread of a signature in windows like `interval`: its own, drawn towards its service's. Both are of windows as long as
    /// `interval`, because neighbouring bins are correlated and a longer window is burstier than a bin of it.
    #[must_use]
    pub fn spread(self, history: &History, interval: Interval) -> Spread {
        self.of_cells(&ClassCells::of(&history.past_like(interval)), history, interval)
    }

    /// The same of cells that are at hand.
    #[must_use]
    pub fn of_cells(self, cells: &ClassCells, history: &History, interval: Interval) -> Spread {
        let service = 1.0 + self.of_service(history, interval) * cells.mean();
        let own = Some(cells).filter(|cells| cells.len() >= MIN_CELLS).and_then(|cells| cells.phi(self.winsor));
        let degrees = cells.len().saturating_sub(cells.fitted + cells.of_week) as f64;
        let phi = own.map_or(service, |own| (degrees * own + self.pool * service) / (degrees + self.pool)).max(1.0);
        let of_days = cells.of_days(self.winsor).unwrap_or(1.0).max(phi);
        Spread { phi, of_days, degrees: cells.degrees(phi, self.winsor) }
    }

    /// `(φ − 1) ÷ mean` of the service's totals. What multiplies all its errors alike (a shock) makes φ − 1 proportional to the
    /// mean, so that this is what a signature has in common with its service, whatever their counts.
    fn of_service(self, history: &History, interval: Interval) -> f64 {
        let (look, series, unit) = (history.look(), history.series(), history.exposures.unit);
        let find = || {
            let count = |interval| look.count_service(series, interval);
            let cells = look.cells_like(interval);
            let past: Vec<Past> = cells.iter().filter_map(|cell| Past::of(cell, unit, count)).collect();
            let class = ClassCells::of(&past);
            class.phi(self.winsor).map(|phi| (phi.max(1.0) - 1.0) / class.mean())
        };
        look.remembered((interval, unit, self.winsor.to_bits()), find).unwrap_or(0.0)
    }
}

impl Spread {
    /// Variance ÷ mean of a prediction, where the rate is estimated too: the variance of that adds to the count's.
    /// `uncertainty`: exposure of what is predicted ÷ exposure that the rate rests on.
    #[must_use]
    pub fn of_prediction(&self, uncertainty: f64) -> f64 {
        self.phi + self.of_days * uncertainty
    }
}

impl ClassCells {
    /// The cells of W's class among `past`. The rhythm within the class is no burstiness: each place in the day has a rate of its
    /// own, and each day of the week a factor. Places where nothing ever happened say nothing and are left out.
    #[must_use]
    pub fn of(past: &[Past]) -> Self {
        let class = || past.iter().filter(|cell| cell.same_class);
        let mut places: BTreeMap<i64, (u64, f64)> = BTreeMap::new();
        for cell in class() {
            let place = places.entry(cell.step).or_default();
            *place = (place.0 + cell.count, place.1 + cell.exposure);
        }
        places.retain(|_, place| place.0 > 0);
        let mut cells =
            Self { counts: Vec::new(), means: Vec::new(), days: Vec::new(), fitted: places.len(), of_week: 0 };
        for cell in class() {
            if let Some(&(count, exposure)) = places.get(&cell.step) {
                cells.counts.push(cell.count);
                cells.means.push(count as f64 / exposure * cell.exposure);
                cells.days.push(cell.days_before);
            }
        }
        let of_places = cells.means.clone();
        for _ in 0..WEEKDAY_TURNS {
            cells.fit_weekdays(&of_places);
        }
        cells
    }

    /// Multiplies the means of each day of the week by its factor, drawn towards 1 as far as the factors differ no more than the
    /// dispersion of days makes them (empirical Bayes; between-day variance by moments, `DerSimonian` & Laird 1986, less two standard
    /// errors: what is fitted to chance would be missing from the dispersion). A day that is far out counts as far as any may.
    fn fit_weekdays(&mut self, means: &[f64]) {
        let winsor = Pooling::DEFAULT.winsor;
        let Some(chance) = self.of_days(winsor).map(|phi| phi.max(1.0)) else { return };
        let mut weekdays = [(0.0, 0.0); 7];
        for (day, (count, mean)) in sums_of_days(&self.days, &self.counts, means) {
            let (seen, expected) = &mut weekdays[(day % 7) as usize];
            let farthest = winsor * (chance * mean).sqrt();
            *seen += (count as f64).clamp(mean - farthest, mean + farthest);
            *expected += mean;
        }
        let present = || weekdays.iter().filter(|(_, expected)| *expected > 0.0);
        let all: f64 = present().map(|(_, expected)| expected).sum();
        let squares: f64 = present().map(|(seen, expected)| (seen - expected).powi(2) / expected).sum();
        let reach = all - present().map(|(_, expected)| expected * expected).sum::<f64>() / all;
        if reach <= 0.0 {
            return;
        }
        let free = present().count() as f64 - 1.0;
        let between = ((squares - (free + 2.0 * (2.0 * free).sqrt()) * chance) / reach).max(0.0);
        let trust = |expected: f64| between / (between + chance / expected);
        let factor = |(seen, expected): (f64, f64)| 1.0 + trust(expected) * (seen / expected - 1.0);
        self.means =
            means.iter().zip(&self.days).map(|(mean, day)| mean * factor(weekdays[(day % 7) as usize])).collect();
        self.of_week = (present().map(|(_, expected)| trust(*expected)).sum::<f64>() - 1.0).round().max(0.0) as usize;
    }

    #[must_use]
    pub const fn len(&self) -> usize {
        self.counts.len()
    }

    /// Mean count of a cell; 0 without any.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.counts.iter().sum::<u64>() as f64 / self.len().max(1) as f64
    }

    /// Pearson's dispersion, robust. `None`: no more cells than fitted rates.
    fn phi(&self, winsor: f64) -> Option<f64> {
        settled(winsor, |cap| pearson_phi(&self.counts, &self.means, self.fitted + self.of_week, cap))
    }

    /// The same of the sums of days.
    fn of_days(&self, winsor: f64) -> Option<f64> {
        let days = sums_of_days(&self.days, &self.counts, &self.means);
        let (counts, means): (Vec<u64>, Vec<f64>) = days.into_values().unzip();
        settled(winsor, |cap| pearson_phi(&counts, &means, 1 + self.of_week, cap))
    }

    /// Degrees of freedom of a variance `phi · mean`. The excess over Poisson's is estimated: a variance from `d` independent values
    /// of excess kurtosis κ has `2 ÷ (2 / (d − 1) + κ / d)` of them (days are taken for independent, windows of one day are not).
    /// Poisson's own part is known, so that the sum has `(φ / (φ − 1))²` times as many (Satterthwaite 1946).
    fn degrees(&self, phi: f64, winsor: f64) -> f64 {
        if phi <= 1.0 {
            return f64::INFINITY;
        }
        let mut days = self.days.clone();
        days.dedup();
        let days = days.len() as f64;
        let of_excess = 2.0 / (2.0 / (days - 1.0).max(1.0) + self.excess_kurtosis(winsor * phi.sqrt()) / days.max(1.0));
        (of_excess * (phi / (phi - 1.0)).powi(2)).max(1.0)
    }

    /// Of the residuals, each at most `cap` in size; at least the normal law's 0.
    fn excess_kurtosis(&self, cap: f64) -> f64 {
        let residuals = self.counts.iter().zip(&self.means).map(|(&count, mean)| (count as f64 - mean) / mean.sqrt());
        let squares: Vec<f64> = residuals.map(|residual| (residual * residual).min(cap * cap)).collect();
        let n = squares.len() as f64;
        let variance = squares.iter().sum::<f64>() / n;
        let fourth = squares.iter().map(|square| square * square).sum::<f64>() / n;
        if variance > 0.0 { (fourth / (variance * variance) - 3.0).max(0.0) } else { 0.0 }
    }
}

/// Count and mean of each day's cells together.
fn sums_of_days(days: &[u32], counts: &[u64], means: &[f64]) -> BTreeMap<u32, (u64, f64)> {
    let mut sums: BTreeMap<u32, (u64, f64)> = BTreeMap::new();
    for ((day, count), mean) in days.iter().zip(counts).zip(means) {
        let sum = sums.entry(*day).or_default();
        *sum = (sum.0 + count, sum.1 + mean);
    }
    sums
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

    fn cells(counts: impl IntoIterator<Item = u64>) -> ClassCells {
        let cell = |(day, count)| Past { count, exposure: 60.0, days_before: day, step: 0, same_class: true };
        ClassCells::of(&(1..).zip(counts).map(cell).collect::<Vec<Past>>())
    }

    #[test]
    fn one_outage_does_not_pass_for_burstiness() {
        let calm = (0..120).map(|i| 8 + i % 5);
        let outage = cells(calm.clone().chain([5_000]));
        assert!(outage.phi(4.0).unwrap() < 60.0, "{:?}", outage.phi(4.0));
        assert!(outage.phi(1e9).unwrap() > 1_000.0);
    }

    /// Counts that are always far from their mean are no outliers: a cap in units of Poisson's deviation would hide them.
    #[test]
    fn burstiness_is_not_capped_away() {
        let bursty = cells((0..120).map(|i| if i % 4 == 0 { 80 } else { 0 }));
        let phi = bursty.phi(4.0).unwrap();
        assert!((phi - 60.0).abs() < 1.0, "variance 1200 ÷ mean 20: {phi}");
        assert!((bursty.degrees(phi, 4.0) - 119.0 * (60.0_f64 / 59.0).powi(2)).abs() < 1.0, "two values have no tails");
    }

    #[test]
    fn the_rhythm_within_a_class_is_no_burstiness() {
        let cell = |day, step: i64| Past {
            count: (20 + 10 * step) as u64,
            exposure: 60.0,
            days_before: day,
            step,
            same_class: true,
        };
        let rising: Vec<Past> = (1..40).flat_map(|day| [-1, 0, 1].map(|step| cell(day, step))).collect();
        assert!(ClassCells::of(&rising).phi(4.0).unwrap() < 1e-9);
    }

    #[test]
    fn the_rhythm_of_the_week_is_no_burstiness() {
        let cell = |day: u32| Past {
            count: if day.is_multiple_of(7) { 20 } else { 60 } + u64::from(day % 5),
            exposure: 60.0,
            days_before: day,
            step: 0,
            same_class: true,
        };
        let week = ClassCells::of(&(1..57).map(cell).collect::<Vec<Past>>());
        assert!(week.phi(4.0).unwrap() < 0.5, "{:?}", week.phi(4.0));
        assert_eq!(week.of_week, 6, "all are trusted");
        let alike = cells((0..56).map(|i| 10 + i % 5));
        assert_eq!(alike.of_week, 0, "nothing to fit");
    }

    #[test]
    fn days_that_differ_as_a_whole_are_seen() {
        let cell = |day: u32, step| Past {
            count: if day.is_multiple_of(2) { 30 } else { 10 },
            exposure: 60.0,
            days_before: day,
            step,
            same_class: true,
        };
        let past: Vec<Past> = (1..41).flat_map(|day| [-1, 0, 1].map(|step| cell(day, step))).collect();
        let cells = ClassCells::of(&past);
        let (one, three) = (cells.phi(4.0).unwrap(), cells.of_days(4.0).unwrap());
        assert!((three / one - 3.0).abs() < 0.1, "{one} {three}");
    }

    #[test]
    fn nothing_to_learn_from_is_none() {
        assert_eq!(cells([3]).phi(4.0), None);
        assert_eq!(cells([0, 0, 0]).phi(4.0), None);
        assert!(cells([0, 0, 0]).degrees(1.0, 4.0).is_infinite());
    }
}
