//! What the model may say: a closed form, each part of it checked.

use super::view::Names;
use crate::model::VerdictKind;
use serde::Deserialize;
use serde_json::{Value, json};

/// Places and characters that are read of an answer.
const MOST_CITATIONS: usize = 20;
const MOST_REASONING: usize = 1000;

/// The answer's only form.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub verdict: VerdictKind,
    pub confidence: f64,
    /// Ids of errors.
    pub attributed: Vec<String>,
    /// `f1:12`.
    pub citations: Vec<String>,
    pub reasoning: String,
}

/// The JSON schema that is sent; ids that do not exist cannot be named where the endpoint enforces it.
#[must_use]
pub fn schema(names: &Names) -> Value {
    let errors: Vec<String> = (1..=names.signatures.len()).map(|number| format!("e{number}")).collect();
    json!({
        "type": "object",
        "properties": {
            "verdict": {"type": "string", "enum": ["caused", "not_caused", "inconclusive"]},
            "confidence": {"type": "number"},
            "attributed": {"type": "array", "items": {"type": "string", "enum": errors}},
            "citations": {"type": "array", "items": {"type": "string"}},
            "reasoning": {"type": "string"},
        },
        "required": ["verdict", "confidence", "attributed", "citations", "reasoning"],
        "additionalProperties": false,
    })
}

impl Answer {
    /// The answer in a text that is nothing else, or JSON between the fences that models like to put around it; `None`: not of the
    /// form.
    #[must_use]
    pub fn read(words: &str) -> Option<Self> {
        let words = words.trim();
        let inner = words.strip_prefix("```json").or_else(|| words.strip_prefix("```"));
        let inner = inner.and_then(|rest| rest.strip_suffix("```")).unwrap_or(words);
        let mut answer: Self = serde_json::from_str(inner.trim()).ok()?;
        if !(0.0..=1.0).contains(&answer.confidence) {
            return None;
        }
        answer.citations.truncate(MOST_CITATIONS);
        let cut = answer.reasoning.floor_char_boundary(MOST_REASONING);
        answer.reasoning.truncate(cut);
        Some(answer)
    }

    /// Signatures of the errors that it attributes; ids that stand for none are left out.
    #[must_use]
    pub fn signatures(&self, names: &Names) -> Vec<String> {
        let index = |id: &String| id.strip_prefix('e')?.parse::<usize>().ok()?.checked_sub(1);
        let mut found: Vec<usize> = self.attributed.iter().filter_map(index).collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|index| names.signatures.get(index).cloned()).collect()
    }

    /// Index of the file and line of each citation; `None`: of no such form.
    pub fn places(&self) -> impl Iterator<Item = Option<(usize, u32)>> {
        self.citations.iter().map(|citation| {
            let (file, line) = citation.trim().split_once(':')?;
            let index = file.strip_prefix('f')?.parse::<usize>().ok()?.checked_sub(1)?;
            Some((index, line.trim_start_matches(['+', '-']).parse().ok()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(confidence: f64) -> String {
        json!({"verdict": "caused", "confidence": confidence, "attributed": ["e2", "e1", "e9", "e2", "x"], "citations": ["f1:12", "f1:-3", "g", "f0:1"], "reasoning": "r"})
            .to_string()
    }

    #[test]
    fn only_the_form_is_read() {
        let names = Names { signatures: vec!["one".into(), "two".into()], ..Names::default() };
        for words in [text(0.5), format!("```json\n{}\n```", text(0.5)), format!("  {}  ", text(0.5))] {
            let answer = Answer::read(&words).unwrap();
            assert_eq!(answer.signatures(&names), ["one", "two"]);
            assert_eq!(answer.places().collect::<Vec<_>>(), [Some((0, 12)), Some((0, 3)), None, None]);
        }
        let more = text(0.5).replace("\"reasoning\"", "\"action\":\"rollback\",\"reasoning\"");
        let unknown = text(0.5).replace("\"caused\"", "\"rollback\"");
        for words in
            [text(1.5), text(-0.1), more, unknown, "caused".into(), "{}".into(), format!("Sure! {}", text(0.5))]
        {
            assert_eq!(Answer::read(&words), None, "{words}");
        }
    }
}
