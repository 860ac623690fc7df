//! What links weigh: a fit to labelled cases, kept in a dated file with what it was fitted to and how well it does.

use super::scores::Scores;
use crate::triage::evidence::rules::{LINKS, Rule};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The weights that are shipped; `shakedown triage fit` writes such a file.
const SHIPPED: &str = include_str!("weights-2026-11.toml");
/// No link multiplies the odds by more than this power of e (22,000): a file that says so is broken.
const MOST: f64 = 10.0;
/// Most bytes of a file of weights.
const MAX_BYTES: u64 = 1 << 20;

/// Weights of links as log-likelihood ratios: the prior's log-odds plus these are the log-odds that the deploy caused it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// What it is called in reports.
    pub name: String,
    /// Share of caused pairs among those it was fitted to: the prior under which its probabilities are calibrated on such a mix.
    pub base_rate: f64,
    /// Strength of the ridge penalty ½ · `l2` · Σ w² that was chosen.
    pub l2: f64,
    pub training: Training,
    /// Of the pairs it was fitted to: too good.
    pub in_sample: Scores,
    /// Of pairs of projects left out of the fit, one after the other: what to expect of a project never seen.
    pub out_of_sample: Scores,
    /// Rules that the pairs have too little of are absent and weigh what the table of rules says.
    pub link: BTreeMap<String, LinkWeight>,
}

/// What was fitted to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// SHA-256 by file name.
    pub files: BTreeMap<String, String>,
    pub pairs: u64,
    pub caused: u64,
    pub kinds: BTreeMap<String, u64>,
    pub projects: BTreeMap<String, u64>,
}

/// One fitted weight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkWeight {
    /// Log-odds of a full link.
    pub weight: f64,
    /// Pairs that have it, caused and not.
    pub caused: u64,
    pub not_caused: u64,
}

impl Weights {
    /// The weights that are shipped.
    ///
    /// # Errors
    /// Never, as a test proves.
    pub fn shipped() -> Result<Self, String> {
        Self::parse(SHIPPED)
    }

    /// # Errors
    /// When the file cannot be read, is no file of weights, names a rule that nobody knows, or has a weight beyond ±10.
    pub fn read(path: &str) -> Result<Self, String> {
        let size = std::fs::metadata(path).map_err(|error| format!("weights = {path:?}: {error}"))?.len();
        if size > MAX_BYTES {
            return Err(format!("weights = {path:?}: {size} bytes are no file of weights"));
        }
        let text = std::fs::read_to_string(path).map_err(|error| format!("weights = {path:?}: {error}"))?;
        Self::parse(&text).map_err(|error| format!("weights = {path:?}: {error}"))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let weights: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for (id, link) in &weights.link {
            if !LINKS.iter().any(|rule| rule.id == id) {
                return Err(format!("link.{id} is no rule for links"));
            }
            if link.weight.is_nan() || link.weight.abs() > MOST {
                return Err(format!("link.{id}.weight is {}: it must be within ±{MOST}", link.weight));
            }
        }
        Ok(weights)
    }

    /// The file that holds them.
    ///
    /// # Errors
    /// When a number cannot be written.
    pub fn to_text(&self) -> Result<String, String> {
        let training = &self.training;
        let head = format!(
            "# Weights of the heuristic's links, fitted to {} pairs of a stack trace and a diff ({} caused) by `shakedown triage fit`.\n\
             # weight: natural-log odds of a full link, a likelihood ratio against base_rate, the share of caused pairs. With a prior of\n\
             # base_rate, probabilities are calibrated on pairs mixed like these. out_of_sample: each project left out of the fit in turn;\n\
             # shares with Wilson's 95 % interval. A rule that fewer than 5 pairs have is absent: the table of rules says what it weighs.\n",
            training.pairs, training.caused
        );
        toml::to_string(self).map(|body| head + &body).map_err(|error| error.to_string())
    }

    /// Log-odds of a full link of this rule.
    #[must_use]
    pub fn of(&self, rule: &Rule) -> f64 {
        self.link.get(rule.id).map_or(rule.weight, |link| link.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::evidence::rules::PLACES;

    #[test]
    fn the_shipped_weights_are_whole() {
        let weights = Weights::shipped().unwrap();
        assert_eq!(weights.training.kinds.values().sum::<u64>(), weights.training.pairs);
        assert_eq!(weights.training.projects.values().sum::<u64>(), weights.training.pairs);
        let places: Vec<f64> = PLACES.iter().map(|rule| weights.of(rule)).collect();
        assert!(places.windows(2).all(|pair| pair[0] <= pair[1]), "{places:?}");
        assert!(LINKS.iter().filter(|rule| !PLACES.contains(rule)).all(|rule| weights.of(rule) * rule.weight >= 0.0));
    }

    #[test]
    fn broken_files_are_told() {
        let good = toml::to_string(&Weights::shipped().unwrap()).unwrap();
        for (from, to, told) in [
            ("[link.stack_elsewhere]", "[link.nonsense]", "link.nonsense is no rule"),
            (
                "[link.stack_elsewhere]\nweight = -",
                "[link.stack_elsewhere]\nweight = -1",
                "link.stack_elsewhere.weight is -1",
            ),
            ("base_rate", "base", "base"),
        ] {
            let error = Weights::parse(&good.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        assert!(Weights::read("/nowhere/weights.toml").unwrap_err().starts_with("weights = "));
    }
}
