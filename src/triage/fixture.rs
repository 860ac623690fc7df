//! A case that tests can build in a line.

use super::evidence::measured::{ConcurrentDeploy, Measured};
use super::{AlertContext, CaseContext, Diff, Elsewhere, Sample, TrafficChange, Triager};
use crate::model::{Alert, Deploy, Detection, Impact, Instant, Interval, Span, Verdict, Window};

#[derive(Clone)]
pub(super) struct Fixture {
    pub(super) diff: Option<Diff>,
    pub(super) changed_files: Vec<String>,
    pub(super) traffic: Option<TrafficChange>,
    pub(super) last_deploy: Option<String>,
    pub(super) alerts: Vec<FixtureAlert>,
    pub(super) concurrent: Vec<ConcurrentDeploy>,
}

/// By default: an error with some history that rose tenfold, half an hour after the deploy; no evidence for or against anything.
#[derive(Clone)]
pub(super) struct FixtureAlert {
    pub(super) signature: String,
    pub(super) message: String,
    pub(super) exception: Option<String>,
    pub(super) trace: Option<String>,
    pub(super) gated: bool,
    pub(super) k: u64,
    pub(super) expected: f64,
    pub(super) is_new: bool,
    pub(super) first_minute: i64,
    pub(super) before: u64,
    pub(super) p_value: f64,
    pub(super) elsewhere: Vec<Elsewhere>,
    pub(super) measured: Measured,
}

impl Fixture {
    pub(super) fn new() -> Self {
        Self {
            diff: None,
            changed_files: Vec::new(),
            traffic: None,
            last_deploy: None,
            alerts: Vec::new(),
            concurrent: Vec::new(),
        }
    }

    pub(super) fn with_diff(text: &str) -> Self {
        let diff = Diff::parse(text).unwrap();
        Self { changed_files: diff.paths(), diff: Some(diff), ..Self::new() }
    }

    pub(super) fn add(&mut self, message: &str, change: impl FnOnce(&mut FixtureAlert)) {
        let mut alert = FixtureAlert {
            signature: message.chars().take(200).collect(),
            message: message.to_owned(),
            exception: None,
            trace: None,
            gated: false,
            k: 50,
            expected: 5.0,
            is_new: false,
            first_minute: 30,
            before: 5,
            p_value: 1e-9,
            elsewhere: Vec::new(),
            measured: Measured::default(),
        };
        change(&mut alert);
        self.alerts.push(alert);
    }

    pub(super) fn judge(&self, triager: &dyn Triager) -> Verdict {
        self.with_context(|case| triager.judge(case)).expect("a free triager")
    }

    pub(super) fn with_context<T>(&self, look: impl FnOnce(&CaseContext<'_>) -> T) -> T {
        let at = Instant::from_micros(1_777_000_000_000_000);
        let deploy = Deploy {
            id: "d1".to_owned(),
            deployed_at: at,
            services: vec!["shop".to_owned()],
            environment: None,
            revision: None,
            previous_revision: None,
            changed_files: None,
            rolls_back: None,
            fixes: Vec::new(),
        };
        let window = Window {
            deploy: 0,
            service: "shop".to_owned(),
            window: Interval::new(at, at + Span::minutes(60)),
            baseline: Interval::new(at - Span::days(7), at),
            decided_at: at + Span::minutes(60),
        };
        let alerts: Vec<Alert> = self.alerts.iter().map(|alert| alert.model(at)).collect();
        let samples: Vec<Vec<Sample<'_>>> = self.alerts.iter().map(|alert| vec![alert.sample()]).collect();
        let contexts: Vec<AlertContext<'_>> = self
            .alerts
            .iter()
            .zip(&alerts)
            .zip(&samples)
            .map(|((own, alert), samples)| AlertContext {
                alert,
                samples,
                before: own.before,
                elsewhere: &own.elsewhere,
                measured: &own.measured,
            })
            .collect();
        look(&CaseContext {
            deploy: &deploy,
            diff: self.diff.as_ref(),
            changed_files: &self.changed_files,
            window: &window,
            alerts: &contexts,
            traffic: self.traffic,
            last_deploy_before_first_record: self.last_deploy.as_deref(),
            concurrent: &self.concurrent,
        })
    }
}

impl FixtureAlert {
    fn model(&self, deployed_at: Instant) -> Alert {
        let detection = Detection {
            signature: self.signature.clone(),
            k: self.k,
            baseline_count: if self.is_new { 0 } else { 500 },
            expected: if self.is_new { 0.0 } else { self.expected },
            p_value: (!self.is_new).then_some(self.p_value),
            is_new: self.is_new,
            first_seen: deployed_at + Span::minutes(self.first_minute),
            excess_low: 0.0,
            ratio_low: 0.0,
            p_calibrated: None,
        };
        Alert { detection, impact: Impact::default(), gated: self.gated, gate_reason: String::new() }
    }

    fn sample(&self) -> Sample<'_> {
        Sample { message: &self.message, exception_type: self.exception.as_deref(), stack_trace: self.trace.as_deref() }
    }
}
