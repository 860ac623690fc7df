//! How a normalizer groups a data set, told without labels: what looks split, what looks merged, and what either costs detection.
//!
//! All of it is measured over the whole data set under the last fit: it says how the grouping is, and no decision reads it.

mod collapse;
mod drift;
mod fragmentation;
mod power;
mod tally;

pub use collapse::{Collapse, Suspect};
pub use drift::{NewByDeploy, Week};
pub use fragmentation::{Family, Fragmentation};
pub use power::Power;

use crate::dataset::DataSet;
use crate::series::Fits;
use crate::stats::GoodTuring;
use serde::Serialize;
use tally::Tallies;

/// Signatures, families and suspects that are told.
const TOLD: usize = 20;

/// What can be said of a grouping without anybody's judgement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Normalization {
    /// Records at or above the pipeline's severity (summing `count`), their distinct messages, and their signatures.
    pub records: u64,
    pub messages: u64,
    pub signatures: u64,
    /// Chance that the next record has a signature never seen before (Good–Turing); above 5 % the grouping is too fine
    /// (statistics.md §7).
    pub missing_mass: Option<f64>,
    /// Holds with probability 0.95 (`McAllester` & Schapire 2000).
    pub missing_mass_upper: Option<f64>,
    /// Most records first.
    pub biggest: Vec<Signature>,
    pub fragmentation: Fragmentation,
    pub collapse: Collapse,
    pub power: Power,
    /// In time order.
    pub weeks: Vec<Week>,
    /// Deploys after which the most signatures were seen for the first time.
    pub deploys: Vec<NewByDeploy>,
}

/// One signature and what is in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Signature {
    pub signature: String,
    pub services: Vec<String>,
    pub records: u64,
    /// Distinct raw messages.
    pub messages: u64,
    /// The most frequent ones.
    pub examples: Vec<String>,
}

/// Measures the grouping. `alpha`: the level at which the pipeline flags.
#[must_use]
pub fn normalization(data: &DataSet, fits: &Fits, alpha: f64) -> Normalization {
    let series = fits.last();
    let tallies = Tallies::of(series);
    let counts: Vec<u64> = tallies.seen().map(|(_, tally)| tally.records).collect();
    let good_turing = GoodTuring::of(&counts);
    let (fragmentation, families) = fragmentation::fragmentation(&tallies);
    let collapse = collapse::collapse(&tallies);
    let hours = data.span.span().as_minutes() / 60.0;
    Normalization {
        records: counts.iter().sum(),
        messages: tallies.distinct_messages(),
        signatures: counts.len() as u64,
        missing_mass: good_turing.missing_mass(),
        missing_mass_upper: good_turing.missing_mass_upper(0.05),
        biggest: tallies.largest(TOLD).into_iter().map(|id| tallies.told(id)).collect(),
        power: power::power(&tallies, &families, hours, alpha),
        fragmentation,
        collapse,
        weeks: drift::weeks(data, &tallies),
        deploys: drift::deploys(data, series, &tallies),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{RecordRef, Records};
    use crate::model::{Instant, Severity};
    use crate::normalize::{Key, Normalizer, Text};
    use crate::series::Series;

    struct AsItIs;

    impl Normalizer for AsItIs {
        fn key(&self, text: Text) -> Key {
            Key::open(text.message.to_owned())
        }
    }

    /// (minute, message, exception type).
    fn records(rows: &[(i64, &str, &str)]) -> Records {
        let mut records = Records::default();
        for &(minute, message, exception_type) in rows {
            let service = if minute % 2 == 0 { "even" } else { "odd" };
            let at = Instant::from_micros(minute * 60_000_000);
            records.push(&RecordRef { exception_type, ..RecordRef::error(at, service, message) });
        }
        records.sort();
        records
    }

    fn with(rows: &[(i64, &str, &str)], test: impl Fn(&Tallies)) {
        let records = records(rows);
        test(&Tallies::of(&Series::build(&records, &AsItIs, Severity::Error)));
    }

    #[test]
    fn what_differs_in_one_word_is_a_family() {
        let rows = [
            (0, "user ann left", ""),
            (2, "user bob left", ""),
            (4, "user cem left", ""),
            (200, "user cem left", ""),
            (6, "disk full", ""),
            (8, "disk gone", ""),
        ];
        with(&rows, |tallies| {
            let (found, families) = fragmentation::fragmentation(tallies);
            assert_eq!((found.seen_once.numerator, found.seen_once.denominator), (4, 5));
            assert_eq!(found.in_one_hour.numerator, 4, "cem left twice, hours apart");
            assert_eq!(found.one_word_apart.numerator, 5);
            let [family] = found.families.as_slice() else { panic!("two disks are no family") };
            assert_eq!((family.pattern.as_str(), family.signatures, family.records), ("user <?> left", 3, 4));
            assert_eq!(family.values, ["cem", "ann", "bob"]);
            let power = power::power(tallies, &families, 1000.0, 0.05);
            // Alone a spike of 4 must put 1 on a signature of half the records; together 1 of them is improbable.
            assert!(power.split_factor.unwrap() > 1.9, "{power:?}");
        });
    }

    #[test]
    fn several_exception_types_in_a_signature_are_suspect() {
        let rows = [(0, "failed", "A"), (1, "failed", "B"), (2, "failed", "A"), (3, "other", "A"), (4, "plain", "")];
        with(&rows, |tallies| {
            let found = collapse::collapse(tallies);
            let types = &found.several_exception_types;
            assert_eq!((types.numerator, types.denominator), (1, 2), "plain has no type");
            assert_eq!(found.several_frames.value, None, "no trace at all");
            let [suspect] = found.suspects.as_slice() else { panic!("one suspect") };
            assert_eq!((suspect.signature.as_str(), suspect.exception_types, suspect.services), ("failed", 2, 2));
            assert_eq!(suspect.names, ["A", "B"]);
        });
    }
}
