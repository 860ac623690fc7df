//! What can happen: one variant per kind, with its parameters.

use super::scenario::within;
use crate::model::Resolution;
use serde::Deserialize;

/// One thing that happens, and when.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Happening {
    /// Unique; names its stream of random numbers.
    pub name: String,
    /// Day, 0 = the first; left out, the seed draws one after the first.
    pub day: Option<u32>,
    /// Local hour, such as 14.5; left out, the seed draws one (office hours for deploys).
    pub hour: Option<f64>,
    pub what: What,
}

/// Kinds of happenings. `share` is always the share of requests that fail at the height, in (0, 1]; `minutes` how long
/// the trouble lasts; rates scale with traffic.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// A deploy breaks a request path: an error that was never seen, with its stack trace in or near the changed code.
    NewException {
        service: String,
        fault: Fault,
        share: f64,
        /// The caller that suffers, when the guilty service itself shows little.
        #[serde(default)]
        victim: Option<String>,
        #[serde(default)]
        remedy: Remedy,
        /// The incident log forgets which deploy it was.
        #[serde(default)]
        deploy_forgotten: bool,
    },
    /// A deploy makes an error that was always there `factor` times as frequent (3–10).
    RaisedError {
        service: String,
        factor: f64,
        #[serde(default)]
        remedy: Remedy,
    },
    /// A deploy whose harm shows only `after_hours` later (2–6): a leak that fills up, a cache that expires.
    SlowTrigger {
        service: String,
        after_hours: f64,
        share: f64,
        trigger: Trigger,
        #[serde(default)]
        remedy: Remedy,
    },
    /// Someone else's host fails; it starts `after_minutes` after an innocent deploy of the first service (when given).
    ThirdParty {
        host: String,
        services: Vec<String>,
        share: f64,
        minutes: f64,
        #[serde(default)]
        after_minutes: Option<f64>,
    },
    /// More requests, and every error in proportion. Empty `services`: all of them.
    TrafficSpike {
        #[serde(default)]
        services: Vec<String>,
        factor: f64,
        minutes: f64,
        /// Whether the team wrote an incident about it.
        #[serde(default)]
        incident: bool,
    },
    /// Monday morning's rush after a quiet weekend, with a harmless deploy of `service` in the middle of it. No incident.
    MondayPeak { service: String, factor: f64, minutes: f64 },
    /// A shared database fails under many services at once, each with its own messages.
    Cascade { services: Vec<String>, share: f64, minutes: f64 },
    /// A node is lost with the pods of one service on it.
    NodeLoss { service: String, share: f64, minutes: f64 },
    /// A configuration is pushed outside of deploys.
    ConfigPush { service: String, share: f64, minutes: f64 },
    /// A partner sends data that the code cannot read.
    BadData { service: String, partner: String, share: f64, minutes: f64 },
    /// Nobody found out.
    Unexplained { service: String, share: f64, minutes: f64 },
    /// A deploy that only logs more: a new ERROR message `per_hour` times an hour, for good. No incident.
    Verbosity { service: String, per_hour: f64 },
    /// A harmless deploy (`docs`, `tests` or `ci`) minutes before errors flare up for another reason. No incident.
    Coincidence { service: String, change: Harmless, share: f64, minutes: f64 },
}

/// What is wrong with a bad deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Reads a field that some requests lack: fails in the changed line.
    MissingField,
    /// A refactoring drops a guard: fails in the line after it.
    GuardRemoved,
    /// Passes to a helper what it cannot take: fails in the unchanged helper, one frame below the change.
    HelperMisuse,
    /// Passes a raw value down from the handler: fails two frames below the change.
    TwoUp,
    /// Parses more strictly: fails inside the language's library, called from the changed line.
    Parse,
    /// Names a column that does not exist: the message quotes it, the stack trace shows only the driver.
    Column,
    /// A timeout in a configuration file is too short: fails in an untouched client.
    Timeout,
    /// A library is updated: fails inside the library; only the lock file changed.
    Library,
    /// A prompt is edited: the model's answers no longer fit what the code expects.
    Prompt,
}

/// What fills up or runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Leak,
    Expiry,
}

/// How a bad deploy is repaired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    Rollback,
    #[default]
    Hotfix,
    /// A hotfix that logs every request it repairs: rolling it back because of the noise would do harm.
    NoisyHotfix,
    /// Not repaired when the data end.
    Open,
}

impl Remedy {
    /// What the incident log calls it.
    #[must_use]
    pub const fn resolution(self) -> Option<Resolution> {
        match self {
            Self::Rollback => Some(Resolution::Rollback),
            Self::Hotfix | Self::NoisyHotfix => Some(Resolution::FixForward),
            Self::Open => None,
        }
    }
}

/// Changes that no running code sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Harmless {
    Docs,
    Tests,
    Ci,
}

impl What {
    /// Its name in a scenario.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NewException { .. } => "new_exception",
            Self::RaisedError { .. } => "raised_error",
            Self::SlowTrigger { .. } => "slow_trigger",
            Self::ThirdParty { .. } => "third_party",
            Self::TrafficSpike { .. } => "traffic_spike",
            Self::MondayPeak { .. } => "monday_peak",
            Self::Cascade { .. } => "cascade",
            Self::NodeLoss { .. } => "node_loss",
            Self::ConfigPush { .. } => "config_push",
            Self::BadData { .. } => "bad_data",
            Self::Unexplained { .. } => "unexplained",
            Self::Verbosity { .. } => "verbosity",
            Self::Coincidence { .. } => "coincidence",
        }
    }

    /// Every service that it names.
    fn services(&self) -> Vec<&String> {
        match self {
            Self::NewException { service, victim, .. } => std::iter::once(service).chain(victim).collect(),
            Self::ThirdParty { services, .. }
            | Self::TrafficSpike { services, .. }
            | Self::Cascade { services, .. } => services.iter().collect(),
            Self::RaisedError { service, .. }
            | Self::SlowTrigger { service, .. }
            | Self::MondayPeak { service, .. }
            | Self::NodeLoss { service, .. }
            | Self::ConfigPush { service, .. }
            | Self::BadData { service, .. }
            | Self::Unexplained { service, .. }
            | Self::Verbosity { service, .. }
            | Self::Coincidence { service, .. } => vec![service],
        }
    }

    /// Share, factor and length, where it has them.
    const fn numbers(&self) -> (Option<f64>, Option<f64>, Option<f64>) {
        match self {
            Self::NewException { share, .. } | Self::SlowTrigger { share, .. } => (Some(*share), None, None),
            Self::RaisedError { factor, .. } => (None, Some(*factor), None),
            Self::TrafficSpike { factor, minutes, .. } | Self::MondayPeak { factor, minutes, .. } => {
                (None, Some(*factor), Some(*minutes))
            }
            Self::ThirdParty { share, minutes, .. }
            | Self::Cascade { share, minutes, .. }
            | Self::NodeLoss { share, minutes, .. }
            | Self::ConfigPush { share, minutes, .. }
            | Self::BadData { share, minutes, .. }
            | Self::Unexplained { share, minutes, .. }
            | Self::Coincidence { share, minutes, .. } => (Some(*share), None, Some(*minutes)),
            Self::Verbosity { .. } => (None, None, None),
        }
    }
}

impl Happening {
    /// The same thing `turn` scenario lengths later.
    pub(super) fn in_turn(&self, turn: u32, days: u32) -> Self {
        let mut later = self.clone();
        if turn > 0 {
            later.name = format!("{}/{turn}", self.name);
        }
        later.day = self.day.map(|day| day + turn * days);
        later
    }

    pub(super) fn check(&self, known: &[&str], days: u32) -> Result<(), String> {
        let key = |name: &str| format!("happening {:?}: {name}", self.name);
        if let Some(name) = self.what.services().into_iter().find(|name| !known.contains(&name.as_str())) {
            return Err(key(&format!("{name:?} is no service")));
        }
        if matches!(&self.what, What::ThirdParty { services, .. } | What::Cascade { services, .. } if services.is_empty())
        {
            return Err(key("services is empty"));
        }
        let (share, factor, minutes) = self.what.numbers();
        within(&key("share"), share.unwrap_or(0.5), 1e-6, 1.0)?;
        within(&key("factor"), factor.unwrap_or(2.0), 1.0, 1000.0)?;
        within(&key("minutes"), minutes.unwrap_or(60.0), 1.0, 43_200.0)?;
        if let What::SlowTrigger { after_hours, .. } = &self.what {
            within(&key("after_hours"), *after_hours, 0.0, 24.0)?;
        }
        if let Some(day) = self.day.filter(|&day| day >= days) {
            return Err(key(&format!("day is {day}, and the scenario has {days} (the first is 0)")));
        }
        within(&key("hour"), self.hour.unwrap_or(12.0), 0.0, 24.0)
    }
}
