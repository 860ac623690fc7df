//! A case made of nothing but traces and a diff, so that any triager can be asked about labelled pairs.

use super::evidence::measured::Measured;
use super::{AlertContext, CaseContext, Diff, Sample, Triager};
use crate::endpoint::AskError;
use crate::model::{Alert, Deploy, Detection, Impact, Instant, Interval, Span, Verdict, Window};
use crate::normalize::trace;

/// Owns what a [`CaseContext`] borrows. Counts and times say nothing for or against the deploy: only the texts speak.
pub struct PairCase {
    deploy: Deploy,
    window: Window,
    diff: Option<Diff>,
    changed_files: Vec<String>,
    alerts: Vec<Alert>,
    texts: Vec<Texts>,
    last_deploy: String,
}

/// A trace with what its runtime said of it.
struct Texts {
    message: String,
    exception: Option<String>,
    trace: String,
}

/// What the service is called where no data set names one.
const SERVICE: &str = "service";

impl PairCase {
    /// One alert for each trace. `exception`: the type as printed, where the caller knows it; `diff`: unified, what cannot be
    /// read as one is taken for none.
    #[must_use]
    pub fn new(id: &str, deployed_at: Instant, traces: &[&str], exception: Option<&str>, diff: &str) -> Self {
        let window = Interval::new(deployed_at, deployed_at + Span::minutes(60));
        let diff = Some(diff).filter(|text| !text.trim().is_empty()).and_then(|text| Diff::parse(text).ok());
        let changed_files: Vec<String> = diff.as_ref().map(Diff::paths).unwrap_or_default();
        let texts: Vec<Texts> = traces.iter().map(|trace| Texts::of(trace, exception)).collect();
        Self {
            deploy: deploy(id, deployed_at, &changed_files),
            window: Window {
                deploy: 0,
                service: SERVICE.to_owned(),
                window,
                baseline: Interval::new(deployed_at - Span::days(7), deployed_at),
                decided_at: window.end,
            },
            diff,
            changed_files,
            alerts: texts.iter().map(|texts| alert(texts, deployed_at)).collect(),
            texts,
            last_deploy: id.to_owned(),
        }
    }

    /// The same case where another deploy was the last before the error; without one it is its own, the only one there is.
    #[must_use]
    pub fn with_last_deploy(self, id: &str) -> Self {
        Self { last_deploy: id.to_owned(), ..self }
    }

    /// What a triager says of it.
    ///
    /// # Errors
    /// As [`Triager::judge`].
    pub fn judge(&self, triager: &dyn Triager) -> Result<Verdict, AskError> {
        self.with_context(|case| triager.judge(case))
    }

    /// Lends the case.
    pub fn with_context<T>(&self, look: impl FnOnce(&CaseContext<'_>) -> T) -> T {
        let measured = Measured::default();
        let samples: Vec<[Sample<'_>; 1]> = self.texts.iter().map(|texts| [texts.sample()]).collect();
        let contexts: Vec<AlertContext<'_>> = self
            .alerts
            .iter()
            .zip(&samples)
            .map(|(alert, samples)| AlertContext {
                alert,
                samples,
                before: BEFORE,
                elsewhere: &[],
                measured: &measured,
            })
            .collect();
        look(&CaseContext {
            deploy: &self.deploy,
            diff: self.diff.as_ref(),
            changed_files: &self.changed_files,
            window: &self.window,
            alerts: &contexts,
            traffic: None,
            last_deploy_before_first_record: Some(&self.last_deploy),
            concurrent: &[],
        })
    }
}

/// Records in an hour before the deploy: an error with some history, so that its first record says nothing.
const BEFORE: u64 = 5;

fn deploy(id: &str, deployed_at: Instant, changed_files: &[String]) -> Deploy {
    Deploy {
        id: id.to_owned(),
        deployed_at,
        services: vec![SERVICE.to_owned()],
        environment: None,
        revision: None,
        previous_revision: None,
        changed_files: Some(changed_files.to_vec()),
        rolls_back: None,
        fixes: Vec::new(),
    }
}

fn alert(texts: &Texts, deployed_at: Instant) -> Alert {
    let detection = Detection {
        signature: texts.message.chars().take(200).collect(),
        k: 50,
        baseline_count: 840,
        expected: 5.0,
        p_value: Some(1e-9),
        is_new: false,
        first_seen: deployed_at + Span::minutes(30),
        excess_low: 0.0,
        ratio_low: 0.0,
        p_calibrated: None,
    };
    Alert { detection, impact: Impact::default(), gated: false, gate_reason: String::new() }
}

impl Texts {
    /// The message is the line in which the trace names its exception; without one, its first.
    fn of(text: &str, exception: Option<&str>) -> Self {
        let parsed = trace::parse(text);
        let head = parsed.blocks.first();
        let named = head.map(|block| block.exception_type.as_str()).filter(|name| !name.is_empty());
        let said = head.map(|block| block.message.as_str()).filter(|message| !message.is_empty());
        let first = || text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let message = match (named, said) {
            (Some(name), Some(said)) => format!("{name}: {said}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => first().to_owned(),
        };
        let exception = exception.or(named).map(str::to_owned);
        Self { message, exception, trace: text.to_owned() }
    }

    fn sample(&self) -> Sample<'_> {
        Sample {
            message: &self.message,
            exception_type: self.exception.as_deref(),
            stack_trace: Some(self.trace.as_str()).filter(|trace| !trace.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(trace: &str, diff: &str) -> (String, Option<String>, Vec<String>) {
        let at = Instant::from_micros(1_777_000_000_000_000);
        PairCase::new("d", at, &[trace], None, diff).with_context(|case| {
            let sample = case.alerts[0].samples[0];
            (sample.message.to_owned(), sample.exception_type.map(str::to_owned), case.changed_files.to_vec())
        })
    }

    #[test]
    fn the_message_is_where_the_exception_is_named() {
        let python =
            "Traceback (most recent call last):\n  File \"/app/cart.py\", line 3, in total\n    x\nKeyError: 'sku'";
        let diff = "diff --git a/cart.py b/cart.py\n--- a/cart.py\n+++ b/cart.py\n@@ -1 +1 @@\n-a\n+b\n";
        let (message, exception, files) = seen(python, diff);
        assert_eq!((message.as_str(), exception.as_deref()), ("KeyError: 'sku'", Some("KeyError")));
        assert_eq!(files, ["cart.py"]);
        let (message, exception, files) = seen("\nconnection refused\nmore", "no diff at all");
        assert_eq!((message.as_str(), exception, files.len()), ("connection refused", None, 0));
    }
}
