//! Groups of templates, and which one a vector is nearest to.

use std::sync::Arc;

/// Groups that vectors are compared with. Whoever opens one more joins none of the later ones and is joined by none: work for
/// a template stays bounded whatever the log says.
pub const MOST_COMPARED: usize = 1 << 15;

/// Where each group stands in the space of vectors, a column for each dimension: a vector with few places that are not zero
/// reads few columns.
#[derive(Clone, Default)]
pub struct Groups {
    names: Vec<Arc<str>>,
    columns: Vec<Vec<f32>>,
}

impl Groups {
    /// Opens a group that stands at `position`.
    pub fn open(&mut self, name: &str, position: &[f32]) -> usize {
        if self.names.len() < MOST_COMPARED {
            self.columns.resize_with(position.len().max(self.columns.len()), Vec::new);
            for (column, x) in self.columns.iter_mut().zip(position) {
                column.push(*x);
            }
        }
        self.names.push(name.into());
        self.names.len() - 1
    }

    pub fn name(&self, group: usize) -> &str {
        &self.names[group]
    }

    /// The first of the groups whose position has the largest inner product with `vector`, and that product.
    pub fn nearest(&self, vector: &[f32]) -> Option<(usize, f32)> {
        let mut products = vec![0.0; self.names.len().min(MOST_COMPARED)];
        for (column, x) in self.columns.iter().zip(vector).filter(|(_, x)| **x != 0.0) {
            for (product, position) in products.iter_mut().zip(column) {
                *product += x * position;
            }
        }
        products.into_iter().enumerate().fold(None, |best, (group, product)| match best {
            Some((_, highest)) if highest >= product => best,
            _ => Some((group, product)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::product;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_groups_none_is_near() {
        assert_eq!(Groups::default().nearest(&[1.0, 0.0]), None);
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

    proptest! {
        #[test]
        fn equals_one_comparison_after_the_other(
            positions in prop::collection::vec(prop::collection::vec(-2i8..3, 4), 1..12),
            vector in prop::collection::vec(-2i8..3, 4),
        ) {
            let floats = |small: &[i8]| small.iter().map(|x| f32::from(*x)).collect::<Vec<_>>();
            let mut groups = Groups::default();
            let mut best: Option<(usize, f32)> = None;
            for (group, position) in positions.iter().enumerate() {
                groups.open("", &floats(position));
                let product = product(&floats(position), &floats(&vector));
                if best.is_none_or(|(_, highest)| product > highest) {
                    best = Some((group, product));
                }
            }
            prop_assert_eq!(groups.nearest(&floats(&vector)), best);
        }
    }
}
