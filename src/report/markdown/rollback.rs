//! What would have happened, had every blamed deploy been rolled back.

use super::super::number::{UNDEFINED, Unit, count, difference, estimate, minutes, money, percent, plural};
use super::escape::table;
use crate::evaluate::RollbackCounterfactual;

#[must_use]
pub fn section(r: &RollbackCounterfactual) -> String {
    let (right, wrong) = (&r.right, &r.wrong);
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = [
        row(
            "deploys blamed",
            format!(
                "{}: {} right ({} by luck), {} wrong, {} unlabelled",
                count(r.blamed),
                count(right.deploys),
                count(right.by_luck),
                count(wrong.deploys),
                count(r.unlabelled)
            ),
        ),
        row("the policy would have rolled back", plural(r.by_policy, "deploy")),
        row(
            "harm that really happened",
            format!(
                "{} in {}, {} ended by a rollback",
                minutes(right.harm_minutes),
                plural(right.incidents, "incident"),
                count(right.rolled_back_by_people)
            ),
        ),
        row(
            "saved by rolling back",
            format!(
                "{}, {}; {} over already",
                minutes(right.saved_minutes),
                money(right.saved_usd),
                plural(right.too_late, "incident")
            ),
        ),
        row(
            "brought back by rolling back wrongly",
            format!(
                "{} in {}, {}, and {} of fixed sums",
                minutes(wrong.caused_minutes),
                plural(wrong.brought_back, "incident"),
                money(wrong.caused_usd),
                money(wrong.fixed_usd)
            ),
        ),
        row("blamed rightly", estimate(&r.precision)),
        row("rolling back pays from", r.break_even_precision.map_or_else(|| UNDEFINED.to_owned(), pays_from)),
        row("**saved − caused**", difference(r.net.as_ref(), Unit::Money)),
    ];
    format!(
        "## Had it rolled back every deploy that it blamed\n\nAllow rollbacks more freely only if the last row lies above 0 with its whole interval, and the share blamed rightly above that from which it pays; otherwise raise `rollback_at`.\n\n{}\nEach blamed deploy is rolled back at the first decision that blames it, and its incidents end then (or never begin); harm counts for 24 h at most. A wrong rollback brings back what the deploy had repaired, for as long as that lasted. By luck: blamed for errors that are no part of what it caused. The interval resamples days of deploys. This is arithmetic, not an experiment: hold the next real rollbacks against it.\n",
        table(&["what", "value"], false, &rows)
    )
}

/// The precision above which rolling back pays.
fn pays_from(precision: f64) -> String {
    if precision > 1.0 {
        return "never: a wrong one costs more than a right one saves".to_owned();
    }
    format!("{} right, with what these saved and caused on average", percent(precision))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn right_and_wrong_are_told_apart() {
        fixture::with(|w| {
            let text = section(w.assessment.evaluation.rollback.as_ref().unwrap());
            // `d1` is guilty and blamed at 31:00, an hour before its incident ends; `d/2` is innocent.
            assert!(text.contains("| deploys blamed | 2: 1 right (0 by luck), 1 wrong, 0 unlabelled |"), "{text}");
            assert!(text.contains("| saved by rolling back | 1 h, $6,000; 0 incidents over already |"), "{text}");
            assert!(text.contains("$1,500 of fixed sums"), "{text}");
        });
        assert_eq!(pays_from(1.5), "never: a wrong one costs more than a right one saves");
    }
}
