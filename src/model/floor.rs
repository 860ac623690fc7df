use serde::Serialize;

/// What an automatic action needs at least (statistics.md §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FloorName {
    /// Lower end of the rate ratio.
    RatioLow,
    /// Records in W.
    K,
    /// Lower end of the records beyond expectation; above, not at, what is needed.
    ExcessLow,
    /// Posterior of a bad deploy, from a calibrated p-value only.
    Posterior,
    /// 1: services that were not deployed did not rise as well; 0: a shared cause.
    OwnCause,
    /// Hours since the last automatic action on the service; without one the floor is met.
    HoursBetween,
}

/// A floor held against one case.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Floor {
    pub name: FloorName,
    /// `None`: not known, or (hours) nothing to count from.
    pub value: Option<f64>,
    pub needed: f64,
    pub met: bool,
}
