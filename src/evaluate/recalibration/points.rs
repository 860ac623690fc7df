//! Labelled pairs as points: a distance, an answer, and how many pairs it stands for.

use super::super::pair_texts::PairTexts;
use crate::dataset::{LabelledPair, PairAnswer, PairStratum};
use crate::model::Instant;
use crate::normalize::Normalizer;
use crate::normalize::distance::Wording;
use crate::series::Series;
use std::collections::BTreeMap;

/// A pair that people could tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When the later of both texts was first seen.
    pub at: Instant,
    /// Of their templates under the normalizer in question.
    pub distance: f64,
    pub same: bool,
    /// How much it stands for: its share of the pairs that it was drawn among; 1 on average.
    pub weight: f64,
    /// Which pairs it was drawn with: of one survey and stratum.
    pub stratum: usize,
    /// Whether the normalizer gives both one signature; `None` where it learns and the data set does not hold both texts.
    pub merged: Option<bool>,
}

/// How the labelled pairs came to be points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    /// By time.
    pub all: Vec<Point>,
    pub skipped: u64,
    /// Pairs whose labellers disagree: the latest answer counts.
    pub disagreements: u64,
}

impl Points {
    /// `series`: under the normalizer's last fit; `None` where it does not learn, and the templates say it all.
    pub fn of(pairs: &[LabelledPair], texts: &PairTexts, normalizer: &dyn Normalizer, series: Option<&Series>) -> Self {
        let (answered, disagreements) = latest(pairs);
        let (told, skipped): (Vec<&LabelledPair>, Vec<&LabelledPair>) =
            answered.into_iter().partition(|pair| pair.answer != Some(PairAnswer::Skip));
        let template_of_rows = series.map(Series::template_of_rows);
        let weights = weights(&told);
        let mut all: Vec<Point> = Vec::with_capacity(told.len());
        for (pair, (stratum, weight)) in told.into_iter().zip(weights) {
            let keys = [&pair.a, &pair.b].map(|text| normalizer.key(super::super::pair_texts::text_of(text)).template);
            let is_one = keys[0] == keys[1];
            let signature = |key: &str| {
                let row = texts.row_of(key)?;
                template_of_rows.as_ref().and_then(|of_rows| of_rows[row])
            };
            let merged = match template_of_rows {
                _ if is_one => Some(true),
                None => Some(false),
                Some(_) => signature(&keys[0]).zip(signature(&keys[1])).map(|(a, b)| a == b),
            };
            let distance = if is_one { 0.0 } else { Wording::of(&keys[0]).distance(&Wording::of(&keys[1])) };
            let same = pair.answer == Some(PairAnswer::Same);
            all.push(Point { at: pair.seen_at, distance, same, weight, stratum, merged });
        }
        all.sort_by(|a, b| a.at.cmp(&b.at).then(a.distance.total_cmp(&b.distance)).then(a.same.cmp(&b.same)));
        Self { all, skipped: skipped.len() as u64, disagreements }
    }
}

/// The latest answer about each pair, and the number of pairs with different ones.
fn latest(pairs: &[LabelledPair]) -> (Vec<&LabelledPair>, u64) {
    let mut of_pair: BTreeMap<u128, Vec<&LabelledPair>> = BTreeMap::new();
    for pair in pairs {
        of_pair.entry(pair.key()).or_default().push(pair);
    }
    let differ = |rows: &&Vec<&LabelledPair>| rows.iter().any(|row| row.answer != rows[0].answer);
    let disagreements = of_pair.values().filter(differ).count() as u64;
    // Of equally late ones, the last of the file.
    (
        of_pair.into_values().filter_map(|rows| rows.into_iter().max_by_key(|row| row.labelled_at)).collect(),
        disagreements,
    )
}

/// What a pair was drawn for, and among.
type Survey<'a> = (&'a str, u64, Option<&'a str>);

fn survey(pair: &LabelledPair) -> Survey<'_> {
    (&pair.normalizer, pair.threshold.to_bits(), pair.deploy.as_deref())
}

/// Stratum and weight of each pair. Weights are reckoned anew, so that skipped answers, unfinished sessions and several of them count
/// right: within a survey each stratum weighs its share of the pairs, and each survey its share of the answers.
fn weights(pairs: &[&LabelledPair]) -> Vec<(usize, f64)> {
    let mut strata: BTreeMap<(Survey, PairStratum), (u64, f64)> = BTreeMap::new();
    for pair in pairs {
        let (answers, population) = strata.entry((survey(pair), pair.stratum)).or_default();
        *answers += 1;
        *population = population.max(pair.population);
    }
    let mut surveys: BTreeMap<Survey, (u64, f64)> = BTreeMap::new();
    for ((survey, _), (answers, population)) in &strata {
        let (all, total) = surveys.entry(*survey).or_default();
        *all += answers;
        *total += population;
    }
    let places: Vec<(Survey, PairStratum)> = strata.keys().copied().collect();
    let weight = |pair: &&LabelledPair| {
        let key = (survey(pair), pair.stratum);
        let ((answers, population), (all, total)) = (strata[&key], surveys[&key.0]);
        (places.partition_point(|place| *place < key), all as f64 * population / total / answers as f64)
    };
    pairs.iter().map(weight).collect()
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use crate::dataset::PairText;
    use std::collections::BTreeSet;

    fn pair(
        a: &str,
        stratum: PairStratum,
        population: f64,
        threshold: f64,
        at: i64,
        answer: PairAnswer,
    ) -> LabelledPair {
        let text = |message: &str| PairText { message: message.to_owned(), ..PairText::default() };
        LabelledPair {
            a: text(a),
            b: text("b"),
            answer: Some(answer),
            seen_at: Instant::from_micros(0),
            distance: 0.1,
            normalizer: "n".to_owned(),
            threshold,
            deploy: None,
            stratum,
            population,
            weight: 1.0,
            labelled_by: String::new(),
            labelled_at: Some(Instant::from_micros(at)),
        }
    }

    #[test]
    fn the_latest_answer_counts_and_disagreement_is_told() {
        use PairAnswer::{Different, Same};
        let near = PairStratum::Near;
        let rows = [
            pair("x", near, 9.0, 0.3, 2, Different),
            pair("x", near, 9.0, 0.3, 1, Same),
            pair("y", near, 9.0, 0.3, 1, Same),
        ];
        let (latest, disagreements) = latest(&rows);
        let answers: BTreeSet<_> = latest.iter().map(|row| (row.a.message.as_str(), row.answer)).collect();
        assert_eq!(answers, BTreeSet::from([("x", Some(Different)), ("y", Some(Same))]));
        assert_eq!(disagreements, 1);
    }

    #[test]
    fn weights_add_up_to_the_answers_however_many_surveys_there_were() {
        use PairStratum::{Far, Near};
        let same = PairAnswer::Same;
        let rows = [
            pair("1", Near, 20.0, 0.3, 0, same),
            pair("2", Near, 20.0, 0.3, 0, same),
            pair("3", Far, 60.0, 0.3, 0, same),
            pair("4", Near, 100.0, 0.2, 0, same),
            LabelledPair { deploy: Some("d".to_owned()), ..pair("5", Near, 3.0, 0.3, 0, same) },
        ];
        let got = weights(&rows.iter().collect::<Vec<_>>());
        let weights: Vec<f64> = got.iter().map(|(_, weight)| *weight).collect();
        assert_eq!(weights, [0.375, 0.375, 2.25, 1.0, 1.0]);
        assert!(got[0].0 == got[1].0 && got[1].0 != got[2].0 && got[0].0 != got[3].0 && got[0].0 != got[4].0);
    }
}
