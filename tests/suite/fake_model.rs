//! A chat model that is a function: the known signature that is most alike, where it is alike enough. Behind a real socket, so that
//! what asks it cannot tell the difference.

use super::fake_server::{Answer, Server};
use serde_json::{Value, json};
use shakedown::normalize::embedding::{HashEmbedder, HashSpec};
use std::sync::LazyLock;

/// Cosine from which on the model takes two templates for one error.
const ALIKE: f32 = 0.75;

static EMBEDDER: LazyLock<HashEmbedder> = LazyLock::new(|| HashEmbedder::new(HashSpec::default()).expect("defaults"));

/// Its base URL. It answers as long as the tests run.
pub fn base_url() -> &'static str {
    static SERVER: LazyLock<Server> =
        LazyLock::new(|| Server::start(vec![Answer::Made(|body| answer(body, &EMBEDDER).to_string())]));
    &SERVER.base_url
}

fn answer(body: &str, embedder: &HashEmbedder) -> Value {
    let request: Value = serde_json::from_str(body).expect("JSON");
    let user = request["messages"][1]["content"].as_str().expect("a message");
    if request["response_format"]["json_schema"]["name"] == "verdict" {
        return said(&verdict(user).to_string(), body.len());
    }
    let data: Value = serde_json::from_str(user.lines().nth(1).expect("fenced data")).expect("JSON");
    let text = |value: &Value| embedder.vector(value.as_str().expect("a text"));
    let template = text(&data["template"]);
    let alike = |known: &Value| text(&known["text"]).iter().zip(&template).map(|(a, b)| a * b).sum::<f32>();
    let known = data["known"].as_array().expect("a list");
    let nearest = known.iter().map(|known| (alike(known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    let label = nearest.filter(|(alike, _)| *alike >= ALIKE).map_or(json!("new"), |(_, known)| known["id"].clone());
    said(&json!({"label": label}).to_string(), body.len())
}

/// Words of a model, with what they took.
fn said(words: &str, asked: usize) -> Value {
    let message = json!({"role": "assistant", "content": words});
    // Four characters a token, as is usual to guess.
    let usage = json!({"prompt_tokens": asked / 4, "completion_tokens": words.len() / 4});
    json!({"choices": [{"index": 0, "finish_reason": "stop", "message": message}], "usage": usage})
}

/// A triage agent that believes the links it is shown: `caused`, with the first added line, where they speak for the deploy.
pub fn verdict(prompt: &str) -> Value {
    let weights = prompt.lines().filter_map(|line| line.split(' ').next()?.parse::<f64>().ok());
    let sum: f64 = weights.filter(|weight| weight.abs() < 10.0).sum();
    let mut file = "";
    let mut added = Vec::new();
    for line in prompt.lines() {
        if line.strip_prefix('f').is_some_and(|number| number.parse::<u32>().is_ok()) {
            file = line;
        } else if let Some(number) = line.strip_prefix("+ ").and_then(|rest| rest.split(' ').next()) {
            added.push(format!("{file}:{number}"));
        }
    }
    let errors = prompt
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|word| word.strip_prefix('e').is_some_and(|number| number.parse::<u32>().is_ok()));
    let caused = sum > 0.0;
    json!({
        "verdict": if caused { "caused" } else { "not_caused" },
        "confidence": if caused { 0.9 } else { 0.8 },
        "attributed": if caused { errors.collect::<Vec<_>>() } else { Vec::new() },
        "citations": added.iter().take(2).collect::<Vec<_>>(),
        "reasoning": "The links say so.",
    })
}
