//! A ground on which every number can be counted by hand, for the tests of this room.

use super::ground::{Ground, GroundDeploy, GroundIncident, days};
use super::record::{DecidedCase, Record};
use super::trial::{Role, Trial};
use crate::evaluate::{Costs, Labels};
use crate::model::{Action, IncidentSeverity, Instant, Interval, Span, Tokens, VerdictKind};
use crate::pipeline::Preset;

const START: Instant = Instant::from_micros(1_777_852_800_000_000);

/// Thirty days, two deploys of service `s` a day: of each day d the first, `b<d>`, caused incident `i<d>` (ten minutes later, two hours
/// long), the second, `q<d>`, caused nothing.
pub fn ground() -> Ground {
    let at = |day: i64, hour: i64| START + Span::hours(24 * day + hour);
    let deploy = |id: String, at: Instant| GroundDeploy {
        id,
        at,
        services: vec!["s".to_owned()],
        of_environment: true,
        fixes: Vec::new(),
    };
    let incident = |day: i64| GroundIncident {
        id: format!("i{day}"),
        started_at: at(day, 9) + Span::minutes(10),
        end: at(day, 11) + Span::minutes(10),
        severity: IncidentSeverity::Sev2,
        services: vec!["s".to_owned()],
        actionable: true,
        evaluable: true,
        guilty: Some(2 * day as u32),
        names_deploy: true,
        by_deploy: true,
        cause_open: false,
    };
    let span = Interval::new(START, at(30, 0));
    Ground {
        data_set: "hand-made".to_owned(),
        data_set_hash: "0".repeat(64),
        version: "1".to_owned(),
        labels: Some(Labels::Complete),
        span,
        days: days(span),
        costs: Costs::shipped().unwrap(),
        services: vec!["s".to_owned()],
        deploys: (0..30)
            .flat_map(|d| [deploy(format!("b{d}"), at(d, 9)), deploy(format!("q{d}"), at(d, 15))])
            .collect(),
        incidents: (0..30).map(incident).collect(),
    }
}

/// A trial that fixes forward, an hour after the deploy, what the bad deploys of `answered` did, and falsely on the quiet deploys of
/// `falsely`; each case takes `tokens` and half an hour.
pub fn record(
    id: &str,
    answered: impl IntoIterator<Item = u32>,
    falsely: impl IntoIterator<Item = u32>,
    tokens: u64,
) -> Record {
    let case = |day: u32, hits: Vec<u32>, deploy: u32| DecidedCase {
        deploy,
        service: 0,
        decided_at: START + Span::hours(24 * i64::from(day) + if hits.is_empty() { 16 } else { 10 }),
        hits,
        verdict: VerdictKind::Caused,
        confidence: 1.0,
        action: Action::FixForward,
        tokens: Tokens { input: tokens, ..Tokens::default() },
        review_minutes: 30.0,
    };
    let right = answered.into_iter().map(|day| case(day, vec![day], 2 * day));
    let mut cases: Vec<DecidedCase> =
        right.chain(falsely.into_iter().map(|day| case(day, Vec::new(), 2 * day + 1))).collect();
    cases.sort_by_key(|case| case.deploy);
    Record {
        id: id.to_owned(),
        evaluation: String::new(),
        windows: 60,
        alerts: cases.len() as u64,
        normalization: Tokens::default(),
        cases,
        unreachable: Vec::new(),
    }
}

/// A point of a grid with these levels.
pub fn trial(id: &str, levels: &[usize]) -> Trial {
    let preset = Preset::find("null").unwrap();
    Trial {
        id: id.to_owned(),
        role: Role::Candidate,
        spec: preset.spec().unwrap(),
        given: String::new(),
        levels: levels.to_vec(),
    }
}
