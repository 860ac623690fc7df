//! What would have been done with a case, and which thresholds say so.

use super::super::number::{count, minutes, money, percent, small_percent};
use super::super::{floors, words};
use super::Page;
use crate::act::{CaseFacts, RollbackWhen, Stakes};
use crate::evaluate::Judged;
use crate::model::{Alert, Case, Disposition, VerdictKind};
use crate::pipeline::PipelineSpec;

/// The action with its reason, what the p-values leave to believe, and the floors.
pub fn section(page: &mut Page, spec: &PipelineSpec, judged: &Judged, case: &Case) {
    page.heading("Action");
    page.text(&format!(
        "Would {}: {}. Charged: {} tokens, {} of review. Nothing was carried out.",
        words::action(case.action).replace("nothing", "do nothing"),
        reason(spec, judged, case),
        count(case.tokens.total()),
        minutes(case.review_minutes)
    ));
    page.text(&floors::belief(case.posterior, spec.act.prior));
    if !case.floors.is_empty() {
        let enforced = if spec.act.floors { "enforced" } else { "reported, not enforced" };
        page.text(&format!("Floors for automatic action ({enforced}):"));
        for floor in &case.floors {
            page.point(0, &floors::told(floor));
        }
    }
}

fn reason(spec: &PipelineSpec, judged: &Judged, case: &Case) -> String {
    let policy = &spec.act.policy;
    let allowed: Vec<&str> = policy.allow.iter().map(|a| a.name()).collect();
    let allowed = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(" and ") };
    let thresholds = || {
        let (confidence, rollback) = (case.verdict.confidence, rollback(spec, judged, case));
        format!("confidence {confidence:.2} against {} for a fix; {rollback}; allowed: {allowed}", policy.fix_at)
    };
    match (case.verdict.kind, case.disposition) {
        (VerdictKind::NotCaused, _) => "a deploy that is not to blame is left alone".to_owned(),
        (VerdictKind::Inconclusive, _) => "an open verdict goes to a person".to_owned(),
        (VerdictKind::Caused, Disposition::Acted) => thresholds(),
        (VerdictKind::Caused, _) if !case.floors.is_empty() => {
            format!("the policy would have acted by itself ({}), but the case misses a floor", thresholds())
        }
        (VerdictKind::Caused, _) => format!("no allowed action is reached ({})", thresholds()),
    }
}

/// What a rollback needs, and what there is.
fn rollback(spec: &PipelineSpec, judged: &Judged, case: &Case) -> String {
    let policy = &spec.act.policy;
    let stakes = stakes(judged, case);
    match &policy.rollback_when {
        RollbackWhen::Confidence {} => format!(
            "a rollback needs {} and an impact of {}, the impact is {}",
            policy.rollback_at,
            small_percent(policy.rollback_impact),
            stakes.impact.map_or_else(|| "unknown".to_owned(), small_percent)
        ),
        RollbackWhen::Value(value) => {
            let Some(harm) = stakes.harm_per_minute else {
                return "the harm is unknown, which is not enough for a rollback".to_owned();
            };
            let probability = stakes.probability(case.verdict.confidence);
            format!(
                "a rollback is expected to gain {} against waiting (harm of {} a minute, the deploy to blame with a probability of {})",
                money(value.gain(probability, harm)),
                money(harm),
                percent(probability)
            )
        }
    }
}

fn stakes(judged: &Judged, case: &Case) -> Stakes {
    let alerts: Vec<&Alert> = judged.outcome.passed().collect();
    CaseFacts { window: &judged.outcome.window, alerts: &alerts, shock: None }.stakes(case.posterior)
}
