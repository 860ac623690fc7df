//! From verdict to action (semantics.md §4).

use super::RollbackWhen;
use crate::model::{Action, Disposition, Posterior, Verdict, VerdictKind};
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
    /// By `value`, the two thresholds above are not asked.
    #[serde(default, skip_serializing_if = "is_by_confidence")]
    pub rollback_when: RollbackWhen,
}

/// What is at stake in one case.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stakes {
    /// The largest impact of its alerts; `None`: unknown.
    pub impact: Option<f64>,
    /// Expected harm of its alerts together, in US dollars a minute; `None`: unknown.
    pub harm_per_minute: Option<f64>,
    pub posterior: Option<Posterior>,
}

impl Stakes {
    /// The probability that the deploy is to blame, in [0, 1]: the confidence of the verdict `caused`, no higher than the posterior
    /// allows where there is one.
    #[must_use]
    pub fn probability(&self, confidence: f64) -> f64 {
        self.posterior.map_or(confidence, |posterior| confidence.min(posterior.at_most))
    }
}

fn is_by_confidence(when: &RollbackWhen) -> bool {
    *when == RollbackWhen::default()
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
        self.rollback_when.check()
    }

    /// What would be done, and where that ends the case's journey.
    #[must_use]
    pub fn decide(&self, verdict: &Verdict, stakes: &Stakes) -> (Action, Disposition) {
        match verdict.kind {
            VerdictKind::NotCaused => (Action::None, Disposition::Dismissed),
            VerdictKind::Inconclusive => (Action::Investigate, Disposition::Abstained),
            VerdictKind::Caused => match self.wanted(verdict.confidence, stakes) {
                Some(action) => (action, Disposition::Acted),
                None => (Action::Investigate, Disposition::BelowThreshold),
            },
        }
    }

    fn wanted(&self, confidence: f64, stakes: &Stakes) -> Option<Action> {
        let rollback = self.rolls_back(confidence, stakes).then_some(Action::Rollback);
        let fix = (confidence >= self.fix_at).then_some(Action::FixForward);
        [rollback, fix].into_iter().flatten().find(|action| self.allow.contains(action))
    }

    fn rolls_back(&self, confidence: f64, stakes: &Stakes) -> bool {
        match &self.rollback_when {
            RollbackWhen::Confidence {} => {
                confidence >= self.rollback_at && stakes.impact.is_some_and(|impact| impact >= self.rollback_impact)
            }
            RollbackWhen::Value(value) => {
                let gain = |harm| value.gain(stakes.probability(confidence), harm);
                stakes.harm_per_minute.is_some_and(|harm| gain(harm) > 0.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::RollbackValue;
    use super::*;
    use crate::model::{Citations, Tokens};

    fn policy(allow: &[Action]) -> Policy {
        let rollback_when = RollbackWhen::default();
        Policy { fix_at: 0.5, rollback_at: 0.95, rollback_impact: 0.05, allow: allow.to_vec(), rollback_when }
    }

    fn caused(confidence: f64) -> Verdict {
        let kind = VerdictKind::Caused;
        Verdict {
            kind,
            confidence,
            evidence: vec![],
            attributed: vec![],
            citations: Citations::default(),
            tokens: Tokens::default(),
        }
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
            let verdict = Verdict { kind, ..caused(confidence) };
            let stakes = Stakes { impact, ..Stakes::default() };
            assert_eq!(policy(allow).decide(&verdict, &stakes), expected, "{kind:?} {confidence} {impact:?}");
        }
    }

    /// `B = (60 − 10) × $20 = $1,000`; a rollback pays above `π = (400 + 20) ÷ (1,000 + 400) = .3`.
    #[test]
    fn by_value_a_rollback_pays_above_its_break_even_probability() {
        let stakes =
            RollbackValue { minutes_human: 60.0, minutes_auto: 10.0, wrong_rollback_usd: 400.0, rollback_usd: 20.0 };
        let both = [Action::FixForward, Action::Rollback];
        let policy = Policy { rollback_when: RollbackWhen::Value(stakes), ..policy(&both) };
        let at_most = |at_most| Some(Posterior { at_most, calibrated: false });
        let (fix, rollback) = ((Action::FixForward, Disposition::Acted), (Action::Rollback, Disposition::Acted));
        let rows = [
            (0.31, Some(20.0), None, rollback),
            (0.31, Some(20.0), at_most(1.0), rollback),
            (0.6, Some(20.0), at_most(0.29), fix),
            (0.29, Some(20.0), at_most(1.0), (Action::Investigate, Disposition::BelowThreshold)),
            (0.99, Some(0.1), None, fix),
            (0.99, None, at_most(1.0), fix),
        ];
        for (confidence, harm_per_minute, posterior, expected) in rows {
            // An impact that a rollback by confidence would not be enough for.
            let stakes = Stakes { impact: Some(0.0), harm_per_minute, posterior };
            assert_eq!(
                policy.decide(&caused(confidence), &stakes),
                expected,
                "{confidence} {harm_per_minute:?} {posterior:?}"
            );
        }
    }

    #[test]
    fn a_rollback_by_value_names_what_is_out_of_range() {
        let read = |number: &str| {
            let when = format!(
                "{{ kind = 'value', minutes_human = {number}, minutes_auto = 1, wrong_rollback_usd = 1, rollback_usd = 1 }}"
            );
            toml::from_str::<Policy>(&format!("allow = ['rollback']\nrollback_when = {when}")).unwrap().check()
        };
        assert_eq!(read("60"), Ok(()));
        assert_eq!(read("-1"), Err("act.policy.rollback_when.minutes_human is -1: it lies in 0 to 1e9".to_owned()));
        let text = toml::to_string(&policy(&[])).unwrap();
        assert!(!text.contains("rollback_when"), "what was written before is written the same: {text}");
    }
}
