//! Farrington's detector as improved by Noufaily: this hour against the same hours of the weeks before, incidents weighted down.
//!
//! *Fires when* k is improbable under the negative binomial that the same hour of the week predicts, after past peaks lost weight.
//! *Misses when* fewer than `min_events` records lie in the last four windows: a rare error cannot fire. *Fires wrongly when* few
//! weeks of history leave the dispersion to chance: references are what there is of `weeks`, and below two windows nothing fires.
//! *Parameters*: `weeks` to look back, `half_width` (windows on either side), `min_events`, `reweight_above` (Anscombe residual
//! beyond which a past window loses weight; absent: none does). No level: the p-value is that of the fitted distribution.
//! *Reference*: Farrington et al. 1996, JRSS A 159:547; Noufaily et al. 2013, Stat. Med. 32:1206; statistics.md §4.

use super::{Detector, History, Score};
use crate::model::{Interval, Span};
use crate::stats::{self, Gamma};
use serde::{Deserialize, Serialize};

/// Windows, W among them, over which `min_events` are counted (surveillance's `limit54`).
const RECENT: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FarringtonSpec {
    /// At least 1.
    pub weeks: u32,
    pub half_width: u32,
    pub min_events: u64,
    /// Above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reweight_above: Option<f64>,
}

impl Default for FarringtonSpec {
    /// statistics.md §4.
    fn default() -> Self {
        Self { weeks: 8, half_width: 1, min_events: 5, reweight_above: Some(2.58) }
    }
}

impl FarringtonSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if self.weeks == 0 {
            return Err("detect.detector.weeks is 0: there would be nothing to compare with".to_owned());
        }
        self.reweight_above.map_or(Ok(()), |limit| super::above_zero("reweight_above", limit))
    }
}

pub struct Farrington {
    spec: FarringtonSpec,
}

/// Windows in the order that the statistic wants: one block a week, the last with W at its end; gaps have no exposure.
struct Blocks {
    counts: Vec<u64>,
    exposures: Vec<f64>,
}

impl Farrington {
    #[must_use]
    pub const fn new(spec: FarringtonSpec) -> Self {
        Self { spec }
    }

    /// Windows of a block. Room for those around the same time of one week and for the recent ones before that of the next.
    const fn period(&self) -> usize {
        2 * self.spec.half_width as usize + RECENT + 1
    }

    fn blocks(&self, history: &History) -> Blocks {
        let last = self.spec.weeks as usize * self.period() + RECENT;
        let mut blocks = Blocks { counts: vec![0; last + 1], exposures: vec![0.0; last + 1] };
        let (window, look) = (history.window(), history.look());
        let moved =
            |interval: Interval, steps: i64| interval.shifted(Span::from_micros(window.span().micros() * steps));
        let mut put = |index: usize, interval: Interval| {
            let exposure = history.exposure(interval).filter(|_| look.is_in_baseline(interval));
            if let Some(exposure) = exposure {
                (blocks.counts[index], blocks.exposures[index]) = (history.count(interval), exposure);
            }
        };
        for week in 1..=self.spec.weeks {
            let Some(start) = look.calendar().days_before(window.start, 7 * week) else { continue };
            let half_width = i64::from(self.spec.half_width);
            for step in -half_width..=half_width {
                let centre = (last - week as usize * self.period()) as i64;
                put((centre + step) as usize, moved(Interval::new(start, start + window.span()), step));
            }
        }
        for step in 1..RECENT {
            put(last - step, moved(window, -(step as i64)));
        }
        (blocks.counts[last], blocks.exposures[last]) = (history.k, history.exposures.window);
        blocks
    }

    fn statistic(&self) -> stats::Farrington {
        stats::Farrington {
            period: self.period(),
            back: self.spec.weeks as usize,
            half_width: self.spec.half_width as usize,
            gap: 1,
            reweight_above: self.spec.reweight_above,
            min_events: self.spec.min_events,
            min_events_bins: RECENT,
            ..stats::Farrington::default()
        }
    }
}

impl Detector for Farrington {
    fn score(&self, history: &History) -> Score {
        let blocks = self.blocks(history);
        let last = blocks.counts.len() - 1;
        let silent = Score { expected: history.expectation(), ln_p: 0.0 };
        let Some(score) = self.statistic().at(&blocks.counts, Some(&blocks.exposures), last) else { return silent };
        let recent: u64 = blocks.counts[last + 1 - RECENT..].iter().sum();
        if recent < self.spec.min_events {
            return Score { expected: score.expected, ..silent };
        }
        if score.expected > 0.0 {
            return Score { expected: score.expected, ln_p: score.ln_p };
        }
        // Silent at this hour for weeks is not impossible for ever: Jeffreys' prior over the exposure referred to.
        let past = blocks.exposures[..=last - RECENT].iter().sum();
        let predicted = Gamma::JEFFREYS.after(0, past).predict(history.exposures.window);
        Score { expected: 0.0, ln_p: predicted.and_then(|nb| nb.upper(history.k)).unwrap_or(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Glance, refusal};
    use super::*;

    const PLAIN: &str = "kind = 'farrington'";

    #[test]
    fn the_same_hour_of_the_week_is_what_counts() {
        // Thursdays at noon are busy, all else is calm.
        let busy = |day: i64, hour: i64| if day % 7 == 3 && (11..14).contains(&hour) { 30 + day / 7 } else { 2 };
        let score = Fixture::default().before("shop", "boom", busy).during("shop", "boom", (0, 60), 32).score(PLAIN);
        assert!((score.expected - 33.5).abs() < 0.6 && score.ln_p > 0.3_f64.ln(), "{score:?}");
    }

    #[test]
    fn a_rare_error_cannot_fire() {
        let rare = |day: i64, hour: i64| i64::from(hour == 5 && day % 9 == 0);
        let score = |n| Fixture::default().before("shop", "boom", rare).during("shop", "boom", (0, 60), n).score(PLAIN);
        assert!(score(3).ln_p.abs() < 1e-12);
        // Twenty-three silent hours of reference (B begins at the twenty-fourth): Jeffreys' tail, not impossibility.
        let expected = Gamma::JEFFREYS.after(0, 23.0 * 60.0).predict(60.0).unwrap().upper(5).unwrap();
        assert!((score(5).ln_p - expected).abs() < 1e-9);
    }

    #[test]
    fn an_old_peak_loses_weight() {
        let peak = |day: i64, hour: i64| if day == 3 + 14 && hour == 12 { 200 } else { 9 + (day + hour) % 3 };
        let world = Fixture::default().before("shop", "boom", peak).during("shop", "boom", (0, 60), 40);
        let plain = world.score("kind = 'farrington'\nreweight_above = 1e9");
        let weighted = world.score(PLAIN);
        assert!(weighted.expected < 12.0 && plain.expected > 18.0, "{weighted:?} {plain:?}");
        assert!(weighted.ln_p < plain.ln_p - 0.5);
    }

    #[test]
    fn it_takes_the_weeks_there_are() {
        let world = Fixture::default().before("shop", "boom", |_, _| 10).during("shop", "boom", (0, 60), 40);
        let weeks = |days| world.score_at(PLAIN, Glance { history: Span::days(days), ..Glance::default() });
        assert!((weeks(15).expected - 10.0).abs() < 1e-9 && weeks(15).ln_p < 1e-6_f64.ln(), "two weeks");
        assert!(weeks(5).ln_p.abs() < 1e-12, "none: nothing can be said");
    }

    #[test]
    fn bad_parameters() {
        assert!(refusal("kind = 'farrington'\nweeks = 0").contains("weeks"));
        assert!(refusal("kind = 'farrington'\nreweight_above = -1.0").contains("reweight_above"));
        assert!(refusal("kind = 'farrington'\nalpha = 0.01").contains("alpha"));
    }
}
