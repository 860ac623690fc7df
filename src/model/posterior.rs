use serde::Serialize;

/// How probable a p-value leaves it that a deploy is bad.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Posterior {
    /// An upper bound, in [0, 1].
    pub at_most: f64,
    /// From an empirical p-value; otherwise from the detector's own, which its model may make too small.
    pub calibrated: bool,
}
