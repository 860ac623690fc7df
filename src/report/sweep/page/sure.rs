//! How sure: weeks that it was not chosen on, the winner's curse, the search, mistakes in the log, more data.

use super::super::view::View;
use super::super::words;
use super::{SHOWN, and_more, image, tests_against};
use crate::model::Interval;
use crate::report::markdown::{code, md, table};
use crate::report::number::{count, decimal, estimate, p_value, plural};
use crate::stats::Estimate;
use crate::sweep::{Conclusion, Fold};

/// `None` where nothing was chosen and nothing can be: there is nothing to be sure of.
pub(super) fn section(view: View, chart: Option<(&'static str, &'static str)>) -> Option<String> {
    if view.selection.conclusion == Conclusion::NoLabels {
        return None;
    }
    let parts = [
        Some(format!("## How sure\n\n{}{}", validation(view), image(chart))),
        curse(view),
        search(view),
        tests_against::section(view),
        noise(view),
        words::needed(view, code).map(|text| format!("### More history\n\n{text}\n")),
    ];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// In sample beside out of sample.
fn validation(view: View) -> String {
    let (scale, v) = (view.scale(), &view.selection.validation);
    let note = v.note.as_deref().map_or_else(String::new, |note| format!("\n{}\n", md(note)));
    if v.folds.is_empty() {
        return format!(
            "Nothing could be scored on weeks that it was not chosen on, so the numbers above flatter the choice. {note}"
        );
    }
    let rows = [
        ("the fold's choices, on the weeks that they were chosen on", v.in_sample),
        ("the fold's choices, on later weeks", v.out_of_sample),
        ("the base, on the same later weeks", v.base),
        ("`null` (running nothing), on the same later weeks", v.null),
    ];
    let rows: Vec<Vec<String>> =
        rows.iter().map(|(what, value)| vec![(*what).to_owned(), scale.value(*value)]).collect();
    let gap = if v.gap_days > 0.0 { format!(" with {} days between", decimal(v.gap_days)) } else { String::new() };
    let agreeing = format!("{} of {}", count(v.agreeing), plural(v.folds.len() as u64, "fold"));
    let told: Vec<Vec<String>> = v.folds.iter().take(SHOWN).map(|fold| fold_row(view, fold)).collect();
    format!(
        "Each fold chooses on earlier weeks and is scored on {} later days{gap}. Hold the second line against the third and the fourth: they are of the same weeks. The first is what the choosing saw.\n\n{}\n{} chose what the whole data set chose.\n\n{}{}{note}",
        decimal(v.block_days),
        table(&["what", scale.name()], false, &rows),
        agreeing,
        table(
            &[
                "chosen on",
                "scored on",
                "incidents (chosen + scored on)",
                "chosen",
                "in sample",
                "out of sample",
                "base",
                "`null`",
                "best in hindsight"
            ],
            false,
            &told
        ),
        and_more(v.folds.len(), told.len(), "selection.json")
    )
}

fn fold_row(view: View, fold: &Fold) -> Vec<String> {
    let scale = view.scale();
    vec![
        days(fold.train),
        days(fold.validate),
        format!("{} + {}", count(fold.train_incidents), count(fold.validate_incidents)),
        fold.chosen.as_deref().map_or_else(|| "–".to_owned(), md),
        scale.value(fold.in_sample),
        scale.value(fold.out_of_sample),
        scale.value(fold.base),
        scale.value(fold.null),
        scale.value(fold.hindsight),
    ]
}

/// `2026-10-01 – 10-08`.
pub(in crate::report::sweep) fn days(interval: Interval) -> String {
    let day = |text: String| text.chars().take(10).collect::<String>();
    let (from, to) = (day(interval.start.minute()), day(interval.end.minute()));
    let to = if from.get(..5) == to.get(..5) { to.get(5..).unwrap_or_default().to_owned() } else { to };
    format!("{from} – {to}")
}

fn curse(view: View) -> Option<String> {
    let (scale, b) = (view.scale(), view.selection.bias.as_ref()?);
    let share = (b.choice_share * b.replicates as f64).round() as u64;
    Some(format!(
        "### The winner's curse\n\nThe best of many looks better than it is. Over {} bootstrap draws of {} (a deploy with the incidents it caused, or another incident), the winner has {} {} on what it was chosen on and {} on what was left out: choosing flatters by {}. {} of the draws chose this one or one that decides the same; {} won at least once.\n",
        count(b.replicates as u64),
        plural(b.clusters as u64, "cluster"),
        scale.name(),
        scale.value(Some(b.in_bag)),
        scale.with_interval(Some(b.out_of_bag), Some(b.low), Some(b.high)),
        scale.change((b.out_of_bag - b.in_bag).abs()).trim_start_matches('+'),
        estimate(&Estimate::ratio(share.min(b.replicates as u64), b.replicates as u64)),
        plural(b.distinct_winners, "configuration")
    ))
}

fn search(view: View) -> Option<String> {
    let m = view.selection.multiplicity.as_ref()?;
    let p = |p: Option<f64>| p.map_or_else(|| "–".to_owned(), p_value);
    let rows = [
        ("configurations that decide differently from each other", count(m.distinct)),
        ("of them not to be told from the best, all compared at once at 95 %", count(m.not_worse_than_best)),
        ("p: nothing that was searched is better than the base", p(m.p_any_better_than_base)),
        ("p: the choice is not better than the base, corrected for the search", p(m.p_choice_better_than_base)),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(what, value)| vec![what.to_owned(), value]).collect();
    Some(format!(
        "### The search itself\n\n{}\n{}\n",
        table(&["what", "value"], false, &rows),
        words::burden(view).unwrap_or_default()
    ))
}

fn noise(view: View) -> Option<String> {
    let (scale, levels) = (view.scale(), &view.selection.label_noise);
    if levels.is_empty() {
        return None;
    }
    let of = |part: u64, draws: u64| estimate(&Estimate::ratio(part.min(draws), draws));
    let rows: Vec<Vec<String>> = levels
        .iter()
        .map(|level| {
            vec![
                crate::report::number::percent(level.share),
                of(level.same_choice, level.draws),
                of(level.beats_base, level.draws),
                decimal(level.median_rank),
                scale.change(level.regret),
            ]
        })
        .collect();
    let head = [
        "labels wrong or missing",
        "same choice",
        "choice still beats the base",
        "median rank of the choice",
        "regret",
    ];
    Some(format!(
        "### Mistakes in the incident log\n\nThe choosing again with incidents taken out of the log or blamed on another cause at random. *Regret*: what would be chosen then, under the log as it is, minus the choice (median).\n\n{}",
        table(&head, false, &rows)
    ))
}
