//! A model is asked. What it sees is abstracted, what it says is checked.

mod answer;
mod code;
mod prompt;
mod view;
mod vocabulary;

pub use prompt::{PROMPT, prompt_hash};

use super::heuristic::{Heuristic, HeuristicSpec};
use super::{CaseContext, Triager};
use crate::endpoint::{Access, AskError, Chat, Endpoint, EndpointSpec, Forecast, Outcome, Spend};
use crate::model::{Citations, Direction, Evidence, Source, Tokens, Verdict, VerdictKind, excerpt};
use crate::redact::{RedactionSpec, Redactor};
use answer::Answer;
use prompt::{Asked, Limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use view::Shown;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LlmSpec {
    pub endpoint: EndpointSpec,
    /// Tokens of what is shown of a case at most, estimated; 500 to 200 000.
    #[serde(default = "prompt_tokens")]
    pub max_prompt_tokens: u64,
    /// Tokens of an answer at most, where `endpoint.parameters` does not say; 100 to 32 000.
    #[serde(default = "output_tokens")]
    pub max_output_tokens: u64,
    /// Shows messages, names, texts and comments as they came, redacted. Strangers write them: a model can be told what to say.
    #[serde(default)]
    pub excerpts: bool,
    #[serde(default)]
    pub redaction: RedactionSpec,
    /// The free triager whose links are shown, and choose which lines are.
    #[serde(default)]
    pub links: HeuristicSpec,
}

const fn prompt_tokens() -> u64 {
    8_000
}

const fn output_tokens() -> u64 {
    1_000
}

impl LlmSpec {
    /// # Errors
    /// When a parameter is out of range; no recording is looked for.
    pub fn check(&self) -> Result<(), String> {
        if !(500..=200_000).contains(&self.max_prompt_tokens) {
            return Err(format!("max_prompt_tokens is {}: 500 to 200000", self.max_prompt_tokens));
        }
        if !(100..=32_000).contains(&self.max_output_tokens) {
            return Err(format!("max_output_tokens is {}: 100 to 32000", self.max_output_tokens));
        }
        self.links.build().map_err(|error| format!("links.{error}"))?;
        Redactor::new(&self.redaction).map_err(|error| format!("redaction.{error}"))?;
        self.endpoint.check().map_err(|error| format!("endpoint.{error}"))
    }

    /// # Errors
    /// When a parameter is out of range, or the endpoint cannot be opened.
    pub fn build(&self, access: &Access) -> Result<Llm, String> {
        self.check()?;
        Ok(Llm {
            endpoint: Endpoint::open(&self.endpoint, access).map_err(|error| format!("endpoint.{error}"))?,
            links: self.links.build()?,
            redactor: Redactor::new(&self.redaction)?,
            limits: Limits { prompt_tokens: self.max_prompt_tokens, output_tokens: self.max_output_tokens },
            shown: Shown { raw: self.excerpts },
            endings: Mutex::default(),
        })
    }
}

/// Asks a model about each case.
///
/// *Decides*: what the model says, in a closed form. Each line that it cites is looked up among those that it was shown; without one
/// that exists, `caused` becomes `inconclusive`. An answer that is malformed, cut, refused or empty is asked for once more, then the
/// case is `inconclusive`, as it is where the endpoint failed. The model chooses no action: policy, floors and gate do, without it.
/// *Fails when*: the model errs, or what it would need is not shown: by default no message, comment or literal is (`excerpts`).
/// *Parameters*: `endpoint`, `max_prompt_tokens`, `max_output_tokens`, `excerpts`, `redaction`, `links`.
/// *Reference*: `AIOpsShield` (Pasquini et al. 2025) for abstraction instead of warnings; the evidence shown is the heuristic's.
pub struct Llm {
    endpoint: Endpoint,
    links: Heuristic,
    redactor: Redactor,
    limits: Limits,
    shown: Shown,
    /// How each question ended, by its prompt's text.
    endings: Mutex<BTreeMap<String, &'static str>>,
}

/// What asking about a case would take.
#[derive(Clone, Debug)]
pub struct PlannedCase {
    /// SHA-256 of what would be sent: the same question is asked once.
    pub key: String,
    /// The answer is there already.
    pub recorded: bool,
    pub forecast: Forecast,
}

impl Llm {
    fn asked(&self, case: &CaseContext<'_>) -> Result<Asked, AskError> {
        let evidence = self.links.judge(case)?.evidence;
        Ok(prompt::question(case, &evidence, self.links.file_classes(), self.shown, &self.limits, &self.redactor)?)
    }

    fn note(&self, asked: &Asked, ending: &'static str) {
        self.endings.lock().unwrap_or_else(PoisonError::into_inner).insert(asked.question.user.clone(), ending);
    }
}

impl Triager for Llm {
    fn judge(&self, case: &CaseContext<'_>) -> Result<Verdict, AskError> {
        let asked = self.asked(case)?;
        match self.endpoint.chat(&asked.question, Answer::read) {
            Ok(chat) => {
                self.note(&asked, chat.ending.name());
                Ok(verdict(&asked, &chat))
            }
            // The key or the request is wrong: so it is for every case.
            Err(AskError::Endpoint(Outcome::Rejected, told)) => Err(AskError::Failed(told)),
            Err(AskError::Endpoint(outcome, told)) => {
                self.note(&asked, outcome.name());
                Ok(unanswered(&format!("No answer: {told}."), Tokens::default()))
            }
            Err(error) => Err(error),
        }
    }

    fn plan(&self, case: &CaseContext<'_>) -> Result<Option<PlannedCase>, AskError> {
        let asked = self.asked(case)?;
        let recorded = self.endpoint.recorded_chat(&asked.question, Answer::read).is_some();
        let (key, forecast) = (self.endpoint.key(&asked.question)?, self.endpoint.forecast(&asked.question)?);
        Ok(Some(PlannedCase { key, recorded, forecast }))
    }

    /// Questions by how they ended.
    fn spent(&self) -> Spend {
        let mut outcomes = BTreeMap::new();
        for ending in self.endings.lock().unwrap_or_else(PoisonError::into_inner).values() {
            *outcomes.entry((*ending).to_owned()).or_default() += 1;
        }
        Spend { outcomes, ..self.endpoint.spent() }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.endpoint.notes().to_vec();
        let endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        let unusable = endings.values().filter(|ending| !matches!(**ending, "valid" | "repaired")).count();
        if unusable > 0 {
            notes.push(format!(
                "{unusable} of {} questions got no answer that could be used: those cases are inconclusive",
                endings.len()
            ));
        }
        notes
    }
}

fn verdict(asked: &Asked, chat: &Chat<Answer>) -> Verdict {
    let Some(answer) = &chat.answer else {
        let told = format!("The model's answer was {} twice.", chat.ending.name());
        return unanswered(&told, chat.tokens);
    };
    let (places, citations) = looked_up(asked, answer);
    let ungrounded = answer.verdict == VerdictKind::Caused && places.is_empty();
    let kind = if ungrounded { VerdictKind::Inconclusive } else { answer.verdict };
    let reason = Evidence {
        rule: "model".to_owned(),
        direction: match kind {
            VerdictKind::Caused => Direction::For,
            VerdictKind::NotCaused => Direction::Against,
            VerdictKind::Inconclusive => Direction::Context,
        },
        weight: 0.0,
        summary: excerpt(&answer.reasoning, 600),
        sources: places,
    };
    let ungrounded = ungrounded.then(|| {
        let told = "The model said `caused` and cited no line that it was shown: not enough to blame the deploy.";
        context("model_ungrounded", told)
    });
    Verdict {
        kind,
        confidence: answer.confidence,
        evidence: [reason].into_iter().chain(ungrounded).collect(),
        attributed: if kind == VerdictKind::Caused { answer.signatures(&asked.names) } else { Vec::new() },
        citations,
        tokens: chat.tokens,
    }
}

/// The cited lines that were shown, each once, and how many were not.
fn looked_up(asked: &Asked, answer: &Answer) -> (Vec<Source>, Citations) {
    let (mut places, mut citations) = (Vec::new(), Citations::default());
    for place in answer.places() {
        match place.filter(|place| asked.lines.contains(place)) {
            Some((file, line)) => {
                citations.held += 1;
                let source = Source::Diff { file: asked.names.files[file].clone(), line: Some(line) };
                if !places.contains(&source) {
                    places.push(source);
                }
            }
            None => citations.dropped += 1,
        }
    }
    (places, citations)
}

fn context(rule: &str, told: &str) -> Evidence {
    let (rule, summary) = (rule.to_owned(), told.to_owned());
    Evidence { rule, direction: Direction::Context, weight: 0.0, summary, sources: Vec::new() }
}

/// A person is asked.
fn unanswered(told: &str, tokens: Tokens) -> Verdict {
    Verdict {
        kind: VerdictKind::Inconclusive,
        confidence: 1.0,
        evidence: vec![context("model_unanswered", told)],
        attributed: Vec::new(),
        citations: Citations::default(),
        tokens,
    }
}

#[cfg(test)]
mod tests;
