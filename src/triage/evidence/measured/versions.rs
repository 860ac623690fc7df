//! Two versions of a service side by side: which of them writes the error. The best control there is: whatever else happens in W
//! happens to both.

use super::ratio::Ratio;
use super::source::{ratio, records};
use crate::model::Evidence;
use crate::stats::{Change, DifferenceInDifferences};
use crate::triage::evidence::rules;
use serde::Serialize;

/// The new version is no worse where the odds are surely below so many times the old one's.
const ALIKE: f64 = 2.0;
/// Fewer records than this of the old version show nothing.
const FEW: u64 = 3;

/// Records of one version of the service while both ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfVersion {
    /// Of the signature.
    pub signature: u64,
    /// Of all other signatures of the service: they stand for how much the version is used, which is seldom known.
    pub others: u64,
}

/// The signature's share of what each version writes, from the first record of the new version in W to the last of an old one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct VersionSplit {
    pub new: OfVersion,
    pub old: OfVersion,
    /// Odds of the signature among the new version's records ÷ among the old version's.
    pub odds: Ratio,
    /// How long both were seen, in minutes.
    pub minutes: f64,
}

impl VersionSplit {
    /// The odds ratio with its exact conditional interval (Cornfield 1956), case against control: how much traffic a version gets
    /// cancels; so would a rise of *all* its errors. `phi`: of the signature's past windows. `None`: a version is silent.
    #[must_use]
    pub fn of(new: OfVersion, old: OfVersion, minutes: f64, phi: f64) -> Option<Self> {
        let arm = |post, pre| Change { post, post_exposure: 1.0, pre, pre_exposure: 1.0 };
        let table = DifferenceInDifferences::new(arm(new.signature, old.signature), arm(new.others, old.others))?;
        let both = [new, old].iter().all(|arm| arm.signature + arm.others > 0);
        both.then(|| Ratio::of_ratios(&table, phi)).flatten().map(|odds| Self { new, old, odds, minutes })
    }

    pub(in crate::triage) fn evidence(&self) -> Option<Evidence> {
        let told = format!(
            "{} of the new version's {} records, {} of the old one's {}: odds {} times",
            self.new.signature,
            self.new.signature + self.new.others,
            self.old.signature,
            self.old.signature + self.old.others,
            self.odds.shown()
        );
        let (rule, summary) = if self.odds.is_above_one() {
            (
                rules::NEW_VERSION,
                format!("While both versions ran ({:.0} minutes) the new one wrote it: {told}.", self.minutes),
            )
        } else if self.odds.interval.high < ALIKE && self.old.signature >= FEW {
            (rules::OLD_VERSION_TOO, format!("The old version, still running, wrote it as well: {told}."))
        } else {
            return None;
        };
        let counts = [records("new version", self.new.signature), records("old version", self.old.signature)];
        Some(rule.evidence(1.0, summary, counts.into_iter().chain(ratio("odds", &self.odds)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(new: (u64, u64), old: (u64, u64)) -> Option<VersionSplit> {
        let arm = |(signature, others)| OfVersion { signature, others };
        VersionSplit::of(arm(new), arm(old), 40.0, 1.0)
    }

    fn rule(new: (u64, u64), old: (u64, u64)) -> Option<String> {
        split(new, old)?.evidence().map(|evidence| evidence.rule)
    }

    #[test]
    fn the_version_that_writes_it_is_told() {
        assert_eq!(rule((20, 40), (1, 60)).as_deref(), Some("new_version_writes_it"));
        assert_eq!(rule((40, 40), (60, 60)).as_deref(), Some("old_version_writes_it_too"));
        assert_eq!(rule((1, 60), (20, 40)).as_deref(), Some("old_version_writes_it_too"));
    }

    #[test]
    fn few_records_or_one_version_say_nothing() {
        assert_eq!(rule((2, 5), (0, 5)), None);
        assert_eq!(rule((9, 0), (0, 0)), None, "the old version is silent");
        assert_eq!(rule((9, 0), (9, 0)), None, "nothing tells how much each is used");
    }

    #[test]
    fn the_odds_are_those_of_the_table() {
        let odds = split((20, 40), (2, 60)).unwrap().odds;
        assert!((odds.value.unwrap() - 15.0).abs() < 1e-9 && odds.interval.low > 3.0, "{odds:?}");
    }
}
