use super::{CaseContext, Triager};
use crate::endpoint::AskError;
use crate::model::{Citations, Direction, Evidence, Source, Tokens, Verdict, VerdictKind};

/// Blames whoever deployed last.
///
/// *Decides*: `caused` exactly when the deploy is the last one of any service at or before the first counted record of the case,
/// else `not_caused`; confidence 1.
/// *Fails when*: an innocent deploy of another service falls between the guilty one and its first error, or an outage starts on its
/// own after any deploy at all.
/// *Parameters*: none.
/// *Reference*: what people do first in an incident (“what did we just ship?”); the rule to beat.
#[derive(Clone, Copy, Debug)]
pub struct BlameLatest;

impl Triager for BlameLatest {
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError> {
        let caused = case.last_deploy_before_first_record == Some(case.deploy.id.as_str());
        Ok(Verdict {
            kind: if caused { VerdictKind::Caused } else { VerdictKind::NotCaused },
            confidence: 1.0,
            evidence: vec![evidence(case, caused)],
            attributed: if caused { case.open_signatures() } else { Vec::new() },
            citations: Citations::default(),
            tokens: Tokens::default(),
        })
    }
}

fn evidence(case: &CaseContext<'_>, caused: bool) -> Evidence {
    let summary = match case.last_deploy_before_first_record {
        Some(_) if caused => "No other deploy lies between this one and the first error.".to_owned(),
        Some(other) => format!("Deploy {other} is later and still before the first error."),
        None => "No deploy lies before the first error.".to_owned(),
    };
    let first = case.open_alerts().map(|context| context.alert.detection.first_seen).min();
    let minutes = first.map(|first| (first - case.deploy.deployed_at).as_minutes());
    let sources = minutes.map(|value| Source::Measured {
        name: "first error after the deploy".to_owned(),
        value,
        unit: "minutes".to_owned(),
    });
    Evidence {
        rule: "latest_deploy".to_owned(),
        direction: if caused { Direction::For } else { Direction::Against },
        weight: 0.0,
        summary,
        sources: sources.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn only_the_last_deploy_is_blamed() {
        for (last, kind) in
            [(Some("d1"), VerdictKind::Caused), (Some("d2"), VerdictKind::NotCaused), (None, VerdictKind::NotCaused)]
        {
            let mut fixture = Fixture::new();
            fixture.last_deploy = last.map(str::to_owned);
            fixture.add("a", |_| ());
            fixture.add("b", |alert| alert.gated = true);
            let verdict = fixture.judge(&BlameLatest);
            assert_eq!(verdict.kind, kind);
            assert_eq!(verdict.attributed.len(), usize::from(kind == VerdictKind::Caused));
        }
    }
}
