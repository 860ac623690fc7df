//! One screen: what to run, what it would have caught, what it costs, how sure.

use super::settings;
use super::view::View;
use super::words;
use crate::report::number::{count, estimate_short, money, p_equals, percent, plural};
use crate::report::shown::excerpt;
use crate::report::style::{Style, fit, pad, wrap};
use crate::sweep::{Conclusion, Selection, Standing, Trial};

/// Lines of a screen, and characters of a line.
const LINES: usize = 40;
const WIDTH: usize = 100;
const NAME: usize = 24;
/// Settings that are told.
const SETTINGS: usize = 8;

/// What a sweep found: at most 40 lines of 100 characters. `table` has one standing a trial, in their order.
#[must_use]
pub fn sweep_summary(selection: &Selection, table: &[Standing], trials: &[Trial], style: Style) -> String {
    let view = View { selection, table, trials };
    let mut lines = vec![title(view, style), String::new()];
    lines.extend(answer(view, style));
    lines.extend(changes(view, style));
    lines.extend(numbers(view, style));
    lines.extend(sure(view, style));
    let files = "  sweep.md says why; every configuration is in trials.csv (.parquet), the rest in selection.json";
    lines.truncate(LINES - 2);
    lines.push(String::new());
    lines.push(style.dim(files));
    lines.iter().map(|line| fit(line, WIDTH) + "\n").collect()
}

fn title(view: View, style: Style) -> String {
    let s = view.selection;
    let trials = style.bold(&plural(s.grid.trials, "configuration"));
    format!(
        "{trials} of {} on {} · labels {} · prices {} (assumed)",
        excerpt(&s.grid.name, 20),
        excerpt(&s.data_set, 20),
        s.labels,
        excerpt(&s.costs, 12)
    )
}

/// An id in a sentence.
fn name(id: &str) -> String {
    excerpt(id, 30)
}

fn answer(view: View, style: Style) -> Vec<String> {
    let conclusion = words::conclusion(view, name);
    let marked = |line: &String| match view.selection.conclusion {
        Conclusion::BetterThanBase => style.good(&style.bold(line)),
        Conclusion::KeepBase | Conclusion::NotShownBetter => style.bold(line),
        _ => style.bad(line),
    };
    let mut lines: Vec<String> = Vec::new();
    if let Some(told) = words::unfinished(view) {
        lines.extend(wrap(&told, WIDTH - 2).iter().map(|line| format!("  {}", style.bad(line))));
    }
    lines.extend(wrap(&conclusion, WIDTH - 2).iter().map(|line| format!("  {}", marked(line))));
    if let Some(better) = words::better_reference(view, name) {
        lines.extend(wrap(&better, WIDTH - 2).iter().map(|line| format!("  {}", style.bold(line))));
    }
    let next = words::next(view).replace('`', "");
    lines.extend(wrap(&next, WIDTH - 2).iter().map(|line| format!("  {}", style.dim(line))));
    lines
}

/// The choice's settings that differ from the base's.
fn changes(view: View, style: Style) -> Vec<String> {
    let Some(choice) = &view.selection.choice else { return Vec::new() };
    let rows: Vec<settings::Row> = settings::rows(view).into_iter().filter(|row| row.differs).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let title = format!("  {} is base {} with", name(&choice.id), name(&view.selection.grid.base));
    let mut lines = vec![String::new(), style.dim(&title)];
    for row in rows.iter().take(SETTINGS) {
        let base = row.base.as_deref().map_or_else(|| "the default".to_owned(), |base| excerpt(base, 24));
        let (path, chosen) = (excerpt(&row.path, 32), excerpt(&row.chosen, 26));
        lines.push(format!(
            "    {} {} {}",
            pad(&path, 33),
            style.bold(&pad(&chosen, 27)),
            style.dim(&format!("not {base}"))
        ));
    }
    if rows.len() > SETTINGS {
        lines.push(style.dim(&format!("    … and {} more, in sweep.md", rows.len() - SETTINGS)));
    }
    lines
}

/// The choice, the base and what they are read against.
fn numbers(view: View, style: Style) -> Vec<String> {
    let row = |name: &str, cells: [&str; 3]| {
        format!("  {} {} {} {}", pad(name, NAME), pad(cells[0], 25), pad(cells[1], 27), cells[2]).trim_end().to_owned()
    };
    let head = row("", ["regressions caught", "actions that were right", "a month (missed)"]);
    let mut lines = vec![String::new(), style.dim(&head)];
    for standing in view.standings() {
        let label = label(view, standing);
        let (total, missed) = if view.has_labels() {
            (money(standing.total_usd), money(standing.missed_harm_usd))
        } else {
            (format!("{} to run", money(standing.running_usd)), "–".to_owned())
        };
        let cells = [
            estimate_short(&standing.end_to_end_recall),
            estimate_short(&standing.end_to_end_precision),
            format!("{total} ({missed})"),
        ];
        let line = row(&label, cells.each_ref().map(String::as_str));
        let is_choice = view.selection.choice.as_ref().is_some_and(|choice| choice.id == standing.id);
        lines.push(if is_choice { style.bold(&line) } else { line });
    }
    lines
}

/// `choice t0042`, `base corrected-2026`, `null`.
fn label(view: View, standing: &Standing) -> String {
    let parts = view.parts(&standing.id);
    let part = match parts.split(", ").next().unwrap_or_default() {
        "the choice" => "choice ",
        "the base" => "base ",
        "best in sample" => "best ",
        _ => "",
    };
    excerpt(&format!("{part}{}", standing.id), NAME - 1)
}

fn sure(view: View, style: Style) -> Vec<String> {
    if view.selection.conclusion == Conclusion::NoLabels {
        return Vec::new();
    }
    let block = |label: &str, text: String| {
        let parts = wrap(&text, WIDTH - NAME - 3);
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        parts.iter().zip(labels).map(|(part, label)| format!("  {} {part}", pad(label, NAME))).collect::<Vec<_>>()
    };
    let mut lines = vec![String::new(), style.dim(&format!("  how sure: {}", view.scale().name()))];
    let told = [
        ("later weeks", out_of_sample(view)),
        ("winner's curse", curse(view)),
        ("chance", search(view)),
        ("mistakes in the log", noise(view)),
        ("more history", words::needed(view, name)),
    ];
    for (label, text) in told {
        lines.extend(text.into_iter().flat_map(|text| block(label, text)));
    }
    lines
}

fn out_of_sample(view: View) -> Option<String> {
    let (scale, v) = (view.scale(), &view.selection.validation);
    let out = v.out_of_sample?;
    Some(format!(
        "{} (base {}); {} where chosen; {} of {} choose the same",
        scale.value(Some(out)),
        scale.value(v.base),
        scale.value(v.in_sample),
        count(v.agreeing),
        plural(v.folds.len() as u64, "fold")
    ))
}

fn curse(view: View) -> Option<String> {
    let (scale, b) = (view.scale(), view.selection.bias.as_ref()?);
    Some(format!(
        "{} where not drawn, {} where drawn; {} of the draws choose this",
        scale.with_interval(Some(b.out_of_bag), Some(b.low), Some(b.high)),
        scale.value(Some(b.in_bag)),
        percent(b.choice_share)
    ))
}

fn search(view: View) -> Option<String> {
    let m = view.selection.multiplicity.as_ref()?;
    let p = m
        .p_choice_better_than_base
        .map_or_else(String::new, |p| format!("; were it no better than the base: {}", p_equals(p)));
    Some(format!("{} of {} cannot be told from the best{p}", count(m.not_worse_than_best), count(m.distinct)))
}

fn noise(view: View) -> Option<String> {
    let parts: Vec<String> = view
        .selection
        .label_noise
        .iter()
        .map(|level| format!("{} wrong: {}/{}", percent(level.share), count(level.same_choice), count(level.draws)))
        .collect();
    (!parts.is_empty()).then(|| format!("the same choice with {}", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sweep::fixture;

    fn summary(sweep: &fixture::Sweep) -> String {
        sweep_summary(&sweep.selection, &sweep.table, &sweep.trials, Style::default())
    }

    #[test]
    fn it_fits_one_screen_whatever_is_concluded() {
        let conclusions = fixture::CONCLUSIONS.into_iter().map(fixture::concluding);
        for sweep in conclusions.chain([fixture::plausible(), fixture::hostile()]) {
            let text = summary(&sweep);
            assert!(text.lines().count() <= LINES, "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
            assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text}");
            assert!(text.contains("trials.csv"), "the last line is never cut: {text}");
        }
    }

    #[test]
    fn the_answer_stands_first_and_the_number_to_believe_beside_it() {
        let sweep = fixture::plausible();
        let text = summary(&sweep);
        let answer = text.lines().nth(2).unwrap();
        assert!(answer.starts_with("  Run t"), "{text}");
        let out = sweep.view().scale().value(sweep.selection.validation.out_of_sample);
        assert!(text.contains(&format!("later weeks              {out} (base")), "{text}");
    }
}
