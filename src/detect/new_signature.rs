//! The rule for signatures without a record in B, to which no test applies.

use super::Look;
use crate::model::Interval;
use crate::series::{GroupId, Observed, Series};
use crate::stats::{GoodTuring, novel_rate_test};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// *Fires when* a signature without any record in B has at least `min_count` records in W, from `min_origins` users or traces, and
/// (where asked) more signatures are new than are in other windows like W. *Misses when* it is known but rose.
/// *Fires wrongly when* rare errors recur after more than B's length, or normalization splits one error into many signatures.
/// *Reference*: semantics.md §3; statistics.md §7.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSignature {
    /// At least 1.
    pub min_count: u64,
    /// Distinct users (or, of records without one, traces) that its records must come from. Records that name neither say
    /// nothing: a signature without any such record passes. 0 or 1: not asked.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min_origins: u64,
    /// The number of new signatures in W must be this improbable under the rate of past windows like W; in (0, 1]. Absent: not
    /// asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub novelty_alpha: Option<f64>,
    /// At most this share of B's records may be of signatures that occurred once (Good–Turing's missing mass): above it nearly
    /// every window has something new and newness says nothing. In (0, 1]. Absent: not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_missing_mass: Option<f64>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands over a reference
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl NewSignature {
    /// The rule of a count alone.
    #[must_use]
    pub const fn at_least(min_count: u64) -> Self {
        Self { min_count, min_origins: 0, novelty_alpha: None, max_missing_mass: None }
    }

    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if self.min_count == 0 {
            return Err("detect.new_signature.min_count is 0: every absent signature would be new".to_owned());
        }
        let shares = [("novelty_alpha", self.novelty_alpha), ("max_missing_mass", self.max_missing_mass)];
        for (name, value) in shares {
            if let Some(value) = value.filter(|v| !(*v > 0.0 && *v <= 1.0)) {
                return Err(format!("detect.new_signature.{name} is {value}: it lies in (0, 1]"));
            }
        }
        Ok(())
    }

    /// Whether newness says anything in this window: not where it is usual.
    #[must_use]
    pub fn is_telling(&self, series: &Series, look: &Look) -> bool {
        self.max_missing_mass.is_none_or(|most| missing_mass(series, look).is_none_or(|mass| mass <= most))
            && self.novelty_alpha.is_none_or(|alpha| novelty_p(series, look) <= alpha)
    }

    /// Whether a new signature's records are enough.
    #[must_use]
    pub fn is_met(&self, k: u64, origins: Option<u64>) -> bool {
        k >= self.min_count && origins.is_none_or(|origins| origins >= self.min_origins)
    }
}

/// Distinct users, or traces where no user is named, among a signature's records in W; `None`: no record names either.
#[must_use]
pub fn origins(series: &Series, group: GroupId, what: Observed) -> Option<u64> {
    let records = series.records;
    let named = series.rows(group, what).filter_map(|row| match (records.user_id[row], records.trace[row]) {
        (0, 0) => None,
        (0, trace) => Some((1, trace)),
        (user, _) => Some((0, u64::from(user))),
    });
    let distinct: BTreeSet<(u8, u64)> = named.collect();
    (!distinct.is_empty()).then_some(distinct.len() as u64)
}

/// Share of B's records that are of signatures seen once: Good's estimate of the chance that the next record is of a signature
/// never seen (Good 1953). `None`: B is empty.
fn missing_mass(series: &Series, look: &Look) -> Option<f64> {
    let by = look.decided_at();
    let count = |group| look.baseline.iter().map(|&interval| series.count(group, Observed { interval, by })).sum();
    let counts: Vec<u64> = series.groups_of(&look.window.service).map(count).collect();
    GoodTuring::of(&counts).missing_mass()
}

/// Upper-tail p-value of the number of signatures first seen in W, by Gamma–Poisson with Jeffreys' prior over past windows like W
/// (statistics.md §7). 1 where there is no such window.
fn novelty_p(series: &Series, look: &Look) -> f64 {
    let firsts: Vec<_> = series
        .groups_of(&look.window.service)
        .filter_map(|group| {
            let until = Interval::new(look.baseline.first()?.start, look.window.window.end);
            series.rows(group, Observed { interval: until, by: look.decided_at() }).next()
        })
        .map(|row| series.records.timestamp[row])
        .collect();
    let new_in = |interval: Interval| firsts.iter().filter(|&&at| interval.contains(at)).count() as u64;
    let cells = look.cells();
    let past = cells.iter().filter(|cell| cell.same_class);
    let past: Vec<u64> = past.map(|cell| new_in(cell.interval)).collect();
    novel_rate_test(&past, 1.0, new_in(look.window.window), 1.0).map_or(1.0, |test| test.ln_p.exp())
}
