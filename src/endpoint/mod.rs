//! Endpoints that speak the `OpenAI` wire format, asked over HTTP or answered from a cassette.
//!
//! Callers see [`Endpoint::ask`]: whether the answer came over the network or from a recording is the configuration's business.
//! Nothing is called unless the mode says so, and no key is ever written.

mod cassette;
mod chat;
mod client;
mod exchange;
#[cfg(test)]
pub(crate) mod fixture;
mod request;
mod retry;
mod spec;
mod spend;
#[cfg(test)]
mod tests;

pub use chat::{Chat, Ending, Question};
pub use exchange::{Exchange, Outcome};
pub use request::Request;
pub(crate) use request::sha256;
pub use spec::{EndpointSpec, Mode};
pub use spend::Spend;

use cassette::Cassette;
use client::Client;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// One model behind one address. Shared by all who ask it; the same question is asked once in a run.
pub struct Endpoint {
    spec: EndpointSpec,
    client: OnceLock<Result<Client, String>>,
    cassette: Option<Mutex<Cassette>>,
    /// By key; `None` while somebody waits for the answer.
    asked: Mutex<BTreeMap<String, Option<Arc<Exchange>>>>,
    answered: Condvar,
    notes: Vec<String>,
}

impl Endpoint {
    /// Reads the cassette; connects to nothing.
    ///
    /// # Errors
    /// When a parameter is out of range, or the cassette is missing where it is needed, or cannot be read.
    pub fn open(spec: &EndpointSpec) -> Result<Self, String> {
        spec.check()?;
        let mut notes = Vec::new();
        let cassette = match (&spec.cassette, spec.mode) {
            (_, Mode::Live) => None,
            (None, _) => {
                return Err("cassette is missing: name a file, or set mode = \"live\" to record nothing".to_owned());
            }
            (Some(path), mode) => {
                let (cassette, note) = Cassette::open(path, mode != Mode::Replay)?;
                notes.extend(note);
                Some(Mutex::new(cassette))
            }
        };
        Ok(Self {
            spec: spec.clone(),
            client: OnceLock::new(),
            cassette,
            asked: Mutex::default(),
            answered: Condvar::new(),
            notes,
        })
    }

    /// Whoever is asked.
    #[must_use]
    pub fn spec(&self) -> &EndpointSpec {
        &self.spec
    }

    /// What the user should be told of the cassette.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What the endpoint made of a request; failures of the endpoint are outcomes, recorded as answers are.
    ///
    /// # Errors
    /// What ends a run: an answer that a replay needs and the cassette lacks, a cassette that cannot be written, a key that is
    /// not set.
    pub fn ask(&self, request: &Request) -> Result<Arc<Exchange>, String> {
        let key = request.key();
        if let Some(exchange) = self.claim(&key) {
            return Ok(exchange);
        }
        let found = self.find_or_call(&key, request);
        let mut asked = lock(&self.asked);
        match &found {
            Ok(exchange) => drop(asked.insert(key, Some(exchange.clone()))),
            Err(_) => drop(asked.remove(&key)),
        }
        self.answered.notify_all();
        found
    }

    /// The answer that was given before, or after a wait for whoever is asking; `None`: the caller must find it.
    fn claim(&self, key: &str) -> Option<Arc<Exchange>> {
        let mut asked = lock(&self.asked);
        loop {
            match asked.get(key) {
                Some(Some(exchange)) => return Some(exchange.clone()),
                Some(None) => asked = self.answered.wait(asked).unwrap_or_else(PoisonError::into_inner),
                None => {
                    asked.insert(key.to_owned(), None);
                    return None;
                }
            }
        }
    }

    fn find_or_call(&self, key: &str, request: &Request) -> Result<Arc<Exchange>, String> {
        let recorded = self.cassette.as_ref().and_then(|cassette| lock(cassette).get(key));
        match (recorded, self.spec.mode) {
            (Some(exchange), Mode::Replay) => return Ok(exchange),
            (Some(exchange), Mode::RecordMissing) if !exchange.outcome.is_transient() => return Ok(exchange),
            (None, Mode::Replay) => return Err(self.miss(key)),
            _ => {}
        }
        let client = self.client.get_or_init(|| Client::new(&self.spec)).as_ref().map_err(Clone::clone)?;
        let exchange = Arc::new(client.exchange(key, request));
        if let Some(cassette) = &self.cassette {
            lock(cassette).put(exchange.clone())?;
        }
        Ok(exchange)
    }

    fn miss(&self, key: &str) -> String {
        let path = self.spec.cassette.as_deref().unwrap_or_else(|| "".as_ref()).display();
        format!(
            "cassette {path} has no answer to request {}…: mode = \"record_missing\" asks {} and records it",
            &key[..12],
            self.spec.model
        )
    }

    /// What was asked so far, each question once; of a replay, what it cost when it was recorded.
    #[must_use]
    pub fn spent(&self) -> Spend {
        lock(&self.asked).values().flatten().map(|exchange| Spend::of(exchange)).sum()
    }
}

/// A lock that outlives a panic of whoever held it: what it guards is whole at every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
