//! The cost of a month, and which assumptions it hangs on.

use super::super::number::{UNDEFINED, decimal, maybe_percent, money, percent};
use super::super::words;
use super::bullets;
use super::escape::table;
use crate::evaluate::{BreakEvenAt, Cost, Evaluation, MonthlyCost, Swing};

/// The month, the tornado, and the range of the break-even precision.
#[must_use]
pub fn section(e: &Evaluation) -> String {
    let cost = &e.cost;
    let Some(monthly) = &cost.monthly else { return String::new() };
    let labelled = e.manifest.labels != "absent";
    format!(
        "### In a month, and what it hangs on\n\n{}\nIt assumes:\n\n{}\nAsk for better numbers from the top of the chart down; what is not in it did not matter in this run.\n\n![What the cost of a month hangs on](charts/tornado.svg)\n\n{}\n{}",
        month(monthly, labelled),
        bullets(assumptions(monthly, labelled)),
        swings(cost),
        break_even(cost)
    )
}

fn month(monthly: &MonthlyCost, labelled: bool) -> String {
    let judged = |usd: f64| if labelled { money(usd) } else { UNDEFINED.to_owned() };
    let row = |name: &str, usd: String| vec![name.to_owned(), usd];
    let rows = [
        row("running it", money(monthly.running_usd)),
        row("harm of missed regressions", judged(monthly.missed_harm_usd)),
        row("harm of caught ones before the decision", judged(monthly.undergone_harm_usd)),
        row("**total**", money(monthly.total_usd)),
    ];
    table(&["in 30 days", "USD"], true, &rows)
}

fn assumptions(monthly: &MonthlyCost, labelled: bool) -> Vec<String> {
    let mut all = vec![
        format!(
            "that a month is like the {} days of data (amounts × {})",
            decimal(monthly.days),
            decimal(monthly.factor)
        ),
        "the prices below, and that every case takes the review that they say".to_owned(),
    ];
    if labelled {
        all.push("that harm grows by the minute, ends where the log says (24 h at most), and ends at once when rightly acted on".to_owned());
        all.push("that only regressions worth acting on do harm, and that the log has all of them".to_owned());
    }
    all
}

fn swings(cost: &Cost) -> String {
    let row = |s: &Swing| {
        let break_even = match (s.break_even_halved, s.break_even_doubled) {
            (None, None) => UNDEFINED.to_owned(),
            (halved, doubled) => format!("{} … {}", maybe_percent(halved), maybe_percent(doubled)),
        };
        vec![
            words::assumption(s.assumption).to_owned(),
            words::assumed(s.assumption, s.value),
            money(s.total_halved_usd),
            money(s.total_doubled_usd),
            break_even,
        ]
    };
    let rows: Vec<Vec<String>> = cost.tornado.iter().filter(|s| s.swing_usd > 0.0).map(row).collect();
    table(&["assumption", "as assumed", "total, halved", "total, doubled", "break-even, halved … doubled"], true, &rows)
}

fn break_even(cost: &Cost) -> String {
    let Some(range) = &cost.break_even_range else { return String::new() };
    let at = |at: &BreakEvenAt| {
        let change = if at.factor < 1.0 { "halved" } else { "doubled" };
        format!("{} ({} {change})", precision(at.precision), words::assumption(at.assumption))
    };
    let rollbacks = if cost.wrong_rollback_usd > 0.0 {
        ""
    } else {
        " This run rolled back no innocent deploy, so what that costs is not in it: a false action is taken to cost its review and tokens only."
    };
    format!(
        "The triage precision from which acting pays is {}; one assumption alone moves it from {} to {}. Let it act only with a precision that is surely above the higher end.{rollbacks}\n",
        precision(range.value),
        at(&range.lowest),
        at(&range.highest)
    )
}

fn precision(share: f64) -> String {
    if share > 1.0 { "out of reach".to_owned() } else { percent(share) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_month_shows_what_it_was_scaled_by_and_what_the_break_even_leaves_out() {
        fixture::with(|w| {
            let text = section(&w.assessment.evaluation);
            assert!(text.contains("like the 4 days of data (amounts × 7.50)"), "{text}");
            assert!(text.contains("This run rolled back no innocent deploy"), "{text}");
            let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| harm, sev")).collect();
            assert_eq!(rows.len(), 1, "only sev2 did harm: {rows:?}");
        });
    }
}
