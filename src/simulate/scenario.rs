//! A scenario as it is written in TOML: what the company is, and what happens to it.

use super::happening::Happening;
use crate::model::{Instant, Span};
use serde::Deserialize;

/// A whole scenario; `scenarios/harbor.toml` explains every key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default = "public_domain")]
    pub license: String,
    /// First instant.
    pub start: Instant,
    /// Length in days, at least 1.
    pub days: u32,
    /// IANA name of the business clock.
    #[serde(default = "utc")]
    pub timezone: String,
    /// Step of the traffic table; a whole number of minutes.
    #[serde(default = "one_minute")]
    pub traffic_step: Span,
    /// Share of incidents that the log omits, in [0, 1]; above 0 the labels are `partial`.
    #[serde(default)]
    pub incidents_missing: f64,
    pub service: Vec<ServiceSpec>,
    #[serde(default)]
    pub background: BackgroundSpec,
    #[serde(default)]
    pub deploys: DeploysSpec,
    #[serde(default)]
    pub happening: Vec<Happening>,
}

/// One service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceSpec {
    pub name: String,
    /// What it is about, which decides its code, its words and its messages:
    /// `gateway checkout payments catalog search accounts notifications`.
    pub domain: String,
    pub language: Language,
    /// Mean requests per minute over a week.
    pub requests_per_minute: f64,
    /// Requests of one user within a traffic step, at least 1.
    #[serde(default = "two")]
    pub requests_per_user: f64,
    /// Mean background errors per hour over a week.
    pub errors_per_hour: f64,
    /// Frequent error messages that its code knows, 10–80.
    pub templates: usize,
    /// Rare ones besides (about one a week each).
    #[serde(default)]
    pub rare_templates: usize,
    /// Weekend traffic as a share of a working day's, in (0, 2].
    #[serde(default = "one")]
    pub weekend: f64,
    /// Services whose clients it holds.
    #[serde(default)]
    pub calls: Vec<String>,
}

/// Language of a service's code, and so the form of its stack traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Python,
    TypeScript,
    Java,
}

/// How the background errors behave.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackgroundSpec {
    /// Zipf exponent of the messages' rates, 0.5–2.
    pub zipf: f64,
    /// Squared coefficient of variation of a message's hourly rate (gamma-mixed); 0 is Poisson.
    pub dispersion: f64,
    /// Probability that an error repeats within seconds for the same user (a client that retries), in [0, 1).
    pub retry: f64,
    /// Minutes-long flares of a single message, per service and week.
    pub flares_per_week: f64,
    /// Share of records that arrive minutes late, in [0, 1].
    pub late: f64,
    /// Mean lateness of those, in minutes.
    pub late_minutes: f64,
    /// Stalls of a log shipper (10–30 minutes held back), per service and month.
    pub stalls_per_month: f64,
}

impl Default for BackgroundSpec {
    fn default() -> Self {
        Self {
            zipf: 1.1,
            dispersion: 0.4,
            retry: 0.12,
            flares_per_week: 2.0,
            late: 0.03,
            late_minutes: 7.0,
            stalls_per_month: 1.0,
        }
    }
}

/// How often the company deploys; what happenings need comes on top.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeploysSpec {
    /// Deploys on a working day.
    pub workday: f64,
    /// Deploys on a weekend day.
    pub weekend: f64,
    /// Share of deploys that touch two or three services at once, in [0, 1].
    pub several: f64,
}

impl Default for DeploysSpec {
    fn default() -> Self {
        Self { workday: 3.0, weekend: 0.4, several: 0.12 }
    }
}

/// What the command line may change.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Every draw depends on it.
    pub seed: u64,
    /// Days instead of the scenario's; a longer month repeats the happenings, a shorter one drops the later ones.
    pub days: Option<u32>,
    /// Multiplies traffic and background error rates, above 0.
    pub scale: Option<f64>,
}

impl Scenario {
    /// The scenario with `options` applied.
    ///
    /// # Errors
    /// When a number is out of range or a service is unknown; names the key.
    pub fn resolved(&self, options: &Options) -> Result<Self, String> {
        let mut scenario = self.clone();
        let scale = options.scale.unwrap_or(1.0);
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(format!("scale is {scale}: it must be a number above 0"));
        }
        for service in &mut scenario.service {
            service.requests_per_minute *= scale;
            service.errors_per_hour *= scale;
        }
        scenario.check()?;
        scenario.days = options.days.unwrap_or(self.days);
        if scenario.days == 0 || scenario.days > 3660 {
            return Err(format!("days is {}: it must be 1 to 3660", scenario.days));
        }
        scenario.happening = self.repeated(scenario.days);
        Ok(scenario)
    }

    /// The happenings, once per `self.days` days, for `days` days.
    fn repeated(&self, days: u32) -> Vec<Happening> {
        let turns = days.div_ceil(self.days.max(1));
        (0..turns).flat_map(|turn| self.happening.iter().map(move |item| item.in_turn(turn, self.days))).collect()
    }

    fn check(&self) -> Result<(), String> {
        within("days", f64::from(self.days), 1.0, 3660.0)?;
        within("incidents_missing", self.incidents_missing, 0.0, 1.0)?;
        within("background.retry", self.background.retry, 0.0, 0.95)?;
        within("background.late", self.background.late, 0.0, 1.0)?;
        within("background.dispersion", self.background.dispersion, 0.0, 50.0)?;
        within("background.zipf", self.background.zipf, 0.0, 5.0)?;
        within("background.flares_per_week", self.background.flares_per_week, 0.0, 1000.0)?;
        within("background.late_minutes", self.background.late_minutes, 0.0, 10_000.0)?;
        within("background.stalls_per_month", self.background.stalls_per_month, 0.0, 1000.0)?;
        within("deploys.workday", self.deploys.workday, 0.0, 1000.0)?;
        within("deploys.weekend", self.deploys.weekend, 0.0, 1000.0)?;
        within("deploys.several", self.deploys.several, 0.0, 1.0)?;
        let step = self.traffic_step.micros();
        if step <= 0 || step % 60_000_000 != 0 {
            return Err(format!("traffic_step is {}: it must be a whole number of minutes", self.traffic_step));
        }
        if self.service.is_empty() {
            return Err("a scenario needs at least one [[service]]".to_owned());
        }
        let known: Vec<&str> = self.service.iter().map(|service| service.name.as_str()).collect();
        for (index, service) in self.service.iter().enumerate() {
            if known[..index].contains(&service.name.as_str()) {
                return Err(format!("service {:?} is there twice", service.name));
            }
            service.check(&known)?;
        }
        for (index, item) in self.happening.iter().enumerate() {
            if self.happening[..index].iter().any(|other| other.name == item.name) {
                return Err(format!("happening {:?} is there twice", item.name));
            }
            item.check(&known, self.days)?;
        }
        Ok(())
    }
}

impl ServiceSpec {
    fn check(&self, known: &[&str]) -> Result<(), String> {
        let key = |name: &str| format!("service {:?}: {name}", self.name);
        within(&key("requests_per_minute"), self.requests_per_minute, 0.0, 1e7)?;
        within(&key("requests_per_user"), self.requests_per_user, 1.0, 1e6)?;
        within(&key("errors_per_hour"), self.errors_per_hour, 0.0, 1e7)?;
        within(&key("weekend"), self.weekend, 0.01, 2.0)?;
        if !(10..=80).contains(&self.templates) || self.rare_templates > 200 {
            return Err(key("templates must be 10 to 80, rare_templates at most 200"));
        }
        if !self.name.starts_with(|c: char| c.is_ascii_lowercase())
            || !self.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        {
            return Err(key("a name is lower-case letters and digits: it becomes a folder and a package"));
        }
        super::domain::Domain::named(&self.domain).map_err(|error| key(&error))?;
        match self.calls.iter().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(key(&format!("calls {name:?}, which is no service"))),
            None => Ok(()),
        }
    }
}

pub(super) fn within(key: &str, value: f64, low: f64, high: f64) -> Result<(), String> {
    if (low..=high).contains(&value) { Ok(()) } else { Err(format!("{key} is {value}: it must be {low} to {high}")) }
}

fn public_domain() -> String {
    "CC0-1.0".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

fn one_minute() -> Span {
    Span::minutes(1)
}

fn one() -> f64 {
    1.0
}

fn two() -> f64 {
    2.0
}
