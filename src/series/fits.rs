//! The series of one normalizer: one for all days where nothing is learned, one a day where something is.

use super::{Series, Templates, Texts};
use crate::dataset::{Dictionary, Records};
use crate::endpoint::Spend;
use crate::model::{Instant, Interval, Severity, Span, Window};
use crate::normalize::{Built, Miner};
use rayon::prelude::*;

const DAY: Span = Span::days(1);

/// Series, each under what was known at 00:00 UTC of a day (semantics.md §3): a deploy is judged under the last one before it.
pub struct Fits<'a> {
    /// What the user should be told of how the texts were grouped.
    pub notes: Vec<String>,
    /// What a normalizer that asks models cost.
    pub spend: Spend,
    /// Each with the instant from which it holds, ascending; the first holds before that too.
    by_day: Vec<(Instant, Series<'a>)>,
}

/// The days of a data set.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    pub span: Interval,
    /// How long after a deploy a record may still count for it.
    pub reach: Span,
}

impl<'a> Fits<'a> {
    /// Groups the records at or above `min_severity` by their templates, for each of the days that a miner learns.
    ///
    /// # Errors
    /// When the miner fails.
    pub fn build(
        records: &'a Records,
        texts: &Texts,
        templates: Templates,
        built: &Built,
        min_severity: Severity,
        days: Days,
    ) -> Result<Self, String> {
        let Some(miner) = &built.miner else {
            let one = Self::of_one(Series::grouped(records, texts, templates, min_severity));
            return Ok(Self { notes: given_up(built), ..one });
        };
        let arrivals = Arrivals::of(records, texts, &templates, min_severity);
        let mut miner = miner.fork();
        miner.prepare(&arrivals.templates(&templates))?;
        // One after the other: a miner may ask an endpoint, and what it asks is then the same on every run.
        let signed = sign_every_day(miner.as_ref(), &arrivals, &templates, days)?;
        let series = |(midnight, signed)| (midnight, Series::grouped(records, texts, signed, min_severity));
        Ok(Self {
            notes: [given_up(built), miner.notes()].concat(),
            spend: miner.spent(),
            by_day: signed.into_par_iter().map(series).collect(),
        })
    }

    /// One series for all days.
    #[must_use]
    pub fn of_one(series: Series<'a>) -> Self {
        let (notes, spend) = (Vec::new(), Spend::default());
        Self { notes, spend, by_day: vec![(Instant::default(), series)] }
    }

    /// The series under the last fit at or before an instant.
    #[must_use]
    pub fn at(&self, instant: Instant) -> &Series<'a> {
        let after = self.by_day.partition_point(|(from, _)| *from <= instant);
        &self.by_day[after.max(1) - 1].1
    }

    /// The series that a window is read under: of the last fit at or before its deploy.
    #[must_use]
    pub fn of(&self, window: &Window) -> &Series<'a> {
        self.at(window.baseline.end)
    }

    /// The series under the last fit of all.
    #[must_use]
    pub fn last(&self) -> &Series<'a> {
        &self.by_day[self.by_day.len() - 1].1
    }
}

/// Rules that were left out for some texts, as warnings.
fn given_up(built: &Built) -> Vec<String> {
    built.normalizer.given_up().iter().map(ToString::to_string).collect()
}

/// Every 00:00 UTC of the span, and the one before it.
fn midnights(span: Interval) -> Vec<Instant> {
    let day = DAY.micros();
    let first = span.start.micros().div_euclid(day) * day;
    (first..span.end.micros().max(first + 1)).step_by(day as usize).map(Instant::from_micros).collect()
}

/// When each open template was first heard of.
struct Arrivals {
    /// By template, the records that arrived before any record that comes earlier in the order of learning: position in that order
    /// (timestamp, service, message) and instant of arrival, which falls. One entry where nothing is late.
    of_template: Vec<Vec<(u32, Instant)>>,
}

impl Arrivals {
    fn of(records: &Records, texts: &Texts, templates: &Templates, min_severity: Severity) -> Self {
        let mut of_template: Vec<Vec<(u32, Instant)>> = vec![Vec::new(); templates.dictionary.len()];
        let mut rows: Vec<u32> = records.at_least(min_severity).collect();
        let key = |row: u32| {
            let row = row as usize;
            let (service, message) = (records.service[row], records.message[row]);
            (records.timestamp[row], records.services.get(service), records.messages.get(message))
        };
        rows.par_sort_by(|&a, &b| key(a).cmp(&key(b)));
        for (&row, rank) in rows.iter().zip(0..) {
            let template = templates.of_text[texts.of_row[row as usize] as usize] as usize;
            let arrived = records.observed_at[row as usize];
            let seen = &mut of_template[template];
            if !templates.settled[template] && seen.last().is_none_or(|(_, earliest)| arrived < *earliest) {
                seen.push((rank, arrived));
            }
        }
        Self { of_template }
    }

    /// The open templates, by id.
    fn templates<'t>(&self, templates: &'t Templates) -> Vec<&'t str> {
        let open = self.of_template.iter().zip(0..).filter(|(seen, _)| !seen.is_empty());
        open.map(|(_, id)| templates.dictionary.get(id)).collect()
    }

    /// The templates that had arrived before an instant, in the order of learning.
    fn before(&self, instant: Instant) -> Vec<u32> {
        let first = |(seen, id): (&Vec<(u32, Instant)>, u32)| {
            seen.iter().find(|(_, arrived)| *arrived < instant).map(|(rank, _)| (*rank, id))
        };
        let mut known: Vec<(u32, u32)> = self.of_template.iter().zip(0..).filter_map(first).collect();
        known.sort_unstable();
        known.into_iter().map(|(_, id)| id).collect()
    }

    /// The templates that first arrived in `[from, until)`, in the order of arrival.
    fn after(&self, from: Instant, until: Instant) -> Vec<u32> {
        let first = |(seen, id): (&Vec<(u32, Instant)>, u32)| seen.last().map(|&(rank, arrived)| (arrived, rank, id));
        let mut new: Vec<(Instant, u32, u32)> = self.of_template.iter().zip(0..).filter_map(first).collect();
        new.retain(|(arrived, ..)| (from..until).contains(arrived));
        new.sort_unstable();
        new.into_iter().map(|(_, _, id)| id).collect()
    }
}

/// The signatures of every day, under the miner as it is fitted at its midnight. Where no record was late, a day goes on from the
/// day before; otherwise it learns anew, so that the order is the contract's.
fn sign_every_day(
    blank: &dyn Miner,
    arrivals: &Arrivals,
    templates: &Templates,
    days: Days,
) -> Result<Vec<(Instant, Templates)>, String> {
    let (mut miner, mut learned) = (blank.fork(), Vec::new());
    let mut signed = Vec::new();
    for midnight in midnights(days.span) {
        let known = arrivals.before(midnight);
        if !known.starts_with(&learned) {
            (miner, learned) = (blank.fork(), Vec::new());
        }
        for &id in &known[learned.len()..] {
            miner.learn(templates.dictionary.get(id))?;
        }
        miner.fit();
        let new = arrivals.after(midnight, midnight + DAY + days.reach);
        signed.push((midnight, sign(miner.fork(), &known, &new, templates)?));
        learned = known;
    }
    Ok(signed)
}

/// The signatures of what was learned and of what came after, by text. What came later still keeps its template: nobody asks.
fn sign(mut miner: Box<dyn Miner>, known: &[u32], new: &[u32], templates: &Templates) -> Result<Templates, String> {
    let mut dictionary = Dictionary::default();
    let mut signature_of: Vec<Option<u32>> = vec![None; templates.dictionary.len()];
    for &id in known.iter().chain(new) {
        signature_of[id as usize] = Some(dictionary.intern(&miner.sign(templates.dictionary.get(id))?));
    }
    let mut unsigned = |id: u32| dictionary.intern(templates.dictionary.get(id));
    let signature_of: Vec<u32> =
        signature_of.into_iter().zip(0..).map(|(signed, id)| signed.unwrap_or_else(|| unsigned(id))).collect();
    let of_text = templates.of_text.iter().map(|&id| signature_of[id as usize]).collect();
    let settled = vec![true; dictionary.len()];
    Ok(Templates { dictionary, settled, of_text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::RecordRef;
    use crate::normalize::{Key, Normalizer, Text};
    use proptest::prelude::*;

    /// Names a template by all that was learned before it, so that any change of order or knowledge shows.
    #[derive(Clone, Default)]
    struct Diary {
        entries: Vec<String>,
        fitted: usize,
    }

    impl Miner for Diary {
        fn learn(&mut self, template: &str) -> Result<(), String> {
            self.entries.push(template.to_owned());
            Ok(())
        }

        fn fit(&mut self) {
            self.fitted = self.entries.len();
        }

        fn sign(&mut self, template: &str) -> Result<String, String> {
            if !self.entries.iter().any(|known| known == template) {
                self.entries.push(template.to_owned());
            }
            let at = self.entries.iter().position(|known| known == template).unwrap_or_default();
            Ok(format!("{} of {}: {}", at, self.fitted, self.entries[..=at].join(" ")))
        }

        fn fork(&self) -> Box<dyn Miner> {
            Box::new(self.clone())
        }
    }

    struct AsItIs;

    impl Normalizer for AsItIs {
        fn key(&self, text: Text) -> Key {
            if text.message == "settled" { Key::settled(text.message.into()) } else { Key::open(text.message.into()) }
        }
    }

    fn hour(h: i64) -> Instant {
        Instant::from_micros(1_700_006_400_000_000 + h * 3_600_000_000)
    }

    /// (hour, hours late, message).
    fn records(rows: &[(i64, i64, &str)]) -> Records {
        let mut records = Records::default();
        for &(at, late, message) in rows {
            records
                .push(&RecordRef { observed_at: Some(hour(at + late)), ..RecordRef::error(hour(at), "api", message) });
        }
        records.sort();
        records
    }

    fn fits(records: &Records, days: i64) -> Fits<'_> {
        let built = Built { normalizer: Box::new(AsItIs), miner: Some(Box::new(Diary::default())) };
        let texts = Texts::of(records, built.normalizer.reads());
        let templates = Templates::of(&texts, built.normalizer.as_ref());
        let days = Days { span: Interval::new(hour(0), hour(24 * days)), reach: Span::hours(6) };
        Fits::build(records, &texts, templates, &built, Severity::Error, days).unwrap()
    }

    fn signature(fits: &Fits, at: i64, message: &str) -> String {
        let series = fits.at(hour(at));
        let records = series.records;
        let row = (0..records.len()).find(|&row| records.messages.get(records.message[row]) == message).unwrap();
        let what = super::super::Observed { interval: Interval::new(hour(0), hour(1_000)), by: hour(1_000) };
        let group = (0..series.len() as u32).find(|&group| series.rows(group, what).any(|other| other == row)).unwrap();
        series.template(group).to_owned()
    }

    #[test]
    fn a_day_knows_what_had_arrived_at_its_midnight_in_the_order_of_the_records() {
        let records =
            records(&[(1, 0, "a"), (2, 30, "late"), (3, 0, "b"), (27, 0, "c"), (50, 0, "d"), (4, 0, "settled")]);
        let fits = fits(&records, 4);
        assert_eq!(
            signature(&fits, 5, "b"),
            "1 of 0: a b",
            "the first day knows nothing; what comes opens groups in turn"
        );
        assert_eq!(signature(&fits, 26, "b"), "1 of 2: a b");
        assert_eq!(signature(&fits, 26, "late"), "3 of 2: a b c late", "arrived in hour 32, after c");
        assert_eq!(signature(&fits, 50, "late"), "1 of 4: a late");
        assert_eq!(
            signature(&fits, 50, "c"),
            "3 of 4: a late b c",
            "learned in the order of the records once it had arrived"
        );
        assert_eq!(signature(&fits, 26, "d"), "4 of 2: a b c late d", "within reach of the second day");
        assert_eq!(signature(&fits, 5, "d"), "d", "beyond the first day's reach, where nobody asks");
        assert_eq!(signature(&fits, 50, "settled"), "settled");
    }

    proptest! {
        /// What a day says of a record depends on no record that arrives after it.
        #[test]
        fn nothing_looks_ahead(rows in prop::collection::vec((0..90_i64, 0..40_i64, 0..6_usize), 1..24), cut in 0..90_i64) {
            let messages = ["a", "b", "c", "d", "e", "settled"];
            let all: Vec<(i64, i64, &str)> = rows.iter().map(|&(at, late, m)| (at, late, messages[m])).collect();
            let known: Vec<(i64, i64, &str)> = all.iter().copied().filter(|(at, late, _)| at + late <= cut).collect();
            let (all, known) = (records(&all), records(&known));
            let (with, without) = (fits(&all, 4), fits(&known, 4));
            for row in 0..known.len() {
                let message = known.messages.get(known.message[row]);
                prop_assert_eq!(signature(&with, cut, message), signature(&without, cut, message));
            }
        }
    }
}
