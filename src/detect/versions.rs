//! Two versions of a service side by side in one window.

use super::{History, Look};
use crate::model::Interval;
use crate::series::{Observed, Series};
use std::collections::BTreeMap;

/// Records of a service in W by the version that wrote them.
#[derive(Clone, Debug, PartialEq)]
pub struct Versions {
    /// Id of the newest in the records' texts: the one whose first record is the latest.
    newest: u32,
    /// Records in W of the newest, whatever their signature.
    new: u64,
    /// Of all others that say their version.
    old: u64,
}

/// Records in W by arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByArm {
    pub new: u64,
    pub old: u64,
}

impl Versions {
    /// `None`: W has fewer than two versions.
    #[must_use]
    pub fn of(series: &Series, look: &Look) -> Option<Self> {
        let (records, service) = (series.records, &look.window.service);
        let observed = |interval| Observed { interval, by: look.decided_at() };
        let mut in_window: BTreeMap<u32, u64> = BTreeMap::new();
        for row in series.service_rows(service, observed(look.window.window)).filter(|&row| records.version[row] != 0) {
            *in_window.entry(records.version[row]).or_default() += u64::from(records.count[row]);
        }
        if in_window.len() < 2 {
            return None;
        }
        let all = Interval::new(look.window.baseline.start, look.window.window.end);
        let mut seen = Vec::new();
        for row in series.service_rows(service, observed(all)) {
            let version = records.version[row];
            if in_window.contains_key(&version) && !seen.contains(&version) {
                seen.push(version);
            }
        }
        let newest = *seen.last()?;
        let new = in_window.remove(&newest)?;
        Some(Self { newest, new, old: in_window.values().sum() })
    }

    /// A signature's records in W by arm; records that do not say their version are on neither.
    #[must_use]
    pub fn of_signature(&self, history: &History) -> ByArm {
        let records = history.series().records;
        let mut arms = ByArm { new: 0, old: 0 };
        for row in history.rows(history.window()).filter(|&row| records.version[row] != 0) {
            let arm = if records.version[row] == self.newest { &mut arms.new } else { &mut arms.old };
            *arm += u64::from(records.count[row]);
        }
        arms
    }

    /// All records of the service in W by arm.
    #[must_use]
    pub const fn of_service(&self) -> ByArm {
        ByArm { new: self.new, old: self.old }
    }
}
