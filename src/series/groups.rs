//! Records grouped by (service, signature), so that a count over any interval costs two binary searches.

use super::{Templates, Texts};
use crate::dataset::{Dictionary, Records};
use crate::model::{Instant, Interval, Severity, Span};
use crate::normalize::Normalizer;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// Number of a (service, signature) in a [`Series`].
pub type GroupId = u32;

/// The records of one (service, signature), as a run of rows in [`Series`].
pub struct Group {
    /// Id in the data set's services.
    pub service: u32,
    /// Id in the series' templates.
    pub template: u32,
    run: Run,
}

/// Rows of the records in runs, each by time: a count over an interval of a run costs two binary searches.
struct Runs {
    rows: Vec<u32>,
    /// Event times of `rows`.
    times: Vec<Instant>,
    /// `counts[i]`: records that `rows[..i]` stand for.
    counts: Vec<u64>,
}

/// One run of rows, and the longest time that any of its records took to arrive.
struct Run {
    rows: std::ops::Range<usize>,
    longest_delay: Span,
}

/// What may be known: records whose event lies in `interval` and which were observed at or before `by`.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    pub interval: Interval,
    pub by: Instant,
}

/// The records at or above a severity under one normalizer.
pub struct Series<'a> {
    pub records: &'a Records,
    pub templates: Dictionary,
    /// Sorted by (service name, template), so that ids do not depend on the order of the input.
    groups: Vec<Group>,
    /// By group.
    runs: Runs,
    /// By service id, whatever the signature; made when first asked for.
    totals: OnceLock<(Runs, BTreeMap<u32, Run>)>,
    by_service: HashMap<u32, std::ops::Range<GroupId>>,
    by_key: HashMap<(u32, u32), GroupId>,
    /// Groups of each template, ascending.
    by_template: Vec<Vec<GroupId>>,
}

impl<'a> Series<'a> {
    /// Normalizes every distinct text once and groups the records at or above `min_severity`.
    #[must_use]
    pub fn build(records: &'a Records, normalizer: &dyn Normalizer, min_severity: Severity) -> Self {
        let texts = Texts::of(records, normalizer.reads());
        let templates = Templates::of(&texts, normalizer);
        Self::grouped(records, &texts, templates, min_severity)
    }

    /// Groups the records at or above `min_severity` by their texts' templates.
    #[must_use]
    pub fn grouped(records: &'a Records, texts: &Texts, templates: Templates, min_severity: Severity) -> Self {
        let Templates { dictionary: templates, of_text, .. } = templates;
        let template_of = |row: u32| of_text[texts.of_row[row as usize] as usize];
        let key = |row: u32| (records.service[row as usize], template_of(row));
        let mut rows: Vec<u32> = records.at_least(min_severity).collect();
        // Ranks, so that the sort compares numbers, in the order of the names.
        let (service_rank, template_rank) = (ranks(&records.services), ranks(&templates));
        let rank = |row: u32| {
            let (service, template) = key(row);
            u64::from(service_rank[service as usize]) << 32 | u64::from(template_rank[template as usize])
        };
        sort_by_rank(&mut rows, rank);
        let groups = cut_into_groups(records, &rows, key);
        let by_key: HashMap<(u32, u32), GroupId> =
            groups.iter().zip(0..).map(|(g, id)| ((g.service, g.template), id)).collect();
        let mut by_template = vec![Vec::new(); templates.len()];
        for (group, id) in groups.iter().zip(0..) {
            by_template[group.template as usize].push(id);
        }
        let by_service = runs_by_service(&groups);
        let runs = Runs::new(records, rows);
        Self { records, templates, groups, runs, totals: OnceLock::new(), by_service, by_key, by_template }
    }

    #[must_use]
    pub fn group(&self, id: GroupId) -> &Group {
        &self.groups[id as usize]
    }

    /// Number of (service, signature) groups.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    #[must_use]
    pub fn template(&self, id: GroupId) -> &str {
        self.templates.get(self.group(id).template)
    }

    #[must_use]
    pub fn service(&self, id: GroupId) -> &str {
        self.records.services.get(self.group(id).service)
    }

    /// The group of a (service, signature), if it has records.
    #[must_use]
    pub fn find(&self, service: &str, template: &str) -> Option<GroupId> {
        let key = (self.records.services.find(service)?, self.templates.find(template)?);
        self.by_key.get(&key).copied()
    }

    /// The groups that share this one's signature, itself included, by service name.
    #[must_use]
    pub fn same_signature(&self, id: GroupId) -> &[GroupId] {
        &self.by_template[self.group(id).template as usize]
    }

    /// Number of records (summing `count`) of a group.
    #[must_use]
    pub fn count(&self, id: GroupId, what: Observed) -> u64 {
        self.runs.count(self.records, &self.group(id).run, what)
    }

    /// Number of records (summing `count`) of a service, whatever their signature.
    #[must_use]
    pub fn service_count(&self, service: &str, what: Observed) -> u64 {
        let (runs, of_service) = self.totals.get_or_init(|| self.totals());
        let run = self.records.services.find(service).and_then(|id| of_service.get(&id));
        run.map_or(0, |run| runs.count(self.records, run, what))
    }

    /// Rows (of the data set's records) of a service, whatever their signature, by time.
    pub fn service_rows(&self, service: &str, what: Observed) -> impl Iterator<Item = usize> {
        let (runs, of_service) = self.totals.get_or_init(|| self.totals());
        let run = self.records.services.find(service).and_then(|id| of_service.get(&id));
        run.into_iter().flat_map(move |run| runs.arrived(self.records, runs.range(run, what.interval), what.by))
    }

    fn totals(&self) -> (Runs, BTreeMap<u32, Run>) {
        let mut rows = self.runs.rows.clone();
        let key = |row: u32| (self.records.service[row as usize], self.records.timestamp[row as usize], row);
        rows.par_sort_unstable_by_key(|&row| key(row));
        let mut of_service = BTreeMap::new();
        let mut start = 0;
        for run in rows.chunk_by(|&a, &b| key(a).0 == key(b).0) {
            of_service.insert(key(run[0]).0, Run::new(self.records, run, start));
            start += run.len();
        }
        (Runs::new(self.records, rows), of_service)
    }

    /// The template of each row of the data set's records; `None`: below the severity.
    #[must_use]
    pub fn template_of_rows(&self) -> Vec<Option<u32>> {
        let mut templates = vec![None; self.records.len()];
        for group in &self.groups {
            for &row in &self.runs.rows[group.run.rows.clone()] {
                templates[row as usize] = Some(group.template);
            }
        }
        templates
    }

    /// Rows (of the data set's records) of a group, by time.
    pub fn rows(&self, id: GroupId, what: Observed) -> impl Iterator<Item = usize> {
        self.runs.arrived(self.records, self.runs.range(&self.group(id).run, what.interval), what.by)
    }

    /// The groups of a service, ascending.
    #[must_use]
    pub fn groups_of(&self, service: &str) -> std::ops::Range<GroupId> {
        let id = self.records.services.find(service);
        id.and_then(|id| self.by_service.get(&id)).cloned().unwrap_or_default()
    }
}

impl Run {
    /// The run of these rows, which begins at `start`.
    fn new(records: &Records, rows: &[u32], start: usize) -> Self {
        let delay = |&row: &u32| records.observed_at[row as usize] - records.timestamp[row as usize];
        let longest_delay = rows.iter().map(delay).max().unwrap_or_default().max(Span::ZERO);
        Self { rows: start..start + rows.len(), longest_delay }
    }
}

impl Runs {
    fn new(records: &Records, rows: Vec<u32>) -> Self {
        let times = rows.iter().map(|&row| records.timestamp[row as usize]).collect();
        let counts = std::iter::once(0).chain(rows.iter().scan(0, |sum, &row| {
            *sum += u64::from(records.count[row as usize]);
            Some(*sum)
        }));
        Self { counts: counts.collect(), times, rows }
    }

    fn count(&self, records: &Records, run: &Run, what: Observed) -> u64 {
        // Whatever happened this early has arrived, however slow it was.
        let surely_arrived = (what.by - run.longest_delay + Span::from_micros(1)).min(what.interval.end);
        let sure = self.range(run, Interval::new(what.interval.start, surely_arrived));
        let total = self.counts[sure.end] - self.counts[sure.start];
        let unsure = self.range(run, Interval::new(what.interval.start.max(surely_arrived), what.interval.end));
        total + self.arrived(records, unsure, what.by).map(|row| u64::from(records.count[row])).sum::<u64>()
    }

    fn arrived(&self, records: &Records, range: std::ops::Range<usize>, by: Instant) -> impl Iterator<Item = usize> {
        self.rows[range].iter().map(|&row| row as usize).filter(move |&row| records.observed_at[row] <= by)
    }

    fn range(&self, run: &Run, interval: Interval) -> std::ops::Range<usize> {
        let times = &self.times[run.rows.clone()];
        let at = |instant| run.rows.start + times.partition_point(|&time| time < instant);
        let start = at(interval.start);
        start..at(interval.end).max(start)
    }
}

/// Rank of each string among all, alphabetically.
fn ranks(dictionary: &Dictionary) -> Vec<u32> {
    let mut order: Vec<u32> = (0..dictionary.len() as u32).collect();
    order.par_sort_unstable_by_key(|&id| dictionary.get(id));
    let mut ranks = vec![0; order.len()];
    for (&id, rank) in order.iter().zip(0..) {
        ranks[id as usize] = rank;
    }
    ranks
}

/// Sorts rows by (rank, row): rows are in time order, so each group's are too.
fn sort_by_rank(rows: &mut Vec<u32>, rank: impl Fn(u32) -> u64 + Sync) {
    let mut keyed: Vec<(u64, u32)> = rows.par_iter().map(|&row| (rank(row), row)).collect();
    keyed.par_sort_unstable();
    rows.clear();
    rows.extend(keyed.into_iter().map(|(_, row)| row));
}

fn cut_into_groups(records: &Records, rows: &[u32], key: impl Fn(u32) -> (u32, u32)) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut start = 0;
    for run in rows.chunk_by(|&a, &b| key(a) == key(b)) {
        let (service, template) = key(run[0]);
        groups.push(Group { service, template, run: Run::new(records, run, start) });
        start += run.len();
    }
    groups
}

/// The run of groups of each service: groups are sorted by service first.
fn runs_by_service(groups: &[Group]) -> HashMap<u32, std::ops::Range<GroupId>> {
    let mut runs: HashMap<u32, std::ops::Range<GroupId>> = HashMap::new();
    for (group, id) in groups.iter().zip(0..) {
        runs.entry(group.service).or_insert(id..id).end = id + 1;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Record;
    use crate::normalize::{MaskKind, Rules, RulesSpec};
    use proptest::prelude::*;

    fn record(second: i64, delay: Option<i64>, service: &str, message: &str, count: u32) -> Record {
        let at = |s: i64| Instant::from_micros(1_700_000_000_000_000 + s * 1_000_000);
        Record {
            timestamp: at(second),
            observed_at: delay.map(|d| at(second + d)),
            service: service.into(),
            severity: Severity::Error,
            message: message.into(),
            exception_type: None,
            stack_trace: None,
            version: None,
            trace_id: None,
            user_id: None,
            count,
        }
    }

    fn masks() -> Rules {
        Rules::new(&RulesSpec { masks: vec![MaskKind::Number { min_length: 1 }], truncate: None }).unwrap()
    }

    proptest! {
        /// Counting by prefix sums equals counting record by record, late records and weights included.
        #[test]
        fn counts_equal_a_scan(
            rows in prop::collection::vec((0..100_i64, prop::option::of(0..60_i64), 0..2_usize, 0..3_u8, 1..4_u32), 0..60),
            start in 0..100_i64, length in 0..60_i64, by in 0..160_i64,
        ) {
            let services = ["a", "b"];
            let all: Vec<Record> = rows.iter().map(|&(s, d, service, m, c)| record(s, d, services[service], &format!("m{}", "x".repeat(m.into())), c)).collect();
            let records: Records = all.iter().collect();
            let series = Series::build(&records, &masks(), Severity::Error);
            let at = |s: i64| Instant::from_micros(1_700_000_000_000_000 + s * 1_000_000);
            let what = Observed { interval: Interval::new(at(start), at(start + length)), by: at(by) };
            for service in services {
                let mut seen = 0;
                for id in 0..series.len() as u32 {
                    if series.service(id) != service { continue; }
                    let expected: u64 = all.iter()
                        .filter(|r| r.service == service && r.message == series.template(id))
                        .filter(|r| what.interval.contains(r.timestamp) && r.observed_at.unwrap_or(r.timestamp) <= what.by)
                        .map(|r| u64::from(r.count)).sum();
                    prop_assert_eq!(series.count(id, what), expected);
                    prop_assert!(series.groups_of(service).contains(&id));
                    seen += 1;
                }
                prop_assert!(seen <= 3);
            }
        }
    }
}
