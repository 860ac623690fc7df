//! How two groupings of the same items cross.

use std::collections::BTreeMap;

/// Counts of items by true group (row) and predicted group (column), both numbered in the order of their labels.
pub(super) struct Contingency {
    pub total: u64,
    /// Items of each true group.
    pub rows: Vec<u64>,
    /// Items of each predicted group.
    pub columns: Vec<u64>,
    /// Items of both groups, where there are any.
    pub cells: BTreeMap<(usize, usize), u64>,
}

impl Contingency {
    /// `None` for lists of different lengths.
    pub fn of<T: Ord, P: Ord>(truth: &[T], predicted: &[P]) -> Option<Self> {
        Self::weighted(truth, predicted, &vec![1; truth.len()])
    }

    /// As [`Contingency::of`], of rows that stand for `counts[i]` items each, at least 1. `None` for lists of different lengths.
    pub fn weighted<T: Ord, P: Ord>(truth: &[T], predicted: &[P], counts: &[u64]) -> Option<Self> {
        if truth.len() != predicted.len() || truth.len() != counts.len() {
            return None;
        }
        let (truth, predicted) = (numbered(truth, counts), numbered(predicted, counts));
        let mut cells = BTreeMap::new();
        for ((&row, &column), count) in truth.0.iter().zip(&predicted.0).zip(counts) {
            *cells.entry((row, column)).or_insert(0) += count;
        }
        Some(Self { total: counts.iter().sum(), rows: truth.1, columns: predicted.1, cells })
    }
}

/// The number of each item's group, and the items of each group.
fn numbered<T: Ord>(labels: &[T], counts: &[u64]) -> (Vec<usize>, Vec<u64>) {
    let mut sorted: Vec<(&T, u64)> = labels.iter().zip(counts.iter().copied()).collect();
    sorted.sort_unstable();
    let mut distinct = Vec::new();
    let mut sizes = Vec::new();
    for group in sorted.chunk_by(|x, y| x.0 == y.0) {
        distinct.push(group[0].0);
        sizes.push(group.iter().map(|(_, count)| count).sum());
    }
    (labels.iter().map(|label| distinct.partition_point(|known| *known < label)).collect(), sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_every_item_once() {
        let table = Contingency::of(&["b", "a", "b"], &[7, 7, 9]).unwrap();
        assert_eq!((table.total, table.rows, table.columns), (3, vec![1, 2], vec![2, 1]));
        assert_eq!(table.cells.into_iter().collect::<Vec<_>>(), [((0, 0), 1), ((1, 0), 1), ((1, 1), 1)]);
        assert!(Contingency::of(&[1], &[1, 2]).is_none());
    }
}
