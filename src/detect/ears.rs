//! EARS C1, C2, C3: W against the seven points before it. No seasonality worth the name: a cheap check.
//!
//! *Fires when* k lies many standard deviations above the mean of seven earlier counts. *Misses when* those were bursty by chance.
//! *Fires wrongly when* they were calm by chance (seven points know little of the spread), counts are small, or, with
//! `lag = "window"`, rates have a cycle. *Parameters*: `method` (`c1`: the points just before; `c2`: two are skipped, so that a slow
//! rise does not raise its own baseline; `c3`: what C2 exceeded 1 by over three points), `lag` (between points), `points`, `min_sd`.
//! *Reference*: Hutwagner et al. 2003, J. Urban Health 80:i89; statistics.md §2.

use super::{Detector, History, Score, above_zero};
use crate::model::{Interval, Span};
use crate::stats::{self, ln_normal_upper};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EarsSpec {
    pub method: Method,
    pub lag: Lag,
    /// Counts that the mean and the standard deviation are of; at least 2.
    pub points: u32,
    /// The standard deviation counts as at least this many records; above 0.
    pub min_sd: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    C1,
    #[default]
    C2,
    C3,
}

/// How far apart the points are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lag {
    /// As long as W: the windows right before it.
    Window,
    /// A day: the same time of the days before.
    #[default]
    Day,
}

impl Default for EarsSpec {
    /// statistics.md §2.
    fn default() -> Self {
        Self { method: Method::default(), lag: Lag::default(), points: 7, min_sd: 0.5 }
    }
}

impl EarsSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if self.points < 2 {
            return Err(format!("detect.detector.points is {}: a standard deviation needs at least 2", self.points));
        }
        above_zero("min_sd", self.min_sd)
    }

    fn statistic(&self) -> Option<stats::Ears> {
        let method = match self.method {
            Method::C1 => stats::EarsMethod::C1,
            Method::C2 => stats::EarsMethod::C2,
            Method::C3 => stats::EarsMethod::C3,
        };
        // The level only sets the alarm, which is not read.
        stats::Ears::new(method, self.points as usize, self.min_sd, 0.001)
    }
}

pub struct Ears {
    spec: EarsSpec,
}

impl Ears {
    #[must_use]
    pub const fn new(spec: EarsSpec) -> Self {
        Self { spec }
    }

    /// Counts of the points at W's exposure, oldest first, as many as there are up to `count`.
    fn points(&self, history: &History, count: usize) -> Vec<f64> {
        let mut points: Vec<f64> = (1..=count).map_while(|back| self.point(history, back)).collect();
        points.reverse();
        points
    }

    fn point(&self, history: &History, back: usize) -> Option<f64> {
        let (window, look) = (history.window(), history.look());
        let interval = match self.spec.lag {
            Lag::Window => window.shifted(Span::from_micros(-window.span().micros() * back as i64)),
            Lag::Day => {
                let start = look.calendar().days_before(window.start, u32::try_from(back).ok()?)?;
                Interval::new(start, start + window.span())
            }
        };
        let exposure = history.exposure(interval).filter(|_| look.is_in_baseline(interval))?;
        Some(history.count(interval) as f64 * history.exposures.window / exposure)
    }
}

impl Detector for Ears {
    fn score(&self, history: &History) -> Score {
        let silent = Score { expected: history.expectation(), ln_p: 0.0 };
        let Some(ears) = self.spec.statistic() else { return silent };
        let mut points = self.points(history, ears.first());
        let before = &points[..points.len().min(self.spec.points as usize)];
        let expected =
            if before.is_empty() { silent.expected } else { before.iter().sum::<f64>() / before.len() as f64 };
        points.push(history.k as f64);
        // Too little history, or a clock that was changed: nothing can be said, and what cannot be said must not flag.
        let Some(score) = ears.at(&points, ears.first()) else { return silent };
        Score { expected, ln_p: ln_p(self.spec.method, score.statistic) }
    }
}

/// C1 and C2 are standard deviations. C3, a sum of excesses, is read against the same normal quantiles, as its critical value is;
/// without any excess it says nothing.
fn ln_p(method: Method, statistic: f64) -> f64 {
    if method == Method::C3 && statistic <= 0.0 { 0.0 } else { ln_normal_upper(statistic) }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Glance, refusal};
    use super::*;

    /// Calm days with a little variation, busy at noon.
    fn world() -> Fixture {
        let count = |day: i64, hour: i64| if hour == 12 { 10 + day % 3 } else { 2 };
        Fixture::default().before("shop", "boom", count)
    }

    #[test]
    fn points_a_day_apart_know_the_hour_and_windows_do_not() {
        let noon = world().during("shop", "boom", (0, 60), 11);
        assert!(noon.score("kind = 'ears'\nlag = 'day'").ln_p > 0.2_f64.ln());
        assert!(noon.score("kind = 'ears'\nlag = 'window'").ln_p < 1e-9_f64.ln());
    }

    #[test]
    fn it_is_the_statistic_in_standard_deviations() {
        let score = world().during("shop", "boom", (0, 60), 16).score("kind = 'ears'\nmethod = 'c1'");
        let before: Vec<f64> = (52..59).map(|day| f64::from(10 + day % 3)).collect();
        let mean = before.iter().sum::<f64>() / 7.0;
        let sd = (before.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 6.0).sqrt();
        assert!((score.ln_p - ln_normal_upper((16.0 - mean) / sd)).abs() < 1e-9);
        assert!((score.expected - mean).abs() < 1e-9);
    }

    #[test]
    fn c3_says_nothing_without_an_excess_and_more_with_more() {
        let at = |k| world().during("shop", "boom", (0, 60), k).score("kind = 'ears'\nmethod = 'c3'").ln_p;
        assert!((at(10) - 0.0).abs() < 1e-12);
        assert!(at(14) < at(12) && at(20) < at(14));
    }

    #[test]
    fn too_little_history_says_nothing() {
        let days = |days| Glance { history: Span::days(days), ..Glance::default() };
        let world = world().during("shop", "boom", (0, 60), 60);
        assert!(world.score_at("kind = 'ears'\nmethod = 'c1'", days(6)).ln_p.abs() < 1e-12);
        assert!(world.score_at("kind = 'ears'\nmethod = 'c1'", days(8)).ln_p < -20.0);
        assert!(world.score_at("kind = 'ears'", days(8)).ln_p.abs() < 1e-12, "C2 needs nine");
    }

    #[test]
    fn bad_parameters() {
        assert!(refusal("kind = 'ears'\npoints = 1").contains("points"));
        assert!(refusal("kind = 'ears'\nmin_sd = 0.0").contains("min_sd"));
        assert!(refusal("kind = 'ears'\nmethod = 'c4'").contains("c3"));
    }
}
