//! `selection.json`: what a sweep chose, and everything that says how far to trust it.

use super::objective::{Goal, Metric};
use crate::model::Interval;
use crate::stats::{Difference, Estimate};
use serde::Serialize;

/// What was chosen, against what, and how sure that is. Holds no path, clock time or thread count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Selection {
    pub schema_version: u32,
    pub data_set: String,
    pub data_set_hash: String,
    pub version: String,
    /// Name of the price list.
    pub costs: String,
    /// `complete`, `partial` or `absent`.
    pub labels: String,
    /// Seed of every draw in it.
    pub seed: u64,
    pub grid: GridSummary,
    /// The objective in words, such as `lowest cost per month`.
    pub objective: String,
    /// What the objective measures, and whether less or more of it is better: how its numbers are to be read.
    pub metric: Metric,
    pub goal: Goal,
    pub conclusion: Conclusion,
    /// `None`: nothing meets the constraints, or there is no incident log.
    pub choice: Option<Choice>,
    /// The choice, the best in sample, the base, the references; each once, in this order.
    pub standings: Vec<Standing>,
    pub validation: Validation,
    pub bias: Option<BiasCorrected>,
    pub multiplicity: Option<Multiplicity>,
    /// The choice against the base, the references and the best in sample: choice minus other.
    pub tests: Vec<PairedTest>,
    pub needed: Option<Needed>,
    /// By falling recall.
    pub front: Vec<FrontPoint>,
    /// Further points of the front, dearer at the same recall.
    pub front_left_out: u64,
    pub importance: Option<Importance>,
    /// By falling closeness to the choice.
    pub neighbours: Vec<Neighbour>,
    pub label_noise: Vec<NoiseLevel>,
}

/// What was searched.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GridSummary {
    pub name: String,
    /// The grid file's text.
    pub given: String,
    pub base: String,
    pub axes: Vec<AxisSummary>,
    /// Points of the grid that were replayed.
    pub trials: u64,
    /// Points that the axes span; `None`: an axis is continuous.
    pub combinations: Option<u64>,
    /// Left out by the grid's own `exclude`.
    pub excluded: u64,
    /// Left out because they are the same pipeline as an earlier one.
    pub duplicates: u64,
    /// Left out because they are no valid pipeline, by reason.
    pub invalid: Vec<Invalid>,
    /// Trials that halving dropped before the end; they are in no number below.
    pub halved: u64,
    /// Trials that a budget left no time for; they are in no number below.
    pub open: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AxisSummary {
    /// Such as `detect.alpha`.
    pub path: String,
    /// One short text a level.
    pub levels: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Invalid {
    pub reason: String,
    pub count: u64,
}

/// The one thing to take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// The choice is better than the base, also out of sample and after correction for the search.
    BetterThanBase,
    /// Out of sample the choice does better than the base, but chance could have done that.
    NotShownBetter,
    /// The choice is the base, or nothing that was searched can be told from it.
    KeepBase,
    /// Nothing costs less than running nothing at all.
    RunNothing,
    /// No trial meets the constraints.
    NothingMeetsConstraints,
    /// There is no incident log, or only one with holes: cost and precision cannot be known.
    NoLabels,
}

/// One axis and the choice's level of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    pub path: String,
    pub level: String,
}

/// The chosen trial and how it came to be chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    pub id: String,
    pub settings: Vec<Setting>,
    /// The trial with the best objective in sample.
    pub best: String,
    /// Eligible trials that meet the constraints and lie within one standard error of the best.
    pub within_one_se: u64,
    /// The standard error of the paired difference to the best, at the choice; in the objective's unit.
    pub standard_error: f64,
    /// Values in its pipeline file: what the one-standard-error rule takes for simple.
    pub parameters: u64,
    pub reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is the best, and nothing simpler lies within one standard error.
    Best,
    /// It is the simplest within one standard error of the best.
    SimplestWithinOneSe,
}

/// One trial's numbers over the whole data set, and out of sample where it is the choice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    pub id: String,
    /// `choice`, `best_in_sample`, `base`, `reference` or `candidate`.
    pub part: &'static str,
    /// The objective over the whole data set; for costs, US dollars in 30 days. `None`: undefined.
    pub objective: Option<f64>,
    pub objective_low: Option<f64>,
    pub objective_high: Option<f64>,
    /// The objective on the weeks that validate, the same for all.
    pub validated: Option<f64>,
    pub end_to_end_precision: Estimate,
    pub end_to_end_recall: Estimate,
    pub triage_precision: Estimate,
    pub case_precision: Estimate,
    pub detection_recall: Estimate,
    pub cases: u64,
    pub false_actions: u64,
    /// US dollars in 30 days, as are the four below.
    pub total_usd: f64,
    pub running_usd: f64,
    pub missed_harm_usd: f64,
    pub undergone_harm_usd: f64,
    /// The part of running it that went to cases that their deploy did not cause.
    pub false_usd: f64,
    /// Input and output, in 30 days.
    pub tokens: f64,
    /// Median minutes from an incident's start to the first right action; `None`: there was none.
    pub act_minutes_p50: Option<f64>,
}

/// Choosing on earlier weeks, scoring on later ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Validation {
    /// Length of a validation block, in days.
    pub block_days: f64,
    /// Time between what is chosen on and what is scored on, in days: the longest baseline of the sweep and the reach of
    /// a window; a day and the reach where that leaves too few weeks.
    pub gap_days: f64,
    pub folds: Vec<Fold>,
    /// Why there are no folds, or fewer than two, or why the gap is shorter than the longest baseline.
    pub note: Option<String>,
    /// Mean objective of the fold's choices on the weeks that they were chosen on, weighted by length; `None`: no folds.
    pub in_sample: Option<f64>,
    /// The same on the weeks that they were not chosen on.
    pub out_of_sample: Option<f64>,
    /// The base on the same weeks.
    pub base: Option<f64>,
    /// `null` on the same weeks.
    pub null: Option<f64>,
    /// Folds that chose what the whole data set chose.
    pub agreeing: u64,
}

/// One choice on earlier weeks and its score on later ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fold {
    pub train: Interval,
    pub validate: Interval,
    /// Incidents that cost can depend on: actionable, caused by a deploy.
    pub train_incidents: u64,
    pub validate_incidents: u64,
    pub chosen: Option<String>,
    pub in_sample: Option<f64>,
    pub out_of_sample: Option<f64>,
    pub base: Option<f64>,
    pub null: Option<f64>,
    /// What the best trial of the validation weeks would have had: nobody could have known it.
    pub hindsight: Option<f64>,
}

/// The winner's curse by bootstrap: chosen in the bag, scored out of it (BBC-CV, Tsamardinos et al. 2018).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BiasCorrected {
    pub replicates: usize,
    /// Clusters that are drawn: a deploy with the incidents it caused, or another incident.
    pub clusters: usize,
    /// Mean objective of each draw's winner in the bag.
    pub in_bag: f64,
    /// Mean objective of each draw's winner out of the bag.
    pub out_of_bag: f64,
    /// Percentile interval of the latter.
    pub low: f64,
    pub high: f64,
    /// Share of the draws that chose the choice, or a trial that decides the same.
    pub choice_share: f64,
    /// Trials that were chosen at least once.
    pub distinct_winners: u64,
}

/// What the search itself may have found by chance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Multiplicity {
    /// Eligible trials that decide differently from each other.
    pub distinct: u64,
    /// Of those, the ones that cannot be told from the best at 95 % over all comparisons at once (max-T bootstrap, Romano & Wolf 2005).
    pub not_worse_than_best: u64,
    /// The critical value that the largest of all standardized differences has to pass.
    pub critical: f64,
    /// Whether any trial is better than the base: p-value over the whole search (White 2000, studentized as Hansen 2005).
    pub p_any_better_than_base: Option<f64>,
    /// The choice against the base, adjusted for the search.
    pub p_choice_better_than_base: Option<f64>,
    /// Values searched over, against the number of incidents ÷ 2 that the data can bear (statistics.md §9).
    pub free_parameters: u64,
    pub incidents: u64,
}

/// Two trials on the same deploys and incidents, first minus second.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairedTest {
    pub a: String,
    pub b: String,
    pub metrics: Vec<AmountDifference>,
    /// Actionable incidents caused by a deploy that only `a` answered, and only `b`.
    pub only_a: u64,
    pub only_b: u64,
    /// Exact McNemar test of the two; `None`: they answered the same ones.
    pub p_recall: Option<f64>,
    /// False actions that only `a` took, and only `b`.
    pub false_only_a: u64,
    pub false_only_b: u64,
    pub p_false_actions: Option<f64>,
}

/// One metric's difference: significant, large and relevant are three questions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AmountDifference {
    /// Such as `cost_usd_per_month`, `end_to_end.recall`.
    pub metric: &'static str,
    /// Drawn by cluster; `None`: undefined under one of the two.
    pub difference: Option<Difference>,
    /// The interval leaves out 0; `None`: there is no interval.
    pub significant: Option<bool>,
    /// The difference ÷ the second's value; `None`: that is 0 or undefined.
    pub magnitude: Option<f64>,
    /// Whether the difference, as it stands, would matter: at least 5 % of the second's cost, 5 points of a ratio, one action a month.
    pub relevant: Option<bool>,
}

/// How much longer one would have to look.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Needed {
    pub a: String,
    pub b: String,
    /// Weeks in the data.
    pub weeks: f64,
    /// Further weeks until a difference as large as this one would show with 80 % power at 5 %; `None`: they decide the same, or the
    /// difference is too small for ten years.
    pub more_weeks: Option<f64>,
    /// Actionable incidents that this takes in all, at the rate of the data.
    pub incidents: Option<f64>,
}

/// A trial that no other beats in everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrontPoint {
    pub id: String,
    /// Other trials with the very same numbers.
    pub same: u64,
    pub recall: Estimate,
    pub precision: Estimate,
    /// US dollars in 30 days: review, tokens and wrong rollbacks of false cases.
    pub false_usd: f64,
    pub false_usd_low: Option<f64>,
    pub false_usd_high: Option<f64>,
    /// In 30 days.
    pub tokens: f64,
    /// Median minutes from the start of an incident to the right action.
    pub act_minutes_p50: Option<f64>,
    pub total_usd: f64,
    /// Another trial is better but for differences that chance explains (90 % paired intervals).
    pub by_chance: bool,
}

/// How much of the variance between trials each axis explains (functional ANOVA; Hutter et al. 2014).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Importance {
    /// What varies: `ln cost` where costs are, the objective otherwise.
    pub response: String,
    /// `exact` on a full grid, else `forest` (a random forest's marginals), with its out-of-bag R².
    pub method: &'static str,
    pub r_squared: Option<f64>,
    /// By falling share.
    pub main: Vec<MainEffect>,
    /// Pairs of axes, by falling share; those of at least 1 %.
    pub interactions: Vec<Interaction>,
    /// Share that no axis and no pair explains.
    pub rest: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MainEffect {
    pub path: String,
    /// In [0, 1].
    pub share: f64,
    /// Under 1 %: it does not matter here.
    pub flat: bool,
    pub levels: Vec<LevelMean>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LevelMean {
    pub level: String,
    pub trials: u64,
    /// Mean objective of the trials with this level; `None`: none has it.
    pub mean: Option<f64>,
    /// The best objective among them.
    pub best: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interaction {
    pub a: String,
    pub b: String,
    pub share: f64,
    /// Mean objective by level of `a`, then of `b`.
    pub means: Vec<Vec<Option<f64>>>,
}

/// A trial that differs from the choice in one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Neighbour {
    pub id: String,
    pub path: String,
    pub level: String,
    pub objective: Option<f64>,
    /// Its objective minus the choice's.
    pub difference: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// It decides the same in every case.
    pub same: bool,
}

/// The choice again, with mistakes in the incident log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoiseLevel {
    /// Share of the incidents whose label is wrong or missing.
    pub share: f64,
    pub draws: u64,
    /// Draws in which the one-standard-error rule chose the same trial, or one that decides the same.
    pub same_choice: u64,
    /// Draws in which the choice still does no worse than the base in sample.
    pub beats_base: u64,
    /// Median rank of the choice among the eligible trials; 1 is best.
    pub median_rank: f64,
    /// What choosing under noise costs: median, over the draws, of the true objective of what was chosen minus that of the choice.
    pub regret: f64,
}
