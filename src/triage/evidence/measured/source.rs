//! Numbers as sources that a reader can check.

use super::ratio::Ratio;
use crate::model::Source;

pub(in crate::triage) fn measured(name: &str, value: f64, unit: &str) -> Source {
    Source::Measured { name: name.to_owned(), value, unit: unit.to_owned() }
}

pub(in crate::triage) fn records(name: &str, count: u64) -> Source {
    measured(name, count as f64, "records")
}

/// A ratio and the ends of its interval; an end that is not finite is left out.
pub(super) fn ratio(name: &str, ratio: &Ratio) -> Vec<Source> {
    let ends = [
        (name.to_owned(), ratio.value),
        (format!("{name}, at least"), Some(ratio.interval.low)),
        (format!("{name}, at most"), Some(ratio.interval.high)),
    ];
    let known = ends.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| value.is_finite())?)));
    known.map(|(name, value)| measured(&name, value, "ratio")).collect()
}
