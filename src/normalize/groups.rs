//! Groups of templates, and which of them a vector is near to.

use super::points::Points;
use hashbrown::HashMap;
use std::sync::Arc;

/// Groups that vectors are compared with. Whoever opens one more joins none of the later ones and is joined by none: work for
/// a template stays bounded whatever the log says.
pub const MOST_COMPARED: usize = 1 << 15;

/// Groups, where each stands in the space of vectors, and which of them each vector is in.
#[derive(Clone, Default)]
pub struct Groups {
    names: Vec<Arc<str>>,
    positions: Points,
    /// By hash of the vector.
    of: HashMap<u128, usize>,
}

impl Groups {
    /// Opens a group that stands at `position` and holds nothing yet.
    pub fn open(&mut self, name: &str, position: &[f32]) -> usize {
        if self.names.len() < MOST_COMPARED {
            self.positions.push(position);
        }
        self.names.push(name.into());
        self.names.len() - 1
    }

    /// Puts all templates of a vector, given by its hash, into a group.
    pub fn put(&mut self, vector: u128, group: usize) {
        self.of.insert(vector, group);
    }

    /// The group that the templates of a vector were put into.
    pub fn find(&self, vector: u128) -> Option<usize> {
        self.of.get(&vector).copied()
    }

    pub fn name(&self, group: usize) -> &str {
        &self.names[group]
    }

    /// The first of the groups whose position has the largest inner product with `vector`, and that product.
    pub fn nearest(&self, vector: &[f32]) -> Option<(usize, f32)> {
        let products = self.positions.products(vector, MOST_COMPARED).into_iter().enumerate();
        products.fold(None, |best, (group, product)| match best {
            Some((_, highest)) if highest >= product => best,
            _ => Some((group, product)),
        })
    }

    /// The `k` groups with the largest inner products, the largest first, earlier groups before later ones.
    pub fn nearest_of(&self, vector: &[f32], k: usize) -> Vec<usize> {
        let products = self.positions.products(vector, MOST_COMPARED);
        let mut groups: Vec<usize> = (0..products.len()).collect();
        groups.sort_by(|a, b| products[*b].total_cmp(&products[*a]).then(a.cmp(b)));
        groups.truncate(k);
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(positions: &[f32]) -> Groups {
        let mut groups = Groups::default();
        for position in positions {
            groups.open("", &[*position]);
        }
        groups
    }

    #[test]
    fn the_nearest_come_first_and_of_equals_the_earlier() {
        let groups = groups(&[0.5, 1.0, -1.0, 1.0]);
        assert_eq!((groups.nearest(&[1.0]), groups.nearest_of(&[1.0], 3)), (Some((1, 1.0)), vec![1, 3, 0]));
        assert_eq!((groups.nearest(&[-1.0]), groups.nearest_of(&[-1.0], 9)), (Some((2, 1.0)), vec![2, 0, 1, 3]));
    }

    #[test]
    fn without_groups_none_is_near() {
        assert_eq!(Groups::default().nearest(&[1.0]), None);
        assert!(Groups::default().nearest_of(&[1.0], 3).is_empty());
    }

    #[test]
    fn beyond_the_most_a_group_has_a_name_only() {
        let mut groups = groups(&vec![0.5; MOST_COMPARED]);
        let last = groups.open("near", &[1.0]);
        groups.put(7, last);
        assert_eq!((groups.find(7), groups.name(last)), (Some(last), "near"));
        assert_eq!(groups.nearest(&[1.0]), Some((0, 0.5)));
    }
}
