//! Several deploys that may have caused one thing, ranked by what triage says of each.

use crate::model::{Instant, VerdictKind};
use crate::stats::Estimate;
use serde::Serialize;
use std::cmp::Reverse;

/// A deploy with what triage says of it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    pub id: &'a str,
    pub deployed_at: Instant,
    pub probability: f64,
    pub verdict: VerdictKind,
}

/// Where the guilty one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// 1-based, of the guilty candidate; `None`: none of them is.
    pub rank: Option<usize>,
    candidates: usize,
    /// Whether the first of the ranking is `caused`, and whether any is.
    first_caused: bool,
    any_caused: bool,
}

impl Ranked {
    /// By probability of `caused`, the most probable first; of equals the later deploy, then the smaller id.
    #[must_use]
    pub fn of(mut candidates: Vec<Candidate>, guilty: Option<&str>) -> Self {
        candidates.sort_by(|a, b| {
            let by_probability = b.probability.total_cmp(&a.probability);
            by_probability.then_with(|| (Reverse(a.deployed_at), a.id).cmp(&(Reverse(b.deployed_at), b.id)))
        });
        let caused = |candidate: &Candidate| candidate.verdict == VerdictKind::Caused;
        Self {
            rank: candidates.iter().position(|candidate| Some(candidate.id) == guilty).map(|at| at + 1),
            candidates: candidates.len(),
            first_caused: candidates.first().is_some_and(caused),
            any_caused: candidates.iter().any(caused),
        }
    }

    /// The guilty one comes first and is `caused`.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.rank == Some(1) && self.first_caused
    }

    /// 0 where no candidate is guilty.
    #[must_use]
    pub fn reciprocal(&self) -> f64 {
        self.rank.map_or(0.0, |rank| 1.0 / rank as f64)
    }
}

/// Scores of many rankings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankTally {
    /// Mean over the rankings with a guilty candidate of 1 / its rank; `None` without such a ranking.
    pub mrr: Option<f64>,
    /// Share of those in which the guilty candidate comes first and is `caused`.
    pub accuracy_at_1: Estimate,
    /// Share of those in which it is among the first three, whatever was said of it.
    pub accuracy_at_3: Estimate,
    /// Share of the rankings without a guilty candidate in which any is `caused`.
    pub false_blame: Estimate,
    /// Share of the rankings with a guilty candidate in which none is `caused`: no one is blamed.
    pub unblamed: Estimate,
    /// The mean reciprocal rank when candidates are shuffled.
    pub mrr_by_chance: Option<f64>,
}

impl RankTally {
    #[must_use]
    pub fn of(ranked: &[Ranked]) -> Self {
        let count = |keep: &dyn Fn(&Ranked) -> bool| ranked.iter().filter(|one| keep(one)).count() as u64;
        let guilty = count(&|one| one.rank.is_some());
        let innocent = ranked.len() as u64 - guilty;
        let mean = |of: &dyn Fn(&Ranked) -> f64| {
            let sum = ranked.iter().filter(|one| one.rank.is_some()).map(of).fold(0.0, |sum, x| sum + x);
            (guilty > 0).then(|| sum / guilty as f64)
        };
        let harmonic = |n: usize| (1..=n).map(|rank| 1.0 / rank as f64).sum::<f64>() / n as f64;
        Self {
            mrr: mean(&Ranked::reciprocal),
            accuracy_at_1: Estimate::ratio(count(&Ranked::is_right), guilty),
            accuracy_at_3: Estimate::ratio(count(&|one| one.rank.is_some_and(|rank| rank <= 3)), guilty),
            false_blame: Estimate::ratio(count(&|one| one.rank.is_none() && one.any_caused), innocent),
            unblamed: Estimate::ratio(count(&|one| one.rank.is_some() && !one.any_caused), guilty),
            mrr_by_chance: mean(&|one| harmonic(one.candidates)),
        }
    }
}
