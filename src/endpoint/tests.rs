#[cfg(test)]
mod caps;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod wires;

use super::fixture::{Answer, Server};
use super::*;
use crate::model::{Span, Tokens};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

const ANSWER: &str = r#"{"data": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}"#;

fn spec(base_url: &str, mode: Mode, cassette: Option<&Path>) -> EndpointSpec {
    EndpointSpec {
        base_url: base_url.to_owned(),
        model: "m".to_owned(),
        wire: Wire::OpenAi,
        api_key_env: None,
        timeout: Span::from_micros(1_000_000),
        retries: 1,
        parameters: serde_json::Map::new(),
        cassette: cassette.map(Path::to_owned),
        mode,
        rate_limit: None,
        max_usd: None,
        max_tokens_spent: None,
    }
}

fn open(spec: &EndpointSpec) -> Result<Endpoint, String> {
    Endpoint::open(spec, &Access::default())
}

fn request(text: &str) -> Request {
    let content = json!({"input": [text]}).as_object().cloned().unwrap();
    Request { path: "embeddings", model: "m".into(), prompt: None, parameters: serde_json::Map::new(), content }
}

/// What a live endpoint makes of one question, and how often the server was called.
fn live(answers: Vec<Answer>) -> (Arc<Exchange>, usize) {
    let server = Server::start(answers);
    let endpoint = open(&spec(&server.base_url, Mode::Live, None)).unwrap();
    let exchange = endpoint.ask(&request("t")).unwrap();
    (exchange, server.calls())
}

fn text(head: &'static str, body: &str) -> Answer {
    Answer::Text(head, body.to_owned())
}

#[test]
fn an_answer_has_its_usage_and_the_allowed_headers() {
    let (exchange, calls) = live(vec![Server::json(ANSWER)]);
    assert_eq!((exchange.outcome, exchange.status, exchange.attempts, calls), (Outcome::Answered, Some(200), 1, 1));
    assert_eq!(exchange.usage, Some(Tokens { input: 7, output: 2, ..Tokens::default() }));
    assert_eq!(exchange.headers.keys().collect::<Vec<_>>(), ["content-type", "x-request-id"], "no cookies");
    assert_eq!(exchange.json().unwrap()["data"], json!([]));
}

#[test]
fn what_may_pass_is_tried_again() {
    let limited = || text("429 Too Many Requests\r\nretry-after: 1", "{}");
    let started = Instant::now();
    let (exchange, calls) = live(vec![limited(), Server::json(ANSWER)]);
    assert_eq!((exchange.outcome, exchange.attempts, calls), (Outcome::Answered, 2, 2));
    assert!(started.elapsed() >= Duration::from_secs(1), "the endpoint asked for a second");

    let (exchange, calls) = live(vec![text("500 Internal Server Error", "oops")]);
    assert_eq!((exchange.outcome, exchange.status, calls), (Outcome::ServerError, Some(500), 2));
    assert_eq!(exchange.failure(), "server_error (status 500) after 2 attempts");
    assert_eq!(live(vec![Answer::CutOff, Server::json(ANSWER)]).0.outcome, Outcome::Answered);
    assert_eq!(live(vec![Answer::Nothing]).0.outcome, Outcome::Unreachable);
}

#[test]
fn whoever_wants_a_long_pause_is_not_asked_again() {
    let (exchange, calls) = live(vec![text("429 Too Many Requests\r\nretry-after: 3600", "{}")]);
    assert_eq!((exchange.outcome, calls), (Outcome::RateLimited, 1));
}

#[test]
fn what_will_not_pass_is_not_tried_again() {
    let cases = [
        (Server::json("{\"data\": [}"), Outcome::NotJson),
        (text("200 OK", "<html>proxy</html>"), Outcome::NotJson),
        (text("401 Unauthorized", "{\"error\": \"who?\"}"), Outcome::Rejected),
        (text("302 Found\r\nlocation: http://127.0.0.1:1/", ""), Outcome::Rejected),
        (Answer::Huge(17 << 20), Outcome::TooLarge),
    ];
    for (answer, outcome) in cases {
        let (exchange, calls) = live(vec![answer]);
        assert_eq!((exchange.outcome, calls), (outcome, 1));
        assert!(exchange.json().is_none() && exchange.usage.is_none());
    }
}

#[test]
fn silence_and_drops_end_at_the_timeout() {
    for answer in [Answer::Silence(Duration::from_millis(1500)), Answer::Drip(Duration::from_millis(50))] {
        let server = Server::start(vec![answer]);
        let endpoint = open(&EndpointSpec { retries: 0, ..spec(&server.base_url, Mode::Live, None) }).unwrap();
        let started = Instant::now();
        assert_eq!(endpoint.ask(&request("t")).unwrap().outcome, Outcome::TimedOut);
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[test]
fn a_key_is_read_from_its_variable_and_is_in_nothing_that_is_kept() {
    // A variable that every process has: tests cannot set one without `unsafe`.
    let key = std::env::var("PATH").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("c.jsonl");
    let body = json!({"error": format!("key {key} is wrong")}).to_string();
    let server = Server::start(vec![text("401 Unauthorized", &body)]);
    let with_key =
        EndpointSpec { api_key_env: Some("PATH".into()), ..spec(&server.base_url, Mode::Record, Some(&cassette)) };
    let exchange = open(&with_key).unwrap().ask(&request("t")).unwrap();
    assert!(server.requests.lock().unwrap()[0].contains(&format!("authorization: Bearer {key}")));
    assert_eq!(exchange.body, r#"{"error":"key <key> is wrong"}"#);
    assert!(!std::fs::read_to_string(&cassette).unwrap().contains(&key));

    let missing = EndpointSpec { api_key_env: Some("NO_SUCH_VARIABLE".into()), ..with_key };
    let error = open(&missing).unwrap().ask(&request("u")).unwrap_err().to_string();
    assert!(error.starts_with("api_key_env is \"NO_SUCH_VARIABLE\""), "{error}");
    assert_eq!(server.calls(), 1);
}

#[test]
fn a_replay_needs_no_network_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("deep/c.jsonl");
    let server = Server::start(vec![Server::json(ANSWER)]);
    let recording = open(&spec(&server.base_url, Mode::Record, Some(&cassette))).unwrap();
    let recorded = recording.ask(&request("t")).unwrap();
    assert_eq!(recording.ask(&request("t")).unwrap(), recorded);
    assert_eq!((server.calls(), recording.spent().calls), (1, 1), "one question is asked once");
    let spent = recording.spent();
    drop((recording, server));

    let replay = open(&spec("http://127.0.0.1:1", Mode::Replay, Some(&cassette))).unwrap();
    assert_eq!(replay.spent(), Spend::default());
    assert_eq!(replay.ask(&request("t")).unwrap(), recorded);
    assert_eq!(replay.spent(), spent, "a replay costs what the recording did");
    let error = replay.ask(&request("u")).unwrap_err().to_string();
    assert!(error.contains("has no answer to request") && error.contains("record_missing"), "{error}");
}

#[test]
fn a_recording_is_in_order_whatever_the_order_of_questions() {
    let folder = tempfile::tempdir().unwrap();
    let keys = |path: &Path, texts: &[&str]| {
        let server = Server::start(vec![Server::json(ANSWER)]);
        let endpoint = open(&spec(&server.base_url, Mode::Record, Some(path))).unwrap();
        for text in texts {
            endpoint.ask(&request(text)).unwrap();
        }
        drop(endpoint);
        let lines = std::fs::read_to_string(path).unwrap();
        lines.lines().map(|line| serde_json::from_str::<Exchange>(line).unwrap().key).collect::<Vec<_>>()
    };
    let one = keys(&folder.path().join("a"), &["t", "u", "v"]);
    assert_eq!((one.len(), &one), (3, &keys(&folder.path().join("b"), &["v", "t", "u"])));
    assert_eq!(one, keys(&folder.path().join("a"), &["u", "v", "t"]), "recorded again");
}

#[test]
fn recording_again_replaces_and_recording_the_missing_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let cassette = folder.path().join("c.jsonl");
    let ask = |mode, answer: Answer, asked: &str| {
        let server = Server::start(vec![answer]);
        let endpoint = open(&EndpointSpec { retries: 0, ..spec(&server.base_url, mode, Some(&cassette)) }).unwrap();
        let body = endpoint.ask(&request(asked)).unwrap().body.clone();
        (body, server.calls())
    };
    assert_eq!(ask(Mode::RecordMissing, Server::json("1"), "t"), ("1".to_owned(), 1));
    assert_eq!(ask(Mode::RecordMissing, Server::json("2"), "t"), ("1".to_owned(), 0));
    assert_eq!(ask(Mode::Record, Server::json("3"), "t"), ("3".to_owned(), 1));
    assert_eq!(ask(Mode::Replay, Server::json("4"), "t"), ("3".to_owned(), 0));
    assert_eq!(ask(Mode::RecordMissing, text("503 Busy", "busy"), "u"), ("busy".to_owned(), 1));
    assert_eq!(ask(Mode::Replay, Server::json("5"), "u"), ("busy".to_owned(), 0), "failures are replayed too");
    assert_eq!(ask(Mode::RecordMissing, Server::json("6"), "u"), ("6".to_owned(), 1), "and asked again");
}

/// A cassette with two lines.
fn recorded(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("c.jsonl");
    let server = Server::start(vec![Server::json("1"), Server::json("2")]);
    let endpoint = open(&spec(&server.base_url, Mode::Record, Some(&path))).unwrap();
    for text in ["t", "u"] {
        endpoint.ask(&request(text)).unwrap();
    }
    path
}

#[test]
fn a_torn_last_line_is_set_aside_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(folder.path());
    let whole = std::fs::read(&path).unwrap();
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [first + 1, whole.len() - 2] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let replay = open(&spec("http://127.0.0.1:1", Mode::Replay, Some(&path))).unwrap();
        assert!(replay.notes()[0].contains("the last line was cut after"), "{:?}", replay.notes());
        assert_eq!(std::fs::read(&path).unwrap(), whole[..cut], "a replay writes nothing");

        let server = Server::start(vec![Server::json("3")]);
        let again = open(&spec(&server.base_url, Mode::RecordMissing, Some(&path))).unwrap();
        assert!(again.notes()[0].contains(".torn"));
        let bodies = ["t", "u"].map(|text| again.ask(&request(text)).unwrap().body.clone());
        assert_eq!((bodies.contains(&"3".to_owned()), server.calls()), (true, 1), "only the torn one");
        drop(again);
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    }
    let torn = std::fs::read(folder.path().join("c.jsonl.torn")).unwrap();
    assert_eq!(torn, [&whole[first..=first], b"\n", &whole[first..whole.len() - 2], b"\n"].concat());
}

#[test]
fn a_last_line_that_lacks_its_break_only_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(folder.path());
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let server = Server::start(vec![Server::json("3")]);
    let again = open(&spec(&server.base_url, Mode::RecordMissing, Some(&path))).unwrap();
    assert!(again.notes().is_empty());
    for text in ["t", "u", "v"] {
        again.ask(&request(text)).unwrap();
    }
    drop(again);
    assert_eq!((server.calls(), std::fs::read_to_string(&path).unwrap().lines().count()), (1, 3));
}

#[test]
fn of_two_lines_with_one_key_the_last_counts_and_other_damage_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(folder.path());
    let lines = std::fs::read_to_string(&path).unwrap();
    let replay = |text: &str| {
        std::fs::write(&path, text).unwrap();
        open(&spec("http://127.0.0.1:1", Mode::Replay, Some(&path)))
    };
    let twice = format!("{lines}{}", lines.replace(r#""body":"1""#, r#""body":"9""#));
    assert_eq!(replay(&twice).unwrap().ask(&request("t")).unwrap().body, "9");
    let error = |text: &str| replay(text).err().unwrap();
    assert!(error(&format!("{{}}\n{lines}")).contains("c.jsonl:1: missing field"));
    assert!(error(&lines.replace(r#""schema":1"#, r#""schema":2"#)).contains("schema is 2"));
    assert!(error(&lines.replacen(r#""key":""#, r#""key":"zz"#, 1)).contains("key is not a SHA-256"));
    assert!(error(&lines.replace(r#""schema":1"#, r#""schema":1,"more":1"#)).contains("unknown field"));
    assert!(error(&format!("{}\n", "[".repeat(100_000))).contains("c.jsonl:1"));
}

#[test]
fn what_cannot_be_opened_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.jsonl");
    let error = |spec: &EndpointSpec| open(spec).err().unwrap();
    let url = "http://127.0.0.1:1";
    assert!(error(&spec(url, Mode::Replay, Some(&missing))).ends_with("does not exist: mode = \"record\" makes one"));
    assert!(error(&spec(url, Mode::Replay, None)).starts_with("cassette is missing"));
    let first = open(&spec(url, Mode::Record, Some(&missing))).unwrap();
    assert!(error(&spec(url, Mode::Record, Some(&missing))).contains("is being recorded by another run"));
    drop(first);
}

#[test]
fn many_who_ask_the_same_at_once_cause_one_call() {
    let server = Server::start(vec![Server::json(ANSWER)]);
    let endpoint = open(&spec(&server.base_url, Mode::Live, None)).unwrap();
    std::thread::scope(|scope| {
        for index in 0..8 {
            let endpoint = &endpoint;
            scope.spawn(move || endpoint.ask(&request(["t", "u"][index % 2])).unwrap());
        }
    });
    assert_eq!((server.calls(), endpoint.spent().calls, endpoint.spent().tokens.input), (2, 2, 14));
}
