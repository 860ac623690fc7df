use super::*;
use crate::model::Tokens;
use serde_json::Value;

fn number() -> Question {
    let schema = json!({"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]});
    Question {
        prompt: "p".into(),
        system: "s".into(),
        user: "u".into(),
        schema: ("number", schema),
        parameters: json!({"max_tokens": 20}).as_object().cloned().unwrap(),
    }
}

fn read(words: &str) -> Option<u64> {
    serde_json::from_str::<Value>(words).ok()?.get("number")?.as_u64()
}

fn anthropic(server: &Server) -> EndpointSpec {
    EndpointSpec { wire: Wire::Anthropic, retries: 0, ..spec(&server.base_url, Mode::Live, None) }
}

/// What comes of the question, and the requests.
fn ask(answers: Vec<Answer>) -> (Result<Chat<u64>, AskError>, Vec<String>) {
    let server = Server::start(answers);
    let chat = open(&anthropic(&server)).unwrap().chat(&number(), read);
    (chat, server.requests.lock().unwrap().clone())
}

fn says(stop: &str, content: &Value) -> Answer {
    let usage = json!({"input_tokens": 5, "output_tokens": 3, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 1,
        "output_tokens_details": {"thinking_tokens": 2}});
    let body = json!({"type": "message", "role": "assistant", "content": content, "stop_reason": stop, "usage": usage});
    Server::json(&body.to_string())
}

fn tool(input: &Value) -> Answer {
    says("tool_use", &json!([{"type": "tool_use", "id": "t1", "name": "number", "input": input}]))
}

#[test]
fn a_message_is_asked_for_by_a_tool_and_read_from_its_input() {
    let server = Server::start(vec![tool(&json!({"number": 7}))]);
    let endpoint = open(&anthropic(&server)).unwrap();
    let chat = endpoint.chat(&number(), read).unwrap();
    assert_eq!((chat.answer, chat.ending), (Some(7), Ending::Valid));
    assert_eq!(chat.tokens, Tokens { input: 5, output: 3, cache_read: 2, cache_write: 1 });
    assert_eq!((endpoint.spent().reasoning, endpoint.spent().uncounted), (2, 0), "thinking is part of the output");

    let requests = server.requests.lock().unwrap();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/messages ") && head.contains("anthropic-version: 2023-06-01"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["system"], &body["max_tokens"]), (&json!("s"), &json!(20)));
    assert_eq!(body["messages"], json!([{"role": "user", "content": "u"}]));
    assert_eq!(body["tools"][0]["input_schema"], number().schema.1);
    let choice = json!({"type": "tool", "name": "number", "disable_parallel_tool_use": true});
    assert_eq!(body["tool_choice"], choice);
}

#[test]
fn every_other_ending_is_told_and_asked_about_once() {
    let use_of = |name: &str| json!({"type": "tool_use", "name": name, "input": {"number": 7}});
    let cases = [
        (tool(&json!({"number": "seven"})), Ending::Malformed),
        (tool(&json!([7])), Ending::Malformed),
        (says("tool_use", &json!([use_of("other")])), Ending::Malformed),
        (says("tool_use", &json!([use_of("number"), use_of("number")])), Ending::Malformed),
        (says("end_turn", &json!([{"type": "text", "text": "It is 7."}])), Ending::Malformed),
        (says("end_turn", &json!([{"type": "text", "text": " "}])), Ending::Empty),
        (says("end_turn", &json!([])), Ending::Empty),
        (says("max_tokens", &json!([use_of("number")])), Ending::Truncated),
        (says("refusal", &json!([])), Ending::Refused),
        (says("refusal", &Value::Null), Ending::Refused),
        (Server::json("{}"), Ending::Malformed),
        (text("200 OK\r\ncontent-type: text/html", "<html>sign in</html>"), Ending::Malformed),
    ];
    for (answer, ending) in cases {
        let (chat, requests) = ask(vec![answer.clone()]);
        let chat = chat.unwrap();
        assert_eq!((chat.answer, chat.ending, requests.len()), (None, ending, 2));
        let (chat, _) = ask(vec![answer, tool(&json!({"number": 7}))]);
        assert_eq!(chat.map(|chat| (chat.answer, chat.ending)), Ok((Some(7), Ending::Repaired)));
    }
}

#[test]
fn an_error_tells_its_message() {
    let body = r#"{"type":"error","error":{"type":"invalid_request_error","message":"no\u001b[31m such model"}}"#;
    let (chat, requests) = ask(vec![text("404 Not Found", body)]);
    let told = "model m failed: rejected (status 404) after 1 attempt: no⟦U+001B⟧[31m such model";
    assert_eq!((chat, requests.len()), (Err(AskError::Endpoint(Outcome::Rejected, told.to_owned())), 1));
}

#[test]
fn overloaded_and_limited_are_tried_again() {
    for head in ["529 Overloaded\r\nretry-after: 0", "429 Too Many Requests\r\nretry-after: 0"] {
        let server = Server::start(vec![text(head, "{}"), tool(&json!({"number": 7}))]);
        let chat = open(&EndpointSpec { retries: 1, ..anthropic(&server) }).unwrap().chat(&number(), read);
        assert_eq!((chat.unwrap().answer, server.calls()), (Some(7), 2), "{head}");
    }
    let long = Server::start(vec![text("429 Too Many Requests\r\nretry-after: 61", "{}")]);
    let chat = open(&EndpointSpec { retries: 2, ..anthropic(&long) }).unwrap().chat(&number(), read);
    assert!(matches!(chat, Err(AskError::Endpoint(Outcome::RateLimited, _))) && long.calls() == 1);
}

#[test]
fn an_answer_without_a_limit_is_not_asked_for() {
    let server = Server::start(vec![tool(&json!({"number": 7}))]);
    let unlimited = Question { parameters: serde_json::Map::new(), ..number() };
    let error = open(&anthropic(&server)).unwrap().chat(&unlimited, read).unwrap_err().to_string();
    assert!(error.starts_with("parameters.max_tokens is missing"), "{error}");
    // Parameters of the configuration replace the caller's, but for the limit that the wire needs.
    let cool = EndpointSpec { parameters: json!({"top_k": 1}).as_object().cloned().unwrap(), ..anthropic(&server) };
    assert_eq!(open(&cool).unwrap().chat(&number(), read).unwrap().answer, Some(7));
    assert!(server.requests.lock().unwrap()[0].contains(r#""max_tokens":20"#));
}

#[test]
fn a_key_goes_into_its_header_and_into_nothing_that_is_kept() {
    let key = std::env::var("PATH").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("c.jsonl");
    let body = json!({"type": "error", "error": {"message": format!("x-api-key {key} is wrong")}}).to_string();
    let server = Server::start(vec![text("401 Unauthorized", &body)]);
    let with_key = EndpointSpec {
        api_key_env: Some("PATH".into()),
        cassette: Some(cassette.clone()),
        mode: Mode::Record,
        ..anthropic(&server)
    };
    let error = open(&with_key).unwrap().chat(&number(), read).unwrap_err();
    let request = server.requests.lock().unwrap()[0].clone();
    assert!(request.contains(&format!("x-api-key: {key}\r\n")) && !request.contains("authorization:"));
    assert!(error.to_string().ends_with("x-api-key <key> is wrong"), "{error}");
    let kept = std::fs::read_to_string(&cassette).unwrap();
    for shown in [kept, format!("{error:?}"), format!("{with_key:?}"), serde_json::to_string(&with_key).unwrap()] {
        assert!(!shown.contains(&key));
    }
}

#[test]
fn recordings_of_before_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("c.jsonl");
    let key = request("t").key();
    // As the first version wrote it.
    let line = format!(
        r#"{{"schema":1,"key":"{key}","path":"embeddings","model":"m","outcome":"answered","status":200,"attempts":1,"latency_ms":3,"usage":{{"input":7,"output":0,"cache_read":0,"cache_write":0}},"body":"{{}}"}}"#
    );
    std::fs::write(&cassette, line + "\n").unwrap();
    let replay = open(&spec("http://127.0.0.1:1", Mode::Replay, Some(&cassette))).unwrap();
    let exchange = replay.ask(&request("t")).unwrap();
    assert_eq!((exchange.usage.unwrap().input, exchange.reasoning, replay.spent().reasoning), (7, None, 0));
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/classifier.jsonl");
    assert!(Cassette::open(&committed, false).unwrap().1.is_none());
    let old = r#"{"calls":1,"tokens":{"input":1},"uncounted":0,"outcomes":{}}"#;
    assert_eq!(serde_json::from_str::<Spend>(old).unwrap().calls, 1);
}
