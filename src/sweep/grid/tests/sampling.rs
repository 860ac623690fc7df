use super::super::sample::{Draw, combinations, levels_at};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn drawn(sample: Sample, sizes: &[usize]) -> Vec<Vec<usize>> {
    Draw::new(sample, sizes).next(sample.n().unwrap_or(usize::MAX))
}

fn hypercube(n: usize, seed: u64) -> Sample {
    Sample::LatinHypercube { n, seed }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_hypercube_uses_every_level_equally_often_and_no_point_twice(
        sizes in prop::collection::vec(2usize..9, 2..6), share in 0.05..0.6f64, seed in 0u64..1000,
    ) {
        let n = ((combinations(&sizes).unwrap() as f64 * share) as usize).clamp(1, 300);
        let points = drawn(hypercube(n, seed), &sizes);
        prop_assert_eq!(points.iter().collect::<BTreeSet<_>>().len(), points.len());
        // Swapping finds a place for every point, or the last few are left out.
        prop_assert!(points.len() + 2 >= n, "{} of {n}", points.len());
        if points.len() == n {
            for (axis, &size) in sizes.iter().enumerate() {
                for level in 0..size {
                    let used = points.iter().filter(|point| point[axis] == level).count();
                    prop_assert!(used == n / size || used == n.div_ceil(size), "{used} of {n} on {size}");
                }
            }
        }
    }

    #[test]
    fn a_hypercube_draws_one_value_of_each_equal_part(n in 1usize..200, seed in 0u64..1000) {
        let points = drawn(hypercube(n, seed), &[1_001, 3]);
        prop_assert_eq!(points.len(), n);
        let mut drawn: Vec<usize> = points.iter().map(|point| point[0]).collect();
        drawn.sort_unstable();
        for (i, level) in drawn.into_iter().enumerate() {
            prop_assert!((i * 1_001 / n..(i + 1) * 1_001 / n).contains(&level));
        }
    }

    #[test]
    fn a_random_draw_has_no_point_twice(sizes in prop::collection::vec(1usize..6, 1..5), n in 1usize..400, seed in 0u64..1000) {
        let count = combinations(&sizes).unwrap() as usize;
        let points = drawn(Sample::Random { n, seed }, &sizes);
        prop_assert_eq!(points.len(), n.min(count));
        prop_assert_eq!(points.iter().collect::<BTreeSet<_>>().len(), points.len());
        prop_assert!(points.iter().all(|point| point.iter().zip(&sizes).all(|(level, size)| level < size)));
    }
}

#[test]
fn a_full_grid_counts_like_a_clock() {
    assert_eq!(drawn(Sample::Grid {}, &[2, 3]), [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
    assert_eq!(levels_at(5, &[2, 3]), [1, 2]);
    assert_eq!(combinations(&[usize::MAX, 3]), None);
}

/// Each is pinned: another platform, or another release, must draw the same.
#[test]
fn a_seed_draws_the_same_everywhere() {
    let sizes = [3, 4, 1_001];
    assert_eq!(drawn(hypercube(4, 1), &sizes), PINNED_HYPERCUBE);
    assert_eq!(drawn(Sample::Random { n: 4, seed: 1 }, &sizes), PINNED_RANDOM);
    assert_ne!(drawn(hypercube(4, 2), &sizes), PINNED_HYPERCUBE);
    let halving = Sample::Halving { n: 4, seed: 1, rungs: 3, keep: 0.33 };
    assert_eq!(drawn(halving, &sizes), PINNED_HYPERCUBE, "halving starts from a hypercube");
}

const PINNED_HYPERCUBE: [[usize; 3]; 4] = [[1, 0, 874], [2, 3, 96], [0, 1, 728], [2, 2, 458]];
const PINNED_RANDOM: [[usize; 3]; 4] = [[0; 3]; 4];

#[test]
fn what_cannot_be_used_is_drawn_again() {
    // Half of all is excluded.
    let axes = "'detect.alpha' = { from = 0.001, to = 0.1, scale = 'log' }\n'detect.min_count' = [1, 2, 3, 4]\n";
    let exclude = "[[exclude]]\n'detect.min_count' = [3, 4]\n";
    for kind in ["random", "latin_hypercube", "halving"] {
        let planned = read(&format!("{axes}[sample]\nkind = '{kind}'\nn = 100\n{exclude}")).plan().unwrap();
        assert_eq!(planned.summary.trials, 100, "{kind}");
        assert!(planned.summary.excluded > 20, "{kind}");
        assert_eq!(planned.summary.combinations, None);
        let alphas = &planned.summary.axes[0].levels;
        assert!(alphas.len() <= 100, "{kind}: only what was drawn is a level");
        for trial in candidates(&planned) {
            assert_eq!(alphas[trial.levels[0]], trial.spec.detect.alpha.to_string());
        }
        assert_eq!(planned.notes, ["axis detect.min_count: 2 of 4 levels are in no trial"]);
    }
}

#[test]
fn fewer_than_asked_for_is_told() {
    let axes = "'detect.min_count' = [1, 2, 3, 4]\n[sample]\nkind = 'latin_hypercube'\nn = 10\n";
    let planned = read(axes).plan().unwrap();
    assert_eq!((planned.summary.trials, planned.summary.duplicates), (3, 1));
    let told = "the sample asks for 10 points: only 3 were found that are valid, not excluded and not the same";
    assert_eq!(planned.notes, [told]);
}
