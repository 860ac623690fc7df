//! The HTTP side: attempts, their limits and what came of them.

use super::exchange::{Exchange, Outcome, SCHEMA};
use super::retry::{LONGEST, pause, retry_after};
use super::valve::Valve;
use super::{EndpointSpec, Request, Wire};
use reqwest::blocking::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, Instant};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Longest answer with vectors that is read, in bytes: some hundred of a few thousand places.
const MOST_VECTORS: usize = 16 << 20;

/// Longest answer of a chat that is read, in bytes: more than any model says.
const MOST_WORDS: usize = 4 << 20;

/// Of a body that is no answer, so much is kept for people to read.
const MOST_KEPT: usize = 4096;

/// Headers that are kept; all others may hold keys, addresses or names.
const ALLOWED: [&str; 4] = ["content-type", "request-id", "retry-after", "x-request-id"];

pub struct Client {
    spec: EndpointSpec,
    http: reqwest::blocking::Client,
    key: Option<Key>,
}

/// Has no `Debug` and no `Display`.
struct Key {
    text: String,
    header: HeaderValue,
}

/// What came of a call.
pub struct Call {
    pub exchange: Exchange,
    /// Attempts that may have been charged and were not counted.
    pub unknown: u64,
}

/// What one attempt brought.
struct Attempt {
    outcome: Outcome,
    /// Whether any of the request left.
    sent: bool,
    status: Option<u16>,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Client {
    /// # Errors
    /// When the key's variable is not set or not usable, or TLS cannot be set up.
    pub fn new(spec: &EndpointSpec) -> Result<Self, String> {
        let key = spec.api_key_env.as_deref().map(|variable| Key::of(variable, spec.wire)).transpose()?;
        // Whoever comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let timeout = timeout(spec);
        let mut builder = reqwest::blocking::Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("shakedown/", env!("CARGO_PKG_VERSION")));
        if spec.is_local() {
            builder = builder.no_proxy();
        }
        if spec.base_url.starts_with("http:") {
            // Nothing is verified, so that no certificates need to be there.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| format!("no HTTP client: {error}"))?;
        Ok(Self { spec: spec.clone(), http, key })
    }

    /// Sends the request, again where the failure may pass, and says what came of it. Each attempt passes `valve`.
    ///
    /// # Errors
    /// When nothing may be sent any more, and nothing was.
    pub fn call(&self, key: &str, request: &Request, valve: &Valve) -> Result<Call, String> {
        let body = request.body();
        valve.admit()?;
        let (mut attempts, mut unknown) = (0, 0);
        loop {
            let started = Instant::now();
            let attempt = self.attempt(request.path, &body);
            let latency_ms = started.elapsed().as_millis() as u64;
            attempts += 1;
            unknown += u64::from(attempt.may_be_charged());
            let asked = attempt.asked_pause();
            if let Some(asked) = asked.filter(|asked| attempt.outcome.is_transient() && *asked <= LONGEST) {
                valve.hold(asked);
            }
            if let Some(pause) = self.pause(key, &attempt, asked, attempts) {
                std::thread::sleep(pause);
                if valve.admit().is_ok() {
                    continue;
                }
            }
            let exchange = self.exchange(key, request, attempt, attempts, latency_ms);
            // What is counted is known.
            unknown -= u64::from(exchange.outcome.may_be_charged() && exchange.usage.is_some());
            return Ok(Call { exchange, unknown });
        }
    }

    /// How long to wait before the next attempt; `None`: there is none.
    fn pause(&self, key: &str, attempt: &Attempt, asked: Option<Duration>, attempts: u32) -> Option<Duration> {
        if !attempt.outcome.is_transient() || attempts > self.spec.retries {
            return None;
        }
        pause(attempts - 1, asked, xxh3_64_with_seed(key.as_bytes(), u64::from(attempts)))
    }

    fn exchange(&self, key: &str, request: &Request, last: Attempt, attempts: u32, latency_ms: u64) -> Exchange {
        let answer: Option<serde_json::Value> = serde_json::from_str(&last.body).ok();
        let usage = answer.and_then(|answer| self.spec.wire.usage(&answer));
        Exchange {
            schema: SCHEMA,
            key: key.to_owned(),
            path: request.path.to_owned(),
            model: request.model.clone(),
            prompt: request.prompt.clone(),
            parameters: request.parameters.clone(),
            outcome: last.outcome,
            status: last.status,
            attempts,
            latency_ms,
            headers: last.headers,
            usage: usage.map(|usage| usage.tokens),
            reasoning: usage.and_then(|usage| usage.reasoning),
            body: last.body,
        }
    }

    fn attempt(&self, path: &str, body: &str) -> Attempt {
        let nothing =
            |outcome, sent| Attempt { outcome, sent, status: None, headers: BTreeMap::new(), body: String::new() };
        let Ok(address) = self.spec.address(path) else { return nothing(Outcome::Unreachable, false) };
        let post = self.http.post(address).header(CONTENT_TYPE, "application/json").body(body.to_owned());
        let post = self.spec.wire.headers(post, self.key.as_ref().map(|key| &key.header));
        let deadline = Instant::now() + timeout(&self.spec);
        match post.send() {
            Err(error) if error.is_timeout() => nothing(Outcome::TimedOut, !error.is_connect()),
            Err(error) => nothing(Outcome::Unreachable, !error.is_connect() && !error.is_builder()),
            Ok(response) => {
                let status = response.status();
                let headers = self.headers(response.headers());
                let (outcome, body) = match read(response, most_read(path), deadline) {
                    Err(failure) => (failure, String::new()),
                    Ok(bytes) => self.judged(status, &bytes),
                };
                Attempt { outcome, sent: true, status: Some(status.as_u16()), headers, body }
            }
        }
    }

    fn judged(&self, status: reqwest::StatusCode, bytes: &[u8]) -> (Outcome, String) {
        let body = self.without_key(&String::from_utf8_lossy(bytes));
        let outcome = match status.as_u16() {
            200..300 if serde_json::from_str::<serde_json::Value>(&body).is_ok() => return (Outcome::Answered, body),
            200..300 => Outcome::NotJson,
            429 => Outcome::RateLimited,
            408 | 500.. => Outcome::ServerError,
            _ => Outcome::Rejected,
        };
        let kept = body.floor_char_boundary(MOST_KEPT);
        (outcome, body[..kept].to_owned())
    }

    fn headers(&self, headers: &HeaderMap) -> BTreeMap<String, String> {
        let allowed = ALLOWED.into_iter().filter_map(|name| Some((name, headers.get(name)?.to_str().ok()?)));
        allowed.map(|(name, value)| (name.to_owned(), self.without_key(value).chars().take(200).collect())).collect()
    }

    /// An endpoint may repeat the key that it was given, most often in a complaint about it.
    fn without_key(&self, text: &str) -> String {
        match &self.key {
            Some(key) => text.replace(&key.text, "<key>"),
            None => text.to_owned(),
        }
    }
}

impl Attempt {
    fn asked_pause(&self) -> Option<Duration> {
        self.headers.get("retry-after").and_then(|header| retry_after(header, jiff::Timestamp::now()))
    }

    fn may_be_charged(&self) -> bool {
        self.sent && self.outcome.may_be_charged()
    }
}

impl Key {
    fn of(variable: &str, wire: Wire) -> Result<Self, String> {
        let text = std::env::var(variable)
            .map_err(|_| format!("api_key_env is {variable:?}: no such variable is set in the environment"))?;
        // Shorter ones would be found, and taken out, everywhere.
        let header = wire.key_header(&text).filter(|_| text.len() >= 4);
        let header = header.ok_or_else(|| format!("api_key_env is {variable:?}: what it holds cannot be a key"))?;
        Ok(Self { text, header })
    }
}

fn timeout(spec: &EndpointSpec) -> Duration {
    Duration::from_micros(spec.timeout.micros().unsigned_abs())
}

fn most_read(path: &str) -> usize {
    if path == "embeddings" { MOST_VECTORS } else { MOST_WORDS }
}

/// The whole body; what it failed of, where it did not come whole.
fn read(mut response: Response, most: usize, deadline: Instant) -> Result<Vec<u8>, Outcome> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        // Each read has the client's timeout, all of them together this one: a body may come drop by drop.
        if Instant::now() > deadline {
            return Err(Outcome::TimedOut);
        }
        match response.read(&mut buffer) {
            Ok(0) => return Ok(bytes),
            Ok(count) if bytes.len() + count > most => return Err(Outcome::TooLarge),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(if is_timeout(&error) { Outcome::TimedOut } else { Outcome::CutOff }),
        }
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
    error.kind() == std::io::ErrorKind::TimedOut || inner.is_some_and(reqwest::Error::is_timeout)
}
