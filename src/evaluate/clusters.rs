//! Labelled rows that are not independent of each other: rows of one case, cases of one project.

use super::SEED;
use crate::stats::{Bounds, ratio_bounds};
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewer clusters than this say too little about how clusters vary.
const MIN_CLUSTERS: usize = 10;
const LEVEL: f64 = 0.95;
const REPLICATES: usize = 2000;

/// What is drawn as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClusterKind {
    Project,
    Case,
}

impl ClusterKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Case => "case",
        }
    }
}

/// The cluster of every row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clusters {
    pub by: ClusterKind,
    pub count: usize,
    of_row: Vec<usize>,
}

impl Clusters {
    /// By project where every row names one and there are at least ten, else by case; rows that name no case are one each. `None`
    /// where that leaves fewer than ten, or no two rows belong together. Elements are (project, case) of each row.
    #[must_use]
    pub fn of<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let rows: Vec<(&str, &str)> = rows.collect();
        let projects = Self::by(ClusterKind::Project, rows.iter().map(|row| (row.0, "")));
        let named = rows.iter().all(|row| !row.0.is_empty());
        if named && projects.count >= MIN_CLUSTERS && projects.count < rows.len() {
            return Some(projects);
        }
        let cases = Self::by(ClusterKind::Case, rows.iter().copied());
        (cases.count >= MIN_CLUSTERS && cases.count < rows.len()).then_some(cases)
    }

    /// Rows with the same key are together; those whose key ends in nothing are alone, unless they are projects.
    fn by<'a>(by: ClusterKind, keys: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut count = 0;
        let of_row = keys.map(|key| {
            let alone = by == ClusterKind::Case && key.1.is_empty();
            let next = count;
            let index = if alone { next } else { *known.entry(key).or_insert(next) };
            count += usize::from(index == next);
            index
        });
        let of_row = of_row.collect();
        Self { by, count, of_row }
    }

    /// The percentile interval of a share when whole clusters are drawn anew; `parts` holds what each row adds to (numerator,
    /// denominator). `None` with fewer than ten clusters that have a denominator, and where all of them agree.
    #[must_use]
    pub fn bounds(&self, parts: impl Iterator<Item = (f64, f64)>) -> Option<Bounds> {
        let mut sums = vec![(0.0, 0.0); self.count];
        for (&cluster, (numerator, denominator)) in self.of_row.iter().zip(parts) {
            sums[cluster].0 += numerator;
            sums[cluster].1 += denominator;
        }
        // Clusters without the thing that is counted vary nothing of it.
        sums.retain(|sum| sum.1 != 0.0);
        ratio_bounds(&sums, LEVEL, REPLICATES, SEED).filter(|bounds| bounds.low < bounds.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_come_first_then_cases_and_rows_alone_are_no_clusters() {
        let names: Vec<String> = (0..40).map(|i| format!("n{}", i / 4)).collect();
        let of = |project: bool, case: bool| {
            let rows =
                names.iter().map(|name| (if project { name.as_str() } else { "" }, if case { name } else { "" }));
            Clusters::of(rows).map(|clusters| (clusters.by, clusters.count))
        };
        assert_eq!(of(true, true), Some((ClusterKind::Project, 10)));
        assert_eq!(of(false, true), Some((ClusterKind::Case, 10)));
        assert_eq!(of(false, false), None);
        assert_eq!(Clusters::of(names.iter().take(30).map(|name| (name.as_str(), ""))), None);
    }

    #[test]
    fn rows_of_one_cluster_are_drawn_together() {
        let names: Vec<String> = (0..400).map(|i| format!("n{}", i / 20)).collect();
        let clusters = Clusters::of(names.iter().map(|name| (name.as_str(), ""))).unwrap();
        // Half of the projects are all right, half all wrong: 20 coins, not 400.
        let parts = (0..400).map(|i| (f64::from(u8::from(i / 20 % 2 == 0)), 1.0));
        let bounds = clusters.bounds(parts).unwrap();
        assert!(bounds.low > 0.2 && bounds.low < 0.36 && bounds.high < 0.8 && bounds.high > 0.64, "{bounds:?}");
        assert_eq!(clusters.bounds((0..400).map(|i| (1.0, f64::from(u8::from(i < 100))))), None);
    }
}
