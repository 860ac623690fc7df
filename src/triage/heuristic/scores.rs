use super::HeuristicSpec;
use crate::stats::{Calibration, Estimate, PrCurve};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bins of equal counts for the calibration error (statistics.md §9).
const BINS: usize = 15;

/// One labelled pair with the probability that it was given.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scored<'a> {
    pub(super) kind: &'a str,
    pub(super) caused: bool,
    pub(super) probability: f64,
}

/// How probabilities of labelled pairs compare with the labels, and verdicts at the default threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// From this probability on a verdict is `caused`.
    pub caused_at: f64,
    /// Probability that a caused pair scores above one that is not, ties half; absent without both.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auc: Option<f64>,
    /// Mean squared error of the probabilities, in [0, 1].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub brier: Option<f64>,
    /// Mean |share that came true − probability| over 15 bins of equal counts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ece: Option<f64>,
    /// Caused pairs whose verdict is `caused`.
    pub recall: Share,
    /// Pairs of label 0 whose verdict is `caused`, by kind.
    pub false_positive_rate: BTreeMap<String, Share>,
}

/// A ratio with its counts and Wilson's 95 % interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub high: Option<f64>,
    pub numerator: u64,
    pub denominator: u64,
}

impl Share {
    fn of<'a>(scored: impl Iterator<Item = &'a Scored<'a>>, caused_at: f64) -> Self {
        let (mut hits, mut all) = (0, 0);
        for one in scored {
            all += 1;
            hits += u64::from(one.probability >= caused_at);
        }
        let ratio = Estimate::ratio(hits, all);
        let rounded = |value: Option<f64>| value.map(round);
        Self {
            value: rounded(ratio.value),
            low: rounded(ratio.low),
            high: rounded(ratio.high),
            numerator: hits,
            denominator: all,
        }
    }
}

/// Four digits: more would be read as certainty, and differ between machines.
pub(super) fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

impl Scores {
    pub(super) fn of(scored: &[Scored<'_>]) -> Self {
        let caused_at = HeuristicSpec::default().caused_at;
        let probabilities: Vec<f64> = scored.iter().map(|one| one.probability).collect();
        let labels: Vec<bool> = scored.iter().map(|one| one.caused).collect();
        let calibration = Calibration::of(&probabilities, &labels, BINS);
        let kinds: std::collections::BTreeSet<&str> =
            scored.iter().filter(|one| !one.caused).map(|one| one.kind).collect();
        let of_kind = |kind: &str| {
            let share = Share::of(scored.iter().filter(|one| !one.caused && one.kind == kind), caused_at);
            (kind.to_owned(), share)
        };
        Self {
            caused_at,
            auc: PrCurve::of(&probabilities, &labels).and_then(|curve| curve.roc_auc()).map(round),
            brier: calibration.as_ref().map(|calibration| round(calibration.brier)),
            ece: calibration.as_ref().map(|calibration| round(calibration.ece_equal_mass)),
            recall: Share::of(scored.iter().filter(|one| one.caused), caused_at),
            false_positive_rate: kinds.into_iter().map(of_kind).collect(),
        }
    }
}
