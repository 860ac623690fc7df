//! The words of the reports: each thing is called the same everywhere.

use super::number::{minutes, money, plural};
use crate::evaluate::{
    Answer, Assumption, CaseCause, ChangeKind, Judged, Label, Labels, Loss, Measure, Misses, PipelineStage, Stage,
    Truth, Unit,
};
use crate::model::{Action, Cause, Disposition, Resolution, VerdictKind};
use crate::pipeline::NotEvaluated;

/// What an alert or a case turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It hits an incident that its own deploy caused.
    Own,
    /// It hits other incidents only.
    Other,
    /// It hits nothing.
    Nothing,
    /// The log does not say.
    Unlabelled,
}

impl Standing {
    pub const ALL: [Self; 4] = [Self::Own, Self::Other, Self::Nothing, Self::Unlabelled];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "caused by the deploy",
            Self::Other => "another incident",
            Self::Nothing => "hits no incident",
            Self::Unlabelled => "unlabelled",
        }
    }

    /// Of a case.
    #[must_use]
    pub fn of_case(judged: &Judged) -> Self {
        match judged.label {
            Label::Caused => Self::Own,
            Label::Unlabelled => Self::Unlabelled,
            Label::NotCaused | Label::Coincidental if judged.all.is_empty() => Self::Nothing,
            Label::NotCaused | Label::Coincidental => Self::Other,
        }
    }

    /// Of one detection of a window, by the incidents that it hits.
    #[must_use]
    pub fn of_alert(truth: &Truth, deploy: usize, hits: &[usize]) -> Self {
        if hits.iter().any(|&i| truth.incidents[i].guilty == Some(deploy)) {
            Self::Own
        } else if hits.is_empty() {
            if truth.labels == Some(Labels::Complete) { Self::Nothing } else { Self::Unlabelled }
        } else if hits.iter().all(|&i| truth.incidents[i].incident.cause_is_open()) {
            Self::Unlabelled
        } else {
            Self::Other
        }
    }
}

/// A stage with its short name, what losing an incident there means, and how many were.
pub struct LossRow {
    pub short: &'static str,
    /// Where the other stages stand beside it.
    pub column: &'static str,
    pub meaning: &'static str,
    pub count: u64,
}

/// The stages at which incidents are lost, in order.
#[must_use]
pub fn loss_rows(misses: &Misses) -> [LossRow; 6] {
    let row = |loss, count| {
        let short = loss_short(loss);
        LossRow { short, column: short.trim_start_matches("triage, "), meaning: loss_meaning(loss), count }
    };
    [
        row(Loss::Unreachable, misses.unreachable),
        row(Loss::Undetected, misses.undetected),
        row(Loss::Gated, misses.gated),
        row(Loss::Dismissed, misses.dismissed),
        row(Loss::Abstained, misses.abstained),
        row(Loss::BelowThreshold, misses.below_threshold),
    ]
}

/// A word or two.
#[must_use]
pub const fn loss_short(loss: Loss) -> &'static str {
    match loss {
        Loss::Unreachable => "no window",
        Loss::Undetected => "detection",
        Loss::Gated => "gate",
        Loss::Dismissed => "triage, dismissed",
        Loss::Abstained => "triage, undecided",
        Loss::BelowThreshold => "policy",
    }
}

/// A clause.
#[must_use]
pub const fn loss_meaning(loss: Loss) -> &'static str {
    match loss {
        Loss::Unreachable => "no evaluated window of its deploy meets it",
        Loss::Undetected => "no detection hits it",
        Loss::Gated => "detected, but the gate found the impact too small",
        Loss::Dismissed => "triage said that the deploy did not cause it",
        Loss::Abstained => "triage did not dare to say: a person is asked",
        Loss::BelowThreshold => {
            "blamed, but too uncertain (or not allowed, or below a floor) to act: a person is asked"
        }
    }
}

#[must_use]
pub const fn action(action: Action) -> &'static str {
    match action {
        Action::None => "nothing",
        Action::Investigate => "ask a person to investigate",
        Action::FixForward => "fix forward",
        Action::Rollback => "roll back",
    }
}

#[must_use]
pub const fn verdict(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Caused => "caused by the deploy",
        VerdictKind::NotCaused => "not caused by the deploy",
        VerdictKind::Inconclusive => "inconclusive",
    }
}

/// In a table or a list.
#[must_use]
pub const fn verdict_short(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Caused => "blamed",
        VerdictKind::NotCaused => "dismissed",
        VerdictKind::Inconclusive => "left open",
    }
}

/// What a case hits, after “the case hits”.
#[must_use]
pub const fn case_cause(cause: CaseCause) -> &'static str {
    match cause {
        CaseCause::ThisDeploy => "an incident of this deploy",
        CaseCause::AnotherDeploy => "an incident of another deploy",
        CaseCause::ThirdParty => "a third party's failure",
        CaseCause::Traffic => "a surge of traffic",
        CaseCause::Infrastructure => "a failure of infrastructure",
        CaseCause::Config => "a change of configuration",
        CaseCause::Data => "bad data",
        CaseCause::Open => "an incident whose cause is open",
        CaseCause::Nothing => "no incident",
    }
}

#[must_use]
pub const fn change_kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Running => "something that can run",
        ChangeKind::NothingThatRuns => "documentation, tests or CI only",
        ChangeKind::Unknown => "not known",
    }
}

#[must_use]
pub const fn disposition(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Dismissed => "dismissed by triage",
        Disposition::Abstained => "left open by triage",
        Disposition::BelowThreshold => "below the policy's threshold",
        Disposition::Acted => "acted on",
    }
}

#[must_use]
pub const fn label(label: Label) -> &'static str {
    match label {
        Label::Caused => "this deploy caused it",
        Label::NotCaused => "this deploy did not cause it",
        Label::Coincidental => {
            "coincidental: the deploy did cause an incident, but these errors are not part of it, so this counts as not caused"
        }
        Label::Unlabelled => "unlabelled: the incident log does not say",
    }
}

#[must_use]
pub const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Deploy => "a deploy",
        Cause::ThirdParty => "a third party",
        Cause::Traffic => "traffic",
        Cause::Infrastructure => "infrastructure",
        Cause::Config => "configuration",
        Cause::Data => "data",
        Cause::Unknown => "unknown",
    }
}

#[must_use]
pub const fn resolution(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Rollback => "rolled back",
        Resolution::FixForward => "fixed forward",
        Resolution::SelfRecovered => "recovered by itself",
        Resolution::Other => "resolved otherwise",
    }
}

/// What a measure of a stage is about.
#[must_use]
pub const fn measured(stage: Stage, measure: Measure) -> &'static str {
    match (stage, measure) {
        (Stage::Detection, Measure::Precision) => "alarms that hit an incident",
        (Stage::Detection, Measure::Recall) => "incidents detected",
        (Stage::EndToEnd, Measure::Precision) => "actions that were right",
        (Stage::EndToEnd, Measure::Recall) => "regressions caught",
    }
}

#[must_use]
pub const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Alert => "alert",
        Unit::Episode => "episode",
        Unit::Case => "case",
        Unit::Deploy => "deploy",
        Unit::Incident => "incident",
    }
}

#[must_use]
pub const fn pipeline_stage(stage: PipelineStage) -> &'static str {
    match stage {
        PipelineStage::Detect => "detection",
        PipelineStage::Gate => "gate",
        PipelineStage::Triage => "triage",
        PipelineStage::Act => "action",
    }
}

/// Whether so many decisions are right as was asked, in a few words.
#[must_use]
pub fn answer(answer: Answer) -> String {
    match answer {
        Answer::Yes => "yes".to_owned(),
        Answer::No => "no".to_owned(),
        Answer::More { labels, .. } => format!("{} to tell", plural(labels, "more label")),
        Answer::TooNear { .. } => "too near to tell".to_owned(),
        Answer::Nothing => "nothing labelled".to_owned(),
    }
}

/// An assumption of the price list.
#[must_use]
pub const fn assumption(assumption: Assumption) -> &'static str {
    match assumption {
        Assumption::HourlyRate => "an engineer's hour",
        Assumption::TokenPrices => "token prices",
        Assumption::ReviewInvestigate => "review to investigate",
        Assumption::ReviewFixForward => "review of a fix",
        Assumption::ReviewRollback => "review of a rollback",
        Assumption::WrongRollback => "a wrong rollback, fixed",
        Assumption::HarmSev1 => "harm, sev1",
        Assumption::HarmSev2 => "harm, sev2",
        Assumption::HarmSev3 => "harm, sev3",
        Assumption::HarmSev4 => "harm, sev4",
        Assumption::HarmSev5 => "harm, sev5",
    }
}

/// An assumption's value with its unit.
#[must_use]
pub fn assumed(assumption: Assumption, value: f64) -> String {
    match (assumption, assumption.severity(), assumption.action()) {
        (_, Some(_), _) => format!("{} a minute", money(value)),
        (_, _, Some(_)) => minutes(value),
        (Assumption::TokenPrices, _, _) => format!("{} a million in", money(value)),
        _ => money(value),
    }
}

#[must_use]
pub const fn not_evaluated(why: NotEvaluated) -> &'static str {
    match why {
        NotEvaluated::ShortHistory => "there is less history before it than the pipeline asks for",
        NotEvaluated::AfterEnd => "its decision would fall after the end of the data",
        NotEvaluated::EmptyWindow => "the next deploy came as soon as its window began",
    }
}
