//! What several reports say of one assessment, computed once.

use super::words::Standing;
use crate::evaluate::{Assessment, Cost, EndToEnd, Evaluation, Judged, Label};
use crate::report::shown::visible;
use crate::stats::Estimate;
use std::fmt::Write;

/// Name of the pipeline, fit to print.
#[must_use]
pub fn name(assessment: &Assessment) -> String {
    visible(&assessment.evaluation.manifest.pipeline.resolved.name).into_owned()
}

/// False actions of all actions that were needed or false.
#[must_use]
pub fn false_action_share(e: &EndToEnd) -> Estimate {
    if e.precision.low.is_none() {
        return Estimate::undefined();
    }
    Estimate::bounded(e.false_actions, e.true_actions + e.false_actions, e.unlabelled_actions, true)
}

/// All actions on production, right, wrong, unneeded and unlabelled.
#[must_use]
pub const fn actions(e: &EndToEnd) -> u64 {
    e.true_actions + e.false_actions + e.unneeded + e.unlabelled_actions
}

/// What running the pipeline takes: tokens, review and wrong rollbacks; not the harm of what it misses.
#[must_use]
pub fn spent(cost: &Cost) -> f64 {
    // Adding 0 turns the -0 of an empty sum into 0.
    cost.normalization_usd + cost.tokens_usd + cost.review_usd + cost.wrong_rollback_usd + 0.0
}

/// What of it went to cases that their deploy did not cause.
#[must_use]
pub fn wasted(cost: &Cost) -> f64 {
    cost.false_usd + cost.wrong_rollback_usd + 0.0
}

/// Whether what hits nothing may still be true.
#[must_use]
pub fn is_partial(e: &Evaluation) -> bool {
    e.manifest.labels == "partial"
}

/// Whether there is an incident log to judge by.
#[must_use]
pub fn has_labels(assessment: &Assessment) -> bool {
    assessment.truth.labels.is_some()
}

/// `deploys, of those that were not evaluated …` in one line.
#[must_use]
pub fn scale(assessment: &Assessment) -> String {
    use super::number::{count, plural};
    let (funnel, incidents) = (&assessment.evaluation.funnel, &assessment.evaluation.incidents);
    let skipped = match funnel.deploys_not_evaluated {
        0 => String::new(),
        n => format!(" ({} not evaluated)", count(n)),
    };
    let mut text = format!("{}{skipped}, {}", plural(funnel.deploys, "deploy"), plural(funnel.windows, "window"));
    if has_labels(assessment) {
        let wanted = count(incidents.actionable_deploy_caused);
        let total = plural(incidents.total, "incident");
        _ = write!(text, ", {total}, {wanted} of them regressions worth acting on");
    }
    text
}

/// The kinds of case that a report tells one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interest {
    /// An action on production that was wrong.
    FalseAction,
    /// A window of the deploy behind a missed incident.
    Miss,
    /// An action that was right.
    RightAction,
    /// A case that hits nothing and led to no action on production.
    FalseAlarm,
    /// Any other case.
    Other,
}

/// Which of them an outcome is; `None`: neither a case nor part of a miss.
#[must_use]
pub fn interest(assessment: &Assessment, judged: &Judged) -> Option<Interest> {
    let acted = judged.case().map(|case| case.action.changes_production());
    let wrong = judged.label.is_not_caused();
    if acted == Some(true) && wrong {
        return Some(Interest::FalseAction);
    }
    let window = &judged.outcome.window;
    let missed = assessment.losses.keys().map(|&i| &assessment.truth.incidents[i]);
    let of_a_miss = missed.into_iter().any(|i| i.guilty == Some(window.deploy) && i.touches(&window.service));
    match acted {
        Some(true) if judged.label == Label::Caused => Some(Interest::RightAction),
        _ if of_a_miss => Some(Interest::Miss),
        None => None,
        Some(_) if Standing::of_case(judged) == Standing::Nothing => Some(Interest::FalseAlarm),
        Some(_) => Some(Interest::Other),
    }
}
