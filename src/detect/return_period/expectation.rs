//! Step 1: what to expect of a row.

use super::{DAY, Row, Tuning, forgotten};

const CELLS_PER_DAY: usize = 24;
const DAYS: usize = 7;
const CELLS_PER_WEEK: usize = DAYS * CELLS_PER_DAY;
/// Minutes of a cell of the season.
const CELL: f64 = DAY / CELLS_PER_DAY as f64;

/// Counts and what was expected, older ones weighing less.
#[derive(Clone, Copy, Debug, Default)]
struct Ratio {
    count: f64,
    expected: f64,
    minute: f64,
}

impl Ratio {
    fn add(&mut self, count: f64, expected: f64, minute: f64, memory: f64) {
        let kept = 1.0 - forgotten(minute - self.minute, memory);
        *self = Self { count: self.count * kept + count, expected: self.expected * kept + expected, minute };
    }

    /// Posterior mean of the ratio under a gamma prior with mean 1 that weighs as much as `prior` expected counts.
    fn shrunk(&self, prior: f64) -> f64 {
        let total = self.expected + prior;
        if total > 0.0 { (self.count + prior) / total } else { 1.0 }
    }
}

/// What to expect of a row, learnt from the rows before it.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    /// Count per exposure, and exposure per row.
    rate: Ratio,
    exposure: Ratio,
    day: Vec<Ratio>,
    weekday: Vec<Ratio>,
    week: Vec<Ratio>,
    level: Ratio,
    level_memory: f64,
    memory: f64,
    /// Rows that the prior of a cell counts for.
    prior_rows: f64,
}

impl Expectation {
    pub(super) fn new(tuning: &Tuning, row_minutes: f64) -> Self {
        Self {
            rate: Ratio::default(),
            exposure: Ratio::default(),
            day: vec![Ratio::default(); CELLS_PER_DAY],
            weekday: vec![Ratio::default(); DAYS],
            week: vec![Ratio::default(); CELLS_PER_WEEK],
            level: Ratio::default(),
            level_memory: tuning.level_memory,
            memory: tuning.season_memory,
            prior_rows: tuning.season_prior * (CELL / row_minutes).max(1.0),
        }
    }

    /// `None` before the first row.
    pub(super) fn of(&self, minute: f64, exposure: f64) -> Option<f64> {
        let row = self.row_count()?;
        let seasonal = self.rate.count / self.rate.expected * exposure * self.season(minute, row * self.prior_rows);
        Some((seasonal * self.level.shrunk(row)).max(1e-9))
    }

    /// Count of a usual row.
    fn row_count(&self) -> Option<f64> {
        (self.exposure.expected > 0.0).then(|| self.rate.count / self.exposure.expected)
    }

    /// The season's factor, linear between the middles of two cells.
    fn season(&self, minute: f64, prior: f64) -> f64 {
        let at = minute / CELL - 0.5;
        let share = at - at.floor();
        (1.0 - share) * self.cell(at.floor(), prior) + share * self.cell(at.floor() + 1.0, prior)
    }

    fn cell(&self, cell: f64, prior: f64) -> f64 {
        let [day, weekday, week] = Self::places(cell);
        let daily = self.day[day].shrunk(prior);
        let coarse = daily * self.weekday[weekday].shrunk(prior);
        coarse * self.week[week].shrunk(prior * coarse)
    }

    /// Where an hour lies in the day, in the days of the week, and in the week.
    fn places(cell: f64) -> [usize; 3] {
        let day = (cell / CELLS_PER_DAY as f64).floor();
        [wrap(cell, CELLS_PER_DAY), wrap(day, DAYS), wrap(cell, CELLS_PER_WEEK)]
    }

    pub(super) fn learn(&mut self, row: Row, clipped: f64) {
        let Row { minute, exposure, .. } = row;
        if let Some(usual) = self.row_count() {
            let prior = usual * self.prior_rows;
            let flat = self.rate.count / self.rate.expected * exposure;
            let seasonal = flat * self.season(minute, prior);
            let [day, weekday, week] = Self::places((minute / CELL).floor());
            let daily = flat * self.day[day].shrunk(prior);
            let coarse = daily * self.weekday[weekday].shrunk(prior);
            // Each factor is learnt against what the coarser ones leave.
            self.day[day].add(clipped, flat, minute, self.memory);
            self.weekday[weekday].add(clipped, daily, minute, self.memory);
            self.week[week].add(clipped, coarse, minute, self.memory);
            self.level.add(clipped, seasonal, minute, self.level_memory);
        }
        self.rate.add(clipped, exposure, minute, self.memory);
        self.exposure.add(exposure, 1.0, minute, self.memory);
    }
}

/// Index of a cell on a circle.
fn wrap(cell: f64, cells: usize) -> usize {
    (cell.rem_euclid(cells as f64) as usize).min(cells - 1)
}
