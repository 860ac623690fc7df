//! What the pipeline hands to a triager: plain data, borrowed. Nothing of incidents or labels is in it, and nothing observed after
//! the decision instant; whoever builds it vouches for that.

use super::Diff;
use super::evidence::measured::{ConcurrentDeploy, Measured};
use crate::model::{Alert, Deploy, Window};
use serde::Serialize;

/// One case as triage sees it.
#[derive(Clone, Copy, Debug)]
pub struct CaseContext<'a> {
    pub deploy: &'a Deploy,
    /// Previous revision to this one; `None`: the data set has no diff of this deploy.
    pub diff: Option<&'a Diff>,
    /// The deploy's own list, or the diff's paths; empty: nothing is known of what changed.
    pub changed_files: &'a [String],
    pub window: &'a Window,
    /// Every detection of the window, gated ones included.
    pub alerts: &'a [AlertContext<'a>],
    /// `None`: no traffic data for the service.
    pub traffic: Option<TrafficChange>,
    /// Id of the last deploy of any service at or before the first counted record of the case.
    pub last_deploy_before_first_record: Option<&'a str>,
    /// Other deploys of the hours before the case began, latest first.
    pub concurrent: &'a [ConcurrentDeploy],
}

/// One detection with what was measured around it.
#[derive(Clone, Copy, Debug)]
pub struct AlertContext<'a> {
    pub alert: &'a Alert,
    /// Up to five distinct (message, exception type, stack trace) among its records in W, most frequent first.
    pub samples: &'a [Sample<'a>],
    /// Records of the signature in the span of W's length that ends where the deploy begins.
    pub before: u64,
    /// The same signature in services that this deploy did not touch.
    pub elsewhere: &'a [Elsewhere],
    /// What the counts around it say, with intervals; of a gated detection nothing is asked.
    pub measured: &'a Measured,
}

/// What records of W said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sample<'a> {
    pub message: &'a str,
    pub exception_type: Option<&'a str>,
    pub stack_trace: Option<&'a str>,
}

/// A signature in another service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Elsewhere {
    pub service: String,
    /// Records in W.
    pub k: u64,
    /// Records in B.
    pub baseline_count: u64,
    /// Records expected in W from B.
    pub expected: f64,
}

/// Requests of the case's service.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TrafficChange {
    /// In W.
    pub requests: f64,
    /// In B, scaled to W's length.
    pub expected: f64,
}

impl TrafficChange {
    /// How many times the usual traffic W had; `None` without usual traffic.
    #[must_use]
    pub fn ratio(self) -> Option<f64> {
        if self.expected > 0.0 { Some(self.requests / self.expected) } else { None }
    }
}

impl<'a> CaseContext<'a> {
    /// The alerts that the impact gate let through, in order.
    pub fn open_alerts(&self) -> impl Iterator<Item = &'a AlertContext<'a>> {
        self.alerts.iter().filter(|context| !context.alert.gated)
    }

    /// Signatures of the alerts that the impact gate let through, in order.
    #[must_use]
    pub fn open_signatures(&self) -> Vec<String> {
        self.open_alerts().map(|context| context.alert.detection.signature.clone()).collect()
    }
}
