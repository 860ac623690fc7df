use super::evidence::citations;
use super::{CaseContext, Triager};
use crate::dataset::{Intake, RecordedVerdict, RejectPolicy, recorded_verdicts};
use crate::endpoint::AskError;
use crate::model::{Citations, Direction, Evidence, Source, Tokens, Verdict, VerdictKind, excerpt};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedSpec {
    /// JSON lines, relative to the working directory.
    pub file: PathBuf,
}

impl RecordedSpec {
    /// # Errors
    /// When the file cannot be read, a row of it cannot be used, or two are about one case.
    pub fn build(&self) -> Result<Recorded, String> {
        let mut intake = Intake::new(RejectPolicy { strict: true, allow: false });
        let rows = recorded_verdicts(&self.file, &mut intake)
            .map_err(|error| format!("file {}: {}", error.place, error.message))?;
        let verdicts = rows.into_iter().map(|row| ((row.deploy.clone(), row.service.clone()), row)).collect();
        Ok(Recorded { verdicts, missing: AtomicU64::new(0), used: Mutex::default() })
    }
}

/// What another agent said, read from a file.
///
/// *Decides*: as the file's row for the case's deploy and service; `inconclusive` without one. Places in the diff are looked up: those
/// that do not exist are dropped and counted. Signatures that are none of the case's are left out.
/// *Fails when*: the agent saw other alerts than this pipeline raises.
/// *Parameters*: `file`, one JSON object a line: `deploy`, `service`, `verdict`, and where known `confidence` (1), `signatures`,
/// `citations` (`[{"file", "line"}]`), `reasoning`, `tokens`.
/// *Reference*: none; it lets any agent be held against the same truth.
pub struct Recorded {
    verdicts: BTreeMap<(String, String), RecordedVerdict>,
    missing: AtomicU64,
    /// Rows that a case was found for.
    used: Mutex<BTreeSet<(String, String)>>,
}

impl Triager for Recorded {
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError> {
        let key = (case.deploy.id.clone(), case.window.service.clone());
        let Some(row) = self.verdicts.get(&key) else { return Ok(self.none()) };
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        Ok(verdict(row, case))
    }

    fn notes(&self) -> Vec<String> {
        let missing = self.missing.load(Ordering::Relaxed);
        let told = || format!("{missing} case(s) have no row in the recorded verdicts: they are inconclusive");
        let unused = self.verdicts.len() - self.used.lock().unwrap_or_else(PoisonError::into_inner).len();
        let idle = || {
            format!("{unused} recorded verdict(s) are about no case of this pipeline: are deploy and service right?")
        };
        (missing > 0).then(told).into_iter().chain((unused > 0).then(idle)).collect()
    }
}

impl Recorded {
    fn none(&self) -> Verdict {
        self.missing.fetch_add(1, Ordering::Relaxed);
        let reason = reason(Direction::Context, "No verdict on this case was recorded.", Vec::new());
        Verdict {
            kind: VerdictKind::Inconclusive,
            confidence: 1.0,
            evidence: vec![reason],
            attributed: Vec::new(),
            citations: Citations::default(),
            tokens: Tokens::default(),
        }
    }
}

fn verdict(row: &RecordedVerdict, case: &CaseContext<'_>) -> Verdict {
    let (held, dropped): (Vec<Source>, Vec<Source>) = row
        .citations
        .iter()
        .map(|place| Source::Diff { file: place.file.clone(), line: place.line })
        .partition(|source| citations::holds(source, case.diff, case.changed_files));
    let counted = Citations { held: held.len() as u64, dropped: dropped.len() as u64 };
    let direction = match row.verdict {
        VerdictKind::Caused => Direction::For,
        VerdictKind::NotCaused => Direction::Against,
        VerdictKind::Inconclusive => Direction::Context,
    };
    let own = case.open_signatures();
    let named = row.signatures.clone().unwrap_or_else(|| own.clone());
    Verdict {
        kind: row.verdict,
        confidence: row.confidence,
        evidence: vec![reason(direction, &excerpt(&row.reasoning, 600), held)],
        attributed: if row.verdict == VerdictKind::Caused {
            own.into_iter().filter(|signature| named.contains(signature)).collect()
        } else {
            Vec::new()
        },
        citations: counted,
        tokens: row.tokens,
    }
}

fn reason(direction: Direction, summary: &str, sources: Vec<Source>) -> Evidence {
    Evidence { rule: "recorded".to_owned(), direction, weight: 0.0, summary: summary.to_owned(), sources }
}
