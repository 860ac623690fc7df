//! Every signature of a deploy's windows as its detector saw it, those that did not flag included: a miss can only be told with
//! what came closest.

use crate::detect;
use crate::pipeline::Outcome;
use crate::series::{Exposures, Fits, Series};

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
    pub exposures: Vec<Exposures>,
    /// Tests that its p-values were corrected for.
    pub family: usize,
    /// Smallest p-value first; new ones by count after them.
    pub seen: Vec<Seen>,
    /// Of the first `seen` that are tested; the rest are new.
    pub tested: usize,
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
    /// What was seen in the window of an outcome.
    #[must_use]
    pub fn of(fits: &Fits, outcome: &Outcome) -> Self {
        let series = fits.of(&outcome.window);
        let mut seen: Vec<Seen> = outcome.seen.iter().map(|one| Seen::new(series, one)).collect();
        seen.sort_by(|a, b| {
            let p = |s: &Seen| s.p_value.unwrap_or(2.0);
            p(a).total_cmp(&p(b)).then(b.k.cmp(&a.k)).then_with(|| a.signature.cmp(&b.signature))
        });
        let tested = seen.iter().filter(|s| s.p_value.is_some()).count();
        Self { exposures: outcome.exposures.clone(), family: outcome.family, seen, tested }
    }

    /// What came closest to flagging, new signatures and tested ones alternating in rank: at most `limit`.
    #[must_use]
    pub fn closest(&self, limit: usize) -> Vec<&Seen> {
        let (tested, new) = self.seen.split_at(self.tested);
        let new: Vec<&Seen> = new.iter().take(limit.div_ceil(2)).collect();
        tested.iter().take(limit - new.len()).chain(new).collect()
    }
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
                let told = WindowSignatures::of(world.fits, judged.outcome);
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
