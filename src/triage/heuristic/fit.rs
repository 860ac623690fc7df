//! Weights fitted to labelled pairs, and how well they do on projects left out.

use super::logistic::{self, Bound, Coefficient, Observation, logistic};
use super::scores::{Scored, Scores, round};
use super::weights::{LinkWeight, Training, Weights};
use crate::dataset::LabelledCase;
use crate::model::Instant;
use crate::triage::evidence::rules::{LINKS, PLACES, Rule};
use crate::triage::evidence::{self, Change};
use crate::triage::{FileClasses, PairCase};
use std::collections::{BTreeMap, BTreeSet};

/// A rule that fewer pairs have keeps the weight that was set by hand.
const FEWEST: u64 = 5;
/// Strengths of the penalty to choose from: the same as saying before the fit that a weight is within 1.4, 1, 0.7, 0.5 of 0, two times
/// in three. None is weaker: hundreds of pairs do not carry more.
const PENALTIES: [f64; 4] = [0.5, 1.0, 2.0, 4.0];
/// Every pair with a trace is in some place, so that the first one's weight is an intercept: as good as free, or probabilities would be
/// drawn away from the share that comes true.
const INTERCEPT_L2: f64 = 0.01;
/// Most groups of projects that are left out one after the other.
const MOST_FOLDS: usize = 10;

/// One labelled pair, reduced to its links.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    pub kind: String,
    /// What is left out together: pairs of one project are not independent.
    pub project: String,
    pub caused: bool,
    /// Strength by rule.
    pub links: BTreeMap<&'static str, f64>,
    /// Log-odds of what has no fitted weight.
    set: f64,
}

impl Example {
    /// The links of a pair; of one without a project, the case stands for it.
    #[must_use]
    pub fn of(case: &LabelledCase) -> Self {
        let pair =
            PairCase::new("pair", Instant::from_micros(0), &[&case.trace], case.exception.as_deref(), &case.diff);
        let (mut links, mut set) = (BTreeMap::new(), 0.0);
        let found = pair.with_context(|context| {
            let change = Change::of(context, &FileClasses::default());
            let alerts = context.alerts.iter();
            alerts.flat_map(|alert| evidence::links("", alert.samples, &change)).collect::<Vec<_>>()
        });
        for link in found {
            if LINKS.iter().any(|rule| rule.id == link.rule.id) {
                links.insert(link.rule.id, link.strength);
            } else {
                set += link.rule.weight * link.strength;
            }
        }
        let project = if case.project.is_empty() { &case.case } else { &case.project };
        Self { kind: case.kind.clone(), project: project.clone(), caused: case.label, links, set }
    }
}

/// Fits weights to labelled pairs. `name` and `files` (SHA-256 by name) say in the result what it is and what it was fitted to.
///
/// The penalty is the one with the smallest log-loss on projects left out, chosen among the training projects alone; what is reported
/// as out of sample leaves each project out of that choice as well.
///
/// # Errors
/// When there are fewer than two projects, or only one label.
pub fn fit(examples: &[Example], name: &str, files: BTreeMap<String, String>) -> Result<Weights, String> {
    let projects: BTreeSet<&str> = examples.iter().map(|one| one.project.as_str()).collect();
    if projects.len() < 2 {
        return Err(format!("the pairs are of {} project(s): at least 2 are needed to leave one out", projects.len()));
    }
    let all: Vec<&Example> = examples.iter().collect();
    let caused = examples.iter().filter(|one| one.caused).count();
    if caused == 0 || caused == examples.len() {
        return Err(format!("{caused} of {} pairs are caused: both labels are needed", examples.len()));
    }
    let model = Model::chosen(&all);
    let in_sample = Scores::of(&model.scored(&all));
    let mut held_out = Vec::new();
    for fold in folds(&all) {
        let (inside, outside) = split(&all, &fold);
        if !inside.iter().any(|one| one.caused) || inside.iter().all(|one| one.caused) {
            return Err(format!(
                "without {} the pairs have only one label",
                fold.iter().copied().collect::<Vec<_>>().join(", ")
            ));
        }
        held_out.extend(Model::chosen(&inside).scored(&outside));
    }
    Ok(Weights {
        name: name.to_owned(),
        base_rate: round(model.base_rate),
        l2: model.l2,
        training: training(&all, files),
        in_sample,
        out_of_sample: Scores::of(&held_out),
        link: model.weights,
    })
}

/// A base rate and what links weigh against it.
struct Model {
    base_rate: f64,
    l2: f64,
    weights: BTreeMap<String, LinkWeight>,
}

impl Model {
    /// The model with the penalty that does best on left-out groups of projects.
    fn chosen(examples: &[&Example]) -> Self {
        let folds = folds(examples);
        let loss = |l2: f64| -> f64 {
            let of_fold = |fold: &BTreeSet<&str>| {
                let (inside, outside) = split(examples, fold);
                log_loss(&Self::fitted(&inside, l2).scored(&outside))
            };
            folds.iter().map(of_fold).sum()
        };
        let losses: Vec<(f64, f64)> = PENALTIES.into_iter().map(|l2| (l2, loss(l2))).collect();
        let best = losses.iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(PENALTIES[0], |(l2, _)| *l2);
        Self::fitted(examples, best)
    }

    fn fitted(examples: &[&Example], l2: f64) -> Self {
        let caused = examples.iter().filter(|one| one.caused).count();
        // Half a pair of each label more: never 0 or 1.
        let base_rate = (caused as f64 + 0.5) / (examples.len() as f64 + 1.0);
        let terms = Terms::of(examples);
        let observations: Vec<Observation> = examples.iter().map(|one| terms.observation(one, base_rate)).collect();
        let fitted = logistic::fit(&observations.iter().collect::<Vec<_>>(), &terms.coefficients(l2));
        Self { base_rate, l2, weights: terms.weights(&fitted, examples) }
    }

    fn scored<'a>(&self, examples: &[&'a Example]) -> Vec<Scored<'a>> {
        let weight = |id: &str| self.weights.get(id).map_or_else(|| by_hand(id), |link| link.weight);
        let scored = |one: &&'a Example| {
            let links: f64 = one.links.iter().map(|(id, strength)| weight(id) * strength).sum();
            let probability = logistic(log_odds(self.base_rate) + one.set + links);
            Scored { kind: &one.kind, caused: one.caused, probability }
        };
        examples.iter().map(scored).collect()
    }
}

fn by_hand(id: &str) -> f64 {
    LINKS.iter().find(|rule| rule.id == id).map_or(0.0, |rule| rule.weight)
}

fn log_odds(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// The coefficients of a fit. Places are coded as steps from one to the next nearer, so that a nearer place never weighs less: the first
/// place is free, each step at least 0. Other links keep the sign that sense demands.
struct Terms {
    links: Vec<Rule>,
}

impl Terms {
    /// Rules that enough pairs have.
    fn of(examples: &[&Example]) -> Self {
        let links = LINKS.into_iter().filter(|rule| !PLACES.contains(rule));
        Self { links: links.filter(|rule| with(examples, rule.id).count() as u64 >= FEWEST).collect() }
    }

    fn coefficients(&self, l2: f64) -> Vec<Coefficient> {
        let places = (0..PLACES.len()).map(|step| match step {
            0 => Coefficient { bound: Bound::Free, l2: INTERCEPT_L2 },
            _ => Coefficient { bound: Bound::NotNegative, l2 },
        });
        let sign = |rule: &Rule| if rule.weight > 0.0 { Bound::NotNegative } else { Bound::NotPositive };
        places.chain(self.links.iter().map(|rule| Coefficient { bound: sign(rule), l2 })).collect()
    }

    fn observation(&self, example: &Example, base_rate: f64) -> Observation {
        let place = PLACES.iter().position(|rule| example.links.contains_key(rule.id));
        let steps = (0..PLACES.len()).map(|step| f64::from(u8::from(place.is_some_and(|place| step <= place))));
        let links = self.links.iter().map(|rule| example.links.get(rule.id).copied().unwrap_or(0.0));
        let is_fitted = |id: &str| self.links.iter().chain(&PLACES).any(|rule| rule.id == id);
        let unfitted: f64 =
            example.links.iter().filter(|(id, _)| !is_fitted(id)).map(|(id, strength)| by_hand(id) * strength).sum();
        Observation {
            features: steps.chain(links).collect(),
            offset: log_odds(base_rate) + example.set + unfitted,
            outcome: example.caused,
        }
    }

    fn weights(&self, fitted: &[f64], examples: &[&Example]) -> BTreeMap<String, LinkWeight> {
        let (steps, links) = fitted.split_at(PLACES.len());
        let known: Vec<bool> = PLACES.iter().map(|rule| with(examples, rule.id).count() as u64 >= FEWEST).collect();
        let places = PLACES.iter().zip(placed(steps, &known));
        let all: Vec<(&Rule, f64)> = places.chain(self.links.iter().zip(links.iter().copied())).collect();
        all.into_iter()
            .map(|(rule, weight)| {
                let count = |label| with(examples, rule.id).filter(|one| one.caused == label).count() as u64;
                // Hundredths: what is finer is noise, and would differ between machines. Adding 0 turns −0 to 0.
                let weight = (weight * 100.0).round() / 100.0 + 0.0;
                (rule.id.to_owned(), LinkWeight { weight, caused: count(true), not_caused: count(false) })
            })
            .collect()
    }
}

/// Weights of places from the steps between them; one that too few pairs are in lies halfway between the nearest known ones.
fn placed(steps: &[f64], known: &[bool]) -> Vec<f64> {
    let sums: Vec<f64> = steps
        .iter()
        .scan(0.0, |sum, step| {
            *sum += step;
            Some(*sum)
        })
        .collect();
    let between = |index: usize| {
        let below = (0..index).rev().find(|other| known[*other]);
        let above = (index + 1..known.len()).find(|other| known[*other]);
        below.zip(above).map_or(sums[index], |(below, above)| f64::midpoint(sums[below], sums[above]))
    };
    (0..sums.len()).map(|index| if known[index] { sums[index] } else { between(index) }).collect()
}

fn with<'a>(examples: &'a [&'a Example], id: &'a str) -> impl Iterator<Item = &'a &'a Example> {
    examples.iter().filter(move |one| one.links.contains_key(id))
}

/// Groups of projects, in order of their names and dealt in turn; each project by itself where they are few.
fn folds<'a>(examples: &[&'a Example]) -> Vec<BTreeSet<&'a str>> {
    let projects: BTreeSet<&str> = examples.iter().map(|one| one.project.as_str()).collect();
    let mut folds = vec![BTreeSet::new(); projects.len().min(MOST_FOLDS)];
    let count = folds.len();
    for (index, project) in projects.into_iter().enumerate() {
        folds[index % count].insert(project);
    }
    folds
}

/// Those outside of a group of projects, and those in it.
fn split<'a>(examples: &[&'a Example], fold: &BTreeSet<&str>) -> (Vec<&'a Example>, Vec<&'a Example>) {
    examples.iter().copied().partition(|one| !fold.contains(one.project.as_str()))
}

fn log_loss(scored: &[Scored<'_>]) -> f64 {
    let of = |one: &Scored<'_>| -(if one.caused { one.probability } else { 1.0 - one.probability }).max(1e-15).ln();
    scored.iter().map(of).sum()
}

fn training(examples: &[&Example], files: BTreeMap<String, String>) -> Training {
    let mut training = Training { files, pairs: examples.len() as u64, ..Training::default() };
    for one in examples {
        training.caused += u64::from(one.caused);
        *training.kinds.entry(one.kind.clone()).or_default() += 1;
        *training.projects.entry(one.project.clone()).or_default() += 1;
    }
    training
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::evidence::rules;

    fn example(project: &str, caused: bool, rules: &[Rule]) -> Example {
        let links = rules.iter().map(|rule| (rule.id, 1.0)).collect();
        Example { kind: if caused { "yes" } else { "no" }.into(), project: project.into(), caused, links, set: 0.0 }
    }

    /// Four projects in which caused pairs mostly are in the hunk and others elsewhere.
    fn examples() -> Vec<Example> {
        let mut all = Vec::new();
        for project in ["a", "b", "c", "d"] {
            for index in 0..12 {
                let caused = index < 4;
                let place = match (caused, index) {
                    (true, 0) | (false, 11) => rules::FAR_IN_FILE,
                    (true, _) => rules::IN_HUNK,
                    (false, _) => rules::STACK_ELSEWHERE,
                };
                all.push(example(project, caused, &[place]));
            }
        }
        all
    }

    #[test]
    fn weights_follow_the_labels_and_stay_monotone() {
        let weights = fit(&examples(), "test", BTreeMap::new()).unwrap();
        let places: Vec<f64> = PLACES.iter().map(|rule| weights.of(rule)).collect();
        assert!(places.windows(2).all(|pair| pair[0] <= pair[1]), "{places:?}");
        assert!(weights.of(&rules::IN_HUNK) > 1.0 && weights.of(&rules::STACK_ELSEWHERE) < -1.0, "{places:?}");
        assert!((weights.base_rate - 16.5 / 49.0).abs() < 1e-3);
        assert_eq!(weights.link["stack_in_changed_hunk"].caused, 12);
        assert_eq!((weights.out_of_sample.recall.numerator, weights.out_of_sample.recall.denominator), (16, 16));
        assert!(!weights.link.contains_key("guard_changed"), "no pair has one: it keeps its weight by hand");
        assert_eq!(fit(&examples(), "test", BTreeMap::new()).unwrap(), weights);
        let text = toml::to_string(&weights).unwrap();
        assert_eq!(toml::from_str::<Weights>(&text).unwrap(), weights);
    }

    #[test]
    #[allow(clippy::float_cmp)] // halves of small integers
    fn unknown_places_lie_between_known_ones() {
        let steps = [-2.0, 0.0, 1.0, 0.5, 0.5, 1.0, 2.0];
        let known = [true, false, true, false, false, true, false];
        assert_eq!(placed(&steps, &known), [-2.0, -1.5, -1.0, 0.0, 0.0, 1.0, 3.0]);
    }

    #[test]
    fn what_cannot_be_fitted_is_told() {
        let of = |rows: &[(&str, bool)]| {
            let rows: Vec<Example> = rows.iter().map(|(project, caused)| example(project, *caused, &[])).collect();
            fit(&rows, "test", BTreeMap::new()).unwrap_err()
        };
        assert!(of(&[("a", true), ("a", false)]).contains("1 project"));
        assert!(of(&[("a", false), ("b", false)]).contains("0 of 2"));
        assert!(of(&[("a", true), ("b", false)]).contains("only one label"));
    }
}
