//! `POST /v1/chat/completions` (platform.openai.com, API reference, “Chat”), and the usage of `embeddings`.

use super::super::chat::{Ending, Question};
use super::super::usage::Usage;
use crate::model::Tokens;
use serde_json::{Map, Value, json};

pub fn content(question: &Question, complaint: Option<&str>) -> Map<String, Value> {
    let message = |role: &str, content: &str| json!({"role": role, "content": content});
    let mut messages = vec![message("system", &question.system), message("user", &question.user)];
    messages.extend(complaint.map(|complaint| message("user", complaint)));
    let (name, schema) = &question.schema;
    let form = json!({"type": "json_schema", "json_schema": {"name": name, "strict": true, "schema": schema}});
    [("messages".to_owned(), messages.into()), ("response_format".to_owned(), form)].into_iter().collect()
}

pub fn words(answer: &Value) -> Result<String, Ending> {
    let choice = answer.get("choices").and_then(|choices| choices.get(0)).ok_or(Ending::Malformed)?;
    let message = choice.get("message").ok_or(Ending::Malformed)?;
    let finish = choice.get("finish_reason").and_then(Value::as_str).unwrap_or_default();
    if finish == "length" {
        return Err(Ending::Truncated);
    }
    if finish == "content_filter" || message.get("refusal").is_some_and(|refusal| !refusal.is_null()) {
        return Err(Ending::Refused);
    }
    match message.get("content") {
        Some(Value::String(words)) if !words.trim().is_empty() => Ok(words.clone()),
        Some(Value::String(_) | Value::Null) | None => Err(Ending::Empty),
        Some(_) => Err(Ending::Malformed),
    }
}

/// Cached input is part of `prompt_tokens` and counted apart here, as it is priced; reasoning is part of `completion_tokens` and stays so.
pub fn usage(usage: &Value) -> Option<Usage> {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let detail = |group: &str, name: &str| usage.get(group).and_then(|group| group.get(name)).and_then(Value::as_u64);
    let prompt = count("prompt_tokens")?;
    let cache_read = detail("prompt_tokens_details", "cached_tokens").unwrap_or(0).min(prompt);
    let output = count("completion_tokens").unwrap_or(0);
    let tokens = Tokens { input: prompt - cache_read, output, cache_read, cache_write: 0 };
    Usage::new(tokens, detail("completion_tokens_details", "reasoning_tokens"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_counts_cached_input_apart_and_reasoning_once() {
        let of = |json: Value| usage(&json);
        let all = json!({"prompt_tokens": 10, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 2}});
        let tokens = Tokens { input: 6, output: 3, cache_read: 4, cache_write: 0 };
        assert_eq!(of(all), Some(Usage { tokens, reasoning: Some(2) }));
        let hostile = of(json!({"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": u64::MAX}}));
        assert_eq!(hostile.unwrap().tokens, Tokens { cache_read: 1, ..Tokens::default() });
        assert_eq!((of(json!({"prompt_tokens": -1})), of(json!([]))), (None, None));
        assert_eq!(of(json!({"prompt_tokens": 1, "completion_tokens": u64::MAX})), None, "beyond belief");
    }
}
