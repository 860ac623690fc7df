//! Largest one-to-one matching at the least total cost.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// A column that a row may be matched to, at a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub column: usize,
    pub cost: u64,
}

/// A matching of rows to columns, each used at most once: of all matchings with the most pairs, one with the least total
/// cost. Returns the column of each row. `rows[r]` lists what row `r` may be matched to; columns are any numbers.
///
/// Shortest augmenting paths with dual prices, one row after the other (Jonker & Volgenant 1987), where a row may also stay
/// alone at a price above every total of costs. Each search ends at the first free column, so the work stays local where
/// edges are. The same input gives the same matching.
#[must_use]
pub fn assign(rows: &[Vec<Edge>]) -> Vec<Option<usize>> {
    let mut matching = Matching::new(rows);
    for row in 0..rows.len() {
        matching.add(row);
    }
    matching.column_of
}

struct Matching<'a> {
    rows: &'a [Vec<Edge>],
    /// What staying alone costs: more than any matching.
    alone: i128,
    row_price: Vec<i128>,
    /// Columns that were never on a path have price 0.
    column_price: BTreeMap<usize, i128>,
    column_of: Vec<Option<usize>>,
    row_of: BTreeMap<usize, usize>,
}

/// Shortest paths from one row.
struct Search {
    /// The last column of the shortest path; `None` where `alone` is the new row itself.
    end: Option<usize>,
    /// A row that loses its column, if the path ends so.
    alone: Option<usize>,
    length: i128,
    /// The matched columns that are nearer than the end.
    nearer: Vec<(usize, i128)>,
    /// The row before each reached column on its shortest path, and the length of the path.
    reached: BTreeMap<usize, (i128, usize)>,
}

impl<'a> Matching<'a> {
    fn new(rows: &'a [Vec<Edge>]) -> Self {
        let dearest = |row: &Vec<Edge>| row.iter().map(|edge| i128::from(edge.cost)).max().unwrap_or(0);
        Self {
            rows,
            alone: rows.iter().map(dearest).sum::<i128>() + 1,
            row_price: vec![0; rows.len()],
            column_price: BTreeMap::new(),
            column_of: vec![None; rows.len()],
            row_of: BTreeMap::new(),
        }
    }

    fn add(&mut self, row: usize) {
        let search = self.search(row);
        for &(column, distance) in &search.nearer {
            *self.column_price.entry(column).or_insert(0) -= search.length - distance;
            self.row_price[self.row_of[&column]] += search.length - distance;
        }
        self.row_price[row] += search.length;
        if let Some(alone) = search.alone {
            self.column_of[alone] = None;
        }
        let mut next = search.end;
        while let Some(column) = next {
            let taker = search.reached[&column].1;
            next = self.column_of[taker].replace(column);
            self.row_of.insert(column, taker);
        }
    }

    /// Dijkstra over reduced costs, which are never negative.
    fn search(&self, start: usize) -> Search {
        let mut reached: BTreeMap<usize, (i128, usize)> = BTreeMap::new();
        let mut queue = BinaryHeap::new();
        let mut nearer = Vec::new();
        let (mut row, mut length) = (start, 0);
        let mut loser = (self.alone - self.row_price[start], start);
        loop {
            let base = length - self.row_price[row];
            loser = loser.min((base + self.alone, row));
            for edge in &self.rows[row] {
                let price = self.column_price.get(&edge.column).copied().unwrap_or(0);
                let distance = base + i128::from(edge.cost) - price;
                if reached.get(&edge.column).is_none_or(|known| distance < known.0) {
                    reached.insert(edge.column, (distance, row));
                    queue.push(Reverse((distance, edge.column)));
                }
            }
            let current = |(distance, column): (i128, usize)| reached[&column].0 == distance;
            let next = std::iter::from_fn(|| queue.pop()).map(|Reverse(next)| next).find(|next| current(*next));
            let Some((distance, column)) = next.filter(|next| next.0 < loser.0) else {
                return Search { end: self.column_of[loser.1], alone: Some(loser.1), length: loser.0, nearer, reached };
            };
            let Some(&owner) = self.row_of.get(&column) else {
                return Search { end: Some(column), alone: None, length: distance, nearer, reached };
            };
            nearer.push((column, distance));
            (row, length) = (owner, distance);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edge(column: usize, cost: u64) -> Edge {
        Edge { column, cost }
    }

    /// Pairs and total cost.
    fn size(rows: &[Vec<Edge>], columns: &[Option<usize>]) -> (usize, u64) {
        let cost = |row: &Vec<Edge>, column: usize| row.iter().filter(|e| e.column == column).map(|e| e.cost).min();
        let costs: Vec<u64> = rows.iter().zip(columns).filter_map(|(row, c)| cost(row, (*c)?)).collect();
        (costs.len(), costs.iter().sum())
    }

    /// The best of all matchings by trying each.
    fn brute(rows: &[Vec<Edge>], used: u64) -> (usize, u64) {
        let Some((row, rest)) = rows.split_first() else { return (0, 0) };
        let mut best = brute(rest, used);
        for edge in row.iter().filter(|edge| used >> edge.column & 1 == 0) {
            let (pairs, cost) = brute(rest, used | 1 << edge.column);
            let with = (pairs + 1, cost + edge.cost);
            if with.0 > best.0 || with.0 == best.0 && with.1 < best.1 {
                best = with;
            }
        }
        best
    }

    #[test]
    fn more_pairs_beat_lower_cost() {
        let rows = [vec![edge(0, 1), edge(1, u64::MAX)], vec![edge(0, 0)]];
        assert_eq!(assign(&rows), [Some(1), Some(0)]);
        assert_eq!(assign(&[]), []);
        assert_eq!(assign(&[vec![], vec![edge(7, 3)]]), [None, Some(7)]);
    }

    #[test]
    fn of_two_rows_for_one_column_the_cheaper_keeps_it() {
        assert_eq!(assign(&[vec![edge(0, 5)], vec![edge(0, 4)]]), [None, Some(0)]);
        assert_eq!(assign(&[vec![edge(0, 4)], vec![edge(0, 5)]]), [Some(0), None]);
    }

    proptest! {
        #[test]
        fn best_of_all_matchings(rows in prop::collection::vec(prop::collection::vec((0..6usize, 0..9u64), 0..5), 0..7)) {
            let rows: Vec<Vec<Edge>> = rows.into_iter().map(|row| row.into_iter().map(|(c, w)| edge(c, w)).collect()).collect();
            let columns = assign(&rows);
            let mut used: Vec<usize> = columns.iter().flatten().copied().collect();
            used.sort_unstable();
            prop_assert!(used.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(size(&rows, &columns), brute(&rows, 0));
        }
    }
}
