//! Distinct texts of records, and the template of each.

use crate::dataset::{Dictionary, Records};
use crate::normalize::{Normalizer, Reads, Text};
use hashbrown::HashMap;
use rayon::prelude::*;
use std::borrow::Cow;

/// The distinct texts that a normalizer reads: most records repeat one.
pub struct Texts<'a> {
    records: &'a Records,
    reads: Reads,
    /// Text of each record.
    pub of_row: Cow<'a, [u32]>,
    /// Message, exception type and stack trace of each text; empty where a text is a message, whose id is its own.
    parts: Vec<[u32; 3]>,
}

impl<'a> Texts<'a> {
    #[must_use]
    pub fn of(records: &'a Records, reads: Reads) -> Self {
        match reads {
            Reads::Message => Self { records, reads, of_row: Cow::Borrowed(&records.message), parts: Vec::new() },
            Reads::All => Self::in_full(records),
        }
    }

    fn in_full(records: &'a Records) -> Self {
        let mut ids: HashMap<[u32; 3], u32> = HashMap::new();
        let mut parts = Vec::new();
        let mut of_row = Vec::with_capacity(records.len());
        for row in 0..records.len() {
            let key = [records.message[row], records.exception_type[row], records.stack_trace[row]];
            of_row.push(*ids.entry(key).or_insert_with(|| {
                parts.push(key);
                parts.len() as u32 - 1
            }));
        }
        Self { records, reads: Reads::All, of_row: Cow::Owned(of_row), parts }
    }

    /// Number of distinct texts.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.reads == Reads::Message { self.records.messages.len() } else { self.parts.len() }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[must_use]
    pub fn get(&self, id: u32) -> Text<'a> {
        if self.reads == Reads::Message {
            return Text::of_message(self.records.messages.get(id));
        }
        let [message, exception_type, stack_trace] = self.parts[id as usize];
        Text {
            message: self.records.messages.get(message),
            exception_type: self.records.texts.get(exception_type),
            stack_trace: self.records.texts.get(stack_trace),
        }
    }
}

/// What a normalizer makes of the distinct texts.
#[derive(Clone)]
pub struct Templates {
    pub dictionary: Dictionary,
    /// By template: whether a miner must leave it as it is.
    pub settled: Vec<bool>,
    /// Template of each text.
    pub of_text: Vec<u32>,
}

/// Texts that one task normalizes.
const CHUNK: usize = 1 << 14;

impl Templates {
    /// Normalizes every distinct text once, in parallel.
    #[must_use]
    pub fn of(texts: &Texts, normalizer: &dyn Normalizer) -> Self {
        Self::of_each(texts.len(), |id| {
            let key = normalizer.key(texts.get(id));
            (Cow::Owned(key.template), key.settled)
        })
    }

    /// What each of `0..count` becomes, and whether that is settled; distinct results once.
    pub(super) fn of_each<'t>(count: usize, become_of: impl Fn(u32) -> (Cow<'t, str>, bool) + Sync) -> Self {
        let chunk = |index: usize| {
            let start = index * CHUNK;
            let mut templates = Self::empty();
            for id in start..count.min(start + CHUNK) {
                let (template, settled) = become_of(id as u32);
                let id = templates.intern(&template, settled);
                templates.of_text.push(id);
            }
            templates
        };
        let chunks: Vec<Self> = (0..count.div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
        let mut all = Self::empty();
        for chunk in chunks {
            let global: Vec<u32> = (0..chunk.dictionary.len() as u32)
                .map(|id| all.intern(chunk.dictionary.get(id), chunk.settled[id as usize]))
                .collect();
            all.of_text.extend(chunk.of_text.into_iter().map(|id| global[id as usize]));
        }
        all
    }

    fn empty() -> Self {
        Self { dictionary: Dictionary::default(), settled: Vec::new(), of_text: Vec::new() }
    }

    /// A template that is settled for one text is settled.
    fn intern(&mut self, template: &str, settled: bool) -> u32 {
        let id = self.dictionary.intern(template);
        if id as usize == self.settled.len() {
            self.settled.push(settled);
        } else {
            self.settled[id as usize] |= settled;
        }
        id
    }
}
