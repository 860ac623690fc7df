use super::found::Found;
use super::worst::Worst;
use super::{LEVEL, REPLICATES, SEED};
use crate::dataset::LabelledTexts;
use crate::stats::{Bounds, Clustering, Grouping, ratio_bounds};
use serde::Serialize;
use std::collections::BTreeMap;

/// How a normalizer groups the lines of one system. Shares lie in [0, 1]; 1 is perfect, but for the rates, where 0 is. `None` where
/// there is nothing to count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SystemScore {
    pub name: String,
    /// Labelled lines.
    pub n: u64,
    /// Share of lines whose found group holds exactly the lines of their true group (Zhu et al., ICSE-SEIP 2019).
    pub ga: Option<f64>,
    /// Found groups that are exactly a true one ÷ found groups.
    pub pga: Option<f64>,
    /// Found groups that are exactly a true one ÷ true groups.
    pub rga: Option<f64>,
    /// F1 of both (Jiang et al., ISSTA 2024).
    pub fga: Option<f64>,
    pub pairwise: Pairwise,
    /// Found groups hold one true group each (Rosenberg & Hirschberg 2007).
    pub homogeneity: Option<f64>,
    /// True groups are not split.
    pub completeness: Option<f64>,
    /// Harmonic mean of both.
    pub v_measure: Option<f64>,
    /// Rand's index adjusted for chance (Hubert & Arabie 1985), at least −½.
    pub ari: Option<f64>,
    pub true_groups: u64,
    pub found_groups: u64,
    pub distinct_texts: usize,
    /// Share of lines whose true group is spread over several found ones.
    pub split_rate: Option<f64>,
    /// Share of lines whose true group shares a found one with another.
    pub merge_rate: Option<f64>,
    /// Lines whose very text is in more than one true group: nothing that reads the text can get all of them right.
    pub inseparable: u64,
    /// Lines without a group, which are in no score.
    pub unlabelled: u64,
    pub intervals: Within,
    pub worst: Worst,
}

/// Of pairs of lines: precision falls by merging too much, recall by splitting too much.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pairwise {
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
}

/// What other errors of the same system might have given: true groups drawn anew, percentile intervals. A found group and a pair
/// put together wrongly are shared out evenly among the true groups that they touch. `None` with fewer than 10 true groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Within {
    pub over: &'static str,
    pub level: f64,
    pub ga: Option<Bounds>,
    pub fga: Option<Bounds>,
    pub pairwise_precision: Option<Bounds>,
    pub pairwise_recall: Option<Bounds>,
    pub pairwise_f1: Option<Bounds>,
}

/// Lines of each (true group, signature) and the sizes of both sides.
pub(super) struct Crossing {
    pub cells: BTreeMap<(u32, u32), u64>,
    pub true_sizes: Vec<u64>,
    pub found_sizes: Vec<u64>,
    /// Signatures that each true group is spread over.
    pub parts: Vec<u64>,
    /// True groups that each signature holds lines of.
    pub sources: Vec<u64>,
}

impl Crossing {
    pub fn of(system: &LabelledTexts, found: &Found) -> Self {
        let mut crossing = Self {
            cells: BTreeMap::new(),
            true_sizes: vec![0; system.groups.len()],
            found_sizes: vec![0; found.signatures.len()],
            parts: vec![0; system.groups.len()],
            sources: vec![0; found.signatures.len()],
        };
        for row in &system.rows {
            let signature = found.of_text[row.text as usize];
            *crossing.cells.entry((row.group, signature)).or_insert(0) += row.lines;
            crossing.true_sizes[row.group as usize] += row.lines;
            crossing.found_sizes[signature as usize] += row.lines;
        }
        for &(group, signature) in crossing.cells.keys() {
            crossing.parts[group as usize] += 1;
            crossing.sources[signature as usize] += 1;
        }
        crossing
    }
}

impl SystemScore {
    /// Scores `found` against the labels.
    #[must_use]
    pub fn of(system: &LabelledTexts, found: &Found) -> Self {
        let truth: Vec<u32> = system.rows.iter().map(|row| row.group).collect();
        let predicted: Vec<u32> = system.rows.iter().map(|row| found.of_text[row.text as usize]).collect();
        let lines: Vec<u64> = system.rows.iter().map(|row| row.lines).collect();
        // The three lists are equally long.
        let groups = Grouping::weighted(&truth, &predicted, &lines);
        let clusters = Clustering::weighted(&truth, &predicted, &lines).filter(|_| !lines.is_empty());
        let of_groups = |measure: fn(&Grouping) -> Option<f64>| groups.as_ref().and_then(measure);
        let of_clusters = |measure: fn(&Clustering) -> Option<f64>| clusters.as_ref().and_then(measure);
        let crossing = Crossing::of(system, found);
        Self {
            name: system.system.clone(),
            n: system.lines(),
            ga: of_groups(Grouping::accuracy),
            pga: of_groups(Grouping::precision),
            rga: of_groups(Grouping::recall),
            fga: of_groups(Grouping::f1),
            pairwise: Pairwise {
                precision: of_clusters(|c| c.pairs.precision()),
                recall: of_clusters(|c| c.pairs.recall()),
                f1: of_clusters(|c| c.pairs.f1()),
            },
            homogeneity: of_clusters(|c| Some(c.homogeneity)),
            completeness: of_clusters(|c| Some(c.completeness)),
            v_measure: of_clusters(|c| Some(c.v_measure)),
            ari: of_clusters(|c| Some(c.pairs.adjusted_rand())),
            true_groups: groups.map_or(0, |g| g.true_groups),
            found_groups: groups.map_or(0, |g| g.predicted_groups),
            distinct_texts: system.texts.len(),
            split_rate: of_groups(Grouping::split_rate),
            merge_rate: of_groups(Grouping::merge_rate),
            inseparable: inseparable(system),
            unlabelled: system.unlabelled,
            intervals: Within::of(&crossing),
            worst: Worst::of(system, found, &crossing),
        }
    }
}

/// Lines of texts that bear more than one label.
fn inseparable(system: &LabelledTexts) -> u64 {
    let mut labels = vec![0_u32; system.texts.len()];
    for row in &system.rows {
        labels[row.text as usize] += 1;
    }
    system.rows.iter().filter(|row| labels[row.text as usize] > 1).map(|row| row.lines).sum()
}

impl Within {
    fn of(crossing: &Crossing) -> Self {
        let shares: Vec<Shares> = shares(crossing);
        let bounds = |part: fn(&Shares) -> (f64, f64)| {
            let parts: Vec<(f64, f64)> = shares.iter().map(part).collect();
            ratio_bounds(&parts, LEVEL, REPLICATES, SEED)
        };
        Self {
            over: "true groups",
            level: LEVEL,
            ga: bounds(|s| (s.correct * s.lines, s.lines)),
            fga: bounds(|s| (2.0 * s.correct, 1.0 + s.found)),
            pairwise_precision: bounds(|s| (s.together, s.together + s.merged)),
            pairwise_recall: bounds(|s| (s.together, s.together + s.split)),
            pairwise_f1: bounds(|s| (2.0 * s.together, 2.0 * s.together + s.merged + s.split)),
        }
    }
}

/// One true group's share in the counts that the scores are made of.
#[derive(Clone, Copy, Debug, Default)]
struct Shares {
    lines: f64,
    /// 1 where a found group is exactly this one, or else 0.
    correct: f64,
    /// Found groups.
    found: f64,
    /// Pairs of lines that are rightly together, wrongly together, wrongly apart.
    together: f64,
    merged: f64,
    split: f64,
}

fn shares(crossing: &Crossing) -> Vec<Shares> {
    let mut shares: Vec<Shares> =
        crossing.true_sizes.iter().map(|&lines| Shares { lines: lines as f64, ..Shares::default() }).collect();
    for (&(group, signature), &lines) in &crossing.cells {
        let (sources, size) = (crossing.sources[signature as usize], crossing.found_sizes[signature as usize]);
        let (lines, size) = (lines as f64, size as f64);
        let share = &mut shares[group as usize];
        share.found += 1.0 / sources as f64;
        share.together += lines * (lines - 1.0) / 2.0;
        // Half of the pairs that cross to another true group: the other half is that one's.
        share.merged += lines * (size - lines) / 2.0;
        if sources == 1 && crossing.parts[group as usize] == 1 {
            share.correct = 1.0;
        }
    }
    for share in &mut shares {
        share.split = share.lines * (share.lines - 1.0) / 2.0 - share.together;
    }
    shares
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A system whose texts are `t0`, `t1` …, and the groups found for them.
    fn world(rows: &[(u8, u8)]) -> (LabelledTexts, Found) {
        let (mut system, mut found) = (LabelledTexts::new("s"), Found::default());
        for (index, (group, signature)) in rows.iter().enumerate() {
            system.push(&format!("t{index}"), &format!("g{group}"));
            let id = found.signatures.intern(&format!("f{signature}"));
            found.of_text.push(id);
        }
        (system, found)
    }

    #[test]
    fn one_stray_line_spoils_both_groups() {
        let (system, found) = world(&[(0, 1), (0, 1), (0, 2), (1, 2), (1, 2), (2, 3)]);
        let score = SystemScore::of(&system, &found);
        assert_eq!((score.n, score.true_groups, score.found_groups), (6, 3, 3));
        assert_eq!((score.ga, score.fga), (Some(1.0 / 6.0), Some(1.0 / 3.0)));
        assert_eq!((score.split_rate, score.merge_rate), (Some(0.5), Some(5.0 / 6.0)));
        assert_eq!((score.pairwise.precision, score.pairwise.recall), (Some(0.5), Some(0.5)));
        assert_eq!(score.intervals.ga, None, "three groups say too little");
        let nothing = SystemScore::of(&LabelledTexts::new("s"), &Found::default());
        assert_eq!((nothing.ga, nothing.v_measure, nothing.ari, nothing.pairwise.f1), (None, None, None, None));
    }

    #[test]
    fn a_text_with_two_labels_cannot_be_got_right() {
        let mut system = LabelledTexts::new("s");
        for (text, group) in [("a", "x"), ("a", "x"), ("a", "y"), ("b", "y")] {
            system.push(text, group);
        }
        assert_eq!(inseparable(&system), 3);
    }

    proptest! {
        /// The shares add up to the scores, so that the intervals are of the same numbers.
        #[test]
        fn shares_add_up(rows in prop::collection::vec((0..8u8, 0..8u8), 1..60)) {
            let (system, found) = world(&rows);
            let score = SystemScore::of(&system, &found);
            let shares = shares(&Crossing::of(&system, &found));
            let sum = |of: fn(&Shares) -> f64| shares.iter().map(of).sum::<f64>();
            let near = |part: f64, whole: f64, expected: Option<f64>| {
                expected.map_or(whole.abs() < 1e-9, |expected| (part / whole - expected).abs() < 1e-9)
            };
            let (tp, fp, fn_) = (sum(|s| s.together), sum(|s| s.merged), sum(|s| s.split));
            prop_assert!(near(sum(|s| s.correct * s.lines), sum(|s| s.lines), score.ga));
            prop_assert!(near(sum(|s| 2.0 * s.correct), sum(|s| 1.0 + s.found), score.fga));
            prop_assert!(near(tp, tp + fp, score.pairwise.precision));
            prop_assert!(near(tp, tp + fn_, score.pairwise.recall));
        }
    }
}
