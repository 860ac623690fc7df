//! The second gate: did this deploy cause these alerts?
//!
//! A triager sees the deploy, its diff, the alerts and what was measured around them; never an incident, a label or anything
//! later than the decision. Where does a new one go: a file here with its spec, its behaviour and its tests, and a variant in
//! [`TriagerSpec`].

pub mod accept_all;
pub mod blame_latest;
pub mod cascade;
pub mod class_in_trace;
pub mod context;
pub mod evidence;
pub mod heuristic;
pub mod llm;
pub mod pair;
pub mod recorded;
pub mod redteam;

pub use accept_all::AcceptAll;
pub use blame_latest::BlameLatest;
pub use cascade::{Cascade, CascadeSpec};
pub use class_in_trace::ClassInTrace;
pub use context::{AlertContext, CaseContext, Elsewhere, Sample, TrafficChange};
pub use evidence::diff::Diff;
pub use evidence::file_classes::{FileClassRule, FileClasses};
pub use evidence::files::FileClass;
pub use heuristic::{Heuristic, HeuristicSpec};
pub use llm::{Llm, LlmSpec, PlannedCase};
pub use pair::PairCase;
pub use recorded::{Recorded, RecordedSpec};

use crate::endpoint::{Access, AskError, EndpointSpec, Spend};
use crate::model::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Says of one case whether its deploy caused it. The same case gives the same verdict, whoever else is asked about what in
/// between; of a model, while its recording is replayed.
pub trait Triager: Send + Sync {
    /// # Errors
    /// What ends a run: an answer that the recording lacks, an endpoint that fails, a budget that is spent. An answer that cannot
    /// be used is a verdict: `inconclusive`.
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError>;

    /// What asking about the case would take; `None`: nobody would be asked. Nothing is sent.
    ///
    /// # Errors
    /// When the question cannot be made.
    fn plan(&self, _case: &CaseContext<'_>) -> Result<Option<PlannedCase>, AskError> {
        Ok(None)
    }

    /// What asking cost so far.
    fn spent(&self) -> Spend {
        Spend::default()
    }

    /// What the user should be told.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Every triager there is, as pipelines name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TriagerSpec {
    /// No second gate: every case is `caused`.
    AcceptAll {},
    /// `caused` exactly when the deploy is the last one before the first record.
    BlameLatest {},
    /// `caused` exactly when a stack trace runs through a changed file.
    ClassInTrace {},
    /// Evidence from stack traces, messages, changed lines and counts, weighed by a fixed table.
    Heuristic(HeuristicSpec),
    /// A model is asked about every case.
    Llm(LlmSpec),
    /// The heuristic decides the clear cases, a model the rest.
    Cascade(CascadeSpec),
    /// What another agent said, from a file.
    Recorded(RecordedSpec),
}

impl TriagerSpec {
    /// # Errors
    /// When a parameter is out of its range, or a recording or file that it names cannot be read.
    pub fn build(&self) -> Result<Box<dyn Triager>, String> {
        self.build_with(&Access::default())
    }

    /// The same, its endpoint asked as `access` has it.
    ///
    /// # Errors
    /// As [`TriagerSpec::build`].
    pub fn build_with(&self, access: &Access) -> Result<Box<dyn Triager>, String> {
        let built: Result<Box<dyn Triager>, String> = match self {
            Self::AcceptAll {} => Ok(Box::new(AcceptAll)),
            Self::BlameLatest {} => Ok(Box::new(BlameLatest)),
            Self::ClassInTrace {} => Ok(Box::new(ClassInTrace)),
            Self::Heuristic(spec) => spec.build().map(|triager| Box::new(triager) as _),
            Self::Llm(spec) => spec.build(access).map(|triager| Box::new(triager) as _),
            Self::Cascade(spec) => spec.build(access).map(|triager| Box::new(triager) as _),
            Self::Recorded(spec) => spec.build().map(|triager| Box::new(triager) as _),
        };
        built.map_err(|error| format!("triage.{error}"))
    }

    /// # Errors
    /// When a parameter is out of its range; no recording and no file is looked for.
    pub fn check(&self) -> Result<(), String> {
        let checked = match self {
            Self::AcceptAll {} | Self::BlameLatest {} | Self::ClassInTrace {} | Self::Recorded(_) => Ok(()),
            Self::Heuristic(spec) => spec.build().map(drop),
            Self::Llm(spec) => spec.check(),
            Self::Cascade(spec) => spec.check(),
        };
        checked.map_err(|error| format!("triage.{error}"))
    }

    /// The model that is asked; `None`: none is.
    #[must_use]
    pub const fn endpoint(&self) -> Option<&EndpointSpec> {
        match self {
            Self::Llm(spec) => Some(&spec.endpoint),
            Self::Cascade(spec) => Some(&spec.model.endpoint),
            Self::AcceptAll {}
            | Self::BlameLatest {}
            | Self::ClassInTrace {}
            | Self::Heuristic(_)
            | Self::Recorded(_) => None,
        }
    }

    /// SHA-256 of the prompts that a model is asked with, by name.
    #[must_use]
    pub fn prompts(&self) -> BTreeMap<String, String> {
        self.endpoint().map(|_| (llm::PROMPT.to_owned(), llm::prompt_hash())).into_iter().collect()
    }

    /// Whether verdicts exist only on cases that somebody was asked about before.
    #[must_use]
    pub const fn needs_recording(&self) -> bool {
        self.endpoint().is_some() || matches!(self, Self::Recorded(_))
    }

    /// The `kind` it is named by.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AcceptAll {} => "accept_all",
            Self::BlameLatest {} => "blame_latest",
            Self::ClassInTrace {} => "class_in_trace",
            Self::Heuristic(_) => "heuristic",
            Self::Llm(_) => "llm",
            Self::Cascade(_) => "cascade",
            Self::Recorded(_) => "recorded",
        }
    }
}

#[cfg(test)]
mod fixture;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_read_as_pipelines_write_them() {
        for (text, name) in [
            ("kind = \"accept_all\"", "accept_all"),
            ("kind = \"blame_latest\"", "blame_latest"),
            ("kind = \"class_in_trace\"", "class_in_trace"),
            ("kind = \"heuristic\"", "heuristic"),
            ("kind = \"heuristic\"\ncaused_at = 0.9", "heuristic"),
        ] {
            let spec: TriagerSpec = toml::from_str(text).unwrap();
            assert_eq!(spec.name(), name);
            assert!(spec.build().is_ok());
            assert_eq!(toml::from_str::<TriagerSpec>(&toml::to_string(&spec).unwrap()).unwrap(), spec);
        }
        for text in [
            "kind = \"oracle\"",
            "kind = \"accept_all\"\nx = 1",
            "kind = \"blame_latest\"\nx = 1",
            "kind = \"heuristic\"\ncaused = 1",
        ] {
            assert!(toml::from_str::<TriagerSpec>(text).is_err(), "{text}");
        }
        for text in ["caused_at = 1.5", "caused_at = 0.3\nnot_caused_at = 0.4", "prior = 0.0", "prior = nan"] {
            let spec: TriagerSpec = toml::from_str(&format!("kind = \"heuristic\"\n{text}")).unwrap();
            assert!(spec.build().is_err(), "{text}");
        }
    }
}
