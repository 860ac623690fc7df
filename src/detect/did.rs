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

#[cfg(test)]
mod tests {
    use super::super::fixture::{Fixture, Glance, refusal};
    use crate::model::Span;

    /// Two services with ten errors an hour each.
    fn pair() -> Fixture {
        Fixture::default().before("shop", "boom", |_, _| 10).before("pay", "bang", |_, _| 10)
    }

    #[test]
    fn what_rises_with_its_control_is_nothing() {
        let shared =
            pair().during("shop", "boom", (0, 60), 40).during("pay", "bang", (0, 60), 40).score("kind = 'did'");
        let alone = pair().during("shop", "boom", (0, 60), 40).during("pay", "bang", (0, 60), 10).score("kind = 'did'");
        assert!(shared.ln_p > 0.3_f64.ln(), "{shared:?}");
        assert!(alone.ln_p < 1e-4_f64.ln(), "{alone:?}");
        assert!((shared.expected - 40.0).abs() < 1.0 && (alone.expected - 25.0).abs() < 1.0, "half of all records");
    }

    #[test]
    fn a_control_that_parts_ways_by_itself_is_believed_less() {
        let noisy = |day: i64, _| if day % 2 == 0 { 2 } else { 18 };
        let world = Fixture::default().before("shop", "boom", |_, _| 10).before("pay", "bang", noisy);
        let score = |world: Fixture| {
            world.during("shop", "boom", (0, 60), 30).during("pay", "bang", (0, 60), 10).score("kind = 'did'")
        };
        assert!(score(world).ln_p > score(pair()).ln_p + 1.0);
    }

    #[test]
    fn without_a_control_it_is_strat_nb() {
        let alone = Fixture::default().before("shop", "boom", |_, _| 10).during("shop", "boom", (0, 60), 30);
        assert_eq!(
            alone.score("kind = 'did'\nfallback = { shrink = 2.0 }"),
            alone.score("kind = 'strat_nb'\nshrink = 2.0")
        );
        let deployed = pair().during("shop", "boom", (0, 60), 30).deploy("pay", Fixture::start());
        assert_eq!(deployed.score("kind = 'did'"), deployed.score("kind = 'strat_nb'"), "the control was deployed too");
        let silent = alone.during("pay", "bang", (0, 60), 1);
        assert_eq!(silent.score("kind = 'did'"), silent.score("kind = 'strat_nb'"), "a control without a past");
    }

    #[test]
    fn the_newest_version_is_held_against_the_others() {
        let both = |new, old| {
            Fixture::default()
                .before("shop", "boom", |_, _| 1)
                .of_version("shop", "other", "1.0", 60)
                .of_version("shop", "other", "2.0", 20)
                .of_version("shop", "boom", "2.0", new)
                .of_version("shop", "boom", "1.0", old)
        };
        let detector = "kind = 'did'\ncontrol = 'old_version'";
        let (worse, alike) = (both(15, 5).score(detector), both(5, 15).score(detector));
        assert!(worse.ln_p < 0.01_f64.ln() && alike.ln_p > 0.3_f64.ln(), "{worse:?} {alike:?}");
        // Twenty others on the new arm at five to sixty on the old one, and those five.
        assert!((worse.expected - (5.0 + 20.0 * 5.0 / 60.0)).abs() < 1e-9, "{worse:?}");
        let one = Fixture::default().before("shop", "boom", |_, _| 1).of_version("shop", "boom", "2.0", 9);
        assert_eq!(one.score(detector), one.score("kind = 'strat_nb'"), "one version has nothing beside it");
    }

    #[test]
    fn short_histories_and_bad_parameters() {
        let day = Glance { history: Span::days(1), ..Glance::default() };
        let score =
            pair().during("shop", "boom", (0, 60), 30).during("pay", "bang", (0, 60), 10).score_at("kind = 'did'", day);
        assert!(score.ln_p < 0.05_f64.ln(), "three hours of the day before are compared with: {score:?}");
        assert!(refusal("kind = 'did'\nfallback = { winsor = 0.0 }").contains("winsor"));
        assert!(refusal("kind = 'did'\ncontrols = 'undeployed'").contains("controls"));
    }
}
