//! From scores to detections: the threshold, the correction for multiplicity, the rule for new signatures.

use super::{Detector, DetectorSpec, History, NewSignature, Score};
use crate::model::{Detection, Interval, Window};
use crate::series::{Exposure, Exposures, GroupId, Observed, Series};
use crate::stats::Correction;
use serde::{Deserialize, Serialize};

/// The detection stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetectSpec {
    pub detector: DetectorSpec,
    /// Flags when the (corrected) p-value is below it; in (0, 1].
    pub alpha: f64,
    #[serde(default)]
    pub exposure: Exposure,
    /// Over the deploy's signatures.
    pub correction: Correction,
    /// Absent: new signatures never flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_signature: Option<NewSignature>,
}

impl DetectSpec {
    /// # Errors
    /// When a parameter is out of range.
    pub fn check(&self) -> Result<(), String> {
        if !(self.alpha > 0.0 && self.alpha <= 1.0) {
            return Err(format!("detect.alpha is {}: it lies in (0, 1]", self.alpha));
        }
        if self.new_signature.is_some_and(|rule| rule.min_count == 0) {
            return Err("detect.new_signature.min_count is 0: every absent signature would be new".to_owned());
        }
        Ok(())
    }
}

/// A window to look at: with its baseline in pieces (dropped incidents cut out) and the exposures of both.
pub struct Look<'a> {
    pub window: &'a Window,
    pub baseline: Vec<Interval>,
    pub exposures: Exposures,
}

/// The detection stage, ready to run.
pub struct Detect {
    detector: Box<dyn Detector>,
    spec: DetectSpec,
}

/// A signature with at least one record in W, as the detector saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Index of the look.
    pub look: usize,
    pub group: GroupId,
    pub k: u64,
    pub baseline_count: u64,
    /// `None`: new.
    pub score: Option<Score>,
    /// The p-value corrected over the deploy's signatures; `None`: new.
    pub corrected_p: Option<f64>,
}

/// What a detector saw of one deploy.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub seen: Vec<Seen>,
    /// Number of hypotheses that the correction counts: signatures with a record in B.
    pub family: usize,
}

impl Detect {
    #[must_use]
    pub fn new(spec: &DetectSpec) -> Self {
        Self { detector: spec.detector.build(), spec: spec.clone() }
    }

    /// Looks at all windows of one deploy together, since they share the correction for multiplicity. Returns, per window, the
    /// number of signatures seen in W and the detections, by signature.
    #[must_use]
    pub fn run(&self, series: &Series, looks: &[Look]) -> Vec<(u64, Vec<Detection>)> {
        let mut results: Vec<(u64, Vec<Detection>)> = looks.iter().map(|_| (0, Vec::new())).collect();
        for one in self.measure(series, looks).seen {
            let (count, detections) = &mut results[one.look];
            *count += 1;
            if self.flags(&one) {
                detections.push(one.detection(series, looks[one.look].window));
            }
        }
        results
    }

    /// Measures every signature of one deploy's windows, those that will not flag included.
    #[must_use]
    pub fn measure(&self, series: &Series, looks: &[Look]) -> Measured {
        let mut measured = Measured { seen: Vec::new(), family: 0 };
        for (index, look) in looks.iter().enumerate() {
            for group in series.groups_of(&look.window.service) {
                let Look { window, baseline, exposures } = look;
                let history = History::new(series, group, window.decided_at, window.window, baseline, *exposures);
                // A signature that is silent in W is a hypothesis too, with p = 1.
                measured.family += usize::from(history.baseline_count > 0);
                if history.k > 0 {
                    measured.seen.push(self.see(index, group, &history));
                }
            }
        }
        let p: Vec<f64> = measured.seen.iter().filter_map(Seen::p_value).collect();
        let corrected = self.spec.correction.adjust(&p, measured.family);
        for (one, p) in measured.seen.iter_mut().filter(|one| one.score.is_some()).zip(corrected) {
            one.corrected_p = Some(p);
        }
        measured
    }

    fn see(&self, look: usize, group: GroupId, history: &History) -> Seen {
        let (k, baseline_count) = (history.k, history.baseline_count);
        let score = (baseline_count > 0).then(|| self.detector.score(history));
        Seen { look, group, k, baseline_count, score, corrected_p: None }
    }

    fn flags(&self, seen: &Seen) -> bool {
        match seen.corrected_p {
            Some(p) => p < self.spec.alpha,
            None => self.spec.new_signature.is_some_and(|rule| seen.k >= rule.min_count),
        }
    }
}

impl Seen {
    /// The p-value before correction; `None`: new.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        self.score.map(|score| score.ln_p.exp())
    }

    fn detection(&self, series: &Series, window: &Window) -> Detection {
        let first = series.rows(self.group, Observed { interval: window.window, by: window.decided_at }).next();
        Detection {
            signature: series.template(self.group).to_owned(),
            k: self.k,
            baseline_count: self.baseline_count,
            expected: self.score.map_or(0.0, |score| score.expected),
            p_value: self.p_value(),
            is_new: self.score.is_none(),
            first_seen: first.map_or(window.window.start, |row| series.records.timestamp[row]),
        }
    }
}
