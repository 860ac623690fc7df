//! `triage.md`: what the second gate filtered, what it lost, what it cost, what it is worth, and whether its word can be taken.

use super::super::number::{
    Unit, count, decimal, difference, estimate, excludes_zero, maybe_money, money, percent, plural, range, score,
};
use super::super::why::View;
use super::super::words;
use super::escape::{md, table};
use super::wrong_verdicts;
use crate::evaluate::{
    BreakEven, Decoys, Evaluation, Overlaps, PartOfPipeline, PipelineStage, Reliability, VerdictsOn,
};

/// The paragraph of `report.md` that leads to the page; `None` without a case.
pub fn section(e: &Evaluation) -> Option<String> {
    (e.funnel.cases > 0).then(|| {
        format!(
            "## Was it the deploy?\n\n{} [All about triage: its verdicts by cause, whether its probabilities come true, decoys, what it is \
             worth, and every verdict it got wrong](triage.md).\n",
            trust(e)
        )
    })
}

/// The page.
pub fn page(view: View) -> String {
    let e = &view.assessment.evaluation;
    let manifest = &e.manifest;
    let title = format!(
        "# Triage by {} on {}: was it the deploy?\n",
        md(manifest.pipeline.resolved.triage.name()),
        md(&manifest.data_set)
    );
    if e.funnel.cases == 0 {
        return format!("{title}\nNo case reached triage.\n");
    }
    let mut sections = vec![
        title,
        format!("**Can its verdicts be trusted?** {}\n", trust(e)),
        format!("**Is it worth its money?** {}\n", worth(e)),
        filtered(e),
        numbers(e),
        reliability(e.triage.reliability.as_ref()),
        by_cause(e),
        by_change(e),
    ];
    sections.push(decoys(e.triage.decoys.as_ref()));
    sections.extend(overlaps(&e.triage.overlaps));
    sections.push(money_section(e));
    sections.push(wrong_verdicts::section(view));
    sections.join("\n")
}

fn trust(e: &Evaluation) -> String {
    let t = &e.triage;
    if t.precision.low.is_none() && t.recall.low.is_none() {
        return format!(
            "Of {}, triage blamed {} on their deploy, dismissed {} and left {} open. Without labels none of that is right or wrong.",
            plural(e.funnel.cases, "case"),
            count(e.funnel.caused),
            count(e.funnel.not_caused),
            count(e.funnel.inconclusive)
        );
    }
    format!(
        "Of the cases that it blames on their deploy, {} are; of the cases that their deploy did cause, it blames {}. It leaves {} open.",
        estimate(&t.precision),
        estimate(&t.recall),
        estimate(&t.abstention)
    )
}

/// The pipeline without its triage; `None` where it has none of its own.
fn without(e: &Evaluation) -> Option<&PartOfPipeline> {
    let taken_out = &e.stage_values.as_ref()?.taken_out;
    taken_out.iter().find(|part| part.stage == Some(PipelineStage::Triage))
}

/// The pipeline itself.
fn with(e: &Evaluation) -> Option<&PartOfPipeline> {
    e.stage_values.as_ref()?.built_up.last()
}

fn worth(e: &Evaluation) -> String {
    let (Some(without), Some(with)) = (without(e), with(e)) else {
        return match e.stage_values {
            Some(_) => "This pipeline has no triage of its own: every case is believed.".to_owned(),
            None => "Without an incident log that cannot be told.".to_owned(),
        };
    };
    let verdict = match (excludes_zero(without.worth.as_ref()), without.worth.as_ref().map(|worth| worth.value > 0.0)) {
        (Some(true), Some(true)) => "It pays.",
        (Some(true), _) => {
            "It does not: under this price list acting on every case is cheaper. Check what a wrong action costs before you believe it."
        }
        (Some(false), _) => "The interval holds 0: these days do not tell.",
        (None, _) => "There are too few days for an interval.",
    };
    format!(
        "The same days without it, every case believed with certainty, would have seen {} false actions instead of {} and cost {} \
         instead of {}: it is worth {}. {verdict}",
        count(without.false_actions),
        count(with.false_actions),
        money(without.total_usd),
        money(with.total_usd),
        difference(without.worth.as_ref(), Unit::Money)
    )
}

fn verdict_cells<K>(on: &VerdictsOn<K>) -> [String; 6] {
    let v = on.verdicts;
    [
        count(v.cases),
        count(v.caused),
        count(v.inconclusive),
        count(v.not_caused),
        estimate(&on.right),
        estimate(&on.wrong),
    ]
}

fn verdict_table<K>(head: &str, rows: &[VerdictsOn<K>], name: impl Fn(&K) -> &'static str) -> String {
    let row = |on: &VerdictsOn<K>| [name(&on.of).to_owned()].into_iter().chain(verdict_cells(on)).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    let head = [head, "cases", "blamed", "left open", "dismissed", "right [95 %]", "the opposite of right [95 %]"];
    table(&head, true, &rows)
}

fn filtered(e: &Evaluation) -> String {
    let f = &e.funnel;
    let lost = match (e.misses.dismissed, e.misses.abstained) {
        _ if e.manifest.labels == "absent" => String::new(),
        (0, 0) => "No regression worth acting on was lost here.".to_owned(),
        (dismissed, open) => format!(
            "**Lost here**: {} that it dismissed and {} that it left to people ([one by one](report.md#missed-regressions)).",
            plural(dismissed, "regression"),
            count(open)
        ),
    };
    format!(
        "## What it filtered\n\n{} came in; it blamed {} on their deploy, dismissed {}, and left {} to people. {lost}\n\n{}\nRight: the verdict \
         says what the incident log says. An open verdict is not right, and not the opposite of it.\n",
        plural(f.cases, "case"),
        count(f.caused),
        count(f.not_caused),
        count(f.inconclusive),
        verdict_table("in truth", &e.triage.by_label, |label| words::label(*label))
    )
}

fn numbers(e: &Evaluation) -> String {
    let t = &e.triage;
    let row = |name: &str, value: String, what: &str| vec![name.to_owned(), value, what.to_owned()];
    let rows = [
        row("accuracy", estimate(&t.accuracy), "labelled cases whose verdict says what is so; an open one does not"),
        row("precision", estimate(&t.precision), "blamed cases that their deploy did cause"),
        row("wrong blame", estimate(&t.wrong_blame), "blamed cases that it did not: 1 − precision"),
        row("recall", estimate(&t.recall), "cases that their deploy caused which are blamed"),
        row("specificity", estimate(&t.specificity), "cases that it did not cause which are not blamed"),
        row("abstention", estimate(&t.abstention), "cases left open"),
        row(
            "attribution, precision",
            estimate(&t.attribution.precision),
            "signatures named by a right blame that are part of the incident",
        ),
        row(
            "attribution, recall",
            estimate(&t.attribution.recall),
            "signatures of the incident that a right blame names",
        ),
        row(
            "grounded",
            estimate(&t.grounded),
            "places in the diff that verdicts cite which exist; the others were dropped",
        ),
    ];
    format!("## In numbers\n\n{}", table(&["what", "value [95 %]", "share of"], false, &rows))
}

fn reliability(found: Option<&Reliability>) -> String {
    let Some(r) = found else { return "## Do its probabilities come true?\n\nNo case has a label.\n".to_owned() };
    let judged = match r.ece_if_calibrated {
        None => String::new(),
        Some(chance) if r.ece > chance.high => format!(
            " That is more than chance: a perfectly calibrated triager would show {} on {}, and more than {} once in twenty times. Take \
             its verdicts for a ranking, not for probabilities; fit it anew before a threshold of the policy rests on them.",
            score(Some(chance.mean)),
            plural(r.count, "case"),
            score(Some(chance.high))
        ),
        Some(chance) => format!(
            " A perfectly calibrated triager would show {} on {}, and more than {} once in twenty times: nothing here says that its \
             probabilities are wrong.",
            score(Some(chance.mean)),
            plural(r.count, "case"),
            score(Some(chance.high))
        ),
    };
    let row = |bin: &crate::evaluate::ReliabilityBin| vec![percent(bin.stated), estimate(&bin.observed)];
    let rows: Vec<Vec<String>> = r.diagram.iter().map(row).collect();
    format!(
        "## Do its probabilities come true?\n\n![Stated probability against what was so](charts/reliability.svg)\n\nExpected calibration error \
         {} (15 bins of equal counts; {} with equal width), Brier score {} (0 is best; a constant ½ has 0.250).{judged}\n\n{}\nThe probability of \
         a verdict: its confidence when it blames, one minus that when it dismisses, ½ when it leaves the case open.\n",
        score(Some(r.ece)),
        score(Some(r.ece_equal_width)),
        score(Some(r.brier)),
        table(&["stated, mean of the bin", "caused by the deploy [95 %]"], true, &rows)
    )
}

fn by_cause(e: &Evaluation) -> String {
    format!(
        "## By what the case hits\n\nWhere “blamed” is high beside a cause that is no deploy, triage takes that kind of outage for your change.\n\n{}",
        verdict_table("the case hits", &e.triage.by_cause, |cause| words::case_cause(*cause))
    )
}

fn by_change(e: &Evaluation) -> String {
    format!(
        "## By what the deploy changed\n\n{}\nFrom the paths alone: documentation, tests and CI do not run in production.\n",
        verdict_table("changed files", &e.triage.by_change, |change| words::change_kind(*change))
    )
}

fn decoys(decoys: Option<&Decoys>) -> String {
    let told = match decoys {
        None => "Not asked: there are no diffs to swap, or verdicts exist only on the cases that a model or another agent was asked \
                 about.\n"
            .to_owned(),
        Some(d) => format!(
            "Each case once more with the diff of another service's deploy, and with none; all else as it was ({}). A triager that reads \
             the diff takes its blame back.\n\n{}",
            plural(d.cases, "case"),
            table(
                &["what", "value [95 %]"],
                false,
                &[
                    vec!["blamed with its own diff, and still with the wrong one".to_owned(), estimate(&d.still_caused)],
                    vec!["and still without any".to_owned(), estimate(&d.still_caused_without_diff)],
                    vec!["not blamed with its own diff, but with the wrong one".to_owned(), estimate(&d.newly_caused)],
                ]
            )
        ),
    };
    format!("## Does it read the diff?\n\n{told}")
}

/// `None` where no incident lies in the windows of several deploys.
fn overlaps(o: &Overlaps) -> Option<String> {
    if o.incidents + o.guilty_has_no_case == 0 {
        return None;
    }
    let t = &o.tally;
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = [
        row("guilty deploy first, and blamed (accuracy@1)", estimate(&t.accuracy_at_1)),
        row("mean of 1 / its rank (MRR)", format!("{}; {} by chance", score(t.mrr), score(t.mrr_by_chance))),
        row("nobody blamed though one is guilty", estimate(&t.unblamed)),
        row("somebody blamed though none is guilty", estimate(&t.false_blame)),
    ];
    Some(format!(
        "## Several deploys at once\n\n{} lie in the windows of several deploys that had a case; the deploys are ranked by the probability \
         that triage gives. In {} more the guilty one had no case: detection's miss.\n\n{}",
        plural(o.incidents, "incident"),
        count(o.guilty_has_no_case),
        table(&["what", "value [95 %]"], false, &rows)
    ))
}

fn money_section(e: &Evaluation) -> String {
    let t = &e.triage;
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        row("tokens of triage", count(t.tokens.total())),
        row("their price, by the price list", money(t.tokens_usd)),
        row("price of a right verdict (tokens alone ÷ right verdicts)", maybe_money(t.usd_per_right_verdict)),
    ];
    if let Some(asked) = &t.asked {
        let ends: Vec<String> =
            asked.outcomes.iter().map(|(name, n)| format!("{} {}", count(*n), name.replace('_', " "))).collect();
        rows.push(row("questions to the model, by how they ended", md(&ends.join(", "))));
        rows.push(row(
            "requests, and those whose tokens nobody counted",
            format!("{}, {}", count(asked.calls), count(asked.uncounted)),
        ));
    }
    if let (Some(without), Some(with)) = (without(e), with(e)) {
        let false_actions = without.false_actions_avoided.as_ref();
        rows.extend([
            row(
                "false actions without it, with it",
                format!("{}, {}", count(without.false_actions), count(with.false_actions)),
            ),
            row("false actions that it avoids", difference(false_actions, Unit::Count)),
            row("cost without it, with it", format!("{}, {}", money(without.total_usd), money(with.total_usd))),
            row("its worth", difference(without.worth.as_ref(), Unit::Money)),
        ]);
    }
    let pays = t.break_even.as_ref().map_or_else(
        || "Nothing was rightly acted on, so that the precision at which acting pays is not known.".to_owned(),
        |found| break_even(e, found),
    );
    format!(
        "## What it costs, and what it is worth\n\n{}\nPrice list {}. Cost is tokens, review, wrong rollbacks, and the harm of regressions until \
         they were acted on or ended; worth is cost without triage − cost with it, days paired and drawn anew ([more](report.md#what-each-stage-is-worth)).\n\n{pays}\n",
        table(&["what", "value [95 %]"], false, &rows),
        md(&e.manifest.costs)
    )
}

fn break_even(e: &Evaluation, found: &BreakEven) -> String {
    if found.precision > 1.0 {
        return "**Break-even**: an attempt costs more than a right one saves: under this price list acting never pays.".to_owned();
    }
    let by_days = match (found.low, found.high) {
        (Some(low), Some(high)) => format!(" {} by days", range(low, high.min(1.0))),
        _ => format!(" ({} with an action: too few for an interval)", plural(found.days, "day")),
    };
    let by_prices = e.cost.break_even_range.as_ref().map_or_else(String::new, |r| {
        let change = |factor: f64| if factor < 1.0 { "halved" } else { "doubled" };
        format!(
            "; from {} ({} {}) to {} ({} {}) when one price is off by two",
            percent(r.lowest.precision.min(1.0)),
            words::assumption(r.lowest.assumption),
            change(r.lowest.factor),
            decimal_percent(r.highest.precision),
            words::assumption(r.highest.assumption),
            change(r.highest.factor)
        )
    });
    format!(
        "**Break-even**: acting pays once {} of the cases acted on are right{by_days}{by_prices}. Here {} are.",
        percent(found.precision),
        estimate(&e.end_to_end.precision)
    )
}

/// Above 1 a share is no share: acting would never pay.
fn decimal_percent(share: f64) -> String {
    if share > 1.0 { format!("never ({} × what can be)", decimal(share)) } else { percent(share) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_page_without_a_triage_of_its_own_says_so_and_hostile_text_stays_text() {
        fixture::with(|w| {
            let text = page(View { data: w.data, fits: w.fits, assessment: w.assessment });
            assert!(text.starts_with("# Triage by accept_all on hostile: was it the deploy?"), "{text}");
            assert!(text.contains("This pipeline has no triage of its own"), "{text}");
            assert!(text.contains("**`d/2`** on c: blamed"), "{text}");
            assert!(!text.contains("<script") || text.contains('`'), "{text}");
            assert!(text.chars().all(|c| c == '\n' || !crate::model::hides(c)), "{text}");
            for block in text
                .lines()
                .filter(|line| line.starts_with('|'))
                .collect::<Vec<_>>()
                .chunk_by(|a, b| a.matches('|').count() == b.matches('|').count())
            {
                assert!(block.len() >= 2, "a row broke out of its table: {block:?}");
            }
        });
    }
}
