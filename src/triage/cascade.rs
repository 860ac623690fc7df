use super::heuristic::{Heuristic, HeuristicSpec};
use super::llm::{Llm, LlmSpec, PlannedCase};
use super::{CaseContext, Triager};
use crate::endpoint::{Access, AskError, Spend};
use crate::model::{Verdict, VerdictKind};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CascadeSpec {
    /// The heuristic's `not_caused` stands up to this probability.
    #[serde(default = "clear_below")]
    pub clear_below: f64,
    /// The heuristic's `caused` stands from this probability on.
    #[serde(default = "clear_above")]
    pub clear_above: f64,
    #[serde(default)]
    pub heuristic: HeuristicSpec,
    /// Who is asked about the rest.
    pub model: LlmSpec,
}

const fn clear_below() -> f64 {
    0.1
}

const fn clear_above() -> f64 {
    0.9
}

impl CascadeSpec {
    /// # Errors
    /// When a parameter is out of range; no recording is looked for.
    pub fn check(&self) -> Result<(), String> {
        let (below, above) = (self.clear_below, self.clear_above);
        if !(0.0 <= below && below <= above && above <= 1.0) {
            return Err(format!(
                "clear_below is {below} and clear_above {above}: they must be probabilities, the first not above the second"
            ));
        }
        self.heuristic.build().map_err(|error| format!("heuristic.{error}"))?;
        self.model.check().map_err(|error| format!("model.{error}"))
    }

    /// # Errors
    /// When a parameter is out of range, or the endpoint cannot be opened.
    pub fn build(&self, access: &Access) -> Result<Cascade, String> {
        self.check()?;
        Ok(Cascade {
            clear: (self.clear_below, self.clear_above),
            heuristic: self.heuristic.build()?,
            model: self.model.build(access).map_err(|error| format!("model.{error}"))?,
        })
    }
}

/// The heuristic decides the clear cases, a model the rest.
///
/// *Decides*: as [`Heuristic`] where its probability is at most `clear_below` or at least `clear_above`, else as [`Llm`].
/// *Fails when*: the heuristic is sure and wrong; what is between as the model does.
/// *Parameters*: `clear_below`, `clear_above`, `heuristic`, `model`. With 0 and 1 nearly every case goes to the model; with both at one
/// number none does.
/// *Reference*: cascades of classifiers with a reject option (Chow 1970); `FrugalGPT` (Chen et al. 2023) for models.
pub struct Cascade {
    clear: (f64, f64),
    heuristic: Heuristic,
    model: Llm,
}

impl Cascade {
    /// The heuristic's verdict where it stands.
    fn clear(&self, case: &CaseContext<'_>) -> Result<Option<Verdict>, AskError> {
        let verdict = self.heuristic.judge(case)?;
        let p = verdict.probability_caused();
        let stands = match verdict.kind {
            VerdictKind::NotCaused => p <= self.clear.0,
            VerdictKind::Caused => p >= self.clear.1,
            VerdictKind::Inconclusive => false,
        };
        Ok(stands.then_some(verdict))
    }
}

impl Triager for Cascade {
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError> {
        match self.clear(case)? {
            Some(verdict) => Ok(verdict),
            None => self.model.judge(case),
        }
    }

    fn plan(&self, case: &CaseContext<'_>) -> Result<Option<PlannedCase>, AskError> {
        if self.clear(case)?.is_some() { Ok(None) } else { self.model.plan(case) }
    }

    fn spent(&self) -> Spend {
        self.model.spent()
    }

    fn notes(&self) -> Vec<String> {
        self.model.notes()
    }
}
