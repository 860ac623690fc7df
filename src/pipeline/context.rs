//! Gathers, from what had been observed at the decision, what a triager gets to see of a case.

use crate::dataset::DataSet;
use crate::model::{Alert, Instant, Interval, Window};
use crate::series::{GroupId, Observed, Series, requests};
use crate::triage::{Elsewhere, Sample, TrafficChange};
use std::collections::HashMap;

/// Distinct records shown per signature.
const SAMPLES: usize = 5;

/// What is known of one alert beyond its counts.
pub struct AlertFacts<'a> {
    pub samples: Vec<Sample<'a>>,
    pub before: u64,
    pub elsewhere: Vec<Elsewhere>,
}

impl<'a> AlertFacts<'a> {
    #[must_use]
    pub fn gather(data: &'a DataSet, series: &'a Series, window: &Window, alert: &Alert) -> Self {
        let Some(group) = series.find(&window.service, &alert.detection.signature) else {
            return Self { samples: Vec::new(), before: 0, elsewhere: Vec::new() };
        };
        let observed = |interval| Observed { interval, by: window.decided_at };
        let deployed_at = window.baseline.end;
        let before = Interval::new(deployed_at - window.window.span(), deployed_at);
        Self {
            samples: samples(series, group, observed(window.window)),
            before: series.count(group, observed(before)),
            elsewhere: elsewhere(data, series, window, group),
        }
    }
}

/// The most frequent distinct (message, exception type, stack trace) of W; equally frequent ones alphabetically.
fn samples<'a>(series: &Series<'a>, group: GroupId, what: Observed) -> Vec<Sample<'a>> {
    let records = series.records;
    let mut counts: HashMap<(u32, u32, u32), u64> = HashMap::new();
    for row in series.rows(group, what) {
        let key = (records.message[row], records.exception_type[row], records.stack_trace[row]);
        *counts.entry(key).or_default() += u64::from(records.count[row]);
    }
    let present = |id| Some(records.texts.get(id)).filter(|text| !text.is_empty());
    let mut samples: Vec<(u64, Sample)> = counts
        .into_iter()
        .map(|((message, exception_type, stack_trace), count)| {
            let message = records.messages.get(message);
            (count, Sample { message, exception_type: present(exception_type), stack_trace: present(stack_trace) })
        })
        .collect();
    let text = |sample: &Sample<'a>| (sample.message, sample.exception_type, sample.stack_trace);
    samples.sort_by(|(m, a), (n, b)| n.cmp(m).then_with(|| text(a).cmp(&text(b))));
    samples.into_iter().take(SAMPLES).map(|(_, sample)| sample).collect()
}

/// The same signature in services that the deploy did not touch.
fn elsewhere(data: &DataSet, series: &Series, window: &Window, group: GroupId) -> Vec<Elsewhere> {
    let deployed = &data.deploys[window.deploy].services;
    let ratio = window.window.span().as_minutes() / window.baseline.span().as_minutes();
    let count = |group, interval| series.count(group, Observed { interval, by: window.decided_at });
    series
        .same_signature(group)
        .iter()
        .filter(|&&other| !deployed.iter().any(|s| s == series.service(other)))
        .map(|&other| {
            let baseline_count = count(other, window.baseline);
            Elsewhere {
                service: series.service(other).to_owned(),
                k: count(other, window.window),
                baseline_count,
                expected: baseline_count as f64 * ratio,
            }
        })
        .filter(|other| other.k > 0 || other.baseline_count > 0)
        .collect()
}

/// Requests of the service in W, and what B would have had in as much time.
#[must_use]
pub fn traffic_change(data: &DataSet, window: &Window) -> Option<TrafficChange> {
    let observed_requests = requests(data, &window.service, &[window.window])?;
    let before = requests(data, &window.service, &[window.baseline])?;
    let ratio = window.window.span().as_minutes() / window.baseline.span().as_minutes();
    Some(TrafficChange { requests: observed_requests, expected: before * ratio })
}

/// The last deploy of any service at or before an instant; of several at once, `preferred` if it is one of them.
#[must_use]
pub fn last_deploy_before(data: &DataSet, instant: Instant, preferred: usize) -> Option<&str> {
    let earlier = data.deploys.iter().filter(|d| d.deployed_at <= instant && data.is_of_environment(d));
    let last = earlier.last()?;
    let preferred = &data.deploys[preferred];
    Some(if preferred.deployed_at == last.deployed_at { &preferred.id } else { &last.id })
}
