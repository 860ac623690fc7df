//! What would have happened, had every blamed deploy been rolled back.

use super::super::number::{UNDEFINED, Unit, count, difference, estimate, minutes, money, percent, plural};
use super::escape::table;
use crate::evaluate::{RightRollbacks, RollbackCounterfactual, WrongRollbacks};

#[must_use]
pub fn section(r: &RollbackCounterfactual) -> String {
    let (right, wrong) = (&r.right, &r.wrong);
    let policy = plural(r.by_policy, "deploy");
    let pays = r.break_even_precision.map_or_else(|| UNDEFINED.to_owned(), pays_from);
    let rows = [
        ("deploys blamed", blamed(r)),
        ("the policy would have rolled back", policy),
        ("harm that really happened", happened(right)),
        ("saved by rolling back", saved(right)),
        ("brought back by rolling back wrongly", brought_back(wrong)),
        ("blamed rightly", estimate(&r.precision)),
        ("rolling back pays from", pays),
        ("**saved − caused**", difference(r.net.as_ref(), Unit::Money)),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    format!(
        "## Had it rolled back every deploy that it blamed\n\nAllow rollbacks more freely only if the last row lies above 0 with its whole interval, and the share blamed rightly above that from which it pays; otherwise raise `rollback_at`.\n\n{}\nEach blamed deploy is rolled back at the first decision that blames it, and its incidents end then (or never begin); harm counts for 24 h at most. A wrong rollback brings back what the deploy had repaired, for as long as that lasted. By luck: blamed for errors that are no part of what it caused. The interval resamples days of deploys. This is arithmetic, not an experiment: hold the next real rollbacks against it.\n",
        table(&["what", "value"], false, &rows)
    )
}

fn blamed(r: &RollbackCounterfactual) -> String {
    let [all, right, luck, wrong, open] =
        [r.blamed, r.right.deploys, r.right.by_luck, r.wrong.deploys, r.unlabelled].map(count);
    format!("{all}: {right} right ({luck} by luck), {wrong} wrong, {open} unlabelled")
}

fn happened(right: &RightRollbacks) -> String {
    let (harm, incidents) = (minutes(right.harm_minutes), plural(right.incidents, "incident"));
    format!("{harm} in {incidents}, {} ended by a rollback", count(right.rolled_back_by_people))
}

fn saved(right: &RightRollbacks) -> String {
    let (time, late) = (minutes(right.saved_minutes), plural(right.too_late, "incident"));
    format!("{time}, {}; {late} over already", money(right.saved_usd))
}

fn brought_back(wrong: &WrongRollbacks) -> String {
    let (time, incidents) = (minutes(wrong.caused_minutes), plural(wrong.brought_back, "incident"));
    format!("{time} in {incidents}, {}, and {} of fixed sums", money(wrong.caused_usd), money(wrong.fixed_usd))
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
