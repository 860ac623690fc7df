use super::{CaseContext, Triager};
use crate::endpoint::AskError;
use crate::model::{Citations, Direction, Evidence, Tokens, Verdict, VerdictKind};

/// No second gate.
///
/// *Decides*: `caused`, confidence 1, every alert that is not gated attributed.
/// *Fails when*: anything but a deploy can raise an error count; it shows what detection alone would do.
/// *Parameters*: none.
/// *Reference*: the lower end that every triager is read against.
#[derive(Clone, Copy, Debug)]
pub struct AcceptAll;

impl Triager for AcceptAll {
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError> {
        let evidence = Evidence {
            rule: "accept_all".to_owned(),
            direction: Direction::Context,
            weight: 0.0,
            summary: "Every alert after a deploy is taken to be its fault.".to_owned(),
            sources: Vec::new(),
        };
        Ok(Verdict {
            kind: VerdictKind::Caused,
            confidence: 1.0,
            evidence: vec![evidence],
            attributed: case.open_signatures(),
            citations: Citations::default(),
            tokens: Tokens::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    #[test]
    fn everything_is_caused_and_gated_alerts_are_not_attributed() {
        let mut fixture = Fixture::new();
        fixture.add("a", |_| ());
        fixture.add("b", |alert| alert.gated = true);
        let verdict = fixture.judge(&AcceptAll);
        assert_eq!((verdict.kind, verdict.confidence.to_bits()), (VerdictKind::Caused, 1.0_f64.to_bits()));
        assert_eq!(verdict.attributed, ["a"]);
    }
}
