//! What the placebos say, for people: how often a configuration flags where nothing was deployed.

use super::number::{UNDEFINED, count, decimal, estimate_short, percent, plural, small_percent};
use super::style::{Style, pad};
use crate::evaluate::{AttainedRate, MARKED_ABOVE, MIN_EXPECTED, PlaceboScores, PlaceboVerdict, StratumRate};

/// A row of the table: what is expected in W, tests, flagged, attained with bounds, verdict.
pub type Row = [String; 5];

/// The table's head.
pub const HEAD: [&str; 5] = ["expected in W", "tests", "flagged", "attained [95 % bounds]", ""];

/// One row a stratum that has tests, and one for all.
#[must_use]
pub fn rows(scores: &PlaceboScores) -> Vec<Row> {
    let strata = scores.strata.iter().filter(|stratum| stratum.rate.tests > 0);
    let strata = strata.map(|stratum| row(range(stratum), &stratum.rate, scores.nominal));
    strata.chain([row("all".to_owned(), &scores.rate, scores.nominal)]).collect()
}

fn row(label: String, rate: &AttainedRate, nominal: f64) -> Row {
    let share = |rate: Option<f64>| rate.map_or_else(|| UNDEFINED.to_owned(), small_percent);
    let bounds = format!("{} [{}, {}]", share(rate.attained), share(rate.low), share(rate.high));
    [label, count(rate.tests), count(rate.flagged), bounds, verdict(rate.verdict, rate, nominal)]
}

fn range(stratum: &StratumRate) -> String {
    match (stratum.expected_from, stratum.expected_to) {
        (_, None) => format!("{} and more", decimal(stratum.expected_from)),
        (from, Some(to)) if from <= 0.0 => format!("below {}", decimal(to)),
        (from, Some(to)) => format!("{} to {}", decimal(from), decimal(to)),
    }
}

fn verdict(verdict: PlaceboVerdict, rate: &AttainedRate, nominal: f64) -> String {
    match verdict {
        PlaceboVerdict::Holds => "holds".to_owned(),
        PlaceboVerdict::Above => {
            let times = rate.attained.map_or_else(|| UNDEFINED.to_owned(), |rate| decimal(rate / nominal));
            format!("ABOVE: {times} × nominal")
        }
        PlaceboVerdict::Open => "open: more tests needed".to_owned(),
        PlaceboVerdict::CannotCertify => "cannot certify".to_owned(),
    }
}

/// Two sentences: what a quiet hour brings, and whether the level means what it says.
#[must_use]
pub fn answer(scores: &PlaceboScores) -> [String; 2] {
    let quiet = scores.windows - scores.in_incidents;
    let flagged = format!(
        "At {} of {} where nothing was deployed and no incident is known, a known signature would have flagged; at {} a new one.",
        estimate_short(&scores.windows_flagged),
        plural(quiet, "pseudo-deploy"),
        estimate_short(&scores.windows_with_new)
    );
    [flagged, level(scores)]
}

fn level(scores: &PlaceboScores) -> String {
    let nominal = small_percent(scores.nominal);
    match scores.verdict() {
        PlaceboVerdict::Above => {
            let worst = scores.worst().map_or_else(String::new, |worst| {
                let rate = worst.rate.attained.map_or_else(|| UNDEFINED.to_owned(), small_percent);
                format!(": {rate} where {} are expected", range(worst))
            });
            format!(
                "The level does not hold: nominal {nominal}, attained above {MARKED_ABOVE} times that{worst}. Read every p-value of this \
                 configuration as a rank, not as a probability."
            )
        }
        PlaceboVerdict::Holds => {
            format!("The level holds: nominal {nominal}, attained at most {MARKED_ABOVE} times that (95 % bound).")
        }
        PlaceboVerdict::Open => {
            format!("Within {MARKED_ABOVE} times the nominal {nominal}, but the bound is not: bring a longer history.")
        }
        PlaceboVerdict::CannotCertify => format!(
            "Cannot certify a nominal {nominal}: {} expect {} false alarms, {MIN_EXPECTED} are needed. Bring a longer history or a larger α.",
            plural(scores.rate.tests, "test"),
            decimal(scores.rate.tests as f64 * scores.nominal)
        ),
    }
}

/// The answer on one line, for a summary.
#[must_use]
pub fn short(scores: &PlaceboScores) -> String {
    match scores.verdict() {
        PlaceboVerdict::Above => format!("level {} does not hold", small_percent(scores.nominal)),
        PlaceboVerdict::Holds => format!("level {} holds", small_percent(scores.nominal)),
        PlaceboVerdict::Open => format!("level {} not settled", small_percent(scores.nominal)),
        PlaceboVerdict::CannotCertify => format!("level {}: too few to certify", small_percent(scores.nominal)),
    }
}

/// What `shakedown placebo` prints of one pipeline.
#[must_use]
pub fn summary(name: &str, data_set: &str, scores: &PlaceboScores, style: Style) -> String {
    let mut lines = vec![format!(
        "{} on {data_set} · {}, {} of them in incidents and left out · nominal {}",
        style.bold(name),
        plural(scores.windows, "matched pseudo-deploy"),
        count(scores.in_incidents),
        percent(scores.nominal)
    )];
    let line = |cells: &[String]| {
        let widths = [16, 12, 10, 30];
        let padded = cells.iter().zip(widths).map(|(cell, width)| pad(cell, width));
        format!("  {}{}", padded.collect::<String>(), cells.last().cloned().unwrap_or_default()).trim_end().to_owned()
    };
    lines.push(style.dim(&line(&HEAD.map(str::to_owned))));
    for (row, rate) in rows(scores).iter().zip(rates(scores)) {
        let text = line(row);
        lines.push(if rate.verdict == PlaceboVerdict::Above { style.bad(&text) } else { text });
    }
    lines.extend(answer(scores).map(|sentence| format!("  {sentence}")));
    lines.join("\n") + "\n"
}

fn rates(scores: &PlaceboScores) -> impl Iterator<Item = &AttainedRate> {
    let strata = scores.strata.iter().map(|stratum| &stratum.rate).filter(|rate| rate.tests > 0);
    strata.chain([&scores.rate])
}
