//! How often the detection stage flags where nothing was deployed, beside how often it says it does.

use crate::detect::{STRATA, STRATUM_COUNT};
use crate::pipeline::Placebo;
use crate::stats::{Estimate, clopper_pearson_lower};
use serde::Serialize;
use std::collections::BTreeMap;

/// A configuration is marked above so many times its nominal rate (statistics.md §5).
pub const MARKED_ABOVE: f64 = 1.5;

/// Fewer expected false alarms than this cannot certify a level (statistics.md §5: n·α ≥ 20).
pub const MIN_EXPECTED: f64 = 20.0;

/// One-sided level of the bounds.
const ALPHA: f64 = 0.05;

/// What the placebos say of the nominal level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceboVerdict {
    /// The upper bound is within 1.5 × nominal.
    Holds,
    /// Above 1.5 × nominal.
    Above,
    /// The rate is within, its upper bound is not.
    Open,
    /// Too few tests to say: n·α < 20.
    CannotCertify,
}

/// An attained false-alarm rate: tests outside incidents with an uncorrected p-value below nominal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttainedRate {
    /// Signatures known at a pseudo-deploy, silent ones included.
    pub tests: u64,
    /// Of them, with p below nominal.
    pub flagged: u64,
    /// `flagged ÷ tests`.
    pub attained: Option<f64>,
    /// One-sided 95 % lower bound (Clopper–Pearson on tests ÷ design effect).
    pub low: Option<f64>,
    /// One-sided 95 % upper bound, likewise.
    pub high: Option<f64>,
    /// How many tests count as one, since those of a business day go together (Kish 1965); at least 1.
    pub design_effect: f64,
    pub verdict: PlaceboVerdict,
}

/// The rate among signatures expected so often in a window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StratumRate {
    /// Expected count in W at the flat rate of B, from (inclusive).
    pub expected_from: f64,
    /// To (exclusive); `None`: no end.
    pub expected_to: Option<f64>,
    #[serde(flatten)]
    pub rate: AttainedRate,
}

/// The attained false-alarm rate of one configuration. Windows in which the incident log has an incident are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlaceboScores {
    /// Pseudo-deploys.
    pub windows: u64,
    /// Of them, in an incident of the service.
    pub in_incidents: u64,
    /// The level asked for.
    pub nominal: f64,
    /// Over all tests.
    #[serde(flatten)]
    pub rate: AttainedRate,
    /// By expected count: rare errors can hardly reject, and hide what happens to frequent ones.
    pub strata: Vec<StratumRate>,
    /// `flagged ÷ tests` in all windows, those in incidents too.
    pub attained_in_all: Option<f64>,
    /// Pseudo-deploys outside incidents at which at least one known signature would have flagged, after correction.
    pub windows_flagged: Estimate,
    /// Pseudo-deploys outside incidents at which at least one new signature would have flagged.
    pub windows_with_new: Estimate,
}

impl PlaceboScores {
    /// Scores the placebos of a configuration at its nominal level.
    #[must_use]
    pub fn of(placebos: &[Placebo], nominal: f64) -> Self {
        let quiet: Vec<&Placebo> = placebos.iter().filter(|placebo| !placebo.in_incident).collect();
        let share = |keep: &dyn Fn(&Placebo) -> bool| {
            Estimate::ratio(quiet.iter().filter(|placebo| keep(placebo)).count() as u64, quiet.len() as u64)
        };
        let all: Vec<&Placebo> = placebos.iter().collect();
        let strata = (0..STRATUM_COUNT).map(|stratum| StratumRate {
            expected_from: if stratum == 0 { 0.0 } else { STRATA[stratum - 1] },
            expected_to: STRATA.get(stratum).copied(),
            rate: AttainedRate::of(&quiet, nominal, |one| one == stratum),
        });
        Self {
            windows: placebos.len() as u64,
            in_incidents: (placebos.len() - quiet.len()) as u64,
            nominal,
            rate: AttainedRate::of(&quiet, nominal, |_| true),
            strata: strata.collect(),
            attained_in_all: AttainedRate::of(&all, nominal, |_| true).attained,
            windows_flagged: share(&|placebo| placebo.known > 0),
            windows_with_new: share(&|placebo| placebo.new > 0),
        }
    }

    /// The worst that is known: above, where any stratum is.
    #[must_use]
    pub fn verdict(&self) -> PlaceboVerdict {
        let above = |rate: &AttainedRate| rate.verdict == PlaceboVerdict::Above;
        if self.strata.iter().any(|stratum| above(&stratum.rate)) { PlaceboVerdict::Above } else { self.rate.verdict }
    }

    /// The stratum with the highest rate, of those with at least one flag.
    #[must_use]
    pub fn worst(&self) -> Option<&StratumRate> {
        let flagged = self.strata.iter().filter(|stratum| stratum.rate.flagged > 0);
        flagged.max_by(|a, b| a.rate.attained.unwrap_or(0.0).total_cmp(&b.rate.attained.unwrap_or(0.0)))
    }
}

impl AttainedRate {
    fn of(placebos: &[&Placebo], nominal: f64, keep: impl Fn(usize) -> bool) -> Self {
        let mut days: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for placebo in placebos {
            let hits = placebo.ln_p.iter().filter(|&&(stratum, ln_p)| keep(stratum) && ln_p < nominal.ln()).count();
            let tests: u64 = (0..STRATUM_COUNT).filter(|&s| keep(s)).map(|s| placebo.tests[s]).sum();
            let day = days.entry(placebo.day).or_default();
            *day = (day.0 + hits as u64, day.1 + tests);
        }
        let (flagged, tests) = days.values().fold((0, 0), |sum, day| (sum.0 + day.0, sum.1 + day.1));
        let design_effect = design_effect(days.values(), flagged, tests);
        let (low, high) = bounds(flagged, tests, design_effect);
        let attained = (tests > 0).then(|| flagged as f64 / tests as f64);
        let verdict = judge(nominal, tests, (low, attained, high));
        Self { tests, flagged, attained, low, high, design_effect, verdict }
    }
}

fn judge(nominal: f64, tests: u64, (low, attained, high): (Option<f64>, Option<f64>, Option<f64>)) -> PlaceboVerdict {
    let above = |rate: Option<f64>| rate.is_some_and(|rate| rate > MARKED_ABOVE * nominal);
    if above(low) {
        PlaceboVerdict::Above
    } else if (tests as f64) * nominal < MIN_EXPECTED {
        PlaceboVerdict::CannotCertify
    } else if above(attained) {
        PlaceboVerdict::Above
    } else if above(high) {
        PlaceboVerdict::Open
    } else {
        PlaceboVerdict::Holds
    }
}

/// Variance of the rate with days as clusters ÷ variance of as many independent tests; 1 where either is unknown.
fn design_effect<'d>(days: impl ExactSizeIterator<Item = &'d (u64, u64)>, flagged: u64, tests: u64) -> f64 {
    let (n, clusters) = (tests as f64, days.len() as f64);
    let rate = flagged as f64 / n;
    let independent = rate * (1.0 - rate) / n;
    let spread: f64 = days.map(|&(hits, tests)| (hits as f64 - rate * tests as f64).powi(2)).sum();
    let clustered = spread / (n * n) * clusters / (clusters - 1.0);
    let effect = clustered / independent;
    if effect.is_finite() { effect.max(1.0) } else { 1.0 }
}

fn bounds(flagged: u64, tests: u64, design_effect: f64) -> (Option<f64>, Option<f64>) {
    if tests == 0 {
        return (None, None);
    }
    let effective = ((tests as f64 / design_effect).floor() as u64).max(1);
    let scaled = effective as f64 * flagged as f64 / tests as f64;
    let low = clopper_pearson_lower(scaled.floor() as u64, effective, ALPHA);
    let misses = effective - (scaled.ceil() as u64).min(effective);
    let high = clopper_pearson_lower(misses, effective, ALPHA).map(|low| 1.0 - low);
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Instant, Interval};

    fn placebo(day: i64, stratum: usize, tests: u64, hits: usize) -> Placebo {
        let at = Instant::from_micros(day);
        let mut by_stratum = [0; STRATUM_COUNT];
        by_stratum[stratum] = tests;
        Placebo {
            service: "api".to_owned(),
            window: Interval::new(at, at),
            decided_at: at,
            known_at: at,
            day,
            in_incident: false,
            tests: by_stratum,
            ln_p: vec![(stratum, -9.0); hits],
            known: hits as u64,
            new: 0,
        }
    }

    #[test]
    fn a_level_that_holds_and_one_that_does_not() {
        let fair: Vec<Placebo> = (0..100).map(|day| placebo(day, 0, 20, 1)).collect();
        let scores = PlaceboScores::of(&fair, 0.05);
        assert_eq!((scores.rate.tests, scores.rate.flagged, scores.rate.attained), (2000, 100, Some(0.05)));
        assert!((scores.rate.design_effect - 1.0).abs() < 1e-12);
        assert_eq!(scores.verdict(), PlaceboVerdict::Holds);
        assert_eq!(PlaceboScores::of(&fair, 0.02).verdict(), PlaceboVerdict::Above);
        assert_eq!(PlaceboScores::of(&fair, 0.0002).verdict(), PlaceboVerdict::Above, "few can show that it is above");
        let silent: Vec<Placebo> = (0..100).map(|day| placebo(day, 0, 20, 0)).collect();
        assert_eq!(
            PlaceboScores::of(&silent, 0.0002).verdict(),
            PlaceboVerdict::CannotCertify,
            "but not that it holds"
        );
        assert_eq!(PlaceboScores::of(&[], 0.05).rate.attained, None);
    }

    #[test]
    fn rare_errors_do_not_hide_what_happens_to_frequent_ones() {
        let mut placebos: Vec<Placebo> = (0..100).map(|day| placebo(day, 0, 1000, 0)).collect();
        placebos.extend((0..100).map(|day| placebo(day, 3, 10, 8)));
        let scores = PlaceboScores::of(&placebos, 0.05);
        assert_eq!(scores.rate.verdict, PlaceboVerdict::Holds);
        assert_eq!(scores.verdict(), PlaceboVerdict::Above);
        assert_eq!(scores.worst().map(|worst| (worst.expected_from, worst.rate.attained)), Some((5.0, Some(0.8))));
    }

    #[test]
    fn alarms_that_come_on_one_day_count_for_less() {
        let mut burst: Vec<Placebo> = (0..99).map(|day| placebo(day, 1, 20, 0)).collect();
        burst.push(placebo(99, 1, 20, 20));
        let scores = PlaceboScores::of(&burst, 0.01);
        assert!(scores.rate.design_effect > 15.0, "{}", scores.rate.design_effect);
        assert_eq!(scores.verdict(), PlaceboVerdict::Open);
    }
}
