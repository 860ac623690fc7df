//! Errors per request: does traffic explain the rise?

use super::ratio::Ratio;
use super::source::{measured, ratio};
use crate::model::Evidence;
use crate::stats::RatePair;
use crate::triage::evidence::rules;
use serde::Serialize;

/// Traffic below this many times the usual is usual.
pub(super) const BUSY: f64 = 1.25;
/// Errors may outgrow traffic by this factor and still be explained by it.
pub(super) const PROPORTION: f64 = 1.25;

/// The signature's records per request of its service, W against B.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Proportion {
    /// Requests in W ÷ usual requests in as much time, above 0.
    pub traffic: f64,
    /// Records per request in W ÷ in B.
    pub per_request: Ratio,
}

impl Proportion {
    /// `records` and `requests` of W, then of B; `minutes` of W and of B; `phi` of the signature's past windows. The interval is
    /// exact given the total (Przyborowski & Wilenski 1940). `None`: an exposure that is not known or 0.
    #[must_use]
    pub fn of(now: (u64, f64), then: (u64, f64), minutes: (f64, f64), phi: f64) -> Option<Self> {
        let pair = RatePair::new(now.0, now.1, then.0, then.1)?;
        let traffic = (now.1 / minutes.0) / (then.1 / minutes.1);
        Some(Self { traffic, per_request: Ratio::of_rates(&pair, phi)? })
    }

    /// Traffic rose, and the errors with it: per request they may be what they were, and at most a quarter more is seen.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        let outgrown = self.per_request.value.is_none_or(|value| value > PROPORTION);
        self.traffic >= BUSY && !outgrown && self.per_request.interval.low <= 1.0
    }

    pub(in crate::triage) fn evidence(&self) -> Option<Evidence> {
        let summary = format!(
            "Traffic was {:.1} times the usual, errors per request {} times.",
            self.traffic,
            self.per_request.shown()
        );
        let traffic = measured("requests against the usual", self.traffic, "ratio");
        let sources = || std::iter::once(traffic).chain(ratio("errors per request", &self.per_request)).collect();
        self.is_explained().then(|| rules::TRAFFIC.evidence(1.0, summary, sources()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// W is an hour, B a week; usually 1000 requests an hour and 10 errors.
    fn explained(records: u64, requests: f64, phi: f64) -> bool {
        Proportion::of((records, requests), (1680, 168_000.0), (60.0, 10_080.0), phi).unwrap().is_explained()
    }

    #[test]
    fn errors_in_proportion_are_explained_and_others_are_not() {
        assert!(explained(30, 3000.0, 1.0));
        assert!(explained(34, 3000.0, 1.0));
        assert!(!explained(60, 3000.0, 1.0), "twice as many per request");
        assert!(
            !explained(60, 3000.0, 50.0),
            "chance may do that to so wild an error, but it is not explained by traffic"
        );
        assert!(!explained(30, 1100.0, 1.0), "traffic is usual");
        assert!(!explained(3400, 300_000.0, 1.0), "13 % more per request, and that is certain");
        assert!(Proportion::of((3, 0.0), (1, 1.0), (1.0, 1.0), 1.0).is_none());
        let never = Proportion::of((30, 3000.0), (0, 168_000.0), (60.0, 10_080.0), 1.0).unwrap();
        assert!(!never.is_explained() && never.per_request.value.is_none());
    }

    #[test]
    fn the_sentence_tells_both() {
        let told = Proportion::of((30, 3000.0), (1680, 168_000.0), (60.0, 10_080.0), 1.0).unwrap().evidence().unwrap();
        assert_eq!(told.summary, "Traffic was 3.0 times the usual, errors per request 1.0 (0.67 to 1.4) times.");
        assert_eq!((told.rule.as_str(), told.sources.len()), ("traffic_in_proportion", 4));
    }
}
