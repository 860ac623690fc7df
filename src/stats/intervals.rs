//! Sets of intervals of a line.

/// The union of half-open intervals `(start, end)` as disjoint ones in ascending order; those that touch become one. Empty
/// or reversed intervals, and ends that do not compare, are dropped.
pub(super) fn union<T: Copy + PartialOrd>(intervals: impl IntoIterator<Item = (T, T)>) -> Vec<(T, T)> {
    let mut sorted: Vec<(T, T)> = intervals.into_iter().filter(|(start, end)| start < end).collect();
    sorted.sort_by(|x, y| x.partial_cmp(y).unwrap_or(std::cmp::Ordering::Equal));
    let mut union: Vec<(T, T)> = Vec::with_capacity(sorted.len());
    for (start, end) in sorted {
        match union.last_mut() {
            Some(last) if start <= last.1 => last.1 = if end > last.1 { end } else { last.1 },
            _ => union.push((start, end)),
        }
    }
    union
}

/// The members of a union that share at least a point of positive extent with `[start, end)`.
pub(super) fn overlapping<T: Copy + PartialOrd>(union: &[(T, T)], start: T, end: T) -> &[(T, T)] {
    let first = union.partition_point(|interval| interval.1 <= start);
    let past = union.partition_point(|interval| interval.0 < end);
    union.get(first..past).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn touching_intervals_become_one() {
        assert_eq!(union([(5, 7), (1, 3), (3, 5), (9, 9), (8, 2)]), [(1, 7)]);
        assert_eq!(union([(0.0, f64::NAN), (1.0, 2.0)]), [(1.0, 2.0)]);
        assert_eq!(overlapping(&[(1, 3), (5, 7)], 3, 5), []);
        assert_eq!(overlapping(&[(1, 3), (5, 7)], 2, 6), [(1, 3), (5, 7)]);
        assert_eq!(overlapping(&[(1, 3)], 5, 2), []);
    }

    proptest! {
        #[test]
        fn the_union_covers_the_same_points(given in prop::collection::vec((0..40i32, 0..40i32), 0..12), point in 0..40i32) {
            let covers = |set: &[(i32, i32)]| set.iter().any(|(start, end)| (*start..*end).contains(&point));
            let union = union(given.clone());
            prop_assert_eq!(covers(&union), covers(&given));
            prop_assert!(union.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
