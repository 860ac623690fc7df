//! `POST /v1/messages` (docs.anthropic.com, API reference, “Messages”, “Tool use”, “Handling stop reasons”).

use super::super::chat::{Ending, Question};
use super::super::usage::Usage;
use crate::model::Tokens;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Header `anthropic-version`.
pub const VERSION: &str = "2023-06-01";

/// The tool's one field, where the answer is no object: a tool's input always is one.
const FIELD: &str = "value";

pub fn content(question: &Question, complaint: Option<&str>) -> Map<String, Value> {
    let message = |content: &str| json!({"role": "user", "content": content});
    let mut messages = vec![message(&question.user)];
    messages.extend(complaint.map(message));
    let (name, schema) = &question.schema;
    let schema = if is_object(schema) {
        Cow::Borrowed(schema)
    } else {
        Cow::Owned(json!({"type": "object", "properties": {FIELD: schema}, "required": [FIELD]}))
    };
    let tool = json!({"name": name, "description": "Gives the answer.", "input_schema": schema});
    let choice = json!({"type": "tool", "name": name, "disable_parallel_tool_use": true});
    let fields = [
        ("system", json!(question.system)),
        ("messages", messages.into()),
        ("tools", json!([tool])),
        ("tool_choice", choice),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn is_object(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
}

/// The input of the one tool that was used.
pub fn words(answer: &Value, question: &Question) -> Result<String, Ending> {
    match answer.get("stop_reason").and_then(Value::as_str) {
        Some("max_tokens" | "model_context_window_exceeded") => return Err(Ending::Truncated),
        Some("refusal") => return Err(Ending::Refused),
        _ => {}
    }
    let blocks = answer.get("content").and_then(Value::as_array).ok_or(Ending::Malformed)?;
    let field = |block: &Value, name: &str| block.get(name).and_then(Value::as_str).map(str::to_owned);
    let uses: Vec<&Value> = blocks.iter().filter(|block| field(block, "type").as_deref() == Some("tool_use")).collect();
    let (name, schema) = &question.schema;
    match uses[..] {
        [block] if field(block, "name").as_deref() == Some(*name) => {
            let input = block.get("input").ok_or(Ending::Malformed)?;
            let input = if is_object(schema) { Some(input) } else { input.get(FIELD) };
            input.map(Value::to_string).ok_or(Ending::Malformed)
        }
        [] if blocks.iter().all(|block| field(block, "text").is_none_or(|text| text.trim().is_empty())) => {
            Err(Ending::Empty)
        }
        _ => Err(Ending::Malformed),
    }
}

/// Cached input is beside `input_tokens`, not in it; thinking is part of `output_tokens` and stays so.
pub fn usage(usage: &Value) -> Option<Usage> {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let tokens = Tokens {
        input: count("input_tokens")?,
        output: count("output_tokens").unwrap_or(0),
        cache_read: count("cache_read_input_tokens").unwrap_or(0),
        cache_write: count("cache_creation_input_tokens").unwrap_or(0),
    };
    let thinking = usage.get("output_tokens_details").and_then(|details| details.get("thinking_tokens"));
    Usage::new(tokens, thinking.and_then(Value::as_u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(schema: Value) -> Question {
        Question {
            prompt: "p".into(),
            system: "s".into(),
            user: "u".into(),
            schema: ("verdict", schema),
            parameters: Map::new(),
        }
    }

    #[test]
    fn an_answer_that_is_no_object_is_wrapped_and_unwrapped() {
        let number = question(json!({"type": "integer"}));
        let schema = &content(&number, None)["tools"][0]["input_schema"];
        assert_eq!(
            *schema,
            json!({"type": "object", "properties": {"value": {"type": "integer"}}, "required": ["value"]})
        );
        let says = |input: Value| json!({"content": [{"type": "tool_use", "name": "verdict", "input": input}]});
        assert_eq!(words(&says(json!({"value": 7})), &number), Ok("7".to_owned()));
        assert_eq!(words(&says(json!(7)), &number), Err(Ending::Malformed));
        let object = question(json!({"type": "object"}));
        assert_eq!(content(&object, None)["tools"][0]["input_schema"], json!({"type": "object"}));
        assert_eq!(words(&says(json!({"value": 7})), &object), Ok(r#"{"value":7}"#.to_owned()));
    }

    #[test]
    fn usage_has_four_classes_and_reasoning_once() {
        let of = |json: Value| usage(&json);
        let all = json!({"input_tokens": 6, "output_tokens": 3, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 5,
            "output_tokens_details": {"thinking_tokens": 2}});
        let tokens = Tokens { input: 6, output: 3, cache_read: 4, cache_write: 5 };
        assert_eq!(of(all), Some(Usage { tokens, reasoning: Some(2) }));
        let none = of(json!({"input_tokens": 1, "output_tokens": 2, "cache_read_input_tokens": null})).unwrap();
        assert_eq!((none.tokens.total(), none.reasoning), (3, None));
        assert_eq!((of(json!({"prompt_tokens": 1})), of(json!("no"))), (None, None));
    }
}
