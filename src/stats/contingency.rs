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
        if truth.len() != predicted.len() {
            return None;
        }
        let (truth, predicted) = (numbered(truth), numbered(predicted));
        let mut cells = BTreeMap::new();
        for cell in truth.0.iter().copied().zip(predicted.0.iter().copied()) {
            *cells.entry(cell).or_insert(0) += 1;
        }
        Some(Self { total: truth.0.len() as u64, rows: truth.1, columns: predicted.1, cells })
    }
}

/// The number of each item's group, and the items of each group.
fn numbered<T: Ord>(labels: &[T]) -> (Vec<usize>, Vec<u64>) {
    let mut sorted: Vec<&T> = labels.iter().collect();
    sorted.sort_unstable();
    let mut distinct = Vec::new();
    let mut sizes = Vec::new();
    for group in sorted.chunk_by(|x, y| x == y) {
        distinct.push(group[0]);
        sizes.push(group.len() as u64);
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
