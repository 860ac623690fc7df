//! Deploys: what is planned, walked in time order, becomes revisions, diffs and failures.

use super::bug::{Bug, company};
use super::change::Change;
use super::code::{Site, Tree};
use super::diff::diff;
use super::failure::Failure;
use super::happening::{Fault, Trigger};
use super::stream::Stream;
use crate::model::{Deploy, Instant};
use std::collections::BTreeMap;

/// A deploy to be made.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Unique; names its stream.
    pub key: String,
    pub at: Instant,
    pub services: Vec<usize>,
    pub purpose: Purpose,
}

/// What a deploy is for.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// One kind of change, or one drawn by frequency.
    Ordinary(Option<Change>),
    Fault(Fault),
    Slow(Trigger, f64),
    /// Makes the errors of a request path (area, operation) more frequent.
    Loosen(usize, usize),
    Shout,
    /// Undoes the deploy with this key.
    Rollback(String),
    /// Repairs the deploy with this key, with or without noise.
    Repair(String, bool),
}

/// A deploy that was made.
pub struct Released {
    pub deploy: Deploy,
    /// What it makes the service log.
    pub failure: Option<Failure>,
    path: (usize, usize),
    /// Tree before the deploy, before its harmful change, and after.
    trees: [Tree; 3],
}

/// Everything that walking the plan gives.
pub struct Releases {
    pub by_key: BTreeMap<String, Released>,
    pub diffs: BTreeMap<String, String>,
    pub histories: Vec<History>,
}

/// Which revision of a service ran when.
pub struct History(Vec<Point>);

/// From an instant on, a revision.
pub struct Point {
    pub from: Instant,
    pub revision: String,
    pub tree: Tree,
}

impl History {
    /// Index of the revision that runs at `at`.
    pub fn index(&self, at: Instant) -> usize {
        self.0.partition_point(|point| point.from <= at).saturating_sub(1)
    }

    /// What runs at `at`.
    pub fn at(&self, at: Instant) -> &Point {
        &self.0[self.index(at)]
    }
}

/// Makes the planned deploys in time order, starting from `tree`.
pub fn walk(mut planned: Vec<Planned>, sites: &[Site], mut tree: Tree, start: Instant, seed: u64) -> Releases {
    planned.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
    let mut revision = tree.revision("");
    let first = |_| History(vec![Point { from: start, revision: revision.clone(), tree: tree.clone() }]);
    let histories = sites.iter().map(first).collect();
    let mut releases = Releases { by_key: BTreeMap::new(), diffs: BTreeMap::new(), histories };
    for plan in planned {
        let made = releases.release(&plan, sites, &mut tree, &revision, seed);
        revision = made.deploy.revision.clone().unwrap_or_default();
        releases.diffs.insert(made.deploy.id.clone(), diff(&made.trees[0], &tree));
        for service in &plan.services {
            let point = Point { from: plan.at, revision: revision.clone(), tree: tree.clone() };
            releases.histories[*service].0.push(point);
        }
        releases.by_key.insert(plan.key, made);
    }
    releases
}

impl Releases {
    fn release(&self, plan: &Planned, sites: &[Site], tree: &mut Tree, parent: &str, seed: u64) -> Released {
        let mut stream = Stream::new(seed, &format!("deploy/{}", plan.key));
        let before = tree.clone();
        let site = &sites[plan.services[0]];
        let path = match &plan.purpose {
            Purpose::Loosen(area, op) => (*area, *op),
            Purpose::Repair(of, _) => self.by_key.get(of).map_or((0, 0), |released| released.path),
            _ => (stream.index(2), stream.index(3)),
        };
        if matches!(plan.purpose, Purpose::Fault(_) | Purpose::Slow(..) | Purpose::Loosen(..) | Purpose::Shout) {
            company(site, tree, &mut stream);
        }
        let middle = tree.clone();
        let failure = self.change(plan, sites, path, tree, &mut stream);
        for other in &plan.services[1..] {
            Change::draw(&mut stream).apply(&sites[*other], tree, &mut stream);
        }
        let names = plan.services.iter().map(|service| sites[*service].layout.service.clone()).collect();
        let rolls_back = match &plan.purpose {
            Purpose::Rollback(of) => self.by_key.get(of).map(|released| released.deploy.id.clone()),
            _ => None,
        };
        let deploy = Deploy {
            id: self.fresh_id(plan, &site.layout.service),
            deployed_at: plan.at,
            services: names,
            environment: Some("production".to_owned()),
            revision: Some(tree.revision(parent)),
            previous_revision: Some(parent.to_owned()),
            changed_files: Some(tree.changed_from(&before)),
            rolls_back,
            fixes: Vec::new(),
        };
        Released { deploy, failure, path, trees: [before, middle, tree.clone()] }
    }

    fn change(
        &self,
        plan: &Planned,
        sites: &[Site],
        (area, op): (usize, usize),
        tree: &mut Tree,
        stream: &mut Stream,
    ) -> Option<Failure> {
        let site = &sites[plan.services[0]];
        let bug = Bug { site, area, op };
        match &plan.purpose {
            Purpose::Ordinary(change) => {
                let more = if change.is_some() { 0 } else { stream.poisson(0.7) };
                change.unwrap_or_else(|| Change::draw(stream)).apply(site, tree, stream);
                (0..more).for_each(|_| Change::draw(stream).apply(site, tree, stream));
                None
            }
            Purpose::Fault(fault) => Some(bug.plant(*fault, tree, stream)),
            Purpose::Slow(trigger, hours) => Some(bug.plant_slow(*trigger, tree, *hours)),
            Purpose::Loosen(..) => {
                bug.loosen(tree);
                None
            }
            Purpose::Shout => Some(bug.shout(tree, stream)),
            Purpose::Rollback(of) => {
                if let Some(Released { trees: [before, _, after], .. }) = self.by_key.get(of) {
                    tree.revert(before, after, |_| true);
                }
                None
            }
            Purpose::Repair(of, noisy) => {
                if let Some(Released { trees: [_, middle, after], .. }) = self.by_key.get(of) {
                    let domain = site.domain_path(area);
                    tree.revert(middle, after, |path| path != domain);
                }
                Some(bug.repair(tree, *noisy))
            }
        }
    }

    /// `20261014-0832-checkout`; a second one in that minute gets a number.
    fn fresh_id(&self, plan: &Planned, service: &str) -> String {
        let stamp = plan.at.minute().replace(['-', ':'], "").replace(' ', "-");
        let taken = |id: &String| self.diffs.contains_key(id);
        let names = std::iter::once(format!("{stamp}-{service}"));
        let numbered = (2..).map(|number| format!("{stamp}-{service}-{number}"));
        names.chain(numbered).find(|id| !taken(id)).unwrap_or_default()
    }
}
