//! What speaks for and against “the deploy caused this”: what it changed, and how an error is linked to that.
//!
//! [`Diff`] is what a deploy changed, read from text; [`FileClass`] what each file is for, [`FileClasses`] with the user's own rules; [`Change`] both of them indexed for one
//! case. Links come of the trace and of the message, measurements of the series; [`rules`] is the one table of them all.

pub mod diff;
pub mod file_classes;
pub mod files;

mod bumps;
mod change;
pub mod citations;
mod glob;
mod guards;
mod link;
pub mod measured;
mod moved;
mod names;
pub mod rules;
mod tests_of;
mod text;
mod trace;
mod words;

pub use link::Link;

pub(super) use change::{Change, only_logging};

use super::Sample;
use crate::normalize::trace::parse;
use rules::Rule;
use std::collections::BTreeMap;

/// How the records of one alert are linked to the change: of every rule the strongest over the samples, of the places that a trace can
/// be in and of the ways a message can relate only the best. What one record shows, another's silence does not undo.
pub(super) fn links(signature: &str, samples: &[Sample<'_>], change: &Change<'_>) -> Vec<Link> {
    let mut found: BTreeMap<&'static str, Link> = BTreeMap::new();
    for sample in samples {
        let parsed = sample.stack_trace.map(parse).unwrap_or_default();
        let text = text::links(signature, sample, &parsed, change);
        for link in text.into_iter().chain(trace::links(signature, parsed, change)) {
            match found.get(link.rule.id) {
                Some(before) if before.strength >= link.strength => {}
                _ => _ = found.insert(link.rule.id, link),
            }
        }
    }
    keep_last(&mut found, &rules::PLACES);
    keep_last(&mut found, &RELATIONS);
    for (rule, beside) in EXCLUDED {
        if beside.iter().any(|other| found.contains_key(other.id)) {
            found.remove(rule.id);
        }
    }
    found.into_values().collect()
}

/// One text that stands in the diff is found as text, as identifier and as words: it counts once.
const RELATIONS: [Rule; 4] =
    [rules::UNRELATED, rules::WORDS_IN_CHANGE, rules::IDENTIFIER_IN_CHANGE, rules::TEXT_IN_CHANGE];

/// Rules that say nothing beside others: strange words where the trace is in the change, a check that is elsewhere than the trace.
const EXCLUDED: [(Rule, &[Rule]); 2] = [
    (rules::UNRELATED, &[rules::NEAR_HUNK, rules::IN_FILE, rules::IN_CHANGED_FUNCTION, rules::IN_HUNK]),
    (rules::GUARD_CHANGED, &[rules::IN_PACKAGE, rules::STACK_ELSEWHERE]),
];

/// Of the rules of one group only the last that holds stays.
fn keep_last(found: &mut BTreeMap<&'static str, Link>, group: &[Rule]) {
    let best = group.iter().rev().find(|rule| found.contains_key(rule.id));
    if let Some(best) = best {
        found.retain(|id, _| *id == best.id || !group.iter().any(|rule| rule.id == *id));
    }
}
