//! Models behind an HTTP address, asked over the network or answered from a cassette.
//!
//! Callers see [`Endpoint::ask`] and [`Endpoint::chat`]: whether the answer came over the network or from a recording is the
//! configuration's business. Nothing is called unless the mode says so, nothing is sent that might not fit into its [`Budget`], and no
//! key is ever written.

mod access;
mod ask_error;
mod breaker;
mod budget;
mod cassette;
mod chat;
mod client;
mod estimate;
mod exchange;
#[cfg(test)]
pub(crate) mod fixture;
mod forecast;
mod pace;
mod prices;
mod request;
mod retry;
mod spec;
mod spend;
#[cfg(test)]
mod tests;
mod usage;
mod usd;
mod valve;
mod wire;

pub use access::Access;
pub use ask_error::AskError;
pub use budget::{Budget, Caps, Cost};
pub use chat::{Chat, Ending, Question};
pub use estimate::estimate_tokens;
pub use exchange::{Exchange, Outcome};
pub use forecast::Forecast;
pub use prices::{Price, Prices};
pub use request::Request;
pub(crate) use request::sha256;
pub use spec::{EndpointSpec, Mode};
pub use spend::Spend;
pub use usd::Usd;
pub use wire::Wire;

use crate::redact::{outgoing, outgoing_json};
use budget::Reservation;
use cassette::Cassette;
use client::{Call, Client};
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use valve::Valve;

/// One model behind one address. Shared by all who ask it; the same question is asked once in a run.
pub struct Endpoint {
    spec: EndpointSpec,
    client: OnceLock<Result<Client, String>>,
    cassette: Option<Mutex<Cassette>>,
    /// By key; `None` while somebody waits for the answer.
    asked: Mutex<BTreeMap<String, Option<Arc<Exchange>>>>,
    answered: Condvar,
    notes: Vec<String>,
    /// The caller's and the configuration's own, in this order, whichever there are.
    budgets: Vec<Arc<Budget>>,
    price: Option<Price>,
    valve: Valve,
}

impl Endpoint {
    /// Reads the cassette; connects to nothing.
    ///
    /// # Errors
    /// When a parameter is out of range, the cassette is missing where it is needed or cannot be read, or money is capped and the model
    /// has no price.
    pub fn open(spec: &EndpointSpec, access: &Access) -> Result<Self, String> {
        spec.check()?;
        let spec = EndpointSpec { mode: access.mode.unwrap_or(spec.mode), ..spec.clone() };
        // Before the cassette: what is refused makes no file.
        let (budgets, price) = budgets(&spec, access)?;
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
            client: OnceLock::new(),
            cassette,
            asked: Mutex::default(),
            answered: Condvar::new(),
            notes,
            budgets,
            price,
            valve: Valve::new(spec.rate_limit),
            spec,
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
    /// not set, a budget that the call might not fit into, an endpoint that failed too often.
    pub fn ask(&self, request: &Request) -> Result<Arc<Exchange>, AskError> {
        let key = request.key();
        if let Some(exchange) = self.claim(&key) {
            return Ok(exchange);
        }
        let _claim = Claim { endpoint: self, key: &key };
        let exchange = self.find_or_call(&key, request)?;
        lock(&self.asked).insert(key.clone(), Some(exchange.clone()));
        Ok(exchange)
    }

    /// What [`Self::ask`] would say without a call; `None`: it would call, or fail.
    #[must_use]
    pub fn peek(&self, request: &Request) -> Option<Arc<Exchange>> {
        let key = request.key();
        let known = lock(&self.asked).get(&key).cloned().flatten();
        known.or_else(|| self.recorded(&key))
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

    /// The recorded answer, where the mode takes it.
    fn recorded(&self, key: &str) -> Option<Arc<Exchange>> {
        let recorded = lock(self.cassette.as_ref()?).get(key)?;
        let taken = match self.spec.mode {
            Mode::Replay => true,
            Mode::RecordMissing => !recorded.outcome.is_transient(),
            Mode::Record | Mode::Live => false,
        };
        taken.then_some(recorded)
    }

    fn find_or_call(&self, key: &str, request: &Request) -> Result<Arc<Exchange>, AskError> {
        if let Some(exchange) = self.recorded(key) {
            return Ok(exchange);
        }
        if self.spec.mode == Mode::Replay {
            return Err(self.miss(key).into());
        }
        let exchange = Arc::new(self.call(key, request)?);
        if let Some(cassette) = &self.cassette {
            lock(cassette).put(exchange.clone())?;
        }
        Ok(exchange)
    }

    /// Reserves, sends, settles.
    fn call(&self, key: &str, request: &Request) -> Result<Exchange, AskError> {
        let client = self.client.get_or_init(|| Client::new(&self.spec)).as_ref().map_err(Clone::clone)?;
        let most = if self.budgets.is_empty() { Cost::NOTHING } else { self.most_of_attempt(request)? };
        self.valve.check().map_err(|why| self.halted(&why))?;
        let held = self.reserve(most.times(self.attempts()))?;
        let sent = client.call(key, request, &self.valve).map_err(|why| self.halted(&why));
        let cost = sent.as_ref().map_or(Cost::NOTHING, |call| self.cost(call, most));
        for held in held {
            held.settle(cost);
        }
        let mut call = sent?;
        // Vectors hold no texts.
        if request.path != "embeddings" {
            let body = std::mem::take(&mut call.exchange.body);
            call.exchange.body = match call.exchange.outcome {
                Outcome::Answered => outgoing_json(&body, ""),
                _ => outgoing(&body).into_owned(),
            };
        }
        self.valve.note(&call.exchange);
        Ok(call.exchange)
    }

    fn reserve(&self, most: Cost) -> Result<Vec<Reservation>, AskError> {
        let mut held = Vec::with_capacity(self.budgets.len());
        for budget in &self.budgets {
            match budget.reserve(most) {
                Ok(reservation) => held.push(reservation),
                Err(why) => {
                    for held in held {
                        Reservation::settle(held, Cost::NOTHING);
                    }
                    return Err(AskError::Budget(format!("model {}: {why}; {}", self.spec.model, self.resume())));
                }
            }
        }
        Ok(held)
    }

    fn halted(&self, why: &str) -> AskError {
        AskError::Halted(format!("{why}; {}", self.resume()))
    }

    /// How a run that was stopped can go on.
    fn resume(&self) -> &'static str {
        match self.cassette {
            Some(_) => "what was answered is recorded, and mode = \"record_missing\" asks the rest",
            None => "nothing was recorded, as there is no cassette",
        }
    }

    /// What was counted, and the worst of each attempt that nobody counted.
    fn cost(&self, call: &Call, most_of_attempt: Cost) -> Cost {
        let counted = call.exchange.usage.unwrap_or_default();
        let known = Cost { tokens: counted.total(), usd: self.price.map(|price| price.cost(counted)) };
        known.plus(most_of_attempt.times(call.unknown))
    }

    fn miss(&self, key: &str) -> String {
        let path = self.spec.cassette.as_deref().unwrap_or_else(|| "".as_ref()).display();
        format!(
            "cassette {path} has no answer to request {}…: shakedown triage record (of a normalizer, mode = \"record_missing\") asks {} and records it",
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

/// A question that somebody is asking. When it ends without an answer, even by a panic, others may ask it.
struct Claim<'a> {
    endpoint: &'a Endpoint,
    key: &'a str,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut asked = lock(&self.endpoint.asked);
        if asked.get(self.key).is_some_and(Option::is_none) {
            asked.remove(self.key);
        }
        self.endpoint.answered.notify_all();
    }
}

/// Those that bind the endpoint, and what its model costs by the first one's prices.
fn budgets(spec: &EndpointSpec, access: &Access) -> Result<(Vec<Arc<Budget>>, Option<Price>), String> {
    let mut budgets: Vec<Arc<Budget>> = access.budget.iter().cloned().collect();
    let listed = || Prices::load(None);
    let prices = budgets.first().map_or_else(listed, |budget| Ok(budget.prices().clone()))?;
    let price = prices.of(&spec.model);
    let caps = Caps { usd: spec.max_usd, tokens: spec.max_tokens_spent };
    if caps != Caps::default() {
        budgets.push(Arc::new(Budget::new(caps, prices)));
    }
    let capped = budgets.iter().any(|budget| budget.caps().usd.is_some());
    if capped && price.is_none() && spec.mode != Mode::Replay {
        return Err(format!(
            "model is {:?}, which has no price: a cap on money needs one, under [models.{:?}] of a price file",
            spec.model, spec.model
        ));
    }
    Ok((budgets, price))
}

/// A lock that outlives a panic of whoever held it: what it guards is whole at every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
