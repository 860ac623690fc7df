//! The sentences that the page and the terminal share. Names come in as the output wants them: code, bold, escaped.

use super::view::View;
use crate::report::number::{count, p_equals, plural};
use crate::sweep::{Conclusion, Goal, Standing};

/// Weeks that nobody waits for.
const TEN_YEARS: f64 = 520.0;

/// How a trial's id is written.
pub(super) type Named = fn(&str) -> String;

/// The one thing to take away, in a sentence or two.
pub(super) fn conclusion(view: View, name: Named) -> String {
    let selection = view.selection;
    let base = name(&selection.grid.base);
    let choice = selection.choice.as_ref().map_or_else(|| "–".to_owned(), |choice| name(&choice.id));
    match selection.conclusion {
        Conclusion::BetterThanBase => format!(
            "Run {choice} instead of {base}: it is better, also on weeks that it was not chosen on and after correction for the search."
        ),
        Conclusion::NotShownBetter => format!(
            "{choice} is the best guess, but it is not shown to be better than {base}."
        ),
        Conclusion::KeepBase if view.selection.choice.as_ref().is_some_and(|c| c.id == view.selection.grid.base) => {
            format!("Keep {base}: nothing that was searched does better.")
        }
        Conclusion::KeepBase => {
            format!("Keep {base}: what was searched does no better where it was not chosen on.")
        }
        Conclusion::RunNothing => {
            "Run nothing yet: nothing that was searched is shown to cost less than running nothing at all.".to_owned()
        }
        Conclusion::NothingMeetsConstraints => "Nothing that was searched meets the constraints.".to_owned(),
        Conclusion::NoLabels if view.has_labels() => {
            "No configuration can be recommended: the incident log is partial, so what hits no incident may still be right, and no cost and no precision is known."
                .to_owned()
        }
        Conclusion::NoLabels => {
            "No configuration can be recommended: there is no incident log, so nothing can be called right or wrong.".to_owned()
        }
    }
}

/// What the choice rests on: weeks that it was not chosen on, and the search corrected for. `None`: there is neither.
pub(super) fn grounds(view: View) -> Option<String> {
    let (scale, validation) = (view.scale(), &view.selection.validation);
    let out_of_sample = validation.out_of_sample.map(|value| {
        let null = validation.null.map_or_else(String::new, |null| format!(" and `null` {}", scale.value(Some(null))));
        format!(
            "Chosen on earlier weeks and scored on later ones ({}): {} {}; the base {}{null} on the same weeks.",
            plural(validation.folds.iter().filter(|fold| fold.out_of_sample.is_some()).count() as u64, "fold"),
            scale.name(),
            scale.value(Some(value)),
            scale.value(validation.base)
        )
    });
    // Where running nothing is cheaper, the base is not what counts.
    let search = (view.selection.conclusion != Conclusion::RunNothing).then_some(view.selection.multiplicity.as_ref());
    let search = search.flatten().and_then(|m| Some((m.distinct, m.p_choice_better_than_base?)));
    let search = search.map(|(distinct, p)| {
        format!(
            "Were the choice no better than the base, chance would make it look this good with {} (corrected for a search over {} that decide differently).",
            p_equals(p),
            plural(distinct, "configuration")
        )
    });
    let sentences: Vec<String> = out_of_sample.into_iter().chain(search).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// What a budget left out; `None`: nothing.
pub(super) fn unfinished(view: View) -> Option<String> {
    let grid = &view.selection.grid;
    (grid.open > 0).then(|| {
        format!(
            "This sweep is not done: {} of {} were replayed when the budget ended it, branch by branch and not at random. --resume goes on.",
            count(view.trials.len() as u64),
            plural(view.trials.len() as u64 + grid.open, "trial")
        )
    })
}

/// A reference that does better than the choice in sample. It cannot be chosen. The ends, `null` and `always`, are nothing to run.
pub(super) fn better_reference(view: View, name: Named) -> Option<String> {
    let selection = view.selection;
    let choice = selection.standings.iter().find(|s| selection.choice.as_ref().is_some_and(|c| c.id == s.id))?;
    let lower = selection.goal == Goal::Minimize;
    let better = |s: &&Standing| match (s.objective, choice.objective) {
        (Some(a), Some(b)) => {
            !["null", "always"].contains(&s.id.as_str()) && s.part == "reference" && if lower { a < b } else { a > b }
        }
        _ => false,
    };
    let best = selection.standings.iter().filter(better).min_by(|a, b| {
        let value = |s: &Standing| s.objective.unwrap_or(f64::NAN) * if lower { 1.0 } else { -1.0 };
        value(a).total_cmp(&value(b))
    })?;
    let scale = view.scale();
    Some(format!(
        "But {}, which is only there to be read against, has {} {} over the same weeks, {} {}: nothing that was searched comes near it. Constraints aside, make it the base of a grid.",
        name(&best.id),
        scale.name(),
        scale.value(best.objective),
        name(&choice.id),
        scale.value(choice.objective)
    ))
}

/// What to do about it.
pub(super) fn next(view: View) -> &'static str {
    match view.selection.conclusion {
        Conclusion::BetterThanBase => {
            "Next: replay it and read what it misses and whom it blames wrongly; then let it decide beside the base, without acting, for as many weeks as it takes to believe it."
        }
        Conclusion::NotShownBetter => {
            "Next: keep the base where it meets what was asked for, let the choice decide beside it without acting, and sweep again when there is more history."
        }
        Conclusion::KeepBase => {
            "Next: nothing has to change. If the base is not good enough, vary something else: the axes below that matter, wider, or another stage."
        }
        Conclusion::RunNothing => {
            "Next: see below which part of the cost is the largest, check the price list (harm per minute, review) with those who pay, and sweep again with more history; few incidents show little."
        }
        Conclusion::NothingMeetsConstraints => {
            "Next: sort trials.csv by the numbers that the constraints bound, to see how near the best come; then loosen a constraint or search elsewhere. With few incidents the lower end of an interval may lie below any bound whatever is run."
        }
        Conclusion::NoLabels => {
            "Next: bring the incident log up to date for the weeks of the data and say `incidents = \"complete\"` in dataset.toml; then sweep again. Until then only what a configuration would have done and what running it takes is known."
        }
    }
}

/// How much more history would tell the choice and another trial apart; `None`: not asked.
pub(super) fn needed(view: View, name: Named) -> Option<String> {
    let needed = view.selection.needed.as_ref()?;
    let (a, b) = (name(&needed.a), name(&needed.b));
    let Some(more) = needed.more_weeks.filter(|weeks| weeks.is_finite() && *weeks < TEN_YEARS) else {
        return Some(format!("{a} and {b} decide the same, or differ too little to show within ten years of data."));
    };
    if more <= 0.0 {
        return Some(format!("There is enough history to tell {a} and {b} apart ({:.1} weeks).", needed.weeks));
    }
    let incidents = needed.incidents.map_or_else(String::new, |n| {
        format!(" (that would be {} actionable incidents, old and new)", count(n.ceil() as u64))
    });
    Some(format!(
        "To show a difference as large as this one between {a} and {b} takes about {} on top of the {:.1} at hand{incidents}, at 80 % power and a 5 % level.",
        plural(more.ceil() as u64, "more week"),
        needed.weeks
    ))
}

/// Whether there are more values searched over than the incidents can bear (statistics.md §9).
pub(super) fn burden(view: View) -> Option<String> {
    let m = view.selection.multiplicity.as_ref()?;
    let most = m.incidents / 2;
    let verdict = if m.free_parameters > most { "too many: the best may fit chance" } else { "few enough" };
    Some(format!(
        "{} searched over, {}: the data bear about {} (half as many as incidents), so these are {verdict}.",
        plural(m.free_parameters, "value"),
        plural(m.incidents, "incident"),
        count(most)
    ))
}
