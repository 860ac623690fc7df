use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What is asked. What identifies a person or opens a door must be out of it before it is made: it is sent, and hashed.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Below the base URL: `embeddings`, `chat/completions`.
    pub path: &'static str,
    pub model: String,
    /// SHA-256 of the prompt's text, where there is one: another version is another question.
    pub prompt: Option<String>,
    pub parameters: Map<String, Value>,
    /// The fields beside the model and the parameters.
    pub content: Map<String, Value>,
}

impl Request {
    /// The JSON that is sent: keys in order, so that one request has one text.
    #[must_use]
    pub fn body(&self) -> String {
        self.sorted_body().to_string()
    }

    fn sorted_body(&self) -> Value {
        let mut body = self.parameters.clone();
        body.extend(self.content.clone());
        body.insert("model".to_owned(), self.model.clone().into());
        let mut body = Value::Object(body);
        body.sort_all_objects();
        body
    }

    /// SHA-256, in hexadecimal, of everything that can change the answer. The address is not in it: a recording is one of a model,
    /// wherever that runs.
    #[must_use]
    pub fn key(&self) -> String {
        let mut whole = json!({"path": self.path, "prompt": self.prompt, "body": self.sorted_body()});
        whole.sort_all_objects();
        sha256(&whole.to_string())
    }
}

/// SHA-256 of a text in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(parameters: &str, content: &str) -> Request {
        let map = |json| serde_json::from_str(json).unwrap();
        Request {
            path: "embeddings",
            model: "m".into(),
            prompt: None,
            parameters: map(parameters),
            content: map(content),
        }
    }

    #[test]
    fn the_order_of_fields_changes_nothing_and_every_part_counts() {
        let one = request(r#"{"b": {"y": 1, "x": 2}, "a": 0.5}"#, r#"{"input": ["t"]}"#);
        let other = request(r#"{"a": 0.5, "b": {"x": 2, "y": 1}}"#, r#"{"input": ["t"]}"#);
        assert_eq!(one.body(), r#"{"a":0.5,"b":{"x":2,"y":1},"input":["t"],"model":"m"}"#);
        assert_eq!((one.key(), one.body()), (other.key(), other.body()));
        let changed = [
            Request { path: "chat/completions", ..one.clone() },
            Request { model: "n".into(), ..one.clone() },
            Request { prompt: Some(sha256("p")), ..one.clone() },
            request(r#"{"a": 0.5}"#, r#"{"input": ["t"]}"#),
            request(r#"{"b": {"y": 1, "x": 2}, "a": 0.5}"#, r#"{"input": ["u"]}"#),
        ];
        for (index, request) in changed.iter().enumerate() {
            assert_ne!(request.key(), one.key(), "{index}");
        }
    }

    #[test]
    fn the_key_is_pinned() {
        // Another key would make every recording useless. `printf '{"body":{"input":["t"],"model":"m"},…}' | sha256sum`
        let whole = r#"{"body":{"input":["t"],"model":"m"},"path":"embeddings","prompt":null}"#;
        assert_eq!(request("{}", r#"{"input": ["t"]}"#).key(), sha256(whole));
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
