//! The templates among which clusters are found.

use super::linkage::average_linkage;
use crate::normalize::groups::Groups;
use crate::normalize::points::Points;
use hashbrown::HashSet;
use rayon::prelude::*;
use std::sync::Arc;

/// Distinct vectors in the order of learning, each with its first template.
#[derive(Clone, Default)]
pub struct Core {
    items: Vec<Item>,
    known: HashSet<u128>,
    /// Distances of each to those before it, as far as they were measured.
    rows: Vec<Arc<[f32]>>,
}

#[derive(Clone)]
struct Item {
    template: Arc<str>,
    hash: u128,
    vector: Arc<[f32]>,
}

impl Core {
    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn knows(&self, hash: u128) -> bool {
        self.known.contains(&hash)
    }

    /// Adds a vector that is not known.
    pub fn push(&mut self, template: &str, hash: u128, vector: &[f32]) {
        self.known.insert(hash);
        self.items.push(Item { template: template.into(), hash, vector: vector.into() });
    }

    /// Whether something was added since the clusters were found.
    pub fn is_unmeasured(&self) -> bool {
        self.rows.len() < self.items.len()
    }

    /// The clusters, each named after its first template and standing at the mean of its vectors, so that the inner product
    /// with a vector is 1 − its mean distance to the members.
    pub fn clusters(&mut self, threshold: f32) -> Groups {
        self.measure();
        let numbers = average_linkage(&self.rows, threshold);
        let mut members: Vec<Vec<&Item>> = vec![Vec::new(); numbers.iter().max().map_or(0, |most| most + 1)];
        for (item, number) in self.items.iter().zip(numbers) {
            members[number].push(item);
        }
        let mut groups = Groups::default();
        for members in members {
            let group = groups.open(&members[0].template, &mean(&members));
            for item in members {
                groups.put(item.hash, group);
            }
        }
        groups
    }

    fn measure(&mut self) {
        let mut points = Points::default();
        for item in &self.items {
            points.push(&item.vector);
        }
        let row =
            |i: usize| points.products(&self.items[i].vector, i).into_iter().map(|product| 1.0 - product).collect();
        let rows: Vec<Arc<[f32]>> = (self.rows.len()..self.items.len()).into_par_iter().map(row).collect();
        self.rows.extend(rows);
    }
}

fn mean(members: &[&Item]) -> Vec<f32> {
    let mut mean = vec![0.0; members[0].vector.len()];
    for item in members {
        for (sum, x) in mean.iter_mut().zip(item.vector.iter()) {
            *sum += x / members.len() as f32;
        }
    }
    mean
}
