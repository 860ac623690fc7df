//! Every signature of a deploy's windows as its detector saw it, those that did not flag included: a miss can only be told with
//! what came closest.

use crate::dataset::DataSet;
use crate::detect::{self, Detect, Look};
use crate::model::{Instant, Interval, Window};
use crate::pipeline::{PipelineSpec, look};
use crate::series::{Exposures, GroupId, Observed, Series};

/// One signature with at least one record in W.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub signature: String,
    pub k: u64,
    pub baseline_count: u64,
    /// Expected in W; 0 for a new signature.
    pub expected: f64,
    /// `None`: new, to which no test applies.
    pub p_value: Option<f64>,
    /// `p_value` corrected for all tests of the deploy.
    pub adjusted: Option<f64>,
}

/// The signatures of one window.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowSignatures {
    pub exposures: Exposures,
    /// Smallest p-value first; new ones by count after them.
    pub seen: Vec<Seen>,
    /// Of the first `seen` that are tested; the rest are new.
    pub tested: usize,
}

/// The windows of one deploy with the number of tests that the correction counts.
pub struct DeploySignatures {
    pub family: usize,
    pub windows: Vec<WindowSignatures>,
}

/// Repeats the detection stage's measurements on the windows of one deploy.
#[must_use]
pub fn of_deploy(data: &DataSet, series: &Series, spec: &PipelineSpec, windows: &[&Window]) -> DeploySignatures {
    let looks: Vec<Look> = windows.iter().map(|window| look(data, spec, window)).collect();
    let measured = Detect::new(&spec.detect).measure(series, &looks);
    let told = looks.iter().enumerate().map(|(index, look)| {
        let seen = measured.seen.iter().filter(|one| one.look == index);
        WindowSignatures::new(look.exposures, seen.map(|one| Seen::new(series, one)).collect())
    });
    DeploySignatures { windows: told.collect(), family: measured.family }
}

impl Seen {
    fn new(series: &Series, measured: &detect::Seen) -> Self {
        Self {
            signature: series.template(measured.group).to_owned(),
            k: measured.k,
            baseline_count: measured.baseline_count,
            expected: measured.score.map_or(0.0, |s| s.expected),
            p_value: measured.p_value(),
            adjusted: measured.corrected_p,
        }
    }

    /// Records beyond expectation; may be negative.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.k as f64 - self.expected
    }
}

impl WindowSignatures {
    fn new(exposures: Exposures, mut seen: Vec<Seen>) -> Self {
        seen.sort_by(|a, b| {
            let p = |s: &Seen| s.p_value.unwrap_or(2.0);
            p(a).total_cmp(&p(b)).then(b.k.cmp(&a.k)).then_with(|| a.signature.cmp(&b.signature))
        });
        let tested = seen.iter().filter(|s| s.p_value.is_some()).count();
        Self { exposures, seen, tested }
    }

    /// What came closest to flagging, new signatures and tested ones alternating in rank: at most `limit`.
    #[must_use]
    pub fn closest(&self, limit: usize) -> Vec<&Seen> {
        let (tested, new) = self.seen.split_at(self.tested);
        let new: Vec<&Seen> = new.iter().take(limit.div_ceil(2)).collect();
        tested.iter().take(limit - new.len()).chain(new).collect()
    }
}

/// Records of the whole service in an interval, as far as they had arrived by an instant.
#[must_use]
pub fn service_count(series: &Series, service: &str, interval: Interval, by: Instant) -> u64 {
    let what = Observed { interval, by };
    series.groups_of(service).map(|group: GroupId| series.count(group, what)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    /// What is told again must be what was decided.
    #[test]
    fn it_agrees_with_the_pipeline_on_every_detection() {
        fixture::with(|world| {
            let mut detections = 0;
            for judged in &world.assessment.judged {
                let window = &judged.outcome.window;
                let told = &of_deploy(world.data, world.series, world.spec, &[window]).windows[0];
                assert_eq!(told.seen.len() as u64, judged.outcome.signatures_seen);
                for alert in &judged.outcome.alerts {
                    let d = &alert.detection;
                    let seen = told.seen.iter().find(|s| s.signature == d.signature).unwrap();
                    let again = (seen.k, seen.baseline_count, seen.expected, seen.p_value);
                    assert_eq!(again, (d.k, d.baseline_count, d.expected, d.p_value));
                    detections += 1;
                }
            }
            assert!(detections > 0);
        });
    }
}
