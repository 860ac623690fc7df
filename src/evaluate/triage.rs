//! The triage stage against the incident log; the unit is the case.

mod attribution;
mod break_even;
mod counts;
mod decoys;
mod overlaps;

pub use attribution::Attribution;
pub use break_even::BreakEven;
pub use counts::{CaseCause, ChangeKind, VerdictCounts, VerdictsOn};
pub use decoys::{Decoys, decoys};
pub use overlaps::Overlaps;

use super::costs::Costs;
use super::judged::{Judged, Label};
use super::reliability::Reliability;
use super::truth::Truth;
use crate::dataset::DataSet;
use crate::endpoint::Spend;
use crate::model::{Case, Citations, Instant, Tokens, VerdictKind};
use crate::stats::Estimate;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TriageScores {
    pub precision: Estimate,
    pub recall: Estimate,
    pub specificity: Estimate,
    pub abstention: Estimate,
    /// Share of the labelled cases whose verdict says what is so: `caused` of those that their deploy caused, `not_caused` of the
    /// others. An abstention is wrong.
    pub accuracy: Estimate,
    /// Share of the `caused` verdicts on labelled cases that are wrong: `1 − precision`.
    pub wrong_blame: Estimate,
    pub attribution: Attribution,
    pub brier: Option<f64>,
    /// Fifteen bins of equal mass.
    pub ece: Option<f64>,
    /// Stated probabilities against what was so; `None` without a labelled case.
    pub reliability: Option<Reliability>,
    /// Verdicts by what the log says of the case.
    pub by_label: Vec<VerdictsOn<Label>>,
    /// By what the case hits; causes that no case hits are left out.
    pub by_cause: Vec<VerdictsOn<CaseCause>>,
    /// By whether the deploy changed anything that runs.
    pub by_change: Vec<VerdictsOn<ChangeKind>>,
    /// Where several deploys' cases hit one incident: is the guilty one ranked first?
    pub overlaps: Overlaps,
    /// Share of the places in the diff that verdicts cite which exist.
    pub grounded: Estimate,
    /// Of all verdicts.
    pub tokens: Tokens,
    /// Price of these tokens, in US dollars: no review, no action.
    pub tokens_usd: f64,
    /// `tokens_usd` ÷ verdicts that are right; `None` without one.
    pub usd_per_right_verdict: Option<f64>,
    /// What asking a model took, all attempts included, and how the questions ended; `None`: none was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Spend>,
    /// The precision above which acting pays; `None` where nothing was rightly acted on.
    pub break_even: Option<BreakEven>,
    /// Filled in by a study; `None` where the data set has no diffs, or verdicts exist only on what somebody was asked about before.
    pub decoys: Option<Decoys>,
}

/// `acted`: incidents rightly acted on, with the first decision.
#[must_use]
pub fn scores(
    data: &DataSet,
    costs: &Costs,
    truth: &Truth,
    judged: &[Judged],
    acted: &[(usize, Instant)],
) -> TriageScores {
    let cases: Vec<(&Judged, &Case)> = judged.iter().filter_map(|j| Some((j, j.case()?))).collect();
    let count = |keep: &dyn Fn(&Judged, &Case) -> bool| cases.iter().filter(|(j, c)| keep(j, c)).count() as u64;
    let caused = |c: &Case| c.verdict.kind == VerdictKind::Caused;
    let wrong = |j: &Judged| j.label.is_not_caused();
    let right = |j: &Judged| j.label == Label::Caused;
    let true_positives = count(&|j, c| caused(c) && right(j));
    let false_positives = count(&|j, c| caused(c) && wrong(j));
    let unlabelled = count(&|j, c| caused(c) && j.label == Label::Unlabelled);
    let said = true_positives + false_positives;
    let estimate = |e: Estimate| if truth.labels.is_some() { e } else { Estimate::undefined() };
    let labelled = cases.iter().filter_map(|(j, c)| Some((c.verdict.probability_caused(), j.label.was_caused()?)));
    let reliability = Reliability::of(labelled);
    let right_verdicts = count(&|j, c| is_right(j.label, c.verdict.kind) == Some(true));
    let cited: Citations = cases.iter().map(|(_, c)| c.verdict.citations).sum();
    let tokens: Tokens = cases.iter().map(|(_, c)| c.verdict.tokens).sum();
    let tokens_usd = costs.price(tokens);
    TriageScores {
        precision: estimate(Estimate::bounded(true_positives, said, unlabelled, true)),
        recall: estimate(Estimate::ratio(true_positives, count(&|j, _| right(j)))),
        specificity: estimate(Estimate::ratio(count(&|j, c| wrong(j) && !caused(c)), count(&|j, _| wrong(j)))),
        abstention: Estimate::ratio(count(&|_, c| c.verdict.kind == VerdictKind::Inconclusive), cases.len() as u64),
        accuracy: estimate(Estimate::ratio(right_verdicts, count(&|j, _| j.label != Label::Unlabelled))),
        wrong_blame: estimate(Estimate::bounded(false_positives, said, unlabelled, true)),
        attribution: Attribution::of(&cases),
        brier: reliability.as_ref().map(|r| r.brier),
        ece: reliability.as_ref().map(|r| r.ece),
        reliability,
        by_label: counts::by_label(&cases),
        by_cause: counts::by_cause(truth, &cases),
        by_change: counts::by_change(data, &cases),
        overlaps: Overlaps::of(data, truth, judged),
        grounded: Estimate::ratio(cited.held, cited.held + cited.dropped),
        tokens,
        tokens_usd,
        usd_per_right_verdict: (right_verdicts > 0).then(|| tokens_usd / right_verdicts as f64),
        asked: None,
        break_even: BreakEven::of(data, costs, truth, judged, acted),
        decoys: None,
    }
}

/// Whether a verdict says what is so; `None`: the log does not say.
fn is_right(label: Label, verdict: VerdictKind) -> Option<bool> {
    let so = if label.was_caused()? { VerdictKind::Caused } else { VerdictKind::NotCaused };
    Some(verdict == so)
}
