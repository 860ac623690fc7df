//! `labels/pairs.jsonl`: what people found when they asked of two texts whether they tell of the same error, one JSON object a line.
//!
//! Pairs change no grouping by themselves: they say how often a normalizer is wrong, and what its threshold should be.

use super::intake::Intake;
use super::lines::{self, Line};
use super::source;
use crate::model::{Instant, UserError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_128;

/// A record's texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PairText {
    pub message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exception_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stack_trace: String,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairAnswer {
    /// One fix would end both.
    Same,
    Different,
    /// Cannot be told: it is not asked again, and counts for nothing.
    Skip,
}

/// Where a pair lies with respect to the threshold `τ` that it was drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PairStratum {
    /// Two texts of one template: merged by the masks, before any distance is taken.
    SameTemplate,
    /// Distance below 0.8 τ.
    Below,
    /// Within 20 % of τ: where the threshold is decided.
    Near,
    /// From 1.2 τ to 2 τ.
    Above,
    /// Beyond 2 τ.
    Far,
}

impl PairStratum {
    pub const ALL: [Self; 5] = [Self::SameTemplate, Self::Below, Self::Near, Self::Above, Self::Far];

    /// The stratum of two templates at a distance.
    #[must_use]
    pub fn of(distance: f64, threshold: f64) -> Self {
        match distance / threshold {
            part if part < 0.8 => Self::Below,
            part if part <= 1.2 => Self::Near,
            part if part <= 2.0 => Self::Above,
            _ => Self::Far,
        }
    }
}

/// Two texts, how they were drawn, and what was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelledPair {
    pub a: PairText,
    pub b: PairText,
    /// `None` in a file of pairs to be labelled.
    pub answer: Option<PairAnswer>,
    /// When the later of both was first seen.
    pub seen_at: Instant,
    /// Of their templates, in [0, 2].
    pub distance: f64,
    /// What it was drawn for.
    pub normalizer: String,
    pub threshold: f64,
    /// The deploy whose new templates it was drawn among; absent: all templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy: Option<String>,
    pub stratum: PairStratum,
    /// Pairs of its stratum at the time, of those that it was drawn among.
    pub population: f64,
    /// Pairs that it stands for, at least 1: the population ÷ the pairs drawn with it from its stratum.
    pub weight: f64,
    #[serde(default)]
    pub labelled_by: String,
    #[serde(default)]
    pub labelled_at: Option<Instant>,
}

impl LabelledPair {
    /// What two rows about the same texts share, in either order.
    #[must_use]
    pub fn key(&self) -> u128 {
        pair_key(&self.a, &self.b)
    }
}

/// What a pair of texts is known by, in either order.
#[must_use]
pub fn pair_key(a: &PairText, b: &PairText) -> u128 {
    let hash = |text: &PairText| {
        let parts = [&text.message, &text.exception_type, &text.stack_trace]
            .map(|part| xxh3_128(part.as_bytes()).to_le_bytes());
        xxh3_128(&parts.concat())
    };
    let (a, b) = (hash(a), hash(b));
    xxh3_128(&[a.min(b).to_le_bytes(), a.max(b).to_le_bytes()].concat())
}

const KEYS: &[&str] = &[
    "a",
    "b",
    "answer",
    "seen_at",
    "distance",
    "normalizer",
    "threshold",
    "deploy",
    "stratum",
    "population",
    "weight",
    "labelled_by",
    "labelled_at",
];

impl Line for LabelledPair {
    const KEYS: &'static [&'static str] = KEYS;
    const REQUIRED: &'static [&'static str] =
        &["a", "b", "answer", "seen_at", "distance", "normalizer", "threshold", "stratum", "population", "weight"];

    fn id(&self) -> Cow<'_, str> {
        let at = self.labelled_at.map_or_else(String::new, |at| format!(" at {at}"));
        Cow::Owned(format!("{:032x} by {:?}{at}", self.key(), self.labelled_by))
    }

    fn check(&self) -> Result<(), String> {
        if self.a == self.b {
            return Err("a and b are one text".to_owned());
        }
        let numbers = [
            ("distance", self.distance, 0.0, 2.0),
            ("threshold", self.threshold, f64::MIN_POSITIVE, 2.0),
            ("population", self.population, 1.0, 1e18),
            ("weight", self.weight, 1.0, 1e18),
        ];
        match numbers.iter().find(|(_, value, low, high)| !(low..=high).contains(&value)) {
            Some((key, value, low, high)) => Err(format!("{key} is {value}: it lies in {low} to {high}")),
            None => Ok(()),
        }
    }
}

/// A pair whose answer may be open.
#[derive(Deserialize)]
#[serde(transparent)]
struct Exported(LabelledPair);

impl Line for Exported {
    const KEYS: &'static [&'static str] = KEYS;
    const REQUIRED: &'static [&'static str] = &["a", "b", "seen_at", "distance", "stratum", "weight"];

    fn id(&self) -> Cow<'_, str> {
        self.0.id()
    }

    fn check(&self) -> Result<(), String> {
        self.0.check()
    }
}

/// Name of the file in a data set's folder.
pub const PAIRS: &str = "labels/pairs.jsonl";

/// The pairs of a data set's folder, in the order of the file; none where there is no file.
///
/// # Errors
/// When the file cannot be read or holds too many bad rows.
pub fn labelled_pairs(folder: &Path, intake: &mut Intake) -> Result<Vec<LabelledPair>, UserError> {
    let path = folder.join(PAIRS);
    if path.exists() { lines::read(&path, intake) } else { Ok(Vec::new()) }
}

/// The pairs of an exported file, those without an answer too.
///
/// # Errors
/// When the file cannot be read or holds too many bad rows.
pub fn exported_pairs(path: &Path, intake: &mut Intake) -> Result<Vec<LabelledPair>, UserError> {
    Ok(lines::read::<Exported>(path, intake)?.into_iter().map(|pair| pair.0).collect())
}

/// Appends a pair to a data set's file, which is made if there is none. A row is written whole or, if the program is killed in the
/// middle, is a torn last line that the next one does not join.
///
/// # Errors
/// When the file cannot be written.
pub fn append_pair(folder: &Path, pair: &LabelledPair) -> Result<(), UserError> {
    let path = folder.join(PAIRS);
    let unwritten =
        |e: std::io::Error| UserError::new(path.display().to_string(), format!("cannot be written: {e}"), "");
    let json = serde_json::to_string(pair).map_err(|e| UserError::new(source::name(&path), e.to_string(), ""))?;
    if let Some(labels) = path.parent() {
        std::fs::create_dir_all(labels).map_err(unwritten)?;
    }
    let mut file = std::fs::OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(unwritten)?;
    let torn = ends_torn(&mut file).map_err(unwritten)?;
    let line = format!("{}{json}\n", if torn { "\n" } else { "" });
    file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(unwritten)
}

/// Whether the last line lacks its end.
fn ends_torn(file: &mut std::fs::File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::RejectPolicy;

    fn pair(a: &str, b: &str) -> LabelledPair {
        let text = |message: &str| PairText { message: message.to_owned(), ..PairText::default() };
        LabelledPair {
            a: text(a),
            b: text(b),
            answer: Some(PairAnswer::Same),
            seen_at: Instant::from_micros(1_700_000_000_000_000),
            distance: 0.2,
            normalizer: "n".to_owned(),
            threshold: 0.25,
            deploy: None,
            stratum: PairStratum::Near,
            population: 10.0,
            weight: 5.0,
            labelled_by: String::new(),
            labelled_at: None,
        }
    }

    #[test]
    fn what_is_appended_reads_back_and_a_torn_line_spoils_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let read = || {
            let mut intake = Intake::new(RejectPolicy { strict: false, allow: true });
            let pairs = labelled_pairs(folder.path(), &mut intake).unwrap();
            (pairs, intake.rejects.len())
        };
        assert_eq!(read(), (Vec::new(), 0));
        append_pair(folder.path(), &pair("x\u{1b}", "y")).unwrap();
        let path = folder.path().join(PAIRS);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], &whole[..40]].concat()).unwrap();
        append_pair(folder.path(), &pair("z", "y")).unwrap();
        assert_eq!(read(), (vec![pair("x\u{1b}", "y"), pair("z", "y")], 1));
        // The same pair by the same person at the same time is one row too many, in either order.
        append_pair(folder.path(), &pair("y", "z")).unwrap();
        assert_eq!(read().1, 2);
        assert_eq!(pair("y", "z").key(), pair("z", "y").key());
        assert_ne!(pair("y", "z").key(), pair("y", "w").key());
    }

    #[test]
    fn only_an_export_may_leave_the_answer_open() {
        let folder = tempfile::tempdir().unwrap();
        let open = LabelledPair { answer: None, ..pair("a", "b") };
        append_pair(folder.path(), &open).unwrap();
        let mut intake = Intake::new(RejectPolicy { strict: false, allow: true });
        assert!(labelled_pairs(folder.path(), &mut intake).unwrap().is_empty());
        assert_eq!(intake.rejects[0].reason, "answer is missing");
        assert_eq!(exported_pairs(&folder.path().join(PAIRS), &mut intake).unwrap(), [open]);
        for (wrong, reason) in [
            (LabelledPair { weight: 0.0, ..pair("a", "b") }, "weight is 0"),
            (LabelledPair { distance: 3.0, ..pair("a", "b") }, "distance is 3"),
            (pair("a", "a"), "a and b are one text"),
        ] {
            assert!(wrong.check().unwrap_err().starts_with(reason));
        }
    }

    #[test]
    fn strata_are_relative_to_the_threshold() {
        use PairStratum::{Above, Below, Far, Near};
        let of = |distance| PairStratum::of(distance, 0.5);
        assert_eq!([0.0, 0.39, 0.4, 0.6, 0.61, 1.0, 1.01].map(of), [Below, Below, Near, Near, Above, Above, Far]);
    }
}
