//! The funnel and the stages, as tables.

use super::super::number::{UNDEFINED, count, decimal, estimate, percent};
use super::super::words::{Standing, loss_rows};
use super::escape::{md, table};
use crate::evaluate::{Assessment, Evaluation, Judged};
use crate::stats::Estimate;
use std::fmt::Write;

/// How much is left at each stage of the pipeline, split by what it turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunnelStage {
    pub name: &'static str,
    /// By [`Standing::ALL`].
    pub parts: [u64; 4],
}

impl FunnelStage {
    #[must_use]
    pub fn total(&self) -> u64 {
        self.parts.iter().sum()
    }
}

/// Detections → alerts → cases → blamed → acted.
#[must_use]
pub fn funnel_stages(assessment: &Assessment) -> Vec<FunnelStage> {
    use crate::model::VerdictKind::Caused;
    let alerts = |gated_too: bool| {
        let mut parts = [0; 4];
        for judged in &assessment.judged {
            for (alert, hits) in judged.outcome.alerts.iter().zip(&judged.hits) {
                if gated_too || !alert.gated {
                    parts[Standing::of_alert(&assessment.truth, judged.outcome.window.deploy, hits) as usize] += 1;
                }
            }
        }
        parts
    };
    let cases = |keep: &dyn Fn(&Judged) -> bool| {
        let mut parts = [0; 4];
        for judged in assessment.judged.iter().filter(|j| j.case().is_some() && keep(j)) {
            parts[Standing::of_case(judged) as usize] += 1;
        }
        parts
    };
    vec![
        FunnelStage { name: "detections", parts: alerts(true) },
        FunnelStage { name: "alerts", parts: alerts(false) },
        FunnelStage { name: "cases", parts: cases(&|_| true) },
        FunnelStage { name: "blamed", parts: cases(&|j| j.case().is_some_and(|c| c.verdict.kind == Caused)) },
        FunnelStage { name: "acted on", parts: cases(&|j| j.case().is_some_and(|c| c.action.changes_production())) },
    ]
}

/// The loss funnel: what entered, what was left at each stage, and where missed regressions were lost.
#[must_use]
pub fn funnel(assessment: &Assessment) -> String {
    let e = &assessment.evaluation;
    let f = &e.funnel;
    let rows: Vec<Vec<String>> = funnel_stages(assessment)
        .iter()
        .map(|stage| {
            let parts = stage.parts.iter().map(|&n| count(n));
            [stage.name.to_owned(), count(stage.total())].into_iter().chain(parts).collect()
        })
        .collect();
    let head: Vec<&str> = ["stage", "left"].into_iter().chain(Standing::ALL.map(Standing::name)).collect();
    let mut out = format!(
        "## What was left at each stage\n\n{} windows, {} signatures seen in them. A detection is a signature that rose or is new; an alert is one that passed the gate; a case is all alerts of one deploy on one service. “Blamed” is a verdict `caused`.\n\n{}\n",
        count(f.windows),
        count(f.signatures_tested),
        table(&head, true, &rows)
    );
    if assessment.truth.labels.is_some() {
        let rows: Vec<Vec<String>> = loss_rows(&e.misses)
            .iter()
            .map(|row| vec![row.short.to_owned(), count(row.count), row.meaning.to_owned()])
            .collect();
        _ = writeln!(
            out,
            "Where the {} missed regressions were lost:\n\n{}",
            count(e.misses.total()),
            table(&["lost at", "missed", "meaning"], false, &rows)
        );
    }
    out + "![What was left at each stage](charts/funnel.svg)\n"
}

/// Precision and recall of every stage with their intervals, and the oracle's bound.
#[must_use]
pub fn stages(e: &Evaluation) -> String {
    let (d, t, end) = (&e.detection, &e.triage, &e.end_to_end);
    let row = |name: &str, e: &Estimate, meaning: &str| vec![name.to_owned(), estimate(e), meaning.to_owned()];
    let number = |name: &str, x: Option<f64>, meaning: &str| {
        vec![name.to_owned(), x.map_or_else(|| UNDEFINED.to_owned(), decimal), meaning.to_owned()]
    };
    let head = ["number", "value", "of what"];
    let detection = [
        row("precision (alerts)", &d.precision, "alerts that hit an incident"),
        row("precision (cases)", &d.case_precision, "cases that hit an incident"),
        row("recall", &d.recall, "reachable incidents that an alert hits"),
        row("chance hit rate", &d.chance_hit_rate, "the same alerts, incidents moved by a week: what luck alone hits"),
        number("f1", d.f1, "of precision (cases) and recall"),
    ];
    let triage = [
        row("precision", &t.precision, "blamed cases that the deploy did cause"),
        row("recall", &t.recall, "caused cases that were blamed"),
        row("specificity", &t.specificity, "cases not caused that were not blamed"),
        row("abstention", &t.abstention, "cases left open"),
        row(
            "attribution, precision",
            &t.attribution.precision,
            "signatures blamed in right verdicts that belong to the incident",
        ),
        row(
            "attribution, recall",
            &t.attribution.recall,
            "signatures of the incident in right verdicts that were blamed",
        ),
        number("Brier score", t.brier, "0 is perfect; always saying ½ gives 0.25"),
        number("calibration error", t.ece, "expected, 15 bins of equal mass"),
    ];
    let end_rows = [
        row("precision", &end.precision, "actions that were right, of those right or wrong"),
        row("recall", &end.recall, "regressions worth acting on that were acted on"),
        row("fix forward, precision", &end.by_action.fix_forward, "fixes that were right"),
        row("rollback, precision", &end.by_action.rollback, "rollbacks that were right"),
        number("f1", end.f1, "of precision and recall"),
        row(
            "**upper bound**, precision",
            &end.oracle.precision,
            "same cases, a triager that knows the truth: not attainable",
        ),
        row("**upper bound**, recall", &end.oracle.recall, "the same"),
    ];
    let counts = format!(
        "{} right and {} wrong actions ({} of the wrong ones on a guilty deploy's unrelated case), {} right but not worth it, {} unlabelled.",
        count(end.true_actions),
        count(end.false_actions),
        count(end.coincidental),
        count(end.unneeded),
        count(end.unlabelled_actions)
    );
    format!(
        "## How good each stage is\n\n{}\n### Detection\n\n{}\n### Triage\n\n{}\n### End to end\n\n{counts}\n\n{}\n![Precision and recall of every stage](charts/precision_recall.svg)\n",
        labels_note(e),
        table(&head, false, &detection),
        table(&head, false, &triage),
        table(&head, false, &end_rows)
    )
}

fn labels_note(e: &Evaluation) -> String {
    let open = match e.incidents.cause_open {
        0 => String::new(),
        n => format!(" {} incidents have no known cause and are in no end-to-end ratio.", count(n)),
    };
    let outside = match e.incidents.not_evaluable {
        0 => String::new(),
        n => format!(" {} lie outside the data and are in no ratio.", count(n)),
    };
    let level = percent(e.detection.recall.level);
    format!(
        "Intervals are Wilson's, {level}; `between … and …` are bounds with all unlabelled units counted against and for. Labels: {}.{open}{outside}\n",
        md(&e.manifest.labels)
    )
}
