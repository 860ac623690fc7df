//! Anomalies in one series of counts, row by row, without looking ahead: the alarm level is a return period.
//!
//! *Fires when* the mean of the last dozen rows is so far above (or below) what the series' own past expects that such a thing
//! happens by chance less often than once in `one_in_days`. *Misses when* a change is slower than the expectation's memory (days),
//! a rise is over within a row or two, another alarm was raised within the day, or a series is too quiet to fall. *Fires wrongly
//! when* bursts are heavier than a power law, or on holidays that it has not seen.
//! *Parameters*: `one_in_days`, `falls`; the rest is [`Tuning`], which need not be touched.
//! *Reference*: each step names its own.
//!
//! Each row goes through five steps:
//!
//! 1. [`Expectation`]: rate × factors of the hour of the day, the day of the week and the hour of the week (each shrunk towards the
//!    coarser ones, as for gamma priors: Gelman et al., *Bayesian Data Analysis* 3, §2.6) × recent level, all learnt from counts
//!    clipped to the expected range (Huber 1981, *Robust Statistics*, §4: bounded influence), so that bursts do not raise what is
//!    expected after them.
//! 2. [`Scale`]: the residual under the variance-stabilising transform of negative binomial counts (Anscombe 1948, Biometrika
//!    35:246), which is a square root for small counts and a logarithm for large ones; its dispersion by Huber's proposal 2.
//! 3. [`Tail`]: beyond the upper tenth of its own past the residual is taken as exponential (peaks over threshold with shape 0;
//!    Pickands 1975; Coles 2001, *Statistical Modeling of Extreme Values*, §4). On the logarithmic scale of large counts that is
//!    Hill's (1975) power law of bursts; lighter tails make it conservative.
//! 4. [`Clusters`]: exceedances come in runs. Over a day of n rows the largest residual M has n θ P(Z ≥ M) ~ Exp(1), which gives the
//!    extremal index θ (Northrop 2015, Extremes 18:585).
//! 5. Alarm when the chance that a day holds such a residual is below 1 day ÷ `one_in_days`; one alarm a day at most.

mod clusters;
#[cfg(test)]
mod draws;
mod expectation;
mod scale;
mod spec;
mod tail;

pub use spec::ReturnPeriodSpec;

use clusters::Clusters;
use expectation::Expectation;
use scale::Scale;
use tail::Tail;

/// Minutes.
const DAY: f64 = 1_440.0;

/// Constants of the method, none of them critical: on three public series the benchmark's score moves by six points at most
/// when any one is changed by half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Rows whose sum is judged.
    pub span: usize,
    /// Rows before anything is scored.
    pub warm_up: usize,
    /// Minutes within which a recent level is forgotten (to 1/e).
    pub level_memory: f64,
    /// Minutes within which rate, season and dispersion are forgotten: eight weeks (statistics.md §3).
    pub season_memory: f64,
    /// Visits to a season's cell that its prior counts for.
    pub season_prior: f64,
    /// Standard deviations beyond which a count does not pull the expectation further; 1.345 costs 5 % of efficiency where
    /// counts are normal (Huber 1981).
    pub clip: f64,
    /// Share of the past that is the tail.
    pub tail: f64,
    /// Exceedances that the prior of the tail's scale counts for.
    pub tail_prior: f64,
    /// Days that the prior of the extremal index (1) counts for.
    pub cluster_prior: f64,
    /// Minutes: the day of steps 4 and 5.
    pub block: f64,
    /// Share of the false alarms that falls may have (weighted Bonferroni; Genovese, Roeder & Wasserman 2006, Biometrika
    /// 93:509), from 0, where falls never alarm, to below 1.
    pub falls: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            span: 12,
            warm_up: 200,
            level_memory: 3.0 * DAY,
            season_memory: 56.0 * DAY,
            season_prior: 12.0,
            clip: 1.345,
            tail: 0.1,
            tail_prior: 10.0,
            cluster_prior: 1.0,
            block: DAY,
            falls: 0.25,
        }
    }
}

impl Tuning {
    /// Minutes of the block in a series with a row every `row_minutes`: as long as `span` rows at least.
    #[must_use]
    pub fn block_of(&self, row_minutes: f64) -> f64 {
        self.block.max(row_minutes * self.span as f64)
    }
}

/// One row of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Minutes since any midnight in civil (local) time, so that hours of the day and of the week are whole. Increasing.
    pub minute: f64,
    pub count: f64,
    /// Requests, users, … that the count arose from; 1 where there is no such thing. A row whose exposure is not positive
    /// and finite is not scored and teaches nothing.
    pub exposure: f64,
}

/// What is said of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Count expected before the row was seen.
    pub expected: f64,
    /// Natural logarithm of the chance that an ordinary day holds a residual as extreme as this row's.
    pub ln_p: f64,
    /// The onset of an anomaly: true on its first row only.
    pub alarm: bool,
}

/// The detector.
#[derive(Clone, Debug)]
pub struct ReturnPeriod {
    tuning: Tuning,
    ln_level: f64,
    rows_per_block: f64,
    expectation: Expectation,
    scale: Scale,
    recent: Recent,
    rise: Side,
    fall: Side,
    rows: usize,
    minute: f64,
    quiet_until: f64,
    falls_quiet_until: f64,
}

impl ReturnPeriod {
    /// One false alarm in `one_in_days`, in a series with a row every `row_minutes`. `None` unless the first is longer than the
    /// block ([`Tuning::block_of`]) and the second positive, both finite, and `tuning.span` at least 1.
    #[must_use]
    pub fn new(row_minutes: f64, one_in_days: f64, mut tuning: Tuning) -> Option<Self> {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        tuning.block = tuning.block_of(row_minutes);
        let level = tuning.block / (one_in_days * DAY);
        (positive(row_minutes) && positive(one_in_days) && level < 1.0 && tuning.span > 0).then(|| Self {
            tuning,
            ln_level: level.ln(),
            rows_per_block: tuning.block / row_minutes,
            expectation: Expectation::new(&tuning, row_minutes),
            scale: Scale::new(tuning.clip),
            recent: Recent::new(tuning.span),
            rise: Side::new(&tuning),
            fall: Side::new(&tuning),
            rows: 0,
            minute: f64::NAN,
            quiet_until: f64::NEG_INFINITY,
            falls_quiet_until: f64::NEG_INFINITY,
        })
    }

    /// Judges the next row, then learns from it.
    pub fn push(&mut self, row: Row) -> Verdict {
        let usable = row.exposure > 0.0 && row.exposure.is_finite() && row.count >= 0.0 && row.count.is_finite();
        let expected = self.expectation.of(row.minute, row.exposure).unwrap_or(row.count);
        if !usable {
            return Verdict { expected: if expected.is_finite() { expected } else { 0.0 }, ln_p: 0.0, alarm: false };
        }
        let elapsed = if self.rows == 0 { 0.0 } else { (row.minute - self.minute).max(0.0) };
        self.minute = row.minute;
        self.rows += 1;
        let (ln_p, falling) = self.judge(row, expected);
        let quiet_until = if falling { self.falls_quiet_until } else { self.quiet_until };
        let alarm = ln_p < self.ln_level && row.minute >= quiet_until;
        if alarm {
            // The return from a rise is no fall; a fall does not silence rises.
            self.falls_quiet_until = row.minute + self.tuning.block;
            if !falling {
                self.quiet_until = self.falls_quiet_until;
            }
        }
        self.learn(row, expected, elapsed);
        Verdict { expected, ln_p, alarm }
    }

    /// Whether the last row came after the warm-up.
    #[must_use]
    pub const fn is_warm(&self) -> bool {
        self.rows > self.tuning.warm_up
    }

    /// Natural logarithm of the chance per block of the sum that ends with this row, and whether it is low rather than high.
    fn judge(&mut self, row: Row, expected: f64) -> (f64, bool) {
        let Some((count, expectation)) = self.recent.push(row.count, expected) else { return (0.0, false) };
        let residual = self.scale.residual(count, expectation);
        let ready = self.is_warm();
        let block = (row.minute / self.tuning.block).floor();
        let falls = self.tuning.falls;
        let rise = self.rise.judge(residual, block, ready) - (1.0 - falls).ln();
        let fall = self.fall.judge(-residual, block, ready) - falls.ln();
        (ln_some(rise.min(fall) + self.rows_per_block.ln()), fall < rise)
    }

    /// The first rows teach as they are: nothing is known yet that could bound them.
    fn learn(&mut self, row: Row, expected: f64, elapsed: f64) {
        let mut count = row.count;
        if self.rows > self.tuning.span {
            count = self.scale.clip(row.count, expected, self.tuning.clip);
            let share = forgotten(elapsed, self.tuning.season_memory).max((self.rows as f64 + 1.0).recip());
            self.scale.learn(row.count, expected, share);
        }
        self.expectation.learn(row, count);
    }
}

/// `ln P(at least one)` where `ln_expected` is the logarithm of the number expected.
fn ln_some(ln_expected: f64) -> f64 {
    if ln_expected < -30.0 { ln_expected } else { (-(-ln_expected.exp()).exp_m1()).ln().min(0.0) }
}

/// Share of what was known that is forgotten in `elapsed`.
fn forgotten(elapsed: f64, memory: f64) -> f64 {
    -(-elapsed.max(0.0) / memory).exp_m1()
}

/// The last `span` rows.
#[derive(Clone, Debug)]
struct Recent {
    rows: Vec<(f64, f64)>,
    next: usize,
    span: usize,
}

impl Recent {
    fn new(span: usize) -> Self {
        Self { rows: Vec::with_capacity(span), next: 0, span }
    }

    /// Sums of counts and of expectations, once there are `span` rows.
    fn push(&mut self, count: f64, expected: f64) -> Option<(f64, f64)> {
        if self.rows.len() < self.span {
            self.rows.push((count, expected));
        } else {
            self.rows[self.next] = (count, expected);
        }
        self.next = (self.next + 1) % self.span;
        let full = self.rows.len() == self.span;
        full.then(|| self.rows.iter().fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1)))
    }
}

/// Steps 3 and 4 for one direction.
#[derive(Clone, Debug)]
struct Side {
    tail: Tail,
    clusters: Clusters,
}

impl Side {
    fn new(tuning: &Tuning) -> Self {
        Self { tail: Tail::new(tuning), clusters: Clusters::new(tuning.cluster_prior) }
    }

    /// Logarithm of the expected number of such residuals per row, each run of them counted once; then learns it.
    fn judge(&mut self, residual: f64, block: f64, ready: bool) -> f64 {
        let mut ln_rate = 0.0;
        if ready {
            let (ln_p, exceeded) = self.tail.ln_p(residual);
            self.clusters.turn(block);
            if exceeded {
                ln_rate = ln_p + self.clusters.ln_index();
            }
            self.clusters.push(ln_p, exceeded);
        }
        self.tail.push(residual);
        ln_rate
    }
}

#[cfg(test)]
mod tests {
    use super::draws::Draws;
    use super::*;

    const ROW: f64 = 5.0;
    const ROWS_PER_DAY: usize = 288;

    /// Counts with a daily and a weekly rhythm.
    fn rhythm(days: usize, seed: u64) -> Vec<Row> {
        let mut draws = Draws(seed);
        let row = |i: usize| {
            let minute = ROW * i as f64;
            let weekend = if (minute / DAY).floor() % 7.0 >= 5.0 { 0.5 } else { 1.0 };
            let mean = 30.0 * weekend * (0.8 * (minute / DAY * std::f64::consts::TAU).sin()).exp();
            Row { minute, count: draws.poisson(mean), exposure: 1.0 }
        };
        (0..days * ROWS_PER_DAY).map(row).collect()
    }

    fn with_rows_of(minutes: f64, one_in_days: f64) -> Option<ReturnPeriod> {
        ReturnPeriod::new(minutes, one_in_days, Tuning::default())
    }

    fn run(rows: &[Row], one_in_days: f64) -> Vec<Verdict> {
        let mut detector = with_rows_of(ROW, one_in_days).unwrap();
        rows.iter().map(|&row| detector.push(row)).collect()
    }

    fn alarms(verdicts: &[Verdict]) -> Vec<usize> {
        verdicts.iter().enumerate().filter(|(_, verdict)| verdict.alarm).map(|(i, _)| i).collect()
    }

    #[test]
    fn out_of_range_is_none() {
        assert!(with_rows_of(0.0, 7.0).is_none());
        assert!(with_rows_of(5.0, 1.0).is_none());
        assert!(with_rows_of(5.0, f64::INFINITY).is_none());
        // Daily rows: the block is a dozen days.
        assert!(with_rows_of(DAY, 7.0).is_none());
        assert!(with_rows_of(DAY, 60.0).is_some());
    }

    #[test]
    fn ordinary_days_alarm_about_as_often_as_stated() {
        let stated = 7.0;
        let count: usize = (0..5).map(|seed| alarms(&run(&rhythm(90, seed), stated)).len()).sum();
        assert!((count as f64) < 2.0 * 5.0 * 90.0 / stated, "{count}");
    }

    #[test]
    fn a_rise_and_an_outage_alarm_once_each() {
        let mut rows = rhythm(30, 9);
        let (rise, outage) = (20 * ROWS_PER_DAY + 100, 25 * ROWS_PER_DAY + 100);
        for row in &mut rows[rise..rise + 12] {
            row.count *= 4.0;
        }
        for row in &mut rows[outage..outage + 24] {
            row.count = 0.0;
        }
        let found = alarms(&run(&rows, 7.0));
        for start in [rise, outage] {
            assert_eq!(found.iter().filter(|&&i| (start..start + ROWS_PER_DAY).contains(&i)).count(), 1, "{found:?}");
            assert!(found.iter().any(|&i| (start..start + 12).contains(&i)), "{found:?}");
        }
    }

    #[test]
    fn the_future_changes_nothing() {
        let rows = rhythm(12, 3);
        let half = rows.len() / 2;
        assert_eq!(run(&rows, 7.0)[..half], run(&rows[..half], 7.0)[..]);
    }

    #[test]
    fn expectation_follows_exposure_and_the_hour() {
        let mut rows = rhythm(40, 4);
        for row in &mut rows {
            row.exposure = 100.0;
        }
        let last = rows.len() - ROWS_PER_DAY;
        rows[last].exposure = 300.0;
        let verdicts = run(&rows, 7.0);
        assert!((verdicts[last].expected / verdicts[last + 1].expected - 3.0).abs() < 0.2);
        let (peak, trough) = (last + ROWS_PER_DAY / 4, last + 3 * ROWS_PER_DAY / 4);
        assert!(verdicts[peak].expected > 3.0 * verdicts[trough].expected);
    }

    #[test]
    fn a_row_without_exposure_teaches_nothing() {
        let rows = rhythm(10, 5);
        let mut holed = rows.clone();
        holed.insert(2_000, Row { count: 1e6, exposure: f64::NAN, ..rows[2_000] });
        let (plain, mut verdicts) = (run(&rows, 7.0), run(&holed, 7.0));
        let skipped = verdicts.remove(2_000);
        assert_eq!((skipped.ln_p, skipped.alarm), (0.0, false));
        assert_eq!(plain, verdicts);
    }

    /// What never happened in longer than the return period is rarer than it.
    #[test]
    fn silence_is_no_anomaly_and_its_end_is() {
        let mut rows = rhythm(10, 6);
        for row in &mut rows {
            row.count = 0.0;
        }
        assert!(alarms(&run(&rows, 7.0)).is_empty());
        rows[2_500].count = 1.0;
        assert_eq!(alarms(&run(&rows, 7.0)), [2_500]);
    }
}
