use super::{Instant, Interval};
use serde::Serialize;

/// The part of time in which one (deploy, service) is looked at, and what came before.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Index of the deploy in the data set's deploys.
    pub deploy: usize,
    pub service: String,
    /// `W`: where errors are counted.
    pub window: Interval,
    /// `B`: the history that predicts them.
    pub baseline: Interval,
    /// `W.end + lateness`: nothing observed later may be known.
    pub decided_at: Instant,
}

/// A (deploy, service, signature) whose count is too high, or which is new.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// Key of the signature (the template), unique within a service.
    pub signature: String,
    /// Records counted in W.
    pub k: u64,
    /// Records counted in B.
    pub baseline_count: u64,
    /// Expected count in W under the detector's baseline; 0 for a new signature.
    pub expected: f64,
    /// Upper-tail p-value; `None` where the new-signature rule decided.
    pub p_value: Option<f64>,
    /// No record in B.
    pub is_new: bool,
    /// Event time of the first record counted in W.
    pub first_seen: Instant,
    /// Records beyond expectation, at least (one-sided 95 % bounds of both counts); never below 0.
    pub excess_low: f64,
    /// Rate in W ÷ expected rate, at least (the same bounds); of a new signature, against what none in B leaves possible.
    pub ratio_low: f64,
    /// Empirical p-value among placebos decided earlier; `None`: not calibrated, or the new-signature rule decided.
    pub p_calibrated: Option<f64>,
}

impl Detection {
    /// Records beyond expectation, at least 0: what the deploy may have added.
    #[must_use]
    pub fn excess(&self) -> f64 {
        (self.k as f64 - self.expected).max(0.0)
    }
}

/// How much of the service's use a detection touched, shares in [0, 1]; `None`: no traffic data to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Impact {
    /// Records beyond expectation (at least, where the gate reads the lower end) ÷ requests in W.
    pub request_share: Option<f64>,
    /// Users hit ÷ users, both summed over W's traffic steps (distinct within a step).
    pub user_share: Option<f64>,
    /// The service's weight (default 1).
    pub weight: f64,
    /// Expected harm of W in US dollars, at least 0; `None`: the gate reckons no money, or no share is known.
    pub harm_usd: Option<f64>,
}

impl Impact {
    /// The blast radius: the larger of the shares; `None` where none is known.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        match (self.request_share, self.user_share) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        }
    }

    /// `weight × max(shares)`; `None` where no share is known.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        self.share().map(|share| self.weight * share)
    }
}

/// A detection after the impact gate; the contract's *alert* is one with `gated == false`.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub detection: Detection,
    pub impact: Impact,
    /// The gate suppressed it.
    pub gated: bool,
    /// Why the gate passed or suppressed it, for people.
    pub gate_reason: String,
}
