//! What is counted of each signature.

use super::Signature;
use crate::model::{Instant, Span};
use crate::normalize::trace;
use crate::series::Series;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Raw messages shown of a signature.
const EXAMPLES: usize = 3;

/// Counts by template of a series; templates without a record are blank.
pub struct Tallies<'a> {
    pub series: &'a Series<'a>,
    of_template: Vec<Tally>,
}

/// What is counted of one signature.
#[derive(Default)]
pub struct Tally {
    /// Summing `count`.
    pub records: u64,
    pub first: Option<(Instant, u32)>,
    last: Instant,
    /// Ids in the data set's dictionaries, with records.
    pub services: BTreeMap<u32, u64>,
    messages: BTreeMap<u32, u64>,
    /// Present exception types, with records.
    pub exception_types: BTreeMap<u32, u64>,
    /// Innermost frames of the application's own, with records.
    pub frames: BTreeMap<String, u64>,
}

impl Tally {
    /// Whether all records lie within an hour.
    #[must_use]
    pub fn lies_in_an_hour(&self) -> bool {
        self.first.is_some_and(|(first, _)| self.last - first < Span::hours(1))
    }
}

impl<'a> Tallies<'a> {
    #[must_use]
    pub fn of(series: &'a Series<'a>) -> Self {
        let records = series.records;
        let mut of_template: Vec<Tally> = Vec::new();
        of_template.resize_with(series.templates.len(), Tally::default);
        let mut frames: HashMap<u32, Option<String>> = HashMap::new();
        for (row, template) in series.template_of_rows().into_iter().enumerate() {
            let Some(template) = template else { continue };
            let tally = &mut of_template[template as usize];
            let count = u64::from(records.count[row]);
            tally.records += count;
            tally.first.get_or_insert((records.timestamp[row], records.service[row]));
            tally.last = records.timestamp[row];
            *tally.services.entry(records.service[row]).or_default() += count;
            *tally.messages.entry(records.message[row]).or_default() += count;
            if records.exception_type[row] != 0 {
                *tally.exception_types.entry(records.exception_type[row]).or_default() += count;
            }
            let trace = records.stack_trace[row];
            let frame = frames.entry(trace).or_insert_with(|| top_frame(records.texts.get(trace)));
            if let Some(frame) = frame {
                *tally.frames.entry(frame.clone()).or_default() += count;
            }
        }
        Self { series, of_template }
    }

    /// Signatures with a record, by template id.
    pub fn seen(&self) -> impl Iterator<Item = (u32, &Tally)> {
        (0..).zip(&self.of_template).filter(|(_, tally)| tally.records > 0)
    }

    #[must_use]
    pub fn get(&self, template: u32) -> &Tally {
        &self.of_template[template as usize]
    }

    #[must_use]
    pub fn text(&self, template: u32) -> &'a str {
        self.series.templates.get(template)
    }

    /// Ids of the signatures with the most records, equally large ones alphabetically.
    #[must_use]
    pub fn largest(&self, most: usize) -> Vec<u32> {
        let mut ids: Vec<u32> = self.seen().map(|(id, _)| id).collect();
        ids.sort_by_key(|&id| (std::cmp::Reverse(self.get(id).records), self.text(id)));
        ids.truncate(most);
        ids
    }

    /// Distinct messages of all records that were counted.
    #[must_use]
    pub fn distinct_messages(&self) -> u64 {
        self.seen().flat_map(|(_, tally)| tally.messages.keys()).collect::<BTreeSet<_>>().len() as u64
    }

    #[must_use]
    pub fn told(&self, template: u32) -> Signature {
        let tally = self.get(template);
        let records = self.series.records;
        Signature {
            signature: self.text(template).to_owned(),
            services: tally
                .services
                .keys()
                .map(|&id| records.services.get(id).to_owned())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            records: tally.records,
            messages: tally.messages.len() as u64,
            examples: most(&tally.messages, EXAMPLES, |&id| records.messages.get(id)),
        }
    }
}

/// The names of the largest counts, equal ones alphabetically.
pub fn most<'n, K>(counts: &'n BTreeMap<K, u64>, limit: usize, name: impl Fn(&'n K) -> &'n str) -> Vec<String> {
    let mut sorted: Vec<(std::cmp::Reverse<u64>, &str)> =
        counts.iter().map(|(key, &count)| (std::cmp::Reverse(count), name(key))).collect();
    sorted.sort_unstable();
    sorted.into_iter().take(limit).map(|(_, name)| name.to_owned()).collect()
}

/// The innermost frame of the application's own code; the innermost of all where there is none.
fn top_frame(trace: &str) -> Option<String> {
    let frames = trace::frames(trace);
    let own = frames.iter().find(|frame| !frame.is_library());
    let frame = own.or(frames.first())?;
    let name = match (&frame.module, &frame.function) {
        (Some(module), Some(function)) => format!("{module}.{function}"),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => String::new(),
    };
    let file = frame.file.as_deref().unwrap_or_default();
    Some(if frame.module.is_some() { name } else { format!("{file} {name}") })
}
