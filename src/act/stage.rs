//! From verdicts to what would be done, in the order of decisions.

use super::floors::Standing;
use super::{ActSpec, Charges, Stakes, posterior};
use crate::detect::ShockKind;
use crate::model::{Action, Alert, Case, Detection, Disposition, Floor, Instant, Posterior, Verdict, Window};
use std::collections::BTreeMap;

/// The action stage, ready to run: it remembers what was done.
pub struct Act<'a> {
    spec: &'a ActSpec,
    charges: &'a Charges,
    /// When each service was last acted on automatically.
    last: BTreeMap<String, Instant>,
}

/// What the action stage is told of a case beside its verdict.
pub struct CaseFacts<'a> {
    pub window: &'a Window,
    /// Those that passed the gate; at least one.
    pub alerts: &'a [&'a Alert],
    /// `None`: the pipeline does not ask.
    pub shock: Option<ShockKind>,
}

impl<'a> Act<'a> {
    #[must_use]
    pub fn new(spec: &'a ActSpec, charges: &'a Charges) -> Self {
        Self { spec, charges, last: BTreeMap::new() }
    }

    /// Decides one case. Cases must come in the order of their decisions: one action on a service holds back the next.
    pub fn decide(&mut self, facts: &CaseFacts, verdict: Verdict) -> Case {
        let detections = facts.alerts.iter().map(|alert| &alert.detection);
        let posterior = posterior(self.spec.prior, detections);
        let (mut action, mut disposition) = self.spec.policy.decide(&verdict, &facts.stakes(posterior));
        let wanted = action.changes_production();
        let floors = if wanted { self.floors(facts, &verdict, posterior) } else { Vec::new() };
        if self.spec.floors && floors.iter().any(|floor| !floor.met) {
            (action, disposition) = (Action::Investigate, Disposition::BelowThreshold);
        }
        if action.changes_production() {
            self.last.insert(facts.window.service.clone(), facts.window.decided_at);
        }
        let charge = self.spec.fixer.attempt(action, self.charges);
        let (tokens, review_minutes) = (verdict.tokens + charge.tokens, charge.review_minutes);
        Case { verdict, action, disposition, posterior, floors, tokens, review_minutes }
    }

    fn floors(&self, facts: &CaseFacts, verdict: &Verdict, posterior: Option<Posterior>) -> Vec<Floor> {
        let all = facts.alerts.iter().map(|alert| &alert.detection);
        let blamed: Vec<&Detection> = all.clone().filter(|d| verdict.attributed.contains(&d.signature)).collect();
        let detections = if blamed.is_empty() { all.collect() } else { blamed };
        let since = |last: &Instant| (facts.window.decided_at - *last).as_minutes() / 60.0;
        self.spec.floor_at.hold(&Standing {
            detections: &detections,
            posterior,
            shock: facts.shock,
            hours_since_action: self.last.get(&facts.window.service).map(since),
        })
    }
}

impl CaseFacts<'_> {
    /// What is at stake. Harm adds up, since every record is priced; impact does not, since the same users are hit by several alerts.
    #[must_use]
    pub fn stakes(&self, posterior: Option<Posterior>) -> Stakes {
        let harm = self.alerts.iter().filter_map(|alert| alert.impact.harm_usd).reduce(|a, b| a + b);
        let minutes = self.window.window.span().as_minutes();
        Stakes {
            impact: self.alerts.iter().filter_map(|alert| alert.impact.score()).max_by(f64::total_cmp),
            harm_per_minute: harm.map(|usd| usd / minutes),
            posterior,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{alert, detection, window};
    use super::super::{Charge, FixerSpec, FloorsSpec, Policy, RollbackWhen};
    use super::*;
    use crate::model::{Citations, FloorName, Tokens, VerdictKind};

    const CHARGES: Charges = Charges {
        investigate: Charge {
            tokens: Tokens { input: 0, output: 0, cache_read: 0, cache_write: 0 },
            review_minutes: 30.0,
        },
        fix_forward: Charge {
            tokens: Tokens { input: 7, output: 0, cache_read: 0, cache_write: 0 },
            review_minutes: 45.0,
        },
        rollback: Charge {
            tokens: Tokens { input: 1, output: 0, cache_read: 0, cache_write: 0 },
            review_minutes: 20.0,
        },
    };

    fn spec(floors: bool, floor_at: FloorsSpec) -> ActSpec {
        let allow = vec![Action::FixForward];
        let rollback_when = RollbackWhen::default();
        let policy = Policy { fix_at: 0.5, rollback_at: 0.95, rollback_impact: 0.05, allow, rollback_when };
        ActSpec { floors, floor_at, ..ActSpec::plain(policy, FixerSpec::Stub {}) }
    }

    fn blames(signatures: &[&str]) -> Verdict {
        let attributed = signatures.iter().map(|&s| s.to_owned()).collect();
        Verdict {
            kind: VerdictKind::Caused,
            confidence: 0.9,
            evidence: vec![],
            attributed,
            citations: Citations::default(),
            tokens: Tokens::default(),
        }
    }

    fn at(act: &mut Act, service: &str, hour: i64, detection: Detection) -> Case {
        let (window, alert) = (window(service, hour), alert(detection));
        let shock = Some(ShockKind::Quiet);
        act.decide(&CaseFacts { window: &window, alerts: &[&alert], shock }, blames(&["boom"]))
    }

    fn unmet(case: &Case) -> Vec<FloorName> {
        case.floors.iter().filter(|floor| !floor.met).map(|floor| floor.name).collect()
    }

    #[test]
    fn a_missed_floor_is_reported_or_sends_the_case_to_a_person() {
        let weak = Detection { k: 9, ..detection() };
        let reported = at(&mut Act::new(&spec(false, FloorsSpec::default()), &CHARGES), "pay", 1, weak.clone());
        assert_eq!((reported.action, reported.disposition), (Action::FixForward, Disposition::Acted));
        assert_eq!((unmet(&reported), reported.review_minutes, reported.tokens.input), (vec![FloorName::K], 45.0, 7));
        let enforced = at(&mut Act::new(&spec(true, FloorsSpec::default()), &CHARGES), "pay", 1, weak);
        assert_eq!((enforced.action, enforced.disposition), (Action::Investigate, Disposition::BelowThreshold));
        assert_eq!((unmet(&enforced), enforced.review_minutes, enforced.tokens.input), (vec![FloorName::K], 30.0, 0));
        let strong = at(&mut Act::new(&spec(true, FloorsSpec::default()), &CHARGES), "pay", 1, detection());
        assert_eq!((strong.action, unmet(&strong)), (Action::FixForward, vec![]));
    }

    /// Hours 1, 20, 25 and 44 on one service. Enforced, the second is held back and does not count; so the third, a day after the
    /// first, may act, and the fourth may not. Reported, each action counts.
    #[test]
    fn one_action_holds_back_the_next_on_its_service_for_a_day() {
        let hours = [1, 20, 25, 44];
        let met = |floors: bool| {
            let spec = spec(floors, FloorsSpec::default());
            let mut act = Act::new(&spec, &CHARGES);
            let cases = hours.map(|hour| at(&mut act, "pay", hour, detection()));
            assert_eq!(unmet(&at(&mut act, "shop", 44, detection())), [], "another service");
            cases.map(|case| (unmet(&case).is_empty(), case.floors.last().unwrap().value))
        };
        assert_eq!(met(true), [(true, None), (false, Some(19.0)), (true, Some(24.0)), (false, Some(19.0))]);
        assert_eq!(met(false), [(true, None), (false, Some(19.0)), (false, Some(5.0)), (false, Some(19.0))]);
    }

    #[test]
    fn floors_are_held_against_what_is_blamed() {
        let spec = spec(false, FloorsSpec::default());
        let (window, weak) = (window("pay", 1), alert(Detection { k: 9, ..detection() }));
        let strong = alert(Detection { signature: "innocent".to_owned(), ..detection() });
        let facts = CaseFacts { window: &window, alerts: &[&weak, &strong], shock: Some(ShockKind::Quiet) };
        let decide = |blamed: &[&str]| Act::new(&spec, &CHARGES).decide(&facts, blames(blamed));
        assert_eq!(unmet(&decide(&["boom"])), [FloorName::K]);
        assert_eq!(unmet(&decide(&["innocent"])), []);
        assert_eq!(unmet(&decide(&[])), [], "a triager that blames no signature by name blames all");
    }

    #[test]
    fn a_case_that_nobody_would_act_on_has_no_floors_but_a_posterior() {
        let spec = spec(true, FloorsSpec::default());
        let (window, alert) = (window("pay", 1), alert(detection()));
        let facts = CaseFacts { window: &window, alerts: &[&alert], shock: None };
        let verdict = Verdict { confidence: 0.4, ..blames(&["boom"]) };
        let case = Act::new(&spec, &CHARGES).decide(&facts, verdict);
        assert_eq!((case.disposition, case.floors.len()), (Disposition::BelowThreshold, 0));
        assert!(case.posterior.is_some_and(|posterior| posterior.calibrated && posterior.at_most > 0.9));
    }

    #[test]
    fn harm_adds_up_over_alerts_and_is_read_per_minute() {
        let (window, mut alert) = (window("pay", 1), alert(detection()));
        alert.impact.harm_usd = Some(90.0);
        let other = super::super::fixture::alert(detection());
        let facts = CaseFacts { window: &window, alerts: &[&alert, &alert, &other], shock: None };
        assert_eq!(facts.stakes(None).harm_per_minute, Some(3.0));
        let facts = CaseFacts { alerts: &[&other], ..facts };
        assert_eq!(facts.stakes(None).harm_per_minute, None);
    }
}
