use super::{Usd, Wire};
use crate::model::Span;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::net::IpAddr;
use std::path::PathBuf;

/// An endpoint as a configuration names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointSpec {
    /// `http://localhost:11434` or `https://api.example.com/v1`; `/v1` is added where no path is given.
    pub base_url: String,
    pub model: String,
    /// What the endpoint speaks.
    #[serde(default, skip_serializing_if = "Wire::is_default")]
    pub wire: Wire,
    /// The environment variable that holds the key; the key itself is never in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key_env: Option<String>,
    /// Of one attempt, from the first byte sent to the last received; 1 s to 1 h.
    #[serde(default = "timeout")]
    pub timeout: Span,
    /// Further attempts where the failure may pass, 0 to 2.
    #[serde(default = "retries")]
    pub retries: u32,
    /// Sent as they are (`temperature`, `max_tokens`, `dimensions` …); where any is given, instead of the caller's own.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// The recording, relative to the working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cassette: Option<PathBuf>,
    #[serde(default)]
    pub mode: Mode,
    /// Requests a minute at most, retries among them, 1 to 100,000; as fast as it goes where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<u32>,
    /// Hard cap on what this endpoint may cost in a run, by the listed prices; a replay costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_usd: Option<Usd>,
    /// Hard cap on the tokens of all classes that it may take in a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens_spent: Option<u64>,
}

const fn timeout() -> Span {
    Span::minutes(1)
}

const fn retries() -> u32 {
    2
}

/// Whether the endpoint is called, and what is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Never calls; what was not recorded is an error.
    #[default]
    Replay,
    /// Asks everything anew; a recorded answer is replaced when its successor is there.
    Record,
    /// Asks what was not recorded, or failed in a way that may have passed.
    RecordMissing,
    /// Asks everything, records nothing.
    Live,
}

/// Fields of a request that are the caller's.
const RESERVED: [&str; 11] = [
    "model",
    "messages",
    "input",
    "response_format",
    "encoding_format",
    "stream",
    "system",
    "tools",
    "tool_choice",
    // Would be paid for and not read.
    "n",
    "best_of",
];

impl EndpointSpec {
    /// # Errors
    /// Names the first parameter that cannot be used.
    pub fn check(&self) -> Result<(), String> {
        let host = self.host()?;
        if self.model.is_empty() || self.model.len() > 200 {
            return Err(format!("model has {} bytes: it must name a model, in 200 at most", self.model.len()));
        }
        if !(Span::from_micros(1_000_000)..=Span::hours(1)).contains(&self.timeout) {
            return Err(format!("timeout is {}: it must be 1s to 1h", self.timeout));
        }
        if self.retries > 2 {
            return Err(format!("retries is {}: at most 2 are made", self.retries));
        }
        if let Some(reserved) = RESERVED.iter().find(|name| self.parameters.contains_key(**name)) {
            return Err(format!("parameters.{reserved} is the program's own"));
        }
        if let Some(rate) = self.rate_limit.filter(|rate| !(1..=100_000).contains(rate)) {
            return Err(format!("rate_limit is {rate}: 1 to 100000 requests a minute"));
        }
        if self.max_usd == Some(Usd::default()) {
            return Err("max_usd is 0: nothing could be asked; mode = \"replay\" costs nothing".to_owned());
        }
        if self.max_tokens_spent == Some(0) {
            return Err("max_tokens_spent is 0: nothing could be asked; mode = \"replay\" takes none".to_owned());
        }
        if self.api_key_env.is_some() && self.base_url.starts_with("http:") && !is_loopback(&host) {
            return Err(format!("base_url is {}: a key would be sent in the clear; use https", self.base_url));
        }
        Ok(())
    }

    fn url(&self) -> Result<reqwest::Url, String> {
        // The text may hold a password: it is not repeated.
        let url: reqwest::Url = self.base_url.parse().map_err(|error| format!("base_url is not a URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err("base_url must begin with http:// or https:// and a host".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(
                "base_url holds a user, password, query or fragment: keys go into the variable api_key_env".to_owned()
            );
        }
        Ok(url)
    }

    fn host(&self) -> Result<String, String> {
        Ok(self.url()?.host_str().unwrap_or_default().to_owned())
    }

    /// The address of `path` below the base.
    ///
    /// # Errors
    /// When the base is no URL.
    pub(super) fn address(&self, path: &str) -> Result<reqwest::Url, String> {
        let mut url = self.url()?;
        let base = match url.path().trim_end_matches('/') {
            "" => "/v1",
            base => base,
        };
        let path = format!("{base}/{path}");
        url.set_path(&path);
        Ok(url)
    }

    /// Whether the endpoint is on this machine, where no proxy leads.
    pub(super) fn is_local(&self) -> bool {
        self.host().is_ok_and(|host| is_loopback(&host))
    }
}

fn is_loopback(host: &str) -> bool {
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(base_url: &str) -> EndpointSpec {
        serde_json::from_value(serde_json::json!({"base_url": base_url, "model": "m"})).unwrap()
    }

    #[test]
    fn defaults_never_call() {
        let spec = spec("http://localhost:1");
        assert_eq!((spec.mode, spec.retries, spec.timeout), (Mode::Replay, 2, Span::minutes(1)));
        assert_eq!(spec.check(), Ok(()));
    }

    #[test]
    fn the_version_is_added_where_no_path_is_given() {
        let at = |base: &str| spec(base).address("embeddings").unwrap().to_string();
        assert_eq!(at("http://localhost:1"), "http://localhost:1/v1/embeddings");
        assert_eq!(at("https://a.example/v1/"), "https://a.example/v1/embeddings");
        assert_eq!(at("https://a.example/openai/v3"), "https://a.example/openai/v3/embeddings");
    }

    #[test]
    fn what_is_read_is_written_and_defaults_are_not() {
        let toml = "base_url = \"https://a.example\"\nmodel = \"m\"\n";
        let plain: EndpointSpec = toml::from_str(toml).unwrap();
        let json = serde_json::to_value(&plain).unwrap();
        assert!(["wire", "rate_limit", "max_usd", "max_tokens_spent"].iter().all(|key| json.get(key).is_none()));
        let more = "wire = \"anthropic\"\nrate_limit = 50\nmax_usd = 1.1\nmax_tokens_spent = 1000\n";
        let full: EndpointSpec = toml::from_str(&format!("{toml}{more}")).unwrap();
        assert_eq!((full.wire, full.max_usd.unwrap().micros()), (Wire::Anthropic, 1_100_000));
        let json = serde_json::to_string(&full).unwrap();
        assert!(json.contains(r#""wire":"anthropic""#) && json.contains(r#""max_usd":"1.10""#), "{json}");
        assert_eq!(serde_json::from_str::<EndpointSpec>(&json).unwrap(), full);
        assert!(toml::from_str::<EndpointSpec>(&format!("{toml}max_usd = -1")).is_err());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let error = |change: fn(&mut EndpointSpec)| {
            let mut spec = spec("https://a.example");
            change(&mut spec);
            spec.check().unwrap_err()
        };
        assert!(error(|s| s.base_url = "a.example".into()).starts_with("base_url is not a URL"));
        assert!(error(|s| s.base_url = "file:///etc/passwd".into()).starts_with("base_url must begin with"));
        let secret = error(|s| s.base_url = "https://me:hunter2@a.example".into());
        assert!(secret.starts_with("base_url holds a user") && !secret.contains("hunter2"));
        assert!(error(|s| s.model = String::new()).starts_with("model has 0 bytes"));
        assert!(error(|s| s.timeout = Span::from_micros(1)).starts_with("timeout is "));
        assert!(error(|s| s.retries = 3).starts_with("retries is 3"));
        assert!(error(|s| drop(s.parameters.insert("stream".into(), true.into()))).starts_with("parameters.stream"));
        assert!(error(|s| s.rate_limit = Some(0)).starts_with("rate_limit is 0"));
        assert!(error(|s| s.max_usd = Some(Usd::default())).starts_with("max_usd is 0"));
        assert!(error(|s| s.max_tokens_spent = Some(0)).starts_with("max_tokens_spent is 0"));
        let clear = |s: &mut EndpointSpec| {
            s.base_url = "http://a.example".into();
            s.api_key_env = Some("KEY".into());
        };
        assert!(error(clear).contains("in the clear"));
    }

    #[test]
    fn loopback_is_told_by_name_or_address() {
        for local in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(is_loopback(local), "{local}");
        }
        for remote in ["localhost.example", "10.0.0.1", "[2001:db8::1]"] {
            assert!(!is_loopback(remote), "{remote}");
        }
    }
}
