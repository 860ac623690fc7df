//! From verdict to action (semantics.md §4).

use crate::model::{Action, Disposition, Verdict, VerdictKind};
use serde::{Deserialize, Serialize};

/// When to do what. Confidence and impact lie in [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// `caused` at or above this confidence is fixed forward.
    #[serde(default = "half")]
    pub fix_at: f64,
    /// `caused` at or above this confidence, with enough impact, is rolled back.
    #[serde(default = "nineteen_twentieths")]
    pub rollback_at: f64,
    /// The impact that a rollback needs; an unknown impact is not enough.
    #[serde(default = "one_twentieth")]
    pub rollback_impact: f64,
    /// Actions on production that are allowed; empty: people are asked instead.
    pub allow: Vec<Action>,
}

fn half() -> f64 {
    0.5
}

fn nineteen_twentieths() -> f64 {
    0.95
}

fn one_twentieth() -> f64 {
    0.05
}

impl Policy {
    /// # Errors
    /// When a threshold is out of range or an action is allowed that changes nothing.
    pub fn check(&self) -> Result<(), String> {
        let named =
            [("fix_at", self.fix_at), ("rollback_at", self.rollback_at), ("rollback_impact", self.rollback_impact)];
        if let Some((name, value)) = named.iter().find(|(_, value)| !(0.0..=1.0).contains(value)) {
            return Err(format!("act.policy.{name} is {value}: it lies in [0, 1]"));
        }
        if let Some(action) = self.allow.iter().find(|a| !a.changes_production()) {
            return Err(format!("act.policy.allow holds {}: it lists fix_forward and rollback", action.name()));
        }
        Ok(())
    }

    /// What would be done, and where that ends the case's journey. `impact`: the largest impact of its alerts.
    #[must_use]
    pub fn decide(&self, verdict: &Verdict, impact: Option<f64>) -> (Action, Disposition) {
        match verdict.kind {
            VerdictKind::NotCaused => (Action::None, Disposition::Dismissed),
            VerdictKind::Inconclusive => (Action::Investigate, Disposition::Abstained),
            VerdictKind::Caused => match self.wanted(verdict.confidence, impact) {
                Some(action) => (action, Disposition::Acted),
                None => (Action::Investigate, Disposition::BelowThreshold),
            },
        }
    }

    fn wanted(&self, confidence: f64, impact: Option<f64>) -> Option<Action> {
        let grave = impact.is_some_and(|impact| impact >= self.rollback_impact);
        let rollback = (confidence >= self.rollback_at && grave).then_some(Action::Rollback);
        let fix = (confidence >= self.fix_at).then_some(Action::FixForward);
        [rollback, fix].into_iter().flatten().find(|action| self.allow.contains(action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tokens;

    fn policy(allow: &[Action]) -> Policy {
        Policy { fix_at: 0.5, rollback_at: 0.95, rollback_impact: 0.05, allow: allow.to_vec() }
    }

    #[test]
    fn every_row_of_the_decision_table() {
        use Action::{FixForward, Investigate, None as Nothing, Rollback};
        use Disposition::{Abstained, Acted, BelowThreshold, Dismissed};
        use VerdictKind::{Caused, Inconclusive, NotCaused};
        let both = [FixForward, Rollback];
        let rows = [
            (&both[..], NotCaused, 1.0, Some(1.0), (Nothing, Dismissed)),
            (&both[..], Inconclusive, 1.0, Some(1.0), (Investigate, Abstained)),
            (&both[..], Caused, 0.49, Some(1.0), (Investigate, BelowThreshold)),
            (&both[..], Caused, 0.5, Some(1.0), (FixForward, Acted)),
            (&both[..], Caused, 0.95, Some(0.049), (FixForward, Acted)),
            (&both[..], Caused, 0.95, None, (FixForward, Acted)),
            (&both[..], Caused, 0.95, Some(0.05), (Rollback, Acted)),
            (&both[..1], Caused, 1.0, Some(1.0), (FixForward, Acted)),
            (&both[1..], Caused, 0.6, Some(1.0), (Investigate, BelowThreshold)),
            (&[][..], Caused, 1.0, Some(1.0), (Investigate, BelowThreshold)),
        ];
        for (allow, kind, confidence, impact, expected) in rows {
            let verdict = Verdict { kind, confidence, evidence: vec![], attributed: vec![], tokens: Tokens::default() };
            assert_eq!(policy(allow).decide(&verdict, impact), expected, "{kind:?} {confidence} {impact:?}");
        }
    }
}
