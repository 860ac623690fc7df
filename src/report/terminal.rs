//! The summary that a run prints: one screen, the answer first.

mod comparison;

pub use comparison::comparison;
pub(super) use comparison::{metric, needs_no_truth};

use super::number::{UNDEFINED, Unit, count, difference, estimate_short, maybe_minutes, money, percent, plural};
use super::style::{Style, pad};
use super::{facts, floors, placebo, words};
use crate::evaluate::{Assessment, Evaluation, Loss, PipelineStage};
use crate::report::shown::excerpt;
use crate::stats::Estimate;

/// Characters of a line.
const WIDTH: usize = 100;
/// Columns of the label, and of the figure beside it.
const LABEL: usize = 20;
const FIGURE: usize = 27;

/// One pipeline's result: at most 24 lines of 100 characters.
#[must_use]
pub fn summary(assessment: &Assessment, style: Style) -> String {
    let e = &assessment.evaluation;
    let mut lines =
        vec![title(assessment, style), format!("  {}", style.dim(&facts::scale(assessment))), String::new()];
    if facts::has_labels(assessment) {
        lines.extend(headline(e, style));
        lines.push(losses(e, style));
        lines.push(String::new());
        lines.extend(stages(e, style));
        lines.extend(is_it_enough(e, style));
        lines.extend(worth(e, style));
    } else {
        lines.push("  No incident log: nothing of this can be called right or wrong.".to_owned());
        lines.extend(what_it_did(e, style));
    }
    if e.placebo.windows > 0 {
        lines.push(placebos(e, style));
    }
    if e.floors.wanted.total() > 0 {
        lines.push(floors_met(e, style));
    }
    if e.delay.detected > 0 {
        lines.push(delay(e));
    }
    lines.extend(look_first(assessment, style));
    lines.join("\n") + "\n"
}

fn title(assessment: &Assessment, style: Style) -> String {
    let manifest = &assessment.evaluation.manifest;
    let name = style.bold(&excerpt(&manifest.pipeline.resolved.name, 40));
    let (set, costs) = (excerpt(&manifest.data_set, 24), excerpt(&manifest.costs, 12));
    format!("{name} on {set} · labels {} · prices {costs} (assumed)", manifest.labels)
}

/// A labelled figure with a note.
fn line(label: &str, figure: &str, note: &str, style: Style) -> String {
    let label = pad(label, LABEL);
    let (plain, marked) = (pad(figure, FIGURE), style.bold(figure));
    let blanks = " ".repeat(plain.chars().count() - figure.chars().count());
    let room = WIDTH.saturating_sub(2 + LABEL + 1 + plain.chars().count() + 1);
    let note: String = note.chars().take(room).collect();
    format!("  {label} {marked}{blanks} {}", style.dim(&note)).trim_end().to_owned()
}

/// How many regressions it would have caught, how many false alarms it would have raised, what both cost.
fn headline(e: &Evaluation, style: Style) -> Vec<String> {
    let (end, cost) = (&e.end_to_end, &e.cost);
    let (review, tokens) = (money(cost.review_usd), money(cost.tokens_usd));
    let spent = format!("review {review}, tokens {tokens}, wrong rollbacks {}", money(cost.wrong_rollback_usd));
    let harm = format!("{}, 24 h each at most", plural(e.misses.total(), "missed incident"));
    let alarms = format!("cases that hit no incident; they cost {}", money(cost.null_cases_usd));
    // A partial log knows some of the waste only.
    let wasted = if facts::is_partial(e) {
        "at least, on cases their deploy did not cause"
    } else {
        "on cases their deploy did not cause"
    };
    let unneeded = match end.unneeded {
        0 => "fix or rollback where the deploy did not cause it".to_owned(),
        n => format!("cases not caused; {n} more right but not worth it"),
    };
    vec![
        line("regressions caught", &estimate_short(&end.recall), "acted on, of those worth acting on", style),
        line("  upper bound", &estimate_short(&end.oracle.recall), "same cases, a triager that knows the truth", style),
        line("false actions", &estimate_short(&facts::false_action_share(end)), &unneeded, style),
        line("false alarms", &estimate_short(&e.detection.null_cases), &alarms, style),
        line("cost of running it", &money(facts::spent(cost)), &spent, style),
        line("  wasted of it", &money(facts::wasted(cost)), wasted, style),
        line("harm of missed", &money(cost.missed_harm_usd), &harm, style),
    ]
}

/// Which stage lost what.
fn losses(e: &Evaluation, style: Style) -> String {
    let total = e.misses.total();
    if total == 0 {
        return "  none missed          every regression worth acting on was acted on".to_owned();
    }
    let parts: Vec<String> = words::loss_rows(&e.misses)
        .iter()
        .map(|row| (row.count, format!("{} {}", row.column, count(row.count))))
        .map(|(n, text)| if n > 0 { style.bad(&text) } else { style.dim(&text) })
        .collect();
    format!("  {} {}", pad(&format!("{} missed, lost at", count(total)), LABEL), parts.join(" · "))
}

/// Precision and recall of every stage, and the bound.
fn stages(e: &Evaluation, style: Style) -> Vec<String> {
    let row = |label: &str, precision: &Estimate, recall: &Estimate, note: &str| {
        let (p, r) = (pad(&estimate_short(precision), FIGURE), pad(&estimate_short(recall), FIGURE));
        format!("  {} {p} {r} {}", pad(label, LABEL), style.dim(note)).trim_end().to_owned()
    };
    let chance = e.detection.chance_hit_rate.value.map_or_else(|| UNDEFINED.to_owned(), percent);
    let (end, oracle) = (&e.end_to_end, &e.end_to_end.oracle);
    vec![
        style.dim(&format!("  {} {} {}", pad("", LABEL), pad("precision", FIGURE), "recall")),
        row("detection (cases)", &e.detection.case_precision, &e.detection.recall, &format!("chance: {chance}")),
        row("triage", &e.triage.precision, &e.triage.recall, ""),
        row("end to end", &end.precision, &end.recall, ""),
        row("upper bound", &oracle.precision, &oracle.recall, "not attainable"),
    ]
}

/// Whether enough decisions were right, as far as so few can show.
fn is_it_enough(e: &Evaluation, style: Style) -> Option<String> {
    let question = &e.labels_needed.as_ref()?.end_to_end;
    let label = format!("actions {} right?", percent(question.asked));
    let bounds = question.lower_bound.zip(question.upper_bound).map_or_else(String::new, |(low, high)| {
        format!("at least {}, at most {} (one-sided 95 %)", percent(low), percent(high))
    });
    Some(line(&label, &words::answer(question.answer), &bounds, style))
}

/// What triage and action are worth, taken out of the whole.
fn worth(e: &Evaluation, style: Style) -> Option<String> {
    let taken_out = &e.stage_values.as_ref()?.taken_out;
    let of = |stage: PipelineStage| {
        let part = taken_out.iter().find(|part| part.stage == Some(stage))?;
        Some(difference(part.worth.as_ref(), Unit::Money))
    };
    let (triage, act) = (of(PipelineStage::Triage), of(PipelineStage::Act)?);
    let note = triage.map_or_else(String::new, |triage| format!("of triage {triage}"));
    Some(line("worth of acting", &act, &note, style))
}

/// Without truth: what it would have done, and what that takes.
fn what_it_did(e: &Evaluation, style: Style) -> Vec<String> {
    let (funnel, cost) = (&e.funnel, &e.cost);
    vec![
        line("alerts", &count(funnel.alerts), &format!("in {}", plural(funnel.cases, "case")), style),
        line("fixes forward", &count(funnel.fix_forward), "", style),
        line("rollbacks", &count(funnel.rollback), "", style),
        line("people asked", &count(funnel.investigate), "", style),
        line("cost of running it", &money(facts::spent(cost)), "", style),
    ]
}

/// How often it flags where nothing was deployed.
fn placebos(e: &Evaluation, style: Style) -> String {
    let level = placebo::short(&e.placebo);
    line(
        "quiet hours flagged",
        &estimate_short(&e.placebo.windows_flagged),
        &format!("nothing deployed; {level}"),
        style,
    )
}

/// How many automatic actions met what they need at least.
fn floors_met(e: &Evaluation, style: Style) -> String {
    let floors = &e.floors;
    let enforced = if floors.enforced { "enforced" } else { "not enforced" };
    let figure = format!("{}/{} ({enforced})", count(floors.met_all.total()), count(floors.wanted.total()));
    line("actions meet floors", &figure, &floors::most_missed(floors).unwrap_or_default(), style)
}

/// How soon; medians.
fn delay(e: &Evaluation) -> String {
    let (delay, saved) = (&e.delay, &e.delay.saved_minutes);
    format!(
        "  decided {} after an incident's start (90 %: {}); right actions {} before its end",
        maybe_minutes(delay.detect_minutes_p50),
        maybe_minutes(delay.detect_minutes_p90),
        maybe_minutes(saved.p50)
    )
}

/// Deploys to read next.
fn look_first(assessment: &Assessment, style: Style) -> Vec<String> {
    let deploy_of = |index: usize| assessment.truth.incidents[index].incident.deploy_id.clone();
    let mut missed = assessment.losses.iter().filter(|(_, loss)| **loss != Loss::Unreachable);
    let missed = missed.find_map(|(&index, _)| deploy_of(index));
    let wrong = assessment.cases.iter().find(|c| c.action.changes_production() && c.truth.is_not_caused());
    let wrong = wrong.map(|c| c.deploy_id.clone());
    let command = "read on: shakedown explain DATASET --deploy";
    let lines = [(missed, "missed"), (wrong, "falsely blamed")].into_iter().filter_map(|(id, what)| {
        let id = excerpt(&id?, 36);
        Some(format!("  {command} {} {}", style.bold(&id), style.dim(&format!("({what})"))))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn it_fits_one_screen_and_shows_no_control_character() {
        fixture::with(|world| {
            let text = summary(world.assessment, Style::default());
            assert!(text.lines().count() <= 24, "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
            assert!(text.contains("regressions caught   1/2 = 50 %"), "{text}");
            assert!(text.contains("not attainable"), "{text}");
        });
    }
}
