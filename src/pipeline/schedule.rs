//! Which windows a replay looks at, and which deploys it cannot evaluate.

use super::{Overlap, ReplaySpec, Scope, Trigger};
use crate::dataset::DataSet;
use crate::model::{Deploy, Instant, Interval, Span, Window};
use serde::Serialize;
use std::collections::BTreeMap;

/// Why a deploy was not evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotEvaluated {
    /// Less history than `min_baseline` before it.
    ShortHistory,
    /// Its decision would fall after the data set's end.
    AfterEnd,
    /// The next deploy came as soon as its windows began (`overlap = "truncate"`).
    EmptyWindow,
}

/// The windows of all evaluated deploys, deploy by deploy.
pub struct Schedule {
    /// Windows of one deploy each, in time order; none is empty.
    pub deploys: Vec<Vec<Window>>,
    /// Index of the deploy and the reason.
    pub not_evaluated: Vec<(usize, NotEvaluated)>,
}

impl Schedule {
    /// Plans the windows of every deploy of the data set's environment.
    #[must_use]
    pub fn plan(data: &DataSet, spec: &ReplaySpec) -> Self {
        if let Trigger::Schedule { every } = spec.trigger {
            return Self { deploys: on_a_clock(data, spec, every), not_evaluated: Vec::new() };
        }
        // A deploy's own services are known by the deploy.
        let known = if spec.scope == Scope::All { first_known(data) } else { BTreeMap::new() };
        let mut schedule = Self { deploys: Vec::new(), not_evaluated: Vec::new() };
        for (index, deploy) in data.deploys.iter().enumerate().filter(|(_, d)| data.is_of_environment(d)) {
            if deploy.deployed_at - data.span.start < spec.min_baseline {
                schedule.not_evaluated.push((index, NotEvaluated::ShortHistory));
                continue;
            }
            let all = services(&known, spec, deploy).into_iter().map(|service| window(data, spec, index, service));
            let (empty, whole): (Vec<Window>, Vec<Window>) =
                all.filter(|w| spec.scope == Scope::Deployed || is_known(&known, w)).partition(|w| w.window.is_empty());
            let windows: Vec<Window> = whole.into_iter().filter(|w| w.decided_at <= data.span.end).collect();
            if !windows.is_empty() {
                schedule.deploys.push(windows);
            } else if empty.is_empty() {
                schedule.not_evaluated.push((index, NotEvaluated::AfterEnd));
            } else {
                schedule.not_evaluated.push((index, NotEvaluated::EmptyWindow));
            }
        }
        schedule
    }
}

/// Windows of every service at every step of a clock that starts with the data, one group for each instant. Each is held against the
/// service's last deploy before it; a service without one has nothing to suspect.
fn on_a_clock(data: &DataSet, spec: &ReplaySpec, every: Span) -> Vec<Vec<Window>> {
    let mut groups = Vec::new();
    let mut start = data.span.start + spec.min_baseline.max(every);
    while start + spec.settle + spec.window + spec.lateness <= data.span.end {
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, deploy) in data.deploys.iter().enumerate().filter(|(_, d)| data.is_of_environment(d)) {
            if deploy.deployed_at <= start {
                last.extend(deploy.services.iter().map(|service| (service.as_str(), index)));
            }
        }
        let windows: Vec<Window> =
            last.into_iter().map(|(service, index)| window_at(data, spec, index, service, start)).collect();
        groups.extend((!windows.is_empty()).then_some(windows));
        start = start + every;
    }
    groups
}

/// When each service was first heard of: by a record that arrived, a deploy, or a row of traffic.
fn first_known(data: &DataSet) -> BTreeMap<&str, Instant> {
    let mut known: BTreeMap<&str, Instant> = BTreeMap::new();
    let mut hear = |service, at: Instant| {
        known.entry(service).and_modify(|first| *first = at.min(*first)).or_insert(at);
    };
    let mut arrived: Vec<Option<Instant>> = vec![None; data.records.services.len()];
    for (&service, &at) in data.records.service.iter().zip(&data.records.observed_at) {
        let first = &mut arrived[service as usize];
        *first = Some(first.map_or(at, |first| first.min(at)));
    }
    for (service, at) in data.records.services.iter().zip(arrived) {
        if let Some(at) = at {
            hear(service, at);
        }
    }
    for deploy in &data.deploys {
        deploy.services.iter().for_each(|service| hear(service, deploy.deployed_at));
    }
    for (service, steps) in data.traffic.iter().flat_map(|traffic| &traffic.services) {
        steps.rows().take(1).for_each(|(start, _, _)| hear(service, start));
    }
    known
}

/// Whether the window's service had been heard of when its decision was made.
fn is_known(known: &BTreeMap<&str, Instant>, window: &Window) -> bool {
    known.get(window.service.as_str()).is_some_and(|&first| first <= window.decided_at)
}

fn services<'a>(known: &BTreeMap<&'a str, Instant>, spec: &ReplaySpec, deploy: &'a Deploy) -> Vec<&'a str> {
    match spec.scope {
        Scope::Deployed => {
            let mut services: Vec<&str> = deploy.services.iter().map(String::as_str).collect();
            services.sort_unstable();
            services
        }
        Scope::All => known.keys().copied().collect(),
    }
}

fn window(data: &DataSet, spec: &ReplaySpec, index: usize, service: &str) -> Window {
    let deployed_at = data.deploys[index].deployed_at;
    let mut window = window_at(data, spec, index, service, deployed_at);
    if spec.overlap == Overlap::Truncate {
        if let Some(next) = next_deploy(data, deployed_at, window.window.start, service) {
            window.window.end = window.window.end.min(next);
            window.decided_at = window.window.end + spec.lateness;
        }
    }
    window
}

/// The window that opens as if the deploy had been at `at`.
pub fn window_at(data: &DataSet, spec: &ReplaySpec, deploy: usize, service: &str, at: Instant) -> Window {
    let start = at + spec.settle;
    let end = start + spec.window;
    Window {
        deploy,
        service: service.to_owned(),
        window: Interval::new(start, end),
        baseline: Interval::new((at - spec.baseline).max(data.span.start), at),
        decided_at: end + spec.lateness,
    }
}

/// The next deploy of the service, not before `from`.
fn next_deploy(data: &DataSet, after: Instant, from: Instant, service: &str) -> Option<Instant> {
    let later = data.deploys.iter().filter(|d| d.deployed_at > after && d.deployed_at >= from);
    let ours = later.filter(|d| data.is_of_environment(d) && d.services.iter().any(|s| s == service));
    ours.map(|d| d.deployed_at).next()
}
