//! Vectors of an endpoint, by `embeddings` of the `OpenAI` wire format.

use super::model::Model;
use crate::endpoint::{Access, Endpoint, EndpointSpec, Request, Spend, Wire};
use serde::Deserialize;
use serde_json::{Value, json};

/// Texts in one request.
const BATCH: usize = 64;

/// Longest vector that is taken.
const MOST_PLACES: usize = 16_384;

pub struct HttpModel {
    endpoint: Endpoint,
}

/// What of the answer is read.
#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    embedding: Vec<f32>,
}

impl HttpModel {
    /// # Errors
    /// When the endpoint speaks a wire format without vectors, or cannot be opened.
    pub fn open(spec: &EndpointSpec) -> Result<Self, String> {
        if spec.wire != Wire::OpenAi {
            return Err("normalize.provider.wire must be \"openai\": no other has embeddings".to_owned());
        }
        let endpoint = Endpoint::open(spec, &Access::default());
        Ok(Self { endpoint: endpoint.map_err(|error| format!("normalize.provider.{error}"))? })
    }
}

impl Model for HttpModel {
    fn batch(&self) -> usize {
        BATCH
    }

    fn vectors(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, String> {
        let spec = self.endpoint.spec();
        let content = [("input".to_owned(), json!(texts)), ("encoding_format".to_owned(), json!("float"))];
        let request = Request {
            path: "embeddings",
            model: spec.model.clone(),
            prompt: None,
            parameters: spec.parameters.clone(),
            content: content.into_iter().collect(),
        };
        let exchange = self.endpoint.ask(&request).map_err(|error| format!("normalize.provider.{error}"))?;
        let answer = exchange.json().ok_or_else(|| exchange.failure());
        let vectors = answer.and_then(|answer| read(answer, texts.len()));
        vectors.map_err(|error| format!("normalize.provider: the endpoint of {} failed: {error}", spec.model))
    }

    fn spent(&self) -> Spend {
        self.endpoint.spent()
    }

    fn notes(&self) -> Vec<String> {
        self.endpoint.notes().to_vec()
    }
}

/// The vectors in the order of the texts, whatever order they came in.
fn read(answer: Value, texts: usize) -> Result<Vec<Vec<f32>>, String> {
    let answer: Answer =
        serde_json::from_value(answer).map_err(|error| format!("its answer holds no vectors: {error}"))?;
    let mut vectors = vec![Vec::new(); texts];
    for item in answer.data {
        let place = vectors.get_mut(item.index).filter(|vector| vector.is_empty());
        *place.ok_or_else(|| format!("its answer has index {} twice or of no text", item.index))? = item.embedding;
    }
    let places = vectors.first().map_or(0, Vec::len);
    if places == 0 || places > MOST_PLACES || vectors.iter().any(|vector| vector.len() != places) {
        return Err(format!("its answer has not one vector for each text, all of one length up to {MOST_PLACES}"));
    }
    Ok(vectors)
}

#[cfg(test)]
mod tests {
    use super::super::{Embedding, EmbeddingSpec};
    use super::*;
    use crate::endpoint::fixture::{Answer as Served, Server};
    use crate::normalize::{Miner, NormalizerSpec};

    fn miner(base_url: &str, more: &str) -> Result<Embedding, String> {
        let toml = format!(
            "kind = \"embedding\"\nrules = {{ masks = [] }}\nprovider = {{ kind = \"http\", base_url = \"{base_url}\", model = \"m\", retries = 0{more} }}"
        );
        let NormalizerSpec::Embedding(spec) = toml::from_str::<NormalizerSpec>(&toml).unwrap() else {
            panic!("{toml}")
        };
        let spec: EmbeddingSpec = spec;
        Embedding::new(&spec)
    }

    /// A vector with one place for each of three words.
    fn model(request: &str) -> String {
        let request: Value = serde_json::from_str(request).unwrap();
        let texts = request["input"].as_array().unwrap();
        let vector = |text: &Value| ["disk", "queue", "card"].map(|w| u8::from(text.as_str().unwrap().contains(w)));
        let data: Vec<Value> = texts
            .iter()
            .enumerate()
            .rev()
            .map(|(index, text)| json!({"index": index, "embedding": vector(text)}))
            .collect();
        json!({"data": data, "usage": {"prompt_tokens": texts.len()}}).to_string()
    }

    fn signs(miner: &mut Embedding) -> Vec<String> {
        miner.prepare(&["disk full", "queue long", "no space on disk"]).unwrap();
        for template in ["disk full", "queue long"] {
            miner.learn(template).unwrap();
        }
        miner.fit();
        ["no space on disk", "queue grows", ""].map(|template| miner.sign(template).unwrap()).to_vec()
    }

    #[test]
    fn recorded_and_replayed_without_a_network() {
        let folder = tempfile::tempdir().unwrap();
        let cassette = folder.path().join("c.jsonl").display().to_string();
        let server = Server::start(vec![Served::Made(model)]);
        let mut live = miner(&server.base_url, &format!(", cassette = \"{cassette}\", mode = \"record\"")).unwrap();
        assert_eq!(signs(&mut live), ["disk full", "queue long", ""]);
        let spent = live.spent();
        assert_eq!((server.calls(), spent.calls, spent.tokens.input), (2, 2, 4), "a batch, and one that came later");
        drop((live, server));

        let mut replayed = miner("http://127.0.0.1:1", &format!(", cassette = \"{cassette}\"")).unwrap();
        assert_eq!(
            (signs(&mut replayed), replayed.spent()),
            (vec!["disk full".into(), "queue long".into(), String::new()], spent)
        );
        let error = replayed.sign("card declined").unwrap_err();
        assert!(error.starts_with("normalize.provider.cassette ") && error.contains("record_missing"), "{error}");
    }

    #[test]
    fn failures_and_answers_that_are_none_end_the_run() {
        let error = |answer: Served| {
            let server = Server::start(vec![answer]);
            miner(&server.base_url, ", mode = \"live\"").unwrap().learn("t").unwrap_err()
        };
        assert!(
            error(Served::Text("401 Unauthorized", String::new())).contains("rejected (status 401) after 1 attempt")
        );
        assert!(error(Server::json("{}")).contains("holds no vectors"));
        assert!(error(Server::json(r#"{"data": []}"#)).contains("not one vector for each text"));
        assert!(
            error(Server::json(r#"{"data": [{"index": 1, "embedding": [1]}]}"#))
                .contains("index 1 twice or of no text")
        );
        assert!(miner("ftp://x", "").err().unwrap().starts_with("normalize.provider.base_url must begin"));
    }
}
