//! Which windows a replay looks at, and which deploys it cannot evaluate.

use super::{Overlap, ReplaySpec, Scope};
use crate::dataset::DataSet;
use crate::model::{Deploy, Instant, Interval, Window};
use serde::Serialize;

/// Why a deploy was not evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotEvaluated {
    /// Less history than `min_baseline` before it.
    ShortHistory,
    /// Its decision would fall after the data set's end.
    AfterEnd,
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
        let mut schedule = Self { deploys: Vec::new(), not_evaluated: Vec::new() };
        for (index, deploy) in data.deploys.iter().enumerate().filter(|(_, d)| data.is_of_environment(d)) {
            if deploy.deployed_at - data.span.start < spec.min_baseline {
                schedule.not_evaluated.push((index, NotEvaluated::ShortHistory));
                continue;
            }
            let windows: Vec<Window> = services(data, spec, deploy)
                .into_iter()
                .map(|service| window(data, spec, index, service))
                .filter(|w| !w.window.is_empty() && w.decided_at <= data.span.end)
                .collect();
            if windows.is_empty() {
                schedule.not_evaluated.push((index, NotEvaluated::AfterEnd));
            } else {
                schedule.deploys.push(windows);
            }
        }
        schedule
    }
}

fn services<'a>(data: &'a DataSet, spec: &ReplaySpec, deploy: &'a Deploy) -> Vec<&'a str> {
    match spec.scope {
        Scope::Deployed => {
            let mut services: Vec<&str> = deploy.services.iter().map(String::as_str).collect();
            services.sort_unstable();
            services
        }
        Scope::All => data.services().into_iter().collect(),
    }
}

fn window(data: &DataSet, spec: &ReplaySpec, index: usize, service: &str) -> Window {
    let deployed_at = data.deploys[index].deployed_at;
    let start = deployed_at + spec.settle;
    let mut end = start + spec.window;
    if spec.overlap == Overlap::Truncate {
        end = next_deploy(data, deployed_at, service).map_or(end, |next| end.min(next));
    }
    Window {
        deploy: index,
        service: service.to_owned(),
        window: Interval::new(start, end),
        baseline: Interval::new((deployed_at - spec.baseline).max(data.span.start), deployed_at),
        decided_at: end + spec.lateness,
    }
}

/// The next deploy of the service after this instant.
fn next_deploy(data: &DataSet, after: Instant, service: &str) -> Option<Instant> {
    let later = data.deploys.iter().filter(|d| d.deployed_at > after && data.is_of_environment(d));
    later.filter(|d| d.services.iter().any(|s| s == service)).map(|d| d.deployed_at).next()
}
