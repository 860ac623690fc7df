//! Triagers against labelled pairs of a stack trace and a diff: is this diff the cause?

use super::clusters::{ClusterKind, Clusters};
use super::reliability::Reliability;
use crate::dataset::LabelledCase;
use crate::endpoint::AskError;
use crate::model::{Citations, Instant, Progress, Tokens, Verdict, VerdictKind};
use crate::stats::{Bounds, CalibratedEce, Estimate};
use crate::triage::{PairCase, Triager};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What every pair's deploy is called and when it is said to be made: pairs have no time, and nothing depends on it.
const DEPLOY: &str = "deploy";
const DEPLOYED_AT: Instant = Instant::from_micros(1_767_225_600_000_000);

/// How one triager judges labelled pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairScores {
    pub name: String,
    /// Share of the pairs of label 1 that are `caused`.
    pub recall: Estimate,
    /// Share of the pairs of label 0 that are `caused`, by their kind.
    pub false_positive_rate: BTreeMap<String, Estimate>,
    /// The same over all kinds.
    pub false_positive_rate_all: Estimate,
    /// Share of the pairs that are `caused` which have label 1. Depends on how many pairs of each label the file holds.
    pub precision: Estimate,
    /// Share of pairs that are `inconclusive`.
    pub abstention: Estimate,
    /// `None` without a pair. Depends on the mix of labels, as do the two below.
    pub brier: Option<f64>,
    pub ece: Option<f64>,
    /// What a perfectly calibrated triager would show.
    pub ece_if_calibrated: Option<CalibratedEce>,
    /// Share of the places in the diff that verdicts cite which exist.
    pub grounded: Estimate,
    /// Of all verdicts.
    pub tokens: Tokens,
    /// Intervals that know that pairs of one case, or project, are not independent; `None` where none can be had.
    pub clustered: Option<ClusteredPairs>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// 95 % intervals of the same shares when whole clusters are drawn anew.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusteredPairs {
    pub by: ClusterKind,
    pub clusters: usize,
    pub recall: Option<Bounds>,
    pub false_positive_rate: BTreeMap<String, Option<Bounds>>,
    pub precision: Option<Bounds>,
}

impl PairScores {
    /// Asks the triager about every pair, in parallel; the same at any number of threads.
    ///
    /// # Errors
    /// As [`Triager::judge`], with the pair it was about: the first in the order given.
    pub fn of(
        name: &str,
        triager: &dyn Triager,
        pairs: &[LabelledCase],
        progress: &dyn Progress,
    ) -> Result<Self, String> {
        let judge = |pair: &LabelledCase| {
            let verdict = case(pair).judge(triager);
            progress.advance(1);
            verdict
        };
        let verdicts: Vec<Result<Verdict, AskError>> = pairs.par_iter().map(judge).collect();
        let told = |(index, verdict): (usize, Result<Verdict, AskError>)| {
            verdict.map_err(|reason| format!("pair {}: {reason}", index + 1))
        };
        let verdicts = verdicts.into_iter().enumerate().map(told).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { notes: triager.notes(), ..Self::of_verdicts(name, pairs, &verdicts) })
    }

    /// Of verdicts on the pairs, in the same order.
    fn of_verdicts(name: &str, pairs: &[LabelledCase], verdicts: &[Verdict]) -> Self {
        let judged = Judgements { pairs, verdicts };
        let all = |_: &LabelledCase, _: &Verdict| true;
        let kinds: BTreeSet<&str> = pairs.iter().filter(|pair| !pair.label).map(|pair| pair.kind.as_str()).collect();
        let of_kind = |kind: &str| judged.share(|pair, _| !pair.label && pair.kind == kind, |_, v| caused(v));
        let stated = judged.iter().map(|(pair, verdict)| (verdict.probability_caused(), pair.label));
        let reliability = Reliability::of(stated);
        let cited: Citations = verdicts.iter().map(|verdict| verdict.citations).sum();
        Self {
            name: name.to_owned(),
            recall: judged.share(|pair, _| pair.label, |_, v| caused(v)),
            false_positive_rate: kinds.into_iter().map(|kind| (kind.to_owned(), of_kind(kind))).collect(),
            false_positive_rate_all: judged.share(|pair, _| !pair.label, |_, v| caused(v)),
            precision: judged.share(|_, v| caused(v), |pair, _| pair.label),
            abstention: judged.share(all, |_, v| v.kind == VerdictKind::Inconclusive),
            brier: reliability.as_ref().map(|r| r.brier),
            ece: reliability.as_ref().map(|r| r.ece),
            ece_if_calibrated: reliability.and_then(|r| r.ece_if_calibrated),
            grounded: Estimate::ratio(cited.held, cited.held + cited.dropped),
            tokens: verdicts.iter().map(|verdict| verdict.tokens).sum(),
            clustered: judged.clustered(),
            notes: Vec::new(),
        }
    }
}

fn case(pair: &LabelledCase) -> PairCase {
    PairCase::new(DEPLOY, DEPLOYED_AT, &[pair.trace.as_str()], pair.exception.as_deref(), &pair.diff)
}

fn caused(verdict: &Verdict) -> bool {
    verdict.kind == VerdictKind::Caused
}

/// Pairs with what was said of them.
struct Judgements<'a> {
    pairs: &'a [LabelledCase],
    verdicts: &'a [Verdict],
}

impl<'a> Judgements<'a> {
    fn iter(&self) -> impl Iterator<Item = (&'a LabelledCase, &'a Verdict)> {
        self.pairs.iter().zip(self.verdicts)
    }

    /// Among those `of` which there is a share, those that have it.
    fn share(
        &self,
        of: impl Fn(&LabelledCase, &Verdict) -> bool,
        has: impl Fn(&LabelledCase, &Verdict) -> bool,
    ) -> Estimate {
        let (mut numerator, mut denominator) = (0, 0);
        for (pair, verdict) in self.iter().filter(|(pair, verdict)| of(pair, verdict)) {
            denominator += 1;
            numerator += u64::from(has(pair, verdict));
        }
        Estimate::ratio(numerator, denominator)
    }

    fn clustered(&self) -> Option<ClusteredPairs> {
        let clusters = Clusters::of(self.pairs.iter().map(|pair| (pair.project.as_str(), pair.case.as_str())))?;
        let bounds = |of: &dyn Fn(&LabelledCase, &Verdict) -> bool, has: &dyn Fn(&LabelledCase, &Verdict) -> bool| {
            let counted = |(p, v)| if of(p, v) { (f64::from(u8::from(has(p, v))), 1.0) } else { (0.0, 0.0) };
            clusters.bounds(self.iter().map(counted))
        };
        let said = |_: &LabelledCase, v: &Verdict| caused(v);
        let kinds: BTreeSet<&str> = self.pairs.iter().filter(|p| !p.label).map(|p| p.kind.as_str()).collect();
        let of_kind = |kind: &str| bounds(&|p, _| !p.label && p.kind == kind, &said);
        Some(ClusteredPairs {
            by: clusters.by,
            clusters: clusters.count,
            recall: bounds(&|p, _| p.label, &said),
            false_positive_rate: kinds.into_iter().map(|kind| (kind.to_owned(), of_kind(kind))).collect(),
            precision: bounds(&said, &|p, _| p.label),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Silent;
    use crate::triage::{AcceptAll, CaseContext, ClassInTrace};

    fn pair(label: bool, kind: &str, case: &str, file: &str) -> LabelledCase {
        LabelledCase {
            trace: "java.lang.Error: x\n\tat org.shop.Cart.total(Cart.java:2)".to_owned(),
            exception: None,
            diff: format!("--- a/src/{file}\n+++ b/src/{file}\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n"),
            label,
            kind: kind.to_owned(),
            case: case.to_owned(),
            project: String::new(),
        }
    }

    fn pairs() -> Vec<LabelledCase> {
        vec![
            pair(true, "positive", "1", "Cart.java"),
            pair(true, "positive", "2", "Wish.java"),
            pair(false, "random", "1", "Wish.java"),
            pair(false, "random", "1", "Cart.java"),
            pair(false, "hard", "2", "Cart.java"),
        ]
    }

    #[test]
    fn shares_by_hand() {
        let scores = PairScores::of("rule", &ClassInTrace, &pairs(), &Silent).unwrap();
        assert_eq!(scores.recall, Estimate::ratio(1, 2));
        assert_eq!(scores.false_positive_rate["random"], Estimate::ratio(1, 2));
        assert_eq!(scores.false_positive_rate["hard"], Estimate::ratio(1, 1));
        assert_eq!(scores.false_positive_rate_all, Estimate::ratio(2, 3));
        assert_eq!((scores.precision, scores.abstention), (Estimate::ratio(1, 3), Estimate::ratio(0, 5)));
        // Sure of all five, wrong of three.
        assert_eq!((scores.brier, scores.ece), (Some(0.6), Some(0.6)));
        assert_eq!((scores.grounded, scores.clustered), (Estimate::undefined(), None));
        let all = PairScores::of("all", &AcceptAll, &pairs(), &Silent).unwrap();
        assert_eq!((all.recall, all.precision), (Estimate::ratio(2, 2), Estimate::ratio(2, 5)));
    }

    #[test]
    fn what_is_cited_and_spent_is_summed_and_a_half_is_no_mistake() {
        let mut verdicts: Vec<Verdict> = pairs().iter().map(|pair| case(pair).judge(&AcceptAll).unwrap()).collect();
        verdicts[0].citations = Citations { held: 3, dropped: 1 };
        verdicts[1].citations = Citations { held: 2, dropped: 0 };
        verdicts[1].kind = VerdictKind::Inconclusive;
        verdicts[2].tokens = Tokens { input: 7, output: 1, ..Tokens::default() };
        verdicts[3].tokens.input = 5;
        let scores = PairScores::of_verdicts("x", &pairs(), &verdicts);
        assert_eq!((scores.grounded, scores.tokens.input, scores.tokens.output), (Estimate::ratio(5, 6), 12, 1));
        assert_eq!((scores.recall, scores.abstention), (Estimate::ratio(1, 2), Estimate::ratio(1, 5)));
        assert_eq!(scores.brier, Some((0.25 + 3.0) / 5.0));
    }

    #[test]
    fn the_first_failure_is_told() {
        struct Broken;
        impl Triager for Broken {
            fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError> {
                if case.changed_files[0].contains("Wish") {
                    Err("no answer".to_owned().into())
                } else {
                    AcceptAll.judge(case)
                }
            }
        }
        assert_eq!(PairScores::of("x", &Broken, &pairs(), &Silent).unwrap_err(), "pair 2: no answer");
    }
}
