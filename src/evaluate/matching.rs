//! Which alerts hit which incidents (semantics.md §5).

use super::truth::{TrueIncident, Truth};
use crate::model::{Alert, Interval, Span, Window};
use crate::pipeline::Outcome;
use crate::series::{Fits, GroupId, Observed, Series};
use std::collections::BTreeSet;

/// Indices of the incidents that an alert hits, every incident moved by `shift` (zero, but for the chance hit rate).
#[must_use]
pub fn hits(fits: &Fits, truth: &Truth, window: &Window, alert: &Alert, shift: Span) -> Vec<usize> {
    let series = fits.of(window);
    let Some(group) = series.find(&window.service, &alert.detection.signature) else { return Vec::new() };
    let hit = |incident: &TrueIncident| {
        incident.evaluable
            && incident.touches(&window.service)
            && counted_inside(series, window, group, incident.interval.shifted(shift))
            && incident.matches(texts(series, window, group).into_iter())
    };
    (0..truth.incidents.len()).filter(|&index| hit(&truth.incidents[index])).collect()
}

/// Whether one of the records that were counted lies in the interval.
fn counted_inside(series: &Series, window: &Window, group: GroupId, interval: Interval) -> bool {
    let overlap = Interval::new(window.window.start.max(interval.start), window.window.end.min(interval.end));
    !overlap.is_empty() && series.count(group, Observed { interval: overlap, by: window.decided_at }) > 0
}

/// The template and the distinct raw messages in W.
fn texts<'a>(series: &'a Series, window: &Window, group: GroupId) -> Vec<&'a str> {
    let what = Observed { interval: window.window, by: window.decided_at };
    let messages: BTreeSet<u32> = series.rows(group, what).map(|row| series.records.message[row]).collect();
    std::iter::once(series.template(group))
        .chain(messages.into_iter().map(|id| series.records.messages.get(id)))
        .collect()
}

/// How many ungated alerts would hit an incident if every incident had been a week later, or earlier: (hits, trials).
#[must_use]
pub fn chance_hits(fits: &Fits, truth: &Truth, outcomes: &[Outcome]) -> (u64, u64) {
    let week = Span::days(7);
    let back = Span::from_micros(-week.micros());
    let mut hit = 0;
    let mut trials = 0;
    for outcome in outcomes {
        for alert in outcome.passed() {
            for shift in [week, back] {
                trials += 1;
                hit += u64::from(!hits(fits, truth, &outcome.window, alert, shift).is_empty());
            }
        }
    }
    (hit, trials)
}
