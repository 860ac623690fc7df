//! Groups of templates, and which of them a vector is near to.

use hashbrown::HashMap;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// Groups that vectors are compared with. Whoever opens one more joins none of the later ones and is joined by none: work for
/// a template stays bounded whatever the log says.
pub const MOST_COMPARED: usize = 1 << 15;

/// Groups, where each stands in the space of vectors, and which of them each template is in.
#[derive(Clone, Default)]
pub struct Groups {
    names: Vec<Arc<str>>,
    /// One for each dimension: a vector with few places that are not zero reads few columns.
    columns: Vec<Vec<f32>>,
    /// By hash of the template.
    of: HashMap<u128, usize>,
}

impl Groups {
    /// Opens a group that stands at `position` and holds nothing yet.
    pub fn open(&mut self, name: &str, position: &[f32]) -> usize {
        let group = self.names.len();
        if group < MOST_COMPARED {
            let places = position.len().max(self.columns.len());
            self.columns.resize_with(places, || vec![0.0; group]);
            for (place, column) in self.columns.iter_mut().enumerate() {
                column.push(position.get(place).copied().unwrap_or(0.0));
            }
        }
        self.names.push(name.into());
        group
    }

    /// Puts a template into a group.
    pub fn put(&mut self, template: &str, group: usize) {
        self.of.insert(xxh3_128(template.as_bytes()), group);
    }

    /// The group that a template was put into.
    pub fn find(&self, template: &str) -> Option<usize> {
        self.of.get(&xxh3_128(template.as_bytes())).copied()
    }

    pub fn name(&self, group: usize) -> &str {
        &self.names[group]
    }

    /// The first of the groups whose position has the largest inner product with `vector`, and that product.
    pub fn nearest(&self, vector: &[f32]) -> Option<(usize, f32)> {
        let products = self.products(vector).into_iter().enumerate();
        products.fold(None, |best, (group, product)| match best {
            Some((_, highest)) if highest >= product => best,
            _ => Some((group, product)),
        })
    }

    /// The `k` groups with the largest inner products, the largest first, earlier groups before later ones.
    pub fn nearest_of(&self, vector: &[f32], k: usize) -> Vec<usize> {
        let products = self.products(vector);
        let mut groups: Vec<usize> = (0..products.len()).collect();
        groups.sort_by(|a, b| products[*b].total_cmp(&products[*a]).then(a.cmp(b)));
        groups.truncate(k);
        groups
    }

    fn products(&self, vector: &[f32]) -> Vec<f32> {
        let mut products = vec![0.0; self.names.len().min(MOST_COMPARED)];
        for (column, x) in self.columns.iter().zip(vector).filter(|(_, x)| **x != 0.0) {
            for (product, position) in products.iter_mut().zip(column) {
                *product += x * position;
            }
        }
        products
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_groups_none_is_near() {
        assert_eq!(Groups::default().nearest(&[1.0, 0.0]), None);
        assert!(Groups::default().nearest_of(&[1.0, 0.0], 3).is_empty());
    }

    #[test]
    fn beyond_the_most_a_group_has_a_name_only() {
        let mut groups = Groups::default();
        for _ in 0..MOST_COMPARED {
            groups.open("far", &[0.5]);
        }
        let last = groups.open("near", &[1.0]);
        assert_eq!((groups.name(last), groups.nearest(&[1.0])), ("near", Some((0, 0.5))));
    }

    #[test]
    fn positions_of_other_lengths_are_filled_with_zeros() {
        let mut groups = Groups::default();
        for position in [&[][..], &[0.0, 1.0], &[1.0]] {
            groups.open("", position);
        }
        assert_eq!((groups.nearest(&[0.0, 1.0]), groups.nearest(&[1.0, 0.0])), (Some((1, 1.0)), Some((2, 1.0))));
    }

    proptest! {
        #[test]
        fn equals_one_comparison_after_the_other(
            positions in prop::collection::vec(prop::collection::vec(-2i8..3, 4), 1..12),
            vector in prop::collection::vec(-2i8..3, 4),
        ) {
            let floats = |small: &[i8]| small.iter().map(|x| f32::from(*x)).collect::<Vec<_>>();
            let mut groups = Groups::default();
            for position in &positions {
                groups.open("", &floats(position));
            }
            let products = positions.iter().map(|p| p.iter().zip(&vector).map(|(a, b)| i32::from(a * b)).sum::<i32>());
            let mut ranked: Vec<(i32, usize)> = products.zip(0..).map(|(product, group)| (-product, group)).collect();
            ranked.sort_unstable();
            let near: Vec<usize> = ranked.iter().take(3).map(|(_, group)| *group).collect();
            prop_assert_eq!(groups.nearest(&floats(&vector)).map(|(group, _)| group), Some(ranked[0].1));
            prop_assert_eq!(groups.nearest_of(&floats(&vector), 3), near);
        }
    }
}
