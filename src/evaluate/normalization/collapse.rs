//! Signs that several errors share one signature.

use super::TOLD;
use super::tally::{Tallies, Tally, most};
use crate::stats::Estimate;
use serde::Serialize;

/// Names told of a suspect.
const NAMES: usize = 4;

/// Shares of signatures. Of exception types and frames only those signatures count that have any.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Collapse {
    pub several_exception_types: Estimate,
    /// Several innermost frames of the application's own.
    pub several_frames: Estimate,
    pub several_services: Estimate,
    /// Signatures of several exception types or frames; most records first.
    pub suspects: Vec<Suspect>,
}

/// A signature in which several errors may hide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suspect {
    pub signature: String,
    pub records: u64,
    pub exception_types: u64,
    pub frames: u64,
    pub services: u64,
    /// Some of its exception types, else of its frames; most records first.
    pub names: Vec<String>,
}

pub fn collapse(tallies: &Tallies) -> Collapse {
    let share = |has: fn(&Tally) -> usize| {
        let known = tallies.seen().filter(|(_, tally)| has(tally) > 0).count() as u64;
        Estimate::ratio(tallies.seen().filter(|(_, tally)| has(tally) > 1).count() as u64, known)
    };
    Collapse {
        several_exception_types: share(|tally| tally.exception_types.len()),
        several_frames: share(|tally| tally.frames.len()),
        several_services: share(|tally| tally.services.len()),
        suspects: suspects(tallies),
    }
}

fn suspects(tallies: &Tallies) -> Vec<Suspect> {
    let several = |tally: &Tally| tally.exception_types.len() > 1 || tally.frames.len() > 1;
    let mut ids: Vec<u32> = tallies.seen().filter(|(_, tally)| several(tally)).map(|(id, _)| id).collect();
    ids.sort_by_key(|&id| (std::cmp::Reverse(tallies.get(id).records), tallies.text(id)));
    let texts = &tallies.series.records.texts;
    let told = |id: u32| {
        let tally = tallies.get(id);
        let names = if tally.exception_types.len() > 1 {
            most(&tally.exception_types, NAMES, |&id| texts.get(id))
        } else {
            most(&tally.frames, NAMES, |frame| frame)
        };
        Suspect {
            signature: tallies.text(id).to_owned(),
            records: tally.records,
            exception_types: tally.exception_types.len() as u64,
            frames: tally.frames.len() as u64,
            services: tally.services.len() as u64,
            names,
        }
    };
    ids.into_iter().take(TOLD).map(told).collect()
}
