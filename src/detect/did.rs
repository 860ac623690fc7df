//! Difference in differences: did it rise more than what was not deployed? The default where there is a control.
//!
//! *Fires when* k is improbable given how many records the control had in W and how the two shared their records before: whatever
//! raises both alike cancels. *Misses when* the control is thin, or was hit by the deploy too. *Fires wrongly when* the control is not
//! exposed to what hits the service: its users, its region, what it depends on.
//! *Parameters*: `control`, `fallback` (the `strat_nb` that judges where there is no control).
//! *Reference*: statistics.md §5; FUNNEL, Zhang et al., IEEE Trans. Serv. Comput. 2016; Fisher 1935 for the exact law.
//!
//! The p-value is exact at any count (given all margins the treated count is noncentral hypergeometric), so that nothing jumps
//! where a normal approximation would take over. Over-dispersion φ shrinks its normal score by `√φ`: for large counts that is the
//! z test of statistics.md with standard error `√(φ Σ 1/count)`.

use super::arms::{Arms, Both};
use super::strat_nb::{StratNb, StratNbSpec};
use super::versions::ByArm;
use super::{Detector, History, Score};
use crate::stats::{Change, DifferenceInDifferences};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DidSpec {
    pub control: Control,
    pub fallback: StratNbSpec,
}

/// What was not deployed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// The services without a deploy from two hours before W until the decision, against past windows of W's class. φ is learnt
    /// from how the two parted ways in those.
    #[default]
    Undeployed,
    /// The same service's older versions in the same W, in case–control form: is the signature a larger share of what the newest
    /// version logs than of what the others log? How much traffic a version gets cancels; so would a rise of *all* errors of the
    /// newest version, which this form cannot see. No past window has the same two versions, so that φ is taken for 1. Where W has
    /// fewer than two versions: `undeployed`.
    OldVersion,
}

impl DidSpec {
    /// # Errors
    /// When a parameter of the fallback is out of range.
    pub fn check(&self) -> Result<(), String> {
        self.fallback.check()
    }
}

pub struct Did {
    control: Control,
    fallback: StratNb,
}

impl Did {
    #[must_use]
    pub const fn new(spec: DidSpec) -> Self {
        Self { control: spec.control, fallback: StratNb::new(spec.fallback) }
    }
}

impl Detector for Did {
    fn score(&self, history: &History) -> Score {
        let beside = (self.control == Control::OldVersion).then(|| side_by_side(history)).flatten();
        let score = beside.or_else(|| Arms::of_signature(history).and_then(|arms| undeployed(&arms)));
        score.unwrap_or_else(|| self.fallback.score(history))
    }
}

/// `None`: the control, or the signature, has no record in the past windows.
fn undeployed(arms: &Arms) -> Option<Score> {
    let before @ Both { treated, control } = arms.before();
    let share = arms.now.share(before)?;
    let all = (arms.now.treated.count + arms.now.control.count) as f64;
    (treated.count > 0 && control.count > 0).then(|| Score { expected: all * share, ln_p: arms.ln_p() })
}

/// `None`: W has fewer than two versions, or one of them logs nothing else.
fn side_by_side(history: &History) -> Option<Score> {
    let versions = history.look().versions(history.series())?;
    let (signature, service) = (versions.of_signature(history), versions.of_service());
    let others = ByArm { new: service.new - signature.new, old: service.old - signature.old };
    if others.new == 0 || others.old == 0 {
        return None;
    }
    // What the history has beyond its records is a record of the newest version among as many.
    let more = history.k.saturating_sub(history.count(history.window()));
    let (new, old) = (signature.new + more, signature.old.saturating_sub(more));
    let arm = |post, pre| Change { post, post_exposure: 1.0, pre, pre_exposure: 1.0 };
    let did = DifferenceInDifferences::new(arm(new, others.new), arm(old, others.old))?;
    let per_other = signature.old as f64 / others.old as f64;
    let expected = (history.k - new) as f64 + others.new as f64 * per_other;
    Some(Score { expected, ln_p: did.ln_p_exact(1.0)? })
}
