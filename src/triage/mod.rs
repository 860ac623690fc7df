//! The second gate: did this deploy cause these alerts?
//!
//! A triager sees the deploy, its diff, the alerts and what was measured around them; never an incident, a label or anything
//! later than the decision. Where does a new one go: a file here with its spec, its behaviour and its tests, and a variant in
//! [`TriagerSpec`].

pub mod accept_all;
pub mod blame_latest;
pub mod context;
pub mod evidence;
pub mod heuristic;
pub mod pair;
pub mod redteam;

pub use accept_all::AcceptAll;
pub use blame_latest::BlameLatest;
pub use context::{AlertContext, CaseContext, Elsewhere, Sample, TrafficChange};
pub use evidence::diff::Diff;
pub use evidence::files::FileClass;
pub use heuristic::{Heuristic, HeuristicSpec};
pub use pair::PairCase;

use crate::endpoint::{AskError, Spend};
use crate::model::Verdict;
use serde::{Deserialize, Serialize};

/// Says of one case whether its deploy caused it. The same case gives the same verdict, whoever else is asked about what in
/// between; of a model, while its recording is replayed.
pub trait Triager: Send + Sync {
    /// # Errors
    /// What ends a run: an answer that the recording lacks, an endpoint that fails, a budget that is spent. An answer that cannot
    /// be used is a verdict: `inconclusive`.
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError>;

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
    /// Evidence from stack traces, messages, changed lines and counts, weighed by a fixed table.
    Heuristic(HeuristicSpec),
}

impl TriagerSpec {
    /// # Errors
    /// When a parameter is out of its range.
    pub fn build(&self) -> Result<Box<dyn Triager>, String> {
        Ok(match self {
            Self::AcceptAll {} => Box::new(AcceptAll),
            Self::BlameLatest {} => Box::new(BlameLatest),
            Self::Heuristic(spec) => Box::new(spec.build()?),
        })
    }

    /// The `kind` it is named by.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AcceptAll {} => "accept_all",
            Self::BlameLatest {} => "blame_latest",
            Self::Heuristic(_) => "heuristic",
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
