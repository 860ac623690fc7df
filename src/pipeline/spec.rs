//! A pipeline as a TOML file says it.

use crate::act::{ActSpec, RollbackWhen};
use crate::dataset::DataSet;
use crate::detect::{DetectSpec, Family};
use crate::gate::GateSpec;
use crate::model::{Severity, Span};
use crate::normalize::{Built, NormalizerSpec};
use crate::series::{Days, Fits, Templates, Texts};
use crate::triage::TriagerSpec;
use serde::{Deserialize, Serialize};

/// One configuration: a path through the stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipelineSpec {
    pub schema_version: u32,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub replay: ReplaySpec,
    pub normalize: NormalizerSpec,
    pub detect: DetectSpec,
    pub gate: GateSpec,
    pub triage: TriagerSpec,
    pub act: ActSpec,
    /// How alerts are matched to incidents.
    #[serde(default)]
    pub matching: MatchSpec,
}

/// Which services a deploy's windows are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    Deployed,
    All,
}

/// What a later deploy of the same service inside W does to W.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    #[default]
    Keep,
    /// W ends there.
    Truncate,
}

/// When a window is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    /// Once, when W has passed.
    #[default]
    Close,
    /// At every step of W; the first look that an alert comes of decides.
    Poll {
        /// At most as long as W.
        every: Span,
    },
    /// On a clock instead of at deploys: every service, its last deploy before the window suspected.
    Schedule { every: Span },
}

/// The windows of a replay (semantics.md §3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReplaySpec {
    pub scope: Scope,
    pub settle: Span,
    pub window: Span,
    pub overlap: Overlap,
    pub baseline: Span,
    pub min_baseline: Span,
    pub lateness: Span,
    pub min_severity: Severity,
    pub exclude_incidents: bool,
    #[serde(skip_serializing_if = "is_close")]
    pub trigger: Trigger,
}

fn is_close(trigger: &Trigger) -> bool {
    *trigger == Trigger::Close
}

impl ReplaySpec {
    /// How long after a deploy a record may still count for it.
    #[must_use]
    pub fn reach(&self) -> Span {
        Span::from_micros(self.settle.micros() + self.window.micros() + self.lateness.micros())
    }
}

impl Default for ReplaySpec {
    fn default() -> Self {
        Self {
            scope: Scope::Deployed,
            settle: Span::ZERO,
            window: Span::minutes(60),
            overlap: Overlap::Keep,
            baseline: Span::days(7),
            min_baseline: Span::hours(24),
            lateness: Span::ZERO,
            min_severity: Severity::Error,
            exclude_incidents: false,
            trigger: Trigger::Close,
        }
    }
}

impl ReplaySpec {
    fn check_trigger(&self) -> Result<(), String> {
        match self.trigger {
            Trigger::Poll { every } | Trigger::Schedule { every } if every == Span::ZERO => {
                Err("replay.trigger.every is 0: it would never end".to_owned())
            }
            Trigger::Poll { every } if every > self.window => {
                Err(format!("replay.trigger.every is {every}: it is at most the window, {}", self.window))
            }
            _ => Ok(()),
        }
    }
}

/// Tolerances of matching (semantics.md §5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MatchSpec {
    /// How long before an incident's start its errors may begin.
    pub slack: Span,
    /// How long after its start an incident can still be hit.
    pub match_cap: Span,
}

impl Default for MatchSpec {
    fn default() -> Self {
        Self { slack: Span::minutes(15), match_cap: Span::hours(24) }
    }
}

impl PipelineSpec {
    /// The records as this pipeline groups them.
    ///
    /// # Errors
    /// When the normalizer cannot be built, or fails.
    pub fn fits<'a>(&self, data: &'a DataSet) -> Result<Fits<'a>, String> {
        let built = self.normalize.build()?;
        let texts = Texts::of(&data.records, built.normalizer.reads());
        let templates = Templates::of(&texts, built.normalizer.as_ref());
        self.fits_of(data, &texts, templates, &built)
    }

    /// The same from templates that were made already.
    ///
    /// # Errors
    /// When the miner fails.
    pub fn fits_of<'a>(
        &self,
        data: &'a DataSet,
        texts: &Texts,
        templates: Templates,
        built: &Built,
    ) -> Result<Fits<'a>, String> {
        let days = Days { span: data.span, reach: self.replay.reach() };
        Fits::build(&data.records, texts, templates, built, self.replay.min_severity, days)
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// With the key, its value and the range that it lies in.
    pub fn check(&self) -> Result<(), String> {
        self.check_shallow()?;
        self.normalize.check()?;
        self.triage.check()
    }

    /// Checks all but what normalizer and triager check by themselves, which takes a thousand times as long: they compile patterns and
    /// read weights. For whoever has checked those two already.
    ///
    /// # Errors
    /// As [`PipelineSpec::check`].
    pub fn check_shallow(&self) -> Result<(), String> {
        if self.schema_version != 1 {
            return Err(format!("schema_version is {}: this version reads 1", self.schema_version));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if self.name.is_empty() || self.name.starts_with('.') || !self.name.chars().all(plain) {
            return Err(format!("name {:?} cannot name a folder: use letters, digits, - and _", self.name));
        }
        if self.replay.window == Span::ZERO {
            return Err("replay.window is 0: nothing would be counted".to_owned());
        }
        if self.replay.baseline == Span::ZERO {
            return Err("replay.baseline is 0: nothing could be expected".to_owned());
        }
        self.replay.check_trigger()?;
        if matches!(self.replay.trigger, Trigger::Poll { .. }) && self.detect.family != Family::Deploy {
            return Err("detect.family is over the day: with trigger poll it is deploy".to_owned());
        }
        if self.matching.match_cap == Span::ZERO {
            return Err("matching.match_cap is 0: no incident could be hit".to_owned());
        }
        self.detect.check()?;
        self.gate.check()?;
        self.act.check()?;
        let by_value = matches!(self.act.policy.rollback_when, RollbackWhen::Value(_));
        if by_value && !matches!(self.gate, GateSpec::Harm(_)) {
            return Err("act.policy.rollback_when is value: it needs gate.kind harm, which reckons the harm".to_owned());
        }
        Ok(())
    }
}
