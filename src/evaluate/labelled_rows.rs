//! How well alarms on the rows of a series agree with labelled windows, by the measures of the literature.

use crate::dataset::{CountSeries, LabelledWindow};
use crate::stats::{
    Affiliation, Bounds, Cardinality, Estimate, NAB_PROBATION, NabProfile, NabScore, PositionalBias, RangeReward,
    nab_normalised, nab_probation, nab_windows, range_precision, range_recall,
};
use serde::Serialize;
use std::ops::Range;

/// Rows in the benchmark's probation count nowhere; the part of a window that lies in it is cut off.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelledScores {
    pub rows: u64,
    /// The first rows that are not scored: 15 % of them, 750 at most.
    pub probation: u64,
    /// Labelled windows without a row after probation; in no other number.
    pub windows_without_rows: u64,
    /// Windows with an alarm ÷ windows.
    pub windows_hit: Estimate,
    /// Alarms in a window ÷ alarms.
    pub precision: Estimate,
    /// Alarms outside of every window.
    pub false_alarms: u64,
    pub nab: NabScores,
    pub range: RangeScores,
    pub affiliation: Option<AffiliationScores>,
}

/// The Numenta Anomaly Benchmark (Lavin & Ahmad 2015): 100 is perfect, 0 is as good as no alarm, and there is no lower end.
/// `None`: no window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NabScores {
    pub standard: Option<f64>,
    pub reward_low_false_alarms: Option<f64>,
    pub reward_low_misses: Option<f64>,
    /// Of the standard profile, before it is normalised: what adds up over several series.
    pub raw: f64,
}

/// Of Tatbul et al. 2018, with flat bias and without a penalty for fragments; runs of flagged rows are the predicted ranges.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RangeScores {
    /// Share of predicted ranges that lies in windows; `None`: no alarm.
    pub precision: Option<f64>,
    /// Share of windows' rows that are flagged; `None`: no window.
    pub recall: Option<f64>,
    /// The same where finding a window at all is everything.
    pub recall_by_existence: Option<f64>,
}

/// Of Huet et al. 2022, in time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AffiliationScores {
    /// `None`: no alarm.
    pub precision: Option<f64>,
    /// The precision of alarms at random times.
    pub precision_of_chance: Option<f64>,
    pub recall: f64,
}

impl LabelledScores {
    /// `flags`: one for each row. `windows`: by time, none overlapping another.
    #[must_use]
    pub fn of(series: &CountSeries, flags: &[bool], windows: &[LabelledWindow]) -> Self {
        let probation = nab_probation(flags.len(), NAB_PROBATION);
        let times: Vec<i64> = series.rows.iter().map(|row| row.at.micros()).collect();
        let ends: Vec<(i64, i64)> = windows.iter().map(|w| (w.start.micros(), w.end.micros())).collect();
        let all = nab_windows(&times, &ends);
        let scored = all.iter().filter(|window| window.1 >= probation);
        let truth: Vec<Range<usize>> = scored.map(|window| window.0.max(probation)..window.1 + 1).collect();
        let alarms: Vec<usize> = (probation..flags.len()).filter(|&row| flags[row]).collect();
        let inside = alarms.iter().filter(|row| truth.iter().any(|window| window.contains(row))).count() as u64;
        let hit = truth.iter().filter(|window| flags[(*window).clone()].contains(&true)).count() as u64;
        Self {
            rows: flags.len() as u64,
            probation: probation as u64,
            windows_without_rows: (windows.len() - truth.len()) as u64,
            windows_hit: Estimate::ratio(hit, truth.len() as u64),
            precision: Estimate::ratio(inside, alarms.len() as u64),
            false_alarms: alarms.len() as u64 - inside,
            nab: NabScores::of(flags, &all, probation),
            range: RangeScores::of(&truth, &alarms),
            affiliation: affiliation(series, &truth, &alarms, probation),
        }
    }
}

impl NabScores {
    fn of(flags: &[bool], windows: &[(usize, usize)], probation: usize) -> Self {
        let score = |profile| NabScore::of(flags, windows, probation, profile).unwrap_or_default();
        let normalised = |profile| nab_normalised(&[score(profile)], profile);
        Self {
            standard: normalised(NabProfile::STANDARD),
            reward_low_false_alarms: normalised(NabProfile::REWARD_LOW_FALSE_ALARMS),
            reward_low_misses: normalised(NabProfile::REWARD_LOW_MISSES),
            raw: score(NabProfile::STANDARD).raw,
        }
    }
}

impl RangeScores {
    fn of(truth: &[Range<usize>], alarms: &[usize]) -> Self {
        let predicted: Vec<Range<usize>> = alarms.iter().map(|&row| row..row + 1).collect();
        let recall = |existence| range_recall(truth, &predicted, RangeReward { existence, ..RangeReward::default() });
        Self {
            precision: range_precision(truth, &predicted, Cardinality::One, PositionalBias::Flat),
            recall: recall(0.0),
            recall_by_existence: recall(1.0),
        }
    }
}

/// Each row lasts until the next one, at most a step. `None` without a window.
fn affiliation(
    series: &CountSeries,
    truth: &[Range<usize>],
    alarms: &[usize],
    probation: usize,
) -> Option<AffiliationScores> {
    let step = series.step(series.rows.len())?;
    let origin = series.rows.get(probation)?.at;
    let start = |row: usize| (series.rows[row].at - origin).as_minutes();
    let end = |row: usize| {
        let full = start(row) + step.as_minutes();
        if row + 1 < series.rows.len() { full.min(start(row + 1)) } else { full }
    };
    let bounds = |rows: &Range<usize>| Bounds { low: start(rows.start), high: end(rows.end - 1) };
    let truth: Vec<Bounds> = truth.iter().map(bounds).collect();
    let predicted: Vec<Bounds> = alarms.iter().map(|&row| bounds(&(row..row + 1))).collect();
    let range = bounds(&(probation..series.rows.len()));
    let got = Affiliation::of(&predicted, &truth, range)?;
    // Random times have the mean precision over all times.
    let chance = Affiliation::of(&[range], &truth, range)?.precision();
    Some(AffiliationScores { precision: got.precision(), precision_of_chance: chance, recall: got.recall() })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use crate::dataset::CountRow;
    use crate::model::{Instant, Span};

    fn at(row: i64) -> Instant {
        Instant::from_micros(1_700_000_000_000_000) + Span::minutes(5 * row)
    }

    fn scores(alarms: &[usize], windows: &[(i64, i64)]) -> LabelledScores {
        let row = |i| CountRow { timestamp: String::new(), at: at(i), count: Some(1), exposure: Some(1.0) };
        let series = CountSeries { rows: (0..100).map(row).collect(), ..CountSeries::default() };
        let flags: Vec<bool> = (0..100).map(|i| alarms.contains(&i)).collect();
        let windows: Vec<LabelledWindow> =
            windows.iter().map(|&(start, end)| LabelledWindow { start: at(start), end: at(end) }).collect();
        LabelledScores::of(&series, &flags, &windows)
    }

    #[test]
    fn each_number_by_hand() {
        // Probation is 15 rows: the alarm at 3 and the window that ends at 9 count nowhere, the window from 10 on begins at 15.
        let got = scores(&[3, 20, 40, 41, 60], &[(2, 9), (10, 24), (35, 44), (80, 89)]);
        assert_eq!((got.probation, got.windows_without_rows, got.false_alarms), (15, 1, 1));
        assert_eq!((got.windows_hit.numerator, got.windows_hit.denominator), (2, 3));
        assert_eq!((got.precision.numerator, got.precision.denominator), (3, 4));
        // Predicted ranges: 20, 40–41, 60.
        assert_eq!(got.range.precision, Some(2.0 / 3.0));
        assert!((got.range.recall.unwrap() - (1.0 / 10.0 + 2.0 / 10.0) / 3.0).abs() < 1e-12);
        assert_eq!(got.range.recall_by_existence, Some(2.0 / 3.0));
        // NAB at positions −1/3 and −1/2 of two windows, and 16/9 window lengths behind the second.
        let near = |score: Option<f64>, wanted: f64| (score.unwrap() - wanted).abs() < 1e-9;
        assert!(near(Some(got.nab.raw), 0.441_341_150_863_7) && near(got.nab.standard, 57.355_685_847_727));
        assert!(near(got.nab.reward_low_false_alarms, 55.522_858_124_965));
        assert!(near(got.nab.reward_low_misses, 60.459_346_120_707));
        let affiliation = got.affiliation.unwrap();
        let chance = affiliation.precision_of_chance.unwrap();
        assert!(chance > 0.5 && chance < 0.75, "{chance}");
        assert!(affiliation.precision.unwrap() > chance && affiliation.recall < 1.0);
    }

    #[test]
    fn without_alarms_or_windows_nothing_is_made_up() {
        let silent = scores(&[], &[(30, 40)]);
        assert_eq!((silent.precision.value, silent.range.precision, silent.windows_hit.value), (None, None, Some(0.0)));
        assert_eq!((silent.nab.standard, silent.affiliation.unwrap().precision), (Some(0.0), None));
        let unlabelled = scores(&[50], &[]);
        assert_eq!((unlabelled.windows_hit.value, unlabelled.nab.standard, unlabelled.affiliation), (None, None, None));
        assert_eq!((unlabelled.false_alarms, unlabelled.range.recall), (1, None));
        assert!((unlabelled.nab.raw + 0.11).abs() < 1e-12);
    }
}
