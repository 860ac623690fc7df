//! E-value: evidence against "nothing changed" that may be looked at after every record.
//!
//! *Fires when* the evidence (the likelihood of a raised rate over that of the expected one, averaged over how much it may have
//! risen) was ever large. *Misses when* there is less than a handful of records: what holds at any time needs more than what holds
//! once. *Fires wrongly when* the rhythm changed lately; `against = "control"` does not depend on it.
//! *Parameters*: `against`, `shape` and `rate` of the gamma prior of the rate ratio (of the beta prior of the service's share where
//! the control is asked), `bin`, `overdispersion` (false: Poisson), `shrink` (hours' worth of exposure that the class's rate counts
//! as in a bin's expectation).
//! *Reference*: Ville 1939; Robbins 1970; Lindon & Malek, `NeurIPS` 2022; statistics.md §6.
//!
//! `p = 1 ÷ max e` over the bins so far: valid whenever and however often it is looked at. Against the expectation over-dispersion φ
//! divides counts and expectations; against the control it divides the logarithm of the e-value (a likelihood tempered by 1/φ, whose
//! expectation under the null is at most 1 too, by Jensen).

use super::arms::Arms;
use super::bins::Bins;
use super::{Detector, History, Score, above_zero};
use crate::model::{Interval, Span};
use crate::stats::{Beta, Gamma, canary_e_value, poisson_e_value};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EValueSpec {
    pub against: Against,
    /// Above 0.
    pub shape: f64,
    /// Above 0.
    pub rate: f64,
    pub bin: Span,
    pub overdispersion: bool,
    /// Above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrink: Option<f64>,
}

/// What W is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The rate at the same hours of the week.
    #[default]
    Expectation,
    /// The services that were not deployed; where there is none, the expectation.
    Control,
}

impl Default for EValueSpec {
    fn default() -> Self {
        let bin = Span::minutes(15);
        Self { against: Against::default(), shape: 1.0, rate: 1.0, bin, overdispersion: true, shrink: None }
    }
}

impl EValueSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        above_zero("shape", self.shape)?;
        above_zero("rate", self.rate)?;
        super::bins::check(self.bin)?;
        self.shrink.map_or(Ok(()), |shrink| above_zero("shrink", shrink))
    }
}

pub struct EValue {
    spec: EValueSpec,
}

impl EValue {
    #[must_use]
    pub const fn new(spec: EValueSpec) -> Self {
        Self { spec }
    }

    fn against_expectation(&self, history: &History) -> Score {
        let bins = Bins::of(history, self.spec.bin, self.spec.shrink);
        let phi = if self.spec.overdispersion { bins.phi() } else { 1.0 };
        let prior = Gamma { shape: self.spec.shape, rate: self.spec.rate };
        let (mut count, mut expected, mut highest) = (0, 0.0, 0.0_f64);
        for bin in bins.begun() {
            count += bin.count;
            expected += bin.expected;
            let e = poisson_e_value(count, expected, phi, prior);
            highest = highest.max(e.map_or(0.0, |e| e.ln_greater));
        }
        Score { expected, ln_p: -highest }
    }

    /// `None`: there is no control, or nothing was expected of it or of the signature.
    fn against_control(&self, history: &History) -> Option<Score> {
        let (look, series, unit) = (history.look(), history.series(), history.exposures.unit);
        let arms = Arms::of_signature(history)?;
        let before = arms.before();
        arms.now.share(before)?;
        let phi = if self.spec.overdispersion { arms.dispersion() } else { 1.0 };
        let prior = Beta { a: self.spec.shape, b: self.spec.rate };
        let (window, bin) = (history.window(), self.spec.bin);
        let (mut highest, mut end) = (0.0_f64, window.start);
        while end < window.end {
            end = (end + bin).min(window.end);
            let so_far = Interval::new(window.start, end);
            let control = look.control_arm(series, unit, so_far)?;
            let treated = super::arms::Arm { count: history.count(so_far), exposure: history.exposure(so_far)? };
            let now = super::arms::Both { treated, control };
            let share = now.share(before)?;
            let e = canary_e_value(treated.count, share, control.count, 1.0 - share, prior);
            highest = highest.max(e.map_or(0.0, |e| e.ln_greater / phi));
        }
        let all = (arms.now.treated.count + arms.now.control.count) as f64;
        Some(Score { expected: all * arms.now.share(before)?, ln_p: -highest })
    }
}

impl Detector for EValue {
    fn score(&self, history: &History) -> Score {
        let control = (self.spec.against == Against::Control).then(|| self.against_control(history)).flatten();
        control.unwrap_or_else(|| self.against_expectation(history))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Glance, refusal};
    use super::*;

    fn world() -> Fixture {
        Fixture::default().before("shop", "boom", |_, _| 4).before("pay", "bang", |_, _| 4)
    }

    fn hours(horizon: i64, passed: i64) -> Glance {
        Glance { horizon: Span::hours(horizon), passed: Span::hours(passed), ..Glance::default() }
    }

    #[test]
    fn by_the_formula() {
        let score = world().during("shop", "boom", (45, 60), 20).score("kind = 'e_value'\noverdispersion = false");
        let e = poisson_e_value(20, 4.0, 1.0, Gamma { shape: 1.0, rate: 1.0 }).unwrap();
        assert!((score.ln_p + e.ln_greater).abs() < 1e-4, "{score:?} {e:?}");
    }

    #[test]
    fn evidence_once_seen_is_not_taken_back() {
        let early = world().during("shop", "boom", (0, 60), 40);
        for against in ["expectation", "control"] {
            let spec = format!("kind = 'e_value'\nagainst = '{against}'\noverdispersion = false");
            let at = |passed| early.score_at(&spec, hours(8, passed)).ln_p;
            assert!(at(1) < -8.0, "{against}: {}", at(1));
            assert!((at(8) - at(1)).abs() < 1e-9, "seven silent hours later");
        }
    }

    #[test]
    fn what_rises_with_its_control_is_nothing() {
        let shared = world().during("shop", "boom", (0, 60), 40).during("pay", "bang", (0, 60), 40);
        assert!(shared.score("kind = 'e_value'\nagainst = 'control'").ln_p > 0.2_f64.ln());
        assert!(shared.score("kind = 'e_value'").ln_p < 1e-6_f64.ln());
    }

    #[test]
    fn without_a_control_it_is_held_against_the_expectation() {
        let alone = Fixture::default().before("shop", "boom", |_, _| 4).during("shop", "boom", (0, 60), 20);
        assert_eq!(alone.score("kind = 'e_value'\nagainst = 'control'"), alone.score("kind = 'e_value'"));
    }

    #[test]
    fn bad_parameters() {
        assert!(refusal("kind = 'e_value'\nshape = 0.0").contains("shape"));
        assert!(refusal("kind = 'e_value'\nrate = -1.0").contains("rate"));
        assert!(refusal("kind = 'e_value'\nagainst = 'nothing'").contains("control"));
    }
}
