//! How sure the numbers are: by what is counted once, by missing and wrong labels, and by how many decisions there were.

use super::super::number::{UNDEFINED, count, decimal, estimate, maybe_percent, minutes, percent, plural, range};
use super::super::words;
use super::escape::table;
use crate::evaluate::{
    Answer, AveragePrecision, ClusteredBy, Evaluation, LabelNoise, LabelsNeeded, NoiseRange, OneToOne,
    PrecisionQuestion, ReviewCounts, ThreeReadings, UnitScore, UnlabelledCases,
};

#[must_use]
pub fn section(e: &Evaluation) -> String {
    let parts = [
        Some(units(&e.units)),
        e.labels_needed.as_ref().map(labels_needed),
        e.label_noise.as_ref().map(label_noise),
        e.unlabelled.as_ref().and_then(unlabelled),
        e.one_to_one.as_ref().map(one_to_one),
        Some(ranking(e)),
    ];
    format!("## How sure is this?\n\n{}", parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// Every unit with its interval, the bound that gates use, and the interval that respects clusters.
fn units(units: &[UnitScore]) -> String {
    let row = |score: &UnitScore| {
        let resampled = score.bootstrap.as_ref().map_or_else(
            || UNDEFINED.to_owned(),
            |b| {
                let by = if b.clustered_by == ClusteredBy::Day { "days" } else { "incidents" };
                format!("{}, {} {by}", range(b.low, b.high), b.clusters)
            },
        );
        vec![
            words::measured(score.stage, score.measure).to_owned(),
            words::unit(score.unit).to_owned(),
            estimate(&score.estimate),
            maybe_percent(score.lower_bound),
            resampled,
        ]
    };
    let rows: Vec<Vec<String>> = units.iter().map(row).collect();
    format!(
        "### By what is counted once\n\nRead the row of what your people get (one case is one page, one action one review). For a gate take “at least”: it holds with 95 % confidence, every unlabelled unit counted against it. Where “resampled” is wider, errors come in groups, and the wider interval is the honest one.\n\n{}\nAn episode is the alerts of one deploy and service whose first records lie 30 minutes apart at most. By incident, all alarms of one count once, against the cases that hit none. Resampled: whole days of deploys, or incidents, 2,000 draws; {UNDEFINED} with unlabelled units, under ten clusters, or where all agree.\n",
        table(&["what", "by", "value [95 %]", "at least", "resampled [95 %]"], false, &rows)
    )
}

fn labels_needed(needed: &LabelsNeeded) -> String {
    let asked = percent(needed.end_to_end.asked);
    let row = |name: &str, q: &PrecisionQuestion| {
        let labelled = format!("{} of {}", count(q.right), count(q.labelled));
        let bound = |share| maybe_percent(share);
        vec![name.to_owned(), labelled, bound(q.lower_bound), bound(q.upper_bound), answer(q)]
    };
    let rows = [row("actions", &needed.end_to_end), row("blamed cases", &needed.triage)];
    format!(
        "### Are {asked} right? How many more labels would tell\n\nLet it act alone only on a “yes”. “More” is how many further labelled decisions answer the question in four months out of five, were the true share what these few suggest: review that many before asking again.\n\n{}\nBounds are one-sided, 95 %, exact. Several decisions about one incident are worth less than as many independent ones, so that “more” is a minimum.\n",
        table(&["decisions", "right", "at least", "at most", "answer"], false, &rows)
    )
}

fn answer(question: &PrecisionQuestion) -> String {
    match question.answer {
        Answer::Yes => "**yes**".to_owned(),
        Answer::No => "**no**".to_owned(),
        Answer::Nothing => "nothing labelled yet".to_owned(),
        Answer::TooNear { assumed } => format!("too near to tell (about {})", percent(assumed)),
        Answer::More { labels, assumed } => {
            let wait = question.days.map_or_else(String::new, |days| format!(", {} at this pace", pace(days)));
            let likely = if assumed > question.asked { "yes" } else { "no" };
            format!("about {} more{wait}, if {} are right: then a {likely}", count(labels), percent(assumed))
        }
    }
}

/// `7 months`: 30 days each.
fn pace(days: f64) -> String {
    if days < 60.0 { minutes(days.round() * 1440.0) } else { plural((days / 30.0).round() as u64, "month") }
}

fn label_noise(noise: &LabelNoise) -> String {
    let shares: Vec<String> = noise
        .metrics
        .first()
        .map(|metric| metric.ranges.iter().map(|r| format!("{} wrong", percent(r.share))).collect())
        .unwrap_or_default();
    let head: Vec<&str> = ["what", "as logged"].into_iter().chain(shares.iter().map(String::as_str)).collect();
    let cell = |r: &NoiseRange| match (r.low, r.high) {
        (Some(low), Some(high)) => range(low, high),
        _ => UNDEFINED.to_owned(),
    };
    let rows: Vec<Vec<String>> = noise
        .metrics
        .iter()
        .map(|m| {
            let name = words::measured(m.stage, m.measure).to_owned();
            [name, maybe_percent(m.as_labelled)].into_iter().chain(m.ranges.iter().map(cell)).collect()
        })
        .collect();
    format!(
        "### If the incident log is wrong in places\n\nIf a conclusion of yours does not survive the 5 % or the 10 % column, have a second person check the log's causes before you rely on it.\n\n{}\nFifth to 95th percentile of {} draws. A wrong record is, at even odds, missing, or blames the wrong cause: a deploy's incident something else, another's the last deploy before it. No incident is invented, so an incident that nobody logged is not in here: it would make false alarms right. Unlabelled units count against each share.\n",
        table(&head, false, &rows),
        count(noise.draws)
    )
}

/// Nothing where everything has a label.
fn unlabelled(cases: &UnlabelledCases) -> Option<String> {
    let readings = [
        ("alarms that hit an incident", &cases.detection),
        ("blamed cases that were caused", &cases.triage),
        ("actions that were right", &cases.end_to_end),
    ];
    if readings.iter().all(|(_, r)| r.unlabelled == 0) {
        return None;
    }
    let row = |(name, r): (&str, &ThreeReadings)| {
        let reviewed = r.reviewed.as_ref().map_or_else(
            || UNDEFINED.to_owned(),
            |w| format!("{} {} ({}/{})", percent(w.value), range(w.low, w.high), w.reviewed_right, w.reviewed),
        );
        let labelled = format!("{}/{}", count(r.right), count(r.labelled));
        vec![
            name.to_owned(),
            labelled,
            count(r.unlabelled),
            maybe_percent(r.as_false),
            maybe_percent(r.as_true),
            reviewed,
        ]
    };
    let rows: Vec<Vec<String>> = readings.into_iter().map(row).collect();
    Some(format!(
        "### What the log leaves open\n\nWhere “all false” and “all true” lie far apart, review cases drawn at random and write what you find to `labels/reviews.jsonl`: the last column then says where between them the truth lies.\n\n{}\n{}\n",
        table(&["what", "right", "open", "all false", "all true", "as reviewed at random [95 %]"], false, &rows),
        reviews(&cases.reviews)
    ))
}

fn reviews(counts: &ReviewCounts) -> String {
    if *counts == ReviewCounts::default() {
        return "The data set holds no reviews.".to_owned();
    }
    format!(
        "Of the cases that the log leaves open, {} were reviewed at random and {} by choice; only random reviews stand for others. {} of cases with a label, or of cases that this pipeline did not raise, changed nothing.",
        count(counts.random),
        count(counts.chosen),
        plural(counts.unused, "review")
    )
}

fn one_to_one(m: &OneToOne) -> String {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = [
        row("episodes with an incident of their own", estimate(&m.precision)),
        row("the same, duplicates left out", estimate(&m.precision_without_duplicates)),
        row("incidents with an episode of their own, reachable or not", estimate(&m.recall)),
        row("duplicates: episodes of an incident that another has", count(m.duplicates)),
        row("known before people declared the incident", count(m.in_time)),
        row("known only after: detected, of no use", count(m.late)),
        row("the log does not say when people knew", count(m.undeclared)),
    ];
    format!(
        "### One alarm for one incident\n\nIf most incidents are known only after people declared them, shorten the window before you tune anything else; if duplicates are many, page once per deploy.\n\n{}\nA stricter rule than that of the other numbers: each incident gets one episode at most and each episode one incident, as many pairs as possible; an episode's first record lies at most 5 minutes before the incident's start and not after its end (24 h at most).\n",
        table(&["what", "value"], false, &rows)
    )
}

fn ranking(e: &Evaluation) -> String {
    let row = |name: &str, ap: Option<&AveragePrecision>| {
        let number = |x: Option<f64>| x.map_or_else(|| UNDEFINED.to_owned(), decimal);
        vec![
            name.to_owned(),
            number(ap.and_then(|ap| ap.value)),
            number(ap.map(|ap| ap.prevalence)),
            ap.map_or_else(|| UNDEFINED.to_owned(), |ap| format!("{} of {}", count(ap.right), count(ap.ranked))),
        ]
    };
    let rows = [
        row("triage's probability, over labelled cases", e.ranking.triage.as_ref()),
        row("p-value, over detections that were tested", e.ranking.tested.as_ref()),
        row("count, over detections of new signatures", e.ranking.new_signatures.as_ref()),
    ];
    format!(
        "### Does a higher score mean more often right?\n\nSet thresholds only on a score whose average precision is clearly above what chance gives; near it, the score says nothing beyond having been raised.\n\n{}",
        table(&["score", "average precision", "by chance", "right"], false, &rows)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn an_answer_says_what_to_wait_for() {
        let question = |answer, days| PrecisionQuestion {
            asked: 0.8,
            alpha: 0.05,
            power: 0.8,
            right: 8,
            labelled: 9,
            unlabelled: 0,
            lower_bound: None,
            upper_bound: None,
            answer,
            days,
        };
        let rows = [
            (Answer::Yes, None, "**yes**"),
            (Answer::TooNear { assumed: 0.79 }, None, "too near to tell (about 79 %)"),
            (
                Answer::More { labels: 51, assumed: 0.93 },
                Some(255.0),
                "about 51 more, 9 months at this pace, if 93 % are right: then a yes",
            ),
            (
                Answer::More { labels: 19, assumed: 0.7 },
                Some(48.2),
                "about 19 more, 48 d at this pace, if 70 % are right: then a no",
            ),
        ];
        for (given, days, expected) in rows {
            assert_eq!(answer(&question(given, days)), expected);
        }
    }

    #[test]
    fn every_table_is_there_and_narrow_enough_to_read() {
        fixture::with(|w| {
            let text = section(&w.assessment.evaluation);
            assert_eq!(text.lines().filter(|line| line.starts_with("| ---")).count(), 5, "{text}");
            let wide: Vec<&str> = text.lines().filter(|l| l.starts_with('|') && l.chars().count() > 110).collect();
            assert!(wide.is_empty(), "{wide:?}");
        });
    }
}
