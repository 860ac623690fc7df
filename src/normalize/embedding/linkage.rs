//! Average linkage up to a distance.

/// Clusters of `rows.len()` items by average linkage (UPGMA; Sokal & Michener 1958): of all pairs of clusters the nearest are
/// joined, the distance of two clusters being the mean distance of their members, until none are nearer than `threshold`.
///
/// `rows[i][j]` is the distance of items `i` and `j < i`. The cluster of each item, numbered in the order of their first items.
/// By nearest-neighbour chains (Murtagh 1983), which find the same clusters in O(n²) time; ties go to the earlier item.
pub fn average_linkage<R: AsRef<[f32]>>(rows: &[R], threshold: f32) -> Vec<usize> {
    let mut clusters = Clusters::singles(rows);
    let mut chain: Vec<usize> = Vec::new();
    while let Some(tip) = chain.last().copied().or_else(|| clusters.active.first().copied()) {
        if chain.is_empty() {
            chain.push(tip);
        }
        // Average linkage is reducible: what is beyond the threshold now stays so, whatever is joined.
        let before = chain.len().checked_sub(2).map(|at| chain[at]);
        match clusters.nearest(tip, before).filter(|(_, distance)| *distance <= threshold) {
            None => {
                clusters.retire(tip);
                chain.pop();
            }
            Some((near, _)) if Some(near) == before => {
                clusters.join(near, tip);
                chain.truncate(chain.len() - 2);
            }
            Some((near, _)) => chain.push(near),
        }
    }
    clusters.numbered()
}

struct Clusters {
    n: usize,
    /// n × n; rows and columns of clusters that are active hold their mean distances.
    distances: Vec<f32>,
    /// By the smallest of their items, which stands for them; ascending.
    active: Vec<usize>,
    sizes: Vec<usize>,
    /// Of an item, one that it was joined to: itself or an earlier one.
    parent: Vec<usize>,
}

impl Clusters {
    fn singles<R: AsRef<[f32]>>(rows: &[R]) -> Self {
        let n = rows.len();
        let mut distances = vec![0.0; n * n];
        for (i, row) in rows.iter().enumerate() {
            for (j, distance) in row.as_ref().iter().take(i).enumerate() {
                distances[i * n + j] = *distance;
                distances[j * n + i] = *distance;
            }
        }
        Self { n, distances, active: (0..n).collect(), sizes: vec![1; n], parent: (0..n).collect() }
    }

    /// The nearest other active cluster: `before` where it is as near as any, so that chains end; else the first.
    fn nearest(&self, of: usize, before: Option<usize>) -> Option<(usize, f32)> {
        let row = &self.distances[of * self.n..][..self.n];
        let mut best = before.map(|other| (other, row[other]));
        for &other in self.active.iter().filter(|other| **other != of) {
            if best.is_none_or(|(_, nearest)| row[other] < nearest) {
                best = Some((other, row[other]));
            }
        }
        best
    }

    /// Joins two clusters; the mean distances to the others follow (Lance & Williams 1967).
    fn join(&mut self, a: usize, b: usize) {
        let (first, second) = (a.min(b), a.max(b));
        let (weight, other_weight) = (self.sizes[first] as f32, self.sizes[second] as f32);
        self.retire(second);
        for &k in self.active.iter().filter(|k| **k != first) {
            let [to_first, to_second] = [first, second].map(|of| self.distances[of * self.n + k]);
            let mean = (weight * to_first + other_weight * to_second) / (weight + other_weight);
            self.distances[first * self.n + k] = mean;
            self.distances[k * self.n + first] = mean;
        }
        self.sizes[first] += self.sizes[second];
        self.parent[second] = first;
    }

    fn retire(&mut self, cluster: usize) {
        if let Ok(at) = self.active.binary_search(&cluster) {
            self.active.remove(at);
        }
    }

    fn numbered(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = Vec::with_capacity(self.n);
        let mut count = 0;
        for (item, &parent) in self.parent.iter().enumerate() {
            if parent == item {
                numbers.push(count);
                count += 1;
            } else {
                numbers.push(numbers[parent]);
            }
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All pairs of clusters, the nearest joined, again and again.
    fn by_definition(rows: &[Vec<f32>], threshold: f32) -> Vec<Vec<usize>> {
        let distance = |i: usize, j: usize| f64::from(rows[i.max(j)][i.min(j)]);
        let mean = |a: &[usize], b: &[usize]| {
            let sum: f64 = a.iter().flat_map(|i| b.iter().map(move |j| distance(*i, *j))).sum();
            sum / (a.len() * b.len()) as f64
        };
        let mut clusters: Vec<Vec<usize>> = (0..rows.len()).map(|item| vec![item]).collect();
        loop {
            let pairs = (0..clusters.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
            let nearest =
                pairs.map(|(a, b)| (mean(&clusters[a], &clusters[b]), a, b)).min_by(|x, y| x.0.total_cmp(&y.0));
            let Some((_, a, b)) = nearest.filter(|(distance, ..)| *distance <= f64::from(threshold)) else { break };
            let joined = clusters.remove(b);
            clusters[a].extend(joined);
            clusters[a].sort_unstable();
        }
        clusters
    }

    #[test]
    fn by_hand() {
        // 0 and 1 are near; 2 is near 1 but on average too far from both; 3 is alone.
        let rows: [&[f32]; 4] = [&[], &[0.1], &[0.6, 0.3], &[0.9, 0.9, 0.9]];
        assert_eq!(average_linkage(&rows, 0.4), [0, 0, 1, 2]);
        assert_eq!(average_linkage(&rows, 0.46), [0, 0, 0, 1]);
        assert_eq!(average_linkage(&rows, 0.05), [0, 1, 2, 3]);
        assert!(average_linkage(&[] as &[&[f32]], 0.5).is_empty());
        let equal: [&[f32]; 3] = [&[], &[0.2], &[0.2, 0.2]];
        assert_eq!(average_linkage(&equal, 0.2), [0, 0, 0]);
    }

    proptest! {
        #[test]
        fn equals_the_definition_where_no_distances_tie(seeds in prop::collection::vec(0u32..1_000_000, 66), n in 0usize..12, cut in 0u32..1_000_000) {
            // The last digits keep them apart.
            let at = |i: usize, j: usize| (f64::from(seeds[i * (i - 1) / 2 + j]) / 1e6) as f32 + (i * 12 + j) as f32 * 1e-6;
            let rows: Vec<Vec<f32>> = (0..n).map(|i| (0..i).map(|j| at(i, j)).collect()).collect();
            let threshold = cut as f32 / 1e6;
            let numbers = average_linkage(&rows, threshold);
            let mut expected: Vec<Vec<usize>> = by_definition(&rows, threshold);
            expected.sort();
            let mut got = vec![Vec::new(); expected.len().max(numbers.iter().max().map_or(0, |most| most + 1))];
            for (item, number) in numbers.into_iter().enumerate() {
                got[number].push(item);
            }
            prop_assert_eq!(got, expected);
        }
    }
}
