//! The Numenta Anomaly Benchmark score (Lavin & Ahmad 2015, as its reference scorer computes it).
//!
//! A row is a time step with or without an alarm; a window is a labelled stretch of rows. Only the earliest alarm of a
//! window counts, the more the earlier it is; alarms outside of windows cost the more the further they are behind the last
//! window. The first rows of a file are probation: alarms there count nothing.

/// What a detection, a false alarm and a missed window weigh, all ≥ 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NabProfile {
    pub detection: f64,
    pub false_alarm: f64,
    pub miss: f64,
}

impl NabProfile {
    pub const STANDARD: Self = Self { detection: 1.0, false_alarm: 0.11, miss: 1.0 };
    pub const REWARD_LOW_FALSE_ALARMS: Self = Self { detection: 1.0, false_alarm: 0.22, miss: 1.0 };
    pub const REWARD_LOW_MISSES: Self = Self { detection: 1.0, false_alarm: 0.11, miss: 2.0 };
}

/// Share of a file's rows that are probation, in all of the benchmark.
pub const NAB_PROBATION: f64 = 0.15;

/// Rows from which on probation grows no more.
const LONGEST: f64 = 5_000.0;

/// Rows of probation: `min(⌊share · rows⌋, share · 5000)`; 750 at most for the benchmark's 0.15.
#[must_use]
pub fn nab_probation(rows: usize, share: f64) -> usize {
    (share * rows as f64).floor().min(share * LONGEST).ceil().max(0.0) as usize
}

/// The first and last row whose timestamp lies in each labelled window `(first, last)`, ends included; windows without a row
/// are left out. Timestamps ascend.
#[must_use]
pub fn nab_windows(timestamps: &[i64], labels: &[(i64, i64)]) -> Vec<(usize, usize)> {
    let rows = |&(first, last): &(i64, i64)| {
        let from = timestamps.partition_point(|time| *time < first);
        let past = timestamps.partition_point(|time| *time <= last);
        (from < past).then(|| (from, past - 1))
    };
    labels.iter().filter_map(rows).collect()
}

/// The score of one file. Counts are of rows after probation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NabScore {
    /// Weighted sum over windows and false alarms; unbounded below.
    pub raw: f64,
    /// Windows with at least one row after probation.
    pub windows: u64,
    /// Rows of windows with an alarm, and without.
    pub true_positives: u64,
    pub false_negatives: u64,
    /// Rows outside of windows with an alarm, and without.
    pub false_positives: u64,
    pub true_negatives: u64,
}

impl NabScore {
    /// `flags[i]`: there is an alarm at row `i`. Windows are `(first, last)` rows, both included, disjoint; the first
    /// `probation` rows do not count (see [`nab_probation`]). `None` if a window is reversed, overlaps another, or goes beyond
    /// the rows.
    #[must_use]
    pub fn of(flags: &[bool], windows: &[(usize, usize)], probation: usize, profile: NabProfile) -> Option<Self> {
        let mut windows = windows.to_vec();
        windows.sort_unstable();
        let disjoint = windows.windows(2).all(|pair| pair[0].1 < pair[1].0);
        if !disjoint || windows.iter().any(|window| window.0 > window.1 || window.1 >= flags.len()) {
            return None;
        }
        let mut score = Self::default();
        for &window in &windows {
            score.add_window(flags, window, probation, profile);
        }
        let (mut last, mut next) = (None, 0);
        for (row, &flag) in flags.iter().enumerate() {
            if windows.get(next).is_some_and(|window| row > window.1) {
                last = Some(windows[next]);
                next += 1;
            }
            let outside = windows.get(next).is_none_or(|window| row < window.0);
            if outside && row >= probation {
                score.add_outside(flag, row, last, profile);
            }
        }
        Some(score)
    }

    fn add_window(&mut self, flags: &[bool], (first, last): (usize, usize), probation: usize, profile: NabProfile) {
        let from = first.max(probation);
        if from > last {
            return;
        }
        let alarms = flags[from..=last].iter().filter(|flag| **flag).count() as u64;
        self.windows += 1;
        self.true_positives += alarms;
        self.false_negatives += (last + 1 - from) as u64 - alarms;
        let earliest = (from..=last).find(|row| flags[*row]);
        self.raw += earliest.map_or(-profile.miss, |row| {
            let position = -((last - row + 1) as f64) / (last - first + 1) as f64;
            profile.detection * sigmoid(position) / sigmoid(-1.0)
        });
    }

    fn add_outside(&mut self, flag: bool, row: usize, last: Option<(usize, usize)>, profile: NabProfile) {
        if !flag {
            self.true_negatives += 1;
            return;
        }
        self.false_positives += 1;
        // Window lengths behind the last window; a window of one row has no length, so everything is far behind it.
        let position = last.map_or(f64::INFINITY, |(from, to)| (row - to) as f64 / (to - from) as f64);
        self.raw += profile.false_alarm * sigmoid(position);
    }
}

/// `2 / (1 + e^{5x}) − 1` for a position `x` in window lengths: 0.987 at the window's first row (−1), 0 just behind its last
/// (0), −1 from three lengths behind it on.
fn sigmoid(position: f64) -> f64 {
    if position >= 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * position).exp()) - 1.0 }
}

/// The score of several files as the benchmark states it: `100 (raw − none) / (perfect − none)`, where raw scores are
/// summed, `perfect` detects every window at its first row, and `none` never raises an alarm. 100 is perfect, 0 is as good as
/// no alarm, and below 0 is worse than that. `None` without windows, or when misses and detections weigh nothing.
#[must_use]
pub fn nab_normalised(files: &[NabScore], profile: NabProfile) -> Option<f64> {
    let raw: f64 = files.iter().map(|file| file.raw).sum();
    let windows: u64 = files.iter().map(|file| file.windows).sum();
    let none = -profile.miss * windows as f64;
    let span = profile.detection * windows as f64 - none;
    (span > 0.0).then(|| 100.0 * (raw - none) / span)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STANDARD: NabProfile = NabProfile::STANDARD;

    fn flags(rows: usize, alarms: &[usize]) -> Vec<bool> {
        (0..rows).map(|row| alarms.contains(&row)).collect()
    }

    #[test]
    fn probation_grows_to_750_rows() {
        assert_eq!(nab_probation(100, NAB_PROBATION), 15);
        assert_eq!(nab_probation(4_999, NAB_PROBATION), 749);
        assert_eq!(nab_probation(15_902, NAB_PROBATION), 750);
        assert_eq!(nab_probation(0, NAB_PROBATION), 0);
    }

    #[test]
    fn windows_hold_the_rows_between_their_times() {
        assert_eq!(nab_windows(&[10, 20, 30, 40], &[(20, 30), (31, 39), (35, 99)]), [(1, 2), (3, 3)]);
    }

    #[test]
    fn perfect_and_silent() {
        let windows = [(20, 29), (50, 50)];
        let at = |alarms: &[usize]| NabScore::of(&flags(100, alarms), &windows, 15, STANDARD).unwrap();
        assert!((at(&[20, 50]).raw - 2.0).abs() < 1e-12);
        assert_eq!((at(&[]).raw, at(&[]).windows, at(&[]).false_negatives), (-2.0, 2, 11));
        assert_eq!(nab_normalised(&[at(&[20, 50]), at(&[])], STANDARD), Some(50.0));
        assert_eq!(nab_normalised(&[], STANDARD), None);
    }

    #[test]
    fn false_alarms_by_their_distance() {
        let cost = |alarm: usize| NabScore::of(&flags(100, &[alarm]), &[(20, 29)], 15, STANDARD).unwrap().raw + 1.0;
        let whole = |cost: f64| (cost + 0.11).abs() < 1e-12;
        assert!(cost(3) == 0.0 && whole(cost(19)) && whole(cost(99))); // probation, before any window, far behind
        assert!(cost(30) < 0.0 && cost(31) < cost(30) && !whole(cost(55)) && whole(cost(56)));
        let behind_one_row = NabScore::of(&flags(9, &[6]), &[(5, 5)], 0, STANDARD).unwrap();
        assert!((behind_one_row.raw + 1.11).abs() < 1e-12);
    }

    #[test]
    fn a_window_inside_probation_counts_nothing() {
        let got = NabScore::of(&flags(40, &[2, 8]), &[(1, 4), (6, 9)], 8, STANDARD).unwrap();
        assert_eq!((got.windows, got.true_positives, got.false_negatives, got.false_positives), (1, 1, 1, 0));
        let position = -2.0 / 4.0;
        assert!((got.raw - sigmoid(position) / sigmoid(-1.0)).abs() < 1e-12);
    }

    #[test]
    fn windows_that_cannot_be() {
        for windows in [vec![(4, 2)], vec![(0, 9)], vec![(0, 4), (4, 6)]] {
            assert_eq!(NabScore::of(&[false; 9], &windows, 0, STANDARD), None);
        }
    }

    proptest! {
        #[test]
        fn rows_add_up_and_nothing_beats_perfect(alarms in prop::collection::vec(any::<bool>(), 60), probation in 0..20usize) {
            let got = NabScore::of(&alarms, &[(10, 15), (30, 44)], probation, STANDARD).unwrap();
            let rows = got.true_positives + got.false_negatives + got.false_positives + got.true_negatives;
            prop_assert_eq!(rows as usize, 60 - probation);
            prop_assert!(nab_normalised(&[got], STANDARD).unwrap() <= 100.0 + 1e-9);
        }

        #[test]
        fn one_more_false_alarm_never_helps(alarms in prop::collection::vec(any::<bool>(), 60), outside in 0..39usize) {
            let windows = [(10, 15), (30, 44)];
            // Rows 0–9, 16–29, 45–59.
            let row = outside + if outside < 10 { 0 } else if outside < 24 { 6 } else { 21 };
            let with = |flag: bool| {
                let mut alarms = alarms.clone();
                alarms[row] = flag;
                NabScore::of(&alarms, &windows, 5, STANDARD).unwrap().raw
            };
            prop_assert!(with(true) <= with(false));
        }
    }
}
