//! A small model that labels each template with a known signature, or `new`.
//!
//! *Groups* templates that the model takes for one kind of error. *Splits* and *merges* as the model errs, and differently under
//! another model or prompt: [`super::drift`] measures how differently. *Parameters*: the masks, `k`, `endpoint`. *Reference*: none;
//! known signatures are found as in [`super::embedding`] and shown to the model (retrieval).

use super::embedding::{HashEmbedder, HashSpec, Keyed};
use super::groups::Groups;
use super::{Built, Miner, Rules, RulesSpec};
use crate::endpoint::{Access, Ending, Endpoint, EndpointSpec, Question, Spend, sha256};
use crate::model::excerpt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the model is told, word for word.
pub const PROMPT: &str = include_str!("classifier/prompt.txt");

/// Characters of a template that the model is shown.
const MOST_SHOWN: usize = 1000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierSpec {
    /// What is masked first.
    pub rules: RulesSpec,
    /// Known signatures that the model is shown, those most alike by hashed n-grams; 1 to 50.
    #[serde(default = "k")]
    pub k: usize,
    pub endpoint: EndpointSpec,
}

const fn k() -> usize {
    8
}

/// Asks about each template once, in the order of learning; of templates that differ in case or digits only, about the first.
#[derive(Clone)]
pub struct Classifier {
    endpoint: Arc<Endpoint>,
    keyed: Keyed,
    k: usize,
    /// SHA-256 of the prompt.
    prompt: String,
    /// With all that was learned.
    learned: Arc<Groups>,
    /// As of the last fit, and what was signed since.
    groups: Arc<Groups>,
    /// How each question ended, by its key; forks share it, as they share answers.
    endings: Arc<Mutex<BTreeMap<String, &'static str>>>,
}

/// The answer's only form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    label: String,
}

impl ClassifierSpec {
    /// # Errors
    /// When a parameter is out of range, or the endpoint cannot be opened.
    pub fn build(&self) -> Result<Built, String> {
        let rules = Rules::nested(&self.rules)?;
        Ok(Built { normalizer: Box::new(rules), miner: Some(Box::new(Classifier::new(self)?)) })
    }

    /// # Errors
    /// When a parameter is out of range; no recording is looked for.
    pub fn check(&self) -> Result<(), String> {
        if !(1..=50).contains(&self.k) {
            return Err(format!("normalize.k is {}: 1 to 50 known signatures can be shown", self.k));
        }
        Rules::nested(&self.rules)?;
        self.endpoint.check().map_err(|error| format!("normalize.endpoint.{error}"))
    }
}

impl Classifier {
    /// # Errors
    /// When a parameter is out of range, or the endpoint cannot be opened.
    pub fn new(spec: &ClassifierSpec) -> Result<Self, String> {
        spec.check()?;
        let endpoint = Endpoint::open(&spec.endpoint, &Access::default());
        let endpoint = endpoint.map_err(|error| format!("normalize.endpoint.{error}"))?;
        Ok(Self {
            endpoint: Arc::new(endpoint),
            keyed: Keyed::new(Arc::new(HashEmbedder::new(HashSpec::default())?)),
            k: spec.k,
            prompt: sha256(PROMPT),
            learned: Arc::default(),
            groups: Arc::default(),
            endings: Arc::default(),
        })
    }

    /// The group of the template: the one that it is in, else the one that the model names, else one of its own.
    fn place(&self, template: &str, groups: &mut Arc<Groups>) -> Result<usize, String> {
        let hash = self.keyed.hash(template)?;
        if let Some(group) = groups.find(hash) {
            return Ok(group);
        }
        let vector = self.keyed.vector(template)?;
        let chosen = self.choose(template, &vector, groups)?;
        let groups = Arc::make_mut(groups);
        let group = chosen.unwrap_or_else(|| groups.open(template, &vector));
        groups.put(hash, group);
        Ok(group)
    }

    /// The group that the model names; `None`: a new one, or no answer that can be used.
    fn choose(&self, template: &str, vector: &[f32], groups: &Groups) -> Result<Option<usize>, String> {
        let near = groups.nearest_of(vector, self.k);
        if near.is_empty() {
            return Ok(None);
        }
        let ids: Vec<String> = (1..=near.len()).map(|number| format!("s{number}")).collect();
        let read = |words: &str| {
            let Label { label } = serde_json::from_str(words.trim()).ok()?;
            if label == "new" {
                return Some(None);
            }
            ids.iter().position(|id| *id == label).map(|index| Some(near[index]))
        };
        let question = self.question(template, &near, groups, &ids);
        let chat = self.endpoint.chat(&question, read).map_err(|error| format!("normalize.endpoint: {error}"))?;
        let ending = match (chat.ending, chat.answer) {
            (Ending::Valid, Some(Some(_))) => "joined",
            (Ending::Valid, _) => "new",
            (ending, _) => ending.name(),
        };
        self.endings().insert(chat.key, ending);
        Ok(chat.answer.flatten())
    }

    fn question(&self, template: &str, near: &[usize], groups: &Groups, ids: &[String]) -> Question {
        let text = |template: &str| excerpt(template, MOST_SHOWN);
        let known = near.iter().zip(ids).map(|(group, id)| json!({"id": id, "text": text(groups.name(*group))}));
        let data = json!({"known": known.collect::<Vec<_>>(), "template": text(template)}).to_string();
        // Nobody can write the fence into the data that it is made of.
        let fence = &sha256(&data)[..16];
        let labels: Vec<&str> = ids.iter().map(String::as_str).chain(["new"]).collect();
        let schema = json!({
            "type": "object",
            "properties": {"label": {"type": "string", "enum": labels}},
            "required": ["label"],
            "additionalProperties": false,
        });
        Question {
            prompt: self.prompt.clone(),
            system: PROMPT.to_owned(),
            user: format!("{fence}\n{data}\n{fence}"),
            schema: ("label", schema),
            parameters: parameters(),
        }
    }

    fn endings(&self) -> MutexGuard<'_, BTreeMap<String, &'static str>> {
        self.endings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The likeliest answer, and room for no more than it needs.
fn parameters() -> Map<String, Value> {
    Map::from_iter([("temperature".to_owned(), json!(0)), ("max_tokens".to_owned(), json!(32))])
}

impl Miner for Classifier {
    fn learn(&mut self, template: &str) -> Result<(), String> {
        let mut learned = std::mem::take(&mut self.learned);
        let placed = self.place(template, &mut learned);
        self.learned = learned;
        placed.map(drop)
    }

    fn fit(&mut self) {
        self.groups = self.learned.clone();
    }

    fn sign(&mut self, template: &str) -> Result<String, String> {
        let mut groups = std::mem::take(&mut self.groups);
        let placed = self.place(template, &mut groups);
        self.groups = groups;
        Ok(self.groups.name(placed?).to_owned())
    }

    /// Questions by how they ended: `joined` a known signature, `new`, `repaired`, or the reason why there is no answer.
    fn spent(&self) -> Spend {
        let mut outcomes = BTreeMap::new();
        for ending in self.endings().values() {
            *outcomes.entry((*ending).to_owned()).or_default() += 1;
        }
        Spend { outcomes, ..self.endpoint.spent() }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.endpoint.notes().to_vec();
        let endings = self.endings();
        let unusable = endings.values().filter(|ending| !matches!(**ending, "joined" | "new")).count();
        if unusable > 0 {
            notes.push(format!(
                "{unusable} of {} questions got no answer that could be used; their templates are groups of their own",
                endings.len()
            ));
        }
        notes
    }

    fn fork(&self) -> Box<dyn Miner> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests;
