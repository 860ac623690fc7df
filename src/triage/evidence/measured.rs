//! What the counts say, whatever the code: when it began, where else it rose, and whether traffic explains it.

pub mod concurrent;
pub mod difference;
pub mod habit;
pub mod onset;
pub mod proportion;
pub mod ratio;
mod source;
pub mod versions;

pub use concurrent::ConcurrentDeploy;
pub use difference::Difference;
pub use habit::Habit;
pub use onset::Onset;
pub use proportion::Proportion;
pub use versions::VersionSplit;

use super::rules;
use crate::model::{Evidence, Span};
use crate::triage::{AlertContext, CaseContext};
use onset::Timing;
use proportion::{BUSY, PROPORTION};
use serde::Serialize;
use source::{measured, records};

/// What was measured on the series around one alert; of each, nothing where the counts cannot say it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measured {
    /// `None`: no rise is shown in the hours around the deploy.
    pub onset: Option<Onset>,
    /// `None`: versions did not run side by side, or records do not carry them.
    pub versions: Option<VersionSplit>,
    /// Against all errors of services that were not deployed. `None`: there are none, or no past window like W.
    pub difference: Option<Difference>,
    /// Against the same signature there.
    pub elsewhere: Option<Difference>,
    /// `None`: no traffic data for the service.
    pub proportion: Option<Proportion>,
    pub habit: Habit,
}

/// A rare error that begins this soon after the deploy began with it.
const ONSET: Span = Span::minutes(10);
/// Fewer records than this show no rise.
const FEW: u64 = 3;
/// A rise worth the name.
const RISE: f64 = 2.0;
/// p-values from here on are common among a deploy's hundreds of tests.
const WEAK_P: f64 = 0.001;

/// All that they say of one alert.
#[must_use]
pub fn evidence(context: &AlertContext<'_>, case: &CaseContext<'_>) -> Vec<Evidence> {
    let found = context.measured;
    let single = [
        new_signature(context),
        onset(context, case),
        rose_elsewhere(context),
        traffic(context, case),
        weak_signal(context),
        found.versions.and_then(|versions| versions.evidence()),
        found.difference.and_then(|difference| difference.evidence()),
        concurrent::evidence(case.concurrent),
    ];
    single.into_iter().flatten().chain(found.habit.evidence()).collect()
}

fn new_signature(context: &AlertContext<'_>) -> Option<Evidence> {
    let detection = &context.alert.detection;
    let summary = format!("Never seen in the baseline, {} times in the window.", detection.k);
    detection.is_new.then(|| rules::NEW_SIGNATURE.evidence(1.0, summary, vec![records("k", detection.k)]))
}

/// When it began: where the counts show the change, that; else when its first record came, and how many came before.
fn onset(context: &AlertContext<'_>, case: &CaseContext<'_>) -> Option<Evidence> {
    let shown = context.measured.onset.filter(|onset| onset.timing() != Timing::Unclear);
    match shown {
        Some(onset) => onset.evidence(is_rare(context)),
        None => onset_before(context).or_else(|| first_record(context, case)),
    }
}

fn is_rare(context: &AlertContext<'_>) -> bool {
    context.alert.detection.expected < 1.0 && context.before == 0
}

fn first_record(context: &AlertContext<'_>, case: &CaseContext<'_>) -> Option<Evidence> {
    let detection = &context.alert.detection;
    let delay = detection.first_seen - case.window.window.start;
    // An error that is always there is there in the first minutes as well.
    if !is_rare(context) {
        return None;
    }
    let rule = if delay <= ONSET { rules::ONSET } else { rules::LATE_ONSET };
    let minutes = delay.as_minutes();
    let summary = format!("Rare before, first seen {minutes:.1} minutes into the window.");
    Some(rule.evidence(1.0, summary, vec![measured("first seen after the window's start", minutes, "minutes")]))
}

fn onset_before(context: &AlertContext<'_>) -> Option<Evidence> {
    let detection = &context.alert.detection;
    let before = context.before as f64;
    let high =
        context.before >= FEW && before >= RISE * detection.expected.max(1.0) && before >= detection.k as f64 / 2.0;
    let summary =
        format!("{} records in as long a time right before the deploy, {} after it.", context.before, detection.k);
    let sources = || {
        vec![
            records("before", context.before),
            records("k", detection.k),
            measured("expected", detection.expected, "records"),
        ]
    };
    high.then(|| rules::ONSET_BEFORE.evidence(1.0, summary, sources()))
}

fn rose_elsewhere(context: &AlertContext<'_>) -> Option<Evidence> {
    let rose = |k: u64, expected: f64| k >= FEW && k as f64 >= RISE * expected.max(0.5);
    let risen: Vec<_> = context.elsewhere.iter().filter(|other| rose(other.k, other.expected)).collect();
    // The greatest rise is the one to look at; the name decides between equals.
    let top = risen.iter().max_by(|a, b| {
        (a.k as f64 - a.expected).total_cmp(&(b.k as f64 - b.expected)).then_with(|| b.service.cmp(&a.service))
    })?;
    let summary = format!(
        "It also rose in {} service(s) that were not deployed: {} in {}, {:.1} expected.",
        risen.len(),
        top.k,
        top.service,
        top.expected
    );
    let sources = vec![
        records(&format!("k in {}", top.service), top.k),
        measured(&format!("expected in {}", top.service), top.expected, "records"),
    ];
    // What rose far more here than there has the shared cause for a part of it at most.
    let more = context.measured.elsewhere.is_some_and(|both| both.ratio.interval.low >= RISE);
    Some(rules::ROSE_ELSEWHERE.evidence(if more { 0.5 } else { 1.0 }, summary, sources))
}

fn traffic(context: &AlertContext<'_>, case: &CaseContext<'_>) -> Option<Evidence> {
    if let Some(proportion) = context.measured.proportion {
        return proportion.evidence();
    }
    let (detection, traffic) = (&context.alert.detection, case.traffic?);
    let ratio = traffic.ratio()?;
    let errors = detection.k as f64 / detection.expected;
    if detection.expected <= 0.0 || ratio < BUSY || errors > ratio * PROPORTION {
        return None;
    }
    let summary = format!("Traffic was {ratio:.1} times the usual, the error {errors:.1} times.");
    let sources = vec![
        measured("requests", traffic.requests, "requests"),
        measured("usual requests", traffic.expected, "requests"),
    ];
    Some(rules::TRAFFIC.evidence(1.0, summary, sources))
}

fn weak_signal(context: &AlertContext<'_>) -> Option<Evidence> {
    let detection = &context.alert.detection;
    let p = detection.p_value.filter(|p| *p >= WEAK_P)?;
    let summary = format!(
        "{} records where {:.2} were expected: a rise that chance makes often.",
        detection.k, detection.expected
    );
    Some(rules::WEAK_SIGNAL.evidence(1.0, summary, vec![measured("p-value", p, "probability")]))
}

#[cfg(test)]
mod tests {
    use super::difference::Both;
    use super::onset::Bins;
    use super::versions::OfVersion;
    use super::*;
    use crate::triage::HeuristicSpec;
    use crate::triage::fixture::{Fixture, FixtureAlert};

    /// Rules of the verdict on an error that rose in the fixture's way, and what the verdict is.
    fn judged(change: impl FnOnce(&mut FixtureAlert)) -> Vec<(String, f64)> {
        let mut fixture = Fixture::new();
        fixture.add("boom", change);
        let verdict = fixture.judge(&HeuristicSpec::default().build().unwrap());
        verdict.evidence.into_iter().filter(|one| one.rule != "prior").map(|one| (one.rule, one.weight)).collect()
    }

    fn rose_at(minute: usize) -> Option<Onset> {
        let counts: Vec<u64> = (0..120).map(|bin| u64::from(bin >= 60 + minute) * 2).collect();
        Onset::find(&Bins { counts: &counts, minutes: 1.0, before: 60, past: &[0; 8], window: 60.0 })
    }

    #[test]
    fn a_shown_onset_replaces_the_first_record() {
        let new = |alert: &mut FixtureAlert| (alert.expected, alert.before, alert.first_minute) = (0.1, 0, 30);
        assert_eq!(judged(new), [("onset_late".to_owned(), rules::LATE_ONSET.weight)]);
        let with_it = |alert: &mut FixtureAlert| {
            new(alert);
            alert.measured.onset = rose_at(1);
        };
        assert_eq!(judged(with_it), [("onset_after_deploy".to_owned(), rules::ONSET.weight)]);
        assert_eq!(
            judged(|alert| alert.measured.onset = rose_at(1)),
            [("onset_after_deploy".to_owned(), rules::ONSET.weight / 2.0)],
            "it has always been there"
        );
    }

    #[test]
    fn each_measurement_speaks_for_itself() {
        let arm = |signature, others| OfVersion { signature, others };
        let both = |treated, control| Both { treated, control };
        let shared = Difference::of(both(40, 205), &[both(10, 50), both(11, 52), both(9, 48)]);
        let versions = VersionSplit::of(arm(20, 40), arm(1, 60), 40.0, 1.0);
        let proportion = Proportion::of((30, 3e3), (1680, 168e3), (60.0, 10_080.0), 1.0);
        for (rule, measured) in [
            ("new_version_writes_it", Measured { versions, ..Measured::default() }),
            ("rose_with_others", Measured { difference: shared, ..Measured::default() }),
            ("traffic_in_proportion", Measured { proportion, ..Measured::default() }),
        ] {
            let rules = judged(|alert| alert.measured = measured);
            assert_eq!(rules.iter().map(|(rule, _)| rule.as_str()).collect::<Vec<_>>(), [rule]);
        }
    }

    /// From the prior to `caused` it takes more than any one of them.
    #[test]
    fn no_measurement_alone_turns_a_verdict() {
        let prior = HeuristicSpec::default().prior;
        let odds = |p: f64| (p / (1.0 - p)).ln();
        for rule in [rules::NEW_SIGNATURE, rules::ONSET, rules::NEW_VERSION] {
            assert!(odds(prior) + rule.weight < odds(crate::triage::heuristic::LIKELY), "{}", rule.id);
        }
    }
}
