//! How much of a service's use a detection touched.

use super::GateSpec;
use crate::dataset::DataSet;
use crate::model::{Detection, Impact, Instant, Window};
use crate::series::{GroupId, Observed, Series, requests};
use std::collections::{BTreeMap, BTreeSet};

impl GateSpec {
    /// Measures a detection: records beyond expectation ÷ requests in W; and users hit ÷ users, both summed over the traffic steps
    /// of W (distinct within a step, so that who is counted above is counted below). Shares are cut at 1. Users are those of all its
    /// records: which of them would have been hit anyway cannot be told.
    #[must_use]
    pub fn measure(&self, data: &DataSet, series: &Series, window: &Window, detection: &Detection) -> Impact {
        let weight = self.weight(&window.service);
        let Some(group) = series.find(&window.service, &detection.signature) else {
            return Impact { weight, ..Impact::default() };
        };
        let excess = self.bound().excess(detection);
        let requests = requests(data, &window.service, &[window.window]).filter(|&n| n > 0.0);
        let impact = Impact {
            request_share: requests.map(|n| (excess / n).min(1.0)),
            user_share: user_share(data, series, window, group).map(|share| share * self.bound().of_users(detection)),
            weight,
            harm_usd: None,
        };
        let harm_usd = if let Self::Harm(harm) = self { harm.usd(detection, &impact) } else { None };
        Impact { harm_usd, ..impact }
    }
}

/// `None` where no record names a user or no step knows its users.
fn user_share(data: &DataSet, series: &Series, window: &Window, group: GroupId) -> Option<f64> {
    let steps = data.traffic.as_ref()?.services.get(&window.service)?;
    let users: BTreeMap<Instant, u64> = steps.users(window.window).collect();
    let step = data.manifest.traffic_step;
    let start = |row: usize| {
        let at = series.records.timestamp[row];
        users.range(..=at).next_back().map(|(&start, _)| start).filter(|&start| at < start + step)
    };
    let hit: BTreeSet<(Instant, u32)> = series
        .rows(group, Observed { interval: window.window, by: window.decided_at })
        .filter(|&row| series.records.user_id[row] != 0)
        .filter_map(|row| Some((start(row)?, series.records.user_id[row])))
        .collect();
    let all: u64 = users.values().sum();
    (all > 0 && !hit.is_empty()).then(|| (hit.len() as f64 / all as f64).min(1.0))
}
