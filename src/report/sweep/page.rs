//! `sweep.md`: a sceptical reader's questions, in the order in which they are asked.

mod answer;
mod caught;
mod costs;
mod front;
mod matters;
mod neighbours;
mod searched;
mod sure;
mod tests_against;

pub(super) use sure::days;

use super::charts::Chart;
use super::view::View;
use crate::report::markdown::md;
use crate::sweep::{Selection, Standing, Trial};

/// Rows of a long table; the rest is in `trials.csv`.
const SHOWN: usize = 20;

/// `sweep.md`. `table` has one standing a trial, in their order; its links fit the files that [`write_sweep`](super::write_sweep) puts
/// beside it.
#[must_use]
pub fn sweep_markdown(selection: &Selection, table: &[Standing], trials: &[Trial]) -> String {
    let view = View { selection, table, trials };
    let drawn: Vec<Chart> = Chart::ALL.into_iter().filter(|chart| chart.has_data(view)).collect();
    render(view, &drawn)
}

/// The page with links to the charts that are drawn.
pub(super) fn render(view: View, drawn: &[Chart]) -> String {
    let selection = view.selection;
    let chart = |chart: Chart| drawn.contains(&chart).then(|| chart.link());
    let sections = [
        Some(format!("# Sweep {} on {}\n", md(&selection.grid.name), md(&selection.data_set))),
        Some(answer::section(view)),
        Some(caught::section(view, chart(Chart::PrecisionRecall))),
        Some(costs::section(view, chart(Chart::CostAlpha))),
        sure::section(view, chart(Chart::Validation)),
        front::section(view),
        matters::section(view, [chart(Chart::Importance), chart(Chart::HeatMap)]),
        neighbours::section(view),
        Some(searched::section(view)),
        Some(provenance(selection)),
    ];
    sections.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn provenance(selection: &Selection) -> String {
    format!(
        "## Provenance\n\nData set hash {}, shakedown {}, price list {}, incident log {}, seed of every draw {}. The grid file:\n\n{}",
        md(&selection.data_set_hash),
        md(&selection.version),
        md(&selection.costs),
        md(&selection.labels),
        selection.seed,
        searched::indented(&selection.grid.given)
    )
}

/// A line that says how many rows a table has been cut by; empty where none.
fn and_more(all: usize, shown: usize, place: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        n => format!("\n… and {} more, in {place}.\n", crate::report::number::count(n as u64)),
    }
}

/// An image line with a blank line before it; empty without a chart.
fn image(chart: Option<(&'static str, &'static str)>) -> String {
    chart.map_or_else(String::new, |(title, link)| format!("\n![{title}]({link})\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sweep::fixture::{self, Sweep};
    use crate::sweep::Conclusion;

    fn page(sweep: &Sweep) -> String {
        sweep_markdown(&sweep.selection, &sweep.table, &sweep.trials)
    }

    #[test]
    fn every_conclusion_is_the_first_sentence_and_says_what_to_do() {
        let rows = [
            (Conclusion::BetterThanBase, "**Run `", "Next: replay it"),
            (Conclusion::NotShownBetter, "is the best guess, but it is not shown to be better", "Next: keep the base"),
            (Conclusion::KeepBase, "**Keep `corrected-2026`", "Next: nothing has to change"),
            (Conclusion::RunNothing, "**Run nothing yet", "Next: see below which part"),
            (Conclusion::NothingMeetsConstraints, "**Nothing that was searched meets", "loosen a constraint"),
            (Conclusion::NoLabels, "**No configuration can be recommended", "`incidents = \"complete\"`"),
        ];
        for (conclusion, first, next) in rows {
            let text = page(&fixture::concluding(conclusion));
            let answer: Vec<&str> = text.lines().skip(2).take(3).collect();
            assert!(answer[0].contains(first), "{conclusion:?}: {text}");
            assert!(answer[2].contains(next), "{conclusion:?}: {text}");
            let has_choice = !matches!(conclusion, Conclusion::NothingMeetsConstraints | Conclusion::NoLabels);
            assert_eq!(text.contains("--pipeline best.toml"), has_choice, "{text}");
        }
    }

    #[test]
    fn without_labels_no_harm_and_no_ratio_is_printed() {
        let text = page(&fixture::concluding(Conclusion::NoLabels));
        let null = text.lines().filter(|line| line.starts_with("| null")).collect::<Vec<_>>();
        assert_eq!(null[0], "| null (reference) | – | – | – | – |");
        assert!(null[2].starts_with("| null (reference) | – | $300 | – | – |"), "{null:?}");
    }

    #[test]
    fn in_sample_stands_beside_out_of_sample_with_what_chance_and_mistakes_do() {
        let sweep = fixture::plausible();
        let text = page(&sweep);
        for sentence in [
            "scored on later ones (4 folds): cost per month $5,400; the base $7,900 and `null` $12,000 on the same weeks.",
            "| the fold's choices, on the weeks that they were chosen on | $3,600 |",
            "| the fold's choices, on later weeks | $5,400 |",
            "3 of 4 folds chose what the whole data set chose.",
            "has cost per month $2,700 on what it was chosen on and $4,900 [$1,900 – $9,300] on what was left out: choosing flatters by $2,200.",
            "412/1,000 = 41 % [38–44 %] of the draws chose this one",
            "| of them not to be told from the best, all compared at once at 95 % | 133 |",
            "5 values searched over, 12 incidents: the data bear about 6",
            "| corrected-2026 | cost per month | −$4,300 [−$9,900, −$410] | −44 % | yes | yes |",
            "takes about 7 more weeks on top of the 4.4 at hand (that would be 29 actionable incidents, old and new)",
            "under 1 % each: normalize.truncate.",
            "under price list 2026-11 (assumed",
        ] {
            assert!(text.contains(sentence), "{sentence:?} is not in {text}");
        }
    }

    #[test]
    fn the_choice_is_told_against_the_base_and_long_tables_are_cut() {
        let sweep = fixture::plausible();
        let text = page(&sweep);
        let chosen = sweep.selection.choice.as_ref().unwrap();
        let alpha = &chosen.settings.iter().find(|setting| setting.path == "detect.alpha").unwrap().level;
        assert!(text.contains(&format!("| detect.alpha | **{alpha}** | 0.0001 |")), "{text}");
        assert!(text.contains("… and 2 more") || sweep.selection.neighbours.len() <= SHOWN, "{text}");
        let longest = text.split("\n\n").map(|block| block.lines().count()).max().unwrap();
        assert!(longest <= 2 + 6 * 13, "{longest} lines in one block");
    }

    #[test]
    fn hostile_names_stay_text() {
        let text = page(&fixture::hostile());
        let outside: String = text.lines().filter(|line| !line.starts_with("    ")).map(without_code).collect();
        assert!(!outside.contains("<script") && !outside.contains("](http:"), "{outside}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'));
        let tables = text.lines().filter(|line| line.starts_with('|')).collect::<Vec<_>>();
        for block in tables.chunk_by(|a, b| a.matches('|').count() == b.matches('|').count()) {
            assert!(block.len() >= 3, "a row broke out of its table: {block:?}");
        }
    }

    /// A line without its code spans: the fixture's longest fence is four backticks.
    fn without_code(line: &str) -> String {
        let parts: Vec<&str> = line.split("````").collect();
        parts.iter().step_by(2).map(|part| part.split('`').step_by(2).collect::<String>()).collect::<String>() + "\n"
    }
}
