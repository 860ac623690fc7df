//! Triagers against cases with several deploys that may have done it: which one, if any?

use super::candidates::{Candidate, RankTally, Ranked};
use super::clusters::{ClusterKind, Clusters};
use crate::dataset::RankCase;
use crate::endpoint::AskError;
use crate::model::{Citations, Instant, Progress, Tokens, Verdict};
use crate::stats::{Bounds, Estimate};
use crate::triage::{PairCase, Triager};
use rayon::prelude::*;
use serde::Serialize;
use std::cmp::Reverse;

/// How one triager ranks the candidates of labelled cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankScores {
    pub name: String,
    #[serde(flatten)]
    pub tally: RankTally,
    /// Share of the places in the diffs that verdicts cite which exist.
    pub grounded: Estimate,
    /// Of all verdicts.
    pub tokens: Tokens,
    /// Intervals by whole cases or projects; `None` where none can be had.
    pub clustered: Option<ClusteredRanks>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// 95 % intervals when whole clusters are drawn anew.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusteredRanks {
    pub by: ClusterKind,
    pub clusters: usize,
    pub mrr: Option<Bounds>,
    pub accuracy_at_1: Option<Bounds>,
}

/// What came out of one case.
struct CaseRanking {
    ranked: Ranked,
    citations: Citations,
    tokens: Tokens,
}

impl RankScores {
    /// Asks the triager about every candidate alone, all traces of the case before it; in parallel, the same at any number of
    /// threads.
    ///
    /// # Errors
    /// As [`Triager::judge`], with the case it was about: the first in the order given.
    pub fn of(name: &str, triager: &dyn Triager, cases: &[RankCase], progress: &dyn Progress) -> Result<Self, String> {
        let rank = |case: &RankCase| {
            let ranking = judge(case, triager).map(|verdicts| CaseRanking::of(case, &verdicts));
            progress.advance(1);
            ranking
        };
        let rankings: Vec<Result<CaseRanking, AskError>> = cases.par_iter().map(rank).collect();
        let told = |(index, ranking): (usize, Result<CaseRanking, AskError>)| {
            ranking.map_err(|reason| format!("case {}: {reason}", index + 1))
        };
        let rankings = rankings.into_iter().enumerate().map(told).collect::<Result<Vec<_>, _>>()?;
        let ranked: Vec<Ranked> = rankings.iter().map(|ranking| ranking.ranked).collect();
        let cited: Citations = rankings.iter().map(|ranking| ranking.citations).sum();
        Ok(Self {
            name: name.to_owned(),
            tally: RankTally::of(&ranked),
            grounded: Estimate::ratio(cited.held, cited.held + cited.dropped),
            tokens: rankings.iter().map(|ranking| ranking.tokens).sum(),
            clustered: clustered(cases, &ranked),
            notes: triager.notes(),
        })
    }
}

impl CaseRanking {
    /// `verdicts` in the order of the candidates.
    fn of(case: &RankCase, verdicts: &[Verdict]) -> Self {
        let candidates = case.candidates.iter().zip(verdicts).map(|(candidate, verdict)| Candidate {
            id: &candidate.id,
            deployed_at: candidate.deployed_at,
            probability: verdict.probability_caused(),
            verdict: verdict.kind,
        });
        Self {
            ranked: Ranked::of(candidates.collect(), case.truth.as_deref()),
            citations: verdicts.iter().map(|verdict| verdict.citations).sum(),
            tokens: verdicts.iter().map(|verdict| verdict.tokens).sum(),
        }
    }
}

/// Verdicts on the candidates, in their order. The errors come after all of them, so that the latest was the last before them.
fn judge(case: &RankCase, triager: &dyn Triager) -> Result<Vec<Verdict>, AskError> {
    let traces: Vec<&str> = case.traces.iter().map(String::as_str).collect();
    let at = |id: &str, deployed_at: Instant, diff: &str| PairCase::new(id, deployed_at, &traces, None, diff);
    let latest = case.candidates.iter().map(|candidate| (Reverse(candidate.deployed_at), candidate.id.as_str())).min();
    let verdict = |candidate: &crate::dataset::Candidate| {
        // Of several at the same time each is the last.
        let last = latest.filter(|last| last.0.0 != candidate.deployed_at).map_or(candidate.id.as_str(), |last| last.1);
        at(&candidate.id, candidate.deployed_at, &candidate.diff).with_last_deploy(last).judge(triager)
    };
    case.candidates.iter().map(verdict).collect()
}

fn clustered(cases: &[RankCase], ranked: &[Ranked]) -> Option<ClusteredRanks> {
    let clusters = Clusters::of(cases.iter().map(|case| (case.project.as_str(), case.case.as_str())))?;
    let bounds = |of: &dyn Fn(&Ranked) -> f64| {
        clusters.bounds(ranked.iter().map(|one| (of(one), f64::from(u8::from(one.rank.is_some())))))
    };
    Some(ClusteredRanks {
        by: clusters.by,
        clusters: clusters.count,
        mrr: bounds(&Ranked::reciprocal),
        accuracy_at_1: bounds(&|one| f64::from(u8::from(one.is_right()))),
    })
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact sums of halves and quarters
mod tests {
    use super::*;
    use crate::dataset::Candidate;
    use crate::model::{Silent, Span};
    use crate::triage::{AcceptAll, BlameLatest, ClassInTrace};

    /// Candidates by the file they change, each an hour after the one before; `truth` is an id: `a`, `b`, …
    fn case(files: &[&str], truth: Option<&str>) -> RankCase {
        let candidates = files.iter().zip("abcdefgh".chars()).enumerate().map(|(hour, (file, id))| Candidate {
            id: id.to_string(),
            deployed_at: Instant::from_micros(1_767_225_600_000_000) + Span::hours(hour as i64),
            diff: format!("--- a/src/{file}\n+++ b/src/{file}\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n"),
        });
        RankCase {
            traces: vec!["no trace".to_owned(), "java.lang.Error\n\tat org.shop.Cart.total(Cart.java:2)".to_owned()],
            candidates: candidates.collect(),
            truth: truth.map(str::to_owned),
            case: String::new(),
            project: String::new(),
        }
    }

    #[test]
    fn ranks_by_hand() {
        let cases = [
            // a is caused and first.
            case(&["Cart.java", "Wish.java"], Some("a")),
            // b and d are caused; d is later: the truth is second.
            case(&["Wish.java", "Cart.java", "Wish.java", "Cart.java"], Some("b")),
            // Nothing is caused; the latest comes first, the truth is fourth.
            case(&["X.java", "Wish.java", "Y.java", "Z.java"], Some("a")),
            // The truth is first, by its time alone: nobody is blamed.
            case(&["X.java", "Wish.java"], Some("b")),
            case(&["Cart.java"], None),
            case(&["Wish.java"], None),
        ];
        let scores = RankScores::of("rule", &ClassInTrace, &cases, &Silent).unwrap();
        assert_eq!(scores.tally.mrr, Some((1.0 + 0.5 + 0.25 + 1.0) / 4.0));
        assert_eq!(
            (scores.tally.accuracy_at_1, scores.tally.accuracy_at_3),
            (Estimate::ratio(1, 4), Estimate::ratio(3, 4))
        );
        assert_eq!((scores.tally.false_blame, scores.tally.unblamed), (Estimate::ratio(1, 2), Estimate::ratio(2, 4)));
        let chance = (1.5 / 2.0) * 0.5 + (25.0 / 12.0 / 4.0) * 0.5;
        assert!((scores.tally.mrr_by_chance.unwrap() - chance).abs() < 1e-12);
        assert_eq!(scores.clustered, None);
    }

    #[test]
    fn the_latest_of_all_is_blamed_and_of_several_at_once_each() {
        let mut cases = [case(&["a", "b", "c"], Some("c")), case(&["a", "b", "c"], None)];
        let latest = RankScores::of("latest", &BlameLatest, &cases, &Silent).unwrap();
        assert_eq!(
            (latest.tally.accuracy_at_1, latest.tally.false_blame),
            (Estimate::ratio(1, 1), Estimate::ratio(1, 1))
        );
        let all = RankScores::of("all", &AcceptAll, &cases, &Silent).unwrap();
        assert_eq!(all.tally.mrr, Some(1.0), "of equals the later comes first");
        cases[0].candidates[1].deployed_at = cases[0].candidates[2].deployed_at;
        let latest = RankScores::of("latest", &BlameLatest, &cases, &Silent).unwrap();
        assert_eq!(latest.tally.mrr, Some(0.5), "both are the latest, b has the smaller id");
    }

    #[test]
    fn without_a_guilty_candidate_there_is_no_rank() {
        let scores = RankScores::of("all", &AcceptAll, &[case(&["a"], None)], &Silent).unwrap();
        assert_eq!(
            (scores.tally.mrr, scores.tally.mrr_by_chance, scores.tally.accuracy_at_1.value),
            (None, None, None)
        );
        assert_eq!(scores.tally.false_blame, Estimate::ratio(1, 1));
    }
}
