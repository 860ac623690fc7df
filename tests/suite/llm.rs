//! A model behind a socket, from the command line: recorded while it misbehaves, replayed when it is gone, capped, and never told what
//! it must not know.

#![allow(clippy::unwrap_used)] // tests: a panic is the message

use super::cli::{Mini, Run, at, event, lines};
use super::fake_model::verdict;
use super::fake_server::{Answer, Server};
use serde_json::{Value, json};
use shakedown::redact::canaries::{Canary, Encoding, canaries};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the endpoint does with questions in the order in which they come; between two failures stands a success, so that nothing
/// takes it for dead.
const MANNERS: [&str; 18] = [
    "good", "prose", "good", "cut off", "good", "empty", "good", "refused", "good", "busy", "good", "broken", "good",
    "silent", "good", "huge", "good", "page",
];

/// How many input tokens an endpoint counts, and how many of each answer: four characters a token, as is usual to guess.
fn usage(body: &str, words: &str) -> Value {
    json!({"prompt_tokens": body.len() / 4, "completion_tokens": words.len() / 4})
}

fn said(body: &str, words: &str, finish: &str, refusal: Option<&str>) -> Answer {
    let message = json!({"role": "assistant", "content": words, "refusal": refusal});
    let choices = json!([{"index": 0, "finish_reason": finish, "message": message}]);
    Server::json(&json!({"object": "chat.completion", "choices": choices, "usage": usage(body, words)}).to_string())
}

/// The prompt, on either wire: the first message of a user.
fn prompt(request: &Value) -> &str {
    let mut messages = request["messages"].as_array().unwrap().iter();
    messages.find(|message| message["role"] == "user").unwrap()["content"].as_str().unwrap()
}

fn good(body: &str) -> Answer {
    let request = serde_json::from_str(body).unwrap();
    said(body, &verdict(prompt(&request)).to_string(), "stop", None)
}

/// An endpoint with [`MANNERS`]; a question that was answered in prose is answered well when asked once more, one that was put off
/// when sent again.
fn moody() -> Server {
    let seen = Mutex::new((BTreeMap::<String, usize>::new(), BTreeSet::<String>::new()));
    let answer = move |body: &str| {
        let request: Value = serde_json::from_str(body).unwrap();
        let (place, first) = {
            let mut seen = seen.lock().unwrap();
            let next = seen.0.len();
            let place = *seen.0.entry(prompt(&request).to_owned()).or_insert(next);
            (place, seen.1.insert(body.to_owned()))
        };
        let again = request["messages"].as_array().unwrap().len() > 2;
        match MANNERS[place % MANNERS.len()] {
            "prose" if !again => said(body, "It was the deploy, I am sure.", "stop", None),
            "cut off" => said(body, "{\"verdict\": \"cau", "length", None),
            "empty" => said(body, "", "stop", None),
            "refused" => said(body, "", "stop", Some("I cannot help with that.")),
            "busy" if first => Answer::Text("429 Too Many Requests\r\nretry-after: 1", "{\"error\": {}}".to_owned()),
            "broken" => Answer::Text("500 Internal Server Error", "{\"error\": {\"message\": \"oops\"}}".to_owned()),
            "silent" => Answer::Silence(Duration::from_secs(3)),
            "huge" => Answer::Huge(10 << 20),
            "page" => Answer::Text("200 OK\r\ncontent-type: text/html", "<html>Sign in</html>".to_owned()),
            _ => good(body),
        }
    };
    Server::start(vec![Answer::Chosen(Arc::new(answer))])
}

/// The shipped pipeline with an endpoint of ours.
fn shipped(mini: &Mini, base_url: &str) {
    let text = mini.ok(&["preset", "show", "llm-2026"]);
    let text =
        text.replace("http://localhost:11434", base_url).replace("timeout = \"2m\"", "timeout = \"1s\"\nretries = 1");
    assert!(text.contains(base_url) && text.contains("retries = 1"), "{text}");
    mini.write("model.toml", text);
}

#[test]
fn a_recording_of_an_endpoint_that_misbehaves_replays_to_the_same_bytes() {
    let month = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/harbor-month");
    let month = month.to_str().unwrap();
    let (mini, server) = (Mini::new(), moody());
    shipped(&mini, &server.base_url);
    let caps = ["--pipeline", "model.toml", "--max-tokens", "3000000", "--concurrency", "4"];
    let record: Vec<&str> = ["triage", "record", month].iter().chain(&caps).copied().collect();
    let recorded = (0..4).map(|_| mini.run(&record)).find(|run| run.code != 3).unwrap();
    assert_eq!(recorded.code, 0, "{}{}", recorded.out, recorded.err);
    for outcome in ["valid", "repaired", "truncated", "empty", "refused", "malformed", "timed", "server", "too"] {
        assert!(recorded.out.contains(&format!(" {outcome}")), "{outcome}: {}", recorded.out);
    }
    assert!(mini.read("llm-2026.jsonl").lines().all(|line| !line.contains("set-cookie")));

    // A replay has no use for the endpoint: with it, and without it.
    let calls = server.calls();
    let replay = |out: &str, threads: &str| {
        let run = mini.run(&["replay", month, "--pipeline", "model.toml", "--out", out, "--threads", threads]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.err.contains("questions got no answer that could be used"), "{}", run.err);
        run
    };
    let with = replay("with", "1");
    assert_eq!(server.calls(), calls);
    drop(server);
    let without = replay("without", "4");
    assert_eq!((with.out, with.err), (without.out, without.err));
    let (with, without) = (mini.files("with"), mini.files("without"));
    assert_eq!(with.keys().collect::<Vec<_>>(), without.keys().collect::<Vec<_>>());
    for (name, bytes) in &with {
        assert!(*bytes == without[name], "{name}");
    }
    assert!(mini.read("with/cases.jsonl").contains("\"model_unanswered\""));
}

/// A deploy of a data set of our own: messages that it brings, each with a stack trace, and its diff.
struct Deployed {
    errors: Vec<[String; 2]>,
    diff: String,
}

/// A data set `small` in which one deploy follows the other, and a pipeline that asks about each.
fn small(deploys: &[Deployed]) -> Mini {
    let mini = Mini::new();
    std::fs::create_dir_all(mini.path("small/diffs")).unwrap();
    mini.write("small/dataset.toml", "name = \"small\"\nincidents = \"complete\"\n");
    let mut events: Vec<Value> = (0..24).map(|hour| event(hour * 60, "api", "heartbeat lost")).collect();
    let mut rows = Vec::new();
    for (n, Deployed { errors, diff }) in (0..).zip(deploys) {
        let (id, from) = (format!("d{n}"), 1500 + 120 * n);
        rows.push(json!({"id": id, "deployed_at": at(from), "services": ["api"]}));
        mini.write(&format!("small/diffs/{id}.diff"), diff);
        for (minute, [message, trace]) in (1..).zip(errors) {
            for again in [0, 20] {
                let mut row = event(from + minute + again, "api", message);
                row["stack_trace"] = json!(trace);
                events.push(row);
            }
        }
    }
    // The last window must be over.
    events.push(event(1500 + 120 * deploys.len() as u32, "api", "heartbeat lost"));
    mini.write("small/events.jsonl", lines(&events));
    mini.write("small/deploys.jsonl", lines(&rows));
    let quiet = json!({"id": "i0", "title": "dns", "started_at": at(60), "resolved_at": at(90), "services": [],
        "severity": "sev3", "cause": "third_party"});
    mini.write("small/incidents.jsonl", lines(&[quiet]));
    mini
}

/// Deploys that differ in what a model is shown by default.
fn plain(n: usize) -> Vec<Deployed> {
    let trace = "Traceback (most recent call last):\n  File \"src/cart.py\", line 12, in total\nValueError: boom";
    let diff = |n| {
        format!(
            "--- a/src/cart.py\n+++ b/src/cart.py\n@@ -{0},2 +{0},2 @@ def total():\n-    a()\n+    b()\n     c()\n",
            10 + n
        )
    };
    (0..n)
        .map(|n| Deployed { errors: vec![["ValueError: boom".to_owned(), trace.to_owned()]], diff: diff(n) })
        .collect()
}

/// `model.toml`: everything is a case, and a model is asked about all of them.
fn ask_about_all(mini: &Mini, base_url: &str, triage: &str, endpoint: &str) {
    let text = format!(
        "schema_version = 1\nname = \"ours\"\nbase = \"always\"\n[triage]\nkind = \"llm\"\n{triage}\n[triage.endpoint]\n\
         base_url = \"{base_url}\"\nmodel = \"m\"\ncassette = \"ours.jsonl\"\nretries = 0\ntimeout = \"20s\"\n{endpoint}\n"
    );
    mini.write("model.toml", text);
}

fn record(mini: &Mini, more: &[&str]) -> Run {
    let args = ["triage", "record", "small", "--pipeline", "model.toml"];
    mini.run(&args.iter().chain(more).copied().collect::<Vec<_>>())
}

#[test]
fn many_at_once_never_spend_more_than_the_cap_and_the_rest_is_asked_later() {
    let billed = Arc::<AtomicU64>::default();
    let counter = billed.clone();
    let server = Server::start(vec![Answer::Chosen(Arc::new(move |body| {
        // All of them are under way at the same time.
        std::thread::sleep(Duration::from_millis(50));
        let answer = good(body);
        let Answer::Text(_, text) = &answer else { return answer };
        let usage = &serde_json::from_str::<Value>(text).unwrap()["usage"];
        let tokens = usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
        counter.fetch_add(tokens, Ordering::SeqCst);
        answer
    }))]);
    let mini = small(&plain(24));
    ask_about_all(&mini, &server.base_url, "", "");
    let plan = record(&mini, &["--dry-run"]);
    assert_eq!((plan.code, plan.err.as_str()), (0, ""));
    assert!(plan.out.contains("24 calls"), "{}", plan.out);
    let most = plan.out.split("at most ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok()).unwrap();
    for (more, told) in [(&[][..], "nothing limits"), (&["--max-usd", "1"], "no price")] {
        let refused = record(&mini, more);
        assert_eq!((refused.code, refused.err.contains(told)), (2, true), "{more:?}: {}", refused.err);
    }
    assert_eq!(server.calls(), 0);
    assert!(!mini.path("ours.jsonl").exists());

    let cap = most / 12;
    let partial = record(&mini, &["--concurrency", "64", "--max-tokens", &cap.to_string()]);
    let (first, spent) = (server.calls(), billed.load(Ordering::SeqCst));
    assert_eq!(partial.code, 3, "{}{}", partial.out, partial.err);
    assert!(first > 0 && first < 24 && spent <= cap, "{first} calls, {spent} of {cap}: {}", partial.out);
    let replay = ["replay", "small", "--pipeline", "model.toml", "--out", "report"];
    assert_eq!(mini.run(&replay).code, 2, "what is not recorded is not made up");

    let rest = record(&mini, &["--concurrency", "64", "--max-tokens", &most.to_string()]);
    assert_eq!((rest.code, server.calls()), (0, 24), "{}{}", rest.out, rest.err);
    assert!(rest.out.contains(&format!("recorded already      {first}\n")), "{}", rest.out);
    mini.ok(&replay);
    assert_eq!(server.calls(), 24);
}

#[test]
fn the_other_wire_is_recorded_and_replayed() {
    const KEY: &str = "key-of-this-test-1";
    let server = Server::start(vec![Answer::Made(|body| {
        let request: Value = serde_json::from_str(body).unwrap();
        let input = verdict(prompt(&request));
        let used = json!([{"type": "tool_use", "id": "t1", "name": request["tools"][0]["name"], "input": input}]);
        let usage = json!({"input_tokens": body.len() / 4, "output_tokens": 60, "cache_read_input_tokens": 7});
        json!({"type": "message", "role": "assistant", "content": used, "stop_reason": "tool_use", "usage": usage})
            .to_string()
    })]);
    let mini = small(&plain(3));
    ask_about_all(&mini, &server.base_url, "", "wire = \"anthropic\"\napi_key_env = \"SHAKEDOWN_TEST_KEY\"");
    let args = ["triage", "record", "small", "--pipeline", "model.toml", "--max-tokens", "1000000"];
    let recorded = Mini::finish(mini.command(&args).env("SHAKEDOWN_TEST_KEY", KEY));
    assert_eq!((recorded.code, recorded.err.as_str()), (0, ""), "{}", recorded.out);
    assert!(recorded.out.contains("3 valid") && recorded.out.contains("21 cache read"), "{}", recorded.out);
    for request in server.requests.lock().unwrap().iter() {
        let head = request.to_ascii_lowercase();
        assert!(head.starts_with("post /v1/messages http/1.1") && head.contains("anthropic-version: 2023-06-01"));
        assert!(head.contains(&format!("x-api-key: {KEY}")) && !head.contains("authorization:"));
    }
    assert!(!mini.read("ours.jsonl").contains(KEY));
    // A replay needs no key.
    let replay = |out| mini.ok(&["replay", "small", "--pipeline", "model.toml", "--out", out]);
    let with = replay("with");
    assert_eq!(server.calls(), 3);
    drop(server);
    assert_eq!(with, replay("without"));
    assert_eq!(mini.files("with"), mini.files("without"));
    assert!(mini.read("with/cases.jsonl").contains("\"model\""));
}

/// Deploys that bring secrets in every encoding: as messages, in stack traces, in what they changed. Masks and redaction see each
/// where it stands among other words.
fn planted(canaries: &[Canary]) -> Vec<Deployed> {
    let deployed = |(n, pair): (usize, &[Canary])| {
        let (mut diff, mut errors) = (String::new(), Vec::new());
        let each = pair.iter().flat_map(|canary| Encoding::ALL.map(|encoding| (canary, encoding)));
        for ((canary, encoding), letter) in each.zip('a'..) {
            let text = encoding.apply(&canary.text);
            let added: Vec<String> = text.split('\n').map(|line| format!("+{line}\n")).collect();
            let (start, length) = (n + 1, added.len() + 2);
            let _ = writeln!(diff, "--- a/src/{letter}.py\n+++ b/src/{letter}.py");
            let _ = writeln!(diff, "@@ -{start},2 +{start},{length} @@ def total():\n a\n{} b", added.concat());
            let message = format!("step {letter}: checkout failed after 3 attempts {text} (order 81723)");
            // A Java trace, one of Python, one of Go.
            errors.push([message, canary.planted(encoding, [1, 3, 4][errors.len() % 3])]);
        }
        Deployed { errors, diff }
    };
    canaries.chunks(2).enumerate().map(deployed).collect()
}

/// A text without what a format puts between the characters of a value: backslashes, colour codes, entities.
fn flat(text: &str) -> String {
    let text = ["\\u001b", "⟦U+001B⟧", "\u{1b}"]
        .iter()
        .fold(text.to_owned(), |text, code| text.replace(&format!("{code}[1;31m"), ""));
    let entities = [("\\", ""), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text, |text, (from, to)| text.replace(from, to))
}

/// Whatever of the canaries is in a text.
fn leaks(canaries: &[Canary], place: &str, text: &str) -> Vec<String> {
    let flat_text = flat(text);
    let leak = |canary: &Canary| {
        let unicode = flat(&Encoding::Unicode.apply(&canary.value));
        // Base64 is searched for beside all the others.
        let found = canary.leak(Encoding::Base64, text).or_else(|| canary.leak(Encoding::Base64, &flat_text));
        let form = found.or_else(|| flat_text.contains(&unicode).then_some(unicode))?;
        Some(format!("{place}: {:?} {:?}: {form}", canary.kind, canary.text))
    };
    canaries.iter().filter_map(leak).collect()
}

#[test]
fn no_canary_is_in_a_prompt_a_cassette_a_report_or_a_log() {
    let canaries = canaries(7, 200);
    let mini = small(&planted(&canaries));
    // A row that is refused tells of itself, too.
    let odd = |canary: &Canary| json!({"timestamp": at(9), "service": "api", "severity": canary.text, "message": canary.text});
    let refused: Vec<Value> = canaries.iter().take(36).map(odd).collect();
    mini.write("small/events.jsonl", mini.read("small/events.jsonl") + &lines(&refused));
    let source = mini.read("small/events.jsonl");
    assert_eq!(leaks(&canaries, "source", &source).len(), 200, "the search finds what was planted");

    for excerpts in [true, false] {
        let server = Server::start(vec![Answer::Chosen(Arc::new(good))]);
        let triage = format!("excerpts = {excerpts}\nmax_prompt_tokens = 50000");
        ask_about_all(&mini, &server.base_url, &triage, &format!("# {excerpts}"));
        let mut told = Vec::new();
        let mut run = |name: &'static str, args: &[&str]| {
            let run = mini.run(args);
            assert_eq!(run.code, 0, "{name}: {}", run.err);
            told.push((name.to_owned(), run.out + &run.err));
        };
        run("check", &["check", "small", "--rejects", "rejects.jsonl"]);
        let record = ["triage", "record", "small", "--pipeline", "model.toml", "--max-tokens", "100000000"];
        run("record", &record);
        run("replay", &["replay", "small", "--pipeline", "model.toml", "--out", "report"]);
        run("json", &["replay", "small", "--pipeline", "model.toml", "--out", "report", "--format", "json"]);
        run("explain", &["explain", "small", "--pipeline", "model.toml", "--deploy", "d3"]);
        let prompts = server.requests.lock().unwrap().join("\n");
        assert_eq!(server.calls(), 100);
        assert_eq!(prompts.contains("checkout failed after 3 attempts") && prompts.contains("<EMAIL:"), excerpts);
        told.push(("prompts".to_owned(), prompts));
        let files = ["ours.jsonl", "rejects.jsonl"].map(|name| (name.to_owned(), mini.read(name)));
        let report = mini.files("report").into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()));
        told.extend(files.into_iter().chain(report));
        let mut found = Vec::new();
        for (place, text) in &told {
            found.extend(leaks(&canaries, place, text));
        }
        assert!(found.is_empty(), "excerpts = {excerpts}: {} leaks:\n{}", found.len(), found.join("\n"));
        mini.remove("ours.jsonl");
    }
}
