//! The templates of a data set, with texts and times, as pairs are drawn from and found again.

use crate::dataset::{DataSet, LabelledPair, PairStratum, PairText, pair_key};
use crate::model::{Instant, Interval, Severity, Span};
use crate::normalize::pairs::{Drawn, Frame};
use crate::normalize::{Built, Normalizer, Text};
use crate::series::{Days, Fits, Templates, Texts};
use std::collections::BTreeSet;

/// What a normalizer makes of the texts of a data set's errors, before any miner.
pub struct PairTexts<'a> {
    texts: Texts<'a>,
    min_severity: Severity,
    /// Those that an error bears, in the order in which they were first seen.
    pub templates: Vec<Worded>,
    names: Templates,
    /// By id in `names`: place in `templates`.
    place_of: Vec<Option<usize>>,
}

/// A template and what is known of it.
pub struct Worded {
    name: u32,
    /// When its first text was first seen, and the record that bears it.
    pub first_seen: Instant,
    row: usize,
    /// Its first two distinct texts, with the time at which each was first seen.
    examples: Vec<(u32, Instant)>,
}

impl<'a> PairTexts<'a> {
    /// Reads the records at or above `min_severity`.
    #[must_use]
    pub fn of(data: &'a DataSet, normalizer: &dyn Normalizer, min_severity: Severity) -> Self {
        let texts = Texts::of(&data.records, normalizer.reads());
        let names = Templates::of(&texts, normalizer);
        let place_of = vec![None; names.dictionary.len()];
        let mut found = Self { texts, min_severity, templates: Vec::new(), names, place_of };
        // Records are sorted by time.
        for row in data.records.at_least(min_severity).map(|row| row as usize) {
            found.see(row, data.records.timestamp[row]);
        }
        found
    }

    fn see(&mut self, row: usize, at: Instant) {
        let text = self.texts.of_row[row];
        let name = self.names.of_text[text as usize];
        let templates = &mut self.templates;
        let place = *self.place_of[name as usize].get_or_insert_with(|| {
            templates.push(Worded { name, first_seen: at, row, examples: Vec::new() });
            templates.len() - 1
        });
        let examples = &mut templates[place].examples;
        if examples.len() < 2 && examples.iter().all(|(other, _)| *other != text) {
            examples.push((text, at));
        }
    }

    /// The last grouping of a miner over the same templates.
    ///
    /// # Errors
    /// When the miner fails.
    pub fn fits(&self, data: &'a DataSet, built: &Built) -> Result<Fits<'a>, String> {
        let days = Days { span: data.span, reach: Span::ZERO };
        Fits::build(&data.records, &self.texts, self.names.clone(), built, self.min_severity, days)
    }

    #[must_use]
    pub fn template(&self, place: usize) -> &str {
        self.names.dictionary.get(self.templates[place].name)
    }

    /// A record that bears this template; `None` where no error does.
    #[must_use]
    pub fn row_of(&self, template: &str) -> Option<usize> {
        let id = self.names.dictionary.find(template)?;
        self.place_of[id as usize].map(|place| self.templates[place].row)
    }

    /// Draws at most `count` pairs that were not asked before; with a deploy only such as hold a template that came with it.
    #[must_use]
    pub fn draw(&self, draw: &PairDraw, asked: &[LabelledPair], normalizer: &dyn Normalizer) -> Vec<LabelledPair> {
        let templates: Vec<&str> = (0..self.templates.len()).map(|place| self.template(place)).collect();
        let has_twins: Vec<bool> = self.templates.iter().map(|worded| worded.examples.len() > 1).collect();
        let is_wanted = |worded: &Worded| draw.among.is_none_or(|(_, within)| within.contains(worded.first_seen));
        let wanted: Vec<bool> = self.templates.iter().map(is_wanted).collect();
        let places = asked.iter().filter_map(|pair| self.places(pair, normalizer)).collect();
        let frame = Frame { templates: &templates, has_twins: &has_twins, wanted: &wanted, asked: &places };
        let keys: BTreeSet<u128> = asked.iter().map(LabelledPair::key).collect();
        let drawn = frame.draw(draw.threshold, draw.count, draw.seed);
        drawn
            .iter()
            .map(|pair| self.pair(pair, draw))
            .filter(|pair| !keys.contains(&pair_key(&pair.a, &pair.b)))
            .collect()
    }

    /// The places of both templates, the smaller first; `None` where one is not of this data set.
    fn places(&self, pair: &LabelledPair, normalizer: &dyn Normalizer) -> Option<(usize, usize)> {
        let place = |text: &PairText| {
            let id = self.names.dictionary.find(&normalizer.key(text_of(text)).template)?;
            self.place_of[id as usize]
        };
        let (a, b) = (place(&pair.a)?, place(&pair.b)?);
        Some((a.min(b), a.max(b)))
    }

    fn pair(&self, drawn: &Drawn, draw: &PairDraw) -> LabelledPair {
        let (a, b) = (&self.templates[drawn.a].examples, &self.templates[drawn.b].examples);
        let twins = drawn.stratum == PairStratum::SameTemplate;
        let (first, second) = (a[0], b[usize::from(twins)]);
        LabelledPair {
            a: self.text(first.0),
            b: self.text(second.0),
            answer: None,
            seen_at: first.1.max(second.1),
            distance: drawn.distance,
            normalizer: draw.normalizer.to_owned(),
            threshold: draw.threshold,
            deploy: draw.among.map(|(deploy, _)| deploy.to_owned()),
            stratum: drawn.stratum,
            population: drawn.population,
            weight: drawn.weight,
            labelled_by: String::new(),
            labelled_at: None,
        }
    }

    fn text(&self, id: u32) -> PairText {
        let Text { message, exception_type, stack_trace } = self.texts.get(id);
        let [message, exception_type, stack_trace] = [message, exception_type, stack_trace].map(str::to_owned);
        PairText { message, exception_type, stack_trace }
    }
}

/// What is asked of a draw.
pub struct PairDraw<'a> {
    pub normalizer: &'a str,
    /// Distance around which most pairs are drawn, above 0.
    pub threshold: f64,
    pub count: usize,
    pub seed: u64,
    /// A deploy, and when a template must have been first seen to be its own.
    pub among: Option<(&'a str, Interval)>,
}

/// A labelled text as a normalizer reads it.
#[must_use]
pub fn text_of(text: &PairText) -> Text<'_> {
    Text { message: &text.message, exception_type: &text.exception_type, stack_trace: &text.stack_trace }
}
