//! Sets of signatures that share records under two groupings.

use super::{Change, Side};
use crate::normalize::Drift;
use crate::series::Series;
use std::collections::{BTreeMap, BTreeSet};

/// The template of each row under both groupings.
pub struct Rows<'a> {
    a: &'a Series<'a>,
    b: &'a Series<'a>,
    /// Templates of (a, b), by row; `None`: below the pipeline's severity.
    templates: Vec<Option<(u32, u32)>>,
}

/// Signatures of a and of b that share records, directly or through others.
pub struct Component {
    /// Most records first.
    pub a: Vec<Side>,
    pub b: Vec<Side>,
    pub records: u64,
    pub services: Vec<String>,
}

impl Component {
    /// What b does to a's signatures; `None`: nothing.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        match (self.a.len(), self.b.len()) {
            (1, 1) => None,
            (1, _) => Some(Change::Split),
            (_, 1) => Some(Change::Merged),
            _ => Some(Change::Rearranged),
        }
    }
}

impl<'a> Rows<'a> {
    pub fn of(a: &'a Series<'a>, b: &'a Series<'a>) -> Self {
        let both = a.template_of_rows().into_iter().zip(b.template_of_rows());
        Self { a, b, templates: both.map(|(a, b)| Some((a?, b?))).collect() }
    }

    /// How far the two agree on distinct messages, each as its first record is grouped.
    #[must_use]
    pub fn agreement(&self) -> Option<Drift> {
        let records = self.a.records;
        let mut seen = BTreeSet::new();
        let first = self.templates.iter().enumerate().filter_map(|(row, both)| Some((records.message[row], (*both)?)));
        let told: Vec<(u32, u32)> = first.filter(|(message, _)| seen.insert(*message)).map(|(_, both)| both).collect();
        let a: Vec<&str> = told.iter().map(|(a, _)| self.a.templates.get(*a)).collect();
        let b: Vec<&str> = told.iter().map(|(_, b)| self.b.templates.get(*b)).collect();
        Drift::of(&a, &b)
    }

    /// The components, in the order of their first row, and the component of each row.
    #[must_use]
    pub fn components(&self) -> (Vec<Component>, Vec<Option<usize>>) {
        let mut forest = Forest::of(self);
        let mut index: BTreeMap<u32, usize> = BTreeMap::new();
        let mut tallies: Vec<Tally> = Vec::new();
        let mut of_row = vec![None; self.templates.len()];
        for (row, both) in self.templates.iter().enumerate() {
            let Some((a, b)) = *both else { continue };
            let at = *index.entry(forest.root(a)).or_insert_with(|| {
                tallies.push(Tally::default());
                tallies.len() - 1
            });
            tallies[at].add(self, row, a, b);
            of_row[row] = Some(at);
        }
        (tallies.into_iter().map(|tally| tally.told(self)).collect(), of_row)
    }
}

/// What is counted of a component, row by row.
#[derive(Default)]
struct Tally {
    a: BTreeMap<u32, Signature>,
    b: BTreeMap<u32, Signature>,
    services: BTreeSet<u32>,
}

struct Signature {
    records: u64,
    first_row: usize,
    exception_types: BTreeSet<u32>,
}

impl Tally {
    fn add(&mut self, rows: &Rows, row: usize, a: u32, b: u32) {
        let records = rows.a.records;
        self.services.insert(records.service[row]);
        for signature in [self.a.entry(a), self.b.entry(b)] {
            let blank = Signature { records: 0, first_row: row, exception_types: BTreeSet::new() };
            let signature = signature.or_insert(blank);
            signature.records += u64::from(records.count[row]);
            if records.exception_type[row] != 0 {
                signature.exception_types.insert(records.exception_type[row]);
            }
        }
    }

    fn told(self, rows: &Rows) -> Component {
        let records = rows.a.records;
        let mut services: Vec<String> = self.services.iter().map(|&id| records.services.get(id).to_owned()).collect();
        services.sort();
        Component {
            records: self.a.values().map(|signature| signature.records).sum(),
            a: sides(rows.a, self.a),
            b: sides(rows.b, self.b),
            services,
        }
    }
}

fn sides(series: &Series, signatures: BTreeMap<u32, Signature>) -> Vec<Side> {
    let records = series.records;
    let side = |(template, signature): (u32, Signature)| Side {
        signature: series.templates.get(template).to_owned(),
        records: signature.records,
        example: records.messages.get(records.message[signature.first_row]).to_owned(),
        exception_types: signature.exception_types.len() as u64,
    };
    let mut sides: Vec<Side> = signatures.into_iter().map(side).collect();
    sides.sort_by(|x, y| y.records.cmp(&x.records).then_with(|| x.signature.cmp(&y.signature)));
    sides
}

/// Disjoint sets of templates: those of a by their id, those of b after them.
struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    fn of(rows: &Rows) -> Self {
        let offset = rows.a.templates.len() as u32;
        let mut forest = Self { parent: (0..offset + rows.b.templates.len() as u32).collect() };
        for (a, b) in rows.templates.iter().flatten() {
            forest.join(*a, offset + b);
        }
        forest
    }

    fn root(&mut self, mut of: u32) -> u32 {
        while self.parent[of as usize] != of {
            self.parent[of as usize] = self.parent[self.parent[of as usize] as usize];
            of = self.parent[of as usize];
        }
        of
    }

    fn join(&mut self, x: u32, y: u32) {
        let (x, y) = (self.root(x), self.root(y));
        self.parent[x.max(y) as usize] = x.min(y);
    }
}
