//! Whether the grouping holds as time passes: signatures never seen before, by week and after each deploy.

use super::tally::Tallies;
use crate::dataset::DataSet;
use crate::model::{Instant, Interval, Span};
use crate::series::Series;
use crate::stats::Estimate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Deploys that are told.
const TOLD: usize = 5;

/// Seven days from the data set's start on; the last may be shorter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Week {
    pub start: Instant,
    pub records: u64,
    /// Signatures seen in it, and of them those never seen before.
    pub new_signatures: Estimate,
}

/// Signatures of a deploy's services that were seen for the first time in the 24 hours before and after it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewByDeploy {
    pub deploy: String,
    pub before: u64,
    pub after: u64,
}

pub fn weeks(data: &DataSet, tallies: &Tallies) -> Vec<Week> {
    let week_of = |at: Instant| (at - data.span.start).micros() / Span::days(7).micros();
    let records = tallies.series.records;
    let mut weeks: BTreeMap<i64, (u64, BTreeSet<u32>)> = BTreeMap::new();
    for (row, template) in tallies.series.template_of_rows().into_iter().enumerate() {
        let Some(template) = template else { continue };
        let (count, seen) = weeks.entry(week_of(records.timestamp[row])).or_default();
        *count += u64::from(records.count[row]);
        seen.insert(template);
    }
    let first = |template: u32| tallies.get(template).first.map(|(at, _)| week_of(at));
    let told = |(week, (records, seen)): (i64, (u64, BTreeSet<u32>))| {
        let new = seen.iter().filter(|&&template| first(template) == Some(week)).count() as u64;
        let start = data.span.start + Span::from_micros(week * Span::days(7).micros());
        Week { start, records, new_signatures: Estimate::ratio(new, seen.len() as u64) }
    };
    weeks.into_iter().map(told).collect()
}

/// Those with the most after them, by the surplus over before.
pub fn deploys(data: &DataSet, series: &Series, tallies: &Tallies) -> Vec<NewByDeploy> {
    let mut first_seen: BTreeMap<u32, Vec<Instant>> = BTreeMap::new();
    for (at, service) in tallies.seen().filter_map(|(_, tally)| tally.first) {
        first_seen.entry(service).or_default().push(at);
    }
    for times in first_seen.values_mut() {
        times.sort_unstable();
    }
    let new_in = |service: &str, interval: Interval| {
        let times = series.records.services.find(service).and_then(|id| first_seen.get(&id));
        times.map_or(0, |times| {
            (times.partition_point(|&t| t < interval.end) - times.partition_point(|&t| t < interval.start)) as u64
        })
    };
    let day = Span::days(1);
    let mut deploys: Vec<NewByDeploy> = data
        .deploys
        .iter()
        .filter(|deploy| data.is_of_environment(deploy))
        .map(|deploy| {
            let at = deploy.deployed_at;
            let sum = |interval| deploy.services.iter().map(|service| new_in(service, interval)).sum();
            let (before, after) = (sum(Interval::new(at - day, at)), sum(Interval::new(at, at + day)));
            NewByDeploy { deploy: deploy.id.clone(), before, after }
        })
        .filter(|deploy| deploy.after > deploy.before)
        .collect();
    deploys.sort_by_key(|deploy| std::cmp::Reverse(deploy.after - deploy.before));
    deploys.truncate(TOLD);
    deploys
}
